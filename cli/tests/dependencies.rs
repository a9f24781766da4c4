//! The direction of dependencies that docs/architecture.md promises.

use std::fs;
use std::path::Path;

/// The crates, each one allowed to import only from those before it.
const ORDER: [&str; 7] = [
    "solver",
    "devices",
    "netlists",
    "peripherals",
    "layouts",
    "networks",
    "studies",
];

fn manifest(folder: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(folder)
        .join("Cargo.toml");
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn crates_import_only_from_the_rows_above() {
    for (index, folder) in ORDER.iter().enumerate() {
        let manifest = manifest(folder);
        for later in &ORDER[index..] {
            let name = format!("ohmloom-{later}");
            let imports = manifest
                .lines()
                .any(|line| line.trim_start().starts_with(&format!("{name}.workspace")));
            assert!(!imports, "{folder} must not import {name}");
        }
    }
}

#[test]
fn special_libraries_stay_where_they_belong() {
    for (library, home) in [
        ("faer", "solver"),
        ("plotters", "studies"),
        ("tract-onnx", "networks"),
    ] {
        for folder in ORDER
            .iter()
            .chain(&["cli"])
            .filter(|folder| **folder != home)
        {
            let imports = manifest(folder)
                .lines()
                .any(|line| line.starts_with(&format!("{library}.workspace")));
            assert!(!imports, "{folder} must not import {library}");
        }
    }
}
