//! The metastable switch in the mean.

use super::cards::{Choices, ParameterSet, WordParameter};
use super::evaluation::CellEvaluation;
use super::ranges::{finite, fraction, not_negative, positive};
use super::{Memristor, StateKind};
use crate::constants::{BOLTZMANN, ELEMENTARY_CHARGE};
use crate::dual::Dual;
use crate::parameters::{ParameterError, parameters};

parameters! {
    /// Parameters of [`Mmss`].
    pub struct MmssParameters {
        /// Resistance with all switches on, x = 1, ohm.
        ron: f64 = 500.0, ["ron"];
        /// Resistance with all switches off, x = 0, ohm.
        roff: f64 = 1500.0, ["roff"];
        /// Threshold for switching on, V.
        von: f64 = 0.27, ["von"];
        /// Threshold for switching off, V, as a positive number.
        voff: f64 = 0.27, ["voff"];
        /// Time scale, s.
        tau: f64 = 1e-4, ["tau"];
        /// Temperature of the switches, K.
        temp: f64 = 298.5, ["temp"];
        /// Part of the switches that are on at the start.
        x0: f64 = 0.0, ["x0"];
        /// Part of the current that flows through the switches; the rest through Schottky junctions.
        phi: f64 = 1.0, ["phi"];
        /// Forward Schottky current, A.
        sfa: f64 = 0.0, ["sfa"];
        /// Forward Schottky exponent, 1/V.
        sfb: f64 = 0.0, ["sfb"];
        /// Reverse Schottky current, A.
        sra: f64 = 0.0, ["sra"];
        /// Reverse Schottky exponent, 1/V.
        srb: f64 = 0.0, ["srb"];
    }
}

/// The generalised metastable switch (M. A. Nugent and T. W. Molter, Public Library of Science ONE 9:e85175, 2014; T. W. Molter and M. A. Nugent,
/// CNNA 2016), in the mean:
///
/// `dx/dt = (P_on (1 - x) - P_off x)/tau`, `P_on = 1/(1 + exp(-(v - von)/v_T))`, `P_off = 1 - 1/(1 + exp(-(v + voff)/v_T))`,
/// `i = phi (x/ron + (1 - x)/roff) v + (1 - phi) (sfa exp(sfb v) - sra exp(-srb v))`. The state is `x`.
#[derive(Clone, Debug)]
pub struct Mmss {
    parameters: MmssParameters,
    thermal_voltage: f64,
}

/// `1/(1 + exp(-u))`.
#[inline(always)]
fn logistic(u: Dual<2>) -> Dual<2> {
    let value = if u.value >= 0.0 {
        1.0 / (1.0 + (-u.value).exp())
    } else {
        let e = u.value.exp();
        e / (1.0 + e)
    };
    u.map(value, value * (1.0 - value))
}

impl Memristor<1> for Mmss {
    type Parameters = MmssParameters;
    const KIND: &'static str = "mmss";
    const INITIAL: &'static str = "x0";
    const WORDS: &'static [WordParameter] = &[];
    const SETS: &'static [ParameterSet] = &[
        ParameterSet {
            name: "agsi2014",
            source: "M. A. Nugent and T. W. Molter, PLoS ONE 9:e85175, 2014",
            values: &[],
            words: &[],
        },
        ParameterSet {
            name: "schottky2016",
            source: "T. W. Molter and M. A. Nugent, CNNA 2016 (Schottky figures as in Xyce's documentation)",
            values: &[
                ("phi", 0.8),
                ("sfa", 8e-4),
                ("sfb", 4.0),
                ("sra", 8e-4),
                ("srb", 4.0),
            ],
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
        positive(parameters, &["ron", "roff", "tau", "temp"])?;
        not_negative(parameters, &["sfa", "sfb", "sra", "srb"])?;
        fraction(parameters, &["x0", "phi"])?;
        Ok(Self {
            parameters: parameters.clone(),
            thermal_voltage: BOLTZMANN * parameters.temp / ELEMENTARY_CHARGE,
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
        let scale = self.thermal_voltage.recip();
        let on = logistic((v - p.von) * scale);
        let off = logistic((v + p.voff) * -scale);
        let rate = (on * (-x + 1.0) - off * x) * p.tau.recip();
        let conductance = x * (p.ron.recip() - p.roff.recip()) + p.roff.recip();
        let mut current = conductance * v;
        if p.phi < 1.0 {
            let junctions = (v * p.sfb).exp() * p.sfa - (v * -p.srb).exp() * p.sra;
            current = current * p.phi + junctions * (1.0 - p.phi);
        }
        CellEvaluation::of(current, rate)
    }

    fn physical(&self, _index: usize, s: f64) -> f64 {
        s
    }

    fn voltage_step_max(&self) -> f64 {
        let steepest = self.parameters.sfb.max(self.parameters.srb);
        if self.parameters.phi < 1.0 && steepest > 0.0 {
            4.0 / steepest
        } else {
            f64::INFINITY
        }
    }
}
