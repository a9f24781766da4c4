//! `.save`, `.print`, `.plot`, `.probe`, `.four` and `.meas`: kept as text.

use std::fmt::Write as _;

use super::{Elaborator, Failed, Fourier, OutputKind, OutputRequest};
use crate::deck::{Command, LineText, TextLine};
use crate::diagnostics::Diagnostic;

/// Words that name an analysis at the start of a `.print` or `.plot` line.
const ANALYSES: [&str; 10] = [
    "tran", "dc", "ac", "op", "noise", "tf", "sens", "disto", "pz", "hb",
];

impl<'d> Elaborator<'d> {
    pub(super) fn output_command(
        &mut self,
        command: Command,
        line: LineText<'d>,
    ) -> Result<(), Failed> {
        let kind = match command {
            Command::Save => OutputKind::Save,
            Command::Print => OutputKind::Print,
            Command::Plot => OutputKind::Plot,
            Command::Probe => OutputKind::Probe,
            Command::Fourier => return self.fourier(line),
            _ => return self.measure(line),
        };
        let mut items = items(line);
        let named = matches!(kind, OutputKind::Print | OutputKind::Plot)
            && items
                .first()
                .is_some_and(|item| ANALYSES.contains(&item.text.as_str()));
        let analysis = named.then(|| items.remove(0).text);
        self.circuit.outputs.push(OutputRequest {
            kind,
            analysis,
            items,
            span: line.span,
        });
        Ok(())
    }

    fn fourier(&mut self, line: LineText<'d>) -> Result<(), Failed> {
        let mut items = items(line);
        if items.len() < 2 {
            let message = "`.four` needs a frequency and vectors";
            return self.fail(Diagnostic::error(line.span, message));
        }
        let first = items.remove(0);
        let text = LineText {
            text: self
                .deck
                .sources
                .folded(first.span)
                .trim_matches(|c| matches!(c, '{' | '}' | '\'')),
            span: first.span,
        };
        let frequency = self.constant(text)?;
        if frequency <= 0.0 {
            return self.fail(Diagnostic::error(
                first.span,
                "the frequency must be greater than zero",
            ));
        }
        self.circuit.fourier.push(Fourier {
            frequency,
            items,
            span: line.span,
        });
        Ok(())
    }

    /// Keeps the line; `{...}` and `'...'` in parameters only become numbers.
    fn measure(&mut self, line: LineText<'d>) -> Result<(), Failed> {
        let tokens = self.tokens_of(line)?;
        let mut text = String::with_capacity(line.text.len());
        let mut copied = 0;
        for &token in tokens
            .iter()
            .filter(|token| token.kind == crate::deck::TokenKind::Expression)
        {
            let inner = LineText {
                text: line.slice(token),
                span: line.place(token),
            };
            if let Some(number) = self.quiet_constant(inner) {
                let open = token.start as usize - 1;
                text.push_str(line.text.get(copied..open).unwrap_or(""));
                let _ = write!(text, "{number:e}");
                copied = token.end as usize + 1;
            }
        }
        text.push_str(line.rest(copied));
        self.give_back(tokens);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.circuit.measures.push(TextLine {
            text,
            span: line.span,
        });
        Ok(())
    }
}

/// The parts of a line after its first word: separated by blanks, commas and semicolons outside brackets and quotes, blanks
/// around `=` and before `(` taken out.
fn items(line: LineText<'_>) -> Vec<TextLine> {
    let text = line.text;
    let first = text.find(|c: char| c.is_whitespace()).unwrap_or(text.len());
    let mut items: Vec<TextLine> = Vec::new();
    let mut depth = 0_usize;
    let mut quote = None;
    let mut start: Option<usize> = None;
    let mut push = |from: usize, to: usize| {
        let part = text.get(from..to).unwrap_or("");
        let joins = part.starts_with(['=', '('])
            || items.last().is_some_and(|item| item.text.ends_with('='));
        match items.last_mut() {
            Some(last) if joins => {
                last.text.push_str(part);
                last.span.end = line.span.part(from, to).end;
            }
            _ => items.push(TextLine {
                text: part.to_owned(),
                span: line.span.part(from, to),
            }),
        }
    };
    for (at, c) in text.char_indices().skip_while(|&(at, _)| at < first) {
        match c {
            '\'' | '"' if quote == Some(c) => quote = None,
            '\'' | '"' if quote.is_none() => quote = Some(c),
            _ if quote.is_some() => {}
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let separates =
            depth == 0 && quote.is_none() && (c.is_whitespace() || c == ',' || c == ';');
        match (separates, start) {
            (true, Some(from)) => {
                push(from, at);
                start = None;
            }
            (false, None) => start = Some(at),
            _ => {}
        }
    }
    if let Some(from) = start {
        push(from, text.len());
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deck::Span;

    #[test]
    fn items_are_split_outside_brackets() {
        let text = ".print tran format = raw v(1, 2) {v(1) + 2} i(v1),v (3)";
        let span = Span {
            file: 0,
            start: 0,
            end: text.len() as u32,
        };
        let found: Vec<String> = items(LineText { text, span })
            .into_iter()
            .map(|item| item.text)
            .collect();
        assert_eq!(
            found,
            [
                "tran",
                "format=raw",
                "v(1, 2)",
                "{v(1) + 2}",
                "i(v1)",
                "v(3)"
            ]
        );
    }
}
