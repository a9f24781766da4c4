//! Stuck-weight offsetting: where one device of a pair is stuck, its healthy partner is programmed so that the weight comes out right.
//!
//! The fault map is read before programming; then every device is written once, as without offsetting, only to another target. Stuck devices
//! stay where they are.
//!
//! * [`Offsetting::Published`]: each pair for itself, `|g+ - g- - W|` as small as the partner can make it (C. Li et al., IEEE Transactions
//!   on Biomedical Circuits and Systems, 2022); [`StuckPair`] has the equations.
//! * [`Offsetting::Partners`] and [`Offsetting::Extended`]: targets that make the expected error of the outputs small, `E||(T(G) - W) x||^2`
//!   with the tile's transfer matrix `T(G)` (its wires and all of its stuck cells) and the second moments of its inputs `x`. They differ in what
//!   they move: the partners of stuck devices, or every healthy device.

mod expected_error;
mod least_squares;
mod matrix;
mod moments;
mod pair;

use ohmloom_solver::line_grid::GridError;
use serde::{Deserialize, Serialize};

pub use moments::InputMoments;
pub use pair::StuckPair;

use crate::LayoutError;
use crate::arrangement::Arrangement;
use crate::assembly::{Region, Site, StuckCells};
use expected_error::Problem;

/// Which targets pairs with a stuck device get, as written in configuration files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OffsettingMethod {
    /// Those of healthy pairs.
    #[default]
    None,
    /// The partner of a stuck device takes over what it can.
    Published,
    /// The partners of stuck devices make the expected error of the outputs small.
    Partners,
    /// All healthy devices make the expected error of the outputs small.
    Extended,
}

impl OffsettingMethod {
    /// The method for inputs with these moments; nothing for [`Self::None`].
    ///
    /// # Errors
    /// No moments, where the method needs them.
    pub fn with(
        self,
        moments: Option<&InputMoments>,
    ) -> Result<Option<Offsetting<'_>>, LayoutError> {
        let moments = || moments.ok_or(LayoutError::NoMoments);
        Ok(match self {
            Self::None => None,
            Self::Published => Some(Offsetting::Published),
            Self::Partners => Some(Offsetting::Partners(moments()?)),
            Self::Extended => Some(Offsetting::Extended(moments()?)),
        })
    }

    /// Whether it asks for the statistics of the inputs.
    pub fn needs_moments(self) -> bool {
        matches!(self, Self::Partners | Self::Extended)
    }
}

/// How the targets of a matrix make up for its stuck cells.
#[derive(Debug, Clone, Copy)]
pub enum Offsetting<'a> {
    /// As [`OffsettingMethod::Published`].
    Published,
    /// As [`OffsettingMethod::Partners`], for inputs with these moments.
    Partners(&'a InputMoments),
    /// As [`OffsettingMethod::Extended`], for inputs with these moments.
    Extended(&'a InputMoments),
}

impl<'a> Offsetting<'a> {
    /// The inputs that it is for.
    pub fn moments(&self) -> Option<&'a InputMoments> {
        match *self {
            Self::Published => None,
            Self::Partners(moments) | Self::Extended(moments) => Some(moments),
        }
    }

    /// The targets of a region, `rows x cells` in S, that make up for its stuck cells, and what they differ in; `grid_row` is the tile's row
    /// in the grid of tiles, whose inputs may be rearranged.
    pub(crate) fn targets(
        &self,
        site: &Site<'_>,
        region: &Region,
        stuck: &StuckCells,
        (grid_row, arrangement): (usize, Option<&Arrangement>),
    ) -> Result<(Vec<f64>, OffsettingEffect), GridError> {
        let range = site.settings.range();
        let pairs = StuckPair::all(&site.pick(region, stuck));
        let cells = site.read(region);
        let wanted = cells.chunks_exact(2);
        let mut targets: Vec<f64> = pairs
            .iter()
            .zip(wanted.clone())
            .flat_map(|(pair, wanted)| pair.published([wanted[0], wanted[1]], range))
            .collect();
        if let Some(moments) = self.moments() {
            let problem = Problem {
                site,
                region,
                range,
                pairs: &pairs,
                stuck,
                wanted: &cells,
                move_healthy_pairs: matches!(self, Self::Extended(_)),
                moments: match arrangement {
                    None => moments.of_tile(grid_row),
                    Some(arrangement) => arrangement.moments(&moments.of_tile(grid_row)),
                },
            };
            targets = problem.improve(targets)?;
        }
        let mut effect = OffsettingEffect::default();
        let cells = targets.chunks_exact(2).zip(wanted);
        for (pair, (new, old)) in pairs.iter().zip(cells) {
            let faults = [pair.positive, pair.negative];
            match faults.iter().flatten().count() {
                0 => {}
                1 => effect.one_stuck += 1,
                _ => effect.both_stuck += 1,
            }
            let healthy = (0..2).filter(|&device| faults[device].is_none());
            effect.moved += healthy.filter(|&device| new[device] != old[device]).count();
        }
        Ok((targets, effect))
    }
}

/// What offsetting found and did, as counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct OffsettingEffect {
    /// Pairs of which one device is stuck.
    pub one_stuck: usize,
    /// Pairs of which both devices are stuck.
    pub both_stuck: usize,
    /// Healthy devices with another target than without offsetting.
    pub moved: usize,
}

impl OffsettingEffect {
    /// The sum of both.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            one_stuck: self.one_stuck + other.one_stuck,
            both_stuck: self.both_stuck + other.both_stuck,
            moved: self.moved + other.moved,
        }
    }
}
