//! What [`Frame`](super::Frame) takes from the `.model` and the instance line.

use ohmloom_solver::circuit::CircuitError;

use super::super::cards::MosfetInstance;
use super::super::junction::JunctionParameters;
use super::super::process::{require, temperatures};
use crate::parameters::ParameterError;

/// Diffusion resistances as a `.model` line gives them.
#[derive(Clone, Copy, Debug)]
pub(in crate::mosfets) struct LeadParameters {
    pub(in crate::mosfets) rd: Option<f64>,
    pub(in crate::mosfets) rs: Option<f64>,
    pub(in crate::mosfets) rsh: f64,
}

/// Overlap capacitances as a `.model` line gives them, F/m.
#[derive(Clone, Copy, Debug)]
pub(in crate::mosfets) struct OverlapParameters {
    pub(in crate::mosfets) cgso: f64,
    pub(in crate::mosfets) cgdo: f64,
    pub(in crate::mosfets) cgbo: f64,
}

/// What [`Frame`] takes from the `.model` line.
#[derive(Clone, Copy, Debug)]
pub(in crate::mosfets) struct FrameParameters {
    pub(in crate::mosfets) leads: LeadParameters,
    pub(in crate::mosfets) overlaps: OverlapParameters,
    pub(in crate::mosfets) junctions: JunctionParameters,
    pub(in crate::mosfets) tnom: Option<f64>,
}

impl FrameParameters {
    /// (Measurement, device) temperatures, K.
    pub(in crate::mosfets) fn temperatures(
        &self,
        instance: &MosfetInstance,
        ambient: f64,
    ) -> Result<(f64, f64), ParameterError> {
        temperatures(self.tnom, instance.temp, instance.dtemp, ambient)
    }
}

/// A parameter error with the name of its element.
pub(in crate::mosfets) fn refuse(element: &str, error: &ParameterError) -> CircuitError {
    CircuitError::Parameter {
        element: element.to_owned(),
        reason: error.to_string(),
    }
}

/// Checks the instance, whose channel is `width` by `length`.
pub(in crate::mosfets) fn check_instance(
    instance: &MosfetInstance,
    width: f64,
    length: f64,
) -> Result<(), ParameterError> {
    let (positive, not_negative) = ("must be above 0", "must not be negative");
    require("l", instance.l, instance.l > 0.0, positive)?;
    require("w", instance.w, instance.w > 0.0, positive)?;
    require("m", instance.m, instance.m > 0.0, positive)?;
    require(
        "l",
        instance.l,
        length > 0.0,
        "leaves no channel: the effective length must be above 0",
    )?;
    require(
        "w",
        instance.w,
        width > 0.0,
        "leaves no channel: the effective width must be above 0",
    )?;
    for (name, value) in [
        ("ad", instance.ad),
        ("as", instance.source_area),
        ("pd", instance.pd),
        ("ps", instance.ps),
        ("nrd", instance.nrd),
        ("nrs", instance.nrs),
    ] {
        require(name, value, value >= 0.0, not_negative)?;
    }
    for (name, value) in [
        ("icvds", instance.icvds),
        ("icvgs", instance.icvgs),
        ("icvbs", instance.icvbs),
    ] {
        require(name, value.unwrap_or(0.0), true, "must be finite")?;
    }
    Ok(())
}

/// Conductance of a lead: the given resistance, else the sheet resistance times the squares; 0 for no lead.
pub(super) fn lead_conductance(
    name: &str,
    given: Option<f64>,
    sheet: f64,
    squares: f64,
    count: f64,
) -> Result<f64, ParameterError> {
    let ohms = given.unwrap_or(sheet * squares);
    require(
        if given.is_some() { name } else { "rsh" },
        ohms,
        ohms >= 0.0,
        "must not be negative",
    )?;
    Ok(if ohms == 0.0 { 0.0 } else { count / ohms })
}
