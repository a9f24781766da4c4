//! Names, ranges, sensitivities.

use ohmloom_devices::semiconductors::Polarity;
use ohmloom_solver::circuit::{CircuitError, Element, ElementProbe};

use crate::bench::{self, Driven};

fn message<E>(result: Result<E, CircuitError>) -> String {
    match result {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn impossible_parameters_are_named() {
    for (model, instance, name) in [
        ("n=0", "", "n = 0"),
        ("rs=-1", "", "rs = -1"),
        ("fc=1", "", "fc = 1"),
        ("bv=-5", "", "bv = -5"),
        ("level=3", "", "level = 3"),
        ("jtun=1e-9", "", "jtun"),
        ("is=nan", "", "is = NaN"),
        ("", "area=0", "area = 0"),
        ("", "temp=-300", "temp = -300"),
    ] {
        let text = message(bench::diode(model, instance));
        assert!(
            text.starts_with(&format!("d1: {name}")),
            "{model} {instance}: {text}"
        );
    }
    for (model, name) in [
        ("bf=0", "bf"),
        ("rco=10", "rco"),
        ("level=4", "level"),
        ("subs=2", "subs"),
        ("tlev=2", "tlev"),
    ] {
        let text = message(bench::bipolar(Polarity::N, model, ""));
        assert!(
            text.starts_with(&format!("q1: {name} = ")),
            "{model}: {text}"
        );
    }
    assert!(message(bench::jfet(Polarity::N, "beta=-1", "")).starts_with("j1: beta = -1"));
}

#[test]
fn impossible_temperatures_are_named() {
    let mut diode = ElementProbe::new(bench::diode("trs1=-0.01 rs=1", "").unwrap(), 2).unwrap();
    let text = message(diode.element_mut().set_temperature(500.0));
    assert!(text.starts_with("d1: rs = -"), "{text}");
    assert!(message(diode.element_mut().set_temperature(-1.0)).starts_with("d1: temp"));
    let mut bipolar = ElementProbe::new(
        bench::bipolar(Polarity::N, "tvaf1=-0.01 vaf=50", "").unwrap(),
        4,
    )
    .unwrap();
    assert!(message(bipolar.element_mut().set_temperature(500.0)).starts_with("q1: vaf = "));
}

#[test]
fn series_resistance_cannot_appear_later() {
    let mut diode = ElementProbe::new(bench::diode("", "").unwrap(), 2).unwrap();
    diode.element_mut().set("rs", 5.0).unwrap();
    assert!(message(diode.element_mut().set_temperature(300.15)).contains("rs = 5"));
}

/// Every parameter that is listed has a value, can be set, and the currents follow it continuously.
fn sensitivities<E: Element + Clone>(element: E, terminals: &[f64]) {
    let nominal = Driven::new(element.clone(), terminals.len(), 27.0).currents(terminals);
    for name in element.parameters() {
        let mut driven = Driven::new(element.clone(), terminals.len(), 27.0);
        let value = driven.value(name, terminals);
        let change = if value == 0.0 { 1e-20 } else { 1e-6 * value };
        driven
            .probe
            .element_mut()
            .set(name, value + change)
            .unwrap();
        driven.probe.element_mut().set_temperature(300.15).unwrap();
        assert_eq!(driven.value(name, terminals), value + change, "{name}");
        for (a, b) in nominal.iter().zip(driven.currents(terminals)) {
            assert!((a - b).abs() < 1e-3 * a.abs() + 1e-9, "{name}: {a} to {b}");
        }
    }
    let mut driven = Driven::new(element, terminals.len(), 27.0);
    assert!(driven.probe.element_mut().set("nonsense", 1.0).is_err());
}

#[test]
fn listed_parameters_can_be_changed() {
    sensitivities(
        bench::diode("rs=5 ikf=1e-3 isr=1e-12 bv=20 jsw=1e-15", "pj=2").unwrap(),
        &[0.6, 0.0],
    );
    let model = "rb=100 rbm=10 irb=1e-4 rc=5 re=1 vaf=50 ikf=1e-2 ise=1e-13";
    sensitivities(
        bench::bipolar(Polarity::N, model, "").unwrap(),
        &[2.0, 0.65, 0.0, 0.0],
    );
    sensitivities(
        bench::jfet(Polarity::N, "rd=5 rs=5 lambda=0.01", "").unwrap(),
        &[2.0, -0.5, 0.0],
    );
}

#[test]
fn quantities_agree_with_currents_and_conductances() {
    let v = [2.0, 0.7, 0.0, 0.0];
    let model = "rb=100 rc=5 re=1 vaf=50 ikf=1e-2";
    let mut bipolar = Driven::new(bench::bipolar(Polarity::N, model, "m=2").unwrap(), 4, 27.0);
    let currents = bipolar.currents(&v);
    for (name, current) in ["ic", "ib", "ie", "isub"].iter().zip(&currents) {
        assert!(
            (bipolar.value(name, &v) - current).abs() < 1e-9 * current.abs() + 1e-15,
            "{name}"
        );
    }
    let power: f64 = currents.iter().zip(&v).map(|(i, v)| i * v).sum();
    assert!((bipolar.value("p", &v) - power).abs() < 1e-9 * power);
    assert_eq!(bipolar.value("is", &v), 1e-16);
    let mut jfet = Driven::new(
        bench::jfet(Polarity::N, "rd=5 lambda=0.01", "").unwrap(),
        3,
        27.0,
    );
    let currents = jfet.currents(&[2.0, -0.5, 0.0]);
    for (name, current) in ["id", "ig", "isource"].iter().zip(&currents) {
        assert!(
            (jfet.value(name, &[2.0, -0.5, 0.0]) - current).abs() < 1e-9 * current.abs() + 1e-15,
            "{name}"
        );
    }
}
