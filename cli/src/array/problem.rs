//! An array with its cells and what drives it.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use ohmloom_devices::nonidealities::Effect;
use ohmloom_layouts::cells::{CellDescription, UseCells};
use ohmloom_layouts::{Bias, BiasedLines};
use ohmloom_solver::line_grid::{Cells, LineGrid, ReadWires};

use super::imperfections;
use super::load::{self, Vectors};
use super::options::ArrayOptions;
use crate::descriptions;
use crate::npy::shape_text;

/// All that the options describe, read and checked.
pub(super) struct Problem {
    pub(super) wires: ReadWires,
    pub(super) grid: LineGrid,
    /// Voltages of the driven ends.
    pub(super) drives: Vectors,
    /// The selected cell, if one is.
    pub(super) selected: Option<(Bias, BiasedLines)>,
    /// The cells, if they are not ohmic.
    pub(super) cells: Option<NonlinearCells>,
    /// What each of the non-idealities did.
    pub(super) effects: Vec<Effect>,
}

/// Cells from a file.
pub(super) struct NonlinearCells {
    path: PathBuf,
    description: CellDescription,
    /// Potentials of the word lines; one vector for all inputs or one for each.
    gates: Option<Vectors>,
}

impl Problem {
    /// Reads the files and connects the array.
    pub(super) fn new(options: &ArrayOptions) -> Result<Self> {
        let conductances = load::conductances(
            options.conductance.as_deref(),
            options.resistance.as_deref(),
        )?;
        let (rows, columns) = conductances.dim();
        let mut conductances: Vec<f64> = conductances.iter().copied().collect();
        let wires = options.wires();
        let imperfect = match &options.nonidealities {
            Some(path) => {
                let range = options.conductance_range();
                let draw = (path.as_path(), options.seed());
                let mut array = imperfections::apply((rows, columns), conductances, draw, range)?;
                conductances = std::mem::take(&mut array.conductance);
                Some(array)
            }
            None => None,
        };
        let (grid, drives, selected) = match (&options.inputs, options.bias()) {
            (_, Some(bias)) => {
                let lines = bias.lines((rows, columns), wires)?;
                let grid = lines.grid(conductances)?;
                let drives = Vectors::one(lines.voltages.clone());
                (grid, drives, Some((bias, lines)))
            }
            (Some(path), None) => {
                let what = format!("an array of shape {}", shape_text(&[rows, columns]));
                let inputs = load::vectors(path, rows, &what)?;
                let grid = LineGrid::read_array(rows, columns, &conductances, wires)?;
                (grid, inputs, None)
            }
            (None, None) => bail!("neither inputs nor a bias are given"),
        };
        let (grid, effects) = match imperfect {
            Some(array) => (array.with_broken_lines(grid, wires)?, array.effects),
            None => (grid, Vec::new()),
        };
        let cells = match &options.cell {
            Some(path) => {
                let description = descriptions::cell(path)?;
                let gates = gates(options, &description, &grid, &drives)?;
                Some(NonlinearCells {
                    path: path.clone(),
                    description,
                    gates,
                })
            }
            None => None,
        };
        Ok(Self {
            wires,
            grid,
            drives,
            selected,
            cells,
            effects,
        })
    }

    /// Currents out of the bottom of each column for one input, from its output and drive currents.
    pub(super) fn column_currents(&self, outputs: &[f64], drives: &[f64]) -> Result<Vec<f64>> {
        match &self.selected {
            Some((_, lines)) => Ok(lines.column_currents(outputs, drives)?),
            None => Ok(outputs.to_vec()),
        }
    }
}

fn gates(
    options: &ArrayOptions,
    description: &CellDescription,
    grid: &LineGrid,
    drives: &Vectors,
) -> Result<Option<Vectors>> {
    let Some(path) = &options.gates else {
        return Ok(None);
    };
    let lines = description.word_lines(grid.rows(), grid.columns());
    if lines == 0 {
        bail!(
            "{}: the cells have no transistor whose gates could be at other potentials",
            path.display()
        );
    }
    let plural = if lines == 1 { "" } else { "s" };
    let gates = load::vectors(
        path,
        lines,
        &format!("an array of {lines} word line{plural}"),
    )?;
    if gates.count != 1 && gates.count != drives.count {
        bail!(
            "{}: it has {} vectors of gate potentials for {} input{}",
            path.display(),
            gates.count,
            drives.count,
            if drives.count == 1 { "" } else { "s" }
        );
    }
    Ok(Some(gates))
}

impl NonlinearCells {
    /// The cells as described.
    pub(super) fn description(&self) -> &CellDescription {
        &self.description
    }

    /// Whether the word lines have other potentials for each input.
    pub(super) fn gates_change(&self) -> bool {
        self.gates.as_ref().is_some_and(|gates| gates.count > 1)
    }

    /// Potentials of the word lines for this input; `None` for the description's.
    pub(super) fn gates(&self, input: usize) -> Option<&[f64]> {
        let gates = self.gates.as_ref()?;
        Some(gates.get(if gates.count == 1 { 0 } else { input }))
    }

    /// Builds the cells of an array as they are for this input, and hands them on.
    pub(super) fn build<U: UseCells>(
        &self,
        grid: &LineGrid,
        input: usize,
        then: U,
    ) -> Result<U::Output> {
        let conductance = grid.conductance().to_vec();
        let gates = self.gates(input).map(<[f64]>::to_vec);
        self.description
            .build((conductance, grid.columns()), gates, then)
            .with_context(|| self.path.display().to_string())
    }

    /// Makes sure that such cells can be built.
    pub(super) fn check(&self, grid: &LineGrid) -> Result<()> {
        self.build(grid, 0, Nothing)
    }
}

/// Does nothing with cells.
struct Nothing;

impl UseCells for Nothing {
    type Output = ();

    fn with<C: Cells<Memory: 'static> + 'static>(self, _: C) {}
}
