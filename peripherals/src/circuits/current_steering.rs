//! Switched current sources as a subcircuit.

use super::{CLOSED, Subcircuit};
use crate::ConverterError;
use crate::dac::{CurrentSteeringDac, Dac};

impl CurrentSteeringDac {
    /// Ports: `out`, the load's other end `low`, and the bits `b0` (least significant), `b1`, ... The load is inside; the thermometer code is
    /// decoded by behavioural sources.
    ///
    /// # Errors
    /// A name that is none.
    pub fn subcircuit(&self, name: &str) -> Result<Subcircuit, ConverterError> {
        let mut circuit = Subcircuit::new(name, &["out", "low"])?;
        circuit.numbered_ports("b", self.bits() as usize);
        circuit.change_over_models(CLOSED);
        circuit.line(format_args!("rload out low {:e}", self.load()));
        let binary_bits = self.binary_currents().len();
        for (bit, &current) in self.binary_currents().iter().enumerate() {
            let (label, signal) = (bit.to_string(), format!("b{bit}"));
            self.group(&mut circuit, &label, current, 1 << bit, &signal);
        }
        let upper: Vec<String> = (binary_bits..self.bits() as usize)
            .map(|bit| format!("{}*v(b{bit})", 1_u32 << (bit - binary_bits)))
            .collect();
        for (index, &current) in self.unary_currents().iter().enumerate() {
            let (label, signal) = (format!("u{index}"), format!("t{index}"));
            circuit.line(format_args!(
                "bt{index} {signal} 0 v=u({}-{index}-0.5)",
                upper.join("+")
            ));
            self.group(&mut circuit, &label, current, 1 << binary_bits, &signal);
        }
        Ok(circuit)
    }

    /// One current source of some units with its output resistance and its switches.
    fn group(&self, circuit: &mut Subcircuit, label: &str, current: f64, units: u32, signal: &str) {
        let node = format!("g{label}");
        circuit.line(format_args!("i{label} 0 {node} dc {current:e}"));
        if self.unit_conductance() > 0.0 {
            let ohm = 1.0 / (f64::from(units) * self.unit_conductance());
            circuit.line(format_args!("r{label} {node} low {ohm:e}"));
        }
        circuit.change_over(label, &node, "out", "low", signal);
    }
}
