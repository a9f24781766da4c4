//! What an evaluation runs on.

use crate::datasets::Dataset;
use crate::preprocessing::Preprocessing;

/// The data of an evaluation.
#[derive(Debug, Clone, Copy)]
pub struct EvaluationData<'a> {
    /// What is classified.
    pub test: &'a Dataset,
    /// What calibrates the converters' ranges; the test set if there is nothing better.
    pub calibration: Option<&'a Dataset>,
    /// How raw samples become inputs of the network.
    pub preprocessing: &'a Preprocessing,
}

impl<'a> EvaluationData<'a> {
    /// The dataset whose first images calibrate, and its name.
    pub(super) fn calibrating(&self) -> (&'a Dataset, &'static str) {
        match self.calibration {
            Some(dataset) if !dataset.is_empty() => (dataset, "calibration"),
            _ => (self.test, "evaluated"),
        }
    }
}
