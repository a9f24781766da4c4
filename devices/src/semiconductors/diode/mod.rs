//! Junction diode.

mod equations;
mod model;

use std::sync::Arc;

use ohmloom_solver::circuit::{
    CircuitError, Element, Footprint, Loads, NoiseSource, PairSlots, Phase, Point, Start, Unknown,
    Unknowns,
};

use self::equations::{DiodeEquations, Junction};
pub use self::model::{DiodeInstance, DiodeModel};
use super::NOMINAL_KELVIN;
use super::limiting::moved;
use super::ranges::refuse;
use crate::constants::{BOLTZMANN, ELEMENTARY_CHARGE};
use crate::parameters::{ParameterError, Parameters};

/// What `.sens` differentiates by, the element line's first.
const SENSITIVITY_PARAMETERS: &[&str] = &[
    "area", "pj", "is", "jsw", "n", "ns", "isr", "nr", "rs", "tt", "cjo", "vj", "mj", "cjsw",
    "vjsw", "mjsw", "ikf", "ikr", "bv", "ibv", "nbv", "eg", "xti",
];

/// Junction diode (D), ngspice's level 1: exponential with high injection, recombination, sidewall and breakdown, depletion and
/// diffusion charge, series resistance (Antognetti and Massobrio, Semiconductor Device Modeling with SPICE, chapter 1).
///
/// Differences from ngspice 39: the conductance of the recombination current is its exact derivative, and grading
/// coefficients above 0.9 and built-in potentials above `1/fc` are taken as they are, and the multiplier `m` acts once on
/// capacitances beside `area` or `pj` (twice in ngspice 39).
///
/// Values: `vd` junction voltage, `id` (`i`, `c`) current, `gd` conductance, `cd` capacitance, `qd` (`charge`), `p` power.
#[derive(Clone, Debug)]
pub struct Diode {
    name: String,
    anode: Unknown,
    cathode: Unknown,
    /// The anode behind the series resistance.
    inner: Unknown,
    model: Arc<DiodeModel>,
    instance: DiodeInstance,
    equations: DiodeEquations,
    series: PairSlots,
    junction: PairSlots,
    last: f64,
    accepted: f64,
}

impl Diode {
    /// A diode between two nodes.
    ///
    /// # Errors
    /// [`CircuitError::Parameter`] when a parameter is out of range.
    pub fn new(
        name: String,
        anode: Unknown,
        cathode: Unknown,
        model: Arc<DiodeModel>,
        instance: DiodeInstance,
    ) -> Result<Self, CircuitError> {
        let equations = DiodeEquations::new(&name, &model, &instance, NOMINAL_KELVIN)?;
        Ok(Self {
            name,
            anode,
            cathode,
            inner: anode,
            model,
            instance,
            equations,
            series: PairSlots::IGNORED,
            junction: PairSlots::IGNORED,
            last: 0.0,
            accepted: 0.0,
        })
    }

    /// The voltage at which this iteration evaluates the junction.
    #[inline]
    fn junction_voltage(&self, at: &Point<'_>) -> f64 {
        let proposed = at.voltage(self.inner, self.cathode);
        if at.phase == Phase::SmallSignal {
            return proposed;
        }
        match at.start {
            Start::Junctions if self.instance.off != 0.0 => 0.0,
            Start::Junctions => self.equations.critical,
            Start::InitialConditions => self
                .instance
                .ic
                .unwrap_or_else(|| self.equations.limit(proposed, self.last)),
            Start::Continue => self.equations.limit(proposed, self.last),
        }
    }

    fn operating_point(&self, at: &Point<'_>) -> (f64, Junction) {
        let v = at.voltage(self.inner, self.cathode);
        (v, self.equations.at(v, at.gmin))
    }

    fn parameter(&self, name: &str) -> Option<f64> {
        match name {
            "area" => Some(self.instance.area.unwrap_or(self.model.area)),
            "pj" | "perim" => Some(self.instance.pj.unwrap_or(self.model.pj)),
            _ => self.instance.get(name).or_else(|| self.model.get(name)),
        }
    }
}

impl Element for Diode {
    const LINEAR: bool = false;

    fn name(&self) -> &str {
        &self.name
    }

    fn unknowns(&mut self, unknowns: &mut dyn Unknowns) {
        if self.model.rs > 0.0 {
            self.inner = unknowns.internal_node(&self.name, "internal");
        }
    }

    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        if self.inner != self.anode {
            let ends = (self.anode, self.inner);
            self.series = PairSlots::declare(footprint, ends, ends);
        }
        let ends = (self.inner, self.cathode);
        self.junction = PairSlots::declare(footprint, ends, ends);
        Ok(())
    }

    fn set_temperature(&mut self, ambient_kelvin: f64) -> Result<(), CircuitError> {
        if (self.model.rs > 0.0) != (self.inner != self.anode) {
            let reason =
                "cannot become zero or cease to be zero in a circuit that is already built";
            return Err(refuse(&self.name, "rs", self.model.rs, reason));
        }
        self.equations =
            DiodeEquations::new(&self.name, &self.model, &self.instance, ambient_kelvin)?;
        Ok(())
    }

    fn load(&mut self, at: &Point<'_>, loads: &mut Loads<'_>) {
        let proposed = at.voltage(self.inner, self.cathode);
        let v = self.junction_voltage(at);
        self.last = v;
        if moved(proposed, v) {
            loads.limited();
        }
        let junction = self.equations.at(v, at.gmin);
        let current = junction.current + junction.conductance * (proposed - v);
        loads.current(self.inner, current);
        loads.current(self.cathode, -current);
        loads.pair_conductance(&self.junction, junction.conductance);
        let charge = junction.charge + junction.capacitance * (proposed - v);
        loads.charge(self.inner, charge);
        loads.charge(self.cathode, -charge);
        loads.pair_capacitance(&self.junction, junction.capacitance);
        if self.inner != self.anode {
            let current = self.equations.series * at.voltage(self.anode, self.inner);
            loads.current(self.anode, current);
            loads.current(self.inner, -current);
            loads.pair_conductance(&self.series, self.equations.series);
        }
    }

    fn accept(&mut self, at: &Point<'_>) {
        self.last = at.voltage(self.inner, self.cathode);
        self.accepted = self.last;
    }

    fn restart(&mut self) {
        self.last = self.accepted;
    }

    /// Thermal noise of `rs`, shot noise `2 q |I|`, flicker noise `kf I^af / f` of each of the parallel diodes.
    fn noise(&self, at: &Point<'_>, sources: &mut Vec<NoiseSource>) {
        let current = self.operating_point(at).1.current.abs();
        let (inner, cathode, m) = (self.inner, self.cathode, self.instance.m);
        let thermal = 4.0 * BOLTZMANN * self.equations.temperature * self.equations.series;
        let flicker = m * self.model.kf * (current / m).powf(self.model.af);
        let source = |label, from, to, white, flicker| NoiseSource {
            label,
            from,
            to,
            white,
            flicker,
            exponent: 1.0,
        };
        sources.push(source("rs", self.anode, inner, thermal, 0.0));
        sources.push(source(
            "id",
            inner,
            cathode,
            2.0 * ELEMENTARY_CHARGE * current,
            0.0,
        ));
        sources.push(source("1overf", inner, cathode, 0.0, flicker));
    }

    fn parameters(&self) -> Vec<&'static str> {
        let given =
            |name: &&str| self.parameter(name).is_some() && (*name != "rs" || self.model.rs > 0.0);
        SENSITIVITY_PARAMETERS
            .iter()
            .copied()
            .filter(given)
            .collect()
    }

    fn value(&self, quantity: &str, at: &Point<'_>) -> Option<f64> {
        let (v, junction) = match quantity {
            "vd" | "id" | "i" | "c" | "gd" | "cd" | "qd" | "charge" | "p" => {
                self.operating_point(at)
            }
            _ => return self.parameter(quantity),
        };
        Some(match quantity {
            "vd" => v,
            "gd" => junction.conductance,
            "cd" => junction.capacitance,
            "qd" | "charge" => junction.charge,
            "p" => junction.current * at.voltage(self.anode, self.cathode),
            _ => junction.current,
        })
    }

    fn set(&mut self, parameter: &str, value: f64) -> Result<(), CircuitError> {
        let (mut model, mut instance) = (self.model.clone(), self.instance.clone());
        if instance.set(parameter, value).is_err() {
            let refused = |error: ParameterError| CircuitError::Parameter {
                element: self.name.clone(),
                reason: error.to_string(),
            };
            Arc::make_mut(&mut model)
                .set(parameter, value)
                .map_err(refused)?;
        }
        DiodeEquations::new(&self.name, &model, &instance, NOMINAL_KELVIN)?;
        (self.model, self.instance) = (model, instance);
        Ok(())
    }
}
