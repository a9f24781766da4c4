//! The built-in demo: a small image set and a small trained network, both the project's own.
//!
//! They exist so that one command, without downloads, shows what a network's accuracy becomes on an array. The
//! images are drawn by [`glyphs`]; the network was trained on them by `studies/demo/train.py`, which also wrote the
//! two files embedded here.

mod experiment;
pub mod glyphs;

pub(crate) use experiment::images;
pub use experiment::{BITS, DemoError, DemoReport, DemoRow, TEST_IMAGES, WIRES, run};

/// The trained network: ONNX, operator set 13, input `input` of shape `[batch, 1, 16, 16]`, output `logits` of shape
/// `[batch, 10]`; its layers are `conv1`, `conv2`, `fc1` and `fc2`.
pub const NETWORK_ONNX: &[u8] = include_bytes!("../../demo/glyphs_cnn.onnx");

/// The network's description: how a raw pixel becomes an input (`input_scale`, `input_mean`, `input_std`), how the
/// network was made, and the accuracy it reaches in digital arithmetic.
pub const NETWORK_JSON: &str = include_str!("../../demo/glyphs_cnn.json");
