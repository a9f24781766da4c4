//! Transistors outside a circuit, evaluated at given potentials: what the cells of an array are made of.

use ohmloom_solver::circuit::CircuitError;

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

/// The charge of the gate, and what the next time step has to know of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AtGate<H> {
    /// Coulomb.
    pub charge: f64,
    /// Derivative by the drain's potential, F.
    pub by_drain: f64,
    /// Derivative by the source's potential, F.
    pub by_source: f64,
    /// What the next step takes as `accepted`.
    pub history: H,
}

/// Derivatives of currents into the terminals (S) and of charges at them (F) by the potentials, each as `[terminal][potential]` in the
/// order drain, gate, source, bulk.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TerminalMatrices {
    /// Of the currents, S.
    pub conductance: [[f64; 4]; 4],
    /// Of the charges, F.
    pub capacitance: [[f64; 4]; 4],
}

impl TerminalMatrices {
    /// Adds a capacitance (F) between two terminals.
    pub(super) fn add_capacitance(&mut self, a: usize, b: usize, farad: f64) {
        self.capacitance[a][a] += farad;
        self.capacitance[b][b] += farad;
        self.capacitance[a][b] -= farad;
        self.capacitance[b][a] -= farad;
    }

    /// Adds a conductance (S) between two terminals.
    pub(super) fn add_conductance(&mut self, a: usize, b: usize, siemens: f64) {
        self.conductance[a][a] += siemens;
        self.conductance[b][b] += siemens;
        self.conductance[a][b] -= siemens;
        self.conductance[b][a] -= siemens;
    }
}

/// A transistor whose currents and charges can be asked for at any potentials. Its series resistances, if it has any, are not part of
/// the answer: see [`Transistor::has_leads`].
pub trait Transistor: Send + Sync {
    /// What the charges of a time step depend on besides the potentials.
    type GateHistory: Clone + Copy + Default + Send + Sync;

    /// Whether the model has drain or source resistances.
    fn has_leads(&self) -> bool;

    /// Changes the ambient temperature, K.
    ///
    /// # Errors
    /// [`CircuitError::Parameter`] when a parameter is impossible at that temperature.
    fn set_ambient(&mut self, kelvin: f64) -> Result<(), CircuitError>;

    /// Currents into drain and source, A, with `gmin` across the bulk junctions.
    fn currents(&self, at: Potentials, gmin: f64) -> AtDiffusions;

    /// Currents as [`Self::currents`], and charges at drain, source and gate, C. With `accepted`, at the end of a time step that
    /// began there; without, at rest.
    fn currents_and_charges(
        &self,
        at: Potentials,
        gmin: f64,
        accepted: Option<&Self::GateHistory>,
    ) -> (AtDiffusions, AtDiffusions, AtGate<Self::GateHistory>);

    /// Derivatives of currents and charges by all four potentials; arguments as above.
    fn matrices(
        &self,
        at: Potentials,
        gmin: f64,
        accepted: Option<&Self::GateHistory>,
    ) -> TerminalMatrices;
}
