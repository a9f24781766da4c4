//! Checks of a decoded graph before the runtime sees it: what it would assert, or read past the end of.

use std::collections::HashSet;

use tract_onnx::pb::tensor_proto::{DataLocation, DataType};
use tract_onnx::pb::tensor_shape_proto::dimension::Value as Dimension;
use tract_onnx::pb::type_proto::Value as Type;
use tract_onnx::pb::{GraphProto, NodeProto, TensorProto};

use super::node_name;
use crate::error::Error;

/// Removes what ONNX says is ignored, so that every later reader ignores it: `pads` beside an automatic padding
/// mode, and empty names at the end of a node's inputs.
pub(super) fn normalise(graph: &mut GraphProto) {
    for node in &mut graph.node {
        let automatic = |a: &tract_onnx::pb::AttributeProto| {
            a.name == "auto_pad" && !matches!(a.s.as_slice(), b"" | b"NOTSET")
        };
        if node.attribute.iter().any(automatic) {
            node.attribute.retain(|a| a.name != "pads");
        }
        while node.input.last().is_some_and(String::is_empty) {
            node.input.pop();
        }
    }
}

/// Checks tensors, names and operators of `graph` and its subgraphs.
pub(super) fn check_graph(
    graph: &GraphProto,
    known: &dyn Fn(&str) -> bool,
    malformed: &dyn Fn(String) -> Error,
) -> Result<(), Error> {
    for tensor in &graph.initializer {
        check_tensor(tensor)
            .map_err(|reason| malformed(format!("initializer `{}`: {reason}", tensor.name)))?;
    }
    if let Some(sparse) = graph.sparse_initializer.first() {
        let name = sparse.values.as_ref().map_or("", |v| v.name.as_str());
        return Err(malformed(format!(
            "initializer `{name}` is sparse; store it as an ordinary tensor"
        )));
    }
    let mut produced: HashSet<&str> = graph.initializer.iter().map(|t| t.name.as_str()).collect();
    produced.extend(graph.input.iter().map(|i| i.name.as_str()));
    for node in &graph.node {
        check_node(node, known, malformed)?;
        check_windows(graph, node)
            .map_err(|reason| malformed(format!("node `{}`: {reason}", node_name(node))))?;
        for output in node.output.iter().filter(|name| !name.is_empty()) {
            if !produced.insert(output) {
                return Err(malformed(format!(
                    "value `{output}` (node `{}`) is produced twice",
                    node_name(node)
                )));
            }
        }
    }
    if let Some(output) = graph
        .output
        .iter()
        .find(|output| !produced.contains(output.name.as_str()))
    {
        return Err(malformed(format!(
            "output `{}` is never produced",
            output.name
        )));
    }
    if graph.output.is_empty() {
        return Err(malformed("the graph has no output".into()));
    }
    Ok(())
}

fn check_node(
    node: &NodeProto,
    known: &dyn Fn(&str) -> bool,
    malformed: &dyn Fn(String) -> Error,
) -> Result<(), Error> {
    if !known(&node.op_type) {
        return Err(Error::UnknownOperator {
            node: node_name(node).to_owned(),
            op_type: node.op_type.clone(),
        });
    }
    for attribute in &node.attribute {
        for tensor in attribute.t.iter().chain(&attribute.tensors) {
            check_tensor(tensor).map_err(|reason| {
                malformed(format!(
                    "node `{}`, attribute {}: {reason}",
                    node_name(node),
                    attribute.name
                ))
            })?;
        }
        for subgraph in attribute.g.iter().chain(&attribute.graphs) {
            if let Some(inner) = subgraph
                .node
                .iter()
                .find(|n| matches!(&*n.op_type, "Conv" | "Gemm" | "MatMul"))
            {
                return Err(Error::UnsupportedWeights {
                    node: node_name(inner).to_owned(),
                    op_type: inner.op_type.clone(),
                    reason: format!(
                        "it is inside the body of `{}`; export the network without control flow",
                        node_name(node)
                    ),
                });
            }
            check_graph(subgraph, known, malformed)?;
        }
    }
    Ok(())
}

/// The attributes of a convolution or pooling window must agree on the number of axes, and with the weights.
fn check_windows(graph: &GraphProto, node: &NodeProto) -> Result<(), String> {
    if !node.op_type.contains("Conv") && !node.op_type.ends_with("Pool") {
        return Ok(());
    }
    let weights = node
        .input
        .get(1)
        .and_then(|name| graph.initializer.iter().find(|t| t.name == *name));
    let mut axes = weights
        .filter(|_| node.op_type == "Conv")
        .map(|t| t.dims.len().saturating_sub(2));
    for attribute in &node.attribute {
        let (per_axis, least) = match &*attribute.name {
            "kernel_shape" | "strides" | "dilations" => (1, 1),
            "pads" => (2, 0),
            _ => continue,
        };
        let (name, values) = (&attribute.name, &attribute.ints);
        if values.iter().any(|&value| value < least) {
            return Err(format!(
                "attribute {name} is {values:?}, its values must be at least {least}"
            ));
        }
        let expected = *axes.get_or_insert(values.len() / per_axis);
        if values.len() != expected * per_axis {
            return Err(format!(
                "attribute {name} is {values:?}, {} values are needed",
                expected * per_axis
            ));
        }
    }
    Ok(())
}

/// A tensor's data must be inside the file and have as many elements as its shape says.
fn check_tensor(tensor: &TensorProto) -> Result<(), String> {
    if tensor.data_location == Some(DataLocation::External as i32)
        || !tensor.external_data.is_empty()
    {
        return Err("its data is in another file; save the model with its weights inside".into());
    }
    let mut elements = 1usize;
    for &dim in &tensor.dims {
        let dim = usize::try_from(dim).map_err(|_| format!("negative dimension {dim}"))?;
        elements = elements
            .checked_mul(dim)
            .ok_or_else(|| format!("its shape {:?} is too large", tensor.dims))?;
    }
    let data_type = DataType::try_from(tensor.data_type).unwrap_or(DataType::Undefined);
    let (width, stored) = match data_type {
        DataType::Float => (4, tensor.float_data.len()),
        DataType::Double => (8, tensor.double_data.len()),
        DataType::Int64 | DataType::Uint64 => (8, tensor.int64_data.len()),
        DataType::Int32 | DataType::Uint32 => (4, tensor.int32_data.len()),
        DataType::Int16 | DataType::Uint16 | DataType::Float16 => (2, tensor.int32_data.len()),
        DataType::Int8 | DataType::Uint8 | DataType::Bool => (1, tensor.int32_data.len()),
        DataType::String => (0, tensor.string_data.len()),
        other => return Err(format!("element type {other:?} is not supported")),
    };
    let stored = match (tensor.raw_data.len(), width) {
        (0, _) => stored,
        (_, 0) => return Err("strings cannot be stored as raw data".into()),
        (bytes, width) if bytes % width == 0 => bytes / width,
        (bytes, width) => return Err(format!("{bytes} bytes of data are no multiple of {width}")),
    };
    if stored == elements {
        Ok(())
    } else {
        Err(format!(
            "shape {:?} needs {elements} elements, {stored} are stored",
            tensor.dims
        ))
    }
}

/// The shape of the only input that is not an initializer: batch (`None` where free) and the rest.
pub(super) fn single_input(graph: &GraphProto) -> Result<(Option<usize>, Vec<usize>), String> {
    let constants: HashSet<&str> = graph.initializer.iter().map(|t| t.name.as_str()).collect();
    let inputs: Vec<_> = graph
        .input
        .iter()
        .filter(|i| !constants.contains(i.name.as_str()))
        .collect();
    let [input] = inputs[..] else {
        let names: Vec<_> = inputs.iter().map(|i| i.name.as_str()).collect();
        return Err(format!(
            "one input is expected, the graph has {}: {names:?}",
            names.len()
        ));
    };
    let Some(Type::TensorType(tensor)) = input.r#type.as_ref().and_then(|t| t.value.as_ref())
    else {
        return Err(format!("input `{}` has no tensor type", input.name));
    };
    if tensor.elem_type != DataType::Float as i32 {
        return Err(format!(
            "input `{}` must be of element type float32",
            input.name
        ));
    }
    let size = |dim: &tract_onnx::pb::tensor_shape_proto::Dimension| match &dim.value {
        Some(Dimension::DimValue(value)) => usize::try_from(*value).ok().filter(|&n| n > 0),
        _ => None,
    };
    let dims = tensor.shape.as_ref().map_or(&[][..], |shape| &shape.dim);
    let Some((batch, rest)) = dims.split_first() else {
        return Err(format!(
            "input `{}` has no shape; its first dimension must be the batch",
            input.name
        ));
    };
    let rest: Option<Vec<usize>> = rest.iter().map(size).collect();
    let rest = rest
        .filter(|rest| {
            rest.iter()
                .try_fold(1usize, |n, &d| n.checked_mul(d))
                .is_some_and(|n| n < 1 << 32)
        })
        .ok_or_else(|| {
            format!(
                "input `{}`: every dimension but the batch must be a fixed number",
                input.name
            )
        })?;
    match &batch.value {
        Some(Dimension::DimValue(value)) if *value > 0 => Ok((size(batch), rest)),
        _ => Ok((None, rest)),
    }
}
