//! Inductors: an inductance, or a single-layer coil.

use std::f64::consts::PI;
use std::sync::Arc;

use ohmloom_solver::circuit::{
    CircuitError, Element, Footprint, Loads, Point, Slot, Unknown, Unknowns,
};

use super::branch::BranchSlots;
use super::coupling::Winding;
use super::temperature::{Thermometer, polynomial_factor};
use super::{refusal, require_finite, require_multiplier};
use crate::constants::ZERO_CELSIUS;
use crate::parameters::{Parameters, parameters};

/// Permeability of vacuum, H/m.
const VACUUM_PERMEABILITY: f64 = 4e-7 * PI;

parameters! {
    /// Inductor model (`.model name l`).
    pub struct InductorModel {
        /// Inductance of every instance without a value, H; wins over the coil.
        ind: Option<f64> = None, ["ind", "inductance"];
        /// Cross section of the coil, m^2.
        csect: Option<f64> = None, ["csect"];
        /// Diameter of the coil, m; wins over the cross section.
        dia: Option<f64> = None, ["dia"];
        /// Length of the coil, m.
        length: Option<f64> = None, ["length"];
        /// Turns of instances without a number of turns.
        nt: Option<f64> = None, ["nt"];
        /// Relative permeability.
        mu: f64 = 1.0, ["mu"];
        /// Linear temperature coefficient, 1/K.
        tc1: f64 = 0.0, ["tc1"];
        /// Quadratic temperature coefficient, 1/K^2.
        tc2: f64 = 0.0, ["tc2"];
        /// Temperature at which the values were measured, Celsius; 27 when not given.
        tnom: Option<f64> = None, ["tnom"];
    }
}

parameters! {
    /// What an inductor's line sets.
    pub struct InductorInstance {
        /// Inductance, H.
        inductance: Option<f64> = None, ["inductance", "l"];
        /// Current at the start of a transient with `uic`, A.
        ic: Option<f64> = None, ["ic"];
        /// Turns; with the coil of the model.
        nt: Option<f64> = None, ["nt"];
        /// Number of inductors in parallel.
        m: f64 = 1.0, ["m"];
        /// Factor on the inductance.
        scale: f64 = 1.0, ["scale"];
        /// Linear temperature coefficient instead of the model's, 1/K.
        tc1: Option<f64> = None, ["tc1", "tc"];
        /// Quadratic temperature coefficient instead of the model's, 1/K^2.
        tc2: Option<f64> = None, ["tc2"];
        /// Temperature of this element, Celsius.
        temp: Option<f64> = None, ["temp"];
        /// Temperature above ambient, K; without effect where `temp` is given.
        dtemp: f64 = 0.0, ["dtemp"];
    }
}

impl InductorModel {
    /// Inductance of one turn squared, H: `mu0 mu A / length` times the correction for the finite length of the coil.
    /// `None` without a cross section or a length.
    fn inductance_per_turn_squared(&self) -> Option<f64> {
        let length = self.length.filter(|&length| length > 0.0)?;
        let diameter = self
            .dia
            .or_else(|| self.csect.map(|area| (4.0 * area / PI).sqrt()))
            .filter(|&diameter| diameter > 0.0)?;
        let area = PI * diameter * diameter / 4.0;
        let ideal = self.mu * VACUUM_PERMEABILITY * area / length;
        Some(ideal * finite_length_factor(diameter / length))
    }
}

/// The inductance of a cylindrical current sheet over that of a part of an infinite one, from its diameter over its length:
/// R. Lundin, A handbook formula for the inductance of a single-layer circular coil, Proc. IEEE 73 (1985) 1428.
fn finite_length_factor(shape: f64) -> f64 {
    let first = |x: f64| (1.0 + 0.383_901 * x + 0.017_108 * x * x) / (1.0 + 0.258_952 * x);
    let second = |x: f64| 0.093_842 * x + 0.002_029 * x * x - 0.000_801 * x * x * x;
    if shape <= 1.0 {
        first(shape * shape) - 4.0 / (3.0 * PI) * shape
    } else {
        let inverse = 1.0 / (shape * shape);
        let logarithm = (4.0 * shape).ln() - 0.5;
        2.0 / (PI * shape) * (logarithm * first(inverse) + second(inverse))
    }
}

/// A linear inductor. Its branch row is `v(plus) - v(minus) - d/dt(L i) = 0`.
#[derive(Debug)]
pub struct Inductor {
    plus: Unknown,
    minus: Unknown,
    model: Arc<InductorModel>,
    instance: InductorInstance,
    winding: Winding,
    ambient_kelvin: f64,
    slots: BranchSlots,
    own: Slot,
}

impl Inductor {
    /// An inductor between two nodes. One of zero henry is an ideal short; a negative inductance is allowed.
    ///
    /// # Errors
    /// No inductance at all, or an infinite one.
    pub fn new(
        name: String,
        plus: Unknown,
        minus: Unknown,
        model: Option<Arc<InductorModel>>,
        instance: InductorInstance,
    ) -> Result<Self, CircuitError> {
        let inductor = Self {
            plus,
            minus,
            model: model.unwrap_or_default(),
            winding: Winding::new(name, instance.ic),
            instance,
            ambient_kelvin: 0.0,
            slots: BranchSlots::IGNORED,
            own: Slot::IGNORED,
        };
        inductor.winding.set_henries(inductor.nominal()?);
        Ok(inductor)
    }

    /// What a coupling must know of this inductor; it follows later changes of the inductance.
    pub fn winding(&self) -> Winding {
        self.winding.clone()
    }

    /// The inductance of one device at the nominal temperature, H: the value of the line, else that of the coil with the
    /// turns of the line, else that of the model, else that of the coil with the turns of the model.
    fn nominal(&self) -> Result<f64, CircuitError> {
        let coil = |turns: f64| {
            self.model
                .inductance_per_turn_squared()
                .map(|one| one * turns * turns)
        };
        let henries = self
            .instance
            .inductance
            .or_else(|| match self.instance.nt {
                Some(turns) => coil(turns),
                None => self.model.ind.or_else(|| self.model.nt.and_then(coil)),
            })
            .ok_or_else(|| {
                refusal(
                    self.winding.name(),
                    "has no inductance: give a value, or a model with `ind`, or one with `csect` or `dia`, `length` and `nt`",
                )
            })?;
        require_finite(self.winding.name(), "inductance", henries)?;
        Ok(henries)
    }

    fn thermometer(&self) -> Thermometer {
        Thermometer {
            own_celsius: self.instance.temp,
            difference: self.instance.dtemp,
            nominal_celsius: self.model.tnom,
        }
    }
}

impl Element for Inductor {
    const LINEAR: bool = true;

    fn name(&self) -> &str {
        self.winding.name()
    }

    fn unknowns(&mut self, unknowns: &mut dyn Unknowns) {
        self.slots.branch = unknowns.branch_current(self.winding.name());
    }

    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        self.slots.place(footprint, (self.plus, self.minus));
        self.own = footprint.entry(self.slots.branch, self.slots.branch);
        Ok(())
    }

    fn set_temperature(&mut self, ambient_kelvin: f64) -> Result<(), CircuitError> {
        require_multiplier(self.winding.name(), "m", self.instance.m)?;
        self.ambient_kelvin = ambient_kelvin;
        let factor = polynomial_factor(
            (self.instance.tc1, self.instance.tc2),
            (self.model.tc1, self.model.tc2),
            self.thermometer()
                .above_nominal(self.winding.name(), ambient_kelvin)?,
        );
        let henries = self.nominal()? * factor * self.instance.scale / self.instance.m;
        require_finite(
            self.winding.name(),
            "inductance at this temperature",
            henries,
        )?;
        self.winding.set_henries(henries);
        Ok(())
    }

    fn load(&mut self, _at: &Point<'_>, loads: &mut Loads<'_>) {
        self.slots.load(loads);
        loads.capacitance(self.own, -self.winding.henries());
    }

    fn initial_charge(&self, x: &[f64], add: &mut dyn FnMut(Unknown, f64)) {
        let missing = self.winding.missing_current(x[self.slots.branch.index()]);
        add(self.slots.branch, -self.winding.henries() * missing);
    }

    fn parameters(&self) -> Vec<&'static str> {
        vec!["inductance", "m", "scale"]
    }

    fn value(&self, quantity: &str, at: &Point<'_>) -> Option<f64> {
        let current = at.value(self.slots.branch);
        let volts = at.voltage(self.plus, self.minus);
        match quantity {
            "i" | "current" => Some(current),
            "v" | "volt" => Some(volts),
            "p" => Some(current * volts),
            "flux" => Some(self.winding.henries() * current),
            "inductance" | "l" => self.nominal().ok(),
            "temp" => Some(self.thermometer().kelvin(self.ambient_kelvin) - ZERO_CELSIUS),
            _ => self.instance.get(quantity),
        }
    }

    fn set(&mut self, parameter: &str, value: f64) -> Result<(), CircuitError> {
        let refuse = |reason: String| refusal(self.winding.name(), reason);
        if parameter == "ic" {
            return Err(refuse("`ic` cannot be changed later".to_owned()));
        }
        require_finite(self.winding.name(), parameter, value)?;
        self.instance
            .set(parameter, value)
            .map_err(|error| refuse(error.to_string()))
    }
}
