//! Solving the linear system of one Newton step: reduction by structure, then sparse Cholesky where the core is symmetric
//! positive definite, LU with threshold pivoting where it is not.

use super::reduction::{Reduction, SingularColumns};
use crate::lu::{Pattern, SparseLu};
use crate::sparse::RepeatedCholesky;

/// A factored real system.
pub(super) struct LinearSystem {
    reduction: Reduction,
    symmetric: Option<Symmetric>,
    lu: Option<SparseLu<f64>>,
    uses_cholesky: bool,
    core_values: Vec<f64>,
    /// The factors are those of `core_values`.
    factored: bool,
    scratch: Vec<f64>,
}

/// A core whose pattern is symmetric.
struct Symmetric {
    /// For every entry of the core, the entry across the diagonal.
    transposed: Vec<u32>,
    /// Core entries of the lower triangle.
    lower: Vec<u32>,
    cholesky: Option<RepeatedCholesky>,
    values: Vec<f64>,
    /// Cholesky was refused once; it is not tried again.
    given_up: bool,
}

impl LinearSystem {
    pub(super) fn new(pattern: &Pattern) -> Self {
        let reduction = Reduction::new(pattern);
        let core_values = vec![0.0; reduction.core_entries.len()];
        Self {
            symmetric: Symmetric::of(&reduction),
            reduction,
            lu: None,
            uses_cholesky: false,
            core_values,
            factored: false,
            scratch: Vec::new(),
        }
    }

    /// Whether the last factorisation was by Cholesky.
    pub(super) fn uses_cholesky(&self) -> bool {
        self.uses_cholesky
    }

    /// Factors the matrix with the given values.
    ///
    /// # Errors
    /// The column without a pivot.
    pub(super) fn factor(&mut self, values: &[f64]) -> Result<(), SingularColumns> {
        for (column, entry) in self.reduction.pivots() {
            if values[entry] == 0.0 || !values[entry].is_finite() {
                return Err(SingularColumns(vec![column]));
            }
        }
        let mut changed = false;
        for (core, &entry) in self
            .core_values
            .iter_mut()
            .zip(&self.reduction.core_entries)
        {
            let value = values[entry as usize];
            changed |= value.to_bits() != core.to_bits();
            *core = value;
        }
        if self.reduction.core_columns.is_empty() || self.factored && !changed {
            return Ok(());
        }
        self.factored = false;
        self.uses_cholesky = self
            .symmetric
            .as_mut()
            .is_some_and(|symmetric| symmetric.factor(&self.reduction, &self.core_values));
        if self.uses_cholesky {
            self.factored = true;
            return Ok(());
        }
        let outcome = match &mut self.lu {
            Some(lu) => lu.refactor(&self.core_values),
            None => self.reduction.analyze_core().and_then(|mut lu| {
                let outcome = lu.factor(&self.core_values);
                self.lu = Some(lu);
                outcome
            }),
        };
        self.factored = outcome.is_ok();
        outcome.map_err(|error| {
            // The pivots found for singular values are of no use to the next matrix.
            self.lu = None;
            self.reduction.columns_of(&error)
        })
    }

    /// Solves `A x = b`; `b` is used up.
    pub(super) fn solve(
        &mut self,
        pattern: &Pattern,
        values: &[f64],
        b: &mut [f64],
        x: &mut [f64],
    ) {
        let Self {
            reduction,
            symmetric,
            lu,
            uses_cholesky,
            scratch,
            ..
        } = self;
        let mut core = |side: &mut [f64]| {
            if *uses_cholesky {
                if let Some(cholesky) = symmetric.as_mut().and_then(|all| all.cholesky.as_mut()) {
                    cholesky.solve_in_place(side);
                }
            } else if let Some(lu) = lu.as_mut() {
                lu.solve_in_place(side);
            }
        };
        reduction.solve(pattern, values, b, x, scratch, &mut core);
    }

    /// Solves `A^T y = b`.
    pub(super) fn solve_transposed(
        &mut self,
        pattern: &Pattern,
        values: &[f64],
        b: &[f64],
        y: &mut [f64],
    ) {
        let Self {
            reduction,
            symmetric,
            lu,
            uses_cholesky,
            scratch,
            ..
        } = self;
        let mut core = |side: &mut [f64]| {
            if *uses_cholesky {
                if let Some(cholesky) = symmetric.as_mut().and_then(|all| all.cholesky.as_mut()) {
                    cholesky.solve_in_place(side);
                }
            } else if let Some(lu) = lu.as_mut() {
                lu.solve_transposed_in_place(side);
            }
        };
        reduction.solve_transposed(pattern, values, b, y, scratch, &mut core);
    }
}

impl Symmetric {
    fn of(reduction: &Reduction) -> Option<Self> {
        if reduction.core_rows != reduction.core_columns {
            return None;
        }
        let core = reduction;
        let order = reduction.core_columns.len();
        let mut transposed = Vec::with_capacity(core.core_row_of_entry.len());
        let mut lower = Vec::new();
        let mut next = core.core_starts.clone();
        for column in 0..order {
            let mut has_diagonal = false;
            for entry in core.core_starts[column]..core.core_starts[column + 1] {
                let row = core.core_row_of_entry[entry] as usize;
                // Columns are visited in order, so the entry across lies where that column's scan stands.
                let across = next[row];
                if across >= core.core_starts[row + 1]
                    || core.core_row_of_entry[across] as usize != column
                {
                    return None;
                }
                next[row] += 1;
                transposed.push(across as u32);
                if row >= column {
                    lower.push(entry as u32);
                }
                has_diagonal |= row == column;
            }
            if !has_diagonal {
                return None;
            }
        }
        Some(Self {
            transposed,
            values: vec![0.0; lower.len()],
            lower,
            cholesky: None,
            given_up: false,
        })
    }

    /// Whether the core could be factored by Cholesky.
    fn factor(&mut self, core: &Reduction, values: &[f64]) -> bool {
        if self.given_up || !self.is_candidate(core, values) {
            self.given_up = true;
            return false;
        }
        if self.cholesky.is_none() {
            let mut starts = vec![0];
            let mut rows = Vec::with_capacity(self.lower.len());
            for (column, range) in core.core_starts.windows(2).enumerate() {
                rows.extend(
                    core.core_row_of_entry[range[0]..range[1]]
                        .iter()
                        .filter(|&&row| row as usize >= column),
                );
                starts.push(rows.len() as u32);
            }
            self.cholesky = RepeatedCholesky::new(starts, rows).ok();
        }
        for (value, &entry) in self.values.iter_mut().zip(&self.lower) {
            *value = values[entry as usize];
        }
        let factored = self
            .cholesky
            .as_mut()
            .is_some_and(|cholesky| cholesky.factor(&self.values).is_ok());
        self.given_up = !factored;
        factored
    }

    /// Whether the values are symmetric with a positive diagonal.
    fn is_candidate(&self, core: &Reduction, values: &[f64]) -> bool {
        core.core_starts
            .windows(2)
            .enumerate()
            .all(|(column, range)| {
                (range[0]..range[1]).all(|entry| {
                    if core.core_row_of_entry[entry] as usize == column {
                        values[entry] > 0.0 && values[entry].is_finite()
                    } else {
                        values[entry] == values[self.transposed[entry] as usize]
                    }
                })
            })
    }
}
