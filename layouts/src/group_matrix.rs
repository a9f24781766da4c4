//! The matrix of one group of a layer, as its arrays hold it.

use std::ops::Range;

use crate::LayoutError;
use crate::placement::{ArrayLayout, CellWeight, LayerLayout, LayerShape, RowDrive, Scheme};

/// The matrix that the arrays of one group of a layer hold side by side: a row for each row of the arrays, the arrays' outputs one after
/// another. In a dense layout it is the matrix of the kernels, in a staggered one that of the whole convolution, of which only the kernels are stored.
#[derive(Debug, Clone)]
pub struct GroupMatrix<'a> {
    shape: LayerShape,
    group: usize,
    arrays: Vec<ArrayLayout>,
    kernels: &'a [f64],
    bias: Option<&'a [f64]>,
}

impl<'a> GroupMatrix<'a> {
    /// The matrix of group `group`: `kernels` has the group's weights, `[output channel][input]`, `bias` those of the bias row, one for each output
    /// channel of the group.
    ///
    /// # Errors
    /// No such group; lists of other lengths; a layout with a bias row and no bias, or the other way round.
    pub fn new(
        layout: &LayerLayout,
        group: usize,
        kernels: &'a [f64],
        bias: Option<&'a [f64]>,
    ) -> Result<Self, LayoutError> {
        let shape = *layout.shape();
        let (inputs, outputs) = (shape.group_inputs() * shape.taps(), shape.group_outputs());
        let fits = group < shape.groups
            && kernels.len() == inputs * outputs
            && bias.is_none_or(|bias| bias.len() == outputs)
            && bias.is_some() == layout.has_bias_row();
        if !fits {
            let biases = bias.map_or(0, <[f64]>::len);
            let reason = format!(
                "{} weights and {biases} biases do not make group {group} of a layer of {} groups, each of {outputs} outputs of {inputs} inputs, {} a bias row",
                kernels.len(),
                shape.groups,
                if layout.has_bias_row() {
                    "with"
                } else {
                    "without"
                },
            );
            return Err(LayoutError::BadShape { reason });
        }
        let splits = layout.splits();
        Ok(Self {
            shape,
            group,
            arrays: layout.arrays().skip(group * splits).take(splits).collect(),
            kernels,
            bias,
        })
    }

    /// A dense matrix `[out][in]`, row-major, on one array.
    ///
    /// # Errors
    /// A list of another length; no inputs or no outputs.
    pub fn dense(weights: &'a [f64], outputs: usize, inputs: usize) -> Result<Self, LayoutError> {
        let layout = LayerLayout::new(LayerShape::matrix(inputs, outputs, 1), Scheme::Dense)?;
        Self::new(&layout, 0, weights, None)
    }

    /// Rows of the arrays.
    pub fn inputs(&self) -> usize {
        self.arrays[0].rows()
    }

    /// Outputs of all arrays.
    pub fn outputs(&self) -> usize {
        self.arrays.iter().map(ArrayLayout::outputs).sum()
    }

    /// What drives each row in the first pass; inputs are counted within the group, `[channel][y][x]`.
    pub fn rows(&self) -> Vec<RowDrive> {
        let first = self.group * self.shape.group_inputs() * self.shape.input_elements();
        (0..self.inputs())
            .map(|row| match self.arrays[0].drive(row, 0) {
                RowDrive::Input(element) => RowDrive::Input(element - first),
                other => other,
            })
            .collect()
    }

    /// The element of the group's output, `[channel][y][x]`, that each output is in the first pass.
    pub fn elements(&self) -> Vec<usize> {
        let first = self.group * self.shape.group_outputs() * self.shape.positions();
        let of_array = |array: &'_ ArrayLayout| {
            (0..array.outputs())
                .map(|output| array.output(output, 0) - first)
                .collect::<Vec<_>>()
        };
        self.arrays.iter().flat_map(of_array).collect()
    }

    pub(crate) fn arrays(&self) -> &[ArrayLayout] {
        &self.arrays
    }

    /// The group's weights, and those of the bias row.
    pub(crate) fn values(&self) -> impl Iterator<Item = f64> + '_ {
        self.kernels
            .iter()
            .chain(self.bias.unwrap_or_default())
            .copied()
    }

    /// Checks that all weights are finite; returns the largest magnitude.
    pub(crate) fn heaviest(&self) -> Result<f64, LayoutError> {
        let inputs = self.kernels.len() / self.shape.group_outputs();
        if let Some(index) = self.values().position(|weight| !weight.is_finite()) {
            let (output, input) = match index.checked_sub(self.kernels.len()) {
                None => (index / inputs, index % inputs),
                Some(bias) => (bias, inputs),
            };
            return Err(LayoutError::BadWeight {
                output,
                input,
                value: self.values().nth(index).unwrap_or(f64::NAN),
            });
        }
        Ok(self
            .values()
            .fold(0.0, |a: f64, weight| a.max(weight.abs())))
    }

    /// The weights of a rectangle of an array, row-major, 0 where there is none; also counts those that are there.
    pub(crate) fn rectangle(
        &self,
        array: usize,
        rows: Range<usize>,
        outputs: &Range<usize>,
    ) -> (Vec<f64>, usize) {
        let inputs = self.kernels.len() / self.shape.group_outputs();
        let first_channel = self.group * self.shape.group_outputs();
        let array = &self.arrays[array];
        let mut weights = Vec::with_capacity(rows.len() * outputs.len());
        let mut count = 0;
        for row in rows {
            for output in outputs.clone() {
                let weight = match array.weight(row, output) {
                    None => 0.0,
                    Some(cell) => {
                        count += 1;
                        match cell {
                            CellWeight::Weight { channel, input } => {
                                self.kernels[(channel - first_channel) * inputs + input]
                            }
                            CellWeight::Bias { channel } => {
                                self.bias.map_or(0.0, |bias| bias[channel - first_channel])
                            }
                        }
                    }
                };
                weights.push(weight);
            }
        }
        (weights, count)
    }
}
