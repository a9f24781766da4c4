//! The EKV transistor outside a circuit.

use super::super::bias::Bias;
use super::super::frame::{DRAIN, SOURCE};
use super::super::standalone::{AtDiffusions, Potentials, Transistor};
use super::transistor::{EkvMosfet, Terminals};

impl Transistor for EkvMosfet {
    type GateHistory = ();

    fn has_leads(&self) -> bool {
        self.frame.drain_conductance > 0.0 || self.frame.source_conductance > 0.0
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
    ) -> (AtDiffusions, AtDiffusions, ()) {
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
        (self.diffusion_currents(bias, &terminals, gmin), charges, ())
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
