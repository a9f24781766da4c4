//! Diodes, bipolar transistors, junction field-effect transistors.
//!
//! Each device is a model (what a `.model` card sets, shared between elements), an instance (what the element line sets),
//! and the element made of both:
//!
//! * [`Diode`]: junction diode, ngspice's level 1.
//! * [`Bipolar`]: Gummel-Poon transistor, ngspice's level 1.
//! * [`Jfet`]: Shichman-Hodges transistor with the Parker-Skellern doping tail, ngspice's level 1.
//!
//! [`Element::value`](ohmloom_solver::circuit::Element::value) looks for a name among the parameters that `parameters()`
//! lists, then among the operating-point quantities, then among the other parameters of the element line and of the model. So
//! `is` is a saturation current; the current of a transistor's source is `isource`, that of a substrate `isub`.

mod bipolar;
mod diode;
mod jfet;
mod junction;
mod limiting;
mod ranges;

pub use bipolar::{Bipolar, BipolarInstance, BipolarModel, BipolarNodes};
pub use diode::{Diode, DiodeInstance, DiodeModel};
pub use jfet::{Jfet, JfetInstance, JfetModel, JfetNodes};

/// 27 degrees Celsius, kelvin: where parameters are checked at construction, before `set_temperature`.
const NOMINAL_KELVIN: f64 = 300.15;

/// The type of a transistor's channel or of its emitter and collector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polarity {
    /// npn, n channel.
    N,
    /// pnp, p channel.
    P,
}

impl Polarity {
    /// 1 for [`Polarity::N`], -1 for [`Polarity::P`]: the factor between terminal quantities and the model's.
    pub fn sign(self) -> f64 {
        match self {
            Self::N => 1.0,
            Self::P => -1.0,
        }
    }
}
