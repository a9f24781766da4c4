//! Cells in time.

use ohmloom_solver::line_grid::{Branch, DynamicCells, TimeStep, Trace};

use super::device::Device;
use super::series::{Diffusions, Middle, Series};
use super::{CellError, GateLines, MemristorSide};
use crate::mosfets::{AtDiffusions, Potentials, Transistor};

/// Potentials of the word lines as functions of time: fills in all of them (V) at a time (s).
pub type Gates = Box<dyn Fn(f64, &mut [f64]) + Send + Sync>;

/// Cells of one device each, in time.
#[derive(Clone, Debug)]
pub struct DynamicDevices<D> {
    pub(super) device: D,
    pub(super) columns: usize,
}

impl<D: Device> DynamicDevices<D> {
    /// Cells on so many columns.
    pub fn new(device: D, columns: usize) -> Self {
        Self { device, columns }
    }
}

impl<D: Device> DynamicCells for DynamicDevices<D> {
    type Memory = D::Guess;
    type History = D::History;

    fn fresh(&self, (row, column): (usize, usize)) -> D::History {
        self.device.fresh(row * self.columns + column)
    }

    fn set_time(&mut self, _: f64) {}

    #[inline]
    fn rest(
        &self,
        (row, column): (usize, usize),
        (r, c): (f64, f64),
        history: &D::History,
        guess: &mut D::Guess,
    ) -> Branch {
        let index = row * self.columns + column;
        let (current, slope) = self.device.at_rest(index, r - c, history, guess);
        Branch::two_terminal(current, slope)
    }

    fn begin(
        &self,
        (row, column): (usize, usize),
        (r, c): (f64, f64),
        history: &mut D::History,
        guess: &mut D::Guess,
    ) {
        let index = row * self.columns + column;
        self.device.begin(index, r - c, history, guess);
    }

    #[inline]
    fn branch(
        &self,
        (row, column): (usize, usize),
        (r, c): (f64, f64),
        step: &TimeStep,
        history: &D::History,
        guess: &mut D::Guess,
    ) -> Branch {
        let index = row * self.columns + column;
        let (current, slope) = self.device.in_step(index, r - c, step, history, guess);
        Branch::two_terminal(current, slope)
    }

    fn truncation(
        &self,
        _: (usize, usize),
        _: (f64, f64),
        step: &TimeStep,
        history: &D::History,
        guess: &D::Guess,
        reltol: f64,
    ) -> f64 {
        self.device.truncation(step, history, guess, reltol)
    }

    fn accept(
        &self,
        _: (usize, usize),
        _: (f64, f64),
        step: &TimeStep,
        history: &mut D::History,
        guess: &mut D::Guess,
        corner: bool,
    ) {
        self.device.accept(step, history, guess, corner);
    }
}

/// 1T1R cells in time: states of the memristor, charges of the transistor.
pub struct DynamicTransistorCells<D, T> {
    pub(super) device: D,
    pub(super) columns: usize,
    pub(super) transistor: T,
    pub(super) side: MemristorSide,
    pub(super) gate_lines: GateLines,
    pub(super) gates: Vec<f64>,
    gates_at: Option<Gates>,
    pub(super) bulk: f64,
    pub(super) gmin: f64,
}

/// What a 1T1R cell has accepted.
#[derive(Clone, Debug)]
pub struct TransistorHistory<H, G> {
    /// Of the memristor.
    pub device: H,
    pub(super) gate: G,
    /// Charges at drain, source and gate and their rates.
    pub(super) drain: (f64, f64),
    pub(super) source: (f64, f64),
    pub(super) gate_charge: (f64, f64),
    middle: Trace,
}

pub(super) type HistoryOf<D, T> =
    TransistorHistory<<D as Device>::History, <T as Transistor>::GateHistory>;

impl<D: Device, T: Transistor> DynamicTransistorCells<D, T> {
    /// Cells on an array of `rows x columns`, the word lines at potentials that are known functions of time, the bulk of the
    /// transistors at `bulk` (V).
    ///
    /// # Errors
    /// [`CellError::BadCell`]: a transistor with drain or source resistance.
    pub fn new(
        device: (D, (usize, usize)),
        transistor: (T, MemristorSide),
        (gate_lines, gates_at): (GateLines, Gates),
        bulk: f64,
    ) -> Result<Self, CellError> {
        Ok(Self {
            gates_at: Some(gates_at),
            bulk,
            ..Self::with_free_gates(device, transistor, gate_lines)?
        })
    }

    /// Cells whose word lines and bulk are ports of an outer circuit, at 0 V until
    /// [`PortedCells::set_controls`](ohmloom_solver::line_grid::PortedCells::set_controls) moves them.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_free_gates(
        (device, (rows, columns)): (D, (usize, usize)),
        (transistor, side): (T, MemristorSide),
        gate_lines: GateLines,
    ) -> Result<Self, CellError> {
        if transistor.has_leads() {
            return Err(CellError::BadCell {
                reason:
                    "drain and source resistances of the transistors are not supported in arrays"
                        .to_owned(),
            });
        }
        let lines = match gate_lines {
            GateLines::AlongRows => rows,
            GateLines::AlongColumns => columns,
        };
        Ok(Self {
            device,
            columns,
            transistor,
            side,
            gate_lines,
            gates: vec![0.0; lines],
            gates_at: None,
            bulk: 0.0,
            gmin: 1e-12,
        })
    }

    /// Lets the word lines follow other functions of time from now on.
    pub fn drive_gates(&mut self, gates_at: Gates) {
        self.gates_at = Some(gates_at);
    }

    #[inline(always)]
    pub(super) fn gate(&self, (row, column): (usize, usize)) -> f64 {
        self.gates[match self.gate_lines {
            GateLines::AlongRows => row,
            GateLines::AlongColumns => column,
        }]
    }

    #[inline(always)]
    pub(super) fn potentials(&self, gate: f64, near: f64, far: f64) -> Potentials {
        let (drain, source) = match self.side {
            MemristorSide::Row => (near, far),
            MemristorSide::Column => (far, near),
        };
        Potentials {
            drain,
            gate,
            source,
            bulk: self.bulk,
        }
    }

    /// What the transistor takes at both diffusions: currents, and within a step the rates of its charges.
    #[inline(always)]
    fn diffusions(
        &self,
        at: Potentials,
        step: Option<(&TimeStep, &HistoryOf<D, T>)>,
    ) -> Diffusions {
        let mut into_gate = (0.0, 0.0, 0.0);
        let taken = match step {
            None => self.transistor.currents(at, self.gmin),
            Some((step, history)) => {
                let gate = Some(&history.gate);
                let (mut taken, charge, gate) =
                    self.transistor.currents_and_charges(at, self.gmin, gate);
                add_rates(&mut taken, &charge, step, (history.drain, history.source));
                let (before, rate) = history.gate_charge;
                let alpha = step.alpha();
                into_gate = (
                    step.rate(gate.charge, before, rate),
                    alpha * gate.by_drain,
                    alpha * gate.by_source,
                );
                taken
            }
        };
        let (gate, by_drain, by_source) = into_gate;
        let (diffusions, gate_by_near, gate_by_far) = match self.side {
            MemristorSide::Row => (Diffusions::near_drain(taken), by_drain, by_source),
            MemristorSide::Column => (Diffusions::near_source(taken), by_source, by_drain),
        };
        Diffusions {
            gate,
            gate_by_near,
            gate_by_far,
            ..diffusions
        }
    }

    #[inline(always)]
    fn solve(
        &self,
        crossing: (usize, usize),
        (row, column): (f64, f64),
        middle: &mut Middle,
        device: impl Fn(f64, &mut D::Guess) -> (f64, f64),
        guess: &mut D::Guess,
        step: Option<(&TimeStep, &HistoryOf<D, T>)>,
    ) -> Branch {
        let gate = self.gate(crossing);
        match self.side {
            MemristorSide::Row => Series::solve(
                (row, column),
                middle,
                |v| device(v, guess),
                |m| self.diffusions(self.potentials(gate, m, column), step),
            )
            .device_at_row(),
            MemristorSide::Column => Series::solve(
                (column, row),
                middle,
                |v| {
                    let (current, slope) = device(-v, guess);
                    (-current, slope)
                },
                |m| self.diffusions(self.potentials(gate, m, row), step),
            )
            .device_at_column(),
        }
    }

    /// All potentials of the transistor near those of the last evaluation.
    pub(super) fn solution(
        &self,
        crossing: (usize, usize),
        (row, column): (f64, f64),
        middle: &Middle,
    ) -> Potentials {
        let (outer, far) = match self.side {
            MemristorSide::Row => (row, column),
            MemristorSide::Column => (column, row),
        };
        self.potentials(self.gate(crossing), middle.between(outer, far), far)
    }
}

/// Adds `d/dt` of the charges at drain and source, given as value and rate at the beginning of the step.
#[inline(always)]
fn add_rates(
    taken: &mut AtDiffusions,
    charge: &AtDiffusions,
    step: &TimeStep,
    (drain, source): ((f64, f64), (f64, f64)),
) {
    let alpha = step.alpha();
    taken.drain += step.rate(charge.drain, drain.0, drain.1);
    taken.source += step.rate(charge.source, source.0, source.1);
    taken.drain_by_drain += alpha * charge.drain_by_drain;
    taken.drain_by_source += alpha * charge.drain_by_source;
    taken.source_by_drain += alpha * charge.source_by_drain;
    taken.source_by_source += alpha * charge.source_by_source;
}

impl<D: Device, T: Transistor> DynamicCells for DynamicTransistorCells<D, T> {
    type Memory = (Middle, D::Guess);
    type History = TransistorHistory<D::History, T::GateHistory>;

    fn fresh(&self, (row, column): (usize, usize)) -> Self::History {
        TransistorHistory {
            device: self.device.fresh(row * self.columns + column),
            gate: T::GateHistory::default(),
            drain: (0.0, 0.0),
            source: (0.0, 0.0),
            gate_charge: (0.0, 0.0),
            middle: Trace::default(),
        }
    }

    fn set_time(&mut self, time: f64) {
        if let Some(gates_at) = &self.gates_at {
            gates_at(time, &mut self.gates);
        }
    }

    fn rest(
        &self,
        crossing: (usize, usize),
        potentials: (f64, f64),
        history: &Self::History,
        (middle, guess): &mut Self::Memory,
    ) -> Branch {
        let index = crossing.0 * self.columns + crossing.1;
        let device =
            |v: f64, guess: &mut D::Guess| self.device.at_rest(index, v, &history.device, guess);
        self.solve(crossing, potentials, middle, device, guess, None)
    }

    fn begin(
        &self,
        crossing: (usize, usize),
        potentials: (f64, f64),
        history: &mut Self::History,
        (middle, guess): &mut Self::Memory,
    ) {
        let index = crossing.0 * self.columns + crossing.1;
        let across = match self.side {
            MemristorSide::Row => potentials.0 - middle.potential,
            MemristorSide::Column => middle.potential - potentials.1,
        };
        self.device.begin(index, across, &mut history.device, guess);
        let at = self.solution(crossing, potentials, middle);
        let (_, charge, gate) = self.transistor.currents_and_charges(at, self.gmin, None);
        history.gate = gate.history;
        history.drain = (charge.drain, 0.0);
        history.source = (charge.source, 0.0);
        history.gate_charge = (gate.charge, 0.0);
        history.middle = Trace::at(middle.potential);
    }

    #[inline]
    fn branch(
        &self,
        crossing: (usize, usize),
        potentials: (f64, f64),
        step: &TimeStep,
        history: &Self::History,
        (middle, guess): &mut Self::Memory,
    ) -> Branch {
        let index = crossing.0 * self.columns + crossing.1;
        let device = |v: f64, guess: &mut D::Guess| {
            self.device.in_step(index, v, step, &history.device, guess)
        };
        self.solve(
            crossing,
            potentials,
            middle,
            device,
            guess,
            Some((step, history)),
        )
    }

    fn truncation(
        &self,
        _: (usize, usize),
        _: (f64, f64),
        step: &TimeStep,
        history: &Self::History,
        (middle, guess): &Self::Memory,
        reltol: f64,
    ) -> f64 {
        // The middle may be off by as much as a potential of one volt.
        let middle = history.middle.truncation(middle.potential, step) / reltol;
        middle.max(self.device.truncation(step, &history.device, guess, reltol))
    }

    fn accept(
        &self,
        crossing: (usize, usize),
        potentials: (f64, f64),
        step: &TimeStep,
        history: &mut Self::History,
        (middle, guess): &mut Self::Memory,
        corner: bool,
    ) {
        let at = self.solution(crossing, potentials, middle);
        let (_, charge, gate) =
            self.transistor
                .currents_and_charges(at, self.gmin, Some(&history.gate));
        let rate = |now: f64, before: (f64, f64)| (now, step.rate(now, before.0, before.1));
        history.drain = rate(charge.drain, history.drain);
        history.source = rate(charge.source, history.source);
        history.gate_charge = rate(gate.charge, history.gate_charge);
        history.gate = gate.history;
        history.middle.accept(middle.potential, step, corner);
        self.device.accept(step, &mut history.device, guess, corner);
    }
}
