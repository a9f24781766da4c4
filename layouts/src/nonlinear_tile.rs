//! The nonlinear cells of a tile, solved by Newton's method.

use std::collections::HashMap;

use ohmloom_solver::line_grid::{GridError, LineGrid};

use crate::cell_array::CellArray;
use crate::{NewtonStatistics, Tile};

/// Vectors whose solutions are kept at a time.
const SLAB: usize = 1024;

/// A tile with its nonlinear cells.
#[derive(Clone, Copy)]
pub struct NonlinearTile<'a> {
    pub(crate) tile: &'a Tile,
    pub(crate) cells: &'a dyn CellArray,
}

impl NonlinearTile<'_> {
    /// The differential currents, in ampere, for several vectors of voltages at the used rows, into `vectors x outputs`: one solution of
    /// the whole array by Newton's method for each vector that differs from all others.
    ///
    /// # Errors
    /// A solution that does not converge.
    ///
    /// # Panics
    /// If a slice does not hold whole vectors, or not as many as the other.
    pub fn currents(
        &self,
        voltages: &[f64],
        out: &mut [f64],
    ) -> Result<NewtonStatistics, GridError> {
        let (used_rows, outputs) = (self.tile.used_rows(), self.tile.outputs());
        assert_eq!(
            voltages.len() / used_rows * outputs,
            out.len(),
            "currents: vectors x outputs"
        );
        // Which of the different vectors each one is, the undriven one first; 0.0 and -0.0 are equal.
        let mut known = HashMap::from([(vec![0; used_rows], 0)]);
        let undriven = vec![0.0; used_rows];
        let mut different: Vec<&[f64]> = vec![&undriven];
        let which: Vec<usize> = voltages
            .chunks_exact(used_rows)
            .map(|vector| {
                let bits: Vec<u64> = vector.iter().map(|volts| (volts + 0.0).to_bits()).collect();
                *known.entry(bits).or_insert_with(|| {
                    different.push(vector);
                    different.len() - 1
                })
            })
            .collect();
        let mut statistics = NewtonStatistics::default();
        let mut currents = Vec::with_capacity(different.len() * outputs);
        if which.contains(&0) {
            let solution = self.cells.solve_undriven()?;
            statistics = NewtonStatistics::of(&solution);
            currents.extend(self.tile.differences(&[&solution.output_currents]));
        } else {
            currents.resize(outputs, 0.0);
        }
        for slab in different[1..].chunks(SLAB) {
            let drives: Vec<f64> = slab
                .iter()
                .flat_map(|vector| self.tile.drives(vector))
                .collect();
            for solution in self.cells.solve_all(&drives)? {
                statistics = statistics.merge(NewtonStatistics::of(&solution));
                currents.extend(self.tile.differences(&[&solution.output_currents]));
            }
        }
        for (out, index) in out.chunks_exact_mut(outputs).zip(which) {
            out.copy_from_slice(&currents[index * outputs..(index + 1) * outputs]);
        }
        Ok(statistics)
    }

    /// The differential currents for these voltages at the used rows, in ampere, from a solution by the direct method of an array of
    /// linear cells, each with the conductance `i/v` that the nonlinear one has in its solution by Newton's method. The currents of
    /// the two solutions are equal, but this one needs neither derivatives of the cells nor an iteration. (Equal to the share that
    /// leaks into the bulk of transistors.)
    ///
    /// # Errors
    /// No convergence; an array that does not factor.
    pub fn solve_chords_directly(&self, voltages: &[f64]) -> Result<Vec<f64>, GridError> {
        let drives = self.tile.drives(voltages);
        let grid = self.tile.grid();
        let chords = self.cells.chords(&drives, grid.conductance())?;
        let lines = (grid.row_lines().clone(), grid.column_lines().clone());
        let grid = LineGrid::new(grid.rows(), grid.columns(), chords, lines.0, lines.1)?;
        self.tile.solve_grids_directly(&[grid], &drives)
    }
}
