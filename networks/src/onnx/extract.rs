//! Finding the nodes whose weights are constant.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use tract_onnx::pb::{GraphProto, NodeProto};
use tract_onnx::prelude::{DatumType, InferenceModel, OutletId, Tensor, TractResult};
use tract_onnx::tract_hir::infer::Factoid;
use tract_onnx::tract_hir::internal::{IntoArcTensor, IntoTValue, TValue, TVec};

use super::attributes::Attributes;
use super::{convolution, dense, guarded};
use crate::error::Error;
use crate::layer::WeightLayer;

/// Operators that hold weights but have no mapping onto crossbars yet: an error where their weights are constant,
/// because they would silently stay digital.
const UNMAPPED_WEIGHT_OPERATORS: [&str; 14] = [
    "ConvTranspose",
    "ConvInteger",
    "QLinearConv",
    "DeformConv",
    "FusedConv",
    "FusedMatMul",
    "MatMulInteger",
    "QLinearMatMul",
    "MatMulNBits",
    "QGemm",
    "Einsum",
    "LSTM",
    "GRU",
    "RNN",
];

/// A weight layer and its node in the inference graph.
pub(crate) struct ExtractedLayer {
    pub(crate) layer: WeightLayer,
    pub(crate) node: usize,
}

/// What the extraction of one layer needs to know about values of the graph.
pub(super) struct Values<'a> {
    model: &'a InferenceModel,
    outlets: &'a HashMap<String, OutletId>,
    constants: HashMap<OutletId, Arc<Tensor>>,
}

impl Values<'_> {
    fn outlet(&self, name: &str) -> Option<OutletId> {
        self.outlets.get(name).copied()
    }

    /// The constant value called `name`, if it is one.
    fn constant(&self, name: &str) -> Option<&Arc<Tensor>> {
        self.constants.get(&self.outlet(name)?)
    }

    /// The constant value called `name` as 32-bit floats, or an error naming the node.
    pub(super) fn floats(
        &self,
        node: Attributes<'_>,
        name: &str,
        what: &str,
    ) -> Result<(Vec<usize>, Vec<f32>), Error> {
        let tensor = self.constant(name).ok_or_else(|| {
            node.unsupported(format!(
                "its {what} `{name}` is computed at run time, not constant"
            ))
        })?;
        let values = tensor
            .as_plain_ram()
            .filter(|_| tensor.datum_type() == DatumType::F32);
        let values = values
            .and_then(|view| view.as_slice::<f32>().ok())
            .ok_or_else(|| {
                node.unsupported(format!(
                    "its {what} `{name}` has type {:?}; float32 is supported",
                    tensor.datum_type()
                ))
            })?;
        if let Some(value) = values.iter().find(|v| !v.is_finite()) {
            return Err(node.unsupported(format!("its {what} `{name}` contains {value}")));
        }
        Ok((tensor.shape().to_vec(), values.to_vec()))
    }

    /// The analysed shape of the value called `name`.
    pub(super) fn shape(&self, node: Attributes<'_>, name: &str) -> Result<Vec<usize>, Error> {
        let fact = self
            .outlet(name)
            .and_then(|outlet| self.model.outlet_fact(outlet).ok());
        let shape = fact.and_then(|fact| fact.shape.as_concrete_finite().ok().flatten());
        shape
            .map(|shape| shape.to_vec())
            .ok_or_else(|| node.unsupported(format!("the shape of `{name}` cannot be determined")))
    }
}

/// The weight layers of an analysed graph, in the order of evaluation in the file.
pub(crate) fn weight_layers(
    path: &Path,
    graph: &GraphProto,
    outlets: &HashMap<String, OutletId>,
    model: &InferenceModel,
) -> Result<Vec<ExtractedLayer>, Error> {
    let order = guarded(path, "ordering the graph", || model.eval_order())?;
    let constants = guarded(path, "folding constants", || fold_constants(model, &order))?;
    let reachable: HashSet<usize> = order.into_iter().collect();
    let values = Values {
        model,
        outlets,
        constants,
    };
    let mut layers = Vec::new();
    for node in &graph.node {
        let Some(output) = node.output.first().and_then(|name| values.outlet(name)) else {
            continue;
        };
        if !reachable.contains(&output.node) || values.constants.contains_key(&output) {
            continue;
        }
        if let Some(layer) = layer_of(node, &values)? {
            layers.push(ExtractedLayer {
                layer,
                node: output.node,
            });
        }
    }
    Ok(layers)
}

fn layer_of(node: &NodeProto, values: &Values<'_>) -> Result<Option<WeightLayer>, Error> {
    let attributes = Attributes::of(node);
    let is_constant = |index: usize| {
        node.input
            .get(index)
            .is_some_and(|name| values.constant(name).is_some())
    };
    match (&*node.op_type, is_constant(0), is_constant(1)) {
        ("Conv", _, true) => convolution::layer(node, values).map(Some),
        ("Gemm", _, true) => dense::gemm(node, values).map(Some),
        ("MatMul", _, true) => dense::matmul(node, values).map(Some),
        ("Gemm" | "MatMul", true, _) => Err(attributes.unsupported(
            "its constant matrix is the left factor; transpose the product so that the weights are on the right",
        )),
        (op_type, ..) if UNMAPPED_WEIGHT_OPERATORS.contains(&op_type) => {
            let holds_weights = |name: &String| values.constant(name).is_some_and(|t| t.rank() >= 2);
            if node.input.iter().any(holds_weights) {
                return Err(attributes.unsupported("Conv, Gemm and MatMul are the weight operators that can be mapped"));
            }
            Ok(None)
        }
        _ => Ok(None),
    }
}

/// Every value that does not depend on the input. Analysis has folded the small ones; this follows chains of
/// operators (a reshaped or transposed initializer, say) of any size.
fn fold_constants(
    model: &InferenceModel,
    order: &[usize],
) -> TractResult<HashMap<OutletId, Arc<Tensor>>> {
    let mut constants = HashMap::new();
    for &id in order {
        let node = model.node(id);
        let known: Option<Vec<_>> = node
            .outputs
            .iter()
            .map(|output| output.fact.value.concretize())
            .collect();
        let inputs: Option<TVec<TValue>> = node
            .inputs
            .iter()
            .map(|i| {
                constants
                    .get(i)
                    .map(|t: &Arc<Tensor>| t.clone().into_tvalue())
            })
            .collect();
        let folded = match (known, inputs) {
            (Some(values), _) => values,
            (None, Some(inputs)) if !inputs.is_empty() => match node.op.eval_out_of_plan(inputs)? {
                Some(values) => values
                    .into_iter()
                    .map(IntoArcTensor::into_arc_tensor)
                    .collect(),
                None => continue,
            },
            _ => continue,
        };
        constants.extend(
            folded
                .into_iter()
                .enumerate()
                .map(|(slot, value)| (OutletId::new(id, slot), value)),
        );
    }
    Ok(constants)
}
