//! The EKV transistor outside a circuit.

use ohmloom_solver::circuit::{CircuitError, Element};

use super::super::bias::Bias;
use super::super::frame::{BULK, DRAIN, GATE, SOURCE};
use super::super::standalone::{AtDiffusions, AtGate, Potentials, TerminalMatrices, Transistor};
use super::transistor::{EkvMosfet, Terminals};

impl Transistor for EkvMosfet {
    type GateHistory = ();

    fn has_leads(&self) -> bool {
        self.frame.drain_conductance > 0.0 || self.frame.source_conductance > 0.0
    }

    fn set_ambient(&mut self, kelvin: f64) -> Result<(), CircuitError> {
        Element::set_temperature(self, kelvin)
    }

    #[inline]
    fn currents(&self, at: Potentials, gmin: f64) -> AtDiffusions {
        let bias = at.bias(self.frame.polarity);
        self.diffusion_currents(bias, &self.terminals(bias), gmin)
    }

    #[inline]
    fn currents_and_charges(
        &self,
        at: Potentials,
        gmin: f64,
        _: Option<&()>,
    ) -> (AtDiffusions, AtDiffusions, AtGate<()>) {
        let sign = self.frame.polarity.sign();
        let bias = at.bias(self.frame.polarity);
        let terminals = self.terminals(bias);
        let frame = &self.frame;
        let source_junction = frame.source_junction.charge(bias.vbs);
        let drain_junction = frame.drain_junction.charge(bias.vbd());
        let overlaps = &frame.overlaps;
        let (drain, source) = (&terminals.drain, &terminals.source);
        let charges = AtDiffusions {
            drain: sign * (drain.value - overlaps.drain * bias.vgd() - drain_junction.value),
            source: sign * (source.value - overlaps.source * bias.vgs - source_junction.value),
            drain_by_drain: drain.row()[DRAIN] + overlaps.drain + drain_junction.slope,
            drain_by_source: drain.row()[SOURCE],
            source_by_drain: source.row()[DRAIN],
            source_by_source: source.row()[SOURCE] + overlaps.source + source_junction.slope,
        };
        let gate = AtGate {
            charge: sign
                * (terminals.gate.value
                    + overlaps.drain * bias.vgd()
                    + overlaps.source * bias.vgs
                    + overlaps.bulk * bias.vgb()),
            by_drain: terminals.gate.row()[DRAIN] - overlaps.drain,
            by_source: terminals.gate.row()[SOURCE] - overlaps.source,
            history: (),
        };
        let currents = self.diffusion_currents(bias, &terminals, gmin);
        (currents, charges, gate)
    }

    fn matrices(&self, at: Potentials, gmin: f64, _: Option<&()>) -> TerminalMatrices {
        let bias = at.bias(self.frame.polarity);
        let terminals = self.terminals(bias);
        let frame = &self.frame;
        let mut matrices = TerminalMatrices::default();
        let row = terminals.current.row();
        matrices.conductance[DRAIN] = row;
        matrices.conductance[SOURCE] = row.map(|g| -g);
        let bulk = frame.bulk_currents(bias, gmin);
        matrices.add_conductance(BULK, DRAIN, bulk.drain.slope);
        matrices.add_conductance(BULK, SOURCE, bulk.source.slope);
        for (terminal, charge) in [
            (DRAIN, &terminals.drain),
            (GATE, &terminals.gate),
            (SOURCE, &terminals.source),
        ] {
            for (column, c) in charge.row().into_iter().enumerate() {
                matrices.capacitance[terminal][column] += c;
                matrices.capacitance[BULK][column] -= c;
            }
        }
        let overlaps = &frame.overlaps;
        matrices.add_capacitance(GATE, DRAIN, overlaps.drain);
        matrices.add_capacitance(GATE, SOURCE, overlaps.source);
        matrices.add_capacitance(GATE, BULK, overlaps.bulk);
        let (source, drain) = (&frame.source_junction, &frame.drain_junction);
        matrices.add_capacitance(BULK, SOURCE, source.charge(bias.vbs).slope);
        matrices.add_capacitance(BULK, DRAIN, drain.charge(bias.vbd()).slope);
        matrices
    }
}

impl EkvMosfet {
    #[inline(always)]
    fn diffusion_currents(&self, bias: Bias, terminals: &Terminals, gmin: f64) -> AtDiffusions {
        let sign = self.frame.polarity.sign();
        let current = &terminals.current;
        let bulk = self.frame.bulk_currents(bias, gmin);
        let row = current.row();
        AtDiffusions {
            drain: sign * (current.value - bulk.drain.value),
            source: -sign * (current.value + bulk.source.value),
            drain_by_drain: row[DRAIN] + bulk.drain.slope,
            drain_by_source: row[SOURCE],
            source_by_drain: -row[DRAIN],
            source_by_source: -row[SOURCE] + bulk.source.slope,
        }
    }
}
