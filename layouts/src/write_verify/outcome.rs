//! What came of programming.

use serde::{Deserialize, Serialize};

use super::part::Effort;

/// How programming a cell ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CellStatus {
    /// Within the tolerance when it was last verified.
    Reached,
    /// The limit of pulses came first.
    PulseLimit,
    /// It responds, but the strongest pulses do not bring it nearer to its target.
    OutOfReach,
    /// It does not respond to the strongest pulses of either direction.
    Stuck,
}

/// One cell. Conductances are currents of its column at the read voltage by that voltage, through the wires.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellOutcome {
    /// Row, from 0.
    pub row: usize,
    /// Column, from 0.
    pub column: usize,
    /// What it should conduct, S.
    pub target: f64,
    /// What it conducted before its first pulse, S.
    pub initial: f64,
    /// What it conducted when it was last verified, S.
    pub verified: f64,
    /// What it conducts after all cells were programmed, S.
    pub conductance: f64,
    /// What its memristor alone conducts at the read voltage after all cells were programmed, S.
    pub memristor: f64,
    /// Relative changes of its memristor between its own visits, before the first and after the last, summed up: what the writing of other cells
    /// has done to it.
    pub disturb: f64,
    /// Pulses that should make it conduct more.
    pub set_pulses: usize,
    /// Pulses that should make it conduct less.
    pub reset_pulses: usize,
    /// How its last visit ended.
    pub status: CellStatus,
}

impl CellOutcome {
    /// Relative difference from the target in the end.
    pub fn error(&self) -> f64 {
        self.conductance / self.target - 1.0
    }
}

/// A part of an array that is programmed on its own, when it is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgrammedPart {
    /// Its cells, row by row.
    pub cells: Vec<CellOutcome>,
    /// What it took, final reads not counted.
    pub effort: Effort,
}

/// Hears of progress, from any thread.
pub trait Observer: Sync {
    /// A cell has been visited.
    fn visited(&self) {}
    /// A part is done.
    fn finished(&self, _part: &ProgrammedPart) {}
}

/// Does not listen.
impl Observer for () {}

/// What was left out where only the selected word line was solved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct LeftOut {
    /// Largest current of a cell on an unselected word line, A.
    pub off_current: f64,
    /// Largest voltage across its memristor, V.
    pub off_voltage: f64,
    /// Most that this voltage would have moved a state (of order one) in the time of all pulses.
    pub off_state_change: f64,
    /// Most that such cells of one column would have added to a read, relative to the smallest target.
    pub read_error: f64,
}

/// A programmed array.
#[derive(Clone, Debug, PartialEq)]
pub struct ProgrammingOutcome {
    /// Row by row.
    pub cells: Vec<CellOutcome>,
    /// What it took, final reads not counted.
    pub effort: Effort,
    /// Of the line extent.
    pub left_out: Option<LeftOut>,
}

impl ProgrammingOutcome {
    /// Number of cells that ended so.
    pub fn count(&self, status: CellStatus) -> usize {
        let ended = |cell: &&CellOutcome| cell.status == status;
        self.cells.iter().filter(ended).count()
    }
}
