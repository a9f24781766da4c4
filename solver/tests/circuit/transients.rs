//! Transients against closed forms.

use ohmloom_solver::circuit::{
    Circuit, Guesses, Method, Options, TransientWindow, Unknown, transient,
};

use crate::elements::{capacitor, diode, inductor, resistor, voltage_source};
use crate::{build, put};

const GROUND: Unknown = Unknown::GROUND;

fn window(step: f64, stop: f64) -> TransientWindow {
    TransientWindow {
        step,
        stop,
        start: 0.0,
        largest_step: None,
        use_initial_conditions: false,
    }
}

fn run(
    circuit: &mut Circuit,
    options: &Options,
    window: &TransientWindow,
    node: &str,
) -> Vec<(f64, f64)> {
    let node = circuit.node(node).unwrap();
    let mut points = Vec::new();
    transient(
        circuit,
        options,
        &Guesses::default(),
        window,
        &mut |_, point| {
            points.push((point.time, point.value(node)));
            Ok(())
        },
    )
    .unwrap();
    points
}

fn step_response(farad: f64) -> Circuit {
    build(|b| {
        let (top, out) = (b.node("top"), b.node("out"));
        let mut source = voltage_source("v1", top, GROUND, 0.0);
        source.wave = Some(Box::new(|t| {
            if t > 1e-6 {
                ((t - 1e-6) / 1e-9).min(1.0)
            } else {
                0.0
            }
        }));
        source.corners = vec![1e-6, 1e-6 + 1e-9];
        put(b, source);
        put(b, resistor("r1", top, out, 1e3));
        put(b, capacitor("c1", out, GROUND, farad));
    })
}

#[test]
fn an_rc_step_follows_the_exponential() {
    for method in [Method::Trapezoidal, Method::Gear] {
        let mut previous = f64::INFINITY;
        for reltol in [1e-3, 1e-5] {
            let options = Options {
                method,
                reltol,
                ..Options::default()
            };
            let points = run(
                &mut step_response(1e-9),
                &options,
                &window(2e-7, 10e-6),
                "out",
            );
            let worst = points
                .iter()
                .filter(|(t, _)| *t > 1.01e-6)
                .map(|(t, v)| (v - (1.0 - (-(t - 1.0005e-6) / 1e-6).exp())).abs())
                .fold(0.0, f64::max);
            assert!(
                worst < 5.0 * reltol.powf(0.66),
                "{method:?} {reltol}: {worst}"
            );
            assert!(worst < previous);
            previous = worst;
            assert!((points.last().unwrap().0 - 10e-6).abs() < 1e-18);
        }
    }
}

#[test]
fn corners_are_hit_exactly() {
    let points = run(
        &mut step_response(1e-9),
        &Options::default(),
        &window(2e-7, 10e-6),
        "top",
    );
    for corner in [1e-6, 1e-6 + 1e-9] {
        assert!(
            points.iter().any(|(t, _)| *t == corner),
            "no point at {corner}"
        );
    }
}

#[test]
fn a_tank_rings_at_its_frequency_and_keeps_its_energy() {
    let mut circuit = build(|b| {
        let out = b.node("out");
        put(b, inductor("l1", out, GROUND, 1e-6));
        let mut tank = capacitor("c1", out, GROUND, 1e-6);
        tank.initial = Some(1.0);
        put(b, tank);
    });
    let options = Options {
        reltol: 1e-6,
        ..Options::default()
    };
    let period = 2.0 * std::f64::consts::PI * 1e-6;
    let mut window = window(period / 200.0, 20.0 * period);
    window.use_initial_conditions = true;
    let points = run(&mut circuit, &options, &window, "out");
    for (t, v) in points.iter().skip(1) {
        let expected = (t / 1e-6).cos();
        assert!(
            (v - expected).abs() < 0.02,
            "at {t}: {v}, expected {expected}"
        );
    }
    // The trapezoidal rule does not damp.
    let late = points[points.len() - 400..]
        .iter()
        .fold(0.0_f64, |most, (_, v)| most.max(v.abs()));
    assert!((late - 1.0).abs() < 1e-3, "{late}");
}

#[test]
fn a_rectifier_with_transit_time_recovers() {
    let mut circuit = build(|b| {
        let (top, out) = (b.node("top"), b.node("out"));
        let mut source = voltage_source("v1", top, GROUND, 0.0);
        source.wave = Some(Box::new(|t| {
            5.0 * (2.0 * std::f64::consts::PI * 1e5 * t).sin()
        }));
        put(b, source);
        let mut rectifier = diode("d1", top, out);
        rectifier.transit = 20e-9;
        put(b, rectifier);
        put(b, resistor("r1", out, GROUND, 1e3));
    });
    let coarse = run(
        &mut circuit,
        &Options::default(),
        &window(1e-7, 2e-5),
        "out",
    );
    let fine = run(
        &mut circuit,
        &Options {
            reltol: 1e-6,
            ..Options::default()
        },
        &window(1e-8, 2e-5),
        "out",
    );
    // During reverse recovery the output goes negative for about the storage time; both runs agree on it.
    let at = |points: &[(f64, f64)], time: f64| {
        let after = points.iter().position(|(t, _)| *t >= time).unwrap().max(1);
        let ((t0, v0), (t1, v1)) = (points[after - 1], points[after]);
        v0 + (v1 - v0) * (time - t0) / (t1 - t0)
    };
    for k in 1..40 {
        let time = f64::from(k) * 5e-7;
        assert!(
            (at(&coarse, time) - at(&fine, time)).abs() < 0.03,
            "{time}: {} {}",
            at(&coarse, time),
            at(&fine, time)
        );
    }
}

#[test]
fn results_start_when_asked() {
    let mut late = window(1e-7, 10e-6);
    late.start = 5e-6;
    let points = run(&mut step_response(1e-9), &Options::default(), &late, "out");
    assert!(points[0].0 >= 5e-6);
}

#[test]
fn initial_conditions_are_held_then_released() {
    let mut circuit = build(|b| {
        let out = b.node("out");
        put(b, resistor("r1", out, GROUND, 1e3));
        put(b, capacitor("c1", out, GROUND, 1e-9));
    });
    let out = circuit.node("out").unwrap();
    let guesses = Guesses {
        nodesets: Vec::new(),
        held: vec![(out, 2.0)],
    };
    let mut points = Vec::new();
    transient(
        &mut circuit,
        &Options::default(),
        &guesses,
        &window(1e-8, 3e-6),
        &mut |_, point| {
            points.push((point.time, point.value(out)));
            Ok(())
        },
    )
    .unwrap();
    assert_eq!(points[0], (0.0, 2.0));
    for (t, v) in points {
        assert!((v - 2.0 * (-t / 1e-6).exp()).abs() < 2e-3);
    }
}
