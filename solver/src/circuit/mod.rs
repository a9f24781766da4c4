//! Circuits of arbitrary elements: modified nodal analysis, Newton's method, and the SPICE analyses.
//!
//! A [`CircuitBuilder`] collects elements (anything that implements [`Element`]); [`CircuitBuilder::build`] gives them
//! their unknowns and their places in the matrix. The analyses are functions of the [`Circuit`]: [`operating_point`],
//! [`dc_sweep`], [`transient`], [`ac`], [`noise`], [`transfer_function`], [`dc_sensitivities`].

mod banks;
mod dc_sweep;
mod element;
mod error;
mod integration;
mod linear_system;
mod names;
mod netlist;
mod newton;
mod noise;
mod operating_point;
mod options;
mod pattern;
mod probe;
mod reduction;
mod registry;
mod singular;
mod small_signal;
mod system;
mod transfer_function;
mod transient;

pub use dc_sweep::{Sweep, SweepTarget, dc_sweep};
pub use element::{
    AcLoads, Element, Footprint, Loads, NoiseSource, PairSlots, Phase, Point, Quantity, Slot,
    Start, Step, Unknown, Unknowns,
};
pub use error::CircuitError;
pub use names::Names;
pub use netlist::{Circuit, CircuitBuilder};
pub use noise::{NoiseContributor, NoiseSpectrum, noise};
pub use operating_point::{Certificate, Guesses, Homotopy, OperatingPoint, operating_point};
pub use options::{Method, Options};
pub use probe::{ElementProbe, Evaluation};
pub use small_signal::{FrequencySweep, Grid, PhasorOutput, ac};
pub use transfer_function::{
    DcOutput, Jacobian, Sensitivity, TransferFunction, dc_sensitivities, jacobian,
    transfer_function,
};
pub use transient::{TransientStatistics, TransientWindow, transient};

pub use crate::lu::Complex;
