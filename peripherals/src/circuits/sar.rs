//! A successive-approximation converter with its switched capacitors as a subcircuit.

use super::{Subcircuit, checked_period};
use crate::ConverterError;
use crate::adc::{Adc, SarAdc};

/// Resistance of the array's switches, ohm.
const SWITCH: f64 = 100.0;
/// Resistance and capacitance of the storage of a bit, ohm and F.
const STORAGE: (f64, f64) = (1e3, 1e-13);
/// Gain of the comparator's decision around its threshold, 1/V.
const SHARPNESS: f64 = 1e5;

impl SarAdc {
    /// Clock periods of a conversion: sampling, one for each bit, one in which the code is valid.
    pub fn clocks(&self) -> u32 {
        self.bits() + 2
    }

    /// Ports: `in`, the references `low` and `high`, `code`, whose volts are the code, and the bits `b0`, `b1`, ...
    ///
    /// Conversions follow each other from time 0; each takes `bits + 2` periods of `clock` seconds: the input is sampled onto the common plate in
    /// the first one, the code is valid in the last one. The plate starts with all other plates at `high`; a trial switches its
    /// bit's plate to `low`. The comparator and the logic are ideal.
    ///
    /// # Errors
    /// A name that is none, a period that is not positive.
    pub fn subcircuit(&self, name: &str, clock: f64) -> Result<Subcircuit, ConverterError> {
        self.subcircuit_from(name, clock, 0.0)
    }

    /// As [`Self::subcircuit`], with conversions that follow each other from `start` seconds on. Until the first one's sampling ends, the plate follows
    /// the input.
    ///
    /// # Errors
    /// A name that is none, a period that is not positive, a negative start.
    pub fn subcircuit_from(
        &self,
        name: &str,
        clock: f64,
        start: f64,
    ) -> Result<Subcircuit, ConverterError> {
        checked_period("sar", clock)?;
        crate::error::Check("sar").not_negative("start", start)?;
        let mut circuit = Subcircuit::new(name, &["in", "low", "high", "code"])?;
        let bits = self.capacitors().len();
        circuit.numbered_ports("b", bits);
        circuit.change_over_models(SWITCH);
        circuit.switch_model("store", 0.5, STORAGE.0);
        let conversion = clock * f64::from(self.clocks());
        let edge = 0.01 * clock;
        let mut phase = |name: &str, levels: &str, from: f64, width: f64| {
            circuit.line(format_args!(
                "v{name} {name} 0 pulse({levels} {:e} {edge:e} {edge:e} {:e} {conversion:e})",
                start + from * clock,
                width * clock - 2.0 * edge
            ));
        };
        // Sampling ends after nine tenths of the first period and begins again with the next conversion.
        phase("sample", "1 0", 0.89, conversion / clock - 0.88);
        for bit in 0..bits {
            // The decision is stored in the second half of the trial.
            let from = (bits - bit) as f64;
            phase(&format!("trial{bit}"), "0 1", from, 1.0);
            phase(&format!("strobe{bit}"), "0 1", from + 0.6, 0.3);
        }
        circuit.line("ssample in top sample 0 make");
        circuit.line(format_args!(
            "cfixed top low {:e}",
            self.fixed_capacitor() * self.unit_capacitance()
        ));
        circuit.line(format_args!(
            "bdecision decision 0 v=0.5*(1+tanh({SHARPNESS:e}*(v(top)-v(low)+({:e}))))",
            self.comparator_offset()
        ));
        let mut sum = Vec::new();
        for (bit, units) in self.capacitors().iter().enumerate() {
            let (label, plate, control) = (bit.to_string(), format!("p{bit}"), format!("t{bit}"));
            circuit.line(format_args!(
                "c{bit} top {plate} {:e}",
                units * self.unit_capacitance()
            ));
            circuit.change_over(&label, &plate, "low", "high", &control);
            circuit.line(format_args!(
                "bt{bit} {control} 0 v=max(v(trial{bit}),v(q{bit}))"
            ));
            circuit.line(format_args!("sq{bit} decision q{bit} strobe{bit} 0 store"));
            circuit.line(format_args!("sr{bit} q{bit} 0 sample 0 store"));
            circuit.line(format_args!("cq{bit} q{bit} 0 {:e}", STORAGE.1));
            circuit.line(format_args!("bb{bit} b{bit} 0 v=u(v(q{bit})-0.5)"));
            sum.push(format!("{}*v(b{bit})", 1_u32 << bit));
        }
        circuit.line(format_args!("bcode code 0 v={}", sum.join("+")));
        Ok(circuit)
    }
}
