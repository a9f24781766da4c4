//! What surrounds the channel in every transistor: terminals, diffusion resistances, bulk junctions, overlap
//! capacitances, and the voltages of the previous iteration.

mod parameters;

use ohmloom_solver::circuit::{
    CircuitError, Footprint, Loads, NoiseSource, PairSlots, Phase, Point, Slot, Start, Unknown,
    Unknowns,
};

use super::bias::{Bias, Polarity};
use super::cards::MosfetInstance;
use super::junction::{Junction, WithSlope};
use super::limiting::{Limits, limit};
use super::process::{require, thermal_voltage};
use crate::constants::BOLTZMANN;
use crate::parameters::ParameterError;
use parameters::lead_conductance;
pub(super) use parameters::{
    FrameParameters, LeadParameters, OverlapParameters, check_instance, refuse,
};

/// Rows and columns of the matrix of the inner transistor.
pub(super) const DRAIN: usize = 0;
pub(super) const GATE: usize = 1;
pub(super) const SOURCE: usize = 2;
pub(super) const BULK: usize = 3;

/// Bulk voltage with which an operating point starts, V: the junctions are off.
const STARTING_BULK_VOLTAGE: f64 = -1.0;

/// Gate overlap capacitances of all parallel devices, F.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Overlaps {
    pub(super) source: f64,
    pub(super) drain: f64,
    pub(super) bulk: f64,
}

/// Where the last evaluation was.
#[derive(Clone, Copy, Debug, Default)]
struct Memory {
    bias: Bias,
    turn_on: f64,
}

/// The bulk junctions at one bias: currents into the bulk terminal.
#[derive(Clone, Copy, Debug)]
pub(super) struct BulkCurrents {
    pub(super) drain: WithSlope,
    pub(super) source: WithSlope,
}

/// A point of evaluation and what the solution asks for beyond it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub(super) bias: Bias,
    pub(super) beyond: Bias,
    pub(super) limited: bool,
}

/// The surroundings of a channel.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    name: String,
    pub(super) polarity: Polarity,
    /// Outer terminals.
    terminals: [Unknown; 4],
    /// Terminals behind the resistances.
    pub(super) inner: [Unknown; 4],
    pub(super) slots: [[Slot; 4]; 4],
    drain_lead: PairSlots,
    source_lead: PairSlots,
    /// Conductances of the leads, S; 0 for none.
    pub(super) drain_conductance: f64,
    pub(super) source_conductance: f64,
    pub(super) drain_junction: Junction,
    pub(super) source_junction: Junction,
    pub(super) overlaps: Overlaps,
    pub(super) temperature: f64,
    limits: Limits,
    /// Threshold at which operating points start, V.
    threshold: f64,
    previous: Memory,
    accepted: Memory,
}

impl Frame {
    pub(super) fn new(
        name: String,
        terminals: [Unknown; 4],
        polarity: Polarity,
        parameters: &FrameParameters,
        instance: &MosfetInstance,
        ambient: f64,
    ) -> Result<Self, CircuitError> {
        let refused = |error: ParameterError| refuse(&name, &error);
        let (source_junction, drain_junction) =
            Self::junctions(parameters, instance, ambient).map_err(refused)?;
        let (drain_conductance, source_conductance) =
            Self::leads(&parameters.leads, instance).map_err(refused)?;
        Ok(Self {
            name,
            polarity,
            terminals,
            inner: terminals,
            slots: [[Slot::IGNORED; 4]; 4],
            drain_lead: PairSlots::IGNORED,
            source_lead: PairSlots::IGNORED,
            drain_conductance,
            source_conductance,
            drain_junction,
            source_junction,
            overlaps: Overlaps::default(),
            temperature: ambient,
            limits: Limits {
                thermal_voltage: 0.0,
                source_critical: 0.0,
                drain_critical: 0.0,
            },
            threshold: 0.0,
            previous: Memory::default(),
            accepted: Memory::default(),
        })
    }

    fn junctions(
        parameters: &FrameParameters,
        instance: &MosfetInstance,
        ambient: f64,
    ) -> Result<(Junction, Junction), ParameterError> {
        parameters.junctions.at_temperature(
            parameters.temperatures(instance, ambient)?,
            (instance.source_area, instance.ad),
            (instance.ps, instance.pd),
            instance.m,
        )
    }

    fn leads(
        leads: &LeadParameters,
        instance: &MosfetInstance,
    ) -> Result<(f64, f64), ParameterError> {
        Ok((
            lead_conductance("rd", leads.rd, leads.rsh, instance.nrd, instance.m)?,
            lead_conductance("rs", leads.rs, leads.rsh, instance.nrs, instance.m)?,
        ))
    }

    /// Recomputes everything for an ambient temperature. `width` and `length` are those of the channel, `threshold` the
    /// gate voltage with which operating points start.
    pub(super) fn configure(
        &mut self,
        parameters: &FrameParameters,
        instance: &MosfetInstance,
        ambient: f64,
        (width, length): (f64, f64),
        threshold: f64,
    ) -> Result<(), ParameterError> {
        let (source, drain) = Self::junctions(parameters, instance, ambient)?;
        let overlap = &parameters.overlaps;
        for (name, value) in [
            ("cgso", overlap.cgso),
            ("cgdo", overlap.cgdo),
            ("cgbo", overlap.cgbo),
        ] {
            require(name, value, value >= 0.0, "must not be negative")?;
        }
        (self.drain_conductance, self.source_conductance) =
            Self::leads(&parameters.leads, instance)?;
        self.overlaps = Overlaps {
            source: overlap.cgso * width * instance.m,
            drain: overlap.cgdo * width * instance.m,
            bulk: overlap.cgbo * length * instance.m,
        };
        self.temperature = parameters.temperatures(instance, ambient)?.1;
        self.limits = Limits {
            thermal_voltage: thermal_voltage(self.temperature),
            source_critical: source.critical_voltage(),
            drain_critical: drain.critical_voltage(),
        };
        self.source_junction = source;
        self.drain_junction = drain;
        self.threshold = threshold;
        Ok(())
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn unknowns(&mut self, unknowns: &mut dyn Unknowns) {
        if self.drain_conductance > 0.0 {
            self.inner[DRAIN] = unknowns.internal_node(&self.name, "drain");
        }
        if self.source_conductance > 0.0 {
            self.inner[SOURCE] = unknowns.internal_node(&self.name, "source");
        }
    }

    pub(super) fn footprint(&mut self, footprint: &mut dyn Footprint) {
        for (row, slots) in self.inner.iter().zip(&mut self.slots) {
            for (column, slot) in self.inner.iter().zip(slots) {
                *slot = footprint.entry(*row, *column);
            }
        }
        for (terminal, lead) in [
            (DRAIN, &mut self.drain_lead),
            (SOURCE, &mut self.source_lead),
        ] {
            let (outer, inner) = (self.terminals[terminal], self.inner[terminal]);
            if outer != inner {
                *lead = PairSlots::declare(footprint, (outer, inner), (outer, inner));
            }
        }
    }

    /// Voltages of a solution, normalised to an n-channel device.
    #[inline(always)]
    pub(super) fn bias(&self, at: &Point<'_>) -> Bias {
        let sign = self.polarity.sign();
        let source = at.value(self.inner[SOURCE]);
        Bias {
            vgs: sign * (at.value(self.inner[GATE]) - source),
            vds: sign * (at.value(self.inner[DRAIN]) - source),
            vbs: sign * (at.value(self.inner[BULK]) - source),
        }
    }

    /// Where to evaluate. The caller reports the turn-on voltage found there with [`Frame::remember`].
    #[inline(always)]
    pub(super) fn place(&self, at: &Point<'_>, instance: &MosfetInstance) -> Placed {
        let wanted = self.bias(at);
        let (bias, limited) = if at.start != Start::Continue {
            let bias = self.starting_bias(at.start, wanted, instance);
            (bias, bias != wanted)
        } else if at.phase == Phase::SmallSignal {
            (wanted, false)
        } else {
            limit(
                wanted,
                self.previous.bias,
                self.previous.turn_on,
                &self.limits,
            )
        };
        Placed {
            bias,
            beyond: wanted.beyond(bias),
            limited,
        }
    }

    #[cold]
    fn starting_bias(&self, start: Start, wanted: Bias, instance: &MosfetInstance) -> Bias {
        let sign = self.polarity.sign();
        let given = |ic: Option<f64>, otherwise: f64| ic.map_or(otherwise, |volts| sign * volts);
        if start == Start::InitialConditions {
            return Bias {
                vgs: given(instance.icvgs, wanted.vgs),
                vds: given(instance.icvds, wanted.vds),
                vbs: given(instance.icvbs, wanted.vbs),
            };
        }
        if instance.off != 0.0 {
            return Bias::default();
        }
        let bias = Bias {
            vgs: given(instance.icvgs, 0.0),
            vds: given(instance.icvds, 0.0),
            vbs: given(instance.icvbs, 0.0),
        };
        if bias == Bias::default() {
            Bias {
                vgs: self.threshold,
                vds: 0.0,
                vbs: STARTING_BULK_VOLTAGE,
            }
        } else {
            bias
        }
    }

    /// Keeps the point of an evaluation for the limiting of the next.
    #[inline(always)]
    pub(super) fn remember(&mut self, bias: Bias, turn_on: f64) {
        self.previous = Memory { bias, turn_on };
    }

    pub(super) fn accept(&mut self) {
        self.accepted = self.previous;
    }

    pub(super) fn restart(&mut self) {
        self.previous = self.accepted;
    }

    #[inline(always)]
    pub(super) fn bulk_currents(&self, bias: Bias, gmin: f64) -> BulkCurrents {
        BulkCurrents {
            drain: self.drain_junction.current(bias.vbd(), gmin),
            source: self.source_junction.current(bias.vbs, gmin),
        }
    }

    /// Loads leads and junctions. The conductances of the junctions are left to the caller, who adds those of the
    /// channel to the same entries.
    #[inline(always)]
    pub(super) fn load_currents(
        &self,
        at: &Point<'_>,
        loads: &mut Loads<'_>,
        bulk: &BulkCurrents,
        beyond: Bias,
    ) {
        let sign = self.polarity.sign();
        let ibs = sign * (bulk.source.value + bulk.source.slope * beyond.vbs);
        let ibd = sign * (bulk.drain.value + bulk.drain.slope * beyond.vbd());
        loads.current(self.inner[BULK], ibs);
        loads.current(self.inner[BULK], ibd);
        loads.current(self.inner[SOURCE], -ibs);
        loads.current(self.inner[DRAIN], -ibd);
        for (terminal, conductance, slots) in [
            (DRAIN, self.drain_conductance, &self.drain_lead),
            (SOURCE, self.source_conductance, &self.source_lead),
        ] {
            if conductance > 0.0 {
                let (outer, inner) = (self.terminals[terminal], self.inner[terminal]);
                let current = conductance * at.voltage(outer, inner);
                loads.current(outer, current);
                loads.current(inner, -current);
                loads.pair_conductance(slots, conductance);
            }
        }
    }

    /// Loads the charges of the junctions and returns their capacitances (source, drain), F.
    #[inline(always)]
    pub(super) fn load_junction_charges(
        &self,
        loads: &mut Loads<'_>,
        bias: Bias,
        beyond: Bias,
    ) -> (f64, f64) {
        let sign = self.polarity.sign();
        let mut load = |junction: &Junction, terminal: usize, v: f64, rest: f64| {
            if !junction.has_charge() {
                return 0.0;
            }
            let charge = junction.charge(v);
            let q = sign * (charge.value + charge.slope * rest);
            loads.charge(self.inner[BULK], q);
            loads.charge(self.inner[terminal], -q);
            charge.slope
        };
        (
            load(&self.source_junction, SOURCE, bias.vbs, beyond.vbs),
            load(&self.drain_junction, DRAIN, bias.vbd(), beyond.vbd()),
        )
    }

    /// Power that goes into the element when the normalised currents (drain, source, bulk) flow into its terminals, W.
    pub(super) fn power(&self, at: &Point<'_>, (drain, source, bulk): (f64, f64, f64)) -> f64 {
        let [d, _, s, b] = self.terminals.map(|terminal| at.value(terminal));
        self.polarity.sign() * (d * drain + s * source + b * bulk)
    }

    /// Thermal noise of a conductance at the device temperature, A^2/Hz.
    pub(super) fn thermal_noise(&self, conductance: f64) -> f64 {
        4.0 * BOLTZMANN * self.temperature * conductance
    }

    /// Noise of the leads, and of the channel: `white` in A^2/Hz, `flicker` in A^2/Hz at 1 Hz.
    pub(super) fn noise(
        &self,
        white: f64,
        (flicker, exponent): (f64, f64),
        sources: &mut Vec<NoiseSource>,
    ) {
        for (label, terminal, conductance) in [
            ("rd", DRAIN, self.drain_conductance),
            ("rs", SOURCE, self.source_conductance),
        ] {
            // A transistor without series resistance shows this source as well, with no noise.
            sources.push(NoiseSource {
                label,
                from: self.inner[terminal],
                to: self.terminals[terminal],
                white: self.thermal_noise(conductance),
                flicker: 0.0,
                exponent: 1.0,
            });
        }
        let (from, to) = (self.inner[DRAIN], self.inner[SOURCE]);
        sources.push(NoiseSource {
            label: "id",
            from,
            to,
            white,
            flicker: 0.0,
            exponent,
        });
        sources.push(NoiseSource {
            label: "1overf",
            from,
            to,
            white: 0.0,
            flicker,
            exponent,
        });
    }
}
