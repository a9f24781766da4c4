//! The residue amplifiers of a pipeline as a subcircuit.

use super::Subcircuit;
use crate::ConverterError;
use crate::adc::{Adc, PipelineAdc};

impl PipelineAdc {
    /// Ports: `in`, `low`, `high` and `code`, whose volts are the code. Each stage is a pair of comparators and a residue amplifier, all of them
    /// behavioural sources without delay; a cyclic converter is unrolled.
    ///
    /// # Errors
    /// A name that is none.
    pub fn subcircuit(&self, name: &str) -> Result<Subcircuit, ConverterError> {
        let mut circuit = Subcircuit::new(name, &["in", "low", "high", "code"])?;
        let offsets: Vec<f64> = self.comparator_offsets().collect();
        circuit.line("bv0 v0 0 v=2*(v(in)-v(low))/(v(high)-v(low))-1");
        circuit.line("vn0 n0 0 0");
        let mut stages = 0;
        for (index, (gain, subtracted)) in self.stages().enumerate() {
            stages = index + 1;
            let (low, high) = (offsets[2 * index], offsets[2 * index + 1]);
            circuit.line(format_args!(
                "bd{index} d{index} 0 v=u(v(v{index})+0.25+({low:e}))+u(v(v{index})-0.25+({high:e}))-1"
            ));
            circuit.line(format_args!(
                "bv{stages} v{stages} 0 v={gain:e}*v(v{index})-{subtracted:e}*v(d{index})"
            ));
            circuit.line(format_args!(
                "bn{stages} n{stages} 0 v=2*v(n{index})+v(d{index})"
            ));
        }
        let last: Vec<String> = [-0.5, 0.0, 0.5]
            .iter()
            .zip(&offsets[2 * stages..])
            .map(|(threshold, offset)| format!("u(v(v{stages})+({:e}))", offset - threshold))
            .collect();
        circuit.line(format_args!(
            "bcode code 0 v=min(max({}+2*v(n{stages})+{}-2,0),{})",
            1_u32 << (self.bits() - 1),
            last.join("+"),
            self.largest_code()
        ));
        Ok(circuit)
    }
}
