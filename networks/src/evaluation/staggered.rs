//! One group of a layer in the staggered layout: its input as rows, its columns as output, in one pass for each sample.

use ohmloom_layouts::placement::{LayerShape, RowDrive};
use ohmloom_layouts::{GroupMatrix, multiply_transposed};

/// Rows and columns of a staggered layout beside the group's input and output, `[channel][y][x]` each.
pub(super) struct Staggered {
    shape: LayerShape,
    /// The element of the input that drives each row; `None` for the bias row.
    sources: Vec<Option<usize>>,
    /// The element of the output that each output of the arrays is.
    elements: Vec<usize>,
}

impl Staggered {
    pub(super) fn new(shape: LayerShape, matrix: &GroupMatrix<'_>) -> Self {
        let source = |drive| match drive {
            RowDrive::Input(element) => Some(element),
            RowDrive::Bias | RowDrive::Zero => None,
        };
        Self {
            shape,
            sources: matrix.rows().into_iter().map(source).collect(),
            elements: matrix.elements(),
        }
    }

    /// Length of the group's input.
    pub(super) fn inputs(&self) -> usize {
        self.shape.group_inputs() * self.shape.input_elements()
    }

    /// Length of the group's output.
    pub(super) fn outputs(&self) -> usize {
        self.shape.group_outputs() * self.shape.positions()
    }

    /// Output positions.
    pub(super) fn positions(&self) -> usize {
        self.shape.positions()
    }

    /// Inputs in the order of the rows; the bias row gets `bias`.
    pub(super) fn rows(&self, inputs: &[f64], bias: f64) -> Vec<f64> {
        let mut rows = Vec::with_capacity(inputs.len() / self.inputs() * self.sources.len());
        for input in inputs.chunks_exact(self.inputs()) {
            let sources = self.sources.iter();
            rows.extend(sources.map(|source| source.map_or(bias, |element| input[element])));
        }
        rows
    }

    /// Puts outputs in the order of the columns to their places.
    pub(super) fn put(&self, columns: &[f64], out: &mut [f64]) {
        let vectors = columns.chunks_exact(self.outputs());
        for (columns, out) in vectors.zip(out.chunks_exact_mut(self.outputs())) {
            for (&element, &value) in self.elements.iter().zip(columns) {
                out[element] = value;
            }
        }
    }

    /// The convolution in exact arithmetic; `kernels` are `[output channel][input channel][tap]`.
    pub(super) fn multiply_exactly(&self, kernels: &[f64], inputs: &[f64], out: &mut [f64]) {
        let (taps, positions) = (self.shape.taps(), self.shape.positions());
        let (length, channels) = (self.shape.group_inputs() * taps, self.shape.group_outputs());
        let elements = self.shape.input_elements();
        // The element under each tap at each position.
        let under: Vec<Option<usize>> = (0..positions)
            .flat_map(|position| (0..taps).map(move |tap| (position, tap)))
            .map(|(position, tap)| self.shape.element_under(position, tap))
            .collect();
        let mut patches = vec![0.0; positions * length];
        let mut products = vec![0.0; positions * channels];
        let vectors = inputs.chunks_exact(self.inputs());
        for (input, out) in vectors.zip(out.chunks_exact_mut(self.outputs())) {
            for (patch, under) in patches
                .chunks_exact_mut(length)
                .zip(under.chunks_exact(taps))
            {
                let channels = patch
                    .chunks_exact_mut(taps)
                    .zip(input.chunks_exact(elements));
                for (patch, channel) in channels {
                    for (tap, element) in patch.iter_mut().zip(under) {
                        *tap = element.map_or(0.0, |element| channel[element]);
                    }
                }
            }
            multiply_transposed(&patches, kernels, &mut products, length);
            for (position, products) in products.chunks_exact(channels).enumerate() {
                for (channel, &value) in products.iter().enumerate() {
                    out[channel * positions + position] = value;
                }
            }
        }
    }
}
