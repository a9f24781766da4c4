//! Biasing schemes: what the lines of an array are connected to while one of its cells is read or written.

use ohmloom_solver::line_grid::{End, GridError, LineGrid, Lines, ReadWires};
use serde::{Deserialize, Serialize};

use crate::LayoutError;

/// What the lines that do not lead to the selected cell are connected to. The selected row is at the selection voltage `V`, the selected
/// column at 0 V. Compared in A. Chen, *A comprehensive crossbar array model with solutions for line resistance and nonlinear device
/// characteristics*, IEEE Transactions on Electron Devices 60, 1318 (2013).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BiasScheme {
    /// 0 V. The other cells of the selected row see `V`; their currents flow into other columns.
    Grounded,
    /// Nothing. Sneak currents flow through three cells in series and leave through the selected column.
    Floating,
    /// `V/2`. The other cells of the selected row and column see `V/2`, the rest nothing.
    Half,
    /// Rows `V/3`, columns `2V/3`. Every cell but the selected one sees `V/3`, those outside the selected lines with opposite sign.
    Third,
}

impl BiasScheme {
    /// Potentials of the unselected rows and columns for a selection voltage of 1 V; `None` where they float.
    pub fn unselected(self) -> Option<(f64, f64)> {
        match self {
            Self::Grounded => Some((0.0, 0.0)),
            Self::Floating => None,
            Self::Half => Some((0.5, 0.5)),
            Self::Third => Some((1.0 / 3.0, 2.0 / 3.0)),
        }
    }
}

/// One selected cell with its biasing scheme.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bias {
    /// What the other lines are connected to.
    pub scheme: BiasScheme,
    /// Row of the selected cell, from 0.
    pub row: usize,
    /// Column of the selected cell, from 0.
    pub column: usize,
    /// Selection voltage, V.
    pub voltage: f64,
}

impl Bias {
    /// The lines of an array of so many rows and columns, with what they are connected to. As in reading, rows have their terminals at
    /// the left, columns at the bottom; unselected lines that do not float have the same resistances to their sources as the selected ones.
    ///
    /// # Errors
    /// [`LayoutError::NoSuchCell`]; [`LayoutError::BadSetting`] for a voltage that is not finite.
    pub fn lines(
        &self,
        (rows, columns): (usize, usize),
        wires: ReadWires,
    ) -> Result<BiasedLines, LayoutError> {
        if self.row >= rows || self.column >= columns {
            return Err(LayoutError::NoSuchCell {
                row: self.row,
                column: self.column,
                rows,
                columns,
            });
        }
        if !self.voltage.is_finite() {
            return Err(LayoutError::BadSetting {
                key: "voltage",
                value: self.voltage,
                reason: "must be finite (V)",
            });
        }
        let unselected = self.scheme.unselected();
        let mut voltages = Vec::with_capacity(rows + columns);
        let mut row_ends = vec![End::Floating; rows];
        for (row, end) in row_ends.iter_mut().enumerate() {
            let share = if row == self.row {
                Some(1.0)
            } else {
                unselected.map(|(rows, _)| rows)
            };
            if let Some(share) = share {
                *end = End::Driven(wires.source);
                voltages.push(share * self.voltage);
            }
        }
        let mut column_ends = vec![End::Floating; columns];
        for (column, end) in column_ends.iter_mut().enumerate() {
            *end = match unselected {
                _ if column == self.column => End::Grounded(wires.sink),
                None => End::Floating,
                Some((_, 0.0)) => End::Grounded(wires.sink),
                Some((_, share)) => {
                    voltages.push(share * self.voltage);
                    End::Driven(wires.sink)
                }
            };
        }
        let mut row_lines = Lines::alike(rows, wires.row, End::Floating, End::Floating);
        row_lines.start = row_ends;
        let mut column_lines = Lines::alike(columns, wires.column, End::Floating, End::Floating);
        column_lines.end = column_ends;
        Ok(BiasedLines {
            rows: row_lines,
            columns: column_lines,
            voltages,
        })
    }
}

/// The lines of an array under a bias.
#[derive(Clone, Debug, PartialEq)]
pub struct BiasedLines {
    /// Row wires and what they are connected to.
    pub rows: Lines,
    /// Column wires and what they are connected to.
    pub columns: Lines,
    /// Voltages of the driven ends, in the order of [`LineGrid::drive_count`], V.
    pub voltages: Vec<f64>,
}

impl BiasedLines {
    /// The array with these lines; `conductance` as in [`LineGrid::new`].
    ///
    /// # Errors
    /// As [`LineGrid::new`]; lines that float with no cell to hold them are among them.
    pub fn grid(&self, conductance: Vec<f64>) -> Result<LineGrid, GridError> {
        let size = (self.rows.start.len(), self.columns.start.len());
        let lines = (self.rows.clone(), self.columns.clone());
        LineGrid::new(size.0, size.1, conductance, lines.0, lines.1)
    }

    /// Currents that flow out of the array at the bottom of each column, A, from the output and drive currents of one solution; 0 for
    /// columns that float.
    ///
    /// # Errors
    /// [`LayoutError::BadSetting`]: numbers of currents that are not those of this array.
    pub fn column_currents(
        &self,
        output_currents: &[f64],
        drive_currents: &[f64],
    ) -> Result<Vec<f64>, LayoutError> {
        let count = |lines: &Lines, wanted: fn(&End) -> bool| {
            lines
                .start
                .iter()
                .chain(&lines.end)
                .filter(|end| wanted(end))
                .count()
        };
        let grounded = count(&self.columns, |end| matches!(end, End::Grounded(_)));
        let driven_rows = count(&self.rows, |end| matches!(end, End::Driven(_)));
        for (key, found, expected) in [
            ("output currents", output_currents.len(), grounded),
            ("drive currents", drive_currents.len(), self.voltages.len()),
        ] {
            if found != expected {
                return Err(LayoutError::BadSetting {
                    key,
                    value: found as f64,
                    reason: "there must be one for each such end of the biased array",
                });
            }
        }
        let mut outputs = output_currents.iter();
        let mut drives = drive_currents[driven_rows..].iter();
        let currents = self.columns.end.iter().map(|end| match end {
            End::Grounded(_) => outputs.next().map_or(0.0, |current| *current),
            End::Driven(_) => drives.next().map_or(0.0, |current| -current),
            End::Floating => 0.0,
        });
        Ok(currents.collect())
    }
}
