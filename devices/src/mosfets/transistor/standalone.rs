//! The transistor of levels 1 to 3 outside a circuit.

use ohmloom_solver::circuit::{CircuitError, Element};

use super::super::bias::Bias;
use super::super::channel::Level;
use super::super::frame::{BULK, DRAIN, GATE, SOURCE};
use super::super::standalone::{AtDiffusions, AtGate, Potentials, TerminalMatrices, Transistor};
use super::{GateState, Mosfet, TerminalCurrent};

/// Voltages, charges and capacitances of the gate at an accepted time point.
#[derive(Clone, Copy, Debug, Default)]
pub struct GateHistory(GateState);

impl<L: Level> Transistor for Mosfet<L> {
    type GateHistory = GateHistory;

    fn has_leads(&self) -> bool {
        self.frame.drain_conductance > 0.0 || self.frame.source_conductance > 0.0
    }

    fn set_ambient(&mut self, kelvin: f64) -> Result<(), CircuitError> {
        Element::set_temperature(self, kelvin)
    }

    #[inline]
    fn currents(&self, at: Potentials, gmin: f64) -> AtDiffusions {
        let bias = at.bias(self.frame.polarity);
        self.diffusion_currents(bias, &self.current(bias), gmin)
    }

    #[inline]
    fn currents_and_charges(
        &self,
        at: Potentials,
        gmin: f64,
        accepted: Option<&GateHistory>,
    ) -> (AtDiffusions, AtDiffusions, AtGate<GateHistory>) {
        let sign = self.frame.polarity.sign();
        let bias = at.bias(self.frame.polarity);
        let channel = self.current(bias);
        let frame = &self.frame;
        let source_junction = frame.source_junction.charge(bias.vbs);
        let drain_junction = frame.drain_junction.charge(bias.vbd());
        let mut charges = AtDiffusions {
            drain: -sign * drain_junction.value,
            source: -sign * source_junction.value,
            drain_by_drain: drain_junction.slope,
            source_by_source: source_junction.slope,
            ..AtDiffusions::default()
        };
        let mut gate = GateState::default();
        let mut at_gate = AtGate::default();
        if self.gate_charge {
            gate.halves = self.halves(bias, channel.von, channel.vdsat);
            gate.voltages = [bias.vgs, bias.vgd(), bias.vgb()];
            let overlaps = self.overlaps();
            let mut capacitances = [0.0; 3];
            for k in 0..3 {
                let (c, q) = if let Some(GateHistory(old)) = accepted {
                    let c = gate.halves[k] + old.halves[k] + overlaps[k];
                    (c, old.charges[k] + c * (gate.voltages[k] - old.voltages[k]))
                } else {
                    let c = 2.0 * gate.halves[k] + overlaps[k];
                    (c, c * gate.voltages[k])
                };
                (capacitances[k], gate.charges[k]) = (c, q);
            }
            let [source, drain, _] = gate.charges;
            charges.drain -= sign * drain;
            charges.source -= sign * source;
            at_gate.charge = sign * gate.charges.iter().sum::<f64>();
            at_gate.by_drain = -capacitances[1];
            at_gate.by_source = -capacitances[0];
            charges.drain_by_drain += capacitances[1];
            charges.source_by_source += capacitances[0];
            if let Some(GateHistory(old)) = accepted {
                // The capacitances move with the potentials, too.
                let moved: [f64; 3] =
                    std::array::from_fn(|k| sign * (gate.voltages[k] - old.voltages[k]));
                if moved.iter().any(|volts| volts.abs() > STANDS_STILL) {
                    let [by_drain, by_source] = [DRAIN, SOURCE]
                        .map(|terminal| self.slopes_of_halves(at, &gate.halves, terminal));
                    charges.drain_by_drain -= moved[1] * by_drain[1];
                    charges.drain_by_source -= moved[1] * by_source[1];
                    charges.source_by_drain -= moved[0] * by_drain[0];
                    charges.source_by_source -= moved[0] * by_source[0];
                    for (k, moved) in moved.into_iter().enumerate() {
                        at_gate.by_drain += moved * by_drain[k];
                        at_gate.by_source += moved * by_source[k];
                    }
                }
            }
        }
        let currents = self.diffusion_currents(bias, &channel, gmin);
        at_gate.history = GateHistory(gate);
        (currents, charges, at_gate)
    }

    fn matrices(
        &self,
        at: Potentials,
        gmin: f64,
        accepted: Option<&GateHistory>,
    ) -> TerminalMatrices {
        let sign = self.frame.polarity.sign();
        let bias = at.bias(self.frame.polarity);
        let channel = self.current(bias);
        let frame = &self.frame;
        let mut matrices = TerminalMatrices::default();
        let by_source = channel.by_gate + channel.by_drain + channel.by_bulk;
        let row = [
            channel.by_drain,
            channel.by_gate,
            -by_source,
            channel.by_bulk,
        ];
        matrices.conductance[DRAIN] = row;
        matrices.conductance[SOURCE] = row.map(|g| -g);
        let bulk = frame.bulk_currents(bias, gmin);
        matrices.add_conductance(BULK, DRAIN, bulk.drain.slope);
        matrices.add_conductance(BULK, SOURCE, bulk.source.slope);
        let (source, drain) = (&frame.source_junction, &frame.drain_junction);
        matrices.add_capacitance(BULK, SOURCE, source.charge(bias.vbs).slope);
        matrices.add_capacitance(BULK, DRAIN, drain.charge(bias.vbd()).slope);
        if !self.gate_charge {
            return matrices;
        }
        let halves = self.halves(bias, channel.von, channel.vdsat);
        let overlaps = self.overlaps();
        let others = [SOURCE, DRAIN, BULK];
        let Some(GateHistory(old)) = accepted else {
            for (k, terminal) in others.into_iter().enumerate() {
                matrices.add_capacitance(GATE, terminal, 2.0 * halves[k] + overlaps[k]);
            }
            return matrices;
        };
        let voltages = [bias.vgs, bias.vgd(), bias.vgb()];
        for (k, terminal) in others.into_iter().enumerate() {
            matrices.add_capacitance(GATE, terminal, halves[k] + old.halves[k] + overlaps[k]);
        }
        // The capacitances move with the potentials, too; all potentials together move nothing.
        let moved: [f64; 3] = std::array::from_fn(|k| sign * (voltages[k] - old.voltages[k]));
        if moved.iter().all(|volts| volts.abs() <= STANDS_STILL) {
            return matrices;
        }
        for terminal in [DRAIN, GATE, SOURCE] {
            let slopes = self.slopes_of_halves(at, &halves, terminal);
            for (k, other) in others.into_iter().enumerate() {
                let slope = moved[k] * slopes[k];
                matrices.capacitance[GATE][terminal] += slope;
                matrices.capacitance[other][terminal] -= slope;
                matrices.capacitance[GATE][BULK] -= slope;
                matrices.capacitance[other][BULK] += slope;
            }
        }
        matrices
    }
}

impl<L: Level> Mosfet<L> {
    #[inline(always)]
    fn diffusion_currents(&self, bias: Bias, channel: &TerminalCurrent, gmin: f64) -> AtDiffusions {
        let sign = self.frame.polarity.sign();
        let bulk = self.frame.bulk_currents(bias, gmin);
        let by_source = channel.by_gate + channel.by_drain + channel.by_bulk;
        AtDiffusions {
            drain: sign * (channel.id - bulk.drain.value),
            source: -sign * (channel.id + bulk.source.value),
            drain_by_drain: channel.by_drain + bulk.drain.slope,
            drain_by_source: -by_source,
            source_by_drain: -channel.by_drain,
            source_by_source: by_source + bulk.source.slope,
        }
    }

    /// How the halves of the capacitances to source, drain and bulk change with the potential of a terminal, F/V; by differences, since
    /// they only guide iterations.
    #[inline]
    fn slopes_of_halves(&self, at: Potentials, halves: &[f64; 3], terminal: usize) -> [f64; 3] {
        let by = |other: usize| if terminal == other { DIFFERENCE } else { 0.0 };
        let moved = Potentials {
            drain: at.drain + by(DRAIN),
            gate: at.gate + by(GATE),
            source: at.source + by(SOURCE),
            bulk: at.bulk + by(BULK),
        };
        let bias = moved.bias(self.frame.polarity);
        let channel = self.current(bias);
        let moved = self.halves(bias, channel.von, channel.vdsat);
        std::array::from_fn(|k| (moved[k] - halves[k]) / DIFFERENCE)
    }
}

/// A gate voltage that moves by less in a step does not move the capacitances enough to guide iterations, V.
const STANDS_STILL: f64 = 1e-4;
/// Step of a difference, V.
const DIFFERENCE: f64 = 1e-6;
