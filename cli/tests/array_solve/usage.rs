//! Command lines that make no sense: status 2. And help.

use crate::folder::{FILES, Folder};

#[track_caller]
fn assert_usage(arguments: &str, texts: &[&str]) {
    let folder = Folder::new();
    let finished = folder.solve(arguments);
    finished.failed(2, texts);
    assert!(finished.stderr.contains("--help"), "{}", finished.stderr);
    assert_eq!(folder.names(), ["G.npy", "V.npy"]);
}

#[test]
fn conductances_or_resistances() {
    assert_usage(
        "--inputs V.npy --output I.npy",
        &["--conductance", "--resistance"],
    );
    assert_usage(
        &format!("{FILES} --resistance G.npy"),
        &["--conductance", "--resistance"],
    );
}

#[test]
fn required_files() {
    assert_usage("--conductance G.npy --output I.npy", &["--inputs"]);
    assert_usage("--conductance G.npy --inputs V.npy", &["--output"]);
}

#[test]
fn numbers_in_range() {
    for option in ["row", "column", "source", "sink"] {
        for value in ["-1", "inf", "NaN", "one"] {
            let option = format!("--{option}-resistance");
            let arguments = format!("{FILES} {option} {value}");
            assert_usage(&arguments, &[&option, value, "finite and not negative"]);
        }
    }
    for value in ["0", "1e-16", "0.2", "-1", "NaN"] {
        let arguments = format!("{FILES} --tolerance {value}");
        assert_usage(&arguments, &["--tolerance", "from 1e-15 to 0.1"]);
    }
    assert_usage(&format!("{FILES} --threads 0"), &["--threads"]);
    assert_usage(
        &format!("{FILES} --method best"),
        &["--method", "auto, cg, direct"],
    );
}

#[test]
fn heat_maps_of_a_known_format() {
    for name in ["map.jpg", "map", ".png"] {
        let arguments = format!("{FILES} --heatmap {name}");
        assert_usage(&arguments, &["--heatmap", ".png or .svg"]);
    }
}

#[test]
fn no_file_twice() {
    let same = |first: &str, second: &str, path: &str| {
        format!("{first} and {second} name the same file, {path}")
    };
    let files = "--conductance G.npy --inputs V.npy --output";
    assert_usage(
        &format!("{files} G.npy"),
        &[&same("--conductance", "--output", "G.npy")],
    );
    assert_usage(
        &format!("{files} ./V.npy"),
        &[&same("--inputs", "--output", "V.npy")],
    );
    assert_usage(
        &format!("{FILES} --transfer ./I.npy"),
        &[&same("--output", "--transfer", "I.npy")],
    );
    assert_usage(
        &format!("{files} n_row.npy --voltages n"),
        &[&same("--output", "--voltages", "n_row.npy")],
    );
    assert_usage(
        &format!("{files} map.png --heatmap map.png"),
        &[&same("--output", "--heatmap", "map.png")],
    );
}

#[test]
fn every_command_has_help_with_examples() {
    let folder = Folder::new();
    for command in [
        "",
        "array",
        "array solve",
        "array export",
        "array macro",
        "front-end characterize",
        "eval",
        "demo",
    ] {
        let output = folder
            .tool()
            .args(command.split_whitespace())
            .arg("--help")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0));
        let help = String::from_utf8(output.stdout).unwrap();
        let example = format!("\n  ohmloom {command}");
        assert!(help.contains("Examples:"), "{help}");
        assert!(help.contains(&example), "{help}");
    }
}

#[test]
fn an_unknown_or_missing_command_is_bad_usage() {
    let folder = Folder::new();
    for arguments in [&["frobnicate"][..], &[], &["array"]] {
        let output = folder.tool().args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(!output.stderr.is_empty());
    }
}
