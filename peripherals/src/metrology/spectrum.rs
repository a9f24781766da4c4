//! Dynamic figures from the spectrum of a coherently sampled sine.

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;
use serde::Serialize;

use crate::ConverterError;

/// Harmonics counted as distortion: the second to the tenth.
const HARMONICS: std::ops::RangeInclusive<usize> = 2..=10;
/// Decibels for a bit.
const DB_PER_BIT: f64 = 6.020_599_913_279_624;
/// Decibels by which a sine's power exceeds that of the quantisation error of one bit: 10 log 1.5.
const DB_OF_SINE: f64 = 1.760_912_590_556_812_4;
/// What stands for the logarithm of nothing, dB.
const LOWEST: f64 = -400.0;

/// The spectrum of a record with a whole number of periods of a sine, and what it says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Spectrum {
    /// Periods in the record.
    pub cycles: usize,
    /// Power in each bin from 0 to half the record over that of the fundamental, dB.
    pub decibels: Vec<f64>,
    /// Signal to noise and distortion, dB.
    pub sndr: f64,
    /// Signal to noise without the second to tenth harmonics, dB.
    pub snr: f64,
    /// Second to tenth harmonics over the fundamental, dB.
    pub thd: f64,
    /// Fundamental over the largest other bin, dB.
    pub sfdr: f64,
    /// Effective number of bits, `(sndr - 1.76 dB - 20 log amplitude) / 6.02 dB`.
    pub enob: f64,
}

/// The number of periods nearest to `wanted` that has no divisor in common with the length of the record.
///
/// # Errors
/// A record shorter than 16 or not a power of two, `wanted` not between 0 and half of it.
pub fn coherent_cycles(wanted: usize, record: usize) -> Result<usize, ConverterError> {
    if !record.is_power_of_two() || !(16..=1 << 24).contains(&record) {
        return Err(ConverterError::Measurement(format!(
            "a record of {record} samples must be a power of two from 16 to 2^24"
        )));
    }
    if wanted == 0 || wanted >= record / 2 {
        return Err(ConverterError::Measurement(format!(
            "{wanted} periods in a record of {record} samples must be 1 to {}",
            record / 2 - 1
        )));
    }
    Ok(wanted | 1)
}

impl Spectrum {
    /// Analyses a record with `cycles` periods of a sine. `amplitude` is that of the sine over half the converter's range.
    ///
    /// # Errors
    /// No coherent record (see [`coherent_cycles`]), a record without the sine.
    pub fn of(samples: &[f64], cycles: usize, amplitude: f64) -> Result<Self, ConverterError> {
        let record = samples.len();
        if coherent_cycles(cycles, record)? != cycles {
            return Err(ConverterError::Measurement(format!(
                "{cycles} periods in {record} samples are not coherent: the number must be odd"
            )));
        }
        let mean = samples.iter().sum::<f64>() / record as f64;
        let mut bins: Vec<Complex<f64>> = samples
            .iter()
            .map(|s| Complex::new(s - mean, 0.0))
            .collect();
        FftPlanner::new()
            .plan_fft_forward(record)
            .process(&mut bins);
        let half = record / 2;
        // The last bin stands for itself, the others for two.
        let power = |bin: usize| bins[bin].norm_sqr() * if bin == half { 0.5 } else { 1.0 };
        let signal = power(cycles);
        let scale: f64 = samples.iter().map(|s| s * s).sum();
        if signal <= 1e-24 * scale || !signal.is_finite() {
            return Err(ConverterError::Measurement(
                "there is no sine in the converter's output".into(),
            ));
        }
        let folded = |harmonic: usize| {
            let bin = harmonic * cycles % record;
            bin.min(record - bin)
        };
        let mut is_harmonic = vec![false; half + 1];
        for harmonic in HARMONICS {
            is_harmonic[folded(harmonic)] = true;
        }
        is_harmonic[cycles] = false;
        is_harmonic[0] = false;
        let (mut distortion, mut noise, mut largest) = (0.0, 0.0, 0.0_f64);
        for bin in (1..=half).filter(|&bin| bin != cycles) {
            let power = power(bin);
            largest = largest.max(power);
            if is_harmonic[bin] {
                distortion += power;
            } else {
                noise += power;
            }
        }
        let decibels = |power: f64| (10.0 * (power / signal).log10()).max(LOWEST);
        let sndr = -decibels(noise + distortion);
        Ok(Self {
            cycles,
            decibels: (0..=half)
                .map(|bin| decibels(if bin == 0 { 0.0 } else { power(bin) }))
                .collect(),
            sndr,
            snr: -decibels(noise),
            thd: decibels(distortion),
            sfdr: -decibels(largest),
            enob: (sndr - DB_OF_SINE - 20.0 * amplitude.log10()) / DB_PER_BIT,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    #[test]
    fn known_harmonics_and_noise_are_found() {
        let (record, cycles) = (4096, 127);
        let samples: Vec<f64> = (0..record)
            .map(|n| {
                let phase = TAU * (cycles * n % record) as f64 / record as f64;
                // Second harmonic at -40 dB, third at -60 dB, a spur that is no harmonic at -50 dB.
                let spur = TAU * (1001 * n % record) as f64 / record as f64;
                3.0 + phase.sin()
                    + 1e-2 * (2.0 * phase).cos()
                    + 1e-3 * (3.0 * phase).sin()
                    + 10_f64.powf(-2.5) * spur.sin()
            })
            .collect();
        let found = Spectrum::of(&samples, cycles, 1.0).unwrap();
        let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-6, "{found}");
        close(found.sfdr, 40.0);
        close(found.thd, 10.0 * (1e-4_f64 + 1e-6).log10());
        close(found.snr, 50.0);
        let sndr = -10.0 * (1e-4_f64 + 1e-6 + 1e-5).log10();
        close(found.sndr, sndr);
        close(found.enob, (sndr - 1.760_912_59) / 6.020_599_91);
        close(found.decibels[2 * cycles], -40.0);
    }

    #[test]
    fn aliased_harmonics_fold_back() {
        let (record, cycles) = (1024_usize, 301);
        let samples: Vec<f64> = (0..record)
            .map(|n| {
                let phase = TAU * (cycles * n % record) as f64 / record as f64;
                phase.sin() + 1e-2 * (3.0 * phase).sin()
            })
            .collect();
        let found = Spectrum::of(&samples, cycles, 1.0).unwrap();
        assert!((found.thd + 40.0).abs() < 1e-6 && found.snr > 200.0);
        assert!((found.decibels[1024 - 903] + 40.0).abs() < 1e-6);
    }

    #[test]
    fn records_that_make_no_sense() {
        assert_eq!(coherent_cycles(100, 1024), Ok(101));
        for (cycles, record) in [(100, 1000), (0, 1024), (512, 1024), (1, 8)] {
            assert!(coherent_cycles(cycles, record).is_err());
        }
        assert!(Spectrum::of(&[1.0; 64], 3, 1.0).is_err());
        assert!(Spectrum::of(&[1.0; 64], 4, 1.0).is_err());
    }
}
