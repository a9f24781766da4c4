//! What physics says of every array.

use ohmloom_solver::line_grid::{ArraySolver, LineGrid, ReadWires};
use proptest::prelude::*;

use crate::arrays::{
    CG, DIRECT, Spread, any_grid, assert_close, options, read_array, solve, uniform_cells, voltages,
};

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn kirchhoff_and_energy_balance(grid in any_grid(40, Spread::Extreme), seed: u64) {
        let drives = voltages(grid.drive_count(), seed);
        for method in [CG, DIRECT] {
            let solution = solve(&grid, method, &drives);
            prop_assert!(solution.certificates[0].kcl_relative < 1e-9);
            let power = solution.power[0];
            prop_assert!(power.imbalance() < 1e-9, "{power:?}");
            for part in [power.cells, power.row_wires, power.column_wires, power.terminals] {
                prop_assert!(part >= 0.0);
            }
            // All that flows in flows out.
            let delivered: f64 = solution.drive_currents.iter().sum();
            let drained: f64 = solution.output_currents.iter().sum();
            let scale: f64 = solution.drive_currents.iter().map(|current| current.abs()).sum();
            prop_assert!((delivered - drained).abs() <= 1e-9 * scale);
        }
    }

    #[test]
    fn superposition(grid in any_grid(24, Spread::Extreme), seed: u64, a in -2.0..2.0f64, b in -2.0..2.0f64) {
        let count = grid.drive_count();
        let (first, second) = (voltages(count, seed), voltages(count, seed ^ 1));
        let mixed: Vec<f64> = first.iter().zip(&second).map(|(x, y)| a * x + b * y).collect();
        let [first, second, mixed] = [first, second, mixed].map(|drives| solve(&grid, CG, &drives).drive_currents);
        let sum: Vec<f64> = first.iter().zip(&second).map(|(x, y)| a * x + b * y).collect();
        let scale = first.iter().chain(&second).fold(0.0, |a: f64, b| a.max(b.abs()));
        for (found, expected) in mixed.iter().zip(&sum) {
            prop_assert!((found - expected).abs() <= 1e-9 * scale, "{found} {expected}");
        }
    }

    #[test]
    fn reciprocity(grid in any_grid(16, Spread::Extreme)) {
        // The current at drive b when drive a has 1 V is that at a when b has.
        let count = grid.drive_count();
        let mut units = vec![0.0; count * count];
        (0..count).for_each(|k| units[k * count + k] = 1.0);
        let solver = ArraySolver::new(&grid, options(CG)).unwrap();
        let currents = solver.solve(&units).unwrap().drive_currents;
        let scale = currents.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
        for a in 0..count {
            for b in 0..a {
                prop_assert!((currents[a * count + b] - currents[b * count + a]).abs() <= 1e-10 * scale);
            }
        }
    }

    #[test]
    fn transfer_matrix_gives_the_outputs(grid in any_grid(20, Spread::Extreme), seed: u64) {
        prop_assume!(grid.output_count() > 0);
        let drives = voltages(3 * grid.drive_count(), seed);
        for method in [CG, DIRECT] {
            let solver = ArraySolver::new(&grid, options(method)).unwrap();
            let transfer = solver.transfer_matrix().unwrap();
            let expected = solver.solve(&drives).unwrap();
            let mut found = vec![0.0; expected.output_currents.len()];
            transfer.apply(&drives, &mut found);
            let scale = expected.drive_currents.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
            for (a, b) in found.iter().zip(&expected.output_currents) {
                prop_assert!((a - b).abs() <= 1e-9 * scale, "{a} {b}");
            }
        }
    }

    #[test]
    fn more_wire_resistance_means_less_current(rows in 1..40usize, columns in 1..40usize, seed: u64, wire in 0.01..100.0f64) {
        let cells = uniform_cells(rows, columns, 1e4, 1e5, seed);
        let total = |wire: f64| -> f64 {
            let grid = LineGrid::read_array(rows, columns, &cells, ReadWires::uniform(wire)).unwrap();
            solve(&grid, CG, &vec![0.2; rows]).output_currents.iter().sum()
        };
        let (ideal, some, more) = (total(0.0), total(wire), total(2.0 * wire));
        prop_assert!(ideal > some && some > more && more > 0.0);
    }
}

#[test]
fn without_wires_the_array_is_a_matrix_product() {
    for (rows, columns) in [(1, 1), (1, 9), (9, 1), (7, 33), (64, 40)] {
        let cells = uniform_cells(rows, columns, 1e4, 1e5, 3);
        let drives = voltages(rows, 4);
        let expected: Vec<f64> = (0..columns)
            .map(|j| (0..rows).map(|i| cells[i * columns + j] * drives[i]).sum())
            .collect();
        let zero = LineGrid::read_array(rows, columns, &cells, ReadWires::uniform(0.0)).unwrap();
        let tiny = LineGrid::read_array(rows, columns, &cells, ReadWires::uniform(1e-9)).unwrap();
        for method in [CG, DIRECT] {
            assert_close(
                &solve(&zero, method, &drives).output_currents,
                &expected,
                1e-14,
                "no wires",
            );
            assert_close(
                &solve(&tiny, method, &drives).output_currents,
                &expected,
                1e-9,
                "nanoohm wires",
            );
        }
    }
}

#[test]
fn the_transpose_exchanges_rows_and_columns() {
    let (rows, columns) = (21, 34);
    let grid = read_array(rows, columns, 3.0, 5);
    let transfer = ArraySolver::new(&grid, options(CG))
        .unwrap()
        .transfer_matrix()
        .unwrap();
    // With driven and grounded ends exchanged the same wires are read backwards: new rows are the old columns from last to
    // first, new columns the old rows from last to first.
    let mut flipped = vec![0.0; rows * columns];
    for i in 0..rows {
        for j in 0..columns {
            flipped[(columns - 1 - j) * rows + (rows - 1 - i)] =
                grid.conductance()[i * columns + j];
        }
    }
    let turned = LineGrid::read_array(columns, rows, &flipped, ReadWires::uniform(3.0)).unwrap();
    let found = ArraySolver::new(&turned, options(CG))
        .unwrap()
        .transfer_matrix()
        .unwrap();
    for i in 0..rows {
        for j in 0..columns {
            let b = found.values[(rows - 1 - i) * columns + columns - 1 - j];
            let a = transfer.values[j * rows + i];
            assert!((a - b).abs() < 1e-12 * a.abs().max(1e-6), "{a:e} {b:e}");
        }
    }
}
