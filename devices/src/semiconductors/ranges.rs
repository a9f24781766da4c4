//! Checks of parameters where they are used.

use ohmloom_solver::circuit::CircuitError;

use crate::constants::ZERO_CELSIUS;
use crate::parameters::{ParameterError, Parameters};

/// Smallest saturation current, A: what smaller ones (zero included) are taken for, so that logarithms exist.
pub(super) const SATURATION_CURRENT_MIN: f64 = 1e-28;

/// The error of an element about one of its parameters.
pub(super) fn refuse(element: &str, name: &str, value: f64, reason: &'static str) -> CircuitError {
    let error = ParameterError::OutOfRange {
        name: name.to_owned(),
        value,
        reason,
    };
    CircuitError::Parameter {
        element: element.to_owned(),
        reason: error.to_string(),
    }
}

/// Checks parameters of one element against one kind of range after the other.
pub(super) struct Ranges<'a, P> {
    element: &'a str,
    parameters: &'a P,
}

impl<'a, P: Parameters> Ranges<'a, P> {
    /// Also checks that every parameter is finite.
    pub(super) fn new(element: &'a str, parameters: &'a P) -> Result<Self, CircuitError> {
        let ranges = Self {
            element,
            parameters,
        };
        ranges.check(P::names(), f64::is_finite, "must be a finite number")?;
        Ok(ranges)
    }

    /// Every one of `names` that has a value must satisfy `holds`.
    pub(super) fn check(
        &self,
        names: &[&str],
        holds: impl Fn(f64) -> bool,
        reason: &'static str,
    ) -> Result<(), CircuitError> {
        for name in names {
            match self.parameters.get(name) {
                Some(value) if !holds(value) => {
                    return Err(refuse(self.element, name, value, reason));
                }
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn positive(&self, names: &[&str]) -> Result<(), CircuitError> {
        self.check(names, |value| value > 0.0, "must be positive")
    }

    pub(super) fn not_negative(&self, names: &[&str]) -> Result<(), CircuitError> {
        self.check(names, |value| value >= 0.0, "must not be negative")
    }

    pub(super) fn fraction(&self, names: &[&str]) -> Result<(), CircuitError> {
        self.check(
            names,
            |value| (0.0..1.0).contains(&value),
            "must be at least 0 and below 1",
        )
    }
}

/// A quantity that temperature coefficients may have driven out of range.
pub(super) fn positive_at(element: &str, name: &str, value: f64) -> Result<f64, CircuitError> {
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(refuse(
            element,
            name,
            value,
            "must stay positive at the element's temperature",
        ))
    }
}

/// The temperatures of an element and of its model's measurement, kelvin: `temp` of the element line, or the ambient plus
/// its `dtemp`; `tnom` of the model, or 27 degrees Celsius.
pub(super) fn temperatures(
    element: &str,
    ambient_kelvin: f64,
    (temp, dtemp): (Option<f64>, f64),
    tnom: Option<f64>,
) -> Result<(f64, f64), CircuitError> {
    let absolute_zero = "must be above absolute zero, -273.15 degrees Celsius";
    let device = temp.map_or(ambient_kelvin + dtemp, |celsius| celsius + ZERO_CELSIUS);
    let nominal = tnom.unwrap_or(27.0) + ZERO_CELSIUS;
    for (name, kelvin) in [("temp", device), ("tnom", nominal)] {
        if !(kelvin > 0.0 && kelvin.is_finite()) {
            return Err(refuse(element, name, kelvin - ZERO_CELSIUS, absolute_zero));
        }
    }
    Ok((device, nominal))
}
