//! Macros as decks, simulated as circuits, against the behavioural models.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::Command;

use cpu_time::ProcessTime;
use ohmloom_layouts::array_macro::{ArrayMacro, MacroDescription, MacroReading, Sensed};
use ohmloom_netlists::deck::Deck;
use ohmloom_netlists::elaborate::Overrides;
use ohmloom_netlists::simulate::{Listing, Session, carry_on};
use ohmloom_peripherals::InstanceKey;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const R2R: &str =
    "kind = 'r2r', bits = 4, range = [0.4, 0.6], resistance = 1e4, resistor_mismatch = 0.01";
const AMPLIFIER: &str = "kind = 'transimpedance', feedback_resistance = 1e3, amplifier_gain = 200.0, gain_bandwidth = 5e8, \
     reference = 0.4, offset_sigma = 2e-3";
const SAR: &str = "kind = 'sar', bits = 8, range = [0.3, 0.5], unit_mismatch = 0.01, comparator = { offset_sigma = 1e-3 }";

fn description(dac: &str, front_end: &str, adc: &str) -> MacroDescription {
    let text = format!(
        "clock = 50e-9\nsettling = 250e-9\nsource_resistance = 100.0\nrow_resistance = 2.0\n\
         row_capacitance = 1e-15\ncolumn_capacitance = 1e-15\n\
         dac = {{ {dac} }}\nfront_end = {{ {front_end} }}\nadc = {{ {adc} }}\n"
    );
    toml::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn cells(rows: usize, columns: usize, seed: u64) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..rows * columns)
        .map(|_| random.random_range(1e-5..1e-4))
        .collect()
}

fn codes(rows: usize, bits: u32, seed: u64) -> Vec<u32> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..rows)
        .map(|_| random.random_range(0..1_u32 << bits))
        .collect()
}

fn key(seed: u64) -> InstanceKey {
    InstanceKey {
        seed,
        ..InstanceKey::default()
    }
}

/// What the deck measures.
fn measured(text: &str) -> BTreeMap<String, f64> {
    let deck = Deck::parse("macro.cir", text).unwrap_or_else(|error| panic!("{error}"));
    let mut session =
        Session::new(deck, Overrides::default()).unwrap_or_else(|error| panic!("{error}"));
    let warnings: Vec<String> = session.warnings().map(ToString::to_string).collect();
    assert!(warnings.is_empty(), "{warnings:?}");
    let mut listing = Listing::new(&session, false);
    session
        .run_all(&mut carry_on, &mut |kind, made| {
            for plot in made {
                println!("{} points", plot.points());
                listing.plot(kind, &plot);
            }
        })
        .unwrap_or_else(|error| panic!("{error}\n{text}"));
    let measured = listing.measured().clone();
    listing.failures().unwrap();
    measured
}

/// Simulates the deck and compares every conversion: codes within one, the ADC's input within a part of its step. Returns the codes of the models and how many of
/// the circuit are the same.
fn compare(array: &ArrayMacro, inputs: &[u32], sensed: &[Sensed], part: f64) -> (Vec<u32>, usize) {
    let expected = array.read(inputs, sensed).unwrap();
    let started = ProcessTime::now();
    let found = measured(&array.deck(inputs, sensed).unwrap());
    println!("{:.2} s of the processor", started.elapsed().as_secs_f64());
    let same = agree(&expected, &found, part * array.step());
    (expected.codes, same)
}

/// Compares what a deck measured; how many codes are the same.
fn agree(expected: &MacroReading, found: &BTreeMap<String, f64>, tolerance: f64) -> usize {
    let mut same = 0;
    let conversions = expected.codes.iter().zip(&expected.converter_inputs);
    for (index, (&code, &input)) in conversions.enumerate() {
        let (circuit, volts) = (
            found[&format!("code{index}")],
            found[&format!("input{index}")],
        );
        assert!(
            (circuit - circuit.round()).abs() < 1e-3,
            "{index}: {circuit}"
        );
        let difference = (circuit.round() - f64::from(code)).abs();
        assert!(difference <= 1.0, "{index}: {circuit}, {code}");
        assert!(
            (volts - input).abs() < tolerance,
            "{index}: {volts}, {input}"
        );
        same += usize::from(difference == 0.0);
    }
    same
}

fn pair(output: usize) -> Sensed {
    Sensed::Pair {
        positive: 2 * output,
        negative: 2 * output + 1,
    }
}

#[test]
fn sixty_four_by_sixty_four() {
    let description = description(R2R, AMPLIFIER, SAR);
    let array = ArrayMacro::new(&description, (64, 64), cells(64, 64, 1), &key(5)).unwrap();
    let (codes, same) = compare(&array, &codes(64, 4, 1), &[pair(3), pair(30)], 0.01);
    assert!(
        codes.iter().all(|code| (20..235).contains(code)),
        "{codes:?}"
    );
    assert!(codes[0].abs_diff(codes[1]) > 4, "{codes:?}");
    assert_eq!(same, 2);
}

#[test]
fn several_vectors_columns_and_draws() {
    let mut found = Vec::new();
    for seed in 1..4 {
        let description = description(R2R, AMPLIFIER, SAR);
        let size = (24, 10);
        let array = ArrayMacro::new(&description, size, cells(24, 10, seed), &key(seed)).unwrap();
        let inputs = codes(24, 4, 10 + seed);
        let (codes, same) = compare(&array, &inputs, &[pair(4), pair(0), pair(2)], 0.01);
        assert!(same >= 2, "{codes:?}");
        found.extend(codes);
    }
    found.sort_unstable();
    assert!(found[0] + 20 < found[8], "{found:?}");
}

#[test]
fn every_kind_of_converter() {
    let ideal = "kind = 'ideal', bits = 4, range = [0.4, 0.6]";
    let steering = "kind = 'current-steering', bits = 4, range = [0.4, 0.6], load = 50.0, unary_bits = 2, unit_mismatch = 0.02, \
         unit_output_resistance = 1e5";
    let capacitive = "kind = 'capacitive', bits = 4, range = [0.4, 0.6], unit_capacitance = 50e-15, unit_mismatch = 0.02, \
         parasitic = 100e-15";
    let ground = "kind = 'virtual-ground', transresistance = 1e3, reference = 0.4";
    let resistor = "kind = 'sense-resistor', resistance = 1e3";
    let limited = "kind = 'transimpedance', feedback_resistance = 1e3, amplifier_gain = 50.0, reference = 0.4, \
         offset_sigma = 5e-3, swing = [0.05, 0.75]";
    let below = "kind = 'sar', bits = 8, range = [0.3, 0.4]";
    let above = "kind = 'sar', bits = 8, range = [0.1, 0.3]";
    let cases = [
        (ideal, ground, below, 0.0),
        (steering, limited, below, 3.0),
        (capacitive, AMPLIFIER, below, 0.0),
        (ideal, resistor, above, 2.0),
        (R2R, resistor, above, 0.0),
        (ideal, ground, below, 3.0),
    ];
    for (dac, front_end, adc, ohm) in cases {
        let mut description = description(dac, front_end, adc);
        description.sink_resistance = Some(ohm);
        description.source_resistance = Some(0.5 * ohm);
        let array = ArrayMacro::new(&description, (9, 5), cells(9, 5, 7), &key(2)).unwrap();
        let sensed = [Sensed::Column(4), Sensed::Column(1)];
        let (codes, same) = compare(&array, &codes(9, 4, 3), &sensed, 0.01);
        assert!(codes[0] != codes[1], "{dac} {front_end}: {codes:?}");
        assert!(
            codes.iter().all(|code| (1..255).contains(code)),
            "{codes:?}"
        );
        assert!(same >= 1, "{dac} {front_end}: {codes:?}");
    }
}

/// The deck with the array written cell by cell, for a simulator that has no arrays as elements.
fn flattened(deck: &str, (rows, columns): (usize, usize), cells: &[f64], ohm: [f64; 2]) -> String {
    let (before, rest) = deck.split_once(".model cells array").unwrap();
    let (_, cells_and_more) = rest.split_once("gcells=(").unwrap();
    let (_, after) = cells_and_more.split_once(")\n").unwrap();
    let row = |i: usize, j: usize| match j {
        0 => format!("r{i}"),
        _ => format!("r{i}_{j}"),
    };
    let column = |i: usize, j: usize| match rows - 1 - i {
        0 => format!("c{j}"),
        _ => format!("c{j}_{i}"),
    };
    let mut array = String::new();
    for (index, siemens) in cells.iter().enumerate() {
        let (i, j) = (index / columns, index % columns);
        let (r, c) = (row(i, j), column(i, j));
        writeln!(array, "rcell{i}_{j} {r} {c} {:e}", 1.0 / siemens).unwrap();
        writeln!(array, "cr{i}_{j} {r} 0 1f\ncc{i}_{j} {c} 0 1f").unwrap();
        if j + 1 < columns {
            writeln!(array, "rr{i}_{j} {r} {} {:e}", row(i, j + 1), ohm[0]).unwrap();
        }
        if i + 1 < rows {
            writeln!(array, "rc{i}_{j} {c} {} {:e}", column(i + 1, j), ohm[1]).unwrap();
        }
    }
    format!("{before}{array}{after}")
}

#[test]
fn another_simulator_agrees_on_the_flattened_macro() {
    let description = description(R2R, AMPLIFIER, SAR);
    let (size, cells) = ((6, 4), cells(6, 4, 11));
    let array = ArrayMacro::new(&description, size, cells.clone(), &key(8)).unwrap();
    let (inputs, sensed) = (codes(6, 4, 4), [pair(0), pair(1)]);
    let expected = array.read(&inputs, &sensed).unwrap();
    let deck = array.deck(&inputs, &sensed).unwrap();
    let deck = flattened(&deck, size, &cells, [2.0, 1.0]);
    let tolerance = 0.05 * array.step();
    assert_eq!(agree(&expected, &measured(&deck), tolerance), 2);

    if Command::new("ngspice").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "ngspice is not installed");
        println!("not compared with ngspice, which is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("macro.cir");
    std::fs::write(&file, &deck).unwrap();
    let output = Command::new("ngspice")
        .arg("-b")
        .arg(&file)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let found = (text.lines())
        .filter_map(|line| {
            let (name, value) = line.split_once('=')?;
            Some((
                name.trim().to_owned(),
                value.split_whitespace().next()?.parse().ok()?,
            ))
        })
        .collect();
    assert_eq!(agree(&expected, &found, tolerance), 2, "{text}");
}

/// What the example of a macro is made of.
fn example() -> (ArrayMacro, Vec<u32>, [Sensed; 2]) {
    let text = include_str!("../../netlists/examples/macro.toml");
    let description: MacroDescription = toml::from_str(text).unwrap();
    // 10 to 100 uS with two digits, so that the deck can be read.
    let cells = (0..64)
        .map(|index: u32| f64::from(10 + index * 37 % 91) * 1e-6)
        .map(|siemens| format!("{siemens:.1e}").parse().unwrap())
        .collect();
    let array = ArrayMacro::new(&description, (8, 8), cells, &key(1)).unwrap();
    (array, vec![15, 3, 8, 0, 12, 7, 1, 10], [pair(0), pair(3)])
}

#[test]
fn the_example_is_what_is_written_today() {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../netlists/examples/macro.cir");
    let (array, inputs, sensed) = example();
    let deck = array.deck(&inputs, &sensed).unwrap();
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    if stored != deck {
        let now = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("macro.cir");
        std::fs::write(&now, &deck).unwrap();
        panic!(
            "netlists/examples/macro.cir is not what is written today: see {}",
            now.display()
        );
    }
    let expected = array.read(&inputs, &sensed).unwrap();
    assert_eq!(agree(&expected, &measured(&stored), 0.01 * array.step()), 2);
}

#[test]
fn converters_without_mismatch_share_a_subcircuit() {
    let alike = description(
        &R2R.replace("0.01", "0.0"),
        &AMPLIFIER.replace("offset_sigma = 2e-3", "offset_sigma = 0.0"),
        SAR,
    );
    let count = |description: &MacroDescription| {
        let array = ArrayMacro::new(description, (3, 4), cells(3, 4, 1), &key(1)).unwrap();
        let deck = array.deck(&[1, 2, 3], &[pair(0)]).unwrap();
        let of = |name: &str| deck.matches(&format!(".subckt {name}")).count();
        (of("dac"), of("frontend"))
    };
    assert_eq!(count(&alike), (1, 1));
    assert_eq!(count(&description(R2R, AMPLIFIER, SAR)), (3, 4));
}

type Change = fn(&mut MacroDescription);

#[test]
fn what_makes_no_sense_is_refused() {
    let good = description(R2R, AMPLIFIER, SAR);
    let refused = |description: &MacroDescription, word: &str| {
        let error = ArrayMacro::new(description, (2, 2), vec![1e-5; 4], &key(1)).unwrap_err();
        assert!(error.to_string().contains(word), "{error}: {word}");
    };
    let with = |dac: &str, front_end: &str, adc: &str| description(dac, front_end, adc);
    refused(
        &with(
            "kind = 'pulse-width', bits = 4, period = 1e-6",
            AMPLIFIER,
            SAR,
        ),
        "pulse-width",
    );
    refused(
        &with("kind = 'bit-serial', bits = 4", AMPLIFIER, SAR),
        "bit-serial",
    );
    refused(
        &with(
            R2R,
            "kind = 'integrator', capacitance = 1e-12, time = 1e-7",
            SAR,
        ),
        "integrator",
    );
    let loaded = format!("{AMPLIFIER}, source_conductance = 1e-3");
    refused(&with(R2R, &loaded, SAR), "source_conductance");
    let settling = format!("{AMPLIFIER}, settling_time = 1e-7");
    refused(&with(R2R, &settling, SAR), "settling_time");
    refused(&with(R2R, AMPLIFIER, "kind = 'flash', bits = 4"), "flash");
    refused(&with(R2R, AMPLIFIER, "kind = 'sar', bits = 40"), "bits");
    let changes: [(Change, &str); 5] = [
        (|wrong| wrong.clock = 0.0, "clock"),
        (|wrong| wrong.settling = f64::NAN, "settling"),
        (|wrong| wrong.row_resistance = -1.0, "row_resistance"),
        (
            |wrong| wrong.sink_resistance = Some(f64::INFINITY),
            "sink_resistance",
        ),
        (
            |wrong| wrong.column_capacitance = -1e-15,
            "column_capacitance",
        ),
    ];
    for (change, word) in changes {
        let mut wrong = good.clone();
        change(&mut wrong);
        refused(&wrong, word);
    }
    for cells in [
        vec![1e-5; 3],
        vec![1e-5, -1e-5, 1e-5, 1e-5],
        vec![f64::NAN; 4],
    ] {
        assert!(ArrayMacro::new(&good, (2, 2), cells, &key(1)).is_err());
    }
    assert!(ArrayMacro::new(&good, (0, 2), Vec::new(), &key(1)).is_err());

    let array = ArrayMacro::new(&good, (2, 2), vec![1e-5; 4], &key(1)).unwrap();
    let column = Sensed::Column;
    let both = Sensed::Pair {
        positive: 1,
        negative: 1,
    };
    let reads: [(&[u32], &[Sensed], &str); 6] = [
        (&[1], &[column(0)], "1 inputs for 2 rows"),
        (&[1, 16], &[column(0)], "16"),
        (&[1, 2], &[], "nothing"),
        (&[1, 2], &[column(0), column(2)], "column 2"),
        (&[1, 2], &[column(0), pair(0)], "not both"),
        (&[1, 2], &[both], "less itself"),
    ];
    for (inputs, sensed, word) in reads {
        for error in [
            array.read(inputs, sensed).unwrap_err(),
            array.deck(inputs, sensed).unwrap_err(),
        ] {
            assert!(error.to_string().contains(word), "{error}: {word}");
        }
    }
    let unknown: Result<MacroDescription, _> = toml::from_str("clock = 1e-9\nclocks = 2");
    assert!(unknown.is_err());
}
