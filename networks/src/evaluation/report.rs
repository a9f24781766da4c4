//! What an evaluation found.

use ohmloom_devices::nonidealities::Effect;
use ohmloom_layouts::AdcProfile;
use ohmloom_layouts::offsetting::OffsettingEffect;
use serde::Serialize;

use super::correction::CorrectionReport;
use super::settings::EvaluationSettings;
use crate::mapping::MappingReport;

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
    /// Largest relative Kirchhoff imbalance of any solve: those behind the transfer matrices, and with nonlinear cells all by Newton's
    /// method.
    pub kcl_relative: f64,
    /// Largest difference between transfer matrix (or Newton's method) and direct solution over the verified inputs, relative to the
    /// largest current of its tile; absent if none was verified.
    pub verify_max_relative: Option<f64>,
    /// What the nonlinearity of the cells costs; absent for linear ones.
    pub nonlinear: Option<NonlinearReport>,
    /// What the non-idealities of the tiles cost; absent without a list of them.
    pub nonideal: Option<NonidealReport>,
    /// The layers with weights, in the order of the network.
    pub layers: Vec<LayerReport>,
    /// Area, power, energy and latency of the hardware; absent without `[hardware]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hardware: Option<MappingReport>,
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
    /// Columns of the crossbar (of one group): two for each output, or one where weights are no pairs or the cells of a pair are on two arrays.
    pub columns: usize,
    /// Tiles of all groups; those shared with other layers count as well.
    pub tiles: usize,
    /// Share of these tiles' cells that belong to a weight of the layer.
    pub utilisation: f64,
    /// Error of the layer's outputs against exact arithmetic on the same inputs, as the ratio of Euclidean norms.
    pub relative_error: f64,
    /// The same for linear cells, on the inputs that the network has with these; absent where the cells are linear.
    pub linear_error: Option<f64>,
    /// Difference of the layer's outputs to those of linear cells on the same inputs, as the ratio of Euclidean norms; absent where the
    /// cells are linear.
    pub nonlinearity: Option<f64>,
    /// The currents of the calibration images beside the range of the ADCs; absent for ideal ADCs and where each vector has a range of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adc: Option<AdcProfile>,
    /// Scales and offsets of the outputs; absent without a correction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correction: Option<CorrectionReport>,
}

/// Nonlinear cells beside linear ones with the same currents at the read voltage (without wires), in the same arrays between the same
/// converters.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct NonlinearReport {
    /// Images classified correctly with linear cells.
    pub linear_correct: usize,
    /// Images that nonlinear and linear cells put into the same class.
    pub linear_agree: usize,
    /// Difference of the network's outputs to those with linear cells, as the ratio of Euclidean norms over all images.
    pub output_difference: f64,
    /// Cells that belong to a weight.
    pub used_cells: usize,
    /// Of these, cells whose conductance was out of reach, so that the nearest was programmed.
    pub clipped_cells: usize,
    /// Arrays solved by Newton's method; equal inputs of a tile within one batch count once.
    pub solves: u64,
    /// Newton iterations of all solves.
    pub newton_iterations: u64,
    /// Iterations of the linear solver in all of them.
    pub linear_iterations: u64,
    /// Largest bound of the error of an output current, relative to the largest terminal current of its array.
    pub output_error: f64,
}

/// Tiles with non-idealities beside tiles that are as programmed, with converters calibrated on each.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NonidealReport {
    /// Images classified correctly on tiles that are as programmed.
    pub programmed_correct: usize,
    /// Images that tiles with and without non-idealities put into the same class.
    pub programmed_agree: usize,
    /// Difference of the network's outputs to those of tiles that are as programmed, as the ratio of Euclidean norms over all images.
    pub output_difference: f64,
    /// What each entry of the list did, over all tiles.
    pub effects: Vec<Effect>,
    /// What offsetting found and did, over all tiles; absent without it.
    pub offsetting: Option<OffsettingEffect>,
}

/// Wall time of each stage, in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Seconds {
    /// Weights to conductances; with `offsetting = "extended"` or `"partners"` also the statistics of the inputs.
    pub programming: f64,
    /// Transfer matrices of all tiles.
    pub solving: f64,
    /// Finding the converters' ranges.
    pub calibrating: f64,
    /// The digital reference.
    pub digital: f64,
    /// The network on the arrays.
    pub evaluating: f64,
    /// The network on arrays of linear cells, beside nonlinear ones.
    pub linear: f64,
    /// The network on tiles without non-idealities, beside those with them: programming, solving, calibrating and evaluating.
    pub as_programmed: f64,
    /// The verification.
    pub checking: f64,
}
