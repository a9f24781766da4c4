//! Memristors of a model that is chosen at run time.

use std::collections::BTreeMap;

use ohmloom_devices::memristors::{
    Choices, JartV1b, KINDS, LinearDrift, Memristor, Messaris2018, Messaris2021, Mmss, PcmElement,
    Pershin, Simmons, StanfordPku, Team, Vteam, Yakopcic, apply_set, set_word,
};
use ohmloom_devices::parameters::Parameters;
use ohmloom_solver::line_grid::{TimeStep, Trace};
use serde::{Deserialize, Serialize};

use super::device::{Device, MemristorDevice};
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
        Ok(match kind.as_str() {
            LinearDrift::KIND => AnyMemristor::LinearDrift(self.devices(count)?),
            Team::KIND => AnyMemristor::Team(self.devices(count)?),
            Vteam::KIND => AnyMemristor::Vteam(self.devices(count)?),
            Simmons::KIND => AnyMemristor::Simmons(self.devices(count)?),
            Yakopcic::KIND => AnyMemristor::Yakopcic(self.devices(count)?),
            StanfordPku::KIND => AnyMemristor::StanfordPku(self.devices(count)?),
            JartV1b::KIND => AnyMemristor::JartV1b(self.devices(count)?),
            Mmss::KIND => AnyMemristor::Mmss(self.devices(count)?),
            Messaris2018::KIND => AnyMemristor::Messaris2018(self.devices(count)?),
            Messaris2021::KIND => AnyMemristor::Messaris2021(self.devices(count)?),
            Pershin::KIND => AnyMemristor::Pershin(self.devices(count)?),
            _ => {
                // Phase-change cells have no states that pulses move.
                let known: Vec<&str> = KINDS
                    .into_iter()
                    .filter(|kind| *kind != PcmElement::KIND)
                    .collect();
                let known = known.join(", ");
                let reason = format!("there is no memristor model `{kind}`; there are {known}");
                return Err(LayoutError::BadCell { reason });
            }
        })
    }

    fn kind(&self) -> String {
        let (kind, _) = self.model.split_once(':').unwrap_or((&self.model, ""));
        kind.trim().to_ascii_lowercase()
    }

    fn devices<M: Memristor<K>, const K: usize>(
        &self,
        count: usize,
    ) -> Result<MemristorDevice<M, K>, LayoutError> {
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
        Ok(MemristorDevice::new(model, initial))
    }
}

/// Memristors of any model.
#[derive(Clone, Debug)]
pub enum AnyMemristor {
    /// See [`LinearDrift`].
    LinearDrift(MemristorDevice<LinearDrift, 1>),
    /// See [`Team`].
    Team(MemristorDevice<Team, 1>),
    /// See [`Vteam`].
    Vteam(MemristorDevice<Vteam, 1>),
    /// See [`Simmons`].
    Simmons(MemristorDevice<Simmons, 1>),
    /// See [`Yakopcic`].
    Yakopcic(MemristorDevice<Yakopcic, 1>),
    /// See [`StanfordPku`].
    StanfordPku(MemristorDevice<StanfordPku, 1>),
    /// See [`JartV1b`].
    JartV1b(MemristorDevice<JartV1b, 3>),
    /// See [`Mmss`].
    Mmss(MemristorDevice<Mmss, 1>),
    /// See [`Messaris2018`].
    Messaris2018(MemristorDevice<Messaris2018, 1>),
    /// See [`Messaris2021`].
    Messaris2021(MemristorDevice<Messaris2021, 1>),
    /// See [`Pershin`].
    Pershin(MemristorDevice<Pershin, 1>),
}

/// Most unknowns of a model.
const MOST: usize = 3;

/// How a model of `K` unknowns sees the room for [`MOST`].
trait Fit<const K: usize> {
    fn of(history: &[Trace; MOST]) -> &[Trace; K];
    fn of_mut(history: &mut [Trace; MOST]) -> &mut [Trace; K];
    fn narrow(states: [f64; MOST]) -> [f64; K];
    fn widen(states: [f64; K]) -> [f64; MOST];
}

struct Room;

impl Fit<1> for Room {
    fn of([first, ..]: &[Trace; MOST]) -> &[Trace; 1] {
        std::array::from_ref(first)
    }
    fn of_mut([first, ..]: &mut [Trace; MOST]) -> &mut [Trace; 1] {
        std::array::from_mut(first)
    }
    fn narrow([first, ..]: [f64; MOST]) -> [f64; 1] {
        [first]
    }
    fn widen([first]: [f64; 1]) -> [f64; MOST] {
        [first, 0.0, 0.0]
    }
}

impl Fit<3> for Room {
    fn of(history: &[Trace; MOST]) -> &[Trace; 3] {
        history
    }
    fn of_mut(history: &mut [Trace; MOST]) -> &mut [Trace; 3] {
        history
    }
    fn narrow(states: [f64; MOST]) -> [f64; 3] {
        states
    }
    fn widen(states: [f64; 3]) -> [f64; MOST] {
        states
    }
}

#[inline(always)]
fn guessing<const K: usize, T>(
    guess: &mut Option<[f64; MOST]>,
    evaluate: impl FnOnce(&mut Option<[f64; K]>) -> T,
) -> T
where
    Room: Fit<K>,
{
    let mut own = guess.map(Room::narrow);
    let found = evaluate(&mut own);
    *guess = own.map(Room::widen);
    found
}

/// Does the same with whatever device it is.
macro_rules! each {
    ($any:expr, $device:ident => $body:expr) => {
        match $any {
            AnyMemristor::LinearDrift($device) => $body,
            AnyMemristor::Team($device) => $body,
            AnyMemristor::Vteam($device) => $body,
            AnyMemristor::Simmons($device) => $body,
            AnyMemristor::Yakopcic($device) => $body,
            AnyMemristor::StanfordPku($device) => $body,
            AnyMemristor::JartV1b($device) => $body,
            AnyMemristor::Mmss($device) => $body,
            AnyMemristor::Messaris2018($device) => $body,
            AnyMemristor::Messaris2021($device) => $body,
            AnyMemristor::Pershin($device) => $body,
        }
    };
}

impl Device for AnyMemristor {
    type Guess = Option<[f64; MOST]>;
    type History = [Trace; MOST];

    fn fresh(&self, index: usize) -> [Trace; MOST] {
        fn widened<const K: usize>(history: [Trace; K]) -> [Trace; MOST] {
            std::array::from_fn(|k| history.get(k).copied().unwrap_or_default())
        }
        each!(self, device => widened(device.fresh(index)))
    }

    #[inline]
    fn at_rest(
        &self,
        index: usize,
        v: f64,
        history: &[Trace; MOST],
        guess: &mut Self::Guess,
    ) -> (f64, f64) {
        each!(self, device => guessing(guess, |guess| device.at_rest(index, v, Room::of(history), guess)))
    }

    fn begin(&self, index: usize, v: f64, history: &mut [Trace; MOST], guess: &mut Self::Guess) {
        each!(self, device => guessing(guess, |guess| device.begin(index, v, Room::of_mut(history), guess)));
    }

    #[inline]
    fn in_step(
        &self,
        index: usize,
        v: f64,
        step: &TimeStep,
        history: &[Trace; MOST],
        guess: &mut Self::Guess,
    ) -> (f64, f64) {
        each!(self, device => guessing(guess, |guess| device.in_step(index, v, step, Room::of(history), guess)))
    }

    fn truncation(
        &self,
        step: &TimeStep,
        history: &[Trace; MOST],
        guess: &Self::Guess,
        reltol: f64,
    ) -> f64 {
        each!(self, device => device.truncation(step, Room::of(history), &guess.map(Room::narrow), reltol))
    }

    fn accept(
        &self,
        step: &TimeStep,
        history: &mut [Trace; MOST],
        guess: &Self::Guess,
        corner: bool,
    ) {
        each!(self, device => device.accept(step, Room::of_mut(history), &guess.map(Room::narrow), corner));
    }
}

/// Both ends of what memristors can be programmed to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StateRange {
    /// States in which a memristor conducts most.
    pub on: [f64; MOST],
    /// States in which it conducts least.
    pub off: [f64; MOST],
    /// What it conducts then at the voltage asked for, S.
    pub conductance: (f64, f64),
}

impl AnyMemristor {
    /// The states, in the order `on`, `off`, at whose bounds a memristor conducts most and least at `v` (V).
    ///
    /// # Errors
    /// [`LayoutError::BadCell`]: a model whose first state has no bounds, or whose conductance does not depend on it.
    pub fn range(&self, v: f64) -> Result<StateRange, LayoutError> {
        each!(self, device => range_of(device, v))
    }

    /// The same memristors, those with `states` there from now on.
    #[must_use]
    pub fn starting_at(self, states: &[Option<[f64; MOST]>]) -> Self {
        macro_rules! moved {
            ($($kind:ident),*) => {
                match self {
                    $(Self::$kind(device) => Self::$kind(moved(&device, states)),)*
                }
            };
        }
        moved!(
            LinearDrift,
            Team,
            Vteam,
            Simmons,
            Yakopcic,
            StanfordPku,
            JartV1b,
            Mmss,
            Messaris2018,
            Messaris2021,
            Pershin
        )
    }
}

fn moved<M: Memristor<K>, const K: usize>(
    device: &MemristorDevice<M, K>,
    states: &[Option<[f64; MOST]>],
) -> MemristorDevice<M, K>
where
    Room: Fit<K>,
{
    let initial = states
        .iter()
        .enumerate()
        .map(|(index, state)| {
            state.map_or_else(
                || device.fresh(index).map(|trace| trace.value),
                Room::narrow,
            )
        })
        .collect();
    MemristorDevice::new(device.model().clone(), initial)
}

fn range_of<M: Memristor<K>, const K: usize>(
    device: &MemristorDevice<M, K>,
    v: f64,
) -> Result<StateRange, LayoutError>
where
    Room: Fit<K>,
{
    let model = device.model();
    let at = |first: f64| {
        let mut s = model.initial();
        s[0] = first;
        let (current, _) = device.at_rest(0, v, &s.map(Trace::at), &mut None);
        (Room::widen(s), current / v)
    };
    let (low, high) = model.bounds()[0];
    let ends = [at(low), at(high)];
    let [(off, g_off), (on, g_on)] = if ends[0].1 <= ends[1].1 {
        ends
    } else {
        [ends[1], ends[0]]
    };
    if g_off > 0.0 && g_on > g_off && g_on.is_finite() {
        Ok(StateRange {
            on,
            off,
            conductance: (g_off, g_on),
        })
    } else {
        let kind = M::KIND;
        let reason = format!(
            "memristor model {kind}: its state has no bounds between which it conducts more and less ({g_off} S to {g_on} S at {v} V)"
        );
        Err(LayoutError::BadCell { reason })
    }
}
