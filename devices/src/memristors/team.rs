//! TEAM and VTEAM: a boundary that moves beyond thresholds of current or of voltage.

use super::boundary::{Boundary, ThresholdDrift};
use super::cards::{BOUNDARY_WORDS, Choices, ParameterSet, WordParameter};
use super::evaluation::CellEvaluation;
use super::ranges::{finite, negative, not_negative, not_positive, positive, rising};
use super::windows::WindowShape;
use super::{Memristor, StateKind};
use crate::dual::Dual;
use crate::parameters::{ParameterError, parameters};

parameters! {
    /// Parameters of [`Team`].
    pub struct TeamParameters {
        /// Resistance at `xon`, ohm.
        ron: f64 = 50.0, ["ron"];
        /// Resistance at `xoff`, ohm.
        roff: f64 = 1e3, ["roff"];
        /// Speed towards the on state, m/s; negative.
        kon: f64 = -8e-13, ["kon"];
        /// Speed towards the off state, m/s.
        koff: f64 = 8e-13, ["koff"];
        /// Exponent towards the on state.
        aon: f64 = 3.0, ["aon"];
        /// Exponent towards the off state.
        aoff: f64 = 3.0, ["aoff"];
        /// Threshold current towards the on state, A; negative.
        ion: f64 = -8.9e-6, ["ion"];
        /// Threshold current towards the off state, A.
        ioff: f64 = 1.15e-4, ["ioff"];
        /// Position of the on state, m.
        xon: f64 = 0.0, ["xon"];
        /// Position of the off state, m.
        xoff: f64 = 3e-9, ["xoff"];
        /// Width of Kvatinsky's window, m.
        wc: f64 = 1.07e-12, ["wc"];
        /// Point of Kvatinsky's window towards the on state, m; `xon` when not given.
        awon: Option<f64> = None, ["awon"];
        /// Point of Kvatinsky's window towards the off state, m; `xoff` when not given.
        awoff: Option<f64> = None, ["awoff"];
        /// Exponent of the other windows.
        p: f64 = 1.0, ["p"];
        /// Height of the windows that have one.
        j: f64 = 1.0, ["j"];
        /// Position at the start, m; `xon` when not given.
        x0: Option<f64> = None, ["x0"];
    }
}

parameters! {
    /// Parameters of [`Vteam`].
    pub struct VteamParameters {
        /// Resistance at `xon`, ohm.
        ron: f64 = 50.0, ["ron"];
        /// Resistance at `xoff`, ohm.
        roff: f64 = 1e3, ["roff"];
        /// Speed towards the on state, m/s; negative.
        kon: f64 = -10.0, ["kon"];
        /// Speed towards the off state, m/s.
        koff: f64 = 5e-4, ["koff"];
        /// Exponent towards the on state.
        aon: f64 = 3.0, ["aon"];
        /// Exponent towards the off state.
        aoff: f64 = 1.0, ["aoff"];
        /// Threshold voltage towards the on state, V; negative.
        von: f64 = -0.2, ["von"];
        /// Threshold voltage towards the off state, V.
        voff: f64 = 0.02, ["voff"];
        /// Position of the on state, m.
        xon: f64 = 0.0, ["xon"];
        /// Position of the off state, m.
        xoff: f64 = 3e-9, ["xoff"];
        /// Width of Kvatinsky's window, m.
        wc: f64 = 107e-12, ["wc"];
        /// Point of Kvatinsky's window towards the on state, m; `xon` when not given.
        awon: Option<f64> = None, ["awon"];
        /// Point of Kvatinsky's window towards the off state, m; `xoff` when not given.
        awoff: Option<f64> = None, ["awoff"];
        /// Exponent of the other windows.
        p: f64 = 1.0, ["p"];
        /// Height of the windows that have one.
        j: f64 = 1.0, ["j"];
        /// Position at the start, m; `xon` when not given.
        x0: Option<f64> = None, ["x0"];
    }
}

const POSITION: [StateKind; 1] = [StateKind {
    label: "x",
    dynamic: true,
    step_max: f64::INFINITY,
}];

/// TEAM (S. Kvatinsky, E. G. Friedman, A. Kolodny and U. C. Weiser, IEEE Trans. CAS I 60:211, 2013):
///
/// `dx/dt = koff (i/ioff - 1)^aoff f_off` for `i >= ioff`, `kon (i/ion - 1)^aon f_on` for `i <= ion`, 0 between; `v = R(x) i`.
/// The state is `x` in metres, from `xon` to `xoff`.
#[derive(Clone, Debug)]
pub struct Team {
    boundary: Boundary,
    drift: ThresholdDrift,
    start: f64,
}

/// VTEAM (S. Kvatinsky, M. Ramadan, E. G. Friedman and A. Kolodny, IEEE Trans. CAS II 62:786, 2015): [`Team`] with
/// thresholds of voltage.
#[derive(Clone, Debug)]
pub struct Vteam {
    boundary: Boundary,
    drift: ThresholdDrift,
    start: f64,
}

const ORDER: [(&str, &str, &str); 1] = [("xon", "xoff", "must be greater than xon")];

impl Memristor<1> for Team {
    type Parameters = TeamParameters;
    const KIND: &'static str = "team";
    const INITIAL: &'static str = "x0";
    const WORDS: &'static [WordParameter] = &BOUNDARY_WORDS;
    const SETS: &'static [ParameterSet] = &[
        ParameterSet {
            name: "tcas2013",
            source: "S. Kvatinsky et al., IEEE Trans. CAS I 60:211, 2013 (figures as published with Xyce's level 2)",
            values: &[],
            words: &[],
        },
        ParameterSet {
            name: "fast",
            source: "S. Kvatinsky et al., IEEE Trans. CAS I 60:211, 2013 (figures of the tunnel-barrier device fit in Xyce's tests)",
            values: &[
                ("kon", -4.68e-22),
                ("koff", 1.46e-18),
                ("aon", 10.0),
                ("aoff", 10.0),
                ("wc", 1e-12),
            ],
            words: &[("window", "kvatinsky")],
        },
    ];
    const STATES: [StateKind; 1] = POSITION;

    fn new(parameters: &Self::Parameters, choices: Choices) -> Result<Self, ParameterError> {
        finite(parameters)?;
        positive(
            parameters,
            &["ron", "roff", "ioff", "aon", "aoff", "wc", "p", "j"],
        )?;
        negative(parameters, &["ion"])?;
        not_negative(parameters, &["koff"])?;
        not_positive(parameters, &["kon"])?;
        rising(parameters, &ORDER)?;
        let boundary = Boundary {
            on: parameters.xon,
            length: parameters.xoff - parameters.xon,
            r_on: parameters.ron,
            r_off: parameters.roff,
            law: choices.resistance,
        };
        Ok(Self {
            start: boundary.start(parameters.x0)?,
            boundary,
            drift: ThresholdDrift {
                off: (parameters.koff, parameters.ioff, parameters.aoff),
                on: (parameters.kon, parameters.ion, parameters.aon),
                window: choices.window,
                shape: WindowShape {
                    p: parameters.p,
                    j: parameters.j,
                },
                a_off: parameters.awoff.unwrap_or(parameters.xoff),
                a_on: parameters.awon.unwrap_or(parameters.xon),
                w_c: parameters.wc,
            },
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
        let current = v / self.boundary.resistance(s);
        CellEvaluation::of(current, self.drift.rate(&self.boundary, current, s))
    }

    fn physical(&self, _index: usize, s: f64) -> f64 {
        self.boundary.on + s * self.boundary.length
    }
}

impl Memristor<1> for Vteam {
    type Parameters = VteamParameters;
    const KIND: &'static str = "vteam";
    const INITIAL: &'static str = "x0";
    const WORDS: &'static [WordParameter] = &BOUNDARY_WORDS;
    const SETS: &'static [ParameterSet] = &[
        ParameterSet {
            name: "tcas2015",
            source: "S. Kvatinsky et al., IEEE Trans. CAS II 62:786, 2015",
            values: &[],
            words: &[],
        },
        ParameterSet {
            name: "window2015",
            source: "S. Kvatinsky et al., IEEE Trans. CAS II 62:786, 2015 (with the window of IEEE Trans. CAS I 60:211)",
            values: &[],
            words: &[("window", "kvatinsky")],
        },
    ];
    const STATES: [StateKind; 1] = POSITION;

    fn new(parameters: &Self::Parameters, choices: Choices) -> Result<Self, ParameterError> {
        finite(parameters)?;
        positive(
            parameters,
            &["ron", "roff", "voff", "aon", "aoff", "wc", "p", "j"],
        )?;
        negative(parameters, &["von"])?;
        not_negative(parameters, &["koff"])?;
        not_positive(parameters, &["kon"])?;
        rising(parameters, &ORDER)?;
        let boundary = Boundary {
            on: parameters.xon,
            length: parameters.xoff - parameters.xon,
            r_on: parameters.ron,
            r_off: parameters.roff,
            law: choices.resistance,
        };
        Ok(Self {
            start: boundary.start(parameters.x0)?,
            boundary,
            drift: ThresholdDrift {
                off: (parameters.koff, parameters.voff, parameters.aoff),
                on: (parameters.kon, parameters.von, parameters.aon),
                window: choices.window,
                shape: WindowShape {
                    p: parameters.p,
                    j: parameters.j,
                },
                a_off: parameters.awoff.unwrap_or(parameters.xoff),
                a_on: parameters.awon.unwrap_or(parameters.xon),
                w_c: parameters.wc,
            },
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
        let current = v / self.boundary.resistance(s);
        CellEvaluation::of(current, self.drift.rate(&self.boundary, v, s))
    }

    fn physical(&self, _index: usize, s: f64) -> f64 {
        self.boundary.on + s * self.boundary.length
    }
}
