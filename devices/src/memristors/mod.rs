//! Memristors: two-terminal cells whose current depends on the voltage and on internal states.
//!
//! Each model implements [`Memristor`]: current and rates of the states at a voltage, with all derivatives. [`MemristorElement`]
//! makes a circuit element of any of them; other users of the models, such as arrays of cells, call [`Memristor::evaluate`].
//!
//! * [`LinearDrift`]: linear ion drift with five windows.
//! * [`Team`], [`Vteam`], [`Simmons`]: a boundary that moves beyond a threshold of current or voltage, or behind a tunnel barrier.
//! * [`Yakopcic`]: hyperbolic sine with voltage thresholds.
//! * [`StanfordPku`]: a filament with a tunnelling gap and Joule heating.
//! * [`JartV1b`]: vacancies beside a Schottky barrier, with temperature.
//! * [`Mmss`]: a metastable switch in the mean.
//! * [`Messaris2018`], [`Messaris2021`]: fitted switching rates.
//! * [`Pershin`]: a resistance that moves beyond a threshold.
//!
//! [`PcmElement`] is a phase-change cell: a conductance with measured statistics, without states.
//!
//! Voltages are positive from the first terminal to the second.

mod boundary;
mod bounded;
mod cards;
mod draw;
mod element;
mod evaluation;
mod jart;
mod jart_variability;
mod linear_drift;
mod messaris;
mod mmss;
mod pcm;
mod pershin;
mod ranges;
mod simmons;
mod stanford;
mod team;
mod windows;
mod yakopcic;

use std::fmt::Debug;

pub use boundary::ResistanceLaw;
pub use cards::{
    Choices, KINDS, ParameterSet, WORD_PARAMETERS, WordParameter, apply_set, set_word,
};
pub use draw::Draw;
pub use element::MemristorElement;
pub use evaluation::CellEvaluation;
pub use jart::{JartParameters, JartV1b};
pub use linear_drift::{LinearDrift, LinearDriftParameters};
pub use messaris::{Messaris2018, Messaris2018Parameters, Messaris2021, Messaris2021Parameters};
pub use mmss::{Mmss, MmssParameters};
pub use pcm::{PcmElement, PcmParameters};
pub use pershin::{Pershin, PershinParameters};
pub use simmons::{Simmons, SimmonsParameters};
pub use stanford::{StanfordParameters, StanfordPku};
pub use team::{Team, TeamParameters, Vteam, VteamParameters};
pub use windows::Window;
pub use yakopcic::{Yakopcic, YakopcicParameters};

use crate::parameters::{ParameterError, Parameters};

/// What an unknown of a cell is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StateKind {
    /// Its name in circuits: `n1#x`.
    pub label: &'static str,
    /// Whether it obeys `ds/dt = f`; otherwise `0 = f`.
    pub dynamic: bool,
    /// The most by which one Newton iteration may move it.
    pub step_max: f64,
}

/// A two-terminal cell with `K` unknowns `s` of its own: the current is `i(v, s)`, and each unknown obeys `ds/dt = f(v, s)`, or
/// `0 = f(v, s)` where it is algebraic. Unknowns are scaled to be of the order of one.
pub trait Memristor<const K: usize>: Clone + Debug + Send + Sync + 'static {
    /// What a `.model` card sets.
    type Parameters: Parameters + Debug + Send + Sync + 'static;
    /// The type on a `.model` card.
    const KIND: &'static str;
    /// The parameter that gives the first state at the start, in the unit of the paper.
    const INITIAL: &'static str;
    /// The parameters that are words and not numbers.
    const WORDS: &'static [WordParameter];
    /// Published parameter sets, the default one first.
    const SETS: &'static [ParameterSet];
    /// The unknowns.
    const STATES: [StateKind; K];

    /// The cell with the given parameters.
    ///
    /// # Errors
    /// [`ParameterError::OutOfRange`] names the parameter that cannot be.
    fn new(parameters: &Self::Parameters, choices: Choices) -> Result<Self, ParameterError>;

    /// The unknowns at the start; algebraic ones are guesses for 0 V.
    fn initial(&self) -> [f64; K];

    /// Lowest and highest value of each unknown: where it would leave them, its rate is zero. Infinite where there is none.
    fn bounds(&self) -> [(f64, f64); K];

    /// Current, rates and their derivatives at a voltage in V and states within their bounds. Exponentials go on as
    /// straight lines before they overflow.
    fn evaluate(&self, v: f64, s: &[f64; K]) -> CellEvaluation<K>;

    /// An unknown as the paper defines it.
    fn physical(&self, index: usize, s: f64) -> f64;

    /// The most by which one Newton iteration may move the voltage, V: where the current is exponential.
    fn voltage_step_max(&self) -> f64 {
        f64::INFINITY
    }

    /// The cell of a name, of many with the same parameters: a model with variability draws what is its own. Arrays of cells do not ask
    /// for it, so that theirs are all nominal.
    #[must_use]
    fn individual(self, _name: &str, _draw: Draw) -> Self {
        self
    }

    /// An analysis begins: what [`Memristor::accept`] has changed is forgotten.
    fn begin(&mut self) {}

    /// A time point with this voltage and these unknowns was accepted: where cycles differ, the next one may begin. Currents and rates at
    /// the accepted point must not jump.
    fn accept(&mut self, _v: f64, _s: &[f64; K]) {}

    /// What the cell has in the place of a parameter of its card, at these unknowns.
    fn own(&self, _quantity: &str, _s: &[f64; K]) -> Option<f64> {
        None
    }
}
