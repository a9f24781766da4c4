//! First-order incremental sigma-delta: an integrator, a comparator and a counter, reset before each conversion.
//!
//! With the input `u` and the comparator's decision `d`, both as parts of the range, the integrator does `s <- p s + u - d` for `2^bits`
//! cycles, where a finite gain `A` of its amplifier leaks: `p = 1 - 1/A` (R. Schreier and G. C. Temes, Understanding Delta-Sigma Data
//! Converters, 2005). The code is the number of ones.

use serde::{Deserialize, Serialize};

use super::Adc;
use crate::ConverterError;
use crate::comparator::{Comparator, ComparatorInstance};
use crate::draws::{InstanceKey, Mismatch, Noise, Part};
use crate::error::Check;
use crate::span::{Span, largest_code};

/// Parameters of a sigma-delta ADC, as written in files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SigmaDelta {
    /// Resolution, 1 to 16; a conversion takes `2^bits` cycles.
    pub bits: u32,
    /// Range, V.
    #[serde(default)]
    pub range: Span,
    /// Gain of the integrator's amplifier; without it the integrator does not leak.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amplifier_gain: Option<f64>,
    /// Input-referred noise of a cycle, V rms.
    #[serde(default)]
    pub noise: f64,
    /// Standard deviation of the feedback between instances, relative.
    #[serde(default)]
    pub feedback_mismatch: f64,
    /// The comparator.
    #[serde(default)]
    pub comparator: Comparator,
}

impl SigmaDelta {
    /// An ideal one.
    pub fn new(bits: u32, range: Span) -> Self {
        Self {
            bits,
            range,
            amplifier_gain: None,
            noise: 0.0,
            feedback_mismatch: 0.0,
            comparator: Comparator::default(),
        }
    }

    /// The converter with the mismatch that belongs to `key`.
    ///
    /// # Errors
    /// A parameter out of range.
    pub fn instance(&self, key: &InstanceKey) -> Result<SigmaDeltaAdc, ConverterError> {
        let check = Check("sigma-delta");
        check.bits(self.bits, 1, 16, "1 to 16")?;
        self.range.check(check)?;
        check.gain("amplifier_gain", self.amplifier_gain)?;
        check.not_negative("noise", self.noise)?;
        check.deviation("feedback_mismatch", self.feedback_mismatch)?;
        self.comparator.check(check)?;
        let feedback = Mismatch::new(key, Part::AdcScale).normal(0);
        let offset = Mismatch::new(key, Part::AdcComparators).normal(0);
        Ok(SigmaDeltaAdc {
            bits: self.bits,
            span: self.range,
            kept: self.amplifier_gain.map_or(1.0, |gain| 1.0 - 1.0 / gain),
            noise: self.noise,
            feedback: self.range.width() * (1.0 + self.feedback_mismatch * feedback),
            comparator: self.comparator.instance(offset),
        })
    }
}

/// A sigma-delta ADC.
#[derive(Clone, Debug, PartialEq)]
pub struct SigmaDeltaAdc {
    bits: u32,
    span: Span,
    /// Part of the integrator's state that is left after a cycle.
    kept: f64,
    noise: f64,
    /// Volts subtracted by a one.
    feedback: f64,
    comparator: ComparatorInstance,
}

impl SigmaDeltaAdc {
    /// Volts that a one subtracts.
    pub fn feedback(&self) -> f64 {
        self.feedback
    }

    /// Offset of the comparator, V.
    pub fn comparator_offset(&self) -> f64 {
        self.comparator.offset
    }

    /// Part of the integrator's state that is left after a cycle.
    pub fn kept(&self) -> f64 {
        self.kept
    }

    /// One cycle for each input without reset: the bit stream of the modulator, 0 and 1. `state` is the integrator's, V, 0 at first.
    ///
    /// # Errors
    /// An input that is not finite, slices of different lengths.
    pub fn modulate(
        &self,
        inputs: &[f64],
        bits: &mut [u32],
        state: &mut f64,
        noise: &mut Noise,
    ) -> Result<(), ConverterError> {
        if inputs.len() != bits.len() {
            return Err(ConverterError::Lengths {
                inputs: inputs.len(),
                outputs: bits.len(),
            });
        }
        super::check_finite(inputs)?;
        for (bit, &input) in bits.iter_mut().zip(inputs) {
            *bit = u32::from(self.cycle(input - self.span.low, state, noise));
        }
        Ok(())
    }

    #[inline]
    fn cycle(&self, above_low: f64, state: &mut f64, noise: &mut Noise) -> bool {
        *state = self.kept * *state + above_low + noise.scaled(self.noise);
        let is_one = self.comparator.decide(*state - self.feedback, noise);
        if is_one {
            *state -= self.feedback;
        }
        is_one
    }
}

impl Adc for SigmaDeltaAdc {
    fn bits(&self) -> u32 {
        self.bits
    }

    fn span(&self) -> Span {
        self.span
    }

    #[inline]
    fn sample(&self, input: f64, noise: &mut Noise) -> u32 {
        let (mut state, mut ones) = (0.0, 0);
        for _ in 0..1_u32 << self.bits {
            ones += u32::from(self.cycle(input - self.span.low, &mut state, noise));
        }
        ones.min(largest_code(self.bits))
    }
}
