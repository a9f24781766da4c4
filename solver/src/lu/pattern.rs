//! Where a square matrix has entries.

use super::LuError;

/// The pattern of a square matrix in compressed sparse columns.
///
/// An entry is known by its position in [`rows`](Self::rows); a matrix is a pattern and as many values, in that order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    column_starts: Vec<usize>,
    rows: Vec<u32>,
}

impl Pattern {
    /// The pattern whose column `j` has entries in `rows[column_starts[j]..column_starts[j + 1]]`.
    ///
    /// # Errors
    /// [`LuError::BadPattern`] unless the starts increase from 0 to the number of rows listed, and the rows of each column
    /// increase and are smaller than the order.
    pub fn new(column_starts: Vec<usize>, rows: Vec<u32>) -> Result<Self, LuError> {
        let bad = |reason: String| Err(LuError::BadPattern { reason });
        let Some(order) = column_starts.len().checked_sub(1) else {
            return bad("there must be one more column start than columns".to_owned());
        };
        if u32::try_from(order).is_err() {
            return bad(format!("order {order} is larger than 2^32 - 1"));
        }
        if column_starts.first() != Some(&0)
            || column_starts.last() != Some(&rows.len())
            || !column_starts.is_sorted()
        {
            return bad(format!(
                "column starts must increase from 0 to {}, the number of entries",
                rows.len()
            ));
        }
        for (column, bounds) in column_starts.windows(2).enumerate() {
            let column_rows = rows.get(bounds[0]..bounds[1]).unwrap_or_default();
            if column_rows.last().is_some_and(|&row| row as usize >= order)
                || !column_rows.is_sorted_by(|a, b| a < b)
            {
                return bad(format!(
                    "the rows of column {column} must increase and be smaller than {order}"
                ));
            }
        }
        Ok(Self {
            column_starts,
            rows,
        })
    }

    /// The pattern of order `order` with entries at the given positions (row, column), in any order, repeated or not;
    /// and for each position that of its entry, which is where its value belongs.
    ///
    /// # Errors
    /// [`LuError::BadPattern`] if a position lies outside the matrix.
    pub fn from_positions(
        order: usize,
        positions: &[(u32, u32)],
    ) -> Result<(Self, Vec<usize>), LuError> {
        if let Some((row, column)) = positions
            .iter()
            .find(|&&(row, column)| row.max(column) as usize >= order)
        {
            return Err(LuError::BadPattern {
                reason: format!(
                    "position ({row}, {column}) lies outside a matrix of order {order}"
                ),
            });
        }
        let mut sorted: Vec<usize> = (0..positions.len()).collect();
        sorted.sort_unstable_by_key(|&index| (positions[index].1, positions[index].0));
        let mut column_starts = vec![0; order + 1];
        let mut rows = Vec::with_capacity(positions.len());
        let mut slots = vec![0; positions.len()];
        let mut previous = None;
        for index in sorted {
            let (row, column) = positions[index];
            if previous != Some((row, column)) {
                rows.push(row);
                column_starts[column as usize + 1] += 1;
                previous = Some((row, column));
            }
            slots[index] = rows.len() - 1;
        }
        for column in 0..order {
            column_starts[column + 1] += column_starts[column];
        }
        Ok((Self::new(column_starts, rows)?, slots))
    }

    /// Number of rows and of columns.
    pub fn order(&self) -> usize {
        self.column_starts.len() - 1
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Where the entries of each column start, and after the last column their number.
    pub fn column_starts(&self) -> &[usize] {
        &self.column_starts
    }

    /// The row of each entry, column by column.
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// The entry at a row and a column, if there is one.
    pub fn entry(&self, row: u32, column: u32) -> Option<usize> {
        let start = *self.column_starts.get(column as usize)?;
        let end = *self.column_starts.get(column as usize + 1)?;
        let offset = self.rows.get(start..end)?.binary_search(&row).ok()?;
        Some(start + offset)
    }

    /// The positions of the entries of a column.
    pub(super) fn range(&self, column: u32) -> std::ops::Range<usize> {
        self.column_starts[column as usize]..self.column_starts[column as usize + 1]
    }

    /// The rows of a column.
    pub(super) fn column(&self, column: u32) -> &[u32] {
        &self.rows[self.range(column)]
    }
}
