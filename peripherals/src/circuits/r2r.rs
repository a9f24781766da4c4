//! The R-2R ladder as a subcircuit.

use super::{CLOSED, Subcircuit};
use crate::ConverterError;
use crate::dac::R2rDac;

impl R2rDac {
    /// Ports: `out`, the references `low` and `high`, and the bits `b0` (least significant), `b1`, ... Switches without resistance have 1 mohm.
    ///
    /// # Errors
    /// A name that is none.
    pub fn subcircuit(&self, name: &str) -> Result<Subcircuit, ConverterError> {
        let ladder = &self.ladder;
        let count = ladder.legs.len();
        let mut circuit = Subcircuit::new(name, &["out", "low", "high"])?;
        circuit.numbered_ports("b", count);
        circuit.change_over_models(ladder.switch.max(CLOSED));
        let tap = |bit: usize| {
            if bit + 1 == count {
                "out".to_owned()
            } else {
                format!("t{bit}")
            }
        };
        circuit.line(format_args!(
            "rterm {} low {:e}",
            tap(0),
            ladder.termination
        ));
        for (bit, leg) in ladder.legs.iter().enumerate() {
            circuit.change_over(
                &bit.to_string(),
                &format!("l{bit}"),
                "high",
                "low",
                &format!("b{bit}"),
            );
            circuit.line(format_args!("rleg{bit} l{bit} {} {leg:e}", tap(bit)));
        }
        for (bit, link) in ladder.links.iter().enumerate() {
            circuit.line(format_args!(
                "rlink{bit} {} {} {link:e}",
                tap(bit),
                tap(bit + 1)
            ));
        }
        if let Some(load) = ladder.load {
            circuit.line(format_args!("rload out low {load:e}"));
        }
        Ok(circuit)
    }
}
