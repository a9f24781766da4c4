//! Every deck in `examples/` runs, and agrees with ngspice where that is installed.

mod agreement;

use std::path::{Path, PathBuf};
use std::process::Command;

use ohmloom_netlists::deck::Deck;
use ohmloom_netlists::elaborate::Overrides;
use ohmloom_netlists::results::{Plot, rawfile};
use ohmloom_netlists::simulate::{Listing, Session, carry_on};

use agreement::disagreements;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

fn decks() -> Vec<PathBuf> {
    let mut decks: Vec<PathBuf> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "cir"))
        .collect();
    decks.sort();
    assert!(decks.len() >= 12, "only {} examples found", decks.len());
    decks
}

/// Plots and listing of a deck.
fn simulate(deck: &Path) -> (Vec<Plot>, Listing) {
    let name = deck.display();
    let deck = Deck::read(deck).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut session =
        Session::new(deck, Overrides::default()).unwrap_or_else(|error| panic!("{error}"));
    let warnings: Vec<String> = session.warnings().map(ToString::to_string).collect();
    assert!(warnings.is_empty(), "{name}: {warnings:?}");
    let mut listing = Listing::new(&session, false);
    let mut plots = Vec::new();
    session
        .run_all(&mut carry_on, &mut |kind, made| {
            for plot in made {
                listing.plot(kind, &plot);
                plots.push(plot);
            }
        })
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    (plots, listing)
}

#[test]
fn every_example_runs_and_measures() {
    for deck in decks() {
        let (plots, listing) = simulate(&deck);
        assert!(!plots.is_empty(), "{}", deck.display());
        listing
            .failures()
            .unwrap_or_else(|error| panic!("{}: {error}", deck.display()));
    }
}

/// Decks with elements that ngspice does not have; other tests compare them with independent results.
const NOT_FOR_NGSPICE: [&str; 3] = ["array_element.cir", "macro.cir", "memristor_loops.cir"];

#[test]
fn measurements_are_those_of_theory() {
    let measured = |deck: &str, name: &str| {
        let (_, listing) = simulate(&folder().join(deck));
        listing.measured()[name]
    };
    let close = |found: f64, expected: f64, tolerance: f64| {
        assert!(
            (found / expected - 1.0).abs() < tolerance,
            "found {found}, expected {expected}"
        );
    };
    // A single pole rises from 10 % to 90 % in ln 9 time constants.
    close(measured("rc_step.cir", "rise"), 9f64.ln() * 1e-6, 2e-3);
    // A resonance of quality factor 10 peaks at 10 / sqrt(1 - 1 / (4 100)).
    close(
        measured("resonance.cir", "peak"),
        10.0 / (1.0 - 1.0 / 400_f64).sqrt(),
        5e-3,
    );
    close(measured("r2r_dac.cir", "half"), 0.5, 2e-3);
    close(measured("r2r_dac.cir", "full"), 15.0 / 16.0, 2e-3);
    // 0.7 V is code 11 of 16.
    close(measured("sar_adc.cir", "code"), 11.0, 2e-3);
}

#[test]
fn every_example_agrees_with_ngspice() {
    if Command::new("ngspice").arg("--version").output().is_err() {
        assert!(
            std::env::var_os("CI").is_none(),
            "ngspice must be installed under CI"
        );
        println!("skipped: ngspice is not installed");
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    let ngspice = |deck: &Path| {
        let raw = scratch.path().join("out.raw");
        let outcome = Command::new("ngspice")
            .arg("-b")
            .arg("-r")
            .arg(&raw)
            .arg(deck)
            .output()
            .unwrap();
        assert!(outcome.status.success(), "ngspice {}", deck.display());
        let mut file = std::io::BufReader::new(std::fs::File::open(&raw).unwrap());
        rawfile::read(&mut file).unwrap()
    };
    let mut complaints = Vec::new();
    let foreign = |deck: &PathBuf| NOT_FOR_NGSPICE.iter().any(|name| deck.ends_with(name));
    for deck in decks().into_iter().filter(|deck| !foreign(deck)) {
        let expected = ngspice(&deck);
        let text = std::fs::read_to_string(&deck).unwrap();
        let tight_deck = scratch.path().join("tight.cir");
        std::fs::write(
            &tight_deck,
            text.replacen("\n.end\n", "\n.options reltol=1e-6\n.end\n", 1),
        )
        .unwrap();
        let tight = ngspice(&tight_deck);
        let (found, _) = simulate(&deck);
        for complaint in disagreements(&expected, &tight, &found) {
            complaints.push(format!("{}: {complaint}", deck.display()));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
