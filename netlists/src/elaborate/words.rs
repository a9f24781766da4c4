//! A cursor over the words of a card.

use crate::deck::{LineText, Span, Token, TokenKind};
use crate::expression::parse_prefix;
use crate::numbers::parse_number;

/// Reads a card from left to right.
#[derive(Clone, Debug)]
pub(super) struct Words<'t, 'd> {
    pub(super) line: LineText<'d>,
    tokens: &'t [Token],
    at: usize,
}

impl<'t, 'd> Words<'t, 'd> {
    pub(super) fn new(line: LineText<'d>, tokens: &'t [Token]) -> Self {
        Self {
            line,
            tokens,
            at: 0,
        }
    }

    pub(super) fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<Token> {
        self.tokens.get(self.at + ahead).copied()
    }

    pub(super) fn skip(&mut self, count: usize) {
        self.at = (self.at + count).min(self.tokens.len());
    }

    pub(super) fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// The place of the next token, or the end of the line.
    pub(super) fn here(&self) -> Span {
        self.peek().map_or_else(
            || Span {
                start: self.line.span.end.saturating_sub(1),
                ..self.line.span
            },
            |token| self.line.place(token),
        )
    }

    /// Passes commas and parentheses, which separate like blanks.
    pub(super) fn skip_separators(&mut self) {
        while let Some(token) = self.peek() {
            if !matches!(
                token.kind,
                TokenKind::Comma | TokenKind::Open | TokenKind::Close
            ) {
                break;
            }
            self.at += 1;
        }
    }

    /// The next bare word, without taking it.
    pub(super) fn peek_word(&mut self) -> Option<&'d str> {
        self.skip_separators();
        self.peek()
            .filter(|token| token.kind == TokenKind::Word)
            .map(|token| self.line.slice(token))
    }

    /// Takes the next bare word, as nodes and names are.
    pub(super) fn word(&mut self) -> Option<LineText<'d>> {
        self.skip_separators();
        let token = self.peek().filter(|token| token.kind == TokenKind::Word)?;
        self.at += 1;
        Some(LineText {
            text: self.line.slice(token),
            span: self.line.place(token),
        })
    }

    /// Takes the next token as it is written: a word, or what is in quotes or braces.
    pub(super) fn text(&mut self) -> Option<LineText<'d>> {
        let token = self.peek().filter(|token| {
            matches!(
                token.kind,
                TokenKind::Word | TokenKind::Text | TokenKind::Expression
            )
        })?;
        self.at += 1;
        Some(LineText {
            text: self.line.slice(token),
            span: self.line.place(token),
        })
    }

    /// True when a name and `=` follow.
    pub(super) fn at_named(&mut self) -> bool {
        self.skip_separators();
        self.peek()
            .is_some_and(|token| token.kind == TokenKind::Word)
            && self.equals_at(self.at + 1)
    }

    /// A single `=`, not `==`, `<=`, `>=` or `!=`.
    fn equals_at(&self, index: usize) -> bool {
        let kind = |index: usize| self.tokens.get(index).map(|token| token.kind);
        let before = index
            .checked_sub(1)
            .and_then(|before| self.tokens.get(before));
        let comparison =
            before.is_some_and(|&token| self.line.slice(token).ends_with(['<', '>', '!']));
        kind(index) == Some(TokenKind::Equals)
            && kind(index + 1) != Some(TokenKind::Equals)
            && !comparison
    }

    /// Takes a name and its `=`.
    pub(super) fn named(&mut self) -> Option<LineText<'d>> {
        if !self.at_named() {
            return None;
        }
        let name = self.word()?;
        self.at += 1;
        Some(name)
    }

    /// Takes an `=`, if one follows.
    pub(super) fn equals(&mut self) -> bool {
        let found = self
            .peek()
            .is_some_and(|token| token.kind == TokenKind::Equals);
        self.at += usize::from(found);
        found
    }

    /// Takes the next value: a number, a name, `{...}`, `'...'`, or a bare expression.
    pub(super) fn value(&mut self) -> Option<LineText<'d>> {
        self.skip_commas();
        let token = self.peek()?;
        let next = self.peek_at(1);
        match token.kind {
            TokenKind::Expression if !next.is_some_and(|next| self.goes_on(token, next)) => {
                self.at += 1;
                Some(LineText {
                    text: self.line.slice(token),
                    span: self.line.place(token),
                })
            }
            TokenKind::Word if self.is_simple(token, next) => self.word(),
            TokenKind::Expression | TokenKind::Word | TokenKind::Open => {
                Some(self.bare_expression(token))
            }
            _ => None,
        }
    }

    fn skip_commas(&mut self) {
        while self
            .peek()
            .is_some_and(|token| token.kind == TokenKind::Comma)
        {
            self.at += 1;
        }
    }

    /// A word that is a number or a name, with no operator or parenthesis after it.
    fn is_simple(&self, token: Token, next: Option<Token>) -> bool {
        let text = self.line.slice(token);
        let whole = parse_number(text).is_some_and(|(_, length)| length == text.len())
            || text.bytes().all(|byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'#' | b'@')
            })
            || !text.is_ascii();
        whole && !next.is_some_and(|next| self.goes_on(token, next))
    }

    /// True when the token after a value belongs to the same expression.
    fn goes_on(&self, token: Token, next: Token) -> bool {
        let end = token.end + u32::from(token.kind == TokenKind::Expression);
        match next.kind {
            TokenKind::Word => self
                .line
                .slice(next)
                .starts_with(['*', '/', '+', '-', '^', '%', '<', '>', '!', '&', '|', '?']),
            TokenKind::Open => token.kind == TokenKind::Word && next.start == end,
            TokenKind::Equals => self.line.rest(next.end as usize).starts_with('='),
            _ => false,
        }
    }

    /// Takes the longest expression that starts here, or one token if there is none.
    fn bare_expression(&mut self, token: Token) -> LineText<'d> {
        let start = token.start as usize - usize::from(token.kind == TokenKind::Expression);
        let rest = self.line.rest(start);
        let Ok((_, length)) = parse_prefix(rest) else {
            self.at += 1;
            return LineText {
                text: self.line.slice(token),
                span: self.line.place(token),
            };
        };
        let end = start + length.max(1);
        while self
            .peek()
            .is_some_and(|token| (token.start as usize) < end)
        {
            self.at += 1;
        }
        LineText {
            text: rest.get(..length).unwrap_or(rest),
            span: self.line.span.part(start, end),
        }
    }

    /// The text from the next token up to a named value with one of the given names, or to the end of the line; the
    /// cursor goes there.
    pub(super) fn until_named(&mut self, names: &[&str]) -> Option<LineText<'d>> {
        let first = self.peek()?;
        let from = self.at;
        let mut depth = 0_i32;
        while let Some(token) = self.peek() {
            match token.kind {
                TokenKind::Open => depth += 1,
                TokenKind::Close => depth -= 1,
                TokenKind::Word
                    if depth <= 0
                        && self.equals_at(self.at + 1)
                        && names.contains(&self.line.slice(token)) =>
                {
                    break;
                }
                _ => {}
            }
            self.at += 1;
        }
        if self.at == from + 1 && first.kind == TokenKind::Expression {
            return Some(LineText {
                text: self.line.slice(first),
                span: self.line.place(first),
            });
        }
        let start = first.start as usize - usize::from(first.kind == TokenKind::Expression);
        let end = self
            .peek()
            .map_or(self.line.text.len(), |token| token.start as usize);
        let text = self.line.text.get(start..end).unwrap_or("").trim_end();
        (!text.is_empty()).then(|| LineText {
            text,
            span: self.line.span.part(start, start + text.len()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deck::tokenize;

    fn values(text: &'static str) -> Vec<&'static str> {
        let mut tokens = Vec::new();
        tokenize(text, &mut tokens).expect("tokens");
        let mut words = Words::new(
            LineText {
                text,
                span: Span::default(),
            },
            &tokens,
        );
        std::iter::from_fn(|| {
            words.skip_separators();
            words.value().map(|value| value.text)
        })
        .collect()
    }

    #[test]
    fn values_are_numbers_names_and_expressions() {
        assert_eq!(
            values("0 1k 2.5m -1 res {a + b} 'c*2'"),
            ["0", "1k", "2.5m", "-1", "res", "a + b", "c*2"]
        );
        assert_eq!(values("2 * b c"), ["2 * b", "c"]);
        assert_eq!(values("2*max(a, b) {x}*2"), ["2*max(a, b)", "{x}*2"]);
    }

    #[test]
    fn the_text_before_a_named_value_is_one_piece() {
        let text = "v={a}*v(1, 2) == 3 -1 tc1=2";
        let mut tokens = Vec::new();
        tokenize(text, &mut tokens).expect("tokens");
        let mut words = Words::new(
            LineText {
                text,
                span: Span::default(),
            },
            &tokens,
        );
        assert_eq!(words.named().map(|name| name.text), Some("v"));
        assert_eq!(
            words.until_named(&["tc1"]).map(|value| value.text),
            Some("{a}*v(1, 2) == 3 -1")
        );
        assert_eq!(words.named().map(|name| name.text), Some("tc1"));
    }
}
