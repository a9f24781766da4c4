//! What `$` in a command is replaced by.

use crate::results::{Vector, VectorData, format::general};

use super::interpreter::Interpreter;
use super::text::expression;
use super::variables::{Variable, shortest};

/// How numbers of vectors are written in place of `$&vector`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Digits {
    /// As `echo` shows them: six digits.
    Shown,
    /// As many as reading them back exactly needs.
    Exact,
}

/// Longest text that a command may grow to, in bytes.
const LENGTH_LIMIT: usize = 1 << 24;

impl Interpreter<'_> {
    /// Replaces `$name`, `${name}`, `$name[i]`, `$?name`, `$#name` and `$&vector` outside of single quotes; drops the braces
    /// of `{...}` outside of quotes.
    pub(super) fn substituted(&self, text: &str, digits: Digits) -> Result<String, String> {
        if !text.contains(['$', '{', '}', '\\']) {
            return Ok(text.to_owned());
        }
        let mut made = String::new();
        let mut rest = text;
        let mut quote = None;
        while let Some(letter) = rest.chars().next() {
            let after = rest.get(letter.len_utf8()..).unwrap_or_default();
            if made.len() > LENGTH_LIMIT {
                return Err("the command becomes too long".to_owned());
            }
            match letter {
                '\\' if after.starts_with(['$', '\\', '"', '\'']) => {
                    made.push_str(after.get(..1).unwrap_or_default());
                    rest = after.get(1..).unwrap_or_default();
                    continue;
                }
                '"' | '\'' if quote == Some(letter) => quote = None,
                '"' | '\'' if quote.is_none() => quote = Some(letter),
                '{' | '}' if quote.is_none() => {
                    rest = after;
                    continue;
                }
                '$' if quote != Some('\'') => {
                    if let Some((value, length)) = self.dollar(after, digits)? {
                        made.push_str(&value);
                        rest = after.get(length..).unwrap_or_default();
                        continue;
                    }
                }
                _ => {}
            }
            made.push(letter);
            rest = after;
        }
        Ok(made)
    }

    /// The value of what follows a `$`, and its length; none for a lone `$`.
    fn dollar(&self, text: &str, digits: Digits) -> Result<Option<(String, usize)>, String> {
        let head = text.chars().next();
        match head {
            Some('?') => {
                let name = name_length(text.get(1..).unwrap_or_default());
                let is_set = self
                    .variable(text.get(1..=name).unwrap_or_default())
                    .is_some();
                Ok((name > 0).then(|| (u8::from(is_set).to_string(), 1 + name)))
            }
            Some('#') => {
                let length = name_length(text.get(1..).unwrap_or_default());
                let name = text.get(1..=length).unwrap_or_default();
                let count = match self.variable(name) {
                    Some(Variable::List(words)) => words.len(),
                    Some(Variable::Word(_)) => 1,
                    None => return Err(format!("{name}: no such variable")),
                };
                Ok(Some((count.to_string(), 1 + length)))
            }
            Some('&') => {
                let length = vector_length(text.get(1..).unwrap_or_default());
                let name = text.get(1..=length).unwrap_or_default();
                let vector = self.evaluated(&expression(name)?)?;
                Ok(Some((shown(&vector, digits), 1 + length)))
            }
            Some('{') => {
                let end = text.find('}').ok_or("a `${` is not closed")?;
                let name = text.get(1..end).unwrap_or_default();
                Ok(Some((self.value(name, None)?, end + 1)))
            }
            _ => {
                let length = name_length(text);
                if length == 0 {
                    return Ok(None);
                }
                let name = text.get(..length).unwrap_or_default();
                let after = text.get(length..).unwrap_or_default();
                let index = after
                    .strip_prefix('[')
                    .and_then(|inside| inside.split_once(']'))
                    .map(|(index, _)| index);
                let used = length + index.map_or(0, |index| index.len() + 2);
                Ok(Some((self.value(name, index)?, used)))
            }
        }
    }

    fn value(&self, name: &str, index: Option<&str>) -> Result<String, String> {
        let words = match self.variable(name) {
            Some(Variable::Word(word)) => vec![word],
            Some(Variable::List(words)) => words,
            None => return Err(format!("{name}: no such variable")),
        };
        let Some(index) = index else {
            return Ok(words.join(" "));
        };
        let index = self.substituted(index, Digits::Exact)?;
        let bound = |text: &str| -> Result<usize, String> {
            text.trim()
                .parse()
                .ok()
                .filter(|at| (1..=words.len()).contains(at))
                .ok_or_else(|| {
                    format!(
                        "index `{}` is outside of `{name}`, which has {} word(s)",
                        text.trim(),
                        words.len()
                    )
                })
        };
        let (from, to) = match index.split_once('-') {
            Some((from, to)) => (bound(from)?, bound(to)?),
            None => (bound(&index)?, bound(&index)?),
        };
        Ok(words.get(from - 1..to).unwrap_or_default().join(" "))
    }

    /// A variable, or one of those that tell of the plots.
    fn variable(&self, name: &str) -> Option<Variable> {
        let plot = self.plots.current();
        let word = |text: &str| Some(Variable::Word(text.to_owned()));
        match name {
            "curplot" => word(&plot.type_name),
            "curplotname" => word(&plot.name),
            "curplottitle" => word(&plot.title),
            "curplotdate" => word(&plot.date),
            "plots" => Some(Variable::List(
                self.plots
                    .plots()
                    .iter()
                    .map(|plot| plot.type_name.clone())
                    .collect(),
            )),
            _ => self.variables.get(name).cloned(),
        }
    }
}

/// Length of the name of a variable at the start of a text.
fn name_length(text: &str) -> usize {
    let length = text
        .find(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | '.')))
        .unwrap_or(text.len());
    // A full stop at the end belongs to the sentence.
    text.get(..length)
        .map_or(0, |name| name.trim_end_matches('.').len())
}

/// Length of the name of a vector, with its arguments and its index: `tran1.v(out)[3]`.
fn vector_length(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut length = 0;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' if depth == 0 => break,
            ')' | ']' => depth -= 1,
            _ if depth > 0
                || letter.is_alphanumeric()
                || matches!(letter, '_' | '.' | '#' | '@' | ':') => {}
            _ => break,
        }
        length = at + letter.len_utf8();
    }
    if depth > 0 {
        text.find(['(', '[']).unwrap_or(length)
    } else {
        length
    }
}

/// The values of a vector as words.
fn shown(vector: &Vector, digits: Digits) -> String {
    let number = |value: f64| match digits {
        Digits::Shown => general(value, 6),
        Digits::Exact => shortest(value),
    };
    let list: Vec<String> = match &vector.data {
        VectorData::Real(values) => values.iter().map(|&value| number(value)).collect(),
        VectorData::Complex(values) => values
            .iter()
            .map(|value| format!("{},{}", number(value.re), number(value.im)))
            .collect(),
    };
    list.join(" ")
}
