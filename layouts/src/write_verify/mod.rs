//! Programming the cells of an array through its wires: pulses, each followed by a read, until every cell conducts what it should.
//!
//! Every pulse is a transient of the array in which the states of all memristors follow their own voltages, so that writing one cell
//! disturbs the others as much as it does. Pulses are rectangular and the wires settle at once: line capacitances are left out.
//!
//! ```
//! use ohmloom_layouts::write_verify::{self, CellStatus, ProgrammingSettings};
//!
//! let settings: ProgrammingSettings = toml::from_str(
//!     r#"
//!     tolerance = 0.02
//!     pulse_limit = 100
//!     memristor = { model = "yakopcic", parameters = { x0 = 0.5 } }
//!     read = { voltage = 0.05, time = 1e-7 }
//!     set = { voltage = 0.18, step = 0.01, limit = 0.3, width = 1e-4 }
//!     reset = { voltage = -0.17, step = 0.01, limit = 0.29, width = 1e-4 }
//!     "#,
//! )?;
//! let targets = [4.0e-3, 4.5e-3, 4.2e-3, 4.4e-3]; // siemens, row by row
//! let outcome = write_verify::program(&settings, &targets, (2, 2), Vec::new(), &())?;
//! assert_eq!(outcome.count(CellStatus::Reached), 4);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod outcome;
mod part;
mod program;
mod selection;
mod settings;
mod stuck;
mod visit;

pub use outcome::{CellOutcome, CellStatus, LeftOut, Observer, ProgrammedPart, ProgrammingOutcome};
pub use part::Effort;
pub use program::program;
pub use selection::{LineVoltages, Selection, Selector};
pub use settings::{Extent, ProgrammingSettings, PulseTrain, ReadSettings, WireSettings};
