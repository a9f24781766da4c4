//! Maximum transversal: a row for every column.

use std::collections::VecDeque;

use super::{LuError, Pattern};

const NONE: u32 = u32::MAX;

/// The row matched to each column: an entry in each column, no two of them in one row.
///
/// Every column that has an entry on the diagonal starts with it, and the others are matched along shortest augmenting
/// paths, which disturb the fewest diagonal entries (the branch current of a voltage source trades rows with one of its
/// nodes). I. S. Duff, "On algorithms for obtaining a maximum transversal", ACM Trans. Math. Softw. 7 (1981).
pub(super) fn maximum_transversal(pattern: &Pattern) -> Result<Vec<u32>, LuError> {
    let order = pattern.order();
    let mut row_of_column = vec![NONE; order];
    let mut column_of_row = vec![NONE; order];
    for column in 0..order as u32 {
        if pattern.entry(column, column).is_some() {
            row_of_column[column as usize] = column;
            column_of_row[column as usize] = column;
        }
    }
    let mut search = Search {
        reached_from: vec![NONE; order],
        seen_for: vec![NONE; order],
        queue: VecDeque::new(),
    };
    let mut columns = Vec::new();
    for column in 0..order as u32 {
        if row_of_column[column as usize] != NONE {
            continue;
        }
        let Some(mut row) = search.free_row(pattern, column, &column_of_row) else {
            columns.extend(search.reached_columns(column, &column_of_row));
            continue;
        };
        loop {
            let from = search.reached_from[row as usize];
            let displaced = row_of_column[from as usize];
            row_of_column[from as usize] = row;
            column_of_row[row as usize] = from;
            if from == column {
                break;
            }
            row = displaced;
        }
    }
    if columns.is_empty() {
        Ok(row_of_column)
    } else {
        columns.sort_unstable();
        columns.dedup();
        let rows = (0..order as u32)
            .filter(|&row| column_of_row[row as usize] == NONE)
            .collect();
        Err(LuError::StructurallySingular { rows, columns })
    }
}

/// Breadth-first search for an augmenting path.
struct Search {
    /// The column from which a row was reached.
    reached_from: Vec<u32>,
    /// The start of the last search that reached a row.
    seen_for: Vec<u32>,
    queue: VecDeque<u32>,
}

impl Search {
    /// The nearest row without a column, on paths that start at `start`.
    fn free_row(&mut self, pattern: &Pattern, start: u32, column_of_row: &[u32]) -> Option<u32> {
        self.queue.clear();
        self.queue.push_back(start);
        while let Some(column) = self.queue.pop_front() {
            for &row in pattern.column(column) {
                if self.seen_for[row as usize] == start {
                    continue;
                }
                self.seen_for[row as usize] = start;
                self.reached_from[row as usize] = column;
                match column_of_row[row as usize] {
                    NONE => return Some(row),
                    next => self.queue.push_back(next),
                }
            }
        }
        None
    }

    /// All columns that the search from `start` went through. If it found no row, these columns together have entries in
    /// one row less than they are many.
    fn reached_columns(&self, start: u32, column_of_row: &[u32]) -> Vec<u32> {
        let rows = column_of_row.iter().zip(&self.seen_for);
        rows.filter(|&(_, &seen_for)| seen_for == start)
            .map(|(&column, _)| column)
            .chain([start])
            .collect()
    }
}
