//! Cells of a transistor and a memristor in series.

use ohmloom_devices::conduction::Conduction;
use ohmloom_devices::mosfets::{AtDiffusions, Potentials, Transistor};
use ohmloom_solver::line_grid::{Branch, Cells};

use super::resistor::check_conductances;
use crate::LayoutError;

/// Steps after which bisection alone would have ended.
const MOST_STEPS: usize = 200;

/// Along which lines of the array the gates are connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GateLines {
    /// One word line for each row.
    AlongRows,
    /// One word line for each column.
    AlongColumns,
}

/// On which side of the transistor the memristor lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemristorSide {
    /// Row, memristor, drain, source, column.
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
    /// [`LayoutError::BadSetting`]: conductances as in [`ResistorCells::new`](super::ResistorCells::new); a wrong number of gate potentials or one that is not
    /// finite; a transistor with drain or source resistance.
    pub fn new(
        (law, conductance, columns): (L, Vec<f64>, usize),
        (transistor, side): (T, MemristorSide),
        (gate_lines, gates): (GateLines, Vec<f64>),
    ) -> Result<Self, LayoutError> {
        check_conductances(&conductance, columns)?;
        if transistor.has_leads() {
            return Err(LayoutError::BadSetting {
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
    /// [`LayoutError::BadSetting`]: a wrong number, or one that is not finite.
    pub fn set_gates(&mut self, gates: Vec<f64>) -> Result<(), LayoutError> {
        let lines = match self.gate_lines {
            GateLines::AlongRows => self.conductance.len() / self.columns,
            GateLines::AlongColumns => self.columns,
        };
        if gates.len() != lines {
            return Err(LayoutError::BadSetting {
                key: "gates",
                value: gates.len() as f64,
                reason: "there must be one gate potential for each word line",
            });
        }
        if let Some(&value) = gates.iter().find(|volts| !volts.is_finite()) {
            return Err(LayoutError::BadSetting {
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

    #[inline(always)]
    fn transistor(&self, gate: f64, drain: f64, source: f64) -> AtDiffusions {
        let at = Potentials {
            drain,
            gate,
            source,
            bulk: self.bulk,
        };
        self.transistor.currents(at, self.gmin)
    }

    /// Solves for the potential `m` between the memristor, whose other end is at `outer`, and a diffusion of the transistor, into which `into`
    /// tells the current and its derivative. The excess of the latter over the memristor's current rises with `m`.
    #[inline(always)]
    fn middle(
        &self,
        g: f64,
        outer: f64,
        inner: f64,
        into: impl Fn(f64) -> (f64, f64),
        guess: f64,
    ) -> f64 {
        // The bulk junctions may pull the node a little beyond both ends.
        let margin = 1.0;
        let (mut low, mut high) = (outer.min(inner) - margin, outer.max(inner) + margin);
        let mut m = guess.clamp(low, high);
        let scale = outer.abs().max(inner.abs());
        for _ in 0..MOST_STEPS {
            let (current, slope) = self.law.at(g, outer - m);
            let (drawn, by_m) = into(m);
            let excess = drawn - current;
            if excess > 0.0 {
                high = m;
            } else {
                low = m;
            }
            let newton = m - excess / (slope + by_m);
            let next = if newton >= low && newton <= high {
                newton
            } else {
                low.midpoint(high)
            };
            let step = (next - m).abs();
            m = next;
            if step <= 2.0 * f64::EPSILON * scale.max(m.abs()) {
                break;
            }
        }
        m
    }
}

impl<L: Conduction, T: Transistor> Cells for TransistorCells<L, T> {
    /// The potential between memristor and transistor.
    type Memory = f64;

    #[inline]
    fn branch(
        &self,
        (row, column): (usize, usize),
        row_potential: f64,
        column_potential: f64,
        middle: &mut f64,
    ) -> Branch {
        let g = self.conductance[row * self.columns + column];
        let gate = self.gates[match self.gate_lines {
            GateLines::AlongRows => row,
            GateLines::AlongColumns => column,
        }];
        match self.side {
            MemristorSide::Row => {
                let into = |m: f64| {
                    let at = self.transistor(gate, m, column_potential);
                    (at.drain, at.drain_by_drain)
                };
                *middle = self.middle(g, row_potential, column_potential, into, *middle);
                let at = self.transistor(gate, *middle, column_potential);
                let (current, slope) = self.law.at(g, row_potential - *middle);
                let total = slope + at.drain_by_drain;
                // How the middle follows row and column; where nothing holds it, it does not matter.
                let (by_row, by_column) = if total > 0.0 {
                    (slope / total, -at.drain_by_source / total)
                } else {
                    (0.0, 0.0)
                };
                Branch {
                    row_current: current,
                    column_current: -at.source,
                    row_by_row: slope * (1.0 - by_row),
                    row_by_column: -slope * by_column,
                    column_by_row: -at.source_by_drain * by_row,
                    column_by_column: -at.source_by_source - at.source_by_drain * by_column,
                }
            }
            MemristorSide::Column => {
                let into = |m: f64| {
                    let at = self.transistor(gate, row_potential, m);
                    (at.source, at.source_by_source)
                };
                *middle = self.middle(g, column_potential, row_potential, into, *middle);
                let at = self.transistor(gate, row_potential, *middle);
                let (current, slope) = self.law.at(g, *middle - column_potential);
                let total = slope + at.source_by_source;
                let (by_row, by_column) = if total > 0.0 {
                    (-at.source_by_drain / total, slope / total)
                } else {
                    (0.0, 0.0)
                };
                Branch {
                    row_current: at.drain,
                    column_current: current,
                    row_by_row: at.drain_by_drain + at.drain_by_source * by_row,
                    row_by_column: at.drain_by_source * by_column,
                    column_by_row: slope * by_row,
                    column_by_column: slope * (by_column - 1.0),
                }
            }
        }
    }
}
