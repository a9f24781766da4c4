//! Reading a part of an array: its power and how fast it settles, from the exact solution with all wires.

use std::ops::Range;

use ohmloom_solver::line_grid::{
    ArraySolver, End, FieldRequest, GridError, LineGrid, Lines, Power, SolveOptions,
};
use serde::{Deserialize, Serialize};

use crate::TileSettings;

/// What the columns that a read does not sense are connected to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unsensed {
    /// To nothing: their switches are open.
    #[default]
    Floating,
    /// To a virtual ground, as the sensed ones.
    Grounded,
}

/// One read: some rows driven with the read voltage, all others at 0 V; some columns sensed. Rows are driven at their left end,
/// columns are sensed at their bottom end.
#[derive(Debug, Clone, PartialEq)]
pub struct ArrayRead {
    /// Rows that are driven.
    pub rows: Range<usize>,
    /// Columns that are sensed.
    pub columns: Range<usize>,
    /// What becomes of the other columns.
    pub unsensed: Unsensed,
    /// The read voltage, V.
    pub volts: f64,
}

/// Capacitances of the wires to ground, in farad, at every crossing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NodeCapacitance {
    /// Of a row's wire from one cell to the next, with its share of the cell.
    pub row_f: f64,
    /// Of a column's wire from one cell to the next, with its share of the cell.
    pub column_f: f64,
}

impl ArrayRead {
    /// Where the power goes during the read of an array with the wires of `tile` and these conductances (row-major, S).
    ///
    /// # Errors
    /// Conductances, a range or a voltage that make no sense; no convergence.
    pub fn power(&self, tile: &TileSettings, conductance: &[f64]) -> Result<Power, GridError> {
        let grid = self.grid(tile, conductance)?;
        let solution =
            ArraySolver::new(&grid, SolveOptions::default())?.solve(&self.drives(tile))?;
        Ok(solution.power[0])
    }

    /// Elmore delay, in seconds, of the current of the last sensed column (the farthest from the drivers) after all driven rows step
    /// to the read voltage together.
    ///
    /// The first moment of the step's derivative is `sum C a v / I` over all nodes: `v` their voltages during the read, `I` the
    /// column's current, and `a` the voltages for 1 V at that column's end and 0 V at all others (by reciprocity, what a current into
    /// the node adds to `I`). W. C. Elmore, J. Appl. Phys. 19:55 (1948).
    ///
    /// # Errors
    /// As [`Self::power`].
    pub fn elmore_delay(
        &self,
        tile: &TileSettings,
        conductance: &[f64],
        capacitance: NodeCapacitance,
    ) -> Result<f64, GridError> {
        let grid = self.grid(tile, conductance)?;
        let mut inputs = self.drives(tile);
        let terminal = tile.rows
            + match self.unsensed {
                Unsensed::Floating => self.columns.len() - 1,
                Unsensed::Grounded => self.columns.end - 1,
            };
        let vector = inputs.len();
        inputs.resize(2 * vector, 0.0);
        inputs[vector + terminal] = 1.0;
        let request = FieldRequest {
            voltages: true,
            cell_currents: false,
        };
        let solution = ArraySolver::new(&grid, SolveOptions::default())?
            .solve_with_fields(&inputs, request)?;
        let moment = |voltages: &[f64]| -> f64 {
            let (read, adjoint) = voltages.split_at(voltages.len() / 2);
            read.iter().zip(adjoint).map(|(v, a)| v * a).sum()
        };
        let charge = capacitance.row_f * moment(&solution.row_voltages)
            + capacitance.column_f * moment(&solution.column_voltages);
        // What flows into the terminal is what its source does not deliver.
        let current = -solution.drive_currents[terminal];
        Ok(if charge == 0.0 { 0.0 } else { charge / current })
    }

    /// The array; grounded columns are driven with 0 V, so that every terminal is a drive.
    fn grid(&self, tile: &TileSettings, conductance: &[f64]) -> Result<LineGrid, GridError> {
        let wires = tile.wires();
        for (what, range, count) in [
            ("driven rows", &self.rows, tile.rows),
            ("sensed columns", &self.columns, tile.columns),
        ] {
            if range.is_empty() || range.end > count {
                return Err(GridError::WrongLength {
                    what: format!("{what} of a read ({range:?} of {count})"),
                    expected: range.len().max(1),
                    found: count,
                });
            }
        }
        let rows = Lines::alike(
            tile.rows,
            wires.row,
            End::Driven(wires.source),
            End::Floating,
        );
        let mut columns = Lines::alike(
            tile.columns,
            wires.column,
            End::Floating,
            End::Driven(wires.sink),
        );
        if self.unsensed == Unsensed::Floating {
            for (column, end) in columns.end.iter_mut().enumerate() {
                if !self.columns.contains(&column) {
                    *end = End::Floating;
                }
            }
        }
        LineGrid::new(tile.rows, tile.columns, conductance.to_vec(), rows, columns)
    }

    /// Voltages of the terminals: rows, then the columns that have one.
    fn drives(&self, tile: &TileSettings) -> Vec<f64> {
        let sensed = match self.unsensed {
            Unsensed::Floating => self.columns.len(),
            Unsensed::Grounded => tile.columns,
        };
        let mut volts = vec![0.0; tile.rows + sensed];
        volts[self.rows.clone()].fill(self.volts);
        volts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile(rows: usize, columns: usize) -> TileSettings {
        TileSettings {
            rows,
            columns,
            row_resistance: 3.0,
            column_resistance: 5.0,
            source_resistance: Some(200.0),
            sink_resistance: Some(300.0),
            ..TileSettings::default()
        }
    }

    fn read(rows: Range<usize>, columns: Range<usize>, unsensed: Unsensed) -> ArrayRead {
        ArrayRead {
            rows,
            columns,
            unsensed,
            volts: 0.5,
        }
    }

    #[test]
    fn one_cell_has_closed_forms() {
        let (tile, read) = (tile(1, 2), read(0..1, 0..1, Unsensed::Floating));
        // The second column floats: only the first cell, of 1 kilohm, carries a current, through 200 + 1000 + 300 ohm.
        let cells = [1e-3, 2e-3];
        let power = read.power(&tile, &cells).unwrap();
        let total = 1500.0;
        assert!((power.delivered / (0.25 / total) - 1.0).abs() < 1e-12);
        assert!((power.cells / (0.25 / total * 1000.0 / total) - 1.0).abs() < 1e-12);
        // Two capacitors on the ladder of 200, 1000 and 300 ohm; the row's second node hangs on the first.
        let [row_f, column_f] = [1e-12, 2e-12];
        let delay = read
            .elmore_delay(&tile, &cells, NodeCapacitance { row_f, column_f })
            .unwrap();
        // Each capacitor sees the two sides of the ladder in parallel; the floating column's is behind the row.
        let sides = |left: f64| left * (total - left) / total;
        let behind = row_f + column_f;
        let expected = row_f * sides(200.0) + behind * sides(200.0) + column_f * sides(1200.0);
        assert!(
            (delay / expected - 1.0).abs() < 1e-11,
            "{delay} but {expected}"
        );
    }

    #[test]
    fn grounded_columns_draw_more_than_floating_ones() {
        let tile = tile(4, 6);
        let cells: Vec<f64> = (1..=24).map(|k| 1e-5 * f64::from(k)).collect();
        let power = |unsensed| read(1..3, 2..4, unsensed).power(&tile, &cells).unwrap();
        let (floating, grounded) = (power(Unsensed::Floating), power(Unsensed::Grounded));
        // Rayleigh: another way to ground only ever raises the power.
        assert!(grounded.delivered > 1.05 * floating.delivered);
        assert!(floating.imbalance() < 1e-9 && grounded.imbalance() < 1e-9);
        let all = read(1..3, 0..6, Unsensed::Floating)
            .power(&tile, &cells)
            .unwrap();
        assert!((all.delivered / grounded.delivered - 1.0).abs() < 1e-11);
    }

    #[test]
    fn ranges_beyond_the_array_are_refused() {
        let cells = [1e-4; 8];
        for (rows, columns) in [(0..5, 0..2), (0..4, 1..3), (2..2, 0..1)] {
            let read = read(rows, columns, Unsensed::Grounded);
            assert!(read.power(&tile(4, 2), &cells).is_err());
        }
    }
}
