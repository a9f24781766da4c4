//! Programming memristors so that whole cells conduct what is wanted of them.

use ohmloom_solver::line_grid::Cells;

use super::{CellDescription, UseCells};
use crate::LayoutError;

/// Largest error of a conductance, as the logarithm of its ratio to the target.
const TOLERANCE: f64 = 1e-12;
/// Steps of the search; bisection alone needs fewer.
const MOST_STEPS: usize = 200;
/// Logarithm of the ratio between a target and the smallest conductance that is tried: `sinh` laws of 40 `v0` reach 37.
const DEPTH: f64 = 60.0;

/// Cells programmed to targets.
#[derive(Clone, Debug, PartialEq)]
pub struct Programmed {
    /// What each memristor is programmed to, S.
    pub conductance: Vec<f64>,
    /// What each whole cell then conducts at the read voltage, `i/v` in S: its target where that can be reached.
    pub chord: Vec<f64>,
    /// Whether the target was out of reach and the nearest conductance was taken instead.
    pub clipped: Vec<bool>,
}

impl CellDescription {
    /// Finds for each cell the conductance of its memristor with which the whole cell, between a row at `read_voltage` (V) and a column
    /// at 0 V, conducts `target` (S, `i/v` with the current into the column). Memristors reach `largest` (S). A target that would need
    /// more is out of reach, for example because the transistor alone has a higher resistance.
    ///
    /// # Errors
    /// [`LayoutError::BadSetting`]: a read voltage, target or limit that is not positive and finite; errors of [`Self::build`];
    /// [`LayoutError::NotProgrammable`] where the search does not end.
    pub fn program(
        &self,
        targets: &[f64],
        read_voltage: f64,
        largest: f64,
    ) -> Result<Programmed, LayoutError> {
        let positive = targets.iter().map(|&target| ("target conductance", target));
        let others = [("read_voltage", read_voltage), ("1/r_lowest", largest)];
        for (key, value) in positive.chain(others) {
            if !(value > 0.0 && value.is_finite()) {
                let reason = "must be finite and > 0";
                return Err(LayoutError::BadSetting { key, value, reason });
            }
        }
        if targets.is_empty() {
            return Ok(Programmed {
                conductance: Vec::new(),
                chord: Vec::new(),
                clipped: Vec::new(),
            });
        }
        let mut searches: Vec<Search> = targets
            .iter()
            .map(|&target| Search::new(target, largest))
            .collect();
        for _ in 0..MOST_STEPS {
            // Rounding may not lead beyond what memristors reach.
            let trial: Vec<f64> = searches
                .iter()
                .map(|search| search.trial.exp().min(largest))
                .collect();
            let chords = self.build(
                (trial.clone(), targets.len()),
                None,
                Chords {
                    read_voltage,
                    cells: targets.len(),
                },
            )?;
            let mut done = true;
            for (search, &chord) in searches.iter_mut().zip(&chords) {
                done &= search.learn(chord);
            }
            if done {
                return Ok(Programmed {
                    conductance: trial,
                    chord: chords,
                    clipped: searches.iter().map(|search| search.clipped).collect(),
                });
            }
        }
        let unfinished = searches.iter().find(|search| !search.done);
        Err(LayoutError::NotProgrammable {
            target: unfinished.map_or(f64::NAN, |search| search.target),
            read_voltage,
        })
    }
}

/// What cells in one row conduct at a voltage.
struct Chords {
    read_voltage: f64,
    cells: usize,
}

impl UseCells for Chords {
    type Output = Vec<f64>;

    fn with<C: Cells<Memory: 'static> + Send + 'static>(self, cells: C) -> Vec<f64> {
        let volts = self.read_voltage;
        let chord = |column| {
            let branch = cells.branch((0, column), volts, 0.0, &mut C::Memory::default());
            branch.column_current / volts
        };
        (0..self.cells).map(chord).collect()
    }
}

/// The search for the conductance of one memristor. `x` is its logarithm, `y` that of the ratio of what the cell conducts to the target: `y`
/// rises with `x`, at a slope of at most 1, since what is in series takes part of the voltage.
struct Search {
    target: f64,
    lowest: f64,
    highest: f64,
    trial: f64,
    /// The nearest points known below and above the target, `(x, y)`.
    below: Option<(f64, f64)>,
    above: Option<(f64, f64)>,
    /// Multiple of `y` by which the next step goes while one of the two is missing.
    stride: f64,
    done: bool,
    clipped: bool,
}

impl Search {
    fn new(target: f64, largest: f64) -> Self {
        let (x, highest) = (target.ln(), largest.ln());
        Self {
            target,
            lowest: x.min(highest) - DEPTH,
            highest,
            trial: x.min(highest),
            below: None,
            above: None,
            stride: 1.0,
            done: false,
            clipped: false,
        }
    }

    /// Takes what the cell conducts at the trial, and chooses the next one; whether the search has ended.
    fn learn(&mut self, chord: f64) -> bool {
        if self.done {
            return true;
        }
        let x = self.trial;
        let y = if chord > 0.0 {
            (chord / self.target).ln()
        } else {
            f64::NEG_INFINITY
        };
        let too_little = y < 0.0;
        self.clipped = y.abs() > TOLERANCE
            && (too_little && x >= self.highest || !too_little && x <= self.lowest);
        if y.abs() <= TOLERANCE || self.clipped {
            self.done = true;
            return true;
        }
        // Illinois: the point that stays weighs half, so that the secants do not stick to it.
        let (moved, other) = if too_little {
            (&mut self.below, &mut self.above)
        } else {
            (&mut self.above, &mut self.below)
        };
        if let (Some(_), Some(other)) = (&moved, other) {
            other.1 *= 0.5;
        }
        *moved = Some((x, y));
        self.trial = if let (Some(below), Some(above)) = (self.below, self.above) {
            if above.0 - below.0 <= 2.0 * f64::EPSILON * x.abs() {
                self.done = true;
                return true;
            }
            let secant = below.0 - below.1 * (above.0 - below.0) / (above.1 - below.1);
            if secant > below.0 && secant < above.0 {
                secant
            } else {
                below.0.midpoint(above.0)
            }
        } else {
            let next = x - self.stride * y;
            self.stride *= 2.0;
            next.clamp(self.lowest, self.highest)
        };
        false
    }
}
