//! Stamps, shorts, refusals and noise of resistors.

use std::sync::Arc;

use ohmloom_devices::passive::{AcResistor, Resistor, ResistorModel};
use ohmloom_solver::circuit::{CircuitError, Element, ElementProbe, Phase, Start, Unknown};

use crate::bench::{assert_near, card, point};

type Probe = ElementProbe<Resistor>;

fn resistor(model: Option<&str>, instance: &str) -> Result<Resistor, CircuitError> {
    let model = model.map(|text| Arc::new(card::<ResistorModel>(text)));
    Resistor::new(
        "r1".to_owned(),
        Probe::node(1),
        Probe::node(2),
        model,
        card(instance),
    )
}

fn probe(model: Option<&str>, instance: &str) -> Probe {
    ElementProbe::new(resistor(model, instance).expect("valid"), 2).expect("valid")
}

#[test]
fn stamp() {
    let mut probe = probe(None, "r=4");
    let found = probe.evaluate(&[3.0, 1.0], Phase::Dc, Start::Continue);
    assert_eq!(found.residual, [0.5, -0.5]);
    assert_eq!(found.conductance, [[0.25, -0.25], [-0.25, 0.25]]);
    assert_eq!(found.charge, [0.0; 2]);
    let x = [0.0, 3.0, 1.0];
    let at = point(&x, Phase::Dc);
    for (quantity, expected) in [
        ("i", 0.5),
        ("v", 2.0),
        ("p", 1.0),
        ("resistance", 4.0),
        ("m", 1.0),
    ] {
        assert_eq!(
            probe.element().value(quantity, &at),
            Some(expected),
            "{quantity}"
        );
    }
}

#[test]
fn zero_ohm_is_a_short() {
    let mut probe = probe(None, "r=0");
    assert_eq!(probe.unknown_count(), 3);
    let found = probe.evaluate(&[3.0, 1.0, 0.5], Phase::Dc, Start::Continue);
    assert_eq!(found.residual, [0.5, -0.5, 2.0]);
    assert_eq!(
        found.conductance,
        [[0.0, 0.0, 1.0], [0.0, 0.0, -1.0], [1.0, -1.0, 0.0]]
    );
    // Given a value later, it is a resistor in branch form.
    probe
        .element_mut()
        .set("resistance", 4.0)
        .expect("a parameter");
    probe
        .element_mut()
        .set_temperature(300.15)
        .expect("possible");
    let found = probe.evaluate(&[3.0, 1.0, 0.5], Phase::Dc, Start::Continue);
    assert_eq!(found.residual, [0.5, -0.5, 0.0]);
    let mut sources = Vec::new();
    probe
        .element()
        .noise(&point(&[0.0; 4], Phase::SmallSignal), &mut sources);
    assert_near(
        sources[0].white,
        4.0 * 1.380_649e-23 * 300.15 / 4.0,
        1e-12,
        "thermal",
    );
}

#[test]
fn a_short_of_one_node_is_nothing() {
    let node = Probe::node(1);
    let short = Resistor::new("r1".to_owned(), node, node, None, card("r=0")).expect("valid");
    let mut probe = ElementProbe::new(short, 1).expect("valid");
    let found = probe.evaluate(&[3.0], Phase::Dc, Start::Continue);
    assert_eq!(
        (found.residual, found.conductance),
        (vec![0.0], vec![vec![0.0]])
    );
}

#[test]
fn changes_take_effect_at_the_next_temperature() {
    let mut probe = probe(Some("rsh=100 tc1=0.01"), "l=4e-5 w=1e-5");
    let mut ohms = |name: &str, value: f64, kelvin: f64| {
        probe.element_mut().set(name, value).expect("a parameter");
        probe
            .element_mut()
            .set_temperature(kelvin)
            .expect("possible");
        1.0 / probe
            .evaluate(&[0.0; 2], Phase::Dc, Start::Continue)
            .conductance[0][0]
    };
    assert_near(ohms("w", 2e-5, 300.15), 200.0, 1e-12, "width");
    assert_near(ohms("m", 2.0, 310.15), 110.0, 1e-12, "m and temperature");
    assert_near(ohms("resistance", 50.0, 300.15), 25.0, 1e-12, "resistance");
    assert!(probe.element_mut().set("ac", 1.0).is_err());
    assert!(probe.element_mut().set("rsh", 1.0).is_err());
    assert!(probe.element_mut().set("resistance", f64::NAN).is_err());
}

#[test]
fn parameters_match_finite_differences() {
    // d(1/R)/dp from two settings on either side against the analytic derivatives of R = rsh l/w scale/m.
    let conductance = |instance: &str| {
        let mut probe = probe(Some("rsh=100"), instance);
        probe
            .evaluate(&[0.0; 2], Phase::Dc, Start::Continue)
            .conductance[0][0]
    };
    let base = conductance("l=4 w=2 m=3 scale=0.5");
    for (name, exponent, value) in [
        ("l", -1.0, 4.0),
        ("w", 1.0, 2.0),
        ("m", 1.0, 3.0),
        ("scale", -1.0, 0.5),
    ] {
        let shifted = |factor: f64| {
            let others = "l=4 w=2 m=3 scale=0.5";
            conductance(&format!("{others} {name}={}", value * factor))
        };
        let slope = (shifted(1.0 + 1e-5) - shifted(1.0 - 1e-5)) / 2e-5;
        assert_near(slope, exponent * base, 1e-8, name);
    }
    let names = probe(Some("rsh=100"), "l=4").element().parameters();
    assert_eq!(names, ["resistance", "l", "w", "m", "scale"]);
}

#[test]
fn impossible_resistors_are_refused() {
    for (model, instance) in [
        (None, ""),
        (Some("tc1=1"), ""),
        (Some("rsh=1000 narrow=1e-6"), "l=3e-5 w=1e-6"),
        (Some("rsh=1000 short=1e-6"), "l=2e-6 w=1e-6"),
        (None, "r=inf"),
        (None, "r=1 ac=2"),
    ] {
        assert!(resistor(model, instance).is_err(), "{model:?} {instance}");
    }
    for instance in [
        "r=1 m=0",
        "r=1 m=-1",
        "r=1 tc1=-0.1 temp=37",
        "r=1 scale=NaN",
    ] {
        let placed = ElementProbe::new(resistor(None, instance).expect("valid so far"), 2);
        assert!(placed.is_err(), "{instance}");
    }
    assert!(resistor(None, "r=-50").is_ok());
}

#[test]
fn ac_resistor_has_two_values() {
    let ends = (Probe::node(1), Unknown::GROUND);
    let built = AcResistor::new(
        "r1".to_owned(),
        ends.0,
        ends.1,
        None,
        card("r=4 ac=0.5 m=2"),
    );
    let mut probe = ElementProbe::new(built.expect("valid"), 1).expect("valid");
    for (phase, ohms) in [
        (Phase::Dc, 2.0),
        (Phase::Transient, 2.0),
        (Phase::SmallSignal, 0.25),
    ] {
        let found = probe.evaluate(&[3.0, 1.5], phase, Start::Continue);
        assert_eq!(found.residual, [1.5, 3.0 - ohms * 1.5]);
        assert_eq!(found.conductance, [[0.0, 1.0], [1.0, -ohms]]);
    }
    assert!(AcResistor::new("r1".to_owned(), ends.0, ends.1, None, card("r=4")).is_err());
}

#[test]
fn noise_of_a_quiet_resistor_and_of_a_short() {
    for instance in ["r=4 noisy=0", "r=0"] {
        let mut sources = Vec::new();
        let probe = probe(None, instance);
        probe
            .element()
            .noise(&point(&[0.0; 4], Phase::SmallSignal), &mut sources);
        assert!(sources.is_empty(), "{instance}");
    }
}
