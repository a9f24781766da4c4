//! Cells that are evaluated only where they have moved.

use super::super::nonlinear::{Branch, Cells};
use super::super::transient::Loaded;
use super::cells::PortedCells;

/// Both potentials of a cell may move by this much from an evaluation, V, before its currents are no longer straight lines to rounding.
const STRAIGHT: f64 = 1e-8;

/// What a cell remembers, and its last evaluation.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept<M> {
    pub cell: M,
    /// Of the array when it was evaluated.
    generation: u64,
    /// Potentials of row and column now.
    pub lines: (f64, f64),
    /// The same when it was evaluated, and of gate and bulk.
    evaluated: (f64, f64),
    controls: (f64, f64),
    branch: Branch,
}

/// The cells of an array in one state of its history.
pub(super) struct Economical<'a, C: PortedCells> {
    pub loaded: Loaded<'a, C>,
    /// Evaluations are compared only with those of the same generation; 0 is nobody's.
    pub generation: u64,
}

impl<C: PortedCells> Cells for Economical<'_, C> {
    type Memory = Kept<C::Memory>;

    #[inline]
    fn branch(
        &self,
        crossing: (usize, usize),
        row: f64,
        column: f64,
        kept: &mut Kept<C::Memory>,
    ) -> Branch {
        kept.lines = (row, column);
        let controls = self.loaded.cells.controls_of(crossing);
        if kept.generation == self.generation && kept.controls == controls {
            let (by_row, by_column) = (row - kept.evaluated.0, column - kept.evaluated.1);
            if by_row.abs() <= STRAIGHT && by_column.abs() <= STRAIGHT {
                return moved(&kept.branch, by_row, by_column);
            }
        }
        let branch = (self.loaded).branch(crossing, row, column, &mut kept.cell);
        kept.generation = if branch.row_current.is_finite() && branch.column_current.is_finite() {
            self.generation
        } else {
            0
        };
        kept.evaluated = (row, column);
        kept.controls = controls;
        kept.branch = branch;
        branch
    }
}

fn moved(branch: &Branch, row: f64, column: f64) -> Branch {
    Branch {
        row_current: branch.row_current + branch.row_by_row * row + branch.row_by_column * column,
        column_current: branch.column_current
            + branch.column_by_row * row
            + branch.column_by_column * column,
        ..*branch
    }
}
