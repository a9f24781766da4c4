//! Noise in the time domain.

use rand_distr::{Distribution, Exp1, StandardNormal};

use super::arguments::Arguments;
use super::power_law::power_law;
use super::samples::Samples;
use super::{Corners, TimeWindow, WaveformError};

/// Most samples of power-law noise and most switching times of telegraph noise that are kept; beyond, both repeat.
const KEPT_MOST: usize = 1 << 22;
/// Samples of power-law noise beyond the end of the transient.
const SPARE_SAMPLES: f64 = 10.0;

const WHITE_LANE: u64 = 1;
const POWER_LAW_LANE: u64 = 2;
const TELEGRAPH_LANE: u64 = 3;

/// `TRNOISE(na nt nalpha namp rtsam rtscapt rtsemt)`: the sum of white Gaussian noise, of `1/f^nalpha` noise, both straight
/// lines between samples every `nt`, and of random telegraph noise. The samples depend only on the seed.
#[derive(Clone, Debug, PartialEq)]
pub struct TransientNoise {
    /// Standard deviation of the white noise.
    white: f64,
    /// Time between samples, s; 0 for telegraph noise only.
    interval: f64,
    /// Exponent of the power law.
    exponent: f64,
    /// Standard deviation of the white noise that drives the power-law noise.
    power_law: f64,
    /// Step of the telegraph noise.
    telegraph: f64,
    /// Mean time until a capture, s.
    capture: f64,
    /// Mean time until an emission, s.
    emission: f64,
    seed: u64,
    gauss: Samples,
    coloured: Vec<f64>,
    switchings: Vec<f64>,
}

impl TransientNoise {
    /// From the two to seven arguments.
    ///
    /// # Errors
    /// A wrong number of arguments, noise without an interval, an exponent outside (0, 2), capture and emission times that
    /// are not positive.
    pub fn from_arguments(values: &[f64], seed: u64) -> Result<Self, WaveformError> {
        let arguments = Arguments::new("trnoise", values, (2, 7))?;
        let noise = Self {
            white: arguments.or_zero(0),
            interval: arguments.or_zero(1),
            exponent: arguments.or_zero(2),
            power_law: arguments.or_zero(3),
            telegraph: arguments.or_zero(4),
            capture: arguments.or_zero(5),
            emission: arguments.or_zero(6),
            seed,
            gauss: Samples::new(seed, WHITE_LANE),
            coloured: Vec::new(),
            switchings: Vec::new(),
        };
        let sampled = noise.white != 0.0 || noise.has_power_law();
        arguments.require(
            if sampled {
                noise.interval > 0.0
            } else {
                noise.interval >= 0.0
            },
            "nt",
            noise.interval,
            "must be greater than zero",
        )?;
        if noise.power_law != 0.0 {
            arguments.require(
                (0.0..2.0).contains(&noise.exponent),
                "nalpha",
                noise.exponent,
                "must lie between 0 and 2",
            )?;
        }
        if noise.telegraph != 0.0 {
            for (name, value) in [("rtscapt", noise.capture), ("rtsemt", noise.emission)] {
                arguments.require(value > 0.0, name, value, "must be greater than zero")?;
            }
        }
        Ok(noise)
    }

    fn has_power_law(&self) -> bool {
        self.power_law != 0.0 && self.exponent > 0.0
    }

    /// Draws the power-law noise and the switching times up to the end of the window.
    pub fn prepare(&mut self, window: TimeWindow) {
        self.coloured.clear();
        if self.has_power_law() {
            let samples = Samples::new(self.seed, POWER_LAW_LANE);
            let count = (window.stop / self.interval + SPARE_SAMPLES).min(KEPT_MOST as f64);
            let white: Vec<f64> = (0..count as u64)
                .map(|index| self.power_law * gauss(&samples, index))
                .collect();
            self.coloured = power_law(&white, self.exponent);
            let first = self.coloured.first().copied().unwrap_or(0.0);
            for value in &mut self.coloured {
                *value -= first;
            }
        }
        self.switchings.clear();
        if self.telegraph != 0.0 {
            let samples = Samples::new(self.seed, TELEGRAPH_LANE);
            let mut time = 0.0;
            for index in 0..KEPT_MOST {
                let mean = if index % 2 == 0 {
                    self.capture
                } else {
                    self.emission
                };
                let wait: f64 = Exp1.sample(&mut samples.at(index as u64));
                time += mean * wait;
                self.switchings.push(time);
                if time > window.stop {
                    break;
                }
            }
        }
    }

    fn sample(&self, index: u64) -> f64 {
        if index == 0 {
            return 0.0;
        }
        let white = if self.white == 0.0 {
            0.0
        } else {
            self.white * gauss(&self.gauss, index)
        };
        let coloured = match self.coloured.len() {
            0 => 0.0,
            length => self.coloured[(index % length as u64) as usize],
        };
        white + coloured
    }

    /// The value at a time in seconds: 0 at time zero, and without power-law and telegraph noise until
    /// [`TransientNoise::prepare`].
    pub fn value(&self, time: f64) -> f64 {
        if time <= 0.0 {
            return 0.0;
        }
        let sampled = if self.interval > 0.0 {
            let place = time / self.interval;
            let index = place.floor();
            let (left, right) = (self.sample(index as u64), self.sample(index as u64 + 1));
            left + (right - left) * (place - index)
        } else {
            0.0
        };
        // Captured after an odd number of switchings.
        let switched = self.switchings.partition_point(|&at| at <= time);
        let telegraph = if switched % 2 == 1 {
            self.telegraph
        } else {
            0.0
        };
        sampled + telegraph
    }

    pub(super) fn breakpoints(&self, corners: &mut Corners<'_>) {
        let first = self.switchings.partition_point(|&at| at <= corners.after);
        for &at in self.switchings.iter().skip(first) {
            if corners.done(at) {
                break;
            }
            corners.add(at);
        }
        if self.interval > 0.0 {
            corners.add_train(0.0, self.interval, 1.0);
        }
    }
}

fn gauss(samples: &Samples, index: u64) -> f64 {
    StandardNormal.sample(&mut samples.at(index))
}
