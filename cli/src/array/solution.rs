//! Solving an array, whatever its cells are.

use std::time::Instant;

use anyhow::{Context, Result};
use ohmloom_solver::line_grid::{
    ArraySolver, Certificate, FieldRequest, Method, NonlinearCertificate, NonlinearSolution, Power,
    Solution, TransferMatrix,
};
use serde::Serialize;

use super::arguments::SolveArgs;
use super::newton;
use super::problem::Problem;

/// All that is computed.
pub(super) struct Solved {
    /// Ampere out of the bottom of the columns, `inputs x columns`.
    pub(super) column_currents: Vec<f64>,
    /// Volts of the nodes: of all inputs, of the first one for the heat map, or of none.
    pub(super) row_voltages: Vec<f64>,
    pub(super) column_voltages: Vec<f64>,
    pub(super) power: Vec<Power>,
    pub(super) quality: Quality,
    pub(super) selected: Option<Selected>,
    pub(super) transfer: Option<TransferMatrix>,
    pub(super) seconds: f64,
}

/// How good the worst of the solutions is, and what the hardest took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quality {
    pub(super) method: &'static str,
    pub(super) iterations: usize,
    /// Iterations of GMRES in Newton's method.
    pub(super) linear_iterations: Option<usize>,
    pub(super) kcl_relative: f64,
    pub(super) output_error: f64,
}

/// The selected cell.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Selected {
    pub(super) row: usize,
    pub(super) column: usize,
    /// Ampere out of the bottom of its column.
    pub(super) column_current: f64,
    /// Ampere out of its row.
    pub(super) cell_current: f64,
    /// Volt between its row and its column.
    pub(super) cell_voltage: f64,
}

/// Which fields are wanted of which inputs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) of_all: FieldRequest,
    pub(super) of_first: FieldRequest,
}

impl Wanted {
    fn new(args: &SolveArgs, problem: &Problem) -> Self {
        let selected = problem.selected.is_some();
        let of_all = FieldRequest {
            voltages: args.voltage_files().is_some() || selected,
            cell_currents: selected,
        };
        let of_first = FieldRequest {
            voltages: of_all.voltages || args.heatmap.is_some(),
            ..of_all
        };
        Self { of_all, of_first }
    }
}

/// Solves for all inputs.
pub(super) fn solve(args: &SolveArgs, problem: &Problem) -> Result<Solved> {
    let wanted = Wanted::new(args, problem);
    match &problem.cells {
        None => linear(args, problem, wanted),
        Some(cells) => {
            let start = Instant::now();
            let solutions = newton::solve(problem, cells, args.nonlinear_options(), wanted)?;
            Solved::of_newton(problem, solutions, start.elapsed().as_secs_f64())
        }
    }
}

fn linear(args: &SolveArgs, problem: &Problem, wanted: Wanted) -> Result<Solved> {
    let drives = &problem.drives;
    let start = Instant::now();
    let solver = ArraySolver::new(&problem.grid, args.linear_options())?;
    let fields = if drives.count == 1 {
        wanted.of_first
    } else {
        wanted.of_all
    };
    let mut solution = solver.solve_with_fields(&drives.volts, fields)?;
    let seconds = start.elapsed().as_secs_f64();
    let transfer = match args.transfer {
        Some(_) => Some(solver.transfer_matrix().context("transfer matrix")?),
        None => None,
    };
    if fields != wanted.of_first {
        // For one picture, one more solution costs less than the voltages of a whole batch.
        let first = solver.solve_with_fields(drives.get(0), wanted.of_first)?;
        solution.row_voltages = first.row_voltages;
        solution.column_voltages = first.column_voltages;
    }
    Solved::of_linear(problem, solution, transfer, seconds)
}

impl Solved {
    fn of_linear(
        problem: &Problem,
        solution: Solution,
        transfer: Option<TransferMatrix>,
        seconds: f64,
    ) -> Result<Self> {
        let column_currents = if problem.selected.is_some() {
            problem.column_currents(&solution.output_currents, &solution.drive_currents)?
        } else {
            solution.output_currents
        };
        Ok(Self {
            selected: Selected::new(
                problem,
                &column_currents,
                &solution.cell_currents,
                (&solution.row_voltages, &solution.column_voltages),
            ),
            column_currents,
            row_voltages: solution.row_voltages,
            column_voltages: solution.column_voltages,
            power: solution.power,
            quality: Quality::of_linear(&solution.certificates),
            transfer,
            seconds,
        })
    }

    fn of_newton(
        problem: &Problem,
        solutions: Vec<NonlinearSolution>,
        seconds: f64,
    ) -> Result<Self> {
        let certificates: Vec<_> = solutions
            .iter()
            .map(|solution| solution.certificate)
            .collect();
        let mut solved = Self {
            column_currents: Vec::new(),
            row_voltages: Vec::new(),
            column_voltages: Vec::new(),
            power: Vec::new(),
            quality: Quality::of_newton(&certificates),
            selected: None,
            transfer: None,
            seconds,
        };
        for solution in solutions {
            let currents =
                problem.column_currents(&solution.output_currents, &solution.drive_currents)?;
            if solved.column_currents.is_empty() {
                solved.selected = Selected::new(
                    problem,
                    &currents,
                    &solution.cell_currents,
                    (&solution.row_voltages, &solution.column_voltages),
                );
            }
            solved.column_currents.extend(currents);
            solved.row_voltages.extend(solution.row_voltages);
            solved.column_voltages.extend(solution.column_voltages);
            solved.power.push(solution.power);
        }
        Ok(solved)
    }
}

impl Quality {
    fn of_linear(certificates: &[Certificate]) -> Self {
        let largest =
            |value: fn(&Certificate) -> f64| certificates.iter().map(value).fold(0.0, f64::max);
        let direct = certificates
            .iter()
            .any(|certificate| certificate.method == Method::Cholesky);
        let method = if direct {
            Method::Cholesky
        } else {
            Method::ConjugateGradients
        };
        let iterations = certificates
            .iter()
            .map(|certificate| certificate.iterations);
        Self {
            method: method.name(),
            iterations: iterations.max().unwrap_or(0),
            linear_iterations: None,
            kcl_relative: largest(|certificate| certificate.kcl_relative),
            output_error: largest(|certificate| certificate.output_error),
        }
    }

    fn of_newton(certificates: &[NonlinearCertificate]) -> Self {
        let most = |value: fn(&NonlinearCertificate) -> usize| {
            certificates.iter().map(value).max().unwrap_or(0)
        };
        let largest = |value: fn(&NonlinearCertificate) -> f64| {
            certificates.iter().map(value).fold(0.0, f64::max)
        };
        Self {
            method: "newton",
            iterations: most(|certificate| certificate.newton_iterations),
            linear_iterations: Some(most(|certificate| certificate.linear_iterations)),
            kcl_relative: largest(|certificate| certificate.kcl_relative),
            output_error: largest(|certificate| certificate.output_error),
        }
    }
}

impl Selected {
    fn new(
        problem: &Problem,
        column_currents: &[f64],
        cell_currents: &[f64],
        (row_voltages, column_voltages): (&[f64], &[f64]),
    ) -> Option<Self> {
        let (bias, _) = problem.selected.as_ref()?;
        let cell = bias.row * problem.grid.columns() + bias.column;
        Some(Self {
            row: bias.row,
            column: bias.column,
            column_current: column_currents[bias.column],
            cell_current: cell_currents[cell],
            cell_voltage: row_voltages[cell] - column_voltages[cell],
        })
    }
}
