//! Successive approximation with a binary-weighted capacitor array.
//!
//! The array has `2^k` units for bit `k` and one unit that is never switched; bit `k` weighs `w_k = C_k / C_total` (all-MOS charge redistribution,
//! IEEE JSSC 10, 371, 1975). Units differ independently by a relative `unit_mismatch`, so that `C_k` has a relative deviation of
//! `unit_mismatch / sqrt(2^k)`.

use ohmloom_devices::constants::BOLTZMANN;
use serde::{Deserialize, Serialize};

use super::Adc;
use crate::ConverterError;
use crate::comparator::{Comparator, ComparatorInstance};
use crate::draws::{InstanceKey, Mismatch, Noise, Part};
use crate::error::Check;
use crate::span::Span;

/// Parameters of a successive-approximation ADC, as written in files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sar {
    /// Resolution, 1 to 16.
    pub bits: u32,
    /// Range, V.
    #[serde(default)]
    pub range: Span,
    /// Standard deviation of a unit capacitor, relative.
    #[serde(default)]
    pub unit_mismatch: f64,
    /// A unit capacitor, F. If given, sampling adds noise of `sqrt(k T / C_total)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_capacitance: Option<f64>,
    /// Kelvin.
    #[serde(default = "room_temperature")]
    pub temperature: f64,
    /// How many time constants the array has to settle for each bit; without it settling is complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settling: Option<f64>,
    /// The comparator.
    #[serde(default)]
    pub comparator: Comparator,
}

fn room_temperature() -> f64 {
    300.0
}

impl Sar {
    /// An ideal one.
    pub fn new(bits: u32, range: Span) -> Self {
        Self {
            bits,
            range,
            unit_mismatch: 0.0,
            unit_capacitance: None,
            temperature: room_temperature(),
            settling: None,
            comparator: Comparator::default(),
        }
    }

    /// The converter with the mismatch that belongs to `key`.
    ///
    /// # Errors
    /// A parameter out of range.
    pub fn instance(&self, key: &InstanceKey) -> Result<SarAdc, ConverterError> {
        let check = Check("sar");
        check.bits(self.bits, 1, 16, "1 to 16")?;
        self.range.check(check)?;
        check.deviation("unit_mismatch", self.unit_mismatch)?;
        check.positive_if_given("unit_capacitance", self.unit_capacitance)?;
        check.positive("temperature", self.temperature)?;
        check.positive_if_given("settling", self.settling)?;
        self.comparator.check(check)?;

        let mut mismatch = Mismatch::new(key, Part::AdcElements);
        let units: Vec<f64> = (0..self.bits)
            .map(|bit| {
                let count = f64::from(1_u32 << bit);
                count + count.sqrt() * self.unit_mismatch * mismatch.normal(bit as usize)
            })
            .collect();
        let fixed = 1.0 + self.unit_mismatch * mismatch.normal(self.bits as usize);
        let total = units.iter().sum::<f64>() + fixed;
        let offset = Mismatch::new(key, Part::AdcComparators).normal(0);
        Ok(SarAdc {
            span: self.range,
            weights: units
                .iter()
                .rev()
                .map(|unit| self.range.width() * unit / total)
                .collect(),
            sampling_noise: self.unit_capacitance.map_or(0.0, |unit| {
                (BOLTZMANN * self.temperature / (unit * total)).sqrt()
            }),
            settled: self
                .settling
                .map_or(1.0, |constants| -(-constants).exp_m1()),
            comparator: self.comparator.instance(offset),
            units,
            fixed,
            unit_capacitance: self.unit_capacitance.unwrap_or(USUAL_UNIT),
        })
    }
}

/// A successive-approximation ADC.
#[derive(Clone, Debug, PartialEq)]
pub struct SarAdc {
    span: Span,
    /// Volts that each bit adds, most significant first.
    weights: Vec<f64>,
    sampling_noise: f64,
    /// Part of a step that the array goes in the time given to a bit.
    settled: f64,
    comparator: ComparatorInstance,
    units: Vec<f64>,
    fixed: f64,
    unit_capacitance: f64,
}

/// A unit capacitor where none is given, F.
const USUAL_UNIT: f64 = 1e-14;

impl SarAdc {
    /// A unit capacitor, F; 10 fF where none is given.
    pub fn unit_capacitance(&self) -> f64 {
        self.unit_capacitance
    }

    /// Capacitors in units, the least significant bit's first.
    pub fn capacitors(&self) -> &[f64] {
        &self.units
    }

    /// The capacitor that is never switched, in units.
    pub fn fixed_capacitor(&self) -> f64 {
        self.fixed
    }

    /// The code for a held voltage where each trial settles completely.
    #[inline]
    fn settled_code(&self, held: f64, noise: &mut Noise) -> u32 {
        let (mut found, mut code) = (0.0, 0);
        for weight in &self.weights {
            let keep = self.comparator.decide(held - (found + weight), noise);
            // The weight or 0, without a branch that nothing can predict.
            let kept = weight.to_bits() & 0_u64.wrapping_sub(u64::from(keep));
            found += f64::from_bits(kept);
            code = code << 1 | u32::from(keep);
        }
        code
    }

    /// Offset of the comparator, V.
    pub fn comparator_offset(&self) -> f64 {
        self.comparator.offset
    }
}

impl Adc for SarAdc {
    fn bits(&self) -> u32 {
        self.weights.len() as u32
    }

    fn span(&self) -> Span {
        self.span
    }

    #[inline]
    fn sample(&self, input: f64, noise: &mut Noise) -> u32 {
        let held = input - self.span.low + noise.scaled(self.sampling_noise);
        if self.settled == 1.0 {
            return self.settled_code(held, noise);
        }
        let (mut found, mut array, mut code) = (0.0, 0.0, 0);
        for weight in &self.weights {
            let trial = found + weight;
            array += (trial - array) * self.settled;
            let keep = self.comparator.decide(held - array, noise);
            code = code << 1 | u32::from(keep);
            if keep {
                found = trial;
            }
        }
        code
    }
}
