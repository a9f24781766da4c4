//! Solving one input until its currents are accurate: each method improves the column deviations in rounds, and after each round
//! the branch currents say whether that was enough.

use super::GridError;
use super::branches::{self, Branches, Certificate};
use super::grid::LineGrid;
use super::lanes::{LANES, Lanes, Shape};
use super::schur::{SchurSystem, Stop, Workspace};
use super::solver::{ArraySolver, Excitation, LARGEST_DIRECT, Method, MethodChoice, Solved};
use super::terminals::Profile;

/// Kirchhoff's law need not hold better than this.
const KCL_TOLERANCE: f64 = 1e-10;
/// Iterations after which automatic choice turns to the direct method.
const PATIENCE: usize = 1000;
/// Rounds of the direct method: the first solve, then refinements.
const DIRECT_ROUNDS: usize = 6;

impl ArraySolver<'_> {
    /// One input by conjugate gradients; by the direct method if they do not converge and the choice is open.
    pub(super) fn iterate(
        &self,
        work: &mut Workspace,
        input: usize,
        excitation: Excitation<'_>,
        parallel: bool,
    ) -> Result<Solved, GridError> {
        let tolerance = self.options.tolerance;
        let (rows, columns) = (self.grid.rows(), self.grid.columns());
        // The direct method takes over only where its factor fits into memory.
        let fallback =
            self.options.method == MethodChoice::Auto && rows * columns <= LARGEST_DIRECT;
        let limit = if fallback {
            PATIENCE
        } else {
            PATIENCE + 20 * (rows + columns)
        };
        let sensitivity = self.sensitivity;
        let profiles = self.start(work, excitation);
        self.system.solve_rows(work, parallel);
        // Wires usually cost less than half of the current; if they cost more, another round follows.
        let mut scale = 0.5 * self.largest_line_current(&work.exchange);
        let (mut iterations, mut sharper, mut smallest) = (0, 1.0, 1.0);
        loop {
            let stop = Stop {
                energy: sharper * tolerance * scale / sensitivity,
                smallest,
                max_iterations: limit - iterations,
            };
            let outcome = self.system.iterate(work, stop, parallel);
            iterations += outcome.iterations;
            smallest = outcome.smallest;
            self.system.solve_rows(work, parallel);
            self.system.polish_columns(work, parallel);
            let branches = self.evaluate(work, excitation, &profiles, parallel);
            let largest = branches.terminal_scale;
            let error = outcome.energy * sensitivity;
            let certificate = Certificate {
                method: Method::ConjugateGradients,
                iterations,
                kcl_relative: branches.kcl_relative,
                output_error: if error == 0.0 { 0.0 } else { error / largest },
            };
            if self.is_good(&certificate, &branches) {
                return Ok(Solved {
                    branches,
                    certificate,
                });
            }
            // A round that did nothing, or that asked for far more than was needed, will not do better next time.
            if iterations >= limit || outcome.iterations == 0 || sharper < 1e-3 {
                if fallback {
                    let mut direct = None;
                    self.factored(work, input, &[excitation], |_, _, solved| {
                        direct = Some(solved);
                    })?;
                    return Ok(direct.expect("one input was solved"));
                }
                return Err(self.not_converged(input, certificate));
            }
            if largest > 0.0 && largest < scale {
                scale = largest;
            } else {
                sharper *= 0.1;
            }
            self.system.accept_polished(work);
            self.system.solve_rows(work, parallel);
        }
    }

    /// Several inputs by the direct method with iterative refinement. `finish` is called once for each, with its index in
    /// `excitations` and its fields in the workspace.
    pub(super) fn factored(
        &self,
        work: &mut Workspace,
        first: usize,
        excitations: &[Excitation<'_>],
        mut finish: impl FnMut(&mut Workspace, usize, Solved),
    ) -> Result<(), GridError> {
        let cholesky = self.cholesky()?;
        let shape = self.system.rows.shape;
        let mut pending: Vec<Pending> = (0..excitations.len())
            .map(|index| Pending {
                index,
                ..Pending::default()
            })
            .collect();
        let mut sides = Vec::new();
        for round in 0..=DIRECT_ROUNDS {
            let mut unfinished = Vec::with_capacity(pending.len());
            let solutions = std::mem::take(&mut sides);
            for (column, mut input) in pending.into_iter().enumerate() {
                let excitation = excitations[input.index];
                let profiles = self.start(work, excitation);
                if round > 0 {
                    let solution =
                        &solutions[column * cholesky.order()..(column + 1) * cholesky.order()];
                    work.x.copy_from_slice(&input.x);
                    add_column_deviations(&mut work.x, shape, |crossing| {
                        cholesky.column_deviation(solution, crossing)
                    });
                    self.system.solve_rows(work, false);
                    self.system.polish_columns(work, false);
                    let branches = self.evaluate(work, excitation, &profiles, false);
                    let certificate = Certificate {
                        method: Method::Cholesky,
                        iterations: round - 1,
                        kcl_relative: branches.kcl_relative,
                        output_error: change(&branches, &input.currents),
                    };
                    if self.is_good(&certificate, &branches) {
                        finish(
                            work,
                            input.index,
                            Solved {
                                branches,
                                certificate,
                            },
                        );
                        continue;
                    }
                    if round == DIRECT_ROUNDS {
                        return Err(self.not_converged(first + input.index, certificate));
                    }
                    input.currents = terminal_currents(&branches).collect();
                    self.system.accept_polished(work);
                }
                self.system.solve_rows(work, false);
                let begin = sides.len();
                sides.resize(begin + cholesky.order(), 0.0);
                for row in 0..shape.lines {
                    for column in 0..shape.positions {
                        let residual = shape.at(&work.exchange, row, column);
                        cholesky.inject(
                            &mut sides[begin..],
                            row * shape.positions + column,
                            residual,
                        );
                    }
                }
                input.x.clone_from(&work.x);
                unfinished.push(input);
            }
            if unfinished.is_empty() {
                return Ok(());
            }
            cholesky.solve_in_place(&mut sides);
            pending = unfinished;
        }
        Ok(())
    }

    /// Loads the excitation of one input, with all deviations zero.
    fn start(&self, work: &mut Workspace, excitation: Excitation<'_>) -> (Profile, Profile) {
        let profiles = self.profiles(excitation);
        self.terminals
            .fill_excitation(&profiles.0, &profiles.1, &mut work.excitation);
        SchurSystem::reset(work);
        profiles
    }

    /// The lines' voltages without cells.
    pub(super) fn profiles(&self, excitation: Excitation<'_>) -> (Profile, Profile) {
        let volts = |role| excitation.volts(role);
        (
            self.terminals.rows.profile(volts),
            self.terminals.columns.profile(volts),
        )
    }

    fn evaluate(
        &self,
        work: &mut Workspace,
        excitation: Excitation<'_>,
        profiles: &(Profile, Profile),
        parallel: bool,
    ) -> Branches {
        branches::evaluate(
            &self.system,
            &self.terminals,
            profiles,
            |role| excitation.volts(role),
            work,
            parallel,
        )
    }

    fn is_good(&self, certificate: &Certificate, branches: &Branches) -> bool {
        let tolerance = self.options.tolerance;
        certificate.output_error <= tolerance
            && certificate.kcl_relative <= tolerance.max(KCL_TOLERANCE) + branches.rounding
    }

    fn not_converged(&self, input: usize, certificate: Certificate) -> GridError {
        GridError::NotConverged {
            input,
            iterations: certificate.iterations,
            method: certificate.method.name(),
            kcl_relative: certificate.kcl_relative,
            output_error: certificate.output_error,
            tolerance: self.options.tolerance,
            advice: match certificate.method {
                Method::ConjugateGradients => {
                    "use the direct method if the array is not too large for it, or a larger tolerance"
                }
                Method::Cholesky => {
                    "use a larger tolerance, or check for conductances and resistances that lie too far apart"
                }
            },
        }
    }

    /// Largest total current of any line; `currents` is a row field.
    fn largest_line_current(&self, currents: &[Lanes]) -> f64 {
        let positions = self.system.rows.shape.positions;
        let mut column_totals = vec![0.0; positions];
        let mut largest: f64 = 0.0;
        for chunk in currents.chunks_exact(positions) {
            let mut row_totals = Lanes::default();
            for (value, column) in chunk.iter().zip(&mut column_totals) {
                *column += value.sum();
                for lane in 0..LANES {
                    row_totals.0[lane] += value.0[lane];
                }
            }
            largest = row_totals
                .0
                .iter()
                .fold(largest, |a, total| a.max(total.abs()));
        }
        column_totals
            .iter()
            .fold(largest, |a, total| a.max(total.abs()))
    }
}

/// Amperes by which a line's total current can be wrong for each square root of watt that the error field dissipates: by Cauchy
/// and Schwarz the square root of the line's total cell conductance.
pub(super) fn sensitivity(grid: &LineGrid) -> f64 {
    let mut columns = vec![0.0; grid.columns()];
    let mut largest = f64::MIN_POSITIVE;
    for row in grid.conductance().chunks_exact(grid.columns()) {
        largest = largest.max(row.iter().sum());
        for (total, cell) in columns.iter_mut().zip(row) {
            *total += cell;
        }
    }
    columns.into_iter().fold(largest, f64::max).sqrt()
}

/// An input that the direct method has not finished.
#[derive(Default)]
struct Pending {
    index: usize,
    /// Column deviations so far, a row field.
    x: Vec<Lanes>,
    /// Terminal currents of the round before; empty before there was one.
    currents: Vec<f64>,
}

fn terminal_currents(branches: &Branches) -> impl Iterator<Item = f64> + '_ {
    branches
        .output_currents
        .iter()
        .chain(&branches.drive_currents)
        .copied()
}

/// Largest change of a terminal current against `before`, relative to the largest; infinite if there is no before.
fn change(branches: &Branches, before: &[f64]) -> f64 {
    if before.is_empty() {
        return f64::INFINITY;
    }
    let change = terminal_currents(branches)
        .zip(before)
        .fold(0.0, |a: f64, (now, before)| a.max((now - before).abs()));
    if change == 0.0 {
        0.0
    } else {
        change / branches.terminal_scale
    }
}

/// Adds a value for each crossing (row-major index) to a row field.
fn add_column_deviations(field: &mut [Lanes], shape: Shape, value: impl Fn(usize) -> f64) {
    for (block, chunk) in field.chunks_exact_mut(shape.positions).enumerate() {
        for lane in 0..LANES.min(shape.lines - block * LANES) {
            let first = (block * LANES + lane) * shape.positions;
            for (column, slot) in chunk.iter_mut().enumerate() {
                slot.0[lane] += value(first + column);
            }
        }
    }
}
