//! The converters of a layer: how activations become voltages and currents become numbers.

use ohmloom_peripherals::{
    ConverterSettings, FullScale, Magnitudes, RangePolicy, Resolution, UniformQuantiser,
};
use serde::Serialize;

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
}

impl SignalRange {
    /// The range that covers both.
    #[must_use]
    pub fn merge(self, other: &Self) -> Self {
        Self {
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
        }
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

    /// Turns one vector of activations into row voltages, in place; returns the activation that one volt stands for.
    pub(crate) fn drive(&self, values: &mut [f64]) -> f64 {
        let input = match self.dac.range {
            RangePolicy::Dynamic => largest(values),
            _ => self.input,
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
            _ => self.current,
        };
        UniformQuantiser::new(self.adc.bits, FullScale::Signed(full_scale)).convert_all(currents);
    }
}

/// Largest magnitude.
pub(crate) fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |a: f64, value| a.max(value.abs()))
}
