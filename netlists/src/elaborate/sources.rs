//! V and I lines.

use super::elements::{Head, Multiplier};
use super::words::Words;
use super::{Elaborator, ElementCard, Failed, Source, Waveform, WaveformKind};
use crate::deck::TokenKind;
use crate::diagnostics::Diagnostic;
use crate::numbers::parse_number;

const WORDS: [&str; 11] = [
    "dc", "ac", "pulse", "sin", "exp", "pwl", "sffm", "am", "trnoise", "trrandom", "m",
];

impl<'d> Elaborator<'d> {
    /// `v1 a b 5`, `v1 a b dc 5 ac 1 90 pulse(0 1 ...)` in any order.
    pub(super) fn source(
        &mut self,
        words: &mut Words<'_, 'd>,
    ) -> Result<(Head, ElementCard), Failed> {
        let head = self.head(words, 2)?;
        let mut source = Source {
            dc: None,
            ac: None,
            waveform: None,
            multiplier: 1.0,
        };
        let mut multiplier = Multiplier::default();
        loop {
            words.skip_separators();
            if words.is_done() {
                break;
            }
            let word = words.peek_word();
            if let Some(kind) = word.and_then(waveform) {
                words.skip(1);
                words.equals();
                source.waveform = Some(self.waveform(kind, words)?);
                continue;
            }
            match word {
                Some("dc") => {
                    words.skip(1);
                    words.equals();
                    source.dc = if self.at_source_value(words) {
                        Some(self.next_value(words, "the DC value")?)
                    } else {
                        Some(super::Value::Number(0.0))
                    };
                }
                Some("ac") => {
                    words.skip(1);
                    words.equals();
                    let mut ac = (1.0, 0.0);
                    if self.at_source_value(words) {
                        ac.0 = self.next_number(words, "the AC magnitude")?;
                        if self.at_source_value(words) {
                            ac.1 = self.next_number(words, "the AC phase")?;
                        }
                    }
                    source.ac = Some(ac);
                }
                Some("m") if words.at_named() => {
                    let Some(name) = words.named() else {
                        return Err(Failed);
                    };
                    self.named_value(words, name, &["m"], &mut Vec::new(), &mut multiplier)?;
                }
                _ if source.dc.is_none() && self.at_source_value(words) => {
                    source.dc = Some(self.next_value(words, "the value")?);
                }
                Some(word)
                    if matches!(
                        word,
                        "distof1" | "distof2" | "portnum" | "z0" | "external" | "pwlfile"
                    ) =>
                {
                    let place = words.here();
                    return self.fail(Diagnostic::error(
                        place,
                        format!("`{word}` of sources is not supported"),
                    ));
                }
                _ => return self.unexpected(words, &WORDS),
            }
        }
        source.multiplier = self.multiplicity(multiplier);
        Ok((head, ElementCard::Source(Box::new(source))))
    }

    /// True when a number, an expression or the name of a parameter comes next.
    fn at_source_value(&mut self, words: &mut Words<'_, 'd>) -> bool {
        words.skip_separators();
        let Some(token) = words.peek() else {
            return false;
        };
        let text = words.line.slice(token);
        match token.kind {
            TokenKind::Expression => true,
            TokenKind::Word if words.at_named() => false,
            TokenKind::Word => {
                parse_number(text).is_some()
                    || text.starts_with(['-', '+'])
                    || self.starts_with_parameter(text)
            }
            _ => false,
        }
    }

    /// `a` or `a*2`, where `a` is a parameter.
    fn starts_with_parameter(&self, text: &str) -> bool {
        let end = text
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(text.len());
        text.get(..end).is_some_and(|name| self.is_parameter(name))
    }

    /// The numbers of a waveform, with or without parentheses, up to the next word.
    fn waveform(
        &mut self,
        kind: WaveformKind,
        words: &mut Words<'_, 'd>,
    ) -> Result<Waveform, Failed> {
        let mut waveform = Waveform {
            kind,
            arguments: Vec::new(),
            named: Vec::new(),
        };
        let start = words.here();
        let what = "the value of the waveform";
        loop {
            if words.at_named() {
                let is_named = matches!(words.peek_word(), Some("r" | "td" | "file"));
                if kind != WaveformKind::PiecewiseLinear || !is_named {
                    break;
                }
                let Some(name) = words.named() else { break };
                if name.text == "file" {
                    return self.fail(Diagnostic::error(name.span, "`pwl file=` is not supported"));
                }
                let value = self.next_number(words, what)?;
                waveform.named.push((name.text.to_owned(), value));
            } else if self.at_source_value(words) {
                waveform.arguments.push(self.next_number(words, what)?);
            } else {
                break;
            }
        }
        if kind == WaveformKind::PiecewiseLinear {
            self.check_piecewise(&waveform.arguments, start)?;
        }
        Ok(waveform)
    }

    fn check_piecewise(
        &mut self,
        arguments: &[f64],
        place: crate::deck::Span,
    ) -> Result<(), Failed> {
        if arguments.is_empty() || arguments.len() % 2 == 1 {
            let message = format!(
                "pwl needs pairs of time and value, but has {} numbers",
                arguments.len()
            );
            return self.fail(Diagnostic::error(place, message));
        }
        let times = arguments.iter().step_by(2);
        if let Some((before, after)) = times
            .clone()
            .zip(times.skip(1))
            .find(|(before, after)| before > after)
        {
            let message =
                format!("the times of pwl decrease: {before:e} s is followed by {after:e} s");
            self.report(Diagnostic::warning(place, message));
        }
        Ok(())
    }
}

fn waveform(word: &str) -> Option<WaveformKind> {
    Some(match word {
        "pulse" => WaveformKind::Pulse,
        "sin" | "sine" => WaveformKind::Sine,
        "exp" => WaveformKind::Exponential,
        "pwl" => WaveformKind::PiecewiseLinear,
        "sffm" => WaveformKind::FrequencyModulated,
        "am" => WaveformKind::AmplitudeModulated,
        "trnoise" => WaveformKind::TransientNoise,
        "trrandom" => WaveformKind::TransientRandom,
        _ => return None,
    })
}
