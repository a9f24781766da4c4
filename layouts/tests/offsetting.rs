//! Offsetting: the published method against its case table and a search, targets by expected error against the conditions of a minimum.

use nalgebra::DMatrix;
use ohmloom_devices::nonidealities::{
    ConductanceRange, DeviceToDevice, Distribution, Instance, Nonidealities, Nonideality, Stuck,
};
use ohmloom_layouts::offsetting::{InputMoments, Offsetting, OffsettingMethod, StuckPair};
use ohmloom_layouts::{Imperfections, LayoutError, MappedMatrix, TileSettings};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Binary fractions, so that the case table is exact.
const RANGE: ConductanceRange = ConductanceRange {
    g_min: 0.25,
    g_max: 1.25,
};
const R: f64 = 1.0;

/// The pair that a weight is programmed as.
fn wanted(weight: f64) -> [f64; 2] {
    [
        RANGE.g_min + weight.max(0.0),
        RANGE.g_min + (-weight).max(0.0),
    ]
}

fn error(pair: StuckPair, targets: [f64; 2], weight: f64) -> f64 {
    let [positive, negative] = pair.conductances(targets);
    (positive - negative - weight).abs()
}

#[test]
fn the_case_table_of_the_published_method() {
    let (on, off) = (Some(RANGE.g_max), Some(RANGE.g_min));
    let w = 0.375;
    for (positive, negative, weight, before, after) in [
        (on, None, w, R - w, 0.0),
        (off, None, w, w, w), // the partner would have to go below g_min
        (None, on, w, R, w),
        (None, off, w, 0.0, 0.0),
        (on, None, -w, R, w),
        (off, None, -w, 0.0, 0.0),
        (None, on, -w, R - w, 0.0),
        (None, off, -w, w, w),
        (on, None, 0.0, R, 0.0),
        (off, None, 0.0, 0.0, 0.0),
        (None, on, 0.0, R, 0.0),
        (None, off, 0.0, 0.0, 0.0),
        (on, None, R, 0.0, 0.0),
        (None, on, R, R, R), // both ends of the range cannot give a difference of R
        (on, on, w, w, w),
        (on, off, w, R - w, R - w),
        (off, on, w, R + w, R + w),
        (off, off, w, w, w),
        // Stuck between the ends of the range.
        (Some(0.75), None, w, 0.125, 0.0),
        (None, Some(0.75), w, 0.5, 0.0),
        (None, Some(1.125), w, 0.875, 0.25),
    ] {
        let pair = StuckPair { positive, negative };
        let healthy = wanted(weight);
        let offset = pair.published(healthy, RANGE);
        let case = format!("{pair:?}, W = {weight}");
        assert_eq!(error(pair, healthy, weight), before, "{case}: before");
        assert_eq!(error(pair, offset, weight), after, "{case}: after");
        // What is stuck is not written to another target, nor is a pair without a healthy device.
        if positive.is_some() {
            assert_eq!(offset[0], healthy[0], "{case}");
        }
        if negative.is_some() {
            assert_eq!(offset[1], healthy[1], "{case}");
        }
    }
    let healthy = wanted(w);
    assert_eq!(StuckPair::default().published(healthy, RANGE), healthy);
}

fn device() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![
        Just(None),
        Just(Some(RANGE.g_min)),
        Just(Some(RANGE.g_max)),
        (0.0..2.0).prop_map(Some),
    ]
}

proptest! {
    #[test]
    fn no_conductance_of_the_partner_is_better(positive in device(), negative in device(), weight in -R..R) {
        let pair = StuckPair { positive, negative };
        let healthy = wanted(weight);
        let offset = pair.published(healthy, RANGE);
        let found = error(pair, offset, weight);
        prop_assert!(found <= error(pair, healthy, weight) + 1e-15);
        for g in offset {
            prop_assert!((RANGE.g_min..=RANGE.g_max).contains(&g));
        }
        for step in 0..=200 {
            let g = RANGE.g_min + R * f64::from(step) / 200.0;
            let tried = match (positive, negative) {
                (Some(_), None) => [offset[0], g],
                (None, Some(_)) => [g, offset[1]],
                _ => offset,
            };
            prop_assert!(found <= error(pair, tried, weight) + 1e-12);
        }
        let (least, most) = pair.reach(RANGE);
        for (difference, end) in [(-9.0, least), (9.0, most)] {
            let [g, h] = pair.conductances(pair.with_difference(difference, RANGE));
            prop_assert!((g - h - end).abs() < 1e-12);
        }
    }
}

const OUTPUTS: usize = 6;
const INPUTS: usize = 40;

fn weights() -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let weights = (0..OUTPUTS * INPUTS).map(|_| random.random_range(-1.0..1.0));
    weights.collect()
}

/// Inputs with a mean and a few common factors, as behind a rectifier.
fn inputs(count: usize) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(2);
    let mut vectors = Vec::new();
    for _ in 0..count {
        let factors: [f64; 3] = std::array::from_fn(|_| random.random_range(0.0..1.0));
        for input in 0..INPUTS {
            let own: f64 = random.random_range(0.0..0.3);
            vectors.push(0.2 + own + factors[input % 3]);
        }
    }
    vectors
}

fn tiles(wires: f64) -> TileSettings {
    let tile = TileSettings {
        rows: 24,
        columns: 16,
        ..TileSettings::default()
    };
    tile.with_wires(wires)
}

fn faults() -> Nonidealities {
    Nonidealities {
        entries: vec![Nonideality::Stuck(Stuck::independent(0.06, 0.06))],
    }
}

fn imperfections(list: &Nonidealities) -> Imperfections<'_> {
    let instance = Instance {
        seed: 5,
        tile: 7,
        ..Instance::default()
    };
    Imperfections { list, instance }
}

fn program(wires: f64, offsetting: Option<&Offsetting<'_>>) -> MappedMatrix {
    let (list, settings) = (faults(), tiles(wires));
    let (weights, shape) = (weights(), (OUTPUTS, INPUTS));
    let imperfections = imperfections(&list);
    let mut mapped = match offsetting {
        None => MappedMatrix::with_imperfections(&weights, shape, &settings, &imperfections),
        Some(offsetting) => {
            MappedMatrix::with_offsetting(&weights, shape, &settings, &imperfections, offsetting)
        }
    }
    .unwrap();
    mapped.solve().unwrap();
    mapped
}

fn moments_of(vectors: &[f64]) -> InputMoments {
    let mut moments = InputMoments::new(INPUTS, &tiles(0.0));
    moments.observe(vectors).unwrap();
    moments
}

/// Errors of the weights of a tile, S, as its transfer matrix has them: `outputs x rows`.
fn weight_errors(mapped: &MappedMatrix, tile: usize) -> Vec<f64> {
    let (position, tile) = &mapped.tiles()[tile];
    let weights = weights();
    let heaviest = weights.iter().fold(0.0, |a: f64, w| a.max(w.abs()));
    let (off, on) = tiles(0.0).conductances();
    let rows = tile.used_rows();
    let seen = tile.differential().iter().enumerate();
    seen.map(|(index, seen)| {
        let (output, row) = (index / rows, index % rows);
        let weight =
            weights[(position.first_output + output) * INPUTS + position.first_input + row];
        weight / heaviest * (on - off) - seen
    })
    .collect()
}

/// Mean of the squared errors of each tile's outputs over these vectors, summed.
fn mean_square_error(mapped: &MappedMatrix, vectors: &[f64]) -> f64 {
    let mut sum = 0.0;
    for number in 0..mapped.tiles().len() {
        let (position, tile) = &mapped.tiles()[number];
        let errors = weight_errors(mapped, number);
        for vector in vectors.chunks_exact(INPUTS) {
            let part = &vector[position.first_input..position.first_input + tile.used_rows()];
            for row in errors.chunks_exact(tile.used_rows()) {
                sum += row
                    .iter()
                    .zip(part)
                    .map(|(e, x)| e * x)
                    .sum::<f64>()
                    .powi(2);
            }
        }
    }
    sum / (vectors.len() / INPUTS) as f64
}

fn conductances(mapped: &MappedMatrix) -> Vec<f64> {
    let tiles = mapped.tiles().iter();
    tiles
        .flat_map(|(_, tile)| tile.grid().conductance().to_vec())
        .collect()
}

#[test]
fn the_published_method_moves_partners_of_stuck_devices_and_nothing_else() {
    let (plain, offset) = (
        program(1.0, None),
        program(1.0, Some(&Offsetting::Published)),
    );
    let list = faults();
    let settings = tiles(1.0);
    let (mut one, mut both, mut moved) = (0, 0, 0);
    for (number, (position, tile)) in offset.tiles().iter().enumerate() {
        let distance = (position.row + position.column) as u64;
        let stuck = imperfections(&list)
            .at(distance)
            .stuck_cells((settings.rows, settings.columns), settings.range())
            .unwrap();
        let before = plain.tiles()[number].1.grid().conductance();
        let after = tile.grid().conductance();
        for (index, stuck_at) in stuck.iter().enumerate() {
            let (row, column) = (index / settings.columns, index % settings.columns);
            let used = row >= settings.rows - tile.used_rows() && column < tile.used_columns();
            let partner = stuck[index ^ 1];
            if let Some(g) = stuck_at {
                assert_eq!((before[index], after[index]), (*g, *g));
                if used && column % 2 == 0 && partner.is_some() {
                    both += 1;
                }
            } else if used && partner.is_some() {
                one += 1;
                moved += usize::from(before[index] != after[index]);
            } else {
                assert_eq!(before[index], after[index], "{row}, {column}");
            }
        }
    }
    let effect = offset.offsetting_effect().unwrap();
    assert_eq!(
        (effect.one_stuck, effect.both_stuck, effect.moved),
        (one, both, moved)
    );
    assert!(
        one > 30 && both > 0 && moved > 10 && moved < one,
        "{effect:?}"
    );
    assert_eq!(plain.offsetting_effect(), None);
}

#[test]
fn the_fault_map_does_not_depend_on_the_rest_of_the_list() {
    let spread = Nonideality::DeviceToDevice(DeviceToDevice {
        sigma: 0.2,
        distribution: Distribution::Lognormal,
    });
    let stuck = Nonideality::Stuck(Stuck::independent(0.1, 0.2));
    let list = Nonidealities {
        entries: vec![spread.clone(), stuck.clone(), spread, stuck],
    };
    let (shape, range) = ((12, 10), tiles(0.0).range());
    let map = imperfections(&list).stuck_cells(shape, range).unwrap();
    let programmed = imperfections(&list)
        .apply(shape, vec![5e-5; 120], range)
        .unwrap();
    let ends = [Some(range.g_min), Some(range.g_max)];
    for (known, found) in map.iter().zip(&programmed.conductance) {
        assert_eq!(known.is_some(), ends.contains(&Some(*found)));
        assert!(known.is_none_or(|known| known == *found));
    }
    assert!(map.iter().flatten().count() > 30);
}

#[test]
fn without_wires_and_correlations_partners_get_what_the_published_method_gives() {
    let units: Vec<f64> = DMatrix::<f64>::identity(INPUTS, INPUTS).as_slice().to_vec();
    let moments = moments_of(&units);
    let partners = program(0.0, Some(&Offsetting::Partners(&moments)));
    let published = program(0.0, Some(&Offsetting::Published));
    for (a, b) in conductances(&partners).iter().zip(conductances(&published)) {
        assert!((a - b).abs() < 1e-15, "{a} {b}");
    }
}

/// At a minimum within bounds, the gradient vanishes for each free pair, or points out of its reach.
#[test]
fn without_wires_the_targets_fulfil_the_conditions_of_a_minimum() {
    let moments = moments_of(&inputs(500));
    let list = faults();
    let settings = tiles(0.0);
    let range = settings.range();
    let span = range.g_max - range.g_min;
    for (method, all) in [
        (Offsetting::Partners(&moments), false),
        (Offsetting::Extended(&moments), true),
    ] {
        let mapped = program(0.0, Some(&method));
        let (mut inside, mut at_ends) = (0, 0);
        for (number, (position, tile)) in mapped.tiles().iter().enumerate() {
            let rows = tile.used_rows();
            let weight = moments.of_tile(position.row);
            let stuck = imperfections(&list)
                .at((position.row + position.column) as u64)
                .stuck_cells((settings.rows, settings.columns), range)
                .unwrap();
            let errors = weight_errors(&mapped, number);
            for (output, errors) in errors.chunks_exact(rows).enumerate() {
                for row in 0..rows {
                    let cell = (settings.rows - rows + row) * settings.columns + 2 * output;
                    let pair = StuckPair {
                        positive: stuck[cell],
                        negative: stuck[cell + 1],
                    };
                    let one = pair.positive.is_some() != pair.negative.is_some();
                    if !(one || all && pair == StuckPair::default()) {
                        continue;
                    }
                    let (least, most) = pair.reach(range);
                    let g = &tile.grid().conductance()[cell..];
                    let difference = g[0] - g[1];
                    let of_row = weight[row * rows..(row + 1) * rows].iter();
                    // The step to the minimum along this pair alone.
                    let step = of_row.zip(errors).map(|(m, e)| m * e).sum::<f64>()
                        / weight[row * (rows + 1)];
                    let small = 3e-3 * span;
                    if step > small {
                        assert!(most - difference < 1e-12, "{step} {difference} {most}");
                        at_ends += 1;
                    } else if step < -small {
                        assert!(difference - least < 1e-12, "{step} {difference} {least}");
                        at_ends += 1;
                    } else {
                        inside += 1;
                    }
                }
            }
        }
        assert!(inside > 20 && at_ends > 0, "{inside} {at_ends}");
    }
}

#[test]
fn expected_errors_fall_from_method_to_method_with_and_without_wires() {
    let (seen, fresh) = (inputs(1000), inputs(2000)[1000 * INPUTS..].to_vec());
    let moments = moments_of(&seen);
    for wires in [0.0, 1.0, 10.0] {
        let error = |offsetting: Option<&Offsetting<'_>>| {
            mean_square_error(&program(wires, offsetting), &fresh)
        };
        let none = error(None);
        let published = error(Some(&Offsetting::Published));
        let partners = error(Some(&Offsetting::Partners(&moments)));
        let extended = error(Some(&Offsetting::Extended(&moments)));
        assert!(
            published < 0.5 * none && partners < 0.5 * published && extended < 0.2 * partners,
            "{wires} ohm: {none:.3e} {published:.3e} {partners:.3e} {extended:.3e}"
        );
    }
}

/// Against the definitions, `b^2 = 1/n^2 sum |x x' - M|^2`.
#[test]
fn moments_are_those_of_the_samples_shrunk_as_defined() {
    let vectors = inputs(7);
    let mut moments = InputMoments::new(INPUTS, &tiles(0.0));
    moments.observe(&vectors[..3 * INPUTS]).unwrap();
    moments.observe(&vectors[3 * INPUTS..]).unwrap();
    assert_eq!((moments.vectors(), moments.inputs()), (7, INPUTS));
    for (block, rows) in [(0, 0..24), (1, 24..40)] {
        let n = rows.len();
        let samples: Vec<DMatrix<f64>> = vectors
            .chunks_exact(INPUTS)
            .map(|vector| DMatrix::from_column_slice(n, 1, &vector[rows.clone()]))
            .collect();
        let mean = samples
            .iter()
            .map(|x| x * x.transpose())
            .sum::<DMatrix<f64>>()
            / 7.0;
        let target = DMatrix::identity(n, n) * (mean.trace() / n as f64);
        let spread: f64 = samples
            .iter()
            .map(|x| (x * x.transpose() - &mean).norm_squared())
            .sum::<f64>()
            / 49.0;
        let share = (spread / (&mean - &target).norm_squared()).min(1.0);
        assert!(share > 0.001 && share < 0.9, "{share}");
        let expected = &mean * (1.0 - share) + target * share;
        let found = DMatrix::from_row_slice(n, n, &moments.of_tile(block));
        assert!((found - &expected).norm() < 1e-12 * expected.norm());
    }
}

#[test]
fn wrong_statistics_are_errors() {
    let mut moments = InputMoments::new(2, &tiles(0.0));
    let error = moments.observe(&[1.0, 2.0, 3.0, f64::NAN]).unwrap_err();
    assert!(matches!(
        error,
        LayoutError::BadInput {
            vector: 1,
            input: 1,
            ..
        }
    ));
    assert_eq!(moments, InputMoments::new(2, &tiles(0.0)));
    let list = faults();
    let none = InputMoments::new(INPUTS, &tiles(0.0));
    let other_tiles = TileSettings {
        rows: 32,
        ..tiles(0.0)
    };
    let mut other = InputMoments::new(INPUTS, &other_tiles);
    other.observe(&inputs(3)).unwrap();
    moments.observe(&[1.0, 2.0]).unwrap();
    let error = |moments: &InputMoments| {
        MappedMatrix::with_offsetting(
            &weights(),
            (OUTPUTS, INPUTS),
            &tiles(0.0),
            &imperfections(&list),
            &Offsetting::Extended(moments),
        )
        .unwrap_err()
    };
    assert_eq!(error(&none), LayoutError::NoMoments);
    let wrong = |found, found_rows| LayoutError::WrongMoments {
        found,
        found_rows,
        inputs: INPUTS,
        rows: 24,
    };
    assert_eq!(error(&other), wrong(INPUTS, 32));
    assert_eq!(error(&moments), wrong(2, 24));
    for method in [OffsettingMethod::Partners, OffsettingMethod::Extended] {
        assert_eq!(method.with(None).unwrap_err(), LayoutError::NoMoments);
    }
    assert!(OffsettingMethod::None.with(None).unwrap().is_none());
    assert!(OffsettingMethod::Published.with(None).unwrap().is_some());
}
