//! From a flat circuit to results: assembling the solver's circuit, running its analyses, repeating them for `.step` and
//! `.mc`, and lending them to control scripts.

mod analyses;
mod assembly;
mod listing;
mod recording;
mod script;
mod selection;
mod session;
mod settings;
mod temperature;

pub use analyses::{Progress, carry_on};
pub use listing::Listing;
pub use recording::{Recorded, Selection};
pub use session::{RunKind, Session, SimulationError};
