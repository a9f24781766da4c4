//! Resistivity of narrow lines, against integrals, limits and published figures.

use ohmloom_layouts::wires::{
    Conductor, LineGeometry, Technology, grain_boundary_factor, resistivity, scaled_local_metal,
    surface_factor,
};

/// The integral as Fuchs and Sondheimer write it, over t from 1 to infinity, by Simpson's rule in ln t.
fn fuchs_sondheimer(kappa: f64, p: f64) -> f64 {
    let f = |y: f64| {
        let t = y.exp();
        (t.powi(-3) - t.powi(-5)) * (1.0 - (-kappa * t).exp()) / (1.0 - p * (-kappa * t).exp()) * t
    };
    let (steps, end) = (200_000, 20.0);
    let h = end / f64::from(steps);
    let sum: f64 = (0..=steps)
        .map(|k| {
            let weight = if k == 0 || k == steps {
                1.0
            } else if k % 2 == 1 {
                4.0
            } else {
                2.0
            };
            weight * f(h * f64::from(k))
        })
        .sum();
    1.0 / (1.0 - 1.5 / kappa * (1.0 - p) * sum * h / 3.0)
}

#[test]
fn surface_scattering_is_the_integral_of_fuchs_and_sondheimer() {
    for p in [0.0, 0.2, 0.5, 0.9] {
        for kappa in [0.02, 0.1, 0.35, 1.0, 3.0, 20.0, 300.0] {
            let (found, expected) = (surface_factor(kappa, p), fuchs_sondheimer(kappa, p));
            assert!(
                (found / expected - 1.0).abs() < 1e-8,
                "kappa {kappa}, p {p}: {found} {expected}"
            );
        }
    }
}

#[test]
fn surface_scattering_has_its_limits() {
    // Thick: 1 + 3 (1 - p)/(8 kappa).
    for p in [0.0, 0.5] {
        let found = surface_factor(1e4, p) - 1.0;
        assert!((found / (3.0 * (1.0 - p) / 8e4) - 1.0).abs() < 1e-3);
    }
    for kappa in [1e-4, 1e-6, 1e-8_f64] {
        // 1/F = (3/4) kappa (ln(1/kappa) + 1 - gamma) + O(kappa^2 ln kappa), from the exponential integrals of the closed form.
        let expected = 0.75 * kappa * (-kappa.ln() + 1.0 - 0.577_215_664_901_532_9);
        let found = 1.0 / surface_factor(kappa, 0.0);
        assert!(
            (found / expected - 1.0).abs() < 2.0 * kappa.sqrt(),
            "{kappa}: {found} {expected}"
        );
    }
    assert_eq!(surface_factor(0.01, 1.0), 1.0);
    assert_eq!(surface_factor(f64::INFINITY, 0.0), 1.0);
    let mut last = f64::INFINITY;
    for k in 0..100 {
        let factor = surface_factor(1e-6 * 1.3_f64.powi(k), 0.3);
        assert!(factor < last && factor >= 1.0);
        last = factor;
    }
}

#[test]
fn grain_boundaries_are_the_integral_of_mayadas_and_shatzkes() {
    // The closed form is 3 int u^3/(u + a) du over the unit interval.
    for a in [1e-6, 0.01, 0.5, 1.0, 5.0, 19.9, 20.1, 100.0, 1e6] {
        let steps = 20_000;
        let h = 1.0 / f64::from(steps);
        let f = |u: f64| 3.0 * u.powi(3) / (u + a);
        let sum: f64 = (0..=steps)
            .map(|k| {
                let weight = if k == 0 || k == steps {
                    1.0
                } else if k % 2 == 1 {
                    4.0
                } else {
                    2.0
                };
                weight * f(h * f64::from(k))
            })
            .sum();
        let expected = 3.0 / (sum * h);
        // R = 1/2 makes a equal to the ratio of lengths.
        let found = grain_boundary_factor(a, 0.5);
        assert!(
            (found / expected - 1.0).abs() < 1e-9,
            "{a}: {found} {expected}"
        );
    }
    assert_eq!(grain_boundary_factor(3.0, 0.0), 1.0);
    assert_eq!(grain_boundary_factor(0.0, 0.4), 1.0);
}

#[test]
fn a_wide_line_has_the_resistivity_of_the_bulk() {
    let copper = Conductor::copper(1e-3);
    let rho = resistivity(&copper, 1e-3, 1e-3).unwrap();
    assert!((rho / 16.78e-9 - 1.0).abs() < 1e-4);
    let line = LineGeometry {
        width: 1e-6,
        thickness: 0.5e-6,
        pitch: 2e-6,
        barrier: 0.0,
    };
    let bulk = Conductor::bulk(20e-9);
    assert!((line.resistance_per_length(&bulk).unwrap() - 20e-9 / 0.5e-12).abs() < 1e-6);
    let lined = LineGeometry {
        barrier: 0.1e-6,
        ..line
    };
    assert!((lined.resistance_per_length(&bulk).unwrap() - 20e-9 / (0.8e-6 * 0.4e-6)).abs() < 1e-6);
    assert!((lined.current_density(1e-3).unwrap() - 1e-3 / 0.32e-12).abs() < 1.0);
}

/// Copper lines of scaled nodes: the fit to measured lines of I. Ciofi et al., IEEE Trans. Electron Devices 63, 2488 (2016),
/// `rho = 32.05 + 82 cosh(x/3.75)/cosh(w/7.5) + the same in height` (nOhm m, nm), averaged over the cross section.
#[test]
fn narrow_copper_is_as_resistive_as_published() {
    let mut last = 0.0;
    for node in [16, 7, 5, 4, 3] {
        let line = scaled_local_metal(node).unwrap();
        let (width, thickness) = line.core().unwrap();
        let mean = |size: f64| 7.5e-9 / size * (size / 7.5e-9).tanh();
        let published = (32.05 + 82.0 * (mean(width) + mean(thickness))) * 1e-9;
        let found = resistivity(&Conductor::copper(width), width, thickness).unwrap();
        assert!(
            (found / published - 1.0).abs() < 0.18,
            "{node} nm: {found} {published}"
        );
        assert!(found > last);
        last = found;
    }
    assert!(scaled_local_metal(90).is_none());
}

#[test]
fn technologies_are_plausible_metals() {
    for technology in Technology::ALL {
        let rho = technology.effective_resistivity();
        assert!((27e-9..55e-9).contains(&rho), "{technology:?}: {rho}");
        technology.geometry().core().unwrap();
        let wire = technology.cell_wire(1e-6).unwrap();
        // On-chip lines have 0.08 to 0.3 fF/um.
        assert!(
            (0.05e-15..0.3e-15).contains(&wire.capacitance()),
            "{technology:?}: {wire:?}"
        );
        assert!(technology.cell_wire(0.0).is_err());
        if let Some(current) = technology.highest_current() {
            let density = technology.geometry().current_density(current).unwrap();
            assert!((5e9..2e10).contains(&density), "{density}");
        }
    }
    assert!((Technology::Sky130Met1.highest_current().unwrap() - 0.392e-3).abs() < 1e-12);
}

#[test]
fn impossible_lines_are_named() {
    let line = LineGeometry {
        width: 20e-9,
        thickness: 40e-9,
        pitch: 40e-9,
        barrier: 2e-9,
    };
    let message = |line: LineGeometry| line.core().unwrap_err().to_string();
    assert!(message(LineGeometry { width: 0.0, ..line }).starts_with("width = 0"));
    assert!(
        message(LineGeometry {
            thickness: f64::NAN,
            ..line
        })
        .starts_with("thickness = NaN")
    );
    assert!(
        message(LineGeometry {
            pitch: 20e-9,
            ..line
        })
        .contains("must be above the width")
    );
    assert!(
        message(LineGeometry {
            barrier: 10e-9,
            ..line
        })
        .contains("leaves no conductor")
    );
    let copper = Conductor::copper(20e-9);
    let message =
        |conductor: Conductor| resistivity(&conductor, 1e-8, 1e-8).unwrap_err().to_string();
    assert!(
        message(Conductor {
            specularity: 1.1,
            ..copper
        })
        .starts_with("specularity = 1.1")
    );
    assert!(
        message(Conductor {
            reflection: 1.0,
            ..copper
        })
        .starts_with("reflection = 1")
    );
    assert!(
        message(Conductor {
            grain_size: 0.0,
            ..copper
        })
        .starts_with("grain_size = 0")
    );
    assert!(
        message(Conductor {
            bulk_resistivity: -1.0,
            ..copper
        })
        .starts_with("bulk_resistivity = -1")
    );
    assert!(
        message(Conductor {
            mean_free_path: f64::INFINITY,
            ..copper
        })
        .starts_with("mean_free_path")
    );
}
