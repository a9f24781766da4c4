//! One point of the array: evaluating its cells, and one step of Newton's method from there.

use rayon::prelude::*;

use super::super::ladder::LadderSolve;
use super::super::lanes::{LANES, Lanes, Transpose, Transposed};
use super::super::terminals::{Profile, Terminals};
use super::cells::Cells;
use super::fields::{AddProduct, AddScaledDifference, Scale, Spread};
use super::gmres::Gmres;
use super::tangent::Tangent;
use crate::simd;

/// Where an array is: the deviations of its lines and what its cells remember. A solve starts here and leaves its result here.
#[derive(Debug, Clone)]
pub struct ArrayPoint<M> {
    pub(super) memory: Vec<M>,
    /// A row field, as all that is called `row_`; `column_` are column fields.
    pub(super) row_deviation: Vec<Lanes>,
    pub(super) column_deviation: Vec<Lanes>,
    pub(super) row_currents: Vec<Lanes>,
    pub(super) column_currents: Vec<Lanes>,
    /// `L d`: what the wires carry to each crossing.
    pub(super) row_supply: Vec<Lanes>,
    pub(super) column_supply: Vec<Lanes>,
    pub(super) tangent: Tangent,
    gmres: Gmres,
    /// Change of the deviations and supplies that a full step makes.
    row_step: Vec<Lanes>,
    column_step: Vec<Lanes>,
    row_supply_step: Vec<Lanes>,
    column_supply_step: Vec<Lanes>,
    /// Scratch.
    exchange: Vec<Lanes>,
    other_exchange: Vec<Lanes>,
    correction: Vec<Lanes>,
}

/// What an evaluation says of a point.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Residual {
    /// Sum of squares of the imbalances, A^2.
    pub squares: f64,
    /// Sum of their magnitudes, A.
    pub total: f64,
    /// Sum over all cells of the current's magnitude, A.
    pub flow: f64,
    /// Largest current of a cell, A.
    pub largest: f64,
    /// Largest total current of a line, A.
    pub line: f64,
    /// Power into all cells, W.
    pub power: f64,
    /// Largest current of a cell without any drop along the wires, estimated with its present conductance, A.
    pub undropped: f64,
}

impl Residual {
    fn join(self, other: Self) -> Self {
        Self {
            squares: self.squares + other.squares,
            total: self.total + other.total,
            flow: self.flow + other.flow,
            largest: self.largest.max(other.largest),
            line: self.line.max(other.line),
            power: self.power + other.power,
            undropped: self.undropped.max(other.undropped),
        }
    }
}

impl<M: Clone + Default + Send + Sync> ArrayPoint<M> {
    pub(super) fn new(tangent: Tangent, crossings: usize) -> Self {
        let row = vec![Lanes::default(); tangent.row_by_row.len()];
        let column = vec![Lanes::default(); tangent.column_by_column.len()];
        Self {
            memory: vec![M::default(); crossings],
            row_deviation: row.clone(),
            column_deviation: column.clone(),
            row_currents: row.clone(),
            column_currents: column.clone(),
            row_supply: row.clone(),
            column_supply: column.clone(),
            tangent,
            gmres: Gmres::default(),
            row_step: row.clone(),
            column_step: column.clone(),
            row_supply_step: row.clone(),
            column_supply_step: column.clone(),
            exchange: row.clone(),
            other_exchange: row,
            correction: column,
        }
    }

    /// What the cells remember, row by row.
    pub fn memory(&self) -> &[M] {
        &self.memory
    }

    /// What the cells remember, row by row.
    pub fn memory_mut(&mut self) -> &mut [M] {
        &mut self.memory
    }

    /// Forgets the deviations, not what the cells remember.
    pub(super) fn rest(&mut self) {
        for field in [
            &mut self.row_deviation,
            &mut self.column_deviation,
            &mut self.row_supply,
            &mut self.column_supply,
        ] {
            field.fill(Lanes::default());
        }
    }

    /// Goes to where `other`, a point of the same array, is.
    pub(super) fn go_to(&mut self, other: &Self) {
        self.memory.clone_from_slice(&other.memory);
        for (field, kept) in [
            (&mut self.row_deviation, &other.row_deviation),
            (&mut self.column_deviation, &other.column_deviation),
            (&mut self.row_supply, &other.row_supply),
            (&mut self.column_supply, &other.column_supply),
        ] {
            field.copy_from_slice(kept);
        }
    }

    /// Evaluates all cells at the present deviations.
    pub(super) fn evaluate<C: Cells<Memory = M>>(
        &mut self,
        cells: &C,
        terminals: &Terminals,
        (row_profile, column_profile): &(Profile, Profile),
        spread: Spread,
    ) -> Residual {
        let shape = self.tangent.rows.shape;
        let (along_rows, along_columns) = (shape.positions, self.tangent.columns.shape.positions);
        let column_deviation = &self.column_deviation;
        let blocks = (self.row_currents.par_chunks_mut(along_rows))
            .zip(self.tangent.row_by_row.par_chunks_mut(along_rows))
            .zip(self.tangent.row_by_column.par_chunks_mut(along_rows))
            .zip(self.tangent.column_by_row.par_chunks_mut(along_rows))
            .zip(self.exchange.par_chunks_mut(along_rows))
            .zip(self.other_exchange.par_chunks_mut(along_rows))
            .zip(self.memory.par_chunks_mut(LANES * along_rows))
            .zip(self.row_deviation.par_chunks(along_rows))
            .zip(self.row_supply.par_chunks(along_rows))
            .with_min_len(spread.grain(along_rows));
        let row_sums: Vec<Residual> = blocks
            .enumerate()
            .map(|(block, parts)| {
                let ((((parts, by_columns), memory), drop), supply) = parts;
                let ((((out_of_rows, a), b), c), into_columns) = parts;
                simd::run(Transpose {
                    source: Transposed::new(column_deviation, along_columns, block),
                    target: into_columns,
                });
                let mut sums = Residual::default();
                for lane in 0..LANES.min(shape.lines - block * LANES) {
                    let row = block * LANES + lane;
                    let mut line = 0.0;
                    let memory = &mut memory[lane * along_rows..(lane + 1) * along_rows];
                    for (column, memory) in memory.iter_mut().enumerate() {
                        let profile = (
                            terminals.rows.voltage(row_profile, row, column),
                            terminals.columns.voltage(column_profile, column, row),
                        );
                        let v_row = profile.0 - drop[column].0[lane];
                        let v_column = profile.1 + into_columns[column].0[lane];
                        let branch = cells.branch((row, column), v_row, v_column, memory);
                        out_of_rows[column].0[lane] = branch.row_current;
                        a[column].0[lane] = branch.row_by_row;
                        b[column].0[lane] = -branch.row_by_column;
                        c[column].0[lane] = branch.column_by_row;
                        into_columns[column].0[lane] = branch.column_current;
                        by_columns[column].0[lane] = -branch.column_by_column;
                        let imbalance = branch.row_current - supply[column].0[lane];
                        sums.squares += imbalance * imbalance;
                        sums.total += imbalance.abs();
                        sums.flow += branch.row_current.abs();
                        sums.largest = sums
                            .largest
                            .max(branch.row_current.abs())
                            .max(branch.column_current.abs());
                        sums.power += branch.row_current * v_row - branch.column_current * v_column;
                        let bare = branch.row_by_row * (profile.0 - profile.1).abs();
                        sums.undropped = sums.undropped.max(bare);
                        line += branch.row_current;
                    }
                    sums.line = sums.line.max(f64::abs(line));
                }
                sums
            })
            .collect();
        let (currents, by_columns) = (&self.exchange, &self.other_exchange);
        let column_sums: Vec<Residual> = (self.column_currents.par_chunks_mut(along_columns))
            .zip(self.tangent.column_by_column.par_chunks_mut(along_columns))
            .zip(self.column_supply.par_chunks(along_columns))
            .with_min_len(spread.grain(along_columns))
            .enumerate()
            .map(|(block, ((into_columns, d), supply))| {
                for (source, target) in [(currents, &mut *into_columns), (by_columns, d)] {
                    simd::run(Transpose {
                        source: Transposed::new(source, along_rows, block),
                        target,
                    });
                }
                let mut sums = Residual::default();
                let mut lines = Lanes::default();
                for (current, supply) in into_columns.iter().zip(supply) {
                    for lane in 0..LANES {
                        let imbalance = current.0[lane] - supply.0[lane];
                        sums.squares += imbalance * imbalance;
                        sums.total += imbalance.abs();
                        lines.0[lane] += current.0[lane];
                    }
                }
                sums.line = lines.0.iter().fold(0.0, |a: f64, line| a.max(line.abs()));
                sums
            })
            .collect();
        row_sums
            .into_iter()
            .chain(column_sums)
            .fold(Residual::default(), Residual::join)
    }

    /// Finds the full step of Newton's method from the present point; returns the iterations of the linear solver, `None` when it
    /// did not converge. `tolerance` is relative to the present residual.
    pub(super) fn find_step(&mut self, tolerance: f64, spread: Spread) -> Option<usize> {
        self.tangent.factor(spread);
        // The rows' answer to the present columns, then the columns' answer to that: b = T_c^-1(...) - d_c.
        self.solve_rows(None, spread);
        self.solve_columns(spread);
        let outcome = {
            let Self {
                gmres,
                tangent,
                column_step,
                correction,
                exchange,
                ..
            } = self;
            gmres.solve(
                tangent,
                (column_step, correction, exchange),
                tolerance,
                spread,
            )
        };
        if !outcome.converged {
            return None;
        }
        let correction = std::mem::take(&mut self.correction);
        self.solve_rows(Some(&correction), spread);
        self.correction = correction;
        self.solve_columns(spread);
        Some(outcome.iterations)
    }

    /// The rows for columns that have moved by `column_move`: fills the rows' steps, and `exchange` with what the columns see of them.
    fn solve_rows(&mut self, column_move: Option<&[Lanes]>, spread: Spread) {
        let tangent = &self.tangent;
        let (along_rows, along_columns) = (
            tangent.rows.shape.positions,
            tangent.columns.shape.positions,
        );
        (self.row_step.par_chunks_mut(along_rows))
            .zip(self.row_supply_step.par_chunks_mut(along_rows))
            .zip(self.exchange.par_chunks_mut(along_rows))
            .zip(self.row_currents.par_chunks(along_rows))
            .zip(self.row_deviation.par_chunks(along_rows))
            .zip(self.row_supply.par_chunks(along_rows))
            .with_min_len(spread.grain(along_rows))
            .enumerate()
            .for_each(
                |(block, (((((step, supply_step), exchange), current), deviation), supply))| {
                    let span = block * along_rows..(block + 1) * along_rows;
                    let a = &tangent.row_by_row[span.clone()];
                    // What the cells would draw if the rows stood still: i_r - B (change of d_c).
                    if let Some(column_move) = column_move {
                        simd::run(Transpose {
                            source: Transposed::new(column_move, along_columns, block),
                            target: exchange,
                        });
                        simd::run(Scale {
                            factor: &tangent.row_by_column[span.clone()],
                            target: exchange,
                        });
                        for ((out, current), drawn) in
                            supply_step.iter_mut().zip(current).zip(exchange.iter())
                        {
                            for lane in 0..LANES {
                                out.0[lane] = current.0[lane] - drawn.0[lane];
                            }
                        }
                    } else {
                        supply_step.copy_from_slice(current);
                    }
                    step.copy_from_slice(supply_step);
                    simd::run(AddProduct {
                        factor: a,
                        a: deviation,
                        target: step,
                    });
                    simd::run(LadderSolve {
                        ladder: tangent.rows.block(block),
                        field: step,
                    });
                    // `step` holds the new deviation: what the wires supply there, and what the columns see of the change.
                    simd::run(AddScaledDifference {
                        factor: a,
                        a: deviation,
                        b: step,
                        target: supply_step,
                    });
                    exchange.fill(Lanes::default());
                    simd::run(AddScaledDifference {
                        factor: &tangent.column_by_row[span],
                        a: deviation,
                        b: step,
                        target: exchange,
                    });
                    subtract(step, deviation);
                    subtract(supply_step, supply);
                },
            );
    }

    /// The columns for what the rows hand over in `exchange`: fills the columns' steps.
    fn solve_columns(&mut self, spread: Spread) {
        let tangent = &self.tangent;
        let (along_rows, along_columns) = (
            tangent.rows.shape.positions,
            tangent.columns.shape.positions,
        );
        let exchange = &self.exchange;
        (self.column_step.par_chunks_mut(along_columns))
            .zip(self.column_supply_step.par_chunks_mut(along_columns))
            .zip(self.column_currents.par_chunks(along_columns))
            .zip(self.column_deviation.par_chunks(along_columns))
            .zip(self.column_supply.par_chunks(along_columns))
            .with_min_len(spread.grain(along_columns))
            .enumerate()
            .for_each(
                |(block, ((((step, supply_step), current), deviation), supply))| {
                    let span = block * along_columns..(block + 1) * along_columns;
                    let d = &tangent.column_by_column[span];
                    simd::run(Transpose {
                        source: Transposed::new(exchange, along_rows, block),
                        target: supply_step,
                    });
                    for (out, current) in supply_step.iter_mut().zip(current) {
                        for lane in 0..LANES {
                            out.0[lane] += current.0[lane];
                        }
                    }
                    step.copy_from_slice(supply_step);
                    simd::run(AddProduct {
                        factor: d,
                        a: deviation,
                        target: step,
                    });
                    simd::run(LadderSolve {
                        ladder: tangent.columns.block(block),
                        field: step,
                    });
                    simd::run(AddScaledDifference {
                        factor: d,
                        a: deviation,
                        b: step,
                        target: supply_step,
                    });
                    subtract(step, deviation);
                    subtract(supply_step, supply);
                },
            );
    }

    /// Goes a part of the step, back if it is negative.
    pub(super) fn advance(&mut self, part: f64) {
        for (field, step) in [
            (&mut self.row_deviation, &self.row_step),
            (&mut self.column_deviation, &self.column_step),
            (&mut self.row_supply, &self.row_supply_step),
            (&mut self.column_supply, &self.column_supply_step),
        ] {
            for (value, step) in field.iter_mut().zip(step) {
                for lane in 0..LANES {
                    value.0[lane] += part * step.0[lane];
                }
            }
        }
    }
}

/// `target -= other`
fn subtract(target: &mut [Lanes], other: &[Lanes]) {
    for (value, other) in target.iter_mut().zip(other) {
        for lane in 0..LANES {
            value.0[lane] -= other.0[lane];
        }
    }
}
