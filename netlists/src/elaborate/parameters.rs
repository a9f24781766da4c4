//! Parameters: scopes, order-independent evaluation, overrides.
//!
//! A name is looked for in the innermost instance first, then in the instances around it, then at the top level. Inside
//! one scope definitions may stand in any order. The value that an instance gives to a parameter sees the scope around the
//! instance, and the parameters of the subcircuit that stand before it.

use std::rc::Rc;

use super::tables::Tables;
use super::{Elaborator, Failed};
use crate::deck::LineText;
use crate::diagnostics::Diagnostic;

/// How many parameters may wait for each other.
const CHAIN_LIMIT: usize = 300;

/// A scope: the top level, or an instance of a subcircuit that is being expanded.
#[derive(Clone, Debug)]
pub(super) struct Frame<'d> {
    pub(super) block: u32,
    /// `x1.x2`; empty at the top.
    pub(super) path: String,
    pub(super) tables: Rc<Tables<'d>>,
    /// Formal nodes and the nodes that they are connected to.
    pub(super) ports: Vec<(&'d str, u32)>,
    /// How many copies of this instance are in parallel.
    pub(super) multiplier: f64,
    /// For each parameter of the tables the value.
    values: Vec<State<'d>>,
}

/// How far a parameter is evaluated.
#[derive(Clone, Copy, Debug)]
enum State<'d> {
    /// The default of the definition is to be used.
    Default,
    /// The instance gives this value.
    Given(LineText<'d>),
    /// In work.
    Busy,
    /// Evaluated.
    Known(f64),
    /// Wrong, which was reported.
    Wrong,
}

/// Where an expression stands, for the names in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    /// The frame.
    pub(super) frame: usize,
    /// The parameter that is being evaluated, and whether an instance gives its value.
    parameter: Option<(usize, bool)>,
}

impl<'d> Frame<'d> {
    pub(super) fn new(block: u32, path: String, tables: Rc<Tables<'d>>) -> Self {
        let values = vec![State::Default; tables.parameters.len()];
        Self {
            block,
            path,
            tables,
            ports: Vec::new(),
            multiplier: 1.0,
            values,
        }
    }

    /// Makes room for parameters that conditions have added.
    pub(super) fn fit_parameters(&mut self) {
        self.values
            .resize(self.tables.parameters.len(), State::Default);
    }

    /// Sets parameters of the top level from outside.
    pub(super) fn override_parameters(&mut self, parameters: &[(String, f64)]) {
        for (name, value) in parameters {
            let index = self
                .tables
                .parameter_index
                .get(name.to_ascii_lowercase().as_str());
            if let Some(state) = index.and_then(|&index| self.values.get_mut(index)) {
                *state = State::Known(*value);
            }
        }
    }

    /// Sets a parameter to the text that an instance gives; false when there is no such parameter.
    pub(super) fn give(&mut self, name: &str, value: LineText<'d>) -> bool {
        self.set(name, State::Given(value))
    }

    /// Sets a parameter to a number; false when there is no such parameter.
    pub(super) fn give_number(&mut self, name: &str, value: f64) -> bool {
        self.set(name, State::Known(value))
    }

    fn set(&mut self, name: &str, state: State<'d>) -> bool {
        let index = self.tables.parameter_index.get(name).copied();
        match index.and_then(|index| self.values.get_mut(index)) {
            Some(slot) => {
                *slot = state;
                true
            }
            None => false,
        }
    }
}

impl<'d> Elaborator<'d> {
    /// The context of the innermost frame.
    pub(super) fn here(&self) -> Context {
        Context {
            frame: self.frames.len().saturating_sub(1),
            parameter: None,
        }
    }

    /// Reports overrides of parameters that the deck does not have. They may stand in conditions or name what only some
    /// decks have, so that this is a warning.
    pub(super) fn check_overrides(&mut self) {
        let Some(tables) = self.frames.first().map(|frame| Rc::clone(&frame.tables)) else {
            return;
        };
        let overrides = self.overrides;
        for (name, _) in &overrides.parameters {
            let lower = name.to_ascii_lowercase();
            if !tables.parameter_index.contains_key(lower.as_str()) && !tables.conditional {
                let mut finding = Diagnostic::without_place(format!(
                    "the parameter `{name}` is set from outside, but the deck has no such parameter"
                ))
                .did_you_mean(&lower, tables.parameter_index.keys().copied());
                finding.severity = crate::diagnostics::Severity::Error;
                self.report(finding);
            }
        }
    }

    /// Evaluates all parameters of the innermost frame, so that errors are found even in unused ones.
    pub(super) fn evaluate_parameters(&mut self) {
        let frame = self.frames.len().saturating_sub(1);
        let overrides = self.overrides;
        if frame == 0
            && let Some(top) = self.frames.first_mut()
        {
            // Again, for parameters that conditions have added.
            top.override_parameters(&overrides.parameters);
        }
        let count = self.frames.get(frame).map_or(0, |frame| frame.values.len());
        for index in 0..count {
            if self.is_full() {
                return;
            }
            // Reported where it fails.
            let _ = self.evaluate_parameter(frame, index);
        }
    }

    /// The names and values of the top level's parameters.
    pub(super) fn export_parameters(&mut self) {
        let Some(top) = self.frames.first() else {
            return;
        };
        let known =
            top.tables
                .parameters
                .iter()
                .zip(&top.values)
                .filter_map(|(definition, state)| match state {
                    State::Known(value) => Some((definition.name.text.to_owned(), *value)),
                    _ => None,
                });
        self.circuit.parameters = known.collect();
    }

    /// The value of a parameter as seen from a context; `None` when there is no such parameter.
    pub(super) fn parameter(
        &mut self,
        name: &str,
        context: Context,
    ) -> Result<Option<f64>, Failed> {
        let mut later = None;
        for frame in (0..=context.frame).rev() {
            let Some(index) = self
                .frames
                .get(frame)
                .and_then(|frame| frame.tables.parameter_index.get(name).copied())
            else {
                continue;
            };
            match context.parameter {
                // `r={r}` means the `r` outside.
                Some((own, _)) if frame == context.frame && own == index && frame > 0 => {}
                Some((own, true)) if frame == context.frame && index > own => {
                    later = Some((frame, index));
                }
                _ => return self.evaluate_parameter(frame, index).map(Some),
            }
        }
        match later {
            Some((frame, index)) => self.evaluate_parameter(frame, index).map(Some),
            None => Ok(None),
        }
    }

    /// True when the innermost frame sees a parameter with this name.
    pub(super) fn is_parameter(&self, name: &str) -> bool {
        self.frames
            .iter()
            .any(|frame| frame.tables.parameter_index.contains_key(name))
    }

    /// The names of the parameters that are seen here, for suggestions.
    pub(super) fn parameter_names(&self) -> impl Iterator<Item = &'d str> {
        self.frames
            .iter()
            .flat_map(|frame| frame.tables.parameter_index.keys().copied())
    }

    fn evaluate_parameter(&mut self, frame: usize, index: usize) -> Result<f64, Failed> {
        let Some(scope) = self.frames.get_mut(frame) else {
            return Err(Failed);
        };
        let Some(&definition) = scope.tables.parameters.get(index) else {
            return Err(Failed);
        };
        let Some(state) = scope.values.get_mut(index) else {
            return Err(Failed);
        };
        let (text, given) = match *state {
            State::Known(value) => return Ok(value),
            State::Wrong => return Err(Failed),
            State::Busy => {
                *state = State::Wrong;
                return self.cycle(definition.name);
            }
            State::Default => (definition.value, false),
            State::Given(text) => (text, true),
        };
        *state = State::Busy;
        if self.evaluating.len() >= CHAIN_LIMIT {
            let message = format!("more than {CHAIN_LIMIT} parameters wait for each other");
            return self.fail(Diagnostic::error(definition.name.span, message));
        }
        self.evaluating.push(definition.name);
        let value = self.constant_in(
            text,
            Context {
                frame,
                parameter: Some((index, given)),
            },
        );
        self.evaluating.pop();
        if let Some(state) = self
            .frames
            .get_mut(frame)
            .and_then(|frame| frame.values.get_mut(index))
        {
            *state = value.map_or(State::Wrong, State::Known);
        }
        value
    }

    fn cycle(&mut self, name: LineText<'d>) -> Result<f64, Failed> {
        let from = self
            .evaluating
            .iter()
            .rposition(|other| other.text == name.text)
            .unwrap_or(0);
        let mut chain: Vec<&str> = self
            .evaluating
            .iter()
            .skip(from)
            .map(|name| name.text)
            .take(10)
            .collect();
        chain.push(name.text);
        let message = format!("parameters depend on each other: {}", chain.join(" -> "));
        self.fail(Diagnostic::error(name.span, message))
    }
}
