//! The parts of a report that come from the layers' results.

use ohmloom_layouts::MappedMatrix;
use ohmloom_layouts::NewtonStatistics;

use super::operators::BlockErrors;
use super::report::{LayerReport, NonlinearReport};
use super::{AnalogNetwork, EvaluationError, utilisation};
use crate::inference::Logits;

impl AnalogNetwork<'_> {
    /// The layers, with their errors; `linear` are those of linear cells beside nonlinear ones.
    pub(super) fn layer_reports(
        &self,
        errors: &[BlockErrors],
        linear: Option<&[BlockErrors]>,
    ) -> Vec<LayerReport> {
        let report = |(index, errors): (usize, &BlockErrors)| {
            let groups = &self.matrices[index];
            let mapped = || groups.iter().map(|group| &group.mapped);
            LayerReport {
                name: self.network.layers()[index].name.clone(),
                rows: groups[0].mapped.inputs(),
                columns: 2 * groups[0].mapped.outputs(),
                tiles: mapped().map(|matrix| matrix.tiles().len()).sum(),
                utilisation: utilisation(mapped()),
                relative_error: ratio(errors.error, errors.exact),
                linear_error: linear.map(|l| ratio(l[index].error, l[index].exact)),
                nonlinearity: linear.map(|_| ratio(errors.nonlinearity, errors.linear)),
            }
        };
        errors.iter().enumerate().map(report).collect()
    }

    /// Nonlinear cells beside linear ones.
    pub(super) fn nonlinear_report(
        &self,
        (nonlinear, linear): (&Logits, &Logits),
        errors: &[BlockErrors],
        labels: &[usize],
    ) -> Result<NonlinearReport, EvaluationError> {
        let newton = errors
            .iter()
            .map(|layer| layer.newton)
            .fold(NewtonStatistics::default(), NewtonStatistics::merge);
        let matrices = || self.matrices.iter().flatten().map(|matrix| &matrix.mapped);
        let agree = nonlinear.predictions()?;
        let agree = agree.iter().zip(linear.predictions()?);
        let pairs = nonlinear.values().iter().zip(linear.values());
        let (difference, norm) = pairs.fold((0.0, 0.0), |sums, (&a, &b)| {
            let (a, b) = (f64::from(a), f64::from(b));
            (sums.0 + (a - b) * (a - b), sums.1 + b * b)
        });
        Ok(NonlinearReport {
            linear_correct: linear.correct(labels)?,
            linear_agree: agree.filter(|(a, b)| *a == b).count(),
            output_difference: ratio(difference, norm),
            used_cells: matrices().map(MappedMatrix::used_cells).sum(),
            clipped_cells: matrices().map(MappedMatrix::clipped_cells).sum(),
            solves: newton.solves,
            newton_iterations: newton.newton_iterations,
            linear_iterations: newton.linear_iterations,
            output_error: newton.output_error,
        })
    }
}

/// Ratio of norms from their squares; 0 where there is nothing to compare with.
fn ratio(error: f64, norm: f64) -> f64 {
    if norm > 0.0 {
        (error / norm).sqrt()
    } else {
        0.0
    }
}
