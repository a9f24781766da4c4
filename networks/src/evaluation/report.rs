//! What an evaluation found.

use serde::Serialize;

use super::settings::EvaluationSettings;

/// Result of an evaluation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EvaluationReport {
    /// Images evaluated.
    pub images: usize,
    /// Of these, classified correctly by the digital reference (32-bit floating point).
    pub digital_correct: usize,
    /// Of these, classified correctly on the arrays.
    pub analog_correct: usize,
    /// Images that both put into the same class.
    pub agree: usize,
    /// Tiles of all layers.
    pub tiles: usize,
    /// Share of the tiles' cells that belong to a weight.
    pub utilisation: f64,
    /// Largest relative Kirchhoff imbalance of any solve behind a transfer matrix.
    pub kcl_relative: f64,
    /// Largest difference between transfer matrix and direct solution over the verified inputs, relative to the largest current of
    /// its tile; absent if none was verified.
    pub verify_max_relative: Option<f64>,
    /// The layers with weights, in the order of the network.
    pub layers: Vec<LayerReport>,
    /// Wall time of each stage.
    pub seconds: Seconds,
    /// Which images calibrated the converters.
    pub calibration: String,
    /// The complete configuration.
    pub settings: EvaluationSettings,
    /// Version of Ohmloom.
    pub version: &'static str,
}

/// One layer with weights.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LayerReport {
    /// Name of its node.
    pub name: String,
    /// Rows of the crossbar (of one group), the bias row included.
    pub rows: usize,
    /// Columns of the crossbar (of one group): two for each output.
    pub columns: usize,
    /// Tiles of all groups.
    pub tiles: usize,
    /// Share of these tiles' cells that belong to a weight.
    pub utilisation: f64,
    /// Error of the layer's outputs against exact arithmetic on the same inputs, as the ratio of Euclidean norms.
    pub relative_error: f64,
}

/// Wall time of each stage, in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Seconds {
    /// Weights to conductances.
    pub programming: f64,
    /// Transfer matrices of all tiles.
    pub solving: f64,
    /// Finding the converters' ranges.
    pub calibrating: f64,
    /// The digital reference.
    pub digital: f64,
    /// The network on the arrays.
    pub evaluating: f64,
    /// Measuring the layers' relative errors, and the verification.
    pub checking: f64,
}
