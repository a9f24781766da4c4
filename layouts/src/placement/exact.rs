//! The least number of tiles, for few slices.
//!
//! First fit is right where it takes no more tiles than the cells alone need. Else slices of equal size and station are one kind, so that
//! a tile's content is a list of counts. Some tile holds the largest slice left; all contents with it that fit are tried, and of each
//! rest the least number of tiles is remembered. Whether a content fits is decided by trying every order and every place at an edge
//! (see [`free_places`]), and remembered too.

use std::collections::HashMap;

use super::packing::{free_places, pack_first_fit};
use super::{PlacedSlice, Placement, Slice, Station, TileSize};
use crate::LayoutError;

/// Steps of the search after which it gives up: seconds.
const MOST_STEPS: usize = 20_000_000;

/// Packs slices into the least number of tiles. For few slices, or few kinds of them: the time grows exponentially.
///
/// # Errors
/// A slice that is larger than a tile; a search that would take too long.
pub fn pack_exactly(slices: &[Slice], tile: TileSize) -> Result<Placement, LayoutError> {
    let quick = pack_first_fit(slices, tile)?;
    let cells: usize = slices
        .iter()
        .map(|slice| slice.rows * slice.columns())
        .sum();
    if quick.tiles <= cells.div_ceil(tile.cells()) {
        return Ok(quick);
    }
    let mut kinds: Vec<Slice> = Vec::new();
    let mut members: Vec<Vec<usize>> = Vec::new();
    let mut order: Vec<usize> = (0..slices.len()).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(slices[index].rows * slices[index].columns()));
    for index in order {
        let alike = |kind: &Slice| key(kind) == key(&slices[index]);
        if let Some(kind) = kinds.iter().position(alike) {
            members[kind].push(index);
        } else {
            kinds.push(slices[index]);
            members.push(vec![index]);
        }
    }
    let mut search = Search {
        kinds: &kinds,
        tile,
        steps: 0,
        fitting: HashMap::new(),
        least: HashMap::new(),
    };
    let mut left: Vec<usize> = members.iter().map(Vec::len).collect();
    search.least(&left)?;
    let mut placed: Vec<Option<PlacedSlice>> = vec![None; slices.len()];
    let mut tiles = 0;
    while left.iter().any(|&count| count > 0) {
        let Some(content) = search
            .least
            .get(&left)
            .and_then(|(_, content)| content.clone())
        else {
            break;
        };
        for (kind, row, column) in search.fit(&content)?.unwrap_or_default() {
            // Members are taken from the first to the last.
            let index = members[kind][members[kind].len() - left[kind]];
            left[kind] -= 1;
            placed[index] = Some(PlacedSlice {
                slice: slices[index],
                tile: tiles,
                row,
                column,
            });
        }
        tiles += 1;
    }
    Ok(Placement {
        tile,
        tiles,
        slices: placed.into_iter().flatten().collect(),
    })
}

/// What makes two slices alike.
fn key(slice: &Slice) -> (usize, usize, Option<Station>) {
    (slice.rows, slice.outputs, slice.station)
}

/// Where the slices of a content lie: kind, row, column.
type Arrangement = Vec<(usize, usize, usize)>;

struct Search<'a> {
    kinds: &'a [Slice],
    tile: TileSize,
    steps: usize,
    fitting: HashMap<Vec<usize>, Option<Arrangement>>,
    /// For what is left: the least number of tiles, and the content of the first of them.
    least: HashMap<Vec<usize>, (usize, Option<Vec<usize>>)>,
}

impl Search<'_> {
    fn step(&mut self) -> Result<(), LayoutError> {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            let reason = format!(
                "exact packing of {} kinds of slices takes too long: use first-fit",
                self.kinds.len()
            );
            return Err(LayoutError::BadShape { reason });
        }
        Ok(())
    }

    /// The least number of tiles for what is left.
    fn least(&mut self, left: &[usize]) -> Result<usize, LayoutError> {
        if let Some((tiles, _)) = self.least.get(left) {
            return Ok(*tiles);
        }
        let Some(largest) = left.iter().position(|&count| count > 0) else {
            return Ok(0);
        };
        let mut contents = Vec::new();
        let mut content = vec![0; left.len()];
        content[largest] = 1;
        self.contents(left, largest, &mut content, &mut contents)?;
        let mut best: Option<(usize, Vec<usize>)> = None;
        for content in contents {
            let rest: Vec<usize> = left.iter().zip(&content).map(|(a, b)| a - b).collect();
            let tiles = 1 + self.least(&rest)?;
            if best.as_ref().is_none_or(|(least, _)| tiles < *least) {
                best = Some((tiles, content));
            }
        }
        // The largest slice alone always fits.
        let (tiles, content) = best.map_or((0, None), |(tiles, content)| (tiles, Some(content)));
        self.least.insert(left.to_vec(), (tiles, content));
        Ok(tiles)
    }

    /// All contents that fit and to which no more of the kinds from `kind` on can be added, fuller ones first.
    fn contents(
        &mut self,
        left: &[usize],
        kind: usize,
        content: &mut Vec<usize>,
        found: &mut Vec<Vec<usize>>,
    ) -> Result<(), LayoutError> {
        self.step()?;
        if kind == self.kinds.len() {
            found.push(content.clone());
            return Ok(());
        }
        let before = content[kind];
        let mut most = before;
        while most < left[kind] {
            content[kind] = most + 1;
            if self.fit(content)?.is_none() {
                break;
            }
            most += 1;
        }
        for count in (before..=most).rev() {
            content[kind] = count;
            self.contents(left, kind + 1, content, found)?;
        }
        content[kind] = before;
        Ok(())
    }

    /// How a content fits into one tile, if it does.
    fn fit(&mut self, content: &[usize]) -> Result<Option<Arrangement>, LayoutError> {
        if let Some(known) = self.fitting.get(content) {
            return Ok(known.clone());
        }
        let held: Vec<&Slice> = content
            .iter()
            .zip(self.kinds)
            .filter(|(count, _)| **count > 0)
            .map(|(_, kind)| kind)
            .collect();
        let share = held
            .iter()
            .enumerate()
            .all(|(index, a)| held[..index].iter().all(|b| a.may_share_with(b)));
        let cells: usize = content
            .iter()
            .zip(self.kinds)
            .map(|(count, kind)| count * kind.rows * kind.columns())
            .sum();
        let mut arrangement = Vec::new();
        let fits = share
            && cells <= self.tile.cells()
            && self.arrange(&mut content.to_vec(), &mut Vec::new(), &mut arrangement)?;
        let outcome = fits.then_some(arrangement);
        self.fitting.insert(content.to_vec(), outcome.clone());
        Ok(outcome)
    }

    /// Places what is left of a content beside what is placed.
    fn arrange(
        &mut self,
        left: &mut Vec<usize>,
        placed: &mut Vec<PlacedSlice>,
        arrangement: &mut Arrangement,
    ) -> Result<bool, LayoutError> {
        self.step()?;
        if left.iter().all(|&count| count == 0) {
            return Ok(true);
        }
        for kind in 0..left.len() {
            if left[kind] == 0 {
                continue;
            }
            let slice = self.kinds[kind];
            let mut places: Vec<_> = free_places(placed, &slice, self.tile).collect();
            places.sort_unstable();
            places.dedup();
            left[kind] -= 1;
            for (row, column) in places {
                placed.push(PlacedSlice {
                    slice,
                    tile: 0,
                    row,
                    column,
                });
                arrangement.push((kind, row, column));
                if self.arrange(left, placed, arrangement)? {
                    return Ok(true);
                }
                placed.pop();
                arrangement.pop();
            }
            left[kind] += 1;
        }
        Ok(false)
    }
}
