//! Arrays in time: capacitances of the lines, charges and states of the cells.
//!
//! Every time step is one solution of an array of nonlinear cells ([`NonlinearArray`](super::NonlinearArray)): what the capacitances take and
//! what the states do within the step is part of each cell's two currents. Steps are trapezoidal, the first after a corner of a
//! drive is backward Euler; their length follows the truncation error of node potentials and cell states, estimated from
//! divided differences of the accepted points.

mod accepted;
mod cells;
mod history;
mod stepper;

pub(super) use accepted::{Accepted, Loaded};
pub use cells::{DynamicCells, TimeStep};
pub use history::Trace;
pub use stepper::{ArrayTransient, Drives, Instant, LineCapacitance, TransientOptions};
