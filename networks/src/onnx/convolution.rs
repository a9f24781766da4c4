//! `Conv` nodes.

use tract_onnx::pb::NodeProto;

use super::attributes::Attributes;
use super::extract::Values;
use super::node_name;
use crate::error::Error;
use crate::layer::{ConvGeometry, LayerKind, WeightLayer, WeightMatrix};

/// Reads a `Conv` with constant weights `[out][in / groups][kernel...]`.
pub(super) fn layer(node: &NodeProto, values: &Values<'_>) -> Result<WeightLayer, Error> {
    let attributes = Attributes::of(node);
    let (weight_shape, weights) = values.floats(attributes, &node.input[1], "weight")?;
    let input_shape = values.shape(attributes, &node.input[0])?;
    let output_shape = values.shape(attributes, &node.output[0])?;
    let geometry = geometry(attributes, &weight_shape, &input_shape)?;

    let mut expected = vec![input_shape[0], geometry.out_channels];
    expected.extend(&geometry.output_size);
    if expected != output_shape {
        return Err(attributes.unsupported(format!(
            "its attributes give an output of shape {expected:?}, shape inference gives {output_shape:?}"
        )));
    }

    let (outputs, inputs) = (
        geometry.out_channels / geometry.groups,
        geometry.in_channels / geometry.groups * geometry.taps(),
    );
    let matrices = weights
        .chunks_exact(outputs * inputs)
        .filter_map(|group| {
            WeightMatrix::new(
                outputs,
                inputs,
                group.iter().map(|&w| f64::from(w)).collect(),
            )
        })
        .collect();
    let bias = match node.input.get(2) {
        None => None,
        Some(name) => {
            let (shape, bias) = values.floats(attributes, name, "bias")?;
            if shape != [geometry.out_channels] {
                return Err(attributes.unsupported(format!("its bias has shape {shape:?}")));
            }
            Some(bias.into_iter().map(f64::from).collect())
        }
    };
    let kind = LayerKind::Conv(geometry);
    Ok(WeightLayer {
        name: node_name(node).to_owned(),
        kind,
        matrices,
        bias,
        input_shape,
        output_shape,
    })
}

fn geometry(
    node: Attributes<'_>,
    weight_shape: &[usize],
    input_shape: &[usize],
) -> Result<ConvGeometry, Error> {
    let axes = weight_shape.len().saturating_sub(2);
    if !(1..=2).contains(&axes) || input_shape.len() != axes + 2 {
        return Err(node.unsupported(format!(
            "weights of shape {weight_shape:?} on an input of shape {input_shape:?}; 1-D and 2-D convolutions are supported"
        )));
    }
    let (out_channels, kernel) = (weight_shape[0], weight_shape[2..].to_vec());
    let (in_channels, input_size) = (input_shape[1], input_shape[2..].to_vec());
    let groups = usize::try_from(node.int("group", 1)).unwrap_or(0);
    let fits = groups > 0
        && out_channels > 0
        && out_channels % groups == 0
        && in_channels % groups == 0
        && weight_shape[1] > 0
        && weight_shape[1] == in_channels / groups;
    if !fits || kernel.contains(&0) {
        return Err(node.unsupported(format!(
            "weights of shape {weight_shape:?} do not fit {in_channels} input channels in {groups} groups"
        )));
    }
    if node.is_present("kernel_shape") && node.sizes("kernel_shape", axes, 1, 1)? != kernel {
        return Err(node.unsupported(format!(
            "its kernel_shape disagrees with weights of shape {weight_shape:?}"
        )));
    }
    let strides = node.sizes("strides", axes, 1, 1)?;
    let dilations = node.sizes("dilations", axes, 1, 1)?;
    let mode = node.text("auto_pad").unwrap_or_default();
    let explicit = match &*mode {
        "" | "NOTSET" => node.sizes("pads", 2 * axes, 0, 0)?,
        _ => vec![0; 2 * axes],
    };
    let (mut pads_begin, mut pads_end) = (explicit[..axes].to_vec(), explicit[axes..].to_vec());
    let mut output_size = Vec::with_capacity(axes);
    for axis in 0..axes {
        let too_large = || node.unsupported("its kernel, dilation or padding is too large");
        let (input, stride) = (input_size[axis], strides[axis]);
        let span = (kernel[axis] - 1)
            .checked_mul(dilations[axis])
            .and_then(|s| s.checked_add(1))
            .ok_or_else(too_large)?;
        if matches!(&*mode, "SAME_UPPER" | "SAME_LOWER") {
            let needed = (input.div_ceil(stride).saturating_sub(1))
                .checked_mul(stride)
                .and_then(|n| n.checked_add(span));
            let total = needed.ok_or_else(too_large)?.saturating_sub(input);
            pads_begin[axis] = if mode == "SAME_UPPER" {
                total / 2
            } else {
                total.div_ceil(2)
            };
            pads_end[axis] = total - pads_begin[axis];
        } else if !matches!(&*mode, "" | "NOTSET" | "VALID") {
            return Err(node.unsupported(format!("auto_pad {mode} is not defined by ONNX")));
        }
        let padded = input
            .checked_add(pads_begin[axis])
            .and_then(|n| n.checked_add(pads_end[axis]))
            .ok_or_else(too_large)?;
        if padded < span {
            return Err(node.unsupported(format!(
                "its kernel spans {span} elements, the padded input has {padded}"
            )));
        }
        output_size.push((padded - span) / stride + 1);
    }
    Ok(ConvGeometry {
        kernel,
        strides,
        dilations,
        pads_begin,
        pads_end,
        input_size,
        output_size,
        in_channels,
        out_channels,
        groups,
    })
}
