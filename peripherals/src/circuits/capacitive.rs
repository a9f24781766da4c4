//! The switched capacitor array of a DAC as a subcircuit.

use super::Subcircuit;
use crate::ConverterError;
use crate::dac::CapacitiveDac;

/// Resistance of the switches, ohm.
const SWITCH: f64 = 100.0;

impl CapacitiveDac {
    /// Ports: `out` (the common plate), the references `low` and `high`, `reset`, which connects `out` to `low` and needs all bits at 0, and the
    /// bits `b0` (least significant), `b1`, ... Switches have 100 ohm.
    ///
    /// # Errors
    /// A name that is none.
    pub fn subcircuit(&self, name: &str) -> Result<Subcircuit, ConverterError> {
        let mut circuit = Subcircuit::new(name, &["out", "low", "high", "reset"])?;
        circuit.numbered_ports("b", self.capacitors().len());
        circuit.change_over_models(SWITCH);
        circuit.line("sreset out low reset 0 make");
        circuit.line(format_args!(
            "cfixed out low {:e}",
            self.fixed_capacitance()
        ));
        for (bit, farads) in self.capacitors().iter().enumerate() {
            let (label, signal) = (bit.to_string(), format!("b{bit}"));
            circuit.change_over(&label, &format!("p{bit}"), "high", "low", &signal);
            circuit.line(format_args!("c{bit} out p{bit} {farads:e}"));
        }
        Ok(circuit)
    }
}
