//! Drift and loss of retention.

use serde::{Deserialize, Serialize};

use super::NonidealityError;
use super::array::ProgrammedArray;
use super::error::Check;
use super::list::{Applied, Instance};
use super::streams::Purpose;
use super::variability::Distribution;

/// `kind = "drift"`: `g(t) = g (t/t0)^-nu`, with an exponent `nu` of each cell's own, normally distributed.
///
/// Structural relaxation of amorphous material (D. Ielmini, A. L. Lacaita, D. Mantegazza, IEEE Trans. Electron Devices 54, 308, 2007).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drift {
    /// Time after programming, s; at least `reference_time`.
    pub time: f64,
    /// Time at which the conductance is as programmed, s.
    #[serde(default = "one")]
    pub reference_time: f64,
    /// Mean exponent.
    pub nu: f64,
    /// Standard deviation of the exponent between cells.
    #[serde(default)]
    pub nu_sigma: f64,
}

fn one() -> f64 {
    1.0
}

impl Drift {
    pub(super) const KIND: &str = "drift";

    pub(super) fn validate(&self) -> Result<(), NonidealityError> {
        let check = Check(Self::KIND);
        check.positive("reference_time", self.reference_time)?;
        check.finite("time", self.time)?;
        check.at_least(
            "time",
            self.time,
            self.reference_time,
            "must not be before reference_time",
        )?;
        check.finite("nu", self.nu)?;
        check.not_negative("nu_sigma", self.nu_sigma)
    }

    pub(super) fn apply(
        &self,
        array: &mut ProgrammedArray,
        instance: &Instance,
        occurrence: u16,
    ) -> Applied {
        let key = instance.key(Purpose::Drift, occurrence, 0);
        let age = (self.time / self.reference_time).ln();
        array.change_free_randomly(&key, |words, g| {
            g * (-(self.nu + self.nu_sigma * words.normal(0)) * age).exp()
        });
        Applied::of(Self::KIND)
    }
}

/// How a state is lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetentionLaw {
    /// `exp(-(t/tau)^beta)` of the distance to the final conductance is left.
    #[default]
    Exponential,
    /// `1 - beta log10(1 + t/tau)` of it is left, not less than 0.
    Logarithmic,
}

/// `kind = "retention"`: conductances move to a final one, `g(t) = g_final + (g - g_final) s(t)`, with a time constant of each cell's own.
///
/// The stretched exponential is that of R. Kohlrausch (1854); the logarithm stands for a wide distribution of barriers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Time after programming, s.
    pub time: f64,
    /// Median time constant, s.
    pub tau: f64,
    /// Standard deviation of the logarithm of the time constant between cells.
    #[serde(default)]
    pub tau_sigma: f64,
    /// Stretching exponent (exponential law), or loss per decade (logarithmic law).
    #[serde(default = "one")]
    pub beta: f64,
    /// The law.
    #[serde(default)]
    pub law: RetentionLaw,
    /// Conductance in the end, S; `g_min` of the range when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub g_final: Option<f64>,
}

impl Retention {
    pub(super) const KIND: &str = "retention";

    pub(super) fn validate(&self) -> Result<(), NonidealityError> {
        let check = Check(Self::KIND);
        check.not_negative("time", self.time)?;
        check.positive("tau", self.tau)?;
        Distribution::Lognormal.validate(check, "tau_sigma", self.tau_sigma)?;
        check.positive("beta", self.beta)?;
        self.g_final
            .map_or(Ok(()), |g| check.not_negative("g_final", g))
    }

    pub(super) fn apply(
        &self,
        array: &mut ProgrammedArray,
        instance: &Instance,
        occurrence: u16,
    ) -> Applied {
        let key = instance.key(Purpose::Retention, occurrence, 0);
        let end = self.g_final.unwrap_or(array.range().g_min);
        array.change_free_randomly(&key, |words, g| {
            let tau = self.tau * Distribution::Lognormal.factor(self.tau_sigma, words.normal(0));
            end + (g - end) * self.left(self.time / tau)
        });
        Applied::of(Self::KIND)
    }

    /// The part of the distance that is left after `t` time constants.
    fn left(&self, t: f64) -> f64 {
        match self.law {
            RetentionLaw::Exponential => (-t.powf(self.beta)).exp(),
            RetentionLaw::Logarithmic => {
                (1.0 - self.beta * t.ln_1p() / std::f64::consts::LN_10).max(0.0)
            }
        }
    }
}
