//! The converters of a layer: how activations become voltages and currents become numbers.

use ohmloom_peripherals::{ConverterSettings, FullScale, RangePolicy, UniformQuantiser};

/// What a layer's converters have to cover, found by running a calibration set with ideal converters.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SignalRange {
    /// Largest magnitude of an input.
    pub input: f64,
    /// Whether an input was negative.
    pub negative: bool,
    /// Largest magnitude of a tile's differential current for 1 V per unit of input, in ampere.
    pub current: f64,
    /// The same for inputs scaled so that the largest of each vector is 1.
    pub normalised_current: f64,
}

impl SignalRange {
    /// The range that covers both.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            input: self.input.max(other.input),
            negative: self.negative || other.negative,
            current: self.current.max(other.current),
            normalised_current: self.normalised_current.max(other.normalised_current),
        }
    }
}

/// DAC and ADC of a layer, with their ranges.
#[derive(Debug, Clone, Copy, PartialEq)]
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
        }
    }

    /// Converters with these settings for a layer whose signals cover `range`.
    pub fn new(
        dac: ConverterSettings,
        adc: ConverterSettings,
        read_voltage: f64,
        range: SignalRange,
    ) -> Self {
        let full_scale = |settings: ConverterSettings, calibrated: f64| match settings.range {
            RangePolicy::Fixed => settings.full_scale.unwrap_or(calibrated),
            RangePolicy::Calibrated | RangePolicy::Dynamic => calibrated,
        };
        // A layer that never saw an input but zero still needs a scale.
        let input = full_scale(dac, if range.input > 0.0 { range.input } else { 1.0 });
        let current = read_voltage
            * match dac.range {
                RangePolicy::Dynamic => range.normalised_current,
                RangePolicy::Fixed | RangePolicy::Calibrated => range.current / input,
            };
        Self {
            dac,
            adc,
            read_voltage,
            signed: range.negative,
            input,
            current: full_scale(adc, current),
        }
    }

    /// Turns one vector of activations into row voltages, in place; returns the activation that one volt stands for.
    pub(crate) fn drive(&self, values: &mut [f64]) -> f64 {
        let input = match self.dac.range {
            RangePolicy::Dynamic => largest(values),
            RangePolicy::Fixed | RangePolicy::Calibrated => self.input,
        };
        if input == 0.0 {
            return 1.0;
        }
        let volts_per_unit = self.read_voltage / input;
        let range = if self.signed {
            FullScale::Signed(input)
        } else {
            FullScale::Unsigned(input)
        };
        let converter = UniformQuantiser::new(self.dac.bits, range);
        for value in values {
            *value = converter.convert(*value) * volts_per_unit;
        }
        input / self.read_voltage
    }

    /// Converts one vector of differential currents, in place.
    pub(crate) fn sense(&self, currents: &mut [f64]) {
        let full_scale = match self.adc.range {
            RangePolicy::Dynamic => largest(currents),
            RangePolicy::Fixed | RangePolicy::Calibrated => self.current,
        };
        UniformQuantiser::new(self.adc.bits, FullScale::Signed(full_scale)).convert_all(currents);
    }
}

/// Largest magnitude.
pub(crate) fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |a: f64, value| a.max(value.abs()))
}
