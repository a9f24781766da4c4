//! Unknowns that a circuit's structure determines on its own: the node at a grounded voltage source, the current of
//! that source, and whatever follows from those. Taking them out leaves a smaller core, which for a resistive circuit
//! is symmetric positive definite.
//!
//! Rows with one remaining column give that unknown directly; columns with one remaining row take that row as their
//! equation at the end. With rows and columns in the order (forward, core, backward) the matrix is block lower
//! triangular.

use crate::lu::{LuError, Pattern, Scalar, SparseLu};

/// Columns that depend on each other: unknowns that nothing determines.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SingularColumns(pub(super) Vec<u32>);

/// A row and the column that it determines, with the place of their entry.
#[derive(Clone, Copy, Debug)]
struct Pair {
    row: u32,
    column: u32,
    entry: usize,
}

/// Where a row or a column belongs.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    Forward,
    Core(u32),
    Backward,
}

/// The order in which unknowns follow from each other.
#[derive(Debug)]
pub(super) struct Reduction {
    forward: Vec<Pair>,
    backward: Vec<Pair>,
    rows: Vec<Part>,
    /// Columns of the core, in order.
    pub(super) core_columns: Vec<u32>,
    /// Rows of the core, in order.
    pub(super) core_rows: Vec<u32>,
    /// Where the columns of the core start.
    pub(super) core_starts: Vec<usize>,
    /// The row of the core of each of its entries.
    pub(super) core_row_of_entry: Vec<u32>,
    /// For each entry of the core its place in the whole matrix.
    pub(super) core_entries: Vec<u32>,
}

/// The entries of a pattern by rows: the column and the place of each.
struct Rows {
    starts: Vec<u32>,
    entries: Vec<(u32, u32)>,
}

impl Rows {
    fn new(pattern: &Pattern) -> Self {
        let n = pattern.column_starts().len() - 1;
        let mut starts = vec![0_u32; n + 1];
        for &row in pattern.rows() {
            starts[row as usize + 1] += 1;
        }
        for row in 0..n {
            starts[row + 1] += starts[row];
        }
        let mut next = starts.clone();
        let mut entries = vec![(0, 0); pattern.rows().len()];
        for (column, range) in pattern.column_starts().windows(2).enumerate() {
            for entry in range[0]..range[1] {
                let place = &mut next[pattern.rows()[entry] as usize];
                entries[*place as usize] = (column as u32, entry as u32);
                *place += 1;
            }
        }
        Self { starts, entries }
    }

    fn of(&self, row: usize) -> &[(u32, u32)] {
        &self.entries[self.starts[row] as usize..self.starts[row + 1] as usize]
    }
}

impl Reduction {
    /// Finds the reduction of a pattern.
    pub(super) fn new(pattern: &Pattern) -> Self {
        let n = pattern.column_starts().len() - 1;
        let by_row = Rows::new(pattern);
        let mut row_gone = vec![false; n];
        let mut column_gone = vec![false; n];

        let mut forward = Vec::new();
        let mut count: Vec<u32> = (0..n).map(|row| by_row.of(row).len() as u32).collect();
        let mut queue: Vec<usize> = (0..n).filter(|&row| count[row] == 1).collect();
        while let Some(row) = queue.pop() {
            if row_gone[row] || count[row] != 1 {
                continue;
            }
            let Some(&(column, entry)) = by_row
                .of(row)
                .iter()
                .find(|(column, _)| !column_gone[*column as usize])
            else {
                continue;
            };
            let column = column as usize;
            row_gone[row] = true;
            column_gone[column] = true;
            forward.push(Pair {
                row: row as u32,
                column: column as u32,
                entry: entry as usize,
            });
            for &touched in &pattern.rows()
                [pattern.column_starts()[column]..pattern.column_starts()[column + 1]]
            {
                let touched = touched as usize;
                count[touched] -= 1;
                if count[touched] == 1 && !row_gone[touched] {
                    queue.push(touched);
                }
            }
        }

        let mut backward = Vec::new();
        let mut count: Vec<u32> = (0..n)
            .map(|column| {
                pattern.rows()[pattern.column_starts()[column]..pattern.column_starts()[column + 1]]
                    .iter()
                    .filter(|&&row| !row_gone[row as usize])
                    .count() as u32
            })
            .collect();
        let mut queue: Vec<usize> = (0..n)
            .filter(|&column| !column_gone[column] && count[column] == 1)
            .collect();
        let forward_rows = row_gone.clone();
        while let Some(column) = queue.pop() {
            if column_gone[column] || count[column] != 1 {
                continue;
            }
            let Some(entry) = (pattern.column_starts()[column]
                ..pattern.column_starts()[column + 1])
                .find(|&entry| !row_gone[pattern.rows()[entry] as usize])
            else {
                continue;
            };
            let row = pattern.rows()[entry] as usize;
            row_gone[row] = true;
            column_gone[column] = true;
            backward.push(Pair {
                row: row as u32,
                column: column as u32,
                entry,
            });
            for &(touched, _) in by_row.of(row) {
                let touched = touched as usize;
                count[touched] -= 1;
                if count[touched] == 1 && !column_gone[touched] {
                    queue.push(touched);
                }
            }
        }

        drop(by_row);
        let core_rows: Vec<u32> = (0..n as u32)
            .filter(|&row| !row_gone[row as usize])
            .collect();
        let core_columns: Vec<u32> = (0..n as u32)
            .filter(|&column| !column_gone[column as usize])
            .collect();
        let mut rows: Vec<Part> = (0..n)
            .map(|row| {
                if forward_rows[row] {
                    Part::Forward
                } else {
                    Part::Backward
                }
            })
            .collect();
        for (index, &row) in core_rows.iter().enumerate() {
            rows[row as usize] = Part::Core(index as u32);
        }
        let mut core_starts = Vec::with_capacity(core_columns.len() + 1);
        core_starts.push(0);
        let mut core_row_of_entry = Vec::with_capacity(pattern.rows().len());
        let mut core_entries = Vec::with_capacity(pattern.rows().len());
        for &column in &core_columns {
            let column = column as usize;
            for entry in pattern.column_starts()[column]..pattern.column_starts()[column + 1] {
                if let Part::Core(row) = rows[pattern.rows()[entry] as usize] {
                    core_row_of_entry.push(row);
                    core_entries.push(entry as u32);
                }
            }
            core_starts.push(core_row_of_entry.len());
        }
        Self {
            forward,
            backward,
            rows,
            core_columns,
            core_rows,
            core_starts,
            core_row_of_entry,
            core_entries,
        }
    }

    /// An LU factorisation for the core.
    pub(super) fn analyze_core<T: Scalar>(&self) -> Result<SparseLu<T>, LuError> {
        Pattern::new(self.core_starts.clone(), self.core_row_of_entry.clone())
            .and_then(|pattern| SparseLu::analyze(&pattern))
    }

    /// The unknowns (counted from 0, without ground) that a failed factorisation of the core is about.
    pub(super) fn columns_of(&self, error: &LuError) -> SingularColumns {
        let of_core = match error {
            LuError::Singular { dependent, .. } => dependent.clone(),
            LuError::NotFinite { column } => vec![*column],
            LuError::StructurallySingular { columns, .. } => columns.clone(),
            _ => Vec::new(),
        };
        SingularColumns(
            of_core
                .iter()
                .filter_map(|&column| self.core_columns.get(column as usize).copied())
                .collect(),
        )
    }

    /// Entries that solving divides by.
    pub(super) fn pivots(&self) -> impl Iterator<Item = (u32, usize)> {
        self.forward
            .iter()
            .chain(&self.backward)
            .map(|pair| (pair.column, pair.entry))
    }

    /// Solves `A x = b`: `b` is used up, `core` solves the core in place.
    pub(super) fn solve<T: Scalar>(
        &self,
        pattern: &Pattern,
        values: &[T],
        b: &mut [T],
        x: &mut [T],
        scratch: &mut Vec<T>,
        core: &mut dyn FnMut(&mut [T]),
    ) {
        for pair in &self.forward {
            let value = b[pair.row as usize].divided_by(values[pair.entry]);
            x[pair.column as usize] = value;
            let column = pair.column as usize;
            let range = pattern.column_starts()[column]..pattern.column_starts()[column + 1];
            for (&row, &entry) in pattern.rows()[range.clone()].iter().zip(&values[range]) {
                b[row as usize] -= entry * value;
            }
        }
        scratch.clear();
        scratch.extend(self.core_rows.iter().map(|&row| b[row as usize]));
        core(scratch);
        for (&column, &value) in self.core_columns.iter().zip(scratch.iter()) {
            x[column as usize] = value;
            if self.backward.is_empty() {
                continue;
            }
            for (row, entry) in column_entries(pattern, values, column) {
                if self.rows[row] == Part::Backward {
                    b[row] -= entry * value;
                }
            }
        }
        for pair in self.backward.iter().rev() {
            let value = b[pair.row as usize].divided_by(values[pair.entry]);
            x[pair.column as usize] = value;
            let column = pair.column as usize;
            let range = pattern.column_starts()[column]..pattern.column_starts()[column + 1];
            for (&row, &entry) in pattern.rows()[range.clone()].iter().zip(&values[range]) {
                b[row as usize] -= entry * value;
            }
        }
    }

    /// Solves `A^T y = b`: `core` solves the transposed core in place.
    pub(super) fn solve_transposed<T: Scalar>(
        &self,
        pattern: &Pattern,
        values: &[T],
        b: &[T],
        y: &mut [T],
        scratch: &mut Vec<T>,
        core: &mut dyn FnMut(&mut [T]),
    ) {
        // What of column `column` of A, that is row `column` of its transpose, is not known already.
        let remaining = |column: u32, y: &[T], known: &dyn Fn(usize) -> bool| {
            let mut sum = b[column as usize];
            for (row, entry) in column_entries(pattern, values, column) {
                if known(row) {
                    sum -= entry * y[row];
                }
            }
            sum
        };
        for pair in &self.backward {
            let own = pair.row as usize;
            let sum = remaining(pair.column, y, &|row| {
                row != own && self.rows[row] == Part::Backward
            });
            y[own] = sum.divided_by(values[pair.entry]);
        }
        scratch.clear();
        scratch.extend(
            self.core_columns
                .iter()
                .map(|&column| remaining(column, y, &|row| self.rows[row] == Part::Backward)),
        );
        core(scratch);
        for (&row, &value) in self.core_rows.iter().zip(scratch.iter()) {
            y[row as usize] = value;
        }
        for pair in self.forward.iter().rev() {
            let own = pair.row as usize;
            let sum = remaining(pair.column, y, &|row| row != own);
            y[own] = sum.divided_by(values[pair.entry]);
        }
    }
}

/// Row and value of each entry of a column.
fn column_entries<'a, T: Scalar>(
    pattern: &'a Pattern,
    values: &'a [T],
    column: u32,
) -> impl Iterator<Item = (usize, T)> + 'a {
    let starts = &pattern.column_starts()[column as usize..];
    let range = starts[0]..starts[1];
    pattern.rows()[range.clone()]
        .iter()
        .map(|&row| row as usize)
        .zip(values[range].iter().copied())
}
