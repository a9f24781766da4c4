//! Every kind of array against plain nodal analysis with a dense matrix.
//!
//! The oracle shares nothing with the solver: unknowns are the node voltages themselves, each branch of zero resistance is a voltage
//! constraint with its own current, and the matrix goes through nalgebra's LU with full pivoting.

use nalgebra::{DMatrix, DVector};
use ohmloom_solver::line_grid::{End, LineGrid, Side};
use proptest::prelude::*;

use crate::arrays::{CG, DIRECT, Spread, any_grid, assert_close, solve, voltages};

pub(crate) struct Nodal {
    pub(crate) row_voltages: Vec<f64>,
    pub(crate) column_voltages: Vec<f64>,
    pub(crate) output_currents: Vec<f64>,
    pub(crate) drive_currents: Vec<f64>,
}

pub(crate) fn nodal_analysis(grid: &LineGrid, drives: &[f64]) -> Nodal {
    let (rows, columns) = (grid.rows(), grid.columns());
    let nodes = 2 * rows * columns;
    let node = |side: Side, line: usize, position: usize| match side {
        Side::Row => line * columns + position,
        Side::Column => rows * columns + position * columns + line,
    };
    // Branches: from node, to node or a fixed voltage, ohm.
    let mut branches: Vec<(usize, Result<usize, f64>, f64)> = Vec::new();
    for (index, &g) in grid
        .conductance()
        .iter()
        .enumerate()
        .filter(|(_, g)| **g > 0.0)
    {
        branches.push((index, Ok(rows * columns + index), 1.0 / g));
    }
    let (mut driven, mut grounded) = (Vec::new(), Vec::new());
    for (side, lines, positions) in [(Side::Row, rows, columns), (Side::Column, columns, rows)] {
        let wires = grid.lines(side);
        for (ends, position) in [(&wires.start, 0), (&wires.end, positions - 1)] {
            for (line, end) in ends.iter().enumerate() {
                let from = node(side, line, position);
                match *end {
                    End::Floating => {}
                    End::Grounded(ohm) => {
                        grounded.push(branches.len());
                        branches.push((from, Err(0.0), ohm));
                    }
                    End::Driven(ohm) => {
                        branches.push((from, Err(drives[driven.len()]), ohm));
                        driven.push(branches.len() - 1);
                    }
                }
            }
        }
        for line in 0..lines {
            for position in 0..positions - 1 {
                let ohm = wires.segment(line, position, positions);
                branches.push((
                    node(side, line, position),
                    Ok(node(side, line, position + 1)),
                    ohm,
                ));
            }
        }
    }
    let shorts = branches.iter().filter(|branch| branch.2 == 0.0).count();
    let mut matrix = DMatrix::zeros(nodes + shorts, nodes + shorts);
    let mut side = DVector::zeros(nodes + shorts);
    let mut short = nodes;
    for &(from, to, ohm) in &branches {
        if ohm > 0.0 {
            matrix[(from, from)] += 1.0 / ohm;
            match to {
                Ok(to) => {
                    matrix[(to, to)] += 1.0 / ohm;
                    matrix[(from, to)] -= 1.0 / ohm;
                    matrix[(to, from)] -= 1.0 / ohm;
                }
                Err(volts) => side[from] += volts / ohm,
            }
        } else {
            matrix[(from, short)] += 1.0;
            matrix[(short, from)] += 1.0;
            match to {
                Ok(to) => {
                    matrix[(to, short)] -= 1.0;
                    matrix[(short, to)] -= 1.0;
                }
                Err(volts) => side[short] = volts,
            }
            short += 1;
        }
    }
    let solution = matrix.full_piv_lu().solve(&side).expect("a regular system");
    let mut currents = Vec::new();
    let mut short = nodes;
    for &(from, to, ohm) in &branches {
        currents.push(if ohm > 0.0 {
            (solution[from] - to.map_or_else(|volts| volts, |to| solution[to])) / ohm
        } else {
            short += 1;
            solution[short - 1]
        });
    }
    Nodal {
        row_voltages: solution.as_slice()[..rows * columns].to_vec(),
        column_voltages: solution.as_slice()[rows * columns..nodes].to_vec(),
        output_currents: grounded.iter().map(|&branch| currents[branch]).collect(),
        drive_currents: driven.iter().map(|&branch| -currents[branch]).collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn both_methods_equal_nodal_analysis(grid in any_grid(6, Spread::Moderate), seed: u64) {
        let drives = voltages(grid.drive_count(), seed);
        let expected = nodal_analysis(&grid, &drives);
        let scale = expected.drive_currents.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
        for method in [CG, DIRECT] {
            let found = solve(&grid, method, &drives);
            assert_close(&found.row_voltages, &expected.row_voltages, 1e-9, "row voltages");
            // Columns may all be near 0 V: what counts is the scale of the drives.
            for (a, b) in found.column_voltages.iter().zip(&expected.column_voltages) {
                prop_assert!((a - b).abs() < 1e-10, "{a} {b}");
            }
            // The oracle loses digits where wires conduct far better than cells: 100 S times the rounding of 0.2 V.
            for (a, b) in found.output_currents.iter().zip(&expected.output_currents) {
                prop_assert!((a - b).abs() <= 1e-8 * scale + 1e-14, "{a} {b} of {scale}");
            }
            for (a, b) in found.drive_currents.iter().zip(&expected.drive_currents) {
                prop_assert!((a - b).abs() <= 1e-8 * scale + 1e-14, "{a} {b} of {scale}");
            }
        }
    }
}
