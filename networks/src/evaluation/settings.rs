//! The configuration of an evaluation.

use std::path::Path;

use ohmloom_devices::nonidealities::{Nonidealities, Nonideality};
use ohmloom_layouts::cells::CellDescription;
use ohmloom_layouts::offsetting::OffsettingMethod;
use ohmloom_layouts::{ArrangementSettings, SignalPath, TileSettings};
use ohmloom_peripherals::front_ends::FrontEndDescription;
use ohmloom_peripherals::{ConverterSettings, RangePolicy, Resolution};
use serde::{Deserialize, Serialize};

use super::EvaluationError;
use super::correction::Correction;
use super::hardware::HardwareSettings;
use super::layout::{LayerLayoutSettings, LayoutSettings};

/// Where a layer's bias is added.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Bias {
    /// As a number, after the converters.
    #[default]
    Digital,
    /// As one more row of the crossbar, driven with a constant.
    Row,
}

/// Everything that decides how a network is evaluated on arrays. In a TOML file every key is optional; unknown keys are errors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EvaluationSettings {
    /// Volts that a full-scale input becomes. Default 0.2.
    pub read_voltage: f64,
    /// `"digital"` or `"row"`. Default digital.
    pub bias: Bias,
    /// Images that calibrate the converters' ranges: the first ones of the training set where the data source has one, else of the
    /// evaluated set. Default 100.
    pub calibration_images: usize,
    /// Images, the first ones, over which the layers' relative errors are measured. Default 100.
    pub error_images: usize,
    /// How targets make up for the stuck cells of the non-idealities: `"none"`, `"published"`, `"partners"` or `"extended"`. Default none.
    pub offsetting: OffsettingMethod,
    /// What may be rearranged in each tile so that stuck cells meet weights that they hurt little.
    pub arrangement: ArrangementSettings,
    /// Seed of everything random: the non-idealities, the draws of the verification. Default 1.
    pub seed: u64,
    /// Cells, wires and size of the tiles.
    pub tile: TileSettings,
    /// The rows' drivers.
    pub dac: ConverterSettings,
    /// The columns' converters.
    pub adc: ConverterSettings,
    /// The cells, where they are nonlinear: every tile is then solved by Newton's method for every input. Default: none, linear cells.
    pub cell: Option<CellDescription>,
    /// The circuits between numbers and tiles, where they are more than uniform quantisation.
    pub signal_path: SignalPath,
    /// What is done to the converters' numbers.
    pub correction: Correction,
    /// How layers lie on tiles.
    pub layout: LayoutSettings,
    /// What single layers do otherwise, as a list `[[layer]]`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub layer: Vec<LayerLayoutSettings>,
    /// What makes the programmed tiles differ from their targets, as a list `[[nonideality]]`; only with linear cells. Default: nothing.
    #[serde(rename = "nonideality", skip_serializing_if = "Vec::is_empty")]
    pub nonidealities: Vec<Nonideality>,
    /// What the hardware around the tiles is, so that its cost is told. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hardware: Option<HardwareSettings>,
}

impl Default for EvaluationSettings {
    fn default() -> Self {
        Self {
            read_voltage: 0.2,
            bias: Bias::Digital,
            calibration_images: 100,
            error_images: 100,
            offsetting: OffsettingMethod::None,
            arrangement: ArrangementSettings::default(),
            seed: 1,
            tile: TileSettings::default(),
            dac: ConverterSettings::default(),
            adc: ConverterSettings::default(),
            cell: None,
            signal_path: SignalPath::default(),
            correction: Correction::default(),
            layout: LayoutSettings::default(),
            layer: Vec::new(),
            nonidealities: Vec::new(),
            hardware: None,
        }
    }
}

impl EvaluationSettings {
    /// Reads a TOML file.
    ///
    /// # Errors
    /// A file that cannot be read; text that is not TOML, an unknown key or a wrong type, with line and column; a value out of range.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, EvaluationError> {
        let path = path.as_ref();
        let fail = |reason: String| EvaluationError::Settings {
            path: path.display().to_string(),
            reason,
        };
        let text = std::fs::read_to_string(path).map_err(|error| fail(error.to_string()))?;
        let mut settings: Self =
            toml::from_str(&text).map_err(|error| fail(format!("\n{error}")))?;
        if let (Some(cell), Some(folder)) = (&mut settings.cell, path.parent()) {
            cell.resolve_files(folder);
        }
        if let (Some(hardware), Some(folder)) = (&mut settings.hardware, path.parent()) {
            hardware.resolve_files(folder);
        }
        settings
            .validate()
            .map_err(|error| fail(error.to_string()))?;
        Ok(settings)
    }

    /// The list of non-idealities.
    pub fn nonidealities(&self) -> Nonidealities {
        Nonidealities {
            entries: self.nonidealities.clone(),
        }
    }

    /// The tiles with what front ends add to the wires.
    pub fn tiles(&self) -> TileSettings {
        match &self.signal_path.front_end {
            None => self.tile.clone(),
            Some(front_end) => self.tile.with_sensors(front_end.input_resistance()),
        }
    }

    /// What decides how the tiles are programmed and solved; everything else has its default. Networks whose settings agree in this have the
    /// same tiles.
    #[must_use]
    pub fn of_tiles(&self) -> Self {
        let defaults = Self::default();
        Self {
            // A fixed range limits the input of a bias row, and so scales its weights.
            dac: if self.has_bias_rows() {
                self.dac
            } else {
                defaults.dac
            },
            adc: defaults.adc,
            // Offsetting by statistics has them from the calibration images.
            calibration_images: if self.offsetting.needs_moments() {
                self.calibration_images
            } else {
                defaults.calibration_images
            },
            hardware: None,
            error_images: defaults.error_images,
            // Offsets of front ends drive currents through the tiles.
            seed: if self.nonidealities.is_empty() && !self.has_random_front_ends() {
                defaults.seed
            } else {
                self.seed
            },
            signal_path: SignalPath {
                front_end: self.signal_path.front_end.clone(),
                ..defaults.signal_path
            },
            correction: defaults.correction,
            ..self.clone()
        }
    }

    fn has_random_front_ends(&self) -> bool {
        let front_end = self.signal_path.front_end.as_ref();
        front_end.is_some_and(FrontEndDescription::is_random)
    }

    /// Checks every value.
    ///
    /// # Errors
    /// The first value out of range; non-idealities of nonlinear cells; offsetting without stuck cells; a scheme for signed weights that does not go
    /// with nonlinear cells or offsetting.
    pub fn validate(&self) -> Result<(), EvaluationError> {
        if !(self.read_voltage > 0.0 && self.read_voltage.is_finite()) {
            let reason = format!(
                "read_voltage = {}: must be finite and > 0",
                self.read_voltage
            );
            return Err(EvaluationError::Value { reason });
        }
        for (table, converter) in [("dac", &self.dac), ("adc", &self.adc)] {
            converter
                .validate()
                .map_err(|reason| EvaluationError::Value {
                    reason: format!("[{table}] {reason}"),
                })?;
        }
        if self.calibration_images == 0 || self.error_images == 0 {
            let reason = "calibration_images and error_images must be at least 1".into();
            return Err(EvaluationError::Value { reason });
        }
        self.nonidealities()
            .validate()
            .map_err(|error| EvaluationError::Value {
                reason: error.to_string(),
            })?;
        if self.cell.is_some() && !self.nonidealities.is_empty() {
            let reason =
                "non-idealities are known for linear cells only: leave out the cell or the list"
                    .into();
            return Err(EvaluationError::Value { reason });
        }
        let is_stuck = |entry: &Nonideality| matches!(entry, Nonideality::Stuck(_));
        if self.offsetting != OffsettingMethod::None && !self.nonidealities.iter().any(is_stuck) {
            let reason =
                "offsetting: there are no stuck cells to make up for (the list of non-idealities has no kind = \"stuck\")"
                    .into();
            return Err(EvaluationError::Value { reason });
        }
        if self.arrangement.is_active() && !self.nonidealities.iter().any(is_stuck) {
            let reason =
                "[arrangement]: there are no stuck cells to avoid (the list of non-idealities has no kind = \"stuck\")"
                    .into();
            return Err(EvaluationError::Value { reason });
        }
        let bits = |converter: &ConverterSettings| match converter.bits {
            Resolution::Ideal => None,
            Resolution::Bits(bits) => Some(bits),
        };
        self.signal_path
            .validate(bits(&self.dac), bits(&self.adc))
            .map_err(|reason| EvaluationError::Value { reason })?;
        self.validate_correction()
            .map_err(|reason| EvaluationError::Value { reason })?;
        if self.cell.is_some() && self.has_random_front_ends() {
            let reason =
                "[signal_path.front_end]: offsets and noise are known for linear cells only: leave out the cell, or these"
                    .into();
            return Err(EvaluationError::Value { reason });
        }
        self.tile
            .validate()
            .map_err(|error| EvaluationError::Value {
                reason: format!("[tile] {error}"),
            })?;
        self.mapping()?;
        self.check_layout()
    }

    fn validate_correction(&self) -> Result<(), String> {
        let correction = &self.correction;
        correction
            .validate()
            .map_err(|reason| format!("[correction] {reason}"))?;
        if correction.drift && self.nonidealities.is_empty() {
            return Err("[correction] drift = true: there is no list of non-idealities that could make cells drift".into());
        }
        if correction.drift && self.arrangement.spare_outputs > 0 {
            return Err("[correction] drift = true compares with tiles as programmed, which have no spare outputs: leave one out".into());
        }
        let steps_differ = self.adc.bits == Resolution::Ideal
            || self.adc.range == RangePolicy::Dynamic
            || self.dac.range == RangePolicy::Dynamic
            || self.signal_path.range_per_tile
            || self.layout.bit_slices.is_some();
        if correction.offset_format.is_some() && steps_differ {
            return Err("[correction] offset_format counts in steps of the ADCs: their resolution must be in bits, and the same for all digits, tiles and vectors".into());
        }
        Ok(())
    }
}
