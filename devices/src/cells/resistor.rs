//! Cells of one two-terminal device.

use ohmloom_solver::line_grid::{Branch, Cells};

use super::CellError;
use crate::conduction::Conduction;

/// Cells that are one two-terminal device each, programmed to a conductance.
#[derive(Clone, Debug)]
pub struct ResistorCells<L> {
    law: L,
    conductance: Vec<f64>,
    columns: usize,
    gmin: f64,
}

impl<L: Conduction> ResistorCells<L> {
    /// Cells with the law `law`, programmed to `conductance` (S, row-major).
    ///
    /// # Errors
    /// [`CellError::BadSetting`]: no columns, not whole rows, a conductance that is negative or not finite.
    pub fn new(law: L, conductance: Vec<f64>, columns: usize) -> Result<Self, CellError> {
        check_conductances(&conductance, columns)?;
        Ok(Self {
            law,
            conductance,
            columns,
            gmin: 0.0,
        })
    }

    /// With a conductance in parallel to every device, S; 0 by default.
    #[must_use]
    pub fn with_gmin(mut self, gmin: f64) -> Self {
        self.gmin = gmin;
        self
    }

    /// The programmed conductances, row-major, S.
    pub fn conductance(&self) -> &[f64] {
        &self.conductance
    }
}

impl<L: Conduction> Cells for ResistorCells<L> {
    type Memory = ();

    #[inline(always)]
    fn branch(
        &self,
        (row, column): (usize, usize),
        row_potential: f64,
        column_potential: f64,
        (): &mut (),
    ) -> Branch {
        let v = row_potential - column_potential;
        let (current, slope) = self
            .law
            .at(self.conductance[row * self.columns + column], v);
        Branch::two_terminal(current + self.gmin * v, slope + self.gmin)
    }
}

/// Whole rows of conductances that can be.
pub(super) fn check_conductances(conductance: &[f64], columns: usize) -> Result<(), CellError> {
    if columns == 0 || conductance.is_empty() || !conductance.len().is_multiple_of(columns) {
        return Err(CellError::BadSetting {
            key: "columns",
            value: columns as f64,
            reason: "the number of conductances must be a multiple of it, and neither may be 0",
        });
    }
    match conductance.iter().find(|&&g| !(g >= 0.0 && g.is_finite())) {
        Some(&value) => Err(CellError::BadSetting {
            key: "conductance",
            value,
            reason: "must be finite and not negative (S)",
        }),
        None => Ok(()),
    }
}
