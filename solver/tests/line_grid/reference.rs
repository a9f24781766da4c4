//! Against solutions of an independent simulator (exact nodal analysis with a general sparse LU).
//!
//! The files lie outside the repository. Without them the test is skipped, except under continuous integration.

use std::fs::File;
use std::path::{Path, PathBuf};

use ndarray::{Array0, Array2, Array3, ArrayD};
use ndarray_npy::NpzReader;
use ohmloom_solver::line_grid::{LineGrid, ReadWires};

use crate::arrays::{CG, DIRECT, assert_close, solve};

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("OHMLOOM_REFERENCE").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/reference"),
        PathBuf::from,
    );
    let folder = folder.join("crossbar");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "reference solutions are missing: {}",
        folder.display()
    );
    eprintln!(
        "SKIPPED: no reference solutions at {} (set OHMLOOM_REFERENCE)",
        folder.display()
    );
    None
}

#[test]
fn currents_and_voltages_equal_the_reference() {
    let Some(folder) = folder() else { return };
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "npz"));
    files.sort();
    assert!(!files.is_empty());
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut npz = NpzReader::new(File::open(&path).unwrap()).unwrap();
        let resistance: Array2<f64> = npz.by_name("R").unwrap();
        let volts: Array2<f64> = npz.by_name("V").unwrap();
        let [row, column] = ["r_wl", "r_bl"].map(|key| {
            let value: Array0<f64> = npz.by_name(key).unwrap();
            value.into_scalar()
        });
        let currents: ArrayD<f64> = npz.by_name("I_out").unwrap();
        let [row_voltages, column_voltages, cell_currents] = ["V_wl", "V_bl", "I_dev"].map(|key| {
            let field: Array3<f64> = npz.by_name(key).unwrap();
            field
                .permuted_axes([2, 0, 1])
                .iter()
                .copied()
                .collect::<Vec<_>>()
        });
        let (rows, columns) = resistance.dim();
        let cells: Vec<f64> = resistance.iter().map(|ohm| 1.0 / ohm).collect();
        let wires = ReadWires {
            row,
            column,
            source: row,
            sink: column,
        };
        let grid = LineGrid::read_array(rows, columns, &cells, wires).unwrap();
        let inputs: Vec<f64> = volts.t().iter().copied().collect();
        for method in [CG, DIRECT] {
            let solution = solve(&grid, method, &inputs);
            let expected: Vec<f64> = currents.iter().copied().collect();
            for (a, b) in solution.output_currents.iter().zip(&expected) {
                assert!(
                    (a - b).abs() <= 1e-9 * b.abs(),
                    "{name}: output {a:e} against {b:e}"
                );
            }
            for (found, expected, what) in [
                (&solution.row_voltages, &row_voltages, "row voltages"),
                (
                    &solution.column_voltages,
                    &column_voltages,
                    "column voltages",
                ),
                (&solution.cell_currents, &cell_currents, "cell currents"),
            ] {
                assert_close(found, expected, 1e-9, &format!("{name}: {what}"));
            }
        }
    }
}
