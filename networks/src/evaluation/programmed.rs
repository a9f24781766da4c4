//! One weight matrix of a layer on its tiles, with its bias.

use ohmloom_devices::nonidealities::Instance;
use ohmloom_layouts::offsetting::Offsetting;
use ohmloom_layouts::{
    Converters, Imperfections, LayoutError, MappedMatrix, NewtonStatistics, PathInstance,
    SignalRange,
};

use super::settings::{Bias, EvaluationSettings};
use crate::layer::WeightMatrix;

/// A weight matrix on tiles, and the constant input of its bias row if it has one.
pub(super) struct ProgrammedMatrix {
    pub mapped: MappedMatrix,
    /// Number of its first tile.
    first_tile: u64,
    weights: WeightMatrix,
    bias: Option<BiasRow>,
}

/// A bias as weights of one more input that is always `input`.
struct BiasRow {
    input: f64,
    bias: Vec<f64>,
}

impl ProgrammedMatrix {
    /// Programs the tiles; `bias` has one value for each output. The tiles are numbered from `first_tile`, for random numbers of their own.
    /// With `offsetting`, their targets make up for stuck cells.
    pub(super) fn new(
        weights: &WeightMatrix,
        bias: Option<&[f64]>,
        settings: &EvaluationSettings,
        first_tile: u64,
        offsetting: Option<Offsetting<'_>>,
    ) -> Result<Self, LayoutError> {
        let (outputs, inputs) = (weights.outputs(), weights.inputs());
        let largest = |values: &[f64]| values.iter().fold(0.0, |a: f64, value| a.max(value.abs()));
        let bias = bias
            .filter(|bias| settings.bias == Bias::Row && largest(bias) > 0.0)
            .map(|bias| {
                // The largest bias becomes as large as the largest weight.
                let heaviest = largest(weights.values());
                let input = if heaviest > 0.0 {
                    largest(bias) / heaviest
                } else {
                    1.0
                };
                BiasRow {
                    // A DAC of fixed range could not drive it with more.
                    input: input.min(settings.dac.full_scale.unwrap_or(f64::INFINITY)),
                    bias: bias.to_vec(),
                }
            });
        let nonidealities = settings.nonidealities();
        let tile = &settings.tiles();
        let imperfections = Imperfections {
            list: &nonidealities,
            instance: Instance {
                seed: settings.seed,
                tile: first_tile,
                ..Instance::default()
            },
        };
        let lay_out = |values: &[f64], inputs: usize| match &settings.cell {
            None if nonidealities.entries.is_empty() => {
                MappedMatrix::new(values, outputs, inputs, tile)
            }
            None => {
                let shape = (outputs, inputs);
                match &offsetting {
                    None => MappedMatrix::with_imperfections(values, shape, tile, &imperfections),
                    Some(offsetting) => MappedMatrix::with_offsetting(
                        values,
                        shape,
                        tile,
                        &imperfections,
                        offsetting,
                    ),
                }
            }
            Some(cell) => {
                let cells = (cell, settings.read_voltage);
                MappedMatrix::with_cells(values, (outputs, inputs), tile, cells)
            }
        };
        let mapped = match &bias {
            None => lay_out(weights.values(), inputs)?,
            Some(row) => {
                let mut extended = Vec::with_capacity(outputs * (inputs + 1));
                for (output, bias) in row.bias.iter().enumerate() {
                    extended.extend_from_slice(weights.row(output));
                    extended.push(bias / row.input);
                }
                lay_out(&extended, inputs + 1)?
            }
        };
        Ok(Self {
            mapped,
            first_tile,
            weights: weights.clone(),
            bias,
        })
    }

    /// Which random numbers the circuits around its tiles get.
    pub(super) fn path_instance(&self, seed: u64) -> PathInstance {
        PathInstance {
            seed,
            first_tile: self.first_tile,
        }
    }

    /// Solves every tile.
    pub(super) fn solve(&mut self, settings: &EvaluationSettings) -> Result<(), LayoutError> {
        let instance = self.path_instance(settings.seed);
        match &settings.signal_path.front_end {
            None => self.mapped.solve(),
            Some(front_end) => self.mapped.solve_with_sensors(front_end, instance),
        }
    }

    /// Inputs without the bias row.
    pub(super) fn inputs(&self) -> usize {
        self.weights.inputs()
    }

    pub(super) fn outputs(&self) -> usize {
        self.weights.outputs()
    }

    pub(super) fn includes_bias(&self) -> bool {
        self.bias.is_some()
    }

    /// The vectors as the crossbar's rows see them.
    pub(super) fn extend(&self, vectors: &[f64]) -> Vec<f64> {
        let Some(row) = &self.bias else {
            return vectors.to_vec();
        };
        let mut extended = Vec::with_capacity(vectors.len() / self.inputs() * (self.inputs() + 1));
        for vector in vectors.chunks_exact(self.inputs()) {
            extended.extend_from_slice(vector);
            extended.push(row.input);
        }
        extended
    }

    /// The product by the linear cells.
    pub(super) fn multiply(
        &self,
        vectors: &[f64],
        converters: &Converters,
        out: &mut [f64],
    ) -> Result<(), LayoutError> {
        self.mapped.multiply(&self.extend(vectors), converters, out)
    }

    /// The product by the nonlinear cells.
    pub(super) fn multiply_nonlinear(
        &self,
        vectors: &[f64],
        converters: &Converters,
        out: &mut [f64],
    ) -> Result<NewtonStatistics, LayoutError> {
        self.mapped
            .multiply_nonlinear(&self.extend(vectors), converters, out)
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
        let outputs = self.outputs();
        ohmloom_layouts::multiply_transposed(vectors, self.weights.values(), out, self.inputs());
        if let Some(row) = &self.bias {
            for out in out.chunks_exact_mut(outputs) {
                out.iter_mut()
                    .zip(&row.bias)
                    .for_each(|(out, bias)| *out += bias);
            }
        }
    }
}
