//! Solving arrays of nonlinear cells.

use rayon::prelude::*;

use super::super::branches::{Branches, CellTotals, Fields, Power, evaluate_wires};
use super::super::error::GridError;
use super::super::grid::LineGrid;
use super::super::lanes::LANES;
use super::super::lines::Lines;
use super::super::solver::{Excitation, FieldRequest};
use super::super::terminals::{Profile, Terminals};
use super::cells::Cells;
use super::fields::Spread;
use super::newton::{ArrayPoint, Residual};
use super::tangent::Tangent;

/// Arrays with at least this many crossings are swept by several threads.
const PARALLEL_CROSSINGS: usize = 64 * 64;
/// A step that leaves more than this part of the sum of squares has met rounding, if little is left ...
const STAGNANT: f64 = 0.25;
/// ... that is, at most this multiple of what is asked for.
const ROUNDING_ROOM: f64 = 1e3;
/// Inputs of a batch that share the vectors of one point.
const GROUP: usize = 8;
/// Halvings of one step.
const MOST_HALVINGS: usize = 12;
/// Solves while the drives are raised.
const MOST_STAGES: usize = 200;
/// Reduction of the residual that the linear solver is asked for at first.
const FIRST_FORCING: f64 = 1e-2;

/// How accurately to solve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NonlinearOptions {
    /// Largest sum of all Kirchhoff imbalances relative to the largest total current of a line; default 1e-10. In a network whose
    /// incremental conductances are positive, no output current is wrong by more than that sum.
    pub tolerance: f64,
    /// Sum of imbalances that is small enough whatever flows, A; default 1e-16.
    pub absolute_tolerance: f64,
    /// Newton iterations of one solve; default 100.
    pub most_iterations: usize,
}

impl Default for NonlinearOptions {
    fn default() -> Self {
        Self {
            tolerance: 1e-10,
            absolute_tolerance: 1e-16,
            most_iterations: 100,
        }
    }
}

/// How good a solution is, and what it took.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct NonlinearCertificate {
    /// Newton iterations.
    pub newton_iterations: usize,
    /// GMRES iterations of all of them together.
    pub linear_iterations: usize,
    /// Steps in which the drives were raised; 0 where Newton's method converged at once.
    pub stages: usize,
    /// Largest violation of Kirchhoff's current law at any node, relative to the largest branch current.
    pub kcl_relative: f64,
    /// Sum of all violations relative to the largest terminal current: a bound of the error of an output current where the incremental
    /// conductances are positive.
    pub output_error: f64,
}

/// Solution for one input vector.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NonlinearSolution {
    /// Amperes that flow into ground at each grounded end, in the order of [`LineGrid::drive_count`].
    pub output_currents: Vec<f64>,
    /// Amperes that each source delivers.
    pub drive_currents: Vec<f64>,
    /// Where the power goes. What the cells take from elsewhere (gates) is not in it.
    pub power: Power,
    /// How good it is.
    pub certificate: NonlinearCertificate,
    /// Volts of the row nodes, `rows x columns`; empty unless requested.
    pub row_voltages: Vec<f64>,
    /// Volts of the column nodes, `rows x columns`; empty unless requested.
    pub column_voltages: Vec<f64>,
    /// Amperes out of the rows into the cells, `rows x columns`; empty unless requested.
    pub cell_currents: Vec<f64>,
}

/// The wires and terminals of an array whose cells are [`Cells`].
#[derive(Debug)]
pub struct NonlinearArray {
    grid: LineGrid,
    terminals: Terminals,
    options: NonlinearOptions,
}

impl NonlinearArray {
    /// An array of `rows x columns` cells between these wires.
    ///
    /// # Errors
    /// As [`LineGrid::new`]; a tolerance outside 1e-15 to 0.1.
    pub fn new(
        (rows, columns): (usize, usize),
        row_lines: Lines,
        column_lines: Lines,
        options: NonlinearOptions,
    ) -> Result<Self, GridError> {
        if !(1e-15..=0.1).contains(&options.tolerance) {
            return Err(GridError::BadTolerance {
                value: options.tolerance,
            });
        }
        // The conductances only say that there is a cell at every crossing.
        let cells = vec![1.0; rows.saturating_mul(columns)];
        let grid = LineGrid::new(rows, columns, cells, row_lines, column_lines)?;
        let terminals = Terminals::new(&grid);
        Ok(Self {
            grid,
            terminals,
            options,
        })
    }

    /// The array with the wires of `grid`, whose conductances do not matter.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_wires_of(grid: &LineGrid, options: NonlinearOptions) -> Result<Self, GridError> {
        let (rows, columns) = (grid.row_lines().clone(), grid.column_lines().clone());
        Self::new((grid.rows(), grid.columns()), rows, columns, options)
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.grid.rows()
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.grid.columns()
    }

    /// Number of driven ends: the length of one input vector, see [`LineGrid::drive_count`].
    pub fn drive_count(&self) -> usize {
        self.terminals.drives.len()
    }

    /// Number of grounded ends: the length of one output vector.
    pub fn output_count(&self) -> usize {
        self.terminals.outputs.len()
    }

    /// A point from which to start: no drops along the wires, nothing remembered.
    pub fn point<M: Clone + Default + Send + Sync>(&self) -> ArrayPoint<M> {
        let (rows, columns) = (self.grid.rows(), self.grid.columns());
        let tangent = Tangent::new(
            &self.grid,
            rows.div_ceil(LANES) * columns,
            columns.div_ceil(LANES) * rows,
        );
        ArrayPoint::new(tangent, rows * columns)
    }

    /// Solves for one vector of drive voltages, starting at `point` and leaving the solution there.
    ///
    /// # Errors
    /// A wrong number of voltages, one that is not finite, no convergence. After an error `point` is at rest.
    pub fn solve<C: Cells>(
        &self,
        cells: &C,
        voltages: &[f64],
        point: &mut ArrayPoint<C::Memory>,
        request: FieldRequest,
    ) -> Result<NonlinearSolution, GridError> {
        self.check(voltages)?;
        let spread = self.spread();
        // Inside the pool, so that no sweep waits for another thread to begin it.
        rayon::scope(|_| self.solve_one(cells, (0, voltages), point, request, spread))
    }

    /// As [`Self::solve`], without raising the drives from zero where Newton's method fails: `point` then stays where it got to.
    pub(in super::super) fn solve_here<C: Cells>(
        &self,
        cells: &C,
        voltages: &[f64],
        point: &mut ArrayPoint<C::Memory>,
        request: FieldRequest,
    ) -> Result<NonlinearSolution, GridError> {
        rayon::scope(|_| {
            let mut certificate = NonlinearCertificate::default();
            self.newton(cells, voltages, point, self.spread(), &mut certificate)
                .map(|residual| self.collect(voltages, point, request, residual, certificate))
                .map_err(|residual| self.not_converged(0, residual, certificate))
        })
    }

    /// Calls `visit` for every crossing with its potentials at `point`, what the cell remembers and the crossing's entry of `more` (row by
    /// row); returns the largest result.
    pub(in super::super) fn visit<M, T>(
        &self,
        voltages: &[f64],
        point: &mut ArrayPoint<M>,
        more: &mut [T],
        visit: impl Fn((usize, usize), (f64, f64), &mut M, &mut T) -> f64 + Sync,
    ) -> f64
    where
        M: Clone + Default + Send + Sync,
        T: Send,
    {
        let profiles = self.profiles(voltages);
        point.visit(&self.terminals, &profiles, self.spread(), more, visit)
    }

    fn spread(&self) -> Spread {
        Spread(self.grid.rows() * self.grid.columns() >= PARALLEL_CROSSINGS)
    }

    /// Solves for several vectors of drive voltages, `inputs x drive_count`, spread over threads. Each starts at `start`, so results
    /// do not depend on the number of threads.
    ///
    /// # Errors
    /// As [`Self::solve`].
    pub fn solve_all<C: Cells>(
        &self,
        cells: &C,
        voltages: &[f64],
        start: &ArrayPoint<C::Memory>,
        request: FieldRequest,
    ) -> Result<Vec<NonlinearSolution>, GridError> {
        self.check(voltages)?;
        let drives = self.drive_count().max(1);
        let groups: Vec<Vec<NonlinearSolution>> = voltages
            .par_chunks(GROUP * drives)
            .enumerate()
            .map(|(group, voltages)| {
                let mut point = start.clone();
                let solve = |(index, voltages)| {
                    point.go_to(start);
                    let input = (group * GROUP + index, voltages);
                    self.solve_one(cells, input, &mut point, request, Spread(false))
                };
                voltages
                    .chunks(drives)
                    .enumerate()
                    .map(solve)
                    .collect::<Result<_, GridError>>()
            })
            .collect::<Result<_, _>>()?;
        Ok(groups.into_iter().flatten().collect())
    }

    fn check(&self, voltages: &[f64]) -> Result<(), GridError> {
        let drives = self.drive_count();
        if voltages.len() < drives || !voltages.len().is_multiple_of(drives.max(1)) {
            return Err(GridError::WrongLength {
                what: format!("input voltages (whole vectors of {drives})"),
                expected: voltages.len().next_multiple_of(drives.max(1)).max(drives),
                found: voltages.len(),
            });
        }
        if let Some(index) = voltages.iter().position(|volts| !volts.is_finite()) {
            let (side, line) = self.terminals.drives[index % drives];
            return Err(GridError::BadVoltage {
                input: index / drives,
                terminal: index % drives,
                side,
                line,
                value: voltages[index],
            });
        }
        Ok(())
    }

    fn solve_one<C: Cells>(
        &self,
        cells: &C,
        (input, voltages): (usize, &[f64]),
        point: &mut ArrayPoint<C::Memory>,
        request: FieldRequest,
        spread: Spread,
    ) -> Result<NonlinearSolution, GridError> {
        let mut certificate = NonlinearCertificate::default();
        let found = self
            .newton(cells, voltages, point, spread, &mut certificate)
            .or_else(|_| {
                point.rest();
                self.raise(cells, voltages, point, spread, &mut certificate)
            });
        match found {
            Ok(residual) => Ok(self.collect(voltages, point, request, residual, certificate)),
            Err(residual) => {
                point.rest();
                Err(self.not_converged(input, residual, certificate))
            }
        }
    }

    fn not_converged(
        &self,
        input: usize,
        residual: Residual,
        certificate: NonlinearCertificate,
    ) -> GridError {
        GridError::NotConverged {
            input,
            iterations: certificate.newton_iterations,
            method: "Newton's method",
            kcl_relative: residual.squares.sqrt() / residual.largest,
            output_error: residual.total / residual.line,
            tolerance: self.options.tolerance,
            advice: "check the cells' parameters and the drive voltages, or use a larger tolerance",
        }
    }

    /// Newton's method; the last residual if it does not converge.
    fn newton<C: Cells>(
        &self,
        cells: &C,
        voltages: &[f64],
        point: &mut ArrayPoint<C::Memory>,
        spread: Spread,
        certificate: &mut NonlinearCertificate,
    ) -> Result<Residual, Residual> {
        let profiles = self.profiles(voltages);
        let mut residual = point.evaluate(cells, &self.terminals, &profiles, spread);
        let mut forcing = FIRST_FORCING;
        for _ in 0..self.options.most_iterations {
            // What the rounding of the currents alone can leave.
            let rounding = 4.0 * f64::EPSILON * residual.flow;
            let goal = (self.options.tolerance * residual.line)
                .max(self.options.absolute_tolerance)
                .max(rounding);
            if residual.total <= goal {
                return Ok(residual);
            }
            if !residual.squares.is_finite() {
                return Err(residual);
            }
            certificate.newton_iterations += 1;
            let wanted = forcing.max(0.1 * goal / residual.total);
            let Some(iterations) = point.find_step(wanted, spread) else {
                return Err(residual);
            };
            certificate.linear_iterations += iterations;
            let before = residual;
            let mut part = 1.0;
            point.advance(part);
            residual = point.evaluate(cells, &self.terminals, &profiles, spread);
            let mut halvings = 0;
            let improved = |residual: &Residual, part: f64| {
                residual.squares <= (1.0 - 1e-4 * part) * before.squares || residual.total < goal
            };
            while !improved(&residual, part) && halvings < MOST_HALVINGS {
                halvings += 1;
                part *= 0.5;
                point.advance(-part);
                residual = point.evaluate(cells, &self.terminals, &profiles, spread);
            }
            let ratio = residual.squares / before.squares;
            if ratio > STAGNANT && residual.total <= ROUNDING_ROOM * goal {
                return Ok(residual);
            }
            if halvings == MOST_HALVINGS && (ratio >= 1.0 || ratio.is_nan()) {
                return Err(residual);
            }
            forcing = (0.1 * ratio).clamp(1e-12, FIRST_FORCING);
        }
        Err(residual)
    }

    /// Raises the drives from zero to their voltages, as fast as Newton's method follows.
    fn raise<C: Cells>(
        &self,
        cells: &C,
        voltages: &[f64],
        point: &mut ArrayPoint<C::Memory>,
        spread: Spread,
        certificate: &mut NonlinearCertificate,
    ) -> Result<Residual, Residual> {
        let (mut reached, mut raise): (f64, f64) = (0.0, 0.25);
        let mut good = point.clone();
        let mut last = Residual::default();
        for _ in 0..MOST_STAGES {
            certificate.stages += 1;
            let factor = (reached + raise).min(1.0);
            let scaled: Vec<f64> = voltages.iter().map(|volts| factor * volts).collect();
            match self.newton(cells, &scaled, point, spread, certificate) {
                Ok(residual) if factor >= 1.0 => return Ok(residual),
                Ok(_) => {
                    good.clone_from(point);
                    reached = factor;
                    raise *= 2.0;
                }
                Err(residual) => {
                    last = residual;
                    point.clone_from(&good);
                    raise *= 0.25;
                    if raise < 1e-6 {
                        break;
                    }
                }
            }
        }
        Err(last)
    }

    fn profiles(&self, voltages: &[f64]) -> (Profile, Profile) {
        let excitation = Excitation::Drives(voltages);
        (
            self.terminals.rows.profile(|role| excitation.volts(role)),
            self.terminals
                .columns
                .profile(|role| excitation.volts(role)),
        )
    }

    fn collect<M: Clone + Default + Send + Sync>(
        &self,
        voltages: &[f64],
        point: &ArrayPoint<M>,
        request: FieldRequest,
        residual: Residual,
        certificate: NonlinearCertificate,
    ) -> NonlinearSolution {
        let profiles = self.profiles(voltages);
        let excitation = Excitation::Drives(voltages);
        let branches: Branches = evaluate_wires(
            (&point.tangent.rows, &point.tangent.columns),
            &self.terminals,
            &profiles,
            |role| excitation.volts(role),
            &Fields {
                row_currents: &point.row_currents,
                column_currents: &point.column_currents,
                row_deviation: &point.row_deviation,
                column_deviation: &point.column_deviation,
            },
            CellTotals {
                power: residual.power,
                largest: residual.largest,
                undropped: residual.undropped,
            },
        );
        let output_error = if residual.total == 0.0 {
            0.0
        } else {
            residual.total / branches.terminal_scale
        };
        let mut solution = NonlinearSolution {
            output_currents: branches.output_currents,
            drive_currents: branches.drive_currents,
            power: branches.power,
            certificate: NonlinearCertificate {
                kcl_relative: branches.kcl_relative,
                output_error,
                ..certificate
            },
            ..NonlinearSolution::default()
        };
        let (rows, columns) = (point.tangent.rows.shape, point.tangent.columns.shape);
        if request.voltages {
            for row in 0..rows.lines {
                let voltage = |column| self.terminals.rows.voltage(&profiles.0, row, column);
                let drops = rows.along(&point.row_deviation, row).enumerate();
                (solution.row_voltages).extend(drops.map(|(column, drop)| voltage(column) - drop));
                let voltage = |column| self.terminals.columns.voltage(&profiles.1, column, row);
                let rises = columns.across(&point.column_deviation, row).enumerate();
                (solution.column_voltages)
                    .extend(rises.map(|(column, rise)| voltage(column) + rise));
            }
        }
        if request.cell_currents {
            for row in 0..rows.lines {
                (solution.cell_currents).extend(rows.along(&point.row_currents, row));
            }
        }
        solution
    }
}
