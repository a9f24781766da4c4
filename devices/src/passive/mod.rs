//! Resistors, capacitors, inductors and their coupling.
//!
//! All are linear. [`AcResistor`] is the one exception: its resistance is another one in small-signal analyses.

mod ac_resistor;
mod branch;
mod capacitor;
mod coupling;
mod inductor;
mod resistor;
mod temperature;

pub use ac_resistor::AcResistor;
pub use capacitor::{Capacitor, CapacitorInstance, CapacitorModel};
pub use coupling::{MutualInductance, Winding};
pub use inductor::{Inductor, InductorInstance, InductorModel};
pub use resistor::{Resistor, ResistorInstance, ResistorModel};

pub(crate) use branch::BranchSlots;

use ohmloom_solver::circuit::CircuitError;

/// The error of an element whose parameters make no sense.
pub(crate) fn refusal(element: &str, reason: impl Into<String>) -> CircuitError {
    CircuitError::Parameter {
        element: element.to_owned(),
        reason: reason.into(),
    }
}

/// Fails unless `value` is a number that is not infinite.
pub(crate) fn require_finite(element: &str, name: &str, value: f64) -> Result<(), CircuitError> {
    if value.is_finite() {
        Ok(())
    } else {
        Err(refusal(
            element,
            format!("{name} = {value}: must be finite"),
        ))
    }
}

/// Fails unless `value` is a multiplier: greater than zero and finite.
pub(crate) fn require_multiplier(
    element: &str,
    name: &str,
    value: f64,
) -> Result<(), CircuitError> {
    if value > 0.0 && value.is_finite() {
        Ok(())
    } else {
        Err(refusal(
            element,
            format!("{name} = {value}: must be greater than zero"),
        ))
    }
}
