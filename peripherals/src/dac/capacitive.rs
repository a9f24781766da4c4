//! Charge redistribution: the bottom plates of binary-weighted capacitors go to one of two references.
//!
//! After a reset with all bottom plates at the lower reference, `V = low + W sum(b_k C_k) / (C_total + C_p)` with the range `W` and a
//! parasitic capacitance `C_p` of the common plate (all-MOS charge redistribution, IEEE JSSC 10, 371, 1975). Opening the reset switch
//! freezes noise of `sqrt(k T / (C_total + C_p))`.

use ohmloom_devices::constants::BOLTZMANN;
use serde::{Deserialize, Serialize};

use super::{Dac, weighted};
use crate::ConverterError;
use crate::draws::{InstanceKey, Mismatch, Noise, Part};
use crate::error::Check;
use crate::span::Span;

/// Parameters of a capacitive DAC, as written in files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capacitive {
    /// Resolution, 1 to 16.
    pub bits: u32,
    /// Range, V: the two references.
    #[serde(default)]
    pub range: Span,
    /// A unit capacitor, F.
    pub unit_capacitance: f64,
    /// Standard deviation of a unit capacitor, relative.
    #[serde(default)]
    pub unit_mismatch: f64,
    /// Parasitic capacitance of the common plate, F.
    #[serde(default)]
    pub parasitic: f64,
    /// Kelvin, for the noise of the reset; no noise without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
}

impl Capacitive {
    /// An ideal one.
    pub fn new(bits: u32, range: Span, unit_capacitance: f64) -> Self {
        Self {
            bits,
            range,
            unit_capacitance,
            unit_mismatch: 0.0,
            parasitic: 0.0,
            temperature: None,
        }
    }

    /// The converter with the mismatch that belongs to `key`.
    ///
    /// # Errors
    /// A parameter out of range.
    pub fn instance(&self, key: &InstanceKey) -> Result<CapacitiveDac, ConverterError> {
        let check = Check("capacitive");
        check.bits(self.bits, 1, 16, "1 to 16")?;
        self.range.check(check)?;
        check.positive("unit_capacitance", self.unit_capacitance)?;
        check.deviation("unit_mismatch", self.unit_mismatch)?;
        check.not_negative("parasitic", self.parasitic)?;
        check.positive_if_given("temperature", self.temperature)?;
        let mut mismatch = Mismatch::new(key, Part::DacElements);
        let mut farads = |units: f64, index: usize| {
            let deviation = units.sqrt() * self.unit_mismatch * mismatch.normal(index);
            self.unit_capacitance * (units + deviation)
        };
        let capacitors: Vec<f64> = (0..self.bits)
            .map(|bit| farads(f64::from(1_u32 << bit), bit as usize))
            .collect();
        let fixed = farads(1.0, self.bits as usize) + self.parasitic;
        let total = capacitors.iter().sum::<f64>() + fixed;
        Ok(CapacitiveDac {
            span: self.range,
            weights: capacitors
                .iter()
                .map(|farads| self.range.width() * farads / total)
                .collect(),
            noise: self
                .temperature
                .map_or(0.0, |kelvin| (BOLTZMANN * kelvin / total).sqrt()),
            capacitors,
            fixed,
        })
    }
}

/// A capacitive DAC.
#[derive(Clone, Debug, PartialEq)]
pub struct CapacitiveDac {
    span: Span,
    weights: Vec<f64>,
    noise: f64,
    capacitors: Vec<f64>,
    fixed: f64,
}

impl CapacitiveDac {
    /// Capacitors, F, the least significant bit's first.
    pub fn capacitors(&self) -> &[f64] {
        &self.capacitors
    }

    /// What is never switched, parasitic capacitance included, F.
    pub fn fixed_capacitance(&self) -> f64 {
        self.fixed
    }
}

impl Dac for CapacitiveDac {
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
