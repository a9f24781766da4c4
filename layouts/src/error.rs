//! What can go wrong between a weight matrix and its tiles.

use ohmloom_devices::cells::CellError;
use ohmloom_devices::nonidealities::NonidealityError;
use ohmloom_peripherals::ConverterError;
use ohmloom_solver::line_grid::GridError;

/// A matrix that cannot be laid out, or a tile that cannot be solved.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// A setting outside its range.
    #[error("{key} = {value}: {reason}")]
    BadSetting {
        /// Key as written in configuration files.
        key: &'static str,
        /// The value found.
        value: f64,
        /// What is allowed.
        reason: &'static str,
    },
    /// A layer, slice or tile whose sizes make no sense, or that cannot be laid out or packed.
    #[error("{reason}")]
    BadShape {
        /// What is wrong.
        reason: String,
    },
    /// A read of an array that has no solution.
    #[error("a read: {0}")]
    Read(GridError),
    /// The description of a cell does not make sense.
    #[error("cells: {reason}")]
    BadCell {
        /// What is wrong.
        reason: String,
    },
    /// A macro, or a read of one, that makes no sense.
    #[error("macro: {reason}")]
    BadMacro {
        /// What is wrong.
        reason: String,
    },
    /// A converter or front end that cannot be.
    #[error(transparent)]
    Converter(#[from] ConverterError),
    /// A cell is selected that the array does not have.
    #[error(
        "there is no cell in row {row}, column {column}: the array is {rows} x {columns}, counted from 0"
    )]
    NoSuchCell {
        /// Row of the selected cell.
        row: usize,
        /// Column of the selected cell.
        column: usize,
        /// Rows of the array.
        rows: usize,
        /// Columns of the array.
        columns: usize,
    },
    /// Cells that cannot be programmed because their current does not rise with the conductance of the memristor.
    #[error("cells: no conductance of the memristor gives the cell {target} S at {read_voltage} V")]
    NotProgrammable {
        /// The conductance wanted of the cell, S.
        target: f64,
        /// Voltage at which it is wanted, V.
        read_voltage: f64,
    },
    /// Non-idealities that cannot be, or that do not fit an array.
    #[error(transparent)]
    Nonideality(#[from] NonidealityError),
    /// Bridges between neighbouring lines, which the array solver does not have.
    #[error(
        "broken-lines: {count} bridges between neighbouring lines (the first between {side} {line} and {}): the array solver has open segments only",
        line + 1
    )]
    BridgedLines {
        /// Rows or columns.
        side: &'static str,
        /// The lower line of the first bridge.
        line: usize,
        /// How many bridges there are.
        count: usize,
    },
    /// A weight is infinite or not a number.
    #[error("weight [output {output}][input {input}] = {value} is not finite")]
    BadWeight {
        /// Row of the weight matrix.
        output: usize,
        /// Column of the weight matrix.
        input: usize,
        /// The value found.
        value: f64,
    },
    /// An activation is infinite or not a number.
    #[error("input {input} of vector {vector} = {value} is not finite")]
    BadInput {
        /// Index of the vector in its block.
        vector: usize,
        /// Index in the vector.
        input: usize,
        /// The value found.
        value: f64,
    },
    /// Offsetting that needs the moments of the inputs, without any, or with those of no vector.
    #[error(
        "offsetting: \"partners\" and \"extended\" need the statistics of the inputs, from calibration images"
    )]
    NoMoments,
    /// Moments of the inputs of another matrix.
    #[error(
        "offsetting: the moments are those of {found} inputs on tiles of {found_rows} rows, not of {inputs} on {rows}"
    )]
    WrongMoments {
        /// Inputs that the moments are of.
        found: usize,
        /// Rows of a tile that they are for.
        found_rows: usize,
        /// Inputs of the matrix.
        inputs: usize,
        /// Rows of its tiles.
        rows: usize,
    },
    /// The tiles have not been solved yet.
    #[error("the tiles have no transfer matrices yet: call solve() first")]
    NotSolved,
    /// The matrix was programmed without a description of its cells.
    #[error("the cells are linear: there is nothing for Newton's method to solve")]
    LinearCells,
    /// A tile's array has no solution.
    #[error("tile (row {row}, column {column} of the tile grid): {source}")]
    Tile {
        /// Row in the grid of tiles.
        row: usize,
        /// Column in the grid of tiles.
        column: usize,
        /// What the array solver says.
        source: GridError,
    },
    /// An array that cannot be.
    #[error(transparent)]
    Array(GridError),
    /// Programming came to an end at a cell.
    #[error("programming the cell in row {row}, column {column}: {source}")]
    Programming {
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        column: usize,
        /// What the array solver says.
        source: GridError,
    },
}

impl From<CellError> for LayoutError {
    fn from(error: CellError) -> Self {
        match error {
            CellError::BadSetting { key, value, reason } => Self::BadSetting { key, value, reason },
            CellError::BadCell { reason } => Self::BadCell { reason },
            other => Self::BadCell {
                reason: other.to_string(),
            },
        }
    }
}
