//! A single-slope converter as a subcircuit.

use super::Subcircuit;
use crate::ConverterError;
use crate::adc::{Adc, RampAdc};

/// Capacitor of the ramp, F.
const CAPACITANCE: f64 = 1e-12;
/// Resistance and capacitance of the storage of the count, ohm and F.
const STORAGE: (f64, f64) = (100.0, 1e-12);
/// Gain of the comparator's decision around its threshold, 1/V.
const SHARPNESS: f64 = 1e4;

impl RampAdc {
    /// Clock periods of a conversion: a quarter of those of the ramp are added for the reset.
    pub fn clocks(&self) -> f64 {
        1.25 * f64::from(self.largest_code() + 1)
    }

    /// Ports: `in`, `low` and `code`, whose volts are the code once the ramp is over.
    ///
    /// Conversions follow each other from time 0. A current charges 1 pF, with the current source's output resistance in parallel; a count of the clock
    /// is stored as long as the ramp is below the input. In the last fifth of a conversion the ramp is reset and the code valid.
    ///
    /// # Errors
    /// A name that is none.
    pub fn subcircuit(&self, name: &str) -> Result<Subcircuit, ConverterError> {
        let mut circuit = Subcircuit::new(name, &["in", "low", "code"])?;
        let codes = f64::from(self.largest_code() + 1);
        let period = self.clock_period();
        let (ramp, conversion) = (codes * period, self.clocks() * period);
        let edge = 1e-3 * period;
        circuit.switch_model("make", 0.5, 1.0);
        circuit.switch_model("store", 0.5, STORAGE.0);
        circuit.line(format_args!(
            "vreset reset 0 pulse(1 0 0 {edge:e} {edge:e} {:e} {conversion:e})",
            ramp - edge
        ));
        circuit.line(format_args!(
            "vcount count 0 pulse(0 {codes:e} 0 {ramp:e} {edge:e} {edge:e} {conversion:e})"
        ));
        let current = self.span().width() * self.slope() * CAPACITANCE / ramp;
        circuit.line(format_args!("iramp 0 ramp dc {current:e}"));
        circuit.line(format_args!("cramp ramp low {CAPACITANCE:e}"));
        if self.curvature() > 0.0 {
            let ohm = ramp / (self.curvature() * CAPACITANCE);
            circuit.line(format_args!("rramp ramp low {ohm:e}"));
        }
        circuit.line("sreset ramp low reset 0 make");
        circuit.line(format_args!(
            "bcounting counting 0 v=(1-v(reset))*0.5*(1+tanh({SHARPNESS:e}*(v(in)-v(ramp)+({:e}))))",
            self.comparator_offset()
        ));
        circuit.line(format_args!(
            "bcode now 0 v=min(max(floor(v(count)+{:e}),0),{})",
            self.delay(),
            self.largest_code()
        ));
        circuit.line("sstore now code counting 0 store");
        circuit.line(format_args!("cstore code 0 {:e}", STORAGE.1));
        Ok(circuit)
    }
}
