//! The arrays of a tile, from targets to programmed grids.

use std::ops::Range;

use ohmloom_devices::nonidealities::{Effect, LineFaults};
use ohmloom_solver::line_grid::{ArraySolver, End, GridError, LineGrid, Lines, SolveOptions};

use super::MatrixLayout;
use crate::{ImperfectArray, Imperfections, LayoutError, SignedScheme, TileSettings, Unsensed};

/// Where on the arrays of a tile the cells of a part of a matrix lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Region {
    pub signed: SignedScheme,
    pub first_row: usize,
    pub first_column: usize,
    pub rows: usize,
    pub outputs: usize,
}

impl Region {
    /// Cells of a row, on all arrays.
    pub(crate) fn cells(&self) -> usize {
        self.signed.cells(self.outputs)
    }

    /// Columns of each array.
    pub(crate) fn columns(&self) -> Range<usize> {
        self.first_column..self.first_column + self.signed.columns(self.outputs)
    }

    /// Array and crossing of a cell, in arrays of so many columns.
    fn crossing(&self, row: usize, cell: usize, columns: usize) -> (usize, usize) {
        let (array, column) = self.signed.place(cell);
        let crossing = (self.first_row + row) * columns + self.first_column + column;
        (array, crossing)
    }
}

/// For each array of a tile its stuck cells, row-major: their conductances, S; `None` for healthy ones.
pub(crate) type StuckCells = Vec<Vec<Option<f64>>>;

/// The arrays of a tile before they are programmed.
#[derive(Debug)]
pub(crate) struct Site<'a> {
    pub settings: &'a TileSettings,
    unsensed: Unsensed,
    /// Targets of each array, row-major, S.
    targets: Vec<Vec<f64>>,
    /// What the memristors of nonlinear cells are programmed to, on the one array that there is then.
    memristors: Option<Vec<f64>>,
}

impl<'a> Site<'a> {
    /// Arrays for a layout; a cell without a weight conducts `unused`, and its memristor the second value.
    pub(super) fn new(layout: &MatrixLayout<'a>, (unused, memristor): (f64, Option<f64>)) -> Self {
        let settings = layout.tile;
        let crossings = settings.rows * settings.columns;
        Self {
            settings,
            unsensed: layout.unsensed,
            targets: vec![vec![unused; crossings]; layout.signed.arrays()],
            memristors: memristor.map(|memristor| vec![memristor; crossings]),
        }
    }

    /// Sets the targets of a region, `rows x cells`.
    pub(super) fn write(&mut self, region: &Region, cells: &[f64]) {
        for (row, values) in cells.chunks_exact(region.cells()).enumerate() {
            for (cell, &value) in values.iter().enumerate() {
                let (array, crossing) = region.crossing(row, cell, self.settings.columns);
                self.targets[array][crossing] = value;
            }
        }
    }

    /// Sets what the memristors of a region are programmed to.
    pub(super) fn write_memristors(&mut self, region: &Region, cells: &[f64]) {
        let columns = self.settings.columns;
        if let Some(memristors) = &mut self.memristors {
            for (row, values) in cells.chunks_exact(region.cells()).enumerate() {
                for (cell, &value) in values.iter().enumerate() {
                    memristors[region.crossing(row, cell, columns).1] = value;
                }
            }
        }
    }

    pub(super) fn memristors(&self) -> Option<&[f64]> {
        self.memristors.as_deref()
    }

    /// The cells of a region, `rows x cells`, in a list for each array.
    pub(crate) fn pick<T: Copy>(&self, region: &Region, from: &[Vec<T>]) -> Vec<T> {
        let mut cells = Vec::with_capacity(region.rows * region.cells());
        for row in 0..region.rows {
            for cell in 0..region.cells() {
                let (array, crossing) = region.crossing(row, cell, self.settings.columns);
                cells.push(from[array][crossing]);
            }
        }
        cells
    }

    /// The targets of a region, `rows x cells`.
    pub(crate) fn read(&self, region: &Region) -> Vec<f64> {
        self.pick(region, &self.targets)
    }

    /// The fault maps of the arrays, whose first one these non-idealities are for.
    pub(super) fn stuck(
        &self,
        imperfections: &Imperfections<'_>,
    ) -> Result<StuckCells, LayoutError> {
        let TileSettings { rows, columns, .. } = *self.settings;
        let range = self.settings.range();
        (0..self.targets.len() as u64)
            .map(|array| imperfections.at(array).stuck_cells((rows, columns), range))
            .collect()
    }

    /// The arrays as they come out of programming, and what non-idealities (for the first array) did to all of them.
    pub(super) fn program(
        &self,
        imperfections: Option<&Imperfections<'_>>,
    ) -> Result<(Vec<ImperfectArray>, Vec<Effect>), LayoutError> {
        let TileSettings { rows, columns, .. } = *self.settings;
        let mut effects = Vec::new();
        let mut arrays = Vec::with_capacity(self.targets.len());
        for (index, targets) in self.targets.iter().enumerate() {
            arrays.push(match imperfections {
                None => ImperfectArray {
                    conductance: targets.clone(),
                    faults: LineFaults::default(),
                    effects: Vec::new(),
                },
                Some(imperfections) => {
                    let of_array = imperfections.at(index as u64);
                    of_array.apply((rows, columns), targets.clone(), self.settings.range())?
                }
            });
            Effect::add(&mut effects, &arrays[index].effects);
        }
        Ok((arrays, effects))
    }

    /// An array as a read of this region sees it.
    pub(super) fn grid(
        &self,
        region: &Region,
        array: &ImperfectArray,
    ) -> Result<LineGrid, GridError> {
        let grid = self.sound_grid(region, array.conductance.clone())?;
        array.with_broken_lines(grid, self.settings.wires())
    }

    /// An array of these conductances with all lines whole, as a read of this region sees it: all rows driven at their left end, the
    /// region's columns grounded at their bottom end.
    fn sound_grid(&self, region: &Region, conductance: Vec<f64>) -> Result<LineGrid, GridError> {
        let TileSettings { rows, columns, .. } = *self.settings;
        let wires = self.settings.wires();
        let row_lines = Lines::alike(rows, wires.row, End::Driven(wires.source), End::Floating);
        let sink = End::Grounded(wires.sink);
        let mut column_lines = Lines::alike(columns, wires.column, End::Floating, sink);
        if self.unsensed == Unsensed::Floating {
            let sensed = region.columns();
            for (column, end) in column_lines.end.iter_mut().enumerate() {
                if !sensed.contains(&column) {
                    *end = End::Floating;
                }
            }
        }
        LineGrid::new(rows, columns, conductance, row_lines, column_lines)
    }

    /// The transfer matrix of a region's cells, see [`transfer`], with these targets there, the others beside them, and all stuck cells where they are.
    pub(crate) fn transfer_with(
        &self,
        region: &Region,
        cells: &[f64],
        stuck: &StuckCells,
    ) -> Result<Vec<f64>, GridError> {
        let mut site = Self {
            targets: self.targets.clone(),
            memristors: None,
            ..*self
        };
        site.write(region, cells);
        let arrays = site
            .targets
            .into_iter()
            .zip(stuck)
            .map(|(mut targets, stuck)| {
                for (g, stuck) in targets.iter_mut().zip(stuck) {
                    *g = stuck.unwrap_or(*g);
                }
                self.sound_grid(region, targets)
            });
        let grids = arrays.collect::<Result<Vec<_>, _>>()?;
        Ok(transfer(region, &grids)?.0)
    }
}

/// The currents of a region's columns for 1 V at each of its rows, `cells x rows` in siemens (a column for each cell of a row), and the largest
/// relative Kirchhoff imbalance of the solves.
pub(crate) fn transfer(region: &Region, grids: &[LineGrid]) -> Result<(Vec<f64>, f64), GridError> {
    let rows = region.rows;
    let mut lines = vec![0.0; region.cells() * rows];
    let mut kcl_relative: f64 = 0.0;
    for (index, grid) in grids.iter().enumerate() {
        let outputs = sensed(region, grid);
        let drives = region.first_row..region.first_row + rows;
        let solver = ArraySolver::new(grid, SolveOptions::default())?;
        let transfer = solver.transfer_matrix_of(outputs, drives)?;
        kcl_relative = kcl_relative.max(transfer.certificate.kcl_relative);
        for (cell, line) in lines.chunks_exact_mut(rows).enumerate() {
            let (array, column) = region.signed.place(cell);
            if array == index {
                line.copy_from_slice(&transfer.values[column * rows..][..rows]);
            }
        }
    }
    Ok((lines, kcl_relative))
}

/// The region's columns among the grounded ones of an array.
pub(crate) fn sensed(region: &Region, grid: &LineGrid) -> Range<usize> {
    let columns = region.columns();
    let grounded = &grid.column_lines().end;
    let is_grounded = |end: &&End| matches!(end, End::Grounded(_));
    let before = grounded[..columns.start].iter().filter(is_grounded);
    let before = before.count();
    before..before + columns.len()
}
