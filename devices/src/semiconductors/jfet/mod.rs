//! Junction field-effect transistor.

mod equations;
mod model;

use std::sync::Arc;

use ohmloom_solver::circuit::{
    CircuitError, Element, Footprint, Loads, NoiseSource, PairSlots, Phase, Point, Start, Unknown,
    Unknowns,
};

use self::equations::{Bias, JfetEquations};
pub use self::model::{JfetInstance, JfetModel};
use super::limiting::{gate_step, junction_step, moved};
use super::ranges::refuse;
use super::{NOMINAL_KELVIN, Polarity};
use crate::constants::BOLTZMANN;
use crate::parameters::{ParameterError, Parameters};

/// What `.sens` differentiates by, the element line's first.
const SENSITIVITY_PARAMETERS: &[&str] = &[
    "area", "vto", "beta", "lambda", "b", "rd", "rs", "cgs", "cgd", "pb", "is",
];
/// Gate voltages of the first iteration, V: the channel conducts, the junctions do not.
const START_VOLTAGE: f64 = -1.0;

/// Gate voltages of an n-channel transistor, V.
#[derive(Clone, Copy, Debug, Default)]
struct Voltages {
    gs: f64,
    gd: f64,
}

#[derive(Clone, Copy, Debug)]
struct JfetSlots {
    drain: PairSlots,
    source: PairSlots,
    gate_source: PairSlots,
    gate_drain: PairSlots,
    /// Channel current by gate-source and by drain-source voltage.
    by_vgs: PairSlots,
    by_vds: PairSlots,
}

/// The nodes of a junction field-effect transistor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JfetNodes {
    /// Drain.
    pub drain: Unknown,
    /// Gate.
    pub gate: Unknown,
    /// Source.
    pub source: Unknown,
}

/// Junction field-effect transistor (J), ngspice's level 1: Shichman-Hodges channel with a doping tail, two gate junctions with
/// depletion charges.
///
/// Values: `id` (`i`), `ig`, `isource` currents into the terminals; `vgs`, `vgd`, `vds` of the internal n-channel transistor;
/// `gm`, `gds`, `ggs`, `ggd`; `qgs`, `qgd`; `igd` current of the gate-drain junction; `p` power.
#[derive(Clone, Debug)]
pub struct Jfet {
    name: String,
    polarity: Polarity,
    nodes: JfetNodes,
    /// Drain and source behind their resistances.
    inner: JfetNodes,
    model: Arc<JfetModel>,
    instance: JfetInstance,
    equations: JfetEquations,
    slots: JfetSlots,
    last: Voltages,
    accepted: Voltages,
}

impl Jfet {
    /// A transistor at its nodes.
    ///
    /// # Errors
    /// [`CircuitError::Parameter`] when a parameter is out of range.
    pub fn new(
        name: String,
        polarity: Polarity,
        nodes: JfetNodes,
        model: Arc<JfetModel>,
        instance: JfetInstance,
    ) -> Result<Self, CircuitError> {
        let equations = JfetEquations::new(&name, &model, &instance, NOMINAL_KELVIN)?;
        Ok(Self {
            name,
            polarity,
            nodes,
            inner: nodes,
            model,
            instance,
            equations,
            slots: JfetSlots {
                drain: PairSlots::IGNORED,
                source: PairSlots::IGNORED,
                gate_source: PairSlots::IGNORED,
                gate_drain: PairSlots::IGNORED,
                by_vgs: PairSlots::IGNORED,
                by_vds: PairSlots::IGNORED,
            },
            last: Voltages::default(),
            accepted: Voltages::default(),
        })
    }

    #[inline]
    fn proposed(&self, at: &Point<'_>) -> Voltages {
        let sign = self.polarity.sign();
        Voltages {
            gs: sign * at.voltage(self.inner.gate, self.inner.source),
            gd: sign * at.voltage(self.inner.gate, self.inner.drain),
        }
    }

    /// The voltages at which this iteration evaluates the transistor.
    #[inline]
    fn gate_voltages(&self, at: &Point<'_>, proposed: Voltages) -> Voltages {
        if at.phase == Phase::SmallSignal {
            return proposed;
        }
        let equations = &self.equations;
        let step = |proposed: f64, last: f64| {
            let junction = junction_step(
                proposed,
                last,
                equations.thermal_voltage,
                equations.critical,
            );
            gate_step(junction, last, equations.threshold)
        };
        let limited = Voltages {
            gs: step(proposed.gs, self.last.gs),
            gd: step(proposed.gd, self.last.gd),
        };
        match at.start {
            Start::Junctions if self.instance.off != 0.0 => Voltages::default(),
            Start::Junctions => Voltages {
                gs: START_VOLTAGE,
                gd: START_VOLTAGE,
            },
            Start::InitialConditions => {
                let sign = self.polarity.sign();
                let mut start = limited;
                if let Some(vgs) = self.instance.icvgs {
                    start.gs = sign * vgs;
                }
                if let Some(vds) = self.instance.icvds {
                    start.gd = start.gs - sign * vds;
                }
                start
            }
            Start::Continue => limited,
        }
    }

    fn operating_point(&self, at: &Point<'_>) -> (Voltages, Bias) {
        let v = self.proposed(at);
        (v, self.equations.at(v.gs, v.gd, at.gmin))
    }

    /// Static currents into drain, gate and source.
    fn lead_currents(&self, bias: &Bias) -> [f64; 3] {
        let scale = self.polarity.sign() * self.instance.m;
        let drain = scale * (bias.channel - bias.gate_drain.0);
        let gate = scale * (bias.gate_source.0 + bias.gate_drain.0);
        [drain, gate, -(drain + gate)]
    }

    fn parameter(&self, name: &str) -> Option<f64> {
        self.instance.get(name).or_else(|| self.model.get(name))
    }

    /// Thermal noise conductance of the channel, of one of the parallel transistors, S.
    fn channel_noise_conductance(&self, v: Voltages, bias: &Bias) -> f64 {
        if self.model.nlev < 3.0 {
            return 2.0 / 3.0 * bias.gm.abs();
        }
        let (vgs, vds) = if v.gs >= v.gd {
            (v.gs, v.gs - v.gd)
        } else {
            (v.gd, v.gd - v.gs)
        };
        let overdrive = vgs - self.equations.threshold;
        if overdrive <= 0.0 {
            return 0.0;
        }
        let linear = (1.0 - vds / overdrive).max(0.0);
        let shape = (1.0 + linear + linear * linear) / (1.0 + linear);
        2.0 / 3.0 * self.equations.beta * overdrive * shape * self.model.gdsnoi
    }
}

impl Element for Jfet {
    const LINEAR: bool = false;

    fn name(&self) -> &str {
        &self.name
    }

    fn unknowns(&mut self, unknowns: &mut dyn Unknowns) {
        if self.model.rs > 0.0 {
            self.inner.source = unknowns.internal_node(&self.name, "source");
        }
        if self.model.rd > 0.0 {
            self.inner.drain = unknowns.internal_node(&self.name, "drain");
        }
    }

    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        let (nodes, inner) = (self.nodes, self.inner);
        let (gate_source, gate_drain) = ((inner.gate, inner.source), (inner.gate, inner.drain));
        let channel = (inner.drain, inner.source);
        let mut resistance = |outer: Unknown, inner: Unknown| {
            if outer == inner {
                PairSlots::IGNORED
            } else {
                PairSlots::declare(footprint, (outer, inner), (outer, inner))
            }
        };
        self.slots = JfetSlots {
            drain: resistance(nodes.drain, inner.drain),
            source: resistance(nodes.source, inner.source),
            gate_source: PairSlots::declare(footprint, gate_source, gate_source),
            gate_drain: PairSlots::declare(footprint, gate_drain, gate_drain),
            by_vgs: PairSlots::declare(footprint, channel, gate_source),
            by_vds: PairSlots::declare(footprint, channel, channel),
        };
        Ok(())
    }

    fn set_temperature(&mut self, ambient_kelvin: f64) -> Result<(), CircuitError> {
        let built = [
            ("rd", self.model.rd, self.nodes.drain != self.inner.drain),
            ("rs", self.model.rs, self.nodes.source != self.inner.source),
        ];
        for (name, resistance, built) in built {
            if (resistance > 0.0) != built {
                let reason =
                    "cannot become zero or cease to be zero in a circuit that is already built";
                return Err(refuse(&self.name, name, resistance, reason));
            }
        }
        self.equations =
            JfetEquations::new(&self.name, &self.model, &self.instance, ambient_kelvin)?;
        Ok(())
    }

    fn load(&mut self, at: &Point<'_>, loads: &mut Loads<'_>) {
        let proposed = self.proposed(at);
        let v = self.gate_voltages(at, proposed);
        self.last = v;
        if moved(proposed.gs, v.gs) || moved(proposed.gd, v.gd) {
            loads.limited();
        }
        let (gs_step, gd_step) = (proposed.gs - v.gs, proposed.gd - v.gd);
        let bias = self.equations.at(v.gs, v.gd, at.gmin);
        let (inner, slots, m) = (self.inner, &self.slots, self.instance.m);
        let scale = self.polarity.sign() * m;

        let channel = scale * (bias.channel + bias.gm * gs_step + bias.gds * (gs_step - gd_step));
        let gate_source = scale * (bias.gate_source.0 + bias.gate_source.1 * gs_step);
        let gate_drain = scale * (bias.gate_drain.0 + bias.gate_drain.1 * gd_step);
        loads.current(inner.drain, channel - gate_drain);
        loads.current(inner.gate, gate_source + gate_drain);
        loads.current(inner.source, -channel - gate_source);
        loads.pair_conductance(&slots.by_vgs, m * bias.gm);
        loads.pair_conductance(&slots.by_vds, m * bias.gds);
        loads.pair_conductance(&slots.gate_source, m * bias.gate_source.1);
        loads.pair_conductance(&slots.gate_drain, m * bias.gate_drain.1);

        let source_charge = scale * (bias.source_charge.0 + bias.source_charge.1 * gs_step);
        let drain_charge = scale * (bias.drain_charge.0 + bias.drain_charge.1 * gd_step);
        loads.charge(inner.gate, source_charge + drain_charge);
        loads.charge(inner.source, -source_charge);
        loads.charge(inner.drain, -drain_charge);
        loads.pair_capacitance(&slots.gate_source, m * bias.source_charge.1);
        loads.pair_capacitance(&slots.gate_drain, m * bias.drain_charge.1);

        let resistances = [
            (
                self.nodes.drain,
                inner.drain,
                m * self.equations.drain_conductance,
                &slots.drain,
            ),
            (
                self.nodes.source,
                inner.source,
                m * self.equations.source_conductance,
                &slots.source,
            ),
        ];
        for (outer, inner, conductance, slots) in resistances {
            if outer != inner {
                let current = conductance * at.voltage(outer, inner);
                loads.current(outer, current);
                loads.current(inner, -current);
                loads.pair_conductance(slots, conductance);
            }
        }
    }

    fn accept(&mut self, at: &Point<'_>) {
        self.last = self.proposed(at);
        self.accepted = self.last;
    }

    fn restart(&mut self) {
        self.last = self.accepted;
    }

    /// Thermal noise of the resistances and of the channel (`8/3 k T gm`, or van der Ziel's law with `nlev=3`), flicker
    /// noise `kf Id^af / f`. Gate currents make no noise, as in ngspice.
    fn noise(&self, at: &Point<'_>, sources: &mut Vec<NoiseSource>) {
        let (v, bias) = self.operating_point(at);
        let (m, nodes, inner) = (self.instance.m, self.nodes, self.inner);
        let thermal = 4.0 * BOLTZMANN * self.equations.temperature * m;
        let mut push = |label, from, to, white, flicker| {
            sources.push(NoiseSource {
                label,
                from,
                to,
                white,
                flicker,
                exponent: 1.0,
            });
        };
        push(
            "rd",
            nodes.drain,
            inner.drain,
            thermal * self.equations.drain_conductance,
            0.0,
        );
        push(
            "rs",
            nodes.source,
            inner.source,
            thermal * self.equations.source_conductance,
            0.0,
        );
        push(
            "id",
            inner.drain,
            inner.source,
            thermal * self.channel_noise_conductance(v, &bias),
            0.0,
        );
        let drain = (bias.channel - bias.gate_drain.0).abs();
        let flicker = m * self.model.kf * drain.powf(self.model.af);
        push("1overf", inner.drain, inner.source, 0.0, flicker);
    }

    fn parameters(&self) -> Vec<&'static str> {
        let given =
            |name: &&str| !matches!(*name, "rd" | "rs") || self.parameter(name) != Some(0.0);
        SENSITIVITY_PARAMETERS
            .iter()
            .copied()
            .filter(given)
            .collect()
    }

    fn value(&self, quantity: &str, at: &Point<'_>) -> Option<f64> {
        let m = self.instance.m;
        let (v, bias) = match quantity {
            "id" | "i" | "ig" | "isource" | "igd" | "p" | "vgs" | "vgd" | "vds" | "gm" | "gds"
            | "ggs" | "ggd" | "qgs" | "qgd" => self.operating_point(at),
            _ => return self.parameter(quantity),
        };
        let [drain, gate, source] = self.lead_currents(&bias);
        Some(match quantity {
            "ig" => gate,
            "isource" => source,
            "igd" => self.polarity.sign() * m * bias.gate_drain.0,
            "p" => {
                drain * at.value(self.nodes.drain)
                    + gate * at.value(self.nodes.gate)
                    + source * at.value(self.nodes.source)
            }
            "vgs" => v.gs,
            "vgd" => v.gd,
            "vds" => v.gs - v.gd,
            "gm" => m * bias.gm,
            "gds" => m * bias.gds,
            "ggs" => m * bias.gate_source.1,
            "ggd" => m * bias.gate_drain.1,
            "qgs" => m * bias.source_charge.0,
            "qgd" => m * bias.drain_charge.0,
            _ => drain,
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
        JfetEquations::new(&self.name, &model, &instance, NOMINAL_KELVIN)?;
        (self.model, self.instance) = (model, instance);
        Ok(())
    }
}
