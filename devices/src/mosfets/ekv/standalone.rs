//! The EKV transistor outside a circuit.

use super::super::frame::{DRAIN, SOURCE};
use super::super::standalone::{AtDiffusions, Potentials, Transistor};
use super::transistor::EkvMosfet;

impl Transistor for EkvMosfet {
    type GateHistory = ();

    fn has_leads(&self) -> bool {
        self.frame.drain_conductance > 0.0 || self.frame.source_conductance > 0.0
    }

    #[inline]
    fn currents(&self, at: Potentials, gmin: f64) -> AtDiffusions {
        let sign = self.frame.polarity.sign();
        let bias = at.bias(self.frame.polarity);
        let current = self.terminals(bias).current;
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

    #[inline]
    fn charges(&self, at: Potentials, _: Option<&()>) -> (AtDiffusions, ()) {
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
        (charges, ())
    }
}
