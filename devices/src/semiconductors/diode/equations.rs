//! The diode's equations at one temperature.

use ohmloom_solver::circuit::CircuitError;

use super::super::junction::{
    Depletion, JunctionTemperature, exponential, junction_current, thermal_voltage,
};
use super::super::limiting::{critical_voltage, junction_step};
use super::super::ranges::{Ranges, SATURATION_CURRENT_MIN, positive_at, refuse, temperatures};
use super::model::{DiodeInstance, DiodeModel};

/// Relative error in `ibv` at which the search of the matching breakdown voltage ends: ngspice's default `reltol`. It is part
/// of the model, because the search moves the voltage where reverse and breakdown branches meet.
const BREAKDOWN_TOLERANCE: f64 = 1e-3;
/// Iterations of that search.
const BREAKDOWN_ITERATIONS_MAX: usize = 25;
/// Current below which high injection is not considered, A.
const KNEE_CURRENT_MIN: f64 = 1e-18;
/// Smoothing of the generation factor of the recombination current.
const GENERATION_SMOOTHING: f64 = 0.005;

/// All that the equations need: currents, capacitances and conductances scaled by area, perimeter and multiplier.
#[derive(Clone, Copy, Debug)]
pub(super) struct DiodeEquations {
    saturation: f64,
    /// Current and emission voltage of a sidewall with its own exponential.
    sidewall: Option<(f64, f64)>,
    recombination: Option<(f64, f64)>,
    emission_voltage: f64,
    forward_knee: Option<f64>,
    reverse_knee: Option<f64>,
    /// Matched breakdown voltage and its emission voltage.
    breakdown: Option<(f64, f64)>,
    potential: f64,
    grading: f64,
    area_charge: Depletion,
    sidewall_charge: Depletion,
    transit_time: f64,
    /// Conductance of the series resistance, S; 0 when there is none.
    pub(super) series: f64,
    /// Where limiting begins, V.
    pub(super) critical: f64,
    /// Kelvin.
    pub(super) temperature: f64,
}

/// The junction at one voltage.
#[derive(Clone, Copy, Debug)]
pub(super) struct Junction {
    pub(super) current: f64,
    pub(super) conductance: f64,
    pub(super) charge: f64,
    pub(super) capacitance: f64,
}

fn check(name: &str, model: &DiodeModel, instance: &DiodeInstance) -> Result<(), CircuitError> {
    let ranges = Ranges::new(name, model)?;
    ranges.check(
        &["level"],
        |level| level == 1.0,
        "only level 1 is supported",
    )?;
    ranges.check(
        &["jtun", "jtunsw"],
        |current| current == 0.0,
        "tunnelling currents are not supported",
    )?;
    ranges.check(
        &["tlev", "tlevc"],
        |law| law == 0.0 || law == 1.0,
        "must be 0 or 1",
    )?;
    ranges.positive(&["n", "ns", "nr", "vj", "vjsw", "bv", "ibv", "nbv", "area"])?;
    ranges.not_negative(&[
        "is", "jsw", "isr", "rs", "tt", "cjo", "cjsw", "ikf", "ikr", "pj", "kf",
    ])?;
    ranges.fraction(&["fc", "fcs"])?;
    ranges.check(
        &["m", "mjsw"],
        |grading| (0.0..=1.0).contains(&grading),
        "must be between 0 and 1",
    )?;
    let ranges = Ranges::new(name, instance)?;
    ranges.positive(&["area", "m"])?;
    ranges.not_negative(&["pj"])
}

impl DiodeEquations {
    pub(super) fn new(
        name: &str,
        model: &DiodeModel,
        instance: &DiodeInstance,
        ambient_kelvin: f64,
    ) -> Result<Self, CircuitError> {
        check(name, model, instance)?;
        let (temperature, nominal) = temperatures(
            name,
            ambient_kelvin,
            (instance.temp, instance.dtemp),
            model.tnom,
        )?;
        let law = JunctionTemperature::new(temperature, nominal);
        let rise = law.rise();
        let quadratic = |first: f64, second: f64| 1.0 + rise * (first + rise * second);
        let area = instance.area.unwrap_or(model.area) * instance.m;
        let perimeter = instance.pj.unwrap_or(model.pj) * instance.m;

        let vt = thermal_voltage(temperature);
        let exponent = law.saturation_exponent(model.eg, model.xti);
        let sidewall_current = |emission: f64| model.jsw * perimeter * (exponent / emission).exp();
        let area_current = model.is.max(SATURATION_CURRENT_MIN) * area * (exponent / model.n).exp();
        let (merged, sidewall) = match model.ns {
            Some(ns) => (0.0, Some((sidewall_current(ns), ns * vt))),
            // The sidewall scales like a coefficient of one and then shares the area's exponential, as in ngspice.
            None => (sidewall_current(1.0), None),
        };

        let grading = model.mj * quadratic(model.tm1, model.tm2);
        if !(0.0..=1.0).contains(&grading) {
            return Err(refuse(
                name,
                "m",
                grading,
                "must stay between 0 and 1 at the element's temperature",
            ));
        }
        let linear = model.tlevc == 1.0;
        let depletion = |capacitance: f64,
                         potential: f64,
                         grading: f64,
                         fc: f64,
                         slopes: (f64, f64),
                         of: &str| {
            let (ratio, potential) = if linear {
                (1.0 + slopes.0 * rise, potential - slopes.1 * rise)
            } else {
                (
                    law.capacitance_ratio(potential, grading),
                    law.potential(potential),
                )
            };
            let potential = positive_at(name, of, potential)?;
            Ok::<_, CircuitError>((
                Depletion::new(capacitance * ratio, potential, grading, fc),
                potential,
            ))
        };
        let (area_charge, potential) = depletion(
            model.cjo * area,
            model.vj,
            grading,
            model.fc,
            (model.cta, model.tpb),
            "vj",
        )?;
        let (sidewall_charge, _) = depletion(
            model.cjsw * perimeter,
            model.vjsw,
            model.mjsw,
            model.fcs,
            (model.ctp, model.tphp),
            "vjsw",
        )?;

        let series = if model.rs > 0.0 {
            area / (model.rs * positive_at(name, "rs", quadratic(model.trs1, model.trs2))?)
        } else {
            0.0
        };
        let emission_voltage = model.n * vt;
        let knee = |current: Option<f64>| current.filter(|&i| i > 0.0).map(|i| i * area);
        let mut equations = Self {
            saturation: area_current + merged,
            sidewall,
            recombination: model
                .isr
                .map(|isr| (isr * area * (exponent / model.nr).exp(), model.nr * vt)),
            emission_voltage,
            forward_knee: knee(model.ikf),
            reverse_knee: knee(model.ikr),
            breakdown: None,
            potential,
            grading,
            area_charge,
            sidewall_charge,
            transit_time: model.tt * quadratic(model.ttt1, model.ttt2),
            series,
            critical: critical_voltage(emission_voltage, area_current),
            temperature,
        };
        if let Some(bv) = model.bv {
            let bv = if model.tlev == 0.0 {
                bv - model.tcv * rise
            } else {
                bv * (1.0 - model.tcv * rise)
            };
            let bv = positive_at(name, "bv", bv)?;
            let emission = model.nbv.unwrap_or(model.n) * vt;
            let matched = matched_breakdown(bv, model.ibv * instance.m, area_current, emission, vt);
            equations.breakdown = Some((matched, emission));
        }
        Ok(equations)
    }

    /// The voltage that an iteration may take, coming from `last`. Steps into breakdown are limited as forward ones.
    #[inline]
    pub(super) fn limit(&self, proposed: f64, last: f64) -> f64 {
        match self.breakdown {
            Some((bv, emission)) if proposed < (10.0 * emission - bv).min(0.0) => {
                -(junction_step(-(proposed + bv), -(last + bv), emission, self.critical) + bv)
            }
            _ => junction_step(proposed, last, self.emission_voltage, self.critical),
        }
    }

    /// Current (with `gmin` across the junction) and charge at a junction voltage.
    #[inline]
    pub(super) fn at(&self, v: f64, gmin: f64) -> Junction {
        let (mut current, mut conductance) = self.branch(v, self.saturation, self.emission_voltage);
        if let Some((saturation, emission)) = self.sidewall {
            let (i, g) = self.branch(v, saturation, emission);
            current += i;
            conductance += g;
        }
        let forward = v >= -3.0 * self.emission_voltage;
        if let (true, Some(recombination)) = (forward, self.recombination) {
            let (i, g) = self.recombination(v, recombination);
            current += i;
            conductance += g;
        }
        // High injection: i / (1 + sqrt(|i| / ik)).
        let knee = if forward {
            self.forward_knee
        } else {
            self.reverse_knee
        };
        let exceeds = if forward {
            current > KNEE_CURRENT_MIN
        } else {
            current < -KNEE_CURRENT_MIN
        };
        if let (true, Some(knee)) = (exceeds, knee) {
            let root = (current.abs() / knee).sqrt();
            conductance *= (1.0 + 0.5 * root) / ((1.0 + root) * (1.0 + root));
            current /= 1.0 + root;
        }
        current += gmin * v;
        conductance += gmin;
        let (area_charge, area_capacitance) = self.area_charge.at(v);
        let (sidewall_charge, sidewall_capacitance) = self.sidewall_charge.at(v);
        Junction {
            current,
            conductance,
            charge: self.transit_time * current + area_charge + sidewall_charge,
            capacitance: self.transit_time * conductance + area_capacitance + sidewall_capacitance,
        }
    }

    #[inline]
    fn branch(&self, v: f64, saturation: f64, emission_voltage: f64) -> (f64, f64) {
        match self.breakdown {
            Some((bv, emission)) if v < -bv && v < -3.0 * emission_voltage => {
                let (e, slope) = exponential(-(bv + v) / emission);
                (-saturation * e, saturation * slope / emission)
            }
            _ => junction_current(v, saturation, emission_voltage),
        }
    }

    /// Recombination current times the generation factor `((1 - v/vj)^2 + 0.005)^(m/2)`.
    #[inline]
    fn recombination(&self, v: f64, (saturation, emission_voltage): (f64, f64)) -> (f64, f64) {
        let (e, slope) = exponential(v / emission_voltage);
        let (i, g) = (
            saturation * (e - 1.0),
            saturation * slope / emission_voltage,
        );
        let depth = 1.0 - v / self.potential;
        let square = depth * depth + GENERATION_SMOOTHING;
        let factor = square.powf(0.5 * self.grading);
        let factor_slope = -self.grading * depth * factor / (square * self.potential);
        (i * factor, g * factor + i * factor_slope)
    }
}

/// The voltage at which the breakdown exponential must start so that the current at `bv` is `ibv`.
fn matched_breakdown(bv: f64, ibv: f64, saturation: f64, emission_voltage: f64, vt: f64) -> f64 {
    if ibv < saturation * bv / vt {
        return bv;
    }
    let mut matched = bv - emission_voltage * (ibv / saturation).ln_1p();
    for _ in 0..BREAKDOWN_ITERATIONS_MAX {
        matched = bv - emission_voltage * (ibv / saturation + 1.0 - matched / vt).ln();
        let current = saturation * (((bv - matched) / emission_voltage).exp_m1() + matched / vt);
        if (current - ibv).abs() <= BREAKDOWN_TOLERANCE * ibv {
            break;
        }
    }
    matched
}
