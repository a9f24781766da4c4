//! What a bipolar transistor shows at an operating point: currents, small-signal quantities, noise.

use ohmloom_solver::circuit::{NoiseSource, Point};

use super::Bipolar;
use crate::constants::{BOLTZMANN, ELEMENTARY_CHARGE};

impl Bipolar {
    /// Static currents into collector, base, emitter and substrate terminals.
    fn lead_currents(&self, at: &Point<'_>) -> [f64; 4] {
        let (v, bias) = self.operating_point(at);
        let scale = self.polarity.sign() * self.instance.m;
        let substrate = self.substrate_sign()
            * self.instance.m
            * self.equations.substrate_current(v.substrate, at.gmin).0;
        let (mut collector, mut base) = (
            scale * bias.collector_current(),
            scale * bias.base_current(),
        );
        let emitter = -(collector + base);
        if self.vertical() {
            collector -= substrate;
        } else {
            base -= substrate;
        }
        [collector, base, emitter, substrate]
    }

    /// An operating-point quantity, `None` for any other name.
    pub(super) fn quantity(&self, quantity: &str, at: &Point<'_>) -> Option<f64> {
        let m = self.instance.m;
        match quantity {
            "ic" | "i" | "ib" | "ie" | "isub" | "p" => {
                let [collector, base, emitter, substrate] = self.lead_currents(at);
                Some(match quantity {
                    "ib" => base,
                    "ie" => emitter,
                    "isub" => substrate,
                    "p" => {
                        collector * at.value(self.nodes.collector)
                            + base * at.value(self.nodes.base)
                            + emitter * at.value(self.nodes.emitter)
                            + substrate * at.value(self.nodes.substrate)
                    }
                    _ => collector,
                })
            }
            "cbx" | "qbx" => {
                let outer =
                    self.polarity.sign() * at.voltage(self.nodes.base, self.inner.collector);
                let (charge, capacitance) = self.equations.outer_depletion.at(outer);
                Some(
                    m * if quantity == "cbx" {
                        capacitance
                    } else {
                        charge
                    },
                )
            }
            "vbe" | "vbc" | "vce" | "gm" | "gpi" | "gmu" | "go" | "gx" | "cpi" | "cmu" | "csub"
            | "qbe" | "qbc" | "qsub" => {
                let (v, bias) = self.operating_point(at);
                let output = -bias.transport.by_vbc;
                Some(match quantity {
                    "vbe" => v.be,
                    "vbc" => v.bc,
                    "vce" => v.be - v.bc,
                    "gm" => m * (bias.transport.by_vbe - output),
                    "gpi" => m * bias.base_emitter.1,
                    "gmu" => m * bias.base_collector.1,
                    "go" => m * output,
                    "gx" if self.nodes.base == self.inner.base => 0.0,
                    "gx" => m * bias.base_conductance.value,
                    "cpi" => m * bias.emitter_charge.by_vbe,
                    "cmu" => m * bias.collector_charge.1,
                    "csub" => m * self.equations.substrate_depletion.at(v.substrate).1,
                    "qbe" => m * bias.emitter_charge.value,
                    "qbc" => m * bias.collector_charge.0,
                    _ => m * self.equations.substrate_depletion.at(v.substrate).0,
                })
            }
            _ => None,
        }
    }

    /// Appends the noise sources at an operating point.
    pub(super) fn noise_sources(&self, at: &Point<'_>, sources: &mut Vec<NoiseSource>) {
        let (_, bias) = self.operating_point(at);
        let (m, nodes, inner) = (self.instance.m, self.nodes, self.inner);
        let thermal = 4.0 * BOLTZMANN * self.equations.temperature * m;
        let shot = |current: f64| 2.0 * ELEMENTARY_CHARGE * m * current.abs();
        let base_current = bias.base_current().abs();
        let base_conductance = if nodes.base == inner.base {
            0.0
        } else {
            bias.base_conductance.value
        };
        let mut push = |label, from, to, white, flicker| {
            sources.push(NoiseSource {
                label,
                from,
                to,
                white,
                flicker,
                exponent: 1.0,
            });
        };
        let equations = &self.equations;
        push(
            "rc",
            nodes.collector,
            inner.collector,
            thermal * equations.collector_conductance,
            0.0,
        );
        push(
            "rb",
            nodes.base,
            inner.base,
            thermal * base_conductance,
            0.0,
        );
        push(
            "re",
            nodes.emitter,
            inner.emitter,
            thermal * equations.emitter_conductance,
            0.0,
        );
        push(
            "ic",
            inner.collector,
            inner.emitter,
            shot(bias.collector_current()),
            0.0,
        );
        push("ib", inner.base, inner.emitter, shot(base_current), 0.0);
        let flicker = m * self.model.kf * base_current.powf(self.model.af);
        push("1overf", inner.base, inner.emitter, 0.0, flicker);
    }
}
