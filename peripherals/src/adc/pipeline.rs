//! Pipeline and cyclic converters with 1.5-bit stages.
//!
//! The input is scaled to `v` from -1 to 1. Each of `bits - 2` stages decides `d` in {-1, 0, 1} at thresholds of -1/4 and 1/4 and passes on
//! `((1 + r) v - r d) / (1 + (1 + r) / A)` with the ratio `r` of two capacitors, nominally 1, and the gain `A` of the amplifier; a 2-bit flash
//! ends the row (S. H. Lewis et al., IEEE JSSC 27, 351, 1992). Half a bit of overlap makes comparators' offsets below 1/4 harmless.

use serde::{Deserialize, Serialize};

use super::Adc;
use crate::ConverterError;
use crate::comparator::{Comparator, ComparatorInstance};
use crate::draws::{InstanceKey, Mismatch, Noise, Part};
use crate::error::Check;
use crate::span::{Span, largest_code};

/// Parameters of a pipeline or cyclic ADC, as written in files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pipeline {
    /// Resolution, 2 to 16.
    pub bits: u32,
    /// Range, V.
    #[serde(default)]
    pub range: Span,
    /// One stage does all the work, one bit after another.
    #[serde(default)]
    pub cyclic: bool,
    /// Gain of the stages' amplifiers; infinite without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amplifier_gain: Option<f64>,
    /// Standard deviation of the ratio of a stage's capacitors, relative.
    #[serde(default)]
    pub capacitor_mismatch: f64,
    /// Noise at the input of each stage, V rms, on the scale of the converter's input.
    #[serde(default)]
    pub noise: f64,
    /// The comparators, each with its own offset, V on the scale of the converter's input.
    #[serde(default)]
    pub comparator: Comparator,
}

/// Comparators of a stage.
const PER_STAGE: usize = 2;
/// Thresholds of the last flash.
const LAST: [f64; 3] = [-0.5, 0.0, 0.5];

impl Pipeline {
    /// An ideal one.
    pub fn new(bits: u32, range: Span) -> Self {
        Self {
            bits,
            range,
            cyclic: false,
            amplifier_gain: None,
            capacitor_mismatch: 0.0,
            noise: 0.0,
            comparator: Comparator::default(),
        }
    }

    /// The converter with the mismatch that belongs to `key`.
    ///
    /// # Errors
    /// A parameter out of range.
    pub fn instance(&self, key: &InstanceKey) -> Result<PipelineAdc, ConverterError> {
        let check = Check("pipeline");
        check.bits(self.bits, 2, 16, "2 to 16")?;
        self.range.check(check)?;
        check.gain("amplifier_gain", self.amplifier_gain)?;
        check.deviation("capacitor_mismatch", self.capacitor_mismatch)?;
        check.not_negative("noise", self.noise)?;
        self.comparator.check(check)?;

        // Half the range is 1 on the scale of the stages.
        let unit = 0.5 * self.range.width();
        let mut mismatch = Mismatch::new(key, Part::AdcElements);
        let mut offsets = Mismatch::new(key, Part::AdcComparators);
        let mut comparator = |index: usize| {
            let volts = self.comparator.instance(offsets.normal(index));
            ComparatorInstance {
                offset: volts.offset / unit,
                noise: volts.noise / unit,
                undecided: volts.undecided / unit,
                certain: volts.certain / unit,
            }
        };
        let mut stage = |index: usize| {
            let ratio = 1.0 + self.capacitor_mismatch * mismatch.normal(index);
            let loss = self
                .amplifier_gain
                .map_or(1.0, |gain| 1.0 / (1.0 + (1.0 + ratio) / gain));
            Stage {
                gain: (1.0 + ratio) * loss,
                subtracted: ratio * loss,
                comparators: [0, 1].map(|which| comparator(PER_STAGE * index + which)),
            }
        };
        let count = self.bits as usize - 2;
        let stages = if self.cyclic {
            vec![stage(0); count]
        } else {
            (0..count).map(stage).collect()
        };
        let last = PER_STAGE * count;
        Ok(PipelineAdc {
            bits: self.bits,
            span: self.range,
            stages,
            last: [0, 1, 2].map(|which| comparator(last + which)),
            noise: self.noise / unit,
        })
    }
}

/// A stage: what it multiplies by, what it subtracts for a decision of 1.
#[derive(Clone, Debug, PartialEq)]
struct Stage {
    gain: f64,
    subtracted: f64,
    comparators: [ComparatorInstance; PER_STAGE],
}

/// A pipeline or cyclic ADC.
#[derive(Clone, Debug, PartialEq)]
pub struct PipelineAdc {
    bits: u32,
    span: Span,
    stages: Vec<Stage>,
    last: [ComparatorInstance; 3],
    noise: f64,
}

impl PipelineAdc {
    /// Gain of each stage and what it subtracts for a decision of 1.
    pub fn stages(&self) -> impl Iterator<Item = (f64, f64)> {
        self.stages
            .iter()
            .map(|stage| (stage.gain, stage.subtracted))
    }

    /// Offsets of all comparators on the scale of the stages: two for each stage, three at the end.
    pub fn comparator_offsets(&self) -> impl Iterator<Item = f64> {
        let stages = self.stages.iter().flat_map(|stage| &stage.comparators);
        stages.chain(&self.last).map(|comparator| comparator.offset)
    }
}

impl Adc for PipelineAdc {
    fn bits(&self) -> u32 {
        self.bits
    }

    fn span(&self) -> Span {
        self.span
    }

    #[inline]
    fn sample(&self, input: f64, noise: &mut Noise) -> u32 {
        let mut v = 2.0 * (input - self.span.low) / self.span.width() - 1.0;
        let mut sum = 0_i64;
        for stage in &self.stages {
            v += noise.scaled(self.noise);
            let [low, high] = &stage.comparators;
            let above_low = low.decide(v + 0.25, noise);
            let above_high = high.decide(v - 0.25, noise);
            let decision = i64::from(above_low) + i64::from(above_high) - 1;
            sum = 2 * sum + decision;
            v = stage.gain * v - stage.subtracted * decision as f64;
        }
        v += noise.scaled(self.noise);
        let mut ones = 0;
        for (comparator, threshold) in self.last.iter().zip(LAST) {
            ones += i64::from(comparator.decide(v - threshold, noise));
        }
        let largest = i64::from(largest_code(self.bits));
        let code = (1 << (self.bits - 1)) + 2 * sum + ones - 2;
        code.clamp(0, largest) as u32
    }
}
