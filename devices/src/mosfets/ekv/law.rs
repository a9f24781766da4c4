//! Current and charges of the EKV channel.

use super::super::bias::Polarity;
use super::super::process::{band_gap, require, thermal_voltage};
use super::Dual;
use super::card::EkvModel;
use crate::constants::{OXIDE_PERMITTIVITY, SILICON_PERMITTIVITY};
use crate::parameters::ParameterError;

/// Oxide capacitance when neither it nor the oxide thickness is given, F/m^2.
const DEFAULT_OXIDE_CAPACITANCE: f64 = 0.7e-3;
const DEFAULT_THRESHOLD: f64 = 0.5;
/// Constants of the reverse short-channel effect: `CA` and `4 (22e-3)^2`.
const REVERSE_SHORT_SLOPE: f64 = 0.028;
const REVERSE_SHORT_ROUNDING: f64 = 4.0 * 22e-3 * 22e-3;
/// Under the square root of the charge slope factor, V.
const CHARGE_SLOPE_FLOOR: f64 = 1e-6;
/// Normalised voltages below this carry no current that a double precision number could hold next to others.
const DEEPEST_INVERSION: f64 = -600.0;

/// The channel of one device, prepared for its temperature and dimensions; normalised to an n-channel device.
#[derive(Clone, Copy, Debug)]
pub(super) struct EkvLaw {
    vt: f64,
    pub(super) threshold: f64,
    gamma: f64,
    phi: f64,
    /// `KP W`, A m/V^2.
    transconductance_width: f64,
    length: f64,
    /// Shortest equivalent channel, m.
    shortest: f64,
    critical_field: f64,
    /// Length scale of channel-length modulation, m.
    modulation_length: f64,
    lambda: f64,
    /// `eps_si LETA / (cox L)` and `3 eps_si WETA / (cox W)`.
    short: f64,
    narrow: f64,
    theta: f64,
    /// `cox / (e0 eps_si)`, 1/V: mobility reduction by the vertical field.
    vertical: Option<f64>,
    /// Share of the inversion charge in the vertical field.
    eta: f64,
    /// Capacitance of the gate oxide, F.
    pub(super) oxide: f64,
    pub(super) oxide_per_area: f64,
}

/// The channel at one bias, with drain above source.
#[derive(Clone, Copy, Debug)]
pub(super) struct EkvChannel {
    /// Current from drain to source, A.
    pub(super) id: Dual,
    /// Charges at the drain, gate and source; that of the bulk is minus their sum. C
    pub(super) drain_charge: Dual,
    pub(super) gate_charge: Dual,
    pub(super) source_charge: Dual,
    /// Slope factor.
    pub(super) slope_factor: f64,
    /// Gate-source voltage at which the channel turns on, V.
    pub(super) von: f64,
    /// Drain-source voltage at which the current saturates, V.
    pub(super) vdsat: f64,
    /// Conductance whose thermal noise is that of the channel, S.
    pub(super) noise_conductance: f64,
}

impl EkvLaw {
    pub(super) fn new(
        model: &EkvModel,
        polarity: Polarity,
        (width, length): (f64, f64),
        (nominal, kelvin): (f64, f64),
    ) -> Result<Self, ParameterError> {
        let positive = "must be above 0";
        let not_negative = "must not be negative";
        for (name, value) in [
            ("phi", model.phi),
            ("ucrit", model.ucrit),
            ("xj", model.xj),
            ("lk", model.lk),
        ] {
            require(name, value, value > 0.0, positive)?;
        }
        for (name, value) in [
            ("gamma", model.gamma),
            ("kp", model.kp),
            ("theta", model.theta),
            ("lambda", model.lambda),
            ("e0", model.e0.unwrap_or(0.0)),
            ("kf", model.kf),
        ] {
            require(name, value, value >= 0.0, not_negative)?;
        }
        let cox = match (model.cox, model.tox) {
            (Some(cox), _) => {
                require("cox", cox, cox > 0.0, positive)?;
                cox
            }
            (None, Some(tox)) => {
                require("tox", tox, tox > 0.0, positive)?;
                OXIDE_PERMITTIVITY / tox
            }
            (None, None) => DEFAULT_OXIDE_CAPACITANCE,
        };
        let ratio = kelvin / nominal;
        let vt = thermal_voltage(kelvin);
        let phi = model.phi * ratio - 3.0 * vt * ratio.ln() - band_gap(nominal) * ratio
            + band_gap(kelvin);
        require(
            "phi",
            model.phi,
            phi > 0.0,
            "is not above 0 at the device temperature",
        )?;
        let given = model
            .vto
            .map_or(DEFAULT_THRESHOLD, |vto| polarity.sign() * vto);
        let excess = REVERSE_SHORT_SLOPE * (10.0 * length / model.lk - 1.0);
        let spread = 1.0 + 0.5 * (excess + (excess * excess + REVERSE_SHORT_ROUNDING).sqrt());
        let reverse_short = 2.0 * model.q0 / (cox * spread * spread);
        Ok(Self {
            vt,
            threshold: given - model.tcv * (kelvin - nominal) + reverse_short,
            gamma: model.gamma,
            phi,
            transconductance_width: model.kp * ratio.powf(model.bex) * width,
            length,
            shortest: 0.1 * length,
            critical_field: model.ucrit * ratio.powf(model.ucex),
            modulation_length: (SILICON_PERMITTIVITY / cox * model.xj).sqrt(),
            lambda: model.lambda,
            short: SILICON_PERMITTIVITY * model.leta / (cox * length),
            narrow: 3.0 * SILICON_PERMITTIVITY * model.weta / (cox * width),
            theta: model.theta,
            vertical: model
                .e0
                .filter(|e0| *e0 > 0.0)
                .map(|e0| cox / (e0 * SILICON_PERMITTIVITY)),
            eta: match polarity {
                Polarity::N => 0.5,
                Polarity::P => 1.0 / 3.0,
            },
            oxide: cox * width * length,
            oxide_per_area: cox,
        })
    }

    /// The channel at voltages referred to the bulk, `vd >= vs`.
    #[inline]
    pub(super) fn channel(&self, vg: f64, vd: f64, vs: f64) -> EkvChannel {
        let vt = self.vt;
        let vg = Dual::variable(vg, 0);
        let vd = Dual::variable(vd, 1);
        let vs = Dual::variable(vs, 2);

        // Pinch-off voltage, with the effective body factor; `root` is sqrt(vp + phi).
        let effective_gate = vg - self.threshold + self.phi + self.gamma * self.phi.sqrt();
        let long = pinch_off_root(effective_gate, Dual::from(self.gamma));
        let source_root = smoothed_potential(vs + self.phi, vt).sqrt();
        let drain_root = smoothed_potential(vd + self.phi, vt).sqrt();
        let reduced =
            Dual::from(self.gamma) - (source_root + drain_root) * self.short + long * self.narrow;
        let body = (reduced + (reduced.square() + 0.1 * vt).sqrt()) * 0.5;
        let root = pinch_off_root(effective_gate, body);
        let vp = root.square() - self.phi;
        let slope_factor =
            Dual::from(1.0) + Dual::from(0.5 * self.gamma) / (root.square() + 4.0 * vt).sqrt();

        // Forward current, saturation voltages and channel-length modulation.
        let forward = inversion((vp - vs) * (1.0 / vt));
        let sqrt_forward = forward.sqrt();
        let critical = self.critical_field * self.length;
        let vdss = saturation_voltage(sqrt_forward, critical, vt);
        let vdss_reverse = saturation_voltage(sqrt_forward - forward.ln() * 0.75, critical, vt)
            + vt * ((critical / (2.0 * vt)).ln() - 0.6);
        let rounding =
            ((sqrt_forward - vdss * (1.0 / vt)) * self.lambda + 1.0 / 64.0).sqrt() * (4.0 * vt);
        let rounding2 = rounding.square();
        let half = (vd - vs) * 0.5;
        let vip = (vdss.square() + rounding2).sqrt() - ((half - vdss).square() + rounding2).sqrt();
        let reach = self.modulation_length * self.critical_field;
        let lost =
            ((half - vip) * (1.0 / reach) + 1.0).ln() * (self.lambda * self.modulation_length);
        let unlimited = (half + vip) * (1.0 / self.critical_field) - lost + self.length;
        let equivalent =
            (unlimited + (unlimited.square() + self.shortest * self.shortest).sqrt()) * 0.5;

        // Reverse currents: of the current and of the charges.
        let delayed = vp - half - vs - (vdss_reverse.square() + rounding2).sqrt()
            + ((half - vdss_reverse).square() + rounding2).sqrt();
        let reverse = inversion(delayed * (1.0 / vt));
        let reverse_charge = inversion((vp - vd) * (1.0 / vt));

        // Normalised charges.
        let charge_slope = Dual::from(1.0)
            + Dual::from(0.5 * self.gamma) / (root.square() + CHARGE_SLOPE_FLOOR).sqrt();
        let xf = (forward + 0.25).sqrt();
        let xr = (reverse_charge + 0.25).sqrt();
        let inverse_sum2 = Dual::from(1.0) / (xf + xr).square();
        let part = |near: Dual, far: Dual| {
            let cubic =
                near.square() * (near * 3.0 + far * 6.0) + far.square() * (near * 4.0 + far * 2.0);
            -charge_slope * (cubic * inverse_sum2 * (4.0 / 15.0) - 0.5)
        };
        let (qd, qs) = (part(xr, xf), part(xf, xr));
        let qi = qd + qs;
        let depletion = if effective_gate.value > 0.0 {
            root * self.gamma
        } else {
            effective_gate
        };
        let qb = depletion * (-1.0 / vt) - (charge_slope - 1.0) / charge_slope * qi;
        let qg = -qi - qb;

        // Mobility.
        let full = Dual::from(self.transconductance_width) / equivalent;
        let beta = if let Some(vertical) = self.vertical {
            let depletion_at_threshold = self.gamma * self.phi.sqrt();
            full * (1.0 + vertical * depletion_at_threshold)
                / ((qb + qi * self.eta).abs() * (vertical * vt) + 1.0)
        } else {
            let above = (vp + (vp.square() + 2.0 * vt * vt).sqrt()) * 0.5;
            full / (above * self.theta + 1.0)
        };

        let specific = slope_factor * beta * (2.0 * vt * vt);
        let unit = self.oxide * vt;
        EkvChannel {
            id: specific * (forward - reverse),
            drain_charge: qd * unit,
            gate_charge: qg * unit,
            source_charge: qs * unit,
            slope_factor: slope_factor.value,
            von: self.threshold + body.value * source_root.value - self.gamma * self.phi.sqrt(),
            vdsat: vt * (2.0 * sqrt_forward.value + 4.0),
            noise_conductance: beta.value * vt * qi.value.abs(),
        }
    }
}

/// `sqrt(vp + phi)` from the effective gate voltage and the body factor; 0 in accumulation.
#[inline(always)]
fn pinch_off_root(effective_gate: Dual, body: Dual) -> Dual {
    if effective_gate.value <= 0.0 {
        return Dual::from(0.0);
    }
    let half = body * 0.5;
    (effective_gate + half.square()).sqrt() - half
}

/// A surface potential that stays above 0 at forward bulk bias.
#[inline(always)]
fn smoothed_potential(potential: Dual, vt: f64) -> Dual {
    (potential + (potential.square() + 16.0 * vt * vt).sqrt()) * 0.5
}

/// `vc (sqrt(1/4 + vt/vc s) - 1/2)`.
#[inline(always)]
fn saturation_voltage(s: Dual, critical: f64, vt: f64) -> Dual {
    ((s * (vt / critical) + 0.25).sqrt() - 0.5) * critical
}

/// The normalised current `i` of a normalised voltage `v`, from `v = ln(sqrt(1/4 + i) - 1/2) + 2 sqrt(1/4 + i) - 1`.
#[inline(always)]
fn inversion(v: Dual) -> Dual {
    let q = inversion_charge(v.value);
    let derivative = if v.value > DEEPEST_INVERSION { q } else { 0.0 };
    v.map(q * (q + 1.0), derivative)
}

/// The normalised charge `q` with `2 q + ln q = v`, by Newton's method on whichever form converges in a few steps.
fn inversion_charge(v: f64) -> f64 {
    let v = v.max(DEEPEST_INVERSION);
    if v < -30.0 {
        // The next term, -2 e^v, is below the rounding.
        return v.exp();
    }
    // ln q is concave and q = e^z keeps z = ln q free: solve 2 e^z + z = v.
    let mut z = if v > 1.0 {
        (0.5 * v).ln()
    } else {
        v - (1.0 + 2.0 * v.exp()).ln()
    };
    for _ in 0..50 {
        let q = z.exp();
        let step = (2.0 * q + z - v) / (2.0 * q + 1.0);
        z -= step;
        if step.abs() <= 1e-15 * (1.0 + z.abs()) {
            break;
        }
    }
    z.exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_charge_solves_its_equation() {
        for k in -1000..2000 {
            let v = 0.1 * f64::from(k);
            let q = inversion_charge(v);
            assert!(
                (2.0 * q + q.ln() - v).abs() <= 1e-13 * (1.0 + v.abs()),
                "{v}: {q}"
            );
        }
    }

    #[test]
    fn inversion_has_its_asymptotes() {
        let weak = inversion(Dual::variable(-20.0, 0));
        assert!((weak.value / (-20.0_f64).exp() - 1.0).abs() < 1e-8);
        let strong = inversion(Dual::variable(2000.0, 0));
        assert!((strong.value.sqrt() / 1000.0 - 1.0).abs() < 5e-3);
        // Continuous where the closed form takes over.
        let (below, above) = (inversion_charge(-30.0 - 1e-9), inversion_charge(-30.0));
        assert!((above / below - 1.0).abs() < 2e-9);
    }
}
