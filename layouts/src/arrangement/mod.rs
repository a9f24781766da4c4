//! Which row and which pair of columns of a tile each input and each output gets, so that stuck cells meet weights that they hurt little.
//!
//! The error of an arrangement is the expected square of what stuck devices change in the outputs, without wires and with inputs that are independent:
//! `sum m_i e_ij^2` with the second moments `m_i` of the inputs and the errors `e_ij` of the pairs' differences. Outputs for given rows, and rows for given
//! outputs, are an assignment problem each; they are solved in turns, so that the error never rises. A stuck cell is known before anything is written, and the order is undone by
//! the routing of inputs and the order of the outputs' numbers.

mod assignment;

use ohmloom_devices::nonidealities::ConductanceRange;
use serde::{Deserialize, Serialize};

use crate::offsetting::StuckPair;
use crate::{LayoutError, SignedScheme};
use assignment::assign;

/// What may be rearranged in each tile, as written in configuration files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ArrangementSettings {
    /// Inputs may change rows with each other. Default no.
    pub rows: bool,
    /// Outputs may change pairs of columns with each other. Default no.
    pub outputs: bool,
    /// Pairs of columns of each tile that are kept free for outputs to move to. Default 0.
    pub spare_outputs: usize,
}

impl ArrangementSettings {
    /// Whether there is something to rearrange.
    pub fn is_active(&self) -> bool {
        self.rows || self.outputs || self.spare_outputs > 0
    }

    /// Checks that tiles of so many columns can be rearranged.
    ///
    /// # Errors
    /// A scheme without pairs of cells; no output that is not spare.
    pub fn check(self, signed: SignedScheme, columns: usize) -> Result<(), LayoutError> {
        let fail = |reason: String| Err(LayoutError::BadShape { reason });
        if self.is_active() && !signed.has_pairs() {
            return fail(
                "stuck cells are rearranged in pairs only: signed = \"columns\" or \"arrays\""
                    .into(),
            );
        }
        if self.spare_outputs >= signed.outputs(columns) {
            return fail(format!(
                "spare_outputs = {} leaves no output to a tile of {columns} columns",
                self.spare_outputs
            ));
        }
        Ok(())
    }
}

/// Rows and pairs of columns in a region, for each input and each output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arrangement {
    pub rows: Vec<usize>,
    pub outputs: Vec<usize>,
    /// Pairs of columns, spare ones included.
    places: usize,
}

/// Turns of outputs and rows.
const TURNS: usize = 3;

/// A region of a tile whose stuck cells are known.
pub(crate) struct FaultyRegion<'a> {
    /// Differences of conductances that the weights ask for, `inputs x outputs` in S.
    pub wanted: &'a [f64],
    /// `inputs x places`
    pub pairs: &'a [StuckPair],
    pub places: usize,
    pub range: ConductanceRange,
    /// Whether the partner of a stuck device makes up for it as far as it can.
    pub partners: bool,
    /// Second moments of the inputs.
    pub moments: &'a [f64],
}

impl FaultyRegion<'_> {
    /// Square of the error of a weight at a pair with a stuck device, S^2.
    fn square(&self, wanted: f64, pair: &StuckPair) -> f64 {
        let reached = if self.partners {
            let (least, largest) = pair.reach(self.range);
            wanted.clamp(least, largest)
        } else {
            let sound = StuckPair::default().with_difference(wanted, self.range);
            let [positive, negative] = pair.conductances(sound);
            positive - negative
        };
        (reached - wanted) * (reached - wanted)
    }

    /// A better arrangement than that of the programmer, or this one.
    pub(crate) fn arrange(&self, settings: ArrangementSettings) -> Arrangement {
        let inputs = self.moments.len();
        let outputs = self.wanted.len() / inputs;
        let mut arrangement = Arrangement {
            rows: (0..inputs).collect(),
            outputs: (0..outputs).collect(),
            places: self.places,
        };
        let faults: Vec<(usize, usize, &StuckPair)> = self
            .pairs
            .iter()
            .enumerate()
            .filter(|(_, pair)| **pair != StuckPair::default())
            .map(|(index, pair)| (index / self.places, index % self.places, pair))
            .collect();
        let moves_outputs = settings.outputs || settings.spare_outputs > 0;
        for _ in 0..TURNS {
            let before = arrangement.clone();
            if moves_outputs {
                let inverse = inverse(&arrangement.rows, inputs);
                let mut costs = vec![0.0; outputs * self.places];
                for &(row, place, pair) in &faults {
                    let Some(input) = inverse[row] else { continue };
                    for output in 0..outputs {
                        let wanted = self.wanted[input * outputs + output];
                        costs[output * self.places + place] +=
                            self.moments[input] * self.square(wanted, pair);
                    }
                }
                arrangement.outputs = assign(&costs, self.places);
            }
            if settings.rows {
                let inverse = inverse(&arrangement.outputs, self.places);
                let mut costs = vec![0.0; inputs * inputs];
                for &(row, place, pair) in &faults {
                    let Some(output) = inverse[place] else {
                        continue;
                    };
                    for input in 0..inputs {
                        let wanted = self.wanted[input * outputs + output];
                        costs[input * inputs + row] +=
                            self.moments[input] * self.square(wanted, pair);
                    }
                }
                arrangement.rows = assign(&costs, inputs);
            }
            if arrangement == before {
                break;
            }
        }
        arrangement
    }

    /// The expected square of the error, A^2 for 1 V at an input of 1.
    #[cfg(test)]
    fn expected(&self, arrangement: &Arrangement) -> f64 {
        let outputs = arrangement.outputs.len();
        let pairs = self.wanted.iter().enumerate().map(|(index, &wanted)| {
            let (input, output) = (index / outputs, index % outputs);
            let place = arrangement.rows[input] * self.places + arrangement.outputs[output];
            match &self.pairs[place] {
                pair if *pair == StuckPair::default() => 0.0,
                pair => self.moments[input] * self.square(wanted, pair),
            }
        });
        pairs.sum()
    }
}

/// What lies at each place.
fn inverse(places: &[usize], count: usize) -> Vec<Option<usize>> {
    let mut inverse = vec![None; count];
    for (item, &place) in places.iter().enumerate() {
        inverse[place] = Some(item);
    }
    inverse
}

impl Arrangement {
    /// Weights `inputs x outputs` in the order of rows and pairs of columns, zero at spare ones.
    pub(crate) fn weights(&self, weights: &[f64]) -> Vec<f64> {
        let mut moved = vec![0.0; self.rows.len() * self.places];
        for (row, weights) in self
            .rows
            .iter()
            .zip(weights.chunks_exact(self.outputs.len()))
        {
            for (place, &weight) in self.outputs.iter().zip(weights) {
                moved[row * self.places + place] = weight;
            }
        }
        moved
    }

    /// A square matrix of the inputs in the order of the rows.
    pub(crate) fn moments(&self, moments: &[f64]) -> Vec<f64> {
        let size = self.rows.len();
        let mut moved = vec![0.0; size * size];
        for (i, &row) in self.rows.iter().enumerate() {
            for (j, &column) in self.rows.iter().enumerate() {
                moved[row * size + column] = moments[i * size + j];
            }
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    const RANGE: ConductanceRange = ConductanceRange {
        g_min: 1e-5,
        g_max: 1e-4,
    };

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

        #[test]
        fn the_error_never_rises_and_spares_and_turns_lower_it(
            inputs in 1..12usize, outputs in 1..8usize, spare in 0..3usize, share in 0.0..0.4f64, partners: bool, seed: u64,
        ) {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let places = outputs + spare;
            let wanted: Vec<f64> = (0..inputs * outputs)
                .map(|_| random.random_range(-9e-5..9e-5))
                .collect();
            let mut stuck = || {
                (random.random_range(0.0..1.0) < share)
                    .then(|| if random.random_range(0..2) == 0 { RANGE.g_min } else { RANGE.g_max })
            };
            let pairs: Vec<StuckPair> = (0..inputs * places)
                .map(|_| StuckPair { positive: stuck(), negative: stuck() })
                .collect();
            let moments: Vec<f64> = (0..inputs).map(|i| 0.1 + i as f64).collect();
            let region = FaultyRegion { wanted: &wanted, pairs: &pairs, places, range: RANGE, partners, moments: &moments };
            let expected = |rows, outputs, spare_outputs| {
                region.expected(&region.arrange(ArrangementSettings { rows, outputs, spare_outputs }))
            };
            let none = expected(false, false, 0);
            let slack = 1.0 + 1e-12;
            let one = [expected(true, false, 0), expected(false, true, spare)];
            for error in one {
                prop_assert!(error <= none * slack);
            }
            // Outputs come first in each turn, so both together start from the best order of outputs.
            prop_assert!(expected(true, true, spare) <= one[1] * slack);
        }
    }

    #[test]
    fn a_heavy_weight_avoids_a_dead_pair() {
        let dead = StuckPair {
            positive: Some(RANGE.g_min),
            negative: Some(RANGE.g_min),
        };
        let pairs = [
            dead,
            StuckPair::default(),
            StuckPair::default(),
            StuckPair::default(),
        ];
        let wanted = [8e-5, 1e-6, 2e-6, 3e-6];
        let region = FaultyRegion {
            wanted: &wanted,
            pairs: &pairs,
            places: 2,
            range: RANGE,
            partners: true,
            moments: &[1.0, 1.0],
        };
        let settings = ArrangementSettings {
            outputs: true,
            ..ArrangementSettings::default()
        };
        let arrangement = region.arrange(settings);
        assert_eq!(arrangement.outputs, [1, 0]);
        assert_eq!(arrangement.weights(&wanted), [1e-6, 8e-5, 3e-6, 2e-6]);
        assert!((region.expected(&arrangement) - 1e-12).abs() < 1e-20);
    }
}
