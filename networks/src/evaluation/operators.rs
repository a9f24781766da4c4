//! What runs in place of a weight layer in each stage of an evaluation.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use ohmloom_layouts::{Converters, SignalRange};

use super::programmed::ProgrammedMatrix;
use crate::error::OperatorError;
use crate::layer::{LinearOperator, VectorBlock};

/// What a stage does besides multiplying.
pub(super) enum Stage {
    /// Ideal converters; finds out what the real ones have to cover.
    Calibrate(Mutex<SignalRange>),
    /// The real converters.
    Convert,
    /// The real converters, compared with exact arithmetic: squared norms of the error and of the exact result, by first vector, so
    /// that they can be added in a fixed order.
    Compare {
        /// Vectors from this one on do not count.
        end: u64,
        norms: Mutex<BTreeMap<u64, (f64, f64)>>,
    },
    /// The real converters; keeps these input vectors.
    Record {
        wanted: Vec<u64>,
        found: Mutex<BTreeMap<u64, Vec<f64>>>,
    },
}

/// One group of a layer in one stage.
pub(super) struct StageOperator {
    pub matrix: Arc<ProgrammedMatrix>,
    pub converters: Converters,
    pub stage: Stage,
}

/// Locks, also if another thread panicked meanwhile: what is behind these locks is valid at all times.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl StageOperator {
    /// The range found, for [`Stage::Calibrate`].
    pub(super) fn range(&self) -> SignalRange {
        match &self.stage {
            Stage::Calibrate(range) => *lock(range),
            _ => SignalRange::default(),
        }
    }

    /// Squared norms of the error and of the exact result, for [`Stage::Compare`].
    pub(super) fn squared_norms(&self) -> (f64, f64) {
        match &self.stage {
            Stage::Compare { norms, .. } => lock(norms)
                .values()
                .fold((0.0, 0.0), |sum, norm| (sum.0 + norm.0, sum.1 + norm.1)),
            _ => (0.0, 0.0),
        }
    }

    /// A vector that was asked for, for [`Stage::Record`].
    pub(super) fn recorded(&self, vector: u64) -> Option<Vec<f64>> {
        match &self.stage {
            Stage::Record { found, .. } => lock(found).get(&vector).cloned(),
            _ => None,
        }
    }
}

impl LinearOperator for StageOperator {
    fn rows(&self) -> usize {
        self.matrix.inputs()
    }

    fn columns(&self) -> usize {
        self.matrix.outputs()
    }

    fn includes_bias(&self) -> bool {
        self.matrix.includes_bias()
    }

    fn apply(&self, block: VectorBlock<'_>, output: &mut [f64]) -> Result<(), OperatorError> {
        match &self.stage {
            Stage::Convert => {}
            Stage::Calibrate(range) => {
                let observed = self.matrix.observe(block.values)?;
                let mut range = lock(range);
                *range = range.merge(observed);
            }
            Stage::Compare { end, norms } => {
                self.matrix
                    .multiply(block.values, &self.converters, output)?;
                let mut exact = vec![0.0; output.len()];
                self.matrix.multiply_exactly(block.values, &mut exact);
                let counted = end
                    .saturating_sub(block.first_vector)
                    .min(block.vectors as u64);
                let exact = &exact[..counted as usize * self.columns()];
                let error = output
                    .iter()
                    .zip(exact)
                    .map(|(a, b)| (a - b) * (a - b))
                    .sum();
                let norm = exact.iter().map(|value| value * value).sum();
                lock(norms).insert(block.first_vector, (error, norm));
                return Ok(());
            }
            Stage::Record { wanted, found } => {
                let range = block.first_vector..block.first_vector + block.vectors as u64;
                for &vector in wanted.iter().filter(|vector| range.contains(vector)) {
                    let first = (vector - block.first_vector) as usize * self.rows();
                    let values = block.values[first..first + self.rows()].to_vec();
                    lock(found).insert(vector, values);
                }
            }
        }
        Ok(self
            .matrix
            .multiply(block.values, &self.converters, output)?)
    }
}
