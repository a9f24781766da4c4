//! Current-controlled oscillator and counter: the current charges a capacitor, which is reset each time it reaches a threshold.
//!
//! A period takes `q / I + dead_time` with the charge `q = full_scale window / 2^bits`; the code is the number of whole periods in the
//! window. The dead time bends the transfer curve: `n = window / (q / I + dead_time)`.

use serde::{Deserialize, Serialize};

use super::Adc;
use crate::ConverterError;
use crate::draws::{InstanceKey, Mismatch, Noise, Part};
use crate::error::Check;
use crate::span::{Span, clipped, largest_code};

/// Parameters of a counting ADC for currents, as written in files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oscillator {
    /// Resolution, 1 to 16.
    pub bits: u32,
    /// Current of `2^bits` counts without dead time, A.
    pub full_scale: f64,
    /// Time of counting, s.
    pub window: f64,
    /// Time of a reset, s.
    #[serde(default)]
    pub dead_time: f64,
    /// Current that is lost, A.
    #[serde(default)]
    pub leakage: f64,
    /// Standard deviation of the charge of a period between instances, relative.
    #[serde(default)]
    pub charge_mismatch: f64,
    /// Noise of one period, s rms; the noises of the periods add up in squares.
    #[serde(default)]
    pub jitter: f64,
}

impl Oscillator {
    /// An ideal one.
    pub fn new(bits: u32, full_scale: f64, window: f64) -> Self {
        Self {
            bits,
            full_scale,
            window,
            dead_time: 0.0,
            leakage: 0.0,
            charge_mismatch: 0.0,
            jitter: 0.0,
        }
    }

    /// The converter with the mismatch that belongs to `key`.
    ///
    /// # Errors
    /// A parameter out of range.
    pub fn instance(&self, key: &InstanceKey) -> Result<OscillatorAdc, ConverterError> {
        let check = Check("oscillator");
        check.bits(self.bits, 1, 16, "1 to 16")?;
        check.positive("full_scale", self.full_scale)?;
        check.positive("window", self.window)?;
        check.not_negative("dead_time", self.dead_time)?;
        check.not_negative("leakage", self.leakage)?;
        check.deviation("charge_mismatch", self.charge_mismatch)?;
        check.not_negative("jitter", self.jitter)?;
        let deviate = Mismatch::new(key, Part::AdcScale).normal(0);
        let nominal = self.full_scale * self.window / f64::from(1_u32 << self.bits);
        Ok(OscillatorAdc {
            bits: self.bits,
            span: Span {
                low: 0.0,
                high: self.full_scale,
            },
            charge: nominal * (1.0 + self.charge_mismatch * deviate),
            window: self.window,
            dead_time: self.dead_time,
            leakage: self.leakage,
            jitter: self.jitter,
        })
    }
}

/// A counting ADC for currents.
#[derive(Clone, Debug, PartialEq)]
pub struct OscillatorAdc {
    bits: u32,
    span: Span,
    charge: f64,
    window: f64,
    dead_time: f64,
    leakage: f64,
    jitter: f64,
}

impl OscillatorAdc {
    /// Time of counting, s.
    pub fn window(&self) -> f64 {
        self.window
    }

    /// Time of a reset, s.
    pub fn dead_time(&self) -> f64 {
        self.dead_time
    }

    /// Current that is lost, A.
    pub fn leakage(&self) -> f64 {
        self.leakage
    }

    /// Charge of a period, C.
    pub fn charge(&self) -> f64 {
        self.charge
    }
}

impl Adc for OscillatorAdc {
    fn bits(&self) -> u32 {
        self.bits
    }

    fn span(&self) -> Span {
        self.span
    }

    #[inline]
    fn sample(&self, input: f64, noise: &mut Noise) -> u32 {
        let current = input - self.leakage;
        if current <= 0.0 {
            return 0;
        }
        let period = self.charge / current + self.dead_time;
        let count = self.window / period;
        let counted = if self.jitter == 0.0 {
            count
        } else {
            // The sum of the periods' noises, in periods.
            count + noise.scaled(self.jitter) * count.sqrt() / period
        };
        clipped(counted, largest_code(self.bits))
    }
}
