//! The nonlinear cells of one tile between its wires, whatever their type.

use ohmloom_solver::line_grid::{
    ArrayPoint, Cells, FieldRequest, GridError, NonlinearArray, NonlinearSolution,
};

use crate::cells::UseCells;

/// What solving arrays by Newton's method took, and how good the solutions are.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct NewtonStatistics {
    /// Arrays solved; input vectors that are equal in all bits and come together count once.
    pub solves: u64,
    /// Newton iterations of all solves.
    pub newton_iterations: u64,
    /// Iterations of the linear solver in all of them.
    pub linear_iterations: u64,
    /// Largest violation of Kirchhoff's current law at a node, relative to the largest branch current of its array.
    pub kcl_relative: f64,
    /// Largest sum of a solution's violations, relative to its largest terminal current: a bound of the error of an output current.
    pub output_error: f64,
}

impl NewtonStatistics {
    /// Of one solution.
    pub(crate) fn of(solution: &NonlinearSolution) -> Self {
        let certificate = &solution.certificate;
        Self {
            solves: 1,
            newton_iterations: certificate.newton_iterations as u64,
            linear_iterations: certificate.linear_iterations as u64,
            kcl_relative: certificate.kcl_relative,
            output_error: certificate.output_error,
        }
    }

    /// Of both.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            solves: self.solves + other.solves,
            newton_iterations: self.newton_iterations + other.newton_iterations,
            linear_iterations: self.linear_iterations + other.linear_iterations,
            kcl_relative: self.kcl_relative.max(other.kcl_relative),
            output_error: self.output_error.max(other.output_error),
        }
    }
}

/// An array of nonlinear cells.
pub(crate) trait CellArray: Send + Sync {
    /// Solves for these drives; every later solve starts from there.
    fn start_from(&mut self, drives: &[f64]) -> Result<(), GridError>;

    /// Solves for several vectors of drives, spread over threads; results do not depend on their number.
    fn solve_all(&self, drives: &[f64]) -> Result<Vec<NonlinearSolution>, GridError>;

    /// Solves with every drive at 0 V, starting there: exact where nothing flows then.
    fn solve_undriven(&self) -> Result<NonlinearSolution, GridError>;

    /// What each cell conducts in the solution for these drives, `i/v` in S, row-major, by evaluating the cells afresh at the
    /// potentials found. `small_signal` is what a cell without voltage conducts.
    fn chords(&self, drives: &[f64], small_signal: &[f64]) -> Result<Vec<f64>, GridError>;
}

/// Makes an array of cells whose type is known.
pub(crate) struct MakeArray(pub(crate) NonlinearArray);

impl UseCells for MakeArray {
    type Output = Box<dyn CellArray>;

    fn with<C: Cells<Memory: 'static> + Send + 'static>(self, cells: C) -> Self::Output {
        let start = self.0.point();
        Box::new(TypedArray {
            array: self.0,
            cells,
            start,
        })
    }
}

struct TypedArray<C: Cells> {
    array: NonlinearArray,
    cells: C,
    start: ArrayPoint<C::Memory>,
}

impl<C: Cells + Send> CellArray for TypedArray<C> {
    fn start_from(&mut self, drives: &[f64]) -> Result<(), GridError> {
        let request = FieldRequest::default();
        self.start = self.array.point();
        self.array
            .solve(&self.cells, drives, &mut self.start, request)?;
        Ok(())
    }

    fn solve_all(&self, drives: &[f64]) -> Result<Vec<NonlinearSolution>, GridError> {
        self.array
            .solve_all(&self.cells, drives, &self.start, FieldRequest::default())
    }

    fn solve_undriven(&self) -> Result<NonlinearSolution, GridError> {
        let drives = vec![0.0; self.array.drive_count()];
        let request = FieldRequest::default();
        self.array
            .solve(&self.cells, &drives, &mut self.array.point(), request)
    }

    fn chords(&self, drives: &[f64], small_signal: &[f64]) -> Result<Vec<f64>, GridError> {
        let request = FieldRequest {
            voltages: true,
            ..FieldRequest::default()
        };
        let solution = self
            .array
            .solve(&self.cells, drives, &mut self.start.clone(), request)?;
        let columns = self.array.columns();
        let potentials = solution.row_voltages.iter().zip(&solution.column_voltages);
        let voltages = || potentials.clone().map(|(row, column)| row - column);
        let negligible = NEGLIGIBLE * voltages().fold(0.0, |a: f64, volts| a.max(volts.abs()));
        let chord = |(crossing, (&row, &column)): (usize, (&f64, &f64))| {
            let volts = row - column;
            if volts.abs() <= negligible {
                return small_signal[crossing];
            }
            let place = (crossing / columns, crossing % columns);
            let mut memory = C::Memory::default();
            let branch = self.cells.branch(place, row, column, &mut memory);
            branch.column_current / volts
        };
        Ok(potentials.clone().enumerate().map(chord).collect())
    }
}

/// Voltage of a cell, relative to the largest in its array, below which its current says nothing about its conductance.
const NEGLIGIBLE: f64 = 1e-10;
