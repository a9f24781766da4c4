//! What can be wrong with a conduction law.

use std::path::PathBuf;

use thiserror::Error;

/// A conduction law that cannot be, or a table that cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConductionError {
    /// A parameter outside its range.
    #[error("{name} = {value}: {reason}")]
    BadParameter {
        /// The parameter.
        name: &'static str,
        /// The value found.
        value: f64,
        /// What is allowed.
        reason: &'static str,
    },
    /// A polynomial whose current falls with rising voltage.
    #[error(
        "the polynomial is not increasing near {voltage} V, within its range of -{range} V to {range} V"
    )]
    NotMonotone {
        /// A voltage near which the slope is not above zero, V.
        voltage: f64,
        /// Largest voltage of the range, V.
        range: f64,
    },
    /// A table with a mistake.
    #[error("{file}, line {line}, column {column}: {problem}")]
    Table {
        /// Name of the table.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column of the table, from 1.
        column: usize,
        /// What is wrong.
        problem: String,
    },
    /// A file that cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}
