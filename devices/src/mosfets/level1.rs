//! Level 1: the square law of Shichman and Hodges ("Modeling and simulation of insulated-gate field-effect transistor
//! switching circuits", IEEE Journal of Solid-State Circuits 3, 1968).

use super::bias::Bias;
use super::cards::MosfetModel;
use super::channel::{ChannelCurrent, Geometry, Level, LevelRules};
use super::junction::ReverseCurrent;
use super::process::Process;

/// Channel of level 1.
///
/// With `vgst = vgs - von`, `von = vbi + gamma sqrt(phi - vbs)` and `beta = kp W / L`: no current for `vgst <= 0`, else
/// `id = beta (1 + lambda vds) v (vgst - v / 2)` with `v = min(vds, vgst)`.
#[derive(Clone, Copy, Debug)]
pub struct Level1 {
    beta: f64,
    lambda: f64,
    gamma: f64,
    phi: f64,
    sqrt_phi: f64,
    vbi: f64,
}

impl Level for Level1 {
    const NUMBER: u8 = 1;
    const RULES: LevelRules = LevelRules {
        oxide_thickness: None,
        sidewall_grading: 0.5,
        carriers_follow_temperature: false,
        dimension_corrections: false,
        reverse_current: ReverseCurrent::Flat,
    };
    const PARAMETERS: &'static [&'static str] = &["lambda"];

    fn new(model: &MosfetModel, process: &Process, geometry: Geometry) -> Self {
        Self {
            beta: process.transconductance * geometry.width / geometry.length,
            lambda: model.lambda,
            gamma: process.gamma,
            phi: process.phi,
            sqrt_phi: process.phi.sqrt(),
            vbi: process.vbi,
        }
    }

    #[inline(always)]
    fn channel(&self, bias: Bias) -> ChannelCurrent {
        let Bias { vgs, vds, vbs } = bias;
        // Beyond zero bulk bias the root continues along its tangent, down to zero.
        let root = if vbs <= 0.0 {
            (self.phi - vbs).sqrt()
        } else {
            (self.sqrt_phi - vbs / (2.0 * self.sqrt_phi)).max(0.0)
        };
        let von = self.vbi + self.gamma * root;
        let vgst = vgs - von;
        if vgst <= 0.0 {
            return ChannelCurrent {
                von,
                ..ChannelCurrent::default()
            };
        }
        let v = vds.min(vgst);
        let shape = v * (vgst - 0.5 * v);
        let beta = self.beta * (1.0 + self.lambda * vds);
        let gm = beta * v;
        let by_bulk = if vbs <= 0.0 {
            self.gamma / (2.0 * root)
        } else if root > 0.0 {
            self.gamma / (2.0 * self.sqrt_phi)
        } else {
            0.0
        };
        ChannelCurrent {
            id: beta * shape,
            gm,
            gds: beta * (vgst - v) + self.lambda * self.beta * shape,
            gmbs: gm * by_bulk,
            von,
            vdsat: vgst,
        }
    }
}
