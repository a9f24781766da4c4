//! The cells of an array as circuits, with whatever they have inside eliminated: what
//! [`NonlinearArray`](ohmloom_solver::line_grid::NonlinearArray) solves.
//!
//! * [`ResistorCells`]: 1R, and with a selector in the law 1S1R.
//! * [`TransistorCells`], a memristor and a transistor: 1T1R.
//! * [`CellDescription`]: any of them, as written in configuration files.
//! * [`DynamicDevices`] and [`DynamicTransistorCells`]: the same in time, with charges, and with memristors whose states move.

mod description;
mod device;
mod dynamic;
mod memristor;
mod programming;
mod resistor;
mod series;
mod transistor;

pub use description::{
    CellDescription, LawDescription, PolarityName, SelectorDescription, TransistorDescription,
    UseCells, UseTransistor,
};
pub use device::{Device, MemristorDevice, StaticDevice};
pub use dynamic::{DynamicDevices, DynamicTransistorCells, Gates};
pub use memristor::{AnyMemristor, MemristorDescription, NumberOrWord, StateRange};
pub use programming::Programmed;
pub use resistor::ResistorCells;
pub use series::Middle;
pub use transistor::{GateLines, MemristorSide, TransistorCells};
