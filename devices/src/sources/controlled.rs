//! Linear controlled sources.

use ohmloom_solver::circuit::{
    CircuitError, Element, Footprint, Loads, PairSlots, Point, Slot, Unknown, Unknowns,
};

use crate::passive::{BranchSlots, refusal, require_finite, require_multiplier};

/// The gain of a controlled source and the number of them in parallel.
#[derive(Clone, Debug)]
struct Gain {
    name: String,
    factor: f64,
    multiplier: f64,
}

impl Gain {
    fn new(name: String, gain: f64, multiplier: f64) -> Result<Self, CircuitError> {
        require_finite(&name, "gain", gain)?;
        require_multiplier(&name, "m", multiplier)?;
        Ok(Self {
            name,
            factor: gain,
            multiplier,
        })
    }

    fn total(&self) -> f64 {
        self.factor * self.multiplier
    }

    fn get(&self, quantity: &str) -> Option<f64> {
        match quantity {
            "gain" => Some(self.factor),
            "m" => Some(self.multiplier),
            _ => None,
        }
    }

    fn set(&mut self, parameter: &str, value: f64, parallel: bool) -> Result<(), CircuitError> {
        match parameter {
            "gain" => {
                require_finite(&self.name, parameter, value)?;
                self.factor = value;
            }
            "m" if parallel => {
                require_multiplier(&self.name, parameter, value)?;
                self.multiplier = value;
            }
            _ => {
                return Err(refusal(
                    &self.name,
                    format!("has no parameter `{parameter}` that can be changed"),
                ));
            }
        }
        Ok(())
    }
}

/// `i`, `v` or `p` of a source with the given current and voltage.
fn electrical(quantity: &str, current: f64, volts: f64) -> Option<f64> {
    match quantity {
        "i" => Some(current),
        "v" => Some(volts),
        "p" => Some(current * volts),
        _ => None,
    }
}

/// Voltage-controlled voltage source (E): `v(plus) - v(minus) - gain (v(control plus) - v(control minus)) = 0`.
#[derive(Clone, Debug)]
pub struct Vcvs {
    gain: Gain,
    ends: (Unknown, Unknown),
    control: (Unknown, Unknown),
    slots: BranchSlots,
    control_slots: (Slot, Slot),
}

impl Vcvs {
    /// From the nodes of the source and of its control, (plus, minus) each, and the voltage gain.
    ///
    /// # Errors
    /// A gain that is not finite.
    pub fn new(
        name: String,
        ends: (Unknown, Unknown),
        control: (Unknown, Unknown),
        gain: f64,
    ) -> Result<Self, CircuitError> {
        Ok(Self {
            gain: Gain::new(name, gain, 1.0)?,
            ends,
            control,
            slots: BranchSlots::IGNORED,
            control_slots: (Slot::IGNORED, Slot::IGNORED),
        })
    }
}

impl Element for Vcvs {
    const LINEAR: bool = true;

    fn name(&self) -> &str {
        &self.gain.name
    }

    fn unknowns(&mut self, unknowns: &mut dyn Unknowns) {
        self.slots.branch = unknowns.branch_current(&self.gain.name);
    }

    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        self.slots.place(footprint, self.ends);
        let row = self.slots.branch;
        self.control_slots = (
            footprint.entry(row, self.control.0),
            footprint.entry(row, self.control.1),
        );
        Ok(())
    }

    fn set_temperature(&mut self, _ambient_kelvin: f64) -> Result<(), CircuitError> {
        Ok(())
    }

    fn load(&mut self, _at: &Point<'_>, loads: &mut Loads<'_>) {
        self.slots.load(loads);
        loads.conductance(self.control_slots.0, -self.gain.factor);
        loads.conductance(self.control_slots.1, self.gain.factor);
    }

    fn parameters(&self) -> Vec<&'static str> {
        vec!["gain"]
    }

    fn value(&self, quantity: &str, at: &Point<'_>) -> Option<f64> {
        let volts = at.voltage(self.ends.0, self.ends.1);
        electrical(quantity, at.value(self.slots.branch), volts).or_else(|| self.gain.get(quantity))
    }

    fn set(&mut self, parameter: &str, value: f64) -> Result<(), CircuitError> {
        self.gain.set(parameter, value, false)
    }
}

/// Voltage-controlled current source (G): the current `m gain (v(control plus) - v(control minus))` flows from the plus
/// node through the source to the minus node.
#[derive(Clone, Debug)]
pub struct Vccs {
    gain: Gain,
    ends: (Unknown, Unknown),
    control: (Unknown, Unknown),
    slots: PairSlots,
}

impl Vccs {
    /// From the nodes of the source and of its control, (plus, minus) each, the transconductance in siemens and the number
    /// of sources in parallel.
    ///
    /// # Errors
    /// A gain that is not finite, or a multiplier that is not positive.
    pub fn new(
        name: String,
        ends: (Unknown, Unknown),
        control: (Unknown, Unknown),
        gain: f64,
        multiplier: f64,
    ) -> Result<Self, CircuitError> {
        Ok(Self {
            gain: Gain::new(name, gain, multiplier)?,
            ends,
            control,
            slots: PairSlots::IGNORED,
        })
    }
}

impl Element for Vccs {
    const LINEAR: bool = true;

    fn name(&self) -> &str {
        &self.gain.name
    }

    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        self.slots = PairSlots::declare(footprint, self.ends, self.control);
        Ok(())
    }

    fn set_temperature(&mut self, _ambient_kelvin: f64) -> Result<(), CircuitError> {
        Ok(())
    }

    fn load(&mut self, _at: &Point<'_>, loads: &mut Loads<'_>) {
        loads.pair_conductance(&self.slots, self.gain.total());
    }

    fn parameters(&self) -> Vec<&'static str> {
        vec!["gain", "m"]
    }

    fn value(&self, quantity: &str, at: &Point<'_>) -> Option<f64> {
        let current = self.gain.total() * at.voltage(self.control.0, self.control.1);
        electrical(quantity, current, at.voltage(self.ends.0, self.ends.1))
            .or_else(|| self.gain.get(quantity))
    }

    fn set(&mut self, parameter: &str, value: f64) -> Result<(), CircuitError> {
        self.gain.set(parameter, value, true)
    }
}

/// Current-controlled current source (F): `m gain` times the current of another element flows from the plus node through
/// the source to the minus node.
#[derive(Clone, Debug)]
pub struct Cccs {
    gain: Gain,
    ends: (Unknown, Unknown),
    controlling: String,
    control: Unknown,
    slots: (Slot, Slot),
}

impl Cccs {
    /// From the nodes (plus, minus), the name of the element whose current controls, the current gain and the number of
    /// sources in parallel.
    ///
    /// # Errors
    /// A gain that is not finite, or a multiplier that is not positive.
    pub fn new(
        name: String,
        ends: (Unknown, Unknown),
        controlling: String,
        gain: f64,
        multiplier: f64,
    ) -> Result<Self, CircuitError> {
        Ok(Self {
            gain: Gain::new(name, gain, multiplier)?,
            ends,
            controlling,
            control: Unknown::GROUND,
            slots: (Slot::IGNORED, Slot::IGNORED),
        })
    }
}

impl Element for Cccs {
    const LINEAR: bool = true;

    fn name(&self) -> &str {
        &self.gain.name
    }

    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        self.control = footprint.branch_of(&self.gain.name, &self.controlling)?;
        self.slots = (
            footprint.entry(self.ends.0, self.control),
            footprint.entry(self.ends.1, self.control),
        );
        Ok(())
    }

    fn set_temperature(&mut self, _ambient_kelvin: f64) -> Result<(), CircuitError> {
        Ok(())
    }

    fn load(&mut self, _at: &Point<'_>, loads: &mut Loads<'_>) {
        loads.conductance(self.slots.0, self.gain.total());
        loads.conductance(self.slots.1, -self.gain.total());
    }

    fn parameters(&self) -> Vec<&'static str> {
        vec!["gain", "m"]
    }

    fn value(&self, quantity: &str, at: &Point<'_>) -> Option<f64> {
        let current = self.gain.total() * at.value(self.control);
        electrical(quantity, current, at.voltage(self.ends.0, self.ends.1))
            .or_else(|| self.gain.get(quantity))
    }

    fn set(&mut self, parameter: &str, value: f64) -> Result<(), CircuitError> {
        self.gain.set(parameter, value, true)
    }
}

/// Current-controlled voltage source (H): `v(plus) - v(minus) - gain i = 0` with the current `i` of another element.
#[derive(Clone, Debug)]
pub struct Ccvs {
    gain: Gain,
    ends: (Unknown, Unknown),
    controlling: String,
    slots: BranchSlots,
    control_slot: Slot,
}

impl Ccvs {
    /// From the nodes (plus, minus), the name of the element whose current controls, and the transresistance in ohm.
    ///
    /// # Errors
    /// A gain that is not finite.
    pub fn new(
        name: String,
        ends: (Unknown, Unknown),
        controlling: String,
        gain: f64,
    ) -> Result<Self, CircuitError> {
        Ok(Self {
            gain: Gain::new(name, gain, 1.0)?,
            ends,
            controlling,
            slots: BranchSlots::IGNORED,
            control_slot: Slot::IGNORED,
        })
    }
}

impl Element for Ccvs {
    const LINEAR: bool = true;

    fn name(&self) -> &str {
        &self.gain.name
    }

    fn unknowns(&mut self, unknowns: &mut dyn Unknowns) {
        self.slots.branch = unknowns.branch_current(&self.gain.name);
    }

    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        let control = footprint.branch_of(&self.gain.name, &self.controlling)?;
        self.slots.place(footprint, self.ends);
        self.control_slot = footprint.entry(self.slots.branch, control);
        Ok(())
    }

    fn set_temperature(&mut self, _ambient_kelvin: f64) -> Result<(), CircuitError> {
        Ok(())
    }

    fn load(&mut self, _at: &Point<'_>, loads: &mut Loads<'_>) {
        self.slots.load(loads);
        loads.conductance(self.control_slot, -self.gain.factor);
    }

    fn parameters(&self) -> Vec<&'static str> {
        vec!["gain"]
    }

    fn value(&self, quantity: &str, at: &Point<'_>) -> Option<f64> {
        let volts = at.voltage(self.ends.0, self.ends.1);
        electrical(quantity, at.value(self.slots.branch), volts).or_else(|| self.gain.get(quantity))
    }

    fn set(&mut self, parameter: &str, value: f64) -> Result<(), CircuitError> {
        self.gain.set(parameter, value, false)
    }
}
