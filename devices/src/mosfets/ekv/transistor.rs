//! The EKV transistor as an element.

use std::sync::Arc;

use ohmloom_solver::circuit::{
    CircuitError, Element, Footprint, Loads, NoiseSource, Point, Unknown, Unknowns,
};

use super::super::bias::{Bias, Polarity};
use super::super::cards::MosfetInstance;
use super::super::frame::{
    BULK, BulkCurrents, DRAIN, Frame, FrameParameters, GATE, LeadParameters, OverlapParameters,
    SOURCE, check_instance, refuse,
};
use super::super::junction::{JunctionParameters, ReverseCurrent};
use super::Dual;
use super::card::EkvModel;
use super::law::EkvLaw;
use crate::parameters::{ParameterError, Parameters};

/// Temperature of a device that has not been told its ambient temperature, K.
const INITIAL_TEMPERATURE: f64 = 300.15;

/// MOSFET of EKV 2.6: channel with its charges, overlaps, bulk junctions and diffusion resistances.
#[derive(Clone, Debug)]
pub struct EkvMosfet {
    pub(super) frame: Frame,
    model: Arc<EkvModel>,
    instance: MosfetInstance,
    law: EkvLaw,
    count: f64,
}

/// Currents or charges of the terminals drain, gate, source, bulk, with derivatives by the voltages of drain, gate and
/// bulk against the source.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TerminalValue {
    pub(super) value: f64,
    by_drain: f64,
    by_gate: f64,
    by_bulk: f64,
}

/// What the channel of all parallel devices does at one bias, drain and source as they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terminals {
    /// Current from drain to source, A.
    pub(super) current: TerminalValue,
    pub(super) drain: TerminalValue,
    pub(super) gate: TerminalValue,
    pub(super) source: TerminalValue,
    slope_factor: f64,
    von: f64,
    vdsat: f64,
    noise_conductance: f64,
}

impl TerminalValue {
    /// From a gradient by the voltages of gate, upper and lower diffusion against the bulk.
    fn new(dual: Dual, scale: f64, forward: bool) -> Self {
        let [gate, upper, lower] = dual.gradient.map(|g| g * scale);
        Self {
            value: dual.value * scale,
            by_drain: if forward { upper } else { lower },
            by_gate: gate,
            by_bulk: -(gate + upper + lower),
        }
    }

    /// The value where the voltages are beyond those of the evaluation.
    #[inline(always)]
    fn at(&self, beyond: Bias) -> f64 {
        self.value
            + self.by_gate * beyond.vgs
            + self.by_drain * beyond.vds
            + self.by_bulk * beyond.vbs
    }

    /// Entries of a row in the order drain, gate, source, bulk.
    pub(super) fn row(&self) -> [f64; 4] {
        [
            self.by_drain,
            self.by_gate,
            -(self.by_drain + self.by_gate + self.by_bulk),
            self.by_bulk,
        ]
    }
}

impl EkvMosfet {
    /// A transistor between the nodes drain, gate, source and bulk.
    ///
    /// # Errors
    /// [`CircuitError::Parameter`] names the parameter that is out of range.
    pub fn new(
        name: String,
        [drain, gate, source, bulk]: [Unknown; 4],
        polarity: Polarity,
        model: Arc<EkvModel>,
        instance: MosfetInstance,
    ) -> Result<Self, CircuitError> {
        let law = prepare(polarity, &model, &instance, INITIAL_TEMPERATURE)
            .map_err(|error| refuse(&name, &error))?;
        let parameters = frame_parameters(&model);
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
            law,
            count: 1.0,
        };
        mosfet.set_temperature(INITIAL_TEMPERATURE)?;
        Ok(mosfet)
    }

    pub(super) fn terminals(&self, bias: Bias) -> Terminals {
        let forward = bias.vds >= 0.0;
        let (vg, vd, vs) = (bias.vgb(), -bias.vbd(), -bias.vbs);
        let (upper, lower) = if forward { (vd, vs) } else { (vs, vd) };
        let channel = self.law.channel(vg, upper, lower);
        let count = self.count;
        let charge = |dual: Dual| TerminalValue::new(dual, count, forward);
        let (drain, source) = if forward {
            (channel.drain_charge, channel.source_charge)
        } else {
            (channel.source_charge, channel.drain_charge)
        };
        Terminals {
            current: TerminalValue::new(channel.id, if forward { count } else { -count }, forward),
            drain: charge(drain),
            gate: charge(channel.gate_charge),
            source: charge(source),
            slope_factor: channel.slope_factor,
            von: channel.von,
            vdsat: channel.vdsat,
            noise_conductance: count * channel.noise_conductance,
        }
    }

    fn load_conductances(
        &self,
        loads: &mut Loads<'_>,
        current: &TerminalValue,
        bulk: &BulkCurrents,
    ) {
        let slots = &self.frame.slots;
        let row = current.row();
        for (column, g) in row.into_iter().enumerate() {
            loads.conductance(slots[DRAIN][column], g);
            loads.conductance(slots[SOURCE][column], -g);
        }
        for (terminal, g) in [(DRAIN, bulk.drain.slope), (SOURCE, bulk.source.slope)] {
            loads.conductance(slots[terminal][terminal], g);
            loads.conductance(slots[terminal][BULK], -g);
            loads.conductance(slots[BULK][terminal], -g);
            loads.conductance(slots[BULK][BULK], g);
        }
    }

    fn load_charges(&self, loads: &mut Loads<'_>, bias: Bias, beyond: Bias, terminals: &Terminals) {
        let sign = self.frame.polarity.sign();
        let slots = &self.frame.slots;
        let inner = &self.frame.inner;
        let mut bulk_charge = 0.0;
        let mut bulk_row = [0.0; 4];
        for (terminal, charge) in [
            (DRAIN, &terminals.drain),
            (GATE, &terminals.gate),
            (SOURCE, &terminals.source),
        ] {
            let q = sign * charge.at(beyond);
            loads.charge(inner[terminal], q);
            bulk_charge -= q;
            for (column, c) in charge.row().into_iter().enumerate() {
                loads.capacitance(slots[terminal][column], c);
                bulk_row[column] -= c;
            }
        }
        loads.charge(inner[BULK], bulk_charge);
        for (column, c) in bulk_row.into_iter().enumerate() {
            loads.capacitance(slots[BULK][column], c);
        }
        let overlaps = &self.frame.overlaps;
        for (terminal, c, v) in [
            (SOURCE, overlaps.source, bias.vgs + beyond.vgs),
            (DRAIN, overlaps.drain, bias.vgd() + beyond.vgd()),
            (BULK, overlaps.bulk, bias.vgb() + beyond.vgb()),
        ] {
            if c != 0.0 {
                loads.charge(inner[GATE], sign * c * v);
                loads.charge(inner[terminal], -sign * c * v);
                self.load_capacitance(loads, GATE, terminal, c);
            }
        }
        let (cbs, cbd) = self.frame.load_junction_charges(loads, bias, beyond);
        self.load_capacitance(loads, BULK, SOURCE, cbs);
        self.load_capacitance(loads, BULK, DRAIN, cbd);
    }

    fn load_capacitance(&self, loads: &mut Loads<'_>, a: usize, b: usize, c: f64) {
        let slots = &self.frame.slots;
        loads.capacitance(slots[a][a], c);
        loads.capacitance(slots[b][b], c);
        loads.capacitance(slots[a][b], -c);
        loads.capacitance(slots[b][a], -c);
    }

    fn parameter(&self, name: &str) -> Option<f64> {
        match name {
            "vto" | "vt0" if self.model.vto.is_none() => Some(0.5 * self.frame.polarity.sign()),
            "cox" => Some(self.law.oxide_per_area),
            _ => self.instance.get(name).or_else(|| self.model.get(name)),
        }
    }

    fn quantity(&self, quantity: &str, at: &Point<'_>) -> Option<f64> {
        let bias = self.frame.bias(at);
        let terminals = self.terminals(bias);
        let bulk = self.frame.bulk_currents(bias, at.gmin);
        let sign = self.frame.polarity.sign();
        let current = &terminals.current;
        let drain = current.value - bulk.drain.value;
        let source = -current.value - bulk.source.value;
        let both = bulk.drain.value + bulk.source.value;
        // As seen from the lower of drain and source.
        let forward = bias.vds >= 0.0;
        let by_source = -(current.by_drain + current.by_gate + current.by_bulk);
        let overlaps = &self.frame.overlaps;
        Some(match quantity {
            "i" => sign * drain,
            "p" => self.frame.power(at, (drain, source, both)),
            "id" => drain,
            "is" => source,
            "ig" => 0.0,
            "ib" => both,
            "ibd" => bulk.drain.value,
            "ibs" => bulk.source.value,
            "gbd" => bulk.drain.slope,
            "gbs" => bulk.source.slope,
            "vgs" => bias.vgs,
            "vds" => bias.vds,
            "vbs" => bias.vbs,
            "vbd" => bias.vbd(),
            "von" | "vth" => sign * terminals.von,
            "vdsat" => sign * terminals.vdsat,
            "n" => terminals.slope_factor,
            "gm" => current.by_gate * if forward { 1.0 } else { -1.0 },
            "gmbs" | "gmb" => current.by_bulk * if forward { 1.0 } else { -1.0 },
            "gds" => {
                if forward {
                    current.by_drain
                } else {
                    -by_source
                }
            }
            "qg" => terminals.gate.value,
            "qd" => terminals.drain.value,
            "qs" => terminals.source.value,
            "cgs" => overlaps.source - terminals.gate.row()[SOURCE],
            "cgd" => overlaps.drain - terminals.gate.row()[DRAIN],
            "cgb" => overlaps.bulk - terminals.gate.row()[BULK],
            "cbd" => self.frame.drain_junction.charge(bias.vbd()).slope,
            "cbs" => self.frame.source_junction.charge(bias.vbs).slope,
            _ => return None,
        })
    }
}

const INSTANCE_PARAMETERS: [&str; 7] = ["w", "l", "m", "ad", "as", "pd", "ps"];
const MODEL_PARAMETERS: [&str; 20] = [
    "vto", "gamma", "phi", "kp", "theta", "ucrit", "xj", "dl", "dw", "lambda", "weta", "leta",
    "cox", "cgso", "cgdo", "cgbo", "cj", "mj", "cjsw", "pb",
];

impl Element for EkvMosfet {
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
        let law = prepare(
            self.frame.polarity,
            &self.model,
            &self.instance,
            ambient_kelvin,
        )
        .map_err(|error| refuse(self.frame.name(), &error))?;
        self.frame
            .configure(
                &frame_parameters(&self.model),
                &self.instance,
                ambient_kelvin,
                channel_size(&self.model, &self.instance),
                law.threshold,
            )
            .map_err(|error| refuse(self.frame.name(), &error))?;
        self.law = law;
        self.count = self.instance.m;
        Ok(())
    }

    fn load(&mut self, at: &Point<'_>, loads: &mut Loads<'_>) {
        let placed = self.frame.place(at, &self.instance);
        let (bias, beyond) = (placed.bias, placed.beyond);
        if placed.limited {
            loads.limited();
        }
        let terminals = self.terminals(bias);
        let bulk = self.frame.bulk_currents(bias, at.gmin);
        self.frame.remember(bias, terminals.von);
        let id = self.frame.polarity.sign() * terminals.current.at(beyond);
        loads.current(self.frame.inner[DRAIN], id);
        loads.current(self.frame.inner[SOURCE], -id);
        self.frame.load_currents(at, loads, &bulk, beyond);
        self.load_conductances(loads, &terminals.current, &bulk);
        self.load_charges(loads, bias, beyond, &terminals);
    }

    fn accept(&mut self, _at: &Point<'_>) {
        self.frame.accept();
    }

    fn restart(&mut self) {
        self.frame.restart();
    }

    fn noise(&self, at: &Point<'_>, sources: &mut Vec<NoiseSource>) {
        let terminals = self.terminals(self.frame.bias(at));
        let white = self.frame.thermal_noise(terminals.noise_conductance);
        // Of each device, its transconductance squared; devices in parallel add up.
        let each = terminals.current.by_gate / self.count;
        let flicker = self.count * self.model.kf * each * each / (self.law.oxide);
        self.frame.noise(white, (flicker, self.model.af), sources);
    }

    fn parameters(&self) -> Vec<&'static str> {
        INSTANCE_PARAMETERS
            .iter()
            .chain(&MODEL_PARAMETERS)
            .copied()
            .collect()
    }

    fn value(&self, quantity: &str, at: &Point<'_>) -> Option<f64> {
        self.quantity(quantity, at)
            .or_else(|| self.parameter(quantity))
    }

    fn set(&mut self, parameter: &str, value: f64) -> Result<(), CircuitError> {
        let outcome = if INSTANCE_PARAMETERS.contains(&parameter) {
            self.instance.set(parameter, value)
        } else if MODEL_PARAMETERS.contains(&parameter) {
            Arc::make_mut(&mut self.model).set(parameter, value)
        } else {
            Err(ParameterError::Unknown {
                name: parameter.to_owned(),
            })
        };
        outcome.map_err(|error| refuse(self.frame.name(), &error))
    }
}

/// Effective (width, length), m.
fn channel_size(model: &EkvModel, instance: &MosfetInstance) -> (f64, f64) {
    (instance.w + model.dw, instance.l + model.dl)
}

fn prepare(
    polarity: Polarity,
    model: &EkvModel,
    instance: &MosfetInstance,
    ambient: f64,
) -> Result<EkvLaw, ParameterError> {
    let (width, length) = channel_size(model, instance);
    check_instance(instance, width, length)?;
    let temperatures = frame_parameters(model).temperatures(instance, ambient)?;
    EkvLaw::new(model, polarity, (width, length), temperatures)
}

fn frame_parameters(model: &EkvModel) -> FrameParameters {
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
            mjsw: model.mjsw,
            pb: model.pb,
            fc: model.fc,
            reverse: ReverseCurrent::Cubic,
        },
        tnom: model.tnom,
    }
}
