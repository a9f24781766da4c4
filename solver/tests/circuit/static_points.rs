//! Operating points and DC sweeps.

use ohmloom_solver::circuit::{
    Guesses, Options, Sweep, SweepTarget, Unknown, dc_sweep, operating_point,
};

use crate::elements::{diode, inductor, resistor, voltage_source};
use crate::{assert_close, build, put};

const GROUND: Unknown = Unknown::GROUND;

#[test]
fn a_divider_divides() {
    let mut circuit = build(|b| {
        let (top, middle) = (b.node("top"), b.node("middle"));
        put(b, voltage_source("v1", top, GROUND, 3.0));
        put(b, resistor("r1", top, middle, 1e3));
        put(b, resistor("r2", middle, GROUND, 2e3));
    });
    let point = operating_point(&mut circuit, &Options::default(), &Guesses::default()).unwrap();
    let middle = circuit.node("middle").unwrap();
    assert_close(point.x[middle.index()], 2.0, 1e-15);
    let branch = circuit.branch("v1").unwrap();
    assert_close(point.x[branch.index()], -1e-3, 1e-14);
    assert!(point.certificate.kcl_relative < 1e-15);
}

#[test]
fn a_ladder_of_tiny_wires_keeps_kirchhoffs_law() {
    // 400 segments of a milliohm with 1 uS to ground at each node; the supply current from the recursion of its
    // input conductance.
    let mut circuit = build(|b| {
        let mut last = b.node("in");
        put(b, voltage_source("v1", last, GROUND, 1.0));
        for k in 0..400 {
            let next = b.node(&format!("n{k}"));
            put(b, resistor(&format!("rw{k}"), last, next, 1e-3));
            put(b, resistor(&format!("rc{k}"), next, GROUND, 1e6));
            last = next;
        }
    });
    let mut conductance = 0.0;
    for _ in 0..400 {
        conductance += 1e-6;
        conductance /= 1.0 + 1e-3 * conductance;
    }
    let point = operating_point(&mut circuit, &Options::default(), &Guesses::default()).unwrap();
    let branch = circuit.branch("v1").unwrap();
    assert_close(point.x[branch.index()], -conductance, 1e-6);
    assert!(point.certificate.cholesky);
    assert!(
        point.certificate.kcl_relative < 1e-8,
        "{}",
        point.certificate.kcl_relative
    );
}

#[test]
fn a_diode_meets_the_explicit_solution() {
    for volts in [0.3, 1.0, 5.0, 100.0, -5.0] {
        let mut circuit = build(|b| {
            let (top, middle) = (b.node("top"), b.node("middle"));
            put(b, voltage_source("v1", top, GROUND, volts));
            put(b, resistor("r1", top, middle, 1e3));
            put(b, diode("d1", middle, GROUND));
        });
        let options = Options {
            reltol: 1e-9,
            vntol: 1e-12,
            abstol: 1e-18,
            ..Options::default()
        };
        let point = operating_point(&mut circuit, &options, &Guesses::default()).unwrap();
        let found = point.x[circuit.node("middle").unwrap().index()];
        // Bisection on the same equation.
        let balance =
            |v: f64| (volts - v) / 1e3 - 1e-14 * ((v / 0.025_85).exp() - 1.0) - options.gmin * v;
        let (mut low, mut high) = (volts.min(0.0), volts.clamp(0.0, 1.2));
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if balance(middle) > 0.0 {
                low = middle;
            } else {
                high = middle;
            }
        }
        assert_close(found, low, 1e-8);
    }
}

#[test]
fn chains_of_diodes_converge() {
    let mut circuit = build(|b| {
        let mut last = b.node("in");
        put(b, voltage_source("v1", last, GROUND, 50.0));
        for k in 0..40 {
            let next = b.node(&format!("n{k}"));
            put(b, diode(&format!("d{k}"), last, next));
            last = next;
        }
        put(b, resistor("r", last, GROUND, 10.0));
    });
    let point = operating_point(&mut circuit, &Options::default(), &Guesses::default()).unwrap();
    let current = -point.x[circuit.branch("v1").unwrap().index()];
    let drop = 40.0 * 0.025_85 * (current / 1e-14).ln();
    assert_close(drop + 10.0 * current, 50.0, 1e-3);
}

#[test]
fn sweeps_nest_and_restore() {
    let mut circuit = build(|b| {
        let (top, middle) = (b.node("top"), b.node("middle"));
        put(b, voltage_source("v1", top, GROUND, 7.0));
        put(b, resistor("r1", top, middle, 1e3));
        put(b, resistor("r2", middle, GROUND, 1e3));
    });
    let middle = circuit.node("middle").unwrap();
    let sweeps = [
        Sweep {
            target: SweepTarget::Element("v1".to_owned()),
            values: Sweep::linear(0.0, 1.0, 0.25).unwrap(),
        },
        Sweep {
            target: SweepTarget::Element("r2".to_owned()),
            values: vec![1e3, 3e3],
        },
    ];
    let mut seen = Vec::new();
    dc_sweep(
        &mut circuit,
        &Options::default(),
        &Guesses::default(),
        &sweeps,
        &mut |_, value, point| {
            seen.push((value, point.value(middle)));
            Ok(())
        },
    )
    .unwrap();
    assert_eq!(seen.len(), 10);
    for (index, (value, found)) in seen.into_iter().enumerate() {
        let r2 = if index < 5 { 1e3 } else { 3e3 };
        assert!((found - value * r2 / (r2 + 1e3)).abs() < 1e-14);
    }
    let point = operating_point(&mut circuit, &Options::default(), &Guesses::default()).unwrap();
    assert_close(point.x[middle.index()], 3.5, 1e-14);
}

#[test]
fn sweeps_count_like_spice() {
    assert_eq!(Sweep::linear(0.0, 1.0, 0.1).unwrap().len(), 11);
    assert_eq!(Sweep::linear(1.0, 0.0, -0.5).unwrap(), vec![1.0, 0.5, 0.0]);
    assert_eq!(Sweep::linear(2.0, 2.0, 1.0).unwrap(), vec![2.0]);
    assert!(Sweep::linear(0.0, 1.0, -0.1).is_err());
    assert!(Sweep::linear(0.0, 1.0, 0.0).is_err());
    assert!(Sweep::linear(0.0, 1.0, 1e-12).is_err());
}

#[test]
fn nodesets_choose_between_stable_states() {
    // Two diodes in a bridge have one state only; a nodeset far away must not spoil it.
    let mut circuit = build(|b| {
        let (top, middle) = (b.node("top"), b.node("middle"));
        put(b, voltage_source("v1", top, GROUND, 2.0));
        put(b, resistor("r1", top, middle, 1e3));
        put(b, diode("d1", middle, GROUND));
    });
    let middle = circuit.node("middle").unwrap();
    let plain = operating_point(&mut circuit, &Options::default(), &Guesses::default()).unwrap();
    let guesses = Guesses {
        nodesets: vec![(middle, 0.2)],
        held: Vec::new(),
    };
    let guessed = operating_point(&mut circuit, &Options::default(), &guesses).unwrap();
    assert_close(guessed.x[middle.index()], plain.x[middle.index()], 1e-3);
}

#[test]
fn inductors_are_shorts() {
    let mut circuit = build(|b| {
        let (top, middle) = (b.node("top"), b.node("middle"));
        put(b, voltage_source("v1", top, GROUND, 2.0));
        put(b, inductor("l1", top, middle, 1e-3));
        put(b, resistor("r1", middle, GROUND, 1e3));
    });
    let point = operating_point(&mut circuit, &Options::default(), &Guesses::default()).unwrap();
    assert_close(point.x[circuit.branch("l1").unwrap().index()], 2e-3, 1e-14);
}
