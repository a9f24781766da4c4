//! Current steering: equal current sources are switched to a load resistor.
//!
//! The upper `unary_bits` switch groups of `2^(bits - unary_bits)` units one after another (thermometer code), the others binary groups. A group
//! of `n` units has a relative deviation of `unit_mismatch / sqrt(n)`. A unit's finite output resistance `r` is in parallel to the load
//! while it is switched there: with `k` units, `V = I / (1/R_L + k/r)` (B. Razavi, Principles of Data Conversion System Design, 1995).

use serde::{Deserialize, Serialize};

use super::{Dac, weighted};
use crate::ConverterError;
use crate::draws::{InstanceKey, Mismatch, Noise, Part};
use crate::error::Check;
use crate::span::Span;

/// Parameters of a current-steering DAC, as written in files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CurrentSteering {
    /// Resolution, 1 to 16.
    pub bits: u32,
    /// Range, V: `low` is the other end of the load.
    #[serde(default)]
    pub range: Span,
    /// The load, ohm. A unit current is a step over the load.
    pub load: f64,
    /// How many bits are decoded to a thermometer code, 0 to 8.
    #[serde(default)]
    pub unary_bits: u32,
    /// Standard deviation of a unit current, relative.
    #[serde(default)]
    pub unit_mismatch: f64,
    /// Output resistance of a unit, ohm; infinite without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_output_resistance: Option<f64>,
}

impl CurrentSteering {
    /// An ideal one.
    pub fn new(bits: u32, range: Span, load: f64) -> Self {
        Self {
            bits,
            range,
            load,
            unary_bits: 0,
            unit_mismatch: 0.0,
            unit_output_resistance: None,
        }
    }

    /// The converter with the mismatch that belongs to `key`.
    ///
    /// # Errors
    /// A parameter out of range.
    pub fn instance(&self, key: &InstanceKey) -> Result<CurrentSteeringDac, ConverterError> {
        let check = Check("current-steering");
        check.bits(self.bits, 1, 16, "1 to 16")?;
        self.range.check(check)?;
        check.positive("load", self.load)?;
        check.deviation("unit_mismatch", self.unit_mismatch)?;
        check.positive_if_given("unit_output_resistance", self.unit_output_resistance)?;
        if self.unary_bits > self.bits.min(8) {
            return Err(ConverterError::Parameter {
                converter: check.0,
                parameter: "unary_bits",
                value: f64::from(self.unary_bits),
                requirement: "at most bits and at most 8",
            });
        }
        let unit = self.range.step(self.bits) / self.load;
        let mut mismatch = Mismatch::new(key, Part::DacElements);
        let mut group = |units: u32, index: usize| {
            let units = f64::from(units);
            unit * (units + units.sqrt() * self.unit_mismatch * mismatch.normal(index))
        };
        let binary_bits = self.bits - self.unary_bits;
        let binary = (0..binary_bits)
            .map(|bit| group(1 << bit, bit as usize))
            .collect();
        let unary: Vec<f64> = (1..1_u32 << self.unary_bits)
            .map(|number| group(1 << binary_bits, (binary_bits + number) as usize))
            .collect();
        let mut sum = 0.0;
        let mut thermometer = vec![0.0];
        for current in &unary {
            sum += current;
            thermometer.push(sum);
        }
        Ok(CurrentSteeringDac {
            bits: self.bits,
            span: self.range,
            load: self.load,
            unit_conductance: self.unit_output_resistance.map_or(0.0, |ohm| 1.0 / ohm),
            binary,
            unary,
            thermometer,
        })
    }
}

/// A current-steering DAC.
#[derive(Clone, Debug, PartialEq)]
pub struct CurrentSteeringDac {
    bits: u32,
    span: Span,
    load: f64,
    unit_conductance: f64,
    binary: Vec<f64>,
    unary: Vec<f64>,
    /// Sums of the first unary currents.
    thermometer: Vec<f64>,
}

impl CurrentSteeringDac {
    /// Currents of the binary groups, A, least significant first.
    pub fn binary_currents(&self) -> &[f64] {
        &self.binary
    }

    /// Currents of the unary groups, A, in the order of switching.
    pub fn unary_currents(&self) -> &[f64] {
        &self.unary
    }

    /// The load, ohm.
    pub fn load(&self) -> f64 {
        self.load
    }

    /// Output conductance of a unit, S.
    pub fn unit_conductance(&self) -> f64 {
        self.unit_conductance
    }
}

impl Dac for CurrentSteeringDac {
    fn bits(&self) -> u32 {
        self.bits
    }

    fn span(&self) -> Span {
        self.span
    }

    #[inline]
    fn level(&self, code: u32, _: &mut Noise) -> f64 {
        let upper = (code >> self.binary.len()) as usize;
        let current = weighted(&self.binary, code) + self.thermometer[upper];
        let conductance = 1.0 / self.load + f64::from(code) * self.unit_conductance;
        self.span.low + current / conductance
    }
}
