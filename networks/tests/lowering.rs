//! Small generated networks: the digital reference against onnxruntime, the lowered network against the reference.

mod common;

use common::models::{float, int, ints, model, node, tensor, text, write};
use common::{Reference, onnxruntime, relative_error, values};
use ohmloom_networks::{Error, ExactOperator, LayerKind, Network};
use tract_onnx::pb::{AttributeProto, ModelProto};

const BATCH: usize = 3;

/// Input dimensions of a network file, with the batch filled in.
fn input_shape(network: &Network) -> Vec<usize> {
    let batch = network.fixed_batch().unwrap_or(BATCH);
    std::iter::once(batch)
        .chain(network.sample_shape().iter().copied())
        .collect()
}

fn conv(input: &[i64], weights: &[i64], bias: bool, attributes: Vec<AttributeProto>) -> ModelProto {
    let len = weights.iter().product::<i64>() as usize;
    let inputs: &[&str] = if bias { &["x", "w", "b"] } else { &["x", "w"] };
    let initializers = vec![
        tensor("w", weights, values(len, 5)),
        tensor("b", &weights[..1], values(weights[0] as usize, 6)),
    ];
    model(
        input,
        vec![node("Conv", "conv", inputs, "y", attributes)],
        initializers,
    )
}

fn gemm(weights: &[i64], bias: &[i64], attributes: Vec<AttributeProto>) -> ModelProto {
    let bias_len = bias.iter().product::<i64>() as usize;
    let initializers = vec![
        tensor(
            "w",
            weights,
            values(weights.iter().product::<i64>() as usize, 7),
        ),
        tensor("b", bias, values(bias_len, 8)),
    ];
    model(
        &[0, 4],
        vec![node("Gemm", "fc", &["x", "w", "b"], "y", attributes)],
        initializers,
    )
}

/// Every generated network with the shape of its `[out][in]` matrices and its number of groups.
fn cases() -> Vec<(&'static str, ModelProto, (usize, usize, usize))> {
    let mut cases = vec![
        (
            "conv1d",
            conv(
                &[0, 3, 17],
                &[4, 3, 5],
                true,
                vec![
                    ints("strides", &[2]),
                    ints("pads", &[3, 1]),
                    ints("dilations", &[2]),
                ],
            ),
            (4, 15, 1),
        ),
        (
            "conv2d",
            conv(
                &[0, 2, 9, 7],
                &[5, 2, 3, 2],
                false,
                vec![
                    ints("kernel_shape", &[3, 2]),
                    ints("strides", &[1, 2]),
                    ints("pads", &[1, 0, 2, 1]),
                    ints("dilations", &[2, 1]),
                ],
            ),
            (5, 12, 1),
        ),
        (
            "grouped",
            conv(&[0, 4, 6, 6], &[6, 2, 3, 3], true, vec![int("group", 2)]),
            (3, 18, 2),
        ),
        (
            "depthwise",
            conv(
                &[0, 4, 8, 8],
                &[4, 1, 3, 3],
                true,
                vec![int("group", 4), ints("pads", &[1, 1, 1, 1])],
            ),
            (1, 9, 4),
        ),
        (
            "gemm_out_in",
            gemm(&[5, 4], &[5], vec![int("transB", 1)]),
            (5, 4, 1),
        ),
        (
            "gemm_in_out",
            gemm(
                &[4, 5],
                &[1, 5],
                vec![float("alpha", 0.5), float("beta", -2.0)],
            ),
            (5, 4, 1),
        ),
        ("gemm_scalar_bias", gemm(&[4, 5], &[1], vec![]), (5, 4, 1)),
        (
            "matmul_2d",
            model(
                &[0, 6],
                vec![node("MatMul", "mm", &["x", "w"], "y", vec![])],
                vec![tensor("w", &[6, 3], values(18, 9))],
            ),
            (3, 6, 1),
        ),
        (
            "matmul_3d",
            model(
                &[0, 5, 6],
                vec![node("MatMul", "mm", &["x", "w"], "y", vec![])],
                vec![tensor("w", &[6, 3], values(18, 10))],
            ),
            (3, 6, 1),
        ),
        (
            "matmul_of_transposed_initializer",
            model(
                &[2, 6],
                vec![
                    node("Transpose", "t", &["w"], "wt", vec![ints("perm", &[1, 0])]),
                    node("MatMul", "mm", &["x", "wt"], "m", vec![]),
                    node("Add", "add", &["m", "b"], "y", vec![]),
                ],
                vec![
                    tensor("w", &[3, 6], values(18, 11)),
                    tensor("b", &[3], values(3, 12)),
                ],
            ),
            (3, 6, 1),
        ),
        (
            "gemm_of_transposed_input",
            model(
                &[2, 4],
                vec![
                    node("Transpose", "t", &["x"], "xt", vec![ints("perm", &[1, 0])]),
                    node("Gemm", "fc", &["xt", "w"], "y", vec![int("transA", 1)]),
                ],
                vec![tensor("w", &[4, 3], values(12, 13))],
            ),
            (3, 4, 1),
        ),
    ];
    for (name, mode) in [
        ("same_upper", "SAME_UPPER"),
        ("same_lower", "SAME_LOWER"),
        ("valid", "VALID"),
    ] {
        // `pads` beside an automatic mode are ignored, by definition of the operator.
        let attributes = vec![
            text("auto_pad", mode),
            ints("strides", &[2, 1]),
            ints("pads", &[0, 0, 0, 0]),
        ];
        cases.push((
            name,
            conv(&[0, 2, 8, 7], &[3, 2, 3, 4], true, attributes),
            (3, 24, 1),
        ));
    }
    cases
}

#[test]
fn lowered_networks_equal_the_digital_reference() {
    let folder = tempfile::tempdir().unwrap();
    for (name, model, (outputs, inputs, groups)) in cases() {
        let network = Network::load(write(folder.path(), name, &model))
            .unwrap_or_else(|e| panic!("{name}: {e}"));
        let [layer] = network.layers() else {
            panic!("{name}: {:?}", network.layers())
        };
        assert_eq!(layer.groups(), groups, "{name}");
        for matrix in &layer.matrices {
            assert_eq!(
                (matrix.outputs(), matrix.inputs()),
                (outputs, inputs),
                "{name}"
            );
        }
        let shape = input_shape(&network);
        let input = values(shape.iter().product(), 42);
        let reference = network
            .digital_plan(shape[0])
            .unwrap()
            .run(0, &input)
            .unwrap();
        let operators = ExactOperator::for_layers(network.layers());
        let lowered = network
            .analog_plan(shape[0], &operators)
            .unwrap()
            .run(0, &input)
            .unwrap();
        let error = relative_error(&reference, &lowered);
        assert!(error < 1e-5, "{name}: {error}");
    }
}

#[test]
fn digital_reference_equals_onnxruntime() {
    let Some(python) = common::python() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut references = Vec::new();
    let mut outputs = Vec::new();
    for (name, model, _) in cases() {
        // onnxruntime refuses `pads` beside an automatic mode.
        let mut stripped = model.clone();
        for node in &mut stripped.graph.as_mut().unwrap().node {
            if node.attribute.iter().any(|a| a.name == "auto_pad") {
                node.attribute.retain(|a| a.name != "pads");
            }
        }
        let network = Network::load(write(folder.path(), name, &model)).unwrap();
        let shape = input_shape(&network);
        let input = values(shape.iter().product(), 43);
        outputs.push((
            name,
            network
                .digital_plan(shape[0])
                .unwrap()
                .run(0, &input)
                .unwrap(),
        ));
        let network = write(folder.path(), &format!("{name}-stripped"), &stripped);
        references.push(Reference {
            network,
            shape,
            input,
        });
    }
    for ((name, output), reference) in outputs.iter().zip(onnxruntime(&python, &references)) {
        let error = relative_error(&reference, output);
        assert!(error < 1e-5, "{name}: {error}");
    }
}

#[test]
fn automatic_padding_is_resolved() {
    let folder = tempfile::tempdir().unwrap();
    // Width 7, kernel 4, stride 1: three zeros, the odd one at the end for SAME_UPPER, at the beginning for SAME_LOWER.
    for (mode, begin, end) in [("SAME_UPPER", 1, 2), ("SAME_LOWER", 2, 1), ("VALID", 0, 0)] {
        let model = conv(&[0, 1, 7], &[1, 1, 4], false, vec![text("auto_pad", mode)]);
        let network = Network::load(write(folder.path(), mode, &model)).unwrap();
        let LayerKind::Conv(geometry) = &network.layers()[0].kind else {
            panic!("not a convolution")
        };
        assert_eq!(
            (geometry.pads_begin[0], geometry.pads_end[0]),
            (begin, end),
            "{mode}"
        );
    }
}

#[test]
fn blocks_of_vectors_cover_a_layer_larger_than_one_block() {
    // 32 channels, 5 x 5 kernel: 800 rows, so about 1,300 vectors in a block; 40 x 40 positions need two.
    let folder = tempfile::tempdir().unwrap();
    let model = conv(
        &[0, 32, 40, 40],
        &[2, 32, 5, 5],
        true,
        vec![ints("pads", &[2, 2, 2, 2])],
    );
    let network = Network::load(write(folder.path(), "large", &model)).unwrap();
    assert_eq!(network.layers()[0].vectors(), 1600);
    let input = values(2 * 32 * 40 * 40, 3);
    let reference = network.digital_plan(2).unwrap().run(0, &input).unwrap();
    let operators = ExactOperator::for_layers(network.layers());
    let lowered = network
        .analog_plan(2, &operators)
        .unwrap()
        .run(0, &input)
        .unwrap();
    assert!(relative_error(&reference, &lowered) < 1e-5);
}

#[test]
fn unmappable_nodes_are_errors_that_name_them() {
    let folder = tempfile::tempdir().unwrap();
    let load = |name: &str, model: &ModelProto| {
        Network::load(write(folder.path(), name, model)).unwrap_err()
    };
    let weights = || vec![tensor("w", &[4, 4], values(16, 1))];

    let unknown = model(
        &[0, 4],
        vec![node("Frobnicate", "odd", &["x"], "y", vec![])],
        vec![],
    );
    let error = load("unknown", &unknown);
    assert!(
        matches!(&error, Error::UnknownOperator { node, op_type } if node == "odd" && op_type == "Frobnicate")
    );

    let left = model(
        &[4, 4],
        vec![node("MatMul", "left", &["w", "x"], "y", vec![])],
        weights(),
    );
    let error = load("left", &left);
    assert!(
        matches!(&error, Error::UnsupportedWeights { node, .. } if node == "left"),
        "{error}"
    );

    let einsum = vec![text("equation", "bi,ij->bj")];
    let einsum = model(
        &[0, 4],
        vec![node("Einsum", "sum", &["x", "w"], "y", einsum)],
        weights(),
    );
    let error = load("einsum", &einsum);
    assert!(
        matches!(&error, Error::UnsupportedWeights { node, .. } if node == "sum"),
        "{error}"
    );

    let volume = conv(&[0, 1, 4, 4, 4], &[1, 1, 2, 2, 2], false, vec![]);
    let error = load("volume", &volume);
    assert!(
        matches!(&error, Error::UnsupportedWeights { node, .. } if node == "conv"),
        "{error}"
    );

    let mut per_sample = gemm(&[4, 5], &[2, 5], vec![]);
    per_sample.graph.as_mut().unwrap().input[0] = model(&[2, 4], vec![], vec![])
        .graph
        .unwrap()
        .input
        .remove(0);
    let error = load("per_sample_bias", &per_sample);
    assert!(
        matches!(&error, Error::UnsupportedWeights { node, .. } if node == "fc"),
        "{error}"
    );
}

#[test]
fn products_of_two_activations_stay_digital() {
    let folder = tempfile::tempdir().unwrap();
    let nodes = vec![
        node(
            "Transpose",
            "t",
            &["x"],
            "xt",
            vec![ints("perm", &[0, 2, 1])],
        ),
        node("MatMul", "scores", &["x", "xt"], "y", vec![]),
    ];
    let network = Network::load(write(
        folder.path(),
        "scores",
        &model(&[0, 3, 4], nodes, vec![]),
    ))
    .unwrap();
    assert!(network.layers().is_empty());
    let input = values(24, 2);
    let digital = network.digital_plan(2).unwrap().run(0, &input).unwrap();
    assert_eq!(
        digital,
        network
            .analog_plan(2, &vec![])
            .unwrap()
            .run(0, &input)
            .unwrap()
    );
}
