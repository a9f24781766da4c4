//! Layouts of layers: published counts, equal outputs of all layouts, and packing.

mod shapes;

use ohmloom_layouts::placement::{
    CellWeight, LayerLayout, LayerShape, Placement, RowDrive, Scheme, Slice, Station, TileSize,
    one_tile_each, pack_exactly, pack_first_fit,
};
use proptest::prelude::*;
use shapes::any_shape;

fn layout(shape: LayerShape, scheme: Scheme) -> LayerLayout {
    LayerLayout::new(shape, scheme).unwrap().with_bias_row()
}

/// The layers of the seizure detector of Li et al. (IEEE Trans. Biomed. Circuits Syst. 2022): two convolutions over the same input, two dense layers.
fn seizure_detector() -> [LayerShape; 4] {
    [
        LayerShape::line(1, 32, 32, 64),
        LayerShape::line(1, 32, 30, 64),
        LayerShape::matrix(1088, 8, 1),
        LayerShape::matrix(8, 2, 1),
    ]
}

#[test]
fn the_seizure_detector_s_published_cell_counts() {
    let [conv1, conv2, fc1, fc2] = seizure_detector();
    let programmed = |shape, scheme| layout(shape, scheme).programmed_cells();
    assert_eq!(programmed(conv1, Scheme::Staggered), 69_696);
    assert_eq!(programmed(conv1, Scheme::Dense), 2_112);
    assert_eq!(programmed(conv2, Scheme::Staggered), 69_440);
    assert_eq!(programmed(conv2, Scheme::Dense), 1_984);
    assert_eq!(layout(conv2, Scheme::Staggered).cells(), 145_600);
    assert_eq!(programmed(fc1, Scheme::Dense), 17_424);
    assert_eq!(programmed(fc2, Scheme::Dense), 36);
    let parameters: usize = [conv1, conv2, fc1, fc2]
        .iter()
        .map(|shape| shape.weights() + shape.out_channels)
        .sum();
    assert_eq!(parameters, 10_778);
    // The rule: staggered where n_in - l_ker > n_ker, which 64 - 32 > 32 is not and 64 - 30 > 32 is.
    assert_eq!(Scheme::by_rule(&conv1), Scheme::Dense);
    assert_eq!(Scheme::by_rule(&conv2), Scheme::Staggered);
    assert_eq!(Scheme::by_rule(&fc1), Scheme::Dense);
}

/// The VGG for CIFAR-10 of Lammie et al. (ISCAS 2022): six convolutions, pooling after each second, three dense layers.
fn vgg() -> Vec<LayerShape> {
    let convolutions = [
        (3, 128, 32),
        (128, 128, 32),
        (128, 256, 16),
        (256, 256, 16),
        (256, 512, 8),
        (512, 512, 8),
    ];
    let dense = [(8192, 1024), (1024, 1024), (1024, 10)];
    convolutions
        .into_iter()
        .map(|(inputs, outputs, size)| LayerShape::square(inputs, outputs, 3, 1, size))
        .chain(dense.map(|(inputs, outputs)| LayerShape::matrix(inputs, outputs, 1)))
        .collect()
}

#[test]
fn the_vgg_s_published_tiles_and_densities() {
    for (side, published) in [
        (32, 27_633),
        (64, 6_977),
        (128, 1_779),
        (256, 461),
        (512, 125),
    ] {
        let tile = TileSize::new(side, side).unwrap();
        let tiles: usize = vgg()
            .iter()
            .map(|&shape| layout(shape, Scheme::Dense).tiles(tile))
            .sum();
        assert_eq!(tiles, published, "{side} x {side}");
    }
    let densities = [0.87, 0.84, 3.23, 3.23, 11.82, 11.82];
    for (shape, published) in vgg().into_iter().zip(densities) {
        let density = 100.0 * layout(shape, Scheme::Staggered).density();
        assert!(
            (density - published).abs() < 0.005,
            "{density} but {published}"
        );
    }
}

#[test]
fn a_banded_layout_takes_fewer_tiles() {
    let tile = TileSize::new(64, 64).unwrap();
    // Row 0 is the bias; a tile of columns holds one position, which needs 32 rows.
    let [_, conv2, ..] = seizure_detector();
    let full = layout(conv2, Scheme::Staggered);
    assert_eq!(full.tiles(tile), 2 * 35);
    // The second row of tiles holds the input's last sample, which only the last position needs.
    assert_eq!(full.banded().tiles(tile), 35 + 1);
    let shape = LayerShape::square(16, 16, 3, 1, 16);
    let [full, banded] = [false, true].map(|banded| {
        let full = layout(shape, Scheme::Staggered);
        if banded { full.banded() } else { full }
    });
    assert!(4 * banded.tiles(tile) < full.tiles(tile));
    for layout in [full, banded] {
        let slices = layout.slices(0, tile, |_| None).unwrap();
        assert_eq!(slices.len(), layout.tiles(tile));
    }
}

fn slices_of(layouts: &[LayerLayout], tile: TileSize, apart: &[usize]) -> Vec<Slice> {
    let station = |layer: usize| {
        apart.contains(&layer).then_some(Station {
            group: 0,
            place: layer,
        })
    };
    layouts
        .iter()
        .enumerate()
        .flat_map(|(layer, layout)| layout.slices(layer, tile, |_| station(layer)).unwrap())
        .collect()
}

#[test]
fn the_seizure_detector_takes_seven_tiles() {
    let tile = TileSize::new(64, 64).unwrap();
    let bare = |shape| LayerLayout::new(shape, Scheme::Dense).unwrap();
    let [conv1, conv2, fc1, fc2] = seizure_detector().map(bare);
    let layouts = [conv1.with_bias_row(), conv2.with_bias_row(), fc1, fc2];
    assert_eq!(layouts[2].tiles(tile), 17);
    let slices = slices_of(&layouts, tile, &[0, 1]);
    assert_eq!(slices.len(), 20);
    let first_fit = pack_first_fit(&slices, tile).unwrap();
    assert_eq!(first_fit.tiles, 7);
    assert_eq!(pack_exactly(&slices, tile).unwrap().tiles, 7);
    // As published: both convolutions in the first rows of a tile each, the last layer in rows 33 to 40 and columns 0 to 3 of the
    // first tile, four slices of the third layer to a tile.
    let place = |index: usize| {
        let placed = first_fit.slices[index];
        (placed.tile, placed.row, placed.column)
    };
    assert_eq!(
        [place(0), place(1), place(19)],
        [(0, 0, 0), (1, 0, 0), (0, 33, 0)]
    );
    for index in 0..17 {
        assert_eq!(place(2 + index), (2 + index / 4, 0, 16 * (index % 4)));
    }
    // Without parallel branches both convolutions share a tile: 33 and 31 rows.
    let shared = slices_of(&layouts, tile, &[]);
    assert_eq!(pack_exactly(&shared, tile).unwrap().tiles, 6);
    assert_eq!(one_tile_each(&shared, tile).unwrap().tiles, 20);
}

/// Checks that every slice lies inside its tile, that none overlap and that slices in a tile may share it.
fn check(placement: &Placement, slices: &[Slice]) {
    assert_eq!(placement.slices.len(), slices.len());
    let mut free = vec![true; placement.tiles * placement.tile.cells()];
    for (placed, slice) in placement.slices.iter().zip(slices) {
        assert_eq!(&placed.slice, slice);
        assert!(placed.column + slice.columns() <= placement.tile.columns());
        for row in placed.row..placed.row + slice.rows {
            for column in placed.column..placed.column + slice.columns() {
                let cell =
                    (placed.tile * placement.tile.rows() + row) * placement.tile.columns() + column;
                assert!(std::mem::take(&mut free[cell]), "overlap");
            }
        }
    }
    for content in placement.by_tile() {
        assert!(!content.is_empty());
        for a in &content {
            assert!(content.iter().all(|b| a.slice.may_share_with(&b.slice)));
        }
    }
}

#[test]
fn exact_packing_beats_first_fit_where_it_can() {
    let tile = TileSize::new(10, 10).unwrap();
    let slice = |rows, outputs| Slice {
        layer: 0,
        array: 0,
        first_row: 0,
        rows,
        first_output: 0,
        outputs,
        station: None,
    };
    // Whole rows of 4, 4, 6 and 6: first fit puts both fours together.
    let slices = [slice(4, 5), slice(4, 5), slice(6, 5), slice(6, 5)];
    let first_fit = pack_first_fit(&slices, tile).unwrap();
    let exact = pack_exactly(&slices, tile).unwrap();
    assert_eq!((first_fit.tiles, exact.tiles), (3, 2));
    // A pinwheel of four 4 x 6 or 6 x 4 around a hole of 2 x 2 fits only without any straight cut.
    let pinwheel = [
        slice(4, 3),
        slice(6, 2),
        slice(4, 3),
        slice(6, 2),
        slice(2, 1),
    ];
    let exact = pack_exactly(&pinwheel, tile).unwrap();
    assert_eq!(exact.tiles, 1);
    check(&exact, &pinwheel);
    let error = pack_exactly(&[slice(11, 1)], tile).unwrap_err().to_string();
    assert!(
        error.contains("11 x 2") && error.contains("10 x 10"),
        "{error}"
    );
}

#[test]
fn too_many_parts_are_refused() {
    let [conv1, ..] = seizure_detector();
    let layout = LayerLayout::new(conv1, Scheme::Dense).unwrap();
    assert_eq!(layout.split(4).unwrap().arrays().count(), 4);
    for splits in [0, 33] {
        let error = layout.split(splits).unwrap_err().to_string();
        assert!(error.contains(&format!("over {splits} arrays")), "{error}");
    }
}

/// Values between -1 and 1.
fn values(count: usize, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    };
    (0..count).map(next).collect()
}

/// The convolution by its definition.
fn convolve(shape: &LayerShape, weights: &[f64], biases: &[f64], input: &[f64]) -> Vec<f64> {
    let [height, width] = shape.input.map(usize::cast_signed);
    let [rows, columns] = shape.output();
    let (inputs, outputs) = (shape.group_inputs(), shape.group_outputs());
    let mut result = Vec::new();
    for (channel, bias) in biases.iter().enumerate() {
        let group = channel / outputs;
        for y in 0..rows {
            for x in 0..columns {
                let mut sum = *bias;
                for c in 0..inputs {
                    for ky in 0..shape.kernel[0] {
                        for kx in 0..shape.kernel[1] {
                            let at = |position: usize, tap: usize, axis: usize| {
                                let padded =
                                    position * shape.strides[axis] + tap * shape.dilations[axis];
                                padded.cast_signed() - shape.pads_begin[axis].cast_signed()
                            };
                            let (row, column) = (at(y, ky, 0), at(x, kx, 1));
                            if (0..height).contains(&row) && (0..width).contains(&column) {
                                let weight = ((channel * inputs + c) * shape.kernel[0] + ky)
                                    * shape.kernel[1]
                                    + kx;
                                let element = ((group * inputs + c).cast_signed() * height + row)
                                    * width
                                    + column;
                                sum += weights[weight] * input[element.cast_unsigned()];
                            }
                        }
                    }
                }
                result.push(sum);
            }
        }
    }
    result
}

/// The layer's output as packed tiles with ideal wires and converters give it: conductances from the layout, slices read one by one.
fn read_tiles(
    layout: &LayerLayout,
    placement: &Placement,
    weights: &[f64],
    biases: &[f64],
    input: &[f64],
) -> Vec<f64> {
    let shape = layout.shape();
    let per_channel = shape.group_inputs() * shape.taps();
    let arrays: Vec<_> = layout.arrays().collect();
    let (off, siemens_per_weight) = (1e-5, 9e-5);
    let (rows, columns) = (placement.tile.rows(), placement.tile.columns());
    let mut cells = vec![off; placement.tiles * rows * columns];
    let mut programmed = 0;
    for placed in &placement.slices {
        let slice = placed.slice;
        for row in 0..slice.rows {
            for output in 0..slice.outputs {
                let at =
                    arrays[slice.array].weight(slice.first_row + row, slice.first_output + output);
                let weight = match at {
                    Some(CellWeight::Weight { channel, input }) => {
                        weights[channel * per_channel + input]
                    }
                    Some(CellWeight::Bias { channel }) => biases[channel],
                    None => continue,
                };
                programmed += 2;
                let pair =
                    (placed.tile * rows + placed.row + row) * columns + placed.column + 2 * output;
                cells[pair] = off + siemens_per_weight * weight.max(0.0);
                cells[pair + 1] = off + siemens_per_weight * (-weight).max(0.0);
            }
        }
    }
    assert_eq!(programmed, layout.programmed_cells());
    let mut result = vec![0.0; shape.out_channels * shape.positions()];
    for placed in &placement.slices {
        let slice = placed.slice;
        let array = &arrays[slice.array];
        for pass in 0..layout.passes() {
            let volts: Vec<f64> = (slice.first_row..slice.first_row + slice.rows)
                .map(|row| match array.drive(row, pass) {
                    RowDrive::Input(element) => input[element],
                    RowDrive::Bias => 1.0,
                    RowDrive::Zero => 0.0,
                })
                .collect();
            for output in 0..slice.outputs {
                let column = placed.column + 2 * output;
                let current = |column: usize| -> f64 {
                    let cell = |row: usize| {
                        cells[(placed.tile * rows + placed.row + row) * columns + column]
                    };
                    volts
                        .iter()
                        .enumerate()
                        .map(|(row, volts)| cell(row) * volts)
                        .sum()
                };
                let difference = current(column) - current(column + 1);
                result[array.output(slice.first_output + output, pass)] +=
                    difference / siemens_per_weight;
            }
        }
    }
    result
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn all_layouts_give_the_convolution(
        shape in any_shape(),
        tile in (3_usize..40, 2_usize..40),
        splits in 1_usize..4,
        seed: u64,
    ) {
        let weights = values(shape.weights(), seed);
        let biases = values(shape.out_channels, seed ^ 1);
        let input = values(shape.in_channels * shape.input_elements(), seed ^ 2);
        let expected = convolve(&shape, &weights, &biases, &input);
        let largest = expected.iter().fold(1.0_f64, |m, v| m.max(v.abs()));
        let tile = TileSize::new(tile.0, tile.1).unwrap();
        let dense = layout(shape, Scheme::Dense);
        let staggered = layout(shape, Scheme::Staggered);
        let split = dense.split(splits.min(shape.group_outputs())).unwrap();
        for layout in [dense, staggered, staggered.banded(), split, split.banded()] {
            let slices = layout.slices(0, tile, |part| Some(Station { group: 0, place: part })).unwrap();
            prop_assert_eq!(slices.len(), layout.tiles(tile));
            for placement in [one_tile_each(&slices, tile).unwrap(), pack_first_fit(&slices, tile).unwrap()] {
                check(&placement, &slices);
                let outputs = read_tiles(&layout, &placement, &weights, &biases, &input);
                for (output, expected) in outputs.iter().zip(&expected) {
                    prop_assert!((output - expected).abs() < 1e-12 * largest, "{output} but {expected}");
                }
            }
        }
    }

    #[test]
    fn exact_packing_is_never_worse(sizes in prop::collection::vec((1_usize..9, 1_usize..5, 0_usize..3), 1..8)) {
        let tile = TileSize::new(8, 8).unwrap();
        let slices: Vec<Slice> = sizes
            .iter()
            .enumerate()
            .map(|(layer, &(rows, outputs, place))| Slice {
                layer,
                array: 0,
                first_row: 0,
                rows,
                first_output: 0,
                outputs,
                station: (place > 0).then_some(Station { group: 0, place }),
            })
            .collect();
        let first_fit = pack_first_fit(&slices, tile).unwrap();
        let exact = pack_exactly(&slices, tile).unwrap();
        check(&first_fit, &slices);
        check(&exact, &slices);
        prop_assert!(exact.tiles <= first_fit.tiles);
        let cells: usize = slices.iter().map(|slice| slice.rows * slice.columns()).sum();
        prop_assert!(exact.tiles >= cells.div_ceil(64));
    }
}
