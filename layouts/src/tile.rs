//! One tile: a programmed array of which a layer uses a corner.

use std::fmt;
use std::sync::Arc;

use ohmloom_devices::nonidealities::{ConductanceRange, Effect};
use ohmloom_peripherals::front_ends::FrontEndDescription;
use ohmloom_solver::line_grid::{
    ArraySolver, GridError, LineGrid, Method, MethodChoice, NonlinearArray, NonlinearOptions,
    SolveOptions, TransferMatrix,
};

use crate::cell_array::{CellArray, MakeArray};
use crate::cells::CellDescription;
use crate::sensors::TileSensors;
use crate::{Imperfections, LayoutError, NonlinearTile, PathInstance, TileSettings};

/// A programmed tile. The cells in use are those nearest to the terminals: the leftmost columns (the drivers are at the left end of
/// the rows) and the bottom rows (the columns are sensed at their bottom). All others are off, and load the wires as real ones do;
/// rows without an input are driven at 0 V.
#[derive(Clone)]
pub struct Tile {
    grid: LineGrid,
    used_rows: usize,
    used_columns: usize,
    /// Currents of the positive columns less those of the negative ones, per volt: `outputs x used_rows`. Empty until solved.
    differential: Vec<f64>,
    kcl_relative: f64,
    sensors: Option<TileSensors>,
    nonlinear: Option<Arc<dyn CellArray>>,
}

impl fmt::Debug for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tile")
            .field("grid", &self.grid)
            .field("used_rows", &self.used_rows)
            .field("used_columns", &self.used_columns)
            .field("differential", &self.differential)
            .field("kcl_relative", &self.kcl_relative)
            .field("sensors", &self.sensors)
            .field("nonlinear", &self.nonlinear.is_some())
            .finish()
    }
}

/// Conductances of a tile: those of the corner in use, `used_rows x used_columns`, row-major, and that of all other cells, in siemens.
pub(crate) struct Corner<'a> {
    pub rows: usize,
    pub columns: usize,
    pub cells: &'a [f64],
    pub unused: f64,
}

impl Corner<'_> {
    /// The conductances of all cells.
    pub(crate) fn fill(&self, settings: &TileSettings) -> Vec<f64> {
        let mut cells = vec![self.unused; settings.rows * settings.columns];
        let first_row = settings.rows - self.rows;
        for (row, values) in self.cells.chunks_exact(self.columns).enumerate() {
            let first = (first_row + row) * settings.columns;
            cells[first..first + self.columns].copy_from_slice(values);
        }
        cells
    }
}

impl Tile {
    /// Programs a tile of linear cells.
    pub(crate) fn program(settings: &TileSettings, corner: &Corner<'_>) -> Result<Self, GridError> {
        let (rows, columns) = (settings.rows, settings.columns);
        let grid = LineGrid::read_array(rows, columns, &corner.fill(settings), settings.wires())?;
        Ok(Self::of(grid, corner))
    }

    fn of(grid: LineGrid, corner: &Corner<'_>) -> Self {
        Self {
            grid,
            used_rows: corner.rows,
            used_columns: corner.columns,
            differential: Vec::new(),
            kcl_relative: 0.0,
            sensors: None,
            nonlinear: None,
        }
    }

    /// Programs a tile of linear cells with non-idealities, its unused cells too; also returns what these did.
    pub(crate) fn program_imperfectly(
        settings: &TileSettings,
        corner: &Corner<'_>,
        imperfections: &Imperfections<'_>,
        no_solution: impl Fn(GridError) -> LayoutError,
    ) -> Result<(Self, Vec<Effect>), LayoutError> {
        let (g_min, g_max) = settings.conductances();
        let array = imperfections.apply(
            (settings.rows, settings.columns),
            corner.fill(settings),
            ConductanceRange { g_min, g_max },
        )?;
        let (rows, columns) = (settings.rows, settings.columns);
        let wires = settings.wires();
        let grid = LineGrid::read_array(rows, columns, &array.conductance, wires)
            .and_then(|grid| array.with_broken_lines(grid, wires))
            .map_err(no_solution)?;
        Ok((Self::of(grid, corner), array.effects))
    }

    /// Adds the cells that the linear ones stand for: `memristors` has what theirs are programmed to. All later solves of them start
    /// from the solution with all inputs at half of `read_voltage`.
    pub(crate) fn add_cells(
        &mut self,
        settings: &TileSettings,
        (description, read_voltage): (&CellDescription, f64),
        memristors: &Corner<'_>,
        no_solution: impl Fn(GridError) -> LayoutError,
    ) -> Result<(), LayoutError> {
        let array = NonlinearArray::with_wires_of(&self.grid, NonlinearOptions::default())
            .map_err(&no_solution)?;
        let conductance = (memristors.fill(settings), settings.columns);
        let mut cells = description.build(conductance, None, MakeArray(array))?;
        cells
            .start_from(&self.drives(&vec![0.5 * read_voltage; self.used_rows]))
            .map_err(&no_solution)?;
        self.nonlinear = Some(Arc::from(cells));
        Ok(())
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
            .enumerate()
            .flat_map(|(output, pair)| {
                let (positive, negative) = pair.split_at(self.used_rows);
                let [p, n] = self.gains(output);
                positive
                    .iter()
                    .zip(negative)
                    .map(move |(a, b)| p * a - n * b)
            })
            .collect();
        Ok(())
    }

    /// Puts a front end at the end of each column, with the random numbers that belong to tile `index` of its matrix. The resistance that it adds
    /// must be among the tile's settings already.
    pub(crate) fn add_sensors(
        &mut self,
        front_end: &FrontEndDescription,
        instance: PathInstance,
        index: usize,
        no_solution: impl Fn(GridError) -> LayoutError,
    ) -> Result<(), LayoutError> {
        let sensors =
            TileSensors::new(&self.grid, front_end, |column| instance.key(index, column))?
                .solve(&self.grid, self.used_columns)
                .map_err(no_solution)?;
        self.sensors = Some(sensors);
        Ok(())
    }

    /// The front ends, where there are some.
    pub(crate) fn sensors(&self) -> Option<&TileSensors> {
        self.sensors.as_ref()
    }

    /// What part of their currents the front ends of an output's columns read.
    fn gains(&self, output: usize) -> [f64; 2] {
        self.sensors
            .as_ref()
            .map_or([1.0; 2], |sensors| sensors.gains(output))
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
        self.solve_grid_directly(&self.grid, &self.drives(voltages))
    }

    /// The nonlinear cells, where the matrix was programmed with a description of them; the tile's grid and its transfer matrix are
    /// then those of linear cells with the same current at the read voltage.
    pub fn nonlinear(&self) -> Option<NonlinearTile<'_>> {
        let cells = self.nonlinear.as_deref()?;
        Some(NonlinearTile { tile: self, cells })
    }

    /// The voltages of all rows for those of the used ones.
    pub(crate) fn drives(&self, voltages: &[f64]) -> Vec<f64> {
        let mut drives = vec![0.0; self.grid.rows() - self.used_rows];
        drives.extend_from_slice(voltages);
        drives
    }

    /// Currents of the positive columns less those of the negative ones, as the front ends read them.
    pub(crate) fn differences(&self, currents: &[f64]) -> impl Iterator<Item = f64> {
        let pairs = currents[..self.used_columns].chunks_exact(2);
        pairs.enumerate().map(|(output, pair)| {
            let [p, n] = self.gains(output);
            p * pair[0] - n * pair[1]
        })
    }

    pub(crate) fn solve_grid_directly(
        &self,
        grid: &LineGrid,
        drives: &[f64],
    ) -> Result<Vec<f64>, GridError> {
        let options = SolveOptions {
            method: MethodChoice::Only(Method::Cholesky),
            ..SolveOptions::default()
        };
        let solution = ArraySolver::new(grid, options)?.solve(drives)?;
        Ok(self.differences(&solution.output_currents).collect())
    }
}
