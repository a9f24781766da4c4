//! Rows and columns chosen by what is stuck.

use ohmloom_devices::nonidealities::{Instance, Nonidealities, Nonideality, Stuck};
use ohmloom_layouts::offsetting::Offsetting;
use ohmloom_layouts::placement::pack_first_fit;
use ohmloom_layouts::{
    ArrangementSettings, Conditions, Converters, GroupMatrix, Imperfections, MappedMatrix,
    MatrixLayout, MatrixOnTiles, SignedScheme, TileSettings, pack,
};

use crate::layers::{tile, values};

const OUTPUTS: usize = 9;
const INPUTS: usize = 26;

const ROWS: ArrangementSettings = ArrangementSettings {
    rows: true,
    outputs: false,
    spare_outputs: 0,
};
const COLUMNS: ArrangementSettings = ArrangementSettings {
    rows: false,
    outputs: true,
    spare_outputs: 0,
};
const ALL: ArrangementSettings = ArrangementSettings {
    rows: true,
    outputs: true,
    spare_outputs: 2,
};

fn list(share: f64) -> Nonidealities {
    Nonidealities {
        entries: vec![Nonideality::Stuck(Stuck::independent(share, share))],
    }
}

/// A matrix on tiles of 16 x 12, two by two or more, with these faults.
fn mapped(
    settings: &TileSettings,
    signed: SignedScheme,
    arrangement: ArrangementSettings,
    (share, seed): (f64, u64),
    offsetting: Option<&Offsetting<'_>>,
    packed: bool,
) -> MappedMatrix {
    let weights = values(OUTPUTS * INPUTS, 2);
    let list = list(share);
    let imperfections = Imperfections {
        list: &list,
        instance: Instance {
            seed,
            ..Instance::default()
        },
    };
    let conditions = Conditions {
        imperfections: Some(&imperfections),
        ..Conditions::default()
    };
    let layout = MatrixLayout {
        signed,
        arrangement,
        ..MatrixLayout::new(
            GroupMatrix::dense(&weights, OUTPUTS, INPUTS).unwrap(),
            settings,
        )
    };
    let mut mapped = if packed {
        let matrices = [MatrixOnTiles {
            layout,
            offsetting: offsetting.copied(),
            concurrent: None,
        }];
        pack(&matrices, &conditions, pack_first_fit)
            .unwrap()
            .remove(0)
    } else {
        MappedMatrix::lay_out(&layout, &conditions, offsetting).unwrap()
    };
    mapped.solve().unwrap();
    mapped
}

/// Mean squared error of the outputs.
fn error(mapped: &MappedMatrix) -> f64 {
    let weights = values(OUTPUTS * INPUTS, 2);
    let inputs = values(INPUTS * 100, 31);
    let mut found = vec![0.0; 100 * OUTPUTS];
    let ideal = Converters::ideal(0.2, 1.0);
    mapped.multiply(&inputs, &ideal, &mut found).unwrap();
    let exact = inputs.chunks_exact(INPUTS).flat_map(|x| {
        let product = |w: &[f64]| -> f64 { w.iter().zip(x).map(|(w, x)| w * x).sum() };
        weights
            .chunks_exact(INPUTS)
            .map(product)
            .collect::<Vec<_>>()
    });
    let squares = found
        .iter()
        .zip(exact)
        .map(|(y, exact)| (y - exact) * (y - exact));
    squares.sum::<f64>() / found.len() as f64
}

#[test]
fn order_does_not_matter_where_nothing_is_stuck() {
    for signed in [SignedScheme::Columns, SignedScheme::Arrays] {
        for packed in [false, true] {
            let settings = tile(16, 12, 0.0);
            let mapped = mapped(&settings, signed, ALL, (0.0, 1), None, packed);
            assert!(error(&mapped) < 1e-24, "{signed:?} {packed}");
        }
    }
}

#[test]
fn every_freedom_lowers_the_errors_of_stuck_cells() {
    let settings = tile(16, 12, 0.0);
    for signed in [SignedScheme::Columns, SignedScheme::Arrays] {
        for offsetting in [None, Some(&Offsetting::Published)] {
            let sum = |arrangement| -> f64 {
                (0..12)
                    .map(|seed| {
                        error(&mapped(
                            &settings,
                            signed,
                            arrangement,
                            (0.06, seed),
                            offsetting,
                            false,
                        ))
                    })
                    .sum()
            };
            let none = sum(ArrangementSettings::default());
            let [rows, columns, all] = [ROWS, COLUMNS, ALL].map(sum);
            assert!(
                rows < 0.9 * none && columns < 0.9 * none,
                "{none} {rows} {columns}"
            );
            assert!(all < 0.8 * rows.min(columns), "{rows} {columns} {all}");
        }
    }
}

#[test]
fn rearranged_tiles_are_what_direct_solutions_say() {
    let settings = tile(16, 12, 4.0);
    let converters = Converters::ideal(0.2, 1.0);
    let vector = values(INPUTS, 9);
    for signed in [SignedScheme::Columns, SignedScheme::Arrays] {
        for packed in [false, true] {
            let mapped = mapped(
                &settings,
                signed,
                ALL,
                (0.05, 3),
                Some(&Offsetting::Published),
                packed,
            );
            for (index, (_, tile)) in mapped.tiles().iter().enumerate() {
                let volts = mapped.tile_voltages(index, &vector, &converters);
                let direct = tile.solve_directly(&volts).unwrap();
                assert_eq!(direct.len(), tile.outputs());
                for (line, direct) in tile.differential().chunks_exact(volts.len()).zip(&direct) {
                    let fast: f64 = line.iter().zip(&volts).map(|(g, v)| g * v).sum();
                    assert!((fast - direct).abs() < 1e-12, "{fast} {direct}");
                }
            }
        }
    }
}

#[test]
fn what_cannot_be_rearranged_is_an_error() {
    let settings = tile(16, 12, 0.0);
    let weights = values(OUTPUTS * INPUTS, 2);
    let refused = |signed, arrangement, word: &str| {
        let matrix = GroupMatrix::dense(&weights, OUTPUTS, INPUTS).unwrap();
        let layout = MatrixLayout {
            signed,
            arrangement,
            ..MatrixLayout::new(matrix, &settings)
        };
        let error = MappedMatrix::lay_out(&layout, &Conditions::default(), None).unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
    };
    refused(SignedScheme::Midpoint, ROWS, "pairs only");
    let spare = ArrangementSettings {
        spare_outputs: 6,
        ..COLUMNS
    };
    refused(SignedScheme::Columns, spare, "spare_outputs = 6");
}
