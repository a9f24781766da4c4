//! Named values of element lines and model cards into parameter sets.

use ohmloom_devices::parameters::Parameters;

use super::super::temperature::value_at;
use super::Assembly;
use crate::diagnostics::{Diagnostic, suggest};
use crate::elaborate::{Model, Parameter, Value};

/// The number of a parameter that must be one, at the ambient temperature.
pub(super) fn number(parameter: &Parameter, celsius: f64) -> Result<f64, Diagnostic> {
    let value = match &parameter.value {
        Value::Number(number) => Some(*number),
        Value::Expression(expression) => value_at(expression, celsius),
        Value::Word(_) => None,
    };
    value.ok_or_else(|| {
        Diagnostic::error(
            parameter.span,
            format!(
                "{} must be a number here, it cannot depend on voltages, currents or time",
                parameter.name
            ),
        )
    })
}

/// Sets the parameters of an element line; unknown ones are errors.
pub(super) fn instance<P: Parameters>(
    set: &mut P,
    parameters: &[Parameter],
    celsius: f64,
) -> Result<(), Diagnostic> {
    for parameter in parameters {
        let value = number(parameter, celsius)?;
        if set.set(&parameter.name, value).is_err() {
            let mut finding = Diagnostic::error(
                parameter.span,
                format!("unknown parameter `{}`", parameter.name),
            );
            if let Some(known) = suggest(&parameter.name, P::names().iter().copied()) {
                finding = finding.help(format!("did you mean `{known}`?"));
            }
            return Err(finding);
        }
    }
    Ok(())
}

impl Assembly<'_> {
    /// Ambient temperature.
    pub(super) fn celsius(&self) -> f64 {
        self.settings.temperature - 273.15
    }

    /// The parameter set of a model card; names it does not know are warnings, as in ngspice. `skip` are names that were used otherwise.
    pub(super) fn card<P: Parameters>(
        &mut self,
        model: &Model,
        skip: &[&str],
    ) -> Result<P, Diagnostic> {
        let mut set = P::default();
        // The circuit's nominal temperature, unless the card has its own.
        let _ = set.set("tnom", self.settings.tnom);
        for parameter in &model.parameters {
            if skip.contains(&&*parameter.name) {
                continue;
            }
            let value = number(parameter, self.celsius())?;
            if set.set(&parameter.name, value).is_err() {
                let mut finding = Diagnostic::warning(
                    parameter.span,
                    format!(
                        "model `{}` ({}) has no parameter `{}`; it is ignored",
                        model.name, model.kind, parameter.name
                    ),
                );
                if let Some(known) = suggest(&parameter.name, P::names().iter().copied()) {
                    finding = finding.help(format!("did you mean `{known}`?"));
                }
                if !self.findings.contains(&finding) {
                    self.findings.push(finding);
                }
            }
        }
        Ok(set)
    }
}
