//! Independent voltage sources.

use ohmloom_solver::circuit::{
    AcLoads, CircuitError, Element, Footprint, Loads, Point, Unknown, Unknowns,
};

use super::stimulus::Stimulus;
use crate::passive::BranchSlots;

/// A voltage source (V). Its current flows from the plus node through the source to the minus node; the branch row is
/// `v(plus) - v(minus) - V = 0`.
#[derive(Clone, Debug)]
pub struct VoltageSource {
    name: String,
    plus: Unknown,
    minus: Unknown,
    stimulus: Stimulus,
    slots: BranchSlots,
}

impl VoltageSource {
    /// A source between two nodes, in volt.
    pub fn new(name: String, plus: Unknown, minus: Unknown, stimulus: Stimulus) -> Self {
        Self {
            name,
            plus,
            minus,
            stimulus,
            slots: BranchSlots::IGNORED,
        }
    }

    /// What it supplies.
    pub fn stimulus(&self) -> &Stimulus {
        &self.stimulus
    }
}

impl Element for VoltageSource {
    const LINEAR: bool = true;
    const EXCITES: bool = true;

    fn name(&self) -> &str {
        &self.name
    }

    fn unknowns(&mut self, unknowns: &mut dyn Unknowns) {
        self.slots.branch = unknowns.branch_current(&self.name);
    }

    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        self.slots.place(footprint, (self.plus, self.minus));
        Ok(())
    }

    fn set_temperature(&mut self, _ambient_kelvin: f64) -> Result<(), CircuitError> {
        Ok(())
    }

    fn load(&mut self, _at: &Point<'_>, loads: &mut Loads<'_>) {
        self.slots.load(loads);
    }

    fn excite(&mut self, at: &Point<'_>, loads: &mut Loads<'_>) {
        loads.current(self.slots.branch, -self.stimulus.value(at));
    }

    fn prepare_transient(&mut self, step: f64, stop: f64) {
        self.stimulus.prepare_transient(step, stop);
    }

    fn breakpoints(&self, after: f64, until: f64, times: &mut Vec<f64>) {
        self.stimulus.breakpoints(after, until, times);
    }

    fn excite_ac(&self, loads: &mut dyn AcLoads) {
        loads.excite(self.slots.branch, self.stimulus.phasor());
    }

    fn parameters(&self) -> Vec<&'static str> {
        vec!["dc", "acmag", "acphase"]
    }

    fn value(&self, quantity: &str, at: &Point<'_>) -> Option<f64> {
        let current = at.value(self.slots.branch);
        let volts = at.voltage(self.plus, self.minus);
        match quantity {
            "i" => Some(current),
            "v" => Some(volts),
            "p" => Some(current * volts),
            _ => self.stimulus.get(quantity),
        }
    }

    fn set(&mut self, parameter: &str, value: f64) -> Result<(), CircuitError> {
        self.stimulus.set(&self.name, parameter, value)
    }
}
