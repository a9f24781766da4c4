//! The diodes between the bulk and the source or drain.

use super::process::{JunctionTemperature, require};
use crate::parameters::ParameterError;

/// Law of a bulk junction more than three thermal voltages in reverse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReverseCurrent {
    /// `-is`.
    Flat,
    /// `-is (1 + (3 vt / (e v))^3)`: continuous with its derivative where the exponential ends.
    Cubic,
}

/// Parameters of both bulk junctions as a `.model` line gives them, at the temperature of measurement.
#[derive(Clone, Copy, Debug)]
pub(super) struct JunctionParameters {
    pub(super) is: f64,
    pub(super) js: f64,
    pub(super) cbd: Option<f64>,
    pub(super) cbs: Option<f64>,
    pub(super) cj: f64,
    pub(super) mj: f64,
    pub(super) cjsw: f64,
    pub(super) mjsw: f64,
    pub(super) pb: f64,
    pub(super) fc: f64,
    pub(super) reverse: ReverseCurrent,
}

impl JunctionParameters {
    fn check(&self) -> Result<(), ParameterError> {
        let not_negative = "must not be negative";
        for (name, value) in [
            ("is", self.is),
            ("js", self.js),
            ("cbd", self.cbd.unwrap_or(0.0)),
            ("cbs", self.cbs.unwrap_or(0.0)),
            ("cj", self.cj),
            ("cjsw", self.cjsw),
        ] {
            require(name, value, value >= 0.0, not_negative)?;
        }
        for (name, value) in [("mj", self.mj), ("mjsw", self.mjsw)] {
            // Hyperabrupt junctions lie above one; at one itself the charge would be a logarithm.
            require(
                name,
                value,
                (0.0..5.0).contains(&value) && value != 1.0,
                "must be at least 0, below 5 and not 1",
            )?;
        }
        require(
            "fc",
            self.fc,
            (0.0..1.0).contains(&self.fc),
            "must be at least 0 and below 1",
        )?;
        require("pb", self.pb, self.pb > 0.0, "must be above 0")
    }

    /// The (source, drain) junctions of `count` parallel devices; `areas` and `perimeters` in the same order.
    pub(super) fn at_temperature(
        &self,
        temperatures: (f64, f64),
        areas: (f64, f64),
        perimeters: (f64, f64),
        count: f64,
    ) -> Result<(Junction, Junction), ParameterError> {
        self.check()?;
        let at = JunctionTemperature::new(self.pb, temperatures.0, temperatures.1);
        require(
            "pb",
            self.pb,
            at.potential > 0.0,
            "is not above 0 at the device temperature",
        )?;
        let density = self.js * at.saturation_factor;
        let by_area = density != 0.0 && areas.0 != 0.0 && areas.1 != 0.0;
        let one = |zero_bias: Option<f64>, area: f64, perimeter: f64| {
            let saturation = if by_area {
                density * area
            } else {
                self.is * at.saturation_factor
            };
            Junction::new(
                self,
                &at,
                count * saturation,
                count * zero_bias.unwrap_or(self.cj * area) * at.capacitance_factor(self.mj),
                count * self.cjsw * perimeter * at.capacitance_factor(self.mjsw),
            )
        };
        Ok((
            one(self.cbs, areas.0, perimeters.0),
            one(self.cbd, areas.1, perimeters.1),
        ))
    }
}

/// One junction at the temperature of its device.
#[derive(Clone, Copy, Debug)]
pub(super) struct Junction {
    saturation: f64,
    thermal_voltage: f64,
    reverse: ReverseCurrent,
    bottom: f64,
    sidewall: f64,
    bottom_grading: f64,
    sidewall_grading: f64,
    potential: f64,
    /// Beyond this voltage the capacitance grows linearly.
    linear_from: f64,
    /// Charge, capacitance and slope of the capacitance of the linear part, extrapolated to 0 V.
    linear: (f64, f64, f64),
}

/// A current or a charge with its derivative by the voltage.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct WithSlope {
    pub(super) value: f64,
    pub(super) slope: f64,
}

impl Junction {
    fn new(
        parameters: &JunctionParameters,
        at: &JunctionTemperature,
        saturation: f64,
        bottom: f64,
        sidewall: f64,
    ) -> Self {
        let fc = parameters.fc;
        let linear_from = fc * at.potential;
        // Depletion capacitance c (1 - v/pb)^-m, its slope and its charge at v = fc pb.
        let part = |capacitance: f64, grading: f64| {
            let power = (1.0 - fc).powf(-grading);
            (
                capacitance * at.potential * (1.0 - (1.0 - fc) * power) / (1.0 - grading),
                capacitance * power,
                capacitance * grading * power / ((1.0 - fc) * at.potential),
            )
        };
        let (q1, c1, s1) = part(bottom, parameters.mj);
        let (q2, c2, s2) = part(sidewall, parameters.mjsw);
        let slope = s1 + s2;
        let capacitance = c1 + c2 - slope * linear_from;
        let charge = q1 + q2 - linear_from * (capacitance + 0.5 * slope * linear_from);
        Self {
            saturation,
            thermal_voltage: at.thermal_voltage,
            reverse: parameters.reverse,
            bottom,
            sidewall,
            bottom_grading: parameters.mj,
            sidewall_grading: parameters.mjsw,
            potential: at.potential,
            linear_from,
            linear: (charge, capacitance, slope),
        }
    }

    /// The voltage above which the current of the junction is limited during iterations, V.
    pub(super) fn critical_voltage(&self) -> f64 {
        self.thermal_voltage
            * (self.thermal_voltage / (std::f64::consts::SQRT_2 * self.saturation)).ln()
    }

    /// Current into the bulk terminal at `v` from bulk to diffusion, with `gmin` across the junction.
    #[inline(always)]
    pub(super) fn current(&self, v: f64, gmin: f64) -> WithSlope {
        let vt = self.thermal_voltage;
        let diode = if v > -3.0 * vt {
            let exponential = (v / vt).min(LARGEST_EXPONENT).exp();
            WithSlope {
                value: self.saturation * (exponential - 1.0),
                slope: self.saturation * exponential / vt,
            }
        } else {
            match self.reverse {
                ReverseCurrent::Flat => WithSlope {
                    value: -self.saturation,
                    slope: 0.0,
                },
                ReverseCurrent::Cubic => {
                    let ratio = 3.0 * vt / (v * std::f64::consts::E);
                    let cube = ratio * ratio * ratio;
                    WithSlope {
                        value: -self.saturation * (1.0 + cube),
                        slope: self.saturation * 3.0 * cube / v,
                    }
                }
            }
        };
        WithSlope {
            value: diode.value + gmin * v,
            slope: diode.slope + gmin,
        }
    }

    /// Whether the junction holds any charge.
    #[inline(always)]
    pub(super) fn has_charge(&self) -> bool {
        self.bottom != 0.0 || self.sidewall != 0.0
    }

    /// Capacitance at zero bias, F: (bottom, sidewall).
    pub(super) fn zero_bias_capacitances(&self) -> (f64, f64) {
        (self.bottom, self.sidewall)
    }

    /// Charge on the bulk side and capacitance at `v`.
    #[inline(always)]
    pub(super) fn charge(&self, v: f64) -> WithSlope {
        if !self.has_charge() {
            return WithSlope::default();
        }
        if v >= self.linear_from {
            let (charge, capacitance, slope) = self.linear;
            return WithSlope {
                value: charge + v * (capacitance + 0.5 * slope * v),
                slope: capacitance + slope * v,
            };
        }
        let rest = 1.0 - v / self.potential;
        let bottom = power(rest, self.bottom_grading);
        let sidewall = if self.sidewall == 0.0 {
            0.0
        } else if self.sidewall_grading == self.bottom_grading {
            bottom
        } else {
            power(rest, self.sidewall_grading)
        };
        WithSlope {
            value: self.potential
                * (self.bottom * (1.0 - rest * bottom) / (1.0 - self.bottom_grading)
                    + self.sidewall * (1.0 - rest * sidewall) / (1.0 - self.sidewall_grading)),
            slope: self.bottom * bottom + self.sidewall * sidewall,
        }
    }
}

/// Largest argument of an exponential whose value is finite.
const LARGEST_EXPONENT: f64 = 709.0;

/// `base^-grading`, without a logarithm for abrupt junctions.
#[inline(always)]
fn power(base: f64, grading: f64) -> f64 {
    if grading == 0.5 {
        1.0 / base.sqrt()
    } else {
        base.powf(-grading)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn junction(reverse: ReverseCurrent) -> Junction {
        let parameters = JunctionParameters {
            is: 1e-14,
            js: 0.0,
            cbd: None,
            cbs: None,
            cj: 3e-4,
            mj: 0.45,
            cjsw: 2e-10,
            mjsw: 0.3,
            pb: 0.85,
            fc: 0.5,
            reverse,
        };
        let (source, _) = parameters
            .at_temperature((300.15, 350.0), (1e-10, 1e-10), (4e-5, 4e-5), 2.0)
            .unwrap();
        source
    }

    #[test]
    fn slopes_are_derivatives() {
        let h = 1e-6;
        for reverse in [ReverseCurrent::Flat, ReverseCurrent::Cubic] {
            let junction = junction(reverse);
            for v in [-4.0, -0.5, -0.05, 0.0, 0.2, 0.41, 0.6, 0.8] {
                let current = |v| junction.current(v, 1e-12).value;
                let numeric = (current(v + h) - current(v - h)) / (2.0 * h);
                let slope = junction.current(v, 1e-12).slope;
                assert!(
                    (numeric - slope).abs() <= 1e-6 * slope.abs() + 1e-16,
                    "{reverse:?} {v}"
                );
                let charge = |v| junction.charge(v).value;
                let numeric = (charge(v + h) - charge(v - h)) / (2.0 * h);
                let slope = junction.charge(v).slope;
                assert!(
                    (numeric - slope).abs() <= 1e-6 * slope.abs(),
                    "{v}: {numeric} {slope}"
                );
            }
        }
    }

    #[test]
    fn cubic_law_joins_the_exponential() {
        let junction = junction(ReverseCurrent::Cubic);
        let edge = -3.0 * junction.thermal_voltage;
        let (below, above) = (
            junction.current(edge - 1e-9, 0.0),
            junction.current(edge + 1e-9, 0.0),
        );
        assert!((below.value - above.value).abs() < 1e-6 * junction.saturation);
        assert!((below.slope - above.slope).abs() < 1e-4 * above.slope);
    }

    #[test]
    fn the_charge_is_smooth_where_the_capacitance_turns_linear() {
        let junction = junction(ReverseCurrent::Flat);
        let edge = junction.linear_from;
        let (below, above) = (junction.charge(edge - 1e-9), junction.charge(edge));
        assert!((below.value - above.value).abs() < 1e-8 * above.value.abs());
        assert!((below.slope - above.slope).abs() < 1e-8 * above.slope);
    }
}
