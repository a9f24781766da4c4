//! Random numbers that belong to one cell of a circuit.

use super::ranges::refuse;
use crate::nonidealities::streams::{Key, Purpose, number_of_name};
use crate::parameters::ParameterError;

/// Which draw of its random numbers a cell of a circuit gets. Besides this the numbers depend on the cell's name only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Draw {
    /// The seed of the run, for cells whose card has none.
    pub seed: u64,
    /// The trial of a Monte Carlo analysis.
    pub trial: u64,
}

impl Draw {
    /// The key of the numbers for a purpose, told apart by occurrence and repetition.
    pub(super) fn key(
        self,
        purpose: Purpose,
        (occurrence, repetition): (u16, u32),
        name: &str,
    ) -> Key {
        Key {
            seed: self.seed,
            purpose,
            occurrence,
            repetition,
            trial: self.trial,
            tile: number_of_name(name),
        }
    }
}

/// The seed of a card if it has one, else that of the run.
///
/// # Errors
/// A seed that is no whole number between 0 and 2^53.
pub(super) fn seed_of(card: Option<f64>, run: u64) -> Result<u64, ParameterError> {
    const MOST: f64 = (1_u64 << 53) as f64;
    match card {
        None => Ok(run),
        Some(seed) if seed.fract() == 0.0 && (0.0..=MOST).contains(&seed) => Ok(seed as u64),
        Some(seed) => Err(refuse("seed", seed, "must be a whole number, not negative")),
    }
}
