//! N with a `pcm` model: phase-change cells.

use ohmloom_devices::memristors::{Draw, PcmElement, PcmParameters};
use ohmloom_devices::nonidealities::PcmModel;
use ohmloom_devices::parameters::{ParameterError, Parameters as _};

use super::Assembly;
use super::parameters::number;
use crate::deck::Span;
use crate::diagnostics::Diagnostic;
use crate::elaborate::{Device, FlatElement, Model, Parameter, Value};

/// The names of the target on the element's line.
const TARGETS: [&str; 2] = ["x0", "g"];

impl Assembly<'_> {
    pub(super) fn phase_change(
        &mut self,
        element: &FlatElement,
        card: &Device,
        model: &Model,
    ) -> Result<(), Diagnostic> {
        let celsius = self.celsius();
        let mut statistics = PcmModel::Nandakumar2019;
        let mut parameters = PcmParameters::default();
        for parameter in &model.parameters {
            match &parameter.value {
                Value::Word(word) if &*parameter.name == "model" => {
                    statistics = PcmModel::from_name(word)
                        .ok_or_else(|| unknown_statistics(parameter, word))?;
                }
                Value::Word(_) => return Err(unknown(parameter, model)),
                _ => parameters
                    .set(&parameter.name, number(parameter, celsius)?)
                    .map_err(|_| unknown(parameter, model))?,
            }
        }
        if !card.parameters.is_empty() {
            parameters.forget_target();
        }
        for parameter in &card.parameters {
            if !TARGETS.contains(&&*parameter.name) {
                let message = format!(
                    "the target of a `pcm` is `x0` or `g`, not `{}`",
                    parameter.name
                );
                return Err(Diagnostic::error(parameter.span, message));
            }
            parameters
                .set(&parameter.name, number(parameter, celsius)?)
                .map_err(|_| unknown(parameter, model))?;
        }
        // Checked here already, to say at which place of the card or of the line the parameter stands.
        if let Err(error) = parameters.check(statistics) {
            let span = place_of(&error, card, model);
            let message = format!("model `{}` (pcm): {error}", model.name);
            return Err(Diagnostic::error(span, message));
        }
        let nodes = self.pair(element)?;
        let made = PcmElement::new(
            self.name(element),
            nodes,
            (statistics, parameters),
            card.multiplier,
            self.draw(),
        );
        self.put(element, made)
    }

    /// The random numbers of this run.
    pub(super) fn draw(&self) -> Draw {
        Draw {
            seed: self.flat.seed,
            trial: self.flat.trial,
        }
    }
}

/// Where the parameter stands that an error is about: on the line, on the card, or nowhere.
fn place_of(error: &ParameterError, card: &Device, model: &Model) -> Span {
    let ParameterError::OutOfRange { name, .. } = error else {
        return model.span;
    };
    let is_it = |parameter: &&Parameter| *parameter.name == **name;
    let of_line = card.parameters.iter().rev().find(is_it);
    let of_card = model.parameters.iter().rev().find(is_it);
    of_line.or(of_card).map_or(model.span, |found| found.span)
}

fn unknown(parameter: &Parameter, model: &Model) -> Diagnostic {
    let name = &parameter.name;
    let message = format!("model `{}` (pcm): unknown parameter `{name}`", model.name);
    let known = PcmParameters::names().iter().copied().chain(["model"]);
    Diagnostic::error(parameter.span, message).did_you_mean(name, known)
}

fn unknown_statistics(parameter: &Parameter, word: &str) -> Diagnostic {
    let names = PcmModel::NAMES.map(|(name, _)| name);
    let message = format!("model = {word}: must be one of {}", names.join(", "));
    Diagnostic::error(parameter.span, message).did_you_mean(word, names)
}
