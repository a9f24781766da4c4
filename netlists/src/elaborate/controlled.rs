//! E, F, G, H and B lines.

use super::elements::{Head, Multiplier};
use super::words::Words;
use super::{
    Behavioural, ControlLaw, Controlled, Elaborator, ElementCard, Failed, Quantity, Value,
};
use crate::deck::{LineText, TokenKind};
use crate::diagnostics::Diagnostic;

/// Parameters that may stand after the expression of a behavioural source.
const PARAMETERS: [&str; 8] = [
    "m",
    "tc1",
    "tc2",
    "temp",
    "dtemp",
    "ic",
    "reciproctc",
    "reciprocm",
];
/// The most inputs of a polynomial.
const POLYNOMIAL_INPUT_LIMIT: u32 = 1000;

impl<'d> Elaborator<'d> {
    /// A controlled source in any of its forms: linear, `poly`, `table`, or an expression.
    pub(super) fn controlled(
        &mut self,
        letter: char,
        words: &mut Words<'_, 'd>,
    ) -> Result<(Head, ElementCard), Failed> {
        let head = self.head(words, 2)?;
        let by_current = matches!(letter, 'f' | 'h');
        let law = match words.peek_word() {
            Some("poly") => self.polynomial(by_current, words)?,
            Some("value" | "vol" | "cur") if !by_current || words.at_named() => {
                words.skip(1);
                words.equals();
                ControlLaw::Expression(self.behaviour(words)?)
            }
            Some("table") => self.table(words)?,
            Some(word) if Self::unsupported_form(words, word) => {
                let place = words.here();
                return self.fail(Diagnostic::error(
                    place,
                    format!("`{word}` of controlled sources is not supported"),
                ));
            }
            _ if by_current => {
                let element = self.controlling_element(words)?;
                ControlLaw::LinearCurrent {
                    element,
                    gain: self.gain(words)?,
                }
            }
            _ => {
                let plus = self.next_node(words)?;
                let minus = self.next_node(words)?;
                ControlLaw::LinearVoltage {
                    plus,
                    minus,
                    gain: self.gain(words)?,
                }
            }
        };
        let mut multiplier = Multiplier::default();
        let mut parameters = Vec::new();
        self.tail(words, &PARAMETERS, &mut parameters, &mut multiplier)?;
        let multiplier = self.multiplicity(multiplier);
        Ok((
            head,
            ElementCard::Controlled(Box::new(Controlled {
                law,
                multiplier,
                parameters,
            })),
        ))
    }

    /// Forms of other simulators, unless a node has that name.
    fn unsupported_form(words: &Words<'_, 'd>, word: &str) -> bool {
        matches!(
            word,
            "laplace"
                | "freq"
                | "chebyshev"
                | "zpole"
                | "npwl"
                | "ppwl"
                | "delay"
                | "opamp"
                | "transformer"
        ) && words
            .peek_at(1)
            .is_some_and(|next| matches!(next.kind, TokenKind::Expression | TokenKind::Equals))
    }

    fn gain(&mut self, words: &mut Words<'_, 'd>) -> Result<Value, Failed> {
        words.skip_separators();
        if matches!(words.peek_word(), Some("gain")) && words.at_named() {
            words.skip(2);
        }
        self.next_value(words, "the gain")
    }

    fn controlling_element(&mut self, words: &mut Words<'_, 'd>) -> Result<u32, Failed> {
        match words.word() {
            Some(name) => self.element_reference(name, name.text),
            None => self.fail(Diagnostic::error(
                words.here(),
                "the name of the element whose current controls is missing",
            )),
        }
    }

    /// `poly(n) inputs coefficients`
    fn polynomial(
        &mut self,
        by_current: bool,
        words: &mut Words<'_, 'd>,
    ) -> Result<ControlLaw, Failed> {
        words.skip(1);
        words.equals();
        words.skip_separators();
        let place = words.here();
        let dimension = self.next_number(words, "the number of inputs of poly")?;
        if !(dimension >= 1.0
            && dimension <= f64::from(POLYNOMIAL_INPUT_LIMIT)
            && dimension.fract() == 0.0)
        {
            let message =
                format!("poly({dimension}) is not between 1 and {POLYNOMIAL_INPUT_LIMIT} inputs");
            return self.fail(Diagnostic::error(place, message));
        }
        let dimension = dimension as usize;
        let mut pairs = Vec::new();
        let mut elements = Vec::new();
        for _ in 0..dimension {
            if by_current {
                elements.push(self.controlling_element(words)?);
            } else {
                let plus = self.next_node(words)?;
                pairs.push((plus, self.next_node(words)?));
            }
        }
        let mut coefficients = Vec::new();
        loop {
            words.skip_separators();
            if words.is_done() || words.at_named() {
                break;
            }
            coefficients.push(self.next_number(words, "a coefficient of poly")?);
        }
        if coefficients.is_empty() {
            return self.fail(Diagnostic::error(
                words.here(),
                "poly needs at least one coefficient",
            ));
        }
        Ok(if by_current {
            ControlLaw::PolynomialCurrent {
                inputs: elements,
                coefficients,
            }
        } else {
            ControlLaw::PolynomialVoltage {
                inputs: pairs,
                coefficients,
            }
        })
    }

    /// `table {input} = (x, y) (x, y) ...`
    fn table(&mut self, words: &mut Words<'_, 'd>) -> Result<ControlLaw, Failed> {
        let start = words.here();
        words.skip(1);
        words.equals();
        let text = self.next_value_text(words, "the input of the table")?;
        let input = self.read_behaviour(text)?;
        words.equals();
        let mut numbers = Vec::new();
        loop {
            words.skip_separators();
            if words.is_done() || words.at_named() {
                break;
            }
            numbers.push(self.next_number(words, "a point of the table")?);
        }
        if numbers.is_empty() || numbers.len() % 2 == 1 {
            let message = format!(
                "a table needs pairs of numbers, but has {} numbers",
                numbers.len()
            );
            return self.fail(Diagnostic::error(start, message));
        }
        let points: Vec<(f64, f64)> = numbers
            .chunks_exact(2)
            .filter_map(|pair| Some((*pair.first()?, *pair.get(1)?)))
            .collect();
        if points
            .iter()
            .zip(points.iter().skip(1))
            .any(|(before, after)| before.0 > after.0)
        {
            return self.fail(Diagnostic::error(
                start,
                "the inputs of a table must not decrease",
            ));
        }
        Ok(ControlLaw::Table { input, points })
    }

    /// The expression up to the parameters at the end of the line.
    fn behaviour(&mut self, words: &mut Words<'_, 'd>) -> Result<Value, Failed> {
        let place = words.here();
        let Some(text) = words.until_named(&PARAMETERS) else {
            return self.fail(Diagnostic::error(place, "the expression is missing"));
        };
        self.read_behaviour(Self::trimmed(text))
    }

    fn trimmed(text: LineText<'d>) -> LineText<'d> {
        let trimmed = text.text.trim();
        let from = text.text.find(trimmed).unwrap_or(0);
        LineText {
            text: trimmed,
            span: text.span.part(from, from + trimmed.len()),
        }
    }

    /// `b1 a b v=...` or `i=...`
    pub(super) fn behavioural(
        &mut self,
        words: &mut Words<'_, 'd>,
    ) -> Result<(Head, ElementCard), Failed> {
        let head = self.head(words, 2)?;
        let mut quantity = None;
        let mut multiplier = Multiplier::default();
        let mut parameters = Vec::new();
        loop {
            words.skip_separators();
            if words.is_done() {
                break;
            }
            let Some(name) = words.named() else {
                return self.unexpected(words, &["v", "i"]);
            };
            match name.text {
                "v" | "i" if quantity.is_none() => {
                    let kind = if name.text == "v" {
                        Quantity::Voltage
                    } else {
                        Quantity::Current
                    };
                    quantity = Some((kind, self.behaviour(words)?));
                }
                "v" | "i" => {
                    return self.fail(Diagnostic::error(
                        name.span,
                        "a behavioural source has one of `v=` and `i=`",
                    ));
                }
                _ => {
                    self.named_value(words, name, &PARAMETERS, &mut parameters, &mut multiplier)?;
                }
            }
        }
        let Some((quantity, value)) = quantity else {
            let finding =
                Diagnostic::error(words.line.span, "a behavioural source needs `v=` or `i=`");
            return self.fail(finding);
        };
        let multiplier = self.multiplicity(multiplier);
        Ok((
            head,
            ElementCard::Behavioural(Box::new(Behavioural {
                quantity,
                value,
                multiplier,
                parameters,
            })),
        ))
    }
}
