//! Solving arrays of nonlinear cells for all inputs.

use anyhow::Result;
use ohmloom_layouts::cells::UseCells;
use ohmloom_solver::line_grid::{
    Cells, FieldRequest, GridError, NonlinearArray, NonlinearOptions, NonlinearSolution,
};
use rayon::prelude::*;

use super::problem::{NonlinearCells, Problem};
use super::solution::Wanted;

/// Solves for all inputs, spread over threads. All but the first start at the first's solution; where the word lines change from input
/// to input, each starts at rest. Either way results do not depend on the number of threads.
pub(super) fn solve(
    problem: &Problem,
    cells: &NonlinearCells,
    options: NonlinearOptions,
    wanted: Wanted,
) -> Result<Vec<NonlinearSolution>> {
    let (grid, drives) = (&problem.grid, &problem.drives);
    let array = &NonlinearArray::with_wires_of(grid, options)?;
    if !cells.gates_change() {
        let task = AllInputs {
            array,
            volts: &drives.volts,
            wanted,
        };
        return Ok(cells.build(grid, 0, task)??);
    }
    (0..drives.count)
        .into_par_iter()
        .map(|input| {
            let task = OneInput {
                array,
                volts: drives.get(input),
                request: if input == 0 {
                    wanted.of_first
                } else {
                    wanted.of_all
                },
            };
            let solution = cells.build(grid, input, task)?;
            Ok(solution.map_err(|error| counted_from(input, error))?)
        })
        .collect::<Result<Vec<_>>>()
        .map(|solutions| solutions.into_iter().flatten().collect())
}

/// All inputs for the same cells.
struct AllInputs<'a> {
    array: &'a NonlinearArray,
    volts: &'a [f64],
    wanted: Wanted,
}

impl UseCells for AllInputs<'_> {
    type Output = Result<Vec<NonlinearSolution>, GridError>;

    fn with<C: Cells<Memory: 'static> + 'static>(self, cells: C) -> Self::Output {
        let Self {
            array,
            volts,
            wanted,
        } = self;
        let (first, rest) = volts.split_at(array.drive_count());
        let mut point = array.point();
        let mut solutions = vec![array.solve(&cells, first, &mut point, wanted.of_first)?];
        if !rest.is_empty() {
            let more = array.solve_all(&cells, rest, &point, wanted.of_all);
            solutions.extend(more.map_err(|error| counted_from(1, error))?);
        }
        Ok(solutions)
    }
}

/// One input for its own cells.
struct OneInput<'a> {
    array: &'a NonlinearArray,
    volts: &'a [f64],
    request: FieldRequest,
}

impl UseCells for OneInput<'_> {
    type Output = Result<Vec<NonlinearSolution>, GridError>;

    fn with<C: Cells<Memory: 'static> + 'static>(self, cells: C) -> Self::Output {
        // Not `solve`: the threads have the other inputs to work on.
        let start = self.array.point();
        self.array
            .solve_all(&cells, self.volts, &start, self.request)
    }
}

/// The error of one of the inputs that begin with `first`.
fn counted_from(first: usize, mut error: GridError) -> GridError {
    if let GridError::NotConverged { input, .. } = &mut error {
        *input += first;
    }
    error
}
