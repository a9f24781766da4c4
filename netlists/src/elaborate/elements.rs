//! Element lines: the letter decides how the rest is read.

use super::arrays::ARRAY;
use super::devices::XYCE_MEMRISTOR;
use super::words::Words;
use super::{
    ELEMENT_LIMIT, Elaborator, ElementCard, Failed, FlatElement, NODE_LIMIT, Parameter, Value,
};
use crate::deck::{LineText, Span};
use crate::diagnostics::Diagnostic;

/// Name and nodes of an element that is being read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) name: u32,
    first_node: u32,
}

impl<'d> Elaborator<'d> {
    /// Reads an element line of the innermost frame.
    pub(super) fn element(&mut self, span: Span) -> Result<(), Failed> {
        let line = LineText::new(&self.deck.sources, span);
        let letter = line.text.chars().next().unwrap_or(' ');
        if letter == 'x' {
            return self.instance(line);
        }
        if self.circuit.elements.len() >= ELEMENT_LIMIT {
            let message = format!("the circuit has more than {ELEMENT_LIMIT} elements");
            self.errors = super::ERROR_LIMIT;
            return self.fail(Diagnostic::error(span, message));
        }
        let tokens = self.tokens_of(line)?;
        let result = self.element_words(letter, &mut Words::new(line, &tokens));
        self.give_back(tokens);
        result
    }

    fn element_words(&mut self, letter: char, words: &mut Words<'_, 'd>) -> Result<(), Failed> {
        let nodes = self.circuit.node_lists.len();
        let result = match letter {
            'r' | 'c' | 'l' => self.passive(letter, words),
            'v' | 'i' => self.source(words),
            'e' | 'f' | 'g' | 'h' => self.controlled(letter, words),
            'b' => self.behavioural(words),
            's' | 'w' => self.switch(letter, words),
            'k' => self.coupling(words),
            'd' | 'q' | 'j' | 'm' | 'n' => self.device(letter, words),
            'y' if words.peek_word() == Some(XYCE_MEMRISTOR) => self.xyce_memristor(words),
            'y' if words.peek_word() == Some(ARRAY) => self.array(words),
            _ => self.unsupported(letter, words),
        };
        if result.is_err() {
            self.circuit.node_lists.truncate(nodes);
        }
        let (head, card) = result?;
        self.add_element(letter, head, card, words.line.span, nodes)
    }

    fn unsupported(
        &mut self,
        letter: char,
        words: &Words<'_, 'd>,
    ) -> Result<(Head, ElementCard), Failed> {
        let span = words.line.span;
        let place = span.part(0, letter.len_utf8());
        let what = match letter {
            'a' => "code models (A)",
            'o' => "lossy transmission lines (O)",
            'p' => "coupled transmission lines (P)",
            't' => "transmission lines (T)",
            'u' => "distributed RC lines (U)",
            'y' => "single lossy transmission lines (Y)",
            'z' => "MESFETs (Z)",
            _ => {
                let message = format!("unknown element letter `{letter}`");
                let help =
                    "an element line starts with one of b c d e f g h i j k l m n q r s v w x";
                return self.fail(Diagnostic::error(place, message).help(help));
            }
        };
        self.fail(Diagnostic::error(
            place,
            format!("{what} are not supported"),
        ))
    }

    fn add_element(
        &mut self,
        kind: char,
        head: Head,
        card: ElementCard,
        span: Span,
        first: usize,
    ) -> Result<(), Failed> {
        let count = self.circuit.node_lists.len() - first;
        if count > NODE_LIMIT || u32::try_from(self.circuit.node_lists.len()).is_err() {
            return self.fail(Diagnostic::error(
                span,
                "this element, or the circuit, has too many nodes",
            ));
        }
        let index = self.circuit.elements.len() as u32;
        if let Some(slot) = self.circuit.element_index.get_mut(head.name as usize) {
            if *slot != u32::MAX {
                let name = self.circuit.element_names.name(head.name).to_owned();
                let earlier = self
                    .circuit
                    .elements
                    .get(*slot as usize)
                    .map(|element| element.span);
                let place = earlier.and_then(|span| self.deck.sources.location(span));
                let mut finding =
                    Diagnostic::error(span, format!("the element `{name}` exists already"));
                if let Some(place) = place {
                    finding =
                        finding.help(format!("it was defined at {}:{}", place.file, place.line));
                }
                self.circuit.node_lists.truncate(first);
                return self.fail(finding);
            }
            *slot = index;
        }
        self.circuit.elements.push(FlatElement {
            name: head.name,
            first_node: head.first_node,
            node_count: count as u8,
            kind,
            span,
            card,
        });
        Ok(())
    }

    /// The name and the first nodes of an element.
    pub(super) fn head(&mut self, words: &mut Words<'_, 'd>, nodes: usize) -> Result<Head, Failed> {
        let Some(name) = words.word() else {
            return self.fail(Diagnostic::error(
                words.line.span,
                "an element needs a name",
            ));
        };
        self.head_named(name.text, name.span, words, nodes)
    }

    /// The first nodes of an element whose name is known.
    pub(super) fn head_named(
        &mut self,
        name: &str,
        span: Span,
        words: &mut Words<'_, 'd>,
        nodes: usize,
    ) -> Result<Head, Failed> {
        let head = Head {
            name: self.element_name(name, span)?,
            first_node: self.circuit.node_lists.len() as u32,
        };
        for _ in 0..nodes {
            self.add_node(words)?;
        }
        Ok(head)
    }

    /// One more node of the element.
    pub(super) fn add_node(&mut self, words: &mut Words<'_, 'd>) -> Result<(), Failed> {
        let node = self.next_node(words)?;
        self.circuit.node_lists.push(node);
        Ok(())
    }

    /// A node that is not one of the element's own, such as a controlling one.
    pub(super) fn next_node(&mut self, words: &mut Words<'_, 'd>) -> Result<u32, Failed> {
        match words.word() {
            Some(name) => self.node(name),
            None => self.fail(
                Diagnostic::error(words.here(), "a node is missing").labelled("expected a node"),
            ),
        }
    }

    /// The number that comes next.
    pub(super) fn next_number(
        &mut self,
        words: &mut Words<'_, 'd>,
        what: &str,
    ) -> Result<f64, Failed> {
        let text = self.next_value_text(words, what)?;
        self.constant(text)
    }

    /// The number or expression that comes next.
    pub(super) fn next_value(
        &mut self,
        words: &mut Words<'_, 'd>,
        what: &str,
    ) -> Result<Value, Failed> {
        let text = self.next_value_text(words, what)?;
        self.read_value(text)
    }

    pub(super) fn next_value_text(
        &mut self,
        words: &mut Words<'_, 'd>,
        what: &str,
    ) -> Result<LineText<'d>, Failed> {
        let place = words.here();
        match words.value() {
            Some(text) => Ok(text),
            None => self.fail(Diagnostic::error(place, format!("{what} is missing"))),
        }
    }

    /// `name = value` pairs to the end of the line: `m` is multiplied into the element, the others are collected. Words
    /// that stand alone are errors.
    pub(super) fn tail(
        &mut self,
        words: &mut Words<'_, 'd>,
        known: &[&str],
        parameters: &mut Vec<Parameter>,
        multiplier: &mut Multiplier,
    ) -> Result<(), Failed> {
        loop {
            words.skip_separators();
            if words.is_done() {
                return Ok(());
            }
            let Some(name) = words.named() else {
                return self.unexpected(words, known);
            };
            self.named_value(words, name, known, parameters, multiplier)?;
        }
    }

    /// The value of one named parameter.
    pub(super) fn named_value(
        &mut self,
        words: &mut Words<'_, 'd>,
        name: LineText<'d>,
        known: &[&str],
        parameters: &mut Vec<Parameter>,
        multiplier: &mut Multiplier,
    ) -> Result<(), Failed> {
        let what = format!("the value of `{}`", name.text);
        if name.text == "m" {
            let value = self.next_number(words, &what)?;
            if value <= 0.0 {
                return self.fail(Diagnostic::error(
                    name.span,
                    format!("m={value} must be greater than zero"),
                ));
            }
            multiplier.own = Some((value, name.span));
            return Ok(());
        }
        if !known.contains(&name.text) {
            let finding =
                Diagnostic::error(name.span, format!("unknown parameter `{}`", name.text))
                    .did_you_mean(name.text, known.iter().copied());
            return self.fail(finding);
        }
        let value = self.next_value(words, &what)?;
        parameters.push(Parameter {
            name: name.text.into(),
            value,
            span: name.span,
        });
        Ok(())
    }

    /// Something that does not belong here.
    pub(super) fn unexpected<T>(
        &mut self,
        words: &Words<'_, 'd>,
        known: &[&str],
    ) -> Result<T, Failed> {
        let place = words.here();
        let text = self.deck.sources.folded(place);
        let finding = Diagnostic::error(place, format!("unexpected `{text}`"))
            .did_you_mean(text, known.iter().copied());
        self.fail(finding)
    }

    /// How many copies of an element are in parallel.
    pub(super) fn multiplicity(&mut self, multiplier: Multiplier) -> f64 {
        let outer = self.frames.last().map_or(1.0, |frame| frame.multiplier);
        match multiplier.own {
            Some((own, span)) => self.join_multipliers(outer, own, span),
            None => outer,
        }
    }
}

/// The `m=` of an element line.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Multiplier {
    own: Option<(f64, Span)>,
}
