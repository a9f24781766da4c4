//! A weight matrix on tiles, between converters.
//!
//! Each tile holds a part of the matrix ([`MatrixLayout`]) and each output of a part is a current, or a difference of currents, that the tile's
//! converter sees ([`SignedScheme`]). Parts one below the other are slices of the same outputs, and their results are added as
//! numbers, after their converters. A part whose weights are all zero is left out.
//!
//! With a description of the cells, conductances are what whole cells conduct at the read voltage, without wires; their memristors
//! are programmed accordingly. Each tile then exists twice: with linear cells of these conductances, and with the cells described.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;

use crate::cells::CellDescription;
use crate::offsetting::OffsettingEffect;
use crate::{
    Conditions, GroupMatrix, Imperfections, LayoutError, MatrixLayout, SignedScheme, Tile,
    TileSettings,
};
use ohmloom_devices::nonidealities::Effect;
use ohmloom_peripherals::InstanceKey;
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
    /// Which digit of the weights it holds, from the lowest; 0 for whole weights.
    pub digit: usize,
    /// Number of its (first) array, by which arrays have random numbers of their own. Parts of matrices with the same number share a tile.
    pub number: u64,
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
    signed: SignedScheme,
    pub(crate) tiles: Vec<(TilePosition, Tile)>,
    tile_cells: usize,
    /// Cells of weights.
    used: usize,
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
        let matrix = GroupMatrix::dense(weights, outputs, inputs)?;
        let layout = MatrixLayout::new(matrix, settings);
        Self::lay_out(&layout, &Conditions::default(), None)
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
        let conditions = Conditions {
            imperfections: Some(imperfections),
            ..Conditions::default()
        };
        let matrix = GroupMatrix::dense(weights, outputs, inputs)?;
        Self::lay_out(&MatrixLayout::new(matrix, settings), &conditions, None)
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
        cells: (&CellDescription, f64),
    ) -> Result<Self, LayoutError> {
        assert_eq!(weights.len(), outputs * inputs, "weights: outputs x inputs");
        let conditions = Conditions {
            cells: Some(cells),
            ..Conditions::default()
        };
        let matrix = GroupMatrix::dense(weights, outputs, inputs)?;
        Self::lay_out(&MatrixLayout::new(matrix, settings), &conditions, None)
    }

    /// A matrix that has no tiles yet.
    pub(crate) fn without_tiles(layout: &MatrixLayout<'_>, offset: bool) -> Self {
        Self {
            inputs: layout.matrix.inputs(),
            outputs: layout.matrix.outputs(),
            signed: layout.signed,
            tiles: Vec::new(),
            tile_cells: layout.tile.rows * layout.tile.columns,
            used: 0,
            clipped: 0,
            effects: Vec::new(),
            offsetting: offset.then(OffsettingEffect::default),
            solved: false,
        }
    }

    /// Adds a tile with the cells of its weights; tiles come in rows of the grid.
    pub(crate) fn add(
        &mut self,
        position: TilePosition,
        tile: Tile,
        used: usize,
        clipped: usize,
        offset: Option<OffsettingEffect>,
    ) {
        self.tiles.push((position, tile));
        self.used += used;
        self.clipped += clipped;
        self.offsetting = self
            .offsetting
            .zip(offset)
            .map(|(a, b)| a.merge(b))
            .or(self.offsetting);
    }

    /// Adds what non-idealities did.
    pub(crate) fn add_effects(&mut self, effects: &[Effect]) {
        Effect::add(&mut self.effects, effects);
    }

    /// Solves every tile for its transfer matrix, once for all inputs to come.
    ///
    /// # Errors
    /// A tile whose solution does not converge.
    pub fn solve(&mut self) -> Result<(), LayoutError> {
        let mut different = Vec::new();
        let mut index = HashMap::new();
        for (number, (_, tile)) in self.tiles.iter().enumerate() {
            index.entry(tile.identity()).or_insert_with(|| {
                different.push(number);
                different.len() - 1
            });
        }
        let solve = |number: &usize| {
            let (position, tile) = &self.tiles[*number];
            let solved = tile.solution().map(Arc::new);
            solved.map_err(|source| position.no_solution(source))
        };
        let solutions = different
            .par_iter()
            .map(solve)
            .collect::<Result<Vec<_>, _>>()?;
        for (_, tile) in &mut self.tiles {
            tile.take(Arc::clone(&solutions[index[&tile.identity()]]));
        }
        self.solved = true;
        Ok(())
    }

    /// As [`Self::solve`], with a front end at the end of each column, with the random numbers of this seed. Its input resistance is a part of the wires:
    /// it must be in the tiles' settings already ([`TileSettings::with_sensors`]).
    ///
    /// # Errors
    /// As [`Self::solve`], and a front end that cannot be at a column.
    pub fn solve_with_sensors(
        &mut self,
        front_end: &FrontEndDescription,
        seed: u64,
    ) -> Result<(), LayoutError> {
        self.tiles.par_iter_mut().try_for_each(|(position, tile)| {
            let key = |array: usize, column: usize| InstanceKey {
                seed,
                trial: 0,
                tile: position.number + array as u64,
                index: column as u32,
            };
            tile.add_sensors(front_end, key, |source| position.no_solution(source))
        })?;
        self.solve()
    }

    /// Weight that one siemens of an output stands for, where it is the same in all tiles.
    pub(crate) fn weight_per_siemens(&self) -> Option<f64> {
        let (_, first) = self.tiles.first()?;
        let weight = first.weight_per_siemens;
        let all = |(_, tile): &(TilePosition, Tile)| tile.weight_per_siemens == weight;
        self.tiles.iter().all(all).then_some(weight)
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

    /// Columns that its outputs take on arrays without end, those of the offset-column scheme's references left out.
    pub fn columns(&self) -> usize {
        match self.signed {
            SignedScheme::Columns => 2 * self.outputs,
            _ => self.outputs,
        }
    }

    /// How its weights have signs.
    pub fn signed(&self) -> SignedScheme {
        self.signed
    }

    /// The numbers of all arrays that hold a part of it.
    pub fn arrays(&self) -> BTreeSet<u64> {
        let of_tile = |position: &TilePosition| {
            let first = position.number;
            first..first + self.signed.arrays() as u64
        };
        let positions = self.tiles.iter().map(|(position, _)| position);
        positions.flat_map(of_tile).collect()
    }

    /// Share of the cells of its arrays that belong to a weight of it.
    pub fn utilisation(&self) -> f64 {
        let cells = self.arrays().len() * self.tile_cells;
        if cells == 0 {
            0.0
        } else {
            self.used as f64 / cells as f64
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
        self.used
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
