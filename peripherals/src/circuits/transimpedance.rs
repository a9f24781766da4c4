//! A transimpedance amplifier around a behavioural operational amplifier as a subcircuit.

use std::f64::consts::TAU;

use super::Subcircuit;
use crate::ConverterError;
use crate::front_ends::TransimpedanceAmplifier;

/// Transconductance of the amplifier's first stage, S.
const TRANSCONDUCTANCE: f64 = 1e-3;

impl TransimpedanceAmplifier {
    /// Ports: `in`, `out`. The operational amplifier has the instance's offset, its gain, one pole where a gain-bandwidth product is given, and the limits
    /// of the output. The source conductance is the array's and not inside.
    ///
    /// # Errors
    /// A name that is none.
    pub fn subcircuit(&self, name: &str) -> Result<Subcircuit, ConverterError> {
        let mut circuit = Subcircuit::new(name, &["in", "out"])?;
        let (reference, gain) = (self.reference, self.amplifier_gain);
        circuit.line(format_args!(
            "vplus plus 0 dc {:e}",
            reference + self.offset
        ));
        circuit.line(format_args!(
            "rfeedback in out {:e}",
            self.feedback_resistance
        ));
        // How far the output is to be above the reference.
        match self.gain_bandwidth {
            None => circuit.line(format_args!("eopen drive 0 plus in {gain:e}")),
            Some(hertz) => {
                circuit.line(format_args!("gopen 0 drive plus in {TRANSCONDUCTANCE:e}"));
                circuit.line(format_args!("ropen drive 0 {:e}", gain / TRANSCONDUCTANCE));
                circuit.line(format_args!(
                    "copen drive 0 {:e}",
                    TRANSCONDUCTANCE / (TAU * hertz)
                ));
            }
        }
        let [low, high] = self.swing;
        if low.is_finite() {
            circuit.line(format_args!(
                "bout out 0 v=min(max(v(drive)+({reference:e}),{low:e}),{high:e})"
            ));
        } else {
            circuit.line(format_args!("vrest rest 0 dc {reference:e}"));
            circuit.line("eout out rest drive 0 1");
        }
        Ok(circuit)
    }
}
