//! An ideal virtual ground as a subcircuit.

use super::Subcircuit;
use crate::ConverterError;
use crate::front_ends::VirtualGround;

impl VirtualGround {
    /// Ports: `in`, `out`. The input stays at the reference.
    ///
    /// # Errors
    /// A name that is none, a parameter out of range.
    pub fn subcircuit(&self, name: &str) -> Result<Subcircuit, ConverterError> {
        self.instance()?;
        let mut circuit = Subcircuit::new(name, &["in", "out"])?;
        circuit.line(format_args!("vref ref 0 dc {:e}", self.reference));
        circuit.line("vsense in ref dc 0");
        circuit.line(format_args!(
            "hout out ref vsense {:e}",
            -self.transresistance
        ));
        Ok(circuit)
    }
}
