//! From the weights of matrices to programmed tiles.

mod layout;
mod packed;
mod programmed_cells;
mod site;

use std::collections::HashMap;
use std::sync::Arc;

use ohmloom_devices::nonidealities::Effect;
use rayon::prelude::*;

pub use layout::MatrixLayout;
pub use packed::{MatrixOnTiles, pack};
pub(crate) use site::{Region, Site, StuckCells, sensed, transfer};

use crate::arrangement::{Arrangement, FaultyRegion};
use crate::cells::CellDescription;
use crate::offsetting::{Offsetting, OffsettingEffect, StuckPair};
use crate::{Imperfections, LayoutError, MappedMatrix, Tile};
use layout::{Cut, Plan};

/// What the cells of matrices are, and what they do not do as programmed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Conditions<'a> {
    /// The cells, where they are nonlinear, and the voltage at which they are to conduct what linear ones would, V.
    pub cells: Option<(&'a CellDescription, f64)>,
    /// Non-idealities, of all cells of every array.
    pub imperfections: Option<&'a Imperfections<'a>>,
}

impl Conditions<'_> {
    /// Whether a matrix can be laid out so under these conditions.
    fn check(&self, layout: &MatrixLayout<'_>, offset: bool) -> Result<(), LayoutError> {
        layout
            .arrangement
            .check(layout.signed, layout.tile.columns)?;
        layout.signed.check(self.cells.is_some(), offset)
    }
}

/// A part of a matrix in its place on a tile.
struct Occupant<'a> {
    plan: &'a Plan<'a>,
    cut: &'a Cut,
    region: Region,
    offsetting: Option<Offsetting<'a>>,
    weights: Vec<f64>,
}

impl Occupant<'_> {
    /// The rows and pairs of columns that its inputs and outputs get; `None` where there is nothing to rearrange.
    fn arrangement(&self, site: &Site<'_>, stuck: Option<&StuckCells>) -> Option<Arrangement> {
        let Self { plan, region, .. } = self;
        let settings = plan.layout.arrangement;
        if !settings.is_active() {
            return None;
        }
        let pairs = match stuck {
            None => vec![StuckPair::default(); region.rows * region.outputs],
            Some(stuck) => StuckPair::all(&site.pick(region, stuck)),
        };
        let weight_per_siemens = plan.coding.weight_per_siemens();
        let siemens = if weight_per_siemens > 0.0 {
            1.0 / weight_per_siemens
        } else {
            0.0
        };
        let wanted: Vec<f64> = self.weights.iter().map(|weight| siemens * weight).collect();
        let moments = match self.offsetting.as_ref().and_then(Offsetting::moments) {
            None => vec![1.0; region.rows],
            Some(moments) => {
                let moments = moments.of_tile(self.cut.position.row);
                moments.iter().step_by(region.rows + 1).copied().collect()
            }
        };
        let faulty = FaultyRegion {
            wanted: &wanted,
            pairs: &pairs,
            places: region.outputs,
            range: site.settings.range(),
            partners: self.offsetting.is_some(),
            moments: &moments,
        };
        Some(faulty.arrange(settings))
    }
}

/// What became of it.
struct Programmed {
    tile: Tile,
    clipped: usize,
    offset: Option<OffsettingEffect>,
}

/// Programs the parts that share a tile, and makes their reads. An error comes with the index of its part.
fn program(
    occupants: &[Occupant<'_>],
    imperfections: Option<&Imperfections<'_>>,
) -> Result<(Vec<Programmed>, Vec<Effect>), (usize, LayoutError)> {
    let first = occupants[0].plan;
    let mut site = Site::new(&first.layout, first.unused());
    let mut clipped = Vec::with_capacity(occupants.len());
    let knows_faults = |occupant: &Occupant<'_>| {
        occupant.offsetting.is_some() || occupant.plan.layout.arrangement.is_active()
    };
    let stuck = imperfections
        .filter(|_| occupants.iter().any(knows_faults))
        .map(|imperfections| site.stuck(imperfections))
        .transpose()
        .map_err(|error| (0, error))?;
    let mut arrangements = Vec::with_capacity(occupants.len());
    for occupant in occupants {
        let Occupant { plan, region, .. } = occupant;
        let arrangement = occupant.arrangement(&site, stuck.as_ref()).map(Arc::new);
        let targets = match &arrangement {
            None => plan.coding.targets(&occupant.weights, region.outputs),
            Some(arrangement) => {
                let weights = arrangement.weights(&occupant.weights);
                plan.coding.targets(&weights, region.outputs)
            }
        };
        arrangements.push(arrangement);
        match &plan.cells {
            None => {
                site.write(region, &targets);
                clipped.push(0);
            }
            Some(cells) => {
                site.write(region, &cells.chords(&targets));
                site.write_memristors(region, &cells.memristors(&targets));
                clipped.push(cells.clipped(&targets));
            }
        }
    }
    let mut offset = vec![None; occupants.len()];
    if let Some(stuck) = &stuck {
        for (index, occupant) in occupants.iter().enumerate() {
            let Some(offsetting) = &occupant.offsetting else {
                continue;
            };
            let arrangement = arrangements[index].as_deref();
            let row = occupant.cut.position.row;
            let (targets, effect) = offsetting
                .targets(&site, &occupant.region, stuck, (row, arrangement))
                .map_err(|source| (index, occupant.cut.position.no_solution(source)))?;
            site.write(&occupant.region, &targets);
            offset[index] = Some(effect);
        }
    }
    let (arrays, effects) = site.program(imperfections).map_err(|error| (0, error))?;
    let parts = occupants.iter().zip(clipped).zip(offset).enumerate();
    let tiles = parts.map(|(index, ((occupant, clipped), offset))| {
        let Occupant {
            plan, cut, region, ..
        } = occupant;
        let fail = |source| (index, cut.position.no_solution(source));
        let grids = arrays.iter().map(|array| site.grid(region, array));
        let grids = grids.collect::<Result<Vec<_>, _>>().map_err(fail)?;
        let mut tile = Tile::new(*region, grids, plan.coding.offset());
        tile.arrangement.clone_from(&arrangements[index]);
        tile.weight_per_siemens = plan.weight_per_siemens(cut.position.digit);
        if let (Some(cells), Some(memristors)) = (&plan.cells, site.memristors()) {
            let no_solution = |source| cut.position.no_solution(source);
            tile.add_cells(
                (cells.description, cells.read_voltage),
                memristors,
                no_solution,
            )
            .map_err(|error| (index, error))?;
        }
        Ok(Programmed {
            tile,
            clipped,
            offset,
        })
    });
    Ok((tiles.collect::<Result<_, _>>()?, effects))
}

/// Parts whose weights are formed together.
const CHUNK: usize = 256;

impl MappedMatrix {
    /// Programs a matrix onto tiles of its own.
    ///
    /// # Errors
    /// Settings out of range; weights that are not finite; a scheme that these conditions do not go with; as [`Imperfections::apply`], [`Self::with_cells`] and
    /// [`Self::with_offsetting`].
    pub fn lay_out(
        layout: &MatrixLayout<'_>,
        conditions: &Conditions<'_>,
        offsetting: Option<&Offsetting<'_>>,
    ) -> Result<Self, LayoutError> {
        conditions.check(layout, offsetting.is_some())?;
        let plan = Plan::new(layout.clone(), conditions.cells)?;
        if let Some(moments) = offsetting.and_then(Offsetting::moments) {
            moments.check(layout.matrix.inputs(), layout.tile)?;
        }
        let mut mapped = Self::without_tiles(layout, offsetting.is_some());
        let cuts = plan.cuts();
        // Equal parts, of which a staggered layout has many, are one solution.
        let mut known: HashMap<Vec<u64>, (Tile, usize)> = HashMap::new();
        for cuts in cuts.chunks(CHUNK) {
            let of_cut = |cut| {
                plan.weights(cut)
                    .map(|(weights, cells)| (cut, weights, cells))
            };
            let parts: Vec<_> = cuts.par_iter().filter_map(of_cut).collect();
            let occupant = |cut, weights| Occupant {
                plan: &plan,
                cut,
                region: plan.region(cut),
                offsetting: offsetting.copied(),
                weights,
            };
            let Some(imperfections) = conditions.imperfections else {
                for (cut, weights, cells) in parts {
                    let key: Vec<u64> = std::iter::once(cut.outputs.len() as u64)
                        .chain(weights.iter().map(|weight| weight.to_bits()))
                        .collect();
                    let made = if let Some(known) = known.get(&key) {
                        Some(known.clone())
                    } else {
                        let (made, _) =
                            program(&[occupant(cut, weights)], None).map_err(|(_, error)| error)?;
                        made.into_iter()
                            .next()
                            .map(|part| (part.tile, part.clipped))
                    };
                    let Some((mut tile, clipped)) = made else {
                        continue;
                    };
                    known.entry(key).or_insert_with(|| (tile.clone(), clipped));
                    tile.weight_per_siemens = plan.weight_per_siemens(cut.position.digit);
                    mapped.add(cut.position, tile, cells, clipped, None);
                }
                continue;
            };
            let programmed = parts.into_par_iter().map(|(cut, weights, cells)| {
                let of_tile = imperfections.at(cut.position.number);
                let (made, effects) = program(&[occupant(cut, weights)], Some(&of_tile))
                    .map_err(|(_, error)| error)?;
                Ok((cut, made, effects, cells))
            });
            let programmed: Vec<_> = programmed.collect::<Result<_, LayoutError>>()?;
            for (cut, made, effects, cells) in programmed {
                for Programmed {
                    tile,
                    clipped,
                    offset,
                } in made
                {
                    mapped.add(cut.position, tile, cells, clipped, offset);
                }
                mapped.add_effects(&effects);
            }
        }
        Ok(mapped)
    }
}
