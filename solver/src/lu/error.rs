//! Why a matrix could not be factored.

use thiserror::Error;

/// A matrix that has no usable factors. Rows and columns are those of the caller's matrix.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum LuError {
    /// A pattern is not one of a square matrix in compressed columns.
    #[error("not the pattern of a square matrix: {reason}")]
    BadPattern {
        /// What is wrong.
        reason: String,
    },
    /// The number of values is not the number of entries of the pattern.
    #[error("expected {expected} values, one for each entry of the pattern, got {found}")]
    WrongLength {
        /// Entries of the pattern.
        expected: usize,
        /// Values given.
        found: usize,
    },
    /// The matrix is singular whatever its values are: no choice of one entry in each row and each column exists.
    #[error(
        "the matrix is singular by structure: columns {columns:?} have entries in too few rows, and rows {rows:?} are left over"
    )]
    StructurallySingular {
        /// Rows left without a column: equations that lack an unknown.
        rows: Vec<u32>,
        /// Columns that together have entries in fewer rows than they are many: unknowns that too few equations determine,
        /// such as the currents around a loop of voltage sources through ground.
        columns: Vec<u32>,
    },
    /// The matrix is singular, exactly or within the rounding of its entries.
    #[error(
        "the matrix is singular: its columns {dependent:?} depend on each other, seen at column {column}"
    )]
    Singular {
        /// The column at which no pivot was left.
        column: u32,
        /// All columns of the dependency, `column` among them: unknowns that can move together without changing any
        /// equation, such as the potentials of the nodes of a floating part, or the currents around a loop of voltage
        /// sources.
        dependent: Vec<u32>,
    },
    /// A value is infinite or not a number, or became so by overflow.
    #[error("column {column} of the matrix, or of its factors, has a value that is not finite")]
    NotFinite {
        /// The column.
        column: u32,
    },
}
