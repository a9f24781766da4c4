//! The factorisation as its callers see it.

use super::factors::Factors;
use super::ordering::Ordering;
use super::pivoting::{Pivoting, Quality, System};
use super::refactor::Reuse;
use super::scalar::larger;
use super::scaling::row_scales;
use super::{LuError, Pattern, Scalar};

/// Part of the largest candidate that a pivot must have, by default.
const PIVOT_THRESHOLD: f64 = 1e-3;
/// A pivot is kept until it falls below this part of the threshold at which it was chosen, so that a pivot right at the
/// threshold is not chosen again and again.
const HYSTERESIS: f64 = 0.1;
/// Growth beyond which half of the digits may be lost, and pivots are chosen anew by a stricter rule.
const GROWTH_LIMIT: f64 = 1e8;
/// The stricter rule: nearly partial pivoting.
const STRICT_THRESHOLD: f64 = 0.5;

/// Sizes and counts of a factorisation.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LuStatistics {
    /// Entries of the lower factor, its unit diagonal apart.
    pub lower_entries: usize,
    /// Entries of the upper factor with its diagonal, and above the diagonal blocks.
    pub upper_entries: usize,
    /// Diagonal blocks of the block triangular form.
    pub blocks: usize,
    /// Order of the largest block.
    pub largest_block: usize,
    /// Pivots that are not those the ordering intended.
    pub displaced_pivots: usize,
    /// Factorisations that chose pivots.
    pub factorisations: usize,
    /// Factorisations that kept their pivots.
    pub refactorisations: usize,
    /// Of the factorisations that chose pivots, those forced by a pivot that was no longer a good one.
    pub repivotings: usize,
    /// Smallest magnitude of a pivot.
    pub smallest_pivot: f64,
    /// Largest magnitude of a pivot.
    pub largest_pivot: f64,
    /// Largest ratio of an entry of the upper factor to the largest entry of the matrix in its column.
    pub growth: f64,
}

/// Sparse LU factorisation of a square matrix whose values change and whose pattern does not.
#[derive(Clone, Debug)]
pub struct SparseLu<T> {
    pattern: Pattern,
    ordering: Ordering,
    factors: Factors<T>,
    pivoting: Pivoting<T>,
    reuse: Reuse<T>,
    scales: Vec<f64>,
    /// Scratch of the solutions.
    permuted: Vec<T>,
    residual: Vec<T>,
    reference: Vec<f64>,
    pivot_threshold: f64,
    is_factored: bool,
    /// Whether pivots have been chosen, so that the pattern of the factors is known.
    has_pivots: bool,
    statistics: LuStatistics,
}

impl<T: Scalar> SparseLu<T> {
    /// Orders a matrix.
    ///
    /// # Errors
    /// [`LuError::StructurallySingular`], or [`LuError::BadPattern`] if the matrix is too large for memory.
    pub fn analyze(pattern: &Pattern) -> Result<Self, LuError> {
        let order = pattern.order();
        let ordering = Ordering::new(pattern)?;
        let blocks = ordering.block_starts.windows(2);
        let statistics = LuStatistics {
            blocks: blocks.len(),
            largest_block: blocks
                .map(|bounds| bounds[1] - bounds[0])
                .max()
                .unwrap_or(0),
            ..LuStatistics::default()
        };
        Ok(Self {
            pattern: pattern.clone(),
            ordering,
            factors: Factors::new(),
            pivoting: Pivoting::new(order),
            reuse: Reuse::new(order),
            scales: vec![1.0; order],
            permuted: vec![T::default(); order],
            residual: vec![T::default(); order],
            reference: vec![0.0; order],
            pivot_threshold: PIVOT_THRESHOLD,
            is_factored: false,
            has_pivots: false,
            statistics,
        })
    }

    /// Sets the part of the largest candidate in its column that a pivot must have: between 0 (any diagonal pivot will do)
    /// and 1 (partial pivoting); 0.001 unless set.
    pub fn set_pivot_threshold(&mut self, threshold: f64) {
        self.pivot_threshold = threshold.clamp(0.0, 1.0);
    }

    /// The pattern that was analyzed.
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// Number of rows and of columns.
    pub fn order(&self) -> usize {
        self.pattern.order()
    }

    /// Sizes and counts so far.
    pub fn statistics(&self) -> LuStatistics {
        self.statistics
    }

    /// Factors the matrix with the given values, one for each entry of the pattern, and chooses its pivots.
    ///
    /// # Errors
    /// [`LuError::Singular`], [`LuError::NotFinite`], [`LuError::WrongLength`]. There are no factors then.
    pub fn factor(&mut self, values: &[T]) -> Result<(), LuError> {
        self.expect_values(values)?;
        self.choose_pivots(values)
    }

    /// Factors the matrix with the pivots of the last factorisation, in a fraction of the time of [`factor`](Self::factor)
    /// and without allocating; chooses new pivots if there are none, or if one of them has become too small.
    ///
    /// # Errors
    /// As for [`factor`](Self::factor).
    pub fn refactor(&mut self, values: &[T]) -> Result<(), LuError> {
        self.expect_values(values)?;
        if !self.has_pivots {
            return self.choose_pivots(values);
        }
        let system = System {
            pattern: &self.pattern,
            ordering: &self.ordering,
            values,
            scales: &self.scales,
        };
        let threshold = HYSTERESIS * self.pivot_threshold;
        match self.reuse.run(&system, threshold, &mut self.factors) {
            Some(quality) if quality.growth <= GROWTH_LIMIT.max(self.statistics.growth) => {
                self.statistics.refactorisations += 1;
                self.statistics.growth = quality.growth;
                self.finish();
                Ok(())
            }
            _ => {
                self.statistics.repivotings += 1;
                self.choose_pivots(values)
            }
        }
    }

    /// Solves `A x = b`; `b` comes in `x`.
    ///
    /// # Panics
    /// If there are no factors, or `x` has another length than the matrix.
    pub fn solve_in_place(&mut self, x: &mut [T]) {
        self.expect_factors(x.len());
        let rows = &self.factors.row_of_step;
        for (value, &row) in self.permuted.iter_mut().zip(rows) {
            *value = x[row as usize];
        }
        self.factors
            .solve(&self.ordering.block_starts, &mut self.permuted);
        for (&value, &column) in self.permuted.iter().zip(&self.ordering.columns) {
            x[column as usize] = value;
        }
    }

    /// Solves `A^T x = b` (without conjugation); `b` comes in `x`.
    ///
    /// # Panics
    /// If there are no factors, or `x` has another length than the matrix.
    pub fn solve_transposed_in_place(&mut self, x: &mut [T]) {
        self.expect_factors(x.len());
        for (value, &column) in self.permuted.iter_mut().zip(&self.ordering.columns) {
            *value = x[column as usize];
        }
        self.factors
            .solve_transposed(&self.ordering.block_starts, &mut self.permuted);
        for (&value, &row) in self.permuted.iter().zip(&self.factors.row_of_step) {
            x[row as usize] = value;
        }
    }

    /// Solves `A x = b` with one step of iterative refinement, and returns the backward error of `x`: the smallest number
    /// such that `x` is the exact solution after changing each entry of `A` and `b` by at most that part of it.
    /// `values` are those last factored.
    ///
    /// W. Oettli and W. Prager, Numer. Math. 6 (1964); R. D. Skeel, Math. Comp. 35 (1980): one step is enough to make the
    /// error a small multiple of the rounding unit, even with pivots that were not the best.
    ///
    /// # Panics
    /// If there are no factors, or a length is wrong.
    pub fn solve_refined(&mut self, values: &[T], b: &[T], x: &mut [T]) -> f64 {
        assert_eq!(values.len(), self.pattern.len(), "one value for each entry");
        assert_eq!(b.len(), x.len(), "one right-hand side for each unknown");
        x.copy_from_slice(b);
        self.solve_in_place(x);
        let mut correction = std::mem::take(&mut self.residual);
        correction.copy_from_slice(b);
        subtract_product(&self.pattern, values, x, &mut correction);
        self.solve_in_place(&mut correction);
        for (x, &correction) in x.iter_mut().zip(&correction) {
            *x += correction;
        }
        self.residual = correction;
        self.backward_error(values, b, x)
    }

    /// The measure of Oettli and Prager: the largest `|b - A x| / (|A| |x| + |b|)` of all rows.
    fn backward_error(&mut self, values: &[T], b: &[T], x: &[T]) -> f64 {
        self.residual.copy_from_slice(b);
        subtract_product(&self.pattern, values, x, &mut self.residual);
        for (reference, b) in self.reference.iter_mut().zip(b) {
            *reference = b.magnitude();
        }
        for (column, x) in (0..).zip(x) {
            let range = self.pattern.range(column);
            let rows = &self.pattern.rows()[range.clone()];
            for (&row, value) in rows.iter().zip(&values[range]) {
                self.reference[row as usize] += value.magnitude() * x.magnitude();
            }
        }
        let residuals = self.residual.iter().map(|residual| residual.magnitude());
        residuals
            .zip(&self.reference)
            .filter(|&(residual, _)| residual != 0.0)
            .map(|(residual, reference)| residual / reference)
            .fold(0.0, larger)
    }

    /// Checks the number of values; until new factors are complete there are none.
    fn expect_values(&mut self, values: &[T]) -> Result<(), LuError> {
        self.is_factored = false;
        if values.len() == self.pattern.len() {
            Ok(())
        } else {
            Err(LuError::WrongLength {
                expected: self.pattern.len(),
                found: values.len(),
            })
        }
    }

    fn choose_pivots(&mut self, values: &[T]) -> Result<(), LuError> {
        self.has_pivots = false;
        row_scales(&self.pattern, values, &mut self.scales)?;
        let system = System {
            pattern: &self.pattern,
            ordering: &self.ordering,
            values,
            scales: &self.scales,
        };
        self.statistics.factorisations += 1;
        let mut threshold = self.pivot_threshold;
        let Quality {
            growth,
            displaced_pivots,
        } = loop {
            let quality = self.pivoting.run(&system, threshold, &mut self.factors)?;
            if quality.growth <= GROWTH_LIMIT || threshold >= STRICT_THRESHOLD {
                break quality;
            }
            threshold = STRICT_THRESHOLD;
        };
        self.reuse
            .learn(&system, &self.pivoting.step_of_label, &self.factors);
        self.has_pivots = true;
        self.statistics.growth = growth;
        self.statistics.displaced_pivots = displaced_pivots;
        self.finish();
        Ok(())
    }

    fn finish(&mut self) {
        self.is_factored = true;
        let factors = &self.factors;
        let magnitudes = factors.pivots.iter().map(|pivot| pivot.magnitude());
        self.statistics.smallest_pivot = magnitudes.clone().fold(f64::INFINITY, f64::min);
        self.statistics.largest_pivot = magnitudes.fold(0.0, f64::max);
        self.statistics.lower_entries = factors.lower.rows.len();
        self.statistics.upper_entries =
            factors.upper.rows.len() + factors.pivots.len() + factors.outer.rows.len();
    }

    fn expect_factors(&self, length: usize) {
        assert!(self.is_factored, "the matrix has not been factored");
        assert_eq!(length, self.order(), "one value for each unknown");
    }
}

/// `target -= A x`.
fn subtract_product<T: Scalar>(pattern: &Pattern, values: &[T], x: &[T], target: &mut [T]) {
    for (column, &x) in (0..).zip(x) {
        let range = pattern.range(column);
        for (&row, &value) in pattern.rows()[range.clone()].iter().zip(&values[range]) {
            target[row as usize] -= value * x;
        }
    }
}
