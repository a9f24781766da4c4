//! The pn junction: current, depletion charge, and how both change with temperature.

use crate::constants::{BOLTZMANN, ELEMENTARY_CHARGE};

/// The temperature to which the laws of built-in potential and capacitance refer: 27 degrees Celsius, kelvin.
const REFERENCE_KELVIN: f64 = 300.15;
/// Band gap of silicon at that temperature, eV.
const REFERENCE_BAND_GAP: f64 = 1.115_087_7;
/// Relative change of the permittivity of silicon with temperature, 1/K.
const PERMITTIVITY_SLOPE: f64 = 4e-4;
/// Exponent from which on the exponential is continued by its tangent, far beyond any current.
const EXPONENT_MAX: f64 = 500.0;

/// `k T / q`, V.
pub(super) fn thermal_voltage(kelvin: f64) -> f64 {
    BOLTZMANN * kelvin / ELEMENTARY_CHARGE
}

/// `exp(x)` and its derivative, continued linearly where nothing physical is.
#[inline]
pub(super) fn exponential(x: f64) -> (f64, f64) {
    if x <= EXPONENT_MAX {
        let e = x.exp();
        (e, e)
    } else {
        let e = EXPONENT_MAX.exp();
        (e * (1.0 + x - EXPONENT_MAX), e)
    }
}

/// Current and conductance of an ideal junction: `I (exp(v / nVt) - 1)`, and below `-3 nVt` the cubic `-I (1 + (3 nVt / (e v))^3)`
/// of SPICE3, which joins it with a continuous slope and keeps the conductance from vanishing.
#[inline]
pub(super) fn junction_current(v: f64, saturation: f64, emission_voltage: f64) -> (f64, f64) {
    if v >= -3.0 * emission_voltage {
        let (e, slope) = exponential(v / emission_voltage);
        (
            saturation * (e - 1.0),
            saturation * slope / emission_voltage,
        )
    } else {
        let ratio = 3.0 * emission_voltage / (v * std::f64::consts::E);
        let cube = ratio * ratio * ratio;
        (-saturation * (1.0 + cube), saturation * 3.0 * cube / v)
    }
}

/// Depletion charge of a junction, continued with a linear capacitance above a fraction of its built-in potential.
#[derive(Clone, Copy, Debug)]
pub(super) struct Depletion {
    capacitance: f64,
    potential: f64,
    grading: f64,
    knee: f64,
    knee_charge: f64,
    knee_capacitance: f64,
}

impl Depletion {
    /// `capacitance` at zero bias in F, built-in `potential` in V, `grading` exponent, and the fraction `fc` of the potential
    /// at which the capacitance becomes linear.
    pub(super) fn new(capacitance: f64, potential: f64, grading: f64, fc: f64) -> Self {
        let mut depletion = Self {
            capacitance,
            potential,
            grading,
            knee: f64::INFINITY,
            knee_charge: 0.0,
            knee_capacitance: 0.0,
        };
        let knee = fc * potential;
        (depletion.knee_charge, depletion.knee_capacitance) = depletion.below_knee(knee);
        depletion.knee = knee;
        depletion
    }

    /// Charge in C and capacitance in F at a junction voltage.
    #[inline]
    pub(super) fn at(&self, v: f64) -> (f64, f64) {
        if self.capacitance == 0.0 {
            (0.0, 0.0)
        } else if v < self.knee {
            self.below_knee(v)
        } else {
            let slope = self.knee_capacitance * self.grading / (self.potential - self.knee);
            let over = v - self.knee;
            let charge = self.knee_charge + over * (self.knee_capacitance + 0.5 * slope * over);
            (charge, self.knee_capacitance + slope * over)
        }
    }

    #[inline]
    fn below_knee(&self, v: f64) -> (f64, f64) {
        let log = (-v / self.potential).ln_1p();
        let power = 1.0 - self.grading;
        // Integral of (1 - v/vj)^-m: vj (1 - (1 - v/vj)^(1-m)) / (1-m), with its limit at m = 1.
        let integral = if power.abs() < 1e-9 {
            -log
        } else {
            -(power * log).exp_m1() / power
        };
        (
            self.capacitance * self.potential * integral,
            self.capacitance * (-self.grading * log).exp(),
        )
    }
}

/// How built-in potential and zero-bias capacitance follow temperature (SPICE2, UCB/ERL M520, appendix on temperature).
#[derive(Clone, Copy, Debug)]
pub(super) struct JunctionTemperature {
    device: f64,
    nominal: f64,
}

impl JunctionTemperature {
    /// From the temperature at which the parameters were measured to the device's, kelvin.
    pub(super) fn new(device: f64, nominal: f64) -> Self {
        Self { device, nominal }
    }

    /// Change of the built-in potential from the reference temperature to `kelvin`, besides proportionality, V.
    fn shift(kelvin: f64) -> f64 {
        let vt = thermal_voltage(kelvin);
        let band_gap = 1.16 - 7.02e-4 * kelvin * kelvin / (kelvin + 1108.0);
        let exponent =
            -band_gap / (2.0 * vt) + REFERENCE_BAND_GAP / (2.0 * thermal_voltage(REFERENCE_KELVIN));
        -2.0 * vt * (1.5 * (kelvin / REFERENCE_KELVIN).ln() + exponent)
    }

    /// The potential that `potential` would be at the reference temperature.
    fn at_reference(&self, potential: f64) -> f64 {
        (potential - Self::shift(self.nominal)) * REFERENCE_KELVIN / self.nominal
    }

    /// Built-in potential at the device's temperature, V.
    pub(super) fn potential(&self, potential: f64) -> f64 {
        Self::shift(self.device) + self.at_reference(potential) * self.device / REFERENCE_KELVIN
    }

    /// Zero-bias capacitance at the device's temperature over that at the nominal one.
    pub(super) fn capacitance_ratio(&self, potential: f64, grading: f64) -> f64 {
        let reference = self.at_reference(potential);
        let factor = |kelvin: f64, potential: f64| {
            1.0 + grading
                * (PERMITTIVITY_SLOPE * (kelvin - REFERENCE_KELVIN)
                    - (potential - reference) / reference)
        };
        factor(self.device, self.potential(potential)) / factor(self.nominal, potential)
    }

    /// Exponent of the growth of a saturation current with temperature, before division by an emission coefficient:
    /// `(T/Tnom - 1) eg / Vt + xti ln(T/Tnom)`.
    pub(super) fn saturation_exponent(&self, energy_gap: f64, exponent: f64) -> f64 {
        let ratio = self.device / self.nominal;
        (ratio - 1.0) * energy_gap / thermal_voltage(self.device) + exponent * ratio.ln()
    }

    /// The device's temperature minus the nominal one, kelvin.
    pub(super) fn rise(&self) -> f64 {
        self.device - self.nominal
    }

    /// The device's temperature over the nominal one.
    pub(super) fn ratio(&self) -> f64 {
        self.device / self.nominal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depletion_charge_is_the_integral_of_the_capacitance() {
        for grading in [0.0, 0.33, 0.5, 0.9, 1.0] {
            let junction = Depletion::new(2e-12, 0.8, grading, 0.5);
            for v in [-5.0, -0.3, 0.0, 0.39, 0.41, 0.9] {
                let h = 1e-6;
                let slope = (junction.at(v + h).0 - junction.at(v - h).0) / (2.0 * h);
                let capacitance = junction.at(v).1;
                assert!(
                    (slope - capacitance).abs() < 1e-6 * capacitance,
                    "m = {grading}, v = {v}"
                );
            }
            assert_eq!(junction.at(0.0).0, 0.0);
        }
    }

    #[test]
    fn reverse_branch_joins_with_equal_slope() {
        let vt = 0.025;
        let above = junction_current(-3.0 * vt + 1e-12, 1e-14, vt);
        let below = junction_current(-3.0 * vt - 1e-12, 1e-14, vt);
        assert!((above.0 - below.0).abs() < 1e-9 * above.0.abs());
        assert!((above.1 - below.1).abs() < 1e-9 * above.1);
    }

    #[test]
    fn nothing_changes_at_the_nominal_temperature() {
        for kelvin in [250.0, 300.15, 400.0] {
            let law = JunctionTemperature::new(kelvin, kelvin);
            assert!((law.potential(0.75) - 0.75).abs() < 1e-12);
            assert!((law.capacitance_ratio(0.75, 0.33) - 1.0).abs() < 1e-12);
        }
    }
}
