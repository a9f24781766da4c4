//! Switches with hysteresis, controlled by a voltage (S) or a current (W).

mod contact;
mod position;

use std::sync::Arc;

use ohmloom_solver::circuit::{
    CircuitError, Element, Footprint, Loads, NoiseSource, Point, Unknown,
};

use self::contact::Contact;
use self::position::Thresholds;
use crate::parameters::parameters;
use crate::passive::{refusal, require_finite};

parameters! {
    /// Voltage-controlled switch model (`.model name sw`).
    pub struct VoltageSwitchModel {
        /// Threshold, V.
        vt: f64 = 0.0, ["vt"];
        /// Hysteresis, V: closed above `vt + vh`, open below `vt - vh`, unchanged in between. A negative one makes the
        /// switch change as soon as the control enters the band from `vt + vh` to `vt - vh`.
        vh: f64 = 0.0, ["vh"];
        /// Resistance of the closed switch, ohm.
        ron: f64 = 1.0, ["ron"];
        /// Resistance of the open switch, ohm.
        roff: f64 = 1e12, ["roff"];
    }
}

parameters! {
    /// Current-controlled switch model (`.model name csw`).
    pub struct CurrentSwitchModel {
        /// Threshold, A.
        it: f64 = 0.0, ["it"];
        /// Hysteresis, A; as that of [`VoltageSwitchModel`].
        ih: f64 = 0.0, ["ih"];
        /// Resistance of the closed switch, ohm.
        ron: f64 = 1.0, ["ron"];
        /// Resistance of the open switch, ohm.
        roff: f64 = 1e12, ["roff"];
    }
}

/// Voltage-controlled switch (S).
#[derive(Clone, Debug)]
pub struct VoltageSwitch {
    contact: Contact,
    control: (Unknown, Unknown),
}

impl VoltageSwitch {
    /// From the nodes of the switch and of its control, (plus, minus) each, and whether it starts closed (`on`) where the
    /// control is inside the hysteresis band.
    ///
    /// # Errors
    /// A resistance of zero, or a number that is not finite.
    pub fn new(
        name: String,
        ends: (Unknown, Unknown),
        control: (Unknown, Unknown),
        model: &Arc<VoltageSwitchModel>,
        on: bool,
    ) -> Result<Self, CircuitError> {
        let thresholds = Thresholds {
            centre: model.vt,
            hysteresis: model.vh,
        };
        Ok(Self {
            contact: Contact::new(name, ends, thresholds, (model.ron, model.roff), on)?,
            control,
        })
    }

    fn control(&self, at: &Point<'_>) -> f64 {
        at.voltage(self.control.0, self.control.1)
    }
}

/// Current-controlled switch (W).
#[derive(Clone, Debug)]
pub struct CurrentSwitch {
    contact: Contact,
    controlling: String,
    control: Unknown,
}

impl CurrentSwitch {
    /// From the nodes of the switch (plus, minus), the name of the element whose current controls it, and whether it starts
    /// closed (`on`) where the control is inside the hysteresis band.
    ///
    /// # Errors
    /// A resistance of zero, or a number that is not finite.
    pub fn new(
        name: String,
        ends: (Unknown, Unknown),
        controlling: String,
        model: &Arc<CurrentSwitchModel>,
        on: bool,
    ) -> Result<Self, CircuitError> {
        let thresholds = Thresholds {
            centre: model.it,
            hysteresis: model.ih,
        };
        Ok(Self {
            contact: Contact::new(name, ends, thresholds, (model.ron, model.roff), on)?,
            controlling,
            control: Unknown::GROUND,
        })
    }

    fn control(&self, at: &Point<'_>) -> f64 {
        at.value(self.control)
    }
}

/// What both switches do alike, given the control.
macro_rules! switch_element {
    ($switch:ty, $threshold:literal, $hysteresis:literal, $footprint:item) => {
        impl Element for $switch {
            // The position depends on the control.
            const LINEAR: bool = false;

            fn name(&self) -> &str {
                &self.contact.name
            }

            $footprint

            fn set_temperature(&mut self, _ambient_kelvin: f64) -> Result<(), CircuitError> {
                Ok(())
            }

            fn load(&mut self, at: &Point<'_>, loads: &mut Loads<'_>) {
                let control = self.control(at);
                self.contact.load(at, control, loads);
            }

            fn accept(&mut self, at: &Point<'_>) {
                let control = self.control(at);
                self.contact.accept(at, control);
            }

            fn restart(&mut self) {
                self.contact.restart();
            }

            fn largest_step(&self, _at: &Point<'_>) -> Option<f64> {
                self.contact.largest_step()
            }

            fn noise(&self, at: &Point<'_>, sources: &mut Vec<NoiseSource>) {
                sources.push(self.contact.noise(at));
            }

            fn parameters(&self) -> Vec<&'static str> {
                vec!["ron", "roff"]
            }

            fn value(&self, quantity: &str, at: &Point<'_>) -> Option<f64> {
                match quantity {
                    $threshold => Some(self.contact.thresholds.centre),
                    $hysteresis => Some(self.contact.thresholds.hysteresis),
                    _ => self.contact.value(quantity, at),
                }
            }

            fn set(&mut self, parameter: &str, value: f64) -> Result<(), CircuitError> {
                require_finite(&self.contact.name, parameter, value)?;
                match parameter {
                    $threshold => self.contact.thresholds.centre = value,
                    $hysteresis => self.contact.thresholds.hysteresis = value,
                    "ron" | "roff" => self.contact.set_resistance(parameter == "ron", value)?,
                    _ => {
                        return Err(refusal(
                            &self.contact.name,
                            format!("has no parameter `{parameter}` that can be changed"),
                        ));
                    }
                }
                Ok(())
            }
        }
    };
}

switch_element!(
    VoltageSwitch,
    "vt",
    "vh",
    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        self.contact.place(footprint);
        Ok(())
    }
);

switch_element!(
    CurrentSwitch,
    "it",
    "ih",
    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        self.control = footprint.branch_of(&self.contact.name, &self.controlling)?;
        self.contact.place(footprint);
        Ok(())
    }
);
