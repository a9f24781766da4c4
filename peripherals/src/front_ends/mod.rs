//! What stands between a column's current and a converter or a decision.
//!
//! A [`FrontEnd`] turns a current that flows into it into a voltage. The array's lines load it with a `source_conductance`, the sum of
//! the cells' conductances on the line. [`CurrentSense`] and [`Latch`] decide; [`SampleAndHold`] keeps a voltage for a converter.

mod current_sense;
mod integrator;
mod latch;
mod sample_and_hold;
mod sense_resistor;
mod terminal;
mod transimpedance;
mod virtual_ground;

pub use current_sense::{CurrentSense, CurrentSenseAmplifier};
pub use integrator::{Integrator, IntegratorInstance};
pub use latch::{Latch, LatchInstance};
pub use sample_and_hold::{SampleAndHold, SampleAndHoldInstance};
pub use sense_resistor::{SenseResistor, SenseResistorInstance};
pub use terminal::ColumnTerminal;
pub use transimpedance::{Transimpedance, TransimpedanceAmplifier};
pub use virtual_ground::{VirtualGround, VirtualGroundInstance};

use serde::{Deserialize, Serialize};

use crate::ConverterError;
use crate::adc::check_finite;
use crate::draws::{InstanceKey, Noise};

/// A circuit that turns a current into a voltage.
pub trait FrontEnd {
    /// The voltage for one finite current.
    fn voltage(&self, current: f64, noise: &mut Noise) -> f64;

    /// The voltages for many currents; allocates nothing.
    ///
    /// # Errors
    /// A current that is not finite, slices of different lengths.
    fn convert(
        &self,
        currents: &[f64],
        voltages: &mut [f64],
        noise: &mut Noise,
    ) -> Result<(), ConverterError> {
        if currents.len() != voltages.len() {
            return Err(ConverterError::Lengths {
                inputs: currents.len(),
                outputs: voltages.len(),
            });
        }
        check_finite(currents)?;
        for (voltage, &current) in voltages.iter_mut().zip(currents) {
            *voltage = self.voltage(current, noise);
        }
        Ok(())
    }
}

/// The input of a front end at rest, as an array's line sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InputPort {
    /// Where the line would rest without a current, V.
    pub potential: f64,
    /// What a current of the line goes through, ohm.
    pub resistance: f64,
}

/// The output range of an amplifier, `[low, high]` in files, V.
pub(crate) type Swing = [f64; 2];

/// A front end as written in a file, `kind = "transimpedance"` and so on.
///
/// ```
/// use ohmloom_peripherals::front_ends::{FrontEnd, FrontEndDescription};
/// use ohmloom_peripherals::{InstanceKey, Noise};
///
/// let description: FrontEndDescription = toml::from_str("
///     kind = 'transimpedance'
///     feedback_resistance = 1e4
///     amplifier_gain = 1000.0
///     source_conductance = 1e-3
/// ").unwrap();
/// let front_end = description.instance(&InstanceKey::default())?;
/// let volts = front_end.voltage(10e-6, &mut Noise::silent());
/// assert!((volts + 0.1 / (1.0 + 11.0 / 1000.0)).abs() < 1e-12);
/// # Ok::<(), ohmloom_peripherals::ConverterError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum FrontEndDescription {
    /// An ideal current-to-voltage converter.
    VirtualGround(VirtualGround),
    /// An amplifier with a feedback resistor.
    Transimpedance(Transimpedance),
    /// An amplifier with a feedback capacitor.
    Integrator(Integrator),
    /// A resistor to ground.
    SenseResistor(SenseResistor),
}

/// Any front end. Which one it is is decided once for each slice.
#[derive(Clone, Debug, PartialEq)]
pub enum AnyFrontEnd {
    /// See [`FrontEndDescription::VirtualGround`].
    VirtualGround(VirtualGroundInstance),
    /// See [`FrontEndDescription::Transimpedance`].
    Transimpedance(TransimpedanceAmplifier),
    /// See [`FrontEndDescription::Integrator`].
    Integrator(IntegratorInstance),
    /// See [`FrontEndDescription::SenseResistor`].
    SenseResistor(SenseResistorInstance),
}

impl FrontEndDescription {
    /// Its name in files.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::VirtualGround(_) => "virtual-ground",
            Self::Transimpedance(_) => "transimpedance",
            Self::Integrator(_) => "integrator",
            Self::SenseResistor(_) => "sense-resistor",
        }
    }

    /// Output volts for each ampere (negative where the output falls) and the output without a current, V, of an ideal one with these parameters.
    pub fn nominal(&self) -> (f64, f64) {
        match self {
            Self::VirtualGround(ideal) => (-ideal.transresistance, ideal.reference),
            Self::Transimpedance(amplifier) => {
                (-amplifier.feedback_resistance, amplifier.reference)
            }
            Self::Integrator(integrator) => {
                let ohm = integrator.time / integrator.capacitance;
                (-ohm, integrator.reference)
            }
            Self::SenseResistor(resistor) => (resistor.resistance, 0.0),
        }
    }

    /// The front end with the offset that belongs to `key`.
    ///
    /// # Errors
    /// A parameter out of range.
    pub fn instance(&self, key: &InstanceKey) -> Result<AnyFrontEnd, ConverterError> {
        Ok(match self {
            Self::VirtualGround(ideal) => AnyFrontEnd::VirtualGround(ideal.instance()?),
            Self::Transimpedance(amplifier) => {
                AnyFrontEnd::Transimpedance(amplifier.instance(key)?)
            }
            Self::Integrator(integrator) => AnyFrontEnd::Integrator(integrator.instance(key)?),
            Self::SenseResistor(resistor) => AnyFrontEnd::SenseResistor(resistor.instance()?),
        })
    }
}

impl AnyFrontEnd {
    /// What a line sees; none for the integrator, whose input moves with time.
    ///
    /// With a source conductance of 0 in the description, [`FrontEnd::voltage`] of the current into this port is what the front end makes of it,
    /// whatever drives the port.
    pub fn input_port(&self) -> Option<InputPort> {
        match self {
            Self::VirtualGround(front_end) => Some(front_end.input_port()),
            Self::Transimpedance(front_end) => Some(front_end.input_port()),
            Self::Integrator(_) => None,
            Self::SenseResistor(front_end) => Some(front_end.input_port()),
        }
    }
}

impl FrontEnd for AnyFrontEnd {
    fn voltage(&self, current: f64, noise: &mut Noise) -> f64 {
        match self {
            Self::VirtualGround(front_end) => front_end.voltage(current, noise),
            Self::Transimpedance(front_end) => front_end.voltage(current, noise),
            Self::Integrator(front_end) => front_end.voltage(current, noise),
            Self::SenseResistor(front_end) => front_end.voltage(current, noise),
        }
    }

    fn convert(
        &self,
        currents: &[f64],
        voltages: &mut [f64],
        noise: &mut Noise,
    ) -> Result<(), ConverterError> {
        match self {
            Self::VirtualGround(front_end) => front_end.convert(currents, voltages, noise),
            Self::Transimpedance(front_end) => front_end.convert(currents, voltages, noise),
            Self::Integrator(front_end) => front_end.convert(currents, voltages, noise),
            Self::SenseResistor(front_end) => front_end.convert(currents, voltages, noise),
        }
    }
}
