//! Random numbers by their index: the same whatever the order in which they are asked for.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Words between the beginnings of two samples; a draw takes a few of them.
const WORDS_PER_SAMPLE: u128 = 64;

/// A sequence of independent generators, one for each sample.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Samples {
    generator: ChaCha8Rng,
}

impl Samples {
    /// `lane` tells sequences of the same seed apart.
    pub(super) fn new(seed: u64, lane: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(lane);
        Self { generator }
    }

    /// The generator of one sample.
    pub(super) fn at(&self, index: u64) -> ChaCha8Rng {
        let mut generator = self.generator.clone();
        generator.set_word_pos(u128::from(index) * WORDS_PER_SAMPLE);
        generator
    }
}
