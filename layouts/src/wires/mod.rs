//! Wire parasitics from geometry: resistance and capacitance of the piece of line that belongs to a cell, and how fast a line settles.
//!
//! * [`Conductor`], [`resistivity`]: resistivity of narrow lines: surface and grain-boundary scattering.
//! * [`LineGeometry`]: the cross section of a line with its barrier; ohm per cell.
//! * [`Surroundings`]: dielectrics and neighbours; farad per cell.
//! * [`Technology`]: metal layers with public figures.
//! * [`Line`]: delay and settling of a line with a driver and cells.
//!
//! ```
//! use ohmloom_layouts::wires::{Line, Technology};
//!
//! let wire = Technology::Sky130Met1.cell_wire(0.5e-6)?; // cells every 0.5 um
//! assert!((wire.resistance - 0.446).abs() < 1e-3); // ohm per cell
//! let line = Line { cells: 256, wire, cell_capacitance: 0.1e-15, driver_resistance: 1e3, load_capacitance: 0.0 };
//! assert!(line.settling_time(8)? < 1e-9);
//! # Ok::<(), ohmloom_layouts::LayoutError>(())
//! ```

mod capacitance;
mod delay;
mod geometry;
mod scattering;
mod technology;

pub use capacitance::{LineCapacitance, Surroundings};
pub use delay::Line;
pub use geometry::{CellWire, LineGeometry};
pub use scattering::{Conductor, grain_boundary_factor, resistivity, surface_factor};
pub use technology::{Technology, scaled_local_metal};

use crate::LayoutError;

/// A finite number above zero.
fn positive(key: &'static str, value: f64) -> Result<(), LayoutError> {
    require(
        value > 0.0 && value.is_finite(),
        key,
        value,
        "must be above 0 and finite",
    )
}

/// A finite number, zero or above.
fn not_negative(key: &'static str, value: f64) -> Result<(), LayoutError> {
    require(
        value >= 0.0 && value.is_finite(),
        key,
        value,
        "must be finite and not negative",
    )
}

fn require(
    good: bool,
    key: &'static str,
    value: f64,
    reason: &'static str,
) -> Result<(), LayoutError> {
    if good {
        Ok(())
    } else {
        Err(LayoutError::BadSetting { key, value, reason })
    }
}
