//! Linear ion drift.

use super::cards::{Choices, DRIFT_WINDOWS, ParameterSet, WordParameter, unknown_word};
use super::evaluation::CellEvaluation;
use super::ranges::{finite, fraction, not_negative, positive};
use super::windows::{Window, WindowShape};
use super::{Memristor, StateKind};
use crate::dual::Dual;
use crate::parameters::{ParameterError, parameters};

parameters! {
    /// Parameters of [`LinearDrift`].
    pub struct LinearDriftParameters {
        /// Resistance of the doped device, x = 1, ohm.
        ron: f64 = 100.0, ["ron"];
        /// Resistance of the undoped device, x = 0, ohm.
        roff: f64 = 16e3, ["roff"];
        /// Length, m.
        d: f64 = 10e-9, ["d"];
        /// Mobility of the dopants, m^2/(V s).
        uv: f64 = 1e-14, ["uv"];
        /// Exponent of the window.
        p: f64 = 1.0, ["p"];
        /// Height of the windows that have one.
        j: f64 = 1.0, ["j"];
        /// Doped part at the start, 0 to 1.
        x0: f64 = 0.1, ["x0"];
    }
}

/// Linear ion drift (D. B. Strukov, G. S. Snider, D. R. Stewart and R. S. Williams, Nature 453:80, 2008):
///
/// `v = (ron x + roff (1 - x)) i`, `dx/dt = uv ron/d^2 i f(x, i)`, with a [`Window`] `f`. The state is `x`.
#[derive(Clone, Debug)]
pub struct LinearDrift {
    r_on: f64,
    r_off: f64,
    /// `uv ron/d^2`, 1/(A s).
    speed: f64,
    window: Window,
    shape: WindowShape,
    x0: f64,
}

impl Memristor<1> for LinearDrift {
    type Parameters = LinearDriftParameters;
    const KIND: &'static str = "lineardrift";
    const INITIAL: &'static str = "x0";
    const WORDS: &'static [WordParameter] = &[WordParameter {
        name: "window",
        words: &DRIFT_WINDOWS,
    }];
    const SETS: &'static [ParameterSet] = &[
        ParameterSet {
            name: "nature2008",
            source: "D. B. Strukov et al., Nature 453:80, 2008 (figures of the titanium dioxide device)",
            values: &[],
            words: &[],
        },
        ParameterSet {
            name: "joglekar2009",
            source: "Y. N. Joglekar and S. J. Wolf, Eur. J. Phys. 30:661, 2009 (window); figures of a public library of devices",
            values: &[
                ("ron", 100.0),
                ("roff", 10e3),
                ("d", 12e-9),
                ("uv", 50e-15),
                ("p", 7.0),
                ("x0", 0.56),
            ],
            words: &[("window", "joglekar")],
        },
        ParameterSet {
            name: "biolek2009",
            source: "Z. Biolek, D. Biolek and V. Biolkova, Radioengineering 18:210, 2009",
            values: &[
                ("ron", 100.0),
                ("roff", 1e3),
                ("d", 16e-9),
                ("uv", 40e-15),
                ("p", 7.0),
                ("x0", 0.076),
            ],
            words: &[("window", "biolek")],
        },
    ];
    const STATES: [StateKind; 1] = [StateKind {
        label: "x",
        dynamic: true,
        step_max: f64::INFINITY,
    }];

    fn new(parameters: &Self::Parameters, choices: Choices) -> Result<Self, ParameterError> {
        finite(parameters)?;
        positive(parameters, &["ron", "roff", "d", "p", "j"])?;
        not_negative(parameters, &["uv"])?;
        fraction(parameters, &["x0"])?;
        if choices.window == Window::Kvatinsky {
            // It needs lengths.
            return Err(unknown_word(
                "window",
                choices.window.name(),
                &DRIFT_WINDOWS,
            ));
        }
        Ok(Self {
            r_on: parameters.ron,
            r_off: parameters.roff,
            speed: parameters.uv * parameters.ron / (parameters.d * parameters.d),
            window: choices.window,
            shape: WindowShape {
                p: parameters.p,
                j: parameters.j,
            },
            x0: parameters.x0,
        })
    }

    fn initial(&self) -> [f64; 1] {
        [self.x0]
    }

    fn bounds(&self) -> [(f64, f64); 1] {
        [(0.0, 1.0)]
    }

    #[inline]
    fn evaluate(&self, v: f64, &[x]: &[f64; 1]) -> CellEvaluation<1> {
        let (v, x) = (Dual::variable(v, 0), Dual::variable(x, 1));
        let current = v / (x * (self.r_on - self.r_off) + self.r_off);
        let window = self.window.at(x, v.value >= 0.0, self.shape);
        CellEvaluation::of(current, current * window * self.speed)
    }

    fn physical(&self, _index: usize, s: f64) -> f64 {
        s
    }
}
