//! How currents at the ends of the lines answer when potentials there, or of gates, move: solutions of the linearised equations.
//!
//! With the derivatives of the [parent module](super), let a potential move by 1 V and let `f_r`, `f_c` be what that alone would add to the
//! currents out of the rows and into the columns, all deviations held. The deviations follow by
//!
//! ```text
//! T_r d_r + B d_c = f_r          C d_r + T_c d_c = f_c
//! ```
//!
//! and the wires then carry `f_r - A d_r - B d_c` more out of each row and `f_c - C d_r - D d_c` more into each column.

use rayon::prelude::*;

use super::super::error::GridError;
use super::super::ladder::LadderSolve;
use super::super::lanes::{LANES, Lanes, Shape, Transpose, Transposed};
use super::fields::{Scale, Spread};
use super::gmres::Gmres;
use super::newton::ArrayPoint;
use super::tangent::Tangent;
use crate::simd;

/// Reduction of the residual of each response.
const TOLERANCE: f64 = 1e-9;

/// Cells with more than two terminals: gates on lines of their own, and a common bulk.
pub(in super::super) struct Controls<'a> {
    /// Number of gate lines.
    pub gates: usize,
    /// The gate line of each cell, row by row.
    pub gate_line: &'a [usize],
    /// `[terminal][potential]` of each cell in the order row, column, gate, bulk: derivatives of the currents into the cell, S.
    pub conductance: &'a [[[f64; 4]; 4]],
}

impl Controls<'_> {
    /// The column of the cells' matrices that moves with control `control`, and whether cell `index` is at it.
    fn column(&self, control: usize, index: usize) -> Option<usize> {
        if control == self.gates {
            Some(3)
        } else {
            (self.gate_line[index] == control).then_some(2)
        }
    }
}

/// What one thread needs for its responses.
struct Work {
    gmres: Gmres,
    /// `f_r` and `f_c`.
    rows: Vec<Lanes>,
    columns: Vec<Lanes>,
    row_deviation: Vec<Lanes>,
    column_deviation: Vec<Lanes>,
    /// What the wires carry more.
    row_flow: Vec<Lanes>,
    column_flow: Vec<Lanes>,
    exchange: Vec<Lanes>,
    side: Vec<Lanes>,
}

impl Work {
    fn new(tangent: &Tangent) -> Self {
        let row = vec![Lanes::default(); tangent.row_by_row.len()];
        let column = vec![Lanes::default(); tangent.column_by_column.len()];
        Self {
            gmres: Gmres::default(),
            rows: row.clone(),
            columns: column.clone(),
            row_deviation: row.clone(),
            column_deviation: column.clone(),
            row_flow: row.clone(),
            column_flow: column.clone(),
            exchange: row,
            side: column,
        }
    }

    /// Solves for the deviations and flows that `rows` and `columns` cause; whether the iteration converged.
    fn solve(&mut self, tangent: &Tangent) -> bool {
        let spread = Spread(false);
        self.row_deviation.copy_from_slice(&self.rows);
        solve_rows(tangent, &mut self.row_deviation);
        self.hand_over(tangent);
        self.side.copy_from_slice(&self.column_flow);
        solve_columns(tangent, &mut self.side);
        let fields = (
            &self.side[..],
            &mut self.column_deviation[..],
            &mut self.exchange[..],
        );
        let outcome = self.gmres.solve(tangent, fields, TOLERANCE, spread);
        // The rows for these columns, and the columns for those rows.
        for block in 0..tangent.rows.shape.blocks() {
            let (along, span) = rows_of(tangent, block);
            simd::run(Transpose {
                source: Transposed::new(&self.column_deviation, along, block),
                target: &mut self.exchange[span],
            });
        }
        let drawn = tangent.row_by_column.iter().zip(&self.exchange);
        for ((flow, push), (b, d)) in self.row_flow.iter_mut().zip(&self.rows).zip(drawn) {
            for lane in 0..LANES {
                flow.0[lane] = push.0[lane] - b.0[lane] * d.0[lane];
            }
        }
        self.row_deviation.copy_from_slice(&self.row_flow);
        solve_rows(tangent, &mut self.row_deviation);
        subtract_product(&tangent.row_by_row, &self.row_deviation, &mut self.row_flow);
        self.hand_over(tangent);
        self.column_deviation.copy_from_slice(&self.column_flow);
        solve_columns(tangent, &mut self.column_deviation);
        let d = &tangent.column_by_column;
        subtract_product(d, &self.column_deviation, &mut self.column_flow);
        outcome.converged
    }

    /// `column_flow = f_c - C d_r`
    fn hand_over(&mut self, tangent: &Tangent) {
        self.exchange.copy_from_slice(&self.row_deviation);
        simd::run(Scale {
            factor: &tangent.column_by_row,
            target: &mut self.exchange,
        });
        let along_rows = tangent.rows.shape.positions;
        let along_columns = tangent.columns.shape.positions;
        for block in 0..tangent.columns.shape.blocks() {
            simd::run(Transpose {
                source: Transposed::new(&self.exchange, along_rows, block),
                target: &mut self.column_flow[block * along_columns..(block + 1) * along_columns],
            });
        }
        for (flow, push) in self.column_flow.iter_mut().zip(&self.columns) {
            for lane in 0..LANES {
                flow.0[lane] = push.0[lane] - flow.0[lane];
            }
        }
    }

    /// Fills in what moving port `port` by 1 V pushes: rows, columns, gates, bulk.
    fn push(&mut self, tangent: &Tangent, port: usize, controls: Option<&Controls<'_>>) {
        self.rows.fill(Lanes::default());
        self.columns.fill(Lanes::default());
        let (rows, columns) = (tangent.rows.shape, tangent.columns.shape);
        if port < rows.lines {
            for column in 0..columns.lines {
                let a = rows.at(&tangent.row_by_row, port, column);
                let c = rows.at(&tangent.column_by_row, port, column);
                put(&mut self.rows, rows, (port, column), a);
                put(&mut self.columns, columns, (column, port), c);
            }
        } else if port < rows.lines + columns.lines {
            let column = port - rows.lines;
            for row in 0..rows.lines {
                let b = rows.at(&tangent.row_by_column, row, column);
                let d = columns.at(&tangent.column_by_column, column, row);
                put(&mut self.rows, rows, (row, column), -b);
                put(&mut self.columns, columns, (column, row), -d);
            }
        } else if let Some(controls) = controls {
            let control = port - rows.lines - columns.lines;
            for (index, cell) in controls.conductance.iter().enumerate() {
                let Some(moved) = controls.column(control, index) else {
                    continue;
                };
                let (row, column) = (index / columns.lines, index % columns.lines);
                put(&mut self.rows, rows, (row, column), cell[0][moved]);
                put(&mut self.columns, columns, (column, row), -cell[1][moved]);
            }
        }
    }

    /// Current into every port for the solution, with port `port` moved by 1 V.
    fn currents(
        &self,
        tangent: &Tangent,
        port: usize,
        controls: Option<&Controls<'_>>,
    ) -> Vec<f64> {
        let (rows, columns) = (tangent.rows.shape, tangent.columns.shape);
        let mut currents: Vec<f64> = (0..rows.lines)
            .map(|row| rows.along(&self.row_flow, row).sum())
            .collect();
        currents.extend((0..columns.lines).map(|column| {
            let into: f64 = columns.along(&self.column_flow, column).sum();
            -into
        }));
        let Some(controls) = controls else {
            return currents;
        };
        let first = currents.len();
        currents.resize(first + controls.gates + 1, 0.0);
        let moves = |line: usize| f64::from(u8::from(port == line));
        for (index, cell) in controls.conductance.iter().enumerate() {
            let (row, column) = (index / columns.lines, index % columns.lines);
            let gate = controls.gate_line[index];
            let potentials = [
                moves(row) - rows.at(&self.row_deviation, row, column),
                moves(rows.lines + column) + columns.at(&self.column_deviation, column, row),
                moves(first + gate),
                moves(first + controls.gates),
            ];
            let into = |terminal: usize| -> f64 {
                let terms = cell[terminal].iter().zip(potentials);
                terms.map(|(g, v)| g * v).sum()
            };
            currents[first + gate] += into(2);
            currents[first + controls.gates] += into(3);
        }
        currents
    }
}

fn put(field: &mut [Lanes], shape: Shape, (line, position): (usize, usize), value: f64) {
    field[line / LANES * shape.positions + position].0[line % LANES] = value;
}

/// Lines of the other family and the span of a block of rows in a row field.
fn rows_of(tangent: &Tangent, block: usize) -> (usize, std::ops::Range<usize>) {
    let along_rows = tangent.rows.shape.positions;
    let span = block * along_rows..(block + 1) * along_rows;
    (tangent.columns.shape.positions, span)
}

fn solve_rows(tangent: &Tangent, field: &mut [Lanes]) {
    let blocks = field.chunks_exact_mut(tangent.rows.shape.positions);
    for (block, field) in blocks.enumerate() {
        let ladder = tangent.rows.block(block);
        simd::run(LadderSolve { ladder, field });
    }
}

fn solve_columns(tangent: &Tangent, field: &mut [Lanes]) {
    let blocks = field.chunks_exact_mut(tangent.columns.shape.positions);
    for (block, field) in blocks.enumerate() {
        let ladder = tangent.columns.block(block);
        simd::run(LadderSolve { ladder, field });
    }
}

/// `target -= factor * a`
fn subtract_product(factor: &[Lanes], a: &[Lanes], target: &mut [Lanes]) {
    for ((target, factor), a) in target.iter_mut().zip(factor).zip(a) {
        for lane in 0..LANES {
            target.0[lane] -= factor.0[lane] * a.0[lane];
        }
    }
}

impl<M: Clone + Default + Send + Sync> ArrayPoint<M> {
    /// Currents into all rows at their ends and out of all columns at theirs, A, as the last evaluation left them: where each line has one
    /// terminal, these are the terminals' currents.
    pub(in super::super) fn line_currents(&self, into: &mut [f64]) {
        let (rows, columns) = (self.tangent.rows.shape, self.tangent.columns.shape);
        let (of_rows, of_columns) = into.split_at_mut(rows.lines);
        for (line, current) in of_rows.iter_mut().enumerate() {
            *current = rows.along(&self.row_currents, line).sum();
        }
        for (line, current) in of_columns.iter_mut().enumerate().take(columns.lines) {
            let into: f64 = columns.along(&self.column_currents, line).sum();
            *current = -into;
        }
    }

    /// Derivatives of the currents into all ports by the potentials of those that are `wanted`, S, around the last evaluation: for each
    /// wanted port, one number for every port. Ports are rows, columns, gates, bulk; each line has one terminal, without resistance.
    ///
    /// # Errors
    /// [`GridError::NotConverged`].
    pub(in super::super) fn port_conductances(
        &mut self,
        controls: Option<&Controls<'_>>,
        wanted: &[usize],
    ) -> Result<Vec<Vec<f64>>, GridError> {
        self.tangent.factor(Spread(false));
        let tangent = &self.tangent;
        let respond = |work: &mut Work, &port: &usize| {
            work.push(tangent, port, controls);
            if work.solve(tangent) {
                Ok(work.currents(tangent, port, controls))
            } else {
                Err(GridError::NotConverged {
                    input: port,
                    iterations: 0,
                    method: "GMRES for the port conductances",
                    kcl_relative: f64::NAN,
                    output_error: f64::NAN,
                    tolerance: TOLERANCE,
                    advice: "check the cells' parameters",
                })
            }
        };
        wanted
            .par_iter()
            .with_min_len(8)
            .map_init(|| Work::new(tangent), respond)
            .collect()
    }
}
