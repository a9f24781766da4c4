//! Bit-serial: a one-bit driver applies one bit of the code after another; what it causes is shifted and added.
//!
//! With digital accumulation each bit's result is converted by itself and the sum `sum(2^k y_k) / 2^bits` is exact, so that a wrong
//! amplitude is a pure gain error. With analog accumulation a capacitor shares its charge with another one after each bit, least significant
//! first: `v <- (1 - a) v + a b W` with `a` nominally 1/2 (R. E. Suarez, P. R. Gray and D. A. Hodges, IEEE JSSC 10, 379, 1975).

use serde::{Deserialize, Serialize};

use super::{Dac, weighted};
use crate::ConverterError;
use crate::draws::{InstanceKey, Mismatch, Noise, Part};
use crate::error::Check;
use crate::span::Span;

/// Where the bits are added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Accumulation {
    /// As numbers.
    #[default]
    Digital,
    /// As charges.
    Analog,
}

/// Parameters of a bit-serial DAC, as written in files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BitSerial {
    /// Resolution, 1 to 16: the number of cycles.
    pub bits: u32,
    /// Range, V. The driver's amplitude is `high - low`.
    #[serde(default)]
    pub range: Span,
    /// Where the bits are added up.
    #[serde(default)]
    pub accumulation: Accumulation,
    /// Standard deviation of the driver's amplitude between instances, relative.
    #[serde(default)]
    pub amplitude_mismatch: f64,
    /// Standard deviation of a sharing capacitor, relative; for analog accumulation.
    #[serde(default)]
    pub capacitor_mismatch: f64,
    /// Noise of a bit's cycle, V rms.
    #[serde(default)]
    pub noise: f64,
}

impl BitSerial {
    /// An ideal one.
    pub fn new(bits: u32, range: Span) -> Self {
        Self {
            bits,
            range,
            accumulation: Accumulation::Digital,
            amplitude_mismatch: 0.0,
            capacitor_mismatch: 0.0,
            noise: 0.0,
        }
    }

    /// The converter with the mismatch that belongs to `key`.
    ///
    /// # Errors
    /// A parameter out of range.
    pub fn instance(&self, key: &InstanceKey) -> Result<BitSerialDac, ConverterError> {
        let check = Check("bit-serial");
        check.bits(self.bits, 1, 16, "1 to 16")?;
        self.range.check(check)?;
        check.deviation("amplitude_mismatch", self.amplitude_mismatch)?;
        check.deviation("capacitor_mismatch", self.capacitor_mismatch)?;
        check.not_negative("noise", self.noise)?;
        if self.accumulation == Accumulation::Digital && self.capacitor_mismatch > 0.0 {
            return Err(ConverterError::Parameter {
                converter: check.0,
                parameter: "capacitor_mismatch",
                value: self.capacitor_mismatch,
                requirement: "0 with accumulation = \"digital\"",
            });
        }
        let amplitude = Mismatch::new(key, Part::DacScale).normal(0);
        let mut mismatch = Mismatch::new(key, Part::DacElements);
        let [driven, holding] =
            [0, 1].map(|index| 1.0 + self.capacitor_mismatch * mismatch.normal(index));
        let share = match self.accumulation {
            Accumulation::Digital => 0.5,
            Accumulation::Analog => driven / (driven + holding),
        };
        // What is left of each bit's share after the later ones.
        let kept: Vec<f64> = (0..self.bits)
            .map(|bit| share * (1.0 - share).powi((self.bits - 1 - bit).cast_signed()))
            .collect();
        let amplitude = self.range.width() * (1.0 + self.amplitude_mismatch * amplitude);
        let noise = kept.iter().map(|part| part * part).sum::<f64>();
        Ok(BitSerialDac {
            span: self.range,
            weights: kept.iter().map(|part| amplitude * part).collect(),
            noise: self.noise * noise.sqrt(),
            amplitude,
            capacitors: [driven, holding],
            accumulation: self.accumulation,
        })
    }
}

/// A bit-serial DAC.
#[derive(Clone, Debug, PartialEq)]
pub struct BitSerialDac {
    span: Span,
    weights: Vec<f64>,
    /// Of the sum, V rms.
    noise: f64,
    amplitude: f64,
    capacitors: [f64; 2],
    accumulation: Accumulation,
}

impl BitSerialDac {
    /// The driver's amplitude, V.
    pub fn amplitude(&self) -> f64 {
        self.amplitude
    }

    /// Where the bits are added up.
    pub fn accumulation(&self) -> Accumulation {
        self.accumulation
    }

    /// The capacitor that is driven and the one that holds the sum, relative to their nominal value.
    pub fn capacitors(&self) -> [f64; 2] {
        self.capacitors
    }
}

impl Dac for BitSerialDac {
    fn bits(&self) -> u32 {
        self.weights.len() as u32
    }

    fn span(&self) -> Span {
        self.span
    }

    fn is_noisy(&self) -> bool {
        self.noise > 0.0
    }

    #[inline]
    fn level(&self, code: u32, noise: &mut Noise) -> f64 {
        self.span.low + weighted(&self.weights, code) + noise.scaled(self.noise)
    }
}
