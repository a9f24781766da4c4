"""Trains the demo's network and writes glyphs_cnn.onnx and glyphs_cnn.json.

From the repository's root:

    python3 -m venv .venv
    .venv/bin/pip install numpy onnx onnxruntime
    cargo run --release -p ohmloom-studies --example export_glyphs -- target/glyphs
    .venv/bin/python studies/demo/train.py target/glyphs studies/demo

A convolutional network in plain numpy: forward, backward and Adam fit on two pages, and the result does not depend on
a deep-learning framework's version. All randomness is seeded; on another processor the last bits of the weights can
still differ, because matrix products may be summed in another order.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

SEED = 1
EPOCHS = 14
BATCH = 50
LEARNING_RATE = 2e-3  # falls to zero along half a cosine
WEIGHT_DECAY = 1e-3
INPUT_SCALE = 1 / 255


# --- The network. Activations are [batch, height, width, channels]; weights are stored as ONNX wants them.


def initial_weights(rng):
    """He initialisation: variance 2 / (number of inputs)."""
    shapes = {"conv1": (8, 1, 5, 5), "conv2": (16, 8, 3, 3), "fc1": (64, 256), "fc2": (10, 64)}
    weights = {}
    for name, shape in shapes.items():
        inputs = np.prod(shape[1:])
        weights[f"{name}.weight"] = rng.normal(0, np.sqrt(2 / inputs), shape).astype(np.float32)
        weights[f"{name}.bias"] = np.zeros(shape[0], np.float32)
    return weights


def patches(images, k):
    """All k x k neighbourhoods of zero-padded images, as rows: [batch * height * width, channels * k * k]."""
    pad = k // 2
    padded = np.pad(images, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (k, k), axis=(1, 2))
    return windows.reshape(-1, images.shape[3] * k * k)


def scatter_patches(gradient, shape, k):
    """The transpose of `patches`."""
    batch, height, width, channels = shape
    pad = k // 2
    gradient = gradient.reshape(batch, height, width, channels, k, k)
    padded = np.zeros((batch, height + 2 * pad, width + 2 * pad, channels), np.float32)
    for row in range(k):
        for column in range(k):
            padded[:, row : row + height, column : column + width] += gradient[..., row, column]
    return padded[:, pad:-pad, pad:-pad]


def max_pool(images):
    """2 x 2 maxima, and a mask that says which pixel each one came from."""
    batch, height, width, channels = images.shape
    blocks = images.reshape(batch, height // 2, 2, width // 2, 2, channels)
    pooled = blocks.max(axis=(2, 4))
    return pooled, blocks == pooled[:, :, None, :, None]


def un_pool(gradient, mask):
    shared = mask / mask.sum(axis=(2, 4), keepdims=True, dtype=np.float32)
    blocks = shared * gradient[:, :, None, :, None]
    batch, height, _, width, _, channels = blocks.shape
    return blocks.reshape(batch, height * 2, width * 2, channels)


def conv_relu_pool(weights, name, images):
    kernel = weights[f"{name}.weight"]
    rows = patches(images, kernel.shape[2])
    out = rows @ kernel.reshape(len(kernel), -1).T + weights[f"{name}.bias"]
    pooled, mask = max_pool(np.maximum(out, 0).reshape(*images.shape[:3], -1))
    return pooled, (rows, out, mask, images.shape)


def conv_relu_pool_backward(weights, name, gradient, cache, gradients, wants_input=True):
    rows, out, mask, shape = cache
    kernel = weights[f"{name}.weight"]
    gradient = un_pool(gradient, mask).reshape(out.shape) * (out > 0)
    gradients[f"{name}.weight"] = (gradient.T @ rows).reshape(kernel.shape)
    gradients[f"{name}.bias"] = gradient.sum(axis=0)
    if wants_input:
        return scatter_patches(gradient @ kernel.reshape(len(kernel), -1), shape, kernel.shape[2])
    return None


def loss_gradients(weights, images, labels):
    """Gradients of the mean cross-entropy of one batch."""
    pool1, cache1 = conv_relu_pool(weights, "conv1", images)
    pool2, cache2 = conv_relu_pool(weights, "conv2", pool1)
    flat = pool2.transpose(0, 3, 1, 2).reshape(len(images), -1)  # channel first, as ONNX flattens
    hidden = np.maximum(flat @ weights["fc1.weight"].T + weights["fc1.bias"], 0)
    logits = hidden @ weights["fc2.weight"].T + weights["fc2.bias"]

    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    gradient = exponentials / exponentials.sum(axis=1, keepdims=True)
    gradient[np.arange(len(labels)), labels] -= 1
    gradient /= len(labels)

    gradients = {"fc2.weight": gradient.T @ hidden, "fc2.bias": gradient.sum(axis=0)}
    gradient = (gradient @ weights["fc2.weight"]) * (hidden > 0)
    gradients |= {"fc1.weight": gradient.T @ flat, "fc1.bias": gradient.sum(axis=0)}
    gradient = gradient @ weights["fc1.weight"]
    batch, height, width, channels = pool2.shape
    gradient = gradient.reshape(batch, channels, height, width).transpose(0, 2, 3, 1)
    gradient = conv_relu_pool_backward(weights, "conv2", gradient, cache2, gradients)
    conv_relu_pool_backward(weights, "conv1", gradient, cache1, gradients, wants_input=False)
    return gradients


def train(images, labels):
    """Adam with decoupled weight decay."""
    rng = np.random.default_rng(SEED)
    weights = initial_weights(rng)
    mean = {name: np.zeros_like(weight) for name, weight in weights.items()}
    square = {name: np.zeros_like(weight) for name, weight in weights.items()}
    steps = EPOCHS * (len(images) // BATCH)
    step = 0
    for _ in range(EPOCHS):
        for batch in rng.permutation(len(images)).reshape(-1, BATCH):
            gradients = loss_gradients(weights, images[batch], labels[batch])
            step += 1
            rate = LEARNING_RATE * 0.5 * (1 + np.cos(np.pi * step / steps))
            for name, gradient in gradients.items():
                mean[name] += 0.1 * (gradient - mean[name])
                square[name] += 0.001 * (gradient**2 - square[name])
                corrected = mean[name] / (1 - 0.9**step)
                scale = np.sqrt(square[name] / (1 - 0.999**step)) + 1e-8
                weights[name] -= np.float32(rate) * (corrected / scale + WEIGHT_DECAY * weights[name])
    return weights


# --- The file.


def to_onnx(weights):
    conv = lambda name, source, k: helper.make_node(
        "Conv", [source, f"{name}.weight", f"{name}.bias"], [f"{name}.out"], name,
        kernel_shape=[k, k], strides=[1, 1], pads=[k // 2] * 4,
    )
    relu = lambda name, source: helper.make_node("Relu", [source], [f"{name}.out"], name)
    pool = lambda name, source: helper.make_node(
        "MaxPool", [source], [f"{name}.out"], name, kernel_shape=[2, 2], strides=[2, 2]
    )
    dense = lambda name, source, out: helper.make_node(
        "Gemm", [source, f"{name}.weight", f"{name}.bias"], [out], name, transB=1
    )
    nodes = [
        conv("conv1", "input", 5),
        relu("relu1", "conv1.out"),
        pool("pool1", "relu1.out"),
        conv("conv2", "pool1.out", 3),
        relu("relu2", "conv2.out"),
        pool("pool2", "relu2.out"),
        helper.make_node("Flatten", ["pool2.out"], ["flatten.out"], "flatten", axis=1),
        dense("fc1", "flatten.out", "fc1.out"),
        relu("relu3", "fc1.out"),
        dense("fc2", "relu3.out", "logits"),
    ]
    graph = helper.make_graph(
        nodes,
        "glyphs_cnn",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 1, 16, 16])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 10])],
        [numpy_helper.from_array(weight.astype(np.float32), name) for name, weight in weights.items()],
    )
    model = helper.make_model(
        graph, producer_name="ohmloom", opset_imports=[helper.make_opsetid("", 13)], ir_version=8
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def accuracy(model, images, labels):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (logits,) = session.run(["logits"], {"input": images[:, None].astype(np.float32) * np.float32(INPUT_SCALE)})
    return float((logits.argmax(axis=1) == labels).mean())


def main(data, out):
    load = lambda name: np.load(Path(data) / f"{name}.npy")
    train_images, train_labels = load("train_images"), load("train_labels")
    test_images, test_labels = load("test_images"), load("test_labels")

    weights = train(train_images[..., None].astype(np.float32) * np.float32(INPUT_SCALE), train_labels)
    model = to_onnx(weights)
    onnx.save(model, Path(out) / "glyphs_cnn.onnx")

    description = {
        "input_scale": INPUT_SCALE,
        "input_mean": [0.0],
        "input_std": [1.0],
        "preprocessing": "x = (raw * input_scale - input_mean) / input_std, one mean and deviation per channel",
        "data": f"ohmloom glyphs, DEMO_SEED; {len(train_images)} training images, {len(test_images)} test images",
        "made_by": "studies/demo/train.py",
        "parameters": int(sum(weight.size for weight in weights.values())),
        "train_accuracy": accuracy(model, train_images, train_labels),
        "test_accuracy": accuracy(model, test_images, test_labels),
    }
    text = json.dumps(description, indent=2)
    (Path(out) / "glyphs_cnn.json").write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: train.py FOLDER_WITH_NPY_FILES OUTPUT_FOLDER")
    main(sys.argv[1], sys.argv[2])
