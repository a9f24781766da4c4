//! Arrays to test on.

use ohmloom_solver::line_grid::{
    ArraySolver, End, FieldRequest, LineGrid, Lines, Method, MethodChoice, ReadWires,
    SegmentResistance, Solution, SolveOptions,
};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub(crate) const CG: MethodChoice = MethodChoice::Only(Method::ConjugateGradients);
pub(crate) const DIRECT: MethodChoice = MethodChoice::Only(Method::Cholesky);

pub(crate) fn options(method: MethodChoice) -> SolveOptions {
    SolveOptions {
        method,
        ..SolveOptions::default()
    }
}

/// Solves with all fields.
pub(crate) fn solve(grid: &LineGrid, method: MethodChoice, voltages: &[f64]) -> Solution {
    let request = FieldRequest {
        voltages: true,
        cell_currents: true,
    };
    ArraySolver::new(grid, options(method))
        .unwrap()
        .solve_with_fields(voltages, request)
        .unwrap()
}

/// Resistances uniform between `low` and `high` ohm, as conductances.
pub(crate) fn uniform_cells(
    rows: usize,
    columns: usize,
    low: f64,
    high: f64,
    seed: u64,
) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..rows * columns)
        .map(|_| 1.0 / random.random_range(low..high))
        .collect()
}

/// Voltages uniform between -0.2 and 0.2 V.
pub(crate) fn voltages(count: usize, seed: u64) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ 0x5eed);
    (0..count).map(|_| random.random_range(-0.2..0.2)).collect()
}

/// How far apart wires and cells may lie.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Spread {
    /// Wires from 1 ohm, cells from 1 uS: a dense matrix of node voltages still resolves them.
    Moderate,
    /// Wires from 0.01 ohm, cells from 1 nS.
    Extreme,
}

/// An array with anything that is allowed: missing cells, zero and uneven wires, every kind of end.
pub(crate) fn any_grid(largest: usize, spread: Spread) -> impl Strategy<Value = LineGrid> {
    (1..=largest, 1..=largest, any::<u64>()).prop_filter_map(
        "no path to a terminal, or a short",
        move |(rows, columns, seed)| {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let sparse = random.random_bool(0.3);
            let cells = (0..rows * columns)
                .map(
                    |_| match random.random_range(0..if sparse { 20 } else { 60 }) {
                        0..6 => 0.0,
                        6 => 1e-3,
                        7 if spread == Spread::Extreme => 1e-9,
                        _ => 10f64.powf(random.random_range(-6.0..-4.0)),
                    },
                )
                .collect();
            let row_lines = any_lines(rows, columns, spread, &mut random);
            let column_lines = any_lines(columns, rows, spread, &mut random);
            let grid = LineGrid::new(rows, columns, cells, row_lines, column_lines).ok()?;
            (grid.drive_count() > 0).then_some(grid)
        },
    )
}

fn any_lines(lines: usize, positions: usize, spread: Spread, random: &mut ChaCha8Rng) -> Lines {
    let kind = random.random_range(0..4);
    let zeros = random.random_bool(0.3);
    let lowest = if spread == Spread::Extreme { -2.0 } else { 0.0 };
    let value = |random: &mut ChaCha8Rng| {
        let exponent = random.random_range(lowest..3.0);
        if zeros && random.random_bool(0.5) {
            0.0
        } else {
            10f64.powf(exponent)
        }
    };
    let mut values = |count: usize| -> Vec<f64> { (0..count).map(|_| value(random)).collect() };
    let segments = match kind {
        0 => SegmentResistance::Uniform(values(1)[0]),
        1 => SegmentResistance::PerLine(values(lines)),
        2 => SegmentResistance::PerSegment(values(lines * (positions - 1))),
        _ => SegmentResistance::Uniform(1.0),
    };
    let mut ends = || -> Vec<End> {
        (0..lines)
            .map(|_| match random.random_range(0..4) {
                0 => End::Floating,
                1 => End::Grounded(value(random)),
                _ => End::Driven(value(random)),
            })
            .collect()
    };
    Lines {
        segments,
        start: ends(),
        end: ends(),
    }
}

/// A read array with cells of 10 to 100 kilohm.
pub(crate) fn read_array(rows: usize, columns: usize, wire: f64, seed: u64) -> LineGrid {
    let cells = uniform_cells(rows, columns, 1e4, 1e5, seed);
    LineGrid::read_array(rows, columns, &cells, ReadWires::uniform(wire)).unwrap()
}

/// Asserts that two lists agree to `tolerance` relative to the largest magnitude of the second.
#[track_caller]
pub(crate) fn assert_close(found: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let scale = expected.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
    for (index, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!(
            (a - b).abs() <= tolerance * scale,
            "{what}[{index}]: {a:e} against {b:e} (largest {scale:e})"
        );
    }
}
