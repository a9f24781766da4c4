//! Matrices whose parts share tiles.

use rayon::prelude::*;

use super::layout::{Cut, Plan};
use super::{Conditions, MatrixLayout, Occupant, Programmed, Region, program};
use crate::offsetting::Offsetting;
use crate::placement::{Placement, Slice, Station, TileSize};
use crate::{LayoutError, MappedMatrix};

/// One of several matrices that share tiles.
#[derive(Debug, Clone)]
pub struct MatrixOnTiles<'a> {
    /// How it lies on tiles.
    pub layout: MatrixLayout<'a>,
    /// How its targets make up for stuck cells.
    pub offsetting: Option<Offsetting<'a>>,
    /// Arrays of matrices with equal numbers work at the same time, so that none of them may share a tile with another.
    pub concurrent: Option<usize>,
}

/// Programs matrices onto tiles that their parts share as `packing` places them ([`crate::placement`]). All cells of a tile are programmed, and its
/// non-idealities drawn, once; each part is then read alone: its rows are driven, all others are at 0 V, and only its columns are
/// sensed. Tiles are numbered from `first_array` of the first matrix. All matrices must have the same tiles, scheme of signs and unsensed columns.
///
/// # Errors
/// As [`MappedMatrix::lay_out`], with the index of the matrix; matrices that cannot share tiles; a packing that fails.
pub fn pack(
    matrices: &[MatrixOnTiles<'_>],
    conditions: &Conditions<'_>,
    packing: impl Fn(&[Slice], TileSize) -> Result<Placement, LayoutError>,
) -> Result<Vec<MappedMatrix>, (usize, LayoutError)> {
    let Some(first) = matrices.first().map(|matrix| &matrix.layout) else {
        return Ok(Vec::new());
    };
    let mut plans = Vec::with_capacity(matrices.len());
    let mut mapped = Vec::with_capacity(matrices.len());
    for (
        index,
        MatrixOnTiles {
            layout, offsetting, ..
        },
    ) in matrices.iter().enumerate()
    {
        let fail = |error| (index, error);
        if (layout.tile, layout.signed, layout.unsensed)
            != (first.tile, first.signed, first.unsensed)
        {
            let reason = "matrices on other tiles, of another scheme or with other unsensed columns cannot share tiles".into();
            return Err(fail(LayoutError::BadShape { reason }));
        }
        conditions
            .check(layout, offsetting.is_some())
            .map_err(fail)?;
        if let Some(moments) = offsetting.as_ref().and_then(Offsetting::moments) {
            moments
                .check(layout.matrix.inputs(), layout.tile)
                .map_err(fail)?;
        }
        plans.push(Plan::new(layout.clone(), conditions.cells).map_err(fail)?);
        mapped.push(MappedMatrix::without_tiles(layout, offsetting.is_some()));
    }
    let mut parts = parts(matrices, &plans);
    let slices: Vec<Slice> = parts.iter().map(|part| part.slice).collect();
    // A slice counts its columns by twos.
    let columns_of_one = if first.signed == crate::SignedScheme::Columns {
        1
    } else {
        2
    };
    let size = TileSize::new(first.tile.rows, columns_of_one * first.tile.columns);
    let placement = size
        .and_then(|size| packing(&slices, size))
        .map_err(|error| (0, error))?;
    let arrays = first.signed.arrays() as u64;
    let mut tiles: Vec<Vec<usize>> = vec![Vec::new(); placement.tiles];
    for (index, (part, placed)) in parts.iter_mut().zip(&placement.slices).enumerate() {
        tiles[placed.tile].push(index);
        part.cut.position.number = first.first_array + placed.tile as u64 * arrays;
        part.region.first_row = placed.row;
        part.region.first_column = placed.column / columns_of_one;
    }
    let program_tile = |indices: &Vec<usize>| {
        let occupants: Vec<Occupant<'_>> = indices
            .iter()
            .map(|&index| &parts[index])
            .map(|part| Occupant {
                plan: &plans[part.matrix],
                cut: &part.cut,
                region: part.region,
                offsetting: matrices[part.matrix].offsetting,
                weights: part.weights.clone(),
            })
            .collect();
        let number = parts[indices[0]].cut.position.number;
        let imperfections = conditions.imperfections.map(|list| list.at(number));
        program(&occupants, imperfections.as_ref())
            .map_err(|(index, error)| (parts[indices[index]].matrix, error))
    };
    let programmed: Vec<_> = tiles
        .par_iter()
        .map(program_tile)
        .collect::<Result<_, _>>()?;
    let mut done: Vec<Option<Programmed>> = parts.iter().map(|_| None).collect();
    for (indices, (of_tile, effects)) in tiles.iter().zip(programmed) {
        // What was done to a tile is counted once.
        mapped[parts[indices[0]].matrix].add_effects(&effects);
        for (&index, part) in indices.iter().zip(of_tile) {
            done[index] = Some(part);
        }
    }
    for (part, done) in parts.iter().zip(done) {
        if let Some(Programmed {
            tile,
            clipped,
            offset,
        }) = done
        {
            mapped[part.matrix].add(part.cut.position, tile, part.cells, clipped, offset);
        }
    }
    Ok(mapped)
}

/// A part of one of the matrices.
struct Part {
    matrix: usize,
    cut: Cut,
    region: Region,
    weights: Vec<f64>,
    /// Cells of its weights.
    cells: usize,
    slice: Slice,
}

/// The parts of all matrices, in their order.
fn parts(matrices: &[MatrixOnTiles<'_>], plans: &[Plan<'_>]) -> Vec<Part> {
    let mut parts = Vec::new();
    for (matrix, plan) in plans.iter().enumerate() {
        for cut in plan.cuts() {
            let Some((weights, cells)) = plan.weights(&cut) else {
                continue;
            };
            let region = plan.region(&cut);
            let columns = region.columns().len();
            let slice = Slice {
                layer: matrix,
                array: cut.array,
                first_row: cut.rows.start,
                rows: cut.rows.len(),
                first_output: cut.outputs.start,
                outputs: if plan.layout.signed == crate::SignedScheme::Columns {
                    columns / 2
                } else {
                    columns
                },
                station: matrices[matrix].concurrent.map(|group| Station {
                    group,
                    place: matrix + cut.array * matrices.len(),
                }),
            };
            parts.push(Part {
                matrix,
                cut,
                region,
                weights,
                cells,
                slice,
            });
        }
    }
    parts
}
