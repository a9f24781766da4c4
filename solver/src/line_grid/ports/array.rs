//! An array whose terminals are ports.

use std::fmt;

use super::super::error::GridError;
use super::super::lines::{End, Lines};
use super::super::nonlinear::{ArrayPoint, Controls, NonlinearArray, NonlinearOptions, Snapshot};
use super::super::solver::FieldRequest;
use super::super::transient::{Accepted, LineCapacitance, Loaded, TimeStep};
use super::admittance::SmallSignal;
use super::cells::{CellConductances, PortedCells};
use super::kept::{Economical, Kept};
use crate::circuit::CircuitError;
use crate::lu::Complex;

/// Potentials below this are measured against it, V.
const SMALLEST_SCALE: f64 = 0.1;

/// The wires of an array with ports. Rows end at their left, columns at their bottom, without further resistance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PortWires {
    /// One row segment, ohm.
    pub row: f64,
    /// One column segment, ohm.
    pub column: f64,
    /// Of the lines to ground.
    pub capacitance: LineCapacitance,
}

/// An array with its present point and what it has accepted.
pub struct PortArray<C: PortedCells> {
    pub(super) array: NonlinearArray,
    pub(super) cells: C,
    pub(super) wires: PortWires,
    pub(super) accepted: Vec<Accepted<C::History>>,
    pub(super) point: ArrayPoint<Kept<C::Memory>>,
    /// Counts whatever changes the currents of cells at the same potentials.
    generation: u64,
    /// The step of the last solution.
    step: Option<TimeStep>,
    /// The accepted point, and the one before it with the time between them.
    good: Snapshot,
    before: Option<(Snapshot, f64)>,
    /// Potentials of all lines at the last solution.
    pub(super) volts: Vec<f64>,
    /// Largest of them so far in a transient.
    scale: f64,
    pub(super) gate_line: Vec<usize>,
    conductance: Vec<CellConductances<f64>>,
    pub(super) small_signal: Option<SmallSignal>,
}

impl<C: PortedCells> fmt::Debug for PortArray<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PortArray")
            .field("array", &self.array)
            .field("wires", &self.wires)
            .finish_non_exhaustive()
    }
}

impl<C: PortedCells> PortArray<C> {
    /// An array of `rows x columns` cells.
    ///
    /// # Errors
    /// No rows or columns; a resistance or capacitance that cannot be.
    pub fn new(
        (rows, columns): (usize, usize),
        wires: PortWires,
        cells: C,
    ) -> Result<Self, GridError> {
        wires.capacitance.check()?;
        let array = NonlinearArray::new(
            (rows, columns),
            Lines::alike(rows, wires.row, End::Driven(0.0), End::Floating),
            Lines::alike(columns, wires.column, End::Floating, End::Driven(0.0)),
            NonlinearOptions::default(),
        )?;
        let mut point = array.point();
        let count = rows * columns;
        let controlled = if cells.gate_lines() > 0 { count } else { 0 };
        Ok(Self {
            good: point.snapshot(),
            before: None,
            generation: 1,
            step: None,
            accepted: Accepted::fresh(&cells, (rows, columns)),
            volts: vec![0.0; rows + columns],
            scale: 0.0,
            gate_line: (0..controlled)
                .map(|index| cells.gate_line((index / columns, index % columns)))
                .collect(),
            conductance: vec![[[0.0; 4]; 4]; controlled],
            small_signal: None,
            array,
            cells,
            wires,
            point,
        })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.array.rows()
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.array.columns()
    }

    /// Number of gate lines.
    pub fn gates(&self) -> usize {
        self.cells.gate_lines()
    }

    /// Number of ports: rows, columns, gates, and where there are gates the bulk.
    pub fn ports(&self) -> usize {
        let gates = self.gates();
        self.volts.len() + gates + usize::from(gates > 0)
    }

    /// What the cells have accepted, row by row.
    pub fn histories(&self) -> impl Iterator<Item = &C::History> {
        self.accepted.iter().map(|accepted| &accepted.cell)
    }

    /// Changes the conductance across the junctions of the cells, S.
    pub fn set_gmin(&mut self, gmin: f64) {
        self.generation += 1;
        self.cells.set_gmin(gmin);
    }

    /// Changes the temperature of the cells, K.
    ///
    /// # Errors
    /// Parameters that are impossible at that temperature.
    pub fn set_temperature(&mut self, kelvin: f64) -> Result<(), CircuitError> {
        self.generation += 1;
        self.cells.set_temperature(kelvin)
    }

    /// Solves the array with its ports at the given potentials (V), at rest or at the end of a step, and fills in the current into each
    /// port, A.
    ///
    /// # Errors
    /// A potential that is not finite; no convergence. In a step the point then stays where the iteration got to.
    pub fn solve(
        &mut self,
        potentials: &[f64],
        step: Option<&TimeStep>,
        currents: &mut [f64],
    ) -> Result<(), GridError> {
        let lines = self.volts.len();
        if potentials.len() != self.ports() || currents.len() != potentials.len() {
            return Err(GridError::WrongLength {
                what: "port potentials and currents".to_owned(),
                expected: self.ports(),
                found: potentials.len().min(currents.len()),
            });
        }
        self.volts.copy_from_slice(&potentials[..lines]);
        if let Some((&bulk, gates)) = potentials[lines..].split_last() {
            self.cells.set_controls(gates, bulk);
        }
        if self.step.as_ref() != step {
            self.generation += 1;
            self.step = step.copied();
        }
        let cells = Economical {
            loaded: Loaded {
                cells: &self.cells,
                accepted: &self.accepted,
                columns: self.array.columns(),
                step: step.copied(),
                capacitance: self.wires.capacitance,
            },
            generation: self.generation,
        };
        let request = FieldRequest::default();
        match step {
            None => (self.array).solve(&cells, &self.volts, &mut self.point, request)?,
            Some(_) => (self.array).solve_here(&cells, &self.volts, &mut self.point, request)?,
        };
        self.point.line_currents(currents);
        if let Some((bulk, gates)) = currents[lines..].split_last_mut() {
            gates.fill(0.0);
            *bulk = 0.0;
            for (&line, kept) in self.gate_line.iter().zip(self.point.memory()) {
                let (into_gate, into_bulk) = self.cells.control_currents(kept.lines, &kept.cell);
                gates[line] += into_gate;
                *bulk += into_bulk;
            }
        }
        Ok(())
    }

    /// Derivatives of all currents by the potentials of the `wanted` ports around the last solution, S: for each wanted port one number
    /// for every port. `step` must be that of the solution.
    ///
    /// # Errors
    /// [`GridError::NotConverged`].
    pub fn conductances(
        &mut self,
        step: Option<&TimeStep>,
        wanted: &[usize],
    ) -> Result<Vec<Vec<f64>>, GridError> {
        let gates = self.gates();
        if gates == 0 {
            return self.point.port_conductances(None, wanted);
        }
        let (cells, accepted, columns) = (&self.cells, &self.accepted, self.array.columns());
        self.array.visit(
            &self.volts,
            &mut self.point,
            &mut self.conductance,
            |crossing, potentials, memory, conductance| {
                let history = &accepted[crossing.0 * columns + crossing.1].cell;
                *conductance =
                    cells.conductances(crossing, potentials, step, history, &mut memory.cell);
                0.0
            },
        );
        let controls = Controls {
            gates,
            gate_line: &self.gate_line,
            conductance: &self.conductance,
        };
        self.point.port_conductances(Some(&controls), wanted)
    }

    /// Admittances between the ports for small signals of angular frequency `omega` (rad/s) around the last solution, which must be one at
    /// rest; as [`Self::conductances`].
    ///
    /// # Errors
    /// [`GridError::Factorisation`] where the array's matrix is singular.
    pub fn admittances(
        &mut self,
        omega: f64,
        wanted: &[usize],
    ) -> Result<Vec<Vec<Complex>>, GridError> {
        let mut small_signal = match self.small_signal.take() {
            Some(small_signal) => small_signal,
            None => SmallSignal::new(self)?,
        };
        let found = small_signal.solve(self, omega, wanted);
        self.small_signal = Some(small_signal);
        found
    }

    /// Forgets all that has been accepted, as before the first step.
    pub fn reset(&mut self) {
        self.generation += 1;
        self.accepted = Accepted::fresh(&self.cells, (self.array.rows(), self.array.columns()));
        self.point = self.array.point();
        self.good = self.point.snapshot();
        self.before = None;
        self.scale = 0.0;
    }

    /// Takes the last solution, at rest, as the beginning of a transient.
    pub fn begin(&mut self) {
        self.generation += 1;
        let cells = &self.cells;
        self.array.visit(
            &self.volts,
            &mut self.point,
            &mut self.accepted,
            |crossing, potentials, memory, accepted| {
                accepted.begin(cells, crossing, potentials, &mut memory.cell);
                0.0
            },
        );
        self.good = self.point.snapshot();
        self.before = None;
        self.scale = 0.0;
    }

    /// Goes to where the end of a step of that length is to be expected from the accepted points.
    pub fn begin_step(&mut self, length: f64) {
        self.point.restore(&self.good);
        if let Some((earlier, before)) = &self.before {
            self.point.extrapolate(earlier, length / before);
        }
    }

    /// Truncation error of the step that led to the last solution, relative to what is allowed: `reltol` times the largest potential of a
    /// line so far (at least 0.1 V) for potentials inside, as [`ArrayTransient`](super::super::ArrayTransient). Not a number where
    /// something inside is not.
    pub fn truncation(&mut self, step: &TimeStep, reltol: f64) -> f64 {
        self.scale = self.volts.iter().fold(self.scale, |a, v| a.max(v.abs()));
        let allowed = reltol * self.scale.max(SMALLEST_SCALE);
        let limits = (self.wires.capacitance, allowed, reltol);
        let cells = &self.cells;
        self.array.visit(
            &self.volts,
            &mut self.point,
            &mut self.accepted,
            |crossing, potentials, memory, accepted| {
                accepted.truncation(cells, (crossing, potentials), step, &memory.cell, limits)
            },
        )
    }

    /// Accepts the last solution as the end of a step; `corner` says that past points are no guide to the next one.
    pub fn accept(&mut self, step: &TimeStep, corner: bool) {
        self.generation += 1;
        let cells = &self.cells;
        self.array.visit(
            &self.volts,
            &mut self.point,
            &mut self.accepted,
            |crossing, potentials, memory, accepted| {
                accepted.accept(
                    cells,
                    (crossing, potentials),
                    step,
                    &mut memory.cell,
                    corner,
                );
                0.0
            },
        );
        let here = self.point.snapshot();
        let earlier = std::mem::replace(&mut self.good, here);
        self.before = (!corner).then_some((earlier, step.length));
    }
}
