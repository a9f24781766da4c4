//! Spread between devices, between cycles, and errors of writing.

use serde::{Deserialize, Serialize};

use super::NonidealityError;
use super::array::{ConductanceRange, ProgrammedArray, change_randomly, not_below_zero};
use super::error::Check;
use super::list::{Applied, Instance};
use super::streams::{CellWords, Purpose, Streams};

/// Largest standard deviation of a logarithm; five of them are 12 decades.
const LARGEST_LOG_SIGMA: f64 = 6.0;

/// How a quantity `x` spreads around its nominal value, for a standard normal deviate `z`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Distribution {
    /// `x (1 + sigma z)`: `sigma` is the relative standard deviation.
    #[default]
    Normal,
    /// `x exp(sigma z)`: `sigma` is the standard deviation of the logarithm; the median is nominal.
    Lognormal,
}

impl Distribution {
    /// The factor on the nominal value.
    #[inline]
    pub(super) fn factor(self, sigma: f64, z: f64) -> f64 {
        match self {
            Self::Normal => 1.0 + sigma * z,
            Self::Lognormal => (sigma * z).exp(),
        }
    }

    pub(super) fn validate(
        self,
        check: Check,
        key: &'static str,
        sigma: f64,
    ) -> Result<(), NonidealityError> {
        check.not_negative(key, sigma)?;
        match self {
            Self::Normal => Ok(()),
            Self::Lognormal => check.at_most(
                key,
                sigma,
                LARGEST_LOG_SIGMA,
                "must not exceed 6 if lognormal",
            ),
        }
    }
}

/// `kind = "device-to-device"`: each cell's conductance by a factor of its own, the same in every cycle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceToDevice {
    /// Standard deviation, see [`Distribution`].
    pub sigma: f64,
    /// Shape of the spread.
    #[serde(default)]
    pub distribution: Distribution,
}

impl DeviceToDevice {
    pub(super) const KIND: &str = "device-to-device";

    pub(super) fn validate(&self) -> Result<(), NonidealityError> {
        self.distribution
            .validate(Check(Self::KIND), "sigma", self.sigma)
    }

    pub(super) fn apply(
        &self,
        array: &mut ProgrammedArray,
        instance: &Instance,
        occurrence: u16,
    ) -> Applied {
        let key = instance.key(Purpose::DeviceToDevice, occurrence, 0);
        let clipped = array.change_free_randomly(&key, |words, g| {
            g * self.distribution.factor(self.sigma, words.normal(0))
        });
        Applied::clipped(Self::KIND, clipped)
    }
}

/// `kind = "cycle-to-cycle"`: as [`DeviceToDevice`], with new factors in each programming cycle ([`Instance::cycle`]).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CycleToCycle {
    /// Standard deviation, see [`Distribution`].
    pub sigma: f64,
    /// Shape of the spread.
    #[serde(default)]
    pub distribution: Distribution,
}

impl CycleToCycle {
    pub(super) const KIND: &str = "cycle-to-cycle";

    pub(super) fn validate(&self) -> Result<(), NonidealityError> {
        self.distribution
            .validate(Check(Self::KIND), "sigma", self.sigma)
    }

    pub(super) fn apply(
        &self,
        array: &mut ProgrammedArray,
        instance: &Instance,
        occurrence: u16,
    ) -> Applied {
        let key = instance.key(Purpose::CycleToCycle, occurrence, instance.cycle);
        let clipped = array.change_free_randomly(&key, |words, g| {
            g * self.distribution.factor(self.sigma, words.normal(0))
        });
        Applied::clipped(Self::KIND, clipped)
    }
}

/// `kind = "write-error"`: `g + relative g z1 + absolute z2 + (p0 + p1 x + ...) g_max z3`, with `x = g/g_max` and independent standard normal
/// deviates, new in each programming cycle.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WriteError {
    /// Standard deviation relative to the conductance.
    pub relative: f64,
    /// Standard deviation, S.
    pub absolute: f64,
    /// Standard deviation relative to `g_max` in rising powers of `g/g_max`, as measured statistics of programming are published; where the
    /// polynomial is negative it counts as 0.
    pub polynomial: Vec<f64>,
    /// Whether results outside the conductance range are moved to its end.
    pub clip: bool,
}

impl WriteError {
    pub(super) const KIND: &str = "write-error";

    pub(super) fn validate(&self) -> Result<(), NonidealityError> {
        let check = Check(Self::KIND);
        check.not_negative("relative", self.relative)?;
        check.not_negative("absolute", self.absolute)?;
        self.polynomial
            .iter()
            .try_for_each(|&p| check.finite("polynomial", p))
    }

    pub(super) fn apply(
        &self,
        array: &mut ProgrammedArray,
        instance: &Instance,
        occurrence: u16,
    ) -> Applied {
        let key = instance.key(Purpose::WriteError, occurrence, instance.cycle);
        let ConductanceRange { g_min, g_max } = array.range();
        let mut beyond = 0;
        let clipped = array.change_free_randomly(&key, |words, g| {
            let new = g + self.error(words, g, g_max);
            if self.clip && !(g_min..=g_max).contains(&new) {
                beyond += 1;
                new.clamp(g_min, g_max)
            } else {
                new
            }
        });
        Applied::clipped(Self::KIND, clipped + beyond)
    }

    fn error(&self, words: &CellWords, g: f64, g_max: f64) -> f64 {
        let mut error = self.relative * g * words.normal(0) + self.absolute * words.normal(1);
        if !self.polynomial.is_empty() {
            let x = g / g_max;
            let sigma = self.polynomial.iter().rev().fold(0.0, |sum, p| sum * x + p);
            error += sigma.max(0.0) * g_max * words.normal(2);
        }
        error
    }
}

/// How the ends of a conductance range spread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RangeSpread {
    /// `R (1 + sigma z)`.
    #[default]
    Normal,
    /// `R exp(sigma z)`.
    Lognormal,
    /// Evenly outward: `R_on` from `(1 - sigma) R_on` to `R_on`, `R_off` from `R_off` to `(1 + sigma) R_off`.
    Outward,
}

/// What has its own conductance range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RangeOf {
    /// Every cell.
    #[default]
    Cell,
    /// Every tile.
    Tile,
}

/// `kind = "range-variation"`: the on and off resistances of each cell (or tile) differ from the nominal ones, and a cell keeps its place
/// in its range: `g = g_min' + x (g_max' - g_min')` with `x = (g - g_min)/(g_max - g_min)`.
///
/// A resistance that comes out below a hundredth of its nominal value becomes that, and an off resistance below the on resistance
/// becomes equal to it; both count as clipped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RangeVariation {
    /// Spread of the on resistance, relative.
    pub on_sigma: f64,
    /// Spread of the off resistance, relative.
    pub off_sigma: f64,
    /// Shape of the spread.
    #[serde(default)]
    pub distribution: RangeSpread,
    /// What varies.
    #[serde(default)]
    pub of: RangeOf,
}

/// Least resistance, relative to the nominal one.
const LEAST_RESISTANCE: f64 = 0.01;

impl RangeVariation {
    pub(super) const KIND: &str = "range-variation";

    pub(super) fn validate(&self) -> Result<(), NonidealityError> {
        let check = Check(Self::KIND);
        for (key, sigma) in [("on_sigma", self.on_sigma), ("off_sigma", self.off_sigma)] {
            match self.distribution {
                RangeSpread::Normal => check.not_negative(key, sigma)?,
                RangeSpread::Lognormal => Distribution::Lognormal.validate(check, key, sigma)?,
                RangeSpread::Outward => check.fraction(key, sigma)?,
            }
        }
        Ok(())
    }

    pub(super) fn apply(
        &self,
        array: &mut ProgrammedArray,
        instance: &Instance,
        occurrence: u16,
    ) -> Result<Applied, NonidealityError> {
        let nominal = array.range();
        let check = Check(Self::KIND);
        check.positive("g_min", nominal.g_min)?;
        check.positive("g_max - g_min", nominal.g_max - nominal.g_min)?;
        let key = instance.key(Purpose::RangeVariation, occurrence, 0);
        let mut clipped = 0;
        let below_zero = match self.of {
            RangeOf::Tile => {
                let range = self.range(nominal, &Streams::new(&key).cell(0, 0), &mut clipped);
                array.change_free(|g| moved(g, nominal, range))
            }
            RangeOf::Cell => array.change_free_randomly(&key, |words, g| {
                moved(g, nominal, self.range(nominal, words, &mut clipped))
            }),
        };
        Ok(Applied::clipped(Self::KIND, clipped + below_zero))
    }

    /// The range that these words stand for.
    fn range(
        &self,
        nominal: ConductanceRange,
        words: &CellWords,
        clipped: &mut usize,
    ) -> ConductanceRange {
        let factor = |index: usize, sigma: f64, outward: f64| match self.distribution {
            RangeSpread::Normal => Distribution::Normal.factor(sigma, words.normal(index)),
            RangeSpread::Lognormal => Distribution::Lognormal.factor(sigma, words.normal(index)),
            RangeSpread::Outward => 1.0 + outward * sigma * words.uniform(index),
        };
        let mut at_least = |value: f64, least: f64| {
            if value < least {
                *clipped += 1;
                least
            } else {
                value
            }
        };
        let on = at_least(factor(0, self.on_sigma, -1.0), LEAST_RESISTANCE) / nominal.g_max;
        let off = at_least(factor(1, self.off_sigma, 1.0), LEAST_RESISTANCE) / nominal.g_min;
        ConductanceRange::from_resistances(on, at_least(off, on))
    }
}

fn moved(g: f64, from: ConductanceRange, to: ConductanceRange) -> f64 {
    let x = (g - from.g_min) / (from.g_max - from.g_min);
    to.g_min + x * (to.g_max - to.g_min)
}

/// Replaces conductances for one read by random ones; stuck cells included. Returns how many came out below zero.
pub(super) fn perturb(
    conductance: &mut [f64],
    columns: usize,
    key: &super::streams::Key,
    mut new: impl FnMut(&CellWords, usize, f64) -> f64,
) -> usize {
    let mut clipped = 0;
    change_randomly(conductance, columns, key, |words, index, g| {
        not_below_zero(new(words, index, g), &mut clipped)
    });
    clipped
}
