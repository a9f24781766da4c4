//! The tool, run as a user runs it.

use std::path::Path;

use assert_cmd::Command;

/// Runs `ohmloom` in the folder: exit status, standard output and standard error.
pub(crate) fn ohmloom(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::cargo_bin("ohmloom")
        .unwrap()
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}
