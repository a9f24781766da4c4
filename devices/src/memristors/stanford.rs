//! The gap of a conductive filament (Stanford/ASU-PKU model, version 1).

use super::cards::{Choices, ParameterSet, WordParameter};
use super::evaluation::CellEvaluation;
use super::ranges::{between, finite, not_negative, positive, rising};
use super::{Memristor, StateKind};
use crate::constants::{BOLTZMANN, ELEMENTARY_CHARGE};
use crate::dual::Dual;
use crate::parameters::{ParameterError, parameters};

/// The unit of the gap in the enhancement of the field, m.
const NANOMETRE: f64 = 1e-9;
/// The field enhancement sets in over this part of the threshold field, so that the rate is continuous.
const ONSET_WIDTH: f64 = 1e-5;

parameters! {
    /// Parameters of [`StanfordPku`].
    pub struct StanfordParameters {
        /// Current, A.
        i0: f64 = 1e-3, ["i0"];
        /// Decay length of the current in the gap, m.
        g0: f64 = 0.25e-9, ["g0"];
        /// Voltage of the sinh, V.
        v0: f64 = 0.25, ["v0"];
        /// Speed of the gap, m/s.
        vel0: f64 = 10.0, ["vel0"];
        /// How the gap, in nm, weakens the enhancement of the field.
        beta: f64 = 0.8, ["beta"];
        /// Enhancement of the field without a gap.
        gamma0: f64 = 16.0, ["gamma0"];
        /// Activation energy, eV.
        ea: f64 = 0.6, ["ea"];
        /// Hopping distance, m.
        a0: f64 = 0.25e-9, ["a0"];
        /// Ambient temperature, K.
        t0: f64 = 298.0, ["t0"];
        /// Enhanced field below which the gap stands still, V/m.
        fmin: f64 = 1.4e9, ["fmin"];
        /// Thickness of the oxide, m.
        tox: f64 = 12e-9, ["tox"];
        /// Thermal resistance, K/W.
        rth: f64 = 2.1e3, ["rth"];
        /// Least gap, m.
        gapmin: f64 = 0.2e-9, ["gapmin"];
        /// Largest gap, m.
        gapmax: f64 = 1.7e-9, ["gapmax"];
        /// Gap at the start, m.
        gap0: f64 = 0.2e-9, ["gap0"];
    }
}

/// The Stanford/ASU-PKU model, version 1 (Z. Jiang et al., IEEE Trans. Electron Devices 63:1884, 2016) without its noise:
///
/// `i = i0 exp(-g/g0) sinh(v/v0)`, `T = t0 + |v i| rth`, `gamma = gamma0 - beta (g/1 nm)^3`, 0 where `gamma |v|/tox < fmin`,
/// `dg/dt = -vel0 exp(-q ea/(k T)) sinh(gamma a0 q v/(tox k T))` with `g` between `gapmin` and `gapmax`. The state is the gap `g` in metres.
#[derive(Clone, Debug)]
pub struct StanfordPku {
    parameters: StanfordParameters,
    length: f64,
}

impl StanfordPku {
    /// The enhancement of the field; it sets in at the threshold field.
    #[inline(always)]
    fn enhancement(&self, v: Dual<2>, gap: Dual<2>) -> Dual<2> {
        let p = &self.parameters;
        let relative = gap * NANOMETRE.recip();
        let gamma = -(relative * relative * relative * p.beta) + p.gamma0;
        if p.fmin == 0.0 {
            return gamma;
        }
        let excess = (gamma * v.abs() * (p.tox * p.fmin).recip() - 1.0) * ONSET_WIDTH.recip();
        if excess.value <= -0.5 {
            Dual::from(0.0)
        } else if excess.value < 0.5 {
            gamma * (excess + 0.5)
        } else {
            gamma
        }
    }
}

impl Memristor<1> for StanfordPku {
    type Parameters = StanfordParameters;
    const KIND: &'static str = "stanford_pku";
    const INITIAL: &'static str = "gap0";
    const WORDS: &'static [WordParameter] = &[];
    const SETS: &'static [ParameterSet] = &[ParameterSet {
        name: "ted2016",
        source: "Z. Jiang et al., IEEE Trans. Electron Devices 63:1884, 2016 (defaults of model version 1.0.0)",
        values: &[],
        words: &[],
    }];
    const STATES: [StateKind; 1] = [StateKind {
        label: "gap",
        dynamic: true,
        step_max: f64::INFINITY,
    }];

    fn new(parameters: &Self::Parameters, _choices: Choices) -> Result<Self, ParameterError> {
        finite(parameters)?;
        positive(parameters, &["i0", "g0", "v0", "tox", "a0", "t0", "gapmin"])?;
        not_negative(parameters, &["vel0", "beta", "gamma0", "ea", "fmin", "rth"])?;
        rising(
            parameters,
            &[("gapmin", "gapmax", "must be greater than gapmin")],
        )?;
        let range = (parameters.gapmin, parameters.gapmax);
        between(
            "gap0",
            parameters.gap0,
            range,
            "must lie between gapmin and gapmax",
        )?;
        Ok(Self {
            parameters: parameters.clone(),
            length: parameters.gapmax - parameters.gapmin,
        })
    }

    fn initial(&self) -> [f64; 1] {
        let s = (self.parameters.gap0 - self.parameters.gapmin) / self.length;
        [s.clamp(0.0, 1.0)]
    }

    fn bounds(&self) -> [(f64, f64); 1] {
        [(0.0, 1.0)]
    }

    #[inline]
    fn evaluate(&self, v: f64, &[s]: &[f64; 1]) -> CellEvaluation<1> {
        let (v, s) = (Dual::variable(v, 0), Dual::variable(s, 1));
        let p = &self.parameters;
        let gap = s * self.length + p.gapmin;
        let current = (gap * -p.g0.recip()).exp() * (v * p.v0.recip()).sinh() * p.i0;
        let kelvin = (v * current).abs() * p.rth + p.t0;
        let hop = Dual::from(ELEMENTARY_CHARGE / BOLTZMANN) / kelvin;
        let gamma = self.enhancement(v, gap);
        let drive = (gamma * v * hop * (p.a0 / p.tox)).sinh();
        let rate = (hop * -p.ea).exp() * drive * (-p.vel0 / self.length);
        CellEvaluation::of(current, rate)
    }

    fn physical(&self, _index: usize, s: f64) -> f64 {
        self.parameters.gapmin + s * self.length
    }

    fn voltage_step_max(&self) -> f64 {
        4.0 * self.parameters.v0
    }
}
