//! Everything that is measured of one converter.

use std::f64::consts::TAU;

use serde::Serialize;

use super::histogram::{HistogramTest, ramp_transitions, sine_transitions};
use super::linearity::{Linearity, ReferenceLine, Transitions};
use super::sine_fit::SineFit;
use super::spectrum::{Spectrum, coherent_cycles};
use crate::ConverterError;
use crate::adc::Adc;
use crate::dac::Dac;
use crate::draws::Noise;
use crate::span::Span;

/// The sine with which dynamic figures are measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SineTest {
    /// Samples in the record, a power of two.
    pub record: usize,
    /// Periods in the record, about; it is made odd.
    pub cycles: usize,
    /// Amplitude over half the range. Above the range the converter clips.
    pub amplitude: f64,
}

impl Default for SineTest {
    /// 479 periods in 8192 samples, full scale.
    fn default() -> Self {
        Self {
            record: 8192,
            cycles: 479,
            amplitude: 1.0,
        }
    }
}

impl SineTest {
    /// The samples of a range, and how many periods they are.
    fn samples(&self, span: Span) -> Result<(Vec<f64>, usize), ConverterError> {
        if !(self.amplitude > 0.0 && self.amplitude <= 2.0) {
            return Err(ConverterError::Measurement(format!(
                "the sine's amplitude, {} of half the range, must be above 0 and at most 2",
                self.amplitude
            )));
        }
        let cycles = coherent_cycles(self.cycles, self.record)?;
        let half = 0.5 * span.width();
        let sample = |n: usize| {
            let phase = TAU * (cycles * n % self.record) as f64 / self.record as f64;
            span.low + half + self.amplitude * half * phase.sin()
        };
        Ok(((0..self.record).map(sample).collect(), cycles))
    }
}

/// What is measured of an ADC.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AdcCharacterization {
    /// Resolution.
    pub bits: u32,
    /// Nominal range.
    pub range: Span,
    /// Where the codes begin, from a ramp.
    pub transitions: Transitions,
    /// Static errors from the ramp.
    pub linearity: Linearity,
    /// Largest |INL| and |DNL| from a sine's histogram.
    pub sine_worst_inl: f64,
    /// See `sine_worst_inl`.
    pub sine_worst_dnl: f64,
    /// Whether codes never fall while the input of the converter, without its noise, rises.
    pub monotonic: bool,
    /// Dynamic figures.
    pub spectrum: Spectrum,
    /// The sine that comes closest to the same record.
    pub sine_fit: SineFit,
}

/// What is measured of a DAC.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DacCharacterization {
    /// Resolution.
    pub bits: u32,
    /// Nominal range, V.
    pub range: Span,
    /// Output for each code without noise, V.
    pub levels: Vec<f64>,
    /// Static errors.
    pub linearity: Linearity,
    /// Whether the output never falls from a code to the next.
    pub monotonic: bool,
    /// Dynamic figures.
    pub spectrum: Spectrum,
    /// The sine that comes closest to the same record.
    pub sine_fit: SineFit,
}

/// Measures an ADC.
///
/// # Errors
/// Settings out of range, a converter that gives fewer than three codes.
pub fn characterize_adc(
    adc: &impl Adc,
    static_test: &HistogramTest,
    sine: &SineTest,
    line: ReferenceLine,
    noise: &mut Noise,
) -> Result<AdcCharacterization, ConverterError> {
    let (bits, span) = (adc.bits(), adc.span());
    let transitions = ramp_transitions(adc, static_test, noise)?;
    let linearity = Linearity::of_transitions(&transitions, span, bits, line)?;
    let from_sine = sine_transitions(adc, static_test, noise)?;
    let from_sine = Linearity::of_transitions(&from_sine, span, bits, line)?;
    let (inputs, cycles) = sine.samples(span)?;
    let mut codes = vec![0; inputs.len()];
    adc.convert(&inputs, &mut codes, noise)?;
    let values: Vec<f64> = codes.iter().map(|&code| f64::from(code)).collect();
    Ok(AdcCharacterization {
        bits,
        range: span,
        monotonic: is_monotonic(adc, static_test),
        transitions,
        linearity,
        sine_worst_inl: from_sine.worst_inl,
        sine_worst_dnl: from_sine.worst_dnl,
        spectrum: Spectrum::of(&values, cycles, sine.amplitude)?,
        sine_fit: SineFit::of(&values, f64::from(adc.largest_code()) + 1.0)?,
    })
}

/// Whether codes rise with the input, at least as finely as the static test looks.
fn is_monotonic(adc: &impl Adc, test: &HistogramTest) -> bool {
    let span = adc.span();
    let samples = (adc.largest_code() as usize + 1) * test.samples_per_code;
    let mut noise = Noise::silent();
    let mut before = 0;
    (0..=samples).all(|index| {
        let input = span.low + span.width() * index as f64 / samples as f64;
        let code = adc.sample(input, &mut noise);
        std::mem::replace(&mut before, code) <= code
    })
}

/// Measures a DAC. Its static errors are those without noise.
///
/// # Errors
/// Settings out of range.
pub fn characterize_dac(
    dac: &impl Dac,
    sine: &SineTest,
    line: ReferenceLine,
    noise: &mut Noise,
) -> Result<DacCharacterization, ConverterError> {
    let (bits, span) = (dac.bits(), dac.span());
    let all: Vec<u32> = (0..=dac.largest_code()).collect();
    let mut levels = vec![0.0; all.len()];
    dac.convert(&all, &mut levels, &mut Noise::silent())?;
    let (wanted, cycles) = sine.samples(span)?;
    let (step, largest) = (dac.step(), f64::from(dac.largest_code()));
    // Centred between the ends: the levels of an ideal converter reach from low to one step below high.
    let codes: Vec<u32> = wanted
        .iter()
        .map(|volts| {
            ((volts - span.low) / step - 0.5)
                .round()
                .clamp(0.0, largest) as u32
        })
        .collect();
    let mut outputs = vec![0.0; codes.len()];
    dac.convert(&codes, &mut outputs, noise)?;
    Ok(DacCharacterization {
        bits,
        range: span,
        linearity: Linearity::of_levels(&levels, span, bits, line)?,
        monotonic: levels.windows(2).all(|pair| pair[1] >= pair[0]),
        levels,
        spectrum: Spectrum::of(&outputs, cycles, sine.amplitude)?,
        sine_fit: SineFit::of(&outputs, span.width())?,
    })
}
