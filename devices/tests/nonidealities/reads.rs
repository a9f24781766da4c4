//! Noise of reads: variances from physical constants, independence of reads.

use ohmloom_devices::nonidealities::{
    DeviceToDevice, Distribution, FlickerNoise, Nonidealities, Nonideality, RandomTelegraphNoise,
    ShotNoise, Stuck, ThermalNoise,
};

use crate::statistics::{
    assert_distributed, assert_moments, assert_rate, flat, instance, normal_cdf, only,
};

const G: f64 = 5e-5;

fn read(entry: &Nonideality, read: u32) -> Vec<f64> {
    let array = flat(200, 200, G);
    let mut g = vec![0.0; 40_000];
    only(entry.clone())
        .read(&array, &instance(4), read, &mut g)
        .unwrap();
    g
}

#[test]
fn noise_has_the_variance_of_its_physics() {
    let (k, q) = (1.380_649e-23, 1.602_176_634e-19);
    let thermal = Nonideality::ThermalNoise(ThermalNoise {
        voltage: 0.2,
        bandwidth: 1e8,
        temperature: 350.0,
    });
    let sigma = (4.0 * k * 350.0 * G * 1e8_f64).sqrt() / 0.2;
    assert_moments(&read(&thermal, 0), G, sigma);
    assert_distributed(&read(&thermal, 1), |g| normal_cdf((g - G) / sigma));
    let shot = Nonideality::ShotNoise(ShotNoise {
        voltage: 0.2,
        bandwidth: 1e8,
    });
    assert_moments(
        &read(&shot, 0),
        G,
        (2.0 * q * G * 0.2 * 1e8_f64).sqrt() / 0.2,
    );
    // Twice the thermal voltage 2kT/q: thermal and shot noise are equal there.
    let v = 2.0 * k * 300.0 / q;
    let thermal = Nonideality::ThermalNoise(ThermalNoise {
        voltage: v,
        bandwidth: 1e6,
        temperature: 300.0,
    });
    let shot = Nonideality::ShotNoise(ShotNoise {
        voltage: v,
        bandwidth: 1e6,
    });
    let ratio = crate::statistics::mean_and_sigma(&read(&thermal, 0)).1
        / crate::statistics::mean_and_sigma(&read(&shot, 0)).1;
    assert!((ratio - 1.0).abs() < 5.0 / 40_000_f64.sqrt(), "{ratio}");
    let flicker = Nonideality::FlickerNoise(FlickerNoise {
        amplitude: 0.01,
        f_low: 1e-3,
        f_high: 1e7,
    });
    assert_moments(
        &read(&flicker, 0),
        G,
        G * 0.01 * 23.025_850_929_940_457_f64.sqrt(),
    );
}

#[test]
fn reads_are_independent_and_repeatable() {
    let entry = Nonideality::FlickerNoise(FlickerNoise {
        amplitude: 0.01,
        f_low: 1.0,
        f_high: 1e7,
    });
    let (first, second) = (read(&entry, 0), read(&entry, 1));
    assert_eq!(first, read(&entry, 0));
    let products: Vec<f64> = first
        .iter()
        .zip(&second)
        .map(|(a, b)| (a - G) * (b - G))
        .collect();
    let variance = crate::statistics::mean_and_sigma(&first).1.powi(2);
    let (mean, _) = crate::statistics::mean_and_sigma(&products);
    assert!(mean.abs() < 5.0 * variance / 200.0);
}

#[test]
fn telegraph_noise_has_two_levels_in_the_cells_with_traps() {
    let entry = Nonideality::RandomTelegraphNoise(RandomTelegraphNoise {
        amplitude: 0.3,
        duty: 0.25,
        cells: 0.4,
    });
    let reads: Vec<Vec<f64>> = (0..30).map(|number| read(&entry, number)).collect();
    let mut low = vec![0; 40_000];
    for g in &reads {
        for (count, g) in low.iter_mut().zip(g) {
            assert!(*g == G || (g - 0.7 * G).abs() < 1e-18);
            *count += usize::from(*g < G);
        }
    }
    // A trap that never was full in 30 reads has a chance of 0.75^30 = 1.8e-4.
    assert_rate(
        low.iter().filter(|&&count| count > 0).count(),
        40_000,
        0.4 * (1.0 - 0.75_f64.powi(30)),
    );
    assert_rate(low.iter().sum(), 40_000 * 30, 0.1);
}

#[test]
fn reading_leaves_the_array_and_programming_leaves_noise() {
    let entry = Nonideality::ShotNoise(ShotNoise {
        voltage: 0.2,
        bandwidth: 1e8,
    });
    let list = only(entry.clone());
    let mut array = flat(4, 4, G);
    list.program(&mut array, &instance(1)).unwrap();
    assert_eq!(array.conductance(), vec![G; 16]);
    assert!(list.has_read_noise());
    assert!(!only(Nonideality::Stuck(Stuck::independent(0.1, 0.1))).has_read_noise());
    let mut short = vec![0.0; 3];
    assert!(list.read(&array, &instance(1), 0, &mut short).is_err());
    // Negative samples of a tiny conductance are cut and counted.
    let tiny = flat(100, 100, 1e-12);
    let mut g = vec![0.0; 10_000];
    let report = list.read(&tiny, &instance(1), 0, &mut g).unwrap();
    assert!(report[0].clipped > 1000 && g.iter().all(|&g| g >= 0.0));
}

#[test]
fn programming_and_reading_at_once_is_both_in_turn() {
    let list = Nonidealities {
        entries: vec![
            Nonideality::DeviceToDevice(DeviceToDevice {
                sigma: 0.8,
                distribution: Distribution::Normal,
            }),
            Nonideality::FlickerNoise(FlickerNoise {
                amplitude: 0.2,
                f_low: 1.0,
                f_high: 1e6,
            }),
        ],
    };
    let (found, report) = list
        .program_and_read(flat(50, 50, G), &instance(4))
        .unwrap();
    let mut array = flat(50, 50, G);
    let programmed = list.program(&mut array, &instance(4)).unwrap();
    let mut g = vec![0.0; 2500];
    let read = list.read(&array, &instance(4), 0, &mut g).unwrap();
    assert_eq!(found, g);
    assert_eq!(report[0].clipped, programmed[0].clipped);
    assert_eq!(report[1].clipped, read[1].clipped);
    assert!(report[0].clipped > 100);
    // Without noise the programmed conductances are left.
    let quiet = Nonidealities {
        entries: list.entries[..1].to_vec(),
    };
    let (found, _) = quiet
        .program_and_read(flat(50, 50, G), &instance(4))
        .unwrap();
    assert_eq!(found, array.conductance());
}
