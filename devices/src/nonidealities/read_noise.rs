//! Noise of one read.
//!
//! Current noise of a cell is written as noise of its conductance at the read voltage, `sigma_g = sigma_i/V`, so that the array solver takes
//! it like any conductance. Numbers of different reads are independent: the reads lie further apart than the noise is correlated.

use serde::{Deserialize, Serialize};

use super::NonidealityError;
use super::error::Check;
use super::list::{Applied, Instance};
use super::streams::{Purpose, Streams};
use super::temperature::room_temperature;
use super::variability::perturb;
use crate::constants::{BOLTZMANN, ELEMENTARY_CHARGE};

/// `kind = "thermal-noise"`: variance `4 k T g B` of the current (H. Nyquist, Phys. Rev. 32, 110, 1928).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThermalNoise {
    /// Voltage at the cell, V.
    pub voltage: f64,
    /// Bandwidth, Hz.
    pub bandwidth: f64,
    /// Temperature, K.
    #[serde(default = "room_temperature")]
    pub temperature: f64,
}

impl ThermalNoise {
    pub(super) const KIND: &str = "thermal-noise";

    pub(super) fn validate(&self) -> Result<(), NonidealityError> {
        let check = Check(Self::KIND);
        check.positive("voltage", self.voltage)?;
        check.not_negative("bandwidth", self.bandwidth)?;
        check.not_negative("temperature", self.temperature)
    }

    pub(super) fn apply(
        &self,
        g: &mut [f64],
        columns: usize,
        instance: &Instance,
        occurrence: u16,
        read: u32,
    ) -> Applied {
        let key = instance.key(Purpose::Thermal, occurrence, read);
        let variance = 4.0 * BOLTZMANN * self.temperature * self.bandwidth;
        let clipped = perturb(g, columns, &key, |words, _, g| {
            g + (variance * g).sqrt() / self.voltage * words.normal(0)
        });
        Applied::clipped(Self::KIND, clipped)
    }
}

/// `kind = "shot-noise"`: variance `2 q |I| B` of the current (W. Schottky, Ann. Phys. 362, 541, 1918). A metallic filament has thermal noise
/// and no shot noise; carriers that cross a barrier one by one have both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShotNoise {
    /// Voltage at the cell, V.
    pub voltage: f64,
    /// Bandwidth, Hz.
    pub bandwidth: f64,
}

impl ShotNoise {
    pub(super) const KIND: &str = "shot-noise";

    pub(super) fn validate(&self) -> Result<(), NonidealityError> {
        let check = Check(Self::KIND);
        check.positive("voltage", self.voltage)?;
        check.not_negative("bandwidth", self.bandwidth)
    }

    pub(super) fn apply(
        &self,
        g: &mut [f64],
        columns: usize,
        instance: &Instance,
        occurrence: u16,
        read: u32,
    ) -> Applied {
        let key = instance.key(Purpose::Shot, occurrence, read);
        let variance = 2.0 * ELEMENTARY_CHARGE * self.bandwidth / self.voltage;
        let clipped = perturb(g, columns, &key, |words, _, g| {
            g + (variance * g).sqrt() * words.normal(0)
        });
        Applied::clipped(Self::KIND, clipped)
    }
}

/// `kind = "flicker-noise"`: spectral density `S_g = (amplitude g)^2/f` between two frequencies, so that
/// `sigma_g = amplitude g sqrt(ln(f_high/f_low))` (F. N. Hooge, Phys. Lett. A 29, 139, 1969).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlickerNoise {
    /// Relative density at 1 Hz in a band of 1 Hz.
    pub amplitude: f64,
    /// Lowest frequency, Hz: the inverse of the time since the last calibration.
    pub f_low: f64,
    /// Highest frequency, Hz: the bandwidth of a read.
    pub f_high: f64,
}

impl FlickerNoise {
    pub(super) const KIND: &str = "flicker-noise";

    pub(super) fn validate(&self) -> Result<(), NonidealityError> {
        let check = Check(Self::KIND);
        check.not_negative("amplitude", self.amplitude)?;
        check.positive("f_low", self.f_low)?;
        check.positive("f_high", self.f_high)?;
        check.at_least("f_high", self.f_high, self.f_low, "must not be below f_low")
    }

    pub(super) fn apply(
        &self,
        g: &mut [f64],
        columns: usize,
        instance: &Instance,
        occurrence: u16,
        read: u32,
    ) -> Applied {
        let key = instance.key(Purpose::Flicker, occurrence, read);
        let sigma = self.amplitude * (self.f_high / self.f_low).ln().sqrt();
        let clipped = perturb(g, columns, &key, |words, _, g| {
            g * (1.0 + sigma * words.normal(0))
        });
        Applied::clipped(Self::KIND, clipped)
    }
}

/// `kind = "random-telegraph-noise"`: cells with a trap whose conductance is lower while the trap is full, `g (1 - amplitude)` or `g`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RandomTelegraphNoise {
    /// Relative drop of the conductance while the trap is full.
    pub amplitude: f64,
    /// Share of the time that a trap is full.
    pub duty: f64,
    /// Share of the cells that have a trap; the same cells in every read.
    #[serde(default = "all")]
    pub cells: f64,
}

fn all() -> f64 {
    1.0
}

impl RandomTelegraphNoise {
    pub(super) const KIND: &str = "random-telegraph-noise";

    pub(super) fn validate(&self) -> Result<(), NonidealityError> {
        let check = Check(Self::KIND);
        check.fraction("amplitude", self.amplitude)?;
        check.fraction("duty", self.duty)?;
        check.fraction("cells", self.cells)
    }

    pub(super) fn apply(
        &self,
        g: &mut [f64],
        columns: usize,
        instance: &Instance,
        occurrence: u16,
        read: u32,
    ) -> Applied {
        let mut traps = Streams::new(&instance.key(Purpose::Trap, occurrence, 0));
        let key = instance.key(Purpose::Telegraph, occurrence, read);
        perturb(g, columns, &key, |words, index, g| {
            let trap = traps.cell(index / columns, index % columns).uniform(0) < self.cells;
            if trap && words.uniform(0) < self.duty {
                g * (1.0 - self.amplitude)
            } else {
                g
            }
        });
        Applied::of(Self::KIND)
    }
}
