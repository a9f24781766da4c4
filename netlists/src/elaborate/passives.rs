//! R, C, L and K lines.

use super::elements::{Head, Multiplier};
use super::resolve::plain_number;
use super::words::Words;
use super::{
    Coupling, Elaborator, ElementCard, Failed, ModelId, Parameter, Passive, PassiveDetails, Value,
};
use crate::deck::{LineText, TokenKind};
use crate::diagnostics::Diagnostic;
use crate::numbers::parse_resistance;

const RESISTOR_PARAMETERS: [&str; 15] = [
    "r",
    "resistance",
    "ac",
    "l",
    "w",
    "tc",
    "tc1",
    "tc2",
    "tce",
    "temp",
    "dtemp",
    "scale",
    "noisy",
    "noise",
    "bv_max",
];
const CAPACITOR_PARAMETERS: [&str; 15] = [
    "c",
    "capacitance",
    "cap",
    "q",
    "charge",
    "ic",
    "l",
    "w",
    "tc",
    "tc1",
    "tc2",
    "temp",
    "dtemp",
    "scale",
    "bv_max",
];
const INDUCTOR_PARAMETERS: [&str; 10] = [
    "l",
    "inductance",
    "ic",
    "nt",
    "tc",
    "tc1",
    "tc2",
    "temp",
    "dtemp",
    "scale",
];

/// What an R, C or L line says, as it is collected.
#[derive(Default)]
struct Collected {
    value: Option<Value>,
    model: Option<ModelId>,
    parameters: Vec<Parameter>,
    multiplier: Multiplier,
}

impl<'d> Elaborator<'d> {
    /// `r1 a b 1k`, `r1 a b r=1k tc1=1m`, `r1 a b model l=1u w=1u`, and the same for C and L.
    pub(super) fn passive(
        &mut self,
        letter: char,
        words: &mut Words<'_, 'd>,
    ) -> Result<(Head, ElementCard), Failed> {
        let head = self.head(words, 2)?;
        // The most common line first: a plain number and nothing else.
        if let (Some(token), None) = (words.peek(), words.peek_at(1))
            && token.kind == TokenKind::Word
            && let Some(value) = plain(letter, words.line.slice(token))
        {
            words.skip(1);
            let multiplier = self.multiplicity(Multiplier::default());
            let details = (multiplier != 1.0).then(|| {
                Box::new(PassiveDetails {
                    model: None,
                    multiplier,
                    parameters: Vec::new(),
                })
            });
            return Ok((
                head,
                ElementCard::Passive(Passive {
                    value: Some(Value::Number(value)),
                    details,
                }),
            ));
        }
        let mut collected = Collected::default();
        loop {
            words.skip_separators();
            if words.is_done() {
                break;
            }
            if let Some(name) = words.named() {
                self.passive_parameter(letter, name, words, &mut collected)?;
            } else {
                self.passive_value(letter, words, &mut collected)?;
            }
        }
        let charge = collected
            .parameters
            .iter()
            .any(|parameter| &*parameter.name == "q");
        if collected.value.is_none() && collected.model.is_none() && !charge {
            let what = match letter {
                'r' => "resistor has no resistance",
                'c' => "capacitor has no capacitance",
                _ => "inductor has no inductance",
            };
            let example = match letter {
                'r' => "1k",
                'c' => "1p",
                _ => "1u",
            };
            let finding = Diagnostic::error(words.line.span, format!("this {what}")).help(format!(
                "write the value after the nodes, such as {example}"
            ));
            return self.fail(finding);
        }
        let multiplier = self.multiplicity(collected.multiplier);
        let Collected {
            value,
            model,
            parameters,
            ..
        } = collected;
        let details = (model.is_some() || multiplier != 1.0 || !parameters.is_empty()).then(|| {
            Box::new(PassiveDetails {
                model,
                multiplier,
                parameters,
            })
        });
        Ok((head, ElementCard::Passive(Passive { value, details })))
    }

    fn passive_parameter(
        &mut self,
        letter: char,
        name: LineText<'d>,
        words: &mut Words<'_, 'd>,
        collected: &mut Collected,
    ) -> Result<(), Failed> {
        let is_value = matches!(
            (letter, name.text),
            ('r', "r" | "resistance")
                | ('c', "c" | "cap" | "capacitance")
                | ('l', "l" | "inductance")
        );
        if is_value {
            let value = self.value_text(letter, words)?;
            collected.value = Some(value);
            return Ok(());
        }
        match (letter, name.text) {
            ('c', "q" | "charge") => {
                let value = self.value_text(letter, words)?;
                collected.parameters.push(Parameter {
                    name: "q".into(),
                    value,
                    span: name.span,
                });
                Ok(())
            }
            // `tc=1m,2u` is `tc1=1m tc2=2u`.
            (_, "tc") => {
                let value = self.next_value(words, "the temperature coefficient")?;
                collected.parameters.push(Parameter {
                    name: "tc1".into(),
                    value,
                    span: name.span,
                });
                if words
                    .peek()
                    .is_some_and(|token| token.kind == TokenKind::Comma)
                    && !words.at_named()
                {
                    let value = self.next_value(words, "the second temperature coefficient")?;
                    collected.parameters.push(Parameter {
                        name: "tc2".into(),
                        value,
                        span: name.span,
                    });
                }
                Ok(())
            }
            _ => {
                let known = match letter {
                    'r' => &RESISTOR_PARAMETERS[..],
                    'c' => &CAPACITOR_PARAMETERS,
                    _ => &INDUCTOR_PARAMETERS,
                };
                self.named_value(
                    words,
                    name,
                    known,
                    &mut collected.parameters,
                    &mut collected.multiplier,
                )
            }
        }
    }

    /// A word without a name: the value, or the model.
    fn passive_value(
        &mut self,
        letter: char,
        words: &mut Words<'_, 'd>,
        collected: &mut Collected,
    ) -> Result<(), Failed> {
        let word = words.peek_word();
        let is_name =
            word.is_some_and(|word| plain(letter, word).is_none() && !self.is_parameter(word));
        if let (true, None, Some(name)) = (is_name, collected.model, word)
            && (self.is_model(name)
                || name.starts_with(char::is_alphabetic)
                    && words
                        .peek_at(1)
                        .is_none_or(|next| next.kind != TokenKind::Open))
        {
            let Some(name) = words.word() else {
                return Err(Failed);
            };
            collected.model = Some(self.model(name)?);
            return Ok(());
        }
        if collected.value.is_some() {
            return self.unexpected(words, &[]);
        }
        collected.value = Some(self.value_text(letter, words)?);
        Ok(())
    }

    fn value_text(&mut self, letter: char, words: &mut Words<'_, 'd>) -> Result<Value, Failed> {
        let text = self.next_value_text(words, "the value")?;
        match plain(letter, text.text) {
            Some(number) => Ok(Value::Number(number)),
            None => self.read_value(text),
        }
    }

    /// `k1 l1 l2 0.9`, also with more than two inductors.
    pub(super) fn coupling(
        &mut self,
        words: &mut Words<'_, 'd>,
    ) -> Result<(Head, ElementCard), Failed> {
        let head = self.head(words, 0)?;
        let mut inductors = Vec::new();
        while words
            .peek_word()
            .is_some_and(|word| word.starts_with('l') && !self.is_parameter(word))
        {
            if let Some(name) = words.word() {
                inductors.push(self.element_reference(name, name.text)?);
            }
        }
        if inductors.len() < 2 {
            return self.fail(Diagnostic::error(
                words.here(),
                "a coupling needs two inductors and a coefficient",
            ));
        }
        words.skip_separators();
        if words.at_named() {
            match words.named() {
                Some(name) if matches!(name.text, "k" | "coupling") => {}
                _ => return self.unexpected(words, &["k"]),
            }
        }
        let place = words.here();
        let coefficient = self.next_number(words, "the coupling coefficient")?;
        if !(-1.0..=1.0).contains(&coefficient) {
            let message = format!("the coupling coefficient {coefficient} is not between -1 and 1");
            return self.fail(Diagnostic::error(place, message));
        }
        words.skip_separators();
        if !words.is_done() {
            return self.unexpected(words, &[]);
        }
        Ok((
            head,
            ElementCard::Coupling(Box::new(Coupling {
                inductors,
                coefficient,
            })),
        ))
    }
}

/// A plain number; resistances also in the notation `4k7`.
fn plain(letter: char, text: &str) -> Option<f64> {
    let number = plain_number(text);
    if letter != 'r' || number.is_some() {
        return number;
    }
    parse_resistance(text)
        .filter(|&(_, length)| length == text.len())
        .map(|(number, _)| number)
}
