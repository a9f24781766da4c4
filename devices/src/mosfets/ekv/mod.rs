//! The EKV 2.6 transistor: Bucher, Lallement, Enz, Theodoloz and Krummenacher, "The EPFL-EKV MOSFET Model Equations for
//! Simulation, Model Version 2.6", Technical Report, EPFL, 1997, revised 1998.
//!
//! Everything refers to the bulk and one expression holds from weak to strong inversion. Terminal charges are functions
//! of the terminal voltages and their sum is zero, so that charge is conserved in transients.

mod card;
mod law;
mod standalone;
mod transistor;

pub use card::EkvModel;
pub use transistor::EkvMosfet;

/// A number with its gradient by the gate, drain and source voltages.
type Dual = crate::dual::Dual<3>;
