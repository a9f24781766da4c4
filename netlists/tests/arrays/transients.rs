//! Transients.

use std::path::Path;

use ohmloom_netlists::results::Plot;

use crate::flattened::{VTEAM, YAKOPCIC};
use crate::generate::{Cell, LEVEL1, Spec};
use crate::run::{at_times, plot};

const POINTS: usize = 400;

/// A pulse on the first row and one on its gate, or on the first gate; everything else at rest.
fn decks(spec: &Spec, high: f64, unit: f64, analysis: &str) -> [String; 2] {
    let folder = tempfile::tempdir().unwrap();
    let pulse = |high: f64, delay: f64, width: f64| {
        let [delay, edge, width] = [delay, 0.5, width].map(|time| time * unit);
        format!("pulse(0 {high:e} {delay:e} {edge:e} {edge:e} {width:e} 1)")
    };
    let row = |i: usize| {
        if i == 0 {
            pulse(high, 2.0, 10.0)
        } else {
            "0".to_owned()
        }
    };
    let gate = |k: usize| {
        if k == 0 {
            pulse(2.0, 1.0, 12.0)
        } else {
            "0".to_owned()
        }
    };
    let around = spec.surroundings(row, gate);
    let both = [spec.element(&folder), spec.flat()];
    std::mem::forget(folder);
    both.map(|array| format!("transient\n{array}{around}{analysis}\n.end\n"))
}

/// Largest rms difference of a port potential and of a source current, each relative to the largest of its kind.
fn difference(spec: &Spec, found: &Plot, expected: &Plot, stop: f64) -> [f64; 2] {
    let times: Vec<f64> = (1..POINTS)
        .map(|k| stop * k as f64 / POINTS as f64)
        .collect();
    [spec.ports(), spec.currents()].map(|names| {
        let all = |plot| -> Vec<Vec<f64>> {
            names
                .iter()
                .map(|name| at_times(plot, name, &times))
                .collect()
        };
        let (found, expected) = (all(found), all(expected));
        let largest = expected
            .iter()
            .flatten()
            .fold(0.0, |a: f64, b| a.max(b.abs()));
        let rms = |(a, b): (&Vec<f64>, &Vec<f64>)| {
            let squares: f64 = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum();
            (squares / times.len() as f64).sqrt() / largest
        };
        found.iter().zip(&expected).map(rms).fold(0.0, f64::max)
    })
}

/// At default tolerances the array is about as far from the tightly solved flattened one as the flattened one is itself; at tight tolerances
/// the two agree within `limit`.
fn check(name: &str, spec: &Spec, high: f64, unit: f64, limit: f64) {
    let stop = 25.0 * unit;
    let default = decks(
        spec,
        high,
        unit,
        &format!(".tran {:e} {stop:e}", 0.1 * unit),
    );
    // Short steps, since what is compared lies on straight lines between the points.
    let tight = format!(".options reltol=1e-5\n.tran {:e} {stop:e}", 0.02 * unit);
    let tight = decks(spec, high, unit, &tight).map(|deck| plot(&deck));
    let [element, flat] = default.map(|deck| difference(spec, &plot(&deck), &tight[1], stop));
    let both_tight = difference(spec, &tight[0], &tight[1], stop);
    println!(
        "{name}: potentials and currents {element:?}, flattened {flat:?}; tight {both_tight:?}"
    );
    for (kind, (element, flat)) in element.into_iter().zip(flat).enumerate() {
        assert!(
            element < 1.5 * flat + 3e-4,
            "{name} {kind}: {element}, flattened {flat}"
        );
        assert!(
            both_tight[kind] < limit,
            "{name} {kind}: {}",
            both_tight[kind]
        );
    }
}

fn with_capacitances(spec: &Spec) -> Spec {
    Spec {
        crow: 1e-15,
        ccolumn: 1e-15,
        ..spec.clone()
    }
}

#[test]
fn passive_arrays_follow_their_drivers() {
    check(
        "1R",
        &with_capacitances(&Spec::new(8, 8, Cell::Ohmic)),
        1.0,
        1e-9,
        3e-5,
    );
    let slow = Spec {
        rrow: 200.0,
        rcolumn: 100.0,
        crow: 20e-15,
        ccolumn: 20e-15,
        ..Spec::new(6, 9, Cell::Sinh)
    };
    check("1R sinh", &slow, 0.8, 1e-9, 3e-5);
}

#[test]
fn write_pulses_on_transistor_cells() {
    let cells = Spec::new(8, 8, Cell::Ohmic).with_transistor("row", "rows");
    check("1T1R", &with_capacitances(&cells), 1.8, 1e-9, 3e-5);
    let cells = Spec {
        bulk: "b",
        ..Spec::new(5, 7, Cell::Sinh).with_transistor("column", "columns")
    };
    check(
        "1T1R on columns",
        &with_capacitances(&cells),
        1.8,
        1e-9,
        3e-4,
    );
}

#[test]
fn memristors_switch() {
    let cells = Spec {
        models: VTEAM,
        ..Spec::new(5, 4, Cell::Memristor(3e-9))
    };
    check("VTEAM", &with_capacitances(&cells), 1.5, 1e-7, 1e-4);
    // The pulse moves states: the current of its row is another before its end than after its beginning.
    let [element, _] = decks(&cells, 1.5, 1e-7, ".tran 10n 2.5u");
    let currents = at_times(&plot(&element), "i(vr0)", &[0.27e-6, 1.2e-6]);
    assert!(
        (currents[1] / currents[0] - 1.0).abs() > 0.02,
        "{currents:?}"
    );
    let models: &str = Box::leak(format!("{YAKOPCIC}{LEVEL1}").into_boxed_str());
    let cells = Spec::new(4, 4, Cell::Memristor(1.0)).with_transistor("row", "rows");
    check(
        "Yakopcic 1T1R",
        &with_capacitances(&Spec { models, ..cells }),
        1.5,
        1e-3,
        1e-4,
    );
}

#[test]
fn gear_outside_does_not_matter_inside() {
    let cells = with_capacitances(&Spec::new(4, 4, Cell::Ohmic).with_transistor("row", "rows"));
    let decks = decks(&cells, 1.8, 1e-9, ".options method=gear\n.tran 0.1n 25n");
    let [element, flat] = decks.map(|deck| plot(&deck));
    let [volts, amperes] = difference(&cells, &element, &flat, 25e-9);
    assert!(volts < 2e-3 && amperes < 2e-3, "{volts} {amperes}");
}

#[test]
fn the_example_is_what_its_cells_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let text = std::fs::read_to_string(folder.join("array_element.cir")).unwrap();
    let file = folder.join("array_cells.txt");
    let text = text.replace("array_cells.txt", &file.display().to_string());
    // The generator makes the numbers of the example's file.
    let cells = Spec {
        rrow: 2.0,
        rcolumn: 2.0,
        ..Spec::new(4, 4, Cell::Ohmic)
    };
    let cells = Spec {
        models: "",
        ..with_capacitances(&cells.with_transistor("row", "rows"))
    };
    let from = text.find(".model cells").unwrap();
    let to = text.find(".subckt driver").unwrap();
    let flat = cells.flat().replace(" nm ", " select ");
    let flat = format!("{}{flat}{}", &text[..from], &text[to..]);
    let tight =
        |deck: &str| plot(&deck.replace(".tran 0.05n", ".options reltol=1e-5\n.tran 0.01n"));
    let (element, flat) = (tight(&text), tight(&flat));
    let times: Vec<f64> = (1..POINTS)
        .map(|k| 20e-9 * k as f64 / POINTS as f64)
        .collect();
    for column in 0..4 {
        let name = format!("v(o{column})");
        let (found, expected) = (
            at_times(&element, &name, &times),
            at_times(&flat, &name, &times),
        );
        let squares = found.iter().zip(&expected).map(|(a, b)| (a - b) * (a - b));
        let rms = (squares.sum::<f64>() / times.len() as f64).sqrt();
        assert!(rms < 1e-4, "{name}: {rms} V");
    }
}
