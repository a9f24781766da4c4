//! Against ngspice, where it is installed: the same array written as a deck.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use ohmloom_solver::line_grid::{End, LineGrid, Side};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::arrays::{CG, DIRECT, Spread, any_grid, read_array, solve, voltages};

fn installed() -> bool {
    let found = Command::new("ngspice")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if found.is_ok_and(|status| status.success()) {
        return true;
    }
    assert!(std::env::var_os("CI").is_none(), "ngspice is not installed");
    eprintln!("SKIPPED: ngspice is not installed");
    false
}

/// A deck whose operating point prints every node; zero resistances are voltage sources of 0 V.
fn deck(grid: &LineGrid, drives: &[f64]) -> String {
    let mut deck =
        String::from("* array\n.options reltol=1e-9 abstol=1e-18 vntol=1e-15 gmin=1e-30\n");
    let mut count = 0;
    let mut branch = |a: &str, b: &str, ohm: f64, deck: &mut String| {
        count += 1;
        let _ = match ohm {
            0.0 => writeln!(deck, "v{count} {a} {b} 0"),
            ohm => writeln!(deck, "r{count} {a} {b} {ohm:e}"),
        };
    };
    let node = |side: Side, line: usize, position: usize| match side {
        Side::Row => format!("w{line}_{position}"),
        Side::Column => format!("b{position}_{line}"),
    };
    let (rows, columns) = (grid.rows(), grid.columns());
    for (index, &g) in grid
        .conductance()
        .iter()
        .enumerate()
        .filter(|(_, g)| **g > 0.0)
    {
        let (row, column) = (index / columns, index % columns);
        branch(
            &node(Side::Row, row, column),
            &node(Side::Column, column, row),
            1.0 / g,
            &mut deck,
        );
    }
    let mut driven = 0;
    for (side, lines, positions) in [(Side::Row, rows, columns), (Side::Column, columns, rows)] {
        let wires = grid.lines(side);
        for (ends, position) in [(&wires.start, 0), (&wires.end, positions - 1)] {
            for (line, end) in ends.iter().enumerate() {
                match *end {
                    End::Floating => {}
                    End::Grounded(ohm) => branch(&node(side, line, position), "0", ohm, &mut deck),
                    End::Driven(ohm) => {
                        let source = format!("s{driven}");
                        let _ = writeln!(deck, "vs{driven} {source} 0 {:e}", drives[driven]);
                        branch(&node(side, line, position), &source, ohm, &mut deck);
                        driven += 1;
                    }
                }
            }
        }
        for line in 0..lines {
            for position in 0..positions - 1 {
                let ohm = wires.segment(line, position, positions);
                branch(
                    &node(side, line, position),
                    &node(side, line, position + 1),
                    ohm,
                    &mut deck,
                );
            }
        }
    }
    deck.push_str(".control\nset numdgt=15\nop\n");
    for row in 0..rows {
        for column in 0..columns {
            let _ = writeln!(deck, "print v(w{row}_{column}) v(b{row}_{column})");
        }
    }
    deck.push_str("quit 0\n.endc\n.end\n");
    deck
}

/// Row and column voltages, row-major, as ngspice finds them.
fn simulate(deck: &str) -> (Vec<f64>, Vec<f64>) {
    let mut ngspice = Command::new("ngspice")
        .args(["-b", "/dev/stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    ngspice
        .stdin
        .take()
        .unwrap()
        .write_all(deck.as_bytes())
        .unwrap();
    let output = String::from_utf8(ngspice.wait_with_output().unwrap().stdout).unwrap();
    let voltages = |letter: &str| -> Vec<f64> {
        let lines = output
            .lines()
            .filter(|line| line.starts_with(&format!("v({letter}")));
        lines
            .map(|line| line.split('=').nth(1).unwrap().trim().parse().unwrap())
            .collect()
    };
    (voltages("w"), voltages("b"))
}

#[test]
fn node_voltages_equal_ngspice() {
    if !installed() {
        return;
    }
    let mut grids = vec![read_array(24, 17, 2.0, 31), read_array(9, 30, 0.5, 32)];
    let mut runner = TestRunner::deterministic();
    grids.extend((0..12).map(|_| {
        any_grid(7, Spread::Moderate)
            .new_tree(&mut runner)
            .unwrap()
            .current()
    }));
    for (index, grid) in grids.iter().enumerate() {
        let drives = voltages(grid.drive_count(), index as u64);
        let (rows, columns) = simulate(&deck(grid, &drives));
        for method in [CG, DIRECT] {
            let found = solve(grid, method, &drives);
            for (found, expected) in [
                (&found.row_voltages, &rows),
                (&found.column_voltages, &columns),
            ] {
                assert_eq!(found.len(), expected.len(), "array {index}");
                for (a, b) in found.iter().zip(expected) {
                    assert!((a - b).abs() < 1e-10, "array {index}: {a:e} {b:e}");
                }
            }
        }
    }
}
