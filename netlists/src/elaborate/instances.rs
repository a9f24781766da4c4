//! Nodes, element names, and the expansion of subcircuits.

use super::parameters::Frame;
use super::words::Words;
use super::{ELEMENT_LIMIT, Elaborator, Failed, Reference, ReferenceName, is_ground};
use crate::deck::{LineText, Span};
use crate::diagnostics::Diagnostic;

/// How deep instances may be nested.
const INSTANCE_DEPTH_LIMIT: usize = 100;

impl<'d> Elaborator<'d> {
    /// The number of a node of the innermost frame.
    pub(super) fn node(&mut self, name: LineText<'d>) -> Result<u32, Failed> {
        self.node_named(name.text, name.span)
    }

    pub(super) fn node_named(&mut self, name: &str, span: Span) -> Result<u32, Failed> {
        if is_ground(name) {
            return Ok(0);
        }
        let Some(frame) = self.frames.last() else {
            return Err(Failed);
        };
        let number = if frame.path.is_empty() || self.globals.contains(name) {
            self.circuit.nodes.intern(name)
        } else if let Some(&(_, node)) = frame.ports.iter().find(|(port, _)| *port == name) {
            return Ok(node);
        } else {
            self.buffer.clear();
            self.buffer.push_str(&frame.path);
            self.buffer.push('.');
            self.buffer.push_str(name);
            self.circuit.nodes.intern(&self.buffer)
        };
        match number {
            Some(number) => Ok(number),
            None => self.fail(Diagnostic::error(
                span,
                "the names of the nodes are longer than 4 GiB together",
            )),
        }
    }

    /// The name in the flat circuit of a node of the innermost frame.
    pub(super) fn flat_node_name(&self, name: &str) -> String {
        if is_ground(name) {
            return "0".to_owned();
        }
        let Some(frame) = self.frames.last() else {
            return name.to_owned();
        };
        if frame.path.is_empty() || self.globals.contains(name) {
            return name.to_owned();
        }
        match frame.ports.iter().find(|(port, _)| *port == name) {
            Some(&(_, node)) => self.circuit.nodes.name(node).to_owned(),
            None => format!("{}.{name}", frame.path),
        }
    }

    /// The number of the name of an element of the innermost frame: `r1` is `r.x1.r1` inside `x1`.
    pub(super) fn element_name(&mut self, name: &str, span: Span) -> Result<u32, Failed> {
        let Some(frame) = self.frames.last() else {
            return Err(Failed);
        };
        let number = if frame.path.is_empty() {
            self.circuit.element_names.intern(name)
        } else {
            self.buffer.clear();
            self.buffer.extend(name.chars().next());
            self.buffer.push('.');
            self.buffer.push_str(&frame.path);
            self.buffer.push('.');
            self.buffer.push_str(name);
            self.circuit.element_names.intern(&self.buffer)
        };
        let Some(number) = number else {
            return self.fail(Diagnostic::error(
                span,
                "the names of the elements are longer than 4 GiB together",
            ));
        };
        if self.circuit.element_index.len() <= number as usize {
            self.circuit
                .element_index
                .resize(number as usize + 1, u32::MAX);
        }
        Ok(number)
    }

    /// The number of the name of an element that is spoken of and must exist in the end.
    pub(super) fn element_reference(
        &mut self,
        place: LineText<'d>,
        name: &str,
    ) -> Result<u32, Failed> {
        let number = self.element_name(name, place.span)?;
        self.references.push(Reference {
            name: ReferenceName::Element(number),
            place,
        });
        Ok(number)
    }

    /// A node that a command of the top level speaks of and that must exist in the end. Inner nodes of devices (`q1#base`) are not
    /// known yet.
    pub(super) fn node_reference(&mut self, place: LineText<'d>) {
        if !is_ground(place.text) && !place.text.contains('#') {
            self.references.push(Reference {
                name: ReferenceName::Node(place.text.to_owned()),
                place,
            });
        }
    }

    /// An X line: expands the subcircuit in place.
    pub(super) fn instance(&mut self, line: LineText<'d>) -> Result<(), Failed> {
        let tokens = self.tokens_of(line)?;
        let read = self.read_instance(&mut Words::new(line, &tokens));
        self.give_back(tokens);
        let frame = read?;
        self.instances += 1;
        if self.instances > ELEMENT_LIMIT {
            let message = format!("the circuit has more than {ELEMENT_LIMIT} instances");
            self.errors = super::ERROR_LIMIT;
            return self.fail(Diagnostic::error(line.span, message));
        }
        self.frames.push(frame);
        let settled = self.settle_conditions();
        if settled.is_ok() {
            self.evaluate_parameters();
            self.read_contents();
        }
        self.frames.pop();
        settled
    }

    fn read_instance(&mut self, words: &mut Words<'_, 'd>) -> Result<Frame<'d>, Failed> {
        let line = words.line;
        let Some(name) = words.word() else {
            return self.fail(Diagnostic::error(line.span, "an instance needs a name"));
        };
        let mut positional: Vec<LineText<'d>> = Vec::new();
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
                Some(word) => positional.push(word),
                None => break,
            }
        }
        let Some(subcircuit) = positional.pop() else {
            return self.fail(Diagnostic::error(
                line.span,
                "an instance needs nodes and the name of a subcircuit",
            ));
        };
        let block = self.find_subcircuit(subcircuit)?;
        self.check_recursion(block, subcircuit)?;
        let tables = self.tables_of(block);
        if tables.ports.len() != positional.len() {
            let message = format!(
                "the subcircuit `{}` has {} nodes, but this instance has {}",
                subcircuit.text,
                tables.ports.len(),
                positional.len()
            );
            return self.fail(Diagnostic::error(line.span, message));
        }
        let Some(outer) = self.frames.last() else {
            return Err(Failed);
        };
        let outer_multiplier = outer.multiplier;
        let path = if outer.path.is_empty() {
            name.text.to_owned()
        } else {
            format!("{}.{}", outer.path, name.text)
        };
        let mut frame = Frame::new(block, path, tables);
        for index in 0..positional.len() {
            let (Some(&actual), Some(&port)) =
                (positional.get(index), frame.tables.ports.get(index))
            else {
                break;
            };
            let node = self.node(actual)?;
            if is_ground(port.text) && node != 0 {
                let message = format!(
                    "the node `{}` of the subcircuit `{}` is ground, but is connected to `{}`",
                    port.text, subcircuit.text, actual.text
                );
                self.report(
                    Diagnostic::warning(actual.span, message)
                        .help("the connection has no effect, as in ngspice"),
                );
            }
            frame.ports.push((port.text, node));
        }
        self.read_instance_parameters(words, &mut frame, subcircuit, outer_multiplier)?;
        Ok(frame)
    }

    /// `p=value` of an instance. `m` multiplies, unless it is a parameter of the subcircuit.
    fn read_instance_parameters(
        &mut self,
        words: &mut Words<'_, 'd>,
        frame: &mut Frame<'d>,
        subcircuit: LineText<'d>,
        outer_multiplier: f64,
    ) -> Result<(), Failed> {
        let mut own_multiplier = None;
        loop {
            words.skip_separators();
            if words.is_done() {
                break;
            }
            let place = words.here();
            let Some(name) = words.named() else {
                return self.fail(Diagnostic::error(place, "expected `parameter = value`"));
            };
            let Some(value) = words.value() else {
                let message = format!("the parameter `{}` has no value", name.text);
                return self.fail(Diagnostic::error(name.span, message));
            };
            if frame.give(name.text, value) {
                continue;
            }
            if name.text == "m" {
                own_multiplier = Some((self.constant(value)?, name.span));
            } else if !frame.tables.conditional {
                let message = format!(
                    "the subcircuit `{}` has no parameter `{}`",
                    subcircuit.text, name.text
                );
                let finding = Diagnostic::warning(name.span, message)
                    .did_you_mean(name.text, frame.tables.parameter_index.keys().copied());
                self.report(finding);
            }
        }
        frame.multiplier = match own_multiplier {
            // A subcircuit with a parameter `m` uses it as it likes.
            None if outer_multiplier != 1.0 && frame.give_number("m", outer_multiplier) => 1.0,
            None => outer_multiplier,
            Some((own, span)) => self.join_multipliers(outer_multiplier, own, span),
        };
        Ok(())
    }

    /// The multiplier of an element or instance with its own `m` inside instances with `m`: as in ngspice the outer one
    /// replaces the inner one.
    pub(super) fn join_multipliers(&mut self, outer: f64, own: f64, span: Span) -> f64 {
        if outer == 1.0 {
            return own;
        }
        if own != 1.0 {
            let message = format!(
                "this `m={own}` is replaced by `m={outer}` of the instance around it, as in ngspice"
            );
            self.report(Diagnostic::warning(span, message).help(
                "give the subcircuit a parameter `m` and multiply with it to say what you mean",
            ));
        }
        outer
    }

    /// The block of a subcircuit as seen from the innermost frame: its own definitions first, then those around it.
    fn find_subcircuit(&mut self, name: LineText<'d>) -> Result<u32, Failed> {
        let mut block = self.frames.last().map(|frame| frame.block);
        while let Some(index) = block {
            let tables = self.tables_in_force(index);
            if let Some(&found) = tables.subcircuits.get(name.text) {
                return Ok(found);
            }
            block = self
                .deck
                .blocks
                .get(index as usize)
                .and_then(|block| block.parent);
        }
        let deck = self.deck;
        let known = deck.blocks.iter().skip(1).map(|block| block.name.as_str());
        let finding = Diagnostic::error(name.span, format!("unknown subcircuit `{}`", name.text))
            .did_you_mean(name.text, known);
        self.fail(finding)
    }

    fn check_recursion(&mut self, block: u32, name: LineText<'d>) -> Result<(), Failed> {
        let deck = self.deck;
        let name_of = |block: u32| {
            deck.blocks
                .get(block as usize)
                .map_or("", |block| block.name.as_str())
        };
        if let Some(from) = self.frames.iter().position(|frame| frame.block == block) {
            let mut chain: Vec<&str> = self
                .frames
                .iter()
                .skip(from)
                .map(|frame| name_of(frame.block))
                .collect();
            chain.push(name.text);
            let message = format!(
                "the subcircuit `{}` contains itself: {}",
                name.text,
                chain.join(" -> ")
            );
            return self.fail(Diagnostic::error(name.span, message));
        }
        if self.frames.len() > INSTANCE_DEPTH_LIMIT {
            let message =
                format!("subcircuits are nested more than {INSTANCE_DEPTH_LIMIT} levels deep");
            return self.fail(Diagnostic::error(name.span, message));
        }
        Ok(())
    }
}
