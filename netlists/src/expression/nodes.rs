//! The node and element names inside `v(...)` and `i(...)`, which may hold signs that are operators elsewhere.

use std::ops::Range;

use super::error::SyntaxError;

/// The arguments of `v(` or `i(`, and the position after the closing parenthesis.
pub(super) struct Names {
    pub(super) first: String,
    pub(super) second: Option<String>,
    pub(super) end: usize,
}

/// Reads names from byte `open`, where the parenthesis is, to the one that closes it. `what` names the whole, as in `v`.
pub(super) fn names(
    text: &str,
    open: usize,
    what: &str,
    start: usize,
) -> Result<Names, SyntaxError> {
    let inside = open + 1;
    let rest = text.get(inside..).unwrap_or_default();
    let mut depth = 0_usize;
    let mut cuts = Vec::new();
    let mut close = None;
    for (at, letter) in rest.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' if depth == 0 => {
                close = Some(at);
                break;
            }
            ')' => depth -= 1,
            ',' if depth == 0 => cuts.push(at),
            _ => {}
        }
    }
    let Some(close) = close else {
        return Err(SyntaxError::new(
            "this parenthesis is not closed",
            open..open + 1,
        ));
    };
    let whole: Range<usize> = start..inside + close + 1;
    let part = |from: usize, to: usize| -> Result<String, SyntaxError> {
        let raw = rest.get(from..to).unwrap_or_default();
        let name = raw.trim();
        if name.is_empty() {
            return Err(SyntaxError::new(
                format!("a name is missing in {what}(...)"),
                whole.clone(),
            ));
        }
        if name.contains(|letter: char| {
            letter.is_whitespace() || matches!(letter, '(' | ')' | '{' | '}' | '"' | '\'' | '=')
        }) {
            let lead = raw.len() - raw.trim_start().len();
            let at = inside + from + lead..inside + from + lead + name.len();
            return Err(SyntaxError::with_help(
                format!("`{name}` is not a name"),
                at,
                format!("{what}(...) takes names, separated by a comma, and no expressions"),
            ));
        }
        Ok(name.to_lowercase())
    };
    let end = inside + close + 1;
    match cuts.as_slice() {
        [] => Ok(Names {
            first: part(0, close)?,
            second: None,
            end,
        }),
        [cut] => Ok(Names {
            first: part(0, *cut)?,
            second: Some(part(cut + 1, close)?),
            end,
        }),
        _ => Err(SyntaxError::new(
            format!("{what}(...) has too many names"),
            whole,
        )),
    }
}
