//! Layers with constant weights, and the operators that can stand in for them.

use std::fmt;
use std::sync::Arc;

use crate::error::OperatorError;
use crate::mapping::shape_of;

/// A node of the network whose weights are constant, and so can be programmed into crossbars.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightLayer {
    /// Name of the ONNX node (its first output's name where the node is unnamed).
    pub name: String,
    /// What the node computes around its matrix.
    pub kind: LayerKind,
    /// One weight matrix per convolution group; exactly one for everything else.
    pub matrices: Vec<WeightMatrix>,
    /// Bias of each output channel (all groups one after another), if the node has one.
    pub bias: Option<Vec<f64>>,
    /// Shape of the activation input, batch first, at the network's nominal batch (1 where the batch is free).
    pub input_shape: Vec<usize>,
    /// Shape of the output at the nominal batch.
    pub output_shape: Vec<usize>,
}

impl WeightLayer {
    /// Number of convolution groups, 1 for dense layers.
    pub fn groups(&self) -> usize {
        self.matrices.len()
    }

    /// Input vectors that each group's operator sees at the nominal batch: output positions for a convolution.
    pub fn vectors(&self) -> usize {
        self.vectors_of(&self.input_shape)
    }

    /// Multiply-accumulate operations at the nominal batch.
    pub fn macs(&self) -> usize {
        self.vectors()
            * self
                .matrices
                .iter()
                .map(|m| m.inputs() * m.outputs())
                .sum::<usize>()
    }

    /// Output shape for an input of shape `input`, for any dimension type.
    pub(crate) fn output_shape_of<D: Clone>(
        &self,
        input: &[D],
        fixed: impl Fn(usize) -> D,
    ) -> Vec<D> {
        match &self.kind {
            LayerKind::Conv(conv) => {
                let mut shape = vec![input[0].clone(), fixed(conv.out_channels)];
                shape.extend(conv.output_size.iter().map(|&n| fixed(n)));
                shape
            }
            LayerKind::Dense(DenseGeometry {
                transposed_input: true,
            }) => {
                vec![input[1].clone(), fixed(self.matrices[0].outputs())]
            }
            LayerKind::Dense(_) => {
                let mut shape = input.to_vec();
                shape.pop();
                shape.push(fixed(self.matrices[0].outputs()));
                shape
            }
        }
    }

    /// Input vectors of a group for one sample: output positions.
    pub(crate) fn positions(&self) -> usize {
        shape_of(self).positions()
    }

    /// Lengths of a group's whole input and output for one sample.
    pub(crate) fn whole_lengths(&self) -> (usize, usize) {
        let shape = shape_of(self);
        (
            shape.group_inputs() * shape.input_elements(),
            shape.group_outputs() * shape.positions(),
        )
    }

    /// Input vectors for each group, for an input of shape `input`.
    pub(crate) fn vectors_of(&self, input: &[usize]) -> usize {
        match &self.kind {
            LayerKind::Conv(conv) => input[0] * conv.positions(),
            LayerKind::Dense(DenseGeometry {
                transposed_input: true,
            }) => input[1],
            LayerKind::Dense(_) => input[..input.len() - 1].iter().product(),
        }
    }
}

/// What a weight layer computes around its matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LayerKind {
    /// A 1-D or 2-D convolution.
    Conv(ConvGeometry),
    /// A matrix product (`Gemm`, `MatMul`).
    Dense(DenseGeometry),
}

/// Geometry of a convolution. Every list has one entry per spatial axis (1 or 2); automatic padding is resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConvGeometry {
    /// Kernel size.
    pub kernel: Vec<usize>,
    /// Stride.
    pub strides: Vec<usize>,
    /// Distance between neighbouring kernel taps, 1 for an ordinary convolution.
    pub dilations: Vec<usize>,
    /// Zeros added before the first input element.
    pub pads_begin: Vec<usize>,
    /// Zeros added after the last input element.
    pub pads_end: Vec<usize>,
    /// Size of the input.
    pub input_size: Vec<usize>,
    /// Size of the output.
    pub output_size: Vec<usize>,
    /// Input channels, all groups together.
    pub in_channels: usize,
    /// Output channels, all groups together.
    pub out_channels: usize,
    /// Groups; `in_channels` for a depthwise convolution.
    pub groups: usize,
}

impl ConvGeometry {
    /// Output positions of one sample.
    pub fn positions(&self) -> usize {
        self.output_size.iter().product()
    }

    /// Taps of the kernel.
    pub fn taps(&self) -> usize {
        self.kernel.iter().product()
    }
}

/// Geometry of a matrix product: input vectors lie along the last axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DenseGeometry {
    /// Input vectors are columns instead of rows (`Gemm` with `transA = 1`; two-dimensional inputs only).
    pub transposed_input: bool,
}

/// A weight matrix `[out][in]`, row-major. Scale factors of the node (`alpha`) are already in it.
///
/// For a convolution the input index runs over channel, kernel row, kernel column, the last one fastest.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightMatrix {
    outputs: usize,
    inputs: usize,
    values: Vec<f64>,
}

impl WeightMatrix {
    /// A matrix from its rows; `None` unless `values` has `outputs * inputs` elements.
    pub fn new(outputs: usize, inputs: usize, values: Vec<f64>) -> Option<Self> {
        (outputs.checked_mul(inputs) == Some(values.len())).then_some(Self {
            outputs,
            inputs,
            values,
        })
    }

    /// Number of outputs: matrix rows, crossbar columns.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Number of inputs: matrix columns, crossbar rows.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// All weights, row-major `[out][in]`.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The weights of one output.
    ///
    /// # Panics
    /// If `output` is not below [`outputs`](Self::outputs).
    pub fn row(&self, output: usize) -> &[f64] {
        &self.values[output * self.inputs..][..self.inputs]
    }
}

/// Consecutive input vectors of one operator.
#[derive(Debug, Clone, Copy)]
pub struct VectorBlock<'a> {
    /// Index of the first vector, counted over the whole dataset (sample index times vectors per sample, plus
    /// position): the key for randomness that must not depend on batches, blocks or threads.
    pub first_vector: u64,
    /// Number of vectors.
    pub vectors: usize,
    /// `vectors * rows` values, one vector after another.
    pub values: &'a [f64],
}

impl VectorBlock<'_> {
    /// How many of its vectors come before this one.
    pub fn vectors_before(&self, end: u64) -> usize {
        end.saturating_sub(self.first_vector)
            .min(self.vectors as u64) as usize
    }
}

/// A linear operator that computes what one group's weight matrix would: a crossbar model, for example.
///
/// The lowering cuts the input vectors of a layer into blocks whose limits are an implementation detail: an operator
/// treats every vector on its own. It is called from many threads at once.
pub trait LinearOperator: Send + Sync {
    /// Length of an input vector: the matrix's [`inputs`](WeightMatrix::inputs), unless the operator takes whole inputs.
    fn rows(&self) -> usize;

    /// Length of an output vector: the matrix's [`outputs`](WeightMatrix::outputs), unless the operator takes whole inputs.
    fn columns(&self) -> usize;

    /// Whether an input vector is the whole input of the group for one sample, `[channel][y][x]`, and an output vector its whole output, instead of what
    /// belongs to one output position. Then these are the lengths that [`Self::rows`] and [`Self::columns`] give.
    fn takes_whole_inputs(&self) -> bool {
        false
    }

    /// Writes `block.vectors * columns` outputs, one vector after another, into `output`.
    ///
    /// # Errors
    /// Whatever makes the result unusable (a solve that did not converge, say); the plan stops and names the layer.
    fn apply(&self, block: VectorBlock<'_>, output: &mut [f64]) -> Result<(), OperatorError>;

    /// Whether the outputs already contain the layer's bias. If not (the default), it is added digitally.
    fn includes_bias(&self) -> bool {
        false
    }
}

/// The operators of a whole network, `[layer][group]`, in the order of [`Network::layers`](crate::Network::layers).
pub type Operators = Vec<Vec<Arc<dyn LinearOperator>>>;

/// The exact matrix product in 64-bit floating point: no device, no converter, no wire.
#[derive(Clone)]
pub struct ExactOperator {
    matrix: WeightMatrix,
}

impl ExactOperator {
    /// An operator that multiplies by `matrix`.
    pub fn new(matrix: WeightMatrix) -> Self {
        Self { matrix }
    }

    /// Exact operators for every layer and group of `layers`.
    pub fn for_layers(layers: &[WeightLayer]) -> Operators {
        let operator =
            |matrix: &WeightMatrix| Arc::new(Self::new(matrix.clone())) as Arc<dyn LinearOperator>;
        layers
            .iter()
            .map(|layer| layer.matrices.iter().map(operator).collect())
            .collect()
    }
}

impl fmt::Debug for ExactOperator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "ExactOperator({} x {})",
            self.matrix.outputs, self.matrix.inputs
        )
    }
}

impl LinearOperator for ExactOperator {
    fn rows(&self) -> usize {
        self.matrix.inputs
    }

    fn columns(&self) -> usize {
        self.matrix.outputs
    }

    fn apply(&self, block: VectorBlock<'_>, output: &mut [f64]) -> Result<(), OperatorError> {
        let (inputs, outputs) = (self.matrix.inputs, self.matrix.outputs);
        for (x, y) in block
            .values
            .chunks_exact(inputs)
            .zip(output.chunks_exact_mut(outputs))
        {
            for (out, row) in y.iter_mut().zip(self.matrix.values.chunks_exact(inputs)) {
                *out = dot(row, x);
            }
        }
        Ok(())
    }
}

/// Scalar product in eight interleaved partial sums, an order that the compiler can vectorise.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (a_blocks, b_blocks) = (a.chunks_exact(8), b.chunks_exact(8));
    let tail: f64 = a_blocks
        .remainder()
        .iter()
        .zip(b_blocks.remainder())
        .map(|(x, y)| x * y)
        .sum();
    for (x, y) in a_blocks.zip(b_blocks) {
        for lane in 0..8 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    sums.iter().sum::<f64>() + tail
}
