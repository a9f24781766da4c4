//! Layers, their exact outputs, and arrays made by hand.

use std::ops::Range;

use ohmloom_layouts::placement::{
    LayerLayout, LayerShape, Placement, RowDrive, Scheme, Slice, TileSize,
};
use ohmloom_layouts::{
    BitSlices, Conditions, Converters, GroupMatrix, LayoutError, MappedMatrix, MatrixLayout,
    MatrixOnTiles, SignedScheme, TileSettings, Unsensed, pack,
};
use ohmloom_solver::line_grid::{
    ArraySolver, End, LineGrid, Lines, Method, MethodChoice, SolveOptions,
};

pub(crate) const SCHEMES: [SignedScheme; 4] = [
    SignedScheme::Columns,
    SignedScheme::Arrays,
    SignedScheme::OffsetColumn,
    SignedScheme::Midpoint,
];

/// Values between -1 and 1.
pub(crate) fn values(count: usize, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    };
    (0..count).map(next).collect()
}

pub(crate) fn tile(rows: usize, columns: usize, ohm: f64) -> TileSettings {
    TileSettings {
        rows,
        columns,
        ..TileSettings::default()
    }
    .with_wires(ohm)
}

/// A layer: its shape, `[output channel][input]` weights, biases for a bias row.
pub(crate) struct Layer {
    pub shape: LayerShape,
    pub weights: Vec<f64>,
    pub biases: Option<Vec<f64>>,
}

impl Layer {
    pub(crate) fn random(shape: LayerShape, bias: bool, seed: u64) -> Self {
        Self {
            shape,
            weights: values(shape.weights(), seed),
            biases: bias.then(|| values(shape.out_channels, seed ^ 1)),
        }
    }

    /// The layer's output `[channel][y][x]` by the definition of a convolution.
    pub(crate) fn convolve(&self, input: &[f64]) -> Vec<f64> {
        let shape = &self.shape;
        let [height, width] = shape.input.map(usize::cast_signed);
        let [rows, columns] = shape.output();
        let (inputs, outputs) = (shape.group_inputs(), shape.group_outputs());
        let mut result = Vec::new();
        for channel in 0..shape.out_channels {
            let group = channel / outputs;
            for (y, x) in (0..rows).flat_map(|y| (0..columns).map(move |x| (y, x))) {
                let mut sum = self.biases.as_ref().map_or(0.0, |biases| biases[channel]);
                for c in 0..inputs {
                    for tap in 0..shape.taps() {
                        let taps = [tap / shape.kernel[1], tap % shape.kernel[1]];
                        let at = |position: usize, axis: usize| {
                            let padded =
                                position * shape.strides[axis] + taps[axis] * shape.dilations[axis];
                            padded.cast_signed() - shape.pads_begin[axis].cast_signed()
                        };
                        let (row, column) = (at(y, 0), at(x, 1));
                        if (0..height).contains(&row) && (0..width).contains(&column) {
                            let weight = (channel * inputs + c) * shape.taps() + tap;
                            let element = ((group * inputs + c).cast_signed() * height + row)
                                * width
                                + column;
                            sum += self.weights[weight] * input[element.cast_unsigned()];
                        }
                    }
                }
                result.push(sum);
            }
        }
        result
    }
}

/// How a layer lies on tiles.
#[derive(Debug, Clone)]
pub(crate) struct How {
    pub scheme: Scheme,
    pub splits: usize,
    pub signed: SignedScheme,
    pub bit_slices: Option<BitSlices>,
    pub full: bool,
    pub unsensed: Unsensed,
    pub packed: bool,
}

pub(crate) fn layout_of(layer: &Layer, how: &How) -> LayerLayout {
    let kernels = layer.shape.group_outputs();
    let layout = LayerLayout::new(layer.shape, how.scheme).unwrap();
    let layout = layout.split(how.splits.min(kernels)).unwrap();
    if layer.biases.is_some() {
        layout.with_bias_row()
    } else {
        layout
    }
}

pub(crate) fn group<'a>(layer: &'a Layer, layout: &LayerLayout, group: usize) -> GroupMatrix<'a> {
    let shape = &layer.shape;
    let outputs = group * shape.group_outputs()..(group + 1) * shape.group_outputs();
    let inputs = shape.group_inputs() * shape.taps();
    let kernels = &layer.weights[outputs.start * inputs..outputs.end * inputs];
    let biases = layer.biases.as_ref().map(|biases| &biases[outputs]);
    GroupMatrix::new(layout, group, kernels, biases).unwrap()
}

pub(crate) fn matrix_layout<'a>(
    matrix: GroupMatrix<'a>,
    how: &How,
    tile: &'a TileSettings,
) -> MatrixLayout<'a> {
    MatrixLayout {
        signed: how.signed,
        bit_slices: how.bit_slices,
        unsensed: how.unsensed,
        full: how.full,
        ..MatrixLayout::new(matrix, tile)
    }
}

/// The matrices of all groups, solved.
pub(crate) fn lay_out(
    layer: &Layer,
    how: &How,
    tile: &TileSettings,
    conditions: &Conditions<'_>,
) -> Result<Vec<MappedMatrix>, LayoutError> {
    let layout = layout_of(layer, how);
    let mut first_array = 0;
    let layouts: Vec<_> = (0..layer.shape.groups)
        .map(|index| {
            let mut of_group = matrix_layout(group(layer, &layout, index), how, tile);
            of_group.first_array = first_array;
            first_array += of_group.numbers();
            of_group
        })
        .collect();
    let mut mapped = if how.packed {
        let matrices: Vec<_> = layouts
            .into_iter()
            .map(|layout| MatrixOnTiles {
                layout,
                offsetting: None,
                concurrent: (how.splits > 1).then_some(0),
            })
            .collect();
        pack(&matrices, conditions, first_fit).map_err(|(_, error)| error)?
    } else {
        let alone = |layout| MappedMatrix::lay_out(layout, conditions, None);
        layouts.iter().map(alone).collect::<Result<Vec<_>, _>>()?
    };
    for matrix in &mut mapped {
        matrix.solve()?;
    }
    Ok(mapped)
}

pub(crate) fn first_fit(slices: &[Slice], tile: TileSize) -> Result<Placement, LayoutError> {
    ohmloom_layouts::placement::pack_first_fit(slices, tile)
}

/// The rows of a group's matrix in a pass, for an input of the layer.
pub(crate) fn drives(layout: &LayerLayout, group: usize, pass: usize, input: &[f64]) -> Vec<f64> {
    let array = layout.arrays().nth(group * layout.splits()).unwrap();
    (0..array.rows())
        .map(|row| match array.drive(row, pass) {
            RowDrive::Input(element) => input[element],
            RowDrive::Bias => 1.0,
            RowDrive::Zero => 0.0,
        })
        .collect()
}

/// The layer's output by the tiles of its groups, between ideal converters.
pub(crate) fn multiply(
    layer: &Layer,
    how: &How,
    mapped: &[MappedMatrix],
    input: &[f64],
) -> Vec<f64> {
    let layout = layout_of(layer, how);
    let converters = Converters::ideal(0.2, 1.0);
    let mut out = vec![f64::NAN; layer.shape.out_channels * layer.shape.positions()];
    for (group, matrix) in mapped.iter().enumerate() {
        let arrays: Vec<_> = layout
            .arrays()
            .skip(group * layout.splits())
            .take(layout.splits())
            .collect();
        for pass in 0..layout.passes() {
            let mut results = vec![0.0; matrix.outputs()];
            let rows = drives(&layout, group, pass, input);
            matrix.multiply(&rows, &converters, &mut results).unwrap();
            let places = arrays
                .iter()
                .flat_map(|array| (0..array.outputs()).map(|output| array.output(output, pass)));
            for (place, result) in places.zip(results) {
                out[place] = result;
            }
        }
    }
    out
}

/// Weights in a place on an array: `rows x outputs` from a row and a column on.
pub(crate) struct Patch {
    pub weights: Vec<f64>,
    pub outputs: usize,
    pub heaviest: f64,
    pub first_row: usize,
    pub first_column: usize,
}

impl Patch {
    pub(crate) fn rows(&self) -> usize {
        self.weights.len() / self.outputs
    }

    /// For each output the array and column that add to it and those that are subtracted.
    pub(crate) fn columns(&self, signed: SignedScheme) -> Vec<[Option<(usize, usize)>; 2]> {
        let first = self.first_column;
        (0..self.outputs)
            .map(|output| match signed {
                SignedScheme::Columns => [
                    Some((0, first + 2 * output)),
                    Some((0, first + 2 * output + 1)),
                ],
                SignedScheme::Arrays => [Some((0, first + output)), Some((1, first + output))],
                SignedScheme::OffsetColumn => {
                    let middle = self.outputs / 2;
                    let column = if output < middle { output } else { output + 1 };
                    [Some((0, first + column)), Some((0, first + middle))]
                }
                SignedScheme::Midpoint => [Some((0, first + output)), None],
            })
            .collect()
    }

    /// All columns.
    pub(crate) fn sensed(&self, signed: SignedScheme) -> Range<usize> {
        let width = match signed {
            SignedScheme::Columns => 2 * self.outputs,
            SignedScheme::OffsetColumn => self.outputs + 1,
            _ => self.outputs,
        };
        self.first_column..self.first_column + width
    }
}

/// The targets of the arrays of a tile with these weights, by the definitions of the schemes.
pub(crate) fn targets(
    tile: &TileSettings,
    signed: SignedScheme,
    patches: &[Patch],
) -> Vec<Vec<f64>> {
    let (off, on) = tile.conductances();
    let middle = 0.5 * (off + on);
    let count = if signed == SignedScheme::Arrays { 2 } else { 1 };
    let mut arrays = vec![vec![off; tile.rows * tile.columns]; count];
    for patch in patches {
        let places = patch.columns(signed);
        for (row, weights) in patch.weights.chunks_exact(patch.outputs).enumerate() {
            let at = (patch.first_row + row) * tile.columns;
            for (weight, place) in weights.iter().zip(&places) {
                let share = weight / patch.heaviest;
                let [Some((array, positive)), negative] = *place else {
                    unreachable!()
                };
                if signed.has_pairs() {
                    let (other, negative) = negative.unwrap();
                    arrays[array][at + positive] = off + (on - off) * share.max(0.0);
                    arrays[other][at + negative] = off + (on - off) * (-share).max(0.0);
                } else {
                    arrays[array][at + positive] = middle + 0.5 * (on - off) * share;
                    if let Some((_, reference)) = negative {
                        arrays[0][at + reference] = middle;
                    }
                }
            }
        }
    }
    arrays
}

/// The currents of a patch's outputs, those to subtract subtracted, by the direct method, for voltages at its rows; of all other columns nothing is sensed.
pub(crate) fn currents(
    tile: &TileSettings,
    signed: SignedScheme,
    unsensed: Unsensed,
    arrays: &[Vec<f64>],
    patch: &Patch,
    volts: &[f64],
) -> Vec<f64> {
    let wires = tile.wires();
    let sensed = patch.sensed(signed);
    let mut drives = vec![0.0; tile.rows];
    drives[patch.first_row..patch.first_row + patch.rows()].copy_from_slice(volts);
    let of_array = |conductance: &Vec<f64>| -> Vec<f64> {
        let rows = Lines::alike(
            tile.rows,
            wires.row,
            End::Driven(wires.source),
            End::Floating,
        );
        let mut columns = Lines::alike(tile.columns, wires.column, End::Floating, End::Floating);
        for (column, end) in columns.end.iter_mut().enumerate() {
            if sensed.contains(&column) || unsensed == Unsensed::Grounded {
                *end = End::Grounded(wires.sink);
            }
        }
        let grid =
            LineGrid::new(tile.rows, tile.columns, conductance.clone(), rows, columns).unwrap();
        let options = SolveOptions {
            method: MethodChoice::Only(Method::Cholesky),
            ..SolveOptions::default()
        };
        let solution = ArraySolver::new(&grid, options)
            .unwrap()
            .solve(&drives)
            .unwrap();
        // A current for each column, 0 where it floats.
        let mut grounded = solution.output_currents.into_iter();
        let ends = &grid.column_lines().end;
        ends.iter()
            .map(|end| match end {
                End::Grounded(_) => grounded.next().unwrap(),
                _ => 0.0,
            })
            .collect()
    };
    let found: Vec<Vec<f64>> = arrays.iter().map(of_array).collect();
    let at =
        |place: Option<(usize, usize)>| place.map_or(0.0, |(array, column)| found[array][column]);
    patch
        .columns(signed)
        .iter()
        .map(|&[positive, negative]| at(positive) - at(negative))
        .collect()
}
