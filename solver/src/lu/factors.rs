//! The factors of a matrix, and solutions with them.

use super::Scalar;

/// Sparse columns of a triangular factor, numbered by elimination step.
#[derive(Clone, Debug)]
pub(super) struct Columns<T> {
    /// Where each column starts, and after the last the number of entries.
    pub(super) starts: Vec<usize>,
    /// Row of each entry.
    pub(super) rows: Vec<u32>,
    /// Value of each entry.
    pub(super) values: Vec<T>,
}

impl<T: Scalar> Columns<T> {
    /// No column yet.
    pub(super) fn new() -> Self {
        Self {
            starts: vec![0],
            rows: Vec::new(),
            values: Vec::new(),
        }
    }

    /// Removes all columns.
    pub(super) fn clear(&mut self) {
        self.starts.truncate(1);
        self.rows.clear();
        self.values.clear();
    }

    /// Adds an entry to the last, unfinished column.
    pub(super) fn push(&mut self, row: u32, value: T) {
        self.rows.push(row);
        self.values.push(value);
    }

    /// Finishes the last column.
    pub(super) fn close(&mut self) {
        self.starts.push(self.rows.len());
    }

    /// The rows and values of a column.
    pub(super) fn column(&self, column: usize) -> (&[u32], &[T]) {
        let range = self.starts[column]..self.starts[column + 1];
        (&self.rows[range.clone()], &self.values[range])
    }

    /// `target -= factor * column`.
    pub(super) fn subtract(&self, column: usize, factor: T, target: &mut [T]) {
        let (rows, values) = self.column(column);
        for (&row, &value) in rows.iter().zip(values) {
            target[row as usize] -= value * factor;
        }
    }

    /// The product of a column with a vector.
    fn dot(&self, column: usize, vector: &[T]) -> T {
        let (rows, values) = self.column(column);
        let mut sum = T::default();
        for (&row, &value) in rows.iter().zip(values) {
            sum += value * vector[row as usize];
        }
        sum
    }

    /// Puts the rows of every column into increasing order, in time linear in the number of entries: the transpose of a
    /// matrix has its rows sorted, and so has the transpose of that.
    pub(super) fn sort(&mut self) {
        let order = self.starts.len() - 1;
        let mut row_starts = vec![0; order + 1];
        for &row in &self.rows {
            row_starts[row as usize + 1] += 1;
        }
        for row in 0..order {
            row_starts[row + 1] += row_starts[row];
        }
        let mut transposed = vec![(0, T::default()); self.rows.len()];
        let mut next = row_starts.clone();
        for column in 0..order {
            let (rows, values) = self.column(column);
            for (&row, &value) in rows.iter().zip(values) {
                let place = &mut next[row as usize];
                transposed[*place] = (column, value);
                *place += 1;
            }
        }
        let mut next = self.starts.clone();
        for row in 0..order {
            for &(column, value) in &transposed[row_starts[row]..row_starts[row + 1]] {
                let place = &mut next[column];
                self.rows[*place] = row as u32;
                self.values[*place] = value;
                *place += 1;
            }
        }
    }
}

/// `L U` for each diagonal block of a block upper triangular matrix, and the entries above these blocks as they are.
#[derive(Clone, Debug)]
pub(super) struct Factors<T> {
    /// Lower triangles with unit diagonal, which is not stored.
    pub(super) lower: Columns<T>,
    /// Upper triangles without their diagonal; rows increase within each column.
    pub(super) upper: Columns<T>,
    /// Diagonals of the upper triangles.
    pub(super) pivots: Vec<T>,
    /// Relative uncertainty of each pivot.
    pub(super) uncertainties: Vec<f64>,
    /// Entries above the diagonal blocks.
    pub(super) outer: Columns<T>,
    /// Row of the matrix that is the pivot row of each step.
    pub(super) row_of_step: Vec<u32>,
}

impl<T: Scalar> Factors<T> {
    /// No factors yet.
    pub(super) fn new() -> Self {
        Self {
            lower: Columns::new(),
            upper: Columns::new(),
            pivots: Vec::new(),
            uncertainties: Vec::new(),
            outer: Columns::new(),
            row_of_step: Vec::new(),
        }
    }

    /// Removes everything.
    pub(super) fn clear(&mut self) {
        self.lower.clear();
        self.upper.clear();
        self.pivots.clear();
        self.uncertainties.clear();
        self.outer.clear();
        self.row_of_step.clear();
    }

    /// Solves with the permuted and scaled matrix.
    pub(super) fn solve(&self, block_starts: &[usize], x: &mut [T]) {
        for bounds in block_starts.windows(2).rev() {
            let steps = bounds[0]..bounds[1];
            for step in steps.clone() {
                let value = x[step];
                if value != T::default() {
                    self.lower.subtract(step, value, x);
                }
            }
            for step in steps.clone().rev() {
                let value = x[step].divided_by(self.pivots[step]);
                x[step] = value;
                if value != T::default() {
                    self.upper.subtract(step, value, x);
                }
            }
            for step in steps {
                self.outer.subtract(step, x[step], x);
            }
        }
    }

    /// Solves with the transpose of the permuted and scaled matrix.
    pub(super) fn solve_transposed(&self, block_starts: &[usize], x: &mut [T]) {
        for bounds in block_starts.windows(2) {
            let steps = bounds[0]..bounds[1];
            for step in steps.clone() {
                let known = self.outer.dot(step, x);
                x[step] -= known;
            }
            for step in steps.clone() {
                let known = self.upper.dot(step, x);
                x[step] = (x[step] - known).divided_by(self.pivots[step]);
            }
            for step in steps.rev() {
                let known = self.lower.dot(step, x);
                x[step] -= known;
            }
        }
    }
}
