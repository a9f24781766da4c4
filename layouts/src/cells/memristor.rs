//! Memristors of a model that is chosen at run time.

use std::collections::BTreeMap;

use ohmloom_devices::arrays::{AnyMemristor, StateRange, UseMemristor, with_memristor};
use ohmloom_devices::cells::MemristorDevice;
use ohmloom_devices::memristors::{Choices, KINDS, Memristor, PcmElement, apply_set, set_word};
use ohmloom_devices::parameters::Parameters;
use serde::{Deserialize, Serialize};

use crate::LayoutError;

/// A memristor model with its parameters, as written in configuration files.
///
/// ```toml
/// model = "vteam:tcas2015"                # a model, or a model with one of its published parameter sets
/// parameters = { ron = 1e4, roff = 1e5, window = "kvatinsky" }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemristorDescription {
    /// The type as on a `.model` card; after a colon, if given, the name of a parameter set.
    pub model: String,
    /// What differs from the set, by the names of the `.model` card. The state in which all cells start is among them (`x0`, `gap0`, `r0`, ...).
    #[serde(default)]
    pub parameters: BTreeMap<String, NumberOrWord>,
}

/// The value of a model parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum NumberOrWord {
    /// In SI units.
    Number(f64),
    /// Such as the name of a window.
    Word(String),
}

impl MemristorDescription {
    /// So many memristors, all in the state in which the parameters let them start.
    ///
    /// # Errors
    /// [`LayoutError::BadCell`]: an unknown model, set, parameter or word; a value out of range.
    pub fn build(&self, count: usize) -> Result<AnyMemristor, LayoutError> {
        let kind = self.kind();
        let user = Memristors {
            description: self,
            count,
        };
        with_memristor(&kind, user).unwrap_or_else(|| {
            // Phase-change cells have no states that pulses move.
            let known: Vec<&str> = KINDS
                .into_iter()
                .filter(|kind| *kind != PcmElement::KIND)
                .collect();
            let known = known.join(", ");
            let reason = format!("there is no memristor model `{kind}`; there are {known}");
            Err(LayoutError::BadCell { reason })
        })
    }

    fn kind(&self) -> String {
        let (kind, _) = self.model.split_once(':').unwrap_or((&self.model, ""));
        kind.trim().to_ascii_lowercase()
    }

    /// Both ends of what the memristors can be programmed to, compared at `v` (V).
    ///
    /// # Errors
    /// As [`Self::build`]; [`LayoutError::BadCell`] for a model whose state has no bounds between which it conducts more and less.
    pub fn range(&self, v: f64) -> Result<StateRange, LayoutError> {
        self.build(1)?.range(v).ok_or_else(|| {
            let model = &self.model;
            let reason = format!(
                "memristor model {model}: its state has no bounds between which it conducts more and less at {v} V"
            );
            LayoutError::BadCell { reason }
        })
    }
}

/// So many memristors of a description.
struct Memristors<'a> {
    description: &'a MemristorDescription,
    count: usize,
}

impl UseMemristor for Memristors<'_> {
    type Output = Result<AnyMemristor, LayoutError>;

    fn with<M: Memristor<K>, const K: usize>(self) -> Self::Output
    where
        MemristorDevice<M, K>: Into<AnyMemristor>,
    {
        let model = &self.description.model;
        let wrong = |error: &dyn std::fmt::Display| LayoutError::BadCell {
            reason: format!("memristor model {model}: {error}"),
        };
        let (mut parameters, mut choices) = (M::Parameters::default(), Choices::default());
        if let Some((_, set)) = model.split_once(':') {
            apply_set::<M, K>(set.trim(), &mut parameters, &mut choices)
                .map_err(|error| wrong(&error))?;
        }
        for (name, value) in &self.description.parameters {
            let name = name.to_ascii_lowercase();
            match value {
                NumberOrWord::Number(value) => parameters.set(&name, *value),
                NumberOrWord::Word(word) => set_word::<M, K>(&name, word, &mut choices),
            }
            .map_err(|error| wrong(&error))?;
        }
        let model = M::new(&parameters, choices).map_err(|error| wrong(&error))?;
        let initial = vec![model.initial(); self.count];
        Ok(MemristorDevice::new(model, initial).into())
    }
}
