//! One visit to a cell: pulses until a read says that its target is reached.

use ohmloom_solver::line_grid::GridError;

use super::outcome::CellStatus;
use super::part::{Part, WritableCells};
use super::selection::Selector;
use super::settings::{ProgrammingSettings, PulseTrain};

/// The strongest pulses that a cell may ignore before it counts as not responding.
const PATIENCE: usize = 3;
/// A pulse that moves a read by less than this part of the tolerance is ignored: what it does to other cells shows in the read, too.
const RESPONSE: f64 = 0.25;

/// Writes and reads single cells.
pub(super) struct Writer<'a> {
    pub(super) settings: &'a ProgrammingSettings,
    pub(super) selector: Selector,
}

/// What a visit found and did.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visit {
    /// Conductance at its first and at its last read, S.
    pub(super) first: f64,
    pub(super) last: f64,
    /// Pulses of both directions, [`SET`] and [`RESET`].
    pub(super) pulses: [usize; 2],
    pub(super) status: CellStatus,
}

/// Index of the pulses that make a cell conduct more.
pub(super) const SET: usize = 0;
/// Index of the pulses that make it conduct less.
pub(super) const RESET: usize = 1;

impl Writer<'_> {
    /// Conductance of a cell as read through the wires, S.
    pub(super) fn read<C: WritableCells>(
        &self,
        part: &mut Part<'_, C>,
        cell: (usize, usize),
    ) -> Result<f64, GridError> {
        let read = &self.settings.read;
        let gate = self.settings.gate(read.gate);
        let volts = self.selector.read(cell, read.voltage, gate);
        let column = cell.1 - part.window().columns.start;
        let currents = part.read(&volts, read.time)?;
        Ok(currents[column] / read.voltage)
    }

    fn pulse<C: WritableCells>(
        &self,
        part: &mut Part<'_, C>,
        cell: (usize, usize),
        (train, volts): (&PulseTrain, f64),
    ) -> Result<(), GridError> {
        let gate = self.settings.gate(train.gate);
        let volts = self.selector.write(cell, volts, gate);
        part.pulse(&volts, train.width)
    }

    /// Brings a cell to its target.
    pub(super) fn visit<C: WritableCells>(
        &self,
        part: &mut Part<'_, C>,
        cell: (usize, usize),
        target: f64,
    ) -> Result<Visit, GridError> {
        let settings = self.settings;
        let first = self.read(part, cell)?;
        let mut visit = Visit {
            first,
            last: first,
            pulses: [0; 2],
            status: CellStatus::PulseLimit,
        };
        let reached = |g: f64| (g / target - 1.0).abs() <= settings.tolerance;
        let ignorable = RESPONSE * settings.tolerance * target;
        let mut direction = usize::MAX;
        // Pulses in this direction so far, and the strongest ones that changed nothing since the last that did.
        let (mut earlier, mut ignored) = (0, 0);
        while ignored < PATIENCE {
            if reached(visit.last) {
                visit.status = CellStatus::Reached;
                return Ok(visit);
            }
            if visit.pulses[SET] + visit.pulses[RESET] >= settings.pulse_limit {
                return Ok(visit);
            }
            let wanted = if visit.last < target { SET } else { RESET };
            if wanted == direction {
                earlier += 1;
            } else {
                (direction, earlier, ignored) = (wanted, 0, 0);
            }
            let train = self.train(direction);
            let volts = train.amplitude(earlier);
            self.pulse(part, cell, (train, volts))?;
            visit.pulses[direction] += 1;
            let now = self.read(part, cell)?;
            let moved = (now - visit.last).abs() > ignorable;
            ignored = if moved || volts.abs() < train.limit {
                0
            } else {
                ignored + 1
            };
            visit.last = now;
        }
        // It does not come nearer. Does it respond at all?
        visit.status = CellStatus::Stuck;
        for _ in 0..PATIENCE {
            self.strongest(part, cell, 1 - direction, &mut visit)?;
            let now = self.read(part, cell)?;
            if (now - visit.last).abs() > ignorable {
                visit.status = CellStatus::OutOfReach;
                break;
            }
        }
        if visit.status == CellStatus::OutOfReach {
            // Back to the nearest that it can have.
            for _ in 0..PATIENCE {
                self.strongest(part, cell, direction, &mut visit)?;
            }
        }
        visit.last = self.read(part, cell)?;
        Ok(visit)
    }

    fn train(&self, direction: usize) -> &PulseTrain {
        if direction == SET {
            &self.settings.set
        } else {
            &self.settings.reset
        }
    }

    /// The strongest pulse of a direction.
    fn strongest<C: WritableCells>(
        &self,
        part: &mut Part<'_, C>,
        cell: (usize, usize),
        direction: usize,
        visit: &mut Visit,
    ) -> Result<(), GridError> {
        let train = self.train(direction);
        self.pulse(part, cell, (train, train.limit.copysign(train.voltage)))?;
        visit.pulses[direction] += 1;
        Ok(())
    }
}
