//! `ohmloom array macro`.

use std::fs;

use ndarray::array;

use crate::folder::Folder;

const MACRO: &str = "
clock = 50e-9
settling = 250e-9
dac = { kind = \"r2r\", bits = 4, range = [0.4, 0.6], resistance = 1e4, resistor_mismatch = 0.01 }
front_end = { kind = \"transimpedance\", feedback_resistance = 1e4, amplifier_gain = 200.0, reference = 0.4 }
adc = { kind = \"sar\", bits = 6, range = [0.0, 0.8] }
";
const FILES: &str = "macro.toml --conductance G.npy --codes X.npy";

fn folder() -> Folder {
    let folder = Folder::new();
    fs::write(folder.path("macro.toml"), MACRO).unwrap();
    folder.write("X.npy", &array![[3.0, 15.0], [12.0, 1.0]]);
    folder
}

#[test]
fn the_deck_gives_the_code_that_was_announced() {
    let folder = folder();
    let told = folder
        .run(&format!(
            "array macro {FILES} --input 1 --pair 0,2 --pair 1,2 --seed 4 -o macro.cir"
        ))
        .succeeded()
        .stdout;
    assert!(told.ends_with("written          macro.cir\n"), "{told}");
    let codes: Vec<f64> = told
        .lines()
        .filter_map(|line| line.rsplit_once("code ")?.1.parse().ok())
        .collect();
    assert_eq!(codes.len(), 2, "{told}");
    let simulated = folder.run("sim macro.cir").succeeded().stdout;
    for (index, code) in codes.iter().enumerate() {
        let line = simulated
            .lines()
            .find_map(|line| line.strip_prefix(&format!("code{index}")))
            .unwrap_or_else(|| panic!("no code{index}:\n{simulated}"));
        let measured = line.trim_start_matches([' ', '=']).split(' ').next();
        let measured: f64 = measured.unwrap().parse().unwrap();
        assert!((measured - code).abs() < 1.001, "{measured} {code}");
    }
    let printed = folder
        .run(&format!(
            "array macro {FILES} --input 1 --pair 0,2 --pair 1,2 --seed 4"
        ))
        .succeeded()
        .stdout;
    assert_eq!(
        printed,
        fs::read_to_string(folder.path("macro.cir")).unwrap()
    );
}

#[test]
fn what_is_refused() {
    let folder = folder();
    let refused = |arguments: &str, status, texts: &[&str]| {
        folder
            .run(&format!("array macro {arguments}"))
            .failed(status, texts);
    };
    refused(FILES, 2, &["--column"]);
    refused(&format!("{FILES} --column 0 --pair 0,1"), 2, &["--pair"]);
    refused(&format!("{FILES} --pair 0"), 2, &["two columns"]);
    refused(
        &format!("{FILES} --column 3"),
        1,
        &["column 3", "there are 3"],
    );
    refused(
        &format!("{FILES} --column 0 --input 2"),
        1,
        &["there is no input 2"],
    );
    folder.write("X.npy", &array![3.0, 1.5]);
    refused(
        &format!("{FILES} --column 0"),
        1,
        &["row 1", "1.5", "whole number"],
    );
    folder.write("X.npy", &array![3.0, 16.0]);
    refused(&format!("{FILES} --column 0"), 1, &["16"]);
    folder.write("X.npy", &array![3.0, 1.0, 2.0]);
    refused(&format!("{FILES} --column 0"), 1, &["(3,)", "(2,)"]);
    folder.write("X.npy", &array![3.0, 1.0]);
    fs::write(folder.path("macro.toml"), MACRO.replace("sar", "flash")).unwrap();
    refused(&format!("{FILES} --column 0"), 1, &["macro.toml", "flash"]);
    let clocked = MACRO.replace("clock = 50e-9", "clock = 0.0");
    fs::write(folder.path("macro.toml"), clocked).unwrap();
    refused(
        &format!("{FILES} --column 0"),
        1,
        &["macro.toml", "clock = 0"],
    );
}
