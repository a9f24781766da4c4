//! A part of an array, or all of it, under pulses and reads.

use std::ops::{ControlFlow, Range};

use ohmloom_devices::mosfets::Transistor;
use ohmloom_solver::line_grid::{
    ArrayTransient, Drives, DynamicCells, End, FieldRequest, GridError, LineCapacitance, Lines,
    NonlinearArray, NonlinearOptions, NonlinearSolution, ReadWires, TransientOptions,
};
use serde::{Deserialize, Serialize};

use super::selection::LineVoltages;
use crate::cells::{Device, DynamicDevices, DynamicTransistorCells};

/// Steps of a pulse at least.
const LEAST_STEPS: f64 = 2.0;
/// The first step as a part of the pulse.
const FIRST_STEP: f64 = 0.125;

/// Cells whose states can be written.
pub(super) trait WritableCells: DynamicCells {
    /// The memristors.
    type Device: Device;
    /// Sets the potentials of the word lines, V.
    fn set_gates(&mut self, gates: &[f64]);
    /// The memristor's part of what a cell has accepted.
    fn of_memristor(history: &Self::History) -> &<Self::Device as Device>::History;
}

impl<D: Device> WritableCells for DynamicDevices<D> {
    type Device = D;

    fn set_gates(&mut self, _: &[f64]) {}

    fn of_memristor(history: &D::History) -> &D::History {
        history
    }
}

impl<D: Device, T: Transistor> WritableCells for DynamicTransistorCells<D, T> {
    type Device = D;

    fn set_gates(&mut self, gates: &[f64]) {
        let gates = gates.to_vec();
        self.drive_gates(Box::new(move |_, volts| volts.copy_from_slice(&gates)));
    }

    fn of_memristor(history: &Self::History) -> &D::History {
        &history.device
    }
}

/// A rectangle of cells with the wires to its terminals.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Window {
    pub(super) rows: Range<usize>,
    pub(super) columns: Range<usize>,
}

impl Window {
    /// Its wires, when it is cut out of an array of `size`: the segments that lead on to the terminals become part of their resistances.
    pub(super) fn array(
        &self,
        (rows, _): (usize, usize),
        wires: ReadWires,
    ) -> Result<NonlinearArray, GridError> {
        let left = self.columns.start as f64 * wires.row;
        let below = (rows - self.rows.end) as f64 * wires.column;
        NonlinearArray::new(
            (self.rows.len(), self.columns.len()),
            Lines::alike(
                self.rows.len(),
                wires.row,
                End::Driven(wires.source + left),
                End::Floating,
            ),
            Lines::alike(
                self.columns.len(),
                wires.column,
                End::Floating,
                End::Driven(wires.sink + below),
            ),
            NonlinearOptions::default(),
        )
    }

    /// Its cells, row by row.
    pub(super) fn cells(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let columns = self.columns.clone();
        self.rows
            .clone()
            .flat_map(move |row| columns.clone().map(move |column| (row, column)))
    }

    /// Index of a cell of the array among its cells.
    pub(super) fn index(&self, (row, column): (usize, usize)) -> usize {
        (row - self.rows.start) * self.columns.len() + column - self.columns.start
    }

    fn drives(&self, volts: &LineVoltages) -> Vec<f64> {
        let rows = &volts.rows[self.rows.clone()];
        let columns = &volts.columns[self.columns.clone()];
        rows.iter().chain(columns).copied().collect()
    }
}

/// Voltages that do not change.
struct Steady<'a>(&'a [f64]);

impl Drives for Steady<'_> {
    fn voltages(&self, _: f64, volts: &mut [f64]) {
        volts.copy_from_slice(self.0);
    }

    fn corners(&self) -> Vec<f64> {
        Vec::new()
    }
}

/// What pulses and reads took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Effort {
    /// Energy that all drivers delivered, word lines not counted, J.
    pub energy: f64,
    /// Time for which the array was busy, s.
    pub time: f64,
    /// Pulses.
    pub pulses: usize,
    /// Reads.
    pub reads: usize,
    /// Arrays solved.
    pub solves: usize,
    /// Newton iterations of all of them.
    pub newton_iterations: usize,
    /// Largest violation of Kirchhoff's current law, relative to the largest branch current of its array.
    pub kcl_relative: f64,
}

impl Effort {
    /// Of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            energy: self.energy + other.energy,
            time: self.time + other.time,
            pulses: self.pulses + other.pulses,
            reads: self.reads + other.reads,
            solves: self.solves + other.solves,
            newton_iterations: self.newton_iterations + other.newton_iterations,
            kcl_relative: self.kcl_relative.max(other.kcl_relative),
        }
    }

    fn count(&mut self, solution: &NonlinearSolution) {
        self.solves += 1;
        self.newton_iterations += solution.certificate.newton_iterations;
        self.kcl_relative = self.kcl_relative.max(solution.certificate.kcl_relative);
    }
}

/// A part of an array, with its states.
pub(super) struct Part<'a, C: WritableCells> {
    window: Window,
    /// Which word lines are the part's.
    gates: Range<usize>,
    cells: C,
    transient: ArrayTransient<'a, C>,
    pub(super) effort: Effort,
}

fn power(volts: &[f64], solution: &NonlinearSolution) -> f64 {
    let currents = &solution.drive_currents;
    volts.iter().zip(currents).map(|(v, i)| v * i).sum()
}

impl<'a, C: WritableCells> Part<'a, C> {
    /// The part before anything was written; `array` is the window's.
    pub(super) fn new(
        (window, array): (Window, &'a NonlinearArray),
        mut cells: C,
        (gates, reltol): (Range<usize>, f64),
    ) -> Result<Self, GridError> {
        cells.set_gates(&vec![0.0; gates.len()]);
        let options = TransientOptions {
            reltol,
            longest_step: None,
            first_step: None,
        };
        let nothing = vec![0.0; array.drive_count()];
        let transient = ArrayTransient::new(
            array,
            &mut cells,
            &Steady(&nothing),
            LineCapacitance::default(),
            options,
        )?;
        Ok(Self {
            window,
            gates,
            cells,
            transient,
            effort: Effort::default(),
        })
    }

    /// Puts a rectangular pulse on the lines; all states follow.
    pub(super) fn pulse(&mut self, volts: &LineVoltages, width: f64) -> Result<(), GridError> {
        let drives = self.window.drives(volts);
        self.cells.set_gates(&volts.gates[self.gates.clone()]);
        let steady = Steady(&drives);
        let mut effort = self.effort;
        let start = self.transient.rest(&mut self.cells, &steady)?;
        effort.count(&start);
        let mut before = (0.0, power(&drives, &start));
        self.transient
            .set_steps(Some(width / LEAST_STEPS), Some(width * FIRST_STEP));
        self.transient.run(
            &mut self.cells,
            &steady,
            width,
            FieldRequest::default(),
            &mut |instant| {
                effort.count(instant.solution);
                let watt = power(&drives, instant.solution);
                effort.energy += 0.5 * (watt + before.1) * (instant.time - before.0);
                before = (instant.time, watt);
                ControlFlow::Continue(())
            },
        )?;
        effort.pulses += 1;
        effort.time += width;
        self.effort = effort;
        Ok(())
    }

    /// Reads with these potentials for `time` (s): the currents out of the columns of the window, A.
    pub(super) fn read(&mut self, volts: &LineVoltages, time: f64) -> Result<Vec<f64>, GridError> {
        let drives = self.window.drives(volts);
        self.cells.set_gates(&volts.gates[self.gates.clone()]);
        let solution = self.transient.rest(&mut self.cells, &Steady(&drives))?;
        self.effort.count(&solution);
        self.effort.reads += 1;
        self.effort.time += time;
        self.effort.energy += power(&drives, &solution) * time;
        let rows = self.window.rows.len();
        Ok(solution.drive_currents[rows..]
            .iter()
            .map(|current| -current)
            .collect())
    }

    /// The window.
    pub(super) fn window(&self) -> &Window {
        &self.window
    }

    /// What the memristor of a cell of the window has accepted.
    pub(super) fn memristor(&self, index: usize) -> &<C::Device as Device>::History {
        C::of_memristor(self.transient.history(index))
    }
}
