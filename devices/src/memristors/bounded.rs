//! States that stop at their bounds: complementarity between the distance from a bound and the rate towards it.

/// Times that one Newton solve may come to rest at a bound before it stays there.
const MOST_RESTS: u32 = 2;

/// Part of the range before a bound in which the first iteration of a step may not be the last one.
const NEAR: f64 = 0.02;

/// Whether a state stands at a bound, from iteration to iteration.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Standing {
    bound: Option<f64>,
    rests: u32,
    begun: bool,
}

impl Standing {
    /// A new Newton solve begins.
    pub(super) fn restart(&mut self) {
        *self = Self::default();
    }

    /// Whether this is the first evaluation of a solve in which a moving state may cross a bound, so that another one must see
    /// where it went.
    pub(super) fn may_cross(&mut self, s: f64, (low, high): (f64, f64)) -> bool {
        let first = !std::mem::replace(&mut self.begun, true);
        let near = NEAR * (high - low);
        first && self.bound.is_none() && near.is_finite() && (high - s < near || s - low < near)
    }

    /// The bound at which the state stands, or none when it moves, given its value and its rate there.
    ///
    /// A state beyond a bound is brought back to it; it leaves when its rate points inwards. Where the step's average rate points
    /// out and the last one in, that would go on for ever, so that it stays from the second time on.
    pub(super) fn at(&mut self, s: f64, rate: f64, (low, high): (f64, f64)) -> Option<f64> {
        let bound = if s > high || (s == high && rate > 0.0) {
            Some(high)
        } else if s < low || (s == low && rate < 0.0) {
            Some(low)
        } else if self.rests >= MOST_RESTS {
            self.bound
        } else {
            None
        };
        if bound.is_some() && self.bound != bound {
            self.rests += 1;
        }
        self.bound = bound;
        bound
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_stops_at_a_bound_and_leaves_when_it_is_pulled_back() {
        let mut standing = Standing::default();
        let bounds = (0.0, 1.0);
        assert_eq!(standing.at(0.9, 1.0, bounds), None);
        assert_eq!(standing.at(1.1, 1.0, bounds), Some(1.0));
        assert_eq!(standing.at(1.0, 1.0, bounds), Some(1.0));
        standing.restart();
        assert_eq!(standing.at(1.0, -1.0, bounds), None);
        assert_eq!(standing.at(0.0, -1.0, bounds), Some(0.0));
    }

    #[test]
    fn a_solve_cannot_bounce_for_ever() {
        let mut standing = Standing::default();
        let bounds = (0.0, 1.0);
        let found: Vec<Option<f64>> = (0..6)
            .map(|k| standing.at(if k % 2 == 0 { 1.1 } else { 1.0 }, -1.0, bounds))
            .collect();
        let (on, off) = (Some(1.0), None);
        assert_eq!(found, [on, off, on, on, on, on]);
    }
}
