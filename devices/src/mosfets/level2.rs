//! Level 2: the geometry-based model of Grove and Frohman with the bulk charge along the channel.
//!
//! Vladimirescu and Liu, "The Simulation of MOS Integrated Circuits Using SPICE2", UCB/ERL M80/7, 1980. Derivatives are
//! those of SPICE, which leave out some terms of second order in the short-channel effect and in weak inversion.

mod saturation;

use super::bias::Bias;
use super::cards::MosfetModel;
use super::channel::{ChannelCurrent, Geometry, Level, LevelRules};
use super::junction::ReverseCurrent;
use super::process::Process;
use crate::constants::{ELEMENTARY_CHARGE, SILICON_PERMITTIVITY};
use saturation::{Saturation, drift_limited_voltage};

/// Drain voltages up to here count as zero, V: saturation and channel shortening are not evaluated there.
const ZERO_DRAIN_VOLTAGE: f64 = 1e-10;
/// Shortest channel at punch-through when the doping is not known, m.
const SHORTEST_CHANNEL: f64 = 0.25e-6;

/// Channel of level 2.
#[derive(Clone, Copy, Debug)]
pub struct Level2 {
    beta: f64,
    length: f64,
    lambda: f64,
    gamma: f64,
    phi: f64,
    sqrt_phi: f64,
    vbi: f64,
    thermal_voltage: f64,
    /// Narrow-channel effect: threshold per volt of surface potential.
    narrow: f64,
    /// Depletion width at 1 V, m.
    depletion_width: f64,
    junction_depth: f64,
    /// Capacitance of the fast surface states over that of the oxide; 0 without weak inversion.
    surface_states: f64,
    /// Low-field mobility, m^2/(V s).
    mobility: f64,
    /// Overdrive above which the mobility falls, V, and its exponent.
    critical_overdrive: f64,
    mobility_exponent: f64,
    drift_velocity: f64,
    channel_charge: f64,
    /// Depletion width at the built-in potential, m.
    built_in_width: f64,
}

/// `sqrt(phi - v)` with two derivatives by `v`; continued by a hyperbola for `v > 0`.
#[derive(Clone, Copy)]
struct Root {
    value: f64,
    slope: f64,
    curvature: f64,
}

/// The body effect at one bias: the effective `gamma` and how it changes.
struct Body {
    source: Root,
    drain: Root,
    gamma: f64,
    by_bulk: f64,
    by_drain: f64,
    by_bulk_twice: f64,
}

/// Weak inversion: how the turn-on voltage exceeds the threshold.
struct WeakInversion {
    /// Slope factor and its derivatives.
    slope_factor: f64,
    by_bulk: f64,
    by_drain: f64,
}

/// Fraction of the mobility that is left, with its derivatives by gate and bulk.
struct MobilityFactor {
    value: f64,
    by_gate: f64,
    by_bulk: f64,
}

/// Shortening of the channel: effective over full length, and derivatives of the shortening.
struct Shortening {
    left: f64,
    by_gate: f64,
    by_drain: f64,
    by_bulk: f64,
}

impl Level for Level2 {
    const NUMBER: u8 = 2;
    const RULES: LevelRules = LevelRules {
        oxide_thickness: Some(1e-7),
        sidewall_grading: 0.33,
        carriers_follow_temperature: false,
        dimension_corrections: false,
        reverse_current: ReverseCurrent::Flat,
    };
    const PARAMETERS: &'static [&'static str] = &[
        "lambda", "ucrit", "uexp", "vmax", "neff", "delta", "nfs", "xj",
    ];

    fn new(model: &MosfetModel, process: &Process, geometry: Geometry) -> Self {
        let oxide = process.oxide_capacitance;
        let depletion_width = process.depletion.sqrt();
        Self {
            beta: process.transconductance * geometry.width / geometry.length,
            length: geometry.length,
            lambda: model.lambda,
            gamma: process.gamma,
            phi: process.phi,
            sqrt_phi: process.phi.sqrt(),
            vbi: process.vbi,
            thermal_voltage: process.thermal_voltage,
            narrow: 0.25 * model.delta * std::f64::consts::PI * SILICON_PERMITTIVITY
                / (oxide * geometry.width),
            depletion_width,
            junction_depth: model.xj,
            surface_states: ELEMENTARY_CHARGE * model.nfs * 1e4 / oxide,
            mobility: process.nominal_mobility,
            critical_overdrive: model.ucrit * 100.0 * SILICON_PERMITTIVITY / oxide,
            mobility_exponent: model.uexp,
            drift_velocity: model.vmax,
            channel_charge: model.neff,
            built_in_width: depletion_width * process.junction_potential.sqrt(),
        }
    }

    #[inline]
    fn channel(&self, bias: Bias) -> ChannelCurrent {
        let Bias { vgs, vds, vbs } = bias;
        let body = self.body(vds, vbs);
        let flat = self.vbi + self.narrow * (self.phi - vbs);
        let threshold = flat + body.gamma * body.source.value;
        let weak = self.weak_inversion(&body);
        let von = weak.as_ref().map_or(threshold, |w| {
            threshold + self.thermal_voltage * w.slope_factor
        });
        if weak.is_none() && vgs <= flat {
            return ChannelCurrent {
                von,
                ..ChannelCurrent::default()
            };
        }
        let von_by_bulk = -self.narrow
            + body.by_bulk * body.source.value
            + body.gamma * body.source.slope
            + weak
                .as_ref()
                .map_or(0.0, |w| self.thermal_voltage * w.by_bulk);
        let factor = self.mobility_factor(vgs - von, von_by_bulk);
        let vgsx = if weak.is_some() { vgs.max(von) } else { vgs };
        let saturation = self.saturation(&body, vgsx, flat, vbs, factor.value * self.mobility);
        let shortening = self.shortening(&saturation, vds);

        let eta = 1.0 + self.narrow;
        let beta = self.beta * factor.value / shortening.left;
        let vdsat = saturation.voltage;
        if vds <= ZERO_DRAIN_VOLTAGE {
            let gds = match &weak {
                Some(w) if vgs <= von => {
                    let decay = ((vgs - von) / (self.thermal_voltage * w.slope_factor)).exp();
                    beta * (von - flat - body.gamma * body.source.value) * decay
                }
                None if vgs <= von => 0.0,
                _ => beta * (vgs - flat - body.gamma * body.source.value),
            };
            return ChannelCurrent {
                id: gds * vds,
                gds,
                von,
                vdsat,
                ..ChannelCurrent::default()
            };
        }

        if vdsat <= 0.0 {
            return ChannelCurrent {
                von,
                vdsat,
                ..ChannelCurrent::default()
            };
        }

        // Strong inversion up to the smaller of the drain and the saturation voltage.
        let saturated = vds > vdsat;
        let (v, end) = if saturated {
            (vdsat, saturation.end)
        } else {
            (vds, body.drain)
        };
        let source = body.source;
        let cubes = end.value * end.value * end.value - source.value * source.value * source.value;
        let cubes_by_bulk = 2.0
            * body.gamma
            * (end.value * end.value * end.slope - source.value * source.value * source.slope);
        let drive = match &weak {
            Some(_) if vgs <= von => von,
            _ => vgs,
        };
        let strong = beta * ((drive - flat - 0.5 * eta * v) * v - body.gamma * cubes / 1.5);
        let at_end = beta * (drive - flat - eta * v - body.gamma * end.value);
        let Some(w) = weak.filter(|_| vgs <= von) else {
            let gm = strong
                * (factor.by_gate / factor.value - shortening.by_gate / shortening.left)
                + beta * v;
            let gds = -strong * shortening.by_drain / shortening.left
                - beta * body.by_drain * cubes / 1.5;
            let gmbs = strong
                * (factor.by_bulk / factor.value - shortening.by_bulk / shortening.left)
                - beta * (cubes_by_bulk + body.by_bulk * cubes / 1.5 - self.narrow * v);
            return if saturated {
                ChannelCurrent {
                    id: strong,
                    gm: gm + at_end * saturation.by_gate,
                    gds,
                    gmbs: gmbs + at_end * saturation.by_bulk,
                    von,
                    vdsat,
                }
            } else {
                ChannelCurrent {
                    id: strong,
                    gm,
                    gds: gds + at_end,
                    gmbs,
                    von,
                    vdsat,
                }
            };
        };

        // Below the turn-on voltage the current at turn-on decays exponentially.
        let von_by_drain = body.by_drain * source.value + self.thermal_voltage * w.by_drain;
        let mut strong_gds =
            -strong * shortening.by_drain / shortening.left - beta * body.by_drain * cubes / 1.5;
        let mut strong_gmbs = -strong * shortening.by_bulk / shortening.left
            + beta
                * (von_by_bulk * v + self.narrow * v - body.by_bulk * cubes / 1.5 - cubes_by_bulk);
        if vds < vdsat {
            strong_gds += at_end;
        }
        if saturated {
            strong_gmbs += at_end * saturation.by_bulk;
        }
        let per_volt = 1.0 / (self.thermal_voltage * w.slope_factor);
        let decay = ((vgs - von) * per_volt).exp();
        let id = strong * decay;
        let weak_gm = id * per_volt;
        let gm = if saturated {
            weak_gm + at_end * saturation.by_gate * decay
        } else {
            weak_gm
        };
        let by_slope_factor = weak_gm * (vgs - von) / w.slope_factor;
        ChannelCurrent {
            id,
            gm,
            gds: strong_gds * decay - gm * von_by_drain - by_slope_factor * w.by_drain,
            gmbs: strong_gmbs * decay - gm * von_by_bulk - by_slope_factor * w.by_bulk,
            von,
            vdsat,
        }
    }
}

impl Level2 {
    #[inline(always)]
    fn root(&self, v: f64) -> Root {
        if v <= 0.0 {
            let value = (self.phi - v).sqrt();
            let slope = -0.5 / value;
            Root {
                value,
                slope,
                curvature: 0.5 * slope / (self.phi - v),
            }
        } else {
            let value = self.sqrt_phi / (1.0 + 0.5 * v / self.phi);
            let ratio = value / (self.phi * self.sqrt_phi);
            let slope = -0.5 * value * ratio;
            Root {
                value,
                slope,
                curvature: -slope * ratio,
            }
        }
    }

    /// Reduction of `gamma` by the depletion regions of source and drain.
    fn body(&self, vds: f64, vbs: f64) -> Body {
        let source = self.root(vbs);
        let drain = self.root(vbs - vds);
        let mut body = Body {
            source,
            drain,
            gamma: self.gamma,
            by_bulk: 0.0,
            by_drain: 0.0,
            by_bulk_twice: 0.0,
        };
        if self.junction_depth <= 0.0 || (self.gamma <= 0.0 && self.depletion_width <= 0.0) {
            return body;
        }
        let (depth, width, length) = (self.junction_depth, self.depletion_width, self.length);
        let at_source = 1.0 + 2.0 * width * source.value / depth;
        let at_drain = 1.0 + 2.0 * width * drain.value / depth;
        let (root_s, root_d) = (at_source.sqrt(), at_drain.sqrt());
        let share = 0.5 * depth / length;
        body.gamma = self.gamma * (1.0 - share * (root_s - 1.0) - share * (root_d - 1.0));
        let by_drain_side = 0.5 * width * drain.slope / (length * root_d);
        body.by_bulk =
            -self.gamma * (0.5 * width * source.slope / (length * root_s) + by_drain_side);
        body.by_drain = self.gamma * by_drain_side;
        let second = |root: Root, argument: f64, sqrt: f64| {
            width * (root.curvature + root.slope * root.slope * width / (depth * argument))
                / (length * sqrt)
        };
        body.by_bulk_twice = 0.5
            * self.gamma
            * (second(source, at_source, root_s) + second(drain, at_drain, root_d));
        body
    }

    fn weak_inversion(&self, body: &Body) -> Option<WeakInversion> {
        let source = body.source;
        (self.surface_states != 0.0).then_some(WeakInversion {
            slope_factor: 1.0 + self.surface_states + self.narrow
                - body.gamma * source.slope
                - body.by_bulk * source.value,
            by_bulk: 2.0 * body.by_bulk * source.slope
                + body.gamma * source.curvature
                + body.by_bulk_twice * source.value,
            by_drain: body.by_drain * source.slope,
        })
    }

    fn mobility_factor(&self, overdrive: f64, von_by_bulk: f64) -> MobilityFactor {
        if overdrive <= self.critical_overdrive {
            return MobilityFactor {
                value: 1.0,
                by_gate: 0.0,
                by_bulk: 0.0,
            };
        }
        let value = (self.critical_overdrive / overdrive).powf(self.mobility_exponent);
        let by_gate = -value * self.mobility_exponent / overdrive;
        MobilityFactor {
            value,
            by_gate,
            by_bulk: -by_gate * von_by_bulk,
        }
    }

    /// Saturation voltage by pinch-off, or by the drift velocity where that is limited.
    fn saturation(&self, body: &Body, vgsx: f64, flat: f64, vbs: f64, mobility: f64) -> Saturation {
        let eta = 1.0 + self.narrow;
        let gamma = body.gamma / eta;
        let drive = (vgsx - flat) / eta;
        let surface = self.phi - vbs;
        let mut saturation = Saturation {
            voltage: 0.0,
            by_gate: 0.0,
            by_bulk: 0.0,
            end: body.source,
            mobility,
        };
        if gamma > 0.0 {
            let argument = drive + surface;
            if argument > 0.0 {
                let square = gamma * gamma;
                let root = (1.0 + 4.0 * argument / square).sqrt();
                saturation.voltage = (drive + 0.5 * square * (1.0 - root)).max(0.0);
                saturation.by_gate = (1.0 - 1.0 / root) / eta;
                saturation.by_bulk = (gamma * (1.0 - root) + 2.0 * argument / (gamma * root)) / eta
                    * body.by_bulk
                    + 1.0 / root
                    + self.narrow * saturation.by_gate;
            }
        } else {
            saturation.voltage = drive.max(0.0);
            saturation.by_gate = 1.0;
        }
        if self.drift_velocity > 0.0 {
            let reach = self.drift_velocity * self.length / mobility;
            if let Some(voltage) =
                drift_limited_voltage(drive, surface, gamma, body.source.value, reach)
            {
                saturation.voltage = voltage;
            }
        }
        let vdsat = saturation.voltage;
        saturation.end = self.root(vbs - vdsat);
        if self.drift_velocity > 0.0 {
            // The condition that the carriers reach their drift velocity at vdsat, differentiated.
            let end = saturation.end;
            let source = body.source;
            let cubes = end.value.powi(3) - source.value.powi(3);
            let cubes_by_bulk = 2.0
                * body.gamma
                * (end.value * end.value * end.slope - source.value * source.value * source.slope);
            let velocity_length = self.drift_velocity * self.length;
            let charge = drive - vdsat - body.gamma * end.value;
            let charge_by_voltage = -1.0 + body.gamma * end.slope;
            let by_voltage = velocity_length * charge_by_voltage - mobility * charge;
            let by_gate = (velocity_length - mobility * vdsat) / eta;
            let by_bulk = -velocity_length * (1.0 + charge_by_voltage - self.narrow / eta)
                + mobility * (cubes_by_bulk - body.by_bulk * cubes / 1.5) / eta;
            saturation.by_gate = -by_gate / by_voltage;
            saturation.by_bulk = -by_bulk / by_voltage;
        }
        saturation
    }

    /// Channel-length modulation, limited at punch-through.
    fn shortening(&self, saturation: &Saturation, vds: f64) -> Shortening {
        let mut lambda = self.lambda;
        let mut by_saturation = 0.0;
        let mut by_drain = 0.0;
        if vds != 0.0 && self.depletion_width > 0.0 && self.lambda <= 0.0 {
            let beyond = vds - saturation.voltage;
            if self.drift_velocity <= 0.0 {
                let quarter = 0.25 * beyond;
                let root = (1.0 + quarter * quarter).sqrt();
                lambda = self.depletion_width * (quarter + root).sqrt() / (self.length * vds);
                by_saturation = vds * lambda / (8.0 * root);
            } else {
                let width = self.depletion_width / self.channel_charge.sqrt();
                let reach = self.drift_velocity * width / (2.0 * saturation.mobility);
                let root = (reach * reach + beyond.max(0.0)).sqrt();
                lambda = width * (root - reach) / (self.length * vds);
                by_saturation = width / (2.0 * root * self.length);
            }
            by_drain = -lambda + by_saturation;
        }
        let mut shortening = Shortening {
            left: 1.0 - lambda * vds,
            by_gate: by_saturation * saturation.by_gate,
            by_drain: -lambda - by_drain,
            by_bulk: by_saturation * saturation.by_bulk,
        };
        let shortest = if self.depletion_width > 0.0 {
            self.built_in_width
        } else {
            SHORTEST_CHANNEL
        };
        if self.length * shortening.left < shortest {
            let lost = lambda * vds * self.length;
            let available = self.length - self.built_in_width;
            let effective = shortest / (1.0 + (lost - available) / shortest);
            let factor = (effective / shortest).powi(2);
            shortening.left = effective / self.length;
            shortening.by_gate *= factor;
            shortening.by_drain *= factor;
            shortening.by_bulk *= factor;
        }
        shortening
    }
}
