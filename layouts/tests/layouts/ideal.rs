//! Wires without resistance and ideal converters: every layout gives the convolution.

use ohmloom_layouts::placement::{LayerLayout, LayerShape, Scheme};
use ohmloom_layouts::{
    BitSlices, Conditions, GroupMatrix, MappedMatrix, MatrixLayout, SignedScheme, Unsensed,
};
use proptest::prelude::*;

use crate::layers::{How, Layer, group, lay_out, layout_of, matrix_layout, multiply, tile, values};
use crate::shapes::any_shape;

prop_compose! {
    fn any_how()(
        staggered: bool,
        splits in 1_usize..4,
        signed in prop::sample::select(&crate::layers::SCHEMES[..]),
        full: bool,
        floating: bool,
        packed: bool,
    ) -> How {
        How {
            scheme: if staggered { Scheme::Staggered } else { Scheme::Dense },
            splits,
            signed,
            bit_slices: None,
            full,
            unsensed: if floating { Unsensed::Floating } else { Unsensed::Grounded },
            packed,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_layout_gives_the_convolution(
        shape in any_shape(), how in any_how(), rows in 3_usize..40, columns in 2_usize..40, bias: bool, seed: u64,
    ) {
        let layer = Layer::random(shape, bias, seed);
        let input = values(shape.in_channels * shape.input_elements(), seed ^ 2);
        let expected = layer.convolve(&input);
        let largest = expected.iter().fold(1.0_f64, |m, v| m.max(v.abs()));
        let mapped = lay_out(&layer, &how, &tile(rows, columns, 0.0), &Conditions::default()).unwrap();
        let found = multiply(&layer, &how, &mapped, &input);
        for (found, expected) in found.iter().zip(&expected) {
            prop_assert!((found - expected).abs() < 1e-12 * largest, "{found} but {expected}");
        }
    }

    #[test]
    fn digits_give_the_product_of_the_rounded_weights(
        shape in any_shape(), how in any_how(), cells in 1_u32..5, bits in 1_u32..5, seed: u64,
    ) {
        let layer = Layer::random(shape, false, seed);
        let input = values(shape.in_channels * shape.input_elements(), seed ^ 2);
        // Each group has its own largest weight.
        let most = f64::from((1_u32 << (cells * bits)) - 1);
        let per_group = layer.weights.len() / shape.groups;
        let rounded = layer.weights.chunks_exact(per_group).flat_map(|weights| {
            let step = weights.iter().fold(0.0_f64, |m, w| m.max(w.abs())) / most;
            weights.iter().map(move |weight| (weight / step).round() * step)
        });
        let rounded = Layer { weights: rounded.collect(), biases: None, shape };
        let expected = rounded.convolve(&input);
        let largest = expected.iter().fold(1.0_f64, |m, v| m.max(v.abs()));
        let how = How { bit_slices: Some(BitSlices { cells, bits }), ..how };
        let mapped = lay_out(&layer, &how, &tile(24, 16, 0.0), &Conditions::default()).unwrap();
        let found = multiply(&layer, &how, &mapped, &input);
        for (found, expected) in found.iter().zip(&expected) {
            prop_assert!((found - expected).abs() < 1e-12 * largest, "{found} but {expected}");
        }
    }
}

fn plain(scheme: Scheme) -> How {
    How {
        scheme,
        splits: 1,
        signed: SignedScheme::Columns,
        bit_slices: None,
        full: false,
        unsensed: Unsensed::Grounded,
        packed: false,
    }
}

#[test]
fn only_the_band_has_tiles_and_equal_tiles_are_one() {
    let shape = LayerShape::square(16, 16, 3, 1, 16);
    let layer = Layer::random(shape, false, 1);
    let settings = tile(128, 128, 1.0);
    let staggered = plain(Scheme::Staggered);
    let layout = layout_of(&layer, &staggered);
    let lay_out = |full| {
        let matrix = matrix_layout(
            group(&layer, &layout, 0),
            &How {
                full,
                ..staggered.clone()
            },
            &settings,
        );
        MappedMatrix::lay_out(&matrix, &Conditions::default(), None).unwrap()
    };
    let (banded, full) = (lay_out(false), lay_out(true));
    let size = ohmloom_layouts::placement::TileSize::new(128, 128).unwrap();
    assert_eq!(banded.tiles().len(), layout.banded().tiles(size));
    assert_eq!(full.tiles().len(), layout.tiles(size));
    assert_eq!(banded.used_cells(), layout.programmed_cells());
    let mut arrays: Vec<_> = banded
        .tiles()
        .iter()
        .map(|(_, tile)| std::ptr::from_ref(tile.grid()))
        .collect();
    arrays.sort_unstable();
    arrays.dedup();
    assert!(
        5 * arrays.len() < banded.tiles().len(),
        "{} of {}",
        arrays.len(),
        banded.tiles().len()
    );
    let more = full
        .tiles()
        .iter()
        .map(|(_, tile)| std::ptr::from_ref(tile.grid()));
    let more: std::collections::BTreeSet<_> = more.collect();
    assert_eq!(more.len(), arrays.len() + 1, "all empty tiles are one");
}

/// The largest layer of a ResNet-20 for CIFAR-10: 16384 x 16384 crossings.
#[test]
fn a_large_staggered_layer_takes_memory_for_its_band_only() {
    let shape = LayerShape::square(16, 16, 3, 1, 32);
    let layer = Layer::random(shape, false, 1);
    let settings = tile(128, 128, 0.0);
    let layout = LayerLayout::new(shape, Scheme::Staggered).unwrap();
    let matrix = MatrixLayout::new(group(&layer, &layout, 0), &settings);
    let mut mapped = MappedMatrix::lay_out(&matrix, &Conditions::default(), None).unwrap();
    mapped.solve().unwrap();
    assert_eq!((mapped.inputs(), mapped.outputs()), (16384, 16384));
    let input = values(16384, 3);
    let found = multiply(&layer, &plain(Scheme::Staggered), &[mapped], &input);
    for (found, expected) in found.iter().zip(layer.convolve(&input)) {
        assert!((found - expected).abs() < 1e-11, "{found} but {expected}");
    }
}

#[test]
fn lists_that_do_not_fit_are_refused() {
    let layout = LayerLayout::new(LayerShape::line(2, 3, 4, 9), Scheme::Staggered).unwrap();
    let weights = values(24, 1);
    let bias = [0.0; 3];
    assert!(GroupMatrix::new(&layout, 0, &weights, None).is_ok());
    for (layout, group, weights, bias) in [
        (layout, 1, &weights[..], None),
        (layout, 0, &weights[1..], None),
        (layout, 0, &weights[..], Some(&bias[..])),
        (layout.with_bias_row(), 0, &weights[..], None),
        (layout.with_bias_row(), 0, &weights[..], Some(&bias[1..])),
    ] {
        let error = GroupMatrix::new(&layout, group, weights, bias)
            .unwrap_err()
            .to_string();
        assert!(error.contains("do not make group"), "{error}");
    }
}
