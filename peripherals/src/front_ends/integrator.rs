//! Integrator: an operational amplifier with a feedback capacitor `C` that is reset before each integration.
//!
//! With a finite gain `A` and a source conductance `G`, the input's potential `x` obeys `I = G x + (1 + A) C dx/dt`, so that
//! `V = reference - A (I / G) (1 - exp(-G t / ((1 + A) C)))`, which tends to `-I t / C`. With a gain-bandwidth `w_u / 2 pi` as well, the
//! amplifier does `dv/dt = -w_u (x + v / A)`, which leaves `a v'' + b v' + (G / A) v = -I` with `a = C / w_u`, `b = C + C / A + G / w_u`:
//! a sum of two exponentials. A slow amplifier loses a part `G / (G + w_u C)` of the charge in the source conductance. Opening the reset switch freezes charge with a
//! noise of `sqrt(k T / C)` at the output. A leakage current is added to the input, and the slew rate bounds the way to the end.

use std::f64::consts::TAU;

use ohmloom_devices::constants::BOLTZMANN;
use serde::{Deserialize, Serialize};

use super::transimpedance::checked_swing;
use super::{FrontEnd, Swing};
use crate::ConverterError;
use crate::draws::{InstanceKey, Mismatch, Noise, Part};
use crate::error::Check;

/// Parameters of an integrator, as written in files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Integrator {
    /// C, F.
    pub capacitance: f64,
    /// Time of integration, s.
    pub time: f64,
    /// A; infinite without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amplifier_gain: Option<f64>,
    /// Hz; unlimited without it. Needs `amplifier_gain`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gain_bandwidth: Option<f64>,
    /// G, conductance from the input to ground, S; matters with a finite gain only.
    #[serde(default)]
    pub source_conductance: f64,
    /// Output after a reset, V.
    #[serde(default)]
    pub reference: f64,
    /// Current that is added to the input's, A.
    #[serde(default)]
    pub leakage: f64,
    /// Standard deviation of the output's offset between instances, V.
    #[serde(default)]
    pub offset_sigma: f64,
    /// V/s; unlimited without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slew_rate: Option<f64>,
    /// Kelvin, for the noise of the reset; none without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Lowest and highest output, V; unlimited without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swing: Option<Swing>,
}

impl Integrator {
    /// An ideal one.
    pub fn new(capacitance: f64, time: f64) -> Self {
        Self {
            capacitance,
            time,
            amplifier_gain: None,
            gain_bandwidth: None,
            source_conductance: 0.0,
            reference: 0.0,
            leakage: 0.0,
            offset_sigma: 0.0,
            slew_rate: None,
            temperature: None,
            swing: None,
        }
    }

    /// Output volts lost for each ampere, ohm.
    fn transresistance(&self) -> f64 {
        let (time, capacitance) = (self.time, self.capacitance);
        let conductance = self.source_conductance;
        // The integral of exp(rate t), for rates that are not positive.
        let integral = |rate: f64| {
            if rate == 0.0 {
                time
            } else {
                (rate * time).exp_m1() / rate
            }
        };
        match (self.amplifier_gain, self.gain_bandwidth) {
            (None, _) => time / capacitance,
            (Some(gain), None) => {
                let virtual_capacitance = (1.0 + gain) * capacitance;
                gain / virtual_capacitance * integral(-conductance / virtual_capacitance)
            }
            (Some(gain), Some(bandwidth)) => {
                let unity = TAU * bandwidth;
                let a = capacitance / unity;
                let b = capacitance + capacitance / gain + conductance / unity;
                let c = conductance / gain;
                // The roots are real and differ: b^2 is above (C / A + G / w_u)^2, which is at least 4 a c.
                let fast = -0.5 * (b + (b * b - 4.0 * a * c).sqrt()) / a;
                let slow = c / (a * fast);
                (integral(slow) - integral(fast)) / (a * (slow - fast))
            }
        }
    }

    /// The integrator with the offset that belongs to `key`.
    ///
    /// # Errors
    /// A parameter out of range.
    pub fn instance(&self, key: &InstanceKey) -> Result<IntegratorInstance, ConverterError> {
        let check = Check("integrator");
        check.positive("capacitance", self.capacitance)?;
        check.positive("time", self.time)?;
        check.gain("amplifier_gain", self.amplifier_gain)?;
        check.positive_if_given("gain_bandwidth", self.gain_bandwidth)?;
        if let (None, Some(value)) = (self.amplifier_gain, self.gain_bandwidth) {
            return Err(ConverterError::Parameter {
                converter: check.0,
                parameter: "gain_bandwidth",
                value,
                requirement: "left out unless amplifier_gain is given",
            });
        }
        check.not_negative("source_conductance", self.source_conductance)?;
        check.finite("reference", self.reference)?;
        check.finite("leakage", self.leakage)?;
        check.not_negative("offset_sigma", self.offset_sigma)?;
        check.positive_if_given("slew_rate", self.slew_rate)?;
        check.positive_if_given("temperature", self.temperature)?;
        let swing = checked_swing(check, self.swing)?;
        let offset = self.offset_sigma * Mismatch::new(key, Part::FrontEnd).normal(0);
        Ok(IntegratorInstance {
            at_rest: self.reference + offset,
            transresistance: self.transresistance(),
            leakage: self.leakage,
            noise: self
                .temperature
                .map_or(0.0, |kelvin| (BOLTZMANN * kelvin / self.capacitance).sqrt()),
            reach: self
                .slew_rate
                .map_or(f64::INFINITY, |slew| slew * self.time),
            swing,
        })
    }
}

/// An integrator.
#[derive(Clone, Debug, PartialEq)]
pub struct IntegratorInstance {
    at_rest: f64,
    transresistance: f64,
    leakage: f64,
    noise: f64,
    /// Farthest way of the output, V.
    reach: f64,
    swing: Swing,
}

impl FrontEnd for IntegratorInstance {
    #[inline]
    fn voltage(&self, current: f64, noise: &mut Noise) -> f64 {
        let way = self.transresistance * (current + self.leakage);
        let end = self.at_rest - way.clamp(-self.reach, self.reach) + noise.scaled(self.noise);
        end.clamp(self.swing[0], self.swing[1])
    }
}
