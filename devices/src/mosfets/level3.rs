//! Level 3: the semi-empirical model of short channels.
//!
//! Dang, "A simple current model for short-channel IGFET and its application to circuit simulation", IEEE Journal of
//! Solid-State Circuits 14, 1979, and Liu, "A unified CAD model for MOSFETs", UCB/ERL M81/31, 1981; with the smooth
//! channel shortening below saturation of SPICE. Derivatives are those of SPICE.

use super::bias::Bias;
use super::cards::MosfetModel;
use super::channel::{ChannelCurrent, Geometry, Level, LevelRules};
use super::junction::ReverseCurrent;
use super::process::Process;
use crate::constants::{ELEMENTARY_CHARGE, SILICON_PERMITTIVITY};

/// Width of a cylindrical depletion region over the junction depth, as a polynomial of that of a plane one (Dang).
const CYLINDER: [f64; 3] = [0.063_135_3, 0.801_329_2, -0.011_107_77];
/// Effect of the drain on the threshold per unit of `eta`, F m.
const STATIC_FEEDBACK: f64 = 8.15e-22;
/// Smallest conductance at the onset of velocity saturation, S.
const SMALLEST_CONDUCTANCE: f64 = 1e-12;

/// Channel of level 3.
#[derive(Clone, Copy, Debug)]
pub struct Level3 {
    beta: f64,
    length: f64,
    gamma: f64,
    phi: f64,
    sqrt_phi: f64,
    vbi: f64,
    thermal_voltage: f64,
    /// Fall of the threshold per volt of drain voltage.
    feedback: f64,
    /// Narrow-channel effect: threshold per volt of surface potential.
    narrow: f64,
    /// Squared depletion width at 1 V, m^2.
    depletion: f64,
    /// Depletion width at 1 V and lateral diffusion over the junction depth, junction depth over the length.
    short: Option<ShortChannel>,
    surface_states: f64,
    theta: f64,
    /// Voltage at which carriers of the low-field mobility reach their drift velocity, V; `None` without a limit.
    drift: Option<f64>,
    kappa: f64,
}

#[derive(Clone, Copy, Debug)]
struct ShortChannel {
    width: f64,
    diffusion: f64,
    depth: f64,
}

/// A quantity with its derivatives by gate, drain and bulk.
#[derive(Clone, Copy, Default)]
struct Partial {
    value: f64,
    gate: f64,
    drain: f64,
    bulk: f64,
}

/// Threshold and body effect at one bias.
struct Threshold {
    voltage: f64,
    by_bulk: f64,
    /// Slope of the bulk charge along the channel and its derivative by the bulk voltage.
    body: f64,
    body_by_bulk: f64,
    /// Slope factor of weak inversion and its derivative by the bulk voltage; `None` without fast surface states.
    weak: Option<(f64, f64)>,
}

impl Level for Level3 {
    const NUMBER: u8 = 3;
    const RULES: LevelRules = LevelRules {
        oxide_thickness: Some(1e-7),
        sidewall_grading: 0.33,
        carriers_follow_temperature: true,
        dimension_corrections: true,
        reverse_current: ReverseCurrent::Cubic,
    };
    const PARAMETERS: &'static [&'static str] =
        &["theta", "eta", "kappa", "vmax", "delta", "nfs", "xj"];

    fn new(model: &MosfetModel, process: &Process, geometry: Geometry) -> Self {
        let Geometry { length, width } = geometry;
        let oxide = process.oxide_capacitance;
        let short = (model.xj > 0.0 && process.depletion > 0.0).then(|| ShortChannel {
            width: process.depletion.sqrt() / model.xj,
            diffusion: model.ld / model.xj,
            depth: model.xj / length,
        });
        Self {
            beta: process.transconductance * width / length,
            length,
            gamma: process.gamma,
            phi: process.phi,
            sqrt_phi: process.phi.sqrt(),
            vbi: process.vbi,
            thermal_voltage: process.thermal_voltage,
            feedback: model.eta * STATIC_FEEDBACK / (oxide * length.powi(3)),
            narrow: model.delta * 0.5 * std::f64::consts::PI * SILICON_PERMITTIVITY
                / (oxide * width),
            depletion: process.depletion,
            short,
            surface_states: ELEMENTARY_CHARGE * model.nfs * 1e4 / oxide,
            theta: model.theta,
            drift: (model.vmax > 0.0).then(|| length * model.vmax / process.mobility),
            kappa: model.kappa,
        }
    }

    #[inline]
    fn channel(&self, bias: Bias) -> ChannelCurrent {
        let Bias { vgs, vds, vbs } = bias;
        let threshold = self.threshold(vds, vbs);
        let vth = threshold.voltage;
        let von = threshold.weak.map_or(vth, |(slope_factor, _)| {
            vth + self.thermal_voltage * slope_factor
        });
        if threshold.weak.is_none() && vgs <= von {
            return ChannelCurrent {
                von,
                ..ChannelCurrent::default()
            };
        }
        let overdrive = vgs.max(von) - vth;
        let thinning = 1.0 / (1.0 + self.theta * overdrive);
        let by_gate = -self.theta * thinning * thinning;
        let mobility = Partial {
            value: thinning,
            gate: by_gate,
            drain: by_gate * self.feedback,
            bulk: -by_gate * threshold.by_bulk,
        };
        let drift = self.drift.map(|low_field| low_field / thinning);
        let saturation = self.saturation(&threshold, overdrive, mobility, drift);
        let vdsat = saturation.value;
        let beta = self.beta * thinning;
        let weak = threshold.weak.filter(|_| vgs < von);
        let decay = |(slope_factor, _): (f64, f64)| {
            ((vgs - von) / (self.thermal_voltage * slope_factor)).exp()
        };
        if vds.min(vdsat) <= 0.0 {
            return ChannelCurrent {
                gds: beta * overdrive * weak.map_or(1.0, decay),
                von,
                vdsat,
                ..ChannelCurrent::default()
            };
        }

        let mut current = self.before_shortening(&threshold, overdrive, vds, vdsat, mobility);
        let mut shortened_by_saturation = 0.0;
        let velocity = drift.map(|voltage| velocity_factor(vds, vdsat, voltage, mobility));
        if let Some(factor) = velocity {
            current = Partial {
                gate: factor.value * current.gate + factor.gate * current.value,
                drain: factor.value * current.drain + factor.drain * current.value,
                bulk: factor.value * current.bulk + factor.bulk * current.value,
                value: factor.value * current.value,
            };
        }
        if let Some((shortening, by_saturation)) =
            self.shortening(vds, vdsat, &current, velocity.zip(drift), mobility)
        {
            let left = 1.0 / (1.0 - shortening.value / self.length);
            let id = current.value * left;
            let per_metre = id / (self.length - shortening.value);
            // `shortening.drain` is the derivative at constant vdsat; the part through vdsat follows.
            shortened_by_saturation = per_metre * by_saturation;
            current = Partial {
                value: id,
                gate: current.gate * left
                    + per_metre * shortening.gate
                    + shortened_by_saturation * saturation.gate,
                drain: current.drain * left
                    + per_metre * shortening.drain
                    + shortened_by_saturation * saturation.drain,
                bulk: current.bulk * left
                    + per_metre * shortening.bulk
                    + shortened_by_saturation * saturation.bulk,
            };
        }
        let Some(weak) = weak else {
            return ChannelCurrent {
                id: current.value,
                gm: current.gate,
                gds: current.drain,
                gmbs: current.bulk,
                von,
                vdsat,
            };
        };

        // Below the turn-on voltage the current at turn-on decays exponentially.
        let (slope_factor, slope_factor_by_bulk) = weak;
        let decay = decay(weak);
        let id = current.value * decay;
        let strong_gm = current.gate * decay;
        let weak_gm = id / (self.thermal_voltage * slope_factor);
        let von_by_bulk = threshold.by_bulk + self.thermal_voltage * slope_factor_by_bulk;
        let gm = if vds > vdsat {
            weak_gm + shortened_by_saturation * saturation.gate * decay
        } else {
            weak_gm
        };
        ChannelCurrent {
            id,
            gm,
            gds: current.drain * decay - (strong_gm - weak_gm) * self.feedback,
            gmbs: current.bulk * decay + (strong_gm - weak_gm) * von_by_bulk
                - weak_gm * (vgs - von) / slope_factor * slope_factor_by_bulk,
            von,
            vdsat,
        }
    }
}

impl Level3 {
    #[inline]
    fn threshold(&self, vds: f64, vbs: f64) -> Threshold {
        let (surface, root, root_by_bulk) = if vbs <= 0.0 {
            let surface = self.phi - vbs;
            let root = surface.sqrt();
            (surface, root, -0.5 / root)
        } else {
            let root = self.sqrt_phi / (1.0 + vbs / (2.0 * self.phi));
            (
                root * root,
                root,
                -root * root / (2.0 * self.phi * self.sqrt_phi),
            )
        };
        let (short, short_by_bulk) = self
            .short
            .map_or((1.0, 0.0), |s| s.factor(root, root_by_bulk));
        let gamma = self.gamma * short;
        let slope = 0.25 * gamma / root;
        let bulk_charge = gamma * root + self.narrow * surface;
        let by_bulk = gamma * root_by_bulk + self.gamma * short_by_bulk * root - self.narrow;
        let weak = (self.surface_states != 0.0).then(|| {
            let slope_factor = 1.0 + self.surface_states + 0.5 * bulk_charge / surface;
            let slope_factor_by_bulk =
                0.5 * by_bulk / surface - bulk_charge * root_by_bulk / (surface * root);
            (slope_factor, slope_factor_by_bulk)
        });
        Threshold {
            voltage: self.vbi - self.feedback * vds + bulk_charge,
            by_bulk,
            body: slope + self.narrow,
            body_by_bulk: -slope * root_by_bulk / root + slope * short_by_bulk / short,
            weak,
        }
    }

    /// The voltage of pinch-off, or of the drift velocity.
    #[inline]
    fn saturation(
        &self,
        threshold: &Threshold,
        overdrive: f64,
        mobility: Partial,
        drift: Option<f64>,
    ) -> Partial {
        let per_body = 1.0 / (1.0 + threshold.body);
        let pinch_off = overdrive * per_body;
        let (value, gate, by_body) = match drift {
            None => (pinch_off, per_body, -pinch_off * per_body),
            Some(voltage) => {
                let hypotenuse = pinch_off.hypot(voltage);
                let by_pinch_off = (1.0 - pinch_off / hypotenuse) * per_body;
                let by_drift = (1.0 - voltage / hypotenuse) * voltage;
                (
                    pinch_off + voltage - hypotenuse,
                    by_pinch_off - by_drift * mobility.gate / mobility.value,
                    -pinch_off * by_pinch_off,
                )
            }
        };
        Partial {
            value,
            gate,
            drain: gate * self.feedback,
            bulk: -gate * threshold.by_bulk + by_body * threshold.body_by_bulk,
        }
    }

    /// The current with the full channel length and without velocity saturation.
    #[inline]
    fn before_shortening(
        &self,
        threshold: &Threshold,
        overdrive: f64,
        vds: f64,
        vdsat: f64,
        mobility: Partial,
    ) -> Partial {
        let v = vds.min(vdsat);
        let shape = (overdrive - 0.5 * (1.0 + threshold.body) * v) * v;
        let by_drain = if vds > vdsat {
            self.feedback * v
        } else {
            overdrive - (1.0 + threshold.body - self.feedback) * v
        };
        let by_bulk = -(threshold.by_bulk + 0.5 * threshold.body_by_bulk * v) * v;
        let beta = self.beta * mobility.value;
        let scaled = self.beta * shape;
        Partial {
            value: beta * shape,
            gate: beta * v + mobility.gate * scaled,
            drain: beta * by_drain + mobility.drain * scaled,
            bulk: beta * by_bulk + mobility.bulk * scaled,
        }
    }

    /// By how much the channel is shortened, m, with derivatives at constant saturation voltage, and the derivative by
    /// the saturation voltage as SPICE propagates it; `None` where nothing is lost.
    #[inline]
    fn shortening(
        &self,
        vds: f64,
        vdsat: f64,
        current: &Partial,
        velocity: Option<(Partial, f64)>,
        mobility: Partial,
    ) -> Option<(Partial, f64)> {
        if self.depletion == 0.0 {
            return None;
        }
        let strength = self.kappa * self.depletion;
        let (mut loss, mut by_saturation) = match velocity {
            Some(_) if vds <= vdsat => return None,
            None if vds <= vdsat => {
                let ratio = vds / vdsat;
                let full = (strength * vdsat / 8.0).sqrt();
                let cube = ratio * ratio * ratio;
                let by_drain = 4.0 * full * cube / vdsat;
                (
                    Partial {
                        value: full * cube * ratio,
                        drain: by_drain,
                        ..Partial::default()
                    },
                    -by_drain,
                )
            }
            None => {
                let beyond = vds - 0.875 * vdsat;
                let value = (strength * beyond).sqrt();
                let by_drain = 0.5 * value / beyond;
                (
                    Partial {
                        value,
                        drain: by_drain,
                        ..Partial::default()
                    },
                    -by_drain,
                )
            }
            Some((factor, drift)) => {
                let onset = current.value * (1.0 - factor.value) / drift;
                let onset = onset.max(SMALLEST_CONDUCTANCE);
                let per_current = onset / current.value;
                let per_factor = onset / (1.0 - factor.value);
                let per_mobility = onset / mobility.value;
                let field = self.kappa * current.value / (self.length * onset);
                let field_by = |i: f64, f: f64, m: f64| {
                    let onset_by = per_current * i - per_factor * f + per_mobility * m;
                    field / current.value * i - field / onset * onset_by
                };
                let half = 0.5 * field * self.depletion;
                let root = (half * half + strength * (vds - vdsat)).sqrt();
                let (by_drain, by_field) = if root == 0.0 {
                    (0.0, 0.0)
                } else {
                    (
                        0.5 * strength / root,
                        0.5 * (half / root - 1.0) * self.depletion,
                    )
                };
                let through_field =
                    by_field * field_by(current.drain, factor.drain, mobility.drain);
                (
                    Partial {
                        value: root - half,
                        gate: by_field * field_by(current.gate, factor.gate, mobility.gate),
                        drain: by_drain,
                        bulk: by_field * field_by(current.bulk, factor.bulk, mobility.bulk),
                    },
                    through_field - by_drain,
                )
            }
        };
        if loss.value > 0.5 * self.length {
            // Punch-through: the channel never vanishes.
            let remaining = self.length * self.length / (4.0 * loss.value);
            let factor = 4.0 * remaining * remaining / (self.length * self.length);
            loss = Partial {
                value: self.length - remaining,
                gate: loss.gate * factor,
                drain: loss.drain * factor,
                bulk: loss.bulk * factor,
            };
            by_saturation *= factor;
        }
        Some((loss, by_saturation))
    }
}

/// Reduction of the current by velocity saturation.
#[inline]
fn velocity_factor(vds: f64, vdsat: f64, drift: f64, mobility: Partial) -> Partial {
    let v = vds.min(vdsat);
    let value = 1.0 / (1.0 + v / drift);
    let by_mobility = -value * value * v / (drift * mobility.value);
    let by_drain = if vds > vdsat {
        0.0
    } else {
        -value * value / drift
    };
    Partial {
        value,
        gate: mobility.gate * by_mobility,
        drain: mobility.drain * by_mobility + by_drain,
        bulk: mobility.bulk * by_mobility,
    }
}

impl ShortChannel {
    /// Part of the body effect that the depletion regions of source and drain leave, with its derivative.
    #[inline]
    fn factor(&self, root: f64, root_by_bulk: f64) -> (f64, f64) {
        let plane = self.width * root;
        let plane_by_bulk = self.width * root_by_bulk;
        let cylinder = CYLINDER[0] + plane * (CYLINDER[1] + plane * CYLINDER[2]) + self.diffusion;
        let cylinder_by_bulk = (CYLINDER[1] + 2.0 * CYLINDER[2] * plane) * plane_by_bulk;
        let ratio = plane / (1.0 + plane);
        let leg = (1.0 - ratio * ratio).sqrt();
        let leg_by_bulk = -ratio * ratio * (1.0 - ratio) * plane_by_bulk / (leg * plane);
        let value = 1.0 - self.depth * (cylinder * leg - self.diffusion);
        (
            value,
            -self.depth * (cylinder_by_bulk * leg + cylinder * leg_by_bulk),
        )
    }
}
