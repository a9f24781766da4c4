//! R-2R ladder in voltage mode: each bit's leg, `2R` and a switch, goes to the upper or the lower reference.
//!
//! Both switches of a leg have the same resistance, so the ladder is linear in the bits, and its weights follow from Thevenin's theorem
//! applied tap by tap from the terminated end. Every resistor has its own relative deviation; the switches do not.

use serde::{Deserialize, Serialize};

use super::{Dac, weighted};
use crate::ConverterError;
use crate::draws::{InstanceKey, Mismatch, Noise, Part};
use crate::error::Check;
use crate::span::Span;

/// Parameters of an R-2R DAC, as written in files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct R2r {
    /// Resolution, 1 to 16.
    pub bits: u32,
    /// Range, V: the two references.
    #[serde(default)]
    pub range: Span,
    /// R, ohm. Legs are made of two such resistors in series.
    pub resistance: f64,
    /// Standard deviation of one resistor R, relative.
    #[serde(default)]
    pub resistor_mismatch: f64,
    /// Resistance of a closed switch, ohm.
    #[serde(default)]
    pub switch_resistance: f64,
    /// Resistance from the output to the lower reference, ohm; none without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<f64>,
}

impl R2r {
    /// An ideal one.
    pub fn new(bits: u32, range: Span, resistance: f64) -> Self {
        Self {
            bits,
            range,
            resistance,
            resistor_mismatch: 0.0,
            switch_resistance: 0.0,
            load: None,
        }
    }

    /// The converter with the mismatch that belongs to `key`.
    ///
    /// # Errors
    /// A parameter out of range.
    pub fn instance(&self, key: &InstanceKey) -> Result<R2rDac, ConverterError> {
        let check = Check("r2r");
        check.bits(self.bits, 1, 16, "1 to 16")?;
        self.range.check(check)?;
        check.positive("resistance", self.resistance)?;
        check.deviation("resistor_mismatch", self.resistor_mismatch)?;
        check.not_negative("switch_resistance", self.switch_resistance)?;
        check.positive_if_given("load", self.load)?;

        let count = self.bits as usize;
        let mut legs = Mismatch::new(key, Part::DacElements);
        let mut links = Mismatch::new(key, Part::DacLinks);
        let sigma = self.resistor_mismatch;
        // Two units in series have the deviation of one over sqrt(2).
        let mut double = |index: usize| {
            2.0 * self.resistance
                * (1.0 + sigma * std::f64::consts::FRAC_1_SQRT_2 * legs.normal(index))
        };
        let ladder = Ladder {
            legs: (0..count).map(&mut double).collect(),
            termination: double(count),
            links: (1..count)
                .map(|index| self.resistance * (1.0 + sigma * links.normal(index)))
                .collect(),
            switch: self.switch_resistance,
            load: self.load,
        };
        Ok(R2rDac {
            span: self.range,
            weights: ladder.weights(self.range.width()),
            ladder,
        })
    }
}

/// The resistors, from the least significant bit's on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ladder {
    pub(crate) legs: Vec<f64>,
    pub(crate) links: Vec<f64>,
    pub(crate) termination: f64,
    pub(crate) switch: f64,
    pub(crate) load: Option<f64>,
}

impl Ladder {
    /// Volts that each bit adds to the output for a difference of the references of `reference`.
    fn weights(&self, reference: f64) -> Vec<f64> {
        let mut weights: Vec<f64> = Vec::with_capacity(self.legs.len());
        let mut source = self.termination;
        for (bit, leg) in self.legs.iter().enumerate() {
            if bit > 0 {
                source += self.links[bit - 1];
            }
            let leg = leg + self.switch;
            for weight in &mut weights {
                *weight *= leg / (leg + source);
            }
            weights.push(reference * source / (leg + source));
            source *= leg / (leg + source);
        }
        if let Some(load) = self.load {
            for weight in &mut weights {
                *weight *= load / (load + source);
            }
        }
        weights
    }
}

/// An R-2R DAC.
#[derive(Clone, Debug, PartialEq)]
pub struct R2rDac {
    span: Span,
    weights: Vec<f64>,
    pub(crate) ladder: Ladder,
}

impl Dac for R2rDac {
    fn bits(&self) -> u32 {
        self.weights.len() as u32
    }

    fn span(&self) -> Span {
        self.span
    }

    #[inline]
    fn level(&self, code: u32, _: &mut Noise) -> f64 {
        self.span.low + weighted(&self.weights, code)
    }
}
