//! What a cell tells the array.

/// The currents of a cell at given potentials of its two nodes, with their derivatives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Branch {
    /// Ampere that leaves the row.
    pub row_current: f64,
    /// Ampere that enters the column.
    pub column_current: f64,
    /// `d row_current / d v_row`, siemens.
    pub row_by_row: f64,
    /// `d row_current / d v_column`, siemens; negative for an ordinary branch.
    pub row_by_column: f64,
    /// `d column_current / d v_row`, siemens.
    pub column_by_row: f64,
    /// `d column_current / d v_column`, siemens; negative for an ordinary branch.
    pub column_by_column: f64,
}

impl Branch {
    /// A two-terminal branch: the current from row to column and its derivative by the voltage between them.
    #[inline(always)]
    pub fn two_terminal(current: f64, conductance: f64) -> Self {
        Self {
            row_current: current,
            column_current: current,
            row_by_row: conductance,
            row_by_column: -conductance,
            column_by_row: conductance,
            column_by_column: -conductance,
        }
    }

    /// Adds a branch from the row to a fixed potential: `current` leaves the row, with its derivative.
    #[inline(always)]
    pub fn add_to_row(&mut self, current: f64, conductance: f64) {
        self.row_current += current;
        self.row_by_row += conductance;
    }

    /// Adds a branch from the column to a fixed potential: `current` leaves the column, with its derivative.
    #[inline(always)]
    pub fn add_to_column(&mut self, current: f64, conductance: f64) {
        self.column_current -= current;
        self.column_by_column -= conductance;
    }
}

/// The cells of an array.
///
/// A cell may keep a guess for its internal unknowns from evaluation to evaluation in its [`Cells::Memory`]; the result must not depend on it
/// beyond rounding.
pub trait Cells: Sync {
    /// What one cell remembers from one evaluation to the next.
    type Memory: Clone + Default + Send + Sync;

    /// The currents of the cell at (`row`, `column`) at these potentials of its nodes, in volt. A result that is not finite
    /// makes the step shorter.
    fn branch(
        &self,
        crossing: (usize, usize),
        row_potential: f64,
        column_potential: f64,
        memory: &mut Self::Memory,
    ) -> Branch;
}
