//! Fourier analysis of the last period of a waveform (`.four`).

use std::f64::consts::TAU;
use std::io::{self, Write};

use thiserror::Error;

use crate::results::format::general;

/// Why a waveform has no Fourier analysis.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum FourierError {
    /// The data do not cover one period.
    #[error("one period is {period:e} s, but the data cover {span:e} s")]
    TooShort {
        /// The period, s.
        period: f64,
        /// The time that the data cover, s.
        span: f64,
    },
    /// A setting makes no sense.
    #[error("{0}")]
    Setting(&'static str),
}

/// One harmonic; number 0 is the mean, with all other numbers 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Harmonic {
    /// Frequency, Hz.
    pub frequency: f64,
    /// Amplitude, in the unit of the waveform.
    pub magnitude: f64,
    /// Phase of the sine `magnitude sin(2 pi f t + phase)` from the start of the period, degrees.
    pub phase: f64,
    /// Amplitude divided by that of the fundamental.
    pub normalized_magnitude: f64,
    /// Phase minus that of the fundamental, degrees.
    pub normalized_phase: f64,
}

/// The Fourier analysis of a waveform.
#[derive(Clone, Debug, PartialEq)]
pub struct Fourier {
    /// The mean and the harmonics, by number.
    pub harmonics: Vec<Harmonic>,
    /// Total harmonic distortion, percent: the root of the sum of the squared normalized magnitudes from the second harmonic on.
    pub distortion: f64,
    /// Points of the equidistant grid.
    pub grid: usize,
    /// Degree of the interpolation.
    pub degree: usize,
}

/// Most points of the grid and most harmonics together are bounded by this many operations.
const WORK_LIMIT: usize = 100_000_000;

/// Analyses the last period of a waveform: the discrete Fourier series of `grid` values interpolated by polynomials of
/// `degree` (1 is linear). ngspice's defaults are 10 harmonics (the mean among them), a grid of 200, and degree 1.
///
/// # Errors
/// [`FourierError`] when the data are shorter than a period or a setting is out of range.
pub fn fourier(
    time: &[f64],
    values: &[f64],
    fundamental: f64,
    harmonics: usize,
    grid: usize,
    degree: usize,
) -> Result<Fourier, FourierError> {
    if !(fundamental > 0.0 && fundamental.is_finite()) {
        return Err(FourierError::Setting(
            "the fundamental frequency must be positive",
        ));
    }
    if harmonics < 2 || grid < 2 || harmonics.saturating_mul(grid) > WORK_LIMIT {
        return Err(FourierError::Setting(
            "the number of harmonics or of grid points is out of range",
        ));
    }
    if !(1..=7).contains(&degree) {
        return Err(FourierError::Setting(
            "the degree of the interpolation must be 1 to 7",
        ));
    }
    let (Some(&start), Some(&end)) = (time.first(), time.last()) else {
        return Err(FourierError::Setting("there are no data"));
    };
    let period = 1.0 / fundamental;
    let span = end - start;
    if time.len() != values.len() || time.len() < 2 || span < period * (1.0 - 1e-9) {
        return Err(FourierError::TooShort { period, span });
    }
    let samples: Vec<f64> = (0..grid)
        .map(|point| {
            interpolated(
                time,
                values,
                end - period + period * point as f64 / grid as f64,
                degree,
            )
        })
        .collect();
    Ok(series(&samples, fundamental, harmonics, degree))
}

fn series(samples: &[f64], fundamental: f64, harmonics: usize, degree: usize) -> Fourier {
    let count = samples.len();
    let mean = samples.iter().sum::<f64>() / count as f64;
    let mut list = vec![Harmonic {
        frequency: 0.0,
        magnitude: mean,
        phase: 0.0,
        normalized_magnitude: 0.0,
        normalized_phase: 0.0,
    }];
    let mut first = (1.0, 0.0);
    let mut squares = 0.0;
    for number in 1..harmonics {
        let (mut sine, mut cosine) = (0.0, 0.0);
        for (point, sample) in samples.iter().enumerate() {
            // The angle is reduced as a whole number, so that high harmonics stay exact.
            let angle = TAU * ((number * point) % count) as f64 / count as f64;
            sine += sample * angle.sin();
            cosine += sample * angle.cos();
        }
        let scale = 2.0 / count as f64;
        let magnitude = scale * sine.hypot(cosine);
        let phase = cosine.atan2(sine).to_degrees();
        if number == 1 {
            first = (magnitude, phase);
        }
        let normalized_magnitude = if first.0 == 0.0 {
            0.0
        } else {
            magnitude / first.0
        };
        if number > 1 {
            squares += normalized_magnitude * normalized_magnitude;
        }
        list.push(Harmonic {
            frequency: number as f64 * fundamental,
            magnitude,
            phase,
            normalized_magnitude,
            normalized_phase: if number == 1 { 0.0 } else { phase - first.1 },
        });
    }
    Fourier {
        harmonics: list,
        distortion: 100.0 * squares.sqrt(),
        grid: count,
        degree,
    }
}

/// The value of the polynomial through the `degree + 1` points around a place.
fn interpolated(time: &[f64], values: &[f64], at: f64, degree: usize) -> f64 {
    let after = time.partition_point(|&t| t < at);
    let wanted = (degree + 1).min(time.len());
    let first = after
        .saturating_sub(wanted.div_ceil(2))
        .min(time.len() - wanted);
    let nodes = time.get(first..first + wanted).unwrap_or_default();
    let heights = values.get(first..first + wanted).unwrap_or_default();
    nodes
        .iter()
        .zip(heights)
        .map(|(&node, &height)| {
            nodes
                .iter()
                .filter(|&&other| other != node)
                .fold(height, |product, &other| {
                    product * (at - other) / (node - other)
                })
        })
        .sum()
}

impl Fourier {
    /// Writes the table of ngspice for a signal of this name.
    pub fn write(&self, signal: &str, output: &mut dyn Write) -> io::Result<()> {
        let number = |value: f64| general(value, if value < 0.0 { 5 } else { 6 });
        writeln!(output, "Fourier analysis for {signal}:")?;
        writeln!(
            output,
            "  No. Harmonics: {}, THD: {} %, Gridsize: {}, Interpolation Degree: {}\n",
            self.harmonics.len(),
            general(self.distortion, 6),
            self.grid,
            self.degree
        )?;
        writeln!(
            output,
            "Harmonic Frequency   Magnitude   Phase       Norm. Mag   Norm. Phase"
        )?;
        writeln!(
            output,
            "-------- ---------   ---------   -----       ---------   -----------"
        )?;
        for (index, harmonic) in self.harmonics.iter().enumerate() {
            writeln!(
                output,
                " {index:<4}    {:<11} {:<11} {:<11} {:<11} {:<11}",
                number(harmonic.frequency),
                number(harmonic.magnitude),
                number(harmonic.phase),
                number(harmonic.normalized_magnitude),
                number(harmonic.normalized_phase)
            )?;
        }
        writeln!(output)
    }
}
