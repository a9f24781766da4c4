//! Wires with resistance and cells with non-idealities: every output is that of arrays made by hand, solved by the direct method.

use std::collections::BTreeMap;

use ohmloom_devices::nonidealities::{
    BrokenLines, DeviceToDevice, Distribution, Instance, Nonidealities, Nonideality, Open, Side,
    Stuck,
};
use ohmloom_layouts::cells::CellDescription;
use ohmloom_layouts::placement::{LayerLayout, LayerShape, Scheme, TileSize, pack_first_fit};
use ohmloom_layouts::{
    Conditions, Converters, GroupMatrix, Imperfections, LayoutError, MappedMatrix, MatrixLayout,
    MatrixOnTiles, SignedScheme, TileSettings, Unsensed, pack, spice_deck,
};
use ohmloom_netlists::deck::Deck;
use ohmloom_netlists::elaborate::Overrides;
use ohmloom_netlists::simulate::{Session, carry_on};
use proptest::prelude::*;

use crate::layers::{
    How, Layer, Patch, SCHEMES, currents, group, lay_out, multiply, targets, tile, values,
};
use crate::shapes::any_shape;

fn spread_and_faults() -> Nonidealities {
    Nonidealities {
        entries: vec![
            Nonideality::DeviceToDevice(DeviceToDevice {
                sigma: 0.1,
                distribution: Distribution::Lognormal,
            }),
            Nonideality::Stuck(Stuck::independent(0.05, 0.1)),
        ],
    }
}

fn imperfections(list: &Nonidealities) -> Imperfections<'_> {
    Imperfections {
        list,
        instance: Instance {
            seed: 9,
            tile: 4,
            ..Instance::default()
        },
    }
}

/// The arrays after the non-idealities of a tile, each with its own numbers.
fn after(
    arrays: Vec<Vec<f64>>,
    settings: &TileSettings,
    imperfections: Option<&Imperfections<'_>>,
    number: u64,
) -> Vec<Vec<f64>> {
    let Some(imperfections) = imperfections else {
        return arrays;
    };
    let size = (settings.rows, settings.columns);
    let apply = |(index, targets)| {
        let of_array = imperfections.at(number + index as u64);
        of_array
            .apply(size, targets, settings.range())
            .unwrap()
            .conductance
    };
    arrays.into_iter().enumerate().map(apply).collect()
}

/// Weight that one ampere of an output stands for, at 1 V for an input of 1; and the current of the middle conductance.
fn scale(settings: &TileSettings, signed: SignedScheme, heaviest: f64) -> (f64, f64) {
    let (off, on) = settings.conductances();
    match signed {
        SignedScheme::Columns | SignedScheme::Arrays => (heaviest / (on - off), 0.0),
        SignedScheme::OffsetColumn => (2.0 * heaviest / (on - off), 0.0),
        SignedScheme::Midpoint => (2.0 * heaviest / (on - off), 0.5 * (on + off)),
    }
}

fn any_condition() -> impl Strategy<Value = (f64, bool, Unsensed)> {
    let unsensed = prop::sample::select(&[Unsensed::Floating, Unsensed::Grounded][..]);
    (0.0..30.0_f64, any::<bool>(), unsensed)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    /// A dense matrix on one tile, in its bottom left corner.
    #[test]
    fn a_tile_is_what_its_scheme_says(
        signed in prop::sample::select(&SCHEMES[..]), (ohm, imperfect, unsensed) in any_condition(), outputs in 1_usize..6, inputs in 1_usize..12, seed: u64,
    ) {
        let settings = tile(12, 13, ohm);
        let list = spread_and_faults();
        let imperfections = imperfect.then(|| imperfections(&list));
        let weights = values(outputs * inputs, seed);
        let matrix = GroupMatrix::dense(&weights, outputs, inputs).unwrap();
        let layout = MatrixLayout { signed, unsensed, first_array: 11, ..MatrixLayout::new(matrix, &settings) };
        let conditions = Conditions { imperfections: imperfections.as_ref(), ..Conditions::default() };
        let mut mapped = MappedMatrix::lay_out(&layout, &conditions, None).unwrap();
        mapped.solve().unwrap();
        prop_assert_eq!(mapped.arrays().into_iter().collect::<Vec<_>>(), (11..11 + signed.arrays() as u64).collect::<Vec<_>>());
        let patch = Patch {
            // Rows are inputs.
            weights: (0..inputs).flat_map(|i| (0..outputs).map(|o| weights[o * inputs + i]).collect::<Vec<_>>()).collect(),
            outputs,
            heaviest: weights.iter().fold(0.0, |a: f64, w| a.max(w.abs())),
            first_row: 12 - inputs,
            first_column: 0,
        };
        let arrays = targets(&settings, signed, std::slice::from_ref(&patch));
        let arrays = after(arrays, &settings, imperfections.as_ref(), 11);
        let x = values(inputs, seed ^ 5);
        let volts: Vec<f64> = x.iter().map(|x| 0.2 * x).collect();
        let direct = currents(&settings, signed, unsensed, &arrays, &patch, &volts);
        let (weight, middle) = scale(&settings, signed, patch.heaviest);
        let sum: f64 = volts.iter().sum();
        let mut found = vec![0.0; outputs];
        mapped.multiply(&x, &Converters::ideal(0.2, 1.0), &mut found).unwrap();
        for (found, direct) in found.iter().zip(direct) {
            let expected = (direct - middle * sum) * weight / 0.2;
            prop_assert!((found - expected).abs() < 1e-8, "{found} but {expected}");
        }
    }

    /// Every layout under every condition: each part against a fresh direct solution of its own arrays.
    #[test]
    fn all_layouts_work_under_all_conditions(
        shape in any_shape(), staggered: bool, signed in prop::sample::select(&SCHEMES[..]), (ohm, imperfect, unsensed) in any_condition(), packed: bool, full: bool, splits in 1_usize..3, seed: u64,
    ) {
        let layer = Layer::random(shape, seed % 2 == 0, seed);
        let list = spread_and_faults();
        let imperfections = imperfect.then(|| imperfections(&list));
        let how = How {
            scheme: if staggered { Scheme::Staggered } else { Scheme::Dense },
            splits, signed, bit_slices: None, full, unsensed, packed,
        };
        let conditions = Conditions { imperfections: imperfections.as_ref(), ..Conditions::default() };
        let mapped = lay_out(&layer, &how, &tile(20, 15, ohm), &conditions).unwrap();
        let numbers: Vec<u64> = mapped.iter().flat_map(MappedMatrix::arrays).collect();
        let mut different = numbers.clone();
        different.sort_unstable();
        different.dedup();
        prop_assert!(packed || different.len() == numbers.len());
        for (index, (_, part)) in mapped.iter().flat_map(MappedMatrix::tiles).enumerate().take(6) {
            let volts = values(part.used_rows(), seed ^ index as u64);
            let direct = part.solve_directly(&volts).unwrap();
            let largest = direct.iter().fold(1e-5, |a: f64, i| a.max(i.abs()));
            for (line, direct) in part.differential().chunks_exact(volts.len()).zip(direct) {
                let found: f64 = line.iter().zip(&volts).map(|(g, v)| g * v).sum();
                prop_assert!((found - direct).abs() < 1e-8 * largest, "{found} but {direct}");
            }
        }
        let input = values(shape.in_channels * shape.input_elements(), seed ^ 2);
        let outputs = multiply(&layer, &how, &mapped, &input);
        prop_assert!(outputs.iter().all(|value| value.is_finite()));
    }

    /// Three layers on shared tiles.
    #[test]
    fn parts_on_one_tile_are_read_alone(
        signed in prop::sample::select(&SCHEMES[..]), (ohm, imperfect, unsensed) in any_condition(), seed: u64,
    ) {
        let settings = tile(20, 17, ohm);
        let list = spread_and_faults();
        let imperfections = imperfect.then(|| imperfections(&list));
        let sizes = [(4, 9), (2, 30), (3, 5)];
        let weights: Vec<Vec<f64>> = sizes.iter().zip(seed..).map(|((o, i), seed)| values(o * i, seed)).collect();
        let matrices: Vec<_> = sizes
            .iter()
            .zip(&weights)
            .map(|(&(outputs, inputs), weights)| {
                let matrix = GroupMatrix::dense(weights, outputs, inputs).unwrap();
                let layout = MatrixLayout { signed, unsensed, ..MatrixLayout::new(matrix, &settings) };
                MatrixOnTiles { layout, offsetting: None, concurrent: None }
            })
            .collect();
        let conditions = Conditions { imperfections: imperfections.as_ref(), ..Conditions::default() };
        let mut mapped = pack(&matrices, &conditions, pack_first_fit).unwrap();
        // What lies on each tile.
        let mut patches: BTreeMap<u64, Vec<(usize, usize, Patch)>> = BTreeMap::new();
        for (layer, matrix) in mapped.iter().enumerate() {
            let (_, inputs) = sizes[layer];
            for (position, part) in matrix.tiles() {
                let weight = |row: usize, output: usize| {
                    weights[layer][(position.first_output + output) * inputs + position.first_input + row]
                };
                let patch = Patch {
                    weights: (0..part.used_rows()).flat_map(|row| (0..part.outputs()).map(move |o| (row, o))).map(|(row, o)| weight(row, o)).collect(),
                    outputs: part.outputs(),
                    heaviest: weights[layer].iter().fold(0.0, |a: f64, w| a.max(w.abs())),
                    first_row: part.first_row(),
                    first_column: part.first_column(),
                };
                patches.entry(position.number).or_default().push((layer, position.first_input, patch));
            }
        }
        let parts: usize = mapped.iter().map(|matrix| matrix.tiles().len()).sum();
        prop_assert!(patches.len() < parts, "some tile is shared");
        let inputs: Vec<Vec<f64>> = sizes.iter().map(|&(_, inputs)| values(inputs, seed ^ 7)).collect();
        let mut expected: Vec<Vec<f64>> = sizes.iter().map(|&(outputs, _)| vec![0.0; outputs]).collect();
        for (number, content) in patches {
            let (places, content): (Vec<_>, Vec<_>) = content.into_iter().map(|(layer, input, patch)| ((layer, input), patch)).unzip();
            let arrays = after(targets(&settings, signed, &content), &settings, imperfections.as_ref(), number);
            for ((layer, first_input), patch) in places.into_iter().zip(&content) {
                let volts: Vec<f64> = inputs[layer][first_input..first_input + patch.rows()].iter().map(|x| 0.2 * x).collect();
                let direct = currents(&settings, signed, unsensed, &arrays, patch, &volts);
                let (weight, middle) = scale(&settings, signed, patch.heaviest);
                let sum: f64 = volts.iter().sum();
                // All outputs of these layers fit side by side into a tile.
                for (expected, current) in expected[layer].iter_mut().zip(direct) {
                    *expected += (current - middle * sum) * weight / 0.2;
                }
            }
        }
        for ((matrix, inputs), expected) in mapped.iter_mut().zip(&inputs).zip(&expected) {
            matrix.solve().unwrap();
            let mut found = vec![0.0; expected.len()];
            matrix.multiply(inputs, &Converters::ideal(0.2, 1.0), &mut found).unwrap();
            for (found, expected) in found.iter().zip(expected) {
                prop_assert!((found - expected).abs() < 1e-8, "{found} but {expected}");
            }
        }
    }
}

#[test]
fn staggered_tiles_are_their_flattened_circuits() {
    let layer = Layer::random(LayerShape::square(2, 3, 3, 1, 5), true, 8);
    let settings = tile(24, 20, 5.0);
    let layout = LayerLayout::new(layer.shape, Scheme::Staggered)
        .unwrap()
        .with_bias_row();
    for signed in [SignedScheme::Columns, SignedScheme::Midpoint] {
        let matrix = MatrixLayout {
            signed,
            ..MatrixLayout::new(group(&layer, &layout, 0), &settings)
        };
        let mut mapped = MappedMatrix::lay_out(&matrix, &Conditions::default(), None).unwrap();
        mapped.solve().unwrap();
        let (_, part) = &mapped.tiles()[mapped.tiles().len() / 2];
        let volts: Vec<f64> = values(part.used_rows(), 4)
            .iter()
            .map(|v| 0.2 * v)
            .collect();
        let mut drives = vec![0.0; settings.rows];
        drives[part.first_row()..][..volts.len()].copy_from_slice(&volts);
        let deck = spice_deck(part.grid(), &CellDescription::default(), &drives, None).unwrap();
        let mut session = Session::new(
            Deck::parse("tile.cir", &deck).unwrap(),
            Overrides::default(),
        )
        .unwrap();
        let mut plots = Vec::new();
        session
            .run_all(&mut carry_on, &mut |_, found| plots.extend(found))
            .unwrap();
        let current = |column: usize| {
            let vector = plots[0].vector(&format!("i(vout{column})")).unwrap();
            vector.data.real_at(0).unwrap()
        };
        let largest = (0..part.used_columns())
            .map(current)
            .fold(0.0, |a: f64, i| a.max(i.abs()));
        for (output, line) in part.differential().chunks_exact(volts.len()).enumerate() {
            let found: f64 = line.iter().zip(&volts).map(|(g, v)| g * v).sum();
            let expected = match signed {
                SignedScheme::Columns => current(2 * output) - current(2 * output + 1),
                _ => current(output),
            };
            assert!(
                (found - expected).abs() < 1e-8 * largest,
                "{signed:?}: {found} but {expected}"
            );
        }
    }
}

#[test]
fn an_open_line_of_a_shared_tile_is_open_for_all_its_parts() {
    let open = Nonideality::BrokenLines(BrokenLines {
        opens: vec![Open {
            side: Side::Row,
            line: 1,
            segment: 0,
        }],
        ..BrokenLines::default()
    });
    let list = Nonidealities {
        entries: vec![open],
    };
    let imperfections = imperfections(&list);
    let settings = tile(4, 8, 1.0);
    let weights = [1.0; 4];
    let matrices = [0, 1].map(|_| MatrixOnTiles {
        layout: MatrixLayout::new(GroupMatrix::dense(&weights, 2, 2).unwrap(), &settings),
        offsetting: None,
        concurrent: None,
    });
    let conditions = Conditions {
        imperfections: Some(&imperfections),
        ..Conditions::default()
    };
    let mut mapped = pack(&matrices, &conditions, pack_first_fit).unwrap();
    for matrix in &mut mapped {
        matrix.solve().unwrap();
        let (_, part) = &matrix.tiles()[0];
        assert_eq!(part.first_row(), 0);
        // Input 1 reaches no cell beyond the first column.
        let second = &part.differential()[2..];
        assert!(second[0] > 1e-5 && second[1].abs() < 1e-9, "{second:?}");
    }
    assert_eq!(mapped[0].arrays(), mapped[1].arrays());
    assert_eq!(
        (mapped[0].effects().len(), mapped[1].effects().len()),
        (1, 0)
    );
}

#[test]
fn what_cannot_be_is_an_error() {
    let settings = tile(8, 8, 1.0);
    let weights = [1.0; 4];
    let layout = |signed| MatrixLayout {
        signed,
        ..MatrixLayout::new(GroupMatrix::dense(&weights, 2, 2).unwrap(), &settings)
    };
    let cells = CellDescription::default();
    let conditions = Conditions {
        cells: Some((&cells, 0.2)),
        ..Conditions::default()
    };
    for signed in &SCHEMES[1..] {
        let error = MappedMatrix::lay_out(&layout(*signed), &conditions, None)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("nonlinear cells need") && error.contains(signed.name()),
            "{error}"
        );
    }
    let list = spread_and_faults();
    let imperfections = imperfections(&list);
    let conditions = Conditions {
        imperfections: Some(&imperfections),
        ..Conditions::default()
    };
    for signed in &SCHEMES[2..] {
        let offsetting = Some(&ohmloom_layouts::offsetting::Offsetting::Published);
        let error = MappedMatrix::lay_out(&layout(*signed), &conditions, offsetting)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("offsetting needs pairs") && error.contains(signed.name()),
            "{error}"
        );
    }
    let matrices = [SignedScheme::Columns, SignedScheme::Midpoint].map(|signed| MatrixOnTiles {
        layout: layout(signed),
        offsetting: None,
        concurrent: None,
    });
    let (index, error) = pack(&matrices, &Conditions::default(), pack_first_fit).unwrap_err();
    assert_eq!(index, 1);
    assert!(error.to_string().contains("cannot share tiles"), "{error}");
    let fails = |_: &[_], _: TileSize| {
        Err(LayoutError::BadShape {
            reason: "no".into(),
        })
    };
    assert!(pack(&matrices[..1], &Conditions::default(), fails).is_err());
}
