//! Random numbers of `agauss` and its kind: one stream for each seed and trial, drawn in the order of the deck.

use std::cell::RefCell;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use crate::expression::{Distribution, Scope};

/// The stream of random numbers of one elaboration.
pub(super) struct RandomNumbers {
    generator: RefCell<ChaCha8Rng>,
}

impl RandomNumbers {
    pub(super) fn new(seed: u64, trial: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(trial);
        Self {
            generator: RefCell::new(generator),
        }
    }
}

/// The scope of trees in which all parameters are replaced.
impl Scope for RandomNumbers {
    fn parameter(&self, _name: &str) -> Option<f64> {
        None
    }

    fn random(&self, distribution: Distribution) -> f64 {
        let mut generator = self.generator.borrow_mut();
        match distribution {
            Distribution::Normal => generator.sample(StandardNormal),
            Distribution::Uniform => generator.random_range(-1.0..1.0),
            Distribution::Sign => {
                if generator.random() {
                    1.0
                } else {
                    -1.0
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trials_have_their_own_streams_and_seeds_repeat() {
        let draw = |seed, trial| {
            let numbers = RandomNumbers::new(seed, trial);
            [
                numbers.random(Distribution::Normal),
                numbers.random(Distribution::Uniform),
            ]
        };
        assert_eq!(draw(1, 0), draw(1, 0));
        assert_ne!(draw(1, 0), draw(1, 1));
        assert_ne!(draw(1, 0), draw(2, 0));
        assert!(draw(3, 0)[1].abs() <= 1.0);
    }
}
