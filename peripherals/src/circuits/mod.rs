//! Converters and front ends as SPICE subcircuits, for Ohmloom's own simulator and for ngspice.
//!
//! A converter's subcircuit has the elements of its instance, mismatch included. Digital signals are 0 V and 1 V with a threshold of 0.5 V.
//! Noise is not part of a subcircuit.

mod bit_serial;
mod capacitive;
mod current_sense;
mod current_steering;
mod flash;
mod latch;
mod operational_amplifier;
mod oscillator;
mod pipeline;
mod pulse_width;
mod r2r;
mod ramp;
mod sample_and_hold;
mod sar;
mod sense_resistor;
mod sigma_delta;
mod transimpedance;
mod virtual_ground;

pub use latch::strongarm_latch;
pub use operational_amplifier::{integrator, transimpedance_amplifier, two_stage_amplifier};

use std::fmt::{self, Display, Write as _};

use crate::ConverterError;
use crate::adc::AnyAdc;
use crate::dac::AnyDac;

/// A subcircuit.
#[derive(Clone, Debug, PartialEq)]
pub struct Subcircuit {
    /// Its name.
    pub name: String,
    /// Its ports in order.
    pub ports: Vec<String>,
    body: String,
}

/// Resistance of a switch that is meant to be ideal, ohm.
const CLOSED: f64 = 1e-3;
/// Resistance of an open switch, ohm.
const OPEN: f64 = 1e12;

impl Subcircuit {
    /// An empty one.
    fn new(name: &str, ports: &[&str]) -> Result<Self, ConverterError> {
        let mut letters = name.chars();
        let good = letters
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic())
            && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        if !good {
            return Err(ConverterError::Name(name.to_owned()));
        }
        Ok(Self {
            name: name.to_owned(),
            ports: ports.iter().map(|&port| port.to_owned()).collect(),
            body: String::new(),
        })
    }

    /// Adds ports `prefix0`, `prefix1`, ...
    fn numbered_ports(&mut self, prefix: &str, count: usize) {
        let ports = (0..count).map(|number| format!("{prefix}{number}"));
        self.ports.extend(ports);
    }

    fn line(&mut self, line: impl Display) {
        // Writing to a string does not fail.
        let _ = writeln!(self.body, "{line}");
    }

    /// A model of a switch that closes above a control voltage, V.
    fn switch_model(&mut self, name: &str, threshold: f64, closed: f64) {
        self.line(format_args!(
            ".model {name} sw vt={threshold:e} vh=0 ron={closed:e} roff={OPEN:e}"
        ));
    }

    /// Switches that connect `node` to `one` where the digital signal is one, else to `zero`. The models `make` and `break` belong to them.
    fn change_over(&mut self, name: &str, node: &str, one: &str, zero: &str, signal: &str) {
        self.line(format_args!("s{name}_1 {node} {one} {signal} 0 make"));
        self.line(format_args!("s{name}_0 {node} {zero} 0 {signal} break"));
    }

    fn change_over_models(&mut self, closed: f64) {
        self.switch_model("make", 0.5, closed);
        self.switch_model("break", -0.5, closed);
    }
}

impl Display for Subcircuit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, ".subckt {} {}", self.name, self.ports.join(" "))?;
        write!(f, "{}.ends", self.body)
    }
}

impl AnyAdc {
    /// The converter as a subcircuit; see [docs/converters.md] for its ports. `clock` is the period of a converter that has one, s.
    ///
    /// [docs/converters.md]: https://github.com/ohmloom/ohmloom/blob/main/docs/converters.md
    ///
    /// # Errors
    /// A name that is none, a period that is not positive, the ideal converter.
    pub fn subcircuit(&self, name: &str, clock: f64) -> Result<Subcircuit, ConverterError> {
        match self {
            Self::Ideal(_) => Err(ConverterError::NoCircuit("ideal")),
            Self::Sar(adc) => adc.subcircuit(name, clock),
            Self::Flash(adc) => adc.subcircuit(name),
            Self::Ramp(adc) => adc.subcircuit(name),
            Self::SigmaDelta(adc) => adc.subcircuit(name, clock),
            Self::Oscillator(adc) => adc.subcircuit(name),
            Self::Pipeline(adc) => adc.subcircuit(name),
        }
    }
}

impl AnyDac {
    /// The converter as a subcircuit; see [docs/converters.md] for its ports.
    ///
    /// [docs/converters.md]: https://github.com/ohmloom/ohmloom/blob/main/docs/converters.md
    ///
    /// # Errors
    /// A name that is none, the ideal converter.
    pub fn subcircuit(&self, name: &str) -> Result<Subcircuit, ConverterError> {
        match self {
            Self::Ideal(_) => Err(ConverterError::NoCircuit("ideal")),
            Self::R2r(dac) => dac.subcircuit(name),
            Self::CurrentSteering(dac) => dac.subcircuit(name),
            Self::Capacitive(dac) => dac.subcircuit(name),
            Self::PulseWidth(dac) => dac.subcircuit(name),
            Self::BitSerial(dac) => dac.subcircuit(name),
        }
    }
}

/// Checks the period of a clock.
fn checked_period(converter: &'static str, clock: f64) -> Result<(), ConverterError> {
    crate::error::Check(converter).positive("clock period", clock)
}
