//! A sampling switch and its capacitor as a subcircuit.

use super::Subcircuit;
use crate::ConverterError;
use crate::front_ends::SampleAndHold;

impl SampleAndHold {
    /// Ports: `in`, `out` and `sample`, which closes the switch while it is above 0.5 V. The charge of the switch comes through a part of the capacitor when
    /// `sample` falls from 1 V to 0. The output has no buffer.
    ///
    /// # Errors
    /// A name that is none, a parameter out of range.
    pub fn subcircuit(&self, name: &str) -> Result<Subcircuit, ConverterError> {
        self.instance()?;
        let mut circuit = Subcircuit::new(name, &["in", "out", "sample"])?;
        circuit.switch_model("make", 0.5, self.resistance.max(super::CLOSED));
        circuit.line("ssample in out sample 0 make");
        // A step of 1 V through q / 1 V.
        let coupling = self.injected_charge.abs();
        if coupling >= self.capacitance {
            return Err(ConverterError::Parameter {
                converter: "sample-and-hold",
                parameter: "injected_charge",
                value: self.injected_charge,
                requirement: "less than the capacitor holds at 1 V",
            });
        }
        if coupling > 0.0 {
            let sign = if self.injected_charge > 0.0 { "-" } else { "" };
            circuit.line(format_args!("bswitch switch 0 v={sign}v(sample)"));
            circuit.line(format_args!("cswitch switch out {coupling:e}"));
        }
        circuit.line(format_args!(
            "chold out 0 {:e}",
            self.capacitance - coupling
        ));
        if self.leakage != 0.0 {
            circuit.line(format_args!("ileak out 0 dc {:e}", self.leakage));
        }
        Ok(circuit)
    }
}
