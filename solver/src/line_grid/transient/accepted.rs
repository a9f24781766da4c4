//! What is accepted at each crossing, and the cells with the lines' capacitances as an array sees them.

use super::super::nonlinear::{Branch, Cells};
use super::cells::{DynamicCells, TimeStep};
use super::history::Trace;
use super::stepper::LineCapacitance;

/// What is accepted at one crossing: the cell and the potentials of both nodes.
#[derive(Clone, Debug)]
pub(in super::super) struct Accepted<H> {
    pub cell: H,
    row: Trace,
    column: Trace,
}

impl<H: Clone + Send + Sync> Accepted<H> {
    /// All crossings of an array on `columns` columns before anything has happened.
    pub(in super::super) fn fresh<C: DynamicCells<History = H>>(
        cells: &C,
        (rows, columns): (usize, usize),
    ) -> Vec<Self> {
        (0..rows * columns)
            .map(|index| Self {
                cell: cells.fresh((index / columns, index % columns)),
                row: Trace::default(),
                column: Trace::default(),
            })
            .collect()
    }

    /// Takes a solution at rest as the beginning.
    pub(in super::super) fn begin<C: DynamicCells<History = H>>(
        &mut self,
        cells: &C,
        crossing: (usize, usize),
        (row, column): (f64, f64),
        memory: &mut C::Memory,
    ) {
        cells.begin(crossing, (row, column), &mut self.cell, memory);
        self.row = Trace::at(row);
        self.column = Trace::at(column);
    }

    /// Largest truncation error of the step relative to what is allowed: `allowed` volt for potentials, `reltol` for the cell's states.
    #[inline]
    pub(in super::super) fn truncation<C: DynamicCells<History = H>>(
        &self,
        cells: &C,
        (crossing, (row, column)): ((usize, usize), (f64, f64)),
        step: &TimeStep,
        memory: &C::Memory,
        (capacitance, allowed, reltol): (LineCapacitance, f64, f64),
    ) -> f64 {
        let cell = cells.truncation(crossing, (row, column), step, &self.cell, memory, reltol);
        // Potentials without a capacitance follow their surroundings.
        let of = |c: f64, trace: &Trace, v: f64| {
            if c > 0.0 {
                trace.truncation(v, step) / allowed
            } else {
                0.0
            }
        };
        cell.max(of(capacitance.row, &self.row, row)).max(of(
            capacitance.column,
            &self.column,
            column,
        ))
    }

    /// Takes the end of a step.
    #[inline]
    pub(in super::super) fn accept<C: DynamicCells<History = H>>(
        &mut self,
        cells: &C,
        (crossing, (row, column)): ((usize, usize), (f64, f64)),
        step: &TimeStep,
        memory: &mut C::Memory,
        corner: bool,
    ) {
        let potentials = (row, column);
        cells.accept(crossing, potentials, step, &mut self.cell, memory, corner);
        self.row.accept(row, step, corner);
        self.column.accept(column, step, corner);
    }
}

/// The cells, at rest or at the end of a step, with the lines' capacitances.
pub(in super::super) struct Loaded<'a, C: DynamicCells> {
    pub cells: &'a C,
    pub accepted: &'a [Accepted<C::History>],
    pub columns: usize,
    /// None at rest.
    pub step: Option<TimeStep>,
    pub capacitance: LineCapacitance,
}

impl<C: DynamicCells> Cells for Loaded<'_, C> {
    type Memory = C::Memory;

    #[inline]
    fn branch(
        &self,
        crossing: (usize, usize),
        row: f64,
        column: f64,
        memory: &mut C::Memory,
    ) -> Branch {
        let accepted = &self.accepted[crossing.0 * self.columns + crossing.1];
        let potentials = (row, column);
        let Some(step) = &self.step else {
            return self
                .cells
                .rest(crossing, potentials, &accepted.cell, memory);
        };
        let mut branch = (self.cells).branch(crossing, potentials, step, &accepted.cell, memory);
        let LineCapacitance {
            row: cr,
            column: cc,
        } = self.capacitance;
        let alpha = step.alpha();
        let rate = |now: f64, before: &Trace| step.rate(now, before.value, before.rate);
        branch.add_to_row(cr * rate(row, &accepted.row), cr * alpha);
        branch.add_to_column(cc * rate(column, &accepted.column), cc * alpha);
        branch
    }
}
