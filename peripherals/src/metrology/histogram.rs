//! Transitions of an ADC from the histogram of its codes (IEEE Std 1241, 4.7).

use std::f64::consts::{PI, TAU};

use super::linearity::Transitions;
use crate::ConverterError;
use crate::adc::Adc;
use crate::draws::Noise;

/// How an ADC is driven for a histogram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HistogramTest {
    /// Samples for each code; transitions are resolved to one step divided by this.
    pub samples_per_code: usize,
    /// What the stimulus goes beyond each end of the range, as a part of the range.
    pub overdrive: f64,
}

impl Default for HistogramTest {
    /// 64 samples for each code, 5 % beyond each end.
    fn default() -> Self {
        Self {
            samples_per_code: 64,
            overdrive: 0.05,
        }
    }
}

/// Inputs converted at once.
const BLOCK: usize = 1024;

impl HistogramTest {
    fn samples(&self, adc: &impl Adc) -> Result<usize, ConverterError> {
        if self.samples_per_code == 0 || self.samples_per_code > 1 << 16 {
            return Err(ConverterError::Measurement(format!(
                "samples_per_code = {} must be 1 to 65536",
                self.samples_per_code
            )));
        }
        if !(0.0..=10.0).contains(&self.overdrive) {
            return Err(ConverterError::Measurement(format!(
                "overdrive = {} must be 0 to 10",
                self.overdrive
            )));
        }
        let codes = (adc.largest_code() as usize + 1) as f64;
        let samples = codes * (1.0 + 2.0 * self.overdrive) * self.samples_per_code as f64;
        Ok(samples.ceil() as usize)
    }
}

/// Counts codes; `stimulus` gives the input of each sample.
fn histogram(
    adc: &impl Adc,
    samples: usize,
    stimulus: impl Fn(usize) -> f64,
    noise: &mut Noise,
) -> Result<Vec<u64>, ConverterError> {
    let mut counts = vec![0; adc.largest_code() as usize + 1];
    let (mut inputs, mut codes) = (vec![0.0; BLOCK], vec![0; BLOCK]);
    for start in (0..samples).step_by(BLOCK) {
        let length = BLOCK.min(samples - start);
        for (index, input) in inputs[..length].iter_mut().enumerate() {
            *input = stimulus(start + index);
        }
        adc.convert(&inputs[..length], &mut codes[..length], noise)?;
        for &code in &codes[..length] {
            counts[code as usize] += 1;
        }
    }
    Ok(counts)
}

/// The transition below each code above the first one seen, from the number of samples below it.
fn transitions(counts: &[u64], input: impl Fn(u64) -> f64) -> Result<Transitions, ConverterError> {
    let seen = |count: &u64| *count > 0;
    let (Some(first), Some(last)) = (counts.iter().position(seen), counts.iter().rposition(seen))
    else {
        return Err(ConverterError::Measurement("the histogram is empty".into()));
    };
    let mut below = 0;
    let mut inputs = Vec::with_capacity(last - first);
    for &count in &counts[first..last] {
        below += count;
        inputs.push(input(below));
    }
    let missing = counts
        .iter()
        .enumerate()
        .filter(|&(_, &count)| count == 0)
        .map(|(code, _)| code as u32)
        .collect();
    Ok(Transitions {
        first_code: first as u32,
        inputs,
        missing,
    })
}

/// Transitions from a slow linear ramp.
///
/// # Errors
/// Settings out of range.
pub fn ramp_transitions(
    adc: &impl Adc,
    test: &HistogramTest,
    noise: &mut Noise,
) -> Result<Transitions, ConverterError> {
    let samples = test.samples(adc)?;
    let span = adc.span();
    let start = span.low - test.overdrive * span.width();
    let each = span.width() * (1.0 + 2.0 * test.overdrive) / samples as f64;
    let stimulus = |index: usize| start + (index as f64 + 0.5) * each;
    let counts = histogram(adc, samples, stimulus, noise)?;
    transitions(&counts, |below| start + below as f64 * each)
}

/// Transitions from a sine: `T = C - A cos(pi H / S)` with the number `H` of the `S` samples below the transition.
///
/// # Errors
/// Settings out of range.
pub fn sine_transitions(
    adc: &impl Adc,
    test: &HistogramTest,
    noise: &mut Noise,
) -> Result<Transitions, ConverterError> {
    // Each value occurs while the sine rises and while it falls; codes in the middle are pi/2 times rarer than in a ramp.
    let samples = 4 * test.samples(adc)?;
    let span = adc.span();
    let middle = span.low + 0.5 * span.width();
    let amplitude = span.width() * (0.5 + test.overdrive);
    // The samples of one period; which period a sample comes from does not matter to the histogram.
    let stimulus =
        |index: usize| middle - amplitude * (TAU * (index as f64 + 0.5) / samples as f64).cos();
    let counts = histogram(adc, samples, stimulus, noise)?;
    transitions(&counts, |below| {
        middle - amplitude * (PI * below as f64 / samples as f64).cos()
    })
}
