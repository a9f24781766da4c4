//! What can be wrong with an array or its solution.

use super::lines::Side;

/// An array that cannot be described, has no unique solution, or did not converge.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GridError {
    /// The array has no row or no column.
    #[error("the array is {rows} x {columns}: it needs at least one row and one column")]
    Empty {
        /// Number of rows.
        rows: usize,
        /// Number of columns.
        columns: usize,
    },
    /// A list does not have the length that the array's size asks for.
    #[error("{what}: expected {expected} values, got {found}")]
    WrongLength {
        /// Which list.
        what: String,
        /// Length that the array's size asks for.
        expected: usize,
        /// Length found.
        found: usize,
    },
    /// A cell's conductance is negative, infinite or not a number.
    #[error(
        "cell (row {row}, column {column}): conductance {value} S is not a finite value >= 0 (0 means no cell)"
    )]
    BadConductance {
        /// Row of the cell.
        row: usize,
        /// Column of the cell.
        column: usize,
        /// The value found, in siemens.
        value: f64,
    },
    /// A wire or terminal resistance is negative, infinite or not a number.
    #[error(
        "{side} {line}: {what} {value} ohm is not a finite value >= 0 (leave an end floating instead of making it infinite)"
    )]
    BadResistance {
        /// Row or column.
        side: Side,
        /// Index of the line.
        line: usize,
        /// Which resistance of the line.
        what: String,
        /// The value found, in ohm.
        value: f64,
    },
    /// An input voltage is infinite or not a number.
    #[error("input {input}, terminal {terminal} ({side} {line}): voltage {value} V is not finite")]
    BadVoltage {
        /// Index of the input vector.
        input: usize,
        /// Index among the driven terminals.
        terminal: usize,
        /// Row or column that the terminal drives.
        side: Side,
        /// Index of that line.
        line: usize,
        /// The value found.
        value: f64,
    },
    /// A part of the array has no path to any terminal, so its potential is undetermined.
    #[error(
        "{side} {line} floats: neither it nor any line that its cells lead to has a terminal, so its potential is undetermined; ground or drive one of them"
    )]
    FloatingLine {
        /// Row or column.
        side: Side,
        /// Index of one line of the floating part.
        line: usize,
    },
    /// Both terminals of a line and all of its segments have zero resistance.
    #[error(
        "{side} {line}: both ends and every segment have zero resistance, so the current through it is undetermined; give one of them a resistance"
    )]
    ShortedLine {
        /// Row or column.
        side: Side,
        /// Index of the line.
        line: usize,
    },
    /// A tolerance outside the range that makes sense.
    #[error("tolerance {value} must lie between 1e-15 and 0.1")]
    BadTolerance {
        /// The value found.
        value: f64,
    },
    /// Something about a transient that cannot be.
    #[error("{what} {value}: {reason}")]
    BadTransient {
        /// What.
        what: &'static str,
        /// The value found.
        value: f64,
        /// What would be right.
        reason: &'static str,
    },
    /// The time step became too short.
    #[error("at {time:e} s the time step became too short: {reason}")]
    TimeStep {
        /// The last time that was reached, s.
        time: f64,
        /// What the last step failed with.
        reason: String,
    },
    /// The factorisation of the array's matrix broke down.
    #[error("sparse Cholesky factorisation failed: {reason}")]
    Factorisation {
        /// What the factorisation reported.
        reason: String,
    },
    /// The solver stopped before the requested accuracy.
    #[error(
        "input {input} did not converge after {iterations} iterations of {method}: Kirchhoff imbalance {kcl_relative:.2e}, estimated output error {output_error:.2e} (relative; tolerance {tolerance:.1e}); {advice}"
    )]
    NotConverged {
        /// Index of the input vector.
        input: usize,
        /// Iterations done.
        iterations: usize,
        /// Name of the method.
        method: &'static str,
        /// Largest Kirchhoff imbalance relative to the largest branch current.
        kcl_relative: f64,
        /// Estimated error of the output currents relative to the largest.
        output_error: f64,
        /// What was asked for.
        tolerance: f64,
        /// What to do.
        advice: &'static str,
    },
}
