//! Every deck of a folder of decks must read and elaborate. The folder is named by `OHMLOOM_CONFORMANCE`.

use std::path::{Path, PathBuf};

use ohmloom_netlists::deck::Deck;
use ohmloom_netlists::elaborate::Overrides;

fn decks(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            decks(&path, found);
        } else if path.file_name().is_some_and(|name| name == "deck.cir") {
            found.push(path);
        }
    }
}

#[test]
fn conformance_decks_read_and_elaborate() {
    let Some(folder) = std::env::var_os("OHMLOOM_CONFORMANCE") else {
        println!("skipped: OHMLOOM_CONFORMANCE names no folder");
        return;
    };
    let mut paths = Vec::new();
    decks(Path::new(&folder), &mut paths);
    paths.sort();
    assert!(!paths.is_empty(), "no deck.cir under {}", folder.display());
    let mut failures = Vec::new();
    for path in &paths {
        let result = Deck::read(path).and_then(|deck| deck.elaborate(&Overrides::default()));
        match result {
            Ok(circuit) => {
                assert!(
                    !circuit.elements.is_empty(),
                    "{}: no elements",
                    path.display()
                );
                assert!(
                    !circuit.analyses.is_empty(),
                    "{}: no analyses",
                    path.display()
                );
                if !circuit.warnings.is_empty() {
                    println!("{}", circuit.warnings);
                }
            }
            Err(findings) => failures.push(findings.to_string()),
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} decks fail:\n{}",
        failures.len(),
        paths.len(),
        failures.join("\n")
    );
}
