//! Statistics of samples, and the arrays that they come from.

use ohmloom_devices::nonidealities::{
    ConductanceRange, Instance, Nonidealities, Nonideality, ProgrammedArray,
};

pub(crate) const RANGE: ConductanceRange = ConductanceRange {
    g_min: 1e-6,
    g_max: 1e-4,
};

pub(crate) fn instance(seed: u64) -> Instance {
    Instance {
        seed,
        ..Instance::default()
    }
}

/// An array of equal cells.
pub(crate) fn flat(rows: usize, columns: usize, g: f64) -> ProgrammedArray {
    ProgrammedArray::new(rows, columns, vec![g; rows * columns], RANGE).unwrap()
}

pub(crate) fn only(entry: Nonideality) -> Nonidealities {
    Nonidealities {
        entries: vec![entry],
    }
}

/// The conductances of a flat array after one non-ideality.
pub(crate) fn sample(entry: Nonideality, g: f64, cells: usize) -> Vec<f64> {
    let mut array = flat(cells / 200, 200, g);
    only(entry).program(&mut array, &instance(5)).unwrap();
    array.into_conductance()
}

pub(crate) fn mean_and_sigma(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean, variance.sqrt())
}

/// Mean and standard deviation are those of a normal distribution, within five standard errors.
pub(crate) fn assert_moments(values: &[f64], mean: f64, sigma: f64) {
    let (found_mean, found_sigma) = mean_and_sigma(values);
    let count = values.len() as f64;
    assert!(
        (found_mean - mean).abs() < 5.0 * sigma / count.sqrt(),
        "mean {found_mean} instead of {mean}"
    );
    assert!(
        (found_sigma - sigma).abs() < 5.0 * sigma / (2.0 * count).sqrt(),
        "sigma {found_sigma} instead of {sigma}"
    );
}

/// A count of independent events, within five standard deviations.
pub(crate) fn assert_rate(count: usize, of: usize, probability: f64) {
    let expected = of as f64 * probability;
    let sigma = (expected * (1.0 - probability)).sqrt();
    assert!(
        (count as f64 - expected).abs() <= 5.0 * sigma,
        "{count} of {of} instead of {expected}"
    );
}

/// Kolmogorov-Smirnov: the sample follows the distribution; the chance of failing is 2 exp(-2 * 2.2^2) = 1.3e-4 for a random seed, and the
/// seeds are fixed.
pub(crate) fn assert_distributed(values: &[f64], cdf: impl Fn(f64) -> f64) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len() as f64;
    let distance = sorted.iter().enumerate().fold(0.0_f64, |largest, (k, &x)| {
        let f = cdf(x);
        largest
            .max((f - k as f64 / count).abs())
            .max(((k + 1) as f64 / count - f).abs())
    });
    assert!(
        distance < 2.2 / count.sqrt(),
        "distance {distance} for {count} values"
    );
}

/// The normal distribution function: the series of the error function near the middle, its continued fraction in the tails.
pub(crate) fn normal_cdf(z: f64) -> f64 {
    let x = z.abs();
    let density = (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
    let upper = if x < 3.0 {
        let (mut term, mut sum) = (x, x);
        for k in 1..200 {
            term *= x * x / f64::from(2 * k + 1);
            sum += term;
        }
        0.5 - density * sum
    } else {
        let fraction = (1..200).rev().fold(x, |tail, k| x + f64::from(k) / tail);
        density / fraction
    };
    if z < 0.0 { upper } else { 1.0 - upper }
}
