//! A resistance that moves beyond a threshold.

use super::cards::{Choices, ParameterSet, WordParameter};
use super::evaluation::CellEvaluation;
use super::ranges::{between, finite, not_negative, positive, rising};
use super::{Memristor, StateKind};
use crate::dual::Dual;
use crate::parameters::{ParameterError, parameters};

parameters! {
    /// Parameters of [`Pershin`].
    pub struct PershinParameters {
        /// Least resistance, ohm.
        ron: f64 = 1e3, ["ron"];
        /// Largest resistance, ohm.
        roff: f64 = 10e3, ["roff"];
        /// Rate below the threshold, ohm/(V s).
        alpha: f64 = 0.0, ["alpha"];
        /// Rate above the threshold, ohm/(V s).
        beta: f64 = 1e13, ["beta"];
        /// Threshold, V.
        vt: f64 = 4.6, ["vt"];
        /// Resistance at the start, ohm.
        r0: f64 = 5e3, ["r0"];
    }
}

/// The threshold model of Y. V. Pershin and M. Di Ventra (arXiv:1204.2600):
///
/// `dR/dt = beta v + (alpha - beta) (|v + vt| - |v - vt|)/2` with `R` between `ron` and `roff`; `v = R i`. The state is `R` in ohm.
#[derive(Clone, Debug)]
pub struct Pershin {
    parameters: PershinParameters,
}

impl Memristor<1> for Pershin {
    type Parameters = PershinParameters;
    const KIND: &'static str = "pershin";
    const INITIAL: &'static str = "r0";
    const WORDS: &'static [WordParameter] = &[];
    const SETS: &'static [ParameterSet] = &[ParameterSet {
        name: "arxiv2012",
        source: "Y. V. Pershin and M. Di Ventra, arXiv:1204.2600, 2012",
        values: &[],
        words: &[],
    }];
    const STATES: [StateKind; 1] = [StateKind {
        label: "r",
        dynamic: true,
        step_max: f64::INFINITY,
    }];

    fn new(parameters: &Self::Parameters, _choices: Choices) -> Result<Self, ParameterError> {
        finite(parameters)?;
        positive(parameters, &["ron", "roff"])?;
        not_negative(parameters, &["alpha", "beta", "vt"])?;
        rising(parameters, &[("ron", "roff", "must be greater than ron")])?;
        let range = (parameters.ron, parameters.roff);
        between("r0", parameters.r0, range, "must lie between ron and roff")?;
        Ok(Self {
            parameters: parameters.clone(),
        })
    }

    fn initial(&self) -> [f64; 1] {
        let [(low, high)] = self.bounds();
        [(self.parameters.r0 / self.parameters.roff).clamp(low, high)]
    }

    fn bounds(&self) -> [(f64, f64); 1] {
        [(self.parameters.ron / self.parameters.roff, 1.0)]
    }

    #[inline]
    fn evaluate(&self, v: f64, &[s]: &[f64; 1]) -> CellEvaluation<1> {
        let (v, s) = (Dual::variable(v, 0), Dual::variable(s, 1));
        let p = &self.parameters;
        // The sum of the magnitudes branch by branch, so that nothing is left of `beta` below the threshold.
        let within = v.value.clamp(-p.vt, p.vt);
        let rate = if within == v.value {
            v * p.alpha
        } else {
            (v - within) * p.beta + p.alpha * within
        };
        CellEvaluation::of(v / (s * p.roff), rate * p.roff.recip())
    }

    fn physical(&self, _index: usize, s: f64) -> f64 {
        s * self.parameters.roff
    }
}
