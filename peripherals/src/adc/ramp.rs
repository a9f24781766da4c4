//! Single slope: a ramp starts with a counter, which stops when the ramp reaches the input.
//!
//! The ramp is a current into a capacitor; the current source's output resistance `r` bends it: with `curvature` `kappa = T / (r C)` and
//! the nominal slope at its start, `v(t) = W (1 - exp(-kappa t / T)) / kappa`, where `W` is the range and `T = 2^bits / clock`.

use serde::{Deserialize, Serialize};

use super::Adc;
use crate::ConverterError;
use crate::comparator::{Comparator, ComparatorInstance};
use crate::draws::{InstanceKey, Mismatch, Noise, Part};
use crate::error::Check;
use crate::span::{Span, clipped, largest_code};

/// Parameters of a single-slope ADC, as written in files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ramp {
    /// Resolution, 1 to 16.
    pub bits: u32,
    /// Range, V.
    #[serde(default)]
    pub range: Span,
    /// Clock of the counter, Hz.
    pub clock: f64,
    /// Time of the whole ramp over the time constant of its generator.
    #[serde(default)]
    pub curvature: f64,
    /// Standard deviation of the slope between instances, relative.
    #[serde(default)]
    pub slope_mismatch: f64,
    /// Delay of the comparator, s.
    #[serde(default)]
    pub delay: f64,
    /// Noise of the instant at which the counter stops, s rms.
    #[serde(default)]
    pub jitter: f64,
    /// The comparator. It decides continuously: its time constant has no effect.
    #[serde(default)]
    pub comparator: Comparator,
}

impl Ramp {
    /// An ideal one.
    pub fn new(bits: u32, range: Span, clock: f64) -> Self {
        Self {
            bits,
            range,
            clock,
            curvature: 0.0,
            slope_mismatch: 0.0,
            delay: 0.0,
            jitter: 0.0,
            comparator: Comparator::default(),
        }
    }

    /// The converter with the mismatch that belongs to `key`.
    ///
    /// # Errors
    /// A parameter out of range.
    pub fn instance(&self, key: &InstanceKey) -> Result<RampAdc, ConverterError> {
        let check = Check("ramp");
        check.bits(self.bits, 1, 16, "1 to 16")?;
        self.range.check(check)?;
        check.positive("clock", self.clock)?;
        check.not_negative("curvature", self.curvature)?;
        check.deviation("slope_mismatch", self.slope_mismatch)?;
        check.not_negative("delay", self.delay)?;
        check.not_negative("jitter", self.jitter)?;
        self.comparator.check(check)?;
        if self.comparator.time_constant > 0.0 {
            return Err(ConverterError::Parameter {
                converter: check.0,
                parameter: "comparator.time_constant",
                value: self.comparator.time_constant,
                requirement: "0: this comparator is not clocked; write its delay as delay",
            });
        }
        let slope = Mismatch::new(key, Part::AdcScale).normal(0);
        let offset = Mismatch::new(key, Part::AdcComparators).normal(0);
        Ok(RampAdc {
            bits: self.bits,
            span: self.range,
            slope: 1.0 + self.slope_mismatch * slope,
            curvature: self.curvature,
            delay: self.delay * self.clock,
            jitter: self.jitter * self.clock,
            comparator: self.comparator.instance(offset),
            clock: self.clock,
        })
    }
}

/// A single-slope ADC.
#[derive(Clone, Debug, PartialEq)]
pub struct RampAdc {
    bits: u32,
    span: Span,
    /// Relative to the nominal slope.
    slope: f64,
    curvature: f64,
    /// Clock periods.
    delay: f64,
    /// Clock periods.
    jitter: f64,
    comparator: ComparatorInstance,
    clock: f64,
}

impl RampAdc {
    /// Period of the counter's clock, s.
    pub fn clock_period(&self) -> f64 {
        1.0 / self.clock
    }

    /// Time of the whole ramp over the time constant of its generator.
    pub fn curvature(&self) -> f64 {
        self.curvature
    }

    /// Delay of the comparator, clock periods.
    pub fn delay(&self) -> f64 {
        self.delay
    }

    /// Slope of the ramp at its start, relative to the nominal one.
    pub fn slope(&self) -> f64 {
        self.slope
    }

    /// Offset of the comparator, V.
    pub fn comparator_offset(&self) -> f64 {
        self.comparator.offset
    }
}

impl Adc for RampAdc {
    fn bits(&self) -> u32 {
        self.bits
    }

    fn span(&self) -> Span {
        self.span
    }

    #[inline]
    fn sample(&self, input: f64, noise: &mut Noise) -> u32 {
        let seen = input + self.comparator.offset + noise.scaled(self.comparator.noise);
        let height = (seen - self.span.low).max(0.0) / (self.span.width() * self.slope);
        let bent = self.curvature * height;
        let largest = largest_code(self.bits);
        if bent >= 1.0 {
            return largest; // the ramp never gets there
        }
        let time = if bent == 0.0 {
            height
        } else {
            -(-bent).ln_1p() / self.curvature
        };
        let periods = time * f64::from(1_u32 << self.bits);
        clipped(periods + self.delay + noise.scaled(self.jitter), largest)
    }
}
