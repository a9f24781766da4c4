//! Shell variables: `set`, `unset`, and their values.

use std::collections::BTreeMap;

use crate::numbers::parse_number;
use crate::results::format::general;

/// The value of a variable.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Variable {
    /// A word or a number; empty for a flag.
    Word(String),
    /// `( a b c )`.
    List(Vec<String>),
}

/// Variables by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Variables(BTreeMap<String, Variable>);

/// A number in the fewest digits that read back exactly, at least in the form of six digits.
pub(super) fn shortest(value: f64) -> String {
    (6..=17)
        .map(|digits| general(value, digits))
        .find(|text| text.parse() == Ok(value))
        .unwrap_or_else(|| general(value, 17))
}

/// The number that a whole word is, with SPICE suffixes.
pub(super) fn number(word: &str) -> Option<f64> {
    parse_number(word)
        .filter(|(_, used)| *used == word.len())
        .map(|(value, _)| value)
}

impl Variables {
    pub(super) fn set(&mut self, name: &str, value: Variable) {
        self.0.insert(name.to_owned(), value);
    }

    /// Sets a word; numbers lose their suffix (`5k` is 5000).
    pub(super) fn set_word(&mut self, name: &str, word: &str) {
        let word = number(word).map_or_else(|| word.to_owned(), shortest);
        self.set(name, Variable::Word(word));
    }

    pub(super) fn unset(&mut self, name: &str) -> bool {
        self.0.remove(name).is_some()
    }

    pub(super) fn get(&self, name: &str) -> Option<&Variable> {
        self.0.get(name)
    }

    pub(super) fn is_set(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The text of a one-word variable.
    pub(super) fn word(&self, name: &str) -> Option<&str> {
        match self.0.get(name) {
            Some(Variable::Word(word)) => Some(word),
            _ => None,
        }
    }

    /// A variable that is a whole number in a range, else the default.
    pub(super) fn count(
        &self,
        name: &str,
        range: std::ops::RangeInclusive<usize>,
        default: usize,
    ) -> usize {
        self.word(name)
            .and_then(number)
            .filter(|value| value.fract() == 0.0 && *value >= 0.0)
            .map(|value| value as usize)
            .filter(|value| range.contains(value))
            .unwrap_or(default)
    }

    /// All names with their values as text.
    pub(super) fn list(&self) -> impl Iterator<Item = (&str, String)> {
        self.0.iter().map(|(name, value)| {
            let text = match value {
                Variable::Word(word) => word.clone(),
                Variable::List(words) => format!("( {} )", words.join(" ")),
            };
            (name.as_str(), text)
        })
    }
}
