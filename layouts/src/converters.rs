//! The converters of a layer: how activations become voltages and currents become numbers.

use std::sync::Arc;

use ohmloom_peripherals::{
    ConverterError, ConverterSettings, FullScale, Magnitudes, Noise, RangePolicy, Resolution,
    UniformQuantiser,
};
use serde::Serialize;

use crate::drivers::Coding;
use crate::signal_path::{PathConverters, Place, Read};
use crate::{MappedMatrix, SignalPath};

/// What a layer's converters have to cover, found by running a calibration set with ideal converters.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SignalRange {
    /// Magnitudes of inputs.
    pub input: Magnitudes,
    /// Whether an input was negative.
    pub negative: bool,
    /// Magnitudes of tiles' differential currents for 1 V per unit of input, in ampere.
    pub current: Magnitudes,
    /// The same for inputs scaled so that the largest of each vector is 1.
    pub normalised_current: Magnitudes,
    /// Both for each tile of a matrix.
    pub tiles: Vec<[Magnitudes; 2]>,
}

impl SignalRange {
    /// The range that covers both. Tiles are those of one matrix, if both have as many; else there are none.
    #[must_use]
    pub fn merge(self, other: &Self) -> Self {
        let tiles = match (self.tiles.len(), other.tiles.len()) {
            (0, _) => other.tiles.clone(),
            (mine, theirs) if mine == theirs => {
                let pairs = self.tiles.into_iter().zip(&other.tiles);
                pairs
                    .map(|([a, b], [c, d])| [a.merge(c), b.merge(d)])
                    .collect()
            }
            _ => Vec::new(),
        };
        Self {
            tiles,
            input: self.input.merge(&other.input),
            negative: self.negative || other.negative,
            current: self.current.merge(&other.current),
            normalised_current: self.normalised_current.merge(&other.normalised_current),
        }
    }
}

/// The currents of a layer beside the range of its ADCs, over a calibration set with ideal converters.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AdcProfile {
    /// Full scale, A.
    pub full_scale: f64,
    /// Root of the mean square of the currents, A.
    pub rms: f64,
    /// Magnitude below which half of the currents lie, A.
    pub median: f64,
    /// Magnitude below which 99 % of them lie, A.
    pub percentile_99: f64,
    /// Largest magnitude, A.
    pub largest: f64,
    /// Share of the currents beyond the full scale.
    pub clipped: f64,
    /// Mean square of the currents by that of the errors of quantisation and clipping, dB.
    pub signal_to_noise: f64,
}

/// DACs and ADCs of a layer, with their ranges, and what is known of the circuits around one of its matrices.
#[derive(Debug, Clone, PartialEq)]
pub struct Converters {
    dac: ConverterSettings,
    adc: ConverterSettings,
    /// Volts that a full-scale input becomes.
    read_voltage: f64,
    signed: bool,
    /// Full-scale input, unless dynamic.
    input: f64,
    /// Full-scale current in ampere, unless dynamic.
    current: f64,
    /// None where all there is is uniform quantisation.
    path: Option<Arc<PathConverters>>,
    /// Full-scale current of each tile in ampere, where tiles have their own.
    tile_currents: Option<Arc<Vec<f64>>>,
    /// Number of the first vector that they convert.
    first_vector: u64,
}

/// One read of several vectors by all tiles.
pub(crate) struct Drive {
    /// Voltages, or codes for the tiles' own DACs.
    pub values: Vec<f64>,
    /// For each vector the activation that one volt stands for.
    pub scales: Vec<f64>,
    /// Which of the vectors' reads it is.
    pub occasion: u32,
}

impl Drive {
    /// The read of the vector with this number.
    pub(crate) fn of(&self, vector: u64) -> Read {
        Read {
            vector,
            occasion: self.occasion,
        }
    }
}

impl Converters {
    /// Ideal converters: an input of `input` becomes `read_voltage` volts.
    pub fn ideal(read_voltage: f64, input: f64) -> Self {
        let ideal = ConverterSettings::ideal();
        Self {
            dac: ideal,
            adc: ideal,
            read_voltage,
            signed: true,
            input,
            current: 0.0,
            path: None,
            tile_currents: None,
            first_vector: 0,
        }
    }

    /// Converters with these settings for a layer whose signals cover `range`.
    pub fn new(
        dac: ConverterSettings,
        adc: ConverterSettings,
        read_voltage: f64,
        range: &SignalRange,
    ) -> Self {
        let full_scale = |settings: ConverterSettings, calibrated: f64| match settings.range {
            RangePolicy::Fixed => settings.full_scale.unwrap_or(calibrated),
            _ => calibrated,
        };
        // A layer that never saw an input but zero still needs a scale.
        let wanted = dac.calibrated_full_scale(&range.input);
        let input = full_scale(dac, if wanted > 0.0 { wanted } else { 1.0 });
        let (currents, volts) = Self::currents(dac, read_voltage, input, range);
        let current = volts * adc.calibrated_full_scale(currents);
        Self {
            dac,
            adc,
            read_voltage,
            signed: range.negative,
            input,
            current: full_scale(adc, current),
            path: None,
            tile_currents: None,
            first_vector: 0,
        }
    }

    /// The same with the circuits around a matrix's tiles, each circuit with its own mismatch, which this seed decides. `range` is what the matrix's signals cover, for ranges of its
    /// tiles.
    ///
    /// # Errors
    /// A parameter out of range; DACs of one bit where inputs have two signs.
    pub fn with_path(
        &self,
        path: &SignalPath,
        seed: u64,
        mapped: &MappedMatrix,
        range: &SignalRange,
    ) -> Result<Self, ConverterError> {
        if *path == SignalPath::default() {
            return Ok(self.clone());
        }
        let places = mapped.tiles().iter().map(|(position, tile)| Place {
            tile: position.number,
            first_row: tile.first_row(),
            first_column: tile.first_column(),
            rows: tile.used_rows(),
            outputs: tile.outputs(),
        });
        let coding = match (path.input_slice_bits, self.signed) {
            (Some(_), _) => Coding::SignMagnitude,
            (None, true) => Coding::OffsetBinary,
            (None, false) => Coding::Unsigned,
        };
        if path.dac.is_some()
            && coding == Coding::OffsetBinary
            && self.dac.bits == Resolution::Bits(1)
        {
            return Err(ConverterError::Parameter {
                converter: "dac",
                parameter: "bits",
                value: 1.0,
                requirement: "at least 2 for a layer whose inputs have two signs",
            });
        }
        let converters =
            PathConverters::new(path, seed, places.collect(), (coding, self.read_voltage))?;
        let calibrated = !matches!(self.adc.range, RangePolicy::Fixed | RangePolicy::Dynamic);
        let tile_currents = (path.range_per_tile && calibrated).then(|| {
            let (which, volts) = match self.dac.range {
                RangePolicy::Dynamic => (1, self.read_voltage),
                _ => (0, self.read_voltage / self.input),
            };
            let of_tile = |magnitudes: &[Magnitudes; 2]| {
                volts * self.adc.calibrated_full_scale(&magnitudes[which])
            };
            Arc::new(range.tiles.iter().map(of_tile).collect())
        });
        Ok(Self {
            tile_currents,
            path: Some(Arc::new(converters)),
            ..self.clone()
        })
    }

    /// The same for vectors that are numbered from here on: each has noise of its own.
    #[must_use]
    pub fn from_vector(&self, first_vector: u64) -> Self {
        Self {
            first_vector,
            ..self.clone()
        }
    }

    /// Number of the first vector.
    pub(crate) fn first_vector(&self) -> u64 {
        self.first_vector
    }

    /// The currents of a calibration set, and the factor to those that flow.
    fn currents(
        dac: ConverterSettings,
        read_voltage: f64,
        input: f64,
        range: &SignalRange,
    ) -> (&Magnitudes, f64) {
        match dac.range {
            RangePolicy::Dynamic => (&range.normalised_current, read_voltage),
            _ => (&range.current, read_voltage / input),
        }
    }

    /// The ADC's range beside the currents of the calibration set; `None` for an ideal ADC or one with a range for each vector.
    pub fn profile(&self, range: &SignalRange) -> Option<AdcProfile> {
        if self.adc.bits == Resolution::Ideal || self.adc.range == RangePolicy::Dynamic {
            return None;
        }
        let (currents, factor) = Self::currents(self.dac, self.read_voltage, self.input, range);
        if currents.largest() == 0.0 {
            return None;
        }
        let relative = self.current / factor;
        let error = currents.mean_square_error(relative, self.adc.codes());
        Some(AdcProfile {
            full_scale: self.current,
            rms: factor * currents.mean_square().sqrt(),
            median: factor * currents.percentile(50.0),
            percentile_99: factor * currents.percentile(99.0),
            largest: factor * currents.largest(),
            clipped: currents.clipped(relative),
            signal_to_noise: 10.0 * (currents.mean_square() / error).log10(),
        })
    }

    /// Reads that each vector takes: one for each digit of its codes.
    pub(crate) fn reads(&self) -> u32 {
        match (self.slice_bits(), self.dac.bits) {
            (Some(slice), Resolution::Bits(bits)) => self.magnitude_bits(bits).div_ceil(slice),
            _ => 1,
        }
    }

    /// How often the voltages of a vector may be halved.
    pub(crate) fn halvings(&self) -> u32 {
        self.path.as_ref().map_or(0, |path| path.halvings)
    }

    fn slice_bits(&self) -> Option<u32> {
        self.path.as_ref()?.input_slice_bits
    }

    /// Bits of a code without its sign.
    fn magnitude_bits(&self, bits: u32) -> u32 {
        if self.signed { (bits - 1).max(1) } else { bits }
    }

    /// What the rows get in one read of `vectors x width` activations, with voltages halved so often.
    pub(crate) fn drive(&self, inputs: &[f64], width: usize, read: u32, halvings: u32) -> Drive {
        let attenuation = (-f64::from(halvings)).exp2();
        let codes = self.has_dacs();
        let mut values = inputs.to_vec();
        let scales = values
            .chunks_exact_mut(width)
            .map(|vector| self.drive_vector(vector, read, attenuation, codes))
            .collect();
        Drive {
            values,
            scales,
            occasion: self.reads() * halvings + read,
        }
    }

    fn drive_vector(&self, values: &mut [f64], read: u32, attenuation: f64, codes: bool) -> f64 {
        let input = match self.dac.range {
            RangePolicy::Dynamic => largest(values),
            _ => self.input,
        };
        if input == 0.0 {
            return 1.0;
        }
        let range = if self.signed {
            FullScale::Signed(input)
        } else {
            FullScale::Unsigned(input)
        };
        let converter = UniformQuantiser::new(self.dac.bits, range);
        let code = |value: f64| converter.code(value * attenuation);
        if let Some(slice) = self.slice_bits() {
            let base = f64::from(1_u32 << slice);
            let weight = base.powi(read.cast_signed());
            let per_digit = if codes {
                1.0
            } else {
                self.read_voltage / (base - 1.0)
            };
            for value in values {
                let code = code(*value);
                let digit = (code.abs() / weight).floor() % base;
                *value = digit.copysign(code) * per_digit;
            }
            return converter.step() * weight * (base - 1.0) / (self.read_voltage * attenuation);
        }
        if codes {
            for value in values {
                *value = code(*value);
            }
        } else {
            let volts_per_unit = self.read_voltage / input;
            for value in values {
                *value = converter.convert(*value * attenuation) * volts_per_unit;
            }
        }
        input / (self.read_voltage * attenuation)
    }

    /// Turns what a tile's rows get into voltages, in place.
    pub(crate) fn drive_tile(&self, drive: &Drive, tile: usize, vector: u64, rows: &mut [f64]) {
        if let Some(path) = &self.path
            && let Some(drivers) = &path.drivers
        {
            let mut noise = path.driver_noise(tile, drive.of(vector));
            drivers.drive(tile, rows, &mut noise);
        }
    }

    /// Whether tiles differ in what they make of a [`Drive`].
    pub(crate) fn has_dacs(&self) -> bool {
        self.path
            .as_ref()
            .is_some_and(|path| path.drivers.is_some())
    }

    /// The noise of a tile's sensors in one read.
    pub(crate) fn sensor_noise(&self, tile: usize, read: Read) -> Noise {
        match &self.path {
            None => Noise::silent(),
            Some(path) => path.sensor_noise(tile, read),
        }
    }

    /// Converts one vector of a tile's differential currents, in place; tells whether one of them is beyond the range.
    pub(crate) fn sense(&self, tile: usize, currents: &mut [f64], noise: &mut Noise) -> bool {
        let full_scale = match self.adc.range {
            RangePolicy::Dynamic => largest(currents),
            _ => match &self.tile_currents {
                None => self.current,
                Some(of_tiles) => of_tiles[tile],
            },
        };
        let codes = self.adc.codes();
        let beyond = self.halvings() > 0
            && self.adc.bits != Resolution::Ideal
            && largest(currents) > full_scale * (1.0 + 0.5 / codes);
        match self.path.as_ref().filter(|path| path.has_adcs()) {
            Some(_) if full_scale <= 0.0 => currents.fill(0.0),
            Some(path) => path.convert(tile, full_scale / codes, currents, noise),
            None => UniformQuantiser::new(self.adc.bits, FullScale::Signed(full_scale))
                .convert_all(currents),
        }
        beyond
    }

    /// The currents for one unit of input, and for the largest input of a vector, from those of one read.
    pub(crate) fn per_input(&self, current: f64, largest: f64) -> [f64; 2] {
        let input = match self.dac.range {
            RangePolicy::Dynamic => largest,
            _ => self.input,
        };
        [current * input, current].map(|scaled| scaled / self.read_voltage)
    }

    /// One step of the ADCs in units of a matrix's outputs; `None` for ideal ADCs and where vectors, tiles or digits of weights differ in it.
    pub fn output_step(&self, matrix: &MappedMatrix) -> Option<f64> {
        let dynamic =
            self.adc.range == RangePolicy::Dynamic || self.dac.range == RangePolicy::Dynamic;
        if dynamic || self.tile_currents.is_some() || self.adc.bits == Resolution::Ideal {
            return None;
        }
        let weight = matrix.weight_per_siemens()?;
        Some(self.current / self.adc.codes() * self.input / self.read_voltage * weight)
    }
}

/// Largest magnitude.
pub(crate) fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |a: f64, value| a.max(value.abs()))
}
