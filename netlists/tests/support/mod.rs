//! Running ngspice as an oracle.

use std::{path::Path, process::Command};

/// A folder to run ngspice in; none, with a message, where it is not installed. Under CI its absence is a failure.
pub(crate) fn ngspice_folder() -> Option<tempfile::TempDir> {
    if Command::new("ngspice").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "ngspice is not installed");
        println!("skipped: ngspice is not installed");
        return None;
    }
    Some(tempfile::tempdir().expect("a temporary folder"))
}

/// Runs a deck in batch mode and returns what ngspice prints on both outputs.
pub(crate) fn run_ngspice(folder: &Path, deck: &str) -> String {
    std::fs::write(folder.join("deck.cir"), deck).expect("the deck is written");
    let output = Command::new("ngspice")
        .args(["-b", "deck.cir"])
        .current_dir(folder)
        .output()
        .expect("ngspice runs");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}
