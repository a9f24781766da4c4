//! Data-driven models: a switching rate fitted to pulses, and a voltage-dependent resistance at which switching ends.

use super::cards::{Choices, ParameterSet, WordParameter};
use super::evaluation::CellEvaluation;
use super::ranges::{between, finite, positive, rising};
use super::{Memristor, StateKind};
use crate::dual::Dual;
use crate::parameters::{ParameterError, parameters};

parameters! {
    /// Parameters of [`Messaris2018`]; `p` for positive, `n` for negative voltages.
    pub struct Messaris2018Parameters {
        /// Rate, ohm/s.
        ap: f64 = 743.47, ["ap"];
        /// Rate, ohm/s.
        an: f64 = -68012.28, ["an"];
        /// Exponent of the voltage, 1/V.
        tp: f64 = 6.51, ["tp"];
        /// Exponent of the voltage, 1/V.
        tn: f64 = 0.31645, ["tn"];
        /// Exponent of the resistance, 1/ohm.
        kp: f64 = 5.11e-4, ["kp"];
        /// Exponent of the resistance, 1/ohm.
        kn: f64 = 1.17e-3, ["kn"];
        /// Final resistance at 0 V, ohm.
        rp0: f64 = 16719.0, ["rp0"];
        /// Slope of the final resistance, ohm/V.
        rp1: f64 = 0.0, ["rp1"];
        /// Final resistance at 0 V, ohm.
        rn0: f64 = 29304.8, ["rn0"];
        /// Slope of the final resistance, ohm/V.
        rn1: f64 = 23692.8, ["rn1"];
        /// Factor of the current, V.
        a: f64 = 0.24, ["a"];
        /// Curvature of the current, 1/V.
        b: f64 = 3.0, ["b"];
        /// Least resistance, ohm.
        rmin: f64 = 1280.0, ["rmin"];
        /// Largest resistance, ohm.
        rmax: f64 = 17e3, ["rmax"];
        /// Resistance at the start, ohm.
        r0: f64 = 10e3, ["r0"];
    }
}

parameters! {
    /// Parameters of [`Messaris2021`]; `p` for positive, `n` for negative voltages.
    pub struct Messaris2021Parameters {
        /// Rate, 1/(ohm s).
        ap: f64 = 600.10, ["ap"];
        /// Rate, 1/(ohm s).
        an: f64 = -34.60, ["an"];
        /// Scale of the voltage, V.
        tp: f64 = -0.0212, ["tp"];
        /// Scale of the voltage, V.
        tn: f64 = -0.0534, ["tn"];
        /// Final resistance at 0 V, ohm.
        rp0: f64 = 2699.2, ["rp0"];
        /// Slope of the final resistance, ohm/V.
        rp1: f64 = -672.9, ["rp1"];
        /// Final resistance at 0 V, ohm.
        rn0: f64 = 649.4, ["rn0"];
        /// Slope of the final resistance, ohm/V.
        rn1: f64 = -1474.3, ["rn1"];
        /// Factor of the current, V.
        a: f64 = 0.3205, ["a"];
        /// Curvature of the current, 1/V.
        b: f64 = 2.717, ["b"];
        /// Least resistance, ohm.
        rmin: f64 = 100.0, ["rmin"];
        /// Largest resistance, ohm.
        rmax: f64 = 100e3, ["rmax"];
        /// Resistance at the start, ohm.
        r0: f64 = 2500.0, ["r0"];
    }
}

/// The data-driven model of I. Messaris et al., IEEE Trans. CAD 37:3151, 2018:
///
/// `i = (a/R) sinh(b v)`; `dR/dt = ap (e^(tp |v|) - 1) (e^(kp (r - R)) - 1)` for `v > 0` while `R < r = rp0 + rp1 v`,
/// `dR/dt = an (e^(tn |v|) - 1) (e^(kn (R - r)) - 1)` for `v < 0` while `R > r = rn0 + rn1 v`. A pulse has a response in closed form.
/// The state is `R` in ohm.
#[derive(Clone, Debug)]
pub struct Messaris2018 {
    parameters: Messaris2018Parameters,
}

/// The later form of [`Messaris2018`] with a rational response (2021):
///
/// `dR/dt = s (r - R)^2`, `s = ap (e^(|v|/tp) - 1)`, `r = rp0 + rp1 v` for `v > 0`, with `an`, `tn`, `rn0`, `rn1` for `v < 0`, while
/// `R` moves towards `r`. The state is `R` in ohm.
#[derive(Clone, Debug)]
pub struct Messaris2021 {
    parameters: Messaris2021Parameters,
}

const RESISTANCE: [StateKind; 1] = [StateKind {
    label: "r",
    dynamic: true,
    step_max: f64::INFINITY,
}];
const ORDER: [(&str, &str, &str); 1] = [("rmin", "rmax", "must be greater than rmin")];

impl Memristor<1> for Messaris2018 {
    type Parameters = Messaris2018Parameters;
    const KIND: &'static str = "messaris2018";
    const INITIAL: &'static str = "r0";
    const WORDS: &'static [WordParameter] = &[];
    const SETS: &'static [ParameterSet] = &[ParameterSet {
        name: "tcad2018",
        source: "I. Messaris et al., IEEE Trans. CAD 37:3151, 2018",
        values: &[],
        words: &[],
    }];
    const STATES: [StateKind; 1] = RESISTANCE;

    fn new(parameters: &Self::Parameters, _choices: Choices) -> Result<Self, ParameterError> {
        finite(parameters)?;
        positive(parameters, &["kp", "kn", "a", "b", "rmin"])?;
        rising(parameters, &ORDER)?;
        let range = (parameters.rmin, parameters.rmax);
        between("r0", parameters.r0, range, "must lie between rmin and rmax")?;
        Ok(Self {
            parameters: parameters.clone(),
        })
    }

    fn initial(&self) -> [f64; 1] {
        let [(low, high)] = self.bounds();
        [(self.parameters.r0 / self.parameters.rmax).clamp(low, high)]
    }

    fn bounds(&self) -> [(f64, f64); 1] {
        [(self.parameters.rmin / self.parameters.rmax, 1.0)]
    }

    #[inline]
    fn evaluate(&self, v: f64, &[s]: &[f64; 1]) -> CellEvaluation<1> {
        let (v, s) = (Dual::variable(v, 0), Dual::variable(s, 1));
        let p = &self.parameters;
        let r = s * p.rmax;
        let current = (v * p.b).sinh() / r * p.a;
        let (rate, distance) = if v.value >= 0.0 {
            let speed = ((v * p.tp).exp() - 1.0) * p.ap;
            (speed, (v * p.rp1 + p.rp0 - r) * p.kp)
        } else {
            let speed = ((v * -p.tn).exp() - 1.0) * p.an;
            (speed, (r - v * p.rn1 - p.rn0) * p.kn)
        };
        let motion = if distance.value > 0.0 {
            distance.exp() - 1.0
        } else {
            Dual::from(0.0)
        };
        CellEvaluation::of(current, rate * motion * p.rmax.recip())
    }

    fn physical(&self, _index: usize, s: f64) -> f64 {
        s * self.parameters.rmax
    }

    fn voltage_step_max(&self) -> f64 {
        4.0 / self.parameters.b
    }
}

impl Memristor<1> for Messaris2021 {
    type Parameters = Messaris2021Parameters;
    const KIND: &'static str = "messaris2021";
    const INITIAL: &'static str = "r0";
    const WORDS: &'static [WordParameter] = &[];
    const SETS: &'static [ParameterSet] = &[ParameterSet {
        name: "fit2021",
        source: "I. Messaris et al., 2021, figures of the fit as distributed with public simulators",
        values: &[],
        words: &[],
    }];
    const STATES: [StateKind; 1] = RESISTANCE;

    fn new(parameters: &Self::Parameters, _choices: Choices) -> Result<Self, ParameterError> {
        finite(parameters)?;
        positive(parameters, &["a", "b", "rmin"])?;
        for (name, value) in [("tp", parameters.tp), ("tn", parameters.tn)] {
            if value == 0.0 {
                return Err(super::ranges::refuse(name, value, "must not be zero"));
            }
        }
        rising(parameters, &ORDER)?;
        let range = (parameters.rmin, parameters.rmax);
        between("r0", parameters.r0, range, "must lie between rmin and rmax")?;
        Ok(Self {
            parameters: parameters.clone(),
        })
    }

    fn initial(&self) -> [f64; 1] {
        let [(low, high)] = self.bounds();
        [(self.parameters.r0 / SCALE_2021).clamp(low, high)]
    }

    fn bounds(&self) -> [(f64, f64); 1] {
        let p = &self.parameters;
        [(p.rmin / SCALE_2021, p.rmax / SCALE_2021)]
    }

    #[inline]
    fn evaluate(&self, v: f64, &[s]: &[f64; 1]) -> CellEvaluation<1> {
        let (v, s) = (Dual::variable(v, 0), Dual::variable(s, 1));
        let p = &self.parameters;
        let r = s * SCALE_2021;
        let current = (v * p.b).sinh() / r * p.a;
        let (speed, distance) = if v.value >= 0.0 {
            let speed = ((v * p.tp.recip()).exp() - 1.0) * p.ap;
            (speed, v * p.rp1 + p.rp0 - r)
        } else {
            let speed = ((v * -p.tn.recip()).exp() - 1.0) * p.an;
            (speed, v * p.rn1 + p.rn0 - r)
        };
        let rate = if speed.value * distance.value > 0.0 {
            speed * distance.square() * SCALE_2021.recip()
        } else {
            Dual::from(0.0)
        };
        CellEvaluation::of(current, rate)
    }

    fn physical(&self, _index: usize, s: f64) -> f64 {
        s * SCALE_2021
    }

    fn voltage_step_max(&self) -> f64 {
        4.0 / self.parameters.b
    }
}

/// The resistance that counts as one, ohm.
const SCALE_2021: f64 = 1e3;
