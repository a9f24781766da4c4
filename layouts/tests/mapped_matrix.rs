//! A matrix on tiles against the plain product, and against solutions of its arrays.

use ohmloom_layouts::{Converters, LayoutError, MappedMatrix, SignalRange, TileSettings};
use ohmloom_peripherals::{ConverterSettings, Magnitudes, RangePolicy, Resolution};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn random(count: usize, seed: u64) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..count).map(|_| random.random_range(-1.0..1.0)).collect()
}

fn product(weights: &[f64], inputs: &[f64], outputs: usize) -> Vec<f64> {
    let width = weights.len() / outputs;
    inputs
        .chunks_exact(width)
        .flat_map(|x| {
            weights
                .chunks_exact(width)
                .map(move |w| w.iter().zip(x).map(|(w, x)| w * x).sum())
        })
        .collect()
}

fn tile(rows: usize, columns: usize, ohm: f64) -> TileSettings {
    TileSettings {
        rows,
        columns,
        ..TileSettings::default()
    }
    .with_wires(ohm)
}

fn solved(weights: &[f64], outputs: usize, settings: &TileSettings) -> MappedMatrix {
    let mut mapped =
        MappedMatrix::new(weights, outputs, weights.len() / outputs, settings).unwrap();
    mapped.solve().unwrap();
    mapped
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn ideal_tiles_multiply_exactly(
        outputs in 1..20usize, inputs in 1..40usize, rows in 1..20usize, columns in 2..18usize, vectors in 1..4usize, seed: u64,
    ) {
        let weights = random(outputs * inputs, seed);
        let x = random(vectors * inputs, seed ^ 1);
        let mapped = solved(&weights, outputs, &tile(rows, columns, 0.0));
        let mut y = vec![f64::NAN; vectors * outputs];
        mapped.multiply(&x, &Converters::ideal(0.2, 0.7), &mut y).unwrap();
        for (found, expected) in y.iter().zip(product(&weights, &x, outputs)) {
            prop_assert!((found - expected).abs() < 1e-12 * inputs as f64, "{found} {expected}");
        }
        let tiles = inputs.div_ceil(rows) * outputs.div_ceil(columns / 2);
        prop_assert_eq!(mapped.tiles().len(), tiles);
        let used = 2.0 * (outputs * inputs) as f64 / (tiles * rows * columns) as f64;
        prop_assert!((mapped.utilisation() - used).abs() < 1e-12);
    }

    #[test]
    fn every_tile_agrees_with_a_fresh_direct_solution(outputs in 1..8usize, inputs in 1..30usize, seed: u64, ohm in 0.0..50.0f64) {
        let weights = random(outputs * inputs, seed);
        let x = random(inputs, seed ^ 2);
        let mapped = solved(&weights, outputs, &tile(16, 8, ohm));
        let converters = Converters::ideal(0.2, 1.0);
        let mut y = vec![0.0; outputs];
        mapped.multiply(&x, &converters, &mut y).unwrap();
        // Rebuild the outputs from direct solutions: g_on - g_off of difference stands for the heaviest weight.
        let (off, on) = tile(16, 8, ohm).conductances();
        let heaviest = weights.iter().fold(0.0, |a: f64, w| a.max(w.abs()));
        let mut expected = vec![0.0; outputs];
        for (index, (position, tile)) in mapped.tiles().iter().enumerate() {
            let volts = mapped.tile_voltages(index, &x, &converters);
            for (output, current) in tile.solve_directly(&volts).unwrap().iter().enumerate() {
                expected[position.first_output + output] += current / 0.2 * heaviest / (on - off);
            }
        }
        for (found, expected) in y.iter().zip(&expected) {
            prop_assert!((found - expected).abs() < 1e-10, "{found} {expected}");
        }
    }

    #[test]
    fn fine_converters_change_little_and_coarse_ones_by_at_most_their_steps(inputs in 1..30usize, seed: u64) {
        let weights = random(4 * inputs, seed);
        let x = random(3 * inputs, seed ^ 3);
        let mapped = solved(&weights, 4, &tile(16, 8, 1.0));
        let range = mapped.observe(&x, None).unwrap();
        let mut ideal = vec![0.0; 12];
        mapped.multiply(&x, &Converters::ideal(0.2, 1.0), &mut ideal).unwrap();
        let scale = ideal.iter().fold(0.0, |a: f64, y| a.max(y.abs()));
        for policy in [RangePolicy::Calibrated, RangePolicy::Dynamic] {
            let mut before = f64::INFINITY;
            for bits in [6, 12, 20] {
                let settings = ConverterSettings { bits: Resolution::Bits(bits), range: policy, ..ConverterSettings::default() };
                let mut y = vec![0.0; 12];
                mapped.multiply(&x, &Converters::new(settings, settings, 0.2, &range), &mut y).unwrap();
                let error = y.iter().zip(&ideal).fold(0.0, |a: f64, (y, i)| a.max((y - i).abs()));
                // Half a step for each input, times its weight, and half a step of each of the tiles' ADCs.
                let bound = (inputs as f64 + 2.0 * scale.max(inputs as f64)) / f64::from((1_u32 << (bits - 1)) - 1);
                prop_assert!(error <= bound && error <= before.max(1e-5), "{bits} bits: {error} (bound {bound})");
                before = error;
            }
        }
    }
}

#[test]
fn ranges_that_clip_are_better_at_few_bits_and_the_profile_says_so() {
    // One weight and one input are much larger than the others.
    let mut weights = random(8 * 20, 5);
    weights[3] = 1.5;
    let mut x = random(400 * 20, 6);
    x[7] = 4.0;
    let mapped = solved(&weights, 8, &tile(32, 32, 1.0));
    let range = mapped.observe(&x, None).unwrap();
    let mut ideal = vec![0.0; 400 * 8];
    mapped
        .multiply(&x, &Converters::ideal(0.2, 4.0), &mut ideal)
        .unwrap();
    let dac = ConverterSettings::ideal();
    let mut errors = Vec::new();
    for (policy, percentile) in [
        (RangePolicy::Calibrated, None),
        (RangePolicy::LeastSquares, None),
        (RangePolicy::Percentile, Some(99.0)),
    ] {
        let adc = ConverterSettings {
            bits: Resolution::Bits(4),
            range: policy,
            percentile,
            ..ConverterSettings::default()
        };
        adc.validate().unwrap();
        let converters = Converters::new(dac, adc, 0.2, &range);
        let mut y = vec![0.0; ideal.len()];
        mapped.multiply(&x, &converters, &mut y).unwrap();
        let (error, signal) = y.iter().zip(&ideal).fold((0.0, 0.0), |sums, (y, i)| {
            (sums.0 + (y - i) * (y - i), sums.1 + i * i)
        });
        let profile = converters.profile(&range).unwrap();
        let measured = 10.0 * (signal / error).log10();
        assert!(
            (profile.signal_to_noise - measured).abs() < 0.6,
            "{profile:?} {measured}"
        );
        assert!(profile.median < profile.percentile_99 && profile.percentile_99 < profile.largest);
        match policy {
            RangePolicy::Calibrated => assert_eq!(profile.clipped, 0.0),
            RangePolicy::Percentile => assert!(profile.clipped > 0.002 && profile.clipped <= 0.01),
            _ => assert!(profile.clipped > 0.0),
        }
        errors.push(error);
    }
    assert!(errors[1] < 0.7 * errors[0], "{errors:?}");
    assert!(errors[1] < 1.02 * errors[2], "{errors:?}");
    assert!(Converters::ideal(0.2, 1.0).profile(&range).is_none());
}

#[test]
fn a_matrix_of_zeros_needs_no_tile() {
    let mapped = solved(&[0.0; 12], 3, &TileSettings::default());
    assert!(mapped.tiles().is_empty());
    let mut y = [1.0; 3];
    mapped
        .multiply(&[1.0; 4], &Converters::ideal(0.2, 1.0), &mut y)
        .unwrap();
    assert_eq!(y, [0.0; 3]);
}

#[test]
fn wires_pull_results_towards_zero() {
    let weights = vec![1.0; 64];
    let converters = Converters::ideal(0.2, 1.0);
    let result = |ohm| {
        let mut y = [0.0];
        solved(&weights, 1, &tile(64, 64, ohm))
            .multiply(&[1.0; 64], &converters, &mut y)
            .unwrap();
        y[0]
    };
    let (ideal, some, more) = (result(0.0), result(1.0), result(10.0));
    assert!(
        (ideal - 64.0).abs() < 1e-9 && some < 63.9 && more < some && more > 0.0,
        "{ideal} {some} {more}"
    );
}

#[test]
fn wrong_values_are_named() {
    let settings = TileSettings::default();
    let error = MappedMatrix::new(&[1.0, f64::NAN, 1.0, 1.0], 2, 2, &settings).unwrap_err();
    assert!(
        matches!(
            error,
            LayoutError::BadWeight {
                output: 0,
                input: 1,
                ..
            }
        ),
        "{error}"
    );
    let unsolved = MappedMatrix::new(&[1.0; 4], 2, 2, &settings).unwrap();
    let converters = Converters::ideal(0.2, 1.0);
    assert_eq!(
        unsolved.multiply(&[1.0; 2], &converters, &mut [0.0; 2]),
        Err(LayoutError::NotSolved)
    );
    let mapped = solved(&[1.0; 4], 2, &settings);
    let error = mapped
        .multiply(&[0.0, 1.0, 2.0, f64::INFINITY], &converters, &mut [0.0; 4])
        .unwrap_err();
    assert!(
        matches!(
            error,
            LayoutError::BadInput {
                vector: 1,
                input: 1,
                ..
            }
        ),
        "{error}"
    );
    for bad in [
        TileSettings {
            rows: 0,
            ..settings.clone()
        },
        TileSettings {
            columns: 1,
            ..settings.clone()
        },
        TileSettings {
            r_on: -1.0,
            ..settings.clone()
        },
        TileSettings {
            r_off: 1e3,
            ..settings.clone()
        },
        TileSettings {
            row_resistance: f64::NAN,
            ..settings.clone()
        },
        TileSettings {
            sink_resistance: Some(f64::INFINITY),
            ..settings
        },
    ] {
        assert!(
            matches!(bad.validate(), Err(LayoutError::BadSetting { .. })),
            "{bad:?}"
        );
    }
}

#[test]
fn a_range_covers_both_of_its_parts() {
    let of = |values: &[f64]| {
        let mut magnitudes = Magnitudes::default();
        for &value in values {
            magnitudes.add(value);
        }
        magnitudes
    };
    let range = |negative, input: &[f64], current: &[f64], normalised: &[f64]| SignalRange {
        input: of(input),
        negative,
        current: of(current),
        normalised_current: of(normalised),
        tiles: Vec::new(),
    };
    let a = range(false, &[1.0], &[3.0], &[0.5]);
    let b = range(true, &[2.0], &[1.0], &[0.7]);
    let both = range(true, &[1.0, 2.0], &[1.0, 3.0], &[0.5, 0.7]);
    assert_eq!(a.clone().merge(&b), both);
    assert_eq!(b.merge(&a), both);
}
