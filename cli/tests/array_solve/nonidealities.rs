//! `--nonidealities`: against cells changed by hand and the exported deck; counts, seeds, refusals.

use std::fs;

use ndarray::array;
use serde_json::Value;

use crate::folder::{FILES, Folder, assert_close};

const WIRES: &str = "--row-resistance 20 --column-resistance 30";

/// A folder with 2 x 3 cells and a list.
fn folder(list: &str) -> Folder {
    let folder = Folder::new();
    folder.write("G.npy", &array![[1e-4, 2e-5, 5e-5], [3e-5, 4e-5, 1e-5]]);
    fs::write(folder.path("list.toml"), list).unwrap();
    folder
}

fn json(folder: &Folder, more: &str) -> Value {
    let printed = folder.solved(&format!("{WIRES} --nonidealities list.toml --json {more}"));
    serde_json::from_str(&printed.stdout).unwrap()
}

#[test]
fn stuck_cells_are_at_the_ends_of_the_range() {
    let folder = folder(
        "[[nonideality]]\nkind = 'stuck'\n\
         placement = { pattern = 'map', cells = [{ row = 0, column = 1, state = 'on' }, { row = 1, column = 0, state = 'off' }] }\n\
         [[nonideality]]\nkind = 'drift'\ntime = 100\nnu = 0.05\n",
    );
    let factor = 100.0_f64.powf(-0.05);
    for (range, low, high) in [
        ("", 1e-5, 1e-4),
        ("--conductance-range 1e-6,2e-4", 1e-6, 2e-4),
    ] {
        let report = json(&folder, range);
        let found = folder.read("I.npy");
        let effects = &report["nonidealities"];
        assert_eq!(effects[0]["kind"], "stuck");
        assert_eq!(
            (&effects[0]["stuck_on"], &effects[0]["stuck_off"]),
            (&1.into(), &1.into())
        );
        assert_eq!(effects[1]["kind"], "drift");
        // Stuck cells do not drift.
        let by_hand = array![
            [1e-4 * factor, high, 5e-5 * factor],
            [low, 4e-5 * factor, 1e-5 * factor]
        ];
        folder.write("H.npy", &by_hand);
        let same = "--conductance H.npy --inputs V.npy --output H_I.npy";
        folder.solve(&format!("{same} {WIRES}")).succeeded();
        assert_close(&found, &folder.read("H_I.npy"), 1e-11);
    }
    let text = folder.solved("--nonidealities list.toml").stdout;
    assert!(text.contains("stuck: 1 stuck on, 1 stuck off"), "{text}");
}

#[test]
fn draws_depend_on_the_seed_and_not_on_threads() {
    let folder = folder(
        "[[nonideality]]\nkind = 'device-to-device'\nsigma = 0.2\n\
         [[nonideality]]\nkind = 'flicker-noise'\namplitude = 0.01\nf_low = 1\nf_high = 1e6\n",
    );
    let currents = |more: &str| {
        folder.solved(&format!("--nonidealities list.toml {more}"));
        folder.read("I.npy")
    };
    let one = currents("--threads 1");
    assert_eq!(currents("--threads 2"), one);
    assert_eq!(currents("--seed 1"), one);
    assert_ne!(currents("--seed 2"), one);
    folder.solved("");
    assert_ne!(folder.read("I.npy"), one);
}

/// With a selected cell, and with all rows driven: the same as node by node.
#[test]
fn open_lines_are_those_of_the_deck() {
    let folder = folder(
        "[[nonideality]]\nkind = 'broken-lines'\n\
         opens = [{ side = 'row', line = 0, segment = 1 }, { side = 'column', line = 1, segment = 0 }]\n",
    );
    let more = format!("{WIRES} --nonidealities list.toml");
    let report = json(&folder, "");
    assert_eq!(report["nonidealities"][0]["open_segments"], 2);
    for drive in ["--inputs V.npy", "--bias half --select 1,1 --voltage 0.4"] {
        let array = format!("--conductance G.npy {drive} {more}");
        folder.solve(&format!("{array} --output I.npy")).succeeded();
        let found = folder.read("I.npy");
        let nodes = folder.simulated(&array);
        if drive.starts_with("--inputs") {
            for (column, current) in found.iter().enumerate() {
                let expected = nodes[&format!("i(vout{column})")];
                assert!(
                    (current / expected - 1.0).abs() < 1e-6,
                    "{current} {expected}"
                );
            }
            // Nothing flows into the last column but through the second row: 0.1 V at 10 uS.
            assert!((found[2] / 1e-6 - 1.0).abs() < 0.01);
        } else {
            let expected = nodes["i(vout0)"];
            assert!(
                (found[1] / expected - 1.0).abs() < 1e-6,
                "{found} {expected}"
            );
        }
    }
}

#[test]
fn lists_that_make_no_sense_are_refused() {
    let fails = |list: &str, more: &str, status: i32, words: &[&str]| {
        folder(list)
            .solve(&format!("{FILES} {more}"))
            .failed(status, words);
    };
    let given = "--nonidealities list.toml";
    let stuck =
        "[[nonideality]]\nkind = 'stuck'\nplacement = { pattern = 'count', on = 7, off = 0 }\n";
    fails(stuck, given, 1, &["list.toml", "non-ideality 1: stuck"]);
    fails(
        "[[nonideality]]\nkind = 'rust'\n",
        given,
        1,
        &["list.toml", "rust"],
    );
    fails(
        "[[nonideality]]\nkind = 'drift'\ntime = 1\nnu = 0.1\nreference_time = -1\n",
        given,
        1,
        &["list.toml", "reference_time = -1"],
    );
    fails(
        "[[nonideality]]\nkind = 'broken-lines'\nshorts = [{ side = 'row', line = 0, position = 1 }]\n",
        given,
        1,
        &["list.toml", "between rows 0 and 1"],
    );
    fails("", "--nonidealities none.toml", 1, &["none.toml"]);
    fails("", "--seed 1", 2, &["--nonidealities"]);
    fails(
        "",
        "--nonidealities list.toml --conductance-range 2,1",
        2,
        &["1e-6,1e-4"],
    );
    // A crossing without a cell.
    let folder = Folder::new();
    fs::write(folder.path("list.toml"), "").unwrap();
    folder
        .solve(&format!("{FILES} {given}"))
        .failed(1, &["row 1, column 1", "--conductance-range 0,MAX"]);
    folder.solved(&format!("{given} --conductance-range 0,1e-4"));
}
