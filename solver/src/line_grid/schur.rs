//! Conjugate gradients on the column system that is left after eliminating the rows.
//!
//! `S = T_c - G T_r^-1 G` with the preconditioner `T_c`. One iteration is one sweep over all rows and one over all
//! columns; everything else (updates of the vectors, both inner products) is folded into those two sweeps:
//!
//! * the row sweep updates the solution `x` and the direction `p`, solves `T_r`, and forms `p . G T_r^-1 G p`;
//! * the column sweep updates the residual `r` and `h = T_c p` (a recurrence, since `T_c z = r`), solves `T_c z = r`
//!   and forms `r . z` as the sum of `f^2 / pivot`, which is positive term by term;
//! * `p . T_c p` follows from `r . z`, because the residual is orthogonal to the previous direction.
//!
//! Sums run in a fixed order, so results do not depend on the number of threads.

use rayon::prelude::*;

use super::grid::LineGrid;
use super::ladder::{LadderBlock, Ladders};
use super::lanes::{LANES, Lanes, Shape, read_transposed};
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
    column_sums: Vec<Lanes>,
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
            column_sums: vec![Lanes::default(); system.columns.shape.blocks()],
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
    pub max_iterations: usize,
}

/// How the iterations ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outcome {
    pub iterations: usize,
    /// Estimated energy norm of the error.
    pub energy: f64,
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
                    injected: &work.injected,
                    row_positions: self.rows.shape.positions,
                    block,
                    deviation,
                });
            });
    }

    /// Takes the polished column deviations as the new `x`.
    pub(super) fn accept_polished(&self, work: &mut Workspace) {
        let positions = self.rows.shape.positions;
        for (block, x) in work.x.chunks_exact_mut(positions).enumerate() {
            for (other, tile) in x.chunks_mut(LANES).enumerate() {
                let source = read_transposed(
                    &work.column_deviation,
                    self.columns.shape.positions,
                    block,
                    other,
                );
                tile.copy_from_slice(&source[..tile.len()]);
            }
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
        let mut norm = self.column_sweep(work, 1.0, 0.0, parallel);
        let mut t_norm = 0.0; // p . T_c p
        let mut iterations = 0;
        let mut energy = norm.sqrt();
        while energy > stop.energy && iterations < stop.max_iterations {
            let coupling = self.row_sweep(work, alpha, beta, parallel);
            t_norm = norm + beta * beta * t_norm;
            let curvature = t_norm - coupling;
            // At the limit of rounding, or not a number: the caller sees it in the certificate.
            if curvature.is_nan() || curvature <= f64::EPSILON * t_norm {
                alpha = 0.0;
                break;
            }
            alpha = norm / curvature;
            let next = self.column_sweep(work, alpha, beta, parallel);
            beta = next / norm;
            norm = next;
            iterations += 1;
            work.alphas.push(alpha);
            // `S <= T_c`, so the residual bounds the error from below; the smallest Ritz value from above.
            energy = norm.sqrt();
            if energy <= stop.energy {
                energy = (norm / smallest_ritz_value(&work.alphas, &work.betas)).sqrt();
            }
            work.betas.push(beta);
        }
        let p = &work.row_deviation;
        work.x.iter_mut().zip(p).for_each(|(x, p)| {
            for lane in 0..LANES {
                x.0[lane] += alpha * p.0[lane];
            }
        });
        if energy > stop.energy && !work.alphas.is_empty() {
            let known = work.betas.len().min(work.alphas.len() - 1);
            energy = (norm / smallest_ritz_value(&work.alphas, &work.betas[..known])).sqrt();
        }
        Outcome { iterations, energy }
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
                    z: &work.column_deviation,
                    column_positions: self.columns.shape.positions,
                    block,
                    alpha,
                    beta,
                    p,
                    x,
                    out,
                });
            });
        work.row_sums.iter().map(|sum| sum.sum()).sum()
    }

    /// `h = r + beta h; r -= alpha (h - exchange); T_c z = r`; returns `r . z`. With `alpha = 1` and `r = h = 0` it takes
    /// the residual from `exchange`.
    fn column_sweep(&self, work: &mut Workspace, alpha: f64, beta: f64, parallel: bool) -> f64 {
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
                    exchange: &work.exchange,
                    row_positions: self.rows.shape.positions,
                    block,
                    alpha,
                    beta,
                    residual,
                    t_direction,
                    z,
                });
            });
        work.column_sums.iter().map(|sum| sum.sum()).sum()
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
    fn run<A: Arithmetic>(self) {
        let Self {
            ladder,
            cells,
            excitation,
            x,
            deviation,
            change,
            injected,
        } = self;
        for (k, value) in deviation.iter_mut().enumerate() {
            for lane in 0..LANES {
                value.0[lane] = cells[k].0[lane] * (excitation[k].0[lane] - x[k].0[lane]);
            }
        }
        ladder.solve::<A>(deviation);
        for k in 0..deviation.len() {
            for lane in 0..LANES {
                let current = cells[k].0[lane] * (excitation[k].0[lane] - deviation[k].0[lane]);
                change[k].0[lane] = current - injected[k].0[lane];
                injected[k].0[lane] = current;
            }
        }
    }
}

struct ColumnSolve<'a> {
    ladder: LadderBlock<'a>,
    injected: &'a [Lanes],
    row_positions: usize,
    block: usize,
    deviation: &'a mut [Lanes],
}

impl Kernel for ColumnSolve<'_> {
    type Output = ();

    #[inline(always)]
    fn run<A: Arithmetic>(self) {
        for (other, tile) in self.deviation.chunks_mut(LANES).enumerate() {
            let injected = read_transposed(self.injected, self.row_positions, self.block, other);
            tile.copy_from_slice(&injected[..tile.len()]);
        }
        self.ladder.solve::<A>(self.deviation);
    }
}

struct RowSweep<'a> {
    ladder: LadderBlock<'a>,
    cells: &'a [Lanes],
    z: &'a [Lanes],
    column_positions: usize,
    block: usize,
    alpha: f64,
    beta: f64,
    p: &'a mut [Lanes],
    x: &'a mut [Lanes],
    out: &'a mut [Lanes],
}

impl Kernel for RowSweep<'_> {
    type Output = Lanes;

    #[inline(always)]
    fn run<A: Arithmetic>(self) -> Lanes {
        let Self {
            ladder,
            cells,
            z,
            column_positions,
            block,
            alpha,
            beta,
            p,
            x,
            out,
        } = self;
        let positions = p.len();
        let mut carried = Lanes::default();
        for (other, p_tile) in p.chunks_mut(LANES).enumerate() {
            let first = other * LANES;
            let tile = read_transposed(z, column_positions, block, other);
            for (offset, p) in p_tile.iter_mut().enumerate() {
                let k = first + offset;
                let (x, out) = (&mut x[k], &mut out[k]);
                for lane in 0..LANES {
                    x.0[lane] = A::mul_add(alpha, p.0[lane], x.0[lane]);
                    p.0[lane] = A::mul_add(beta, p.0[lane], tile[offset].0[lane]);
                    out.0[lane] = A::mul_add(cells[k].0[lane], p.0[lane], carried.0[lane]);
                    carried.0[lane] = ladder.ratio[k].0[lane] * out.0[lane];
                }
            }
        }
        let mut sum = Lanes::default();
        let mut deviation = ladder.deviation_at_end(&out[positions - 1]);
        for k in (0..positions).rev() {
            if k + 1 < positions {
                deviation = ladder.step_back::<A>(k, &out[k], &deviation);
            }
            for lane in 0..LANES {
                let current = cells[k].0[lane] * deviation.0[lane];
                out[k].0[lane] = current;
                sum.0[lane] = A::mul_add(p[k].0[lane], current, sum.0[lane]);
            }
        }
        sum
    }
}

struct ColumnSweep<'a> {
    ladder: LadderBlock<'a>,
    exchange: &'a [Lanes],
    row_positions: usize,
    block: usize,
    alpha: f64,
    beta: f64,
    residual: &'a mut [Lanes],
    t_direction: &'a mut [Lanes],
    z: &'a mut [Lanes],
}

impl Kernel for ColumnSweep<'_> {
    type Output = Lanes;

    #[inline(always)]
    fn run<A: Arithmetic>(self) -> Lanes {
        let Self {
            ladder,
            exchange,
            row_positions,
            block,
            alpha,
            beta,
            residual,
            t_direction,
            z,
        } = self;
        let positions = z.len();
        let mut carried = Lanes::default();
        for (other, z_tile) in z.chunks_mut(LANES).enumerate() {
            let first = other * LANES;
            let tile = read_transposed(exchange, row_positions, block, other);
            for (offset, z) in z_tile.iter_mut().enumerate() {
                let k = first + offset;
                let (r, h) = (&mut residual[k], &mut t_direction[k]);
                for lane in 0..LANES {
                    h.0[lane] = A::mul_add(beta, h.0[lane], r.0[lane]);
                    r.0[lane] = A::mul_add(alpha, tile[offset].0[lane] - h.0[lane], r.0[lane]);
                    z.0[lane] = r.0[lane] + carried.0[lane];
                    carried.0[lane] = ladder.ratio[k].0[lane] * z.0[lane];
                }
            }
        }
        // r . z = sum of f^2 / pivot
        let mut sum = Lanes::default();
        let last = positions - 1;
        let mut deviation = ladder.deviation_at_end(&z[last]);
        for lane in 0..LANES {
            sum.0[lane] = deviation.0[lane] * z[last].0[lane];
        }
        z[last] = deviation;
        for k in (0..last).rev() {
            let f = z[k];
            let segment = ladder.segment(k);
            deviation = ladder.step_back::<A>(k, &f, &deviation);
            for lane in 0..LANES {
                let inverse_pivot = segment.0[lane] * ladder.ratio[k].0[lane];
                sum.0[lane] = A::mul_add(inverse_pivot * f.0[lane], f.0[lane], sum.0[lane]);
            }
            z[k] = deviation;
        }
        sum
    }
}
