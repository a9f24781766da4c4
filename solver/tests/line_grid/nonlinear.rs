//! Arrays of nonlinear cells: against the linear solver, against a linear array that has the same solution, against a dense Newton's
//! method on node voltages.

use nalgebra::{DMatrix, DVector};
use ohmloom_solver::line_grid::{
    Branch, Cells, End, FieldRequest, LineGrid, Lines, MethodChoice, NonlinearArray,
    NonlinearOptions, NonlinearSolution,
};
use proptest::prelude::*;

use crate::arrays::{Spread, any_grid, assert_close, read_array, solve, uniform_cells, voltages};
use crate::dense_oracle::nodal_analysis;

const ALL: FieldRequest = FieldRequest {
    voltages: true,
    cell_currents: true,
};

/// `i = g v0 sinh(v / v0)`; linear where `v0` is infinite.
struct Sinh<'a> {
    conductance: &'a [f64],
    columns: usize,
    v0: f64,
}

impl Sinh<'_> {
    fn current(&self, index: usize, v: f64) -> f64 {
        let g = self.conductance[index];
        if self.v0.is_infinite() {
            g * v
        } else {
            g * self.v0 * (v / self.v0).sinh()
        }
    }
}

impl Cells for Sinh<'_> {
    type Memory = ();

    fn branch(
        &self,
        (row, column): (usize, usize),
        row_potential: f64,
        column_potential: f64,
        (): &mut (),
    ) -> Branch {
        let index = row * self.columns + column;
        let v = row_potential - column_potential;
        let slope = if self.v0.is_infinite() {
            1.0
        } else {
            (v / self.v0).cosh()
        };
        Branch::two_terminal(self.current(index, v), self.conductance[index] * slope)
    }
}

fn array_of(grid: &LineGrid) -> NonlinearArray {
    NonlinearArray::new(
        (grid.rows(), grid.columns()),
        grid.row_lines().clone(),
        grid.column_lines().clone(),
        NonlinearOptions::default(),
    )
    .unwrap()
}

fn solve_sinh(grid: &LineGrid, v0: f64, drives: &[f64]) -> NonlinearSolution {
    let array = array_of(grid);
    let cells = Sinh {
        conductance: grid.conductance(),
        columns: grid.columns(),
        v0,
    };
    array
        .solve(&cells, drives, &mut array.point(), ALL)
        .unwrap()
}

#[test]
fn linear_cells_give_the_linear_solution() {
    for (size, ohm) in [(5, 10.0), (64, 1.0), (40, 1000.0), (130, 2.0)] {
        let grid = read_array(size, size + 3, ohm, 3);
        let drives = voltages(size, 4);
        let linear = solve(&grid, MethodChoice::Auto, &drives);
        let found = solve_sinh(&grid, f64::INFINITY, &drives);
        assert_close(
            &found.output_currents,
            &linear.output_currents,
            1e-9,
            "output_currents",
        );
        assert_close(
            &found.drive_currents,
            &linear.drive_currents,
            1e-9,
            "drive_currents",
        );
        assert_close(
            &found.row_voltages,
            &linear.row_voltages,
            1e-9,
            "row_voltages",
        );
        assert_close(
            &found.column_voltages,
            &linear.column_voltages,
            1e-9,
            "column_voltages",
        );
        assert_close(
            &found.cell_currents,
            &linear.cell_currents,
            1e-9,
            "cell_currents",
        );
        assert!(found.certificate.kcl_relative < 1e-10);
        assert!(found.power.imbalance() < 1e-9);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn sinh_cells_match_the_linear_array_with_the_same_chords(grid in any_grid(9, Spread::Moderate), seed in 0u64..1000) {
        // The array needs every line to be reachable whatever the cells do: a cell everywhere.
        let (rows, columns) = (grid.rows(), grid.columns());
        let cells = uniform_cells(rows, columns, 1e3, 1e6, seed);
        let grid = LineGrid::new(rows, columns, cells, grid.row_lines().clone(), grid.column_lines().clone()).unwrap();
        let drives: Vec<f64> = voltages(grid.drive_count(), seed).iter().map(|v| 5.0 * v).collect();
        let v0 = 0.15;
        let found = solve_sinh(&grid, v0, &drives);
        prop_assert!(found.certificate.kcl_relative < 1e-9);
        prop_assert!(found.power.imbalance() < 1e-8);
        let chords: Vec<f64> = found.row_voltages.iter().zip(&found.column_voltages).zip(grid.conductance()).map(|((row, column), g)| {
            let v = row - column;
            if v.abs() < 1e-9 { *g } else { g * v0 * (v / v0).sinh() / v }
        }).collect();
        let chord = LineGrid::new(rows, columns, chords, grid.row_lines().clone(), grid.column_lines().clone()).unwrap();
        let exact = nodal_analysis(&chord, &drives);
        // Where nothing flows there is only rounding to compare.
        let currents = exact.output_currents.iter().chain(&exact.drive_currents);
        if currents.fold(0.0, |most: f64, current| most.max(current.abs())) > 1e-15 {
            assert_close(&found.output_currents, &exact.output_currents, 1e-7, "output_currents");
            assert_close(&found.drive_currents, &exact.drive_currents, 1e-7, "drive_currents");
        } else {
            prop_assert!(found.output_currents.iter().chain(&found.drive_currents).all(|current| current.abs() < 1e-14));
        }
        assert_close(&found.row_voltages, &exact.row_voltages, 1e-7, "row_voltages");
        assert_close(&found.column_voltages, &exact.column_voltages, 1e-7, "column_voltages");
    }
}

/// A branch whose two ends carry different currents, and whose derivatives are four different numbers.
struct Leaky {
    columns: usize,
}

impl Leaky {
    /// Current out of the row and into the column.
    fn currents(index: usize, r: f64, c: f64) -> (f64, f64) {
        let g = 1e-5 * (1.0 + (index % 7) as f64);
        let through = g * (r - c) * (1.0 + 0.5 * (r * r + 0.3 * c));
        let row_leak = 1e-6 * (r.exp() - 1.0);
        let column_leak = 2e-6 * c * c * c;
        (through + row_leak, through - column_leak)
    }
}

impl Cells for Leaky {
    type Memory = ();

    fn branch(&self, (row, column): (usize, usize), r: f64, c: f64, (): &mut ()) -> Branch {
        let index = row * self.columns + column;
        let g = 1e-5 * (1.0 + (index % 7) as f64);
        let shape = 1.0 + 0.5 * (r * r + 0.3 * c);
        let (row_current, column_current) = Self::currents(index, r, c);
        let by_row = g * (shape + (r - c) * r);
        let by_column = g * (-shape + (r - c) * 0.15);
        Branch {
            row_current,
            column_current,
            row_by_row: by_row + 1e-6 * r.exp(),
            row_by_column: by_column,
            column_by_row: by_row,
            column_by_column: by_column - 6e-6 * c * c,
        }
    }
}

/// Newton's method on the node voltages of a read array, all wires and terminals `ohm`, with a dense matrix and derivatives by
/// differences.
fn dense_newton(columns: usize, ohm: f64, drives: &[f64]) -> Vec<f64> {
    let rows = drives.len();
    let nodes = 2 * rows * columns;
    let residual = |v: &DVector<f64>| {
        let mut f = DVector::zeros(nodes);
        for (row, &drive) in drives.iter().enumerate() {
            for column in 0..columns {
                let (r, c) = (row * columns + column, (rows + row) * columns + column);
                let (out, into) = Leaky::currents(row * columns + column, v[r], v[c]);
                f[r] += out;
                f[c] -= into;
                let before = if column == 0 { drive } else { v[r - 1] };
                f[r] -= (before - v[r]) / ohm;
                if column + 1 < columns {
                    f[r] -= (v[r + 1] - v[r]) / ohm;
                }
                let below = if row + 1 < rows { v[c + columns] } else { 0.0 };
                f[c] -= (below - v[c]) / ohm;
                if row > 0 {
                    f[c] -= (v[c - columns] - v[c]) / ohm;
                }
            }
        }
        f
    };
    let mut v = DVector::zeros(nodes);
    for _ in 0..30 {
        let f = residual(&v);
        let mut jacobian = DMatrix::zeros(nodes, nodes);
        for k in 0..nodes {
            let mut moved = v.clone();
            moved[k] += 1e-6;
            let mut back = v.clone();
            back[k] -= 1e-6;
            jacobian.set_column(k, &((residual(&moved) - residual(&back)) / 2e-6));
        }
        v -= jacobian.full_piv_lu().solve(&f).unwrap();
    }
    v.as_slice().to_vec()
}

#[test]
fn cells_that_leak_match_a_dense_newton() {
    for (rows, columns, ohm) in [(1, 1, 5.0), (4, 7, 100.0), (9, 5, 3000.0)] {
        let drives: Vec<f64> = voltages(rows, 7).iter().map(|v| 4.0 * v).collect();
        let cells = Leaky { columns };
        let exact = dense_newton(columns, ohm, &drives);
        let array = NonlinearArray::new(
            (rows, columns),
            Lines::alike(rows, ohm, End::Driven(ohm), End::Floating),
            Lines::alike(columns, ohm, End::Floating, End::Grounded(ohm)),
            NonlinearOptions::default(),
        )
        .unwrap();
        let mut point = array.point();
        let found = array.solve(&cells, &drives, &mut point, ALL).unwrap();
        assert!(found.certificate.kcl_relative < 1e-10);
        assert_close(
            &found.row_voltages,
            &exact[..rows * columns],
            1e-8,
            "row_voltages",
        );
        assert_close(
            &found.column_voltages,
            &exact[rows * columns..],
            1e-8,
            "column_voltages",
        );
        // From the solution, nothing is left to do.
        let again = array.solve(&cells, &drives, &mut point, ALL).unwrap();
        assert_eq!(again.certificate.newton_iterations, 0);
        assert_eq!(again.row_voltages, found.row_voltages);
    }
}

#[test]
fn extreme_wires_and_strong_cells_converge() {
    for ohm in [0.0, 1e-3, 1.0, 100.0, 1e4] {
        for v0 in [0.02, 0.2] {
            let grid = LineGrid::read_array(
                50,
                50,
                &uniform_cells(50, 50, 1e3, 1e7, 5),
                ohmloom_solver::line_grid::ReadWires::uniform(ohm),
            )
            .unwrap();
            let found = solve_sinh(&grid, v0, &[0.5; 50]);
            assert!(found.certificate.kcl_relative < 1e-9, "{ohm} {v0}");
            assert!(found.certificate.output_error < 1e-9, "{ohm} {v0}");
        }
    }
}

#[test]
fn batches_and_threads_do_not_change_a_bit() {
    let grid = read_array(70, 75, 5.0, 8);
    let drives = voltages(70 * 5, 9);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let array = array_of(&grid);
            let cells = Sinh {
                conductance: grid.conductance(),
                columns: 75,
                v0: 0.1,
            };
            let one = array
                .solve(&cells, &drives[..70], &mut array.point(), ALL)
                .unwrap();
            let all = array
                .solve_all(&cells, &drives, &array.point(), ALL)
                .unwrap();
            assert_eq!(one.output_currents, all[0].output_currents);
            all
        })
    };
    let alone = run(1);
    for threads in [2, 3] {
        assert!(run(threads) == alone, "{threads} threads");
    }
}

#[test]
fn cells_that_are_not_numbers_are_an_error() {
    struct Broken;
    impl Cells for Broken {
        type Memory = ();
        fn branch(&self, _: (usize, usize), r: f64, c: f64, (): &mut ()) -> Branch {
            Branch::two_terminal(if r - c > 0.1 { f64::NAN } else { r - c }, 1.0)
        }
    }
    let grid = read_array(3, 3, 1.0, 1);
    let array = array_of(&grid);
    let error = array
        .solve(&Broken, &[1.0; 3], &mut array.point(), ALL)
        .unwrap_err()
        .to_string();
    assert!(error.contains("Newton"), "{error}");
    assert!(
        array
            .solve(&Broken, &[1.0; 2], &mut array.point(), ALL)
            .is_err()
    );
    assert!(
        array
            .solve(&Broken, &[1.0, f64::NAN, 0.0], &mut array.point(), ALL)
            .is_err()
    );
}
