//! Random waveforms: their statistics and that they depend on nothing but the seed.

use ohmloom_devices::sources::{TimeWindow, Waveform};

const WINDOW: TimeWindow = TimeWindow {
    step: 1e-3,
    stop: 20.0,
};

fn prepared(form: &str, values: &[f64], seed: u64) -> Waveform {
    let mut waveform = Waveform::from_arguments(form, values, seed).expect("valid arguments");
    waveform.prepare(WINDOW);
    waveform
}

fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values
        .iter()
        .map(|value| (value - mean).powi(2))
        .sum::<f64>()
        / count;
    (mean, variance.sqrt())
}

/// Values at the middle of every interval of one millisecond.
fn samples(waveform: &Waveform, place: f64) -> Vec<f64> {
    (1..20_000)
        .map(|index| waveform.value((f64::from(index) + place) * 1e-3, WINDOW))
        .collect()
}

#[test]
fn white_noise_is_gaussian_at_its_samples_and_straight_between_them() {
    let noise = prepared("trnoise", &[2.0, 1e-3], 7);
    let at_samples = samples(&noise, 0.0);
    let (mean, deviation) = mean_and_deviation(&at_samples);
    assert!(
        mean.abs() < 0.06 && (deviation - 2.0).abs() < 0.05,
        "{mean} {deviation}"
    );
    let neighbours: f64 = at_samples.windows(2).map(|pair| pair[0] * pair[1]).sum();
    assert!((neighbours / 4.0 / at_samples.len() as f64).abs() < 0.03);
    let (left, right) = (noise.value(5e-3, WINDOW), noise.value(6e-3, WINDOW));
    let middle = noise.value(5.25e-3, WINDOW);
    assert!((middle - 0.75 * left - 0.25 * right).abs() < 1e-9);
    assert_eq!(noise.value(0.0, WINDOW), 0.0);
}

#[test]
fn noise_depends_on_the_seed_only() {
    for (form, values) in [
        ("trnoise", [1.0, 1e-3, 1.0, 1.0, 0.5, 0.1, 0.1].as_slice()),
        ("trrandom", &[2.0, 1e-3]),
    ] {
        let (first, same, other) = (
            prepared(form, values, 1),
            prepared(form, values, 1),
            prepared(form, values, 2),
        );
        let forward = samples(&first, 0.4);
        let mut backward: Vec<f64> = (1..20_000)
            .rev()
            .map(|index| same.value((f64::from(index) + 0.4) * 1e-3, WINDOW))
            .collect();
        backward.reverse();
        assert_eq!(forward, backward);
        assert_ne!(forward, samples(&other, 0.4));
    }
}

#[test]
fn power_law_noise_grows_like_its_exponent_says() {
    // The variance of increments of 1/f^alpha noise over a lag n grows as n^(alpha-1) for alpha between 1 and 2.
    let noise = prepared("trnoise", &[0.0, 1e-3, 1.6, 1.0], 3);
    let values = samples(&noise, 0.0);
    let spread = |lag: usize| {
        let sum: f64 = values
            .windows(lag + 1)
            .map(|part| (part[lag] - part[0]).powi(2))
            .sum();
        sum / (values.len() - lag) as f64
    };
    let exponent = (spread(100) / spread(10)).log10();
    assert!((exponent - 0.6).abs() < 0.15, "{exponent}");
}

#[test]
fn telegraph_noise_has_two_levels_and_the_right_duty() {
    let noise = prepared("trnoise", &[0.0, 0.0, 0.0, 0.0, 3.0, 0.02, 0.06], 5);
    let values = samples(&noise, 0.0);
    assert!(values.iter().all(|&value| value == 0.0 || value == 3.0));
    let (mean, _) = mean_and_deviation(&values);
    assert!((mean / 3.0 - 0.75).abs() < 0.08, "{mean}");
    // Every change lies at a breakpoint.
    let mut times = Vec::new();
    noise.breakpoints(0.0, 20.0, WINDOW, &mut times);
    for &time in &times {
        assert_ne!(
            noise.value(time - 1e-9, WINDOW),
            noise.value(time + 1e-9, WINDOW)
        );
    }
    let changes = values.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert!(times.len() >= changes && times.len() < 2 * changes);
}

#[test]
fn random_steps_follow_their_distributions() {
    for (values, mean, deviation) in [
        ([1.0, 1e-3, 0.0, 2.0, 0.5], 0.5, 2.0 / 3.0_f64.sqrt()),
        ([2.0, 1e-3, 0.0, 2.0, 0.5], 0.5, 2.0),
        ([3.0, 1e-3, 0.0, 2.0, 0.5], 2.5, 2.0),
        ([4.0, 1e-3, 0.0, 3.0, 0.5], 3.5, 3.0_f64.sqrt()),
    ] {
        let random = prepared("trrandom", &values, 11);
        let (found_mean, found_deviation) = mean_and_deviation(&samples(&random, 0.5));
        assert!(
            (found_mean - mean).abs() < 0.06,
            "{values:?}: mean {found_mean}"
        );
        assert!(
            (found_deviation - deviation).abs() < 0.06,
            "{values:?}: {found_deviation}"
        );
    }
}

#[test]
fn random_steps_hold_between_breakpoints_and_start_at_the_delay() {
    let random = prepared("trrandom", &[1.0, 0.1, 0.25, 1.0, 5.0], 2);
    assert_eq!(random.value(0.2, WINDOW), 0.0);
    let mut times = Vec::new();
    random.breakpoints(0.0, 1.0, WINDOW, &mut times);
    assert_eq!(times.len(), 8);
    for pair in times.windows(2) {
        let early = random.value(pair[0] + 1e-6, WINDOW);
        assert!(early > 3.9);
        assert_eq!(early, random.value(pair[1], WINDOW));
        assert_ne!(early, random.value(pair[1] + 1e-6, WINDOW));
    }
}
