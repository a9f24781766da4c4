//! Against the classical Runge-Kutta method with fine steps, on equations written down a second time from the papers.

use std::f64::consts::{PI, TAU};

use crate::run::Samples;

const Q: f64 = 1.602_176_634e-19;
const K: f64 = 1.380_649e-23;

/// A model as its paper has it: rate of the state and current.
struct Law<'a> {
    rate: &'a dyn Fn(f64, f64) -> f64,
    current: &'a dyn Fn(f64, f64) -> f64,
    bounds: (f64, f64),
    start: f64,
}

struct Drive {
    amplitude: f64,
    frequency: f64,
    cycles: f64,
}

/// Largest errors of current and state, relative to their largest values, of the deck with a model card against the law.
fn compare(card: &str, law: &Law<'_>, drive: &Drive, steps: usize) -> (f64, f64) {
    let &Drive {
        amplitude,
        frequency,
        cycles,
    } = drive;
    let stop = cycles / frequency;
    let fine = stop / 20_000.0;
    let deck = format!(
        "title\nv1 a 0 sin(0 {amplitude} {frequency:e})\nn1 a 0 m\n.model m {card}\n.save @n1[i] @n1[x]\n\
        .options reltol=1e-6\n.tran {fine:e} {stop:e}\n.end\n"
    );
    let found = Samples::of(&deck);
    let v = |t: f64| amplitude * (TAU * frequency * t).sin();
    let h = stop / steps as f64;
    let mut x = law.start;
    let rate = |t: f64, x: f64| (law.rate)(v(t), x.clamp(law.bounds.0, law.bounds.1));
    let (mut worst_current, mut worst_state) = (0.0_f64, 0.0_f64);
    let (mut most_current, mut most_state, mut least_state) = (0.0_f64, 0.0_f64, f64::MAX);
    for step in 0..steps {
        let t = step as f64 * h;
        if step % (steps / 500) == 0 && step > 0 {
            let current = (law.current)(v(t), x);
            most_current = most_current.max(current.abs());
            most_state = most_state.max(x.abs());
            least_state = least_state.min(x.abs());
            worst_current = worst_current.max((found.at("@n1[i]", t) - current).abs());
            worst_state = worst_state.max((found.at("@n1[x]", t) - x).abs());
        }
        let k1 = rate(t, x);
        let k2 = rate(t + h / 2.0, x + h / 2.0 * k1);
        let k3 = rate(t + h / 2.0, x + h / 2.0 * k2);
        let k4 = rate(t + h, x + h * k3);
        x += h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4);
        x = x.clamp(law.bounds.0, law.bounds.1);
    }
    assert!(least_state < 0.9 * most_state, "{card}: nothing moves");
    let errors = (worst_current / most_current, worst_state / most_state);
    println!("{card}: i {:.1e}, x {:.1e}", errors.0, errors.1);
    errors
}

fn check(card: &str, law: &Law<'_>, drive: &Drive) {
    let (current, state) = compare(card, law, drive, 200_000);
    // Largest errors, with straight lines between the time points.
    assert!(
        current < 5e-5 && state < 5e-5,
        "{card}: {current:e} {state:e}"
    );
}

#[test]
fn team_moves_beyond_threshold_currents() {
    let (ron, roff, length): (f64, f64, f64) = (50.0, 1e3, 3e-9);
    let (wc, aon, aoff) = (107e-12, 0.4e-9, 2.6e-9);
    for (law, exponential) in [("linear", false), ("exponential", true)] {
        let resistance = |x: f64| {
            if exponential {
                ron * (roff / ron).powf(x / length)
            } else {
                ron + (roff - ron) * x / length
            }
        };
        let current = |v: f64, x: f64| v / resistance(x);
        let rate = |v: f64, x: f64| {
            let i = current(v, x);
            if i >= 1.15e-4 {
                2e-9 * (i / 1.15e-4 - 1.0).powf(2.0) * (-((x - aoff) / wc).exp()).exp()
            } else if i <= -8.9e-6 {
                -2e-12 * (i / -8.9e-6 - 1.0).powf(2.5) * (-(-(x - aon) / wc).exp()).exp()
            } else {
                0.0
            }
        };
        let card = format!(
            "team koff=2n kon=-2p aoff=2 aon=2.5 window=kvatinsky wc=107p awon=0.4n awoff=2.6n x0=1n rx={law}"
        );
        let law = Law {
            rate: &rate,
            current: &current,
            bounds: (0.0, length),
            start: 1e-9,
        };
        let drive = Drive {
            amplitude: 0.3,
            frequency: 5.0,
            cycles: 2.0,
        };
        check(&card, &law, &drive);
    }
}

#[test]
fn vteam_without_window_stops_at_its_bounds() {
    let current = |v: f64, x: f64| v / (50.0 + 950.0 * x / 3e-9);
    let rate = |v: f64, _: f64| {
        if v >= 0.02 {
            5e-4 * (v / 0.02 - 1.0)
        } else if v <= -0.2 {
            -10.0 * (v / -0.2 - 1.0).powi(3)
        } else {
            0.0
        }
    };
    let law = Law {
        rate: &rate,
        current: &current,
        bounds: (0.0, 3e-9),
        start: 1e-9,
    };
    let drive = Drive {
        amplitude: 1.0,
        frequency: 1e6,
        cycles: 2.0,
    };
    check("vteam x0=1n", &law, &drive);
}

#[test]
fn a_tunnel_barrier_grows_and_shrinks() {
    let current = |v: f64, x: f64| v / (100.0 + 900.0 * x / 3e-9);
    let rate = |v: f64, x: f64| {
        let i = current(v, x);
        let (wc, b) = (107e-12, 500e-6);
        if i > 0.0 {
            let edge = ((x - 1.2e-9) / wc - i.abs() / b).exp();
            3.5e-4 * (i / 115e-6).sinh() * (-edge - x / wc).exp()
        } else {
            let edge = (-(x - 1.2e-9) / wc - i.abs() / b).exp();
            40e-6 * (i / 89e-6).sinh() * (-edge - x / wc).exp()
        }
    };
    let law = Law {
        rate: &rate,
        current: &current,
        bounds: (0.0, 3e-9),
        start: 1.2e-9,
    };
    let drive = Drive {
        amplitude: 0.3,
        frequency: 50.0,
        cycles: 2.0,
    };
    check(
        "simmons roff=1k ion=89u x0=1.2n coff=3.5e-4 aon=1.2n",
        &law,
        &drive,
    );
}

#[test]
fn a_metastable_switch_relaxes() {
    let vt = K * 298.5 / Q;
    let rate = |v: f64, x: f64| {
        let on = 1.0 / (1.0 + (-(v - 0.27) / vt).exp());
        let off = 1.0 - 1.0 / (1.0 + (-(v + 0.27) / vt).exp());
        (on * (1.0 - x) - off * x) / 1e-4
    };
    let switches = |v: f64, x: f64| v * (x / 500.0 + (1.0 - x) / 1500.0);
    let drive = Drive {
        amplitude: 0.5,
        frequency: 100.0,
        cycles: 2.0,
    };
    let law = Law {
        rate: &rate,
        current: &switches,
        bounds: (0.0, 1.0),
        start: 0.2,
    };
    check("mmss x0=0.2", &law, &drive);
    let with_junctions = |v: f64, x: f64| {
        0.8 * switches(v, x) + 0.2 * (8e-4 * (4.0 * v).exp() - 8e-4 * (-4.0 * v).exp())
    };
    let law = Law {
        current: &with_junctions,
        ..law
    };
    check("mmss set=schottky2016 x0=0.2", &law, &drive);
}

#[test]
fn data_driven_resistances_move_to_their_final_values() {
    let current = |v: f64, r: f64| 0.24 / r * (3.0 * v).sinh();
    let rate = |v: f64, r: f64| {
        if v >= 0.0 {
            let distance = (5.11e-4 * (16719.0 - r)).exp() - 1.0;
            743.47 * ((6.51 * v).exp() - 1.0) * distance.max(0.0)
        } else {
            let distance = (1.17e-3 * (r - (29304.8 + 23692.8 * v))).exp() - 1.0;
            -68012.28 * ((0.31645 * v.abs()).exp() - 1.0) * distance.max(0.0)
        }
    };
    let law = Law {
        rate: &rate,
        current: &current,
        bounds: (1280.0, 17e3),
        start: 6e3,
    };
    let drive = Drive {
        amplitude: 1.0,
        frequency: 10.0,
        cycles: 1.5,
    };
    check("messaris2018 r0=6k", &law, &drive);

    let current = |v: f64, r: f64| 0.3205 / r * (2.717 * v).sinh();
    let rate = |v: f64, r: f64| {
        let (speed, distance) = if v >= 0.0 {
            (600.1 * ((v / -0.0212).exp() - 1.0), 2699.2 - 672.9 * v - r)
        } else {
            (-34.6 * ((-v / -0.0534).exp() - 1.0), 649.4 - 1474.3 * v - r)
        };
        if speed * distance > 0.0 {
            speed * distance * distance
        } else {
            0.0
        }
    };
    let law = Law {
        rate: &rate,
        current: &current,
        bounds: (100.0, 1e5),
        start: 2500.0,
    };
    let drive = Drive {
        amplitude: 1.5,
        frequency: 1e3,
        cycles: 1.5,
    };
    check("messaris2021 r0=2.5k", &law, &drive);
}

#[test]
fn a_threshold_resistance_moves_between_its_limits() {
    let current = |v: f64, r: f64| v / r;
    let rate =
        |v: f64, _: f64| 1e7 * v + 0.5 * (1e5 - 1e7) * ((v + 1.0).abs() - (v - 1.0_f64).abs());
    let law = Law {
        rate: &rate,
        current: &current,
        bounds: (1e3, 1e4),
        start: 5e3,
    };
    let drive = Drive {
        amplitude: 2.0,
        frequency: 1e3,
        cycles: 2.0,
    };
    check("pershin alpha=1e5 beta=1e7 vt=1 r0=5k", &law, &drive);
}

/// The series circuit of JART v1b by bisection for the Schottky voltage and repetition for the temperature: temperature,
/// current, voltage of the contact.
fn jart_inner(v: f64, n26: f64) -> (f64, f64, f64) {
    let area = PI * 45e-9 * 45e-9;
    let n = n26 * 1e26;
    let (z, un, eps0) = (2.0, 4e-6, 8.854_187_812_8e-12_f64);
    let disc = 0.4e-9 / (n * z * Q * un * area);
    let plug = 2.6e-9 / (20e26 * z * Q * un * area);
    let emission = |vs: f64, t: f64| {
        let bend = 0.08 - vs;
        let lowering = if bend > 0.0 {
            (Q.powi(3) * z * n * bend / (8.0 * PI * PI * (5.5 * eps0).powi(3))).powf(0.25)
        } else {
            0.0
        };
        let phi = (0.18 - lowering).max(0.0);
        let kt = K * t;
        if vs >= 0.0 {
            return area * 6.01e5 * t * t * (-Q * phi / kt).exp() * (Q * vs / kt).exp_m1();
        }
        let mass = 9.109_383_701_5e-31;
        let w00 = Q * 6.626_070_15e-34 / (4.0 * PI) * (z * n / (mass * 17.0 * eps0)).sqrt();
        let u = w00 / kt;
        let w0 = w00 / u.tanh();
        let slope = w00 / (u - u.tanh());
        -area * 6.01e5 * t / K
            * (PI * w00 * Q * (vs.abs() + phi / u.cosh().powi(2))).sqrt()
            * (-Q * phi / w0).exp()
            * (Q * vs.abs() / slope).exp_m1()
    };
    let mut t = 293.0;
    let (mut current, mut vs) = (0.0, 0.0);
    for _ in 0..200 {
        let total = |vs: f64| {
            let current = emission(vs, t);
            let line = 719.2437 * (1.0 + 719.2437 * 3.92e-3 * current * current * 90471.47);
            vs + current * (disc + plug + 650.0 + line)
        };
        // Where the lowering of the barrier ends, the current falls with the voltage: the solution nearest to 0 V is the one
        // that a growing voltage reaches.
        let (mut low, mut high) = (v.min(0.0), v.max(0.0));
        if v > 0.0 {
            high = 0.004;
            while total(high) < v {
                (low, high) = (high, high + 0.004);
            }
        }
        for _ in 0..60 {
            vs = 0.5 * (low + high);
            current = emission(vs, t);
            if total(vs) > v {
                high = vs;
            } else {
                low = vs;
            }
        }
        let side = if v >= 0.0 { 0.27 } else { 1.0 };
        let next = 293.0 + current * (vs + current * (disc + plug)) * 15.72e6 * side;
        let moved = (next - t).abs();
        t = next;
        if moved < 1e-9 {
            break;
        }
    }
    (t, current, vs)
}

/// `d(ln N)/dt`.
fn jart_rate(v: f64, ln_n: f64) -> f64 {
    let n26 = ln_n.exp();
    let area = PI * 45e-9 * 45e-9;
    let (z, un) = (2.0, 4e-6);
    let (t, current, vs) = jart_inner(v, n26);
    let disc = current * 0.4e-9 / (n26 * 1e26 * z * Q * un * area);
    let plug = current * 2.6e-9 / (20e26 * z * Q * un * area);
    let (field, window) = if v >= 0.0 {
        ((vs + disc + plug) / 3e-9, 1.0 - (0.008 / n26).powi(10))
    } else {
        (disc / 0.4e-9, 1.0 - (n26 / 20.0).powi(10))
    };
    let gamma: f64 = z * field * 0.25e-9 / (PI * 1.35);
    let middle = (1.0 - gamma * gamma).sqrt() + gamma * gamma.asin();
    let barrier = |side: f64| (-1.35 * Q * (middle + side * gamma * PI / 2.0) / (K * t)).exp();
    let mean = 0.5 * (20.0 + n26);
    -mean * 0.25e-9 * 2e13 * (barrier(-1.0) - barrier(1.0)) * window / 0.4e-9 / n26
}

#[test]
fn jart_sets_and_resets() {
    let current = |v: f64, ln_n: f64| jart_inner(v, ln_n.exp()).1;
    let law = Law {
        rate: &jart_rate,
        current: &current,
        bounds: (0.008_f64.ln(), 20.0_f64.ln()),
        start: 0.5_f64.ln(),
    };
    let drive = Drive {
        amplitude: -1.0,
        frequency: 10.0,
        cycles: 1.0,
    };
    let stop = drive.cycles / drive.frequency;
    let deck = format!(
        "title\nv1 a 0 sin(0 -1 10)\nn1 a 0 m\n.model m jart_v1b(ndisc0=0.5)\n.save @n1[i] @n1[x] @n1[t]\n\
        .options reltol=1e-6\n.tran {:e} {stop:e}\n.end\n",
        stop / 20_000.0
    );
    let found = Samples::of(&deck);
    let (mut worst, mut most, mut lowest, mut highest) = (0.0_f64, 0.0_f64, f64::MAX, 0.0_f64);
    // Adaptive in the state: steps of the voltage's sampling, cut where the state runs.
    let (mut t, mut x) = (0.0, law.start);
    let v = |t: f64| drive.amplitude * (TAU * drive.frequency * t).sin();
    let mut next_sample = 0.0;
    while t < stop {
        if t >= next_sample {
            let current = (law.current)(v(t), x);
            most = most.max(current.abs());
            worst = worst.max((found.at("@n1[i]", t) - current).abs());
            (lowest, highest) = (lowest.min(x.exp()), highest.max(x.exp()));
            next_sample += stop / 300.0;
        }
        let speed = (law.rate)(v(t), x).abs();
        let h = (stop / 6000.0).min(0.005 / speed.max(1e-30)).min(stop - t);
        let clamp = |x: f64| x.clamp(law.bounds.0, law.bounds.1);
        let k1 = (law.rate)(v(t), x);
        let k2 = (law.rate)(v(t + h / 2.0), clamp(x + h / 2.0 * k1));
        let k3 = (law.rate)(v(t + h / 2.0), clamp(x + h / 2.0 * k2));
        let k4 = (law.rate)(v(t + h), clamp(x + h * k3));
        x = clamp(x + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4));
        t += h;
    }
    println!(
        "jart: i {:.1e}, N {lowest:.3}..{highest:.3}, {} points",
        worst / most,
        found.scale.len()
    );
    assert!(worst < 1e-3 * most, "{:e}", worst / most);
    assert!(
        highest > 2.0 && lowest < highest / 2.0,
        "{lowest} {highest}"
    );
}

/// Integrates `dx/dt = f(t, x)` from 0 to `stop`; the state at the end of each of `marks` equal parts.
fn marks(f: &dyn Fn(f64, f64) -> f64, start: f64, stop: f64, marks: usize) -> Vec<f64> {
    let steps = 20_000;
    let h = stop / (steps * marks) as f64;
    let mut x = start;
    (0..marks)
        .map(|mark| {
            for step in 0..steps {
                let t = (mark * steps + step) as f64 * h;
                let k1 = f(t, x);
                let k2 = f(t + h / 2.0, x + h / 2.0 * k1);
                let k3 = f(t + h / 2.0, x + h / 2.0 * k2);
                let k4 = f(t + h, x + h * k3);
                x = (x + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)).clamp(0.0, 1.0);
            }
            x
        })
        .collect()
}

/// `netlists/examples/memristor_loops.cir`: its three cells, integrated one by one.
#[test]
fn the_example_has_the_states_of_its_equations() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/memristor_loops.cir");
    let found = Samples::of(&std::fs::read_to_string(path).unwrap());
    let close = |name: &str, t: f64, expected: f64, tolerance: f64| {
        let value = found.at(name, t);
        assert!(
            (value / expected - 1.0).abs() < tolerance,
            "{name} at {t}: {value:e}, expected {expected:e}"
        );
    };
    let drift = |t: f64, x: f64| {
        let i = (TAU * t).sin() / (100.0 * x + 16e3 * (1.0 - x));
        1e-14 * 100.0 / 1e-16 * i * (1.0 - (2.0 * x - 1.0).powi(4))
    };
    let doped = marks(&drift, 0.1, 1.0, 2);
    close("@nd[x]", 0.5, doped[0], 1e-4);
    close("@nd[x]", 1.0, doped[1], 1e-4);

    // A trapezoid of 0.25 V: 1 ns up, 2 ns on, 1 ns down.
    let pulse = |t: f64| -0.25 * (t / 1e-9).min((4e-9 - t) / 1e-9).clamp(0.0, 1.0);
    let threshold = |t: f64, s: f64| {
        let v = pulse(t);
        let window = (-(-s * 3e-9 / 107e-12).exp()).exp();
        if v > -0.2 {
            0.0
        } else {
            -10.0 * (v / -0.2 - 1.0).powi(3) / 3e-9 * window
        }
    };
    let moved = marks(&threshold, 2.0 / 3.0, 4e-9, 1)[0] * 3e-9;
    close("@nt[x]", 0.9, moved, 1e-3);

    // The voltage of the cell behind 50 ohm by Newton's method: 0.17 x sinh(0.05 v) + (v - u)/50 = 0.
    let cell = |t: f64, x: f64| {
        let u = 0.7 * (TAU * t).sin();
        let mut v = u;
        for _ in 0..8 {
            let imbalance = 0.17 * x * (0.05 * v).sinh() + (v - u) / 50.0;
            v -= imbalance / (0.17 * x * 0.05 * (0.05 * v).cosh() + 1.0 / 50.0);
        }
        if v > 0.16 {
            let slow = if x >= 0.3 {
                (-(x - 0.3)).exp() * (1.0 - x) / 0.7
            } else {
                1.0
            };
            20.0 * (v.exp() - 0.16_f64.exp()) * slow
        } else if v < -0.15 {
            let slow = if x <= 0.5 {
                (5.0 * (x - 0.5)).exp() * x / 0.5
            } else {
                1.0
            };
            -20.0 * ((-v).exp() - 0.15_f64.exp()) * slow
        } else {
            0.0
        }
    };
    let states = marks(&cell, 0.05, 1.0, 4);
    for (k, state) in states.iter().enumerate() {
        close("@ns[x]", 0.25 * (k + 1) as f64, *state, 2e-3);
    }
}
