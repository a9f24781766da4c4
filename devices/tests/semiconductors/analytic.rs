//! Closed forms.

use ohmloom_devices::constants::{BOLTZMANN, ELEMENTARY_CHARGE};
use ohmloom_devices::semiconductors::Polarity;
use ohmloom_solver::circuit::{Element, ElementProbe, Phase, Start};

use crate::bench::{self, Driven, point};

const VT: f64 = BOLTZMANN * 300.15 / ELEMENTARY_CHARGE;

fn close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance * b.abs(), "{a:e} is not {b:e}");
}

#[test]
fn diode_obeys_shockley() {
    let mut diode = Driven::new(bench::diode("is=1e-14 n=1.2", "").unwrap(), 2, 27.0);
    for v in [-0.02, 0.1, 0.5, 0.8] {
        let expected = 1e-14 * (v / (1.2 * VT)).exp_m1() + 1e-12 * v;
        let currents = diode.currents(&[v, 0.0]);
        close(currents[0], expected, 1e-12);
        close(currents[1], -expected, 1e-12);
    }
}

#[test]
fn diode_current_doubles_with_area_and_multiplier() {
    let v = [0.65, 0.0];
    let one = Driven::new(bench::diode("rs=3", "").unwrap(), 2, 27.0).currents(&v)[0];
    for instance in ["area=2", "m=2"] {
        close(
            Driven::new(bench::diode("rs=3", instance).unwrap(), 2, 27.0).currents(&v)[0],
            2.0 * one,
            1e-9,
        );
    }
}

#[test]
fn breakdown_current_is_ibv_at_bv() {
    let mut diode = Driven::new(bench::diode("bv=6 ibv=1e-3", "").unwrap(), 2, 27.0);
    close(diode.currents(&[-6.0, 0.0])[0], -1e-3, 2e-3);
}

#[test]
fn bipolar_gain_and_early_effect() {
    let mut npn = Driven::new(
        bench::bipolar(Polarity::N, "is=1e-15 bf=80 vaf=50", "").unwrap(),
        4,
        27.0,
    );
    let mut pnp = Driven::new(
        bench::bipolar(Polarity::P, "is=1e-15 bf=80 vaf=50", "").unwrap(),
        4,
        27.0,
    );
    for vce in [1.0, 5.0, 20.0] {
        let i = npn.currents(&[vce, 0.6, 0.0, 0.0]);
        let ideal = 1e-15 * (0.6 / VT).exp();
        close(i[0], ideal * (1.0 + (vce - 0.6) / 50.0), 1e-5);
        close(i[1], ideal / 80.0, 1e-3); // gmin of the base-collector junction
        assert!(i.iter().sum::<f64>().abs() < 1e-12 * ideal);
        let mirrored = pnp.currents(&[-vce, -0.6, 0.0, 0.0]);
        close(mirrored[0], -i[0], 1e-5);
        close(mirrored[1], -i[1], 1e-3); // the lateral substrate's gmin is at the base
    }
}

#[test]
fn jfet_obeys_the_square_law() {
    let mut n = Driven::new(
        bench::jfet(Polarity::N, "vto=-2 beta=1e-3 lambda=0.02", "").unwrap(),
        3,
        27.0,
    );
    let mut p = Driven::new(
        bench::jfet(Polarity::P, "vto=-2 beta=1e-3 lambda=0.02", "").unwrap(),
        3,
        27.0,
    );
    for (vgs, vds) in [(0.0_f64, 5.0_f64), (-1.0, 0.4), (-1.5, 3.0)] {
        let overdrive = vgs + 2.0;
        let shape = if vds > overdrive {
            overdrive * overdrive
        } else {
            vds * (2.0 * overdrive - vds)
        };
        let expected = 1e-3 * shape * (1.0 + 0.02 * vds);
        close(n.currents(&[vds, vgs, 0.0])[0], expected, 1e-7);
        close(p.currents(&[-vds, -vgs, 0.0])[0], -expected, 1e-7);
        // Drain and source change places.
        close(n.currents(&[0.0, vgs, vds])[0], -expected, 1e-7);
    }
}

#[test]
fn noise_of_resistances_and_currents() {
    let v = [0.7, 0.0];
    let mut diode = Driven::new(
        bench::diode("rs=10 kf=1e-15 af=1.2", "m=2").unwrap(),
        2,
        27.0,
    );
    let current = diode.currents(&v)[0];
    let mut x = diode.solve(&v);
    x.insert(0, 0.0);
    let mut sources = Vec::new();
    diode.probe.element().noise(&point(&x), &mut sources);
    let labels: Vec<_> = sources.iter().map(|source| source.label).collect();
    assert_eq!(labels, ["rs", "id", "1overf"]);
    close(sources[0].white, 4.0 * BOLTZMANN * 300.15 / 5.0, 1e-12);
    close(sources[1].white, 2.0 * ELEMENTARY_CHARGE * current, 1e-9);
    close(
        sources[2].flicker,
        2.0 * 1e-15 * (current / 2.0).powf(1.2),
        1e-9,
    );
}

#[test]
fn first_iteration_starts_at_the_critical_voltage_or_off() {
    for (instance, expected) in [("", true), ("off=1", false)] {
        let mut probe = ElementProbe::new(bench::diode("", instance).unwrap(), 2).unwrap();
        // At zero volt an `off` diode is where it should be; another one is limited and then settles.
        let evaluation = probe.evaluate(&[0.0, 0.0], Phase::Dc, Start::Junctions);
        assert!(!evaluation.limited);
        assert!(
            evaluation.residual[0].abs() < 1e-25,
            "{expected} {evaluation:?}"
        );
    }
    let mut probe = ElementProbe::new(bench::diode("", "ic=0.3").unwrap(), 2).unwrap();
    let evaluation = probe.evaluate(&[0.3, 0.0], Phase::TransientStart, Start::InitialConditions);
    close(
        evaluation.residual[0],
        1e-14 * (0.3 / VT).exp_m1() + 0.3e-12,
        1e-9,
    );
}
