//! A serial charge-sharing DAC as a subcircuit.

use super::Subcircuit;
use crate::ConverterError;
use crate::dac::{Accumulation, BitSerialDac};

/// Resistance of the switches, ohm.
const SWITCH: f64 = 100.0;
/// Nominal capacitors, F.
const CAPACITANCE: f64 = 1e-12;

impl BitSerialDac {
    /// Ports: `out`, `low`, the serial bit `data`, and `load`, `share` and `reset`. For each bit, least significant first, `load` charges a
    /// capacitor of 1 pF, then `share` connects it to the one at `out`; they never overlap. `reset` discharges the latter. Switches have 100 ohm.
    ///
    /// # Errors
    /// A name that is none; digital accumulation, of which there is nothing to build but a switch.
    pub fn subcircuit(&self, name: &str) -> Result<Subcircuit, ConverterError> {
        if self.accumulation() == Accumulation::Digital {
            return Err(ConverterError::NoCircuit(
                "bit-serial with digital accumulation",
            ));
        }
        let ports = ["out", "low", "data", "load", "share", "reset"];
        let mut circuit = Subcircuit::new(name, &ports)?;
        circuit.change_over_models(SWITCH);
        let [driven, holding] = self.capacitors();
        circuit.line(format_args!("vone one low {:e}", self.amplitude()));
        circuit.change_over("data", "level", "one", "low", "data");
        circuit.line("sload level sample load 0 make");
        circuit.line(format_args!("c1 sample low {:e}", driven * CAPACITANCE));
        circuit.line("sshare sample out share 0 make");
        circuit.line(format_args!("c2 out low {:e}", holding * CAPACITANCE));
        circuit.line("sreset out low reset 0 make");
        Ok(circuit)
    }
}
