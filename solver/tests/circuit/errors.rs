//! Circuits without a solution, and settings that make no sense, name what is wrong.

use ohmloom_solver::circuit::{
    CircuitBuilder, CircuitError, Guesses, Options, TransientWindow, Unknown, operating_point,
    transient,
};

use crate::elements::{capacitor, inductor, resistor, voltage_source};
use crate::{build, put};

const GROUND: Unknown = Unknown::GROUND;

fn failure(add: impl FnOnce(&mut CircuitBuilder)) -> CircuitError {
    operating_point(&mut build(add), &Options::default(), &Guesses::default()).unwrap_err()
}

#[test]
fn a_node_between_capacitors_floats() {
    let error = failure(|b| {
        let (top, middle) = (b.node("top"), b.node("middle"));
        put(b, voltage_source("v1", top, GROUND, 1.0));
        put(b, capacitor("c1", top, middle, 1e-12));
        put(b, capacitor("c2", middle, GROUND, 1e-12));
    });
    assert_eq!(
        error,
        CircuitError::Floating {
            nodes: vec!["middle".to_owned()],
            elements: vec!["c1".to_owned(), "c2".to_owned()],
        }
    );
    assert!(
        error
            .to_string()
            .contains("no DC path to ground from node middle")
    );
}

#[test]
fn a_part_without_ground_floats() {
    let error = failure(|b| {
        let (a, one, two) = (b.node("a"), b.node("one"), b.node("two"));
        put(b, voltage_source("v1", a, GROUND, 1.0));
        put(b, resistor("r0", a, GROUND, 1e3));
        put(b, resistor("r1", one, two, 1e3));
        put(b, resistor("r2", one, two, 3e3));
    });
    let CircuitError::Floating { nodes, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(nodes, &["one", "two"]);
}

#[test]
fn loops_of_voltage_sources_are_named() {
    let error = failure(|b| {
        let (a, other) = (b.node("a"), b.node("b"));
        put(b, voltage_source("v1", a, GROUND, 1.0));
        put(b, voltage_source("v2", other, a, 1.0));
        put(b, inductor("l1", other, GROUND, 1e-6));
        put(b, resistor("r1", other, GROUND, 1e3));
    });
    let CircuitError::Singular {
        elements,
        loop_of_sources: true,
        ..
    } = &error
    else {
        panic!("{error}");
    };
    let mut elements = elements.clone();
    elements.sort();
    assert_eq!(elements, ["l1", "v1", "v2"]);
}

#[test]
fn two_sources_in_parallel_are_an_error() {
    let error = failure(|b| {
        let a = b.node("a");
        put(b, voltage_source("v1", a, GROUND, 1.0));
        put(b, voltage_source("v2", a, GROUND, 1.0));
        put(b, resistor("r1", a, GROUND, 1e3));
    });
    assert!(
        matches!(
            error,
            CircuitError::Singular {
                loop_of_sources: true,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn names_must_differ() {
    let mut builder = CircuitBuilder::new();
    let a = builder.node("a");
    builder.add(resistor("r1", a, GROUND, 1.0)).unwrap();
    assert_eq!(
        builder.add(capacitor("r1", a, GROUND, 1.0)).unwrap_err(),
        CircuitError::DuplicateName {
            name: "r1".to_owned()
        }
    );
}

#[test]
fn impossible_windows_are_refused() {
    let mut circuit = build(|b| {
        let a = b.node("a");
        put(b, resistor("r1", a, GROUND, 1.0));
    });
    for (step, stop, start) in [
        (0.0, 1.0, 0.0),
        (1.0, 0.0, 0.0),
        (1.0, 2.0, 3.0),
        (f64::NAN, 1.0, 0.0),
    ] {
        let window = TransientWindow {
            step,
            stop,
            start,
            largest_step: None,
            use_initial_conditions: false,
        };
        let outcome = transient(
            &mut circuit,
            &Options::default(),
            &Guesses::default(),
            &window,
            &mut |_, _| Ok(()),
        );
        assert!(matches!(outcome, Err(CircuitError::Settings(_))));
    }
}

#[test]
fn an_infinite_resistance_is_not_finite_data() {
    let error = failure(|b| {
        let a = b.node("a");
        put(b, voltage_source("v1", a, GROUND, f64::NAN));
        put(b, resistor("r1", a, GROUND, 1.0));
    });
    assert!(matches!(error, CircuitError::NotFinite { .. }), "{error}");
}
