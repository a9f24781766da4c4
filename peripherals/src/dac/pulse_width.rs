//! Pulse-width modulation: the output is `high` for `k / 2^bits` of a period and `low` for the rest.
//!
//! What counts is the mean over a period, to which an integrating front end responds: `low + W (k T / 2^bits + skew + jitter) / T`. The
//! pulse cannot be shorter than 0 or longer than the period, and code 0 has no pulse at all.

use serde::{Deserialize, Serialize};

use super::Dac;
use crate::ConverterError;
use crate::draws::{InstanceKey, Mismatch, Noise, Part};
use crate::error::Check;
use crate::span::Span;

/// Parameters of a pulse-width DAC, as written in files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PulseWidth {
    /// Resolution, 1 to 16.
    pub bits: u32,
    /// Range, V: the two levels of the pulse.
    #[serde(default)]
    pub range: Span,
    /// Period, s.
    pub period: f64,
    /// What all pulses of all instances are longer than intended, s.
    #[serde(default)]
    pub skew: f64,
    /// Standard deviation of the skew between instances, s.
    #[serde(default)]
    pub skew_sigma: f64,
    /// Noise of the length of a pulse, s rms.
    #[serde(default)]
    pub jitter: f64,
    /// Standard deviation of the pulse's height between instances, relative.
    #[serde(default)]
    pub amplitude_mismatch: f64,
}

impl PulseWidth {
    /// An ideal one.
    pub fn new(bits: u32, range: Span, period: f64) -> Self {
        Self {
            bits,
            range,
            period,
            skew: 0.0,
            skew_sigma: 0.0,
            jitter: 0.0,
            amplitude_mismatch: 0.0,
        }
    }

    /// The converter with the mismatch that belongs to `key`.
    ///
    /// # Errors
    /// A parameter out of range.
    pub fn instance(&self, key: &InstanceKey) -> Result<PulseWidthDac, ConverterError> {
        let check = Check("pulse-width");
        check.bits(self.bits, 1, 16, "1 to 16")?;
        self.range.check(check)?;
        check.positive("period", self.period)?;
        check.finite("skew", self.skew)?;
        check.not_negative("skew_sigma", self.skew_sigma)?;
        check.not_negative("jitter", self.jitter)?;
        check.deviation("amplitude_mismatch", self.amplitude_mismatch)?;
        let mut mismatch = Mismatch::new(key, Part::DacScale);
        Ok(PulseWidthDac {
            bits: self.bits,
            span: self.range,
            per_code: 1.0 / f64::from(1_u32 << self.bits),
            period: self.period,
            skew: (self.skew + self.skew_sigma * mismatch.normal(0)) / self.period,
            jitter: self.jitter / self.period,
            height: self.range.width() * (1.0 + self.amplitude_mismatch * mismatch.normal(1)),
        })
    }
}

/// A pulse-width DAC.
#[derive(Clone, Debug, PartialEq)]
pub struct PulseWidthDac {
    bits: u32,
    span: Span,
    per_code: f64,
    period: f64,
    /// Part of a period.
    skew: f64,
    /// Part of a period.
    jitter: f64,
    height: f64,
}

impl PulseWidthDac {
    /// Part of a period for which the output is high.
    #[inline]
    pub fn duty(&self, code: u32, noise: &mut Noise) -> f64 {
        if code == 0 {
            return 0.0;
        }
        let nominal = f64::from(code) * self.per_code;
        (nominal + self.skew + noise.scaled(self.jitter)).clamp(0.0, 1.0)
    }

    /// Height of the pulse, V.
    pub fn height(&self) -> f64 {
        self.height
    }

    /// Period, s.
    pub fn period(&self) -> f64 {
        self.period
    }

    /// Part of a period for each code.
    pub(crate) fn per_code(&self) -> f64 {
        self.per_code
    }

    /// What pulses are longer than intended, as a part of a period.
    pub fn skew(&self) -> f64 {
        self.skew
    }
}

impl Dac for PulseWidthDac {
    fn bits(&self) -> u32 {
        self.bits
    }

    fn span(&self) -> Span {
        self.span
    }

    fn is_noisy(&self) -> bool {
        self.jitter > 0.0
    }

    #[inline]
    fn level(&self, code: u32, noise: &mut Noise) -> f64 {
        self.span.low + self.height * self.duty(code, noise)
    }
}
