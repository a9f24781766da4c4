//! Reading ONNX files: decoding, validation, and the weight layers of the graph.

mod attributes;
mod convolution;
mod dense;
mod extract;
mod validate;

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use tract_onnx::pb::{GraphProto, ModelProto};
use tract_onnx::prelude::{Framework, InferenceModel, OutletId, TractResult};

use crate::error::{Error, OperatorError, boxed};

pub(crate) use extract::weight_layers;

/// A validated ONNX graph, in both forms that the importer needs.
pub(crate) struct ImportedGraph {
    /// The protobuf graph, normalised.
    pub(crate) graph: GraphProto,
    /// The same graph for inference; no shape is analysed yet, and only the first output is selected.
    pub(crate) model: InferenceModel,
    /// Where each named value of the protobuf graph is in `model`.
    pub(crate) outlets: HashMap<String, OutletId>,
    /// Shape of the single input; `None` where the batch is free.
    pub(crate) input_shape: (Option<usize>, Vec<usize>),
}

/// Reads, validates and parses an ONNX file.
pub(crate) fn import(path: &Path) -> Result<ImportedGraph, Error> {
    let bytes = std::fs::read(path).map_err(|source| Error::Io {
        path: path.to_owned(),
        source,
    })?;
    let malformed = |reason: String| Error::MalformedModel {
        path: path.to_owned(),
        reason,
    };
    let onnx = tract_onnx::onnx();
    let mut proto: ModelProto = guarded(path, "decoding the protobuf", || {
        onnx.proto_model_for_read(&mut &bytes[..])
    })
    .map_err(|error| {
        malformed(format!(
            "the protobuf cannot be decoded (truncated file?): {error}"
        ))
    })?;
    if !proto
        .opset_import
        .iter()
        .any(|set| matches!(&*set.domain, "" | "ai.onnx") && set.version > 0)
    {
        return Err(malformed(
            "it names no ONNX operator set (truncated file?)".into(),
        ));
    }
    let graph = proto
        .graph
        .as_mut()
        .ok_or_else(|| malformed("it has no graph".into()))?;
    validate::normalise(graph);
    validate::check_graph(
        graph,
        &|op_type| onnx.op_register.0.contains_key(op_type),
        &malformed,
    )?;
    let input_shape = validate::single_input(graph).map_err(&malformed)?;

    // Declared shapes of intermediate values may hold symbols that clash with a concrete batch.
    let onnx = onnx.with_ignore_value_info(true);
    let parsed = guarded(path, "reading the graph", || onnx.parse(&proto, None))?;
    if let Some(name) = parsed.unresolved_inputs.first() {
        return Err(malformed(format!(
            "value `{name}` is used but never produced"
        )));
    }
    let mut model = parsed.model;
    let graph = proto.graph.take().unwrap_or_default();
    let output = parsed.outlets_by_name[&graph.output[0].name];
    guarded(path, "selecting the output", || {
        model.select_output_outlets(&[output])
    })?;
    Ok(ImportedGraph {
        graph,
        model,
        outlets: parsed.outlets_by_name,
        input_shape,
    })
}

/// Runs a step of the digital runtime on data that comes from a file. The runtime asserts some properties of its
/// input; such a panic becomes an error here, because a file must never bring the caller down.
pub(crate) fn guarded<T>(
    path: &Path,
    stage: &'static str,
    step: impl FnOnce() -> TractResult<T>,
) -> Result<T, Error> {
    let source: OperatorError = match catch_unwind(AssertUnwindSafe(step)) {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => boxed(error),
        Err(panic) => {
            let message = panic.downcast_ref::<String>().map(String::as_str);
            message
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("internal error")
                .to_owned()
                .into()
        }
    };
    Err(Error::Graph {
        path: path.to_owned(),
        stage,
        source,
    })
}

/// The name under which a node is reported: its own, or that of its first output.
pub(crate) fn node_name(node: &tract_onnx::pb::NodeProto) -> &str {
    let first_output = || node.output.first().map_or("(unnamed)", String::as_str);
    if node.name.is_empty() {
        first_output()
    } else {
        &node.name
    }
}
