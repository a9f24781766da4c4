//! The cells of an array as circuits, with whatever they have inside eliminated: what
//! [`NonlinearArray`](ohmloom_solver::line_grid::NonlinearArray) solves.
//!
//! * [`ResistorCells`]: 1R, and with a selector in the law 1S1R.
//! * [`TransistorCells`]: 1T1R.
//! * [`CellDescription`]: any of them, as written in configuration files.

mod description;
mod resistor;
mod transistor;

pub use description::{
    CellDescription, LawDescription, LineFamily, MemristorSideName, PolarityName,
    SelectorDescription, TransistorDescription, UseCells,
};
pub use resistor::ResistorCells;
pub use transistor::{GateLines, MemristorSide, TransistorCells};
