//! What runs in place of a weight layer in each stage of an evaluation.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use ohmloom_layouts::offsetting::InputMoments;
use ohmloom_layouts::{Converters, LayoutError, NewtonStatistics, SignalRange};
use ohmloom_peripherals::digital::{Activation, ColumnAffine, DigitalError};

use super::correction::{FitSums, add_to_sums};
use super::programmed::ProgrammedMatrix;
use crate::error::OperatorError;
use crate::layer::{LinearOperator, VectorBlock};

/// What a stage does besides multiplying.
pub(super) enum Stage {
    /// Ideal converters; finds out what the real ones have to cover.
    Calibrate {
        range: Mutex<SignalRange>,
        /// The converters that apply inputs digit by digit, where the currents of digits are asked for.
        digits: Option<Box<Converters>>,
    },
    /// The real converters; adds up for each output what a scale and an offset are fitted to, by first vector of a block.
    Fit {
        cells: SolvedCells,
        /// Vectors from this one on do not count.
        end: u64,
        blocks: Mutex<BTreeMap<u64, Vec<FitSums>>>,
    },
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
    /// What is done to the results.
    pub correction: Option<Arc<ColumnAffine>>,
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
            Stage::Calibrate { range, .. } => lock(range).clone(),
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

    /// The sums of all blocks, for [`Stage::Fit`].
    pub(super) fn fit_sums(&self) -> Vec<FitSums> {
        let mut sums = vec![[0.0; 5]; self.columns()];
        if let Stage::Fit { blocks, .. } = &self.stage {
            for block in lock(blocks).values() {
                for (sums, block) in sums.iter_mut().zip(block) {
                    sums.iter_mut()
                        .zip(block)
                        .for_each(|(sum, term)| *sum += term);
                }
            }
        }
        sums
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
    /// The product for these vectors, as the converters give it.
    fn multiply(
        &self,
        cells: SolvedCells,
        first_vector: u64,
        vectors: &[f64],
        output: &mut [f64],
    ) -> Result<NewtonStatistics, LayoutError> {
        let converters = self.converters.from_vector(first_vector);
        match cells {
            SolvedCells::Linear => {
                self.matrix.multiply(vectors, &converters, output)?;
                Ok(NewtonStatistics::default())
            }
            SolvedCells::Nonlinear => self.matrix.multiply_nonlinear(vectors, &converters, output),
        }
    }

    /// Scales and offsets the results.
    fn correct(&self, output: &mut [f64]) -> Result<(), DigitalError> {
        self.correction
            .as_ref()
            .map_or(Ok(()), |affine| affine.apply(Activation::Linear, output))
    }

    /// The product for these vectors, of which the first `counted` are compared.
    fn evaluate(
        &self,
        cells: SolvedCells,
        (first_vector, vectors): (u64, &[f64]),
        counted: usize,
        output: &mut [f64],
    ) -> Result<BlockErrors, OperatorError> {
        let (compared, results) = (counted * self.rows(), counted * self.columns());
        let mut errors = BlockErrors::default();
        let mut reference = vec![0.0; results];
        errors.newton = self.multiply(cells, first_vector, vectors, output)?;
        self.correct(output)?;
        if cells == SolvedCells::Nonlinear {
            let compared = &vectors[..compared];
            self.multiply(SolvedCells::Linear, first_vector, compared, &mut reference)?;
            self.correct(&mut reference)?;
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

    fn takes_whole_inputs(&self) -> bool {
        self.matrix.takes_whole_inputs()
    }

    fn apply(&self, block: VectorBlock<'_>, output: &mut [f64]) -> Result<(), OperatorError> {
        match &self.stage {
            Stage::Calibrate { range, digits } => {
                let observed = self.matrix.observe(block.values, digits.as_deref())?;
                let mut range = lock(range);
                *range = std::mem::take(&mut *range).merge(&observed);
            }
            Stage::Evaluate { cells, end, blocks } => {
                let counted = block.vectors_before(*end);
                let vectors = (block.first_vector, block.values);
                let errors = self.evaluate(*cells, vectors, counted, output)?;
                lock(blocks).insert(block.first_vector, errors);
                return Ok(());
            }
            Stage::Fit { cells, end, blocks } => {
                self.multiply(*cells, block.first_vector, block.values, output)?;
                let counted = block.vectors_before(*end);
                let mut exact = vec![0.0; counted * self.columns()];
                self.matrix
                    .multiply_exactly(&block.values[..counted * self.rows()], &mut exact);
                let mut sums = vec![[0.0; 5]; self.columns()];
                add_to_sums(&mut sums, &output[..exact.len()], &exact);
                lock(blocks).insert(block.first_vector, sums);
                return Ok(self.correct(output)?);
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
        self.multiply(
            SolvedCells::Linear,
            block.first_vector,
            block.values,
            output,
        )?;
        Ok(self.correct(output)?)
    }
}
