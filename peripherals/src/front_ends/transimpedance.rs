//! Transimpedance amplifier: an operational amplifier with a feedback resistor `R`.
//!
//! With the open-loop gain `A / (1 + s A / w_u)`, `w_u = 2 pi gain_bandwidth`, and the source conductance `G`, Kirchhoff's law at the
//! inverting input gives `V = reference - (R I - (1 + R G) V_os) / (1 + (1 + R G) / A)` at rest and a single pole at
//! `w = w_u (1 / A + 1 / (1 + R G))`. Noise at the output is `(4 k T R + e_n^2 (1 + R G)^2) w / 4`: white noise through that pole
//! (J. G. Graeme, Photodiode Amplifiers, 1996).

use std::f64::consts::TAU;

use ohmloom_devices::constants::BOLTZMANN;
use serde::{Deserialize, Serialize};

use super::{FrontEnd, InputPort, Swing};
use crate::ConverterError;
use crate::draws::{InstanceKey, Mismatch, Noise, Part};
use crate::error::Check;

/// Parameters of a transimpedance amplifier, as written in files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transimpedance {
    /// R, ohm.
    pub feedback_resistance: f64,
    /// A.
    pub amplifier_gain: f64,
    /// G, conductance from the input to ground, S.
    #[serde(default)]
    pub source_conductance: f64,
    /// Hz. Without it the amplifier has neither settling nor noise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gain_bandwidth: Option<f64>,
    /// Time between the input's step and the use of the output, s; without it settling is complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settling_time: Option<f64>,
    /// Potential of the non-inverting input, V.
    #[serde(default)]
    pub reference: f64,
    /// Standard deviation of the input offset between instances, V.
    #[serde(default)]
    pub offset_sigma: f64,
    /// Input noise `e_n`, V/sqrt(Hz).
    #[serde(default)]
    pub noise_density: f64,
    /// Kelvin, for the noise of the resistor; none without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Lowest and highest output, V; unlimited without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swing: Option<Swing>,
}

impl Transimpedance {
    /// Without noise, offset and limits, at rest.
    pub fn new(feedback_resistance: f64, amplifier_gain: f64, source_conductance: f64) -> Self {
        Self {
            feedback_resistance,
            amplifier_gain,
            source_conductance,
            gain_bandwidth: None,
            settling_time: None,
            reference: 0.0,
            offset_sigma: 0.0,
            noise_density: 0.0,
            temperature: None,
            swing: None,
        }
    }

    /// `1 + R G`: what a voltage at the input is amplified by.
    fn noise_gain(&self) -> f64 {
        1.0 + self.feedback_resistance * self.source_conductance
    }

    /// Angular frequency of the closed loop's pole, rad/s.
    fn pole(&self) -> Option<f64> {
        let unity = TAU * self.gain_bandwidth?;
        Some(unity * (1.0 / self.amplifier_gain + 1.0 / self.noise_gain()))
    }

    /// Bandwidth of the closed loop, Hz.
    pub fn bandwidth(&self) -> Option<f64> {
        self.pole().map(|pole| pole / TAU)
    }

    /// Noise of the output, V rms.
    pub fn output_noise(&self) -> f64 {
        let resistor = self.temperature.map_or(0.0, |kelvin| {
            4.0 * BOLTZMANN * kelvin * self.feedback_resistance
        });
        let amplifier = self.noise_density * self.noise_gain();
        let density = resistor + amplifier * amplifier;
        // A pole's equivalent noise bandwidth in hertz is a quarter of its angular frequency.
        self.pole()
            .map_or(0.0, |pole| (density * pole / 4.0).sqrt())
    }

    /// Part of a step that the output goes in the settling time.
    pub(super) fn settled(&self) -> f64 {
        match (self.pole(), self.settling_time) {
            (Some(pole), Some(time)) => -(-pole * time).exp_m1(),
            _ => 1.0,
        }
    }

    /// The amplifier with the offset that belongs to `key`.
    ///
    /// # Errors
    /// A parameter out of range.
    pub fn instance(&self, key: &InstanceKey) -> Result<TransimpedanceAmplifier, ConverterError> {
        let check = Check("transimpedance");
        check.positive("feedback_resistance", self.feedback_resistance)?;
        check.gain("amplifier_gain", Some(self.amplifier_gain))?;
        check.not_negative("source_conductance", self.source_conductance)?;
        check.positive_if_given("gain_bandwidth", self.gain_bandwidth)?;
        check.positive_if_given("settling_time", self.settling_time)?;
        check.finite("reference", self.reference)?;
        check.not_negative("offset_sigma", self.offset_sigma)?;
        check.not_negative("noise_density", self.noise_density)?;
        check.positive_if_given("temperature", self.temperature)?;
        let needs_bandwidth = [
            ("settling_time", self.settling_time.unwrap_or(0.0)),
            ("noise_density", self.noise_density),
            ("temperature", self.temperature.unwrap_or(0.0)),
        ];
        for (parameter, value) in needs_bandwidth {
            if value > 0.0 && self.gain_bandwidth.is_none() {
                return Err(ConverterError::Parameter {
                    converter: check.0,
                    parameter,
                    value,
                    requirement: "left out unless gain_bandwidth is given",
                });
            }
        }
        let swing = checked_swing(check, self.swing)?;
        let offset = self.offset_sigma * Mismatch::new(key, Part::FrontEnd).normal(0);
        let loss = 1.0 / (1.0 + self.noise_gain() / self.amplifier_gain);
        Ok(TransimpedanceAmplifier {
            at_rest: self.reference + self.noise_gain() * loss * offset,
            gain: self.feedback_resistance * loss * self.settled(),
            noise: self.output_noise(),
            swing,
            reference: self.reference,
            amplifier_gain: self.amplifier_gain,
            offset,
            feedback_resistance: self.feedback_resistance,
            gain_bandwidth: self.gain_bandwidth,
        })
    }
}

/// The limits, infinite if not given.
pub(super) fn checked_swing(check: Check, swing: Option<Swing>) -> Result<Swing, ConverterError> {
    match swing {
        Some([low, high]) if !(low < high && low.is_finite() && high.is_finite()) => {
            Err(ConverterError::Parameter {
                converter: check.0,
                parameter: "swing",
                value: low,
                requirement: "two finite values, the first below the second",
            })
        }
        swing => Ok(swing.unwrap_or([f64::NEG_INFINITY, f64::INFINITY])),
    }
}

/// A transimpedance amplifier.
#[derive(Clone, Debug, PartialEq)]
pub struct TransimpedanceAmplifier {
    at_rest: f64,
    gain: f64,
    noise: f64,
    pub(crate) swing: Swing,
    pub(crate) reference: f64,
    pub(crate) amplifier_gain: f64,
    pub(crate) offset: f64,
    pub(crate) feedback_resistance: f64,
    pub(crate) gain_bandwidth: Option<f64>,
}

impl TransimpedanceAmplifier {
    /// Offset at the non-inverting input, V.
    pub fn offset(&self) -> f64 {
        self.offset
    }

    /// What a line sees at rest: `reference + V_os / (1 + 1 / A)` behind `R / (1 + A)`. Exact as long as the output is within its limits.
    pub fn input_port(&self) -> InputPort {
        InputPort {
            potential: self.reference + self.offset / (1.0 + self.amplifier_gain.recip()),
            resistance: self.feedback_resistance / (1.0 + self.amplifier_gain),
        }
    }

    /// How far the input is from the reference while the output is at `voltage`, V: the error of the virtual ground. An offset comes
    /// on top.
    pub fn virtual_ground_error(&self, voltage: f64) -> f64 {
        (self.reference - voltage) / self.amplifier_gain
    }
}

impl FrontEnd for TransimpedanceAmplifier {
    #[inline]
    fn voltage(&self, current: f64, noise: &mut Noise) -> f64 {
        let [low, high] = self.swing;
        (self.at_rest - self.gain * current + noise.scaled(self.noise)).clamp(low, high)
    }
}
