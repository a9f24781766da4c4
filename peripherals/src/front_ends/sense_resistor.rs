//! A resistor to ground as a current-to-voltage converter.
//!
//! `I` is the current into a short circuit; through the source conductance `G` the voltage reduces it: `V = R I / (1 + R G)`. The noise is
//! that of the resistance `R / (1 + R G)` in a given bandwidth.

use ohmloom_devices::constants::BOLTZMANN;
use serde::{Deserialize, Serialize};

use super::{FrontEnd, InputPort};
use crate::ConverterError;
use crate::draws::Noise;
use crate::error::Check;

/// Parameters of a sense resistor, as written in files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SenseResistor {
    /// R, ohm.
    pub resistance: f64,
    /// G, S.
    #[serde(default)]
    pub source_conductance: f64,
    /// Bandwidth of the noise, Hz; no noise without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise_bandwidth: Option<f64>,
    /// Kelvin.
    #[serde(default = "room_temperature")]
    pub temperature: f64,
}

fn room_temperature() -> f64 {
    300.0
}

impl SenseResistor {
    /// The front end.
    ///
    /// # Errors
    /// A parameter out of range.
    pub fn instance(&self) -> Result<SenseResistorInstance, ConverterError> {
        let check = Check("sense-resistor");
        check.positive("resistance", self.resistance)?;
        check.not_negative("source_conductance", self.source_conductance)?;
        check.positive_if_given("noise_bandwidth", self.noise_bandwidth)?;
        check.positive("temperature", self.temperature)?;
        let ohm = self.resistance / (1.0 + self.resistance * self.source_conductance);
        let noise = |bandwidth: f64| (4.0 * BOLTZMANN * self.temperature * ohm * bandwidth).sqrt();
        Ok(SenseResistorInstance {
            resistance: self.resistance,
            transresistance: ohm,
            noise: self.noise_bandwidth.map_or(0.0, noise),
        })
    }
}

/// A sense resistor.
#[derive(Clone, Debug, PartialEq)]
pub struct SenseResistorInstance {
    resistance: f64,
    transresistance: f64,
    noise: f64,
}

impl SenseResistorInstance {
    /// What a line sees: the resistor to ground.
    pub fn input_port(&self) -> InputPort {
        InputPort {
            potential: 0.0,
            resistance: self.resistance,
        }
    }
}

impl FrontEnd for SenseResistorInstance {
    #[inline]
    fn voltage(&self, current: f64, noise: &mut Noise) -> f64 {
        self.transresistance * current + noise.scaled(self.noise)
    }
}
