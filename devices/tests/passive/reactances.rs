//! Stamps, initial conditions and refusals of capacitors, inductors and couplings.

use std::sync::Arc;

use ohmloom_devices::passive::{
    Capacitor, CapacitorModel, Inductor, InductorModel, MutualInductance,
};
use ohmloom_solver::circuit::{CircuitError, Element, ElementProbe, Phase, Start, Unknown};

use crate::bench::{assert_near, card, point};

fn node(k: usize) -> Unknown {
    ElementProbe::<Capacitor>::node(k)
}

fn capacitor(model: Option<&str>, instance: &str) -> Result<Capacitor, CircuitError> {
    let model = model.map(|text| Arc::new(card::<CapacitorModel>(text)));
    Capacitor::new("c1".to_owned(), node(1), node(2), model, card(instance))
}

fn inductor(name: &str, model: Option<&str>, instance: &str) -> Result<Inductor, CircuitError> {
    let model = model.map(|text| Arc::new(card::<InductorModel>(text)));
    Inductor::new(name.to_owned(), node(1), node(2), model, card(instance))
}

/// What an element adds to the charges of a vector of unknowns (with ground) at the start of a transient with `uic`.
fn initial(element: &impl Element, x: &[f64]) -> Vec<f64> {
    let mut charge = vec![0.0; x.len()];
    element.initial_charge(x, &mut |row, value| charge[row.index()] += value);
    charge
}

#[test]
fn capacitor_stamp() {
    let built = capacitor(None, "c=2 m=3 ic=0.75").expect("valid");
    let mut probe = ElementProbe::new(built, 2).expect("valid");
    let found = probe.evaluate(&[1.5, 1.0], Phase::Transient, Start::Continue);
    assert_eq!(found.charge, [3.0, -3.0]);
    assert_eq!(found.capacitance, [[6.0, -6.0], [-6.0, 6.0]]);
    assert_eq!(found.residual, [0.0; 2]);
    assert_eq!(found.conductance, [[0.0; 2]; 2]);
    let x = [0.0, 1.5, 1.0];
    let at = point(&x, Phase::Transient);
    assert_eq!(probe.element().value("q", &at), Some(3.0));
    assert_eq!(probe.element().value("capacitance", &at), Some(2.0));
    // The charge of the initial voltage instead of that of x.
    let added = initial(probe.element(), &x);
    assert_eq!(added[1] + found.charge[0], 6.0 * 0.75);
    assert_eq!(added[2] + found.charge[1], -6.0 * 0.75);
}

#[test]
fn without_an_initial_condition_nothing_is_added() {
    let mut probe = ElementProbe::new(capacitor(None, "c=2").expect("valid"), 2).expect("valid");
    probe
        .element_mut()
        .set_temperature(300.15)
        .expect("possible");
    assert_eq!(initial(probe.element(), &[0.0, 1.5, 1.0]), [0.0; 3]);
    let probe = ElementProbe::new(inductor("l1", None, "l=2").expect("valid"), 2).expect("valid");
    assert!(
        initial(probe.element(), &[0.0, 1.5, 1.0, 0.5])
            .iter()
            .all(|&added| added == 0.0)
    );
}

#[test]
fn inductor_stamp() {
    let built = inductor("l1", None, "l=6 m=3 ic=0.75").expect("valid");
    let mut probe = ElementProbe::new(built, 2).expect("valid");
    let found = probe.evaluate(&[1.5, 1.0, 0.25], Phase::Transient, Start::Continue);
    assert_eq!(found.residual, [0.25, -0.25, 0.5]);
    assert_eq!(
        found.conductance,
        [[0.0, 0.0, 1.0], [0.0, 0.0, -1.0], [1.0, -1.0, 0.0]]
    );
    assert_eq!(found.charge, [0.0, 0.0, -0.5]);
    assert_eq!(found.capacitance[2], [0.0, 0.0, -2.0]);
    let x = [0.0, 1.5, 1.0, 0.25];
    let added = initial(probe.element(), &x);
    assert_eq!(added[3] + found.charge[2], -2.0 * 0.75);
    let at = point(&x, Phase::Transient);
    for (quantity, expected) in [("i", 0.25), ("v", 0.5), ("flux", 0.5), ("inductance", 6.0)] {
        assert_eq!(
            probe.element().value(quantity, &at),
            Some(expected),
            "{quantity}"
        );
    }
}

#[test]
fn coupling_of_three_windings() {
    let inductors: Vec<Inductor> = [("l1", "l=1 ic=2"), ("l2", "l=4"), ("l3", "l=9 ic=-1")]
        .map(|(name, instance)| inductor(name, None, instance).expect("valid"))
        .into();
    let windings = inductors.iter().map(Inductor::winding).collect();
    let coupling = MutualInductance::new("k1".to_owned(), 0.5, windings).expect("valid");
    // No nodes; the branches of the three inductors are the unknowns 1 to 3.
    let mut probe = ElementProbe::new(coupling, 0).expect("valid");
    assert_eq!(probe.unknown_count(), 3);
    let found = probe.evaluate(&[1.0, 10.0, 100.0], Phase::Transient, Start::Continue);
    let expected = [[0.0, -1.0, -1.5], [-1.0, 0.0, -3.0], [-1.5, -3.0, 0.0]];
    assert_eq!(found.capacitance, expected);
    assert_eq!(found.charge, [-160.0, -301.0, -31.5]);
    // Initial currents 2, that of x, and -1.
    let x = [0.0, 1.0, 10.0, 100.0];
    let added = initial(probe.element(), &x);
    let currents = [2.0, 10.0, -1.0];
    for (row, expected) in expected.iter().enumerate() {
        let flux: f64 = expected
            .iter()
            .zip(currents)
            .map(|(entry, current)| entry * current)
            .sum();
        assert_near(added[row + 1] + found.charge[row], flux, 1e-12, "flux");
    }
}

#[test]
fn coupling_follows_its_inductors() {
    let mut first = inductor("l1", None, "l=1").expect("valid");
    let second = inductor("l2", Some("tc1=0.1"), "l=4").expect("valid");
    let windings = vec![first.winding(), second.winding()];
    let coupling = MutualInductance::new("k1".to_owned(), 0.5, windings).expect("valid");
    let mut probe = ElementProbe::new(coupling, 0).expect("valid");
    first.set("inductance", 16.0).expect("a parameter");
    first.set_temperature(300.15).expect("possible");
    let found = probe.evaluate(&[0.0; 2], Phase::Transient, Start::Continue);
    assert_eq!(found.capacitance[0][1], -4.0);
    probe.element_mut().set("k", -1.0).expect("a parameter");
    let found = probe.evaluate(&[0.0; 2], Phase::Transient, Start::Continue);
    assert_eq!(found.capacitance[1][0], 8.0);
    assert!(probe.element_mut().set("k", 1.1).is_err());
}

#[test]
fn long_and_short_coils_meet() {
    // Both branches of the formula give the same coil when its diameter is its length, and a long coil is ideal.
    let henries = |diameter: f64| {
        let model = format!("dia={diameter} length=1 nt=10");
        let coil = inductor("l1", Some(&model), "").expect("valid");
        coil.winding().henries()
    };
    assert_near(henries(1.0 + 1e-9), henries(1.0), 1e-5, "joint");
    let ideal = std::f64::consts::PI.powi(2) * 1e-7 * 100.0 * 1e-6;
    assert_near(henries(1e-3), ideal, 1e-3, "long coil");
    // Nagaoka's coefficient of a coil as long as it is wide is 0.6884.
    let area = std::f64::consts::PI / 4.0;
    let sheet = 4e-7 * std::f64::consts::PI * 100.0 * area;
    assert_near(henries(1.0), 0.688_423 * sheet, 1e-5, "square coil");
}

#[test]
fn impossible_reactances_are_refused() {
    for (model, instance) in [
        (None, ""),
        (Some("tc1=1"), "w=1 l=1"),
        (None, "c=inf"),
        (None, "c=NaN"),
    ] {
        assert!(capacitor(model, instance).is_err(), "{model:?} {instance}");
    }
    for (model, instance) in [
        (None, ""),
        (Some("tc1=1"), ""),
        (Some("csect=1 nt=5"), ""),
        (Some("ind=1"), "nt=10"),
        (None, "l=inf"),
    ] {
        assert!(
            inductor("l1", model, instance).is_err(),
            "{model:?} {instance}"
        );
    }
    let negative_m = capacitor(None, "c=1 m=-1").expect("valid so far");
    assert!(ElementProbe::new(negative_m, 2).is_err());
    for (farads, henries) in [("c=0", "l=0"), ("c=-1", "l=-1")] {
        assert!(capacitor(None, farads).is_ok() && inductor("l1", None, henries).is_ok());
    }
    let windings = |names: &[&str]| {
        names
            .iter()
            .map(|name| inductor(name, None, "l=1").expect("valid").winding())
            .collect::<Vec<_>>()
    };
    for (k, names) in [
        (0.5, ["l1"].as_slice()),
        (0.5, &["l1", "l1"]),
        (1.5, &["l1", "l2"]),
        (-1.01, &["l1", "l2"]),
        (-0.51, &["l1", "l2", "l3"]),
        (f64::NAN, &["l1", "l2"]),
    ] {
        assert!(
            MutualInductance::new("k1".to_owned(), k, windings(names)).is_err(),
            "{k} {names:?}"
        );
    }
    assert!(MutualInductance::new("k1".to_owned(), -0.5, windings(&["l1", "l2", "l3"])).is_ok());
}
