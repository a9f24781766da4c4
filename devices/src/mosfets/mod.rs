//! Insulated-gate field-effect transistors.
//!
//! [`Mosfet`] is the three-terminal-plus-bulk transistor of SPICE with the channel of [`Level1`] (Shichman and Hodges),
//! [`Level2`] (Grove and Frohman) or [`Level3`] (semi-empirical), the gate capacitances of Meyer and bulk junctions.
//! [`EkvMosfet`] has the charge-based EKV 2.6 channel and charges that are conserved by construction.
//!
//! Inside, voltages and currents of both polarities are those of an n-channel device: a p-channel device is evaluated
//! with every voltage negated. Quantities that [`Element::value`](ohmloom_solver::circuit::Element::value) shows follow
//! ngspice: `id`, `vgs`, `vds`, `vbs` and the like are normalised that way, `von` and `vdsat` are not.

mod any;
mod bias;
mod cards;
mod channel;
mod ekv;
mod frame;
mod junction;
mod level1;
mod level2;
mod level3;
mod limiting;
mod meyer;
mod process;
mod standalone;
mod transistor;

pub use any::AnyTransistor;
pub use bias::{Bias, Polarity};
pub use cards::{MosfetInstance, MosfetModel};
pub use channel::{ChannelCurrent, Geometry, Level, LevelRules};
pub use ekv::{EkvModel, EkvMosfet};
pub use junction::ReverseCurrent;
pub use level1::Level1;
pub use level2::Level2;
pub use level3::Level3;
pub use process::Process;
pub use standalone::{AtDiffusions, AtGate, Potentials, TerminalMatrices, Transistor};
pub use transistor::{GateHistory, Mosfet};
