//! Arrays cut into pieces that fit into a tile.

use super::{LayerLayout, TileSize};
use crate::LayoutError;

/// Arrays that work at the same time and so cannot share a tile: all of one group, but each in a place of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Station {
    /// Arrays with different groups may share a tile.
    pub group: usize,
    /// Arrays of one group may share a tile if this is equal.
    pub place: usize,
}

/// A rectangle of an array, at most as large as a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// Index of the layer, as the caller counts.
    pub layer: usize,
    /// Index of the array in its layer.
    pub array: usize,
    /// First row of the array that it holds.
    pub first_row: usize,
    /// Rows.
    pub rows: usize,
    /// First output of the array that it holds.
    pub first_output: usize,
    /// Outputs, each a pair of columns.
    pub outputs: usize,
    /// With what it cannot share a tile, if with anything.
    pub station: Option<Station>,
}

impl Slice {
    /// Columns: two for each output.
    pub fn columns(&self) -> usize {
        2 * self.outputs
    }

    /// Whether two slices may share a tile.
    pub fn may_share_with(&self, other: &Self) -> bool {
        match (self.station, other.station) {
            (Some(a), Some(b)) => a.group != b.group || a.place == b.place,
            _ => true,
        }
    }
}

/// Slices of one layer that are listed one by one at most.
const MOST_SLICES: usize = 1_000_000;

impl LayerLayout {
    /// Tiles of this size that the layer takes if it shares none.
    pub fn tiles(&self, tile: TileSize) -> usize {
        let outputs = tile.outputs();
        self.arrays()
            .map(|array| {
                if self.is_banded() {
                    (0..array.outputs())
                        .step_by(outputs)
                        .map(|first| {
                            let last = (first + outputs).min(array.outputs());
                            let occupied = array.occupied(first..last, tile.rows());
                            occupied.iter().filter(|&&occupied| occupied).count()
                        })
                        .sum::<usize>()
                } else {
                    array.rows().div_ceil(tile.rows()) * array.outputs().div_ceil(outputs)
                }
            })
            .sum()
    }

    /// The layer's arrays cut into slices of at most a tile: array by array, each by rows of tiles. `layer` is the layer's index, and
    /// `station` tells with what an array (its index, its part) cannot share a tile.
    ///
    /// # Errors
    /// More than a million slices.
    pub fn slices(
        &self,
        layer: usize,
        tile: TileSize,
        station: impl Fn(usize) -> Option<Station>,
    ) -> Result<Vec<Slice>, LayoutError> {
        let outputs = tile.outputs();
        let mut slices = Vec::new();
        let too_many = || LayoutError::BadShape {
            reason: format!(
                "the {} layout takes more than {MOST_SLICES} tiles of {} x {}",
                self.scheme().name(),
                tile.rows(),
                tile.columns()
            ),
        };
        if !self.is_banded() && self.tiles(tile) > MOST_SLICES {
            return Err(too_many());
        }
        for array in self.arrays() {
            let occupied: Option<Vec<Vec<bool>>> = self.is_banded().then(|| {
                (0..array.outputs())
                    .step_by(outputs)
                    .map(|first| {
                        let last = (first + outputs).min(array.outputs());
                        array.occupied(first..last, tile.rows())
                    })
                    .collect()
            });
            for (tile_row, first_row) in (0..array.rows()).step_by(tile.rows()).enumerate() {
                for (tile_column, first_output) in (0..array.outputs()).step_by(outputs).enumerate()
                {
                    if occupied
                        .as_ref()
                        .is_some_and(|occupied| !occupied[tile_column][tile_row])
                    {
                        continue;
                    }
                    if slices.len() == MOST_SLICES {
                        return Err(too_many());
                    }
                    slices.push(Slice {
                        layer,
                        array: array.index(),
                        first_row,
                        rows: tile.rows().min(array.rows() - first_row),
                        first_output,
                        outputs: outputs.min(array.outputs() - first_output),
                        station: station(array.part()),
                    });
                }
            }
        }
        Ok(slices)
    }
}
