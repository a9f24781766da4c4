//! The cells of an array as circuits, with whatever they have inside eliminated: what
//! [`NonlinearArray`](ohmloom_solver::line_grid::NonlinearArray) solves.
//!
//! The cells themselves are those of [`ohmloom_devices::cells`].
//!
//! * [`ResistorCells`]: 1R, and with a selector in the law 1S1R.
//! * [`TransistorCells`], a memristor and a transistor: 1T1R.
//! * [`CellDescription`]: any of them, as written in configuration files.
//! * [`DynamicDevices`] and [`DynamicTransistorCells`]: the same in time, with charges, and with memristors whose states move.

mod description;
mod memristor;
mod programming;

pub use description::{
    CellDescription, LawDescription, PolarityName, SelectorDescription, TransistorDescription,
    UseCells, UseTransistor,
};
pub use memristor::{MemristorDescription, NumberOrWord};
pub use ohmloom_devices::arrays::{AnyMemristor, StateRange};
pub use ohmloom_devices::cells::{
    Device, DynamicDevices, DynamicTransistorCells, GateLines, Gates, MemristorDevice,
    MemristorSide, Middle, ResistorCells, StaticDevice, TransistorCells,
};
pub use programming::Programmed;
