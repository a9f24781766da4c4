//! Random numbers that belong to a cell.
//!
//! Each number is a function of its [`Key`], its cell and its index there, and of nothing else: not of the size of the array, of the
//! order in which cells are visited, of the number of threads, or of what was drawn before. The generator is `ChaCha` with eight rounds
//! (D. J. Bernstein, 2008): the 256-bit key holds the seed, the purpose, the trial and the tile; the row is the stream; and the column is
//! the block within it, eight words of 64 bits.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use super::normal::inverse_normal;

/// What numbers are drawn for. Two purposes never share a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
#[non_exhaustive]
pub enum Purpose {
    /// Device-to-device spread of conductances.
    DeviceToDevice = 1,
    /// Spread of the ends of the conductance range.
    RangeVariation = 2,
    /// Cycle-to-cycle spread.
    CycleToCycle = 3,
    /// Errors of writing.
    WriteError = 4,
    /// Which cells are stuck.
    Stuck = 5,
    /// Which lines are broken.
    BrokenLines = 6,
    /// Drift exponents.
    Drift = 7,
    /// Retention times.
    Retention = 8,
    /// Programming noise of phase-change cells.
    PcmProgramming = 9,
    /// Drift exponents of phase-change cells.
    PcmDrift = 10,
    /// Read noise of phase-change cells.
    PcmRead = 11,
    /// Thermal noise.
    Thermal = 12,
    /// Shot noise.
    Shot = 13,
    /// 1/f noise.
    Flicker = 14,
    /// Which cells have a trap.
    Trap = 15,
    /// States of traps.
    Telegraph = 16,
    /// Parameters of memristor models.
    Memristor = 17,
    /// Mismatch of the elements of converters; the occurrence says which elements.
    ConverterMismatch = 64,
    /// Noise of converters.
    ConverterNoise = 65,
}

/// Everything that numbers depend on, but the cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The seed of the study.
    pub seed: u64,
    /// What the numbers are for.
    pub purpose: Purpose,
    /// Which one, where a purpose occurs several times.
    pub occurrence: u16,
    /// Cycle or read.
    pub repetition: u32,
    /// Trial of a Monte Carlo study.
    pub trial: u64,
    /// Tile.
    pub tile: u64,
}

/// A number for the name of an element of a circuit, to stand in for a [`Key::tile`]: the FNV-1a hash with 64 bits.
pub fn number_of_name(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Words per cell.
const WORDS: usize = 8;
/// Stream of [`Streams::tile_generator`]; rows lie below.
const TILE_STREAM: u64 = 1 << 62;
/// Bit of the streams of [`Streams::generator`].
const CELL_STREAM: u64 = 1 << 63;

/// The numbers of one key. Visiting cells along a row is fastest.
#[derive(Clone, Debug)]
pub struct Streams {
    generator: ChaCha8Rng,
    /// The cell whose words come next.
    next: (usize, usize),
}

impl Streams {
    /// The numbers that belong to `key`.
    pub fn new(key: &Key) -> Self {
        let purpose =
            key.purpose as u64 | u64::from(key.occurrence) << 16 | u64::from(key.repetition) << 32;
        let mut seed = [0; 32];
        for (bytes, part) in seed
            .chunks_exact_mut(8)
            .zip([key.seed, purpose, key.trial, key.tile])
        {
            bytes.copy_from_slice(&part.to_le_bytes());
        }
        Self {
            generator: ChaCha8Rng::from_seed(seed),
            next: (0, 0),
        }
    }

    /// The words of one cell.
    #[inline]
    pub fn cell(&mut self, row: usize, column: usize) -> CellWords {
        if self.next != (row, column) {
            self.generator.set_stream(row as u64);
            self.generator.set_word_pos(column as u128 * 16);
        }
        self.next = (row, column + 1);
        CellWords(std::array::from_fn(|_| self.generator.next_u64()))
    }

    /// A generator of its own for one cell, for more numbers than [`Streams::cell`] gives. Rows and columns lie below 2^31.
    pub fn generator(&self, row: usize, column: usize) -> ChaCha8Rng {
        self.seek(CELL_STREAM | (row as u64) << 31 | column as u64)
    }

    /// A generator for the tile as a whole.
    pub fn tile_generator(&self) -> ChaCha8Rng {
        self.seek(TILE_STREAM)
    }

    fn seek(&self, stream: u64) -> ChaCha8Rng {
        let mut generator = ChaCha8Rng::from_seed(self.generator.get_seed());
        generator.set_stream(stream);
        generator
    }
}

/// The eight words of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellWords([u64; WORDS]);

impl CellWords {
    /// A number between 0 and 1 (both excluded) from word `index`, below 8.
    #[inline]
    pub fn uniform(&self, index: usize) -> f64 {
        unit_interval(self.0[index])
    }

    /// A standard normal deviate from word `index`, below 8.
    #[inline]
    pub fn normal(&self, index: usize) -> f64 {
        inverse_normal(self.uniform(index))
    }
}

/// The middle of one of 2^52 equal parts of the unit interval.
#[inline]
pub(super) fn unit_interval(word: u64) -> f64 {
    const PART: f64 = 1.0 / (1_u64 << 52) as f64;
    ((word >> 12) as f64 + 0.5) * PART
}
