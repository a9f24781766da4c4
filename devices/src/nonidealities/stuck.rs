//! Stuck cells.

use rand::RngExt as _;
use serde::{Deserialize, Serialize};

use super::NonidealityError;
use super::array::{ProgrammedArray, StuckState};
use super::error::Check;
use super::lines::Side;
use super::list::{Applied, Instance};
use super::streams::{Purpose, Streams};

/// `kind = "stuck"`: cells that keep one conductance whatever is written.
///
/// A cell that is stuck already stays as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stuck {
    /// Which cells.
    pub placement: Placement,
    /// Conductance of cells that are stuck on, S; `g_max` when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub g_on: Option<f64>,
    /// Conductance of cells that are stuck off, S; `g_min` when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub g_off: Option<f64>,
}

/// Which cells are stuck.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "pattern",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum Placement {
    /// Each cell for itself, with these probabilities.
    Independent {
        /// Probability of being stuck on.
        #[serde(default)]
        on: f64,
        /// Probability of being stuck off.
        #[serde(default)]
        off: f64,
    },
    /// Exactly these numbers of cells, drawn without replacement from those that are not stuck yet.
    Count {
        /// Cells that are stuck on.
        #[serde(default)]
        on: usize,
        /// Cells that are stuck off.
        #[serde(default)]
        off: usize,
    },
    /// As `count`, with the numbers `round(on cells)` and `round(off cells)`.
    Share {
        /// Share of all cells that is stuck on.
        #[serde(default)]
        on: f64,
        /// Share of all cells that is stuck off.
        #[serde(default)]
        off: f64,
    },
    /// Exactly `round(share cells)` cells in all, drawn without replacement as with `count`: half of them on, the other half (and one more, if
    /// the number is odd) off.
    Halves {
        /// Share of all cells that is stuck.
        share: f64,
    },
    /// A fault map.
    Map {
        /// The cells.
        cells: Vec<StuckCell>,
    },
    /// Runs of neighbouring cells along the lines. Each cell is stuck with the probability `on + off`; the lengths of runs are geometric
    /// with this mean (a two-state Markov chain); all cells of a run are stuck alike.
    Clustered {
        /// Probability of being stuck on.
        #[serde(default)]
        on: f64,
        /// Probability of being stuck off.
        #[serde(default)]
        off: f64,
        /// Mean length of a run, cells, at least 1.
        length: f64,
        /// Along which lines.
        along: Side,
    },
    /// Whole lines, each for itself, with these probabilities.
    Lines {
        /// Probability that all cells of a line are stuck on.
        #[serde(default)]
        on: f64,
        /// Probability that all cells of a line are stuck off.
        #[serde(default)]
        off: f64,
        /// Which lines.
        along: Side,
    },
}

/// One cell of a fault map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StuckCell {
    /// Row, from 0.
    pub row: usize,
    /// Column, from 0.
    pub column: usize,
    /// Where it is stuck.
    pub state: StuckState,
}

impl Stuck {
    pub(super) const KIND: &str = "stuck";

    /// Cells that are stuck with these probabilities, each for itself.
    pub fn independent(on: f64, off: f64) -> Self {
        Self::placed(Placement::Independent { on, off })
    }

    /// Cells stuck at the ends of the range.
    pub fn placed(placement: Placement) -> Self {
        Self {
            placement,
            g_on: None,
            g_off: None,
        }
    }

    pub(super) fn validate(&self) -> Result<(), NonidealityError> {
        let check = Check(Self::KIND);
        if let Some(g) = self.g_on {
            check.not_negative("g_on", g)?;
        }
        if let Some(g) = self.g_off {
            check.not_negative("g_off", g)?;
        }
        match self.placement {
            Placement::Count { .. } | Placement::Map { .. } => Ok(()),
            Placement::Independent { on, off }
            | Placement::Share { on, off }
            | Placement::Lines { on, off, .. } => probabilities(check, on, off),
            Placement::Halves { share } => check.fraction("share", share),
            Placement::Clustered {
                on, off, length, ..
            } => {
                probabilities(check, on, off)?;
                check.finite("length", length)?;
                check.at_least("length", length, 1.0, "must be at least 1")?;
                // A chain that is stuck most of the time and leaves runs fast would have to enter them with a probability above 1.
                let share = on + off;
                let entry = if share < 1.0 {
                    share / ((1.0 - share) * length)
                } else {
                    2.0
                };
                check.at_most(
                    "on + off",
                    if entry > 1.0 { share } else { 0.0 },
                    0.0,
                    "is too large for this length of runs",
                )
            }
        }
    }

    pub(super) fn apply(
        &self,
        array: &mut ProgrammedArray,
        instance: &Instance,
        occurrence: u16,
    ) -> Result<Applied, NonidealityError> {
        let streams = Streams::new(&instance.key(Purpose::Stuck, occurrence, 0));
        let mut marker = Marker {
            range_on: self.g_on.unwrap_or(array.range().g_max),
            range_off: self.g_off.unwrap_or(array.range().g_min),
            array,
            applied: Applied::of(Self::KIND),
        };
        match &self.placement {
            Placement::Independent { on, off } => marker.independent(streams, *on, *off),
            Placement::Count { on, off } => marker.count(&streams, *on, *off)?,
            Placement::Share { on, off } => {
                let cells = marker.array.conductance().len() as f64;
                let number = |share: f64| (share * cells).round() as usize;
                marker.count(&streams, number(*on), number(*off))?;
            }
            Placement::Halves { share } => {
                let cells = marker.array.conductance().len() as f64;
                let stuck = (share * cells).round() as usize;
                marker.count(&streams, stuck / 2, stuck - stuck / 2)?;
            }
            Placement::Map { cells } => {
                let check = Check(Self::KIND);
                for cell in cells {
                    check.inside("row", cell.row, marker.array.rows())?;
                    check.inside("column", cell.column, marker.array.columns())?;
                }
                for cell in cells {
                    marker.mark(cell.row, cell.column, cell.state);
                }
            }
            Placement::Clustered {
                on,
                off,
                length,
                along,
            } => marker.clustered(streams, [*on, *off], *length, *along),
            Placement::Lines { on, off, along } => marker.lines(streams, *on, *off, *along),
        }
        Ok(marker.applied)
    }
}

fn probabilities(check: Check, on: f64, off: f64) -> Result<(), NonidealityError> {
    check.fraction("on", on)?;
    check.fraction("off", off)?;
    check.at_most("on + off", on + off, 1.0, "must not exceed 1")
}

/// Makes cells stuck, and counts them.
struct Marker<'a> {
    range_on: f64,
    range_off: f64,
    array: &'a mut ProgrammedArray,
    applied: Applied,
}

impl Marker<'_> {
    fn mark(&mut self, row: usize, column: usize, state: StuckState) {
        let index = row * self.array.columns() + column;
        let (conductance, count) = match state {
            StuckState::On => (self.range_on, &mut self.applied.stuck_on),
            StuckState::Off => (self.range_off, &mut self.applied.stuck_off),
        };
        if self.array.stick(index, state, conductance) {
            *count += 1;
        } else {
            self.applied.stuck_already += 1;
        }
    }

    fn independent(&mut self, mut streams: Streams, on: f64, off: f64) {
        for row in 0..self.array.rows() {
            for column in 0..self.array.columns() {
                if let Some(state) = state_of(streams.cell(row, column).uniform(0), on, off) {
                    self.mark(row, column, state);
                }
            }
        }
    }

    fn count(&mut self, streams: &Streams, on: usize, off: usize) -> Result<(), NonidealityError> {
        let stuck = self.array.stuck();
        let mut free: Vec<usize> = (0..stuck.len()).filter(|&i| stuck[i].is_none()).collect();
        let wanted = on.saturating_add(off);
        if wanted > free.len() {
            return Err(NonidealityError::BadValue {
                kind: Stuck::KIND,
                key: "on + off",
                value: wanted as f64,
                reason: "is more than there are cells that are not stuck yet",
            });
        }
        let mut generator = streams.tile_generator();
        let columns = self.array.columns();
        for drawn in 0..wanted {
            let other = generator.random_range(drawn as u64..free.len() as u64) as usize;
            free.swap(drawn, other);
            let state = if drawn < on {
                StuckState::On
            } else {
                StuckState::Off
            };
            self.mark(free[drawn] / columns, free[drawn] % columns, state);
        }
        Ok(())
    }

    fn clustered(&mut self, mut streams: Streams, [on, off]: [f64; 2], length: f64, along: Side) {
        let share = on + off;
        if share == 0.0 {
            return;
        }
        let leave = 1.0 / length;
        let enter = share * leave / (1.0 - share);
        let (lines, positions) = along.extent(self.array.rows(), self.array.columns());
        for line in 0..lines {
            let mut state = None;
            for position in 0..positions {
                let (row, column) = along.cell(line, position);
                let words = streams.cell(row, column);
                let stays = position > 0 && state.is_some() && words.uniform(0) >= leave;
                if !stays {
                    // A run that has ended is followed by at least one good cell, so a new one starts from a good cell only.
                    let chance = match (position, state) {
                        (0, _) => share,
                        (_, None) => enter,
                        (_, Some(_)) => 0.0,
                    };
                    let starts = words.uniform(0) < chance;
                    state = starts.then(|| {
                        if words.uniform(1) * share < on {
                            StuckState::On
                        } else {
                            StuckState::Off
                        }
                    });
                }
                if let Some(state) = state {
                    self.mark(row, column, state);
                }
            }
        }
    }

    fn lines(&mut self, mut streams: Streams, on: f64, off: f64, along: Side) {
        let (lines, positions) = along.extent(self.array.rows(), self.array.columns());
        for line in 0..lines {
            let (row, column) = along.cell(line, 0);
            if let Some(state) = state_of(streams.cell(row, column).uniform(0), on, off) {
                for position in 0..positions {
                    let (row, column) = along.cell(line, position);
                    self.mark(row, column, state);
                }
            }
        }
    }
}

/// Stuck on in the first part of the unit interval, off in the next.
fn state_of(u: f64, on: f64, off: f64) -> Option<StuckState> {
    if u < on {
        Some(StuckState::On)
    } else if u < on + off {
        Some(StuckState::Off)
    } else {
        None
    }
}
