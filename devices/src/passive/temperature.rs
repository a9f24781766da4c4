//! The temperature of one element and what it does to a value.

use ohmloom_solver::circuit::CircuitError;

use super::refusal;
use crate::constants::ZERO_CELSIUS;

/// Nominal temperature where the model has none, degrees Celsius.
const NOMINAL_CELSIUS: f64 = 27.0;

/// Where the temperature of an element comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Thermometer {
    /// `temp` of the instance, Celsius; it wins over `dtemp`.
    pub(super) own_celsius: Option<f64>,
    /// `dtemp` of the instance: difference from the ambient temperature, kelvin.
    pub(super) difference: f64,
    /// `tnom` of the model, Celsius; 27 when absent.
    pub(super) nominal_celsius: Option<f64>,
}

impl Thermometer {
    /// The temperature of the element in kelvin.
    pub(super) fn kelvin(&self, ambient_kelvin: f64) -> f64 {
        match self.own_celsius {
            Some(celsius) => celsius + ZERO_CELSIUS,
            None => ambient_kelvin + self.difference,
        }
    }

    /// How far the element is above the temperature at which its model was measured, kelvin. Fails below absolute zero.
    pub(super) fn above_nominal(
        &self,
        element: &str,
        ambient_kelvin: f64,
    ) -> Result<f64, CircuitError> {
        let kelvin = self.kelvin(ambient_kelvin);
        if kelvin > 0.0 && kelvin.is_finite() {
            let nominal = self.nominal_celsius.unwrap_or(NOMINAL_CELSIUS) + ZERO_CELSIUS;
            Ok(kelvin - nominal)
        } else {
            let celsius = kelvin - ZERO_CELSIUS;
            Err(refusal(
                element,
                format!(
                    "temp = {celsius}: must be above absolute zero, -{ZERO_CELSIUS} degrees Celsius"
                ),
            ))
        }
    }
}

/// `1 + tc1 dT + tc2 dT^2`; the coefficients of the instance win over those of the model.
pub(super) fn polynomial_factor(
    instance: (Option<f64>, Option<f64>),
    model: (f64, f64),
    above_nominal: f64,
) -> f64 {
    let tc1 = instance.0.unwrap_or(model.0);
    let tc2 = instance.1.unwrap_or(model.1);
    (tc2 * above_nominal + tc1) * above_nominal + 1.0
}
