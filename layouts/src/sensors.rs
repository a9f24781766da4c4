//! The front ends at the ends of a tile's columns.
//!
//! Their input resistances are wires of the array; their offsets drive currents through it that do not depend on the input, found by one more
//! solution with all columns at their front ends' potentials and all rows at 0 V.

use ohmloom_peripherals::front_ends::{ColumnTerminal, FrontEndDescription};
use ohmloom_peripherals::{ConverterError, InstanceKey, Noise};
use ohmloom_solver::line_grid::{ArraySolver, End, GridError, LineGrid, Lines, SolveOptions};

/// The front ends of one tile.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TileSensors {
    /// `[array][column]`
    pub columns: Vec<Vec<ColumnTerminal>>,
    /// For each output of a part what is added to its current, and its noise, in A. A column that is subtracted from several outputs has noise of its own
    /// in each of them.
    pub outputs: Vec<(f64, f64)>,
}

impl TileSensors {
    /// Front ends whose effect on the outputs is not known yet.
    pub(crate) fn new(columns: Vec<Vec<ColumnTerminal>>) -> Self {
        Self {
            columns,
            outputs: Vec::new(),
        }
    }

    /// Adds offsets and noise to one vector of currents.
    pub(crate) fn read(&self, currents: &mut [f64], noise: &mut Noise) {
        for (current, (offset, sigma)) in currents.iter_mut().zip(&self.outputs) {
            *current += offset;
            if *sigma > 0.0 {
                *current += sigma * noise.normal();
            }
        }
    }
}

/// The front end of each column of an array.
pub(crate) fn column_terminals(
    grid: &LineGrid,
    front_end: &FrontEndDescription,
    key: impl Fn(usize) -> InstanceKey,
) -> Result<Vec<ColumnTerminal>, ConverterError> {
    let columns = grid.columns();
    let terminal = |column: usize| {
        let cells = grid.conductance().iter().skip(column).step_by(columns);
        front_end.at_column(&key(column), cells.sum())
    };
    (0..columns).map(terminal).collect()
}

/// The currents out of all columns that have a terminal while the rows are at 0 V.
pub(crate) fn offset_currents(
    grid: &LineGrid,
    terminals: &[ColumnTerminal],
) -> Result<Vec<f64>, GridError> {
    if terminals.iter().all(|column| column.potential == 0.0) {
        return Ok(vec![0.0; grid.output_count()]);
    }
    let as_drive = |end: &End| match *end {
        End::Grounded(ohm) | End::Driven(ohm) => End::Driven(ohm),
        End::Floating => End::Floating,
    };
    let driven = |lines: &Lines| Lines {
        segments: lines.segments.clone(),
        start: lines.start.iter().map(as_drive).collect(),
        end: lines.end.iter().map(as_drive).collect(),
    };
    let (row_lines, column_lines) = (driven(grid.row_lines()), driven(grid.column_lines()));
    let with_terminal = column_lines.end.iter().zip(terminals);
    let potentials: Vec<f64> = with_terminal
        .filter(|(end, _)| end.is_terminal())
        .map(|(_, column)| column.potential)
        .collect();
    let cells = grid.conductance().to_vec();
    let grid = LineGrid::new(grid.rows(), grid.columns(), cells, row_lines, column_lines)?;
    let first = grid.drive_count() - potentials.len();
    let mut volts = vec![0.0; first];
    volts.extend(potentials);
    let solution = ArraySolver::new(&grid, SolveOptions::default())?.solve(&volts)?;
    // What flows out of the array is what the terminal's source does not deliver.
    let currents = solution.drive_currents[first..].iter();
    Ok(currents.map(|current| -current).collect())
}
