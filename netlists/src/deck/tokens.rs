//! Words of a logical line, as slices of its text.

use super::{Sources, Span};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A bare word.
    Word,
    /// `{...}` or `'...'`: the token's text is what is inside.
    Expression,
    /// `"..."`: the token's text is what is inside.
    Text,
    /// `=`
    Equals,
    /// `(`
    Open,
    /// `)`
    Close,
    /// `,`
    Comma,
}

/// A token: bytes `start..end` of its line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// Why a line cannot be cut into tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UnclosedBracket {
    /// Offset of the bracket or quote in the line.
    pub(crate) at: usize,
    /// The character that is missing.
    pub(crate) missing: char,
}

/// Cuts a line into tokens, which replace the contents of `tokens`.
pub(crate) fn tokenize(line: &str, tokens: &mut Vec<Token>) -> Result<(), UnclosedBracket> {
    tokens.clear();
    let bytes = line.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let (kind, start, end, next) = match byte {
            b' ' | b'\t' | b'\r' | b'\n' | 12 | 26 => {
                at += 1;
                continue;
            }
            b'=' => (TokenKind::Equals, at, at + 1, at + 1),
            b'(' => (TokenKind::Open, at, at + 1, at + 1),
            b')' => (TokenKind::Close, at, at + 1, at + 1),
            b',' => (TokenKind::Comma, at, at + 1, at + 1),
            b'{' => {
                let close = closing_brace(bytes, at).ok_or(UnclosedBracket { at, missing: '}' })?;
                (TokenKind::Expression, at + 1, close, close + 1)
            }
            b'\'' | b'"' => {
                let close = bytes[at + 1..]
                    .iter()
                    .position(|&other| other == byte)
                    .ok_or(UnclosedBracket {
                        at,
                        missing: char::from(byte),
                    })?
                    + at
                    + 1;
                let kind = if byte == b'"' {
                    TokenKind::Text
                } else {
                    TokenKind::Expression
                };
                (kind, at + 1, close, close + 1)
            }
            _ => {
                let length = bytes[at..]
                    .iter()
                    .position(|&other| ends_word(other))
                    .unwrap_or(bytes.len() - at);
                (TokenKind::Word, at, at + length.max(1), at + length.max(1))
            }
        };
        tokens.push(Token {
            kind,
            start: start as u32,
            end: end as u32,
        });
        at = next;
    }
    Ok(())
}

fn ends_word(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t' | b'\r' | b'\n' | 12 | 26 | b'=' | b'(' | b')' | b',' | b'{' | b'\'' | b'"'
    )
}

fn closing_brace(bytes: &[u8], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (offset, &byte) in bytes[open..].iter().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(open + offset);
                }
            }
            _ => {}
        }
    }
    None
}

/// A logical line: its text in lower case and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LineText<'d> {
    pub(crate) text: &'d str,
    pub(crate) span: Span,
}

impl<'d> LineText<'d> {
    pub(crate) fn new(sources: &'d Sources, span: Span) -> Self {
        Self {
            text: sources.folded(span),
            span,
        }
    }

    /// The text of a token.
    pub(crate) fn slice(&self, token: Token) -> &'d str {
        self.text
            .get(token.start as usize..token.end as usize)
            .unwrap_or("")
    }

    /// Where a token stands in its file.
    pub(crate) fn place(&self, token: Token) -> Span {
        self.span.part(token.start as usize, token.end as usize)
    }

    /// The line from a byte offset on.
    pub(crate) fn rest(&self, from: usize) -> &'d str {
        self.text.get(from..).unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::TokenKind::{Close, Comma, Equals, Expression, Open, Text, Word};
    use super::*;

    #[test]
    fn words_expressions_and_punctuation() {
        let line = "v1 in<3> 0 dc={a + {b}} sin(0,'x y') \"F i\"";
        let mut tokens = Vec::new();
        tokenize(line, &mut tokens).expect("tokens");
        let found: Vec<(TokenKind, &str)> = tokens
            .iter()
            .map(|token| (token.kind, &line[token.start as usize..token.end as usize]))
            .collect();
        assert_eq!(
            found,
            [
                (Word, "v1"),
                (Word, "in<3>"),
                (Word, "0"),
                (Word, "dc"),
                (Equals, "="),
                (Expression, "a + {b}"),
                (Word, "sin"),
                (Open, "("),
                (Word, "0"),
                (Comma, ","),
                (Expression, "x y"),
                (Close, ")"),
                (Text, "F i"),
            ]
        );
    }

    #[test]
    fn unclosed_brackets_are_found() {
        let mut tokens = Vec::new();
        assert_eq!(
            tokenize("r1 {a", &mut tokens),
            Err(UnclosedBracket {
                at: 3,
                missing: '}'
            })
        );
        assert_eq!(
            tokenize("r1 'a", &mut tokens),
            Err(UnclosedBracket {
                at: 3,
                missing: '\''
            })
        );
    }
}
