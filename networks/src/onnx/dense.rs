//! `Gemm` and `MatMul` nodes.

use tract_onnx::pb::NodeProto;

use super::attributes::Attributes;
use super::extract::Values;
use super::node_name;
use crate::error::Error;
use crate::layer::{DenseGeometry, LayerKind, WeightLayer, WeightMatrix};

/// Reads `Y = alpha A B + beta C` with constant `B` and `C`.
pub(super) fn gemm(node: &NodeProto, values: &Values<'_>) -> Result<WeightLayer, Error> {
    let attributes = Attributes::of(node);
    let alpha = f64::from(attributes.float("alpha", 1.0));
    let beta = f64::from(attributes.float("beta", 1.0));
    if !alpha.is_finite() || !beta.is_finite() {
        return Err(attributes.unsupported("alpha and beta must be finite"));
    }
    let stored_as_out_in = attributes.int("transB", 0) != 0;
    let matrix = matrix(attributes, values, &node.input[1], stored_as_out_in, alpha)?;
    let bias = match node.input.get(2) {
        Some(name) if beta != 0.0 => {
            Some(gemm_bias(attributes, values, name, matrix.outputs(), beta)?)
        }
        _ => None,
    };
    let geometry = DenseGeometry {
        transposed_input: attributes.int("transA", 0) != 0,
    };
    let input_shape = values.shape(attributes, &node.input[0])?;
    if input_shape.len() != 2 {
        return Err(attributes.unsupported(format!(
            "its input has shape {input_shape:?}, two dimensions are needed"
        )));
    }
    finish(node, values, &input_shape, geometry, matrix, bias)
}

/// Reads `Y = A B` with constant `B`.
pub(super) fn matmul(node: &NodeProto, values: &Values<'_>) -> Result<WeightLayer, Error> {
    let attributes = Attributes::of(node);
    let matrix = matrix(attributes, values, &node.input[1], false, 1.0)?;
    let input_shape = values.shape(attributes, &node.input[0])?;
    if input_shape.is_empty() {
        return Err(attributes.unsupported("its input is a scalar"));
    }
    finish(
        node,
        values,
        &input_shape,
        DenseGeometry {
            transposed_input: false,
        },
        matrix,
        None,
    )
}

fn finish(
    node: &NodeProto,
    values: &Values<'_>,
    input_shape: &[usize],
    geometry: DenseGeometry,
    matrix: WeightMatrix,
    bias: Option<Vec<f64>>,
) -> Result<WeightLayer, Error> {
    let attributes = Attributes::of(node);
    let output_shape = values.shape(attributes, &node.output[0])?;
    let length = if geometry.transposed_input {
        input_shape.first()
    } else {
        input_shape.last()
    };
    let layer = WeightLayer {
        name: node_name(node).to_owned(),
        matrices: vec![matrix],
        kind: LayerKind::Dense(geometry),
        bias,
        input_shape: input_shape.to_vec(),
        output_shape,
    };
    if length != Some(&layer.matrices[0].inputs())
        || layer.output_shape_of(input_shape, |n| n) != layer.output_shape
    {
        return Err(attributes.unsupported(format!(
            "weights of {} x {} (out x in) do not fit an input of shape {input_shape:?} and an output of shape {:?}",
            layer.matrices[0].outputs(),
            layer.matrices[0].inputs(),
            layer.output_shape
        )));
    }
    Ok(layer)
}

/// The two-dimensional weight `name` as `[out][in]`, times `scale`.
fn matrix(
    node: Attributes<'_>,
    values: &Values<'_>,
    name: &str,
    stored_as_out_in: bool,
    scale: f64,
) -> Result<WeightMatrix, Error> {
    let (shape, weights) = values.floats(node, name, "weight")?;
    let wrong_shape = || {
        node.unsupported(format!(
            "its weights have shape {shape:?}; a matrix is needed"
        ))
    };
    let [first, second] = shape[..] else {
        return Err(wrong_shape());
    };
    let (outputs, inputs) = if stored_as_out_in {
        (first, second)
    } else {
        (second, first)
    };
    if outputs == 0 || inputs == 0 {
        return Err(wrong_shape());
    }
    let at = |out: usize, input: usize| {
        weights[if stored_as_out_in {
            out * inputs + input
        } else {
            input * outputs + out
        }]
    };
    let scaled = (0..outputs)
        .flat_map(|out| (0..inputs).map(move |input| (out, input)))
        .map(|(out, input)| scale * f64::from(at(out, input)))
        .collect();
    WeightMatrix::new(outputs, inputs, scaled).ok_or_else(wrong_shape)
}

/// The bias of each output, times `beta`: `C` must not differ from one input vector to the next.
fn gemm_bias(
    node: Attributes<'_>,
    values: &Values<'_>,
    name: &str,
    outputs: usize,
    beta: f64,
) -> Result<Vec<f64>, Error> {
    let (shape, bias) = values.floats(node, name, "bias")?;
    let (last, leading) = shape
        .split_last()
        .map_or((1, &[][..]), |(last, leading)| (*last, leading));
    if leading.iter().any(|&n| n != 1) || (last != outputs && last != 1) {
        return Err(node.unsupported(format!(
            "its bias has shape {shape:?}; [{outputs}] or [1] is needed"
        )));
    }
    Ok((0..outputs)
        .map(|out| beta * f64::from(bias[if last == 1 { 0 } else { out }]))
        .collect())
}
