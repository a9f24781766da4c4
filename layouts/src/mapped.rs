//! A weight matrix on a grid of tiles: the dense layout.
//!
//! Output `o` is the pair of neighbouring columns `2o` (positive) and `2o + 1` (negative) of its tile. With `s = (G_on - G_off) /
//! max|w|` a weight `w` is programmed as `G_off + s max(w, 0)` and `G_off + s max(-w, 0)`, so the pair's difference is `s w`. A
//! matrix larger than a tile is cut; tiles one below the other hold slices of the same outputs, and their results are added as
//! numbers, after their converters. A tile whose weights are all zero is left out.

use rayon::prelude::*;

use crate::converters::largest;
use crate::{Converters, LayoutError, SignalRange, Tile, TileSettings};
use ohmloom_solver::dense::multiply_transposed;

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

/// A signed weight matrix on tiles.
#[derive(Debug, Clone)]
pub struct MappedMatrix {
    inputs: usize,
    outputs: usize,
    tiles: Vec<(TilePosition, Tile)>,
    /// Weight that one siemens of difference stands for.
    weight_per_siemens: f64,
    tile_cells: usize,
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
        let mut tiles = Vec::new();
        for (row, first_input) in (0..inputs).step_by(settings.rows).enumerate() {
            let rows = settings.rows.min(inputs - first_input);
            for (column, first_output) in (0..outputs).step_by(settings.outputs()).enumerate() {
                let columns = 2 * settings.outputs().min(outputs - first_output);
                let position = TilePosition {
                    row,
                    column,
                    first_input,
                    first_output,
                };
                let weight = |row: usize, output: usize| {
                    weights[(first_output + output) * inputs + first_input + row]
                };
                let mut cells = vec![off; rows * columns];
                let mut empty = true;
                for (row, cells) in cells.chunks_exact_mut(columns).enumerate() {
                    for (output, pair) in cells.chunks_exact_mut(2).enumerate() {
                        let weight = weight(row, output);
                        empty &= weight == 0.0;
                        pair[usize::from(weight < 0.0)] += siemens_per_weight * weight.abs();
                    }
                }
                if !empty {
                    let tile =
                        Tile::program(settings, rows, columns, &cells).map_err(|source| {
                            LayoutError::Tile {
                                row,
                                column,
                                source,
                            }
                        })?;
                    tiles.push((position, tile));
                }
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
            solved: false,
        })
    }

    /// Solves every tile for its transfer matrix, once for all inputs to come.
    ///
    /// # Errors
    /// A tile whose solution does not converge.
    pub fn solve(&mut self) -> Result<(), LayoutError> {
        self.tiles.par_iter_mut().try_for_each(|(position, tile)| {
            let TilePosition { row, column, .. } = *position;
            tile.solve().map_err(|source| LayoutError::Tile {
                row,
                column,
                source,
            })
        })?;
        self.solved = true;
        Ok(())
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
        let used: usize = self
            .tiles
            .iter()
            .map(|(_, tile)| tile.used_rows() * tile.used_columns())
            .sum();
        let cells = self.tiles.len() * self.tile_cells;
        if cells == 0 {
            0.0
        } else {
            used as f64 / cells as f64
        }
    }

    /// Multiplies `vectors x inputs` activations by the matrix, as the tiles and their converters do it, into `vectors x outputs`.
    ///
    /// # Errors
    /// An input that is not finite; tiles not solved yet.
    ///
    /// # Panics
    /// If a slice does not hold whole vectors, or not as many as the other.
    pub fn multiply(
        &self,
        inputs: &[f64],
        converters: &Converters,
        out: &mut [f64],
    ) -> Result<(), LayoutError> {
        let vectors = self.check(inputs)?;
        assert_eq!(
            out.len(),
            vectors * self.outputs,
            "outputs: vectors x outputs"
        );
        let mut volts = inputs.to_vec();
        let scales: Vec<f64> = volts
            .chunks_exact_mut(self.inputs)
            .map(|vector| converters.drive(vector))
            .collect();
        out.fill(0.0);
        self.for_each_tile(&volts, |position, currents, outputs| {
            for (vector, currents) in currents.chunks_exact_mut(outputs).enumerate() {
                converters.sense(currents);
                let scale = scales[vector] * self.weight_per_siemens;
                let first = vector * self.outputs + position.first_output;
                for (sum, current) in out[first..first + outputs].iter_mut().zip(currents.iter()) {
                    *sum += scale * current;
                }
            }
        });
        Ok(())
    }

    /// The voltages that [`Self::multiply`] applies to one tile's used rows for one vector of activations.
    pub fn tile_voltages(&self, tile: usize, vector: &[f64], converters: &Converters) -> Vec<f64> {
        let (position, tile) = &self.tiles[tile];
        let mut volts = vector.to_vec();
        converters.drive(&mut volts);
        volts[position.first_input..position.first_input + tile.used_rows()].to_vec()
    }

    /// What the converters have to cover for these activations, see [`SignalRange`].
    ///
    /// # Errors
    /// As [`Self::multiply`].
    pub fn observe(&self, inputs: &[f64]) -> Result<SignalRange, LayoutError> {
        self.check(inputs)?;
        let peaks: Vec<f64> = inputs.chunks_exact(self.inputs).map(largest).collect();
        let mut range = SignalRange {
            input: largest(inputs),
            negative: inputs.iter().any(|&value| value < 0.0),
            ..SignalRange::default()
        };
        self.for_each_tile(inputs, |_, currents, outputs| {
            for (currents, &peak) in currents
                .chunks_exact(outputs)
                .zip(&peaks)
                .filter(|(_, peak)| **peak > 0.0)
            {
                let current = largest(currents);
                range.current = range.current.max(current);
                range.normalised_current = range.normalised_current.max(current / peak);
            }
        });
        Ok(range)
    }

    /// Checks inputs; returns the number of vectors.
    fn check(&self, inputs: &[f64]) -> Result<usize, LayoutError> {
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

    /// Calls `visit` for each tile with its differential currents, `vectors x outputs of the tile`, for these voltages.
    fn for_each_tile(
        &self,
        volts: &[f64],
        mut visit: impl FnMut(&TilePosition, &mut [f64], usize),
    ) {
        let vectors = volts.len() / self.inputs;
        let (mut rows, mut currents) = (Vec::new(), Vec::new());
        let mut gathered = usize::MAX;
        for (position, tile) in &self.tiles {
            let used = tile.used_rows();
            // Tiles of one row of the grid follow each other and share their voltages.
            if gathered != position.first_input {
                gathered = position.first_input;
                rows.clear();
                for vector in volts.chunks_exact(self.inputs) {
                    rows.extend_from_slice(
                        &vector[position.first_input..position.first_input + used],
                    );
                }
            }
            currents.resize(vectors * tile.outputs(), 0.0);
            multiply_transposed(&rows, tile.differential(), &mut currents, used);
            visit(position, &mut currents, tile.outputs());
        }
    }
}
