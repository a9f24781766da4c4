//! Arrays as parts of an outer circuit.
//!
//! Each row and each column ends in a *port*, rows at their left, columns at their bottom; cells with transistors add a port for each
//! gate line and one for their common bulk. Given the potentials of all ports, [`PortArray`] solves the array inside and answers with the current
//! into each port, and with the exact derivatives of these currents: in Kirchhoff's equations of the outer circuit the whole array
//! is one element with as many terminals as it has ports.
//!
//! At rest, in a step of a transient and for small signals the array is the same one; what is accepted at the end of each step
//! stays here.

mod admittance;
mod array;
mod cells;
mod kept;

pub use array::{PortArray, PortWires};
pub use cells::{CellConductances, PortedCells};
