//! When is a pivot zero?
//!
//! The pivot of a floating node cancels only up to rounding, and a pivot may be tiny for good reasons, so that no bound
//! on its size tells the two apart. What does is the distance to a singular matrix: with `v` such that `A v` vanishes in
//! all rows eliminated so far, and `w` such that `w^T A` vanishes in all columns before the last, changing every entry of
//! `A` by the relative amount
//!
//! ```text
//! |w^T A v| / (|w|^T |A| |v|)
//! ```
//!
//! makes the matrix singular (to first order; J. W. Demmel, "The componentwise distance to the nearest singular matrix",
//! SIAM J. Matrix Anal. Appl. 13 (1992)). Where that is no more than the entries were rounded by, they do not determine a
//! solution. The measure does not depend on how rows and columns are scaled.
//!
//! Both vectors cost a solution with the factors so far. They are computed only for a pivot that is hardly larger than
//! its own uncertainty, which is followed from pivot to pivot: a pivot `p_j = a_jj - sum_k l_jk u_kj` is uncertain by the
//! rounding of its terms, and by what the relative uncertainty of each earlier pivot `p_k` does to its term.

use super::Scalar;
use super::factors::Factors;
use super::pivoting::{NONE, System};

/// A pivot that is not larger than its uncertainty by this factor gets a second look.
const DOUBTFUL: f64 = 100.0;
/// A relative change of the entries that is as good as none.
const ROUNDING: f64 = f64::EPSILON;
/// Columns whose part in a dependency is smaller than this (relative to the largest) are rounding.
const PART_IN_DEPENDENCY: f64 = 1e-8;

/// The terms of which a pivot is the sum.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Terms {
    /// Sum of their magnitudes.
    size: f64,
    /// Uncertainty that they have from earlier pivots.
    inherited: f64,
}

impl Terms {
    /// The entry of the matrix.
    pub(super) fn entry(magnitude: f64) -> Self {
        Self {
            size: magnitude,
            inherited: 0.0,
        }
    }

    /// Adds a term, with the relative uncertainty of the pivot that it was divided by.
    pub(super) fn add(&mut self, magnitude: f64, uncertainty: f64) {
        self.size += magnitude;
        self.inherited += magnitude * uncertainty;
    }

    /// The uncertainty of the sum relative to its magnitude.
    pub(super) fn uncertainty(self, sum: f64) -> f64 {
        (f64::EPSILON * self.size + self.inherited) / sum
    }

    /// Whether a sum of that magnitude may be zero.
    pub(super) fn are_doubtful(self, sum: f64) -> bool {
        sum == 0.0 || DOUBTFUL * self.uncertainty(sum) >= 1.0
    }
}

/// A candidate for a pivot that may be zero.
#[derive(Clone, Copy, Debug)]
pub(super) struct Suspect {
    /// First step of its block.
    pub(super) block_start: usize,
    /// Step of its column.
    pub(super) step: usize,
    /// Its row.
    pub(super) label: u32,
    /// Its magnitude.
    pub(super) magnitude: f64,
}

/// The columns of the matrix that depend on each other, if the suspect is zero within rounding. The column of the
/// suspect is complete in `U`, but not in `L`.
pub(super) fn check<T: Scalar>(
    system: &System<'_, T>,
    factors: &Factors<T>,
    label_of_step: &[u32],
    suspect: Suspect,
) -> Option<Vec<u32>> {
    let exactly_zero = suspect.magnitude == 0.0 || suspect.label == NONE;
    let right = right_vector(factors, suspect);
    if !exactly_zero {
        let left = left_vector(factors, label_of_step, suspect);
        let mut reference = 0.0;
        for (step, &part) in (suspect.block_start..).zip(&right) {
            for (label, value) in system.column(step) {
                let row = (label as usize).checked_sub(suspect.block_start);
                if let Some(weight) = row.and_then(|row| left.get(row)) {
                    reference += weight.magnitude() * value.magnitude() * part.magnitude();
                }
            }
        }
        if suspect.magnitude > ROUNDING * reference {
            return None;
        }
    }
    let largest = right
        .iter()
        .fold(0.0, |largest: f64, part| largest.max(part.magnitude()));
    let columns = system.ordering.columns[suspect.block_start..=suspect.step].iter();
    let mut dependent: Vec<u32> = columns
        .zip(&right)
        .filter(|(_, part)| part.magnitude() > PART_IN_DEPENDENCY * largest)
        .map(|(&column, _)| column)
        .collect();
    dependent.sort_unstable();
    Some(dependent)
}

/// The terms of a candidate, in a column that is complete in `U`.
pub(super) fn terms<T: Scalar>(
    system: &System<'_, T>,
    factors: &Factors<T>,
    step: usize,
    label: u32,
) -> Terms {
    let entry = system.column(step).find(|&(row, _)| row == label);
    let mut terms = Terms::entry(entry.map_or(0.0, |(_, value)| value.magnitude()));
    let (sources, values) = factors.upper.column(step);
    for (&source, value) in sources.iter().zip(values) {
        let source = source as usize;
        let (labels, multipliers) = factors.lower.column(source);
        if let Some(index) = labels.iter().position(|&row| row == label) {
            let magnitude = multipliers[index].magnitude() * value.magnitude();
            terms.add(magnitude, factors.uncertainties[source]);
        }
    }
    terms
}

/// `v`: solves `U v = 0` with `v = 1` at the suspect's step; by step, from the start of the block.
fn right_vector<T: Scalar>(factors: &Factors<T>, suspect: Suspect) -> Vec<T> {
    let first = suspect.block_start;
    let mut vector = vec![T::default(); suspect.step - first + 1];
    for step in (first..=suspect.step).rev() {
        let part = if step == suspect.step {
            T::ONE
        } else {
            vector[step - first].divided_by(factors.pivots[step])
        };
        vector[step - first] = part;
        let (rows, values) = factors.upper.column(step);
        for (&row, &value) in rows.iter().zip(values) {
            vector[row as usize - first] -= value * part;
        }
    }
    vector
}

/// `w`: solves `L^T w = 0` with `w = 1` in the suspect's row; by label, from the start of the block, and zero in rows that
/// are no pivots yet.
fn left_vector<T: Scalar>(factors: &Factors<T>, label_of_step: &[u32], suspect: Suspect) -> Vec<T> {
    let first = suspect.block_start;
    let place = |label: u32| label as usize - first;
    let steps = first..suspect.step;
    let last = steps
        .clone()
        .flat_map(|step| factors.lower.column(step).0)
        .chain(&label_of_step[steps.clone()])
        .fold(suspect.label, |last, &label| last.max(label));
    let mut vector = vec![T::default(); place(last) + 1];
    vector[place(suspect.label)] = T::ONE;
    for step in steps.rev() {
        let (labels, multipliers) = factors.lower.column(step);
        let mut sum = T::default();
        for (&label, &multiplier) in labels.iter().zip(multipliers) {
            sum += multiplier * vector[place(label)];
        }
        vector[place(label_of_step[step])] = -sum;
    }
    vector
}
