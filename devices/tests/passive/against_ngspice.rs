//! Values from geometry, models and temperature, and noise, against ngspice.

use std::f64::consts::TAU;
use std::fmt::Write;
use std::sync::Arc;

use ohmloom_devices::passive::{
    Capacitor, CapacitorModel, Inductor, InductorModel, Resistor, ResistorModel,
};
use ohmloom_solver::circuit::{Element, ElementProbe, Phase, Start, Unknown};

use crate::bench::{assert_near, card, point};
use crate::ngspice;

/// Model and instance of each element; what is a model's `r=` or an instance's value has no other name.
const RESISTORS: &[(&str, &str)] = &[
    ("", "r=50"),
    ("", "r=-50"),
    ("", "r=50 m=2 scale=3"),
    ("", "r=50 tc1=1e-3 temp=37"),
    ("", "r=50 tc1=1e-3 tc2=2e-4 dtemp=5"),
    ("", "r=50 tc1=1e-3 temp=37 dtemp=5"),
    ("", "r=50 tce=2 temp=37"),
    ("", "r=50 tce=2 tc1=1 temp=37"),
    ("rsh=1000", ""),
    ("rsh=1000", "w=5e-6"),
    ("rsh=1000", "l=3e-5"),
    ("rsh=1000 narrow=1e-6 short=5e-7", "l=3e-5 w=5e-6"),
    ("rsh=1000 dw=1e-6 dlr=5e-7", "l=3e-5 w=5e-6"),
    ("rsh=1000 w=2e-6 l=8e-6", ""),
    ("rsh=1000 defw=2e-6", "l=8e-6"),
    ("r=77", ""),
    ("res=77", ""),
    ("r=77 rsh=1000", "l=8e-6"),
    ("rsh=1000 tc1=1e-3 tnom=17", "r=50 l=3e-6 w=1e-6"),
    (
        "rsh=1000 tc1=1e-3 tc2=1e-5 tce=0.5",
        "l=3e-6 w=1e-6 temp=127",
    ),
    ("rsh=1000 tc1=1e-3", "l=3e-6 w=1e-6 temp=127 tc1=0"),
];

const CAPACITORS: &[(&str, &str)] = &[
    ("", "c=1e-3"),
    ("", "c=1e-3 m=2 scale=3"),
    ("", "c=1e-3 tc1=1e-3 tc2=2e-5 temp=37"),
    ("cj=1 cjsw=0.5", "l=1e-2 w=2e-2"),
    ("cj=1 cjsw=0.5", "l=1e-2"),
    ("cj=1 cjsw=0.5 defw=4e-3", "l=1e-2"),
    ("cj=1 cjsw=0.5 narrow=2e-3 short=1e-3", "l=1e-2 w=2e-2"),
    ("cj=1 cjsw=0.5 del=1e-3", "l=1e-2 w=2e-2"),
    ("thick=1e-8", "l=1 w=2"),
    ("thick=1e-8 di=7", "l=1 w=2"),
    ("cap=3e-3", ""),
    ("cap=3e-3 cj=1", "l=1e-2 w=2e-2"),
    ("cap=3e-3 tc1=1e-3 tc2=2e-5 tnom=17", "dtemp=5"),
];

const INDUCTORS: &[(&str, &str)] = &[
    ("", "l=1e-3"),
    ("", "l=-1e-3"),
    ("", "l=1e-3 m=2 scale=3"),
    ("", "l=1e-3 tc1=1e-3 tc2=2e-5 temp=37"),
    ("ind=3e-3", ""),
    ("ind=3e-3 tc1=1e-3 tc2=2e-5 tnom=17", "dtemp=5"),
    ("csect=1e-3 length=0.5 mu=100", "nt=10"),
    ("csect=1e-3 length=0.5 mu=100 nt=10", ""),
    ("csect=1e-3 length=0.5 nt=10 ind=4e-3", ""),
    ("dia=0.1 length=0.5 nt=10", ""),
    ("dia=0.1 csect=1e-3 length=0.5 nt=10", ""),
    ("dia=0.7 length=0.5 nt=10", ""),
];

/// The lines of one element between node `n<place>` and ground, and of its model.
fn lines(letter: char, place: usize, model: &str, instance: &str) -> String {
    // The value itself goes without its name, as ngspice wants it.
    let prefix = format!("{letter}=");
    let (value, rest): (Vec<&str>, Vec<&str>) = instance
        .split_whitespace()
        .partition(|pair| pair.starts_with(&prefix));
    let value: String = value.iter().map(|pair| pair.replace(&prefix, "")).collect();
    let (mut text, name) = if model.is_empty() {
        (String::new(), String::new())
    } else {
        let name = format!("m{letter}{place}");
        (format!(".model {name} {letter} {model}\n"), name)
    };
    let rest = rest.join(" ");
    writeln!(text, "{letter}{place} n{place} 0 {name} {value} {rest}").expect("a string");
    text
}

fn node() -> Unknown {
    ElementProbe::<Resistor>::node(1)
}

#[test]
fn resistances_agree_with_ngspice() {
    let mut deck = "resistors\n".to_owned();
    for (place, (model, instance)) in RESISTORS.iter().enumerate() {
        // A model's name before a value is not understood: name the value.
        let line = lines('r', place, model, instance);
        let line = if model.is_empty() {
            line
        } else {
            line.replace(" 50 ", " r=50 ")
        };
        writeln!(deck, "{line}i{place} 0 n{place} 1").expect("a string");
    }
    deck.push_str(".op\n.end\n");
    let Some(plots) = ngspice::run("resistances", &deck) else {
        return;
    };
    for (place, (model, instance)) in RESISTORS.iter().enumerate() {
        let card_of_model = Arc::new(card::<ResistorModel>(model));
        let built = Resistor::new(
            "r1".to_owned(),
            node(),
            Unknown::GROUND,
            Some(card_of_model),
            card(instance),
        );
        let mut probe = ElementProbe::new(built.expect("valid"), 1).expect("valid");
        let found = probe.evaluate(&[0.0], Phase::Dc, Start::Continue);
        let volts = plots[0][&format!("v(n{place})")][0].0;
        assert_near(
            1.0 / found.conductance[0][0],
            volts,
            1e-9,
            &format!("{model} | {instance}"),
        );
    }
}

#[test]
fn capacitances_agree_with_ngspice() {
    let mut deck = "capacitors\n".to_owned();
    for (place, (model, instance)) in CAPACITORS.iter().enumerate() {
        deck.push_str(&lines('c', place, model, instance));
        write!(
            deck,
            "i{place} 0 n{place} dc 0 ac 1\nr{place} n{place} 0 1e15\n"
        )
        .expect("a string");
    }
    deck.push_str(".ac lin 1 1 1\n.end\n");
    let Some(plots) = ngspice::run("capacitances", &deck) else {
        return;
    };
    for (place, (model, instance)) in CAPACITORS.iter().enumerate() {
        let card_of_model = Arc::new(card::<CapacitorModel>(model));
        let built = Capacitor::new(
            "c1".to_owned(),
            node(),
            Unknown::GROUND,
            Some(card_of_model),
            card(instance),
        );
        let mut probe = ElementProbe::new(built.expect("valid"), 1).expect("valid");
        let found = probe.evaluate(&[0.0], Phase::Dc, Start::Continue);
        let impedance = plots[0][&format!("v(n{place})")][0].1;
        let farads = -1.0 / impedance / TAU;
        assert_near(
            found.capacitance[0][0],
            farads,
            1e-9,
            &format!("{model} | {instance}"),
        );
    }
}

#[test]
fn inductances_agree_with_ngspice() {
    let mut deck = "inductors\n".to_owned();
    for (place, (model, instance)) in INDUCTORS.iter().enumerate() {
        deck.push_str(&lines('l', place, model, instance));
        writeln!(deck, "i{place} 0 n{place} dc 0 ac 1").expect("a string");
    }
    deck.push_str(".ac lin 1 1 1\n.end\n");
    let Some(plots) = ngspice::run("inductances", &deck) else {
        return;
    };
    for (place, (model, instance)) in INDUCTORS.iter().enumerate() {
        let card_of_model = Arc::new(card::<InductorModel>(model));
        let built = Inductor::new(
            "l1".to_owned(),
            node(),
            Unknown::GROUND,
            Some(card_of_model),
            card(instance),
        );
        let mut probe = ElementProbe::new(built.expect("valid"), 1).expect("valid");
        let found = probe.evaluate(&[0.0; 2], Phase::Dc, Start::Continue);
        let henries = plots[0][&format!("v(n{place})")][0].1 / TAU;
        assert_near(
            -found.capacitance[1][1],
            henries,
            1e-9,
            &format!("{model} | {instance}"),
        );
    }
}

#[test]
fn resistor_noise_agrees_with_ngspice() {
    for instance in [
        "w=1e-6 l=1e-5",
        "w=1e-6 l=1e-5 m=2",
        "l=1e-5",
        "w=1e-6 l=1e-5 dtemp=50",
    ] {
        for flicker in [
            "kf=1e-9",
            "kf=1e-9 af=1.5",
            "kf=1e-9 af=1.5 ef=1.2 lf=0.5 wf=0.7",
            "kf=1e-9 af=1.5 narrow=1e-7 short=2e-7",
        ] {
            let model = format!("rsh=100 {flicker}");
            let deck = format!(
                "noise\ni1 0 n0 dc 1m ac 1\n{}.noise v(n0) i1 lin 1 10 10 1\n.end\n",
                lines('r', 0, &model, instance)
            );
            let Some(plots) = ngspice::run("resistor_noise", &deck) else {
                return;
            };
            let built = Resistor::new(
                "r0".to_owned(),
                node(),
                Unknown::GROUND,
                Some(Arc::new(card(&model))),
                card(instance),
            );
            let mut probe = ElementProbe::new(built.expect("valid"), 1).expect("valid");
            let siemens = probe
                .evaluate(&[0.0], Phase::Dc, Start::Continue)
                .conductance[0][0];
            let x = [0.0, 1e-3 / siemens];
            let mut sources = Vec::new();
            probe
                .element()
                .noise(&point(&x, Phase::SmallSignal), &mut sources);
            assert_eq!(sources.len(), 2);
            for source in sources {
                let density = source.white + source.flicker / 10.0_f64.powf(source.exponent);
                let vector = format!("onoise_r0_{}", source.label);
                // Volt per root hertz across the resistor, as square of current.
                let theirs = (plots[0][&vector][0].0 * siemens).powi(2);
                // ngspice has Boltzmann's constant of 2014.
                assert_near(
                    density,
                    theirs,
                    1e-6,
                    &format!("{vector}: {model} | {instance}"),
                );
            }
        }
    }
}
