//! One pair of devices of which some are stuck.

use ohmloom_devices::nonidealities::ConductanceRange;

/// The conductances of the stuck devices of a pair, S; `None` is a healthy device.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct StuckPair {
    /// Of the device that adds to the output.
    pub positive: Option<f64>,
    /// Of the device that is subtracted.
    pub negative: Option<f64>,
}

impl StuckPair {
    /// The pairs of cells that follow each other.
    pub(crate) fn all(cells: &[Option<f64>]) -> Vec<Self> {
        let pairs = cells.chunks_exact(2);
        pairs
            .map(|pair| Self {
                positive: pair[0],
                negative: pair[1],
            })
            .collect()
    }

    /// What the pair conducts when it is programmed to these targets without errors: a stuck device stays where it is, S.
    pub fn conductances(&self, [positive, negative]: [f64; 2]) -> [f64; 2] {
        [
            self.positive.unwrap_or(positive),
            self.negative.unwrap_or(negative),
        ]
    }

    /// The least and the largest difference `g+ - g-` that the healthy devices can reach, S.
    pub fn reach(&self, range: ConductanceRange) -> (f64, f64) {
        let ConductanceRange { g_min, g_max } = range;
        (
            self.positive.unwrap_or(g_min) - self.negative.unwrap_or(g_max),
            self.positive.unwrap_or(g_max) - self.negative.unwrap_or(g_min),
        )
    }

    /// Targets that give the difference `g+ - g-` (S), or the nearest within reach. Of a healthy pair at least one device is at `g_min`. A stuck
    /// device has its own conductance for a target.
    pub fn with_difference(&self, difference: f64, range: ConductanceRange) -> [f64; 2] {
        let ConductanceRange { g_min, g_max } = range;
        let inside = |g: f64| g.clamp(g_min, g_max);
        match (self.positive, self.negative) {
            (None, None) => [
                inside(g_min + difference.max(0.0)),
                inside(g_min + (-difference).max(0.0)),
            ],
            (Some(positive), None) => [positive, inside(positive - difference)],
            (None, Some(negative)) => [inside(negative + difference), negative],
            (Some(positive), Some(negative)) => [positive, negative],
        }
    }

    /// The published method: targets for a pair that was to be programmed to `wanted` (S). The partner of a stuck device gets the conductance within
    /// the range that makes `|g+ - g- - W|` smallest, with `W` the wanted difference. A pair with no or two stuck devices keeps its targets.
    pub fn published(&self, wanted: [f64; 2], range: ConductanceRange) -> [f64; 2] {
        let difference = wanted[0] - wanted[1];
        match (self.positive, self.negative) {
            (Some(_), None) => [wanted[0], self.with_difference(difference, range)[1]],
            (None, Some(_)) => [self.with_difference(difference, range)[0], wanted[1]],
            _ => wanted,
        }
    }
}
