//! The transfer matrices, or the solutions by Newton's method, against fresh solutions of the arrays by the direct method.

use std::collections::BTreeSet;
use std::sync::Mutex;

use ohmloom_layouts::{LayoutError, multiply_transposed};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::calibration::Calibration;
use super::operators::{Stage, StageOperator};
use super::{AnalogNetwork, EvaluationData, EvaluationError, Progress, as_trait};
use crate::inference::Inference;

/// Stream of the generator that the draws come from.
const STREAM: u64 = 0x7665_7269_6679;

/// One tile with one input of its layer.
#[derive(Debug, Clone, Copy)]
struct Draw {
    layer: usize,
    group: usize,
    tile: usize,
    sample: usize,
    /// Index of the vector over the whole dataset.
    vector: u64,
}

impl AnalogNetwork<'_> {
    /// Draws tiles and inputs at random, each tile equally likely, and solves their arrays by the direct method. Returns the largest
    /// difference of a differential current, relative to the largest of its tile.
    pub(super) fn verify(
        &self,
        data: EvaluationData<'_>,
        calibration: &Calibration,
        count: usize,
        progress: &dyn Progress,
    ) -> Result<f64, EvaluationError> {
        let draws = self.draw(data.test.len(), count);
        let stage = |layer: usize, _| Stage::Record {
            wanted: draws
                .iter()
                .filter(|draw| draw.layer == layer)
                .map(|draw| draw.vector)
                .collect(),
            found: Mutex::default(),
        };
        let operators = self.operators(calibration, stage);
        // The network's own batch, or single images.
        let inference = Inference::analog(self.network, &as_trait(&operators), data.test.len(), 1)?;
        let batch = self.network.fixed_batch().unwrap_or(1);
        let batches: BTreeSet<usize> = draws.iter().map(|draw| draw.sample / batch).collect();
        progress.begin("verifying", batches.len() + draws.len());
        batches.into_par_iter().try_for_each(|batch| {
            inference.run_batch(batch, data.test, data.preprocessing)?;
            progress.step();
            Ok::<(), EvaluationError>(())
        })?;
        let differences: Vec<f64> = draws
            .par_iter()
            .map(|draw| {
                let operator = &operators[draw.layer][draw.group];
                let layer = || self.network.layers()[draw.layer].name.clone();
                let vector = operator
                    .recorded(draw.vector)
                    .ok_or_else(|| EvaluationError::NotRecorded { layer: layer() })?;
                let difference = difference(operator, draw.tile, &vector).map_err(|source| {
                    EvaluationError::Layout {
                        layer: layer(),
                        source: Box::new(source),
                    }
                });
                progress.step();
                difference
            })
            .collect::<Result<_, _>>()?;
        Ok(differences.into_iter().fold(0.0, f64::max))
    }

    fn draw(&self, samples: usize, count: usize) -> Vec<Draw> {
        let tiles: Vec<(usize, usize, usize)> = self
            .matrices
            .iter()
            .enumerate()
            .flat_map(|(layer, groups)| {
                groups
                    .iter()
                    .enumerate()
                    .map(move |(group, matrix)| (layer, group, matrix))
            })
            .flat_map(|(layer, group, matrix)| {
                (0..matrix.mapped.tiles().len()).map(move |tile| (layer, group, tile))
            })
            .collect();
        let mut random = ChaCha8Rng::seed_from_u64(self.settings.seed);
        random.set_stream(STREAM);
        (0..count)
            .map(|_| {
                let (layer, group, tile) = tiles[random.random_range(0..tiles.len())];
                let sample = random.random_range(0..samples);
                let per_sample = self.vectors_per_sample(layer);
                let vector = (sample * per_sample + random.random_range(0..per_sample)) as u64;
                Draw {
                    layer,
                    group,
                    tile,
                    sample,
                    vector,
                }
            })
            .collect()
    }
}

/// Largest difference between the evaluation's solution and the direct one, relative to the largest current.
fn difference(operator: &StageOperator, tile: usize, vector: &[f64]) -> Result<f64, LayoutError> {
    let mapped = &operator.matrix.mapped;
    let volts = mapped.tile_voltages(tile, &operator.matrix.extend(vector), &operator.converters);
    let (position, tile) = &mapped.tiles()[tile];
    let mut fast = vec![0.0; tile.outputs()];
    let direct = match tile.nonlinear() {
        None => {
            multiply_transposed(&volts, tile.differential(), &mut fast, tile.used_rows());
            tile.solve_directly(&volts)
        }
        Some(cells) => cells
            .currents(&volts, &mut fast)
            .and_then(|_| cells.solve_chords_directly(&volts)),
    };
    let direct = direct.map_err(|source| LayoutError::Tile {
        row: position.row,
        column: position.column,
        source,
    })?;
    let largest = direct
        .iter()
        .fold(0.0, |a: f64, current| a.max(current.abs()));
    let worst = fast
        .iter()
        .zip(&direct)
        .fold(0.0, |a: f64, (fast, direct)| a.max((fast - direct).abs()));
    Ok(if worst == 0.0 { 0.0 } else { worst / largest })
}
