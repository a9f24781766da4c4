//! Currents, transfer matrices and voltages against formulas, the library and Kirchhoff's law.

use ndarray::{Array1, Array2, ArrayD, Axis, Ix2, array};
use ohmloom::solver::line_grid::{ArraySolver, LineGrid, ReadWires, SolveOptions};

use crate::folder::{Folder, assert_close, conductances};

/// Unlike wires, so that no two can be taken for each other.
const WIRES: &str =
    "--row-resistance 2 --column-resistance 3 --source-resistance 50 --sink-resistance 70";

fn wires() -> ReadWires {
    ReadWires {
        row: 2.0,
        column: 3.0,
        source: 50.0,
        sink: 70.0,
    }
}

#[test]
fn one_cell_is_a_series_circuit() {
    let folder = Folder::new();
    folder.write("G.npy", &array![[1e-3]]);
    folder.write("V.npy", &array![0.5]);
    let expected = |ohm: f64| array![0.5 / ohm].into_dyn();
    folder.solved("--source-resistance 300 --sink-resistance 700");
    assert_close(&folder.read("I.npy"), &expected(2000.0), 1e-14);
    folder.solved("--row-resistance 20 --column-resistance 30");
    assert_close(&folder.read("I.npy"), &expected(1050.0), 1e-14); // one segment at either end
    folder.solved("");
    assert_close(&folder.read("I.npy"), &expected(1002.0), 1e-14); // 1 ohm each
}

#[test]
fn two_rows_with_source_resistance_are_dividers() {
    let folder = Folder::new();
    let cells = array![[1e-4, 4e-4], [3e-4, 2e-4]];
    let drive = array![0.3, -0.2];
    folder.write("G.npy", &cells);
    folder.write("V.npy", &drive);
    folder.solved(
        "--row-resistance 0 --column-resistance 0 --source-resistance 1000 --sink-resistance 0",
    );
    let rows = Array1::from_shape_fn(2, |row| drive[row] / (1.0 + 1000.0 * cells.row(row).sum()));
    assert_close(&folder.read("I.npy"), &rows.dot(&cells).into_dyn(), 1e-13);
    folder.solved("--row-resistance 0 --column-resistance 0");
    assert_close(&folder.read("I.npy"), &drive.dot(&cells).into_dyn(), 1e-13);
}

#[test]
fn equals_the_library_by_every_method() {
    let folder = Folder::new();
    let cells = Array2::from_shape_fn((20, 30), |(i, j)| 1e-6 * (1 + (7 * i + 3 * j) % 50) as f64);
    let drive = Array2::from_shape_fn((3, 20), |(p, i)| 0.1 * (p + i) as f64 - 0.5);
    folder.write("G.npy", &cells);
    folder.write("V.npy", &drive);
    let grid = LineGrid::read_array(20, 30, cells.as_slice().unwrap(), wires()).unwrap();
    let solver = ArraySolver::new(&grid, SolveOptions::default()).unwrap();
    let solution = solver.solve(drive.as_slice().unwrap()).unwrap();
    let currents = ArrayD::from_shape_vec(vec![3, 30], solution.output_currents).unwrap();
    let transfer = solver.transfer_matrix().unwrap().values;
    let transfer = ArrayD::from_shape_vec(vec![30, 20], transfer).unwrap();
    for (method, tolerance) in [("auto", 0.0), ("cg", 1e-11), ("direct", 1e-11)] {
        folder.solved(&format!("{WIRES} --method {method} --transfer T.npy"));
        assert_close(&folder.read("I.npy"), &currents, tolerance);
        assert_close(&folder.read("T.npy"), &transfer, tolerance);
    }
}

#[test]
fn the_transfer_matrix_gives_the_currents() {
    let folder = Folder::new();
    folder.write("V.npy", &array![[0.2, 0.1], [-0.3, 0.4]]);
    folder.solved(&format!("{WIRES} --transfer T.npy"));
    let transfer = folder.read("T.npy").into_dimensionality::<Ix2>().unwrap();
    assert_eq!(transfer.dim(), (3, 2));
    let currents = array![[0.2, 0.1], [-0.3, 0.4]].dot(&transfer.t());
    assert_close(&folder.read("I.npy"), &currents.into_dyn(), 1e-11);
}

#[test]
fn one_input_and_a_batch_have_their_shapes() {
    let folder = Folder::new();
    folder.solved("--voltages one");
    let alone = folder.read("I.npy");
    assert_eq!(alone.shape(), [3]);
    assert_eq!(folder.read("one_row.npy").shape(), [2, 3]);
    folder.write("V.npy", &array![[0.2, 0.1]]);
    folder.solved("--voltages one");
    assert_eq!(folder.read("I.npy"), alone.clone().insert_axis(Axis(0)));
    assert_eq!(folder.read("one_column.npy").shape(), [1, 2, 3]);
    folder.write("V.npy", &array![[0.0, 0.3], [0.2, 0.1], [0.4, 0.2]]);
    folder.solved("--voltages one");
    let batch = folder.read("I.npy");
    assert_eq!(batch.shape(), [3, 3]);
    assert_close(&batch.index_axis(Axis(0), 1).to_owned(), &alone, 1e-11);
    assert_close(
        &batch.index_axis(Axis(0), 2).to_owned(),
        &(2.0 * &alone),
        1e-11,
    );
    assert_eq!(folder.read("one_row.npy").shape(), [3, 2, 3]);
}

#[test]
fn voltages_satisfy_kirchhoffs_current_law() {
    let folder = Folder::new();
    let drives = array![[0.2, 0.1], [-0.3, 0.4]];
    folder.write("V.npy", &drives);
    folder.solved(&format!("{WIRES} --voltages nodes"));
    let (rows, columns) = (
        folder.read("nodes_row.npy"),
        folder.read("nodes_column.npy"),
    );
    let currents = folder.read("I.npy");
    let cells = conductances();
    for input in 0..2 {
        let row = |i: usize, j: usize| rows[[input, i, j]];
        let column = |i: usize, j: usize| columns[[input, i, j]];
        for ((i, j), siemens) in cells.indexed_iter() {
            let cell = siemens * (row(i, j) - column(i, j));
            let from_left = if j == 0 {
                (drives[[input, i]] - row(i, 0)) / 50.0
            } else {
                (row(i, j - 1) - row(i, j)) / 2.0
            };
            let to_right = if j == 2 {
                0.0
            } else {
                (row(i, j) - row(i, j + 1)) / 2.0
            };
            assert!(
                (from_left - cell - to_right).abs() < 1e-15,
                "row node {i}, {j}"
            );
            let from_top = if i == 0 {
                0.0
            } else {
                (column(i - 1, j) - column(i, j)) / 3.0
            };
            let to_bottom = if i == 1 {
                column(i, j) / 70.0
            } else {
                (column(i, j) - column(i + 1, j)) / 3.0
            };
            assert!(
                (from_top + cell - to_bottom).abs() < 1e-15,
                "column node {i}, {j}"
            );
        }
        for j in 0..3 {
            assert!((currents[[input, j]] - column(1, j) / 70.0).abs() < 1e-18);
        }
    }
}

#[test]
fn the_number_of_threads_does_not_change_the_result() {
    let folder = Folder::new();
    let cells = Array2::from_shape_fn((150, 130), |(i, j)| 1e-6 * (1 + (i * j) % 90) as f64);
    folder.write("G.npy", &cells);
    folder.write(
        "V.npy",
        &Array2::from_shape_fn((5, 150), |(p, i)| 0.01 * (p + i) as f64),
    );
    folder.solved("--threads 1");
    let one = folder.read("I.npy");
    folder.solved("--threads 3");
    assert_eq!(folder.read("I.npy"), one);
}
