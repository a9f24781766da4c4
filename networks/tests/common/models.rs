//! Small ONNX models, written as protobuf messages.

use std::path::{Path, PathBuf};

use prost::Message;
use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension::Value as DimensionValue};
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto,
    TensorShapeProto, TypeProto, ValueInfoProto, type_proto,
};

/// An initializer of 32-bit floats.
pub(crate) fn tensor(name: &str, dims: &[i64], values: Vec<f32>) -> TensorProto {
    TensorProto {
        name: name.into(),
        dims: dims.to_vec(),
        data_type: DataType::Float as i32,
        float_data: values,
        ..TensorProto::default()
    }
}

pub(crate) fn node(
    op_type: &str,
    name: &str,
    inputs: &[&str],
    output: &str,
    attribute: Vec<AttributeProto>,
) -> NodeProto {
    NodeProto {
        op_type: op_type.into(),
        name: name.into(),
        input: inputs.iter().map(ToString::to_string).collect(),
        output: vec![output.into()],
        attribute,
        ..NodeProto::default()
    }
}

pub(crate) fn int(name: &str, i: i64) -> AttributeProto {
    AttributeProto {
        name: name.into(),
        r#type: AttributeType::Int as i32,
        i,
        ..AttributeProto::default()
    }
}

pub(crate) fn float(name: &str, f: f32) -> AttributeProto {
    AttributeProto {
        name: name.into(),
        r#type: AttributeType::Float as i32,
        f,
        ..AttributeProto::default()
    }
}

pub(crate) fn ints(name: &str, ints: &[i64]) -> AttributeProto {
    let ints = ints.to_vec();
    AttributeProto {
        name: name.into(),
        r#type: AttributeType::Ints as i32,
        ints,
        ..AttributeProto::default()
    }
}

pub(crate) fn text(name: &str, s: &str) -> AttributeProto {
    let s = s.as_bytes().to_vec();
    AttributeProto {
        name: name.into(),
        r#type: AttributeType::String as i32,
        s,
        ..AttributeProto::default()
    }
}

fn value_info(name: &str, dims: Option<&[i64]>) -> ValueInfoProto {
    let dimension = |&n: &i64| {
        let value = if n > 0 {
            DimensionValue::DimValue(n)
        } else {
            DimensionValue::DimParam("N".into())
        };
        Dimension {
            value: Some(value),
            ..Dimension::default()
        }
    };
    let shape = dims.map(|dims| TensorShapeProto {
        dim: dims.iter().map(dimension).collect(),
    });
    let tensor = type_proto::Tensor {
        elem_type: DataType::Float as i32,
        shape,
    };
    let r#type = TypeProto {
        value: Some(type_proto::Value::TensorType(tensor)),
        ..TypeProto::default()
    };
    ValueInfoProto {
        name: name.into(),
        r#type: Some(r#type),
        ..ValueInfoProto::default()
    }
}

/// A model with input `x` (a dimension of 0 is free) and output `y`.
pub(crate) fn model(
    input: &[i64],
    nodes: Vec<NodeProto>,
    initializers: Vec<TensorProto>,
) -> ModelProto {
    let graph = GraphProto {
        name: "test".into(),
        node: nodes,
        initializer: initializers,
        input: vec![value_info("x", Some(input))],
        output: vec![value_info("y", None)],
        ..GraphProto::default()
    };
    ModelProto {
        ir_version: 7,
        opset_import: vec![OperatorSetIdProto {
            domain: String::new(),
            version: 13,
        }],
        graph: Some(graph),
        ..ModelProto::default()
    }
}

/// Writes `model` into `folder`.
pub(crate) fn write(folder: &Path, name: &str, model: &ModelProto) -> PathBuf {
    let path = folder.join(format!("{name}.onnx"));
    std::fs::write(&path, model.encode_to_vec()).expect("written");
    path
}
