//! Independent current sources.

use ohmloom_solver::circuit::{AcLoads, CircuitError, Element, Footprint, Loads, Point, Unknown};

use super::stimulus::Stimulus;
use crate::passive::require_multiplier;

/// A current source (I): its current flows from the plus node through the source to the minus node.
#[derive(Clone, Debug)]
pub struct CurrentSource {
    name: String,
    plus: Unknown,
    minus: Unknown,
    stimulus: Stimulus,
    multiplier: f64,
}

impl CurrentSource {
    /// `multiplier` equal sources in parallel between two nodes, each of the stimulus in ampere.
    ///
    /// # Errors
    /// A multiplier that is not positive.
    pub fn new(
        name: String,
        plus: Unknown,
        minus: Unknown,
        stimulus: Stimulus,
        multiplier: f64,
    ) -> Result<Self, CircuitError> {
        require_multiplier(&name, "m", multiplier)?;
        Ok(Self {
            name,
            plus,
            minus,
            stimulus,
            multiplier,
        })
    }

    /// What each of the parallel sources supplies.
    pub fn stimulus(&self) -> &Stimulus {
        &self.stimulus
    }

    fn current(&self, at: &Point<'_>) -> f64 {
        self.multiplier * self.stimulus.value(at)
    }
}

impl Element for CurrentSource {
    const LINEAR: bool = true;
    const EXCITES: bool = true;

    fn name(&self) -> &str {
        &self.name
    }

    fn footprint(&mut self, _footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        Ok(())
    }

    fn set_temperature(&mut self, _ambient_kelvin: f64) -> Result<(), CircuitError> {
        Ok(())
    }

    fn load(&mut self, _at: &Point<'_>, _loads: &mut Loads<'_>) {}

    fn excite(&mut self, at: &Point<'_>, loads: &mut Loads<'_>) {
        let current = self.current(at);
        loads.current(self.plus, current);
        loads.current(self.minus, -current);
    }

    fn prepare_transient(&mut self, step: f64, stop: f64) {
        self.stimulus.prepare_transient(step, stop);
    }

    fn breakpoints(&self, after: f64, until: f64, times: &mut Vec<f64>) {
        self.stimulus.breakpoints(after, until, times);
    }

    fn excite_ac(&self, loads: &mut dyn AcLoads) {
        let (real, imaginary) = self.stimulus.phasor();
        let (real, imaginary) = (self.multiplier * real, self.multiplier * imaginary);
        loads.excite(self.plus, (-real, -imaginary));
        loads.excite(self.minus, (real, imaginary));
    }

    fn parameters(&self) -> Vec<&'static str> {
        vec!["dc", "m", "acmag", "acphase"]
    }

    fn value(&self, quantity: &str, at: &Point<'_>) -> Option<f64> {
        match quantity {
            "i" | "c" | "current" => Some(self.current(at)),
            // As in ngspice, the voltage that the source holds up, from minus to plus.
            "v" => Some(at.voltage(self.minus, self.plus)),
            "p" => Some(self.current(at) * at.voltage(self.plus, self.minus)),
            "m" => Some(self.multiplier),
            _ => self.stimulus.get(quantity),
        }
    }

    fn set(&mut self, parameter: &str, value: f64) -> Result<(), CircuitError> {
        if parameter == "m" {
            require_multiplier(&self.name, "m", value)?;
            self.multiplier = value;
            return Ok(());
        }
        self.stimulus.set(&self.name, parameter, value)
    }
}
