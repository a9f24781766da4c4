//! Cells of a transistor and a memristor in series.

use ohmloom_solver::line_grid::{Branch, Cells};
use serde::{Deserialize, Serialize};

use super::CellError;
use super::resistor::check_conductances;
use super::series::{Diffusions, Middle, Series};
use crate::conduction::Conduction;
use crate::mosfets::{Potentials, Transistor};

/// Along which lines of the array the gates are connected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum GateLines {
    /// One word line for each row.
    #[default]
    #[serde(rename = "rows")]
    AlongRows,
    /// One word line for each column.
    #[serde(rename = "columns")]
    AlongColumns,
}

/// On which side of the transistor the memristor lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MemristorSide {
    /// Row, memristor, drain, source, column.
    #[default]
    Row,
    /// Row, drain, source, memristor, column.
    Column,
}

/// 1T1R cells: a memristor and a transistor in series between row and column, the gates on word lines of known potential, the bulk at a
/// known potential. The node between memristor and transistor is eliminated by a safeguarded Newton's method.
#[derive(Clone, Debug)]
pub struct TransistorCells<L, T> {
    law: L,
    conductance: Vec<f64>,
    columns: usize,
    transistor: T,
    side: MemristorSide,
    gate_lines: GateLines,
    gates: Vec<f64>,
    bulk: f64,
    gmin: f64,
}

impl<L: Conduction, T: Transistor> TransistorCells<L, T> {
    /// Cells with memristors of the law `law`, programmed to `conductance` (S, row-major), and transistors all alike. `gates` are
    /// the potentials of the word lines, V.
    ///
    /// # Errors
    /// [`CellError::BadSetting`]: conductances as in [`ResistorCells::new`](super::ResistorCells::new); a wrong number of gate potentials or one that is not
    /// finite; a transistor with drain or source resistance.
    pub fn new(
        (law, conductance, columns): (L, Vec<f64>, usize),
        (transistor, side): (T, MemristorSide),
        (gate_lines, gates): (GateLines, Vec<f64>),
    ) -> Result<Self, CellError> {
        check_conductances(&conductance, columns)?;
        if transistor.has_leads() {
            return Err(CellError::BadSetting {
                key: "rd, rs, rsh",
                value: f64::NAN,
                reason: "drain and source resistances of the transistors are not supported in arrays; leave them out",
            });
        }
        let mut cells = Self {
            law,
            conductance,
            columns,
            transistor,
            side,
            gate_lines,
            gates: Vec::new(),
            bulk: 0.0,
            gmin: 1e-12,
        };
        cells.set_gates(gates)?;
        Ok(cells)
    }

    /// Changes the potentials of the word lines, V.
    ///
    /// # Errors
    /// [`CellError::BadSetting`]: a wrong number, or one that is not finite.
    pub fn set_gates(&mut self, gates: Vec<f64>) -> Result<(), CellError> {
        let lines = match self.gate_lines {
            GateLines::AlongRows => self.conductance.len() / self.columns,
            GateLines::AlongColumns => self.columns,
        };
        if gates.len() != lines {
            return Err(CellError::BadSetting {
                key: "gates",
                value: gates.len() as f64,
                reason: "there must be one gate potential for each word line",
            });
        }
        if let Some(&value) = gates.iter().find(|volts| !volts.is_finite()) {
            return Err(CellError::BadSetting {
                key: "gates",
                value,
                reason: "must be finite (V)",
            });
        }
        self.gates = gates;
        Ok(())
    }

    /// With the bulk of all transistors at another potential than 0 V.
    #[must_use]
    pub fn with_bulk(mut self, volts: f64) -> Self {
        self.bulk = volts;
        self
    }

    /// With another conductance across each bulk junction than 1e-12 S.
    #[must_use]
    pub fn with_gmin(mut self, gmin: f64) -> Self {
        self.gmin = gmin;
        self
    }

    /// The programmed conductances, row-major, S.
    pub fn conductance(&self) -> &[f64] {
        &self.conductance
    }

    /// What the transistor takes at both diffusions; `near` is the one at the memristor.
    #[inline(always)]
    fn diffusions(&self, gate: f64, near: f64, far: f64) -> Diffusions {
        let bulk = self.bulk;
        match self.side {
            MemristorSide::Row => {
                let at = Potentials {
                    drain: near,
                    gate,
                    source: far,
                    bulk,
                };
                Diffusions::near_drain(self.transistor.currents(at, self.gmin))
            }
            MemristorSide::Column => {
                let at = Potentials {
                    drain: far,
                    gate,
                    source: near,
                    bulk,
                };
                Diffusions::near_source(self.transistor.currents(at, self.gmin))
            }
        }
    }
}

impl<L: Conduction, T: Transistor> Cells for TransistorCells<L, T> {
    type Memory = Middle;

    #[inline]
    fn branch(
        &self,
        (row, column): (usize, usize),
        row_potential: f64,
        column_potential: f64,
        middle: &mut Middle,
    ) -> Branch {
        let g = self.conductance[row * self.columns + column];
        let gate = self.gates[match self.gate_lines {
            GateLines::AlongRows => row,
            GateLines::AlongColumns => column,
        }];
        match self.side {
            MemristorSide::Row => Series::solve(
                (row_potential, column_potential),
                middle,
                |v| self.law.at(g, v),
                |m| self.diffusions(gate, m, column_potential),
            )
            .device_at_row(),
            MemristorSide::Column => Series::solve(
                (column_potential, row_potential),
                middle,
                |v| {
                    let (current, slope) = self.law.at(g, -v);
                    (-current, slope)
                },
                |m| self.diffusions(gate, m, row_potential),
            )
            .device_at_column(),
        }
    }
}
