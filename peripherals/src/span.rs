//! The range of a converter.

use serde::{Deserialize, Serialize};

use crate::ConverterError;
use crate::error::Check;

/// The analog range of a converter: `[low, high]` in files; volt, or ampere where the converter takes currents. One step is
/// `(high - low) / 2^bits`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "[f64; 2]", into = "[f64; 2]")]
pub struct Span {
    /// Lower end: where code 0 begins.
    pub low: f64,
    /// Upper end: one step above where the last code begins.
    pub high: f64,
}

impl From<[f64; 2]> for Span {
    fn from([low, high]: [f64; 2]) -> Self {
        Self { low, high }
    }
}

impl From<Span> for [f64; 2] {
    fn from(span: Span) -> Self {
        [span.low, span.high]
    }
}

impl Default for Span {
    /// 0 to 1.
    fn default() -> Self {
        Self {
            low: 0.0,
            high: 1.0,
        }
    }
}

/// Narrower ranges have steps whose inverse overflows.
const NARROWEST: f64 = 1e-100;

impl Span {
    /// `high - low`.
    pub fn width(&self) -> f64 {
        self.high - self.low
    }

    /// One step of an ideal converter of so many bits.
    pub fn step(&self, bits: u32) -> f64 {
        self.width() / f64::from(1_u32 << bits)
    }

    pub(crate) fn check(&self, converter: Check) -> Result<(), ConverterError> {
        if self.width() >= NARROWEST && self.low.is_finite() && self.width().is_finite() {
            Ok(())
        } else {
            Err(ConverterError::Range {
                converter: converter.0,
                low: self.low,
                high: self.high,
            })
        }
    }
}

/// Largest code of so many bits.
pub(crate) fn largest_code(bits: u32) -> u32 {
    (1 << bits) - 1
}

/// The code that a count stands for: fractions are dropped, what lies outside is clipped.
#[inline]
pub(crate) fn clipped(count: f64, largest: u32) -> u32 {
    count.clamp(0.0, f64::from(largest)) as u32
}
