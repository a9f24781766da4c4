//! Neural networks for Ohmloom: ONNX import, digital reference, analog lowering and datasets.
//!
//! The way of one inference:
//!
//! 1. [`Network::load`] reads an ONNX file and finds every node with constant weights (`Conv`, `Gemm`, `MatMul`);
//!    each becomes a [`WeightLayer`] with one `[out][in]` matrix per group.
//! 2. The caller builds one [`LinearOperator`] per layer and group: a crossbar model, or [`ExactOperator`].
//! 3. [`Network::analog_plan`] replaces those nodes by the operators; everything between them (activations, pooling,
//!    normalisation, additions) stays digital and runs in tract. [`Network::digital_plan`] runs the unmodified
//!    network in 32-bit floating point: the reference.
//! 4. [`Inference`] runs a [`Dataset`] through a plan in fixed batches, on as many threads as the current rayon pool
//!    has. The partition into batches never depends on the threads, so neither does any result.
//!
//! ```no_run
//! use ohmloom_networks::{DataSource, Inference, Network, Preprocessing};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let network = Network::load("mnist_lenet5.onnx")?;
//! let dataset = "mnist:data/mnist".parse::<DataSource>()?.load()?;
//! let preprocessing = Preprocessing::beside("mnist_lenet5.onnx")?.unwrap_or_default();
//! let inference = Inference::digital(&network, dataset.len(), 100)?;
//! let logits = inference.run(&dataset, &preprocessing)?;
//! println!("{} of {} correct", logits.correct(dataset.labels())?, dataset.len());
//! # Ok(())
//! # }
//! ```

pub mod datasets;
mod error;
pub mod evaluation;
mod inference;
mod layer;
mod lowering;
pub mod mapping;
mod network;
mod onnx;
mod patches;
mod plan;
mod preprocessing;

pub use datasets::{DataSource, Dataset, Samples};
pub use error::{Error, OperatorError};
pub use inference::{Inference, Logits, argmax};
pub use layer::{
    ConvGeometry, DenseGeometry, ExactOperator, LayerKind, LinearOperator, Operators, VectorBlock,
    WeightLayer, WeightMatrix,
};
pub use network::Network;
pub use plan::{LayerOutput, LayerPlan, Plan};
pub use preprocessing::Preprocessing;
