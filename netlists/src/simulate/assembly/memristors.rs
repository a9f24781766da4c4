//! N, and Xyce's YMEMRISTOR.

use ohmloom_devices::memristors::{
    Choices, JartV1b, KINDS, LinearDrift, Memristor, MemristorElement, Messaris2018, Messaris2021,
    Mmss, PcmElement, Pershin, Simmons, StanfordPku, Team, Vteam, Yakopcic, apply_set, set_word,
};
use ohmloom_devices::parameters::{ParameterError, Parameters};

use super::Assembly;
use super::parameters::number;
use super::xyce_memristors::{XYCE_KIND, from_xyce};
use crate::deck::Span;
use crate::diagnostics::Diagnostic;
use crate::elaborate::{Device, FlatElement, Model, Parameter, Value};

impl Assembly<'_> {
    pub(super) fn memristor(
        &mut self,
        element: &FlatElement,
        card: &Device,
        model: &Model,
    ) -> Result<(), Diagnostic> {
        if model.kind == XYCE_KIND {
            let (model, instance) = from_xyce(model, &card.parameters)?;
            let card = Device {
                parameters: instance,
                ..card.clone()
            };
            return self.memristor_of_kind(element, &card, &model);
        }
        self.memristor_of_kind(element, card, model)
    }

    fn memristor_of_kind(
        &mut self,
        element: &FlatElement,
        card: &Device,
        model: &Model,
    ) -> Result<(), Diagnostic> {
        match model.kind.as_str() {
            LinearDrift::KIND => self.memristor_of::<LinearDrift, 1>(element, card, model),
            Team::KIND => self.memristor_of::<Team, 1>(element, card, model),
            Vteam::KIND => self.memristor_of::<Vteam, 1>(element, card, model),
            Simmons::KIND => self.memristor_of::<Simmons, 1>(element, card, model),
            Yakopcic::KIND => self.memristor_of::<Yakopcic, 1>(element, card, model),
            StanfordPku::KIND => self.memristor_of::<StanfordPku, 1>(element, card, model),
            JartV1b::KIND => self.memristor_of::<JartV1b, 3>(element, card, model),
            Mmss::KIND => self.memristor_of::<Mmss, 1>(element, card, model),
            Messaris2018::KIND => self.memristor_of::<Messaris2018, 1>(element, card, model),
            Messaris2021::KIND => self.memristor_of::<Messaris2021, 1>(element, card, model),
            Pershin::KIND => self.memristor_of::<Pershin, 1>(element, card, model),
            PcmElement::KIND => self.phase_change(element, card, model),
            kind => {
                let message = format!(
                    "model `{}` is a `{kind}`, which an element `{}` cannot use",
                    model.name, element.kind
                );
                let known = format!("memristors are {} and {XYCE_KIND}", KINDS.join(", "));
                Err(Diagnostic::error(element.span, message)
                    .help(known)
                    .did_you_mean(kind, KINDS))
            }
        }
    }

    fn memristor_of<M: Memristor<K>, const K: usize>(
        &mut self,
        element: &FlatElement,
        card: &Device,
        model: &Model,
    ) -> Result<(), Diagnostic> {
        let mut parameters = M::Parameters::default();
        let mut choices = Choices::default();
        let celsius = self.celsius();
        let is_set = |parameter: &&Parameter| &*parameter.name == "set";
        for parameter in model.parameters.iter().filter(is_set) {
            let name = parameter.value.word().unwrap_or_default();
            apply_set::<M, K>(name, &mut parameters, &mut choices)
                .map_err(|error| wrong::<M, K>(parameter.span, &error, model))?;
        }
        for parameter in model.parameters.iter().filter(|other| !is_set(other)) {
            match &parameter.value {
                Value::Word(word) => set_word::<M, K>(&parameter.name, word, &mut choices),
                _ => parameters.set(&parameter.name, number(parameter, celsius)?),
            }
            .map_err(|error| wrong::<M, K>(parameter.span, &error, model))?;
        }
        for parameter in &card.parameters {
            if &*parameter.name != M::INITIAL {
                let message = format!(
                    "a `{}` starts at `{}`, not at `{}`",
                    model.kind,
                    M::INITIAL,
                    parameter.name
                );
                return Err(Diagnostic::error(parameter.span, message));
            }
            parameters
                .set(&parameter.name, number(parameter, celsius)?)
                .map_err(|error| wrong::<M, K>(parameter.span, &error, model))?;
        }
        // Checked here already, to say at which place of the card or of the line the parameter stands.
        if let Err(error) = M::new(&parameters, choices) {
            let named = |parameter: &&Parameter| match &error {
                ParameterError::OutOfRange { name, .. } | ParameterError::Word { name, .. } => {
                    **name == *parameter.name
                }
                _ => false,
            };
            let of_line = card.parameters.iter().rev().find(named);
            let of_card = model.parameters.iter().rev().find(named);
            let span = of_line.or(of_card).map_or(model.span, |found| found.span);
            return Err(wrong::<M, K>(span, &error, model));
        }
        let nodes = self.pair(element)?;
        let name = self.name(element);
        let made = MemristorElement::<M, K>::new(name, nodes, parameters, choices, card.multiplier)
            .map(|made| made.with_draw(self.draw()));
        self.put(element, made)
    }
}

/// What is wrong with a parameter of a memristor's card or line, and what may have been meant.
fn wrong<M: Memristor<K>, const K: usize>(
    span: Span,
    error: &ParameterError,
    model: &Model,
) -> Diagnostic {
    let message = format!("model `{}` ({}): {error}", model.name, model.kind);
    let finding = Diagnostic::error(span, message);
    match error {
        ParameterError::Unknown { name } => {
            let words = M::WORDS.iter().map(|parameter| parameter.name);
            let known = M::Parameters::names().iter().copied();
            finding.did_you_mean(name, known.chain(words))
        }
        ParameterError::Word { word, known, .. } => {
            finding.did_you_mean(word, known.iter().copied())
        }
        _ => finding,
    }
}
