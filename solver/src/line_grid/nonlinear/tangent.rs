//! The array linearised at one point: derivatives of the cells, and the ladders that they make of the wires.

use rayon::prelude::*;

use super::super::grid::LineGrid;
use super::super::ladder::{LadderSolve, Ladders};
use super::super::lanes::{Lanes, Transpose, Transposed};
use super::super::lines::Side;
use super::fields::{Scale, Spread};
use crate::simd;

/// Derivatives of all cells and the ladders with their diagonals.
#[derive(Debug, Clone)]
pub(super) struct Tangent {
    pub rows: Ladders,
    pub columns: Ladders,
    /// `A = di_r/dv_r`; a row field.
    pub row_by_row: Vec<Lanes>,
    /// `B = -di_r/dv_c`; a row field.
    pub row_by_column: Vec<Lanes>,
    /// `C = di_c/dv_r`; a row field.
    pub column_by_row: Vec<Lanes>,
    /// `D = -di_c/dv_c`; a column field.
    pub column_by_column: Vec<Lanes>,
}

impl Tangent {
    /// Ladders of `grid`, with cells that do not conduct.
    pub(super) fn new(grid: &LineGrid, row_len: usize, column_len: usize) -> Self {
        let (rows, columns) = (
            vec![Lanes::default(); row_len],
            vec![Lanes::default(); column_len],
        );
        Self {
            rows: Ladders::new(grid, Side::Row, &rows),
            columns: Ladders::new(grid, Side::Column, &columns),
            row_by_row: rows.clone(),
            row_by_column: rows.clone(),
            column_by_row: rows,
            column_by_column: columns,
        }
    }

    /// Factors both families with the present derivatives.
    pub(super) fn factor(&mut self, spread: Spread) {
        self.rows.factor(&self.row_by_row, spread.0);
        self.columns.factor(&self.column_by_column, spread.0);
    }

    /// `out = T_c^-1 C T_r^-1 B v` for column fields; `exchange` is a row field of scratch.
    pub(super) fn couple(
        &self,
        v: &[Lanes],
        exchange: &mut [Lanes],
        out: &mut [Lanes],
        spread: Spread,
    ) {
        let (along_rows, along_columns) = (self.rows.shape.positions, self.columns.shape.positions);
        (exchange.par_chunks_mut(along_rows))
            .with_min_len(spread.grain(along_rows))
            .enumerate()
            .for_each(|(block, field)| {
                let span = block * along_rows..(block + 1) * along_rows;
                simd::run(Transpose {
                    source: Transposed::new(v, along_columns, block),
                    target: field,
                });
                simd::run(Scale {
                    factor: &self.row_by_column[span.clone()],
                    target: field,
                });
                simd::run(LadderSolve {
                    ladder: self.rows.block(block),
                    field,
                });
                simd::run(Scale {
                    factor: &self.column_by_row[span],
                    target: field,
                });
            });
        let exchange = &*exchange;
        (out.par_chunks_mut(along_columns))
            .with_min_len(spread.grain(along_columns))
            .enumerate()
            .for_each(|(block, field)| {
                simd::run(Transpose {
                    source: Transposed::new(exchange, along_rows, block),
                    target: field,
                });
                simd::run(LadderSolve {
                    ladder: self.columns.block(block),
                    field,
                });
            });
    }
}
