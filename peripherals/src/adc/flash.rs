//! Flash: a ladder of `2^bits` resistors and a comparator at each of its taps.

use serde::{Deserialize, Serialize};

use super::Adc;
use crate::ConverterError;
use crate::comparator::{Comparator, ComparatorInstance};
use crate::draws::{InstanceKey, Mismatch, Noise, Part};
use crate::error::Check;
use crate::span::{Span, largest_code};

/// How the comparators' outputs become a code. The two differ only if there are bubbles, zeros below a one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoder {
    /// The number of ones.
    #[default]
    CountOnes,
    /// The position of the highest one.
    HighestOne,
}

/// Parameters of a flash ADC, as written in files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flash {
    /// Resolution, 1 to 10.
    pub bits: u32,
    /// Range, V: the voltages at the ends of the ladder.
    #[serde(default)]
    pub range: Span,
    /// Standard deviation of a resistor of the ladder, relative.
    #[serde(default)]
    pub resistor_mismatch: f64,
    /// The comparators, each with its own offset.
    #[serde(default)]
    pub comparator: Comparator,
    /// How the code is made.
    #[serde(default)]
    pub encoder: Encoder,
}

impl Flash {
    /// An ideal one.
    pub fn new(bits: u32, range: Span) -> Self {
        Self {
            bits,
            range,
            resistor_mismatch: 0.0,
            comparator: Comparator::default(),
            encoder: Encoder::default(),
        }
    }

    /// The converter with the mismatch that belongs to `key`.
    ///
    /// # Errors
    /// A parameter out of range.
    pub fn instance(&self, key: &InstanceKey) -> Result<FlashAdc, ConverterError> {
        let check = Check("flash");
        check.bits(self.bits, 1, 10, "1 to 10")?;
        self.range.check(check)?;
        check.deviation("resistor_mismatch", self.resistor_mismatch)?;
        self.comparator.check(check)?;

        let mut mismatch = Mismatch::new(key, Part::AdcElements);
        let resistors: Vec<f64> = (0..1_usize << self.bits)
            .map(|index| 1.0 + self.resistor_mismatch * mismatch.normal(index))
            .collect();
        let total: f64 = resistors.iter().sum();
        let mut offsets = Mismatch::new(key, Part::AdcComparators);
        let mut below = 0.0;
        let mut thresholds = Vec::with_capacity(resistors.len() - 1);
        let mut comparators = Vec::with_capacity(resistors.len() - 1);
        for (index, resistor) in resistors[..resistors.len() - 1].iter().enumerate() {
            below += resistor;
            let comparator = self.comparator.instance(offsets.normal(index));
            let tap = self.range.low + self.range.width() * below / total;
            thresholds.push(tap - comparator.offset);
            comparators.push(comparator);
        }
        Ok(FlashAdc {
            bits: self.bits,
            span: self.range,
            in_order: in_order(&thresholds, self.encoder),
            encoder: self.encoder,
            is_random: self.comparator.noise > 0.0 || self.comparator.undecided() > 0.0,
            nearby: 8.0 * self.comparator.noise + self.comparator.undecided(),
            thresholds,
            comparators,
            resistors,
        })
    }
}

/// Thresholds such that the code is the number of those that the input reaches.
fn in_order(thresholds: &[f64], encoder: Encoder) -> Vec<f64> {
    let mut sorted = thresholds.to_vec();
    match encoder {
        Encoder::CountOnes => sorted.sort_by(f64::total_cmp),
        Encoder::HighestOne => {
            // Code k or more is given where any comparator from the k-th on shows a one.
            let mut least = f64::INFINITY;
            for threshold in sorted.iter_mut().rev() {
                least = least.min(*threshold);
                *threshold = least;
            }
        }
    }
    sorted
}

/// A flash ADC.
#[derive(Clone, Debug, PartialEq)]
pub struct FlashAdc {
    bits: u32,
    span: Span,
    encoder: Encoder,
    thresholds: Vec<f64>,
    in_order: Vec<f64>,
    comparators: Vec<ComparatorInstance>,
    resistors: Vec<f64>,
    is_random: bool,
    /// Comparators further from the input than this are decided without noise, V.
    nearby: f64,
}

impl FlashAdc {
    /// Resistors of the ladder relative to their nominal value, from the low end.
    pub fn resistors(&self) -> &[f64] {
        &self.resistors
    }

    /// Inputs at which the comparators switch, V, from the low end of the ladder; not always in order.
    pub fn thresholds(&self) -> &[f64] {
        &self.thresholds
    }

    /// How the code is made.
    pub fn encoder(&self) -> Encoder {
        self.encoder
    }

    /// Offsets of the comparators, V.
    pub fn comparator_offsets(&self) -> impl Iterator<Item = f64> {
        self.comparators.iter().map(|comparator| comparator.offset)
    }

    fn sample_with_noise(&self, input: f64, noise: &mut Noise) -> u32 {
        let (mut ones, mut highest) = (0, 0);
        for (index, (threshold, comparator)) in
            self.thresholds.iter().zip(&self.comparators).enumerate()
        {
            let above = input - threshold;
            let is_one = if above.abs() > self.nearby {
                above > 0.0
            } else {
                comparator.decide(above - comparator.offset, noise)
            };
            if is_one {
                ones += 1;
                highest = index as u32 + 1;
            }
        }
        match self.encoder {
            Encoder::CountOnes => ones,
            Encoder::HighestOne => highest,
        }
    }
}

impl Adc for FlashAdc {
    fn bits(&self) -> u32 {
        self.bits
    }

    fn span(&self) -> Span {
        self.span
    }

    #[inline]
    fn sample(&self, input: f64, noise: &mut Noise) -> u32 {
        if self.is_random {
            return self.sample_with_noise(input, noise);
        }
        let reached = self
            .in_order
            .partition_point(|&threshold| threshold <= input);
        (reached as u32).min(largest_code(self.bits))
    }
}
