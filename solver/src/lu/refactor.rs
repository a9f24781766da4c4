//! Factorisation with the pivots of an earlier one.

use super::Scalar;
use super::factors::{Columns, Factors};
use super::pivoting::{Quality, System};
use super::scalar::larger;
use super::singularity::Terms;

/// Columns of `L` applied at once where they have the same rows.
const GROUP: usize = 4;

/// What is known of the factors' pattern: where each entry of the matrix goes.
#[derive(Clone, Debug)]
pub(super) struct Reuse<T> {
    /// Step at which the row of each entry of the matrix is the pivot row.
    steps: Vec<u32>,
    /// For each step, how many of the columns of `L` that follow its own have the same rows, those of the columns between
    /// apart.
    followers: Vec<u32>,
    /// Scale of the pivot row of each step when the pivots were chosen.
    scales: Vec<f64>,
    /// The current column by step; zero between columns.
    work: Vec<T>,
}

impl<T: Scalar> Reuse<T> {
    /// Scratch for matrices of the given order.
    pub(super) fn new(order: usize) -> Self {
        Self {
            steps: Vec::new(),
            followers: Vec::with_capacity(order),
            scales: Vec::with_capacity(order),
            work: vec![T::default(); order],
        }
    }

    /// Learns the pattern of a factorisation. `step_of_label` as in [`super::pivoting`].
    pub(super) fn learn(
        &mut self,
        system: &System<'_, T>,
        step_of_label: &[u32],
        factors: &Factors<T>,
    ) {
        let lower = &factors.lower;
        let rows = factors.row_of_step.iter();
        self.scales.clear();
        self.scales
            .extend(rows.map(|&row| system.scales[row as usize]));
        self.steps.clear();
        self.steps.extend(
            system
                .pattern
                .rows()
                .iter()
                .map(|&row| step_of_label[system.ordering.step_of_row[row as usize] as usize]),
        );
        let order = system.pattern.order();
        self.followers.clear();
        self.followers.resize(order, 0);
        for step in (1..order).rev() {
            let (before, _) = lower.column(step - 1);
            let (rows, _) = lower.column(step);
            if before.split_first() == Some((&(step as u32), rows)) {
                self.followers[step - 1] = self.followers[step] + 1;
            }
        }
    }

    /// Computes new factors with the same pivots. `None` if one of them has become smaller than `threshold` times the
    /// largest candidate of its column, may be zero, or if something is not finite; the factors are then of no use.
    pub(super) fn run(
        &mut self,
        system: &System<'_, T>,
        threshold: f64,
        factors: &mut Factors<T>,
    ) -> Option<Quality> {
        let Factors {
            lower,
            upper,
            pivots,
            uncertainties,
            outer,
            ..
        } = factors;
        let mut growth: f64 = 0.0;
        let mut outer_values = outer.values.iter_mut();
        for bounds in system.ordering.block_starts.windows(2) {
            for step in bounds[0]..bounds[1] {
                let largest_entry = self.scatter(system, bounds[0] as u32, step, &mut outer_values);
                let mut terms = Terms::entry(self.work[step].magnitude());
                let largest_factor = self.apply(lower, upper, step, uncertainties, &mut terms);
                let pivot = std::mem::take(&mut self.work[step]);
                let magnitude = pivot.magnitude();
                let largest = larger(self.gather(lower, step, pivot), magnitude);
                let factor_size = larger(largest, largest_factor);
                let sound = larger(factor_size, largest_entry).is_finite()
                    && !terms.are_doubtful(magnitude)
                    && (magnitude >= threshold * largest
                        || self.reaches_scaled(lower, step, threshold));
                if !sound {
                    self.work.fill(T::default());
                    return None;
                }
                uncertainties[step] = terms.uncertainty(magnitude);
                pivots[step] = pivot;
                growth = growth.max(factor_size / largest_entry);
            }
        }
        Some(Quality {
            growth,
            ..Quality::default()
        })
    }

    /// Loads a column of the matrix; returns the magnitude of its largest entry.
    fn scatter<'o>(
        &mut self,
        system: &System<'_, T>,
        block_start: u32,
        step: usize,
        outer_values: &mut impl Iterator<Item = &'o mut T>,
    ) -> f64 {
        let range = system.pattern.range(system.ordering.columns[step]);
        let entries = system.values[range.clone()].iter().zip(&self.steps[range]);
        let mut largest: f64 = 0.0;
        for (&value, &target) in entries {
            largest = larger(largest, value.magnitude());
            if target >= block_start {
                self.work[target as usize] = value;
            } else if let Some(outer) = outer_values.next() {
                *outer = value;
            }
        }
        largest
    }

    /// Eliminates the earlier steps from the loaded column, which makes a column of `U`; returns the magnitude of its
    /// largest entry, and adds the terms of the pivot to `terms`.
    fn apply(
        &mut self,
        lower: &Columns<T>,
        upper: &mut Columns<T>,
        step: usize,
        uncertainties: &[f64],
        terms: &mut Terms,
    ) -> f64 {
        let range = upper.starts[step]..upper.starts[step + 1];
        let mut sources = &upper.rows[range.clone()];
        let mut values = &mut upper.values[range];
        let mut largest: f64 = 0.0;
        let mut diagonal = self.work[step];
        while let Some(&source) = sources.first() {
            let source = source as usize;
            let is_group = self.followers[source] as usize + 1 >= GROUP
                && sources
                    .get(GROUP - 1)
                    .is_some_and(|&last| last as usize == source + GROUP - 1);
            let count = if is_group { GROUP } else { 1 };
            // Entries of devices that are switched off are zero, and so is what follows from them.
            let is_zero = self.work[source..source + count]
                .iter()
                .all(|&factor| factor == T::default());
            if !is_zero {
                if is_group {
                    self.subtract_group(lower, source);
                } else {
                    lower.subtract(source, self.work[source], &mut self.work);
                }
            }
            let (done, rest) = values.split_at_mut(count);
            values = rest;
            sources = &sources[count..];
            for (value, work) in done.iter_mut().zip(&mut self.work[source..]) {
                *value = std::mem::take(work);
                largest = larger(largest, value.magnitude());
            }
            if is_zero {
                continue;
            }
            let before = std::mem::replace(&mut diagonal, self.work[step]);
            let uncertainty = uncertainties[source..source + count]
                .iter()
                .fold(0.0, |a: f64, &b| a.max(b));
            terms.add((before - diagonal).magnitude(), uncertainty);
        }
        largest
    }

    /// Eliminates `GROUP` steps that have the same rows.
    fn subtract_group(&mut self, lower: &Columns<T>, first: usize) {
        let (_, l0) = lower.column(first);
        let (_, l1) = lower.column(first + 1);
        let (_, l2) = lower.column(first + 2);
        let (rows, l3) = lower.column(first + 3);
        let ([l01, l02, l03, l0 @ ..], [l12, l13, l1 @ ..], [l23, l2 @ ..]) = (l0, l1, l2) else {
            return;
        };
        let [u0, u1, u2, u3] = &mut self.work[first..first + GROUP] else {
            return;
        };
        *u1 -= *l01 * *u0;
        *u2 -= *l02 * *u0;
        *u2 -= *l12 * *u1;
        *u3 -= *l03 * *u0;
        *u3 -= *l13 * *u1;
        *u3 -= *l23 * *u2;
        let (u0, u1, u2, u3) = (*u0, *u1, *u2, *u3);
        let multipliers = l0.iter().zip(l1).zip(l2).zip(l3);
        for (&row, (((&l0, &l1), &l2), &l3)) in rows.iter().zip(multipliers) {
            let target = &mut self.work[row as usize];
            let mut value = *target;
            value -= l0 * u0;
            value -= l1 * u1;
            value -= l2 * u2;
            value -= l3 * u3;
            *target = value;
        }
    }

    /// Makes a column of `L`; returns the largest magnitude of the candidates below the pivot.
    fn gather(&mut self, lower: &mut Columns<T>, step: usize, pivot: T) -> f64 {
        let range = lower.starts[step]..lower.starts[step + 1];
        let mut largest: f64 = 0.0;
        for (&row, value) in lower.rows[range.clone()]
            .iter()
            .zip(&mut lower.values[range])
        {
            let candidate = std::mem::take(&mut self.work[row as usize]);
            largest = larger(largest, candidate.magnitude());
            *value = candidate.divided_by(pivot);
        }
        largest
    }

    /// Whether a pivot reaches `threshold` times the largest candidate after scaling of the rows, given the column of `L`
    /// that it made.
    fn reaches_scaled(&self, lower: &Columns<T>, step: usize, threshold: f64) -> bool {
        let (rows, multipliers) = lower.column(step);
        rows.iter().zip(multipliers).all(|(&row, multiplier)| {
            self.scales[step] >= threshold * multiplier.magnitude() * self.scales[row as usize]
        })
    }
}
