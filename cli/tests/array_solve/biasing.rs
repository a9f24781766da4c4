//! `--bias`: against closed forms and the exported deck. And what is refused.

use std::fs;

use ndarray::{Array1, Array2, array};
use serde_json::Value;

use crate::folder::{Folder, assert_close};

const IDEAL: &str = "--row-resistance 0 --column-resistance 0";

/// A folder whose array has `rows x columns` cells of this resistance.
fn alike(rows: usize, columns: usize, ohm: f64) -> Folder {
    let folder = Folder::new();
    folder.write("G.npy", &Array2::from_elem((rows, columns), 1.0 / ohm));
    folder
}

fn arguments(scheme: &str) -> String {
    format!("--conductance G.npy --bias {scheme} --select 2,1 --voltage 0.6")
}

#[test]
fn equal_cells_between_ideal_wires_have_closed_forms() {
    let (rows, columns, r, v) = (6, 4, 20e3, 0.6);
    let (n, m) = (rows as f64, columns as f64);
    let folder = alike(rows, columns, r);
    let sneak = r / (m - 1.0) + r / ((n - 1.0) * (m - 1.0)) + r / (n - 1.0);
    for (scheme, selected, other) in [
        ("grounded", v / r, v / r),
        ("floating", v / r + v / sneak, 0.0),
        ("half", (1.0 + (n - 1.0) / 2.0) * v / r, 0.5 * v / r),
        (
            "third",
            (1.0 + (n - 1.0) / 3.0) * v / r,
            (2.0 - n) / 3.0 * v / r,
        ),
    ] {
        let finished = folder
            .solve(&format!(
                "{} {IDEAL} --output I.npy --json",
                arguments(scheme)
            ))
            .succeeded();
        let mut expected = Array1::from_elem(columns, other);
        expected[1] = selected;
        assert_close(&folder.read("I.npy"), &expected.into_dyn(), 1e-11);
        let report: Value = serde_json::from_str(&finished.stdout).unwrap();
        let cell = &report["selected"];
        assert_eq!(
            (cell["row"].as_u64(), cell["column"].as_u64()),
            (Some(2), Some(1))
        );
        for (key, value) in [
            ("column_current", selected),
            ("cell_current", v / r),
            ("cell_voltage", v),
        ] {
            let found = cell[key].as_f64().unwrap();
            assert!(
                (found - value).abs() < 1e-10 * value,
                "{scheme}, {key}: {found}"
            );
        }
    }
}

#[test]
fn nonlinear_cells_suppress_half_selected_currents() {
    let (rows, columns, v0, v) = (6, 4, 0.1, 0.6f64);
    let folder = alike(rows, columns, 1e6);
    fs::write(
        folder.path("cell.toml"),
        "law = { kind = 'sinh', v0 = 0.1 }",
    )
    .unwrap();
    let law = |volts: f64| 1e-6 * v0 * (volts / v0).sinh();
    for (scheme, divisor) in [("half", 2.0), ("third", 3.0)] {
        folder
            .solve(&format!(
                "{} {IDEAL} --cell cell.toml --output I.npy",
                arguments(scheme)
            ))
            .succeeded();
        let expected = law(v) + (rows - 1) as f64 * law(v / divisor);
        let found = folder.read("I.npy")[[1]];
        assert!(
            (found - expected).abs() < 1e-11 * expected,
            "{found}, not {expected}"
        );
    }
}

#[test]
fn every_scheme_equals_its_deck() {
    let folder = Folder::new();
    let cells = Array2::from_shape_fn((4, 3), |(i, j)| 1e-5 * (1 + (5 * i + 3 * j) % 7) as f64);
    folder.write("G.npy", &cells);
    fs::write(
        folder.path("cell.toml"),
        "[transistor]\ngate = 1.0\nparameters = { vto = 0.45, kp = 3e-4, w = 1e-6, l = 2e-7 }",
    )
    .unwrap();
    let wires = "--row-resistance 40 --column-resistance 90 --source-resistance 300";
    for cell in ["", "--cell cell.toml"] {
        for (scheme, driven_columns) in [
            ("grounded", false),
            ("floating", false),
            ("half", true),
            ("third", true),
        ] {
            let arguments = format!("{} {wires} {cell}", arguments(scheme));
            folder
                .solve(&format!("{arguments} --output I.npy --voltages nodes"))
                .succeeded();
            let found = folder.simulated(&arguments);
            // Rows 0 to 3 are driven by vin0 to vin3, columns 0 and 2 by vin4 and vin5; the selected column is vout0.
            let expected = match scheme {
                "grounded" => array![found["i(vout0)"], found["i(vout1)"], found["i(vout2)"]],
                _ if driven_columns => {
                    array![-found["i(vin4)"], found["i(vout0)"], -found["i(vin5)"]]
                }
                _ => array![0.0, found["i(vout0)"], 0.0],
            };
            assert_close(&folder.read("I.npy"), &expected.into_dyn(), 1e-6);
            assert_eq!(folder.read("nodes_row.npy").shape(), [4, 3]);
        }
    }
}

#[test]
fn the_summary_and_the_heat_map() {
    let folder = alike(6, 4, 20e3);
    let text = folder
        .solve(&format!(
            "{} --output I.npy --heatmap map.svg",
            arguments("third")
        ))
        .succeeded()
        .stdout;
    for part in ["600 mV selects one cell", "row 2, column 1", "its column"] {
        assert!(text.contains(part), "no `{part}` in: {text}");
    }
    let map = fs::read_to_string(folder.path("map.svg")).unwrap();
    // Cells at -V/3 are shown as they are.
    assert!(map.contains("cell voltage / drive") && !map.contains("(cut"));
}

#[test]
fn options_that_do_not_go_together() {
    let folder = Folder::new();
    let refused = |arguments: &str, texts: &[&str]| {
        folder
            .solve(&format!("--conductance G.npy --output I.npy {arguments}"))
            .failed(2, texts);
    };
    refused("--bias half --select 0,0", &["--voltage"]);
    refused("--bias half --voltage 1", &["--select"]);
    refused("--inputs V.npy --select 0,0", &["--select", "with --bias"]);
    refused("--inputs V.npy --voltage 1", &["--voltage", "with --bias"]);
    refused(
        "--inputs V.npy --bias half --select 0,0 --voltage 1",
        &["--inputs", "--bias"],
    );
    refused("--bias quarter --select 0,0 --voltage 1", &["third"]);
    for select in ["0", "0,", "-1,0", "a,b", "0,0,0"] {
        refused(
            &format!("--bias half --select={select} --voltage 1"),
            &["--select", "count from 0"],
        );
    }
    refused(
        "--bias half --select 0,0 --voltage inf",
        &["--voltage", "finite"],
    );
    refused(
        "--bias half --select 0,0 --voltage 1 --transfer T.npy",
        &["--transfer", "--bias"],
    );
    assert_eq!(folder.names(), ["G.npy", "V.npy"]);
}

#[test]
fn cells_and_lines_that_cannot_be_biased() {
    let folder = Folder::new();
    let refused = |arguments: &str, texts: &[&str]| {
        folder
            .solve(&format!("--conductance G.npy --output I.npy {arguments}"))
            .failed(1, texts);
    };
    refused(
        "--bias half --select 2,0 --voltage 1",
        &["no cell in row 2, column 0: the array is 2 x 3"],
    );
    refused(
        "--bias half --select 0,0 --voltage 0 --heatmap map.png",
        &["heat map would be empty"],
    );
    folder.write("G.npy", &array![[1e-4, 1e-4, 0.0], [1e-4, 1e-4, 0.0]]);
    refused(
        "--bias floating --select 0,0 --voltage 1",
        &["column 2 floats"],
    );
    assert_eq!(folder.names(), ["G.npy", "V.npy"]);
}
