//! An incremental sigma-delta converter as a subcircuit.

use super::{Subcircuit, checked_period};
use crate::ConverterError;
use crate::adc::{Adc, SigmaDeltaAdc};

/// Resistance and capacitance of each storage, ohm and F.
const STORAGE: (f64, f64) = (100.0, 1e-12);

impl SigmaDeltaAdc {
    /// Clock periods of a conversion: one for the reset, one for each cycle.
    pub fn clocks(&self) -> u32 {
        self.largest_code() + 2
    }

    /// Ports: `in`, `low` and `code`, whose volts are the number of ones so far.
    ///
    /// Conversions follow each other from time 0; each takes `2^bits + 1` periods of `clock` seconds, the first of them a reset. The state of the
    /// integrator and the count are held on capacitors: in the first half of a cycle the next values are sampled, in the second half they
    /// become the present ones.
    ///
    /// # Errors
    /// A name that is none, a period that is not positive.
    pub fn subcircuit(&self, name: &str, clock: f64) -> Result<Subcircuit, ConverterError> {
        checked_period("sigma-delta", clock)?;
        let mut circuit = Subcircuit::new(name, &["in", "low", "code"])?;
        let conversion = clock * f64::from(self.clocks());
        let edge = 0.01 * clock;
        circuit.switch_model("store", 0.5, STORAGE.0);
        let mut phase = |name: &str, from: f64, width: f64, period: f64| {
            circuit.line(format_args!(
                "v{name} {name} 0 pulse(0 1 {:e} {edge:e} {edge:e} {:e} {period:e})",
                from * clock,
                width * clock - 2.0 * edge
            ));
        };
        // What was taken is discharged before it is given on.
        phase("reset", 0.47, 0.5, conversion);
        phase("take", 0.05, 0.4, clock);
        phase("give", 0.55, 0.4, clock);
        let feedback = self.feedback();
        circuit.line(format_args!(
            "bsum sum 0 v={:e}*v(state)+v(in)-v(low)",
            self.kept()
        ));
        circuit.line(format_args!(
            "bbit bit 0 v=u(v(sum)-{feedback:e}+({:e}))",
            self.comparator_offset()
        ));
        circuit.line(format_args!("brest rest 0 v=v(sum)-{feedback:e}*v(bit)"));
        circuit.line("bnext next 0 v=v(code)+v(bit)");
        for (what, next, present) in [("s", "rest", "state"), ("n", "next", "code")] {
            let capacitance = STORAGE.1;
            circuit.line(format_args!("s{what}1 {next} {what}1 take 0 store"));
            circuit.line(format_args!("c{what}1 {what}1 0 {capacitance:e}"));
            circuit.line(format_args!("e{what} {what}2 0 {what}1 0 1"));
            circuit.line(format_args!("s{what}2 {what}2 {present} give 0 store"));
            circuit.line(format_args!("c{what}2 {present} 0 {capacitance:e}"));
            circuit.line(format_args!("s{what}3 {what}1 0 reset 0 store"));
        }
        Ok(circuit)
    }
}
