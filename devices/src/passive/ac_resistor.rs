//! Resistors that have another value in small-signal analyses.

use std::sync::Arc;

use ohmloom_solver::circuit::{
    CircuitError, Element, Footprint, Loads, NoiseSource, Phase, Point, Unknown, Unknowns,
};

use super::branch::BranchSlots;
use super::resistor::Resistance;
use super::{ResistorInstance, ResistorModel, refusal};

/// A resistor with `ac=`: one resistance at operating points and in transients, another in small-signal analyses. It has a
/// current of its own, `v(plus) - v(minus) - R i = 0`, so either may be zero. Its noise is that of the first.
#[derive(Clone, Debug)]
pub struct AcResistor {
    law: Resistance,
    plus: Unknown,
    minus: Unknown,
    ohms: f64,
    small_signal_ohms: f64,
    ambient_kelvin: f64,
    slots: BranchSlots,
}

impl AcResistor {
    /// A resistor between two nodes.
    ///
    /// # Errors
    /// No resistance for one of the two kinds of analysis, or an impossible geometry.
    pub fn new(
        name: String,
        plus: Unknown,
        minus: Unknown,
        model: Option<Arc<ResistorModel>>,
        instance: ResistorInstance,
    ) -> Result<Self, CircuitError> {
        let law = Resistance::new(name, model, instance);
        let ohms = law.nominal()?;
        let Some(small_signal_ohms) = law.instance().ac else {
            return Err(refusal(law.name(), "has no `ac=`"));
        };
        Ok(Self {
            law,
            plus,
            minus,
            ohms,
            small_signal_ohms,
            ambient_kelvin: 0.0,
            slots: BranchSlots::IGNORED,
        })
    }
}

impl Element for AcResistor {
    const LINEAR: bool = false;

    fn name(&self) -> &str {
        self.law.name()
    }

    fn unknowns(&mut self, unknowns: &mut dyn Unknowns) {
        self.slots.branch = unknowns.branch_current(self.law.name());
    }

    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        self.slots.place(footprint, (self.plus, self.minus));
        self.slots.own = footprint.entry(self.slots.branch, self.slots.branch);
        Ok(())
    }

    fn set_temperature(&mut self, ambient_kelvin: f64) -> Result<(), CircuitError> {
        self.ambient_kelvin = ambient_kelvin;
        self.ohms = self.law.effective(self.law.nominal()?, ambient_kelvin)?;
        let small_signal = self.law.instance().ac.unwrap_or(self.ohms);
        self.small_signal_ohms = self.law.effective(small_signal, ambient_kelvin)?;
        Ok(())
    }

    fn load(&mut self, at: &Point<'_>, loads: &mut Loads<'_>) {
        let ohms = match at.phase {
            Phase::SmallSignal => self.small_signal_ohms,
            Phase::Dc | Phase::TransientStart | Phase::Transient => self.ohms,
        };
        let current = at.value(self.slots.branch);
        loads.current(self.plus, current);
        loads.current(self.minus, -current);
        loads.current(
            self.slots.branch,
            at.voltage(self.plus, self.minus) - ohms * current,
        );
        self.slots.load(loads);
        loads.conductance(self.slots.own, -ohms);
    }

    fn noise(&self, at: &Point<'_>, sources: &mut Vec<NoiseSource>) {
        let ends = (self.plus, self.minus);
        let current = at.value(self.slots.branch);
        self.law
            .noise(ends, self.ohms, current, self.ambient_kelvin, sources);
    }

    fn parameters(&self) -> Vec<&'static str> {
        let mut names = self.law.parameters();
        names.insert(1, "ac");
        names
    }

    fn value(&self, quantity: &str, at: &Point<'_>) -> Option<f64> {
        let current = at.value(self.slots.branch);
        match quantity {
            "i" => Some(current),
            "v" => Some(at.voltage(self.plus, self.minus)),
            "p" => Some(current * at.voltage(self.plus, self.minus)),
            _ => self.law.value(quantity, self.ambient_kelvin),
        }
    }

    fn set(&mut self, parameter: &str, value: f64) -> Result<(), CircuitError> {
        self.law.set(parameter, value)
    }
}
