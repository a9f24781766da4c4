//! Temperature.

use serde::{Deserialize, Serialize};

use super::NonidealityError;
use super::array::{ConductanceRange, ProgrammedArray};
use super::error::Check;
use super::list::Applied;

/// `kind = "temperature"`: `g (1 + alpha (T - T0))` with a coefficient that goes linearly in `g` from `alpha_off` at `g_min` to `alpha_on` at
/// `g_max`: filaments are metallic (negative), gaps conduct better when hot (positive). Stuck cells too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Temperature {
    /// Temperature, K.
    pub temperature: f64,
    /// Temperature at which conductances are as programmed, K.
    #[serde(default = "room_temperature")]
    pub reference: f64,
    /// Coefficient at `g_max`, 1/K.
    #[serde(default)]
    pub alpha_on: f64,
    /// Coefficient at `g_min`, 1/K.
    #[serde(default)]
    pub alpha_off: f64,
}

pub(super) fn room_temperature() -> f64 {
    300.0
}

impl Temperature {
    pub(super) const KIND: &str = "temperature";

    pub(super) fn validate(&self) -> Result<(), NonidealityError> {
        let check = Check(Self::KIND);
        check.positive("temperature", self.temperature)?;
        check.positive("reference", self.reference)?;
        check.finite("alpha_on", self.alpha_on)?;
        check.finite("alpha_off", self.alpha_off)
    }

    pub(super) fn apply(&self, array: &mut ProgrammedArray) -> Applied {
        let ConductanceRange { g_min, g_max } = array.range();
        let rise = self.temperature - self.reference;
        let clipped = array.change_all(|g| {
            let x = if g_max > g_min {
                ((g - g_min) / (g_max - g_min)).clamp(0.0, 1.0)
            } else {
                1.0
            };
            g * (1.0 + (self.alpha_off + x * (self.alpha_on - self.alpha_off)) * rise)
        });
        Applied::clipped(Self::KIND, clipped)
    }
}
