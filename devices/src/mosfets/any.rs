//! A transistor of a level that is chosen at run time.

use ohmloom_solver::circuit::CircuitError;

use super::ekv::EkvMosfet;
use super::level1::Level1;
use super::level2::Level2;
use super::level3::Level3;
use super::standalone::{AtDiffusions, AtGate, Potentials, TerminalMatrices, Transistor};
use super::transistor::{GateHistory, Mosfet};

/// A transistor outside a circuit, of any level.
#[derive(Clone, Debug)]
pub enum AnyTransistor {
    /// Shichman and Hodges.
    Level1(Mosfet<Level1>),
    /// Grove and Frohman.
    Level2(Mosfet<Level2>),
    /// Semi-empirical.
    Level3(Mosfet<Level3>),
    /// EKV 2.6.
    Ekv(EkvMosfet),
}

impl Transistor for AnyTransistor {
    type GateHistory = GateHistory;

    fn has_leads(&self) -> bool {
        match self {
            Self::Level1(mosfet) => mosfet.has_leads(),
            Self::Level2(mosfet) => mosfet.has_leads(),
            Self::Level3(mosfet) => mosfet.has_leads(),
            Self::Ekv(mosfet) => mosfet.has_leads(),
        }
    }

    fn set_ambient(&mut self, kelvin: f64) -> Result<(), CircuitError> {
        match self {
            Self::Level1(mosfet) => mosfet.set_ambient(kelvin),
            Self::Level2(mosfet) => mosfet.set_ambient(kelvin),
            Self::Level3(mosfet) => mosfet.set_ambient(kelvin),
            Self::Ekv(mosfet) => mosfet.set_ambient(kelvin),
        }
    }

    #[inline]
    fn currents(&self, at: Potentials, gmin: f64) -> AtDiffusions {
        match self {
            Self::Level1(mosfet) => mosfet.currents(at, gmin),
            Self::Level2(mosfet) => mosfet.currents(at, gmin),
            Self::Level3(mosfet) => mosfet.currents(at, gmin),
            Self::Ekv(mosfet) => mosfet.currents(at, gmin),
        }
    }

    #[inline]
    fn currents_and_charges(
        &self,
        at: Potentials,
        gmin: f64,
        accepted: Option<&GateHistory>,
    ) -> (AtDiffusions, AtDiffusions, AtGate<GateHistory>) {
        match self {
            Self::Level1(mosfet) => mosfet.currents_and_charges(at, gmin, accepted),
            Self::Level2(mosfet) => mosfet.currents_and_charges(at, gmin, accepted),
            Self::Level3(mosfet) => mosfet.currents_and_charges(at, gmin, accepted),
            Self::Ekv(mosfet) => {
                let (currents, charges, gate) = mosfet.currents_and_charges(at, gmin, None);
                let gate = AtGate {
                    charge: gate.charge,
                    by_drain: gate.by_drain,
                    by_source: gate.by_source,
                    history: GateHistory::default(),
                };
                (currents, charges, gate)
            }
        }
    }

    fn matrices(
        &self,
        at: Potentials,
        gmin: f64,
        accepted: Option<&GateHistory>,
    ) -> TerminalMatrices {
        match self {
            Self::Level1(mosfet) => mosfet.matrices(at, gmin, accepted),
            Self::Level2(mosfet) => mosfet.matrices(at, gmin, accepted),
            Self::Level3(mosfet) => mosfet.matrices(at, gmin, accepted),
            Self::Ekv(mosfet) => mosfet.matrices(at, gmin, None),
        }
    }
}
