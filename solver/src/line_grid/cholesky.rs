//! The direct method: the whole system of both families, factored.
//!
//! Unknowns are the row deviations and the negated column deviations, so that the matrix is that of a resistive network:
//! symmetric, positive definite, with negative off-diagonal entries. Crossings that zero resistance joins share an unknown, and
//! those held by a terminal of zero resistance have none. The order is a geometric nested dissection.

use nalgebra_sparse::{CooMatrix, CscMatrix};

use super::GridError;
use super::grid::LineGrid;
use super::lines::Side;
use crate::sparse::SparseCholesky;

/// No unknown: the deviation is zero.
const HELD: usize = usize::MAX;

/// The factored system of one array.
#[derive(Debug)]
pub(super) struct Cholesky {
    factor: SparseCholesky,
    /// Unknown of each crossing's column node, row-major.
    column_unknown: Vec<usize>,
}

impl Cholesky {
    pub(super) fn new(grid: &LineGrid) -> Result<Self, GridError> {
        let (rows, columns) = (grid.rows(), grid.columns());
        let mut order = Vec::with_capacity(2 * rows * columns);
        dissect(
            Region {
                rows: 0..rows,
                columns: 0..columns,
                row_nodes_from: 0,
                column_nodes_from: 0,
            },
            &mut order,
        );
        let mut rank = vec![0; 2 * rows * columns];
        for (position, &node) in order.iter().enumerate() {
            rank[node_index(node, columns, rows * columns)] = position;
        }
        let (row_rank, column_rank) = rank.split_at(rows * columns);
        let mut unknown_of_rank = vec![HELD; 2 * rows * columns];
        let row_joined = joined(grid, Side::Row, row_rank);
        let column_joined = joined(grid, Side::Column, column_rank);
        for &rank in row_joined
            .iter()
            .chain(&column_joined)
            .filter(|&&rank| rank != HELD)
        {
            unknown_of_rank[rank] = 0;
        }
        let mut count = 0;
        for unknown in unknown_of_rank.iter_mut().filter(|unknown| **unknown == 0) {
            *unknown = count;
            count += 1;
        }
        let number = |joined: Vec<usize>| -> Vec<usize> {
            joined
                .into_iter()
                .map(|rank| {
                    if rank == HELD {
                        HELD
                    } else {
                        unknown_of_rank[rank]
                    }
                })
                .collect()
        };
        let (row_unknown, column_unknown) = (number(row_joined), number(column_joined));
        let matrix = assemble(grid, count, &row_unknown, &column_unknown);
        let factor =
            SparseCholesky::new(&matrix).map_err(|reason| GridError::Factorisation { reason })?;
        Ok(Self {
            factor,
            column_unknown,
        })
    }

    /// Number of unknowns: the length of one right-hand side.
    pub(super) fn order(&self) -> usize {
        self.factor.order()
    }

    /// Adds a residual of the column system at a crossing, in ampere, to a right-hand side.
    pub(super) fn inject(&self, side: &mut [f64], crossing: usize, residual: f64) {
        let unknown = self.column_unknown[crossing];
        if unknown != HELD {
            side[unknown] -= residual;
        }
    }

    /// Solves blocks of right-hand sides in place.
    pub(super) fn solve_in_place(&self, sides: &mut [f64]) {
        self.factor.solve_in_place(sides);
    }

    /// The column deviation at a crossing.
    pub(super) fn column_deviation(&self, solution: &[f64], crossing: usize) -> f64 {
        match self.column_unknown[crossing] {
            HELD => 0.0,
            unknown => -solution[unknown],
        }
    }
}

/// The matrix of branch conductances; its upper triangle only.
fn assemble(
    grid: &LineGrid,
    order: usize,
    row_unknown: &[usize],
    column_unknown: &[usize],
) -> CscMatrix<f64> {
    let columns = grid.columns();
    let mut matrix = CooMatrix::new(order, order);
    let mut branch = |a: usize, b: usize, conductance: f64| {
        if a == b || conductance == 0.0 {
            return;
        }
        for node in [a, b] {
            if node != HELD {
                matrix.push(node, node, conductance);
            }
        }
        if a != HELD && b != HELD {
            matrix.push(a.min(b), a.max(b), -conductance);
        }
    };
    for (crossing, &conductance) in grid.conductance().iter().enumerate() {
        branch(row_unknown[crossing], column_unknown[crossing], conductance);
    }
    for (side, unknown) in [(Side::Row, row_unknown), (Side::Column, column_unknown)] {
        let (lines, positions) = grid.shape(side);
        let wires = grid.lines(side);
        let at = |line, position| unknown[crossing(side, line, position, columns)];
        for line in 0..lines {
            branch(at(line, 0), HELD, 1.0 / wires.start[line].resistance());
            branch(
                at(line, positions - 1),
                HELD,
                1.0 / wires.end[line].resistance(),
            );
            for position in 0..positions - 1 {
                let resistance = wires.segment(line, position, positions);
                // Nodes joined by zero resistance are one unknown: `branch` skips them.
                branch(at(line, position), at(line, position + 1), 1.0 / resistance);
            }
        }
    }
    CscMatrix::from(&matrix)
}

fn crossing(side: Side, line: usize, position: usize, columns: usize) -> usize {
    match side {
        Side::Row => line * columns + position,
        Side::Column => position * columns + line,
    }
}

/// For each crossing (row-major) of one family, the largest rank among the nodes that zero resistance joins to it, or [`HELD`].
fn joined(grid: &LineGrid, side: Side, rank: &[usize]) -> Vec<usize> {
    let (lines, positions) = grid.shape(side);
    let wires = grid.lines(side);
    let mut joined = vec![HELD; lines * positions];
    for line in 0..lines {
        let at = |position| crossing(side, line, position, grid.columns());
        let mut first = 0;
        for position in 0..positions {
            if position + 1 < positions && wires.segment(line, position, positions) == 0.0 {
                continue;
            }
            let held = (first == 0 && wires.start[line].resistance() == 0.0)
                || (position + 1 == positions && wires.end[line].resistance() == 0.0);
            if !held {
                let largest = (first..=position)
                    .map(|k| rank[at(k)])
                    .max()
                    .unwrap_or(HELD);
                (first..=position).for_each(|k| joined[at(k)] = largest);
            }
            first = position + 1;
        }
    }
    joined
}

/// A row node or a column node of a crossing.
#[derive(Debug, Clone, Copy)]
enum Node {
    Row(usize, usize),
    Column(usize, usize),
}

fn node_index(node: Node, columns: usize, crossings: usize) -> usize {
    match node {
        Node::Row(row, column) => row * columns + column,
        Node::Column(row, column) => crossings + row * columns + column,
    }
}

/// A rectangle of crossings. A cut takes one family's nodes out of its first row or column: the row nodes of the first column
/// exist only if `row_nodes_from` is 0, the column nodes of the first row only if `column_nodes_from` is 0.
#[derive(Debug, Clone)]
struct Region {
    rows: std::ops::Range<usize>,
    columns: std::ops::Range<usize>,
    row_nodes_from: usize,
    column_nodes_from: usize,
}

impl Region {
    fn row_nodes(&self) -> impl Iterator<Item = Node> + use<> {
        let (rows, columns) = (
            self.rows.clone(),
            self.columns.start + self.row_nodes_from..self.columns.end,
        );
        rows.flat_map(move |row| columns.clone().map(move |column| Node::Row(row, column)))
    }

    fn column_nodes(&self) -> impl Iterator<Item = Node> + use<> {
        let (rows, columns) = (
            self.rows.start + self.column_nodes_from..self.rows.end,
            self.columns.clone(),
        );
        columns.flat_map(move |column| rows.clone().map(move |row| Node::Column(row, column)))
    }
}

/// Nested dissection: between two halves lies one column of row nodes (a row wire crosses the cut there, a column wire does not)
/// or one row of column nodes.
fn dissect(region: Region, order: &mut Vec<Node>) {
    let (height, width) = (region.rows.len(), region.columns.len());
    if height.max(width) <= 4 {
        order.extend(region.row_nodes().chain(region.column_nodes()));
        return;
    }
    if width >= height {
        let middle = region.columns.start + width / 2;
        dissect(
            Region {
                columns: region.columns.start..middle,
                ..region.clone()
            },
            order,
        );
        dissect(
            Region {
                columns: middle..region.columns.end,
                row_nodes_from: 1,
                ..region.clone()
            },
            order,
        );
        order.extend(region.rows.map(|row| Node::Row(row, middle)));
    } else {
        let middle = region.rows.start + height / 2;
        dissect(
            Region {
                rows: region.rows.start..middle,
                ..region.clone()
            },
            order,
        );
        dissect(
            Region {
                rows: middle..region.rows.end,
                column_nodes_from: 1,
                ..region.clone()
            },
            order,
        );
        order.extend(region.columns.map(|column| Node::Column(middle, column)));
    }
}
