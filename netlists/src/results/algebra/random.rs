//! Random numbers of scripts.

use std::cell::RefCell;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp, Normal, Poisson, Uniform};

/// A seeded stream of random numbers: the same seed gives the same numbers on every machine.
#[derive(Debug)]
pub struct RandomSource(RefCell<ChaCha8Rng>);

impl Default for RandomSource {
    /// The stream of seed 1, ngspice's default seed.
    fn default() -> Self {
        Self::new(1)
    }
}

impl RandomSource {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Self {
        Self(RefCell::new(ChaCha8Rng::seed_from_u64(seed)))
    }

    /// One draw of `sgauss(x)` (standard normal), `sunif(x)` (-1 to 1), `rnd(x)` (a whole number below x),
    /// `poisson(x)` or `exponential(x)` (both of mean x); none for another name or a mean that is not positive.
    pub(super) fn draw(&self, distribution: &str, argument: f64) -> Option<f64> {
        let mut stream = self.0.borrow_mut();
        let stream = &mut *stream;
        match distribution {
            "sgauss" => Normal::new(0.0, 1.0).ok().map(|law| law.sample(stream)),
            "sunif" => Uniform::new(-1.0, 1.0).ok().map(|law| law.sample(stream)),
            "rnd" if argument.floor() >= 1.0 => Uniform::new(0.0, argument.floor())
                .ok()
                .map(|law| f64::floor(law.sample(stream))),
            "rnd" => Some(0.0),
            "poisson" => Poisson::new(argument).ok().map(|law| law.sample(stream)),
            "exponential" => Exp::new(1.0 / argument).ok().map(|law| law.sample(stream)),
            _ => None,
        }
    }
}
