//! A pulse-width modulator as a subcircuit.

use super::Subcircuit;
use crate::ConverterError;
use crate::dac::{Dac, PulseWidthDac};

/// Part of a period in which the sawtooth returns.
const RETURN: f64 = 1e-4;
/// Slope of the comparison, for a sawtooth from 0 to 1.
const SHARPNESS: f64 = 5e3;

impl PulseWidthDac {
    /// Ports: `out`, `low`, and the bits `b0` (least significant), `b1`, ... A sawtooth is compared with the code; pulses begin with the
    /// period, the first one at time 0.
    ///
    /// # Errors
    /// A name that is none.
    pub fn subcircuit(&self, name: &str) -> Result<Subcircuit, ConverterError> {
        let bits = self.bits() as usize;
        let mut circuit = Subcircuit::new(name, &["out", "low"])?;
        circuit.numbered_ports("b", bits);
        let terms: Vec<String> = (0..bits)
            .map(|bit| format!("{:e}*v(b{bit})", self.per_code() * f64::from(1_u32 << bit)))
            .collect();
        let period = self.period();
        circuit.line(format_args!(
            "vsaw saw 0 pulse(0 1 0 {:e} {:e} 1e-15 {period:e})",
            period * (1.0 - RETURN) - 1e-15,
            period * RETURN
        ));
        circuit.line(format_args!("bcode code 0 v={}", terms.join("+")));
        // Nothing is longer than a period, and code 0 has no pulse.
        circuit.line(format_args!(
            "bwidth width 0 v=v(code)<{:e} ? -1 : v(code)+{:e}",
            0.5 * self.per_code(),
            self.skew()
        ));
        circuit.line(format_args!(
            "bout out low v={:e}*(1+tanh({SHARPNESS:e}*(v(width)-v(saw)*{:e})))",
            0.5 * self.height(),
            1.0 - RETURN
        ));
        Ok(circuit)
    }
}
