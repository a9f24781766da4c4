//! Ladder, comparators and encoder of a flash converter as a subcircuit.

use super::Subcircuit;
use crate::ConverterError;
use crate::adc::{Encoder, FlashAdc};

/// A resistor of the ladder, ohm.
const RESISTANCE: f64 = 100.0;

impl FlashAdc {
    /// Ports: `in`, the references `low` and `high`, and `code`, whose volts are the code. Resistors of 100 ohm nominally, comparators and encoder as
    /// behavioural sources without delay.
    ///
    /// # Errors
    /// A name that is none.
    pub fn subcircuit(&self, name: &str) -> Result<Subcircuit, ConverterError> {
        let mut circuit = Subcircuit::new(name, &["in", "low", "high", "code"])?;
        let count = self.resistors().len();
        let tap = |index: usize| match index {
            0 => "low".to_owned(),
            index if index == count => "high".to_owned(),
            index => format!("t{index}"),
        };
        for (index, resistor) in self.resistors().iter().enumerate() {
            circuit.line(format_args!(
                "r{index} {} {} {:e}",
                tap(index),
                tap(index + 1),
                resistor * RESISTANCE
            ));
        }
        // The code so far, from the lowest comparator on.
        circuit.line("ve0 e0 0 0");
        for (index, offset) in self.comparator_offsets().enumerate() {
            let number = index + 1;
            circuit.line(format_args!(
                "bd{number} d{number} 0 v=u(v(in)-v(t{number})+({offset:e}))"
            ));
            circuit.line(match self.encoder() {
                Encoder::CountOnes => {
                    format!("be{number} e{number} 0 v=v(e{index})+v(d{number})")
                }
                Encoder::HighestOne => {
                    format!("be{number} e{number} 0 v=max(v(e{index}),{number}*v(d{number}))")
                }
            });
        }
        circuit.line(format_args!("bcode code 0 v=v(e{})", count - 1));
        Ok(circuit)
    }
}
