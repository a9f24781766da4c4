//! What the benchmarks of Ohmloom share: arrays and inputs that are the same in every run.
//!
//! The criterion benchmarks are in `benches/line_grid.rs`; the comparison with other simulators, in `compare/`, makes its own
//! arrays and hands them to the binary `time-solve`.

use ohmloom_solver::line_grid::{GridError, LineGrid, ReadWires};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const CELL_SEED: u64 = 1;
const INPUT_SEED: u64 = 2;

/// A `size x size` array in the usual read configuration: cells uniform in 10 to 100 kiloohm, wires of `segment_ohm` everywhere.
///
/// # Errors
/// A segment resistance that is negative or not finite.
pub fn read_array(size: usize, segment_ohm: f64) -> Result<LineGrid, GridError> {
    let mut random = ChaCha8Rng::seed_from_u64(CELL_SEED);
    let conductance: Vec<f64> = (0..size * size)
        .map(|_| 1.0 / random.random_range(1e4..1e5))
        .collect();
    LineGrid::read_array(size, size, &conductance, ReadWires::uniform(segment_ohm))
}

/// `inputs` vectors for an array of `rows` rows, one after the other: uniform in 0 to 0.2 V.
pub fn input_voltages(inputs: usize, rows: usize) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(INPUT_SEED);
    (0..inputs * rows)
        .map(|_| random.random_range(0.0..0.2))
        .collect()
}
