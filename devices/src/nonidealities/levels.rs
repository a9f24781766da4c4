//! A finite number of conductance levels.

use serde::{Deserialize, Serialize};

use super::NonidealityError;
use super::array::{ConductanceRange, ProgrammedArray};
use super::error::Check;
use super::list::Applied;

/// What is evenly spaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spacing {
    /// Conductances.
    #[default]
    Conductance,
    /// Resistances. The lowest conductance of the range must be above zero.
    Resistance,
}

/// `kind = "levels"`: each conductance becomes the nearest of `count` levels from `g_min` to `g_max`, both included.
///
/// Nearest in what is evenly spaced. `b` bits whose step is `(g_max - g_min)/2^b` are `2^b + 1` levels. Conductances outside the range go to
/// its end and count as clipped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Levels {
    /// Number of levels, at least 2.
    pub count: u32,
    /// What is evenly spaced.
    #[serde(default)]
    pub spacing: Spacing,
}

impl Levels {
    pub(super) const KIND: &str = "levels";

    pub(super) fn validate(&self) -> Result<(), NonidealityError> {
        Check(Self::KIND).at_least("count", f64::from(self.count), 2.0, "must be at least 2")
    }

    pub(super) fn apply(&self, array: &mut ProgrammedArray) -> Result<Applied, NonidealityError> {
        let ConductanceRange { g_min, g_max } = array.range();
        let steps = f64::from(self.count - 1);
        let nearest = |x: f64| (x * steps).round() / steps;
        let mut beyond = 0;
        let mut within = |g: f64| {
            if !(g_min..=g_max).contains(&g) {
                beyond += 1;
            }
            g.clamp(g_min, g_max)
        };
        match self.spacing {
            Spacing::Conductance => {
                let span = g_max - g_min;
                array.change_free(|g| {
                    if span == 0.0 {
                        return g_min;
                    }
                    g_min + nearest((within(g) - g_min) / span) * span
                });
            }
            Spacing::Resistance => {
                Check(Self::KIND).positive("g_min", g_min)?;
                let (on, off) = (1.0 / g_max, 1.0 / g_min);
                array.change_free(|g| {
                    if on == off {
                        return g_min;
                    }
                    1.0 / (on + nearest((1.0 / within(g) - on) / (off - on)) * (off - on))
                });
            }
        }
        Ok(Applied::clipped(Self::KIND, beyond))
    }
}
