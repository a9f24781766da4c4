//! `--cell` and `--gates`: against closed forms, the exported deck, linear cells and Kirchhoff's law. And what is refused.

use std::fs;

use ndarray::{Array2, ArrayD, Axis, array};
use serde_json::Value;

use crate::folder::{FILES, Folder, assert_close, conductances};

const SINH: &str = "law = { kind = 'sinh', v0 = 0.25 }\n";
const TRANSISTOR: &str = "\
law = { kind = 'sinh', v0 = 0.4 }

[transistor]
gate = 1.2
parameters = { vto = 0.45, kp = 300e-6, gamma = 0.4, phi = 0.8, w = 1e-6, l = 0.13e-6 }
";
const WIRES: &str =
    "--row-resistance 20 --column-resistance 30 --source-resistance 200 --sink-resistance 100";

fn folder(cell: &str) -> Folder {
    let folder = Folder::new();
    fs::write(folder.path("cell.toml"), cell).unwrap();
    folder
}

/// Column currents of the exported decks, one input after the other, in the given shape.
fn deck_currents(folder: &Folder, arguments: &str, shape: &[usize]) -> ArrayD<f64> {
    let columns = shape[shape.len() - 1];
    let inputs = shape.iter().product::<usize>() / columns;
    let currents = (0..inputs).flat_map(|input| {
        let found = folder.simulated(&format!("{arguments} --input {input}"));
        (0..columns)
            .map(|column| found[&format!("i(vout{column})")])
            .collect::<Vec<_>>()
    });
    ArrayD::from_shape_vec(shape, currents.collect()).unwrap()
}

#[test]
fn ideal_wires_leave_the_sum_of_the_cells() {
    let folder = folder(SINH);
    let (cells, drive) = (conductances(), array![0.6, -0.3]);
    folder.write("V.npy", &drive);
    folder.solved("--cell cell.toml --row-resistance 0 --column-resistance 0");
    let expected = drive
        .mapv(|v: f64| 0.25 * (v / 0.25).sinh())
        .dot(&cells)
        .into_dyn();
    assert_close(&folder.read("I.npy"), &expected, 1e-13);
}

#[test]
fn measured_curves_lie_beside_the_cell_file() {
    let folder = folder("law = { kind = 'table', file = 'curves.csv' }");
    // Two levels of an ohmic device.
    fs::write(
        folder.path("curves.csv"),
        "v,1e-6,1e-3\n-1,-1e-6,-1e-3\n0,0,0\n0.5,5e-7,5e-4\n1,1e-6,1e-3\n",
    )
    .unwrap();
    folder.solved(WIRES);
    let linear = folder.read("I.npy");
    folder.solved(&format!("{WIRES} --cell cell.toml"));
    assert_close(&folder.read("I.npy"), &linear, 1e-10);
    fs::write(folder.path("curves.csv"), "v,1e-6\n0,x\n").unwrap();
    folder
        .solve(&format!("{FILES} --cell cell.toml"))
        .failed(1, &["curves.csv, line 2, column 2"]);
}

#[test]
fn ohmic_cells_are_linear_cells() {
    let folder = folder("");
    folder.solved(WIRES);
    let linear = folder.read("I.npy");
    folder.solved(&format!("{WIRES} --cell cell.toml"));
    assert_close(&folder.read("I.npy"), &linear, 1e-10);
}

#[test]
fn every_input_equals_its_deck() {
    let folder = folder(SINH);
    let cells = Array2::from_shape_fn((6, 5), |(i, j)| 1e-5 * (1 + (5 * i + 3 * j) % 9) as f64);
    folder.write("G.npy", &cells);
    let drives = Array2::from_shape_fn((3, 6), |(p, i)| 0.3 * (p as f64 - 0.5) + 0.05 * i as f64);
    folder.write("V.npy", &drives);
    for cell in [
        SINH,
        "law = { kind = 'polynomial', coefficients = [0.1, 2.0], range = 1.0 }",
        "selector = { i_s = 1e-9, v_s = 0.07 }",
        TRANSISTOR,
    ] {
        fs::write(folder.path("cell.toml"), cell).unwrap();
        folder.solved(&format!("--cell cell.toml {WIRES}"));
        let arguments = format!("--conductance G.npy --inputs V.npy --cell cell.toml {WIRES}");
        let expected = deck_currents(&folder, &arguments, &[3, 5]);
        assert_close(&folder.read("I.npy"), &expected, 1e-6);
    }
}

#[test]
fn word_lines_may_change_with_the_input() {
    let folder = folder(TRANSISTOR);
    let arguments =
        format!("--conductance G.npy --inputs V.npy --cell cell.toml --gates VG.npy {WIRES}");
    folder.write("V.npy", &array![[0.3, 0.2], [0.3, 0.2], [0.1, 0.4]]);
    folder.write("VG.npy", &array![[1.5, 0.0], [0.0, 1.5], [1.2, 0.9]]);
    folder
        .solve(&format!("{arguments} --output I.npy --heatmap map.png"))
        .succeeded();
    let changing = folder.read("I.npy");
    let expected = deck_currents(&folder, &arguments, &[3, 3]);
    assert_close(&changing, &expected, 1e-6);
    // Only row 0 has a cell at column 1: with its word line off nothing flows there.
    assert!(changing[[1, 1]].abs() < 1e-6 * changing[[0, 1]]);

    // One vector serves all inputs; and with all at the description's potential it changes nothing.
    for gates in [array![1.2, 1.2].into_dyn(), array![[1.2, 1.2]].into_dyn()] {
        folder.write("VG.npy", &gates);
        folder
            .solve(&format!("{arguments} --output I.npy"))
            .succeeded();
        let given = folder.read("I.npy");
        folder.solved(&format!("--cell cell.toml {WIRES}"));
        assert_eq!(folder.read("I.npy"), given);
    }
}

#[test]
fn word_lines_along_columns() {
    let folder = folder(&format!(
        "{TRANSISTOR}\ngate_lines = 'columns'\nmemristor_side = 'column'"
    ));
    folder.write("VG.npy", &array![1.5, 0.0, 1.0]);
    let arguments =
        format!("--conductance G.npy --inputs V.npy --cell cell.toml --gates VG.npy {WIRES}");
    folder
        .solve(&format!("{arguments} --output I.npy"))
        .succeeded();
    let expected = deck_currents(&folder, &arguments, &[3]);
    assert_close(&folder.read("I.npy"), &expected, 1e-6);
}

#[test]
fn the_number_of_threads_does_not_change_the_result() {
    let folder = folder(TRANSISTOR);
    let cells = Array2::from_shape_fn((70, 65), |(i, j)| 1e-6 * (1 + (i * j) % 90) as f64);
    folder.write("G.npy", &cells);
    let drives = Array2::from_shape_fn((4, 70), |(p, i)| 0.001 * (30 * p + i) as f64);
    folder.write("V.npy", &drives);
    folder.write(
        "VG.npy",
        &Array2::from_shape_fn((4, 70), |(p, i)| 0.3 * ((p + i) % 5) as f64),
    );
    for gates in ["", "--gates VG.npy"] {
        folder.solved(&format!("--cell cell.toml {gates} --threads 1"));
        let one = folder.read("I.npy");
        folder.solved(&format!("--cell cell.toml {gates} --threads 3"));
        assert_eq!(folder.read("I.npy"), one);
    }
}

#[test]
fn one_input_and_a_batch_agree() {
    let folder = folder(SINH);
    folder.solved("--cell cell.toml --voltages one");
    let alone = folder.read("I.npy");
    assert_eq!(alone.shape(), [3]);
    assert_eq!(folder.read("one_row.npy").shape(), [2, 3]);
    folder.write("V.npy", &array![[0.0, 0.0], [0.2, 0.1], [-0.2, -0.1]]);
    folder.solved("--cell cell.toml --voltages one");
    assert_eq!(folder.read("one_column.npy").shape(), [3, 2, 3]);
    let batch = folder.read("I.npy");
    let of = |input| batch.index_axis(Axis(0), input).to_owned();
    assert_eq!(of(0), 0.0 * &alone);
    assert_close(&of(1), &alone, 1e-9);
    assert_close(&of(2), &(-1.0 * &alone), 1e-9); // the law is odd
}

#[test]
fn voltages_satisfy_kirchhoffs_current_law() {
    let folder = folder(SINH);
    folder.write("V.npy", &array![0.7, -0.4]);
    folder.solved(&format!("{WIRES} --cell cell.toml --voltages nodes"));
    let (rows, columns) = (
        folder.read("nodes_row.npy"),
        folder.read("nodes_column.npy"),
    );
    let currents = folder.read("I.npy");
    let cells = conductances();
    for j in 0..3 {
        let through =
            |i: usize| cells[[i, j]] * 0.25 * ((rows[[i, j]] - columns[[i, j]]) / 0.25).sinh();
        let scale = currents[[0]].abs();
        assert!((through(0) + through(1) - currents[[j]]).abs() < 1e-9 * scale);
        assert!((columns[[1, j]] - 100.0 * currents[[j]]).abs() < 1e-12);
        let between = (columns[[0, j]] - columns[[1, j]]) / 30.0;
        assert!((through(0) - between).abs() < 1e-9 * scale);
    }
}

#[test]
fn the_report_says_how_newton_fared() {
    let folder = folder(SINH);
    folder.write("V.npy", &array![[0.2, 0.1], [0.4, 0.2]]);
    let printed = folder
        .solved(&format!("--cell cell.toml --json {WIRES}"))
        .stdout;
    let report: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(report["method"], "newton");
    assert_eq!(report["iterations"], report["newton_iterations"]);
    for key in ["newton_iterations", "linear_iterations", "inputs"] {
        assert!(report[key].as_u64().unwrap() >= 1, "{key} in {printed}");
    }
    let number = |name: &str| report[name].as_f64().unwrap();
    assert!(number("kcl_relative") < 1e-9 && number("output_error") <= 1e-9);
    let watt = |name: &str| report["power"][name].as_f64().unwrap();
    let parts = ["cells", "row_wires", "column_wires", "terminals"];
    let dissipated: f64 = parts.iter().map(|part| watt(part)).sum();
    assert!((dissipated - watt("delivered")).abs() < 1e-8 * dissipated);
    let text = folder.solved("--cell cell.toml --heatmap map.svg").stdout;
    for part in ["by newton, at most", "of gmres", "map.svg"] {
        assert!(text.contains(part), "no `{part}` in: {text}");
    }
    let linear: Value = serde_json::from_str(&folder.solved("--json").stdout).unwrap();
    assert!(linear.get("newton_iterations").is_none() && linear.get("selected").is_none());
}

#[test]
fn options_that_do_not_go_with_nonlinear_cells() {
    let folder = folder(SINH);
    folder.write("VG.npy", &array![1.0, 1.0]);
    for (option, reason) in [
        (
            "--cell cell.toml --transfer T.npy",
            "has no transfer matrix",
        ),
        (
            "--cell cell.toml --method cg",
            "always solved by Newton's method",
        ),
        (
            "--cell cell.toml --method direct",
            "always solved by Newton's method",
        ),
        ("--gates VG.npy", "--cell"),
    ] {
        folder
            .solve(&format!("{FILES} {option}"))
            .failed(2, &[reason, "--help"]);
    }
    folder
        .solve("--conductance G.npy --inputs V.npy --cell cell.toml --output cell.toml")
        .failed(2, &["--cell and --output name the same file"]);
    assert_eq!(folder.names(), ["G.npy", "V.npy", "VG.npy", "cell.toml"]);
}

#[test]
fn cell_files_that_make_no_sense() {
    let folder = folder("");
    let with_cell = format!("{FILES} --cell cell.toml");
    let refused = |cell: &str, texts: &[&str]| {
        fs::write(folder.path("cell.toml"), cell).unwrap();
        folder.solve(&with_cell).failed(1, texts);
        folder
            .run("array export --conductance G.npy --inputs V.npy --cell cell.toml -o deck.cir")
            .failed(1, texts);
    };
    refused(
        "[transistor]\ngate = 1.0\ngatte = 2.0\n",
        &["cell.toml:", "line 3, column 1", "unknown field `gatte`"],
    );
    refused(
        "law = { kind = 'sinh', v0 = }",
        &["cell.toml:", "line 1, column"],
    );
    refused(
        "law = { kind = 'tanh' }",
        &["line 1, column", "tanh", "sinh"],
    );
    refused(
        "law = { kind = 'sinh' }",
        &["line 1, column", "missing field `v0`"],
    );
    refused("[transistor]", &["line 1, column", "missing field `gate`"]);
    refused(
        "law = { kind = 'sinh', v0 = -1.0 }",
        &["cell.toml: cells: v0 = -1"],
    );
    refused(
        "law = { kind = 'polynomial', coefficients = [-3.0], range = 1.0 }",
        &["cell.toml: cells:", "not increasing"],
    );
    refused(
        "selector = { i_s = 0.0, v_s = 0.1 }",
        &["cell.toml: cells: i_s = 0"],
    );
    refused(
        "[transistor]\ngate = 1.0\nlevel = 9",
        &["cell.toml: level = 9"],
    );
    refused(
        "[transistor]\ngate = 1.0\nparameters = { vtoo = 0.4 }",
        &["cell.toml: cells:", "vtoo"],
    );
    refused("[transistor]\ngate = nan", &["cell.toml: gates = NaN"]);
    fs::remove_file(folder.path("cell.toml")).unwrap();
    folder
        .solve(&with_cell)
        .failed(1, &["cannot read cell.toml", "No such file"]);
    assert_eq!(folder.names(), ["G.npy", "V.npy"]);
}

#[test]
fn gates_that_do_not_fit() {
    let folder = folder(TRANSISTOR);
    let arguments = format!("{FILES} --cell cell.toml --gates VG.npy");
    let refused = |texts: &[&str]| folder.solve(&arguments).failed(1, texts);
    refused(&["cannot read VG.npy"]);
    folder.write("VG.npy", &array![1.0, 1.0, 1.0]);
    refused(&["VG.npy: its shape is (3,); an array of 2 word lines needs (2,) or (P, 2)"]);
    folder.write("VG.npy", &array![1.0, f64::NAN]);
    refused(&["VG.npy: the voltage at [1] is NaN"]);
    folder.write("VG.npy", &array![[1.0, 1.0], [1.0, 0.0]]);
    refused(&["VG.npy: it has 2 vectors of gate potentials for 1 input"]);
    fs::write(folder.path("cell.toml"), SINH).unwrap();
    refused(&["VG.npy: the cells have no transistor"]);
    assert_eq!(folder.names(), ["G.npy", "V.npy", "VG.npy", "cell.toml"]);
}

#[test]
fn the_input_that_does_not_converge_is_named() {
    let folder = folder(TRANSISTOR);
    folder.write("V.npy", &array![[0.1, 0.2], [0.2, 0.1], [1e200, 1e10]]); // the squares of its currents overflow
    folder.write("VG.npy", &array![[1.2, 1.2], [1.0, 1.2], [1.2, 1.0]]);
    for gates in ["", "--gates VG.npy"] {
        folder
            .solve(&format!("{FILES} --cell cell.toml {gates}"))
            .failed(1, &["input 2 did not converge", "Newton's method"]);
    }
    assert_eq!(folder.names(), ["G.npy", "V.npy", "VG.npy", "cell.toml"]);
}
