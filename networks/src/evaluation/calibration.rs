//! What is found by running the calibration images: ranges of the converters, scales and offsets of the digital corrections.

use std::sync::{Arc, Mutex};

use ohmloom_layouts::{AdcProfile, Converters, LayoutError, SignalRange};
use ohmloom_peripherals::digital::{ColumnAffine, DigitalError};
use ohmloom_peripherals::{ConverterSettings, RangePolicy, Resolution};

use super::correction::{CorrectionReport, Fit};
use super::operators::{SolvedCells, Stage};
use super::{
    AnalogNetwork, BATCH, EvaluationData, EvaluationError, NONLINEAR_BATCH, Progress, References,
    as_trait, run,
};
use crate::inference::Inference;

/// Rounds of ranges and corrections. The first corrections are fitted while the layers before have none.
const ROUNDS: usize = 2;

/// What a calibration set says of every layer.
pub(super) struct Calibration {
    /// `[layer][group]`
    pub converters: Vec<Vec<Converters>>,
    /// `[layer][group]`
    pub corrections: Corrections,
    pub profiles: Vec<Option<AdcProfile>>,
    /// Which images.
    pub images: String,
}

/// `[layer][group]`, `None` where outputs are taken as they are.
pub(super) type Corrections = Vec<Vec<Option<Arc<ColumnAffine>>>>;

impl Calibration {
    /// Ideal converters and no corrections.
    fn ideal(network: &AnalogNetwork<'_>) -> Self {
        let groups = |value: usize| network.matrices[value].len();
        let layers = 0..network.matrices.len();
        Self {
            converters: layers
                .clone()
                .map(|layer| vec![Converters::ideal(1.0, 1.0); groups(layer)])
                .collect(),
            corrections: layers.map(|layer| vec![None; groups(layer)]).collect(),
            profiles: Vec::new(),
            images: String::new(),
        }
    }

    /// The corrections of one layer; `None` without any.
    pub(super) fn correction_report(&self, layer: usize) -> Option<CorrectionReport> {
        let corrections = self.corrections[layer].iter().flatten();
        CorrectionReport::of(corrections.map(|affine| &**affine))
    }
}

impl AnalogNetwork<'_> {
    /// Finds the range of every layer's signals and the corrections of its outputs, and says on which images.
    pub(super) fn calibrate(
        &self,
        references: &References<'_>,
        progress: &dyn Progress,
    ) -> Result<Calibration, EvaluationError> {
        let data = references.data();
        let correction = &self.settings.correction;
        let factors = self.drift_factors(references, progress)?;
        let mut calibration = Calibration {
            corrections: self.drift_corrections(factors.as_deref())?,
            ..Calibration::ideal(self)
        };
        self.find_ranges(&mut calibration, data, progress)?;
        if correction.fit != Fit::None {
            for _ in 0..ROUNDS {
                calibration.corrections =
                    self.fit(&calibration, factors.as_deref(), data, progress)?;
                self.find_ranges(&mut calibration, data, progress)?;
            }
        }
        Ok(calibration)
    }

    /// Ranges for the present corrections.
    fn find_ranges(
        &self,
        calibration: &mut Calibration,
        data: EvaluationData<'_>,
        progress: &dyn Progress,
    ) -> Result<(), EvaluationError> {
        let (_, name) = data.calibrating();
        let ranges = self.observe(calibration, None, data, progress)?;
        self.set_ranges(calibration, &ranges)?;
        if self.settings.signal_path.input_slice_bits.is_some() {
            // The currents of digits are known when the inputs' range is.
            let ranges =
                self.observe(calibration, Some(&calibration.converters), data, progress)?;
            self.set_ranges(calibration, &ranges)?;
        }
        let images = self.calibration_images(data);
        calibration.images = format!("first {images} images of the {name} set");
        Ok(())
    }

    fn calibration_images(&self, data: EvaluationData<'_>) -> usize {
        self.settings
            .calibration_images
            .min(data.calibrating().0.len())
    }

    /// What the signals of each layer are with ideal converters.
    fn observe(
        &self,
        calibration: &Calibration,
        digits: Option<&[Vec<Converters>]>,
        data: EvaluationData<'_>,
        progress: &dyn Progress,
    ) -> Result<Vec<Vec<SignalRange>>, EvaluationError> {
        let ideal = Calibration {
            corrections: calibration.corrections.clone(),
            ..Calibration::ideal(self)
        };
        let operators = self.operators(&ideal, |layer, group| Stage::Calibrate {
            range: Mutex::new(SignalRange::default()),
            digits: digits.map(|digits| Box::new(digits[layer][group].clone())),
        });
        let images = self.calibration_images(data);
        let inference = Inference::analog(self.network, &as_trait(&operators), images, BATCH)?;
        let (dataset, _) = data.calibrating();
        run(
            &inference,
            dataset,
            data.preprocessing,
            "calibrating",
            progress,
        )?;
        let layers = operators.iter();
        Ok(layers
            .map(|groups| groups.iter().map(|group| group.range()).collect())
            .collect())
    }

    fn set_ranges(
        &self,
        calibration: &mut Calibration,
        ranges: &[Vec<SignalRange>],
    ) -> Result<(), EvaluationError> {
        let settings = &self.settings;
        let calibrated = |converter: &ConverterSettings| {
            !matches!(converter.range, RangePolicy::Fixed | RangePolicy::Dynamic)
                && converter.bits != Resolution::Ideal
        };
        calibration.profiles.clear();
        for (layer, of_groups) in ranges.iter().enumerate() {
            let merged = |all: SignalRange, group: &SignalRange| all.merge(group);
            let range = &of_groups.iter().fold(SignalRange::default(), merged);
            let name = || self.network.layers()[layer].name.clone();
            let groups = &self.matrices[layer];
            let used = groups.iter().any(|group| !group.mapped.tiles().is_empty());
            let idle = calibrated(&settings.dac) && range.input.largest() == 0.0
                || calibrated(&settings.adc) && range.current.largest() == 0.0;
            if used && idle {
                return Err(EvaluationError::NoSignal { layer: name() });
            }
            let of_layer =
                Converters::new(settings.dac, settings.adc, settings.read_voltage, range);
            calibration.profiles.push(of_layer.profile(range));
            calibration.converters[layer] = groups
                .iter()
                .zip(of_groups)
                .map(|(group, range)| {
                    let path = &settings.signal_path;
                    of_layer.with_path(path, settings.seed, &group.mapped, range)
                })
                .collect::<Result<_, _>>()
                .map_err(|source| EvaluationError::Layout {
                    layer: name(),
                    source: Box::new(LayoutError::from(source)),
                })?;
        }
        Ok(())
    }

    /// Scales and offsets with the least squared error on the calibration images.
    fn fit(
        &self,
        calibration: &Calibration,
        factors: Option<&[f64]>,
        data: EvaluationData<'_>,
        progress: &dyn Progress,
    ) -> Result<Corrections, EvaluationError> {
        let images = self.calibration_images(data);
        let (cells, batch) = if self.settings.cell.is_some() {
            (SolvedCells::Nonlinear, NONLINEAR_BATCH)
        } else {
            (SolvedCells::Linear, BATCH)
        };
        // Where a batch of fixed size is filled up with copies, these do not count.
        let operators = self.operators(calibration, |layer, _| Stage::Fit {
            cells,
            end: (images * self.vectors_per_sample(layer)) as u64,
            blocks: Mutex::default(),
        });
        let inference = Inference::analog(self.network, &as_trait(&operators), images, batch)?;
        let (dataset, _) = data.calibrating();
        run(&inference, dataset, data.preprocessing, "fitting", progress)?;
        let correction = &self.settings.correction;
        self.corrections(|layer, group| {
            let operator = &operators[layer][group];
            let factor = factors.map_or(1.0, |factors| factors[layer]);
            let affine = correction.fit.solve(&operator.fit_sums(), factor)?;
            let step = operator.converters.output_step(&operator.matrix.mapped);
            correction.rounded(&affine, step)
        })
    }

    /// A correction for each group of each layer.
    fn corrections(
        &self,
        of_group: impl Fn(usize, usize) -> Result<ColumnAffine, DigitalError>,
    ) -> Result<Corrections, EvaluationError> {
        let of_layer = |(layer, groups): (usize, &Vec<_>)| {
            let groups = 0..groups.len();
            let affine = |group| of_group(layer, group).map(|affine| Some(Arc::new(affine)));
            groups
                .map(affine)
                .collect::<Result<_, _>>()
                .map_err(|source| EvaluationError::Digital {
                    layer: self.network.layers()[layer].name.clone(),
                    source,
                })
        };
        self.matrices.iter().enumerate().map(of_layer).collect()
    }

    /// The factor of each layer that makes up for drift, where that is asked for.
    fn drift_factors(
        &self,
        references: &References<'_>,
        progress: &dyn Progress,
    ) -> Result<Option<Vec<f64>>, EvaluationError> {
        if !self.settings.correction.drift {
            return Ok(None);
        }
        let programmed = references.programmed_tiles(&self.settings, progress)?;
        let factor = |layer: usize| {
            let (mut squares, mut products) = (0.0, 0.0);
            for (then, now) in programmed.layer_tiles(layer).zip(self.layer_tiles(layer)) {
                for (then, now) in then.differential().iter().zip(now.differential()) {
                    squares += then * then;
                    products += then * now;
                }
            }
            // Cells that have lost all likeness to their targets cannot be scaled back.
            if products > 0.0 {
                squares / products
            } else {
                1.0
            }
        };
        Ok(Some((0..self.matrices.len()).map(factor).collect()))
    }

    /// The factors as corrections of each output, before anything is fitted.
    fn drift_corrections(&self, factors: Option<&[f64]>) -> Result<Corrections, EvaluationError> {
        let Some(factors) = factors else {
            return Ok(Calibration::ideal(self).corrections);
        };
        let correction = &self.settings.correction;
        self.corrections(|layer, group| {
            let outputs = self.matrices[layer][group].outputs();
            let affine = ColumnAffine::new(vec![factors[layer]; outputs], vec![0.0; outputs])?;
            correction.rounded(&affine, None)
        })
    }
}
