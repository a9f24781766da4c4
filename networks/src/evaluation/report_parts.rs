//! The parts of a report that come from the layers' results.

use ohmloom_devices::nonidealities::Effect;
use ohmloom_layouts::offsetting::OffsettingEffect;
use ohmloom_layouts::{MappedMatrix, NewtonStatistics};

use super::calibration::Calibration;
use super::operators::BlockErrors;
use super::report::{LayerReport, NonidealReport, NonlinearReport};
use super::{AnalogNetwork, EvaluationError};
use crate::inference::Logits;

impl AnalogNetwork<'_> {
    /// The layers, with their errors; `linear` are those of linear cells beside nonlinear ones.
    pub(super) fn layer_reports(
        &self,
        errors: &[BlockErrors],
        linear: Option<&[BlockErrors]>,
        calibration: &Calibration,
    ) -> Vec<LayerReport> {
        let report = |(index, errors): (usize, &BlockErrors)| {
            let groups = &self.matrices[index];
            LayerReport {
                name: self.network.layers()[index].name.clone(),
                rows: groups[0].mapped.inputs(),
                columns: groups[0].mapped.columns(),
                tiles: self.array_numbers(index..index + 1).len(),
                utilisation: self.utilisation(index..index + 1),
                relative_error: ratio(errors.error, errors.exact),
                linear_error: linear.map(|l| ratio(l[index].error, l[index].exact)),
                nonlinearity: linear.map(|_| ratio(errors.nonlinearity, errors.linear)),
                adc: calibration.profiles[index],
                correction: calibration.correction_report(index),
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
        let compared = Compared::of(nonlinear, linear, labels)?;
        Ok(NonlinearReport {
            linear_correct: compared.correct,
            linear_agree: compared.agree,
            output_difference: compared.difference,
            used_cells: matrices().map(MappedMatrix::used_cells).sum(),
            clipped_cells: matrices().map(MappedMatrix::clipped_cells).sum(),
            solves: newton.solves,
            newton_iterations: newton.newton_iterations,
            linear_iterations: newton.linear_iterations,
            output_error: newton.output_error,
        })
    }
}

impl AnalogNetwork<'_> {
    /// Tiles with non-idealities beside those without.
    pub(super) fn nonideal_report(
        &self,
        (nonideal, programmed): (&Logits, &Logits),
        labels: &[usize],
    ) -> Result<NonidealReport, EvaluationError> {
        let compared = Compared::of(nonideal, programmed, labels)?;
        let mut effects = Vec::new();
        let mut offsetting: Option<OffsettingEffect> = None;
        for matrix in self.matrices.iter().flatten() {
            Effect::add(&mut effects, matrix.mapped.effects());
            if let Some(effect) = matrix.mapped.offsetting_effect() {
                offsetting = Some(offsetting.unwrap_or_default().merge(effect));
            }
        }
        Ok(NonidealReport {
            programmed_correct: compared.correct,
            programmed_agree: compared.agree,
            output_difference: compared.difference,
            effects,
            offsetting,
        })
    }
}

/// Outputs of one evaluation beside those of a reference.
struct Compared {
    /// Images that the reference classifies correctly.
    correct: usize,
    /// Images that both put into the same class.
    agree: usize,
    /// Ratio of the Euclidean norms of the difference and the reference.
    difference: f64,
}

impl Compared {
    fn of(found: &Logits, reference: &Logits, labels: &[usize]) -> Result<Self, EvaluationError> {
        let classes = found.predictions()?;
        let agree = classes.iter().zip(reference.predictions()?);
        let pairs = found.values().iter().zip(reference.values());
        let (difference, norm) = pairs.fold((0.0, 0.0), |sums, (&a, &b)| {
            let (a, b) = (f64::from(a), f64::from(b));
            (sums.0 + (a - b) * (a - b), sums.1 + b * b)
        });
        Ok(Self {
            correct: reference.correct(labels)?,
            agree: agree.filter(|(a, b)| *a == b).count(),
            difference: ratio(difference, norm),
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
