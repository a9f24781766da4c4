//! Sample-and-hold: a switch and a capacitor.
//!
//! While the switch is closed the capacitor follows with the time constant `R C`; opening it freezes noise of `sqrt(k T / C)`, adds a
//! pedestal from the switch's charge, and happens at an uncertain time, which counts `slope jitter`; afterwards leakage discharges the
//! capacitor. Jitter alone limits a sine of frequency `f` to a signal-to-noise ratio of `-20 log(2 pi f jitter)`.

use ohmloom_devices::constants::BOLTZMANN;
use serde::{Deserialize, Serialize};

use crate::ConverterError;
use crate::draws::Noise;
use crate::error::Check;

/// Parameters of a sample-and-hold stage, as written in files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleAndHold {
    /// C, F.
    pub capacitance: f64,
    /// R of the closed switch and the source, ohm.
    pub resistance: f64,
    /// Time for which the switch is closed, s.
    pub acquisition_time: f64,
    /// Time between opening and use, s.
    #[serde(default)]
    pub hold_time: f64,
    /// Current out of the capacitor, A.
    #[serde(default)]
    pub leakage: f64,
    /// Charge that the opening switch adds, C.
    #[serde(default)]
    pub injected_charge: f64,
    /// Noise of the instant of opening, s rms.
    #[serde(default)]
    pub jitter: f64,
    /// Kelvin; no thermal noise without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
}

/// A sample-and-hold stage.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleAndHoldInstance {
    settled: f64,
    pedestal: f64,
    jitter: f64,
    noise: f64,
}

impl SampleAndHold {
    /// The stage.
    ///
    /// # Errors
    /// A parameter out of range.
    pub fn instance(&self) -> Result<SampleAndHoldInstance, ConverterError> {
        let check = Check("sample-and-hold");
        check.positive("capacitance", self.capacitance)?;
        check.not_negative("resistance", self.resistance)?;
        check.positive("acquisition_time", self.acquisition_time)?;
        check.not_negative("hold_time", self.hold_time)?;
        check.finite("leakage", self.leakage)?;
        check.finite("injected_charge", self.injected_charge)?;
        check.not_negative("jitter", self.jitter)?;
        check.positive_if_given("temperature", self.temperature)?;
        let constant = self.resistance * self.capacitance;
        Ok(SampleAndHoldInstance {
            // exp(-infinity) without a resistance.
            settled: -(-self.acquisition_time / constant).exp_m1(),
            pedestal: (self.injected_charge - self.leakage * self.hold_time) / self.capacitance,
            jitter: self.jitter,
            noise: self
                .temperature
                .map_or(0.0, |kelvin| (BOLTZMANN * kelvin / self.capacitance).sqrt()),
        })
    }
}

impl SampleAndHoldInstance {
    /// The held voltage after the capacitor was at `before`, for an input with this value and slope (V/s) at the nominal instant. All are
    /// finite.
    #[inline]
    pub fn hold(&self, before: f64, input: f64, slope: f64, noise: &mut Noise) -> f64 {
        let seen = input + slope * noise.scaled(self.jitter);
        let followed = before + (seen - before) * self.settled;
        followed + self.pedestal + noise.scaled(self.noise)
    }
}
