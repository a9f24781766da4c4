//! Quantities at an operating point, under the names of ngspice, and noise.

use ohmloom_solver::circuit::{NoiseSource, Point};

use super::super::bias::Bias;
use super::super::channel::{ChannelCurrent, Level};
use super::super::frame::BulkCurrents;
use super::Mosfet;
use crate::constants::OXIDE_PERMITTIVITY;
use crate::parameters::Parameters;

/// Oxide thickness in the flicker noise of devices that have none, m.
const NOISE_OXIDE_THICKNESS: f64 = 1e-7;

/// One transistor at one solution; voltages and currents are normalised to an n-channel device.
pub(super) struct OperatingPoint {
    sign: f64,
    bias: Bias,
    /// With drain and source as the bias has them, for all parallel devices.
    channel: ChannelCurrent,
    bulk: BulkCurrents,
    /// Currents into the terminals.
    drain_current: f64,
    source_current: f64,
    /// Gate to source, drain and bulk with the overlaps, bulk to drain and source, F.
    gate_capacitances: [f64; 3],
    bulk_capacitances: [f64; 2],
    zero_bias_capacitances: [f64; 4],
    power: f64,
}

impl OperatingPoint {
    pub(super) fn value(&self, quantity: &str) -> Option<f64> {
        let channel = &self.channel;
        let [cgs, cgd, cgb] = self.gate_capacitances;
        let [cbd, cbs] = self.bulk_capacitances;
        let [cbd0, cbdsw0, cbs0, cbssw0] = self.zero_bias_capacitances;
        Some(match quantity {
            "i" => self.sign * self.drain_current,
            "p" => self.power,
            "id" => self.drain_current,
            "is" => self.source_current,
            "ig" => 0.0,
            "ib" => self.bulk.drain.value + self.bulk.source.value,
            "ibd" => self.bulk.drain.value,
            "ibs" => self.bulk.source.value,
            "gbd" => self.bulk.drain.slope,
            "gbs" => self.bulk.source.slope,
            "vgs" => self.bias.vgs,
            "vds" => self.bias.vds,
            "vbs" => self.bias.vbs,
            "vbd" => self.bias.vbd(),
            "von" | "vth" => self.sign * channel.von,
            "vdsat" => self.sign * channel.vdsat,
            "gm" => channel.gm,
            "gds" => channel.gds,
            "gmbs" | "gmb" => channel.gmbs,
            "cgs" => cgs,
            "cgd" => cgd,
            "cgb" => cgb,
            "cbd" => cbd,
            "cbs" => cbs,
            "cbd0" => cbd0,
            "cbdsw0" => cbdsw0,
            "cbs0" => cbs0,
            "cbssw0" => cbssw0,
            _ => return None,
        })
    }
}

impl<L: Level> Mosfet<L> {
    pub(super) fn operating_point(&self, at: &Point<'_>) -> OperatingPoint {
        let bias = self.frame.bias(at);
        let forward = bias.vds >= 0.0;
        let one = self
            .law
            .channel(if forward { bias } else { bias.reversed() });
        let channel = ChannelCurrent {
            id: self.count * one.id,
            gm: self.count * one.gm,
            gds: self.count * one.gds,
            gmbs: self.count * one.gmbs,
            ..one
        };
        let bulk = self.frame.bulk_currents(bias, at.gmin);
        let id = if forward { channel.id } else { -channel.id };
        let drain_current = id - bulk.drain.value;
        let source_current = -id - bulk.source.value;
        let halves = self.halves(bias, channel.von, channel.vdsat);
        let overlaps = self.overlaps();
        let (drain, source) = (&self.frame.drain_junction, &self.frame.source_junction);
        let (cbd0, cbdsw0) = drain.zero_bias_capacitances();
        let (cbs0, cbssw0) = source.zero_bias_capacitances();
        OperatingPoint {
            sign: self.frame.polarity.sign(),
            bias,
            channel,
            bulk,
            drain_current,
            source_current,
            gate_capacitances: std::array::from_fn(|k| 2.0 * halves[k] + overlaps[k]),
            bulk_capacitances: [
                drain.charge(bias.vbd()).slope,
                source.charge(bias.vbs).slope,
            ],
            zero_bias_capacitances: [cbd0, cbdsw0, cbs0, cbssw0],
            power: self.frame.power(
                at,
                (
                    drain_current,
                    source_current,
                    bulk.drain.value + bulk.source.value,
                ),
            ),
        }
    }

    /// A parameter as given or derived.
    pub(super) fn parameter(&self, name: &str) -> Option<f64> {
        let nominal = &self.process.nominal;
        match name {
            "vto" | "vt0" => Some(nominal.vto),
            "kp" => Some(nominal.kp),
            "gamma" => Some(nominal.gamma),
            "phi" => Some(nominal.phi),
            "uo" | "u0" => Some(nominal.uo_cm2),
            _ => self.instance.get(name).or_else(|| self.model.get(name)),
        }
    }

    /// Thermal noise `8/3 k T gm` of the channel and flicker noise `kf |id|^af / (f cox^2 W L)` of every parallel
    /// device.
    pub(super) fn channel_noise(&self, at: &Point<'_>, sources: &mut Vec<NoiseSource>) {
        let point = self.operating_point(at);
        let white = self.frame.thermal_noise(2.0 / 3.0 * point.channel.gm.abs());
        let oxide = if self.process.oxide_capacitance > 0.0 {
            self.process.oxide_capacitance
        } else {
            OXIDE_PERMITTIVITY / NOISE_OXIDE_THICKNESS
        };
        let each = (point.drain_current / self.count).abs();
        let flicker = if self.model.kf > 0.0 && each > 0.0 {
            let area = self.geometry.width * self.geometry.length;
            self.count * self.model.kf * each.powf(self.model.af) / (area * oxide * oxide)
        } else {
            0.0
        };
        self.frame.noise(white, (flicker, 1.0), sources);
    }
}
