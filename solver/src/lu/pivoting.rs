//! Factorisation that chooses its pivots.
//!
//! While pivots are being chosen, rows go by their *label*: the step at which they are the preferred pivot. The row on
//! the diagonal of step `k` is thus labelled `k`, and the labels of a block's rows are its steps.

use super::factors::Factors;
use super::ordering::Ordering;
use super::scalar::larger;
use super::singularity::{self, Suspect, Terms};
use super::{LuError, Pattern, Scalar};

/// A label or step that is not known yet.
pub(super) const NONE: u32 = u32::MAX;

/// A matrix to be factored.
pub(super) struct System<'a, T> {
    pub(super) pattern: &'a Pattern,
    pub(super) ordering: &'a Ordering,
    pub(super) values: &'a [T],
    /// Reciprocal of each row's largest entry.
    pub(super) scales: &'a [f64],
}

impl<T: Scalar> System<'_, T> {
    /// The labels and values of the entries in the column of a step.
    pub(super) fn column(&self, step: usize) -> impl Iterator<Item = (u32, T)> {
        let range = self.pattern.range(self.ordering.columns[step]);
        self.pattern.rows()[range.clone()]
            .iter()
            .zip(&self.values[range])
            .map(|(&row, &value)| (self.ordering.step_of_row[row as usize], value))
    }
}

/// What a factorisation found out about the matrix.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Quality {
    /// Largest ratio of an entry of a factor's column to the largest entry of the matrix in that column.
    pub(super) growth: f64,
    /// Pivots that are not the preferred ones.
    pub(super) displaced_pivots: usize,
}

/// The largest candidates for a pivot.
#[derive(Clone, Copy, Debug)]
struct Largest {
    /// The row that is largest after scaling.
    label: u32,
    /// Its magnitude after scaling.
    scaled: f64,
    /// The largest magnitude as it is, of any row; not a number if any is.
    unscaled: f64,
}

/// The state of a factorisation: which rows are pivots, and the pattern of the current column.
#[derive(Clone, Debug)]
pub(super) struct Pivoting<T> {
    /// Step at which the row of a label became a pivot.
    pub(super) step_of_label: Vec<u32>,
    /// Label of the pivot row of a step.
    pub(super) label_of_step: Vec<u32>,
    /// The current column by label; zero between columns.
    work: Vec<T>,
    /// The last step at which a label was reached.
    seen_at: Vec<u32>,
    /// Up to where a search has to read each column of `L`.
    pruned_end: Vec<usize>,
    stack: Vec<u32>,
    /// Steps whose columns of `L` contribute to the current column: its rows in `U`.
    reached: Vec<u32>,
    /// Labels that are not pivots yet, in which the current column has entries.
    candidates: Vec<u32>,
}

impl<T: Scalar> Pivoting<T> {
    /// Scratch for matrices of the given order.
    pub(super) fn new(order: usize) -> Self {
        Self {
            step_of_label: vec![NONE; order],
            label_of_step: Vec::with_capacity(order),
            work: vec![T::default(); order],
            seen_at: vec![NONE; order],
            pruned_end: Vec::with_capacity(order),
            stack: Vec::new(),
            reached: Vec::new(),
            candidates: Vec::new(),
        }
    }

    /// Factors a matrix with pivots that are at least `threshold` times the largest candidate of their column.
    ///
    /// # Errors
    /// [`LuError::Singular`], [`LuError::NotFinite`].
    pub(super) fn run(
        &mut self,
        system: &System<'_, T>,
        threshold: f64,
        factors: &mut Factors<T>,
    ) -> Result<Quality, LuError> {
        self.step_of_label.fill(NONE);
        self.label_of_step.clear();
        self.work.fill(T::default());
        self.seen_at.fill(NONE);
        self.pruned_end.clear();
        factors.clear();
        let mut quality = Quality::default();
        for bounds in system.ordering.block_starts.windows(2) {
            for step in bounds[0]..bounds[1] {
                self.eliminate(system, bounds[0], step, threshold, factors, &mut quality)?;
            }
        }
        for label in &mut factors.lower.rows {
            *label = self.step_of_label[*label as usize];
        }
        factors.lower.sort();
        let rows = &system.ordering.rows;
        let labels = self.label_of_step.iter();
        factors
            .row_of_step
            .extend(labels.map(|&label| rows[label as usize]));
        Ok(quality)
    }

    /// One step: a column of `L` and of `U`.
    fn eliminate(
        &mut self,
        system: &System<'_, T>,
        block_start: usize,
        step: usize,
        threshold: f64,
        factors: &mut Factors<T>,
        quality: &mut Quality,
    ) -> Result<(), LuError> {
        let column = system.ordering.columns[step];
        let largest_entry = self.scatter(system, block_start, step, factors);
        let mut largest_factor: f64 = 0.0;
        let mut diagonal = self.work[step];
        let mut terms = Terms::entry(diagonal.magnitude());
        for &source in &self.reached {
            let label = self.label_of_step[source as usize] as usize;
            let value = std::mem::take(&mut self.work[label]);
            largest_factor = larger(largest_factor, value.magnitude());
            factors.upper.push(source, value);
            let source = source as usize;
            factors.lower.subtract(source, value, &mut self.work);
            let before = std::mem::replace(&mut diagonal, self.work[step]);
            terms.add(
                (before - diagonal).magnitude(),
                factors.uncertainties[source],
            );
        }
        factors.upper.close();

        let (mut label, largest) = self.choose(system, step, threshold);
        let factor_size = larger(largest.unscaled, largest_factor);
        if !factor_size.is_finite() {
            return Err(LuError::NotFinite { column });
        }
        if label as usize != step {
            terms = singularity::terms(system, factors, step, label);
        }
        if terms.are_doubtful(self.magnitude(label)) {
            for candidate in [label, largest.label] {
                let suspect = Suspect {
                    block_start,
                    step,
                    label: candidate,
                    magnitude: self.magnitude(candidate),
                };
                match singularity::check(system, factors, &self.label_of_step, suspect) {
                    None => {
                        label = candidate;
                        break;
                    }
                    Some(dependent) if candidate == largest.label => {
                        return Err(LuError::Singular { column, dependent });
                    }
                    Some(_) => {}
                }
            }
            terms = singularity::terms(system, factors, step, label);
        }
        let uncertainty = terms.uncertainty(self.magnitude(label));
        factors.uncertainties.push(uncertainty);
        self.keep(step, label, factors);
        self.prune(label, factors);
        quality.growth = quality.growth.max(factor_size / largest_entry);
        quality.displaced_pivots += usize::from(label as usize != step);
        Ok(())
    }

    /// Stores the pivot and the column of `L`.
    fn keep(&mut self, step: usize, pivot_label: u32, factors: &mut Factors<T>) {
        let pivot = std::mem::take(&mut self.work[pivot_label as usize]);
        factors.pivots.push(pivot);
        for &label in &self.candidates {
            if label != pivot_label {
                let value = std::mem::take(&mut self.work[label as usize]);
                factors.lower.push(label, value.divided_by(pivot));
            }
        }
        factors.lower.close();
        self.step_of_label[pivot_label as usize] = step as u32;
        self.label_of_step.push(pivot_label);
        self.pruned_end.push(factors.lower.rows.len());
    }

    /// Loads a column of the matrix, and finds which steps contribute to it (in increasing order) and which rows are
    /// candidates for its pivot. Returns the magnitude of the largest entry.
    fn scatter(
        &mut self,
        system: &System<'_, T>,
        block_start: usize,
        step: usize,
        factors: &mut Factors<T>,
    ) -> f64 {
        self.reached.clear();
        self.candidates.clear();
        let mut largest: f64 = 0.0;
        for (label, value) in system.column(step) {
            if (label as usize) < block_start {
                factors
                    .outer
                    .push(self.step_of_label[label as usize], value);
            } else {
                self.work[label as usize] = value;
                largest = largest.max(value.magnitude());
                self.reach(label, step as u32, factors);
            }
        }
        factors.outer.close();
        self.reached.sort_unstable();
        largest
    }

    /// Adds a row, and all rows in which eliminating it makes entries, to the pattern of the column.
    fn reach(&mut self, label: u32, step: u32, factors: &Factors<T>) {
        self.visit(label, step);
        while let Some(source) = self.stack.pop() {
            let start = factors.lower.starts[source as usize];
            let end = self.pruned_end[source as usize];
            for &next in &factors.lower.rows[start..end] {
                self.visit(next, step);
            }
        }
    }

    fn visit(&mut self, label: u32, step: u32) {
        let seen_at = &mut self.seen_at[label as usize];
        if *seen_at == step {
            return;
        }
        *seen_at = step;
        match self.step_of_label[label as usize] {
            NONE => self.candidates.push(label),
            source => {
                self.reached.push(source);
                self.stack.push(source);
            }
        }
    }

    /// The magnitude of a candidate; zero where there is none.
    fn magnitude(&self, label: u32) -> f64 {
        let value = self.work.get(label as usize);
        value.map_or(0.0, |value| value.magnitude())
    }

    /// The label of the pivot row, and what is the largest of all candidates.
    ///
    /// Acceptable are rows that reach `threshold` times the largest, either as they are or after scaling all rows to a
    /// largest entry of one. The first keeps the diagonal of a network of conductances, which is always large enough in
    /// units of its own; the second serves rows in different units. Preferred is the diagonal; then a row whose own step
    /// went to another row, since the diagonals to come do not miss it (both rows of a voltage source trade places this
    /// way); then the row that is largest after scaling.
    fn choose(&self, system: &System<'_, T>, step: usize, threshold: f64) -> (u32, Largest) {
        let mut largest = Largest {
            label: NONE,
            scaled: 0.0,
            unscaled: 0.0,
        };
        let mut diagonal = (NONE, 0.0, 0.0);
        let mut orphan = diagonal;
        for &label in &self.candidates {
            let magnitude = self.work[label as usize].magnitude();
            let scaled = magnitude * system.scales[system.ordering.rows[label as usize] as usize];
            largest.unscaled = larger(largest.unscaled, magnitude);
            if scaled > largest.scaled || largest.label == NONE {
                largest.scaled = scaled;
                largest.label = label;
            }
            if label as usize == step {
                diagonal = (label, magnitude, scaled);
            } else if (label as usize) < step && scaled > orphan.2 {
                orphan = (label, magnitude, scaled);
            }
        }
        let acceptable = [diagonal, orphan]
            .into_iter()
            .find(|&(_, magnitude, scaled)| {
                magnitude > 0.0
                    && (magnitude >= threshold * largest.unscaled
                        || scaled >= threshold * largest.scaled)
            });
        (
            acceptable.map_or(largest.label, |(label, ..)| label),
            largest,
        )
    }

    /// Symmetric pruning: a column of `L` that contributed to the column just finished, and has an entry in its pivot
    /// row, leads searches to that column, and there on to all its rows that are not pivots yet. Those need not be read
    /// again, so the rows that are pivots go first.
    fn prune(&mut self, pivot_label: u32, factors: &mut Factors<T>) {
        let lower = &mut factors.lower;
        for &source in &self.reached {
            let range = lower.starts[source as usize]..lower.starts[source as usize + 1];
            if self.pruned_end[source as usize] != range.end {
                continue;
            }
            let rows = &mut lower.rows[range.clone()];
            if !rows.contains(&pivot_label) {
                continue;
            }
            let values = &mut lower.values[range.clone()];
            let mut pivots = 0;
            for index in 0..rows.len() {
                if self.step_of_label[rows[index] as usize] != NONE {
                    rows.swap(index, pivots);
                    values.swap(index, pivots);
                    pivots += 1;
                }
            }
            self.pruned_end[source as usize] = range.start + pivots;
        }
    }
}
