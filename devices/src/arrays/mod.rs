//! A whole array as one element of a circuit: its rows, columns, gates and bulk are the terminals.
//!
//! [`ArrayElement`] solves the array inside ([`PortArray`]) at every evaluation and loads the exact currents of its ports with
//! their derivatives, so that its wires and cells are no unknowns of the circuit. [`ArrayDescription`] builds one from what a deck says.

mod description;
mod element;
mod memristors;

pub use description::{ArrayDescription, ArrayError, CellDevices, ReadLaw};
pub use element::{ArrayElement, ArrayPorts};
pub use memristors::{AnyMemristor, StateRange, UseMemristor, with_memristor};

use ohmloom_solver::circuit::CircuitError;
use ohmloom_solver::line_grid::{GridError, PortArray, PortedCells, TimeStep};
use ohmloom_solver::lu::Complex;

/// The array inside an element, whatever its cells are.
trait Inside: Send {
    fn ports(&self) -> usize;
    fn set_gmin(&mut self, gmin: f64);
    fn set_temperature(&mut self, kelvin: f64) -> Result<(), CircuitError>;
    fn solve(
        &mut self,
        potentials: &[f64],
        step: Option<&TimeStep>,
        currents: &mut [f64],
    ) -> Result<(), GridError>;
    fn conductances(
        &mut self,
        step: Option<&TimeStep>,
        wanted: &[usize],
    ) -> Result<Vec<Vec<f64>>, GridError>;
    fn admittances(&mut self, omega: f64, wanted: &[usize])
    -> Result<Vec<Vec<Complex>>, GridError>;
    fn reset(&mut self);
    fn begin(&mut self);
    fn begin_step(&mut self, length: f64);
    fn truncation(&mut self, step: &TimeStep, reltol: f64) -> f64;
    fn accept(&mut self, step: &TimeStep, corner: bool);
}

impl<C: PortedCells + Send> Inside for PortArray<C> {
    fn ports(&self) -> usize {
        PortArray::ports(self)
    }
    fn set_gmin(&mut self, gmin: f64) {
        PortArray::set_gmin(self, gmin);
    }
    fn set_temperature(&mut self, kelvin: f64) -> Result<(), CircuitError> {
        PortArray::set_temperature(self, kelvin)
    }
    fn solve(
        &mut self,
        potentials: &[f64],
        step: Option<&TimeStep>,
        currents: &mut [f64],
    ) -> Result<(), GridError> {
        PortArray::solve(self, potentials, step, currents)
    }
    fn conductances(
        &mut self,
        step: Option<&TimeStep>,
        wanted: &[usize],
    ) -> Result<Vec<Vec<f64>>, GridError> {
        PortArray::conductances(self, step, wanted)
    }
    fn admittances(
        &mut self,
        omega: f64,
        wanted: &[usize],
    ) -> Result<Vec<Vec<Complex>>, GridError> {
        PortArray::admittances(self, omega, wanted)
    }
    fn reset(&mut self) {
        PortArray::reset(self);
    }
    fn begin(&mut self) {
        PortArray::begin(self);
    }
    fn begin_step(&mut self, length: f64) {
        PortArray::begin_step(self, length);
    }
    fn truncation(&mut self, step: &TimeStep, reltol: f64) -> f64 {
        PortArray::truncation(self, step, reltol)
    }
    fn accept(&mut self, step: &TimeStep, corner: bool) {
        PortArray::accept(self, step, corner);
    }
}
