//! Currents, charges and their derivatives of the Gummel-Poon transistor (Gummel and Poon, Bell System Technical Journal 49, 1970;
//! Nagel, SPICE2, UCB/ERL M520, 1975; Antognetti and Massobrio, Semiconductor Device Modeling with SPICE, chapter 2).
//!
//! Voltages and currents are those of an npn transistor.

use super::super::junction::{exponential, junction_current};
use super::temperature::BipolarAtTemperature;

/// Base current over `irb` below which the base resistance no longer changes.
const RELATIVE_BASE_CURRENT_MIN: f64 = 1e-9;
/// Argument below which the base resistance's formula is replaced by a series.
const SERIES_ARGUMENT_MAX: f64 = 0.05;
/// Least base resistance, ohm: what crowding at absurd currents leaves of it.
const BASE_RESISTANCE_MIN: f64 = 1e-6;
/// `144 / pi^2` and `24 / pi^2` of Hauser's base resistance as SPICE rounds them.
const HAUSER: (f64, f64) = (14.590_25, 2.4317);

/// A function of the base-emitter and base-collector voltages, with its derivatives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bivariate {
    pub(super) value: f64,
    pub(super) by_vbe: f64,
    pub(super) by_vbc: f64,
}

impl Bivariate {
    /// The linear continuation by steps of the two voltages.
    #[inline]
    pub(super) fn continued(&self, vbe_step: f64, vbc_step: f64) -> f64 {
        self.value + self.by_vbe * vbe_step + self.by_vbc * vbc_step
    }
}

/// The internal transistor at one bias.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bias {
    /// Transport current, collector to emitter, A.
    pub(super) transport: Bivariate,
    /// Base-emitter diode current and conductance.
    pub(super) base_emitter: (f64, f64),
    /// Base-collector diode current and conductance.
    pub(super) base_collector: (f64, f64),
    /// Base-emitter charge, C.
    pub(super) emitter_charge: Bivariate,
    /// Base-collector charge at the internal base, C and F.
    pub(super) collector_charge: (f64, f64),
    /// Conductance of the base resistance, S; without meaning where there is none.
    pub(super) base_conductance: Bivariate,
}

impl Bias {
    /// Collector current without the substrate's.
    pub(super) fn collector_current(&self) -> f64 {
        self.transport.value - self.base_collector.0
    }

    /// Base current without the substrate's.
    pub(super) fn base_current(&self) -> f64 {
        self.base_emitter.0 + self.base_collector.0
    }
}

impl BipolarAtTemperature {
    /// The internal transistor at its two junction voltages.
    #[inline]
    pub(super) fn at(&self, vbe: f64, vbc: f64, gmin: f64) -> Bias {
        let (i_forward, g_forward) = junction_current(vbe, self.emitter.0, self.emitter.1);
        let (i_reverse, g_reverse) = junction_current(vbc, self.collector.0, self.collector.1);
        let (i_leak_e, g_leak_e) =
            junction_current(vbe, self.emitter_leakage.0, self.emitter_leakage.1);
        let (i_leak_c, g_leak_c) =
            junction_current(vbc, self.collector_leakage.0, self.collector_leakage.1);
        let base_emitter = (
            i_forward / self.forward_gain + i_leak_e + gmin * vbe,
            g_forward / self.forward_gain + g_leak_e + gmin,
        );
        let base_collector = (
            i_reverse / self.reverse_gain + i_leak_c + gmin * vbc,
            g_reverse / self.reverse_gain + g_leak_c + gmin,
        );
        let qb = self.base_charge(vbe, vbc, (i_forward, g_forward), (i_reverse, g_reverse));
        let transported = (i_forward - i_reverse) / qb.value;
        let transport = Bivariate {
            value: transported,
            by_vbe: (g_forward - transported * qb.by_vbe) / qb.value,
            by_vbc: (-g_reverse - transported * qb.by_vbc) / qb.value,
        };
        let (depletion, capacitance) = self.collector_depletion.at(vbc);
        Bias {
            transport,
            base_emitter,
            base_collector,
            emitter_charge: self.emitter_charge(vbe, vbc, (i_forward, g_forward), &qb),
            collector_charge: (
                self.reverse_transit * i_reverse + depletion,
                self.reverse_transit * g_reverse + capacitance,
            ),
            base_conductance: self.base_conductance(base_emitter, base_collector, &qb),
        }
    }

    /// Current and conductance of the substrate junction.
    #[inline]
    pub(super) fn substrate_current(&self, v: f64, gmin: f64) -> (f64, f64) {
        let (i, g) = self.substrate.map_or((0.0, 0.0), |(saturation, emission)| {
            junction_current(v, saturation, emission)
        });
        (i + gmin * v, g + gmin)
    }

    /// Normalised base charge: `q1 (1 + (1 + 4 q2)^nkf) / 2`.
    #[inline]
    fn base_charge(
        &self,
        vbe: f64,
        vbc: f64,
        forward: (f64, f64),
        reverse: (f64, f64),
    ) -> Bivariate {
        let q1 = 1.0 / (1.0 - self.inverse_forward_early * vbc - self.inverse_reverse_early * vbe);
        let q2 = self.inverse_forward_knee * forward.0 + self.inverse_reverse_knee * reverse.0;
        let argument = 1.0 + 4.0 * q2;
        let (power, slope) =
            if q2 == 0.0 && self.inverse_forward_knee == 0.0 && self.inverse_reverse_knee == 0.0 {
                (1.0, 0.0)
            } else if argument <= 0.0 {
                (0.0, 0.0)
            } else {
                let power = if self.roll_off == 0.5 {
                    argument.sqrt()
                } else {
                    argument.powf(self.roll_off)
                };
                (power, 2.0 * self.roll_off * power / argument)
            };
        let value = 0.5 * q1 * (1.0 + power);
        Bivariate {
            value,
            by_vbe: q1
                * (value * self.inverse_reverse_early
                    + slope * self.inverse_forward_knee * forward.1),
            by_vbc: q1
                * (value * self.inverse_forward_early
                    + slope * self.inverse_reverse_knee * reverse.1),
        }
    }

    /// Depletion charge and the forward diffusion charge
    /// `tf I (1 + xtf exp(vbc / (1.44 vtf)) (I / (I + itf))^2) / qb`.
    #[inline]
    fn emitter_charge(
        &self,
        vbe: f64,
        vbc: f64,
        (current, conductance): (f64, f64),
        qb: &Bivariate,
    ) -> Bivariate {
        let (depletion, capacitance) = self.emitter_depletion.at(vbe);
        let tf = self.forward_transit;
        if tf == 0.0 || vbe <= 0.0 {
            return Bivariate {
                value: tf * current + depletion,
                by_vbe: tf * conductance + capacitance,
                by_vbc: 0.0,
            };
        }
        let (mut bias, mut bias_slope, mut by_vbc) = (0.0, 0.0, 0.0);
        if self.transit_bias != 0.0 {
            bias = self.transit_bias * exponential(vbc * self.transit_inverse_voltage).0;
            bias_slope = bias;
            if self.transit_current != 0.0 {
                let ratio = current / (current + self.transit_current);
                bias *= ratio * ratio;
                bias_slope = bias * (3.0 - 2.0 * ratio);
            }
            by_vbc = current * bias * self.transit_inverse_voltage;
        }
        let diffusion = current * (1.0 + bias) / qb.value;
        Bivariate {
            value: tf * diffusion + depletion,
            by_vbe: tf * (conductance * (1.0 + bias_slope) - diffusion * qb.by_vbe) / qb.value
                + capacitance,
            by_vbc: tf * (by_vbc - diffusion * qb.by_vbc) / qb.value,
        }
    }

    /// Inverse of the base resistance: `rbm + (rb - rbm) / qb`, or Hauser's crowding formula when `irb` is given.
    #[inline]
    fn base_conductance(
        &self,
        base_emitter: (f64, f64),
        base_collector: (f64, f64),
        qb: &Bivariate,
    ) -> Bivariate {
        let variable = self.base_resistance_variable;
        let (resistance, by_vbe, by_vbc) = if variable == 0.0 {
            (self.base_resistance_minimum, 0.0, 0.0)
        } else if self.base_resistance_current == 0.0 {
            let slope = -variable / (qb.value * qb.value);
            (
                self.base_resistance_minimum + variable / qb.value,
                slope * qb.by_vbe,
                slope * qb.by_vbc,
            )
        } else {
            let relative = (base_emitter.0 + base_collector.0) / self.base_resistance_current;
            let (crowding, slope) = crowding(relative);
            let slope = variable * slope / self.base_resistance_current;
            (
                self.base_resistance_minimum + variable * crowding,
                slope * base_emitter.1,
                slope * base_collector.1,
            )
        };
        let value = 1.0 / resistance.max(BASE_RESISTANCE_MIN);
        Bivariate {
            value,
            by_vbe: -by_vbe * value * value,
            by_vbc: -by_vbc * value * value,
        }
    }
}

/// Hauser's function `3 (tan z - z) / (z tan^2 z)` of the base current over `irb`, with its derivative.
fn crowding(relative_current: f64) -> (f64, f64) {
    let current = relative_current.max(RELATIVE_BASE_CURRENT_MIN);
    let root = current.sqrt();
    let inner = (1.0 + HAUSER.0 * current).sqrt();
    let z = (inner - 1.0) / (HAUSER.1 * root);
    let z_slope = if relative_current > RELATIVE_BASE_CURRENT_MIN {
        (0.5 * HAUSER.0 / inner - (inner - 1.0) / (2.0 * current)) / (HAUSER.1 * root)
    } else {
        0.0
    };
    let (value, slope) = if z < SERIES_ARGUMENT_MAX {
        let u = z * z;
        let (top, top_slope) = (
            1.0 + u * (2.0 / 5.0 + u * 17.0 / 105.0),
            2.0 / 5.0 + u * 34.0 / 105.0,
        );
        let (bottom, bottom_slope) = (
            1.0 + u * (2.0 / 3.0 + u * 17.0 / 45.0),
            2.0 / 3.0 + u * 34.0 / 45.0,
        );
        (
            top / bottom,
            2.0 * z * (top_slope * bottom - top * bottom_slope) / (bottom * bottom),
        )
    } else {
        let t = z.tan();
        let (top, bottom) = (t - z, z * t * t);
        let bottom_slope = t * t + 2.0 * z * t * (1.0 + t * t);
        (
            3.0 * top / bottom,
            3.0 * (t * t * bottom - top * bottom_slope) / (bottom * bottom),
        )
    };
    (value, slope * z_slope)
}

#[cfg(test)]
mod tests {
    use super::crowding;

    #[test]
    fn crowding_falls_from_one_and_is_a_half_at_irb() {
        assert!((crowding(0.0).0 - 1.0).abs() < 1e-6);
        assert!((crowding(1.0).0 - 0.5).abs() < 0.01, "{}", crowding(1.0).0);
        for relative in [1e-6, 1e-4, 2.0e-4, 3e-4, 0.01, 1.0, 30.0] {
            let h = 1e-4 * relative;
            let slope = (crowding(relative + h).0 - crowding(relative - h).0) / (2.0 * h);
            assert!(
                (slope / crowding(relative).1 - 1.0).abs() < 1e-3,
                "at {relative}: {slope} {:?}",
                crowding(relative)
            );
        }
    }
}
