//! What a cell tells an array that is part of a circuit.

use super::super::transient::{DynamicCells, TimeStep};
use crate::circuit::CircuitError;
use crate::lu::Complex;

/// Derivatives of the currents into a cell by the potentials of its terminals as `[terminal][potential]`, in the order row, column, gate,
/// bulk.
pub type CellConductances<S> = [[S; 4]; 4];

/// Cells whose gates and bulk, if they have any, are ports.
pub trait PortedCells: DynamicCells {
    /// Number of gate lines; 0 for cells without gate and bulk.
    fn gate_lines(&self) -> usize;

    /// The gate line of a cell; of no meaning where there are none.
    fn gate_line(&self, crossing: (usize, usize)) -> usize;

    /// Moves gate lines and bulk to these potentials, V.
    fn set_controls(&mut self, gates: &[f64], bulk: f64);

    /// Changes the conductance across junctions, S.
    fn set_gmin(&mut self, gmin: f64);

    /// Changes the temperature, K.
    ///
    /// # Errors
    /// What [`Element::set_temperature`](crate::circuit::Element::set_temperature) of a part of the cell says.
    fn set_temperature(&mut self, kelvin: f64) -> Result<(), CircuitError>;

    /// Potentials of gate and bulk of a cell, V.
    fn controls_of(&self, crossing: (usize, usize)) -> (f64, f64);

    /// Currents into gate and bulk of a cell with row and column at these potentials, near those of its last evaluation, A.
    fn control_currents(&self, potentials: (f64, f64), memory: &Self::Memory) -> (f64, f64);

    /// Derivatives of the currents into a cell whose branch has been evaluated at these potentials; at rest without `step`.
    fn conductances(
        &self,
        crossing: (usize, usize),
        potentials: (f64, f64),
        step: Option<&TimeStep>,
        history: &Self::History,
        memory: &mut Self::Memory,
    ) -> CellConductances<f64>;

    /// The same for small signals of angular frequency `omega`, rad/s, around rest.
    fn admittances(
        &self,
        crossing: (usize, usize),
        potentials: (f64, f64),
        omega: f64,
        history: &Self::History,
        memory: &mut Self::Memory,
    ) -> CellConductances<Complex>;
}
