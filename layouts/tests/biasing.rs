//! Biasing schemes against closed forms for ideal wires, and against dense nodal analysis with wires.

use nalgebra::{DMatrix, DVector};
use ohmloom_layouts::{Bias, BiasScheme, LayoutError};
use ohmloom_solver::line_grid::{ArraySolver, FieldRequest, ReadWires, Solution, SolveOptions};
use proptest::prelude::*;

const SCHEMES: [BiasScheme; 4] = [
    BiasScheme::Grounded,
    BiasScheme::Floating,
    BiasScheme::Half,
    BiasScheme::Third,
];

fn select(scheme: BiasScheme, row: usize, column: usize, voltage: f64) -> Bias {
    Bias {
        scheme,
        row,
        column,
        voltage,
    }
}

/// Column currents and the whole solution.
fn solve(
    bias: Bias,
    (rows, columns): (usize, usize),
    cells: &[f64],
    wires: ReadWires,
) -> (Vec<f64>, Solution) {
    let lines = bias.lines((rows, columns), wires).unwrap();
    let grid = lines.grid(cells.to_vec()).unwrap();
    let request = FieldRequest {
        voltages: true,
        cell_currents: true,
    };
    let solution = ArraySolver::new(&grid, SolveOptions::default())
        .unwrap()
        .solve_with_fields(&lines.voltages, request)
        .unwrap();
    let currents = lines
        .column_currents(&solution.output_currents, &solution.drive_currents)
        .unwrap();
    (currents, solution)
}

#[track_caller]
fn assert_near(found: f64, expected: f64, scale: f64) {
    assert!(
        (found - expected).abs() <= 1e-11 * scale.abs(),
        "{found} instead of {expected}"
    );
}

/// `N x M` equal cells `R` between ideal wires, one cell selected at `V`.
#[test]
fn equal_cells_and_ideal_wires_have_closed_forms() {
    let (r, v) = (25e3, 0.6);
    for (rows, columns) in [(2, 2), (3, 7), (8, 5), (20, 17)] {
        let (n, m) = (rows as f64, columns as f64);
        let (row, column) = (rows / 2, columns / 3);
        let cells = vec![1.0 / r; rows * columns];
        for scheme in SCHEMES {
            let bias = select(scheme, row, column, v);
            let (currents, solution) =
                solve(bias, (rows, columns), &cells, ReadWires::uniform(0.0));
            // The three cells of a sneak path, in parallel groups.
            let sneak = r / (m - 1.0) + r / ((n - 1.0) * (m - 1.0)) + r / (n - 1.0);
            let (selected, other) = match scheme {
                BiasScheme::Grounded => (v / r, v / r),
                BiasScheme::Floating => (v / r + v / sneak, 0.0),
                BiasScheme::Half => ((1.0 + (n - 1.0) / 2.0) * v / r, 0.5 * v / r),
                BiasScheme::Third => (
                    (1.0 + (n - 1.0) / 3.0) * v / r,
                    (1.0 - (n - 1.0)) / 3.0 * v / r,
                ),
            };
            for (index, &current) in currents.iter().enumerate() {
                let expected = if index == column { selected } else { other };
                assert_near(current, expected, selected);
            }
            for i in 0..rows {
                for j in 0..columns {
                    let seen = (i == row, j == column);
                    // The floating potentials divide V like the three groups in series.
                    let parts = [r / (m - 1.0), r / ((n - 1.0) * (m - 1.0)), r / (n - 1.0)];
                    let share = match (scheme, seen) {
                        (_, (true, true)) => 1.0,
                        (BiasScheme::Grounded, (on_row, _)) => f64::from(u8::from(on_row)),
                        (BiasScheme::Floating, (true, false)) => parts[0] / sneak,
                        (BiasScheme::Floating, (false, false)) => -parts[1] / sneak,
                        (BiasScheme::Floating, (false, true)) => parts[2] / sneak,
                        (BiasScheme::Half, (false, false)) => 0.0,
                        (BiasScheme::Half, _) => 0.5,
                        (BiasScheme::Third, (false, false)) => -1.0 / 3.0,
                        (BiasScheme::Third, _) => 1.0 / 3.0,
                    };
                    let at = i * columns + j;
                    let across = solution.row_voltages[at] - solution.column_voltages[at];
                    assert_near(across, share * v, v);
                    assert_near(solution.cell_currents[at], share * v / r, v / r);
                }
            }
        }
    }
}

#[test]
fn an_array_of_one_cell_has_no_other_lines() {
    let wires = ReadWires::uniform(100.0);
    for scheme in SCHEMES {
        let (currents, _) = solve(select(scheme, 0, 0, -0.3), (1, 1), &[1e-3], wires);
        assert_near(currents[0], -0.3 / 1200.0, 1e-3);
    }
}

/// Plain nodal analysis of the circuit as the scheme's name describes it: currents out of the bottom of each column.
fn dense(bias: Bias, (rows, columns): (usize, usize), cells: &[f64], wires: ReadWires) -> Vec<f64> {
    let (row_node, column_node) = (
        |i: usize, j: usize| i * columns + j,
        |i: usize, j: usize| rows * columns + i * columns + j,
    );
    let size = 2 * rows * columns;
    let mut y = DMatrix::<f64>::zeros(size, size);
    let mut b = DVector::<f64>::zeros(size);
    let mut join = |a: usize, c: usize, siemens: f64| {
        y[(a, a)] += siemens;
        y[(c, c)] += siemens;
        y[(a, c)] -= siemens;
        y[(c, a)] -= siemens;
    };
    for i in 0..rows {
        for j in 0..columns {
            join(row_node(i, j), column_node(i, j), cells[i * columns + j]);
            if j + 1 < columns {
                join(row_node(i, j), row_node(i, j + 1), 1.0 / wires.row);
            }
            if i + 1 < rows {
                join(column_node(i, j), column_node(i + 1, j), 1.0 / wires.column);
            }
        }
    }
    let v = bias.voltage;
    let (row_volts, column_volts) = match bias.scheme {
        BiasScheme::Grounded => (Some(0.0), Some(0.0)),
        BiasScheme::Floating => (None, None),
        BiasScheme::Half => (Some(v / 2.0), Some(v / 2.0)),
        BiasScheme::Third => (Some(v / 3.0), Some(2.0 * v / 3.0)),
    };
    let mut hold = |node: usize, volts: Option<f64>, ohm: f64| {
        if let Some(volts) = volts {
            y[(node, node)] += 1.0 / ohm;
            b[node] += volts / ohm;
        }
    };
    let volts_of_column = |j: usize| {
        if j == bias.column {
            Some(0.0)
        } else {
            column_volts
        }
    };
    for i in 0..rows {
        let volts = if i == bias.row { Some(v) } else { row_volts };
        hold(row_node(i, 0), volts, wires.source);
    }
    for j in 0..columns {
        hold(column_node(rows - 1, j), volts_of_column(j), wires.sink);
    }
    let potentials = y.lu().solve(&b).unwrap();
    (0..columns)
        .map(|j| {
            volts_of_column(j).map_or(0.0, |volts| {
                (potentials[column_node(rows - 1, j)] - volts) / wires.sink
            })
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn with_wires_they_are_plain_circuits(
        rows in 1usize..7,
        columns in 1usize..7,
        place in 0usize..49,
        voltage in -2.0..2.0,
        ohm in proptest::array::uniform4(0.5f64..500.0),
        exponents in proptest::collection::vec(-6.0f64..-3.0, 36),
    ) {
        let cells: Vec<f64> = exponents[..rows * columns].iter().map(|e| 10f64.powf(*e)).collect();
        let wires = ReadWires { row: ohm[0], column: ohm[1], source: ohm[2], sink: ohm[3] };
        for scheme in SCHEMES {
            let bias = select(scheme, place % rows, place / 7 % columns, voltage);
            let (found, _) = solve(bias, (rows, columns), &cells, wires);
            let expected = dense(bias, (rows, columns), &cells, wires);
            let scale = expected.iter().fold(1e-9 * voltage.abs(), |a: f64, i| a.max(i.abs()));
            for (found, expected) in found.iter().zip(&expected) {
                prop_assert!((found - expected).abs() <= 1e-8 * scale, "{scheme:?}: {found} instead of {expected}");
            }
        }
    }
}

#[test]
fn cells_that_do_not_exist_and_voltages_that_cannot_be_are_refused() {
    let wires = ReadWires::uniform(1.0);
    for (row, column) in [(2, 0), (0, 3), (usize::MAX, 0)] {
        let error = select(BiasScheme::Half, row, column, 1.0)
            .lines((2, 3), wires)
            .unwrap_err();
        assert!(matches!(error, LayoutError::NoSuchCell { .. }));
        assert!(error.to_string().contains("the array is 2 x 3"), "{error}");
    }
    for voltage in [f64::NAN, f64::INFINITY] {
        let error = select(BiasScheme::Half, 0, 0, voltage)
            .lines((2, 3), wires)
            .unwrap_err();
        assert!(error.to_string().contains("voltage"), "{error}");
    }
    let lines = select(BiasScheme::Half, 0, 0, 1.0)
        .lines((2, 3), wires)
        .unwrap();
    assert!(lines.column_currents(&[0.0; 3], &[0.0; 4]).is_err());
    assert!(lines.column_currents(&[0.0; 1], &[0.0; 3]).is_err());
}

#[test]
fn a_floating_line_without_cells_is_named() {
    let lines = select(BiasScheme::Floating, 0, 0, 1.0)
        .lines((2, 2), ReadWires::uniform(1.0))
        .unwrap();
    let error = lines.grid(vec![1e-5, 1e-5, 0.0, 0.0]).unwrap_err();
    assert!(error.to_string().contains("row 1 floats"), "{error}");
}

#[test]
fn configuration_files_can_name_them() {
    let text = "scheme = 'third'\nrow = 1\ncolumn = 2\nvoltage = 1.5";
    let bias: Bias = toml::from_str(text).unwrap();
    assert_eq!(bias, select(BiasScheme::Third, 1, 2, 1.5));
    assert!(toml::from_str::<Bias>(&text.replace("third", "quarter")).is_err());
}
