//! Compiled networks, ready to run.

use std::path::Path;
use std::sync::Arc;

use tract_onnx::prelude::{
    InferenceModel, InferenceModelExt, IntoTValue, TValue, Tensor, TractError, tvec,
};
use tract_onnx::tract_core::internal::{TVec, TypedSimplePlan};

use crate::error::{Error, boxed};
use crate::lowering::FirstSample;
use crate::onnx::guarded;

/// An optimised graph for one batch size.
#[derive(Debug)]
pub(crate) struct Compiled {
    plan: Arc<TypedSimplePlan>,
    batch: usize,
    input_shape: Vec<usize>,
    output_shapes: Vec<Vec<usize>>,
}

impl Compiled {
    pub(crate) fn new(
        path: &Path,
        model: InferenceModel,
        batch: usize,
        sample: &[usize],
    ) -> Result<Self, Error> {
        let input_shape = std::iter::once(batch)
            .chain(sample.iter().copied())
            .collect();
        let typed = guarded(path, "shape inference", || model.into_typed())?;
        let plan = guarded(path, "optimisation", || {
            TypedSimplePlan::new(typed.into_optimized()?)
        })?;
        let output_shapes = guarded(path, "reading the output shapes", || {
            let facts = plan
                .model()
                .outputs
                .iter()
                .map(|&outlet| plan.model().outlet_fact(outlet));
            facts
                .map(|fact| {
                    fact?
                        .shape
                        .eval_to_usize(&<_>::default())
                        .map(|s| s.to_vec())
                })
                .collect()
        })?;
        let compiled = Self {
            plan,
            batch,
            input_shape,
            output_shapes,
        };
        if let Some(shape) = compiled
            .output_shapes
            .iter()
            .find(|shape| shape.first() != Some(&batch))
        {
            let reason = format!(
                "an output has shape {shape:?}; its first dimension must be the batch, {batch}"
            );
            return Err(Error::MalformedModel {
                path: path.to_owned(),
                reason,
            });
        }
        Ok(compiled)
    }

    fn input_len(&self) -> usize {
        self.input_shape.iter().product()
    }

    fn run(&self, first_sample: usize, input: &[f32]) -> Result<TVec<TValue>, Error> {
        if input.len() != self.input_len() {
            return Err(Error::Length {
                what: "input batch",
                expected: self.input_len(),
                found: input.len(),
            });
        }
        let run = || {
            let input = Tensor::from_shape(&self.input_shape, input)?;
            let mut state = self.plan.spawn()?;
            state.turn_state.shared.insert(FirstSample {
                index: first_sample as u64,
                batch: self.batch,
            });
            state.run(tvec!(input.into_tvalue()))
        };
        run().map_err(run_error)
    }
}

/// An operator's error comes back as it was; anything else is the runtime's.
fn run_error(error: TractError) -> Error {
    error
        .downcast::<Error>()
        .unwrap_or_else(|error| Error::Run {
            source: boxed(error),
        })
}

fn floats(value: &TValue) -> Result<&[f32], Error> {
    let slice = value
        .try_as_plain_ram()
        .and_then(|view| view.as_slice::<f32>());
    slice.map_err(|error| Error::Run {
        source: boxed(error),
    })
}

/// A network compiled for one batch size. Runs from any number of threads at once.
#[derive(Debug)]
pub struct Plan {
    compiled: Compiled,
}

impl Plan {
    pub(crate) fn new(compiled: Compiled) -> Self {
        Self { compiled }
    }

    /// Samples of one run.
    pub fn batch(&self) -> usize {
        self.compiled.batch
    }

    /// Values of one input batch.
    pub fn input_len(&self) -> usize {
        self.compiled.input_len()
    }

    /// Outputs for one sample.
    pub fn classes(&self) -> usize {
        self.compiled
            .output_shapes
            .iter()
            .flat_map(|shape| &shape[1..])
            .product()
    }

    /// Runs one batch; returns `batch * classes` outputs, one sample after another.
    ///
    /// `first_sample` is the index of the batch's first sample in the dataset; operators derive
    /// [`VectorBlock::first_vector`](crate::VectorBlock::first_vector) from it, digital plans ignore it.
    ///
    /// # Errors
    /// [`Error::Length`] if `input` is not one batch; [`Error::Layer`] if an operator fails.
    pub fn run(&self, first_sample: usize, input: &[f32]) -> Result<Vec<f32>, Error> {
        let outputs = self.compiled.run(first_sample, input)?;
        Ok(floats(&outputs[0])?.to_vec())
    }
}

/// A network compiled for one batch size that returns the output of every weight layer.
#[derive(Debug)]
pub struct LayerPlan {
    compiled: Compiled,
}

/// Output of one weight layer for one batch, bias included.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerOutput {
    /// Shape, batch first.
    pub shape: Vec<usize>,
    /// Values, row-major.
    pub values: Vec<f32>,
}

impl LayerPlan {
    pub(crate) fn new(compiled: Compiled) -> Self {
        Self { compiled }
    }

    /// Runs one batch; returns one output per layer of [`Network::layers`](crate::Network::layers).
    ///
    /// # Errors
    /// As [`Plan::run`].
    pub fn run(&self, first_sample: usize, input: &[f32]) -> Result<Vec<LayerOutput>, Error> {
        let outputs = self.compiled.run(first_sample, input)?;
        let output = |value: &TValue| {
            Ok(LayerOutput {
                shape: value.shape().to_vec(),
                values: floats(value)?.to_vec(),
            })
        };
        outputs.iter().map(output).collect()
    }
}
