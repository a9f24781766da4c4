//! Runs ngspice and reads what it wrote.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;

/// The vectors of one plot by name; complex ones as (real, imaginary).
pub(crate) type Plot = HashMap<String, Vec<(f64, f64)>>;

/// The plots of a deck, or nothing where ngspice is not installed. Under CI it must be.
pub(crate) fn run(name: &str, deck: &str) -> Option<Vec<Plot>> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let deck_path = folder.join(format!("{name}.cir"));
    let raw_path = folder.join(format!("{name}.raw"));
    std::fs::write(&deck_path, deck).expect("the deck can be written");
    let finished = Command::new("ngspice")
        .env("SPICE_ASCIIRAWFILE", "1")
        .arg("-b")
        .arg("-r")
        .arg(&raw_path)
        .arg(&deck_path)
        .output();
    let Ok(output) = finished else {
        assert!(std::env::var_os("CI").is_none(), "ngspice is not installed");
        println!("skipped {name}: ngspice is not installed");
        return None;
    };
    assert!(
        output.status.success(),
        "{name}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let raw = std::fs::read_to_string(&raw_path).expect("ngspice wrote its results");
    Some(raw.split("Title: ").skip(1).map(plot).collect())
}

fn plot(text: &str) -> Plot {
    let (header, values) = text.split_once("Values:").expect("a plot has values");
    let (_, names) = header.split_once("\nVariables:").expect("a plot has names");
    let names: Vec<String> = names
        .lines()
        .filter_map(|line| line.split_whitespace().nth(1).map(str::to_owned))
        .collect();
    let mut plot = Plot::new();
    // The first number of a point is its index.
    let numbers = values.split_whitespace().enumerate();
    let width = names.len() + 1;
    for (place, text) in numbers {
        let Some(column) = (place % width).checked_sub(1) else {
            continue;
        };
        let (real, imaginary) = text.split_once(',').unwrap_or((text, "0"));
        let value = (
            real.parse().expect("a number"),
            imaginary.parse().expect("a number"),
        );
        plot.entry(names[column].clone()).or_default().push(value);
    }
    plot
}
