//! Random steps.

use rand::RngExt;
use rand_distr::{Distribution as _, Exp1, Poisson, StandardNormal};

use super::arguments::Arguments;
use super::samples::Samples;
use super::{Corners, WaveformError};

/// How close to a step a time counts as lying at it, in parts of the time between steps.
const AT_STEP: f64 = 1e-9;

/// From what a random waveform draws.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Distribution {
    /// Evenly between `mean - range` and `mean + range`.
    Uniform {
        /// Half the width.
        range: f64,
        /// Mean value.
        mean: f64,
    },
    /// A Gaussian.
    Gaussian {
        /// Standard deviation.
        deviation: f64,
        /// Mean value.
        mean: f64,
    },
    /// An exponential distribution.
    Exponential {
        /// Mean value above the offset.
        mean: f64,
        /// Least value.
        offset: f64,
    },
    /// A Poisson distribution.
    Poisson {
        /// Mean value above the offset.
        mean: f64,
        /// Least value.
        offset: f64,
    },
}

/// `TRRANDOM(type ts td param1 param2)`: 0 until `td`, then a new random value every `ts`. The values depend only on the
/// seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Random {
    distribution: Distribution,
    /// Time between steps, s.
    interval: f64,
    /// Time of the first step, s.
    delay: f64,
    samples: Samples,
}

impl Random {
    /// From the two to five arguments; `type` is 1 (uniform), 2 (Gaussian), 3 (exponential) or 4 (Poisson), `param1` is 1
    /// and `param2` 0 when not given.
    ///
    /// # Errors
    /// A wrong number of arguments, another type, an interval or a Poisson mean that is not positive.
    pub fn from_arguments(values: &[f64], seed: u64) -> Result<Self, WaveformError> {
        let arguments = Arguments::new("trrandom", values, (2, 5))?;
        let (kind, interval) = (arguments.or_zero(0), arguments.or_zero(1));
        arguments.require(interval > 0.0, "ts", interval, "must be greater than zero")?;
        let first = arguments.given(3).unwrap_or(1.0);
        let second = arguments.or_zero(4);
        let known = [1.0, 2.0, 3.0, 4.0].contains(&kind);
        arguments.require(known, "type", kind, "must be 1, 2, 3 or 4")?;
        let distribution = if kind == 1.0 {
            Distribution::Uniform {
                range: first,
                mean: second,
            }
        } else if kind == 2.0 {
            Distribution::Gaussian {
                deviation: first,
                mean: second,
            }
        } else if kind == 3.0 {
            Distribution::Exponential {
                mean: first,
                offset: second,
            }
        } else {
            let possible = Poisson::new(first).is_ok();
            arguments.require(possible, "param1", first, "must be a possible mean value")?;
            Distribution::Poisson {
                mean: first,
                offset: second,
            }
        };
        Ok(Self {
            distribution,
            interval,
            delay: arguments.or_zero(2),
            samples: Samples::new(seed, 0),
        })
    }

    /// The value at a time in seconds. At a step it is still the value before.
    pub fn value(&self, time: f64) -> f64 {
        let steps = ((time - self.delay) / self.interval - AT_STEP).floor();
        if time <= 0.0 || steps < 0.0 {
            return 0.0;
        }
        let mut generator = self.samples.at(steps as u64);
        match self.distribution {
            Distribution::Uniform { range, mean } => {
                mean + range * (2.0 * generator.random::<f64>() - 1.0)
            }
            Distribution::Gaussian { deviation, mean } => {
                let gauss: f64 = StandardNormal.sample(&mut generator);
                mean + deviation * gauss
            }
            Distribution::Exponential { mean, offset } => {
                let wait: f64 = Exp1.sample(&mut generator);
                offset + mean * wait
            }
            Distribution::Poisson { mean, offset } => {
                offset + Poisson::new(mean).map_or(mean, |poisson| poisson.sample(&mut generator))
            }
        }
    }

    pub(super) fn breakpoints(&self, corners: &mut Corners<'_>) {
        corners.add_train(self.delay, self.interval, 0.0);
    }
}
