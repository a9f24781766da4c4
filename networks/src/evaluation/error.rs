//! What can go wrong in an evaluation.

use ohmloom_layouts::LayoutError;
use ohmloom_peripherals::digital::DigitalError;

use crate::Error;

/// An evaluation that could not be set up or finished.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluationError {
    /// The configuration file is wrong.
    #[error("{path}: {reason}")]
    Settings {
        /// The file.
        path: String,
        /// What is wrong, and where.
        reason: String,
    },
    /// A setting is out of range.
    #[error("{reason}")]
    Value {
        /// Key, value, and what is allowed.
        reason: String,
    },
    /// The dataset has no samples.
    #[error("the dataset is empty: nothing to evaluate")]
    NoSamples,
    /// The network has no layer with constant weights.
    #[error(
        "{path}: no Conv, Gemm or MatMul with constant weights, so there is nothing to put on arrays"
    )]
    NoWeights {
        /// The network's file.
        path: String,
    },
    /// A layer whose converters cannot be calibrated.
    #[error(
        "layer {layer}: the calibration images give no signal at its inputs or its columns, so its converters have no range; use more calibration_images, or range = \"dynamic\" or \"fixed\""
    )]
    NoSignal {
        /// Name of the layer.
        layer: String,
    },
    /// A layer's input to verify was never seen.
    #[error(
        "layer {layer}: its input vectors do not belong to single samples (a reshape across the batch?), so none can be verified"
    )]
    NotRecorded {
        /// Name of the layer.
        layer: String,
    },
    /// A layer could not be put on tiles, or its tiles not be solved.
    #[error("layer {layer}: {source}")]
    Layout {
        /// Name of the layer.
        layer: String,
        /// What is wrong.
        source: Box<LayoutError>,
    },
    /// A layer's outputs could not be corrected.
    #[error("layer {layer}: correction: {source}")]
    Digital {
        /// Name of the layer.
        layer: String,
        /// What is wrong.
        source: DigitalError,
    },
    /// The network or the dataset.
    #[error(transparent)]
    Network(#[from] Error),
}
