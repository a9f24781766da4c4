//! The four-parameter sine fit of IEEE Std 1057 and 1241, clause 4.1.4.3: least squares in amplitude, phase, offset and frequency.
//!
//! `y_n = A cos(w t_n) + B sin(w t_n) + C` is linear in all but `w`; each iteration also solves for a change of `w` in the tangent
//! `t_n (B cos(w t_n) - A sin(w t_n))`. The record need not be coherent.

use std::f64::consts::TAU;

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;
use serde::Serialize;

use crate::ConverterError;

/// The sine that comes closest to a record.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SineFit {
    /// Frequency over the sampling rate.
    pub frequency: f64,
    /// Amplitude, in the unit of the samples.
    pub amplitude: f64,
    /// Phase of the sine at the first sample, rad.
    pub phase: f64,
    /// Mean of the sine.
    pub offset: f64,
    /// Root of the mean square of what is left: noise and distortion.
    pub residual: f64,
    /// Effective number of bits, `log2(full scale / (residual sqrt(12)))`.
    pub enob: f64,
}

/// Shortest and longest record.
const RECORD: std::ops::RangeInclusive<usize> = 16..=1 << 24;
/// Iterations after which the fit is given up; five are usual.
const ITERATIONS: usize = 50;
/// A change of the phase at the record's ends that no longer matters, rad.
const SMALL: f64 = 1e-10;

impl SineFit {
    /// Fits a record. `full_scale` is the width of the converter's range in the unit of the samples.
    ///
    /// # Errors
    /// A record that is too short, has values that are not finite, or has no sine; no convergence; a full scale that is not positive.
    pub fn of(samples: &[f64], full_scale: f64) -> Result<Self, ConverterError> {
        let refuse = |reason: &str| Err(ConverterError::Measurement(format!("sine fit: {reason}")));
        if !RECORD.contains(&samples.len()) {
            return refuse("a record must have 16 to 2^24 samples");
        }
        if samples.iter().any(|sample| !sample.is_finite()) {
            return refuse("a sample is not finite");
        }
        if !(full_scale > 0.0 && full_scale.is_finite()) {
            return refuse("the full scale must be finite and above 0");
        }
        let Some(estimate) = estimated_frequency(samples) else {
            return refuse("there is no sine in the converter's output");
        };
        // Time runs from -1 to 1 over the record, so that the four columns are of the same size.
        let half = 0.5 * (samples.len() - 1) as f64;
        let time = |n: usize| (n as f64 - half) / half;
        let mut omega = TAU * estimate * half;
        // No change of the frequency before the other parameters are known.
        let mut found = [0.0; 4];
        for _ in 0..ITERATIONS {
            let [a, b, ..] = found;
            let mut equations = [[0.0; 5]; 4];
            for (n, &sample) in samples.iter().enumerate() {
                let (sin, cos) = (omega * time(n)).sin_cos();
                let columns = [cos, sin, 1.0, time(n) * (b * cos - a * sin), sample];
                for (row, left) in equations.iter_mut().zip(columns) {
                    for (sum, right) in row.iter_mut().zip(columns) {
                        *sum += left * right;
                    }
                }
            }
            let first = a == 0.0 && b == 0.0;
            if first {
                equations[3] = [0.0, 0.0, 0.0, 1.0, 0.0];
                for row in &mut equations[..3] {
                    row[3] = 0.0;
                }
            }
            let Some(solution) = solved(equations) else {
                return refuse("the sine cannot be told from a constant");
            };
            found = solution;
            omega += found[3];
            if !(omega > 0.0 && omega.is_finite()) {
                return refuse("no convergence");
            }
            if !first && found[3].abs() < SMALL.max(4.0 * f64::EPSILON * omega) {
                return Ok(Self::with(found, omega, samples, full_scale));
            }
        }
        refuse("no convergence")
    }

    fn with([a, b, c, _]: [f64; 4], omega: f64, samples: &[f64], full_scale: f64) -> Self {
        let half = 0.5 * (samples.len() - 1) as f64;
        let squares: f64 = samples
            .iter()
            .enumerate()
            .map(|(n, sample)| {
                let (sin, cos) = (omega * (n as f64 - half) / half).sin_cos();
                (sample - (a * cos + b * sin + c)).powi(2)
            })
            .sum();
        let residual = (squares / samples.len() as f64).sqrt();
        Self {
            frequency: omega / (TAU * half),
            amplitude: a.hypot(b),
            phase: (a.atan2(b) - omega).rem_euclid(TAU),
            offset: c,
            residual,
            // A record without any error has as many bits as a double.
            enob: (full_scale / (residual * 12_f64.sqrt())).log2().min(53.0),
        }
    }

    /// Signal to noise and distortion, dB.
    pub fn sndr(&self) -> f64 {
        20.0 * (self.amplitude / (std::f64::consts::SQRT_2 * self.residual)).log10()
    }
}

/// Frequency over the sampling rate from the two largest neighbours in the spectrum; none without a sine.
fn estimated_frequency(samples: &[f64]) -> Option<f64> {
    let count = samples.len();
    let mean = samples.iter().sum::<f64>() / count as f64;
    let mut bins: Vec<Complex<f64>> = samples
        .iter()
        .map(|sample| Complex::new(sample - mean, 0.0))
        .collect();
    FftPlanner::new().plan_fft_forward(count).process(&mut bins);
    let half = count / 2;
    let peak = (1..half).max_by(|&a, &b| bins[a].norm_sqr().total_cmp(&bins[b].norm_sqr()))?;
    let largest: f64 = samples.iter().fold(0.0, |a, sample| a.max(sample.abs()));
    if bins[peak].norm() <= 1e-12 * largest * count as f64 {
        return None;
    }
    let (below, above) = (bins[peak - 1].norm(), bins[peak + 1].norm());
    // A sine between two bins divides itself between them as one to the distance from the other (V. K. Jain et al., IEEE TIM 28, 113, 1979).
    let ratio = |neighbour: f64| neighbour / (neighbour + bins[peak].norm());
    let shift = if peak > 1 && below > above {
        -ratio(below)
    } else {
        ratio(above)
    };
    Some((peak as f64 + shift) / count as f64)
}

/// Solves four normal equations, whose matrix is symmetric and positive definite; none if they depend on each other.
fn solved(mut equations: [[f64; 5]; 4]) -> Option<[f64; 4]> {
    let diagonal = [0, 1, 2, 3].map(|k| equations[k][k]);
    for step in 0..4 {
        let row = equations[step];
        if row[step] <= 1e-13 * diagonal[step] {
            return None;
        }
        for other in &mut equations[step + 1..] {
            let factor = other[step] / row[step];
            for (value, own) in other.iter_mut().zip(row) {
                *value -= factor * own;
            }
        }
    }
    let mut solution = [0.0; 4];
    for step in (0..4).rev() {
        let row = equations[step];
        let known: f64 = (step + 1..4).map(|k| row[k] * solution[k]).sum();
        solution[step] = (row[4] - known) / row[step];
    }
    Some(solution)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sine with so many periods in the record, rounded to steps.
    fn quantised(count: usize, periods: f64, amplitude: f64, step: f64) -> Vec<f64> {
        (0..count)
            .map(|n| {
                let phase = TAU * periods * n as f64 / count as f64 + 0.7;
                let value = 0.3 + amplitude * phase.sin();
                if step > 0.0 {
                    (value / step).round() * step
                } else {
                    value
                }
            })
            .collect()
    }

    #[test]
    fn a_sine_is_found_exactly_at_any_frequency() {
        for (count, periods) in [
            (4096, 127.0),
            (4096, 200.5),
            (1000, 3.21),
            (777, 1.4),
            (512, 251.37),
        ] {
            let samples = quantised(count, periods, 0.8, 0.0);
            let found = SineFit::of(&samples, 2.0).unwrap();
            let close = |found: f64, expected: f64| {
                assert!(
                    (found - expected).abs() < 1e-9,
                    "{periods}: {found} {expected}"
                );
            };
            close(found.frequency * count as f64, periods);
            close(found.amplitude, 0.8);
            close(found.offset, 0.3);
            close(found.phase, 0.7);
            assert!(found.residual < 1e-10, "{}", found.residual);
        }
    }

    #[test]
    fn the_residual_of_a_quantised_sine_is_a_twelfth_of_a_step_squared() {
        for bits in 4..=12 {
            let step = 2.0 / f64::from(1_u32 << bits);
            let samples = quantised(8192, 479.3, 0.99, step);
            let found = SineFit::of(&samples, 2.0).unwrap();
            assert!(
                (found.enob - f64::from(bits)).abs() < 0.05,
                "{bits}: {}",
                found.enob
            );
            // The record leaves a frequency this far off (Cramer and Rao: sqrt(6)/pi of the noise-to-amplitude ratio over N^1.5).
            let bound =
                6_f64.sqrt() / std::f64::consts::PI * found.residual / 0.99 / 8192_f64.powf(1.5);
            assert!((found.frequency - 479.3 / 8192.0).abs() < 6.0 * bound);
        }
    }

    #[test]
    fn harmonics_and_noise_are_what_is_left() {
        let samples: Vec<f64> = (0..4096)
            .map(|n| {
                let phase = TAU * 101.0 * f64::from(n) / 4096.0;
                2.0 * phase.sin() + 0.02 * (3.0 * phase).cos() + 0.01 * (2.0 * phase).sin()
            })
            .collect();
        let found = SineFit::of(&samples, 4.0).unwrap();
        let rms = (0.5_f64 * (0.02 * 0.02 + 0.01 * 0.01)).sqrt();
        // A changed frequency takes a part of the harmonics along, about one in the square of the phase at the ends.
        assert!((found.residual / rms - 1.0).abs() < 1e-4);
        assert!((found.sndr() - 10.0 * (2.0 / (rms * rms)).log10()).abs() < 1e-3);
        assert!((found.enob - (4.0 / (rms * 12_f64.sqrt())).log2()).abs() < 2e-4);
    }

    #[test]
    fn records_without_a_sine_are_refused() {
        for samples in [
            vec![1.0; 64],
            vec![0.0; 64],
            vec![f64::NAN; 64],
            vec![0.0, 1.0],
        ] {
            assert!(SineFit::of(&samples, 1.0).is_err());
        }
        let good = quantised(64, 5.0, 1.0, 0.0);
        for full_scale in [0.0, -1.0, f64::NAN] {
            assert!(SineFit::of(&good, full_scale).is_err());
        }
    }
}
