//! Models: which card a name means, its parameters, and bins by length and width.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use ohmloom_devices::memristors::{KINDS, WORD_PARAMETERS};

use super::arrays::{ARRAY_KIND, word_value};
use super::tables::Tables;
use super::words::Words;
use super::{Elaborator, Failed, Model, ModelId, Parameter, Value};
use crate::deck::{LineText, Span};
use crate::diagnostics::Diagnostic;
use crate::numbers::parse_number;

/// Models that were read.
#[derive(Default)]
pub(super) struct ModelTable {
    /// By card and instance; the path is empty for cards without parameters of the instance, which all instances share.
    read: HashMap<(Span, String), ModelId>,
    /// Cards whose values are plain numbers.
    shared: HashMap<Span, ModelId>,
    wrong: HashSet<Span>,
}

/// A model card as seen from an instance.
#[derive(Clone, Copy)]
struct Found {
    card: Span,
    /// The frame whose parameters the card sees.
    frame: usize,
}

impl<'d> Elaborator<'d> {
    /// True when the innermost frame sees a model, or bins, with this name.
    pub(super) fn is_model(&mut self, name: &str) -> bool {
        self.find(|tables| tables.models.get(name).copied())
            .is_some()
            || self
                .find(|tables| tables.bins.get(name).map(|_| Span::default()))
                .is_some()
    }

    /// The model with a name, as seen from the innermost frame.
    pub(super) fn model(&mut self, name: LineText<'d>) -> Result<ModelId, Failed> {
        match self.find(|tables| tables.models.get(name.text).copied()) {
            Some(found) => self.read_model_at(found),
            None => self.unknown_model(name.text, name.span),
        }
    }

    /// The model that a parameter of another card names, as seen from the innermost frame.
    pub(super) fn model_named(&mut self, name: &str, span: Span) -> Result<ModelId, Failed> {
        match self.find(|tables| tables.models.get(name).copied()) {
            Some(found) => self.read_model_at(found),
            None => self.unknown_model(name, span),
        }
    }

    /// The model or bin for a device of a length and width in m.
    pub(super) fn binned_model(
        &mut self,
        name: LineText<'d>,
        length: Option<f64>,
        width: Option<f64>,
    ) -> Result<ModelId, Failed> {
        if let Some(found) = self.find(|tables| tables.models.get(name.text).copied()) {
            return self.read_model_at(found);
        }
        let mut bins: Vec<&'d str> = Vec::new();
        self.find(|tables| {
            let found = tables.bins.get(name.text)?;
            bins.clone_from(found);
            Some(Span::default())
        });
        if bins.is_empty() {
            return self.unknown_model(name.text, name.span);
        }
        let (Some(length), Some(width)) = (length, width) else {
            let message = format!(
                "the model `{}` has bins, so this device needs `l` and `w`",
                name.text
            );
            return self.fail(Diagnostic::error(name.span, message));
        };
        for bin in bins {
            let Some(found) = self.find(|tables| tables.models.get(bin).copied()) else {
                continue;
            };
            let id = self.read_model_at(found)?;
            let Some(model) = self.circuit.model(id) else {
                continue;
            };
            let bound = |name: &str, default: f64| model.number(name).unwrap_or(default);
            // The upper bounds belong to the next bin, but for the rounding of the last digit.
            let fits = |value: f64, low: f64, high: f64| {
                value >= low * (1.0 - 1e-9) && value < high * (1.0 - 1e-9)
                    || (value - low).abs() <= 1e-9 * low
            };
            if fits(length, bound("lmin", 0.0), bound("lmax", f64::INFINITY))
                && fits(width, bound("wmin", 0.0), bound("wmax", f64::INFINITY))
            {
                return Ok(id);
            }
        }
        let message = format!(
            "no bin of the model `{}` holds l={length:e} w={width:e}",
            name.text
        );
        self.fail(
            Diagnostic::error(name.span, message).help("see lmin, lmax, wmin and wmax of its bins"),
        )
    }

    /// Reads all models of the top level, so that errors are found even in unused ones.
    pub(super) fn read_all_models(&mut self) {
        let Some(tables) = self.frames.first().map(|frame| Rc::clone(&frame.tables)) else {
            return;
        };
        let mut cards: Vec<Span> = tables.models.values().copied().collect();
        cards.sort_by_key(|span| (span.file, span.start));
        for card in cards {
            if self.is_full() {
                return;
            }
            // Reported where it fails.
            let _ = self.read_model_at(Found { card, frame: 0 });
        }
    }

    fn unknown_model(&mut self, name: &str, span: Span) -> Result<ModelId, Failed> {
        let mut known: Vec<&'d str> = Vec::new();
        self.find(|tables| {
            known.extend(tables.models.keys());
            known.extend(tables.bins.keys());
            None
        });
        known.sort_unstable();
        let finding = Diagnostic::error(span, format!("unknown model `{name}`"))
            .did_you_mean(name, known.iter().copied());
        self.fail(finding)
    }

    /// Looks in the block of the innermost frame and in those around its definition.
    fn find(&mut self, mut look: impl FnMut(&Tables<'d>) -> Option<Span>) -> Option<Found> {
        let mut block = self.frames.last().map(|frame| frame.block);
        while let Some(index) = block {
            let frame = self.frames.iter().rposition(|frame| frame.block == index);
            let tables = self.tables_in_force(index);
            if let Some(card) = look(&tables) {
                return Some(Found {
                    card,
                    frame: frame.unwrap_or(0),
                });
            }
            block = self
                .deck
                .blocks
                .get(index as usize)
                .and_then(|block| block.parent);
        }
        None
    }

    /// The tables of a block with the conditions of the instance that is being expanded.
    pub(super) fn tables_in_force(&mut self, block: u32) -> Rc<Tables<'d>> {
        match self.frames.iter().rev().find(|frame| frame.block == block) {
            Some(frame) => Rc::clone(&frame.tables),
            None => self.tables_of(block),
        }
    }

    fn read_model_at(&mut self, found: Found) -> Result<ModelId, Failed> {
        if let Some(&id) = self.models.shared.get(&found.card) {
            return Ok(id);
        }
        let path = self
            .frames
            .get(found.frame)
            .map_or_else(String::new, |frame| frame.path.clone());
        let key = (found.card, path);
        if let Some(&id) = self.models.read.get(&key) {
            return Ok(id);
        }
        if self.models.wrong.contains(&found.card) {
            return Err(Failed);
        }
        // The card sees the parameters of its own frame only.
        let inner = self.frames.split_off(found.frame + 1);
        let result = self.read_model(found.card);
        self.frames.extend(inner);
        let Ok((mut model, plain)) = result else {
            self.models.wrong.insert(found.card);
            return Err(Failed);
        };
        let id = ModelId(self.circuit.models.len() as u32);
        if plain {
            self.models.shared.insert(found.card, id);
        } else {
            if !key.1.is_empty() {
                model.name = format!("{}:{}", key.1, model.name);
            }
            self.models.read.insert(key, id);
        }
        self.circuit.models.push(model);
        Ok(id)
    }

    /// Reads a `.model` card; also tells whether all its values are plain numbers.
    fn read_model(&mut self, card: Span) -> Result<(Model, bool), Failed> {
        let line = LineText::new(&self.deck.sources, card);
        let tokens = self.tokens_of(line)?;
        let mut words = Words::new(line, &tokens);
        words.skip(1);
        let result = self.read_model_words(&mut words);
        self.give_back(tokens);
        result
    }

    fn read_model_words(&mut self, words: &mut Words<'_, 'd>) -> Result<(Model, bool), Failed> {
        let span = words.line.span;
        let (Some(name), Some(kind)) = (words.word(), words.word()) else {
            return self.fail(Diagnostic::error(span, "a model needs a name and a type"));
        };
        if kind.text.starts_with("ako") {
            return self.fail(Diagnostic::error(
                kind.span,
                "`ako` models are not supported",
            ));
        }
        let mut model = Model {
            name: name.text.to_owned(),
            kind: kind.text.to_owned(),
            parameters: Vec::new(),
            span: name.span,
        };
        let mut plain = true;
        loop {
            words.skip_separators();
            if words.is_done() {
                break;
            }
            let place = words.here();
            let (name, value) = if let Some(name) = words.named() {
                if kind.text == ARRAY_KIND
                    && let Some(text) = word_value(name.text, words)
                {
                    model.parameters.push(self.array_word(name, text));
                    continue;
                }
                let Some(text) = words.value() else {
                    let message = format!("the parameter `{}` has no value", name.text);
                    return self.fail(Diagnostic::error(name.span, message));
                };
                if WORD_PARAMETERS.contains(&name.text) && KINDS.contains(&kind.text) {
                    (name, Value::Word(text.text.into()))
                } else if name.text == "version" {
                    // `4.8.1` is a version, not a number.
                    (
                        name,
                        Value::Number(parse_number(text.text).map_or(0.0, |(number, _)| number)),
                    )
                } else {
                    plain &= super::resolve::plain_number(text.text).is_some();
                    (name, self.read_value(text)?)
                }
            } else if let Some(name) = words
                .word()
                .filter(|name| name.text.starts_with(char::is_alphabetic))
            {
                (name, Value::Number(1.0))
            } else {
                let expected = Diagnostic::error(place, "expected `parameter = value`");
                return self.fail(expected);
            };
            model.parameters.push(Parameter {
                name: name.text.into(),
                value,
                span: name.span,
            });
        }
        Ok((model, plain))
    }
}
