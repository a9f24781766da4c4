//! Switches: positions against those that ngspice takes, time steps, noise.

use std::sync::Arc;

use ohmloom_devices::sources::{
    CurrentSwitch, CurrentSwitchModel, VoltageSwitch, VoltageSwitchModel,
};
use ohmloom_solver::circuit::{Element, ElementProbe, Phase, Point, Start, Unknown};

use crate::ngspice;

type Probe = ElementProbe<VoltageSwitch>;

fn probe(vh: f64, on: bool) -> Probe {
    let model = Arc::new(VoltageSwitchModel {
        vt: 1.0,
        vh,
        ron: 2.0,
        roff: 1e6,
    });
    let switch = VoltageSwitch::new(
        "s1".to_owned(),
        (Probe::node(1), Probe::node(2)),
        (Probe::node(3), Unknown::GROUND),
        &model,
        on,
    );
    ElementProbe::new(switch.expect("valid"), 3).expect("a valid element")
}

/// Whether the switch is closed after a solution with this control has been accepted.
fn closed(probe: &mut Probe, control: f64, phase: Phase, start: Start, time: f64) -> bool {
    let found = probe.evaluate(&[1.0, 0.0, control], phase, start);
    assert!(!found.limited);
    let x = [0.0, 1.0, 0.0, control];
    let at = Point {
        x: &x,
        time,
        phase,
        start: Start::Continue,
        gmin: 1e-12,
        source_factor: 1.0,
        temperature: 300.15,
        frequency: 0.0,
    };
    probe.element_mut().accept(&at);
    probe.element_mut().restart();
    assert!((found.residual[0] - found.conductance[0][0]).abs() < 1e-15);
    found.conductance[0][0] == 0.5
}

/// An operating point from nothing: the first evaluation sees a circuit without voltages.
fn operating_point(probe: &mut Probe, control: f64) -> bool {
    probe.evaluate(&[0.0; 3], Phase::Dc, Start::Junctions);
    closed(probe, control, Phase::Dc, Start::Continue, 0.0)
}

const SWEEP: [f64; 9] = [0.5, 0.625, 0.75, 0.875, 1.0, 1.125, 1.25, 1.375, 1.5];

fn deck(vh: f64, on: bool, analysis: &str) -> String {
    let on = if on { "on" } else { "off" };
    format!(
        "switch\nv1 c 0 0\nvd d 0 1\nr1 d 1 1k\ns1 1 0 c 0 sm {on}\n.model sm sw vt=1 vh={vh} ron=2 roff=1meg\n{analysis}\n.end\n"
    )
}

#[test]
fn operating_points_agree_with_ngspice() {
    for vh in [0.2, -0.2, 0.0] {
        for on in [false, true] {
            for control in [0.5, 0.9, 1.0, 1.1, 1.5] {
                let deck = deck(vh, on, ".op").replace("v1 c 0 0", &format!("v1 c 0 {control}"));
                let Some(plots) = ngspice::run("switch_op", &deck) else {
                    return;
                };
                let theirs = plots[0]["v(1)"][0].0 < 0.5;
                let ours = operating_point(&mut probe(vh, on), control);
                assert_eq!(ours, theirs, "vh {vh} on {on} control {control}");
            }
        }
    }
}

#[test]
fn sweeps_agree_with_ngspice() {
    for vh in [0.2, -0.2, 0.0] {
        for up in [true, false] {
            let analysis = if up {
                ".dc v1 0.5 1.5 0.125"
            } else {
                ".dc v1 1.5 0.5 -0.125"
            };
            let Some(plots) = ngspice::run("switch_dc", &deck(vh, false, analysis)) else {
                return;
            };
            let mut controls = SWEEP;
            if !up {
                controls.reverse();
            }
            let mut switch = probe(vh, false);
            operating_point(&mut switch, controls[0]);
            for (&control, (volts, _)) in controls.iter().zip(&plots[0]["v(1)"]) {
                let ours = closed(&mut switch, control, Phase::Dc, Start::Continue, 0.0);
                assert_eq!(ours, *volts < 0.5, "vh {vh} up {up} control {control}");
            }
        }
    }
}

#[test]
fn positions_without_ngspice() {
    // Up through the band and down again, hysteresis 0.2 and -0.2 around 1.
    let ramp = [0.5, 0.9, 1.1, 1.3, 1.1, 0.9, 0.5];
    for (vh, expected) in [
        (0.2, [false, false, false, true, true, true, false]),
        (-0.2, [false, true, true, true, false, false, false]),
    ] {
        let mut switch = probe(vh, false);
        operating_point(&mut switch, ramp[0]);
        let positions = ramp
            .map(|control| closed(&mut switch, control, Phase::Transient, Start::Continue, 1.0));
        assert_eq!(positions, expected, "vh {vh}");
    }
}

#[test]
fn small_signal_analyses_keep_the_position() {
    let mut switch = probe(0.2, true);
    assert!(operating_point(&mut switch, 1.0));
    let found = switch.evaluate(&[1.0, 0.0, 0.0], Phase::SmallSignal, Start::Continue);
    assert_eq!(found.conductance[0][0], 0.5);
}

#[test]
fn a_rejected_step_leaves_no_trace() {
    let mut switch = probe(0.2, false);
    operating_point(&mut switch, 1.0);
    // Beyond the threshold, but not accepted; then back inside the band.
    switch.evaluate(&[1.0, 0.0, 2.0], Phase::Transient, Start::Continue);
    switch.element_mut().restart();
    let found = switch.evaluate(&[1.0, 0.0, 1.0], Phase::Transient, Start::Continue);
    assert!((found.conductance[0][0] - 1e-6).abs() < 1e-18);
}

#[test]
fn a_switch_without_a_consistent_position_comes_to_rest() {
    let mut switch = probe(0.0, false);
    operating_point(&mut switch, 0.0);
    let control = |closed: bool| if closed { 0.5 } else { 1.5 };
    let mut position = false;
    let mut changes = 0;
    let mut limited = false;
    for _ in 0..100 {
        let x = [1.0, 0.0, control(position)];
        let found = switch.evaluate(&x, Phase::Dc, Start::Continue);
        limited = found.limited;
        let now = found.conductance[0][0] == 0.5;
        changes += u32::from(now != position);
        position = now;
    }
    // At rest, but not as a solution.
    assert!(limited);
    assert!(changes < 10);
}

#[test]
fn steps_shorten_on_the_way_to_the_threshold() {
    let mut switch = probe(0.2, false);
    operating_point(&mut switch, 0.0);
    let at = |x: &'static [f64]| Point {
        x,
        time: 2.0,
        phase: Phase::Transient,
        start: Start::Continue,
        gmin: 1e-12,
        source_factor: 1.0,
        temperature: 300.15,
        frequency: 0.0,
    };
    let anywhere = at(&[0.0; 4]);
    assert_eq!(switch.element().largest_step(&anywhere), None);
    closed(&mut switch, 0.1, Phase::Transient, Start::Continue, 1.0);
    closed(&mut switch, 0.2, Phase::Transient, Start::Continue, 2.0);
    // 0.1 per second, 1.0 to go, three quarters of it and a twentieth of the last step.
    let step = switch
        .element()
        .largest_step(&anywhere)
        .expect("it approaches");
    assert!((step - 7.55).abs() < 1e-9, "{step}");
    closed(&mut switch, 0.1, Phase::Transient, Start::Continue, 3.0);
    assert_eq!(switch.element().largest_step(&anywhere), None);
}

#[test]
fn current_switch_listens_to_a_branch() {
    let model = Arc::new(CurrentSwitchModel {
        it: 1e-3,
        ih: 1e-4,
        ron: 4.0,
        roff: 1e6,
    });
    let ends = (Probe::node(1), Unknown::GROUND);
    let switch = CurrentSwitch::new("w1".to_owned(), ends, "v5".to_owned(), &model, false);
    let mut probe = ElementProbe::new(switch.expect("valid"), 1).expect("a valid element");
    assert_eq!(probe.unknown_count(), 2);
    let low = probe.evaluate(&[1.0, 0.0], Phase::Dc, Start::Junctions);
    assert_eq!(low.residual, [1e-6, 0.0]);
    let high = probe.evaluate(&[1.0, 2e-3], Phase::Dc, Start::Continue);
    assert_eq!(high.residual, [0.25, 0.0]);
    assert_eq!(high.conductance, [[0.25, 0.0], [0.0, 0.0]]);
}

#[test]
fn resistances_are_checked_and_can_be_set() {
    let ends = (Probe::node(1), Probe::node(2));
    for (ron, roff) in [
        (0.0, 1.0),
        (1.0, 0.0),
        (f64::NAN, 1.0),
        (1.0, f64::INFINITY),
    ] {
        let model = Arc::new(VoltageSwitchModel {
            ron,
            roff,
            ..VoltageSwitchModel::default()
        });
        assert!(VoltageSwitch::new("s1".to_owned(), ends, ends, &model, false).is_err());
    }
    let mut switch = probe(0.2, false);
    switch.element_mut().set("roff", 4.0).expect("a parameter");
    switch.element_mut().set("vt", 3.0).expect("a parameter");
    assert!(switch.element_mut().set("ron", 0.0).is_err());
    let found = switch.evaluate(&[1.0, 0.0, 2.0], Phase::Dc, Start::Junctions);
    assert_eq!(found.conductance[0][0], 0.25);
}

#[test]
fn noise_is_that_of_the_present_resistance() {
    let mut switch = probe(0.2, false);
    operating_point(&mut switch, 2.0);
    let x = [0.0; 4];
    let at = Point {
        x: &x,
        time: 0.0,
        phase: Phase::SmallSignal,
        start: Start::Continue,
        gmin: 1e-12,
        source_factor: 1.0,
        temperature: 300.0,
        frequency: 1.0,
    };
    let mut sources = Vec::new();
    switch.element().noise(&at, &mut sources);
    assert_eq!(sources.len(), 1);
    assert!((sources[0].white / (4.0 * 1.380_649e-23 * 300.0 * 0.5) - 1.0).abs() < 1e-12);
}
