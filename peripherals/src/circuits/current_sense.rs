//! A current comparator with a mirror as a subcircuit.

use super::Subcircuit;
use crate::ConverterError;
use crate::draws::InstanceKey;
use crate::front_ends::CurrentSense;

/// Channel-length modulation of the mirror, 1/V.
const LAMBDA: f64 = 0.1;

impl CurrentSense {
    /// Ports: `in`, into which the current flows, `out` (digital) and `vdd`. A diode-connected n-channel transistor takes the current; its copy, with the
    /// mismatch that belongs to `key`, pulls against the reference. Transistors are of level 1 with the stated overdrive at the reference.
    ///
    /// # Errors
    /// A name that is none, a parameter out of range.
    pub fn subcircuit(&self, key: &InstanceKey, name: &str) -> Result<Subcircuit, ConverterError> {
        let threshold = self.instance(key)?.threshold();
        let mut circuit = Subcircuit::new(name, &["in", "out", "vdd"])?;
        let gain = 2.0 * self.reference / self.mirror_ratio * self.length
            / (self.width * self.overdrive * self.overdrive);
        circuit.line(format_args!(
            ".model nch nmos level=1 vto=0.45 kp={gain:e} lambda={LAMBDA}"
        ));
        circuit.line(format_args!(
            "m1 in in 0 0 nch w={:e} l={:e}",
            self.width, self.length
        ));
        circuit.line(format_args!(
            "m2 copy in 0 0 nch w={:e} l={:e}",
            self.width * self.reference / threshold,
            self.length
        ));
        circuit.line(format_args!("iref vdd copy dc {:e}", self.reference));
        // The two drains are compared: where they are equal, so are the transistors' voltages.
        circuit.line("bout out 0 v=u(v(in)-v(copy))");
        Ok(circuit)
    }
}
