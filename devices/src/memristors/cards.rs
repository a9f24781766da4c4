//! What a model card says besides numbers: words, and the names of published parameter sets.

use super::{
    JartV1b, LinearDrift, Memristor, Messaris2018, Messaris2021, Mmss, PcmElement, Pershin,
    ResistanceLaw, Simmons, StanfordPku, Team, Vteam, Window, Yakopcic,
};
use crate::parameters::{ParameterError, Parameters};

/// The parameters of memristors that are words: of any model, and the name of a parameter set.
pub const WORD_PARAMETERS: [&str; 4] = ["set", "window", "rx", "model"];

/// The types on `.model` cards.
pub const KINDS: [&str; 12] = [
    LinearDrift::KIND,
    Team::KIND,
    Vteam::KIND,
    Simmons::KIND,
    Yakopcic::KIND,
    StanfordPku::KIND,
    JartV1b::KIND,
    Mmss::KIND,
    Messaris2018::KIND,
    Messaris2021::KIND,
    Pershin::KIND,
    PcmElement::KIND,
];

/// The windows of models without lengths.
pub(super) const DRIFT_WINDOWS: [&str; 5] = ["none", "joglekar", "biolek", "prodromakis", "zha"];
/// The words of models with a moving boundary.
pub(super) const BOUNDARY_WORDS: [WordParameter; 2] = [
    WordParameter {
        name: "window",
        words: &[
            "none",
            "joglekar",
            "biolek",
            "prodromakis",
            "zha",
            "kvatinsky",
        ],
    },
    WordParameter {
        name: "rx",
        words: &["linear", "exponential"],
    },
];

/// A parameter that is a word.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WordParameter {
    /// Its name.
    pub name: &'static str,
    /// What it may be.
    pub words: &'static [&'static str],
}

/// A published parameter set: what differs from the defaults of the model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParameterSet {
    /// Its name on a card: `set=tcad2013`.
    pub name: &'static str,
    /// The paper it comes from.
    pub source: &'static str,
    /// Parameters by name.
    pub values: &'static [(&'static str, f64)],
    /// Parameters that are words.
    pub words: &'static [(&'static str, &'static str)],
}

/// Words that some models take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// How the drift of the state slows down at its bounds.
    pub window: Window,
    /// How the resistance depends on the state.
    pub resistance: ResistanceLaw,
}

/// Sets a parameter of a model that is a word: `window` or `rx`.
///
/// # Errors
/// [`ParameterError::Unknown`] when the model has no such word, [`ParameterError::Word`] when it has no such value.
pub fn set_word<M: Memristor<K>, const K: usize>(
    name: &str,
    word: &str,
    choices: &mut Choices,
) -> Result<(), ParameterError> {
    let parameter = M::WORDS
        .iter()
        .find(|parameter| parameter.name == name)
        .ok_or_else(|| ParameterError::Unknown {
            name: name.to_owned(),
        })?;
    if !parameter.words.contains(&word) {
        return Err(unknown_word(name, word, parameter.words));
    }
    if let Some(window) = Window::from_name(word).filter(|_| name == "window") {
        choices.window = window;
    }
    if let Some(law) = ResistanceLaw::from_name(word).filter(|_| name == "rx") {
        choices.resistance = law;
    }
    Ok(())
}

/// Sets all parameters of a published set, by its name.
///
/// # Errors
/// [`ParameterError::Word`] with the names of the sets that the model has.
pub fn apply_set<M: Memristor<K>, const K: usize>(
    name: &str,
    parameters: &mut M::Parameters,
    choices: &mut Choices,
) -> Result<(), ParameterError> {
    let Some(set) = M::SETS.iter().find(|set| set.name == name) else {
        let known: Vec<&'static str> = M::SETS.iter().map(|set| set.name).collect();
        return Err(unknown_word("set", name, &known));
    };
    for (parameter, value) in set.values {
        parameters.set(parameter, *value)?;
    }
    for (parameter, word) in set.words {
        set_word::<M, K>(parameter, word, choices)?;
    }
    Ok(())
}

pub(super) fn unknown_word(name: &str, word: &str, known: &[&'static str]) -> ParameterError {
    ParameterError::Word {
        name: name.to_owned(),
        word: word.to_owned(),
        known: known.to_vec(),
    }
}
