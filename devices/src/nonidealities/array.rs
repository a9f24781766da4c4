//! The array that non-idealities are applied to.

use serde::{Deserialize, Serialize};

use super::NonidealityError;
use super::error::Check;
use super::streams::{CellWords, Key, Streams};

/// Conductances between which cells are programmed, S.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConductanceRange {
    /// Lowest conductance (off), S.
    pub g_min: f64,
    /// Highest conductance (on), S.
    pub g_max: f64,
}

impl ConductanceRange {
    /// The range from an off and an on resistance, ohm.
    pub fn from_resistances(r_on: f64, r_off: f64) -> Self {
        Self {
            g_min: 1.0 / r_off,
            g_max: 1.0 / r_on,
        }
    }

    /// The conductance of a stuck cell.
    pub fn stuck_at(&self, state: StuckState) -> f64 {
        match state {
            StuckState::On => self.g_max,
            StuckState::Off => self.g_min,
        }
    }

    fn validate(&self) -> Result<(), NonidealityError> {
        let check = Check("conductance range");
        check.not_negative("g_min", self.g_min)?;
        check.positive("g_max", self.g_max)?;
        check.at_most("g_min", self.g_min, self.g_max, "must not exceed g_max")
    }
}

/// Where a stuck cell is stuck.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StuckState {
    /// At the highest conductance.
    On,
    /// At the lowest conductance.
    Off,
}

/// Programmed conductances, row-major, with the range that they were programmed in and the cells that are stuck.
///
/// A stuck cell keeps its conductance through all that concerns programming and ageing; only temperature and read noise change it.
#[derive(Clone, Debug, PartialEq)]
pub struct ProgrammedArray {
    rows: usize,
    columns: usize,
    range: ConductanceRange,
    conductance: Vec<f64>,
    stuck: Vec<Option<StuckState>>,
    /// Conductances of phase-change cells before drift: their read noise depends on them.
    pub(super) before_drift: Option<Vec<f64>>,
}

impl ProgrammedArray {
    /// An array of `rows x columns` cells with these conductances, row-major, S.
    ///
    /// # Errors
    /// A list of the wrong length; a negative or infinite conductance; a range whose ends are not in order.
    pub fn new(
        rows: usize,
        columns: usize,
        conductance: Vec<f64>,
        range: ConductanceRange,
    ) -> Result<Self, NonidealityError> {
        range.validate()?;
        let cells = rows.saturating_mul(columns);
        if conductance.len() != cells {
            return Err(NonidealityError::WrongLength {
                what: "conductances",
                expected: cells,
                found: conductance.len(),
            });
        }
        let array = Self {
            rows,
            columns,
            range,
            conductance,
            stuck: vec![None; cells],
            before_drift: None,
        };
        array.validate()?;
        Ok(array)
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The range that cells are programmed in.
    pub fn range(&self) -> ConductanceRange {
        self.range
    }

    /// Conductances, row-major, S.
    pub fn conductance(&self) -> &[f64] {
        &self.conductance
    }

    /// Which cells are stuck, row-major: the fault map.
    pub fn stuck(&self) -> &[Option<StuckState>] {
        &self.stuck
    }

    /// The conductances, S; gives up the rest.
    pub fn into_conductance(self) -> Vec<f64> {
        self.conductance
    }

    pub(super) fn validate(&self) -> Result<(), NonidealityError> {
        check_conductances(&self.conductance, self.columns)
    }

    /// Makes a cell stuck at a conductance; a cell that is already stuck stays as it is. Whether it was free.
    pub(super) fn stick(&mut self, index: usize, state: StuckState, conductance: f64) -> bool {
        let free = self.stuck[index].is_none();
        if free {
            self.stuck[index] = Some(state);
            self.conductance[index] = conductance;
        }
        free
    }

    /// Replaces the conductance of each cell that is not stuck. Negative results become 0; how many is returned.
    pub(super) fn change_free(&mut self, mut new: impl FnMut(f64) -> f64) -> usize {
        self.change_each_free(|_, g| new(g))
    }

    /// As [`Self::change_free`], with the index of each cell.
    pub(super) fn change_each_free(&mut self, mut new: impl FnMut(usize, f64) -> f64) -> usize {
        let mut clipped = 0;
        let cells = self.conductance.iter_mut().zip(&self.stuck);
        for (index, (g, stuck)) in cells.enumerate() {
            if stuck.is_none() {
                *g = not_below_zero(new(index, *g), &mut clipped);
            }
        }
        clipped
    }

    /// As [`Self::change_free`], with the random words of each cell.
    pub(super) fn change_free_randomly(
        &mut self,
        key: &Key,
        mut new: impl FnMut(&CellWords, f64) -> f64,
    ) -> usize {
        let mut clipped = 0;
        let stuck = &self.stuck;
        change_randomly(
            &mut self.conductance,
            self.columns,
            key,
            |words, index, g| {
                if stuck[index].is_none() {
                    not_below_zero(new(words, g), &mut clipped)
                } else {
                    g
                }
            },
        );
        clipped
    }

    /// Replaces the conductance of every cell, stuck or not.
    pub(super) fn change_all(&mut self, mut new: impl FnMut(f64) -> f64) -> usize {
        let mut clipped = 0;
        for g in &mut self.conductance {
            *g = not_below_zero(new(*g), &mut clipped);
        }
        clipped
    }
}

/// Whether all conductances of a row-major matrix are finite and not negative.
pub(super) fn check_conductances(values: &[f64], columns: usize) -> Result<(), NonidealityError> {
    let bad = |g: &f64| !(*g >= 0.0 && g.is_finite());
    match values.iter().position(bad) {
        None => Ok(()),
        Some(index) => Err(NonidealityError::BadConductance {
            row: index / columns,
            column: index % columns,
            value: values[index],
        }),
    }
}

/// Replaces each value of a row-major matrix by a function of its cell's random words, its index and itself.
pub(super) fn change_randomly(
    values: &mut [f64],
    columns: usize,
    key: &Key,
    mut new: impl FnMut(&CellWords, usize, f64) -> f64,
) {
    let mut streams = Streams::new(key);
    for (index, value) in values.iter_mut().enumerate() {
        let words = streams.cell(index / columns, index % columns);
        *value = new(&words, index, *value);
    }
}

/// The value, or 0 (and one more clipped) if it is negative.
#[inline]
pub(super) fn not_below_zero(value: f64, clipped: &mut usize) -> f64 {
    if value < 0.0 {
        *clipped += 1;
        0.0
    } else {
        value
    }
}
