//! Targets that make the expected error of a tile's outputs small, with its wires.

use ohmloom_devices::nonidealities::ConductanceRange;
use ohmloom_solver::line_grid::GridError;
use rayon::prelude::*;

use super::StuckPair;
use super::least_squares::Row;
use crate::assembly::{Region, Site, StuckCells};

/// Rounds of linearised least squares; each one solves the array once more.
const ROUNDS: usize = 4;
/// A round that lowers the expected error by a smaller share is the last.
const WORTHWHILE: f64 = 1e-3;
/// What least squares leave open, as a share of the conductance range.
const TOLERANCE: f64 = 1e-4;

/// A region of a tile, and what its outputs are to be.
pub(super) struct Problem<'a> {
    pub site: &'a Site<'a>,
    pub region: &'a Region,
    pub range: ConductanceRange,
    /// `rows x outputs`.
    pub pairs: &'a [StuckPair],
    /// Stuck cells of the whole tile.
    pub stuck: &'a StuckCells,
    /// The region without faults: without wires, the differences of its pairs are the exact weights.
    pub wanted: &'a [f64],
    /// Whether pairs without a stuck device may move.
    pub move_healthy_pairs: bool,
    /// Second moments of the inputs, `rows x rows`.
    pub moments: Vec<f64>,
}

/// An array as the inputs see it, `outputs x rows` each.
struct Seen {
    /// Exact weights less those that the array has, S.
    error: Vec<f64>,
    /// Change of a weight for a change of its pair's difference, about.
    sensitivity: Vec<f64>,
    /// Sum over the outputs of `r' M r`, A^2 for 1 V at an input of 1.
    expected: f64,
}

impl Problem<'_> {
    /// Better targets than these, or the same. In each round every output's pairs are fitted jointly, as if a cell acted on its own weight alone; the
    /// array's exact transfer matrix then tells what came of it. Targets with a larger expected error are not taken.
    pub(super) fn improve(&self, start: Vec<f64>) -> Result<Vec<f64>, GridError> {
        let mut best = self.see(&start)?;
        let mut targets = start;
        let mut share = 1.0;
        for _ in 0..ROUNDS {
            let candidate = self.step(&targets, &best, share);
            let seen = self.see(&candidate)?;
            if seen.expected >= best.expected {
                share *= 0.5;
                continue;
            }
            let worthwhile = seen.expected < (1.0 - WORTHWHILE) * best.expected;
            (targets, best) = (candidate, seen);
            if !worthwhile {
                break;
            }
        }
        Ok(targets)
    }

    /// Solves the array that these targets make.
    fn see(&self, targets: &[f64]) -> Result<Seen, GridError> {
        let (used, columns) = (self.region.rows, self.region.cells());
        let transfer = self.site.transfer_with(self.region, targets, self.stuck)?;
        let count = used * columns / 2;
        let (mut error, mut sensitivity) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for (output, pair) in transfer.chunks_exact(2 * used).enumerate() {
            for (row, (positive, negative)) in pair[..used].iter().zip(&pair[used..]).enumerate() {
                let first = row * columns + 2 * output;
                let weight = self.wanted[first] - self.wanted[first + 1];
                error.push(weight - (positive - negative));
                let [g, h] =
                    self.pairs[first / 2].conductances([targets[first], targets[first + 1]]);
                let seen = (positive + negative) / (g + h);
                sensitivity.push(if seen > 0.0 { seen } else { 0.0 });
            }
        }
        let expected = error
            .chunks_exact(used)
            .map(|error| {
                let rows = error.iter().zip(self.moments.chunks_exact(used));
                rows.map(|(e, row)| e * row.iter().zip(error).map(|(m, e)| m * e).sum::<f64>())
                    .sum::<f64>()
            })
            .sum();
        Ok(Seen {
            error,
            sensitivity,
            expected,
        })
    }

    /// Targets after a share of one round's steps.
    fn step(&self, targets: &[f64], seen: &Seen, share: f64) -> Vec<f64> {
        let columns = self.region.cells();
        let of_output = |output| self.step_of_output(targets, seen, share, output);
        let outputs: Vec<Vec<[f64; 2]>> = (0..columns / 2).into_par_iter().map(of_output).collect();
        let mut new = targets.to_vec();
        for (output, pairs) in outputs.iter().enumerate() {
            for (cells, pair) in new.chunks_exact_mut(columns).zip(pairs) {
                cells[2 * output..2 * output + 2].copy_from_slice(pair);
            }
        }
        new
    }

    /// The pairs of one output, row by row.
    fn step_of_output(
        &self,
        targets: &[f64],
        seen: &Seen,
        share: f64,
        output: usize,
    ) -> Vec<[f64; 2]> {
        let (rows, columns) = (self.region.rows, self.region.cells());
        let mut pairs = Vec::with_capacity(rows);
        let (mut differences, mut bounds) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        for row in 0..rows {
            let first = row * columns + 2 * output;
            let pair = self.pairs[first / 2];
            let programmed = [targets[first], targets[first + 1]];
            let [positive, negative] = pair.conductances(programmed);
            let difference = positive - negative;
            let (least, most) = pair.reach(self.range);
            let free = pair.positive.is_some() != pair.negative.is_some()
                || (self.move_healthy_pairs && pair == StuckPair::default());
            pairs.push(programmed);
            differences.push(difference);
            bounds.push(if free {
                (least - difference, most - difference)
            } else {
                (0.0, 0.0)
            });
        }
        let part = output * rows..(output + 1) * rows;
        let mut error = seen.error[part.clone()].to_vec();
        let mut steps = vec![0.0; rows];
        let fit = Row {
            moments: &self.moments,
            sensitivity: &seen.sensitivity[part],
            bounds: &bounds,
            tolerance: TOLERANCE * (self.range.g_max - self.range.g_min),
        };
        fit.minimise(&mut error, &mut steps);
        for (row, step) in steps.iter().enumerate().filter(|(_, step)| **step != 0.0) {
            let difference = differences[row] + share * step;
            let pair = self.pairs[row * columns / 2 + output];
            pairs[row] = pair.with_difference(difference, self.range);
        }
        pairs
    }
}
