//! What runs in place of a weight layer in each stage of an evaluation.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use ohmloom_layouts::offsetting::InputMoments;
use ohmloom_layouts::{Converters, LayoutError, NewtonStatistics, SignalRange};

use super::programmed::ProgrammedMatrix;
use crate::error::OperatorError;
use crate::layer::{LinearOperator, VectorBlock};

/// What a stage does besides multiplying.
pub(super) enum Stage {
    /// Ideal converters; finds out what the real ones have to cover.
    Calibrate(Mutex<SignalRange>),
    /// The real converters; notes for the first vectors how far the results are from exact arithmetic, by first vector of a block, so
    /// that the numbers can be added in a fixed order.
    Evaluate {
        cells: SolvedCells,
        /// Vectors from this one on do not count.
        end: u64,
        blocks: Mutex<BTreeMap<u64, BlockErrors>>,
    },
    /// The real converters; keeps these input vectors.
    Record {
        wanted: Vec<u64>,
        found: Mutex<BTreeMap<u64, Vec<f64>>>,
    },
    /// Exact arithmetic; adds up the moments of the vectors as the rows of the tiles see them.
    Moments(Mutex<InputMoments>),
}

/// How a layer's tiles are solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SolvedCells {
    /// By the transfer matrices, of the linear cells.
    Linear,
    /// By Newton's method, with the nonlinear cells.
    Nonlinear,
}

/// What [`Stage::Evaluate`] notes. All norms are squared.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct BlockErrors {
    /// Of the exact result.
    pub exact: f64,
    /// Of the difference to it.
    pub error: f64,
    /// Of the result with linear cells, for nonlinear ones.
    pub linear: f64,
    /// Of the difference to that.
    pub nonlinearity: f64,
    /// The solutions behind all vectors of the block, also those that do not count.
    pub newton: NewtonStatistics,
}

impl BlockErrors {
    pub(super) fn merge(self, other: Self) -> Self {
        Self {
            exact: self.exact + other.exact,
            error: self.error + other.error,
            linear: self.linear + other.linear,
            nonlinearity: self.nonlinearity + other.nonlinearity,
            newton: self.newton.merge(other.newton),
        }
    }
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
            Stage::Calibrate(range) => lock(range).clone(),
            _ => SignalRange::default(),
        }
    }

    /// What was noted, for [`Stage::Evaluate`].
    pub(super) fn errors(&self) -> BlockErrors {
        match &self.stage {
            Stage::Evaluate { blocks, .. } => lock(blocks)
                .values()
                .copied()
                .fold(BlockErrors::default(), BlockErrors::merge),
            _ => BlockErrors::default(),
        }
    }

    /// The moments, for [`Stage::Moments`].
    pub(super) fn moments(&self) -> Option<InputMoments> {
        match &self.stage {
            Stage::Moments(moments) => Some(lock(moments).clone()),
            _ => None,
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

impl StageOperator {
    /// The product for these vectors, of which the first `counted` are compared.
    fn evaluate(
        &self,
        cells: SolvedCells,
        vectors: &[f64],
        counted: usize,
        output: &mut [f64],
    ) -> Result<BlockErrors, LayoutError> {
        let (compared, results) = (counted * self.rows(), counted * self.columns());
        let mut errors = BlockErrors::default();
        let mut reference = vec![0.0; results];
        if cells == SolvedCells::Linear {
            self.matrix.multiply(vectors, &self.converters, output)?;
        } else {
            errors.newton = self
                .matrix
                .multiply_nonlinear(vectors, &self.converters, output)?;
            self.matrix
                .multiply(&vectors[..compared], &self.converters, &mut reference)?;
            (errors.nonlinearity, errors.linear) = squares(&output[..results], &reference);
        }
        self.matrix
            .multiply_exactly(&vectors[..compared], &mut reference);
        (errors.error, errors.exact) = squares(&output[..results], &reference);
        Ok(errors)
    }
}

/// Squared norms of the difference and of the reference.
fn squares(values: &[f64], reference: &[f64]) -> (f64, f64) {
    values
        .iter()
        .zip(reference)
        .fold((0.0, 0.0), |sums, (a, b)| {
            (sums.0 + (a - b) * (a - b), sums.1 + b * b)
        })
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
            Stage::Calibrate(range) => {
                let observed = self.matrix.observe(block.values)?;
                let mut range = lock(range);
                *range = std::mem::take(&mut *range).merge(&observed);
            }
            Stage::Evaluate { cells, end, blocks } => {
                let counted = end
                    .saturating_sub(block.first_vector)
                    .min(block.vectors as u64) as usize;
                let errors = self.evaluate(*cells, block.values, counted, output)?;
                lock(blocks).insert(block.first_vector, errors);
                return Ok(());
            }
            Stage::Moments(moments) => {
                lock(moments).observe(&self.matrix.extend(block.values))?;
                self.matrix.multiply_exactly(block.values, output);
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
