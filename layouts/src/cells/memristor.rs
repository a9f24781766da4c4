//! Memristors of a model that is chosen at run time.

use std::collections::BTreeMap;

use ohmloom_devices::arrays::{AnyMemristor, StateRange};
use ohmloom_devices::cells::MemristorDevice;
use ohmloom_devices::memristors::{
    Choices, JartV1b, KINDS, LinearDrift, Memristor, Messaris2018, Messaris2021, Mmss, PcmElement,
    Pershin, Simmons, StanfordPku, Team, Vteam, Yakopcic, apply_set, set_word,
};
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
        match kind.as_str() {
            LinearDrift::KIND => self.devices::<LinearDrift, 1>(count),
            Team::KIND => self.devices::<Team, 1>(count),
            Vteam::KIND => self.devices::<Vteam, 1>(count),
            Simmons::KIND => self.devices::<Simmons, 1>(count),
            Yakopcic::KIND => self.devices::<Yakopcic, 1>(count),
            StanfordPku::KIND => self.devices::<StanfordPku, 1>(count),
            JartV1b::KIND => self.devices::<JartV1b, 3>(count),
            Mmss::KIND => self.devices::<Mmss, 1>(count),
            Messaris2018::KIND => self.devices::<Messaris2018, 1>(count),
            Messaris2021::KIND => self.devices::<Messaris2021, 1>(count),
            Pershin::KIND => self.devices::<Pershin, 1>(count),
            _ => {
                // Phase-change cells have no states that pulses move.
                let known: Vec<&str> = KINDS
                    .into_iter()
                    .filter(|kind| *kind != PcmElement::KIND)
                    .collect();
                let known = known.join(", ");
                let reason = format!("there is no memristor model `{kind}`; there are {known}");
                Err(LayoutError::BadCell { reason })
            }
        }
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

    fn devices<M: Memristor<K>, const K: usize>(
        &self,
        count: usize,
    ) -> Result<AnyMemristor, LayoutError>
    where
        MemristorDevice<M, K>: Into<AnyMemristor>,
    {
        let wrong = |error: &dyn std::fmt::Display| LayoutError::BadCell {
            reason: format!("memristor model {}: {error}", self.model),
        };
        let (mut parameters, mut choices) = (M::Parameters::default(), Choices::default());
        if let Some((_, set)) = self.model.split_once(':') {
            apply_set::<M, K>(set.trim(), &mut parameters, &mut choices)
                .map_err(|error| wrong(&error))?;
        }
        for (name, value) in &self.parameters {
            let name = name.to_ascii_lowercase();
            match value {
                NumberOrWord::Number(value) => parameters.set(&name, *value),
                NumberOrWord::Word(word) => set_word::<M, K>(&name, word, &mut choices),
            }
            .map_err(|error| wrong(&error))?;
        }
        let model = M::new(&parameters, choices).map_err(|error| wrong(&error))?;
        let initial = vec![model.initial(); count];
        Ok(MemristorDevice::new(model, initial).into())
    }
}
