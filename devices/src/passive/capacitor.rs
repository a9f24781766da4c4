//! Capacitors: a capacitance, or a plate with area and edge capacitance.

use std::sync::{Arc, LazyLock};

use ohmloom_solver::circuit::{CircuitError, Element, Footprint, Loads, PairSlots, Point, Unknown};

use super::temperature::{Thermometer, polynomial_factor};
use super::{refusal, require_finite, require_multiplier};
use crate::constants::{OXIDE_PERMITTIVITY, ZERO_CELSIUS};
use crate::parameters::{Parameters, parameters};

/// Relative permittivity of the oxide in [`OXIDE_PERMITTIVITY`].
const OXIDE_RELATIVE_PERMITTIVITY: f64 = 3.9;

parameters! {
    /// Capacitor model (`.model name c`).
    pub struct CapacitorModel {
        /// Capacitance of every instance without a value, F; wins over the geometry.
        cap: Option<f64> = None, ["cap", "capacitance"];
        /// Capacitance per area, F/m^2.
        cj: Option<f64> = None, ["cj", "cox"];
        /// Capacitance per length of edge, F/m.
        cjsw: f64 = 0.0, ["cjsw", "capsw"];
        /// Width of instances without one, m.
        width: f64 = 10e-6, ["defw", "w"];
        /// Length of instances without one, m.
        length: f64 = 0.0, ["defl", "l"];
        /// What a plate loses in width, m.
        narrow: Option<f64> = None, ["narrow"];
        /// What a plate loses in length, m.
        short: Option<f64> = None, ["short"];
        /// What a plate loses on each of its sides, m; for `narrow` and `short` where they are not given.
        del: f64 = 0.0, ["del"];
        /// Relative permittivity of the insulator; 3.9 when not given.
        di: Option<f64> = None, ["di"];
        /// Thickness of the insulator, m; gives `cj` where it is not given.
        thick: f64 = 0.0, ["thick"];
        /// Linear temperature coefficient, 1/K.
        tc1: f64 = 0.0, ["tc1"];
        /// Quadratic temperature coefficient, 1/K^2.
        tc2: f64 = 0.0, ["tc2"];
        /// Temperature at which the values were measured, Celsius; 27 when not given.
        tnom: Option<f64> = None, ["tnom"];
        /// Largest permissible voltage, V; kept for reports, without effect on the equations.
        bv_max: Option<f64> = None, ["bv_max"];
    }
}

parameters! {
    /// What a capacitor's line sets.
    pub struct CapacitorInstance {
        /// Capacitance, F.
        capacitance: Option<f64> = None, ["capacitance", "cap", "c"];
        /// Voltage at the start of a transient with `uic`, V.
        ic: Option<f64> = None, ["ic"];
        /// Width, m; the model's when not given.
        w: Option<f64> = None, ["w"];
        /// Length, m; the model's when not given.
        l: Option<f64> = None, ["l"];
        /// Number of capacitors in parallel.
        m: f64 = 1.0, ["m"];
        /// Factor on the capacitance.
        scale: f64 = 1.0, ["scale"];
        /// Linear temperature coefficient instead of the model's, 1/K.
        tc1: Option<f64> = None, ["tc1", "tc"];
        /// Quadratic temperature coefficient instead of the model's, 1/K^2.
        tc2: Option<f64> = None, ["tc2"];
        /// Temperature of this element, Celsius.
        temp: Option<f64> = None, ["temp"];
        /// Temperature above ambient, K; without effect where `temp` is given.
        dtemp: f64 = 0.0, ["dtemp"];
        /// Largest permissible voltage, V; kept for reports, without effect on the equations.
        bv_max: Option<f64> = None, ["bv_max"];
    }
}

impl CapacitorModel {
    /// Capacitance per area, F/m^2: `cj`, or that of an insulator of the given thickness.
    fn area_capacitance(&self) -> f64 {
        if let Some(cj) = self.cj {
            return cj;
        }
        if self.thick > 0.0 {
            let relative = self.di.unwrap_or(OXIDE_RELATIVE_PERMITTIVITY);
            relative / OXIDE_RELATIVE_PERMITTIVITY * OXIDE_PERMITTIVITY / self.thick
        } else {
            0.0
        }
    }

    /// `cj w l + 2 cjsw (w + l)` of the plate that is left, F.
    fn plate(&self, length: f64, width: f64) -> f64 {
        let length = length - self.short.unwrap_or(2.0 * self.del);
        let width = width - self.narrow.unwrap_or(2.0 * self.del);
        self.area_capacitance() * length * width + 2.0 * self.cjsw * (length + width)
    }

    /// Whether plates of this model have a capacitance.
    fn has_plate(&self) -> bool {
        self.area_capacitance() != 0.0 || self.cjsw != 0.0
    }
}

/// What a line without a model refers to.
static NO_MODEL: LazyLock<CapacitorModel> = LazyLock::new(CapacitorModel::default);
/// What a line sets that has nothing but a capacitance.
static PLAIN: LazyLock<CapacitorInstance> = LazyLock::new(CapacitorInstance::default);

/// A linear capacitor.
#[derive(Clone, Debug)]
pub struct Capacitor {
    name: Box<str>,
    plus: Unknown,
    minus: Unknown,
    /// `capacitance` of the line; `rest` has none.
    capacitance: Option<f64>,
    model: Option<Arc<CapacitorModel>>,
    /// What else the line sets, if anything.
    rest: Option<Box<CapacitorInstance>>,
    farads: f64,
    ambient_kelvin: f64,
    slots: PairSlots,
}

impl Capacitor {
    /// A capacitor between two nodes. Zero and negative capacitances are allowed.
    ///
    /// # Errors
    /// No capacitance at all, or an infinite one.
    pub fn new(
        name: String,
        plus: Unknown,
        minus: Unknown,
        model: Option<Arc<CapacitorModel>>,
        mut instance: CapacitorInstance,
    ) -> Result<Self, CircuitError> {
        let capacitance = instance.capacitance.take();
        let mut capacitor = Self {
            name: name.into_boxed_str(),
            plus,
            minus,
            capacitance,
            model,
            rest: (instance != *PLAIN).then(|| Box::new(instance)),
            farads: 0.0,
            ambient_kelvin: 0.0,
            slots: PairSlots::IGNORED,
        };
        capacitor.farads = capacitor.nominal()?;
        Ok(capacitor)
    }

    /// What the line sets besides the capacitance.
    fn instance(&self) -> &CapacitorInstance {
        self.rest.as_deref().unwrap_or(&PLAIN)
    }

    fn model(&self) -> &CapacitorModel {
        self.model.as_deref().unwrap_or(&NO_MODEL)
    }

    /// The capacitance of one device at the nominal temperature, F: the value of the line, else that of the model, else
    /// that of the plate.
    fn nominal(&self) -> Result<f64, CircuitError> {
        let farads = if let Some(farads) = self.capacitance.or(self.model().cap) {
            farads
        } else if self.model().has_plate() {
            self.model().plate(
                self.instance().l.unwrap_or(self.model().length),
                self.instance().w.unwrap_or(self.model().width),
            )
        } else {
            return Err(refusal(
                &self.name,
                "has no capacitance: give a value, or a model with `cap`, `cj`, `cjsw` or `thick`",
            ));
        };
        require_finite(&self.name, "capacitance", farads)?;
        Ok(farads)
    }

    fn thermometer(&self) -> Thermometer {
        Thermometer {
            own_celsius: self.instance().temp,
            difference: self.instance().dtemp,
            nominal_celsius: self.model().tnom,
        }
    }
}

impl Element for Capacitor {
    const LINEAR: bool = true;

    fn name(&self) -> &str {
        &self.name
    }

    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        let ends = (self.plus, self.minus);
        self.slots = PairSlots::declare(footprint, ends, ends);
        Ok(())
    }

    fn set_temperature(&mut self, ambient_kelvin: f64) -> Result<(), CircuitError> {
        require_multiplier(&self.name, "m", self.instance().m)?;
        self.ambient_kelvin = ambient_kelvin;
        let factor = polynomial_factor(
            (self.instance().tc1, self.instance().tc2),
            (self.model().tc1, self.model().tc2),
            self.thermometer()
                .above_nominal(&self.name, ambient_kelvin)?,
        );
        self.farads = self.nominal()? * factor * self.instance().scale * self.instance().m;
        require_finite(&self.name, "capacitance at this temperature", self.farads)
    }

    fn load(&mut self, _at: &Point<'_>, loads: &mut Loads<'_>) {
        loads.pair_capacitance(&self.slots, self.farads);
    }

    fn initial_charge(&self, x: &[f64], add: &mut dyn FnMut(Unknown, f64)) {
        if let Some(volts) = self.instance().ic {
            let loaded = x[self.plus.index()] - x[self.minus.index()];
            let missing = self.farads * (volts - loaded);
            add(self.plus, missing);
            add(self.minus, -missing);
        }
    }

    fn parameters(&self) -> Vec<&'static str> {
        let mut names = vec!["capacitance"];
        let has_value = self.capacitance.or(self.model().cap).is_some();
        if !has_value {
            names.extend(["w", "l"]);
        }
        names.extend(["m", "scale"]);
        names
    }

    fn value(&self, quantity: &str, at: &Point<'_>) -> Option<f64> {
        let volts = at.voltage(self.plus, self.minus);
        match quantity {
            "v" => Some(volts),
            "q" => Some(self.farads * volts),
            "capacitance" | "cap" | "c" => self.nominal().ok(),
            "w" => Some(self.instance().w.unwrap_or(self.model().width)),
            "l" => Some(self.instance().l.unwrap_or(self.model().length)),
            "temp" => Some(self.thermometer().kelvin(self.ambient_kelvin) - ZERO_CELSIUS),
            _ => self.instance().get(quantity),
        }
    }

    fn set(&mut self, parameter: &str, value: f64) -> Result<(), CircuitError> {
        require_finite(&self.name, parameter, value)?;
        if matches!(parameter, "capacitance" | "cap" | "c") {
            self.capacitance = Some(value);
            return Ok(());
        }
        self.rest
            .get_or_insert_default()
            .set(parameter, value)
            .map_err(|error| refusal(&self.name, error.to_string()))
    }
}
