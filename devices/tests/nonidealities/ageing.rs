//! Drift, retention, temperature.

use ohmloom_devices::nonidealities::{Drift, Nonideality, Retention, RetentionLaw, Temperature};

use RetentionLaw::{Exponential, Logarithmic};

use crate::statistics::{assert_distributed, normal_cdf, sample};

#[test]
fn drift_is_a_power_of_time_with_normal_exponents() {
    let drift = |time, nu_sigma| {
        Nonideality::Drift(Drift {
            time,
            reference_time: 20.0,
            nu: 0.06,
            nu_sigma,
        })
    };
    assert_eq!(sample(drift(20.0, 0.02), 5e-5, 200), vec![5e-5; 200]);
    let plain = sample(drift(2000.0, 0.0), 5e-5, 200);
    assert!(
        plain
            .iter()
            .all(|g| (g / 5e-5 - 100_f64.powf(-0.06)).abs() < 1e-14)
    );
    let spread = sample(drift(2000.0, 0.02), 5e-5, 20_000);
    assert_distributed(&spread, |g| {
        1.0 - normal_cdf((-(g / 5e-5).ln() / 100_f64.ln() - 0.06) / 0.02)
    });
    // The exponent belongs to the cell: at another time it is the same.
    let later = sample(drift(200_000.0, 0.02), 5e-5, 20_000);
    for (early, late) in spread.iter().zip(&later) {
        assert!(((late / 5e-5).ln() - 2.0 * (early / 5e-5).ln()).abs() < 1e-12);
    }
}

#[test]
fn retention_ends_where_it_should() {
    let retention = |time, tau_sigma, law, beta, g_final| {
        Nonideality::Retention(Retention {
            time,
            tau: 1e4,
            tau_sigma,
            beta,
            law,
            g_final,
        })
    };
    let left = |entry, end: f64| (sample(entry, 5e-5, 200)[7] - end) / (5e-5 - end);
    assert!((left(retention(0.0, 0.0, Exponential, 1.0, None), 1e-6) - 1.0).abs() < 1e-15);
    assert!(
        (left(retention(1e4, 0.0, Exponential, 0.5, None), 1e-6) - (-1_f64).exp()).abs() < 1e-14
    );
    assert!(
        (left(retention(4e4, 0.0, Exponential, 0.5, None), 1e-6) - (-2_f64).exp()).abs() < 1e-14
    );
    assert!((left(retention(9.9e5, 0.0, Logarithmic, 0.1, Some(1e-4)), 1e-4) - 0.8).abs() < 1e-14);
    assert!(left(retention(1e20, 0.0, Logarithmic, 0.1, None), 1e-6).abs() < 1e-14);
    // With an exponential law, ln(-ln s) = ln t - ln tau is normal.
    let spread = sample(
        retention(1e4, 0.5, Exponential, 1.0, Some(0.0)),
        5e-5,
        20_000,
    );
    assert_distributed(&spread, |g| 1.0 - normal_cdf((-(g / 5e-5).ln()).ln() / 0.5));
}

#[test]
fn temperature_acts_from_both_ends_of_the_range() {
    let heat = |temperature, alpha_on, alpha_off| {
        Nonideality::Temperature(Temperature {
            temperature,
            reference: 300.0,
            alpha_on,
            alpha_off,
        })
    };
    let at = |g, entry| sample(entry, g, 200)[0] / g;
    assert!((at(1e-4, heat(350.0, -1e-3, 4e-3)) - 0.95).abs() < 1e-14);
    assert!((at(1e-6, heat(350.0, -1e-3, 4e-3)) - 1.2).abs() < 1e-14);
    assert!((at(5.05e-5, heat(350.0, -1e-3, 4e-3)) - 1.075).abs() < 1e-14);
    assert_eq!(at(5e-5, heat(300.0, -1e-3, 4e-3)), 1.0);
    assert_eq!(at(1e-4, heat(1500.0, -1e-3, 0.0)), 0.0);
}
