//! Solving an array: choice of the method, accuracy, many inputs.

use std::ops::{Deref, DerefMut, Range};
use std::sync::{Mutex, OnceLock, PoisonError};

use rayon::prelude::*;

use super::GridError;
use super::accuracy::sensitivity;
use super::branches::{Branches, Certificate, Power};
use super::cholesky::Cholesky;
use super::grid::LineGrid;
use super::schur::{SchurSystem, Workspace};
use super::terminals::{Role, Terminals};
use super::transfer::TransferMatrix;

/// How a solution was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Conjugate gradients on the Schur complement, preconditioned by the columns' wires.
    ConjugateGradients,
    /// Sparse Cholesky factorisation of the whole system.
    Cholesky,
}

impl Method {
    /// Name as in reports: `cg` or `direct`.
    pub fn name(self) -> &'static str {
        match self {
            Method::ConjugateGradients => "cg",
            Method::Cholesky => "direct",
        }
    }
}

/// Which method to use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum MethodChoice {
    /// Conjugate gradients; the direct method where it is cheaper (many inputs that need many iterations each) or where they do
    /// not converge.
    #[default]
    Auto,
    /// Always this method.
    Only(Method),
}

/// How accurately and by which method to solve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SolveOptions {
    /// Which method to use.
    pub method: MethodChoice,
    /// Largest error of an output current relative to the largest terminal current; default 1e-12. The largest Kirchhoff
    /// imbalance, relative to the largest branch current, is held below the larger of this and 1e-10, plus what the rounding of
    /// the deviations alone can explain.
    pub tolerance: f64,
}

impl Default for SolveOptions {
    fn default() -> Self {
        Self {
            method: MethodChoice::Auto,
            tolerance: 1e-12,
        }
    }
}

/// Fields to return besides currents and powers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FieldRequest {
    /// Node voltages of both families.
    pub voltages: bool,
    /// Cell currents.
    pub cell_currents: bool,
}

/// Solutions of one array for a batch of input vectors. All fields are input-major.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Solution {
    /// Amperes that flow into ground at each grounded end: `inputs x output_count`, ordered as
    /// [`LineGrid::drive_count`] tells.
    pub output_currents: Vec<f64>,
    /// Amperes that each source delivers: `inputs x drive_count`.
    pub drive_currents: Vec<f64>,
    /// Where each input's power goes.
    pub power: Vec<Power>,
    /// How good each input's solution is.
    pub certificates: Vec<Certificate>,
    /// Volts of the row nodes, `inputs x rows x columns`; empty unless requested.
    pub row_voltages: Vec<f64>,
    /// Volts of the column nodes, `inputs x rows x columns`; empty unless requested.
    pub column_voltages: Vec<f64>,
    /// Amperes through the cells from row to column, `inputs x rows x columns`; empty unless requested.
    pub cell_currents: Vec<f64>,
}

/// Costs of the direct method in iterations of conjugate gradients on the same array (measured, 128 x 128 to 512 x 512):
/// one factorisation, and one right-hand side in a block of [`DIRECT_BLOCK`].
const FACTOR_COST: usize = 700;
const DIRECT_SOLVE_COST: usize = 50;
/// Right-hand sides that the direct method solves at once.
const DIRECT_BLOCK: usize = 16;
/// Above this many crossings the factor does not fit into a usual machine's memory.
pub(super) const LARGEST_DIRECT: usize = 1 << 20;
/// Crossings from which one solve is worth spreading over threads.
const PARALLEL_CROSSINGS: usize = 128 * 128;

/// An array with its ladders factored: solve it for as many inputs as needed.
#[derive(Debug)]
pub struct ArraySolver<'a> {
    pub(super) grid: &'a LineGrid,
    pub(super) options: SolveOptions,
    pub(super) system: SchurSystem,
    pub(super) terminals: Terminals,
    /// See [`sensitivity`].
    pub(super) sensitivity: f64,
    cholesky: OnceLock<Result<Cholesky, GridError>>,
    /// Vectors that no solve uses at present.
    spare: Mutex<Vec<Workspace>>,
}

/// One solved input, before its fields are copied out.
pub(super) struct Solved {
    pub branches: Branches,
    pub certificate: Certificate,
}

/// Voltages of the terminals.
#[derive(Clone, Copy)]
pub(super) enum Excitation<'a> {
    /// Each drive has its voltage.
    Drives(&'a [f64]),
    /// 1 V at one terminal.
    Unit(Role),
}

impl Excitation<'_> {
    pub(super) fn volts(self, role: Role) -> f64 {
        match (self, role) {
            (Excitation::Drives(volts), Role::Drive(index)) => volts[index],
            (Excitation::Drives(_), Role::Output(_)) => 0.0,
            (Excitation::Unit(unit), role) => f64::from(u8::from(unit == role)),
        }
    }
}

impl<'a> ArraySolver<'a> {
    /// Factors the lines of `grid`.
    ///
    /// # Errors
    /// A tolerance outside 1e-15 to 0.1; with [`Method::Cholesky`] as the only method, a matrix that does not factor.
    pub fn new(grid: &'a LineGrid, options: SolveOptions) -> Result<Self, GridError> {
        if !(1e-15..=0.1).contains(&options.tolerance) {
            return Err(GridError::BadTolerance {
                value: options.tolerance,
            });
        }
        let solver = Self {
            grid,
            options,
            system: SchurSystem::new(grid),
            terminals: Terminals::new(grid),
            sensitivity: sensitivity(grid),
            cholesky: OnceLock::new(),
            spare: Mutex::default(),
        };
        if options.method == MethodChoice::Only(Method::Cholesky) {
            solver.cholesky()?;
        }
        Ok(solver)
    }

    /// The array.
    pub fn grid(&self) -> &'a LineGrid {
        self.grid
    }

    /// Solves for one or more input vectors: `voltages` is `inputs x drive_count`, in volts.
    ///
    /// # Errors
    /// Voltages that are not finite or do not fill whole vectors; no convergence.
    pub fn solve(&self, voltages: &[f64]) -> Result<Solution, GridError> {
        self.solve_with_fields(voltages, FieldRequest::default())
    }

    /// As [`Self::solve`], and returns the requested fields.
    ///
    /// # Errors
    /// As [`Self::solve`].
    pub fn solve_with_fields(
        &self,
        voltages: &[f64],
        request: FieldRequest,
    ) -> Result<Solution, GridError> {
        let drives = self.terminals.drives.len();
        if drives == 0 || voltages.is_empty() || !voltages.len().is_multiple_of(drives) {
            let expected = voltages.len().next_multiple_of(drives.max(1)).max(drives);
            let what = format!("input voltages (whole vectors of {drives})");
            return Err(GridError::WrongLength {
                what,
                expected,
                found: voltages.len(),
            });
        }
        if let Some(index) = voltages.iter().position(|volts| !volts.is_finite()) {
            let terminal = index % drives;
            let (side, line) = self.terminals.drives[terminal];
            let (input, value) = (index / drives, voltages[index]);
            return Err(GridError::BadVoltage {
                input,
                terminal,
                side,
                line,
                value,
            });
        }
        let excitations: Vec<_> = voltages
            .chunks_exact(drives)
            .map(Excitation::Drives)
            .collect();
        let parts = self.solve_all(&excitations, |work, excitation, solved| {
            self.collect(work, excitation, solved, request)
        })?;
        let mut solution = Solution::default();
        for part in parts {
            solution.output_currents.extend(part.output_currents);
            solution.drive_currents.extend(part.drive_currents);
            solution.power.extend(part.power);
            solution.certificates.extend(part.certificates);
            solution.row_voltages.extend(part.row_voltages);
            solution.column_voltages.extend(part.column_voltages);
            solution.cell_currents.extend(part.cell_currents);
        }
        Ok(solution)
    }

    /// The transfer matrix from all drive voltages to all output currents, see [`Self::transfer_matrix_of`].
    ///
    /// # Errors
    /// As [`Self::transfer_matrix_of`].
    pub fn transfer_matrix(&self) -> Result<TransferMatrix, GridError> {
        self.transfer_matrix_of(
            0..self.terminals.outputs.len(),
            0..self.terminals.drives.len(),
        )
    }

    /// The part of the transfer matrix for some of the outputs and drives (the other drives are at 0 V), by one solve for each of
    /// these outputs or each of these drives, whichever are fewer (an array is reciprocal).
    ///
    /// # Errors
    /// A range that is empty or reaches beyond the array's outputs or drives; no convergence.
    pub fn transfer_matrix_of(
        &self,
        outputs: Range<usize>,
        drives: Range<usize>,
    ) -> Result<TransferMatrix, GridError> {
        for (what, range, count) in [
            ("grounded ends", &outputs, self.terminals.outputs.len()),
            ("driven ends", &drives, self.terminals.drives.len()),
        ] {
            if range.is_empty() || range.end > count {
                let what = format!("{what} for a transfer matrix ({range:?} of {count})");
                return Err(GridError::WrongLength {
                    what,
                    expected: range.len().max(1),
                    found: count,
                });
            }
        }
        let adjoint = outputs.len() <= drives.len();
        let excitations: Vec<_> = if adjoint {
            outputs
                .clone()
                .map(|k| Excitation::Unit(Role::Output(k)))
                .collect()
        } else {
            drives
                .clone()
                .map(|k| Excitation::Unit(Role::Drive(k)))
                .collect()
        };
        let lines = self.solve_all(&excitations, |_, _, solved| {
            let currents = if adjoint {
                // What flows out at the drives when an output is driven flows out at that output when they are.
                solved.branches.drive_currents[drives.clone()]
                    .iter()
                    .map(|current| -current)
                    .collect()
            } else {
                solved.branches.output_currents[outputs.clone()].to_vec()
            };
            (currents, solved.certificate)
        })?;
        let worst = |a: Certificate, b: Certificate| Certificate {
            method: if a.method == Method::Cholesky {
                a.method
            } else {
                b.method
            },
            iterations: a.iterations.max(b.iterations),
            kcl_relative: a.kcl_relative.max(b.kcl_relative),
            output_error: a.output_error.max(b.output_error),
        };
        let certificate = lines
            .iter()
            .map(|line| line.1)
            .reduce(worst)
            .expect("at least one terminal");
        let (outputs, inputs) = (outputs.len(), drives.len());
        let mut values = vec![0.0; outputs * inputs];
        for (index, (currents, _)) in lines.iter().enumerate() {
            for (other, &current) in currents.iter().enumerate() {
                let (output, input) = if adjoint {
                    (index, other)
                } else {
                    (other, index)
                };
                values[output * inputs + input] = current;
            }
        }
        Ok(TransferMatrix {
            outputs,
            inputs,
            values,
            certificate,
        })
    }

    /// Solves for all excitations, in order; `finish` takes what it needs from each.
    fn solve_all<T: Send>(
        &self,
        excitations: &[Excitation<'_>],
        finish: impl Fn(&mut Workspace, Excitation<'_>, Solved) -> T + Sync,
    ) -> Result<Vec<T>, GridError> {
        // Inside the pool, so that sweeps which are not split run where they are called.
        let mut results = Vec::with_capacity(excitations.len());
        let outcome = rayon::scope(|_| -> Result<(), GridError> {
            let mut direct = self.options.method == MethodChoice::Only(Method::Cholesky);
            let spread = excitations.len() >= rayon::current_num_threads();
            let crossings = self.grid.rows() * self.grid.columns();
            if !direct {
                let parallel = crossings >= PARALLEL_CROSSINGS;
                let mut work = self.workspace();
                let solved = self.iterate(&mut work, 0, excitations[0], parallel)?;
                direct = self.direct_is_cheaper(solved.certificate, excitations.len() - 1);
                results.push(finish(&mut work, excitations[0], solved));
                if !direct && !spread {
                    for (index, &excitation) in excitations.iter().enumerate().skip(1) {
                        let solved = self.iterate(&mut work, index, excitation, parallel)?;
                        results.push(finish(&mut work, excitation, solved));
                    }
                    return Ok(());
                }
            }
            let done = results.len();
            let rest = &excitations[done..];
            if direct {
                let blocks: Result<Vec<Vec<T>>, GridError> = rest
                    .par_chunks(DIRECT_BLOCK)
                    .enumerate()
                    .map(|(block, chunk)| {
                        let mut work = self.workspace();
                        let mut finished: Vec<Option<T>> = chunk.iter().map(|_| None).collect();
                        self.factored(
                            &mut work,
                            done + block * DIRECT_BLOCK,
                            chunk,
                            |work, index, solved| {
                                finished[index] = Some(finish(work, chunk[index], solved));
                            },
                        )?;
                        Ok(finished.into_iter().flatten().collect())
                    })
                    .collect();
                results.extend(blocks?.into_iter().flatten());
            } else {
                let solved: Result<Vec<T>, GridError> = rest
                    .par_iter()
                    .enumerate()
                    .map_init(
                        || self.workspace(),
                        |work, (index, &excitation)| {
                            let solved = self.iterate(work, done + index, excitation, false)?;
                            Ok(finish(work, excitation, solved))
                        },
                    )
                    .collect();
                results.extend(solved?);
            }
            Ok(())
        });
        outcome.map(|()| results)
    }

    /// Vectors for one solve at a time: spare ones if there are any.
    fn workspace(&self) -> Borrowed<'_> {
        let spare = self
            .spare
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        Borrowed {
            work: Some(spare.unwrap_or_else(|| Workspace::new(&self.system))),
            home: &self.spare,
        }
    }

    /// Whether the direct method is the better choice for so many more inputs, after one was solved.
    fn direct_is_cheaper(&self, first: Certificate, more: usize) -> bool {
        let saved = first.iterations.saturating_sub(DIRECT_SOLVE_COST);
        self.options.method == MethodChoice::Auto
            && self.grid.rows() * self.grid.columns() <= LARGEST_DIRECT
            && (first.method == Method::Cholesky || more * saved > FACTOR_COST)
    }

    /// The factored system, made when first asked for.
    pub(super) fn cholesky(&self) -> Result<&Cholesky, GridError> {
        self.cholesky
            .get_or_init(|| Cholesky::new(self.grid))
            .as_ref()
            .map_err(Clone::clone)
    }

    /// Copies out what a solution of one input consists of.
    fn collect(
        &self,
        work: &Workspace,
        excitation: Excitation<'_>,
        solved: Solved,
        request: FieldRequest,
    ) -> Solution {
        let mut solution = Solution {
            output_currents: solved.branches.output_currents,
            drive_currents: solved.branches.drive_currents,
            power: vec![solved.branches.power],
            certificates: vec![solved.certificate],
            ..Solution::default()
        };
        let (rows, columns) = (self.system.rows.shape, self.system.columns.shape);
        if request.voltages {
            let (row_profile, column_profile) = self.profiles(excitation);
            solution
                .row_voltages
                .reserve_exact(rows.lines * rows.positions);
            solution
                .column_voltages
                .reserve_exact(rows.lines * rows.positions);
            for row in 0..rows.lines {
                let voltage = |column| self.terminals.rows.voltage(&row_profile, row, column);
                let drops = rows.along(&work.row_deviation, row).enumerate();
                solution
                    .row_voltages
                    .extend(drops.map(|(column, drop)| voltage(column) - drop));
                let voltage = |column| self.terminals.columns.voltage(&column_profile, column, row);
                let rises = columns.across(&work.column_deviation, row).enumerate();
                solution
                    .column_voltages
                    .extend(rises.map(|(column, rise)| voltage(column) + rise));
            }
        }
        if request.cell_currents {
            solution
                .cell_currents
                .reserve_exact(rows.lines * rows.positions);
            for row in 0..rows.lines {
                solution
                    .cell_currents
                    .extend(rows.along(&work.exchange, row));
            }
        }
        solution
    }
}

/// A workspace that goes back to the spare ones when it is no longer used.
struct Borrowed<'a> {
    /// Always there, until it goes back.
    work: Option<Workspace>,
    home: &'a Mutex<Vec<Workspace>>,
}

impl Deref for Borrowed<'_> {
    type Target = Workspace;

    fn deref(&self) -> &Workspace {
        self.work.as_ref().expect("not given back yet")
    }
}

impl DerefMut for Borrowed<'_> {
    fn deref_mut(&mut self) -> &mut Workspace {
        self.work.as_mut().expect("not given back yet")
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        self.home
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(self.work.take());
    }
}
