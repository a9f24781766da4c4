//! Delay and settling, against transients of ladders in the circuit engine and against the series of a diffusion line.

use ohmloom_layouts::wires::{CellWire, Line};

fn line(cells: usize, driver_resistance: f64, load_capacitance: f64) -> Line {
    Line {
        cells,
        wire: CellWire {
            resistance: 1.0,
            ground_capacitance: 0.4e-15,
            coupling_capacitance: 0.2e-15,
        },
        cell_capacitance: 0.2e-15,
        driver_resistance,
        load_capacitance,
    }
}

/// What is left to go at the far end of a bare distributed line, in units of a step: `sum (4/pi) (-1)^k/(2k+1) exp(-((2k+1) pi/2)^2 t/RC)`.
fn left_to_go(t_over_rc: f64) -> f64 {
    (0..200)
        .map(|k| {
            let odd = f64::from(2 * k + 1);
            let sign = if k % 2 == 0 { 1.0 } else { -1.0 };
            sign * 4.0 / (std::f64::consts::PI * odd)
                * (-(odd * std::f64::consts::FRAC_PI_2).powi(2) * t_over_rc).exp()
        })
        .sum()
}

#[test]
fn a_bare_line_is_a_diffusion_line() {
    let line = line(200, 0.0, 0.0);
    let rc = 200.0 * 200.0 * 1e-15;
    assert!((line.elmore_delay().unwrap() / (0.5 * rc) - 1.0).abs() < 1e-12);
    assert!(
        (line.slowest_time_constant().unwrap() / (rc * 4.0 / std::f64::consts::PI.powi(2)) - 1.0)
            .abs()
            < 1e-12
    );
    for bits in [4, 8, 12] {
        let t = line.settling_time(bits).unwrap();
        let left = left_to_go(t / rc);
        assert!(
            (left / 0.5_f64.powf(f64::from(bits) + 1.0) - 1.0).abs() < 1e-3,
            "{bits} bits: {left}"
        );
    }
    // Half of the step: 0.38 RC, below Elmore's bound of 0.5 RC.
    assert!((left_to_go(0.379) - 0.5).abs() < 1e-3);
}

#[test]
fn a_lumped_line_has_one_time_constant() {
    let mut lumped = line(100, 1e9, 0.0);
    let tau = 1e9 * 100.0 * 1e-15;
    assert!((lumped.slowest_time_constant().unwrap() / tau - 1.0).abs() < 1e-6);
    assert!((lumped.elmore_delay().unwrap() / tau - 1.0).abs() < 1e-6);
    lumped.wire.resistance = 0.0;
    assert!((lumped.slowest_time_constant().unwrap() / tau - 1.0).abs() < 1e-12);
    assert!((lumped.settling_time(7).unwrap() / (tau * 8.0 * 2_f64.ln()) - 1.0).abs() < 1e-12);
    let nothing = Line {
        driver_resistance: 0.0,
        ..lumped
    };
    assert_eq!(nothing.settling_time(8).unwrap(), 0.0);
}

/// The ladder of cells itself, by the implicit trapezoidal rule on its tridiagonal system: a step of 1 V at the driver. The times
/// at which the far end has 50 % and lies within `tolerance`, and the integral of what is left to go (Elmore's delay).
fn ladder(line: &Line, tolerance: f64) -> (f64, f64, f64) {
    let n = line.cells;
    let c = line.wire.capacitance() + line.cell_capacitance;
    let g = 1.0 / line.wire.resistance;
    // Half a segment on either side of each cell: the driver sees its resistance and half a segment.
    let first = 1.0 / (line.driver_resistance + 0.5 * line.wire.resistance);
    let mut capacitance = vec![c; n];
    let mut conductance = vec![g; n];
    conductance[0] = first;
    // The far end: half a segment further, with the load.
    capacitance.push(line.load_capacitance);
    conductance.push(2.0 * g);
    let size = n + 1;
    let tau = line.elmore_delay().unwrap();
    let h = tau / 2000.0;
    let mut v = vec![0.0; size];
    let (mut half, mut settled, mut area) = (f64::NAN, 0.0, 0.0);
    let current = |v: &[f64], k: usize| {
        let before = if k == 0 { 1.0 } else { v[k - 1] };
        let into = conductance[k] * (before - v[k]);
        let out = if k + 1 < size {
            conductance[k + 1] * (v[k] - v[k + 1])
        } else {
            0.0
        };
        into - out
    };
    for step in 1..60_000 {
        // (C/h + G/2) dv = i(v): Thomas's algorithm for the increment.
        let mut diagonal = vec![0.0; size];
        let mut right = vec![0.0; size];
        for k in 0..size {
            let out = if k + 1 < size {
                conductance[k + 1]
            } else {
                0.0
            };
            diagonal[k] = capacitance[k] / h + 0.5 * (conductance[k] + out);
            right[k] = current(&v, k);
        }
        for k in 1..size {
            let factor = -0.5 * conductance[k] / diagonal[k - 1];
            diagonal[k] += factor * 0.5 * conductance[k];
            right[k] -= factor * right[k - 1];
        }
        for k in (0..size).rev() {
            let after = if k + 1 < size {
                right[k + 1] * 0.5 * conductance[k + 1]
            } else {
                0.0
            };
            right[k] = (right[k] + after) / diagonal[k];
        }
        let old = 1.0 - v[n];
        for (v, dv) in v.iter_mut().zip(&right) {
            *v += dv;
        }
        let left = 1.0 - v[n];
        area += 0.5 * h * (old + left);
        let t = h * f64::from(step);
        if half.is_nan() && left <= 0.5 {
            half = t;
        }
        if left.abs() > tolerance {
            settled = t;
        }
        if left.abs() < 1e-3 * tolerance {
            break;
        }
    }
    (half, settled, area)
}

#[test]
fn the_transient_of_a_ladder_agrees() {
    for (driver, load) in [
        (0.0, 0.0),
        (50.0, 5e-15),
        (300.0, 0.0),
        (20.0, 80e-15),
        (2000.0, 30e-15),
    ] {
        let line = line(128, driver, load);
        let bits = 8_u32;
        let (half, settled, area) = ladder(&line, 0.5_f64.powf(f64::from(bits) + 1.0));
        let elmore = line.elmore_delay().unwrap();
        // A ladder of 128 cells differs from a distributed line by parts of 1/128^2.
        assert!(
            (area / elmore - 1.0).abs() < 3e-3,
            "{driver} {load}: {area} {elmore}"
        );
        assert!(half <= elmore && half >= 0.6 * elmore, "{half} {elmore}");
        let expected = line.settling_time(bits).unwrap();
        assert!(
            (settled / expected - 1.0).abs() < 5e-3,
            "{driver} {load}: {settled} {expected}"
        );
    }
}

#[test]
fn impossible_lines_are_named() {
    let good = line(4, 10.0, 0.0);
    let message = |line: Line| line.elmore_delay().unwrap_err().to_string();
    assert!(message(Line { cells: 0, ..good }).starts_with("cells = 0"));
    assert!(
        message(Line {
            driver_resistance: -1.0,
            ..good
        })
        .starts_with("driver_resistance = -1")
    );
    assert!(
        message(Line {
            load_capacitance: f64::NAN,
            ..good
        })
        .starts_with("load_capacitance = NaN")
    );
    assert!(
        good.settling_time(0)
            .unwrap_err()
            .to_string()
            .starts_with("bits = 0")
    );
    assert!(good.settling_time(53).is_err());
}
