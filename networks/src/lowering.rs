//! The operator that stands in a tract graph for a weight layer.

use std::fmt;
use std::sync::Arc;

#[allow(
    clippy::wildcard_imports,
    reason = "the macros that define an operator need its whole prelude"
)]
use tract_onnx::tract_hir::internal::*;

use crate::error::Error;
use crate::layer::{LinearOperator, VectorBlock, WeightLayer};
use crate::patches;

/// Index of the first sample of a run, installed in the turn for operators to read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FirstSample {
    /// Index in the dataset.
    pub(crate) index: u64,
    /// Samples in the batch.
    pub(crate) batch: usize,
}

/// A weight layer computed by the caller's operators.
#[derive(Clone)]
pub(crate) struct LoweredLayer {
    pub(crate) layers: Arc<[WeightLayer]>,
    pub(crate) index: usize,
    /// One per group.
    pub(crate) operators: Vec<Arc<dyn LinearOperator>>,
}

impl LoweredLayer {
    fn layer(&self) -> &WeightLayer {
        &self.layers[self.index]
    }

    fn check_rank(&self, rank: usize) -> TractResult<()> {
        let expected = self.layer().input_shape.len();
        ensure!(
            rank == expected,
            "layer `{}`: input of rank {rank}, expected {expected}",
            self.layer().name
        );
        Ok(())
    }

    fn compute(
        &self,
        first: FirstSample,
        input: &[f32],
        shape: &[usize],
        output: &mut [f32],
    ) -> Result<(), Error> {
        let layer = self.layer();
        let positions = layer.vectors_of(shape);
        for (group, operator) in self.operators.iter().enumerate() {
            let bias = if operator.includes_bias() {
                None
            } else {
                layer.bias.as_deref()
            };
            let whole = operator.takes_whole_inputs();
            let per_vector = if whole { layer.positions() } else { 1 };
            if !positions.is_multiple_of(per_vector) {
                return Err(Error::Length {
                    what: "input of a layer that is computed sample by sample",
                    expected: positions.next_multiple_of(per_vector),
                    found: positions,
                });
            }
            let vectors = positions / per_vector;
            let first_vector = first.index * vectors.div_ceil(first.batch.max(1)) as u64;
            let (rows, columns) = (operator.rows(), operator.columns());
            let step = patches::block_vectors(rows.max(columns)).min(vectors.max(1));
            let mut patch = vec![0.0; step * rows];
            let mut result = vec![0.0; step * columns];
            for start in (0..vectors).step_by(step) {
                let range = start..(start + step).min(vectors);
                let values = &mut patch[..range.len() * rows];
                let sums = &mut result[..range.len() * columns];
                if whole {
                    patches::gather_whole(layer, input, shape, group, range.clone(), values);
                } else {
                    patches::gather(layer, input, shape, group, range.clone(), values);
                }
                let block = VectorBlock {
                    first_vector: first_vector + start as u64,
                    vectors: range.len(),
                    values,
                };
                operator.apply(block, sums).map_err(|source| Error::Layer {
                    layer: layer.name.clone(),
                    group,
                    source,
                })?;
                if whole {
                    patches::scatter_whole(layer, sums, bias, group, range, output);
                } else {
                    patches::scatter(layer, sums, bias, group, range, output);
                }
            }
        }
        Ok(())
    }
}

impl fmt::Debug for LoweredLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LoweredLayer({})", self.layer().name)
    }
}

impl PartialEq for LoweredLayer {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index && Arc::ptr_eq(&self.layers, &other.layers)
    }
}

impl Eq for LoweredLayer {}

impl Op for LoweredLayer {
    fn name(&self) -> StaticName {
        "OhmloomLinear".into()
    }

    op_as_typed_op!();
}

impl EvalOp for LoweredLayer {
    not_out_of_plan!();

    fn eval(&self, ctx: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let input = args_1!(inputs);
        self.check_rank(input.rank())?;
        let first = ctx
            .shared
            .and_then(|shared| shared.get::<FirstSample>())
            .copied()
            .ok_or_else(|| format_err!("layer `{}` evaluated outside a plan", self.layer().name))?;
        let shape = self.layer().output_shape_of(input.shape(), |n| n);
        let mut output = Tensor::zero::<f32>(&shape)?;
        self.compute(
            first,
            input.try_as_plain_ram()?.as_slice::<f32>()?,
            input.shape(),
            output.try_as_plain_ram_mut()?.as_slice_mut::<f32>()?,
        )?;
        Ok(tvec!(output.into_tvalue()))
    }
}

impl TypedOp for LoweredLayer {
    as_op!();

    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        self.check_rank(inputs[0].rank())?;
        let shape = self
            .layer()
            .output_shape_of(&inputs[0].shape.to_tvec(), |n| n.to_dim());
        Ok(tvec!(f32::fact(shape)))
    }
}

impl Expansion for LoweredLayer {
    fn name(&self) -> StaticName {
        "OhmloomLinear".into()
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        s: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_input_arity(inputs, 1)?;
        check_output_arity(outputs, 1)?;
        s.equals(&inputs[0].datum_type, f32::datum_type())?;
        s.equals(&outputs[0].datum_type, f32::datum_type())?;
        s.given(&inputs[0].shape, move |s, shape| {
            self.check_rank(shape.len())?;
            let output: TVec<TDim> = self.layer().output_shape_of(&shape, |n| n.to_dim()).into();
            s.equals(&outputs[0].shape, output)
        })
    }

    fn wire(
        &self,
        prefix: &str,
        model: &mut TypedModel,
        inputs: &[OutletId],
    ) -> TractResult<TVec<OutletId>> {
        model.wire_node(prefix, self.clone(), inputs)
    }

    fn runs_out_of_plan(&self) -> bool {
        false
    }
}
