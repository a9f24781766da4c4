//! One weight matrix of a layer on its tiles, with its bias.

use ohmloom_layouts::placement::{LayerLayout, Scheme};
use ohmloom_layouts::{
    Converters, GroupMatrix, LayoutError, MappedMatrix, MatrixLayout, NewtonStatistics,
    SignalRange, TileSettings,
};

use super::layout::PlannedLayer;
use super::settings::{Bias, EvaluationSettings};
use super::staggered::Staggered;
use crate::layer::WeightMatrix;

/// A weight matrix with its layout, and the constant input of its bias row if it has one.
pub(super) struct PlannedMatrix {
    weights: WeightMatrix,
    layout: LayerLayout,
    full: bool,
    group: usize,
    bias: Option<BiasRow>,
    pub concurrent: Option<usize>,
}

/// A bias as weights of one more input that is always `input`.
struct BiasRow {
    input: f64,
    /// One for each output.
    bias: Vec<f64>,
    /// What is programmed for it.
    weights: Vec<f64>,
}

impl PlannedMatrix {
    /// The matrix of one group; `bias` has one value for each output.
    pub(super) fn new(
        weights: &WeightMatrix,
        bias: Option<&[f64]>,
        layer: &PlannedLayer,
        group: usize,
        settings: &EvaluationSettings,
    ) -> Self {
        let largest = |values: &[f64]| values.iter().fold(0.0, |a: f64, value| a.max(value.abs()));
        let bias = bias
            .filter(|bias| layer.bias == Bias::Row && largest(bias) > 0.0)
            .map(|bias| {
                // The largest bias becomes as large as the largest weight.
                let heaviest = largest(weights.values());
                let input = if heaviest > 0.0 {
                    largest(bias) / heaviest
                } else {
                    1.0
                };
                // A DAC of fixed range could not drive it with more.
                let input = input.min(settings.dac.full_scale.unwrap_or(f64::INFINITY));
                BiasRow {
                    input,
                    bias: bias.to_vec(),
                    weights: bias.iter().map(|bias| bias / input).collect(),
                }
            });
        let layout = if bias.is_some() {
            layer.layout.with_bias_row()
        } else {
            layer.layout
        };
        Self {
            weights: weights.clone(),
            layout,
            full: layer.full,
            group,
            bias,
            concurrent: layer.concurrent,
        }
    }

    /// How the matrix lies on such tiles, whose arrays are numbered from `first_array`.
    pub(super) fn layout<'a>(
        &'a self,
        settings: &EvaluationSettings,
        tile: &'a TileSettings,
        first_array: u64,
    ) -> Result<MatrixLayout<'a>, LayoutError> {
        let bias = self.bias.as_ref().map(|row| &row.weights[..]);
        let matrix = GroupMatrix::new(&self.layout, self.group, self.weights.values(), bias)?;
        let of_layout = &settings.layout;
        Ok(MatrixLayout {
            signed: of_layout.signed,
            bit_slices: of_layout.bit_slices,
            unsensed: of_layout.unsensed,
            full: self.full,
            arrangement: settings.arrangement,
            first_array,
            ..MatrixLayout::new(matrix, tile)
        })
    }

    /// The matrix after its tiles were programmed.
    pub(super) fn programmed(self, mapped: MappedMatrix) -> Result<ProgrammedMatrix, LayoutError> {
        let staggered = match self.layout.scheme() {
            Scheme::Dense => None,
            Scheme::Staggered => {
                let bias = self.bias.as_ref().map(|row| &row.weights[..]);
                let matrix =
                    GroupMatrix::new(&self.layout, self.group, self.weights.values(), bias)?;
                Some(Staggered::new(*self.layout.shape(), &matrix))
            }
        };
        Ok(ProgrammedMatrix {
            mapped,
            weights: self.weights,
            bias: self.bias,
            staggered,
        })
    }
}

/// A weight matrix on tiles.
pub(super) struct ProgrammedMatrix {
    pub mapped: MappedMatrix,
    weights: WeightMatrix,
    bias: Option<BiasRow>,
    /// The order of rows and outputs of a staggered layout, whose vectors are whole inputs of the group.
    staggered: Option<Staggered>,
}

impl ProgrammedMatrix {
    /// Solves every tile.
    pub(super) fn solve(&mut self, settings: &EvaluationSettings) -> Result<(), LayoutError> {
        match &settings.signal_path.front_end {
            None => self.mapped.solve(),
            Some(front_end) => self.mapped.solve_with_sensors(front_end, settings.seed),
        }
    }

    /// Length of an input vector, without the bias row.
    pub(super) fn inputs(&self) -> usize {
        self.staggered
            .as_ref()
            .map_or(self.weights.inputs(), Staggered::inputs)
    }

    /// Length of an output vector.
    pub(super) fn outputs(&self) -> usize {
        self.staggered
            .as_ref()
            .map_or(self.weights.outputs(), Staggered::outputs)
    }

    pub(super) fn includes_bias(&self) -> bool {
        self.bias.is_some()
    }

    /// Vectors of the layer's matrix that one vector here stands for: all output positions of a staggered layout.
    pub(super) fn positions(&self) -> usize {
        self.staggered.as_ref().map_or(1, Staggered::positions)
    }

    /// Whether an input vector is the group's whole input.
    pub(super) fn takes_whole_inputs(&self) -> bool {
        self.staggered.is_some()
    }

    /// The vectors as the crossbar's rows see them.
    pub(super) fn extend(&self, vectors: &[f64]) -> Vec<f64> {
        let bias = self.bias.as_ref().map(|row| row.input);
        if let Some(staggered) = &self.staggered {
            return staggered.rows(vectors, bias.unwrap_or(0.0));
        }
        let Some(bias) = bias else {
            return vectors.to_vec();
        };
        let mut extended = Vec::with_capacity(vectors.len() / self.inputs() * (self.inputs() + 1));
        for vector in vectors.chunks_exact(self.inputs()) {
            extended.push(bias);
            extended.extend_from_slice(vector);
        }
        extended
    }

    /// Computes outputs in the order of the crossbar's columns, and puts them into that of the layer.
    fn in_order<T>(
        &self,
        out: &mut [f64],
        multiply: impl FnOnce(&mut [f64]) -> Result<T, LayoutError>,
    ) -> Result<T, LayoutError> {
        let Some(staggered) = &self.staggered else {
            return multiply(out);
        };
        let mut columns = vec![0.0; out.len()];
        let result = multiply(&mut columns)?;
        staggered.put(&columns, out);
        Ok(result)
    }

    /// The product by the linear cells.
    pub(super) fn multiply(
        &self,
        vectors: &[f64],
        converters: &Converters,
        out: &mut [f64],
    ) -> Result<(), LayoutError> {
        let rows = self.extend(vectors);
        self.in_order(out, |out| self.mapped.multiply(&rows, converters, out))
    }

    /// The product by the nonlinear cells.
    pub(super) fn multiply_nonlinear(
        &self,
        vectors: &[f64],
        converters: &Converters,
        out: &mut [f64],
    ) -> Result<NewtonStatistics, LayoutError> {
        let rows = self.extend(vectors);
        self.in_order(out, |out| {
            self.mapped.multiply_nonlinear(&rows, converters, out)
        })
    }

    pub(super) fn observe(
        &self,
        vectors: &[f64],
        digits: Option<&Converters>,
    ) -> Result<SignalRange, LayoutError> {
        self.mapped.observe(&self.extend(vectors), digits)
    }

    /// What exact arithmetic gives for the same vectors (with the bias if the tiles include it).
    pub(super) fn multiply_exactly(&self, vectors: &[f64], out: &mut [f64]) {
        let weights = self.weights.values();
        match &self.staggered {
            None => {
                ohmloom_layouts::multiply_transposed(vectors, weights, out, self.inputs());
            }
            Some(staggered) => staggered.multiply_exactly(weights, vectors, out),
        }
        if let Some(row) = &self.bias {
            let positions = self.positions();
            for out in out.chunks_exact_mut(self.outputs()) {
                for (out, bias) in out.chunks_exact_mut(positions).zip(&row.bias) {
                    for out in out {
                        *out += bias;
                    }
                }
            }
        }
    }
}
