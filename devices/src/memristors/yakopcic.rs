//! Yakopcic's generalised model.

use super::cards::{Choices, ParameterSet, WordParameter};
use super::evaluation::CellEvaluation;
use super::ranges::{finite, fraction, not_negative, positive, refuse};
use super::{Memristor, StateKind};
use crate::dual::Dual;
use crate::parameters::{ParameterError, parameters};

parameters! {
    /// Parameters of [`Yakopcic`].
    pub struct YakopcicParameters {
        /// Current of positive voltages, A.
        a1: f64 = 0.17, ["a1"];
        /// Current of negative voltages, A.
        a2: f64 = 0.17, ["a2"];
        /// Curvature of the current, 1/V.
        b: f64 = 0.05, ["b"];
        /// Positive threshold, V.
        vp: f64 = 0.16, ["vp"];
        /// Negative threshold, V, as a positive number.
        vn: f64 = 0.15, ["vn"];
        /// Speed above the positive threshold, 1/s.
        ap: f64 = 4000.0, ["ap"];
        /// Speed below the negative threshold, 1/s.
        an: f64 = 4000.0, ["an"];
        /// State above which growth slows down.
        xp: f64 = 0.3, ["xp"];
        /// Complement of the state below which decay slows down.
        xn: f64 = 0.5, ["xn"];
        /// How fast growth slows down.
        alphap: f64 = 1.0, ["alphap"];
        /// How fast decay slows down.
        alphan: f64 = 5.0, ["alphan"];
        /// 1 if positive voltages let the state grow, -1 if they let it decay.
        eta: f64 = 1.0, ["eta"];
        /// State at the start, 0 to 1.
        x0: f64 = 0.11, ["x0"];
    }
}

/// The generalised model of C. Yakopcic et al. (IEEE Electron Device Lett. 32:1436, 2011; IEEE Trans. CAD 32:1201, 2013):
///
/// `i = a1 x sinh(b v)` for `v >= 0`, `a2 x sinh(b v)` below; `dx/dt = eta g(v) f(x)` with thresholds in
/// `g = ap (e^v - e^vp)` above `vp`, `-an (e^-v - e^vn)` below `-vn`, and `f` that slows the state down at 0 and 1. The state is `x`.
#[derive(Clone, Debug)]
pub struct Yakopcic {
    parameters: YakopcicParameters,
}

impl Yakopcic {
    #[inline(always)]
    fn drive(&self, v: Dual<2>) -> Dual<2> {
        let p = &self.parameters;
        if v.value > p.vp {
            (v.exp() - p.vp.exp()) * p.ap
        } else if v.value < -p.vn {
            ((-v).exp() - p.vn.exp()) * -p.an
        } else {
            Dual::from(0.0)
        }
    }

    /// `f`: the state slows down before the bound that it moves to.
    #[inline(always)]
    fn motion(&self, grows: bool, x: Dual<2>) -> Dual<2> {
        let p = &self.parameters;
        if grows && x.value >= p.xp {
            let w = (-x + 1.0) * (1.0 - p.xp).recip();
            ((x - p.xp) * -p.alphap).exp() * w
        } else if !grows && x.value <= 1.0 - p.xn {
            let w = x * (1.0 - p.xn).recip();
            ((x + (p.xn - 1.0)) * p.alphan).exp() * w
        } else {
            Dual::from(1.0)
        }
    }
}

impl Memristor<1> for Yakopcic {
    type Parameters = YakopcicParameters;
    const KIND: &'static str = "yakopcic";
    const INITIAL: &'static str = "x0";
    const WORDS: &'static [WordParameter] = &[];
    const SETS: &'static [ParameterSet] = &[
        ParameterSet {
            name: "tcad2013",
            source: "C. Yakopcic et al., IEEE Trans. CAD 32:1201, 2013",
            values: &[],
            words: &[],
        },
        ParameterSet {
            name: "edl2011",
            source: "C. Yakopcic et al., IEEE Electron Device Lett. 32:1436, 2011 (thresholds of a public library of devices)",
            values: &[("vp", 0.65), ("vn", 0.56)],
            words: &[],
        },
    ];
    const STATES: [StateKind; 1] = [StateKind {
        label: "x",
        dynamic: true,
        step_max: f64::INFINITY,
    }];

    fn new(parameters: &Self::Parameters, _choices: Choices) -> Result<Self, ParameterError> {
        finite(parameters)?;
        positive(parameters, &["a1", "a2", "b"])?;
        not_negative(parameters, &["vp", "vn", "ap", "an", "alphap", "alphan"])?;
        fraction(parameters, &["xp", "xn", "x0"])?;
        for (name, value) in [("xp", parameters.xp), ("xn", parameters.xn)] {
            if value == 1.0 {
                return Err(refuse(name, value, "must be below 1"));
            }
        }
        if parameters.eta.abs() != 1.0 {
            return Err(refuse("eta", parameters.eta, "must be 1 or -1"));
        }
        Ok(Self {
            parameters: parameters.clone(),
        })
    }

    fn initial(&self) -> [f64; 1] {
        [self.parameters.x0]
    }

    fn bounds(&self) -> [(f64, f64); 1] {
        [(0.0, 1.0)]
    }

    #[inline]
    fn evaluate(&self, v: f64, &[x]: &[f64; 1]) -> CellEvaluation<1> {
        let (v, x) = (Dual::variable(v, 0), Dual::variable(x, 1));
        let p = &self.parameters;
        let amplitude = if v.value >= 0.0 { p.a1 } else { p.a2 };
        let current = x * (v * p.b).sinh() * amplitude;
        let motion = self.motion(p.eta * v.value >= 0.0, x);
        CellEvaluation::of(current, self.drive(v) * motion * p.eta)
    }

    fn physical(&self, _index: usize, s: f64) -> f64 {
        s
    }

    fn voltage_step_max(&self) -> f64 {
        2.0_f64.max(1.0 / self.parameters.b)
    }
}
