//! Variability of JART VCM v1b: distributions of what is drawn, continuity where a cycle begins, refusals.

use ohmloom_devices::memristors::{Choices, Draw, JartParameters, JartV1b, Memristor};

const PARTS: [(&str, f64); 4] = [
    ("ndmin", 0.008),
    ("ndmax", 20.0),
    ("ldet", 0.4e-9),
    ("rdet", 45e-9),
];

fn cell(parameters: &JartParameters, name: &str) -> JartV1b {
    let draw = Draw { seed: 8, trial: 0 };
    JartV1b::new(parameters, Choices::default())
        .unwrap()
        .individual(name, draw)
}

fn own(cell: &JartV1b, quantity: &str, n: f64) -> f64 {
    cell.own(quantity, &[n.ln(), 0.0, 1.0]).unwrap()
}

/// The values are `nominal (1 + sigma z)` with a normal `z` that is cut off, within five standard errors.
fn assert_truncated(values: &[f64], nominal: f64, sigma: f64, cut: f64) {
    let z: Vec<f64> = values.iter().map(|v| (v / nominal - 1.0) / sigma).collect();
    assert!(z.iter().all(|z| z.abs() <= cut * (1.0 + 1e-9)));
    assert!(z.iter().any(|z| z.abs() > 0.95 * cut));
    let count = z.len() as f64;
    let mean = z.iter().sum::<f64>() / count;
    let spread = (z.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / (count - 1.0)).sqrt();
    // By Simpson's rule: the part of the distribution that is left, and its variance.
    let steps = 1000;
    let h = 2.0 * cut / f64::from(steps);
    let (mut part, mut second) = (0.0, 0.0);
    for k in 0..=steps {
        let x = -cut + f64::from(k) * h;
        let weight = match k {
            0 => 1.0,
            _ if k == steps => 1.0,
            _ if k % 2 == 1 => 4.0,
            _ => 2.0,
        } * (-0.5 * x * x).exp();
        part += weight;
        second += weight * x * x;
    }
    let expected = (second / part).sqrt();
    assert!(mean.abs() < 5.0 * expected / count.sqrt(), "{mean}");
    assert!(
        (spread - expected).abs() < 5.0 * expected / (2.0 * count).sqrt(),
        "{spread} instead of {expected}"
    );
}

#[test]
fn cells_differ_by_truncated_normal_deviates() {
    for cut in [1.5, 3.0] {
        let parameters = JartParameters {
            sigma_nmin: 0.2,
            sigma_nmax: 0.1,
            sigma_l: 0.05,
            sigma_r: 0.15,
            cut,
            ..JartParameters::default()
        };
        let cells: Vec<JartV1b> = (0..4000)
            .map(|k| cell(&parameters, &format!("n{k}")))
            .collect();
        for ((quantity, nominal), sigma) in PARTS.into_iter().zip([0.2, 0.1, 0.05, 0.15]) {
            let values: Vec<f64> = cells.iter().map(|cell| own(cell, quantity, 1.0)).collect();
            assert_truncated(&values, nominal, sigma, cut);
        }
        assert_eq!(own(&cells[7], "rdet", 1.0), {
            own(&cell(&parameters, "n7"), "rdet", 1.0)
        });
    }
    // A cell starts within its own limits.
    let wide = JartParameters {
        sigma_nmin: 0.3,
        ..JartParameters::default()
    };
    for k in 0..100 {
        let cell = cell(&wide, &format!("n{k}"));
        let [(low, _), ..] = cell.bounds();
        assert!(cell.initial()[0] >= low);
    }
}

/// Full cycles: at the end of each half cycle length and radius are those drawn for it.
#[test]
fn cycles_differ_by_truncated_normal_deviates_and_do_not_jump() {
    let cut = 2.0;
    let parameters = JartParameters {
        c2c_nmin: 0.2,
        c2c_nmax: 0.1,
        c2c_l: 0.05,
        c2c_r: 0.15,
        cut,
        ..JartParameters::default()
    };
    let mut cell = cell(&parameters, "n1");
    let mut drawn: [Vec<f64>; 4] = Default::default();
    let mut n = own(&cell, "ndmin", 1.0);
    cell.accept(-0.1, &[n.ln(), 0.0, 1.0]);
    assert_eq!(own(&cell, "cycle", n), 0.0);
    n = own(&cell, "ndmax", 1.0);
    for cycle in 0..4000 {
        let v = if cycle % 2 == 0 { 0.1 } else { -0.1 };
        let s = [n.ln(), 0.3 * v, 1.2];
        let before = cell.evaluate(v, &s);
        let geometry = [own(&cell, "ldet", n), own(&cell, "rdet", n)];
        cell.accept(v, &s);
        let after = cell.evaluate(v, &s);
        assert_eq!(own(&cell, "cycle", n), f64::from(cycle + 1));
        for (old, new) in geometry
            .into_iter()
            .zip([own(&cell, "ldet", n), own(&cell, "rdet", n)])
        {
            assert!((new / old - 1.0).abs() < 1e-12);
        }
        assert!((after.current / before.current - 1.0).abs() < 1e-12);
        assert!((after.rate[2] / before.rate[2] - 1.0).abs() < 1e-9);
        // Halfway in N: the mean of both ends.
        let (end, kind) = if v > 0.0 {
            (own(&cell, "ndmin", n), 0)
        } else {
            (own(&cell, "ndmax", n), 1)
        };
        let radius = |at: f64| own(&cell, "rdet", at);
        let mean = 0.5 * (radius(n) + radius(end));
        assert!((radius(0.5 * (n + end)) / mean - 1.0).abs() < 1e-12);
        drawn[kind].push(end);
        drawn[2].push(own(&cell, "ldet", end));
        drawn[3].push(radius(end));
        n = end;
    }
    for (((_, nominal), sigma), values) in PARTS.into_iter().zip([0.2, 0.1, 0.05, 0.15]).zip(&drawn)
    {
        assert_truncated(values, nominal, sigma, cut);
    }
    // Neighbouring cycles are independent of each other.
    let z: Vec<f64> = drawn[3].iter().map(|r| (r / 45e-9 - 1.0) / 0.15).collect();
    let product: f64 = z.windows(2).map(|pair| pair[0] * pair[1]).sum();
    assert!((product / z.len() as f64).abs() < 5.0 / (z.len() as f64).sqrt());
    cell.begin();
    assert_eq!(own(&cell, "rdet", 1.0), 45e-9);
}

/// A reversal after which nothing was switched draws nothing, and what happens close to a limit does not jump.
#[test]
fn small_reversals_draw_nothing() {
    let parameters = JartParameters {
        c2c_r: 0.15,
        c2c_nmax: 0.1,
        ..JartParameters::default()
    };
    let mut cell = cell(&parameters, "n1");
    let at = |n: f64| [n.ln(), 0.0, 1.0];
    cell.accept(-1.0, &at(0.008));
    cell.accept(1.0, &at(19.0));
    let radius = own(&cell, "rdet", 18.9);
    for k in 0..10 {
        let v = if k % 2 == 0 { -1e-9 } else { 1e-9 };
        cell.accept(v, &at(18.9));
        assert_eq!(own(&cell, "cycle", 18.9), 1.0);
        assert!((own(&cell, "rdet", 18.9) / radius - 1.0).abs() < 1e-12);
    }
    // Set again from just below the limit: a change of N by 1e-4 of it moves the radius by at most a hundredth of its way.
    cell.accept(1.0, &at(10.0));
    cell.accept(-1.0, &at(10.0));
    let (_, high) = cell.bounds()[0];
    cell.accept(1.0, &[high, 0.0, 1.0]);
    cell.accept(-1.0, &[high - 1e-4, 0.0, 1.0]);
    let limit = high.exp();
    let moved = own(&cell, "rdet", limit) / own(&cell, "rdet", limit * (1.0 - 1e-4));
    assert!((moved - 1.0).abs() < 0.15 * 3.0 * 2.0 * 0.011, "{moved}");
}

#[test]
fn spreads_that_could_make_impossible_cells_are_refused() {
    let plain = JartParameters::default;
    for (parameters, name) in [
        (
            JartParameters {
                sigma_r: -0.1,
                ..plain()
            },
            "sigma_r",
        ),
        (
            JartParameters {
                c2c_r: 0.4,
                ..plain()
            },
            "c2c_r",
        ),
        (
            JartParameters {
                cut: 0.01,
                ..plain()
            },
            "cut",
        ),
        (
            JartParameters {
                cut: f64::NAN,
                ..plain()
            },
            "cut",
        ),
        (
            JartParameters {
                seed: Some(-1.0),
                ..plain()
            },
            "seed",
        ),
        (
            JartParameters {
                ndmin: 15.0,
                ndisc0: 16.0,
                sigma_nmax: 0.1,
                ..plain()
            },
            "sigma_nmax",
        ),
        (
            JartParameters {
                ldet: 2.5e-9,
                sigma_l: 0.1,
                ..plain()
            },
            "sigma_l",
        ),
    ] {
        let error = JartV1b::new(&parameters, Choices::default()).unwrap_err();
        assert!(error.to_string().starts_with(name), "{error}");
    }
}
