//! One tile: a programmed array of which a layer uses a corner.

use ohmloom_solver::line_grid::{
    ArraySolver, GridError, LineGrid, Method, MethodChoice, SolveOptions, TransferMatrix,
};

use crate::TileSettings;

/// A programmed tile. The cells in use are those nearest to the terminals: the leftmost columns (the drivers are at the left end of
/// the rows) and the bottom rows (the columns are sensed at their bottom). All others are off, and load the wires as real ones do;
/// rows without an input are driven at 0 V.
#[derive(Debug, Clone)]
pub struct Tile {
    grid: LineGrid,
    used_rows: usize,
    used_columns: usize,
    /// Currents of the positive columns less those of the negative ones, per volt: `outputs x used_rows`. Empty until solved.
    differential: Vec<f64>,
    kcl_relative: f64,
}

impl Tile {
    /// Programs a tile: `conductance` is the corner in use, `used_rows x used_columns`, row-major, in siemens.
    pub(crate) fn program(
        settings: &TileSettings,
        used_rows: usize,
        used_columns: usize,
        conductance: &[f64],
    ) -> Result<Self, GridError> {
        let (off, _) = settings.conductances();
        let mut cells = vec![off; settings.rows * settings.columns];
        let first_row = settings.rows - used_rows;
        for (row, values) in conductance.chunks_exact(used_columns).enumerate() {
            let first = (first_row + row) * settings.columns;
            cells[first..first + used_columns].copy_from_slice(values);
        }
        let grid = LineGrid::read_array(settings.rows, settings.columns, &cells, settings.wires())?;
        Ok(Self {
            grid,
            used_rows,
            used_columns,
            differential: Vec::new(),
            kcl_relative: 0.0,
        })
    }

    /// Solves the array for its transfer matrix.
    pub(crate) fn solve(&mut self) -> Result<(), GridError> {
        let solver = ArraySolver::new(&self.grid, SolveOptions::default())?;
        let rows = self.grid.rows();
        let transfer: TransferMatrix =
            solver.transfer_matrix_of(0..self.used_columns, rows - self.used_rows..rows)?;
        self.kcl_relative = transfer.certificate.kcl_relative;
        self.differential = transfer
            .values
            .chunks_exact(2 * self.used_rows)
            .flat_map(|pair| {
                let (positive, negative) = pair.split_at(self.used_rows);
                positive.iter().zip(negative).map(|(p, n)| p - n)
            })
            .collect();
        Ok(())
    }

    /// The array with its wires.
    pub fn grid(&self) -> &LineGrid {
        &self.grid
    }

    /// Rows that carry an input.
    pub fn used_rows(&self) -> usize {
        self.used_rows
    }

    /// Columns that are sensed, two for each output.
    pub fn used_columns(&self) -> usize {
        self.used_columns
    }

    /// Outputs of the tile.
    pub fn outputs(&self) -> usize {
        self.used_columns / 2
    }

    /// Differential currents per volt at each used row, `outputs x used_rows`, in siemens; empty until solved.
    pub fn differential(&self) -> &[f64] {
        &self.differential
    }

    /// Largest relative Kirchhoff imbalance of the solves behind the transfer matrix.
    pub fn kcl_relative(&self) -> f64 {
        self.kcl_relative
    }

    /// The differential currents for these voltages at the used rows, in ampere, from a fresh solution of the whole array by the
    /// direct method: independent of the transfer matrix.
    ///
    /// # Errors
    /// Voltages that are not finite; an array that does not factor.
    pub fn solve_directly(&self, voltages: &[f64]) -> Result<Vec<f64>, GridError> {
        let mut drives = vec![0.0; self.grid.rows() - self.used_rows];
        drives.extend_from_slice(voltages);
        let options = SolveOptions {
            method: MethodChoice::Only(Method::Cholesky),
            ..SolveOptions::default()
        };
        let solution = ArraySolver::new(&self.grid, options)?.solve(&drives)?;
        let pairs = solution.output_currents[..self.used_columns].chunks_exact(2);
        Ok(pairs.map(|pair| pair[0] - pair[1]).collect())
    }
}
