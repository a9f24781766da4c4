//! The words of a `.meas` statement.

use std::ops::Range;

/// A word, with quotes and brackets still around it, or an equals sign.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    pub(super) at: Range<usize>,
}

impl Word<'_> {
    pub(super) fn is(&self, word: &str) -> bool {
        self.text.eq_ignore_ascii_case(word)
    }
}

/// Cuts at white space and at `=`, but not inside of quotes or brackets. A bracket that is not closed takes the rest.
pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let mut found = Vec::new();
    let mut start = None;
    let mut depth = 0_usize;
    let mut quote = None;
    let mut push = |from: usize, to: usize| {
        if let Some(word) = text.get(from..to) {
            found.push(Word {
                text: word,
                at: from..to,
            });
        }
    };
    for (at, letter) in text.char_indices() {
        if let Some(open) = quote {
            if letter == open {
                quote = None;
            }
            continue;
        }
        let before = text.get(..at).unwrap_or_default();
        let after = text.get(at + 1..).unwrap_or_default();
        let comparison = before.ends_with(['<', '>', '!', '=']) || after.starts_with('=');
        match letter {
            _ if depth == 0 && (letter.is_whitespace() || letter == '=' && !comparison) => {
                if let Some(from) = start.take() {
                    push(from, at);
                }
                if letter == '=' {
                    push(at, at + 1);
                }
                continue;
            }
            '\'' | '"' => quote = Some(letter),
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        start.get_or_insert(at);
    }
    if let Some(from) = start {
        push(from, text.len());
    }
    found
}

/// The inside of `'...'`, `"..."`, `{...}`, `par('...')` or `par(...)`; the text itself otherwise.
pub(super) fn unwrapped(text: &str) -> &str {
    let text = text.trim();
    let between = |open: char, close: char| {
        text.strip_prefix(open)
            .and_then(|rest| rest.strip_suffix(close))
            .filter(|inner| !inner.contains(open))
    };
    if let Some(inner) = between('\'', '\'')
        .or_else(|| between('"', '"'))
        .or_else(|| between('{', '}'))
    {
        return inner.trim();
    }
    if text
        .get(..4)
        .is_some_and(|head| head.eq_ignore_ascii_case("par("))
        && let Some(inner) = text.get(4..).and_then(|rest| rest.strip_suffix(')'))
    {
        return unwrapped(inner);
    }
    text
}
