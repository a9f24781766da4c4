//! Offsetting where the cells of a pair lie on two arrays, and on shared tiles.

use ohmloom_devices::nonidealities::{Instance, Nonidealities, Nonideality, Stuck};
use ohmloom_layouts::offsetting::{InputMoments, Offsetting, StuckPair};
use ohmloom_layouts::placement::pack_first_fit;
use ohmloom_layouts::{
    Conditions, Converters, GroupMatrix, Imperfections, MappedMatrix, MatrixLayout, MatrixOnTiles,
    SignedScheme, TileSettings, pack,
};

use crate::layers::{tile, values};

const OUTPUTS: usize = 5;
const INPUTS: usize = 14;

fn faults() -> Nonidealities {
    Nonidealities {
        entries: vec![Nonideality::Stuck(Stuck::independent(0.08, 0.08))],
    }
}

fn vectors() -> Vec<f64> {
    values(INPUTS * 200, 31).iter().map(|x| x.abs()).collect()
}

fn moments(settings: &TileSettings) -> InputMoments {
    let mut moments = InputMoments::new(INPUTS, settings);
    moments.observe(&vectors()).unwrap();
    moments
}

/// Mean squared error of the outputs over the vectors that the moments are of.
fn error(mapped: &MappedMatrix, weights: &[f64]) -> f64 {
    let vectors = vectors();
    let mut found = vec![0.0; vectors.len() / INPUTS * OUTPUTS];
    mapped
        .multiply(&vectors, &Converters::ideal(0.2, 1.0), &mut found)
        .unwrap();
    let rows = vectors
        .chunks_exact(INPUTS)
        .zip(found.chunks_exact(OUTPUTS));
    rows.map(|(x, y)| {
        let exact = weights
            .chunks_exact(INPUTS)
            .map(|w| w.iter().zip(x).map(|(w, x)| w * x).sum::<f64>());
        exact
            .zip(y)
            .map(|(exact, y)| (exact - y) * (exact - y))
            .sum::<f64>()
    })
    .sum()
}

#[test]
fn the_published_method_works_on_pairs_across_two_arrays() {
    let settings = tile(20, 8, 0.0);
    let list = faults();
    let imperfections = Imperfections {
        list: &list,
        instance: Instance {
            seed: 5,
            ..Instance::default()
        },
    };
    let weights = values(OUTPUTS * INPUTS, 2);
    let heaviest = weights.iter().fold(0.0, |a: f64, w| a.max(w.abs()));
    let matrix = GroupMatrix::dense(&weights, OUTPUTS, INPUTS).unwrap();
    let layout = MatrixLayout {
        signed: SignedScheme::Arrays,
        ..MatrixLayout::new(matrix, &settings)
    };
    let conditions = Conditions {
        imperfections: Some(&imperfections),
        ..Conditions::default()
    };
    let mut mapped =
        MappedMatrix::lay_out(&layout, &conditions, Some(&Offsetting::Published)).unwrap();
    mapped.solve().unwrap();
    let (off, on) = settings.conductances();
    let stuck = [0, 1].map(|array| {
        imperfections
            .at(array)
            .stuck_cells((20, 8), settings.range())
            .unwrap()
    });
    let (_, part) = &mapped.tiles()[0];
    let mut faulty = 0;
    for output in 0..OUTPUTS {
        for input in 0..INPUTS {
            let crossing = (20 - INPUTS + input) * 8 + output;
            let pair = StuckPair {
                positive: stuck[0][crossing],
                negative: stuck[1][crossing],
            };
            faulty += usize::from(pair != StuckPair::default());
            let share = weights[output * INPUTS + input] / heaviest;
            let wanted = [share, -share].map(|share| off + (on - off) * share.max(0.0));
            let [g, h] = pair.conductances(pair.published(wanted, settings.range()));
            let found = part.differential()[output * INPUTS + input];
            assert!((found - (g - h)).abs() < 1e-15, "{found} but {}", g - h);
        }
    }
    let effect = mapped.offsetting_effect().unwrap();
    assert_eq!(effect.one_stuck + effect.both_stuck, faulty);
    assert!(effect.one_stuck > 5);
}

#[test]
fn expected_errors_fall_from_method_to_method_on_all_pairs_and_on_shared_tiles() {
    let settings = tile(32, 24, 3.0);
    let list = faults();
    let imperfections = Imperfections {
        list: &list,
        instance: Instance {
            seed: 6,
            ..Instance::default()
        },
    };
    let moments = moments(&settings);
    let conditions = Conditions {
        imperfections: Some(&imperfections),
        ..Conditions::default()
    };
    let weights = [values(OUTPUTS * INPUTS, 2), values(OUTPUTS * INPUTS, 3)];
    for signed in [SignedScheme::Columns, SignedScheme::Arrays] {
        let methods = [
            None,
            Some(Offsetting::Published),
            Some(Offsetting::Partners(&moments)),
            Some(Offsetting::Extended(&moments)),
        ];
        let errors = methods.map(|offsetting| {
            let matrices = [0, 1].map(|index| {
                let matrix = GroupMatrix::dense(&weights[index], OUTPUTS, INPUTS).unwrap();
                let layout = MatrixLayout {
                    signed,
                    ..MatrixLayout::new(matrix, &settings)
                };
                MatrixOnTiles {
                    layout,
                    offsetting,
                    concurrent: None,
                }
            });
            let mut mapped = pack(&matrices, &conditions, pack_first_fit).unwrap();
            assert_eq!(mapped[0].arrays(), mapped[1].arrays());
            for matrix in &mut mapped {
                matrix.solve().unwrap();
            }
            let offset = mapped[1].offsetting_effect();
            assert_eq!(
                offset.is_some_and(|effect| effect.moved > 0),
                offsetting.is_some()
            );
            [0, 1].map(|index| error(&mapped[index], &weights[index]))
        });
        for pair in errors.windows(2) {
            for (before, after) in pair[0].iter().zip(pair[1]) {
                assert!(after < *before, "{signed:?}: {errors:?}");
            }
        }
        for index in 0..2 {
            assert!(
                errors[3][index] < 0.5 * errors[1][index],
                "{signed:?}: {errors:?}"
            );
        }
    }
}
