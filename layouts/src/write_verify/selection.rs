//! Potentials of all lines while one cell is written or read.

use serde::{Deserialize, Serialize};

use crate::BiasScheme;
use crate::cells::GateLines;

/// How one cell is selected for writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Selection {
    /// By its word line; all others are at 0 V. Along the selected word line, lines across it that do not lead to the selected cell follow the line along it, so
    /// that no other cell sees a voltage; no potential is negative.
    Transistor,
    /// `V/2` on all unselected lines.
    Half,
    /// Unselected rows and columns at a third and two thirds.
    Third,
}

/// Potentials of the lines of an array, V.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LineVoltages {
    /// At the left ends of the rows.
    pub rows: Vec<f64>,
    /// At the bottom ends of the columns.
    pub columns: Vec<f64>,
    /// On the word lines; empty without transistors.
    pub gates: Vec<f64>,
}

/// An array whose cells can be selected.
#[derive(Clone, Copy, Debug)]
pub struct Selector {
    /// Rows and columns.
    pub size: (usize, usize),
    /// How cells are selected for writing.
    pub selection: Selection,
    /// Along which lines the word lines run, if there are transistors.
    pub gate_lines: Option<GateLines>,
}

impl Selector {
    /// Potentials that put `voltage` (V, row against column) on the cell, with the selected word line at `gate` (V).
    pub fn write(&self, (row, column): (usize, usize), voltage: f64, gate: f64) -> LineVoltages {
        let (rows, columns) = self.size;
        let high = voltage.abs();
        let positive = voltage > 0.0;
        // What the selected lines are at, and then what the others are.
        let selected = if positive { (high, 0.0) } else { (0.0, high) };
        let others = match (self.selection, self.gate_lines) {
            (Selection::Transistor, None | Some(GateLines::AlongRows)) => (0.0, selected.0),
            (Selection::Transistor, Some(GateLines::AlongColumns)) => (selected.1, 0.0),
            (Selection::Half | Selection::Third, _) => {
                let scheme = if self.selection == Selection::Half {
                    BiasScheme::Half
                } else {
                    BiasScheme::Third
                };
                let (of_rows, of_columns) = scheme.unselected().unwrap_or_default();
                if positive {
                    (of_rows * high, of_columns * high)
                } else {
                    (high - of_rows * high, high - of_columns * high)
                }
            }
        };
        let line = |count: usize, index: usize, selected: f64, other: f64| {
            let mut volts = vec![other; count];
            volts[index] = selected;
            volts
        };
        LineVoltages {
            rows: line(rows, row, selected.0, others.0),
            columns: line(columns, column, selected.1, others.1),
            gates: self.gates((row, column), gate),
        }
    }

    /// Potentials that read the cell: `voltage` on its row, all else at 0 V.
    pub fn read(&self, cell: (usize, usize), voltage: f64, gate: f64) -> LineVoltages {
        let mut rows = vec![0.0; self.size.0];
        rows[cell.0] = voltage;
        LineVoltages {
            rows,
            columns: vec![0.0; self.size.1],
            gates: self.gates(cell, gate),
        }
    }

    fn gates(&self, (row, column): (usize, usize), gate: f64) -> Vec<f64> {
        let (count, index) = match self.gate_lines {
            None => return Vec::new(),
            Some(GateLines::AlongRows) => (self.size.0, row),
            Some(GateLines::AlongColumns) => (self.size.1, column),
        };
        let mut gates = vec![0.0; count];
        gates[index] = gate;
        gates
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voltage_at(volts: &LineVoltages, row: usize, column: usize) -> f64 {
        volts.rows[row] - volts.columns[column]
    }

    #[test]
    fn half_and_third_keep_other_cells_below_their_share() {
        for (selection, most) in [(Selection::Half, 0.5), (Selection::Third, 1.0 / 3.0)] {
            for voltage in [1.2, -0.9] {
                let selector = Selector {
                    size: (3, 4),
                    selection,
                    gate_lines: None,
                };
                let volts = selector.write((1, 2), voltage, 0.0);
                for row in 0..3 {
                    for column in 0..4 {
                        let seen = voltage_at(&volts, row, column);
                        if (row, column) == (1, 2) {
                            assert!((seen - voltage).abs() < 1e-15);
                        } else {
                            assert!(seen.abs() <= most * voltage.abs() + 1e-15, "{seen}");
                        }
                    }
                }
                assert!(volts.rows.iter().chain(&volts.columns).all(|v| *v >= 0.0));
            }
        }
    }

    #[test]
    fn transistors_leave_no_voltage_on_other_cells_of_the_word_line() {
        for (gate_lines, voltage) in [
            (GateLines::AlongRows, 1.5),
            (GateLines::AlongRows, -1.5),
            (GateLines::AlongColumns, 1.5),
            (GateLines::AlongColumns, -1.5),
        ] {
            let selector = Selector {
                size: (3, 4),
                selection: Selection::Transistor,
                gate_lines: Some(gate_lines),
            };
            let volts = selector.write((1, 2), voltage, 2.0);
            assert_eq!(voltage_at(&volts, 1, 2), voltage);
            match gate_lines {
                GateLines::AlongRows => {
                    assert_eq!(volts.gates, [0.0, 2.0, 0.0]);
                    for column in [0, 1, 3] {
                        assert_eq!(voltage_at(&volts, 1, column), 0.0);
                    }
                }
                GateLines::AlongColumns => {
                    assert_eq!(volts.gates, [0.0, 0.0, 2.0, 0.0]);
                    for row in [0, 2] {
                        assert_eq!(voltage_at(&volts, row, 2), 0.0);
                    }
                }
            }
        }
    }
}
