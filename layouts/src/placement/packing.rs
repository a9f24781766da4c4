//! Slices packed into tiles.

use super::Slice;
use crate::LayoutError;

/// Size of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TileSize {
    rows: usize,
    columns: usize,
}

impl TileSize {
    /// A tile of `rows x columns`; an odd last column stays unused.
    ///
    /// # Errors
    /// No row, or less than a pair of columns.
    pub fn new(rows: usize, columns: usize) -> Result<Self, LayoutError> {
        if rows == 0 || columns < 2 {
            let reason = format!("a tile of {rows} x {columns} holds no weight");
            return Err(LayoutError::BadShape { reason });
        }
        Ok(Self { rows, columns })
    }

    /// Rows.
    pub fn rows(self) -> usize {
        self.rows
    }

    /// Columns.
    pub fn columns(self) -> usize {
        self.columns
    }

    /// Outputs: pairs of columns.
    pub fn outputs(self) -> usize {
        self.columns / 2
    }

    /// Cells.
    pub fn cells(self) -> usize {
        self.rows * self.columns
    }
}

/// A slice in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlacedSlice {
    /// What lies there.
    pub slice: Slice,
    /// Index of the tile.
    pub tile: usize,
    /// Row of the tile at which the slice begins, counted from the top.
    pub row: usize,
    /// Column of the tile at which the slice begins, counted from the left.
    pub column: usize,
}

impl PlacedSlice {
    fn overlaps(&self, other: &Self) -> bool {
        self.row < other.row + other.slice.rows
            && other.row < self.row + self.slice.rows
            && self.column < other.column + other.slice.columns()
            && other.column < self.column + self.slice.columns()
    }
}

/// Slices in their tiles. Slices that share a tile are read one after another: their rows are driven, all others are at 0 V, and
/// only their columns are sensed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// Size of all tiles.
    pub tile: TileSize,
    /// Number of tiles.
    pub tiles: usize,
    /// The slices, in the order given.
    pub slices: Vec<PlacedSlice>,
}

impl Placement {
    /// Slices of each tile.
    pub fn by_tile(&self) -> Vec<Vec<PlacedSlice>> {
        let mut tiles = vec![Vec::new(); self.tiles];
        for placed in &self.slices {
            tiles[placed.tile].push(*placed);
        }
        tiles
    }
}

/// Each slice in a tile of its own, at the upper left corner.
///
/// # Errors
/// A slice that is larger than a tile.
pub fn one_tile_each(slices: &[Slice], tile: TileSize) -> Result<Placement, LayoutError> {
    check(slices, tile)?;
    let placed = slices
        .iter()
        .enumerate()
        .map(|(index, &slice)| PlacedSlice {
            slice,
            tile: index,
            row: 0,
            column: 0,
        });
    Ok(Placement {
        tile,
        tiles: slices.len(),
        slices: placed.collect(),
    })
}

/// A tile that is not full.
struct Open {
    index: usize,
    free: usize,
    content: Vec<PlacedSlice>,
}

/// First fit: each slice, in the order given, goes into the first tile with room for it, there to the topmost and then leftmost
/// place; where no tile has room, into a new one.
///
/// # Errors
/// A slice that is larger than a tile.
pub fn pack_first_fit(slices: &[Slice], tile: TileSize) -> Result<Placement, LayoutError> {
    check(slices, tile)?;
    let mut open: Vec<Open> = Vec::new();
    let mut tiles = 0;
    let mut placed = Vec::with_capacity(slices.len());
    for slice in slices {
        let cells = slice.rows * slice.columns();
        let found = open.iter().enumerate().find_map(|(at, candidate)| {
            let shares = candidate
                .content
                .iter()
                .all(|other| slice.may_share_with(&other.slice));
            if candidate.free < cells || !shares {
                return None;
            }
            free_places(&candidate.content, slice, tile)
                .min()
                .map(|place| (at, place))
        });
        let (at, (row, column)) = found.unwrap_or_else(|| {
            open.push(Open {
                index: tiles,
                free: tile.cells(),
                content: Vec::new(),
            });
            tiles += 1;
            (open.len() - 1, (0, 0))
        });
        let target = &mut open[at];
        let place = PlacedSlice {
            slice: *slice,
            tile: target.index,
            row,
            column,
        };
        target.free -= cells;
        target.content.push(place);
        placed.push(place);
        if target.free == 0 {
            open.remove(at);
        }
    }
    Ok(Placement {
        tile,
        tiles,
        slices: placed,
    })
}

/// Places `(row, column)` of a tile where a slice fits beside what is there, each at an edge of something. In every arrangement of
/// rectangles these can be pushed up and left until each lies so.
pub(super) fn free_places<'a>(
    content: &'a [PlacedSlice],
    slice: &'a Slice,
    tile: TileSize,
) -> impl Iterator<Item = (usize, usize)> + 'a {
    let rows = content.iter().map(|placed| placed.row + placed.slice.rows);
    let columns = || {
        let edges = content
            .iter()
            .map(|placed| placed.column + placed.slice.columns());
        std::iter::once(0).chain(edges)
    };
    std::iter::once(0)
        .chain(rows)
        .flat_map(move |row| columns().map(move |column| (row, column)))
        .filter(move |&(row, column)| {
            let candidate = PlacedSlice {
                slice: *slice,
                tile: 0,
                row,
                column,
            };
            row + slice.rows <= tile.rows()
                && column + slice.columns() <= tile.columns()
                && content.iter().all(|placed| !candidate.overlaps(placed))
        })
}

/// Checks that every slice fits into an empty tile.
fn check(slices: &[Slice], tile: TileSize) -> Result<(), LayoutError> {
    let outsized = slices
        .iter()
        .find(|slice| slice.rows > tile.rows() || slice.columns() > tile.columns());
    match outsized {
        None => Ok(()),
        Some(slice) => Err(LayoutError::BadShape {
            reason: format!(
                "a slice of {} x {} does not fit into a tile of {} x {}",
                slice.rows,
                slice.columns(),
                tile.rows(),
                tile.columns()
            ),
        }),
    }
}
