//! Cells whose gates and bulk are ports of a circuit.

use ohmloom_solver::circuit::CircuitError;
use ohmloom_solver::line_grid::{CellConductances, DynamicCells, PortedCells, TimeStep};
use ohmloom_solver::lu::{Complex, Scalar};

use super::device::Device;
use super::dynamic::{DynamicDevices, DynamicTransistorCells, HistoryOf};
use super::{GateLines, MemristorSide};
use crate::mosfets::{Potentials, TerminalMatrices, Transistor};

/// Where row and column are in [`CellConductances`].
const ROW: usize = 0;
const COLUMN: usize = 1;

impl<D: Device> PortedCells for DynamicDevices<D> {
    fn gate_lines(&self) -> usize {
        0
    }

    fn gate_line(&self, _: (usize, usize)) -> usize {
        0
    }

    fn set_controls(&mut self, _: &[f64], _: f64) {}

    fn set_gmin(&mut self, _: f64) {}

    fn set_temperature(&mut self, _: f64) -> Result<(), CircuitError> {
        Ok(())
    }

    fn controls_of(&self, _: (usize, usize)) -> (f64, f64) {
        (0.0, 0.0)
    }

    fn control_currents(&self, _: (f64, f64), _: &D::Guess) -> (f64, f64) {
        (0.0, 0.0)
    }

    fn conductances(
        &self,
        crossing: (usize, usize),
        potentials: (f64, f64),
        step: Option<&TimeStep>,
        history: &D::History,
        guess: &mut D::Guess,
    ) -> CellConductances<f64> {
        let branch = match step {
            None => self.rest(crossing, potentials, history, guess),
            Some(step) => self.branch(crossing, potentials, step, history, guess),
        };
        between_lines(branch.row_by_row)
    }

    fn admittances(
        &self,
        (row, column): (usize, usize),
        (r, c): (f64, f64),
        omega: f64,
        history: &D::History,
        guess: &mut D::Guess,
    ) -> CellConductances<Complex> {
        let index = row * self.columns + column;
        between_lines(self.device.admittance(index, r - c, omega, history, guess))
    }
}

/// The matrix of a branch between row and column.
fn between_lines<S: Scalar>(conductance: S) -> CellConductances<S> {
    let mut cell = [[S::default(); 4]; 4];
    cell[ROW][ROW] = conductance;
    cell[COLUMN][COLUMN] = conductance;
    cell[ROW][COLUMN] = -conductance;
    cell[COLUMN][ROW] = -conductance;
    cell
}

impl<D: Device, T: Transistor> DynamicTransistorCells<D, T> {
    /// The voltage from the row's side of the memristor to the other.
    fn across(&self, (row, column): (f64, f64), at: &Potentials) -> f64 {
        match self.side {
            MemristorSide::Row => row - at.drain,
            MemristorSide::Column => at.source - column,
        }
    }

    fn accepted<'a>(
        step: Option<&TimeStep>,
        history: &'a HistoryOf<D, T>,
    ) -> Option<&'a T::GateHistory> {
        step.map(|_| &history.gate)
    }

    /// The cell's matrix from the memristor's conductance and the transistor's matrix (drain, gate, source, bulk).
    fn join<S: Scalar>(&self, memristor: S, transistor: [[S; 4]; 4]) -> CellConductances<S> {
        // Which of the cell's terminals each of the transistor's is, with the one at the memristor left out.
        let (near, far, outer) = match self.side {
            MemristorSide::Row => (0, 2, ROW),
            MemristorSide::Column => (2, 0, COLUMN),
        };
        let outside = [(far, 1 - outer), (1, 2), (3, 3)];
        let mut cell = [[S::default(); 4]; 4];
        for (a, to) in outside {
            for (b, from) in outside {
                cell[to][from] = transistor[a][b];
            }
        }
        cell[outer][outer] = memristor;
        // The middle follows the terminals by these factors, where anything holds it.
        let mut total = memristor;
        total += transistor[near][near];
        if total == S::default() {
            return cell;
        }
        let mut by = [S::default(); 4];
        by[outer] = memristor.divided_by(total);
        for (b, from) in outside {
            by[from] = -transistor[near][b].divided_by(total);
        }
        for (from, &by) in by.iter().enumerate() {
            cell[outer][from] -= memristor * by;
            for (a, to) in outside {
                cell[to][from] += transistor[a][near] * by;
            }
        }
        cell
    }
}

impl<D: Device, T: Transistor> PortedCells for DynamicTransistorCells<D, T> {
    fn gate_lines(&self) -> usize {
        self.gates.len()
    }

    fn gate_line(&self, (row, column): (usize, usize)) -> usize {
        match self.gate_lines {
            GateLines::AlongRows => row,
            GateLines::AlongColumns => column,
        }
    }

    fn set_controls(&mut self, gates: &[f64], bulk: f64) {
        self.gates.copy_from_slice(gates);
        self.bulk = bulk;
    }

    fn set_gmin(&mut self, gmin: f64) {
        self.gmin = gmin;
    }

    fn set_temperature(&mut self, kelvin: f64) -> Result<(), CircuitError> {
        self.transistor.set_ambient(kelvin)
    }

    #[inline(always)]
    fn controls_of(&self, crossing: (usize, usize)) -> (f64, f64) {
        (self.gate(crossing), self.bulk)
    }

    fn control_currents(
        &self,
        (row, column): (f64, f64),
        (middle, _): &Self::Memory,
    ) -> (f64, f64) {
        match self.side {
            MemristorSide::Row => middle.controls(row, column),
            MemristorSide::Column => middle.controls(column, row),
        }
    }

    fn conductances(
        &self,
        crossing: (usize, usize),
        potentials: (f64, f64),
        step: Option<&TimeStep>,
        history: &Self::History,
        (middle, guess): &mut Self::Memory,
    ) -> CellConductances<f64> {
        let index = crossing.0 * self.columns + crossing.1;
        let at = self.solution(crossing, potentials, middle);
        let v = self.across(potentials, &at);
        let accepted = Self::accepted(step, history);
        let TerminalMatrices {
            mut conductance,
            capacitance,
        } = self.transistor.matrices(at, self.gmin, accepted);
        let (_, slope) = match step {
            None => self.device.at_rest(index, v, &history.device, guess),
            Some(step) => {
                let alpha = step.alpha();
                for (g, c) in conductance
                    .as_flattened_mut()
                    .iter_mut()
                    .zip(capacitance.as_flattened())
                {
                    *g += alpha * c;
                }
                self.device.in_step(index, v, step, &history.device, guess)
            }
        };
        self.join(slope, conductance)
    }

    fn admittances(
        &self,
        crossing: (usize, usize),
        potentials: (f64, f64),
        omega: f64,
        history: &Self::History,
        (middle, guess): &mut Self::Memory,
    ) -> CellConductances<Complex> {
        let index = crossing.0 * self.columns + crossing.1;
        let at = self.solution(crossing, potentials, middle);
        let v = self.across(potentials, &at);
        let matrices = self.transistor.matrices(at, self.gmin, None);
        let transistor: [[Complex; 4]; 4] = std::array::from_fn(|a| {
            std::array::from_fn(|b| {
                Complex::new(
                    matrices.conductance[a][b],
                    omega * matrices.capacitance[a][b],
                )
            })
        });
        let memristor = (self.device).admittance(index, v, omega, &history.device, guess);
        self.join(memristor, transistor)
    }
}
