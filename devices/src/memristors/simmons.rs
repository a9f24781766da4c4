//! The tunnel barrier of Pickett and others with a resistance that depends on its width.

use super::boundary::Boundary;
use super::cards::{BOUNDARY_WORDS, Choices, ParameterSet, WordParameter};
use super::evaluation::CellEvaluation;
use super::ranges::{finite, not_negative, positive, rising};
use super::{Memristor, StateKind};
use crate::dual::Dual;
use crate::parameters::{ParameterError, parameters};

parameters! {
    /// Parameters of [`Simmons`].
    pub struct SimmonsParameters {
        /// Speed towards the off state, m/s.
        coff: f64 = 3.5e-6, ["coff"];
        /// Speed towards the on state, m/s.
        con: f64 = 40e-6, ["con"];
        /// Current of the sinh towards the off state, A.
        ioff: f64 = 115e-6, ["ioff"];
        /// Current of the sinh towards the on state, A.
        ion: f64 = 8.9e-6, ["ion"];
        /// Width of the barrier's edge, m.
        wc: f64 = 107e-12, ["wc"];
        /// Current that softens the edges, A.
        b: f64 = 500e-6, ["b"];
        /// Width at which the barrier stops growing, m.
        aoff: f64 = 1.2e-9, ["aoff"];
        /// Width at which it stops shrinking, m.
        aon: f64 = 1.8e-9, ["aon"];
        /// Resistance at `xon`, ohm.
        ron: f64 = 100.0, ["ron"];
        /// Resistance at `xoff`, ohm.
        roff: f64 = 200e3, ["roff"];
        /// Least width, m.
        xon: f64 = 0.0, ["xon"];
        /// Largest width, m.
        xoff: f64 = 3e-9, ["xoff"];
        /// Width at the start, m.
        x0: f64 = 1.5e-9, ["x0"];
    }
}

/// Dynamics of a Simmons tunnel barrier (M. D. Pickett et al., J. Appl. Phys. 106:074508, 2009):
///
/// `dx/dt = coff sinh(i/ioff) exp(-exp((x - aoff)/wc - |i|/b) - x/wc)` for `i > 0`,
/// `con sinh(i/ion) exp(-exp(-(x - aon)/wc - |i|/b) - x/wc)` for `i < 0`, with `v = R(x) i` in the place of the implicit
/// tunnel current, linear or exponential between `xon` and `xoff`. The state is the width `x` in metres.
#[derive(Clone, Debug)]
pub struct Simmons {
    boundary: Boundary,
    parameters: SimmonsParameters,
    start: f64,
}

impl Memristor<1> for Simmons {
    type Parameters = SimmonsParameters;
    const KIND: &'static str = "simmons";
    const INITIAL: &'static str = "x0";
    const WORDS: &'static [WordParameter] = BOUNDARY_WORDS.split_at(1).1;
    const SETS: &'static [ParameterSet] = &[
        ParameterSet {
            name: "jap2009",
            source: "M. D. Pickett et al., J. Appl. Phys. 106:074508, 2009",
            values: &[],
            words: &[],
        },
        ParameterSet {
            name: "aon2",
            source: "M. D. Pickett et al., J. Appl. Phys. 106:074508, 2009, with the aon of published Verilog-A code",
            values: &[("aon", 2e-9)],
            words: &[],
        },
    ];
    const STATES: [StateKind; 1] = [StateKind {
        label: "x",
        dynamic: true,
        step_max: f64::INFINITY,
    }];

    fn new(parameters: &Self::Parameters, choices: Choices) -> Result<Self, ParameterError> {
        finite(parameters)?;
        positive(parameters, &["ioff", "ion", "wc", "b", "ron", "roff"])?;
        not_negative(parameters, &["coff", "con"])?;
        rising(parameters, &[("xon", "xoff", "must be greater than xon")])?;
        let boundary = Boundary {
            on: parameters.xon,
            length: parameters.xoff - parameters.xon,
            r_on: parameters.ron,
            r_off: parameters.roff,
            law: choices.resistance,
        };
        Ok(Self {
            start: boundary.start(Some(parameters.x0))?,
            boundary,
            parameters: parameters.clone(),
        })
    }

    fn initial(&self) -> [f64; 1] {
        [self.start]
    }

    fn bounds(&self) -> [(f64, f64); 1] {
        [(0.0, 1.0)]
    }

    #[inline]
    fn evaluate(&self, v: f64, &[s]: &[f64; 1]) -> CellEvaluation<1> {
        let (v, s) = (Dual::variable(v, 0), Dual::variable(s, 1));
        let p = &self.parameters;
        let current = v / self.boundary.resistance(s);
        let x = self.boundary.position(s);
        let soft = current.abs() * p.b.recip();
        let (speed, scale, edge) = if current.value >= 0.0 {
            (p.coff, p.ioff, (x - p.aoff) * p.wc.recip() - soft)
        } else {
            (p.con, p.ion, (x - p.aon) * -p.wc.recip() - soft)
        };
        let damping = (-edge.exp() - x * p.wc.recip()).exp();
        let rate = (current * scale.recip()).sinh() * damping * (speed / self.boundary.length);
        CellEvaluation::of(current, rate)
    }

    fn physical(&self, _index: usize, s: f64) -> f64 {
        self.boundary.on + s * self.boundary.length
    }
}
