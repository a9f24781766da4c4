//! The EKV transistor against its asymptotes and symmetries.

use std::sync::Arc;

use ohmloom_devices::mosfets::{EkvModel, EkvMosfet, MosfetInstance, Polarity};
use ohmloom_solver::circuit::{ElementProbe, Phase, Start};

use crate::jacobian::deviations;
use crate::support::{Card, parameters, terminals, value};

const SIZE: Card = &[("w", 10e-6), ("l", 10e-6)];
const SHORT: Card = &[
    ("w", 5e-6),
    ("l", 0.5e-6),
    ("ad", 5e-12),
    ("as", 5e-12),
    ("pd", 1e-5),
    ("ps", 1e-5),
    ("m", 2.0),
];
/// A long channel: no effect of length, width or longitudinal field.
const IDEAL: Card = &[
    ("gamma", 0.7),
    ("phi", 0.8),
    ("kp", 1e-4),
    ("cox", 3.45e-3),
    ("leta", 0.0),
    ("weta", 0.0),
    ("lambda", 0.0),
    ("ucrit", 1e12),
    ("is", 0.0),
];
const SUBMICRON: Card = &[
    ("gamma", 0.71),
    ("phi", 0.97),
    ("kp", 4.5e-4),
    ("cox", 3.45e-3),
    ("xj", 1.5e-7),
    ("dw", -2e-8),
    ("dl", -5e-8),
    ("e0", 8.8e7),
    ("ucrit", 2.3e6),
    ("lambda", 0.57),
    ("leta", 0.28),
    ("weta", 0.02),
    ("q0", 2.8e-4),
    ("lk", 5e-7),
    ("cgso", 1.5e-10),
    ("cgdo", 1.5e-10),
    ("cgbo", 4e-10),
    ("cj", 9e-4),
    ("cjsw", 2e-10),
    ("rsh", 50.0),
];
const THETA: Card = &[
    ("gamma", 0.6),
    ("kp", 5e-5),
    ("tox", 1.5e-8),
    ("theta", 0.05),
    ("ucrit", 4e6),
    ("rd", 20.0),
];

fn ekv(polarity: Polarity, model: Card, instance: Card) -> ElementProbe<EkvMosfet> {
    let model: EkvModel = parameters(model);
    let instance: MosfetInstance = parameters(instance);
    let element = EkvMosfet::new(
        "m1".to_owned(),
        terminals::<EkvMosfet>(),
        polarity,
        Arc::new(model),
        instance,
    )
    .unwrap();
    ElementProbe::new(element, 4).unwrap()
}

const VT: f64 = 1.380_649e-23 * 300.15 / 1.602_176_634e-19;

/// The channel current without junctions, gmin and leads, at drain, gate and source voltages against the bulk.
fn current(probe: &ElementProbe<EkvMosfet>, vd: f64, vg: f64, vs: f64) -> f64 {
    // Behind the leads as before them.
    let x = [vd, vg, vs, 0.0, vd, vs];
    value(probe, &x, "id") + value(probe, &x, "ibd")
}

#[test]
fn jacobians() {
    for (k, card) in [IDEAL, SUBMICRON, THETA].into_iter().enumerate() {
        for polarity in [Polarity::N, Polarity::P] {
            let (g, c) = deviations(&mut ekv(polarity, card, SHORT), polarity, 11 + k as u64);
            assert!(g < 1e-5 && c < 1e-5, "{polarity:?}, card {k}: {g} {c}");
        }
    }
}

#[test]
fn weak_inversion_is_exponential_with_the_slope_factor() {
    let probe = ekv(Polarity::N, IDEAL, SIZE);
    for vg in [0.05, 0.1, 0.15] {
        let x = [1.0, vg, 0.0, 0.0];
        let id = current(&probe, 1.0, vg, 0.0);
        let slope = value(&probe, &x, "gm") / id;
        // n of the pinch-off voltage, not of the current: dVG / dVP with its own root.
        let half: f64 = 0.35;
        let root = (vg - 0.5 + 0.8 + 0.7 * 0.8_f64.sqrt() + half * half).sqrt();
        let by_gate = 1.0 - half / root;
        assert!(
            (slope * VT / by_gate - 1.0).abs() < 0.02,
            "{vg}: {}",
            slope * VT / by_gate
        );
        // Saturates within a few thermal voltages, as 1 - exp(-vds / vt).
        let ratio = current(&probe, VT, vg, 0.0) / id;
        assert!((ratio - (1.0 - (-1.0_f64).exp())).abs() < 0.01, "{ratio}");
    }
}

#[test]
fn strong_inversion_is_a_square_law() {
    let probe = ekv(Polarity::N, IDEAL, SIZE);
    let (gamma, phi, vg, vs): (f64, f64, f64, f64) = (0.7, 0.8, 30.0, 0.2);
    let effective = vg - 0.5 + phi + gamma * phi.sqrt();
    let vp = effective - phi - gamma * ((effective + 0.25 * gamma * gamma).sqrt() - 0.5 * gamma);
    let n = 1.0 + gamma / (2.0 * (vp + phi + 4.0 * VT).sqrt());
    let saturated = 0.5 * n * 1e-4 * (vp - vs) * (vp - vs);
    let id = current(&probe, 40.0, vg, vs);
    // The interpolation function approaches its square as 1 - 2 ln(v) / v.
    assert!((id / saturated - 1.0).abs() < 0.02, "{id} {saturated}");
    // gds at vds = 0: n beta (vp - vs) up to a few thermal voltages
    let triode = current(&probe, vs + 1e-3, vg, vs) / 1e-3;
    assert!(
        (triode / (n * 1e-4 * (vp - vs)) - 1.0).abs() < 0.02,
        "{triode}"
    );
}

#[test]
fn drain_and_source_are_interchangeable() {
    for card in [IDEAL, SUBMICRON] {
        let probe = ekv(Polarity::N, card, SIZE);
        let (forward, reverse) = (
            current(&probe, 1.3, 1.5, 0.2),
            current(&probe, 0.2, 1.5, 1.3),
        );
        assert!((forward + reverse).abs() <= 1e-14 * forward.abs());
    }
}

#[test]
fn gummel_symmetry() {
    // I(vd = v, vs = -v) is odd, so its second derivative vanishes at v = 0 if it is continuous there.
    let probe = ekv(Polarity::N, IDEAL, SIZE);
    let at = |v: f64| current(&probe, v, 1.6, -v);
    let h = 2e-3;
    let first = at(h) / h;
    let second = (at(3.0 * h) - 2.0 * at(2.0 * h) + at(h)) / (h * h);
    assert!(
        (second * VT / first).abs() < 5e-3,
        "{}",
        second * VT / first
    );
}

#[test]
fn currents_are_continuous_and_monotonic_through_all_regions() {
    for card in [IDEAL, SUBMICRON, THETA] {
        let probe = ekv(Polarity::N, card, SIZE);
        let mut last = 0.0;
        for k in 0..400 {
            let vg = -0.5 + 0.01 * f64::from(k);
            let id = current(&probe, 1.5, vg, 0.0);
            assert!(id >= last, "{vg}: {id} {last}");
            last = id;
        }
        let mut last = f64::NEG_INFINITY;
        for k in 0..600 {
            let vd = -3.0 + 0.01 * f64::from(k);
            let id = current(&probe, vd.max(-0.2), 1.2, 0.0);
            assert!(id >= last - 1e-15, "{vd}: {id} {last}");
            last = id;
        }
    }
}

#[test]
fn charges_sum_to_zero_and_have_their_limits() {
    let mut probe = ekv(Polarity::N, IDEAL, SIZE);
    let oxide = 3.45e-3 * 1e-10;
    let strong = [0.5, 3.0, 0.5, 0.0];
    let e = probe.evaluate(&strong, Phase::TransientStart, Start::Continue);
    assert!(e.charge.iter().sum::<f64>().abs() < 1e-26);
    // Without a drain voltage drain and source share the inversion charge.
    assert!((e.charge[0] - e.charge[2]).abs() < 1e-6 * e.charge[0].abs());
    for j in 0..4 {
        assert!(e.capacitance.iter().map(|row| row[j]).sum::<f64>().abs() < 1e-10 * oxide);
        assert!(e.capacitance[j].iter().sum::<f64>().abs() < 1e-10 * oxide);
    }
    // Strong inversion: half the oxide to source and drain each; saturation: two thirds to the source.
    assert!((value(&probe, &strong, "cgs") / oxide - 0.5).abs() < 0.05);
    let saturated = [5.0, 3.0, 0.0, 0.0];
    assert!((value(&probe, &saturated, "cgs") / oxide - 2.0 / 3.0).abs() < 0.05);
    assert!(value(&probe, &saturated, "cgd").abs() < 0.02 * oxide);
    // Accumulation: the whole oxide to the bulk.
    let accumulated = [0.0, -3.0, 0.0, 0.0];
    assert!((value(&probe, &accumulated, "cgb") / oxide - 1.0).abs() < 1e-9);
}

#[test]
fn short_channels_saturate_early_and_conduct_in_saturation() {
    let long = ekv(Polarity::N, IDEAL, &[("w", 5e-6), ("l", 0.5e-6)]);
    let short = ekv(Polarity::N, SUBMICRON, &[("w", 5e-6), ("l", 0.5e-6)]);
    let x = [2.0, 2.0, 0.0, 0.0, 2.0, 0.0];
    assert!(value(&short, &x, "gds") > 1e-6);
    assert!(value(&long, &x, "gds") < 1e-8);
    let per_kp = |probe: &ElementProbe<EkvMosfet>, kp: f64| current(probe, 2.0, 2.0, 0.0) / kp;
    assert!(per_kp(&short, 4.5e-4) < per_kp(&long, 1e-4));
}
