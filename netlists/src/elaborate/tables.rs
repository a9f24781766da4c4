//! What a block defines: parameters, functions, models, subcircuits.

use std::collections::HashMap;
use std::rc::Rc;

use ohmloom_devices::expression::Expression;

use super::words::Words;
use super::{Elaborator, Failed};
use crate::deck::{Card, CardKind, LineText, Span, TokenKind};
use crate::diagnostics::Diagnostic;
use crate::expression::parse;

/// The definitions of a block and the cards that are in force.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables<'d> {
    /// Nodes of the subcircuit's header.
    pub(super) ports: Vec<LineText<'d>>,
    pub(super) parameters: Vec<ParameterDefinition<'d>>,
    pub(super) parameter_index: HashMap<&'d str, usize>,
    pub(super) functions: HashMap<&'d str, Rc<Function<'d>>>,
    pub(super) models: HashMap<&'d str, Span>,
    /// For the name before the number of a bin, the names of its bins.
    pub(super) bins: HashMap<&'d str, Vec<&'d str>>,
    pub(super) subcircuits: HashMap<&'d str, u32>,
    /// Elements and commands in order.
    pub(super) contents: Vec<Card>,
    /// There are `.if`s, so that instances may differ.
    pub(super) conditional: bool,
}

/// `name = value`, not yet evaluated.
#[derive(Clone, Copy, Debug)]
pub(super) struct ParameterDefinition<'d> {
    pub(super) name: LineText<'d>,
    pub(super) value: LineText<'d>,
}

/// A `.func` definition.
#[derive(Clone, Debug)]
pub(super) struct Function<'d> {
    pub(super) formals: Vec<&'d str>,
    pub(super) body: Expression,
    /// The text of the body, for messages.
    pub(super) text: LineText<'d>,
}

impl<'d> Tables<'d> {
    fn add_parameter(&mut self, definition: ParameterDefinition<'d>) {
        let index = self.parameter_index.get(definition.name.text);
        if let Some(earlier) = index.and_then(|&index| self.parameters.get_mut(index)) {
            *earlier = definition;
        } else {
            self.parameter_index
                .insert(definition.name.text, self.parameters.len());
            self.parameters.push(definition);
        }
    }
}

impl<'d> Elaborator<'d> {
    /// The tables of a block: once for all instances where there are no conditions, else without what stands in
    /// conditions, which [`Elaborator::settle_conditions`] adds.
    pub(super) fn tables_of(&mut self, block: u32) -> Rc<Tables<'d>> {
        if let Some(Some(tables)) = self.tables.get(block as usize) {
            return Rc::clone(tables);
        }
        let mut tables = Tables::default();
        self.read_header(block, &mut tables);
        let deck = self.deck;
        let mut depth = 0_usize;
        for &card in deck
            .blocks
            .get(block as usize)
            .map_or(&[][..], |block| &block.cards)
        {
            match card.kind {
                CardKind::If => {
                    tables.conditional = true;
                    depth += 1;
                }
                CardKind::EndIf => depth = depth.saturating_sub(1),
                _ if depth == 0 => self.define(card, &mut tables),
                _ => {}
            }
        }
        let tables = Rc::new(tables);
        if let Some(slot) = self.tables.get_mut(block as usize) {
            *slot = Some(Rc::clone(&tables));
        }
        tables
    }

    /// Adds what a card defines; keeps elements and commands.
    fn define(&mut self, card: Card, tables: &mut Tables<'d>) {
        // What is wrong is reported where it is found; the other definitions are read all the same.
        let _ = match card.kind {
            CardKind::Element | CardKind::Command(_) => {
                tables.contents.push(card);
                Ok(())
            }
            CardKind::Parameters => self.define_parameters(card.span, tables),
            CardKind::Function => self.define_function(card.span, tables),
            CardKind::Model => self.define_model(card.span, tables),
            CardKind::Subcircuit(block) => {
                self.define_subcircuit(block, card.span, tables);
                Ok(())
            }
            CardKind::If | CardKind::ElseIf | CardKind::Else | CardKind::EndIf => Ok(()),
        };
    }

    fn define_subcircuit(&mut self, block: u32, span: Span, tables: &mut Tables<'d>) {
        let deck = self.deck;
        let name = deck
            .blocks
            .get(block as usize)
            .map_or("", |block| block.name.as_str());
        if tables.subcircuits.insert(name, block).is_some() {
            let message =
                format!("the subcircuit `{name}` is defined twice; this definition is used");
            self.report(Diagnostic::warning(span, message));
        }
    }

    /// The nodes and parameters of a `.subckt` line.
    fn read_header(&mut self, block: u32, tables: &mut Tables<'d>) {
        let deck = self.deck;
        let Some(parent) = deck
            .blocks
            .get(block as usize)
            .filter(|block| block.parent.is_some())
        else {
            return;
        };
        let line = LineText::new(&deck.sources, parent.header);
        let Ok(tokens) = self.tokens_of(line) else {
            return;
        };
        let mut words = Words::new(line, &tokens);
        words.skip(2);
        while !words.at_named() {
            match words.word() {
                Some(word) if matches!(word.text, "params:" | "param:") => break,
                Some(word)
                    if matches!(word.text, "params" | "param")
                        && words.peek_word() == Some(":") =>
                {
                    words.skip(1);
                    break;
                }
                Some(word) => {
                    if tables.ports.iter().any(|port| port.text == word.text)
                        && !super::is_ground(word.text)
                    {
                        let message = format!("the node `{}` is named twice", word.text);
                        self.report(Diagnostic::error(word.span, message));
                    }
                    tables.ports.push(word);
                }
                None => break,
            }
        }
        let _ = self.read_definitions(&mut words, tables);
        self.give_back(tokens);
    }

    /// `name = value` pairs to the end of a line.
    fn read_definitions(
        &mut self,
        words: &mut Words<'_, 'd>,
        tables: &mut Tables<'d>,
    ) -> Result<(), Failed> {
        loop {
            words.skip_separators();
            if words.is_done() {
                return Ok(());
            }
            let place = words.here();
            let Some(name) = words.named() else {
                return self.fail(Diagnostic::error(place, "expected `name = value`"));
            };
            let Some(value) = words.value() else {
                let message = format!("the parameter `{}` has no value", name.text);
                return self.fail(Diagnostic::error(name.span, message));
            };
            tables.add_parameter(ParameterDefinition { name, value });
        }
    }

    fn define_parameters(&mut self, span: Span, tables: &mut Tables<'d>) -> Result<(), Failed> {
        let line = LineText::new(&self.deck.sources, span);
        let tokens = self.tokens_of(line)?;
        let mut words = Words::new(line, &tokens);
        words.skip(1);
        // `.param f(x) = {...}` defines a function.
        let is_function = words
            .peek()
            .is_some_and(|token| token.kind == TokenKind::Word)
            && words
                .peek_at(1)
                .is_some_and(|token| token.kind == TokenKind::Open);
        let result = if is_function {
            self.read_function(&mut words, tables)
        } else {
            self.read_definitions(&mut words, tables)
        };
        self.give_back(tokens);
        result
    }

    fn define_function(&mut self, span: Span, tables: &mut Tables<'d>) -> Result<(), Failed> {
        let line = LineText::new(&self.deck.sources, span);
        let tokens = self.tokens_of(line)?;
        let mut words = Words::new(line, &tokens);
        words.skip(1);
        let result = self.read_function(&mut words, tables);
        self.give_back(tokens);
        result
    }

    /// `name(a, b) {body}`, with or without `=`.
    fn read_function(
        &mut self,
        words: &mut Words<'_, 'd>,
        tables: &mut Tables<'d>,
    ) -> Result<(), Failed> {
        let place = words.here();
        let name = words.peek().filter(|token| token.kind == TokenKind::Word);
        let open = words
            .peek_at(1)
            .filter(|token| token.kind == TokenKind::Open);
        let (Some(name), Some(_)) = (name, open) else {
            return self.fail(Diagnostic::error(
                place,
                "write `.func name(arguments) {expression}`",
            ));
        };
        words.skip(2);
        let mut formals = Vec::new();
        loop {
            let Some(token) = words.peek() else {
                return self.fail(Diagnostic::error(
                    place,
                    "the list of arguments is not closed by `)`",
                ));
            };
            words.skip(1);
            match token.kind {
                TokenKind::Word => formals.push(words.line.slice(token)),
                TokenKind::Comma => {}
                TokenKind::Close => break,
                _ => {
                    let place = words.line.place(token);
                    return self.fail(Diagnostic::error(place, "expected the name of an argument"));
                }
            }
        }
        words.equals();
        let place = words.here();
        let Some(text) = words.until_named(&[]) else {
            return self.fail(Diagnostic::error(place, "the function has no body"));
        };
        let body = match parse(text.text) {
            Ok(body) => body,
            Err(error) => return self.syntax_error(text, &error),
        };
        let name = words.line.slice(name);
        tables.functions.insert(
            name,
            Rc::new(Function {
                formals,
                body,
                text,
            }),
        );
        Ok(())
    }

    fn define_model(&mut self, span: Span, tables: &mut Tables<'d>) -> Result<(), Failed> {
        let line = LineText::new(&self.deck.sources, span);
        let tokens = self.tokens_of(line)?;
        let mut words = Words::new(line, &tokens);
        words.skip(1);
        let name = words.word();
        self.give_back(tokens);
        let Some(name) = name else {
            return self.fail(Diagnostic::error(span, "a model needs a name and a type"));
        };
        if tables.models.contains_key(name.text) {
            let message = format!(
                "the model `{}` is defined twice; the first definition is used",
                name.text
            );
            self.report(Diagnostic::warning(name.span, message));
            return Ok(());
        }
        tables.models.insert(name.text, span);
        if let Some((base, bin)) = name.text.rsplit_once('.')
            && !bin.is_empty()
            && bin.bytes().all(|byte| byte.is_ascii_digit())
        {
            tables.bins.entry(base).or_default().push(name.text);
        }
        Ok(())
    }

    /// Evaluates the conditions of the innermost frame in order and adds the definitions and cards that hold.
    pub(super) fn settle_conditions(&mut self) -> Result<(), Failed> {
        let Some(frame) = self.frames.last().filter(|frame| frame.tables.conditional) else {
            return Ok(());
        };
        let block = frame.block;
        let deck = self.deck;
        let mut contents = Vec::new();
        let mut branches: Vec<Branch> = Vec::new();
        for &card in deck
            .blocks
            .get(block as usize)
            .map_or(&[][..], |block| &block.cards)
        {
            let holds = branches.iter().all(|branch| branch.active);
            match card.kind {
                CardKind::If => {
                    let active = holds && self.condition(card.span)?;
                    branches.push(Branch {
                        active,
                        taken: active || !holds,
                    });
                }
                CardKind::ElseIf | CardKind::Else => {
                    let Some(branch) = branches.pop() else {
                        continue;
                    };
                    let active = !branch.taken
                        && (card.kind == CardKind::Else || self.condition(card.span)?);
                    branches.push(Branch {
                        active,
                        taken: branch.taken || active,
                    });
                }
                CardKind::EndIf => {
                    branches.pop();
                }
                CardKind::Element | CardKind::Command(_) if holds => contents.push(card),
                _ if holds && !branches.is_empty() => {
                    self.change_tables(|this, tables| this.define(card, tables));
                }
                _ => {}
            }
        }
        self.change_tables(|_, tables| tables.contents = contents);
        Ok(())
    }

    /// Changes the innermost frame's own copy of its tables.
    fn change_tables(&mut self, change: impl FnOnce(&mut Self, &mut Tables<'d>)) {
        let Some(mut tables) = self
            .frames
            .last_mut()
            .map(|frame| std::mem::take(&mut frame.tables))
        else {
            return;
        };
        change(self, Rc::make_mut(&mut tables));
        if let Some(frame) = self.frames.last_mut() {
            frame.tables = tables;
            frame.fit_parameters();
        }
    }

    fn condition(&mut self, span: Span) -> Result<bool, Failed> {
        let line = LineText::new(&self.deck.sources, span);
        let skip = line
            .text
            .find(|c: char| c.is_whitespace() || matches!(c, '(' | '{' | '\''))
            .unwrap_or(line.text.len());
        let rest = line.rest(skip);
        let text = rest.trim().trim_matches('\'');
        let from = skip + rest.find(text).unwrap_or(0);
        if text.is_empty() {
            return self.fail(Diagnostic::error(span, "this needs a condition"));
        }
        let text = LineText {
            text,
            span: span.part(from, from + text.len()),
        };
        Ok(self.constant(text)? != 0.0)
    }
}

/// An open `.if`.
struct Branch {
    /// The lines that follow hold.
    active: bool,
    /// A branch was taken, so that the others do not hold.
    taken: bool,
}
