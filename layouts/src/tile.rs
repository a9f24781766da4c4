//! One tile: programmed arrays of which a part of a matrix uses some cells.

use std::fmt;
use std::sync::Arc;

use ohmloom_peripherals::InstanceKey;
use ohmloom_peripherals::front_ends::{ColumnTerminal, FrontEndDescription};
use ohmloom_solver::line_grid::{
    ArraySolver, GridError, LineGrid, Method, MethodChoice, NonlinearArray, NonlinearOptions,
    SolveOptions,
};

use crate::arrangement::Arrangement;
use crate::assembly::{Region, sensed, transfer};
use crate::cell_array::{CellArray, MakeArray};
use crate::cells::CellDescription;
use crate::sensors::{TileSensors, column_terminals, offset_currents};
use crate::{LayoutError, NonlinearTile};

/// A part of a matrix on a programmed tile: an array, or two where positive and negative cells lie apart. In a tile of its own the part has the
/// cells nearest to the terminals: the leftmost columns (the drivers are at the left end of
/// the rows) and the bottom rows (the columns are sensed at their bottom). All other cells load the wires as real ones do;
/// rows without an input of the part are driven at 0 V. Parts with equal arrays share these and their solution.
#[derive(Clone)]
pub struct Tile {
    region: Region,
    /// Conductance of every row that is subtracted after the converter, S.
    offset: f64,
    /// Weight that one siemens of an output stands for.
    pub(crate) weight_per_siemens: f64,
    grids: Arc<[LineGrid]>,
    solved: Option<Arc<Solved>>,
    sensors: Option<TileSensors>,
    /// Where inputs and outputs lie, if not in their order.
    pub(crate) arrangement: Option<Arc<Arrangement>>,
    nonlinear: Option<Arc<dyn CellArray>>,
}

/// What the linear cells of a part do.
pub(crate) struct Solved {
    /// Currents of the outputs as front ends read them, those to subtract subtracted, per volt: `outputs x used_rows`.
    differential: Vec<f64>,
    kcl_relative: f64,
}

impl fmt::Debug for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tile")
            .field("region", &self.region)
            .field("grids", &self.grids)
            .field("differential", &self.differential())
            .field("nonlinear", &self.nonlinear.is_some())
            .finish_non_exhaustive()
    }
}

impl Tile {
    /// A part of a matrix on these arrays; `offset` is the conductance of every row that is subtracted after the converter, S.
    pub(crate) fn new(region: Region, grids: Vec<LineGrid>, offset: f64) -> Self {
        Self {
            region,
            offset,
            weight_per_siemens: 1.0,
            grids: Arc::from(grids),
            solved: None,
            sensors: None,
            arrangement: None,
            nonlinear: None,
        }
    }

    /// Adds the cells that the linear ones stand for: `memristors` has what those of the array are programmed to. All later solves of them start
    /// from the solution with all inputs at half of `read_voltage`.
    pub(crate) fn add_cells(
        &mut self,
        (description, read_voltage): (&CellDescription, f64),
        memristors: &[f64],
        no_solution: impl Fn(GridError) -> LayoutError,
    ) -> Result<(), LayoutError> {
        let grid = self.grid();
        let array = NonlinearArray::with_wires_of(grid, NonlinearOptions::default())
            .map_err(&no_solution)?;
        let conductance = (memristors.to_vec(), grid.columns());
        let mut cells = description.build(conductance, None, MakeArray(array))?;
        cells
            .start_from(&self.drives(&vec![0.5 * read_voltage; self.used_rows()]))
            .map_err(&no_solution)?;
        self.nonlinear = Some(Arc::from(cells));
        Ok(())
    }

    /// Solves the arrays for the transfer matrix.
    pub(crate) fn solution(&self) -> Result<Solved, GridError> {
        let (lines, kcl_relative) = transfer(&self.region, &self.grids)?;
        // In the order of the inputs.
        let line = |cell: usize| {
            let line = &lines[cell * self.used_rows()..][..self.used_rows()];
            (0..line.len()).map(move |input| line[self.row_of(input)])
        };
        let mut differential = Vec::with_capacity(self.outputs() * self.used_rows());
        for output in 0..self.outputs() {
            let (positive, negative) = self.cells_of(output);
            match negative {
                None => {
                    let gain = self.gain(positive);
                    differential.extend(line(positive).map(|p| gain * p));
                }
                Some(negative) => {
                    let (gain, other) = (self.gain(positive), self.gain(negative));
                    let pairs = line(positive).zip(line(negative));
                    differential.extend(pairs.map(|(p, n)| gain * p - other * n));
                }
            }
        }
        Ok(Solved {
            differential,
            kcl_relative,
        })
    }

    /// Puts a front end at the end of each column of each array, each with its key. The resistance that it adds must be among the tile's settings already.
    pub(crate) fn add_sensors(
        &mut self,
        front_end: &FrontEndDescription,
        key: impl Fn(usize, usize) -> InstanceKey,
        no_solution: impl Fn(GridError) -> LayoutError,
    ) -> Result<(), LayoutError> {
        let columns = (self.grids.iter().enumerate())
            .map(|(array, grid)| column_terminals(grid, front_end, |column| key(array, column)))
            .collect::<Result<Vec<_>, _>>()?;
        let currents = (self.grids.iter().zip(&columns))
            .map(|(grid, columns)| offset_currents(grid, columns))
            .collect::<Result<Vec<_>, _>>()
            .map_err(no_solution)?;
        self.sensors = Some(TileSensors::new(columns));
        let currents: Vec<&[f64]> = currents.iter().map(|currents| &currents[..]).collect();
        let driven: Vec<f64> = self.differences(&currents).collect();
        let outputs = (0..self.outputs())
            .map(|output| {
                let (positive, negative) = self.cells_of(output);
                let read = |cell| {
                    self.terminal(cell)
                        .map_or((0.0, 0.0), |t| (t.offset, t.noise))
                };
                let (plus, minus) = (read(positive), negative.map_or((0.0, 0.0), read));
                let offset = driven[output] + plus.0 - minus.0;
                (offset, plus.1.hypot(minus.1))
            })
            .collect();
        if let Some(sensors) = &mut self.sensors {
            sensors.outputs = outputs;
        }
        Ok(())
    }

    /// The front ends, where there are some.
    pub(crate) fn sensors(&self) -> Option<&TileSensors> {
        self.sensors.as_ref()
    }

    /// The front end of a cell's column.
    fn terminal(&self, cell: usize) -> Option<&ColumnTerminal> {
        let (array, column) = self.region.signed.place(cell);
        let columns = &self.sensors.as_ref()?.columns[array];
        Some(&columns[self.region.first_column + column])
    }

    /// What part of its current the front end of a cell's column reads.
    fn gain(&self, cell: usize) -> f64 {
        self.terminal(cell).map_or(1.0, |terminal| terminal.gain)
    }

    /// Takes a solution, its own or that of a tile with the same arrays.
    pub(crate) fn take(&mut self, solved: Arc<Solved>) {
        self.solved = Some(solved);
    }

    /// What tells apart tiles that do not share their arrays.
    pub(crate) fn identity(&self) -> *const LineGrid {
        self.grids.as_ptr()
    }

    fn cells_of(&self, output: usize) -> (usize, Option<usize>) {
        let place = match &self.arrangement {
            None => output,
            Some(arrangement) => arrangement.outputs[output],
        };
        self.region.signed.of_output(place, self.region.outputs)
    }

    /// The row of an input, counted from the first one of the part.
    fn row_of(&self, input: usize) -> usize {
        match &self.arrangement {
            None => input,
            Some(arrangement) => arrangement.rows[input],
        }
    }

    /// The array with its wires; the positive one, where positive and negative cells lie apart.
    pub fn grid(&self) -> &LineGrid {
        &self.grids[0]
    }

    /// All arrays of the tile, as the reads of this part see them.
    pub fn grids(&self) -> &[LineGrid] {
        &self.grids
    }

    /// Rows that carry an input.
    pub fn used_rows(&self) -> usize {
        self.region.rows
    }

    /// The first row that carries an input.
    pub fn first_row(&self) -> usize {
        self.region.first_row
    }

    /// Columns of each array that are sensed: two for each output, or as the scheme for signed weights has it.
    pub fn used_columns(&self) -> usize {
        self.region.columns().len()
    }

    /// The first column that is sensed.
    pub fn first_column(&self) -> usize {
        self.region.first_column
    }

    /// Outputs of the tile.
    pub fn outputs(&self) -> usize {
        match &self.arrangement {
            None => self.region.outputs,
            Some(arrangement) => arrangement.outputs.len(),
        }
    }

    /// Differential currents per volt at each used row, `outputs x used_rows`, in siemens; empty until solved.
    pub fn differential(&self) -> &[f64] {
        self.solved
            .as_ref()
            .map_or(&[], |solved| &solved.differential)
    }

    /// Largest relative Kirchhoff imbalance of the solves behind the transfer matrix.
    pub fn kcl_relative(&self) -> f64 {
        self.solved
            .as_ref()
            .map_or(0.0, |solved| solved.kcl_relative)
    }

    /// What the midpoint scheme subtracts after the converter for these voltages at the used rows, A.
    pub(crate) fn offset_current(&self, voltages: &[f64]) -> f64 {
        self.offset * voltages.iter().sum::<f64>()
    }

    /// The differential currents for these voltages at the used rows, in ampere, from a fresh solution of the whole array by the
    /// direct method: independent of the transfer matrix.
    ///
    /// # Errors
    /// Voltages that are not finite; an array that does not factor.
    pub fn solve_directly(&self, voltages: &[f64]) -> Result<Vec<f64>, GridError> {
        self.solve_grids_directly(&self.grids, &self.drives(voltages))
    }

    /// The nonlinear cells, where the matrix was programmed with a description of them; the tile's grid and its transfer matrix are
    /// then those of linear cells with the same current at the read voltage.
    pub fn nonlinear(&self) -> Option<NonlinearTile<'_>> {
        let cells = self.nonlinear.as_deref()?;
        Some(NonlinearTile { tile: self, cells })
    }

    /// The voltages of all rows for those of the used ones.
    pub(crate) fn drives(&self, voltages: &[f64]) -> Vec<f64> {
        let mut drives = vec![0.0; self.grid().rows()];
        for (input, &volts) in voltages.iter().enumerate() {
            drives[self.region.first_row + self.row_of(input)] = volts;
        }
        drives
    }

    /// The currents of the outputs as the front ends read them, those to subtract subtracted, from those of each array's grounded columns.
    pub(crate) fn differences(&self, currents: &[&[f64]]) -> impl Iterator<Item = f64> {
        let columns = self.grids.iter().zip(currents);
        let columns: Vec<&[f64]> = columns
            .map(|(grid, currents)| &currents[sensed(&self.region, grid)])
            .collect();
        (0..self.outputs()).map(move |output| {
            let current = |cell| {
                let (array, column) = self.region.signed.place(cell);
                self.gain(cell) * columns[array][column]
            };
            let (positive, negative) = self.cells_of(output);
            current(positive) - negative.map_or(0.0, current)
        })
    }

    pub(crate) fn solve_grids_directly(
        &self,
        grids: &[LineGrid],
        drives: &[f64],
    ) -> Result<Vec<f64>, GridError> {
        let options = SolveOptions {
            method: MethodChoice::Only(Method::Cholesky),
            ..SolveOptions::default()
        };
        let solve = |grid| ArraySolver::new(grid, options)?.solve(drives);
        let solutions = grids.iter().map(solve).collect::<Result<Vec<_>, _>>()?;
        let currents: Vec<&[f64]> = solutions.iter().map(|s| &s.output_currents[..]).collect();
        Ok(self.differences(&currents).collect())
    }
}
