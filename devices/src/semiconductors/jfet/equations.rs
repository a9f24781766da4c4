//! Currents, charges and their derivatives of a junction field-effect transistor at one temperature (Shichman and Hodges, IEEE
//! J. Solid-State Circuits 3, 1968; doping tail: Parker and Skellern, IEEE Trans. CAD 9, 1990).
//!
//! Voltages and currents are those of an n-channel transistor.

use ohmloom_solver::circuit::CircuitError;

use super::super::junction::{Depletion, JunctionTemperature, junction_current, thermal_voltage};
use super::super::limiting::critical_voltage;
use super::super::ranges::{Ranges, SATURATION_CURRENT_MIN, positive_at, temperatures};
use super::model::{JfetInstance, JfetModel};

/// Largest fraction `fc`.
const FORWARD_FRACTION_MAX: f64 = 0.95;
/// Grading coefficient of the gate junctions.
const GRADING: f64 = 0.5;
/// Base of the exponential law of `betatce`.
const BETA_BASE: f64 = 1.01;

/// The transistor at one temperature, one of `m` in parallel.
#[derive(Clone, Copy, Debug)]
pub(super) struct JfetEquations {
    /// Kelvin.
    pub(super) temperature: f64,
    pub(super) thermal_voltage: f64,
    /// V.
    pub(super) threshold: f64,
    /// A/V^2.
    pub(super) beta: f64,
    lambda: f64,
    tail: f64,
    tail_slope: f64,
    saturation: f64,
    pub(super) critical: f64,
    gate_source: Depletion,
    gate_drain: Depletion,
    /// Conductances of the series resistances, S; 0 when there are none.
    pub(super) drain_conductance: f64,
    pub(super) source_conductance: f64,
}

/// The internal transistor at one bias.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bias {
    /// Channel current, drain to source, A, and its derivatives by gate-source and drain-source voltage.
    pub(super) channel: f64,
    pub(super) gm: f64,
    pub(super) gds: f64,
    /// Currents and conductances of the gate junctions.
    pub(super) gate_source: (f64, f64),
    pub(super) gate_drain: (f64, f64),
    /// Charges and capacitances of the gate junctions.
    pub(super) source_charge: (f64, f64),
    pub(super) drain_charge: (f64, f64),
}

impl JfetEquations {
    pub(super) fn new(
        name: &str,
        model: &JfetModel,
        instance: &JfetInstance,
        ambient_kelvin: f64,
    ) -> Result<Self, CircuitError> {
        let ranges = Ranges::new(name, model)?;
        ranges.check(
            &["level"],
            |level| level == 1.0,
            "only level 1 is supported",
        )?;
        ranges.positive(&["pb", "beta"])?;
        ranges.not_negative(&["lambda", "rd", "rs", "cgs", "cgd", "is", "kf", "gdsnoi"])?;
        ranges.fraction(&["fc"])?;
        Ranges::new(name, instance)?.positive(&["area", "m"])?;
        let (temperature, nominal) = temperatures(
            name,
            ambient_kelvin,
            (instance.temp, instance.dtemp),
            model.tnom,
        )?;
        let law = JunctionTemperature::new(temperature, nominal);
        let area = instance.area;
        let vt = thermal_voltage(temperature);
        let exponent = law.saturation_exponent(model.eg, model.xti.unwrap_or(0.0));
        let saturation = area * model.is.max(SATURATION_CURRENT_MIN) * exponent.exp();
        let threshold = model.vto + law.rise() * model.vtotc.unwrap_or(-model.tcv);
        let beta_factor = match model.betatce {
            Some(percent) => BETA_BASE.powf(percent * law.rise()),
            None => law.ratio().powf(model.bex),
        };
        let potential = positive_at(name, "pb", law.potential(model.pb))?;
        let ratio = law.capacitance_ratio(model.pb, GRADING);
        let depletion = |capacitance: f64| {
            Depletion::new(
                capacitance * ratio * area,
                potential,
                GRADING,
                model.fc.min(FORWARD_FRACTION_MAX),
            )
        };
        let conductance = |resistance: f64| {
            if resistance > 0.0 {
                area / resistance
            } else {
                0.0
            }
        };
        let tail_slope = if model.b == 1.0 {
            0.0
        } else {
            (1.0 - model.b) / positive_at(name, "pb - vto", model.pb - model.vto)?
        };
        Ok(Self {
            temperature,
            thermal_voltage: vt,
            threshold,
            beta: model.beta * beta_factor * area,
            lambda: model.lambda,
            tail: model.b,
            tail_slope,
            saturation,
            critical: critical_voltage(vt, saturation),
            gate_source: depletion(model.cgs),
            gate_drain: depletion(model.cgd),
            drain_conductance: conductance(model.rd),
            source_conductance: conductance(model.rs),
        })
    }

    /// The internal transistor at its gate voltages.
    #[inline]
    pub(super) fn at(&self, vgs: f64, vgd: f64, gmin: f64) -> Bias {
        let junction = |v: f64| {
            let (i, g) = junction_current(v, self.saturation, self.thermal_voltage);
            (i + gmin * v, g + gmin)
        };
        let (channel, gm, gds) = if vgs >= vgd {
            self.channel(vgs, vgs - vgd)
        } else {
            // Drain and source change places.
            let (i, gm, gds) = self.channel(vgd, vgd - vgs);
            (-i, -gm, gds + gm)
        };
        Bias {
            channel,
            gm,
            gds,
            gate_source: junction(vgs),
            gate_drain: junction(vgd),
            source_charge: self.gate_source.at(vgs),
            drain_charge: self.gate_drain.at(vgd),
        }
    }

    /// Channel current and its derivatives at `vds >= 0`.
    #[inline]
    fn channel(&self, vgs: f64, vds: f64) -> (f64, f64, f64) {
        let overdrive = vgs - self.threshold;
        if overdrive <= 0.0 {
            return (0.0, 0.0, 0.0);
        }
        let (b, tail) = (self.tail, self.tail_slope);
        let modulated = self.beta * (1.0 + self.lambda * vds);
        if vds >= overdrive {
            let shape = overdrive * overdrive * (b + overdrive * tail);
            let slope = overdrive * (2.0 * b + 3.0 * overdrive * tail);
            (
                modulated * shape,
                modulated * slope,
                self.beta * self.lambda * shape,
            )
        } else {
            let a = 2.0 * b + 3.0 * tail * (overdrive - vds);
            let shape = vds * (vds * (tail * vds - b) + overdrive * a);
            (
                modulated * shape,
                modulated * vds * (a + 3.0 * tail * overdrive),
                modulated * (overdrive - vds) * a + self.beta * self.lambda * shape,
            )
        }
    }
}
