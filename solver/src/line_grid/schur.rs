//! Conjugate gradients on the column system that is left after eliminating the rows.
//!
//! `S = T_c - G T_r^-1 G` with the preconditioner `T_c`. One iteration is one sweep over all rows and one over all
//! columns; everything else (updates of the vectors, both inner products) is folded into those two sweeps:
//!
//! * the row sweep updates the solution `x` and the direction `p`, solves `T_r`, and forms `p . G T_r^-1 G p`;
//! * the column sweep updates the residual `r` and `h = T_c p` (a recurrence, since `T_c z = r`), solves `T_c z = r`
//!   and forms `r . z` as the sum of `f^2 / pivot`, which is positive term by term;
//! * `p . T_c p` follows from `r . z`, its own former value and the overlap `z . h` of the new residual with the former
//!   direction. In exact arithmetic that overlap is zero; where wires are far more resistive than cells it is not, and without
//!   it the iteration stalls.
//!
//! Sums run in a fixed order, so results do not depend on the number of threads.

use rayon::prelude::*;

use super::grid::LineGrid;
use super::ladder::{Arriving, LadderBlock, Ladders};
use super::lanes::{Lanes, Shape, Transpose, Transposed};
use super::lines::Side;
use super::spectrum::smallest_ritz_value;
use crate::simd::{self, Arithmetic, Kernel};

/// The factored ladders of both families, and the cells between them.
#[derive(Debug, Clone)]
pub(super) struct SchurSystem {
    /// Cell conductances, a row field.
    pub cells: Vec<Lanes>,
    pub rows: Ladders,
    pub columns: Ladders,
}

/// Vectors of one solve; reused from input to input.
#[derive(Debug, Clone)]
pub(super) struct Workspace {
    /// `E`, the cell voltages with all cells removed; a row field.
    pub excitation: Vec<Lanes>,
    /// Column deviations while iterating; a row field.
    pub x: Vec<Lanes>,
    /// Row deviations; a row field. Holds the direction `p` while iterating.
    pub row_deviation: Vec<Lanes>,
    /// Column deviations, a column field. Holds the preconditioned residual `z` while iterating.
    pub column_deviation: Vec<Lanes>,
    /// Currents that the row sweep hands to the column sweep; a row field.
    pub exchange: Vec<Lanes>,
    /// `G (E - d_r)`, the right-hand side of the columns; a row field.
    injected: Vec<Lanes>,
    /// Residual of the column system; a column field, free between iterations.
    pub residual: Vec<Lanes>,
    t_direction: Vec<Lanes>,
    row_sums: Vec<Lanes>,
    column_sums: Vec<ColumnSums>,
    alphas: Vec<f64>,
    betas: Vec<f64>,
}

impl Workspace {
    pub(super) fn new(system: &SchurSystem) -> Self {
        let row_field = || vec![Lanes::default(); system.rows.shape.field_len()];
        let column_field = || vec![Lanes::default(); system.columns.shape.field_len()];
        Self {
            excitation: row_field(),
            x: row_field(),
            row_deviation: row_field(),
            column_deviation: column_field(),
            exchange: row_field(),
            injected: row_field(),
            residual: column_field(),
            t_direction: column_field(),
            row_sums: vec![Lanes::default(); system.rows.shape.blocks()],
            column_sums: vec![ColumnSums::default(); system.columns.shape.blocks()],
            alphas: Vec::new(),
            betas: Vec::new(),
        }
    }
}

/// What stops the iterations.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stop {
    /// Energy norm of the error (square root of watt) to go below.
    pub energy: f64,
    /// Smallest eigenvalue of `T_c^-1 S` known so far; 1 before anything is known.
    pub smallest: f64,
    pub max_iterations: usize,
}

/// How the iterations ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outcome {
    pub iterations: usize,
    /// Estimated energy norm of the error.
    pub energy: f64,
    /// Smallest eigenvalue of `T_c^-1 S` that was seen, now or before.
    pub smallest: f64,
}

impl SchurSystem {
    pub(super) fn new(grid: &LineGrid) -> Self {
        let row_shape = Shape::new(grid.shape(Side::Row));
        let column_shape = Shape::new(grid.shape(Side::Column));
        let cells = row_shape.field(|row, column| grid.cell(Side::Row, row, column));
        let column_cells = column_shape.field(|column, row| grid.cell(Side::Column, column, row));
        Self {
            rows: Ladders::new(grid, Side::Row, &cells),
            columns: Ladders::new(grid, Side::Column, &column_cells),
            cells,
        }
    }

    /// Largest number of blocks that one task sweeps: all of them unless `parallel`.
    fn grain(parallel: bool) -> usize {
        if parallel { 1 } else { usize::MAX }
    }

    /// Starts from nothing: `x = 0`.
    pub(super) fn reset(work: &mut Workspace) {
        work.x.fill(Lanes::default());
        work.injected.fill(Lanes::default());
    }

    /// Solves the rows for the column deviations `x` and forms the columns' right-hand side `G (E - d_r)`; leaves its
    /// change since the last call in `exchange`. When `x` came from [`Self::polish_columns`] (or is the first, 0), it
    /// solves the columns for the former right-hand side, so that the change is the residual of the column system.
    pub(super) fn solve_rows(&self, work: &mut Workspace, parallel: bool) {
        let positions = self.rows.shape.positions;
        (work.row_deviation.par_chunks_mut(positions))
            .zip(work.exchange.par_chunks_mut(positions))
            .zip(work.injected.par_chunks_mut(positions))
            .with_min_len(Self::grain(parallel))
            .enumerate()
            .for_each(|(block, ((deviation, change), injected))| {
                let span = block * positions..(block + 1) * positions;
                simd::run(RowSolve {
                    ladder: self.rows.block(block),
                    cells: &self.cells[span.clone()],
                    excitation: &work.excitation[span.clone()],
                    x: &work.x[span],
                    deviation,
                    change,
                    injected,
                });
            });
    }

    /// Solves the columns for the present row deviations, a step of block Gauss-Seidel that never makes the error larger.
    pub(super) fn polish_columns(&self, work: &mut Workspace, parallel: bool) {
        let positions = self.columns.shape.positions;
        (work.column_deviation.par_chunks_mut(positions))
            .with_min_len(Self::grain(parallel))
            .enumerate()
            .for_each(|(block, deviation)| {
                simd::run(ColumnSolve {
                    ladder: self.columns.block(block),
                    injected: Transposed::new(&work.injected, self.rows.shape.positions, block),
                    deviation,
                });
            });
    }

    /// Takes the polished column deviations as the new `x`.
    pub(super) fn accept_polished(&self, work: &mut Workspace) {
        let positions = self.rows.shape.positions;
        for (block, x) in work.x.chunks_exact_mut(positions).enumerate() {
            simd::run(Transpose {
                source: Transposed::new(
                    &work.column_deviation,
                    self.columns.shape.positions,
                    block,
                ),
                target: x,
            });
        }
    }

    /// Improves `x` by conjugate gradients; the residual of the present `x` is in `exchange`.
    pub(super) fn iterate(&self, work: &mut Workspace, stop: Stop, parallel: bool) -> Outcome {
        work.alphas.clear();
        work.betas.clear();
        work.row_deviation.fill(Lanes::default());
        work.residual.fill(Lanes::default());
        work.t_direction.fill(Lanes::default());
        let (mut alpha, mut beta) = (0.0, 0.0);
        let (mut norm, mut overlap) = self.column_sweep(work, 1.0, 0.0, parallel);
        let mut t_norm = 0.0; // p . T_c p
        let mut iterations = 0;
        let mut smallest = stop.smallest;
        let mut energy = (norm / smallest).sqrt();
        while energy > stop.energy && iterations < stop.max_iterations {
            let coupling = self.row_sweep(work, alpha, beta, parallel);
            t_norm = norm + beta * (2.0 * overlap + beta * t_norm);
            let curvature = t_norm - coupling;
            // At the limit of rounding, or not a number: the caller sees it in the certificate.
            if curvature.is_nan() || curvature <= f64::EPSILON * t_norm {
                alpha = 0.0;
                break;
            }
            alpha = norm / curvature;
            let next;
            (next, overlap) = self.column_sweep(work, alpha, beta, parallel);
            beta = next / norm;
            norm = next;
            iterations += 1;
            work.alphas.push(alpha);
            // The smallest Ritz value turns the residual into the error; it is worth its cost when the end may be near.
            energy = (norm / smallest).sqrt();
            if energy <= stop.energy {
                smallest = smallest.min(smallest_ritz_value(&work.alphas, &work.betas));
                energy = (norm / smallest).sqrt();
            }
            work.betas.push(beta);
        }
        simd::run(AddScaled {
            alpha,
            p: &work.row_deviation,
            x: &mut work.x,
        });
        if energy > stop.energy && !work.alphas.is_empty() {
            let known = work.betas.len().min(work.alphas.len() - 1);
            smallest = smallest.min(smallest_ritz_value(&work.alphas, &work.betas[..known]));
            energy = (norm / smallest).sqrt();
        }
        Outcome {
            iterations,
            energy,
            smallest,
        }
    }

    /// `x += alpha p; p = z + beta p; exchange = G T_r^-1 G p`; returns `p . exchange`.
    fn row_sweep(&self, work: &mut Workspace, alpha: f64, beta: f64, parallel: bool) -> f64 {
        let positions = self.rows.shape.positions;
        (work.row_deviation.par_chunks_mut(positions))
            .zip(work.x.par_chunks_mut(positions))
            .zip(work.exchange.par_chunks_mut(positions))
            .zip(work.row_sums.par_iter_mut())
            .with_min_len(Self::grain(parallel))
            .enumerate()
            .for_each(|(block, (((p, x), out), sum))| {
                *sum = simd::run(RowSweep {
                    ladder: self.rows.block(block),
                    cells: &self.cells[block * positions..(block + 1) * positions],
                    z: Transposed::new(&work.column_deviation, self.columns.shape.positions, block),
                    alpha,
                    beta,
                    p,
                    x,
                    out,
                });
            });
        work.row_sums.iter().map(|sum| sum.sum()).sum()
    }

    /// `h = r + beta h; r -= alpha (h - exchange); T_c z = r`; returns `r . z` and `z . h`. With `alpha = 1` and `r = h = 0`
    /// it takes the residual from `exchange`.
    fn column_sweep(
        &self,
        work: &mut Workspace,
        alpha: f64,
        beta: f64,
        parallel: bool,
    ) -> (f64, f64) {
        let positions = self.columns.shape.positions;
        (work.residual.par_chunks_mut(positions))
            .zip(work.t_direction.par_chunks_mut(positions))
            .zip(work.column_deviation.par_chunks_mut(positions))
            .zip(work.column_sums.par_iter_mut())
            .with_min_len(Self::grain(parallel))
            .enumerate()
            .for_each(|(block, (((residual, t_direction), z), sum))| {
                *sum = simd::run(ColumnSweep {
                    ladder: self.columns.block(block),
                    exchange: Transposed::new(&work.exchange, self.rows.shape.positions, block),
                    alpha,
                    beta,
                    residual,
                    t_direction,
                    z,
                });
            });
        let norm = work.column_sums.iter().map(|sums| sums.norm.sum()).sum();
        let overlap = work.column_sums.iter().map(|sums| sums.overlap.sum()).sum();
        (norm, overlap)
    }
}

struct RowSolve<'a> {
    ladder: LadderBlock<'a>,
    cells: &'a [Lanes],
    excitation: &'a [Lanes],
    x: &'a [Lanes],
    deviation: &'a mut [Lanes],
    change: &'a mut [Lanes],
    injected: &'a mut [Lanes],
}

impl Kernel for RowSolve<'_> {
    type Output = ();

    #[inline(always)]
    fn run<A: Arithmetic>(self, simd: A) {
        let Self { ladder, .. } = self;
        let positions = self.deviation.len();
        let (cells, excitation) = (&self.cells[..positions], &self.excitation[..positions]);
        let (deviation, x) = (&mut self.deviation[..positions], &self.x[..positions]);
        let (change, injected) = (
            &mut self.change[..positions],
            &mut self.injected[..positions],
        );
        let mut arriving = Arriving::new(simd);
        for k in 0..positions {
            let voltage = simd.sub(simd.load(&excitation[k].0), simd.load(&x[k].0));
            let current = simd.mul(simd.load(&cells[k].0), voltage);
            let current = arriving.step(simd, &ladder, k, current);
            simd.store(current, &mut deviation[k].0);
        }
        let last = positions - 1;
        let mut after = simd.splat(0.0);
        for k in (0..positions).rev() {
            let arrived = simd.load(&deviation[k].0);
            after = if k == last {
                ladder.deviation_at_end(simd, arrived)
            } else {
                ladder.step_back(simd, k, arrived, after).0
            };
            simd.store(after, &mut deviation[k].0);
            let voltage = simd.sub(simd.load(&excitation[k].0), after);
            let current = simd.mul(simd.load(&cells[k].0), voltage);
            let before = simd.load(&injected[k].0);
            simd.store(simd.sub(current, before), &mut change[k].0);
            simd.store(current, &mut injected[k].0);
        }
    }
}

struct ColumnSolve<'a> {
    ladder: LadderBlock<'a>,
    injected: Transposed<'a>,
    deviation: &'a mut [Lanes],
}

impl Kernel for ColumnSolve<'_> {
    type Output = ();

    #[inline(always)]
    fn run<A: Arithmetic>(self, simd: A) {
        let Self {
            ladder,
            injected,
            deviation,
        } = self;
        let last = deviation.len() - 1;
        let mut arriving = Arriving::new(simd);
        injected.for_each(
            simd,
            deviation.len(),
            #[inline(always)]
            |k, current| {
                let current = arriving.step(simd, &ladder, k, current);
                simd.store(current, &mut deviation[k].0);
            },
        );
        let mut after = ladder.deviation_at_end(simd, simd.load(&deviation[last].0));
        simd.store(after, &mut deviation[last].0);
        for k in (0..last).rev() {
            let arrived = simd.load(&deviation[k].0);
            after = ladder.step_back(simd, k, arrived, after).0;
            simd.store(after, &mut deviation[k].0);
        }
    }
}

struct RowSweep<'a> {
    ladder: LadderBlock<'a>,
    cells: &'a [Lanes],
    z: Transposed<'a>,
    alpha: f64,
    beta: f64,
    p: &'a mut [Lanes],
    x: &'a mut [Lanes],
    out: &'a mut [Lanes],
}

impl Kernel for RowSweep<'_> {
    type Output = Lanes;

    #[inline(always)]
    fn run<A: Arithmetic>(self, simd: A) -> Lanes {
        let Self { ladder, z, .. } = self;
        let positions = self.p.len();
        let (cells, p) = (&self.cells[..positions], &mut self.p[..positions]);
        let (x, out) = (&mut self.x[..positions], &mut self.out[..positions]);
        let (alpha, beta) = (simd.splat(self.alpha), simd.splat(self.beta));
        let mut arriving = Arriving::new(simd);
        z.for_each(
            simd,
            positions,
            #[inline(always)]
            |k, z| {
                let before = simd.load(&p[k].0);
                let direction = simd.mul_add(beta, before, z);
                let x = &mut x[k].0;
                simd.store(simd.mul_add(alpha, before, simd.load(x)), x);
                simd.store(direction, &mut p[k].0);
                let current = simd.mul(simd.load(&cells[k].0), direction);
                let current = arriving.step(simd, &ladder, k, current);
                simd.store(current, &mut out[k].0);
            },
        );
        let last = positions - 1;
        let mut after = simd.splat(0.0);
        let mut sum = simd.splat(0.0);
        for k in (0..positions).rev() {
            let arrived = simd.load(&out[k].0);
            after = if k == last {
                ladder.deviation_at_end(simd, arrived)
            } else {
                ladder.step_back(simd, k, arrived, after).0
            };
            let current = simd.mul(simd.load(&cells[k].0), after);
            simd.store(current, &mut out[k].0);
            sum = simd.mul_add(simd.load(&p[k].0), current, sum);
        }
        Lanes::from_vector(simd, sum)
    }
}

/// Sums over one block of columns.
#[derive(Debug, Clone, Copy, Default)]
struct ColumnSums {
    /// `r . z`
    norm: Lanes,
    /// `z . h`
    overlap: Lanes,
}

struct ColumnSweep<'a> {
    ladder: LadderBlock<'a>,
    exchange: Transposed<'a>,
    alpha: f64,
    beta: f64,
    residual: &'a mut [Lanes],
    t_direction: &'a mut [Lanes],
    z: &'a mut [Lanes],
}

impl Kernel for ColumnSweep<'_> {
    type Output = ColumnSums;

    #[inline(always)]
    fn run<A: Arithmetic>(self, simd: A) -> ColumnSums {
        let Self {
            ladder, exchange, ..
        } = self;
        let positions = self.z.len();
        let (residual, z) = (&mut self.residual[..positions], &mut self.z[..positions]);
        let t_direction = &mut self.t_direction[..positions];
        let (alpha, beta) = (simd.splat(self.alpha), simd.splat(self.beta));
        let mut arriving = Arriving::new(simd);
        exchange.for_each(
            simd,
            positions,
            #[inline(always)]
            |k, exchange| {
                let (r, h) = (&mut residual[k].0, &mut t_direction[k].0);
                let before = simd.load(r);
                let direction = simd.mul_add(beta, simd.load(h), before);
                simd.store(direction, h);
                let now = simd.mul_add(alpha, simd.sub(exchange, direction), before);
                simd.store(now, r);
                let current = arriving.step(simd, &ladder, k, now);
                simd.store(current, &mut z[k].0);
            },
        );
        // r . z = sum of f^2 / pivot
        let last = positions - 1;
        let arrived = simd.load(&z[last].0);
        let mut after = ladder.deviation_at_end(simd, arrived);
        let mut norm = simd.mul(after, arrived);
        let mut overlap = simd.mul(after, simd.load(&t_direction[last].0));
        simd.store(after, &mut z[last].0);
        for k in (0..last).rev() {
            let arrived = simd.load(&z[k].0);
            let own;
            (after, own) = ladder.step_back(simd, k, arrived, after);
            norm = simd.mul_add(own, arrived, norm);
            overlap = simd.mul_add(after, simd.load(&t_direction[k].0), overlap);
            simd.store(after, &mut z[k].0);
        }
        ColumnSums {
            norm: Lanes::from_vector(simd, norm),
            overlap: Lanes::from_vector(simd, overlap),
        }
    }
}

/// `x += alpha p`
struct AddScaled<'a> {
    alpha: f64,
    p: &'a [Lanes],
    x: &'a mut [Lanes],
}

impl Kernel for AddScaled<'_> {
    type Output = ();

    #[inline(always)]
    fn run<A: Arithmetic>(self, simd: A) {
        let alpha = simd.splat(self.alpha);
        for (x, p) in self.x.iter_mut().zip(self.p) {
            let sum = simd.mul_add(alpha, simd.load(&p.0), simd.load(&x.0));
            simd.store(sum, &mut x.0);
        }
    }
}
