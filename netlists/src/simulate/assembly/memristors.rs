//! N, and Xyce's YMEMRISTOR.

use ohmloom_devices::arrays::{UseMemristor, with_memristor};
use ohmloom_devices::memristors::{
    Choices, KINDS, Memristor, MemristorElement, PcmElement, apply_set, set_word,
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
        if model.kind == PcmElement::KIND {
            return self.phase_change(element, card, model);
        }
        with_model(
            OneMemristor {
                assembly: self,
                element,
                card,
                model,
            },
            element,
            model,
        )
    }
}

/// Hands the type of model that a card names to `user`.
pub(super) fn with_model<U: UseMemristor<Output = Result<(), Diagnostic>>>(
    user: U,
    element: &FlatElement,
    model: &Model,
) -> Result<(), Diagnostic> {
    with_memristor(&model.kind, user).unwrap_or_else(|| {
        let kind = &model.kind;
        let message = format!(
            "model `{}` is a `{kind}`, which an element `{}` cannot use",
            model.name, element.kind
        );
        let known = format!("memristors are {} and {XYCE_KIND}", KINDS.join(", "));
        Err(Diagnostic::error(element.span, message)
            .help(known)
            .did_you_mean(kind, KINDS))
    })
}

/// The parameters of memristors of a card, with those of a line.
pub(super) fn parameters_of<M: Memristor<K>, const K: usize>(
    model: &Model,
    line: &[Parameter],
    celsius: f64,
) -> Result<(M::Parameters, Choices), Diagnostic> {
    let mut parameters = M::Parameters::default();
    let mut choices = Choices::default();
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
    for parameter in line {
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
        let of_line = line.iter().rev().find(named);
        let of_card = model.parameters.iter().rev().find(named);
        let span = of_line.or(of_card).map_or(model.span, |found| found.span);
        return Err(wrong::<M, K>(span, &error, model));
    }
    Ok((parameters, choices))
}

/// The memristor of one line.
struct OneMemristor<'a, 'b> {
    assembly: &'a mut Assembly<'b>,
    element: &'a FlatElement,
    card: &'a Device,
    model: &'a Model,
}

impl UseMemristor for OneMemristor<'_, '_> {
    type Output = Result<(), Diagnostic>;

    fn with<M: Memristor<K>, const K: usize>(self) -> Result<(), Diagnostic> {
        let Self {
            assembly,
            element,
            card,
            model,
        } = self;
        let celsius = assembly.celsius();
        let (parameters, choices) = parameters_of::<M, K>(model, &card.parameters, celsius)?;
        let nodes = assembly.pair(element)?;
        let name = assembly.name(element);
        let draw = assembly.draw();
        let made = MemristorElement::<M, K>::new(name, nodes, parameters, choices, card.multiplier)
            .map(|made| made.with_draw(draw));
        assembly.put(element, made)
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
