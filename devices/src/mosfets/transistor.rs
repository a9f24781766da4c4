//! The transistor of levels 1 to 3.

mod operating_point;
mod standalone;

use std::sync::Arc;

use ohmloom_solver::circuit::{
    CircuitError, Element, Footprint, Loads, NoiseSource, Phase, Point, Unknown, Unknowns,
};

use super::bias::{Bias, Polarity};
use super::cards::{MosfetInstance, MosfetModel};
use super::channel::{Geometry, Level};
use super::frame::{
    BULK, BulkCurrents, DRAIN, Frame, FrameParameters, GATE, LeadParameters, OverlapParameters,
    SOURCE, check_instance, refuse,
};
use super::junction::JunctionParameters;
use super::meyer::{HalfCapacitances, half_capacitances};
use super::process::{Process, require};
use crate::parameters::{ParameterError, Parameters};
pub use standalone::GateHistory;

/// Temperature of a device that has not been told its ambient temperature, K.
const INITIAL_TEMPERATURE: f64 = 300.15;

/// MOSFET of level 1, 2 or 3: channel, Meyer capacitances, overlaps, bulk junctions and diffusion resistances.
#[derive(Clone, Debug)]
pub struct Mosfet<L: Level> {
    frame: Frame,
    model: Arc<MosfetModel>,
    instance: MosfetInstance,
    process: Process,
    geometry: Geometry,
    law: L,
    /// Number of parallel devices.
    count: f64,
    /// Capacitance of the oxide under the gates, F.
    oxide: f64,
    /// Whether the gate holds any charge.
    gate_charge: bool,
    gate: GateState,
    accepted_gate: GateState,
}

/// The channel current of all devices in terms of the terminals as they are, whichever is the higher.
#[derive(Clone, Copy, Debug)]
struct TerminalCurrent {
    /// From drain to source, A.
    id: f64,
    by_gate: f64,
    by_drain: f64,
    by_bulk: f64,
    von: f64,
    vdsat: f64,
}

/// Gate voltages, charges and channel capacitances in the order source, drain, bulk.
#[derive(Clone, Copy, Debug, Default)]
struct GateState {
    voltages: [f64; 3],
    halves: [f64; 3],
    charges: [f64; 3],
}

impl<L: Level> Mosfet<L> {
    /// A transistor between the nodes drain, gate, source and bulk.
    ///
    /// # Errors
    /// [`CircuitError::Parameter`] names the parameter that is out of range.
    pub fn new(
        name: String,
        [drain, gate, source, bulk]: [Unknown; 4],
        polarity: Polarity,
        model: Arc<MosfetModel>,
        instance: MosfetInstance,
    ) -> Result<Self, CircuitError> {
        let prepared = Prepared::<L>::new(polarity, &model, &instance, INITIAL_TEMPERATURE)
            .map_err(|error| refuse(&name, &error))?;
        let parameters = frame_parameters::<L>(&model);
        let terminals = [drain, gate, source, bulk];
        let frame = Frame::new(
            name,
            terminals,
            polarity,
            &parameters,
            &instance,
            INITIAL_TEMPERATURE,
        )?;
        let mut mosfet = Self {
            frame,
            model,
            instance,
            process: prepared.process,
            geometry: prepared.geometry,
            law: prepared.law,
            count: 1.0,
            oxide: 0.0,
            gate_charge: false,
            gate: GateState::default(),
            accepted_gate: GateState::default(),
        };
        mosfet.set_temperature(INITIAL_TEMPERATURE)?;
        Ok(mosfet)
    }

    #[inline(always)]
    fn current(&self, bias: Bias) -> TerminalCurrent {
        let count = self.count;
        if bias.vds >= 0.0 {
            let channel = self.law.channel(bias);
            TerminalCurrent {
                id: count * channel.id,
                by_gate: count * channel.gm,
                by_drain: count * channel.gds,
                by_bulk: count * channel.gmbs,
                von: channel.von,
                vdsat: channel.vdsat,
            }
        } else {
            let channel = self.law.channel(bias.reversed());
            TerminalCurrent {
                id: -count * channel.id,
                by_gate: -count * channel.gm,
                by_drain: count * (channel.gm + channel.gds + channel.gmbs),
                by_bulk: -count * channel.gmbs,
                von: channel.von,
                vdsat: channel.vdsat,
            }
        }
    }

    /// Halves of the channel capacitances to source, drain and bulk, F.
    #[inline(always)]
    fn halves(&self, bias: Bias, von: f64, vdsat: f64) -> [f64; 3] {
        if self.oxide == 0.0 {
            return [0.0; 3];
        }
        let phi = self.process.phi;
        if bias.vds >= 0.0 {
            let HalfCapacitances {
                source,
                drain,
                bulk,
            } = half_capacitances(bias.vgs - von, bias.vds, vdsat, phi, self.oxide);
            [source, drain, bulk]
        } else {
            let HalfCapacitances {
                source,
                drain,
                bulk,
            } = half_capacitances(bias.vgd() - von, -bias.vds, vdsat, phi, self.oxide);
            [drain, source, bulk]
        }
    }

    fn overlaps(&self) -> [f64; 3] {
        let overlaps = &self.frame.overlaps;
        [overlaps.source, overlaps.drain, overlaps.bulk]
    }

    #[inline(always)]
    fn load_conductances(
        &self,
        loads: &mut Loads<'_>,
        channel: &TerminalCurrent,
        bulk: &BulkCurrents,
    ) {
        let slots = &self.frame.slots;
        let TerminalCurrent {
            by_gate,
            by_drain,
            by_bulk,
            ..
        } = *channel;
        let by_source = by_gate + by_drain + by_bulk;
        let (gbd, gbs) = (bulk.drain.slope, bulk.source.slope);
        loads.conductance(slots[DRAIN][DRAIN], by_drain + gbd);
        loads.conductance(slots[DRAIN][GATE], by_gate);
        loads.conductance(slots[DRAIN][SOURCE], -by_source);
        loads.conductance(slots[DRAIN][BULK], by_bulk - gbd);
        loads.conductance(slots[SOURCE][DRAIN], -by_drain);
        loads.conductance(slots[SOURCE][GATE], -by_gate);
        loads.conductance(slots[SOURCE][SOURCE], by_source + gbs);
        loads.conductance(slots[SOURCE][BULK], -by_bulk - gbs);
        loads.conductance(slots[BULK][DRAIN], -gbd);
        loads.conductance(slots[BULK][SOURCE], -gbs);
        loads.conductance(slots[BULK][BULK], gbd + gbs);
    }

    /// Charges of the gate: a capacitance is the mean of those at both ends of a time step, and outside transients that
    /// at the bias. Returns the capacitances to source, drain and bulk, F.
    #[inline(always)]
    fn load_gate_charges(
        &mut self,
        loads: &mut Loads<'_>,
        phase: Phase,
        bias: Bias,
        beyond: Bias,
        halves: [f64; 3],
    ) -> [f64; 3] {
        let sign = self.frame.polarity.sign();
        let overlaps = self.overlaps();
        let voltages = [bias.vgs, bias.vgd(), bias.vgb()];
        let rest = [beyond.vgs, beyond.vgd(), beyond.vgb()];
        let old = &self.accepted_gate;
        let mut capacitances = [0.0; 3];
        let mut charges = [0.0; 3];
        let mut sum = 0.0;
        for (k, terminal) in [SOURCE, DRAIN, BULK].into_iter().enumerate() {
            if phase == Phase::Transient {
                capacitances[k] = halves[k] + old.halves[k] + overlaps[k];
                charges[k] = old.charges[k] + capacitances[k] * (voltages[k] - old.voltages[k]);
            } else {
                capacitances[k] = 2.0 * halves[k] + overlaps[k];
                charges[k] = capacitances[k] * voltages[k];
            }
            let q = sign * (charges[k] + capacitances[k] * rest[k]);
            sum += q;
            loads.charge(self.frame.inner[terminal], -q);
        }
        loads.charge(self.frame.inner[GATE], sum);
        self.gate = GateState {
            voltages,
            halves,
            charges,
        };
        capacitances
    }

    #[inline(always)]
    fn load_capacitances(
        &self,
        loads: &mut Loads<'_>,
        [cgs, cgd, cgb]: [f64; 3],
        (cbs, cbd): (f64, f64),
    ) {
        let slots = &self.frame.slots;
        if self.gate_charge {
            loads.capacitance(slots[GATE][DRAIN], -cgd);
            loads.capacitance(slots[GATE][GATE], cgs + cgd + cgb);
            loads.capacitance(slots[GATE][SOURCE], -cgs);
            loads.capacitance(slots[GATE][BULK], -cgb);
            loads.capacitance(slots[DRAIN][GATE], -cgd);
            loads.capacitance(slots[SOURCE][GATE], -cgs);
            loads.capacitance(slots[BULK][GATE], -cgb);
        }
        loads.capacitance(slots[DRAIN][DRAIN], cgd + cbd);
        loads.capacitance(slots[DRAIN][BULK], -cbd);
        loads.capacitance(slots[SOURCE][SOURCE], cgs + cbs);
        loads.capacitance(slots[SOURCE][BULK], -cbs);
        loads.capacitance(slots[BULK][DRAIN], -cbd);
        loads.capacitance(slots[BULK][SOURCE], -cbs);
        loads.capacitance(slots[BULK][BULK], cgb + cbd + cbs);
    }

    /// Model and instance parameters that [`Element::set`] takes.
    fn settable(parameter: &str) -> bool {
        INSTANCE_PARAMETERS.contains(&parameter)
            || MODEL_PARAMETERS.contains(&parameter)
            || L::PARAMETERS.contains(&parameter)
    }
}

const INSTANCE_PARAMETERS: [&str; 7] = ["w", "l", "m", "ad", "as", "pd", "ps"];
const MODEL_PARAMETERS: [&str; 15] = [
    "vto", "kp", "gamma", "phi", "uo", "tox", "nsub", "ld", "cgso", "cgdo", "cgbo", "cj", "mj",
    "cjsw", "pb",
];

impl<L: Level> Element for Mosfet<L> {
    const LINEAR: bool = false;

    fn name(&self) -> &str {
        self.frame.name()
    }

    fn unknowns(&mut self, unknowns: &mut dyn Unknowns) {
        self.frame.unknowns(unknowns);
    }

    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        self.frame.footprint(footprint);
        Ok(())
    }

    fn set_temperature(&mut self, ambient_kelvin: f64) -> Result<(), CircuitError> {
        let polarity = self.frame.polarity;
        let Prepared {
            process,
            geometry,
            law,
        } = Prepared::<L>::new(polarity, &self.model, &self.instance, ambient_kelvin)
            .map_err(|error| refuse(self.frame.name(), &error))?;
        let parameters = frame_parameters::<L>(&self.model);
        let size = (geometry.width, geometry.length);
        self.frame
            .configure(
                &parameters,
                &self.instance,
                ambient_kelvin,
                size,
                process.threshold,
            )
            .map_err(|error| refuse(self.frame.name(), &error))?;
        self.count = self.instance.m;
        self.oxide = process.oxide_capacitance * geometry.width * geometry.length * self.count;
        self.process = process;
        self.geometry = geometry;
        self.law = law;
        self.gate_charge = self.oxide != 0.0 || self.overlaps() != [0.0; 3];
        Ok(())
    }

    #[inline]
    fn load(&mut self, at: &Point<'_>, loads: &mut Loads<'_>) {
        let placed = self.frame.place(at, &self.instance);
        let (bias, beyond) = (placed.bias, placed.beyond);
        if placed.limited {
            loads.limited();
        }
        let channel = self.current(bias);
        let bulk = self.frame.bulk_currents(bias, at.gmin);
        self.frame.remember(bias, channel.von);

        let id = self.frame.polarity.sign()
            * (channel.id
                + channel.by_gate * beyond.vgs
                + channel.by_drain * beyond.vds
                + channel.by_bulk * beyond.vbs);
        loads.current(self.frame.inner[DRAIN], id);
        loads.current(self.frame.inner[SOURCE], -id);
        self.frame.load_currents(at, loads, &bulk, beyond);
        self.load_conductances(loads, &channel, &bulk);

        let junctions = self.frame.load_junction_charges(loads, bias, beyond);
        let gate = if self.gate_charge {
            let halves = self.halves(bias, channel.von, channel.vdsat);
            self.load_gate_charges(loads, at.phase, bias, beyond, halves)
        } else {
            [0.0; 3]
        };
        if self.gate_charge || junctions != (0.0, 0.0) {
            self.load_capacitances(loads, gate, junctions);
        }
    }

    fn accept(&mut self, _at: &Point<'_>) {
        self.frame.accept();
        self.accepted_gate = self.gate;
    }

    fn restart(&mut self) {
        self.frame.restart();
        self.gate = self.accepted_gate;
    }

    fn noise(&self, at: &Point<'_>, sources: &mut Vec<NoiseSource>) {
        self.channel_noise(at, sources);
    }

    fn parameters(&self) -> Vec<&'static str> {
        INSTANCE_PARAMETERS
            .iter()
            .chain(&MODEL_PARAMETERS)
            .chain(L::PARAMETERS)
            .copied()
            .filter(|name| self.parameter(name).is_some())
            .collect()
    }

    fn value(&self, quantity: &str, at: &Point<'_>) -> Option<f64> {
        self.operating_point(at)
            .value(quantity)
            .or_else(|| self.parameter(quantity))
    }

    fn set(&mut self, parameter: &str, value: f64) -> Result<(), CircuitError> {
        let outcome = if !Self::settable(parameter) {
            Err(ParameterError::Unknown {
                name: parameter.to_owned(),
            })
        } else if INSTANCE_PARAMETERS.contains(&parameter) {
            self.instance.set(parameter, value)
        } else {
            Arc::make_mut(&mut self.model).set(parameter, value)
        };
        outcome.map_err(|error| refuse(self.frame.name(), &error))
    }
}

/// Everything that depends on the temperature and the parameters.
struct Prepared<L> {
    process: Process,
    geometry: Geometry,
    law: L,
}

impl<L: Level> Prepared<L> {
    fn new(
        polarity: Polarity,
        model: &MosfetModel,
        instance: &MosfetInstance,
        ambient: f64,
    ) -> Result<Self, ParameterError> {
        let corrected = |correction: f64| {
            if L::RULES.dimension_corrections {
                correction
            } else {
                0.0
            }
        };
        let geometry = Geometry {
            length: instance.l - 2.0 * model.ld + corrected(model.xl),
            width: instance.w + corrected(model.xw - 2.0 * model.wd),
        };
        check_instance(instance, geometry.width, geometry.length)?;
        let not_negative = "must not be negative";
        for (name, value) in [
            ("nfs", model.nfs),
            ("xj", model.xj),
            ("vmax", model.vmax),
            ("ucrit", model.ucrit),
            ("kappa", model.kappa),
            ("theta", model.theta),
            ("kf", model.kf),
        ] {
            require(name, value, value >= 0.0, not_negative)?;
        }
        require("neff", model.neff, model.neff > 0.0, "must be above 0")?;
        let temperatures = frame_parameters::<L>(model).temperatures(instance, ambient)?;
        let process = Process::new(model, polarity, &L::RULES, temperatures)?;
        let law = L::new(model, &process, geometry);
        Ok(Self {
            process,
            geometry,
            law,
        })
    }
}

fn frame_parameters<L: Level>(model: &MosfetModel) -> FrameParameters {
    FrameParameters {
        leads: LeadParameters {
            rd: model.rd,
            rs: model.rs,
            rsh: model.rsh,
        },
        overlaps: OverlapParameters {
            cgso: model.cgso,
            cgdo: model.cgdo,
            cgbo: model.cgbo,
        },
        junctions: JunctionParameters {
            is: model.is,
            js: model.js,
            cbd: model.cbd,
            cbs: model.cbs,
            cj: model.cj,
            mj: model.mj,
            cjsw: model.cjsw,
            mjsw: model.mjsw.unwrap_or(L::RULES.sidewall_grading),
            pb: model.pb,
            fc: model.fc,
            reverse: L::RULES.reverse_current,
        },
        tnom: model.tnom,
    }
}
