//! A weight matrix on a grid of tiles: the dense layout.
//!
//! Output `o` is the pair of neighbouring columns `2o` (positive) and `2o + 1` (negative) of its tile. With `s = (G_on - G_off) /
//! max|w|` a weight `w` is programmed as `G_off + s max(w, 0)` and `G_off + s max(-w, 0)`, so the pair's difference is `s w`. A
//! matrix larger than a tile is cut; tiles one below the other hold slices of the same outputs, and their results are added as
//! numbers, after their converters. A tile whose weights are all zero is left out.
//!
//! With a description of the cells, these conductances are what whole cells conduct at the read voltage, without wires; their memristors
//! are programmed accordingly. Each tile then exists twice: with linear cells of these conductances, and with the cells described.

use rayon::prelude::*;

use crate::cells::{CellDescription, Programmed};
use crate::converters::largest;
use crate::offsetting::{Offsetting, OffsettingEffect};
use crate::tile::Corner;
use crate::{Imperfections, LayoutError, PathInstance, Tile, TileSettings};
use ohmloom_devices::nonidealities::Effect;
use ohmloom_peripherals::front_ends::FrontEndDescription;
use ohmloom_solver::line_grid::GridError;

/// Where a tile lies in its matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TilePosition {
    /// Row and column in the grid of tiles.
    pub row: usize,
    /// Column in the grid of tiles.
    pub column: usize,
    /// First input of the matrix that the tile holds.
    pub first_input: usize,
    /// First output of the matrix that the tile holds.
    pub first_output: usize,
}

impl TilePosition {
    pub(crate) fn no_solution(&self, source: GridError) -> LayoutError {
        let Self { row, column, .. } = *self;
        LayoutError::Tile {
            row,
            column,
            source,
        }
    }
}

/// A signed weight matrix on tiles.
#[derive(Debug, Clone)]
pub struct MappedMatrix {
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    pub(crate) tiles: Vec<(TilePosition, Tile)>,
    /// Weight that one siemens of difference stands for.
    pub(crate) weight_per_siemens: f64,
    tile_cells: usize,
    clipped: usize,
    effects: Vec<Effect>,
    offsetting: Option<OffsettingEffect>,
    solved: bool,
}

impl MappedMatrix {
    /// Programs `weights` (`[out][in]`, row-major) onto tiles.
    ///
    /// # Errors
    /// Settings out of range; weights that are not finite.
    ///
    /// # Panics
    /// If `weights` does not have `outputs * inputs` values.
    pub fn new(
        weights: &[f64],
        outputs: usize,
        inputs: usize,
        settings: &TileSettings,
    ) -> Result<Self, LayoutError> {
        assert_eq!(weights.len(), outputs * inputs, "weights: outputs x inputs");
        Self::lay_out((weights, outputs, inputs), settings, None, None, None)
    }

    /// Programs `weights` as [`Self::new`] does, with non-idealities in every tile, unused cells included; targets lie between `1/r_off` and
    /// `1/r_on`. Each position of the grid of tiles has random numbers of its own.
    ///
    /// # Errors
    /// As [`Self::new`] and [`Imperfections::apply`].
    ///
    /// # Panics
    /// As [`Self::new`].
    pub fn with_imperfections(
        weights: &[f64],
        (outputs, inputs): (usize, usize),
        settings: &TileSettings,
        imperfections: &Imperfections<'_>,
    ) -> Result<Self, LayoutError> {
        assert_eq!(weights.len(), outputs * inputs, "weights: outputs x inputs");
        let matrix = (weights, outputs, inputs);
        Self::lay_out(matrix, settings, None, Some(imperfections), None)
    }

    /// Programs `weights` as [`Self::new`] does, onto cells of this description that are to conduct at `read_voltage` (V) what linear
    /// cells would. Cells whose conductance is out of reach get the nearest one ([`Self::clipped_cells`]).
    ///
    /// # Errors
    /// As [`Self::new`]; a description that makes no sense; cells that cannot be programmed; a tile that has no solution at half of the
    /// read voltage.
    ///
    /// # Panics
    /// As [`Self::new`].
    pub fn with_cells(
        weights: &[f64],
        (outputs, inputs): (usize, usize),
        settings: &TileSettings,
        (description, read_voltage): (&CellDescription, f64),
    ) -> Result<Self, LayoutError> {
        assert_eq!(weights.len(), outputs * inputs, "weights: outputs x inputs");
        let cells = Some((description, read_voltage));
        Self::lay_out((weights, outputs, inputs), settings, cells, None, None)
    }

    /// The layout behind all constructors; offsetting is for imperfections.
    pub(crate) fn lay_out(
        (weights, outputs, inputs): (&[f64], usize, usize),
        settings: &TileSettings,
        cells: Option<(&CellDescription, f64)>,
        imperfections: Option<&Imperfections<'_>>,
        offsetting: Option<&Offsetting<'_>>,
    ) -> Result<Self, LayoutError> {
        settings.validate()?;
        if let Some(index) = weights.iter().position(|w| !w.is_finite()) {
            let (output, input) = (index / inputs, index % inputs);
            return Err(LayoutError::BadWeight {
                output,
                input,
                value: weights[index],
            });
        }
        let (off, on) = settings.conductances();
        let heaviest = largest(weights);
        let siemens_per_weight = if heaviest > 0.0 {
            (on - off) / heaviest
        } else {
            0.0
        };
        // What a cell of each weight conducts, and at the end one without a weight.
        let mut targets: Vec<f64> = weights
            .iter()
            .map(|weight| off + siemens_per_weight * weight.abs())
            .collect();
        targets.push(off);
        let programmed = cells
            .map(|(description, volts)| {
                description.program(&targets, volts, settings.largest_conductance())
            })
            .transpose()?;
        let chords = programmed.as_ref().map_or(&targets, |p| &p.chord);
        let unweighted = weights.len();
        let mut clipped = 0;
        let mut tiles = Vec::new();
        let mut effects = Vec::new();
        let mut offset = offsetting.map(|_| OffsettingEffect::default());
        let grid_columns = outputs.div_ceil(settings.outputs());
        for (row, first_input) in (0..inputs).step_by(settings.rows).enumerate() {
            let rows = settings.rows.min(inputs - first_input);
            for (column, first_output) in (0..outputs).step_by(settings.outputs()).enumerate() {
                let columns = 2 * settings.outputs().min(outputs - first_output);
                // Which of the conductances each cell gets.
                let mut kinds = vec![unweighted; rows * columns];
                let mut empty = true;
                for (row, kinds) in kinds.chunks_exact_mut(columns).enumerate() {
                    for (output, pair) in kinds.chunks_exact_mut(2).enumerate() {
                        let index = (first_output + output) * inputs + first_input + row;
                        empty &= weights[index] == 0.0;
                        pair[usize::from(weights[index] < 0.0)] = index;
                    }
                }
                if empty {
                    continue;
                }
                let position = TilePosition {
                    row,
                    column,
                    first_input,
                    first_output,
                };
                let at_tile = |source| position.no_solution(source);
                let pick =
                    |of: &[f64]| -> Vec<f64> { kinds.iter().map(|&kind| of[kind]).collect() };
                let corner = |cells, unused| Corner {
                    rows,
                    columns,
                    cells,
                    unused,
                };
                let linear = pick(chords);
                let linear = corner(&linear, chords[unweighted]);
                let mut tile = match imperfections {
                    None => Tile::program(settings, &linear).map_err(at_tile)?,
                    Some(imperfections) => {
                        let of_tile = imperfections.at((row * grid_columns + column) as u64);
                        let moved = offsetting
                            .map(|o| o.targets(settings, &linear, &of_tile, row, at_tile))
                            .transpose()?;
                        let cells = moved.as_ref().map_or(linear.cells, |(cells, _)| cells);
                        let targets = Corner { cells, ..linear };
                        let (tile, done) =
                            Tile::program_imperfectly(settings, &targets, &of_tile, at_tile)?;
                        offset = offset
                            .zip(moved)
                            .map(|(sum, (_, of_tile))| sum.merge(of_tile));
                        Effect::add(&mut effects, &done);
                        tile
                    }
                };
                if let (Some(cells), Some(Programmed { conductance, .. })) = (cells, &programmed) {
                    let memristors = pick(conductance);
                    let memristors = corner(&memristors, conductance[unweighted]);
                    tile.add_cells(settings, cells, &memristors, at_tile)?;
                }
                if let Some(programmed) = &programmed {
                    clipped += kinds.iter().filter(|&&k| programmed.clipped[k]).count();
                }
                tiles.push((position, tile));
            }
        }
        Ok(Self {
            inputs,
            outputs,
            tiles,
            weight_per_siemens: if siemens_per_weight > 0.0 {
                1.0 / siemens_per_weight
            } else {
                0.0
            },
            tile_cells: settings.rows * settings.columns,
            clipped,
            effects,
            offsetting: offset,
            solved: false,
        })
    }

    /// Solves every tile for its transfer matrix, once for all inputs to come.
    ///
    /// # Errors
    /// A tile whose solution does not converge.
    pub fn solve(&mut self) -> Result<(), LayoutError> {
        self.tiles.par_iter_mut().try_for_each(|(position, tile)| {
            tile.solve().map_err(|source| position.no_solution(source))
        })?;
        self.solved = true;
        Ok(())
    }

    /// As [`Self::solve`], with a front end at the end of each column. Its input resistance is a part of the wires: it must be in the tiles' settings
    /// already ([`TileSettings::with_sensors`]).
    ///
    /// # Errors
    /// As [`Self::solve`], and a front end that cannot be at a column.
    pub fn solve_with_sensors(
        &mut self,
        front_end: &FrontEndDescription,
        instance: PathInstance,
    ) -> Result<(), LayoutError> {
        let tiles = self.tiles.par_iter_mut().enumerate();
        tiles.try_for_each(|(index, (position, tile))| {
            tile.add_sensors(front_end, instance, index, |source| {
                position.no_solution(source)
            })
        })?;
        self.solve()
    }

    /// Inputs of the matrix.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Outputs of the matrix.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The tiles that exist, with their positions.
    pub fn tiles(&self) -> &[(TilePosition, Tile)] {
        &self.tiles
    }

    /// Share of the tiles' cells that belong to a weight.
    pub fn utilisation(&self) -> f64 {
        let used = self.used_cells();
        let cells = self.tiles.len() * self.tile_cells;
        if cells == 0 {
            0.0
        } else {
            used as f64 / cells as f64
        }
    }

    /// Cells of weights whose conductance was out of reach; none without a description of the cells.
    pub fn clipped_cells(&self) -> usize {
        self.clipped
    }

    /// What each entry of the list of non-idealities did, over all tiles; nothing without one.
    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }

    /// What offsetting found and did in all tiles; nothing without it.
    pub fn offsetting_effect(&self) -> Option<OffsettingEffect> {
        self.offsetting
    }

    /// Cells that belong to a weight.
    pub fn used_cells(&self) -> usize {
        self.tiles
            .iter()
            .map(|(_, tile)| tile.used_rows() * tile.used_columns())
            .sum()
    }

    /// Checks inputs; returns the number of vectors.
    pub(crate) fn check(&self, inputs: &[f64]) -> Result<usize, LayoutError> {
        if !self.solved {
            return Err(LayoutError::NotSolved);
        }
        assert_eq!(
            inputs.len() % self.inputs,
            0,
            "inputs: whole vectors of {}",
            self.inputs
        );
        if let Some(index) = inputs.iter().position(|value| !value.is_finite()) {
            let (vector, input) = (index / self.inputs, index % self.inputs);
            return Err(LayoutError::BadInput {
                vector,
                input,
                value: inputs[index],
            });
        }
        Ok(inputs.len() / self.inputs)
    }
}
