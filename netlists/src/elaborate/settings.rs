//! `.ic`, `.nodeset`, `.options`, `.temp`, `.width` and `.csparam`.

use super::words::Words;
use super::{Elaborator, Failed, NodeValue, OptionSetting, OptionValue};
use crate::deck::{LineText, Span, TokenKind};
use crate::diagnostics::Diagnostic;
use crate::numbers::parse_number;

/// Absolute zero, degrees Celsius.
pub(super) const ABSOLUTE_ZERO: f64 = -273.15;

impl<'d> Elaborator<'d> {
    /// `v(node)=value ...`
    pub(super) fn node_values(
        &mut self,
        words: &mut Words<'_, 'd>,
        nodeset: bool,
    ) -> Result<(), Failed> {
        loop {
            words.skip_separators();
            if words.is_done() {
                return Ok(());
            }
            let place = words.here();
            if nodeset && words.peek_word() == Some("all") && words.at_named() {
                words.skip(2);
                self.circuit.nodeset_all = Some(self.next_number(words, "the voltage")?);
                continue;
            }
            let is_voltage = words.peek_word() == Some("v");
            words.skip(1);
            let open = words
                .peek()
                .is_some_and(|token| token.kind == TokenKind::Open);
            let name = if is_voltage && open {
                words.word()
            } else {
                None
            };
            let closed = words
                .peek()
                .is_some_and(|token| token.kind == TokenKind::Close);
            let Some(name) = name.filter(|_| closed) else {
                return self.fail(Diagnostic::error(place, "expected `v(node)=value`"));
            };
            words.skip(1);
            words.equals();
            let value = self.next_number(words, "the voltage")?;
            let flat = self.flat_node_name(name.text);
            // Elements may follow, so that the node is looked for in the end.
            self.pending_values.push((
                flat,
                NodeValue {
                    node: 0,
                    value,
                    span: name.span,
                },
                nodeset,
            ));
        }
    }

    /// Finds the nodes of `.ic` and `.nodeset`. A node that does not exist is a warning, as in ngspice.
    pub(super) fn settle_node_values(&mut self) {
        for (name, mut setting, nodeset) in std::mem::take(&mut self.pending_values) {
            if let Some(node) = self.circuit.nodes.get(&name) {
                setting.node = node;
                let circuit = &mut self.circuit;
                let list = if nodeset {
                    &mut circuit.nodesets
                } else {
                    &mut circuit.initial_conditions
                };
                list.push(setting);
            } else {
                let message =
                    format!("no element is connected to the node `{name}`; its voltage is ignored");
                // A misspelt node is one of the same subcircuit; all others together may be too many to compare.
                let scope = |node: &str| node.rfind('.').map_or(0, |dot| dot + 1);
                let own = &name[..scope(&name)];
                let neighbours = self
                    .circuit
                    .nodes
                    .iter()
                    .filter(|node| node[..scope(node)] == *own);
                let finding =
                    Diagnostic::warning(setting.span, message).did_you_mean(&name, neighbours);
                self.report(finding);
            }
        }
    }

    pub(super) fn options(&mut self, words: &mut Words<'_, 'd>) -> Result<(), Failed> {
        loop {
            words.skip_separators();
            if words.is_done() {
                return Ok(());
            }
            let setting = if let Some(name) = words.named() {
                let value = self.option_value(words, name)?;
                if name.text == "temp"
                    && let OptionValue::Number(value) = value
                {
                    self.check_temperature(name.span, value)?;
                    self.circuit.temperatures = vec![value];
                } else if name.text == "tnom"
                    && let OptionValue::Number(value) = value
                {
                    self.check_temperature(name.span, value)?;
                }
                OptionSetting {
                    name: name.text.to_owned(),
                    value,
                    span: name.span,
                }
            } else if let Some(name) = words.word() {
                OptionSetting {
                    name: name.text.to_owned(),
                    value: OptionValue::Flag,
                    span: name.span,
                }
            } else {
                return self.unexpected(words, &[]);
            };
            self.circuit.options.push(setting);
        }
    }

    fn option_value(
        &mut self,
        words: &mut Words<'_, 'd>,
        name: LineText<'d>,
    ) -> Result<OptionValue, Failed> {
        let Some(token) = words.peek() else {
            return self.fail(Diagnostic::error(
                name.span,
                format!("the option `{}` has no value", name.text),
            ));
        };
        let text = words.line.slice(token);
        let is_number = match token.kind {
            TokenKind::Expression => true,
            TokenKind::Word => parse_number(text).is_some() || self.is_parameter(text),
            _ => false,
        };
        if is_number {
            let value = self.next_number(words, "the value")?;
            // A list such as `0.1,0.2` is kept as text.
            if words
                .peek()
                .is_none_or(|next| next.kind != TokenKind::Comma)
            {
                return Ok(OptionValue::Number(value));
            }
        } else {
            words.skip(1);
        }
        let mut list = text.to_owned();
        while words
            .peek()
            .is_some_and(|token| token.kind == TokenKind::Comma)
        {
            words.skip(1);
            if let Some(word) = words.word() {
                list.push(',');
                list.push_str(word.text);
            }
        }
        Ok(OptionValue::Text(list))
    }

    fn check_temperature(&mut self, place: Span, celsius: f64) -> Result<(), Failed> {
        if celsius > ABSOLUTE_ZERO {
            Ok(())
        } else {
            self.too_cold(place, celsius)
        }
    }

    pub(super) fn too_cold<T>(&mut self, place: Span, celsius: f64) -> Result<T, Failed> {
        let message =
            format!("{celsius} degrees Celsius are not above absolute zero, {ABSOLUTE_ZERO}");
        self.fail(Diagnostic::error(place, message))
    }

    pub(super) fn temperatures(&mut self, words: &mut Words<'_, 'd>) -> Result<(), Failed> {
        let mut values = Vec::new();
        loop {
            words.skip_separators();
            if words.is_done() {
                break;
            }
            let place = words.here();
            let value = self.next_number(words, "a temperature")?;
            self.check_temperature(place, value)?;
            values.push(value);
        }
        if values.is_empty() {
            return self.fail(Diagnostic::error(
                words.line.span,
                "`.temp` needs a temperature",
            ));
        }
        self.circuit.temperatures = values;
        Ok(())
    }

    pub(super) fn width(&mut self, words: &mut Words<'_, 'd>) -> Result<(), Failed> {
        while let Some(name) = words.named() {
            let value = self.next_number(words, "the width")?;
            match name.text {
                "in" => {}
                "out" => self.circuit.width = Some(value.clamp(0.0, 1e6) as u32),
                _ => return self.fail(Diagnostic::error(name.span, "expected `in=` or `out=`")),
            }
        }
        words.skip_separators();
        if words.is_done() {
            Ok(())
        } else {
            self.unexpected(words, &["in", "out"])
        }
    }

    pub(super) fn control_parameters(&mut self, words: &mut Words<'_, 'd>) -> Result<(), Failed> {
        loop {
            words.skip_separators();
            if words.is_done() {
                return Ok(());
            }
            let Some(name) = words.named() else {
                return self.fail(Diagnostic::error(words.here(), "expected `name = value`"));
            };
            let value = self.next_number(words, "the value")?;
            self.circuit
                .control_parameters
                .push((name.text.to_owned(), value));
        }
    }
}
