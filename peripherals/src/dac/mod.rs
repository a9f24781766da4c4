//! Digital-to-analog converters.
//!
//! Code `k` of an ideal converter gives `low + k step`, so the largest code gives one step less than `high`.

mod bit_serial;
mod capacitive;
mod current_steering;
mod ideal;
mod pulse_width;
mod r2r;

pub use bit_serial::{Accumulation, BitSerial, BitSerialDac};
pub use capacitive::{Capacitive, CapacitiveDac};
pub use current_steering::{CurrentSteering, CurrentSteeringDac};
pub use ideal::{IdealDac, IdealDacDescription};
pub use pulse_width::{PulseWidth, PulseWidthDac};
pub use r2r::{R2r, R2rDac};

use serde::{Deserialize, Serialize};

use crate::ConverterError;
use crate::draws::{InstanceKey, Noise};
use crate::span::{Span, largest_code};

/// A digital-to-analog converter with its own mismatch.
pub trait Dac {
    /// Resolution.
    fn bits(&self) -> u32;

    /// Nominal range, V.
    fn span(&self) -> Span;

    /// Whether the same code gives several outputs.
    fn is_noisy(&self) -> bool {
        false
    }

    /// The output for a code not above the largest, V.
    fn level(&self, code: u32, noise: &mut Noise) -> f64;

    /// The outputs for many codes; allocates nothing.
    ///
    /// # Errors
    /// A code above the largest, slices of different lengths.
    fn convert(
        &self,
        codes: &[u32],
        outputs: &mut [f64],
        noise: &mut Noise,
    ) -> Result<(), ConverterError> {
        if codes.len() != outputs.len() {
            return Err(ConverterError::Lengths {
                inputs: codes.len(),
                outputs: outputs.len(),
            });
        }
        let largest = self.largest_code();
        if let Some(index) = codes.iter().position(|&code| code > largest) {
            return Err(ConverterError::Code {
                index,
                code: codes[index],
                largest,
            });
        }
        for (output, &code) in outputs.iter_mut().zip(codes) {
            *output = self.level(code, noise);
        }
        Ok(())
    }

    /// Nominal distance between neighbouring levels, V.
    fn step(&self) -> f64 {
        self.span().step(self.bits())
    }

    /// Largest code.
    fn largest_code(&self) -> u32 {
        largest_code(self.bits())
    }
}

/// A sum of weights of those bits of a code that are one; least significant first.
#[inline]
fn weighted(weights: &[f64], code: u32) -> f64 {
    weights
        .iter()
        .enumerate()
        .map(|(bit, weight)| f64::from(code >> bit & 1) * weight)
        .sum()
}

/// A DAC as written in a file, `kind = "r2r"` and so on.
///
/// ```
/// use ohmloom_peripherals::dac::{Dac, DacDescription};
/// use ohmloom_peripherals::{InstanceKey, Noise};
///
/// let description: DacDescription = toml::from_str("
///     kind = 'r2r'
///     bits = 6
///     range = [0.0, 0.4]
///     resistance = 1e4
///     resistor_mismatch = 0.002
/// ").unwrap();
/// let row = InstanceKey { seed: 1, index: 5, ..InstanceKey::default() };
/// let dac = description.instance(&row)?;
/// let mut volts = [0.0; 2];
/// dac.convert(&[0, 32], &mut volts, &mut Noise::silent())?;
/// assert!(volts[0] == 0.0 && (volts[1] - 0.2).abs() < 2e-3);
/// # Ok::<(), ohmloom_peripherals::ConverterError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum DacDescription {
    /// No errors but quantisation.
    Ideal(IdealDacDescription),
    /// A ladder of resistors.
    #[serde(rename = "r2r")]
    R2r(R2r),
    /// Current sources into a load.
    CurrentSteering(CurrentSteering),
    /// Charge redistribution between binary-weighted capacitors.
    Capacitive(Capacitive),
    /// The code is the length of a pulse.
    PulseWidth(PulseWidth),
    /// One bit after another, shifted and added.
    BitSerial(BitSerial),
}

/// Any DAC. Which one it is is decided once for each slice.
#[derive(Clone, Debug, PartialEq)]
pub enum AnyDac {
    /// See [`DacDescription::Ideal`].
    Ideal(IdealDac),
    /// See [`DacDescription::R2r`].
    R2r(R2rDac),
    /// See [`DacDescription::CurrentSteering`].
    CurrentSteering(CurrentSteeringDac),
    /// See [`DacDescription::Capacitive`].
    Capacitive(CapacitiveDac),
    /// See [`DacDescription::PulseWidth`].
    PulseWidth(PulseWidthDac),
    /// See [`DacDescription::BitSerial`].
    BitSerial(BitSerialDac),
}

impl DacDescription {
    /// The converter with the mismatch that belongs to `key`.
    ///
    /// # Errors
    /// A parameter out of range.
    pub fn instance(&self, key: &InstanceKey) -> Result<AnyDac, ConverterError> {
        Ok(match self {
            Self::Ideal(ideal) => AnyDac::Ideal(ideal.instance()?),
            Self::R2r(r2r) => AnyDac::R2r(r2r.instance(key)?),
            Self::CurrentSteering(steering) => AnyDac::CurrentSteering(steering.instance(key)?),
            Self::Capacitive(capacitive) => AnyDac::Capacitive(capacitive.instance(key)?),
            Self::PulseWidth(pulse_width) => AnyDac::PulseWidth(pulse_width.instance(key)?),
            Self::BitSerial(bit_serial) => AnyDac::BitSerial(bit_serial.instance(key)?),
        })
    }

    /// Its name in files.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Ideal(_) => "ideal",
            Self::R2r(_) => "r2r",
            Self::CurrentSteering(_) => "current-steering",
            Self::Capacitive(_) => "capacitive",
            Self::PulseWidth(_) => "pulse-width",
            Self::BitSerial(_) => "bit-serial",
        }
    }
}

/// Calls the same function of whatever converter it is.
macro_rules! of_any {
    ($self:expr, $dac:ident => $call:expr) => {
        match $self {
            AnyDac::Ideal($dac) => $call,
            AnyDac::R2r($dac) => $call,
            AnyDac::CurrentSteering($dac) => $call,
            AnyDac::Capacitive($dac) => $call,
            AnyDac::PulseWidth($dac) => $call,
            AnyDac::BitSerial($dac) => $call,
        }
    };
}

impl Dac for AnyDac {
    fn bits(&self) -> u32 {
        of_any!(self, dac => dac.bits())
    }

    fn span(&self) -> Span {
        of_any!(self, dac => dac.span())
    }

    fn is_noisy(&self) -> bool {
        of_any!(self, dac => dac.is_noisy())
    }

    fn level(&self, code: u32, noise: &mut Noise) -> f64 {
        of_any!(self, dac => dac.level(code, noise))
    }

    fn convert(
        &self,
        codes: &[u32],
        outputs: &mut [f64],
        noise: &mut Noise,
    ) -> Result<(), ConverterError> {
        of_any!(self, dac => dac.convert(codes, outputs, noise))
    }
}
