//! `ohmloom array export`.

use std::fs;

use ndarray::array;

use crate::folder::{Folder, assert_close};

const ARRAY: &str = "--conductance G.npy --inputs V.npy --row-resistance 40 --sink-resistance 700";

#[test]
fn a_linear_array_equals_its_deck() {
    let folder = Folder::new();
    folder.write("V.npy", &array![[0.2, 0.1], [-0.3, 0.5]]);
    folder.solve(&format!("{ARRAY} --output I.npy")).succeeded();
    let solved = folder.read("I.npy");
    for input in 0..2 {
        let found = folder.simulated(&format!("{ARRAY} --format spice --input {input}"));
        let currents = array![found["i(vout0)"], found["i(vout1)"], found["i(vout2)"]];
        let expected = solved.index_axis(ndarray::Axis(0), input).to_owned();
        assert_close(&currents.into_dyn(), &expected, 1e-9);
    }
}

#[test]
fn without_a_file_it_goes_to_standard_output() {
    let folder = Folder::new();
    let printed = folder
        .run(&format!("array export {ARRAY}"))
        .succeeded()
        .stdout;
    let written = folder
        .run(&format!("array export {ARRAY} --output deck.cir"))
        .succeeded()
        .stdout;
    assert_eq!(written, "written          deck.cir\n");
    assert_eq!(
        fs::read_to_string(folder.path("deck.cir")).unwrap(),
        printed
    );
    assert!(printed.starts_with("2 x 3 array\n") && printed.ends_with("\n.end\n"));
    // As it is, without tighter options, it runs.
    folder.run("sim deck.cir").succeeded();
}

#[test]
fn what_cannot_be_exported() {
    let folder = Folder::new();
    let refused = |arguments: &str, status, texts: &[&str]| {
        folder
            .run(&format!("array export {arguments}"))
            .failed(status, texts);
    };
    refused(
        &format!("{ARRAY} --input 1"),
        1,
        &["there is no input 1: 1 input is given, counted from 0"],
    );
    refused(
        &format!("{ARRAY} --format verilog"),
        2,
        &["--format", "spice"],
    );
    refused(&format!("{ARRAY} --input -1"), 2, &["-1"]);
    refused("--conductance G.npy", 2, &["--inputs", "--bias"]);
    refused(
        &format!("{ARRAY} -o ./V.npy"),
        2,
        &["--inputs and --output name the same file"],
    );
    refused(
        &format!("{ARRAY} -o nowhere/deck.cir"),
        1,
        &["cannot write nowhere/deck.cir"],
    );
    folder.write("V.npy", &array![0.1, 0.2, 0.3]);
    refused(ARRAY, 1, &["V.npy: its shape is (3,)"]);
    assert_eq!(folder.names(), ["G.npy", "V.npy"]);
}
