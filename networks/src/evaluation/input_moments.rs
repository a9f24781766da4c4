//! The statistics of the layers' inputs.

use std::sync::{Arc, Mutex};

use ohmloom_layouts::Converters;
use ohmloom_layouts::offsetting::InputMoments;

use super::operators::{Stage, StageOperator};
use super::programmed::ProgrammedMatrix;
use super::{AnalogNetwork, BATCH, EvaluationData, EvaluationError, Progress, as_trait};
use crate::inference::Inference;

impl AnalogNetwork<'_> {
    /// Second moments of what the rows of each matrix see over the calibration images, all groups of all layers in their order. Products are exact.
    pub(super) fn input_moments(
        &self,
        data: EvaluationData<'_>,
        progress: &dyn Progress,
    ) -> Result<Vec<InputMoments>, EvaluationError> {
        let (dataset, _) = data.calibrating();
        if dataset.is_empty() {
            return Err(EvaluationError::NoSamples);
        }
        let images = self.settings.calibration_images.min(dataset.len());
        let operator = |matrix: &Arc<ProgrammedMatrix>| {
            let moments = InputMoments::new(matrix.mapped.inputs(), &self.settings.tile);
            Arc::new(StageOperator {
                matrix: Arc::clone(matrix),
                converters: Converters::ideal(1.0, 1.0),
                correction: None,
                stage: Stage::Moments(Mutex::new(moments)),
            })
        };
        let layers = self.matrices.iter();
        let operators: Vec<Vec<_>> = layers
            .map(|groups| groups.iter().map(operator).collect())
            .collect();
        let inference = Inference::analog(self.network, &as_trait(&operators), images, BATCH)?;
        progress.begin("statistics", inference.batches());
        // One batch after the other, so that sums have one order.
        for batch in 0..inference.batches() {
            inference.run_batch(batch, dataset, data.preprocessing)?;
            progress.step();
        }
        let groups = operators.iter().flatten();
        Ok(groups.filter_map(|group| group.moments()).collect())
    }
}
