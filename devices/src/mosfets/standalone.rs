//! Transistors outside a circuit, evaluated at given potentials: what the cells of an array are made of.

use super::bias::{Bias, Polarity};

/// Potentials of the terminals, V.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Potentials {
    /// Drain.
    pub drain: f64,
    /// Gate.
    pub gate: f64,
    /// Source.
    pub source: f64,
    /// Bulk.
    pub bulk: f64,
}

impl Potentials {
    /// The voltages that the laws take, normalised to an n-channel device.
    #[inline(always)]
    pub(super) fn bias(self, polarity: Polarity) -> Bias {
        let sign = polarity.sign();
        Bias {
            vgs: sign * (self.gate - self.source),
            vds: sign * (self.drain - self.source),
            vbs: sign * (self.bulk - self.source),
        }
    }
}

/// Something at the drain and at the source, with its derivatives by the potentials of both (gate and bulk are held).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AtDiffusions {
    /// At the drain.
    pub drain: f64,
    /// At the source.
    pub source: f64,
    /// Of the drain's by the drain's potential.
    pub drain_by_drain: f64,
    /// Of the drain's by the source's potential.
    pub drain_by_source: f64,
    /// Of the source's by the drain's potential.
    pub source_by_drain: f64,
    /// Of the source's by the source's potential.
    pub source_by_source: f64,
}

/// A transistor whose currents and charges can be asked for at any potentials. Its series resistances, if it has any, are not part of
/// the answer: see [`Transistor::has_leads`].
pub trait Transistor: Send + Sync {
    /// What the charges of a time step depend on besides the potentials.
    type GateHistory: Clone + Copy + Default + Send + Sync;

    /// Whether the model has drain or source resistances.
    fn has_leads(&self) -> bool;

    /// Currents into drain and source, A, with `gmin` across the bulk junctions.
    fn currents(&self, at: Potentials, gmin: f64) -> AtDiffusions;

    /// Currents as [`Self::currents`], and charges at drain and source, C. With `accepted`, at the end of a time step that
    /// began there; without, at rest. The third value is what the next step takes as `accepted`.
    fn currents_and_charges(
        &self,
        at: Potentials,
        gmin: f64,
        accepted: Option<&Self::GateHistory>,
    ) -> (AtDiffusions, AtDiffusions, Self::GateHistory);
}
