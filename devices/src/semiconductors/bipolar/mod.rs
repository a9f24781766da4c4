//! Bipolar transistor.

mod equations;
mod model;
mod quantities;
mod slots;
mod temperature;

use std::f64::consts::TAU;
use std::sync::Arc;

use ohmloom_solver::circuit::{
    CircuitError, Element, Footprint, Loads, NoiseSource, Phase, Point, Start, Unknown, Unknowns,
};

use self::equations::Bias;
pub use self::model::{BipolarInstance, BipolarModel};
pub use self::slots::BipolarNodes;
use self::slots::BipolarSlots;
use self::temperature::{BipolarAtTemperature, is_vertical};
use super::limiting::{junction_step, moved};
use super::ranges::refuse;
use super::{NOMINAL_KELVIN, Polarity};
use crate::parameters::{ParameterError, Parameters};

/// What `.sens` differentiates by, the element line's first.
const SENSITIVITY_PARAMETERS: &[&str] = &[
    "area", "areab", "areac", "is", "ibe", "ibc", "bf", "nf", "vaf", "ikf", "ise", "ne", "br",
    "nr", "var", "ikr", "isc", "nc", "rb", "irb", "rbm", "re", "rc", "cje", "vje", "mje", "tf",
    "xtf", "vtf", "itf", "cjc", "vjc", "mjc", "xcjc", "tr", "cjs", "vjs", "mjs", "iss", "xtb",
    "eg", "xti",
];

/// Junction voltages of an npn transistor, V: base-emitter, base-collector, substrate junction.
#[derive(Clone, Copy, Debug, Default)]
struct Voltages {
    be: f64,
    bc: f64,
    substrate: f64,
}

/// Bipolar transistor (Q), ngspice's level 1: Gummel-Poon with leakage, high injection, base resistance modulation, a
/// substrate junction, depletion and diffusion charges.
///
/// Differences from ngspice 39: the saturation current of the base-collector junction scales with `area` once (ngspice 39
/// multiplies by `areab` besides), the Newton iteration knows how the base resistance changes with bias, grading coefficients
/// may exceed 0.999, lead currents contain the substrate's, the
/// conductance of the substrate junction is there in small-signal analyses too, and excess phase acts on small signals
/// only, not in transients (to first order where the engine evaluates at frequency zero).
///
/// Values: `ic` (`i`), `ib`, `ie`, `isub` currents into the terminals; `vbe`, `vbc`, `vce` of the internal npn transistor; `gm`,
/// `gpi`, `gmu`, `go`, `gx`; `cpi`, `cmu`, `cbx`, `csub`; `qbe`, `qbc`, `qbx`, `qsub`; `p` power.
#[derive(Clone, Debug)]
pub struct Bipolar {
    name: String,
    polarity: Polarity,
    nodes: BipolarNodes,
    /// Nodes behind the series resistances.
    inner: BipolarNodes,
    model: Arc<BipolarModel>,
    instance: BipolarInstance,
    equations: BipolarAtTemperature,
    slots: BipolarSlots,
    last: Voltages,
    accepted: Voltages,
}

impl Bipolar {
    /// A transistor at its nodes.
    ///
    /// # Errors
    /// [`CircuitError::Parameter`] when a parameter is out of range or not supported.
    pub fn new(
        name: String,
        polarity: Polarity,
        nodes: BipolarNodes,
        model: Arc<BipolarModel>,
        instance: BipolarInstance,
    ) -> Result<Self, CircuitError> {
        let equations =
            BipolarAtTemperature::new(&name, polarity, &model, &instance, NOMINAL_KELVIN)?;
        Ok(Self {
            name,
            polarity,
            nodes,
            inner: nodes,
            model,
            instance,
            equations,
            slots: BipolarSlots::IGNORED,
            last: Voltages::default(),
            accepted: Voltages::default(),
        })
    }

    fn vertical(&self) -> bool {
        is_vertical(self.polarity, &self.model)
    }

    /// The node at which the substrate junction lies.
    fn substrate_plate(&self) -> Unknown {
        if self.vertical() {
            self.inner.collector
        } else {
            self.inner.base
        }
    }

    /// The sign of the substrate junction: positive when its p side is the substrate.
    fn substrate_sign(&self) -> f64 {
        if self.vertical() {
            self.polarity.sign()
        } else {
            -self.polarity.sign()
        }
    }

    #[inline]
    fn proposed(&self, at: &Point<'_>) -> Voltages {
        let sign = self.polarity.sign();
        Voltages {
            be: sign * at.voltage(self.inner.base, self.inner.emitter),
            bc: sign * at.voltage(self.inner.base, self.inner.collector),
            substrate: self.substrate_sign()
                * at.voltage(self.inner.substrate, self.substrate_plate()),
        }
    }

    /// The voltages at which this iteration evaluates the transistor.
    #[inline]
    fn junction_voltages(&self, at: &Point<'_>, proposed: Voltages) -> Voltages {
        if at.phase == Phase::SmallSignal {
            return proposed;
        }
        let (vt, critical) = (self.equations.thermal_voltage, self.equations.critical);
        let limited = |proposed: Voltages| Voltages {
            be: junction_step(proposed.be, self.last.be, vt, critical),
            bc: junction_step(proposed.bc, self.last.bc, vt, critical),
            substrate: junction_step(
                proposed.substrate,
                self.last.substrate,
                vt,
                self.equations.substrate_critical,
            ),
        };
        match at.start {
            Start::Junctions if self.instance.off != 0.0 => Voltages::default(),
            Start::Junctions => Voltages {
                be: critical,
                ..Voltages::default()
            },
            Start::InitialConditions => {
                let sign = self.polarity.sign();
                let mut start = limited(proposed);
                if let Some(vbe) = self.instance.icvbe {
                    start.be = sign * vbe;
                }
                if let Some(vce) = self.instance.icvce {
                    start.bc = start.be - sign * vce;
                }
                start
            }
            Start::Continue => limited(proposed),
        }
    }

    fn operating_point(&self, at: &Point<'_>) -> (Voltages, Bias) {
        let v = self.proposed(at);
        (v, self.equations.at(v.be, v.bc, at.gmin))
    }

    fn parameter(&self, name: &str) -> Option<f64> {
        match name {
            "areab" | "areac" => self.instance.get(name).or(Some(self.instance.area)),
            _ => self.instance.get(name).or_else(|| self.model.get(name)),
        }
    }

    fn has_resistances(model: &BipolarModel) -> [bool; 3] {
        [model.rc > 0.0, model.rb > 0.0, model.re > 0.0]
    }

    #[inline]
    fn load_fixed(&self, at: &Point<'_>, loads: &mut Loads<'_>) {
        let plate = if self.vertical() {
            self.nodes.collector
        } else {
            self.nodes.base
        };
        let ends = [
            (self.nodes.base, self.nodes.collector),
            (self.nodes.base, self.nodes.emitter),
            (self.nodes.substrate, plate),
        ];
        for ((capacitance, slots), (plus, minus)) in
            self.equations.fixed.iter().zip(&self.slots.fixed).zip(ends)
        {
            if *capacitance != 0.0 {
                let capacitance = self.instance.m * capacitance;
                let charge = capacitance * at.voltage(plus, minus);
                loads.charge(plus, charge);
                loads.charge(minus, -charge);
                loads.pair_capacitance(slots, capacitance);
            }
        }
    }

    /// The resistances between terminals and inner nodes. The base's follows the junction voltages; its slopes are left out where
    /// limiting moved these, and in small-signal analyses, where SPICE takes the base resistance at its operating point.
    #[inline]
    fn load_resistances(&self, at: &Point<'_>, loads: &mut Loads<'_>, bias: &Bias, limited: bool) {
        let m = self.instance.m;
        let ends = [
            (
                self.nodes.collector,
                self.inner.collector,
                m * self.equations.collector_conductance,
                &self.slots.collector,
            ),
            (
                self.nodes.base,
                self.inner.base,
                m * bias.base_conductance.value,
                &self.slots.base,
            ),
            (
                self.nodes.emitter,
                self.inner.emitter,
                m * self.equations.emitter_conductance,
                &self.slots.emitter,
            ),
        ];
        for (outer, inner, conductance, slots) in ends {
            if outer != inner {
                let current = conductance * at.voltage(outer, inner);
                loads.current(outer, current);
                loads.current(inner, -current);
                loads.pair_conductance(slots, conductance);
            }
        }
        if self.nodes.base != self.inner.base && !limited && at.phase != Phase::SmallSignal {
            let drop = m * self.polarity.sign() * at.voltage(self.nodes.base, self.inner.base);
            loads.pair_conductance(
                &self.slots.base_control.by_vbe,
                drop * bias.base_conductance.by_vbe,
            );
            loads.pair_conductance(
                &self.slots.base_control.by_vbc,
                drop * bias.base_conductance.by_vbc,
            );
        }
    }

    /// The transport current with the excess phase of small signals: `gm exp(-j omega td)`, whose imaginary part is a
    /// transcapacitance.
    #[inline]
    fn load_transport_slopes(&self, at: &Point<'_>, loads: &mut Loads<'_>, bias: &Bias) {
        let m = self.instance.m;
        let mut forward = m * bias.transport.by_vbe;
        let delay = self.equations.delay;
        if at.phase == Phase::SmallSignal && delay != 0.0 {
            let omega = TAU * at.frequency;
            let lag = if omega == 0.0 {
                delay
            } else {
                (omega * delay).sin() / omega
            };
            loads.pair_capacitance(&self.slots.transport.by_vbe, -forward * lag);
            forward *= (omega * delay).cos();
        }
        loads.pair_conductance(&self.slots.transport.by_vbe, forward);
        loads.pair_conductance(&self.slots.transport.by_vbc, m * bias.transport.by_vbc);
    }
}

impl Element for Bipolar {
    const LINEAR: bool = false;

    fn name(&self) -> &str {
        &self.name
    }

    fn unknowns(&mut self, unknowns: &mut dyn Unknowns) {
        let [collector, base, emitter] = Self::has_resistances(&self.model);
        if collector {
            self.inner.collector = unknowns.internal_node(&self.name, "collector");
        }
        if base {
            self.inner.base = unknowns.internal_node(&self.name, "base");
        }
        if emitter {
            self.inner.emitter = unknowns.internal_node(&self.name, "emitter");
        }
    }

    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        self.slots = BipolarSlots::declare(
            footprint,
            (self.nodes, self.inner),
            self.vertical(),
            self.equations.fixed,
        );
        Ok(())
    }

    fn set_temperature(&mut self, ambient_kelvin: f64) -> Result<(), CircuitError> {
        let now = Self::has_resistances(&self.model);
        let built = [
            self.nodes.collector != self.inner.collector,
            self.nodes.base != self.inner.base,
            self.nodes.emitter != self.inner.emitter,
        ];
        for ((name, now), built) in ["rc", "rb", "re"].into_iter().zip(now).zip(built) {
            if now != built {
                let reason =
                    "cannot become zero or cease to be zero in a circuit that is already built";
                return Err(refuse(
                    &self.name,
                    name,
                    self.model.get(name).unwrap_or(0.0),
                    reason,
                ));
            }
        }
        self.equations = BipolarAtTemperature::new(
            &self.name,
            self.polarity,
            &self.model,
            &self.instance,
            ambient_kelvin,
        )?;
        Ok(())
    }

    fn load(&mut self, at: &Point<'_>, loads: &mut Loads<'_>) {
        let proposed = self.proposed(at);
        let v = self.junction_voltages(at, proposed);
        self.last = v;
        let limited = moved(proposed.be, v.be)
            || moved(proposed.bc, v.bc)
            || moved(proposed.substrate, v.substrate);
        if limited {
            loads.limited();
        }
        let (be_step, bc_step) = (proposed.be - v.be, proposed.bc - v.bc);
        let bias = self.equations.at(v.be, v.bc, at.gmin);
        let m = self.instance.m;
        let scale = self.polarity.sign() * m;
        let inner = self.inner;

        let transport = scale * bias.transport.continued(be_step, bc_step);
        let base_emitter = scale * (bias.base_emitter.0 + bias.base_emitter.1 * be_step);
        let base_collector = scale * (bias.base_collector.0 + bias.base_collector.1 * bc_step);
        loads.current(inner.collector, transport - base_collector);
        loads.current(inner.base, base_emitter + base_collector);
        loads.current(inner.emitter, -transport - base_emitter);
        self.load_transport_slopes(at, loads, &bias);
        loads.pair_conductance(&self.slots.base_emitter.by_vbe, m * bias.base_emitter.1);
        loads.pair_conductance(&self.slots.base_collector, m * bias.base_collector.1);

        let emitter_charge = scale * bias.emitter_charge.continued(be_step, bc_step);
        let collector_charge =
            scale * (bias.collector_charge.0 + bias.collector_charge.1 * bc_step);
        loads.charge(inner.base, emitter_charge + collector_charge);
        loads.charge(inner.emitter, -emitter_charge);
        loads.charge(inner.collector, -collector_charge);
        loads.pair_capacitance(
            &self.slots.base_emitter.by_vbe,
            m * bias.emitter_charge.by_vbe,
        );
        loads.pair_capacitance(
            &self.slots.base_emitter.by_vbc,
            m * bias.emitter_charge.by_vbc,
        );
        loads.pair_capacitance(&self.slots.base_collector, m * bias.collector_charge.1);

        let outer_voltage = self.polarity.sign() * at.voltage(self.nodes.base, inner.collector);
        let (charge, capacitance) = self.equations.outer_depletion.at(outer_voltage);
        loads.charge(self.nodes.base, scale * charge);
        loads.charge(inner.collector, -scale * charge);
        loads.pair_capacitance(&self.slots.outer, m * capacitance);

        let (current, conductance) = self.equations.substrate_current(v.substrate, at.gmin);
        let (charge, capacitance) = self.equations.substrate_depletion.at(v.substrate);
        let step = proposed.substrate - v.substrate;
        let scale = self.substrate_sign() * m;
        let plate = self.substrate_plate();
        let current = scale * (current + conductance * step);
        let charge = scale * (charge + capacitance * step);
        loads.current(inner.substrate, current);
        loads.current(plate, -current);
        loads.charge(inner.substrate, charge);
        loads.charge(plate, -charge);
        loads.pair_conductance(&self.slots.substrate, m * conductance);
        loads.pair_capacitance(&self.slots.substrate, m * capacitance);

        self.load_resistances(at, loads, &bias, limited);
        self.load_fixed(at, loads);
    }

    fn accept(&mut self, at: &Point<'_>) {
        self.last = self.proposed(at);
        self.accepted = self.last;
    }

    fn restart(&mut self) {
        self.last = self.accepted;
    }

    /// Thermal noise of the resistances, shot noise `2 q |I|` of collector and base currents, flicker noise `kf Ib^af / f`.
    fn noise(&self, at: &Point<'_>, sources: &mut Vec<NoiseSource>) {
        self.noise_sources(at, sources);
    }

    fn parameters(&self) -> Vec<&'static str> {
        let [collector, base, emitter] = Self::has_resistances(&self.model);
        let given = |name: &&str| {
            let exists = match *name {
                "rc" => collector,
                "rb" | "rbm" | "irb" => base,
                "re" => emitter,
                // Cannot grow.
                "xcjc" => self.model.xcjc < 1.0,
                // Zero stands for infinity.
                "vaf" | "var" | "ikf" | "ikr" | "vtf" => self.parameter(name) != Some(0.0),
                _ => true,
            };
            exists && self.parameter(name).is_some()
        };
        SENSITIVITY_PARAMETERS
            .iter()
            .copied()
            .filter(given)
            .collect()
    }

    fn value(&self, quantity: &str, at: &Point<'_>) -> Option<f64> {
        self.quantity(quantity, at)
            .or_else(|| self.parameter(quantity))
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
        BipolarAtTemperature::new(&self.name, self.polarity, &model, &instance, NOMINAL_KELVIN)?;
        (self.model, self.instance) = (model, instance);
        Ok(())
    }
}
