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
    columns: Vec<ColumnTerminal>,
    /// For each output what is added to its differential current, and its noise, in A.
    outputs: Vec<[f64; 2]>,
}

impl TileSensors {
    /// One for each column of an array; the outputs are not known yet.
    pub(crate) fn new(
        grid: &LineGrid,
        front_end: &FrontEndDescription,
        key: impl Fn(usize) -> InstanceKey,
    ) -> Result<Self, ConverterError> {
        let columns = (0..grid.columns()).map(|column| {
            let cells = grid
                .conductance()
                .iter()
                .skip(column)
                .step_by(grid.columns());
            front_end.at_column(&key(column), cells.sum())
        });
        Ok(Self {
            columns: columns.collect::<Result<_, _>>()?,
            outputs: Vec::new(),
        })
    }

    /// Finds out what the offsets do to the outputs, which are pairs of the first `used` columns.
    pub(crate) fn solve(mut self, grid: &LineGrid, used: usize) -> Result<Self, GridError> {
        let driven = if self.columns.iter().all(|column| column.potential == 0.0) {
            vec![0.0; used]
        } else {
            self.offset_currents(grid)?
        };
        let pairs = self.columns[..used]
            .chunks_exact(2)
            .zip(driven.chunks_exact(2));
        self.outputs = pairs
            .map(|(pair, currents)| {
                let read = |which: usize| {
                    let column: &ColumnTerminal = &pair[which];
                    column.gain * currents[which] + column.offset
                };
                [read(0) - read(1), pair[0].noise.hypot(pair[1].noise)]
            })
            .collect();
        Ok(self)
    }

    /// The currents out of all columns while the rows are at 0 V.
    fn offset_currents(&self, grid: &LineGrid) -> Result<Vec<f64>, GridError> {
        let as_drive = |end: &End| match *end {
            End::Grounded(ohm) | End::Driven(ohm) => End::Driven(ohm),
            End::Floating => End::Floating,
        };
        let driven = |lines: &Lines| Lines {
            segments: lines.segments.clone(),
            start: lines.start.iter().map(as_drive).collect(),
            end: lines.end.iter().map(as_drive).collect(),
        };
        let (rows, columns) = (grid.rows(), grid.columns());
        let cells = grid.conductance().to_vec();
        let (row_lines, column_lines) = (driven(grid.row_lines()), driven(grid.column_lines()));
        let grid = LineGrid::new(rows, columns, cells, row_lines, column_lines)?;
        let first = grid.drive_count() - columns;
        let mut volts = vec![0.0; first];
        volts.extend(self.columns.iter().map(|column| column.potential));
        let solution = ArraySolver::new(&grid, SolveOptions::default())?.solve(&volts)?;
        // What flows out of the array is what the terminal's source does not deliver.
        Ok(solution.drive_currents[first..]
            .iter()
            .map(|current| -current)
            .collect())
    }

    /// What part of their currents the front ends of an output's columns read.
    pub(crate) fn gains(&self, output: usize) -> [f64; 2] {
        [0, 1].map(|which| self.columns[2 * output + which].gain)
    }

    /// Adds offsets and noise to one vector of differential currents.
    pub(crate) fn read(&self, currents: &mut [f64], noise: &mut Noise) {
        for (current, [offset, sigma]) in currents.iter_mut().zip(&self.outputs) {
            *current += offset;
            if *sigma > 0.0 {
                *current += sigma * noise.normal();
            }
        }
    }
}
