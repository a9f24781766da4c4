//! Phase-change statistics: against the published coefficients (a file, where it is there) and against closed forms.

use std::path::{Path, PathBuf};

use ohmloom_devices::nonidealities::{
    ConductanceRange, Nonideality, Pcm, PcmModel, ProgrammedArray,
};
use serde_json::Value;

use crate::statistics::{assert_distributed, assert_moments, instance, normal_cdf, only};

const MODELS: [(PcmModel, &str, &str); 3] = [
    (PcmModel::Nandakumar2019, "pcm_nandakumar2019", ""),
    (PcmModel::HermesOneDevice, "pcm_hermes_2023", "one_device"),
    (PcmModel::HermesTwoDevices, "pcm_hermes_2023", "two_devices"),
];

fn published() -> Option<Value> {
    let folder = std::env::var_os("OHMLOOM_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"),
        PathBuf::from,
    );
    let path = folder.join("devices/noise_models.json");
    if let Ok(text) = std::fs::read_to_string(&path) {
        return Some(serde_json::from_str(&text).unwrap());
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "missing: {}",
        path.display()
    );
    eprintln!("SKIPPED: no {} (set OHMLOOM_DATA)", path.display());
    None
}

/// Programming noise, highest conductance and times, which the file holds as numbers.
#[test]
fn coefficients_are_those_of_the_published_models() {
    let Some(file) = published() else { return };
    for (model, name, part) in MODELS {
        let whole = &file[name];
        let of = |key: &str| {
            if part.is_empty() || whole[part][key].is_null() {
                &whole[key]
            } else {
                &whole[part][key]
            }
        };
        let g_max = of("g_max_uS").as_f64().unwrap();
        assert!((model.g_max() * 1e6 - g_max).abs() < 1e-9);
        let coefficients: Vec<f64> = of("sigma_prog_uS_poly_x")
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c.as_f64().unwrap())
            .collect();
        for k in 0..=20 {
            let x = f64::from(k) / 20.0;
            let sigma: f64 = coefficients
                .iter()
                .zip(0_i32..)
                .map(|(c, p)| c * x.powi(p))
                .sum();
            assert!((model.programming_sigma(x) * g_max - sigma.max(0.0)).abs() < 1e-12);
        }
        let t0 = of("t0_s").as_f64().unwrap();
        assert!((model.drift(9.0 * t0, 0.5) - 10_f64.powf(-0.5)).abs() < 1e-14);
        // ln((t + t0 + tr)/(2 tr)) = 1 where t + t0 = (2e - 1) tr: the first read is long after that, so compare two times.
        let tr = of("t_read_s").as_f64().unwrap();
        let ratio = model.read_sigma(0.5, 1e6) / model.read_sigma(0.5, 0.0);
        let expected = (((1e6 + t0 + tr) / (2.0 * tr)).ln() / ((t0 + tr) / (2.0 * tr)).ln()).sqrt();
        assert!((ratio - expected).abs() < 1e-12);
    }
}

/// The fits that the file holds as text, written out once more.
#[test]
fn fits_are_those_of_the_published_models() {
    let near = |(a, b): (f64, f64)| assert!((a - b).abs() < 1e-12, "{a} {b}");
    for k in 1..=100 {
        let x = f64::from(k) / 100.0;
        let l = x.ln();
        let (mean, sigma) = PcmModel::Nandakumar2019.drift_exponent(x);
        near((mean, (-0.0155 * l + 0.0244).clamp(0.049, 0.1)));
        near((sigma, (-0.0125 * l - 0.0059).clamp(0.008, 0.045)));
        let q = |model: PcmModel, t_over: f64| model.read_sigma(x, 0.0) / t_over.ln().sqrt();
        near((
            q(PcmModel::Nandakumar2019, (20.0 + 250e-9) / 500e-9),
            (0.0088 / x.powf(0.65).max(1e-3)).min(0.2),
        ));
        let nu = if x < 0.0945 {
            (-0.0387 * l - 0.0182).clamp(0.072, 0.13)
        } else {
            -0.0436 * x * x - 0.0126 * x + 0.0736
        };
        let (one, two) = (PcmModel::HermesOneDevice, PcmModel::HermesTwoDevices);
        near((one.drift_exponent(x).0, nu));
        near((two.drift_exponent(x).0, nu));
        near((
            one.drift_exponent(x).1,
            if x < 0.3039 {
                (-0.0120 * l - 0.0023).clamp(0.0124, 0.04)
            } else {
                -0.0165 * x * x + 0.0116 * x + 0.0104
            },
        ));
        near((
            two.drift_exponent(x).1,
            if x < 0.3055 {
                (-0.0117 * l - 0.0057).clamp(0.0091, 0.04)
            } else {
                -0.0118 * x * x + 0.0093 * x + 0.0073
            },
        ));
        near((
            q(one, (200.0 + 512e-9) / 1024e-9),
            if x < 0.1591 {
                (-0.0078 * l + 0.0038).clamp(0.0179, 0.04)
            } else {
                0.0664 * x.powi(3) - 0.1352 * x * x + 0.0768 * x + 0.0088
            },
        ));
        near((
            q(two, (300.0 + 512e-9) / 1024e-9),
            if x < 0.16 {
                (-0.0117 * l - 0.0069).clamp(0.015, 0.04)
            } else {
                0.0069 * x.powi(3) - 0.0280 * x * x + 0.0211 * x + 0.0123
            },
        ));
    }
    // A cell of conductance zero has the widest drift, and no infinities.
    assert_eq!(PcmModel::Nandakumar2019.drift_exponent(0.0), (0.1, 0.045));
    assert!(PcmModel::Nandakumar2019.read_sigma(0.0, 1.0).is_finite());
}

/// A thousand times the published conductance range: everything scales.
fn programmed(pcm: &Pcm, x: f64) -> ProgrammedArray {
    let range = ConductanceRange {
        g_min: 0.0,
        g_max: 25e-3,
    };
    let mut array = ProgrammedArray::new(200, 200, vec![x * 25e-3; 40_000], range).unwrap();
    only(Nonideality::Pcm(pcm.clone()))
        .program(&mut array, &instance(11))
        .unwrap();
    array
}

#[test]
fn programming_drift_and_reads_have_their_distributions() {
    let x = 0.4;
    let g = 10e-3;
    let model = PcmModel::Nandakumar2019;
    let part = Pcm {
        programming: false,
        drift: false,
        read_noise: false,
        ..Pcm::new(model, 0.0)
    };
    let sigma = (0.26348 + 1.9650 * x - 1.1731 * x * x) * 1e-3;
    let written = programmed(
        &Pcm {
            programming: true,
            ..part.clone()
        },
        x,
    );
    assert_moments(written.conductance(), g, sigma);
    assert_distributed(written.conductance(), |value| {
        normal_cdf((value - g) / sigma)
    });
    // A day: |N(mu, s)| with mu at its lower limit.
    let day = Pcm {
        drift: true,
        time: 86_400.0,
        ..part.clone()
    };
    let nu: Vec<f64> = programmed(&day, x)
        .conductance()
        .iter()
        .map(|value| -(value / g).ln() / (86_420.0_f64 / 20.0).ln())
        .collect();
    let s = (-0.0125 * x.ln() - 0.0059_f64).clamp(0.008, 0.045);
    assert_distributed(&nu, |n| {
        normal_cdf((n - 0.049) / s) - normal_cdf((-n - 0.049) / s)
    });
    // One second after programming: about 1.7 % of read noise at this conductance.
    let noisy = Pcm {
        read_noise: true,
        time: 1.0,
        ..part
    };
    let array = programmed(&noisy, x);
    let mut read = vec![0.0; 40_000];
    only(Nonideality::Pcm(noisy))
        .read(&array, &instance(11), 0, &mut read)
        .unwrap();
    let relative = 0.0088 / x.powf(0.65) * (21.000_000_25_f64 / 500e-9).ln().sqrt();
    assert_moments(&read, g, g * relative);
}

#[test]
fn read_noise_depends_on_the_conductance_before_drift() {
    let pcm = Pcm {
        programming: false,
        ..Pcm::new(PcmModel::Nandakumar2019, 3.2e7)
    };
    let array = programmed(&pcm, 0.4);
    let mut read = vec![0.0; 40_000];
    only(Nonideality::Pcm(pcm))
        .read(&array, &instance(11), 5, &mut read)
        .unwrap();
    let relative: Vec<f64> = read
        .iter()
        .zip(array.conductance())
        .map(|(a, b)| a / b)
        .collect();
    assert_moments(
        &relative,
        1.0,
        0.0088 / 0.4_f64.powf(0.65) * (32_000_020.0_f64 / 500e-9).ln().sqrt(),
    );
}
