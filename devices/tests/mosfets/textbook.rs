//! Formulas of the textbooks, worked by hand.

use ohmloom_devices::mosfets::{Level1, Level2, Level3, Mosfet, Polarity};
use ohmloom_solver::circuit::{Element, Phase, Start};

use crate::support::{at, mosfet, value};

const CARD: &[(&str, f64)] = &[
    ("vto", 0.7),
    ("kp", 1.1e-4),
    ("gamma", 0.4),
    ("phi", 0.8),
    ("lambda", 0.04),
];
const SIZE: &[(&str, f64)] = &[("w", 20e-6), ("l", 2e-6)];

#[test]
fn square_law_in_saturation_and_triode() {
    let probe = mosfet::<Level1>(Polarity::N, CARD, SIZE);
    let beta = 1.1e-4 * 10.0;
    // Vth = 0.7 + 0.4 (sqrt(0.8 + 1) - sqrt(0.8)), Vsb = 1 V
    let vth = 0.7 + 0.4 * (1.8_f64.sqrt() - 0.8_f64.sqrt());
    let overdrive = 2.0 - vth;
    let x = [3.0, 2.0, 0.0, -1.0];
    let saturated = 0.5 * beta * overdrive * overdrive * (1.0 + 0.04 * 3.0);
    let leak = 1e-14 + 1e-12 * 4.0;
    assert!((value(&probe, &x, "id") - saturated - leak).abs() < 1e-12 * saturated);
    assert!((value(&probe, &x, "gm") - beta * overdrive * 1.12).abs() < 1e-12);
    let x = [0.3, 2.0, 0.0, -1.0];
    let triode = beta * (overdrive - 0.15) * 0.3 * (1.0 + 0.04 * 0.3);
    let leak = 1e-14 + 1e-12 * 1.3;
    assert!((value(&probe, &x, "id") - triode - leak).abs() < 1e-12 * triode);
    assert_eq!(value(&probe, &[3.0, 0.5, 0.0, 0.0], "gm"), 0.0);
}

#[test]
fn drain_and_source_are_interchangeable() {
    let mut probe = mosfet::<Level1>(Polarity::N, CARD, SIZE);
    let forward = probe.evaluate(&[1.5, 2.0, 0.2, -0.5], Phase::Dc, Start::Junctions);
    let reverse = probe.evaluate(&[0.2, 2.0, 1.5, -0.5], Phase::Dc, Start::Junctions);
    assert!((forward.residual[0] - reverse.residual[2]).abs() < 1e-18);
    assert!((forward.residual[2] - reverse.residual[0]).abs() < 1e-18);
}

#[test]
fn a_p_channel_device_mirrors_an_n_channel_device() {
    const MIRRORED: &[(&str, f64)] = &[
        ("vto", -0.7),
        ("kp", 1.1e-4),
        ("gamma", 0.4),
        ("phi", 0.8),
        ("lambda", 0.04),
    ];
    let mut n = mosfet::<Level1>(Polarity::N, CARD, SIZE);
    let mut p = mosfet::<Level1>(Polarity::P, MIRRORED, SIZE);
    let x = [1.5, 2.0, 0.2, -0.5];
    let n = n.evaluate(&x, Phase::Dc, Start::Junctions);
    let p = p.evaluate(&x.map(|v| -v), Phase::Dc, Start::Junctions);
    for (a, b) in n.residual.iter().zip(&p.residual) {
        assert_eq!(*a, -b);
    }
    assert_eq!(n.conductance, p.conductance);
}

#[test]
fn kirchhoff_holds_for_currents_and_charges() {
    const RICH: &[(&str, f64)] = &[
        ("vto", 0.7),
        ("tox", 2e-8),
        ("nsub", 2e16),
        ("cj", 2e-4),
        ("cgso", 2e-10),
        ("cgdo", 3e-10),
        ("rsh", 30.0),
    ];
    const PLACE: &[(&str, f64)] = &[
        ("w", 20e-6),
        ("l", 2e-6),
        ("ad", 1e-10),
        ("as", 1e-10),
        ("m", 3.0),
    ];
    let mut probe = mosfet::<Level2>(Polarity::N, RICH, PLACE);
    let e = probe.evaluate(
        &[2.0, 3.0, 0.1, -1.0, 1.9, 0.2],
        Phase::TransientStart,
        Start::Junctions,
    );
    assert!(e.residual.iter().sum::<f64>().abs() < 1e-15);
    assert!(e.charge.iter().sum::<f64>().abs() < 1e-26);
    for j in 0..6 {
        assert!(e.conductance.iter().map(|row| row[j]).sum::<f64>().abs() < 1e-15);
        assert!(e.conductance[j].iter().sum::<f64>().abs() < 1e-15);
        assert!(e.capacitance.iter().map(|row| row[j]).sum::<f64>().abs() < 1e-26);
    }
}

#[test]
fn parallel_devices_multiply_everything() {
    const RICH: &[(&str, f64)] = &[
        ("vto", 0.7),
        ("tox", 2e-8),
        ("nsub", 2e16),
        ("delta", 1.0),
        ("cj", 2e-4),
        ("cgbo", 2e-10),
    ];
    const ONE: &[(&str, f64)] = &[("w", 20e-6), ("l", 2e-6), ("ad", 1e-10), ("as", 1e-10)];
    const FIVE: &[(&str, f64)] = &[
        ("w", 20e-6),
        ("l", 2e-6),
        ("ad", 1e-10),
        ("as", 1e-10),
        ("m", 5.0),
    ];
    let x = [2.0, 3.0, 0.1, -1.0];
    let one = mosfet::<Level2>(Polarity::N, RICH, ONE);
    let five = mosfet::<Level2>(Polarity::N, RICH, FIVE);
    for quantity in ["gm", "gds", "gmbs", "cgs", "cgd", "cgb", "cbd", "cbs"] {
        let (a, b) = (value(&one, &x, quantity), value(&five, &x, quantity));
        assert!(
            (5.0 * a - b).abs() <= 1e-14 * b.abs(),
            "{quantity}: {a} {b}"
        );
    }
}

#[test]
fn limited_iterations_end_at_the_wanted_voltages() {
    let mut probe = mosfet::<Level3>(Polarity::N, CARD_3, SIZE);
    let from_afar = probe.evaluate(&[5.0, 5.0, 0.0, 0.6], Phase::Dc, Start::Junctions);
    assert!(!from_afar.limited);
    let again = probe.evaluate(&[5.0, 5.0, 0.0, 0.6], Phase::Dc, Start::Continue);
    assert_eq!(from_afar, again);
}

const CARD_3: &[(&str, f64)] = &[("vto", 0.7), ("tox", 2e-8), ("nsub", 2e16), ("theta", 0.1)];

#[test]
fn meyer_charges_accumulate_over_a_step() {
    let mut probe = mosfet::<Level1>(
        Polarity::N,
        &[("vto", 0.7), ("kp", 1e-4), ("tox", 2e-8)],
        SIZE,
    );
    let start = [2.0, 1.5, 0.0, 0.0];
    let first = probe.evaluate(&start, Phase::TransientStart, Start::Junctions);
    at(&start, Phase::TransientStart, |point| {
        probe.element_mut().accept(point);
    });
    let end = [2.0, 2.5, 0.0, 0.0];
    let second = probe.evaluate(&end, Phase::Transient, Start::Continue);
    let mean = |quantity| 0.5 * (value(&probe, &start, quantity) + value(&probe, &end, quantity));
    let moved = 1.0 * (mean("cgs") + mean("cgd") + mean("cgb"));
    assert!((second.charge[1] - first.charge[1] - moved).abs() < 1e-12 * moved);
    // A rejected step leaves no trace.
    probe.element_mut().restart();
    let repeated = probe.evaluate(&end, Phase::Transient, Start::Continue);
    assert_eq!(second, repeated);
}

#[test]
fn initial_conditions_replace_node_voltages() {
    const WITH_IC: &[(&str, f64)] = &[
        ("w", 20e-6),
        ("l", 2e-6),
        ("icvds", 1.0),
        ("icvgs", 2.0),
        ("icvbs", -0.5),
    ];
    let mut probe = mosfet::<Level1>(Polarity::N, CARD, WITH_IC);
    let mut plain = mosfet::<Level1>(Polarity::N, CARD, SIZE);
    // The element is linearised at the initial voltages: at exactly these voltages both agree.
    let x = [1.0, 2.0, 0.0, -0.5];
    let with = probe.evaluate(&x, Phase::TransientStart, Start::InitialConditions);
    let without = plain.evaluate(&x, Phase::Dc, Start::Continue);
    assert_eq!(with.residual, without.residual);
}

#[test]
fn parameters_out_of_range_are_named() {
    use ohmloom_devices::mosfets::{MosfetInstance, MosfetModel};
    use std::sync::Arc;
    let nodes = crate::support::terminals::<Mosfet<Level1>>();
    let refused = |model: MosfetModel, instance: MosfetInstance, word: &str| {
        let message = Mosfet::<Level1>::new(
            "m7".to_owned(),
            nodes,
            Polarity::N,
            Arc::new(model),
            instance,
        )
        .unwrap_err()
        .to_string();
        assert!(
            message.contains("m7") && message.contains(word),
            "{message}"
        );
    };
    refused(
        MosfetModel {
            ld: 1e-6,
            ..MosfetModel::default()
        },
        MosfetInstance {
            l: 2e-6,
            ..MosfetInstance::default()
        },
        "l = ",
    );
    refused(
        MosfetModel::default(),
        MosfetInstance {
            w: -1.0,
            ..MosfetInstance::default()
        },
        "w = ",
    );
    refused(
        MosfetModel {
            phi: Some(0.0),
            ..MosfetModel::default()
        },
        MosfetInstance::default(),
        "phi",
    );
    refused(
        MosfetModel {
            mj: 1.0,
            ..MosfetModel::default()
        },
        MosfetInstance::default(),
        "mj",
    );
    refused(
        MosfetModel {
            tox: Some(2e-8),
            nsub: Some(1e9),
            ..MosfetModel::default()
        },
        MosfetInstance::default(),
        "nsub",
    );
    refused(
        MosfetModel {
            pb: f64::NAN,
            ..MosfetModel::default()
        },
        MosfetInstance::default(),
        "pb",
    );
}

#[test]
fn a_parameter_can_be_changed_and_read_back() {
    let mut probe = mosfet::<Level1>(Polarity::N, CARD, SIZE);
    let x = [3.0, 2.0, 0.0, 0.0];
    let before = value(&probe, &x, "gm");
    assert_eq!(value(&probe, &x, "kp"), 1.1e-4);
    probe.element_mut().set("kp", 2.2e-4).unwrap();
    probe.element_mut().set_temperature(300.15).unwrap();
    assert_eq!(value(&probe, &x, "kp"), 2.2e-4);
    assert!((value(&probe, &x, "gm") - 2.0 * before).abs() < 1e-15);
    assert!(probe.element_mut().set("level", 2.0).is_err());
    assert!(probe.element().parameters().contains(&"vto"));
}
