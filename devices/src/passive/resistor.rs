//! Resistors: a resistance, or a strip of a layer with a sheet resistance.

use std::sync::{Arc, LazyLock};

use ohmloom_solver::circuit::{
    CircuitError, Element, Footprint, Loads, NoiseSource, PairSlots, Point, Unknown, Unknowns,
};

use super::branch::BranchSlots;
use super::temperature::{Thermometer, polynomial_factor};
use super::{refusal, require_finite, require_multiplier};
use crate::constants::{BOLTZMANN, ZERO_CELSIUS};
use crate::parameters::{Parameters, parameters};

parameters! {
    /// Resistor model (`.model name r`).
    pub struct ResistorModel {
        /// Resistance of every instance that has neither a value nor a geometry, ohm.
        r: Option<f64> = None, ["r", "res", "resistance"];
        /// Sheet resistance, ohm per square; 0 means that geometry does not count.
        rsh: f64 = 0.0, ["rsh"];
        /// What a strip loses in width on each side, m.
        narrow: f64 = 0.0, ["narrow", "dw"];
        /// What a strip loses in length at each end, m.
        short: f64 = 0.0, ["short", "dlr"];
        /// Width of instances without one, m.
        width: f64 = 10e-6, ["defw", "w"];
        /// Length of instances without one, m.
        length: f64 = 10e-6, ["l"];
        /// Linear temperature coefficient, 1/K.
        tc1: f64 = 0.0, ["tc1", "tc1r"];
        /// Quadratic temperature coefficient, 1/K^2.
        tc2: f64 = 0.0, ["tc2", "tc2r"];
        /// Exponential temperature coefficient, percent per kelvin; replaces the polynomial.
        tce: Option<f64> = None, ["tce"];
        /// Flicker noise coefficient.
        kf: f64 = 0.0, ["kf"];
        /// Exponent of the current in the flicker noise.
        af: f64 = 1.0, ["af"];
        /// Exponent of the frequency in the flicker noise.
        ef: f64 = 1.0, ["ef"];
        /// Exponent of the effective length in the flicker noise.
        lf: f64 = 1.0, ["lf"];
        /// Exponent of the effective width in the flicker noise.
        wf: f64 = 1.0, ["wf"];
        /// Temperature at which the values were measured, Celsius; 27 when not given.
        tnom: Option<f64> = None, ["tnom"];
        /// Largest permissible voltage, V; kept for reports, without effect on the equations.
        bv_max: Option<f64> = None, ["bv_max"];
    }
}

parameters! {
    /// What a resistor's line sets.
    pub struct ResistorInstance {
        /// Resistance, ohm.
        resistance: Option<f64> = None, ["resistance", "r"];
        /// Resistance in small-signal analyses, ohm: for [`super::AcResistor`].
        ac: Option<f64> = None, ["ac"];
        /// Length, m; the model's when not given.
        l: Option<f64> = None, ["l"];
        /// Width, m; the model's when not given.
        w: Option<f64> = None, ["w"];
        /// Number of resistors in parallel.
        m: f64 = 1.0, ["m"];
        /// Factor on the resistance.
        scale: f64 = 1.0, ["scale"];
        /// Linear temperature coefficient instead of the model's, 1/K.
        tc1: Option<f64> = None, ["tc1", "tc"];
        /// Quadratic temperature coefficient instead of the model's, 1/K^2.
        tc2: Option<f64> = None, ["tc2"];
        /// Exponential temperature coefficient instead of the model's, percent per kelvin.
        tce: Option<f64> = None, ["tce"];
        /// Temperature of this element, Celsius.
        temp: Option<f64> = None, ["temp"];
        /// Temperature above ambient, K; without effect where `temp` is given.
        dtemp: f64 = 0.0, ["dtemp"];
        /// 0 for a resistor without noise.
        noisy: f64 = 1.0, ["noisy"];
        /// Largest permissible voltage, V; kept for reports, without effect on the equations.
        bv_max: Option<f64> = None, ["bv_max"];
    }
}

/// What a line without a model refers to.
static NO_MODEL: LazyLock<ResistorModel> = LazyLock::new(ResistorModel::default);
/// What a line sets that has nothing but a resistance.
static PLAIN: LazyLock<ResistorInstance> = LazyLock::new(ResistorInstance::default);

/// The cards of one resistor and the resistances that follow from them. Arrays have very many resistors with nothing but a
/// value, so the rest is kept apart.
#[derive(Clone, Debug)]
pub(super) struct Resistance {
    name: Box<str>,
    /// `resistance` of the line; `rest` has none.
    ohms: Option<f64>,
    model: Option<Arc<ResistorModel>>,
    /// What else the line sets, if anything.
    rest: Option<Box<ResistorInstance>>,
}

impl Resistance {
    pub(super) fn new(
        name: String,
        model: Option<Arc<ResistorModel>>,
        mut instance: ResistorInstance,
    ) -> Self {
        let ohms = instance.resistance.take();
        Self {
            name: name.into_boxed_str(),
            ohms,
            model,
            rest: (instance != *PLAIN).then(|| Box::new(instance)),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What the line sets besides the resistance.
    pub(super) fn instance(&self) -> &ResistorInstance {
        self.rest.as_deref().unwrap_or(&PLAIN)
    }

    fn model(&self) -> &ResistorModel {
        self.model.as_deref().unwrap_or(&NO_MODEL)
    }

    /// Length and width without what the process takes away, m.
    fn effective_size(&self) -> (f64, f64) {
        let length = self.instance().l.unwrap_or(self.model().length);
        let width = self.instance().w.unwrap_or(self.model().width);
        (
            length - 2.0 * self.model().short,
            width - 2.0 * self.model().narrow,
        )
    }

    /// Whether the resistance comes from length and width.
    fn is_geometric(&self) -> bool {
        self.ohms.is_none() && self.model().rsh > 0.0
    }

    /// The resistance of one device at the nominal temperature, ohm: the value of the line, else
    /// `rsh (l - 2 short) / (w - 2 narrow)`, else the value of the model.
    ///
    /// # Errors
    /// No value at all, or a geometry of which nothing is left.
    pub(super) fn nominal(&self) -> Result<f64, CircuitError> {
        let ohms = if let Some(ohms) = self.ohms {
            ohms
        } else if self.model().rsh > 0.0 {
            let (length, width) = self.effective_size();
            if !(length > 0.0 && width > 0.0) {
                return Err(refusal(
                    &self.name,
                    format!(
                        "the resistor's effective length {length} m and width {width} m must be greater than zero"
                    ),
                ));
            }
            self.model().rsh * length / width
        } else if let Some(ohms) = self.model().r {
            ohms
        } else {
            return Err(refusal(
                &self.name,
                "has no resistance: give a value, or a model with `r` or `rsh`",
            ));
        };
        require_finite(&self.name, "resistance", ohms)?;
        Ok(ohms)
    }

    fn thermometer(&self) -> Thermometer {
        Thermometer {
            own_celsius: self.instance().temp,
            difference: self.instance().dtemp,
            nominal_celsius: self.model().tnom,
        }
    }

    pub(super) fn kelvin(&self, ambient_kelvin: f64) -> f64 {
        self.thermometer().kelvin(ambient_kelvin)
    }

    /// What all devices in parallel have at the element's temperature when one has `nominal` ohms at the model's:
    /// `1.01^(tce dT)` or `1 + tc1 dT + tc2 dT^2`, times `scale / m`.
    pub(super) fn effective(&self, nominal: f64, ambient_kelvin: f64) -> Result<f64, CircuitError> {
        require_multiplier(&self.name, "m", self.instance().m)?;
        let above_nominal = self
            .thermometer()
            .above_nominal(&self.name, ambient_kelvin)?;
        let factor = match self.instance().tce.or(self.model().tce) {
            Some(tce) => 1.01_f64.powf(tce * above_nominal),
            None => polynomial_factor(
                (self.instance().tc1, self.instance().tc2),
                (self.model().tc1, self.model().tc2),
                above_nominal,
            ),
        };
        let ohms = nominal * factor * self.instance().scale / self.instance().m;
        require_finite(&self.name, "resistance at this temperature", ohms)?;
        Ok(ohms)
    }

    /// Thermal noise `4 k T G` and flicker noise `m kf |i/m|^af / (l^lf w^wf f^ef)` of the effective size, in A^2/Hz.
    pub(super) fn noise(
        &self,
        (plus, minus): (Unknown, Unknown),
        ohms: f64,
        current: f64,
        ambient_kelvin: f64,
        sources: &mut Vec<NoiseSource>,
    ) {
        if self.instance().noisy == 0.0 || ohms == 0.0 {
            return;
        }
        let source = |label| NoiseSource {
            label,
            from: plus,
            to: minus,
            white: 0.0,
            flicker: 0.0,
            exponent: self.model().ef,
        };
        let flicker = if self.model().kf == 0.0 {
            0.0
        } else {
            let (length, width) = self.effective_size();
            let area = length.powf(self.model().lf) * width.powf(self.model().wf);
            let m = self.instance().m;
            m * self.model().kf * (current.abs() / m).powf(self.model().af) / area
        };
        sources.push(NoiseSource {
            white: 4.0 * BOLTZMANN * self.kelvin(ambient_kelvin) / ohms.abs(),
            ..source("thermal")
        });
        sources.push(NoiseSource {
            flicker,
            ..source("1overf")
        });
    }

    /// Names that [`Resistance::set`] takes and on which this resistor depends.
    pub(super) fn parameters(&self) -> Vec<&'static str> {
        let mut names = vec!["resistance"];
        if self.is_geometric() {
            names.extend(["l", "w"]);
        }
        names.extend(["m", "scale"]);
        names
    }

    pub(super) fn value(&self, quantity: &str, ambient_kelvin: f64) -> Option<f64> {
        match quantity {
            "resistance" | "r" => self.nominal().ok(),
            "l" => Some(self.instance().l.unwrap_or(self.model().length)),
            "w" => Some(self.instance().w.unwrap_or(self.model().width)),
            "temp" => Some(self.kelvin(ambient_kelvin) - ZERO_CELSIUS),
            _ => self.instance().get(quantity),
        }
    }

    pub(super) fn set(&mut self, parameter: &str, value: f64) -> Result<(), CircuitError> {
        require_finite(&self.name, parameter, value)?;
        if matches!(parameter, "resistance" | "r") {
            self.ohms = Some(value);
            return Ok(());
        }
        self.rest
            .get_or_insert_default()
            .set(parameter, value)
            .map_err(|error| refusal(&self.name, error.to_string()))
    }
}

/// A resistor. One whose value is exactly zero when it is built is an ideal short with a current of its own,
/// `v(plus) - v(minus) - R i = 0` with `R = 0`, and keeps that form if it is given another value later.
#[derive(Clone, Debug)]
pub struct Resistor {
    law: Resistance,
    plus: Unknown,
    minus: Unknown,
    ohms: f64,
    ambient_kelvin: f64,
    pair: PairSlots,
    /// The slots of a short, which has a current of its own.
    branch: Option<Box<BranchSlots>>,
}

impl Resistor {
    /// A resistor between two nodes; a negative resistance is allowed.
    ///
    /// # Errors
    /// No resistance at all, an impossible geometry, or a value for small-signal analyses (use [`super::AcResistor`]).
    pub fn new(
        name: String,
        plus: Unknown,
        minus: Unknown,
        model: Option<Arc<ResistorModel>>,
        instance: ResistorInstance,
    ) -> Result<Self, CircuitError> {
        let law = Resistance::new(name, model, instance);
        if law.instance().ac.is_some() {
            return Err(refusal(
                law.name(),
                "a resistor with `ac=` is not linear and must be built as one that knows the analysis",
            ));
        }
        let nominal = law.nominal()?;
        let is_short = nominal * law.instance().scale == 0.0 && plus != minus;
        Ok(Self {
            plus,
            minus,
            ohms: nominal,
            ambient_kelvin: 0.0,
            pair: PairSlots::IGNORED,
            branch: is_short.then(|| Box::new(BranchSlots::IGNORED)),
            law,
        })
    }

    fn current(&self, at: &Point<'_>) -> f64 {
        if let Some(slots) = &self.branch {
            at.value(slots.branch)
        } else if self.plus == self.minus {
            0.0
        } else {
            at.voltage(self.plus, self.minus) / self.ohms
        }
    }
}

impl Element for Resistor {
    const LINEAR: bool = true;

    fn name(&self) -> &str {
        self.law.name()
    }

    fn unknowns(&mut self, unknowns: &mut dyn Unknowns) {
        if let Some(slots) = &mut self.branch {
            slots.branch = unknowns.branch_current(self.law.name());
        }
    }

    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        let ends = (self.plus, self.minus);
        if let Some(slots) = &mut self.branch {
            slots.place(footprint, ends);
            slots.own = footprint.entry(slots.branch, slots.branch);
        } else {
            self.pair = PairSlots::declare(footprint, ends, ends);
        }
        Ok(())
    }

    fn set_temperature(&mut self, ambient_kelvin: f64) -> Result<(), CircuitError> {
        self.ambient_kelvin = ambient_kelvin;
        self.ohms = self.law.effective(self.law.nominal()?, ambient_kelvin)?;
        if self.ohms == 0.0 && self.branch.is_none() && self.plus != self.minus {
            return Err(refusal(
                self.law.name(),
                "its resistance has become zero; only a resistor that is zero from the start is a short",
            ));
        }
        Ok(())
    }

    fn load(&mut self, _at: &Point<'_>, loads: &mut Loads<'_>) {
        if let Some(slots) = &self.branch {
            slots.load(loads);
            loads.conductance(slots.own, -self.ohms);
        } else if self.plus != self.minus {
            loads.pair_conductance(&self.pair, 1.0 / self.ohms);
        }
    }

    fn noise(&self, at: &Point<'_>, sources: &mut Vec<NoiseSource>) {
        let ends = (self.plus, self.minus);
        let current = self.current(at);
        self.law
            .noise(ends, self.ohms, current, self.ambient_kelvin, sources);
    }

    fn parameters(&self) -> Vec<&'static str> {
        self.law.parameters()
    }

    fn value(&self, quantity: &str, at: &Point<'_>) -> Option<f64> {
        match quantity {
            "i" => Some(self.current(at)),
            "v" => Some(at.voltage(self.plus, self.minus)),
            "p" => Some(self.current(at) * at.voltage(self.plus, self.minus)),
            _ => self.law.value(quantity, self.ambient_kelvin),
        }
    }

    fn set(&mut self, parameter: &str, value: f64) -> Result<(), CircuitError> {
        if parameter == "ac" {
            return Err(refusal(self.law.name(), "`ac` cannot be added later"));
        }
        self.law.set(parameter, value)
    }
}
