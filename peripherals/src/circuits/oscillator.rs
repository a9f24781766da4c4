//! An integrate-and-fire counter as a subcircuit.

use super::{CLOSED, Subcircuit};
use crate::ConverterError;
use crate::adc::OscillatorAdc;

/// Resistance and capacitance of the storage of the count, ohm and F.
const STORAGE: (f64, f64) = (10.0, 1e-12);
/// Voltages between which the capacitor swings, V.
const SWING: (f64, f64) = (0.05, 1.0);

impl OscillatorAdc {
    /// Time from one conversion to the next, s: a quarter of the window is added for the reset.
    pub fn conversion_time(&self) -> f64 {
        1.25 * self.window()
    }

    /// Ports: `in`, into which the current flows, and `code`, whose volts are the count so far; it is the code at the end of the window.
    ///
    /// Conversions follow each other from time 0. The current charges a capacitor from 0.05 V to 1 V (the first time from 0 V), where a switch with
    /// hysteresis discharges it. The switch's resistance makes the dead time.
    ///
    /// # Errors
    /// A name that is none.
    pub fn subcircuit(&self, name: &str) -> Result<Subcircuit, ConverterError> {
        let mut circuit = Subcircuit::new(name, &["in", "code"])?;
        let (low, high) = SWING;
        let farads = self.charge() / (high - low);
        let constant = self.dead_time() / (high / low).ln();
        let closed = (constant / farads).max(CLOSED);
        circuit.line(format_args!(
            ".model fire sw vt={:e} vh={:e} ron={closed:e} roff=1e12",
            0.5 * (low + high),
            0.5 * (high - low)
        ));
        circuit.switch_model("make", 0.5, 1.0);
        circuit.switch_model("above", 0.65, STORAGE.0);
        circuit.switch_model("below", -0.35, STORAGE.0);
        let edge = 1e-5 * self.window();
        circuit.line(format_args!(
            "vreset reset 0 pulse(1 0 0 {edge:e} {edge:e} {:e} {:e})",
            self.window() - edge,
            self.conversion_time()
        ));
        circuit.line(format_args!("cin in 0 {farads:e}"));
        circuit.line("sfire in 0 in 0 fire off");
        circuit.line("sreset in 0 reset 0 make");
        if self.leakage() > 0.0 {
            circuit.line(format_args!("ileak in 0 dc {:e}", self.leakage()));
        }
        // The next count is taken while the capacitor is high, and becomes the present one once it was discharged.
        circuit.line("bnext next 0 v=v(code)+1");
        circuit.line("stake next n1 in 0 above");
        circuit.line(format_args!("cn1 n1 0 {:e}", STORAGE.1));
        circuit.line("sn1 n1 0 reset 0 make");
        circuit.line("en n2 0 n1 0 1");
        circuit.line("sgive n2 code 0 in below");
        circuit.line(format_args!("cn2 code 0 {:e}", STORAGE.1));
        Ok(circuit)
    }
}
