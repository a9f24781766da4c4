//! Gathering the input vectors of a layer (im2col for convolutions) and scattering its output vectors.

use std::ops::Range;

use crate::layer::{ConvGeometry, DenseGeometry, LayerKind, WeightLayer};

/// Most values held in one block of gathered input vectors: 8 MiB of `f64`, so that large batches of large
/// convolutions never need their whole patch matrix.
const BLOCK_VALUES: usize = 1 << 20;

/// Vectors per block for vectors of length `rows`.
pub(crate) fn block_vectors(rows: usize) -> usize {
    (BLOCK_VALUES / rows.max(1)).max(1)
}

/// Writes the input vectors `vectors` of group `group` into `out`, one after another.
pub(crate) fn gather(
    layer: &WeightLayer,
    input: &[f32],
    input_shape: &[usize],
    group: usize,
    vectors: Range<usize>,
    out: &mut [f64],
) {
    let rows = layer.matrices[group].inputs();
    match &layer.kind {
        LayerKind::Conv(conv) => {
            let plane = Plane::of(conv);
            for (vector, patch) in vectors.zip(out.chunks_exact_mut(rows)) {
                plane.gather_patch(conv, input, group, vector, patch);
            }
        }
        LayerKind::Dense(DenseGeometry {
            transposed_input: true,
        }) => {
            let stride = input_shape[1];
            for (vector, x) in vectors.zip(out.chunks_exact_mut(rows)) {
                for (row, value) in x.iter_mut().enumerate() {
                    *value = f64::from(input[row * stride + vector]);
                }
            }
        }
        LayerKind::Dense(_) => {
            for (value, &source) in out
                .iter_mut()
                .zip(&input[vectors.start * rows..vectors.end * rows])
            {
                *value = f64::from(source);
            }
        }
    }
}

/// Writes output vectors (one after another in `values`) of group `group` to their places in `output`, adding
/// `bias` (the whole layer's) where there is one.
pub(crate) fn scatter(
    layer: &WeightLayer,
    values: &[f64],
    bias: Option<&[f64]>,
    group: usize,
    vectors: Range<usize>,
    output: &mut [f32],
) {
    let columns = layer.matrices[group].outputs();
    let bias = |column: usize| bias.map_or(0.0, |b| b[group * columns + column]);
    match &layer.kind {
        LayerKind::Conv(conv) => {
            let positions = conv.positions();
            for (vector, y) in vectors.zip(values.chunks_exact(columns)) {
                let (sample, position) = (vector / positions, vector % positions);
                let first = (sample * conv.out_channels + group * columns) * positions + position;
                for (column, value) in y.iter().enumerate() {
                    output[first + column * positions] = (value + bias(column)) as f32;
                }
            }
        }
        LayerKind::Dense(_) => {
            let target =
                output[vectors.start * columns..vectors.end * columns].chunks_exact_mut(columns);
            for (out, y) in target.zip(values.chunks_exact(columns)) {
                for (column, (out, value)) in out.iter_mut().zip(y).enumerate() {
                    *out = (value + bias(column)) as f32;
                }
            }
        }
    }
}

/// Writes the whole inputs of group `group` for the samples `samples` into `out`, one after another, `[channel][y][x]` each.
pub(crate) fn gather_whole(
    layer: &WeightLayer,
    input: &[f32],
    input_shape: &[usize],
    group: usize,
    samples: Range<usize>,
    out: &mut [f64],
) {
    let (length, _) = layer.whole_lengths();
    match &layer.kind {
        LayerKind::Conv(conv) => {
            for (sample, values) in samples.zip(out.chunks_exact_mut(length)) {
                let first = (sample * conv.groups + group) * length;
                let part = &input[first..first + length];
                values
                    .iter_mut()
                    .zip(part)
                    .for_each(|(value, &x)| *value = f64::from(x));
            }
        }
        LayerKind::Dense(_) => {
            // Vectors lie one after another; here their elements are channels, they themselves positions.
            let (rows, positions) = (layer.matrices[group].inputs(), layer.positions());
            let mut vectors = vec![0.0; length];
            for (sample, values) in samples.zip(out.chunks_exact_mut(length)) {
                let range = sample * positions..(sample + 1) * positions;
                gather(layer, input, input_shape, group, range, &mut vectors);
                transpose(&vectors, rows, values);
            }
        }
    }
}

/// Writes whole outputs (one after another in `values`, `[channel][y][x]` each) of group `group` to their places in `output`, adding `bias` (the
/// whole layer's) where there is one.
pub(crate) fn scatter_whole(
    layer: &WeightLayer,
    values: &[f64],
    bias: Option<&[f64]>,
    group: usize,
    samples: Range<usize>,
    output: &mut [f32],
) {
    let (_, length) = layer.whole_lengths();
    let positions = layer.positions();
    // To vectors for each position, as those of the other layouts.
    let mut vectors = vec![0.0; length];
    for (sample, values) in samples.zip(values.chunks_exact(length)) {
        transpose(values, positions, &mut vectors);
        let range = sample * positions..(sample + 1) * positions;
        scatter(layer, &vectors, bias, group, range, output);
    }
}

/// A row-major matrix with `columns` columns, transposed.
fn transpose(matrix: &[f64], columns: usize, out: &mut [f64]) {
    let rows = matrix.len() / columns;
    for (row, values) in matrix.chunks_exact(columns).enumerate() {
        for (column, &value) in values.iter().enumerate() {
            out[column * rows + row] = value;
        }
    }
}

/// A convolution's geometry as height and width; a 1-D convolution has height 1.
struct Plane {
    kernel: [usize; 2],
    strides: [usize; 2],
    dilations: [usize; 2],
    pads: [usize; 2],
    input: [usize; 2],
    output: [usize; 2],
}

impl Plane {
    fn of(conv: &ConvGeometry) -> Self {
        let plane = |list: &[usize], fill: usize| match list {
            [width] => [fill, *width],
            [height, width, ..] => [*height, *width],
            [] => [fill, fill],
        };
        Self {
            kernel: plane(&conv.kernel, 1),
            strides: plane(&conv.strides, 1),
            dilations: plane(&conv.dilations, 1),
            pads: plane(&conv.pads_begin, 0),
            input: plane(&conv.input_size, 1),
            output: plane(&conv.output_size, 1),
        }
    }

    /// The patch under the kernel at output position `vector` (counted over samples), in the order channel, kernel
    /// row, kernel column.
    fn gather_patch(
        &self,
        conv: &ConvGeometry,
        input: &[f32],
        group: usize,
        vector: usize,
        patch: &mut [f64],
    ) {
        let [height, width] = self.input;
        let positions = self.output[0] * self.output[1];
        let (sample, position) = (vector / positions, vector % positions);
        let origin = [
            position / self.output[1] * self.strides[0],
            position % self.output[1] * self.strides[1],
        ];
        let channels = conv.in_channels / conv.groups;
        let first_channel = sample * conv.in_channels + group * channels;
        // One entry of `patch` per kernel row of one channel.
        for (index, taps) in patch.chunks_exact_mut(self.kernel[1]).enumerate() {
            let (channel, kernel_row) = (index / self.kernel[0], index % self.kernel[0]);
            let row = (origin[0] + kernel_row * self.dilations[0]).wrapping_sub(self.pads[0]);
            if row >= height {
                taps.fill(0.0);
                continue;
            }
            let line = &input[((first_channel + channel) * height + row) * width..][..width];
            for (kernel_column, tap) in taps.iter_mut().enumerate() {
                let column =
                    (origin[1] + kernel_column * self.dilations[1]).wrapping_sub(self.pads[1]);
                // A position in the padding wraps to a huge index, or lies beyond the line.
                *tap = line.get(column).map_or(0.0, |&value| f64::from(value));
            }
        }
    }
}
