//! Matrices on tiles of nonlinear cells: programming against closed forms, products against sums and against linear arrays.

use ohmloom_layouts::cells::{CellDescription, LawDescription};
use ohmloom_layouts::{Converters, LayoutError, MappedMatrix, TileSettings};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const READ: f64 = 0.2;
const KP: f64 = 300e-6;
const RATIO: f64 = 1.0 / 0.13;
const THRESHOLD: f64 = 0.45;

fn random(count: usize, seed: u64) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..count).map(|_| random.random_range(-1.0..1.0)).collect()
}

fn cell(text: &str) -> CellDescription {
    toml::from_str(text).unwrap()
}

/// A cell with a square-law transistor at this gate potential.
fn one_transistor(law: &str, gate: f64) -> CellDescription {
    cell(&format!(
        "law = {law}\n[transistor]\ngate = {gate}\nparameters = {{ vto = {THRESHOLD}, kp = {KP}, is = 1e-16, w = 1e-6, l = 0.13e-6 }}"
    ))
}

fn sinh() -> CellDescription {
    cell("law = { kind = 'sinh', v0 = 0.15 }")
}

fn tile(rows: usize, columns: usize, ohm: f64) -> TileSettings {
    TileSettings {
        rows,
        columns,
        ..TileSettings::default()
    }
    .with_wires(ohm)
}

fn solved(
    weights: &[f64],
    outputs: usize,
    settings: &TileSettings,
    cell: &CellDescription,
) -> MappedMatrix {
    let shape = (outputs, weights.len() / outputs);
    let mut mapped = MappedMatrix::with_cells(weights, shape, settings, (cell, READ)).unwrap();
    mapped.solve().unwrap();
    mapped
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |a: f64, value| a.max(value.abs()))
}

/// Drop across a square-law transistor, source at 0 V, that carries this current in its triode region.
fn drop_at(current: f64, gate: f64) -> f64 {
    let (beta, over) = (KP * RATIO, gate - THRESHOLD);
    over - (over * over - 2.0 * current / beta).sqrt()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn cells_conduct_what_is_wanted_of_them(target in 1e-7..2e-4f64, gate in 0.9..2.5f64, v0 in 0.01..1.0f64) {
        let near = |found: f64, expected: f64, tolerance: f64| (found / expected - 1.0).abs() < tolerance;
        let bare = CellDescription { law: LawDescription::Sinh { v0 }, ..CellDescription::default() };
        let found = bare.program(&[target], READ, 1e-3).unwrap();
        let x = READ / v0;
        prop_assert!(near(found.conductance[0], target * x / x.sinh(), 1e-11), "{found:?}");
        prop_assert!(near(found.chord[0], target, 1e-11) && !found.clipped[0]);
        // What the transistor leaves for the memristor, from the square law; the bulk junctions take 1e-12 S.
        let found = one_transistor("{ kind = 'ohmic' }", gate).program(&[target], READ, 1e-3).unwrap();
        let current = target * READ;
        prop_assert!(near(found.conductance[0], current / (READ - drop_at(current, gate)), 1e-5), "{found:?}");
        prop_assert!(near(found.chord[0], target, 1e-11) && !found.clipped[0]);
        let law = format!("{{ kind = 'sinh', v0 = {v0} }}");
        let found = one_transistor(&law, gate).program(&[target], READ, 1e-3).unwrap();
        let across = READ - drop_at(current, gate);
        prop_assert!(near(found.conductance[0], current / (v0 * (across / v0).sinh()), 1e-5), "{found:?}");
    }

    #[test]
    fn without_wires_a_product_is_a_sum_of_cells(outputs in 1..6usize, inputs in 1..20usize, seed: u64) {
        let weights = random(outputs * inputs, seed);
        let x = random(2 * inputs, seed ^ 1);
        let mapped = solved(&weights, outputs, &tile(8, 6, 0.0), &sinh());
        let converters = Converters::ideal(READ, 1.0);
        let mut y = vec![f64::NAN; 2 * outputs];
        mapped.multiply_nonlinear(&x, &converters, &mut y).unwrap();
        // i(v) of a cell, relative to the linear one.
        let bend = |x: f64| (x * READ / 0.15).sinh() / (READ / 0.15).sinh();
        for (x, y) in x.chunks_exact(inputs).zip(y.chunks_exact(outputs)) {
            for (w, y) in weights.chunks_exact(inputs).zip(y) {
                let expected: f64 = w.iter().zip(x).map(|(w, &x)| w * bend(x)).sum();
                prop_assert!((y - expected).abs() < 1e-8 * inputs as f64, "{y} {expected}");
            }
        }
    }

    #[test]
    fn every_solution_is_that_of_its_chords(outputs in 1..5usize, inputs in 1..20usize, seed: u64, ohm in 0.0..30.0f64) {
        let weights = random(outputs * inputs, seed);
        let x = random(inputs, seed ^ 2);
        for cell in [sinh(), one_transistor("{ kind = 'sinh', v0 = 0.25 }", 1.2)] {
            let mapped = solved(&weights, outputs, &tile(16, 8, ohm), &cell);
            let converters = Converters::ideal(READ, 1.0);
            let mut y = vec![0.0; outputs];
            let statistics = mapped.multiply_nonlinear(&x, &converters, &mut y).unwrap();
            prop_assert!(statistics.kcl_relative < 1e-9 && statistics.output_error < 1e-9, "{statistics:?}");
            prop_assert_eq!(statistics.solves, mapped.tiles().len() as u64);
            let (off, on) = tile(16, 8, ohm).conductances();
            let mut expected = vec![0.0; outputs];
            for (index, (position, tile)) in mapped.tiles().iter().enumerate() {
                let volts = mapped.tile_voltages(index, &x, &converters);
                let direct = tile.nonlinear().unwrap().solve_chords_directly(&volts).unwrap();
                for (output, current) in direct.iter().enumerate() {
                    expected[position.first_output + output] += current / READ * largest(&weights) / (on - off);
                }
            }
            for (found, expected) in y.iter().zip(&expected) {
                prop_assert!((found - expected).abs() < 1e-6, "{found} {expected}");
            }
        }
    }
}

#[test]
fn ohmic_cells_are_linear_cells() {
    let weights = random(6 * 40, 1);
    let settings = tile(16, 8, 3.0);
    let described = solved(&weights, 6, &settings, &CellDescription::default());
    let mut linear = MappedMatrix::new(&weights, 6, 40, &settings).unwrap();
    linear.solve().unwrap();
    let x = random(5 * 40, 2);
    let converters = Converters::ideal(READ, 1.0);
    let mut products = [vec![0.0; 30], vec![0.0; 30], vec![0.0; 30]];
    let [newton, chords, expected] = &mut products;
    described
        .multiply_nonlinear(&x, &converters, newton)
        .unwrap();
    described.multiply(&x, &converters, chords).unwrap();
    linear.multiply(&x, &converters, expected).unwrap();
    for (k, expected) in expected.iter().enumerate() {
        assert!((newton[k] - expected).abs() < 1e-8, "{k}: {newton:?}");
        assert!((chords[k] - expected).abs() < 1e-10, "{k}: {chords:?}");
    }
    assert_eq!(described.clipped_cells(), 0);
}

#[test]
fn targets_beyond_the_transistor_are_clipped_and_counted() {
    // 0.05 V above threshold: at most 1/2 beta 0.05^2 = 2.9 uA, which 0.2 V would be through 69 kilohm.
    let weak = one_transistor("{ kind = 'ohmic' }", THRESHOLD + 0.05);
    let settings = tile(4, 4, 0.0);
    let found = weak
        .program(&[1e-5, 1e-4], READ, settings.largest_conductance())
        .unwrap();
    assert_eq!(found.clipped, [false, true]);
    assert_eq!(found.conductance[1], 1e-3);
    let saturated = 0.5 * KP * RATIO * 0.05 * 0.05;
    assert!(
        (found.chord[1] * READ / saturated - 1.0).abs() < 1e-4,
        "{found:?}"
    );
    let mapped = solved(&[1.0, -0.001, 0.5, -1.0], 2, &settings, &weak);
    assert_eq!((mapped.clipped_cells(), mapped.used_cells()), (3, 8));
    // A memristor that does not go below 20 kilohm.
    let limited = CellDescription::default()
        .program(&[1e-5, 1e-4], READ, 5e-5)
        .unwrap();
    assert_eq!(limited.clipped, [false, true]);
    assert!((limited.chord[1] - 5e-5).abs() < 1e-15, "{limited:?}");
}

#[test]
fn results_depend_neither_on_threads_nor_on_company() {
    let (outputs, inputs, vectors) = (5, 30, 37);
    let weights = random(outputs * inputs, 3);
    let mut x = random(vectors * inputs, 4);
    // Some that are equal, and some that are nothing.
    x.copy_within(..3 * inputs, 9 * inputs);
    x[20 * inputs..22 * inputs].fill(0.0);
    let cell = one_transistor("{ kind = 'sinh', v0 = 0.2 }", 1.5);
    let converters = Converters::ideal(READ, 1.0);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(|| {
            let mapped = solved(&weights, outputs, &tile(16, 8, 2.0), &cell);
            let mut y = vec![0.0; vectors * outputs];
            let statistics = mapped.multiply_nonlinear(&x, &converters, &mut y).unwrap();
            (mapped, y, statistics)
        })
    };
    let (mapped, y, statistics) = run(1);
    let other = run(3);
    assert_eq!((&y, &statistics), (&other.1, &other.2));
    // 37 vectors, 3 of them repeated and 2 of nothing.
    assert_eq!(statistics.solves, 33 * mapped.tiles().len() as u64);
    assert_eq!(y[20 * outputs..22 * outputs], vec![0.0; 2 * outputs]);
    for (x, y) in x.chunks_exact(inputs).zip(y.chunks_exact(outputs)).rev() {
        let mut alone = vec![0.0; outputs];
        mapped
            .multiply_nonlinear(x, &converters, &mut alone)
            .unwrap();
        assert_eq!(alone, y);
    }
}

#[test]
fn what_cannot_be_is_named() {
    let settings = tile(4, 4, 1.0);
    let refused = |cell: &CellDescription, read: f64, words: &str| {
        let error = MappedMatrix::with_cells(&[1.0; 4], (2, 2), &settings, (cell, read));
        let error = error.unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    };
    refused(&cell("law = { kind = 'sinh', v0 = -1.0 }"), READ, "v0");
    refused(&CellDescription::default(), 0.0, "read_voltage");
    refused(&CellDescription::default(), f64::NAN, "read_voltage");
    let both = "selector = { i_s = 1e-9, v_s = 0.1 }\n[transistor]\ngate = 1.0";
    refused(&cell(both), READ, "not both");
    let broken = TileSettings {
        r_lowest: Some(1e5),
        ..settings.clone()
    };
    let error = broken.validate().unwrap_err().to_string();
    assert!(error.contains("r_lowest = 100000"), "{error}");
    let mut linear = MappedMatrix::new(&[1.0; 4], 2, 2, &settings).unwrap();
    linear.solve().unwrap();
    let converters = Converters::ideal(READ, 1.0);
    let multiply = |matrix: &MappedMatrix, x: f64| {
        matrix.multiply_nonlinear(&[x; 2], &converters, &mut [0.0; 2])
    };
    assert_eq!(multiply(&linear, 1.0), Err(LayoutError::LinearCells));
    let unsolved = MappedMatrix::with_cells(&[1.0; 4], (2, 2), &settings, (&sinh(), READ));
    assert_eq!(
        multiply(&unsolved.unwrap(), 1.0),
        Err(LayoutError::NotSolved)
    );
    let error = multiply(&solved(&[1.0; 4], 2, &settings, &sinh()), f64::NAN).unwrap_err();
    assert!(matches!(error, LayoutError::BadInput { .. }), "{error}");
}
