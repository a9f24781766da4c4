//! A sense resistor as a subcircuit.

use super::Subcircuit;
use crate::ConverterError;
use crate::front_ends::SenseResistor;

impl SenseResistor {
    /// Ports: `in`, which is the output too, and `low`. The source conductance is the array's and not inside.
    ///
    /// # Errors
    /// A name that is none, a parameter out of range.
    pub fn subcircuit(&self, name: &str) -> Result<Subcircuit, ConverterError> {
        self.instance()?;
        let mut circuit = Subcircuit::new(name, &["in", "low"])?;
        circuit.line(format_args!("rsense in low {:e}", self.resistance));
        Ok(circuit)
    }
}
