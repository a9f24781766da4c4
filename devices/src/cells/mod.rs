//! The cells of an array as circuits, with whatever they have inside eliminated: what
//! [`NonlinearArray`](ohmloom_solver::line_grid::NonlinearArray) and its kin solve.
//!
//! * [`ResistorCells`]: 1R, and with a selector in the law 1S1R.
//! * [`TransistorCells`], a memristor and a transistor: 1T1R.
//! * [`DynamicDevices`] and [`DynamicTransistorCells`]: the same in time, with charges, and with memristors whose states move; with
//!   ports at their gates they are the cells of an array in a circuit ([`arrays`](crate::arrays)).

mod device;
mod dynamic;
mod error;
mod ported;
mod resistor;
mod series;
mod transistor;

pub use device::{Device, MemristorDevice, StaticDevice};
pub use dynamic::{DynamicDevices, DynamicTransistorCells, Gates, TransistorHistory};
pub use error::CellError;
pub use resistor::ResistorCells;
pub use series::Middle;
pub use transistor::{GateLines, MemristorSide, TransistorCells};
