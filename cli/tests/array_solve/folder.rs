//! A temporary folder with npy files, in which the tool runs.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::PathBuf;

use assert_cmd::Command;
use ndarray::{Array, Array2, ArrayD, Dimension, array};
use ndarray_npy::{ReadNpyExt, WritableElement, WriteNpyExt};
use serde_json::Value;
use tempfile::TempDir;

/// The folder; removed when dropped.
pub(crate) struct Folder(TempDir);

/// What a finished run has left.
pub(crate) struct Finished {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Folder {
    /// With `G.npy`, 2 x 3 cells, and `V.npy`, one input.
    pub(crate) fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("G.npy", &conductances());
        folder.write("V.npy", &array![0.2, 0.1]);
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write<A: WritableElement, D: Dimension>(&self, name: &str, array: &Array<A, D>) {
        array
            .write_npy(File::create(self.path(name)).unwrap())
            .unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> ArrayD<f64> {
        ArrayD::read_npy(File::open(self.path(name)).unwrap()).unwrap()
    }

    /// Names of all files, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// The tool, to be run in this folder.
    pub(crate) fn tool(&self) -> Command {
        let mut command = assert_cmd::cargo::cargo_bin_cmd!("ohmloom");
        command.current_dir(self.0.path());
        command
    }

    /// Runs `ohmloom array solve` with arguments that contain no spaces.
    pub(crate) fn solve(&self, arguments: &str) -> Finished {
        self.run(&format!("array solve {arguments}"))
    }

    /// Runs `ohmloom` with arguments that contain no spaces.
    pub(crate) fn run(&self, arguments: &str) -> Finished {
        let output = self
            .tool()
            .args(arguments.split_whitespace())
            .output()
            .unwrap();
        Finished {
            status: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Exports the array with these arguments and simulates the deck tightly, node by node: the current out of the array through each
    /// source of 0 V, and into the array through each other one.
    pub(crate) fn simulated(&self, arguments: &str) -> HashMap<String, f64> {
        self.run(&format!("array export {arguments} -o exported.cir"))
            .succeeded();
        let deck = fs::read_to_string(self.path("exported.cir")).unwrap();
        let options = "\n.options reltol=1e-8 abstol=1e-16 vntol=1e-12 gmin=1e-12 itl1=500\n.op";
        fs::write(self.path("tight.cir"), deck.replace("\n.op", options)).unwrap();
        let printed = self.run("sim tight.cir --json").succeeded().stdout;
        let results: Value = serde_json::from_str(&printed).unwrap();
        let vectors = results["plots"][0]["vectors"].as_array().unwrap();
        vectors
            .iter()
            .map(|vector| {
                let name = vector["name"].as_str().unwrap().to_owned();
                let sign = if name.starts_with("i(vin") { -1.0 } else { 1.0 };
                (name, sign * vector["real"][0].as_f64().unwrap())
            })
            .collect()
    }

    /// Runs `ohmloom array solve` for `G.npy`, `V.npy` and `I.npy`; it must succeed.
    pub(crate) fn solved(&self, more: &str) -> Finished {
        self.solve(&format!("{FILES} {more}")).succeeded()
    }
}

pub(crate) const FILES: &str = "--conductance G.npy --inputs V.npy --output I.npy";

/// The cells of `G.npy`, in siemens.
pub(crate) fn conductances() -> Array2<f64> {
    array![[1e-4, 2e-5, 5e-5], [3e-5, 0.0, 1e-5]]
}

impl Finished {
    pub(crate) fn succeeded(self) -> Self {
        assert_eq!(self.status, 0, "{}", self.stderr);
        assert!(self.stderr.is_empty(), "{}", self.stderr);
        self
    }

    /// The run must have failed with this status, and say all of these.
    #[track_caller]
    pub(crate) fn failed(&self, status: i32, texts: &[&str]) {
        assert_eq!(self.status, status, "{}", self.stderr);
        assert!(self.stderr.starts_with("error: "), "{}", self.stderr);
        for text in texts {
            assert!(
                self.stderr.contains(text),
                "no `{text}` in: {}",
                self.stderr
            );
        }
        assert!(self.stdout.is_empty(), "{}", self.stdout);
    }
}

/// Largest difference relative to the largest expected value.
#[track_caller]
pub(crate) fn assert_close(found: &ArrayD<f64>, expected: &ArrayD<f64>, tolerance: f64) {
    assert_eq!(found.shape(), expected.shape());
    let scale = expected
        .iter()
        .fold(0.0, |a: f64, value| a.max(value.abs()));
    for ((index, value), expected) in found.indexed_iter().zip(expected) {
        let difference = (value - expected).abs();
        assert!(
            difference <= tolerance * scale,
            "at {index:?}: {value}, not {expected}"
        );
    }
}
