//! The array as a typed value.

use super::GridError;
use super::connectivity;
use super::lines::{End, Lines, Side};

/// A resistive array with its wires: cells, segments and terminals. Always valid: it has at least one row and one
/// column, all values are finite and not negative, and every node has a path to a terminal.
#[derive(Debug, Clone, PartialEq)]
pub struct LineGrid {
    rows: usize,
    columns: usize,
    conductance: Vec<f64>,
    row_lines: Lines,
    column_lines: Lines,
}

/// Wire resistances of the usual read configuration, see [`LineGrid::read_array`]. All in ohm, 0 allowed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReadWires {
    /// One row segment between neighbouring columns.
    pub row: f64,
    /// One column segment between neighbouring rows.
    pub column: f64,
    /// Between each row's driver and its first cell.
    pub source: f64,
    /// Between each column's last cell and ground.
    pub sink: f64,
}

impl ReadWires {
    /// The same resistance everywhere: drivers and sinks are one segment away from the first and last cell.
    pub fn uniform(ohm: f64) -> Self {
        Self {
            row: ohm,
            column: ohm,
            source: ohm,
            sink: ohm,
        }
    }
}

impl LineGrid {
    /// An array of `rows x columns` cells.
    ///
    /// `conductance` is row-major, in siemens; 0 means that there is no cell at that crossing.
    ///
    /// # Errors
    /// A list of the wrong length; a negative or non-finite value; a part of the array without any terminal; a line
    /// with zero resistance from one terminal to the other.
    pub fn new(
        rows: usize,
        columns: usize,
        conductance: Vec<f64>,
        row_lines: Lines,
        column_lines: Lines,
    ) -> Result<Self, GridError> {
        if rows == 0 || columns == 0 {
            return Err(GridError::Empty { rows, columns });
        }
        let cells = rows.saturating_mul(columns);
        if conductance.len() != cells {
            return Err(GridError::WrongLength {
                what: "conductances".into(),
                expected: cells,
                found: conductance.len(),
            });
        }
        if let Some(index) = conductance
            .iter()
            .position(|&g| !(g >= 0.0 && g.is_finite()))
        {
            return Err(GridError::BadConductance {
                row: index / columns,
                column: index % columns,
                value: conductance[index],
            });
        }
        row_lines.validate(Side::Row, rows, columns)?;
        column_lines.validate(Side::Column, columns, rows)?;
        let grid = Self {
            rows,
            columns,
            conductance,
            row_lines,
            column_lines,
        };
        connectivity::check(&grid)?;
        Ok(grid)
    }

    /// The usual read configuration: every row driven at its left end, every column grounded at its bottom, the
    /// other ends floating. Inputs are the row voltages from top to bottom; outputs are the column currents from
    /// left to right.
    ///
    /// # Errors
    /// As [`LineGrid::new`].
    pub fn read_array(
        rows: usize,
        columns: usize,
        conductance: &[f64],
        wires: ReadWires,
    ) -> Result<Self, GridError> {
        Self::new(
            rows,
            columns,
            conductance.to_vec(),
            Lines::alike(rows, wires.row, End::Driven(wires.source), End::Floating),
            Lines::alike(
                columns,
                wires.column,
                End::Floating,
                End::Grounded(wires.sink),
            ),
        )
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Cell conductances in siemens, row-major.
    pub fn conductance(&self) -> &[f64] {
        &self.conductance
    }

    /// The rows' wires.
    pub fn row_lines(&self) -> &Lines {
        &self.row_lines
    }

    /// The columns' wires.
    pub fn column_lines(&self) -> &Lines {
        &self.column_lines
    }

    /// The wires of one family.
    pub fn lines(&self, side: Side) -> &Lines {
        match side {
            Side::Row => &self.row_lines,
            Side::Column => &self.column_lines,
        }
    }

    /// Lines of a family, and crossings along each of them.
    pub(super) fn shape(&self, side: Side) -> (usize, usize) {
        match side {
            Side::Row => (self.rows, self.columns),
            Side::Column => (self.columns, self.rows),
        }
    }

    /// Conductance of the cell at `position` of `line`, in siemens.
    pub(super) fn cell(&self, side: Side, line: usize, position: usize) -> f64 {
        match side {
            Side::Row => self.conductance[line * self.columns + position],
            Side::Column => self.conductance[position * self.columns + line],
        }
    }

    /// Number of driven ends: the length of one input vector. Order: row starts, row ends, column starts, column
    /// ends, each family from its first line to its last.
    pub fn drive_count(&self) -> usize {
        self.count(|end| matches!(end, End::Driven(_)))
    }

    /// Number of grounded ends: the length of one output vector, ordered as the inputs are.
    pub fn output_count(&self) -> usize {
        self.count(|end| matches!(end, End::Grounded(_)))
    }

    fn count(&self, wanted: impl Fn(End) -> bool) -> usize {
        [&self.row_lines, &self.column_lines]
            .iter()
            .flat_map(|lines| lines.start.iter().chain(&lines.end))
            .filter(|&&end| wanted(end))
            .count()
    }
}
