//! A whole network evaluated at circuit level.
//!
//! Each weight matrix is programmed onto tiles once; each tile's transfer matrix, an exact solution of its array with all wires, is
//! computed once; then every inference is a product with those matrices between converters. With nonlinear cells there is no such
//! matrix: each tile is solved by Newton's method for each input.

mod calibration;
mod correction;
mod data;
mod error;
mod hardware;
mod input_moments;
mod layout;
mod operators;
mod programmed;
mod programming;
mod references;
mod report;
mod report_parts;
mod settings;
mod staggered;
mod verification;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use ohmloom_layouts::offsetting::InputMoments;
use ohmloom_layouts::{MappedMatrix, Tile};
use rayon::prelude::*;

pub use correction::{Correction, CorrectionReport, Fit};
pub use data::EvaluationData;
pub use error::EvaluationError;
pub use hardware::HardwareSettings;
pub use layout::{LayerLayoutSettings, LayoutSettings};
pub use references::References;
pub use report::{EvaluationReport, LayerReport, NonidealReport, NonlinearReport, Seconds};
pub use settings::{Bias, EvaluationSettings};

use crate::datasets::Dataset;
use crate::inference::{Inference, Logits};
use crate::layer::{LinearOperator, Operators};
use crate::network::Network;
use crate::preprocessing::Preprocessing;
use calibration::Calibration;
use operators::{BlockErrors, SolvedCells, Stage, StageOperator};
use programmed::ProgrammedMatrix;
use programming::program_matrices;
use references::as_programmed;

/// Samples that run through the network together. It limits blocks of vectors, whose last bits it may change; never the meaning.
const BATCH: usize = 50;

/// The same where each sample takes many solutions by Newton's method.
const NONLINEAR_BATCH: usize = 5;

/// Tells how far an evaluation is. The numbers count batches, tiles or draws.
pub trait Progress: Sync {
    /// A stage of `steps` steps begins.
    fn begin(&self, stage: &'static str, steps: usize);
    /// One more step of the present stage is done.
    fn step(&self);
}

/// Progress that nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _: &'static str, _: usize) {}
    fn step(&self) {}
}

/// A network programmed onto tiles and solved, ready for any number of inputs.
pub struct AnalogNetwork<'a> {
    network: &'a Network,
    settings: EvaluationSettings,
    /// `[layer][group]`
    matrices: Vec<Vec<Arc<ProgrammedMatrix>>>,
    /// The same network on tiles without non-idealities, where these have some.
    as_programmed: Option<Arc<Self>>,
    seconds: Seconds,
}

impl<'a> AnalogNetwork<'a> {
    /// Programs the weights and solves every tile.
    ///
    /// # Errors
    /// Settings out of range; a network without weights; a layer that cannot be laid out or solved; offsetting that needs the statistics of the
    /// layers' inputs ([`Self::for_data`]).
    pub fn new(
        network: &'a Network,
        settings: &EvaluationSettings,
        progress: &dyn Progress,
    ) -> Result<Self, EvaluationError> {
        let (beside, seconds) = Self::beside(network, settings, progress)?;
        let mut analog = Self::program(network, settings, beside, &[], progress)?;
        analog.seconds.as_programmed = seconds;
        Ok(analog)
    }

    /// As [`Self::new`]; offsetting that needs them gets the statistics of the layers' inputs over the calibration images, in exact arithmetic.
    ///
    /// # Errors
    /// As [`Self::new`] and [`Inference::run`].
    pub fn for_data(
        network: &'a Network,
        settings: &EvaluationSettings,
        data: EvaluationData<'_>,
        progress: &dyn Progress,
    ) -> Result<Self, EvaluationError> {
        let (beside, seconds) = Self::beside(network, settings, progress)?;
        let start = Instant::now();
        let moments = match &beside {
            Some(beside) if settings.offsetting.needs_moments() => {
                beside.input_moments(data, progress)?
            }
            _ => Vec::new(),
        };
        let statistics = start.elapsed().as_secs_f64();
        let mut analog = Self::program(network, settings, beside, &moments, progress)?;
        analog.seconds.as_programmed = seconds;
        analog.seconds.programming += statistics;
        Ok(analog)
    }

    /// The same network on tiles that are as programmed, where these have non-idealities, and how long that took.
    fn beside(
        network: &'a Network,
        settings: &EvaluationSettings,
        progress: &dyn Progress,
    ) -> Result<(Option<Arc<Self>>, f64), EvaluationError> {
        settings.validate()?;
        if settings.nonidealities.is_empty() {
            return Ok((None, 0.0));
        }
        let start = Instant::now();
        let beside = Self::program(network, &as_programmed(settings), None, &[], progress)?;
        Ok((Some(Arc::new(beside)), start.elapsed().as_secs_f64()))
    }

    fn program(
        network: &'a Network,
        settings: &EvaluationSettings,
        as_programmed: Option<Arc<Self>>,
        moments: &[InputMoments],
        progress: &dyn Progress,
    ) -> Result<Self, EvaluationError> {
        settings.validate()?;
        if network.layers().is_empty() {
            return Err(EvaluationError::NoWeights {
                path: network.path().display().to_string(),
            });
        }
        let at_layer = |layer: usize| {
            move |source| EvaluationError::Layout {
                layer: network.layers()[layer].name.clone(),
                source: Box::new(source),
            }
        };
        let start = Instant::now();
        let mut matrices = program_matrices(network, settings, moments)?;
        let programming = start.elapsed().as_secs_f64();
        let start = Instant::now();
        progress.begin("solving tiles", matrices.iter().map(Vec::len).sum());
        let mut flat: Vec<_> = matrices
            .iter_mut()
            .enumerate()
            .flat_map(|(layer, groups)| groups.iter_mut().map(move |m| (layer, m)))
            .collect();
        flat.par_iter_mut().try_for_each(|(layer, matrix)| {
            matrix.solve(settings).map_err(at_layer(*layer))?;
            progress.step();
            Ok::<(), EvaluationError>(())
        })?;
        let solving = start.elapsed().as_secs_f64();
        let matrices = matrices
            .into_iter()
            .map(|groups| groups.into_iter().map(Arc::new).collect())
            .collect();
        let seconds = Seconds {
            programming,
            solving,
            ..Seconds::default()
        };
        Ok(Self {
            network,
            settings: settings.clone(),
            matrices,
            as_programmed,
            seconds,
        })
    }

    /// The same tiles with other converters or another choice of images: nothing is programmed or solved again.
    ///
    /// # Errors
    /// Settings out of range, and settings with other tiles than these (see [`EvaluationSettings::of_tiles`]).
    pub fn with_settings(&self, settings: &EvaluationSettings) -> Result<Self, EvaluationError> {
        settings.validate()?;
        if settings.of_tiles() != self.settings.of_tiles() {
            let reason = "these settings have other tiles than those that are solved".into();
            return Err(EvaluationError::Value { reason });
        }
        Ok(Self {
            network: self.network,
            settings: settings.clone(),
            matrices: self.matrices.clone(),
            as_programmed: self.as_programmed.clone(),
            seconds: Seconds::default(),
        })
    }

    /// The network.
    pub fn network(&self) -> &'a Network {
        self.network
    }

    /// The tiles of one layer, group by group.
    ///
    /// # Panics
    /// If the network has no such layer.
    pub fn layer_tiles(&self, layer: usize) -> impl Iterator<Item = &Tile> {
        self.matrices[layer]
            .iter()
            .flat_map(|matrix| matrix.mapped.tiles())
            .map(|(_, tile)| tile)
    }

    /// Tiles of all layers: arrays, of which some schemes for signed weights take two where others take one.
    pub fn tiles(&self) -> usize {
        self.array_numbers(0..self.matrices.len()).len()
    }

    /// The numbers of the arrays of these layers.
    fn array_numbers(&self, layers: Range<usize>) -> BTreeSet<u64> {
        let matrices = self.matrices[layers].iter().flatten();
        matrices.flat_map(|matrix| matrix.mapped.arrays()).collect()
    }

    /// Share of the cells of these layers' arrays that belong to a weight of them.
    fn utilisation(&self, layers: Range<usize>) -> f64 {
        let used: usize = self.matrices[layers.clone()]
            .iter()
            .flatten()
            .map(|matrix| matrix.mapped.used_cells())
            .sum();
        let tile = &self.settings.tile;
        let cells = self.array_numbers(layers).len() * tile.rows * tile.columns;
        used as f64 / cells.max(1) as f64
    }

    /// Classifies the test set digitally and on the arrays, and compares. `verify` inputs drawn at random are solved again by the
    /// direct method.
    ///
    /// # Errors
    /// An empty dataset; samples that do not fit the network; an operator that fails, with its layer.
    pub fn evaluate(
        &self,
        data: EvaluationData<'_>,
        verify: usize,
        progress: &dyn Progress,
    ) -> Result<EvaluationReport, EvaluationError> {
        let references = References::new(self.network, data);
        if let Some(beside) = &self.as_programmed {
            references.keep(Arc::clone(beside));
        }
        self.evaluate_beside(&references, verify, progress)
    }

    fn evaluate_beside(
        &self,
        references: &References<'_>,
        verify: usize,
        progress: &dyn Progress,
    ) -> Result<EvaluationReport, EvaluationError> {
        let data = references.data();
        if data.test.is_empty() {
            return Err(EvaluationError::NoSamples);
        }
        let hardware = references.cost(&self.settings)?;
        let mut seconds = self.seconds;
        let timed = |seconds: &mut f64, start: Instant| *seconds = start.elapsed().as_secs_f64();

        let start = Instant::now();
        let calibration = self.calibrate(references, progress)?;
        timed(&mut seconds.calibrating, start);

        let start = Instant::now();
        let digital = references.digital(progress)?;
        timed(&mut seconds.digital, start);

        let start = Instant::now();
        let cells = if self.settings.cell.is_some() {
            SolvedCells::Nonlinear
        } else {
            SolvedCells::Linear
        };
        let (analog, errors) = self.classify(data, &calibration, cells, progress)?;
        timed(&mut seconds.evaluating, start);

        let start = Instant::now();
        let linear = match cells {
            SolvedCells::Linear => None,
            SolvedCells::Nonlinear => {
                Some(self.classify(data, &calibration, SolvedCells::Linear, progress)?)
            }
        };
        timed(&mut seconds.linear, start);

        let start = Instant::now();
        let nonideal = if self.settings.nonidealities.is_empty() {
            None
        } else {
            let programmed = references.programmed(&self.settings, progress)?;
            Some(self.nonideal_report((&analog, &programmed), data.test.labels())?)
        };
        seconds.as_programmed += start.elapsed().as_secs_f64();

        let start = Instant::now();
        let verify_max_relative = match verify {
            0 => None,
            _ if self.tiles() == 0 => None,
            draws => Some(self.verify(data, &calibration, draws, progress)?),
        };
        timed(&mut seconds.checking, start);

        let nonlinear = match &linear {
            None => None,
            Some((logits, _)) => {
                Some(self.nonlinear_report((&analog, logits), &errors, data.test.labels())?)
            }
        };
        let linear_errors = linear.as_ref().map(|(_, errors)| &errors[..]);
        let layers = self.layer_reports(&errors, linear_errors, &calibration);
        let (digital_classes, analog_classes) = (digital.predictions()?, analog.predictions()?);
        let matrices = || self.matrices.iter().flatten().map(|matrix| &matrix.mapped);
        let tiles = self.tiles();
        Ok(EvaluationReport {
            images: data.test.len(),
            digital_correct: digital.correct(data.test.labels())?,
            analog_correct: analog.correct(data.test.labels())?,
            agree: digital_classes
                .iter()
                .zip(&analog_classes)
                .filter(|(a, b)| a == b)
                .count(),
            tiles,
            utilisation: self.utilisation(0..self.matrices.len()),
            kcl_relative: matrices()
                .flat_map(MappedMatrix::tiles)
                .map(|(_, tile)| tile.kcl_relative())
                .chain(errors.iter().map(|layer| layer.newton.kcl_relative))
                .fold(0.0, f64::max),
            verify_max_relative,
            nonlinear,
            nonideal,
            layers,
            hardware,
            seconds,
            calibration: calibration.images,
            settings: self.settings.clone(),
            version: env!("CARGO_PKG_VERSION"),
        })
    }

    /// Runs the test set; also returns each layer's errors over the first images.
    fn classify(
        &self,
        data: EvaluationData<'_>,
        calibration: &Calibration,
        cells: SolvedCells,
        progress: &dyn Progress,
    ) -> Result<(Logits, Vec<BlockErrors>), EvaluationError> {
        let images = self.settings.error_images.min(data.test.len());
        // Where a batch of fixed size is filled up with copies, these do not count.
        let operators = self.operators(calibration, |layer, _| Stage::Evaluate {
            cells,
            end: (images * self.vectors_per_sample(layer)) as u64,
            blocks: Mutex::default(),
        });
        let (stage, batch) = match (cells, &self.settings.cell) {
            (SolvedCells::Nonlinear, _) => ("evaluating", NONLINEAR_BATCH),
            (SolvedCells::Linear, None) => ("evaluating", BATCH),
            (SolvedCells::Linear, Some(_)) => ("linear cells", BATCH),
        };
        let as_trait = as_trait(&operators);
        let inference = Inference::analog(self.network, &as_trait, data.test.len(), batch)?;
        let logits = run(&inference, data.test, data.preprocessing, stage, progress)?;
        let of_layer = |groups: &Vec<Arc<StageOperator>>| {
            groups
                .iter()
                .map(|group| group.errors())
                .fold(BlockErrors::default(), BlockErrors::merge)
        };
        Ok((logits, operators.iter().map(of_layer).collect()))
    }

    /// Input vectors of a layer for each sample.
    fn vectors_per_sample(&self, layer: usize) -> usize {
        let batch = self.network.fixed_batch().unwrap_or(1);
        let positions = self.matrices[layer][0].positions();
        (self.network.layers()[layer].vectors() / positions).div_ceil(batch)
    }

    /// Operators for one stage, `[layer][group]`; `stage` gets the indices of both.
    fn operators(
        &self,
        calibration: &Calibration,
        stage: impl Fn(usize, usize) -> Stage,
    ) -> Vec<Vec<Arc<StageOperator>>> {
        let groups = |(layer, groups): (usize, &Vec<Arc<ProgrammedMatrix>>)| {
            let operator = |(group, matrix): (usize, &Arc<ProgrammedMatrix>)| {
                Arc::new(StageOperator {
                    matrix: Arc::clone(matrix),
                    converters: calibration.converters[layer][group].clone(),
                    correction: calibration.corrections[layer][group].clone(),
                    stage: stage(layer, group),
                })
            };
            groups.iter().enumerate().map(operator).collect()
        };
        self.matrices.iter().enumerate().map(groups).collect()
    }
}

/// The same operators, as a plan takes them.
fn as_trait(operators: &[Vec<Arc<StageOperator>>]) -> Operators {
    let group = |operator: &Arc<StageOperator>| Arc::clone(operator) as Arc<dyn LinearOperator>;
    operators
        .iter()
        .map(|groups| groups.iter().map(group).collect())
        .collect()
}

/// Runs the samples of an inference, batches in parallel.
fn run(
    inference: &Inference,
    dataset: &Dataset,
    preprocessing: &Preprocessing,
    stage: &'static str,
    progress: &dyn Progress,
) -> Result<Logits, EvaluationError> {
    progress.begin(stage, inference.batches());
    Ok(inference.run_watched(dataset, preprocessing, || progress.step())?)
}
