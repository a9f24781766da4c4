//! What a level of the transistor model provides: the current of the channel.

use super::bias::Bias;
use super::cards::MosfetModel;
use super::junction::ReverseCurrent;
use super::process::Process;

/// The current of a channel with its derivatives, for one device with drain above source.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ChannelCurrent {
    /// Current from drain to source, A.
    pub id: f64,
    /// Derivative by the gate-source voltage, S.
    pub gm: f64,
    /// Derivative by the drain-source voltage, S.
    pub gds: f64,
    /// Derivative by the bulk-source voltage, S.
    pub gmbs: f64,
    /// Gate-source voltage at which the channel turns on, V.
    pub von: f64,
    /// Drain-source voltage at which the current saturates, V.
    pub vdsat: f64,
}

/// Effective dimensions of a channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Geometry {
    /// Length, m.
    pub length: f64,
    /// Width, m.
    pub width: f64,
}

/// Where levels differ outside the channel.
#[derive(Clone, Copy, Debug)]
pub struct LevelRules {
    /// Oxide thickness when none is given, m; `None` for no gate capacitance and no derived parameters.
    pub oxide_thickness: Option<f64>,
    /// Grading coefficient of the sidewalls when none is given.
    pub sidewall_grading: f64,
    /// Whether the intrinsic carrier density is taken at the nominal temperature; else it is that of 300 K.
    pub carriers_follow_temperature: bool,
    /// Whether `wd`, `xw`, `xl` and `delvto` have an effect.
    pub dimension_corrections: bool,
    /// Law of the bulk junctions in reverse.
    pub reverse_current: ReverseCurrent,
}

/// The channel of one level, with everything that depends on the temperature and the dimensions computed beforehand.
pub trait Level: Clone + std::fmt::Debug + Send + Sync + 'static {
    /// What `level=` selects.
    const NUMBER: u8;
    /// Where the level differs outside the channel.
    const RULES: LevelRules;
    /// Names of the model parameters on which the current depends continuously, besides those that all levels share.
    const PARAMETERS: &'static [&'static str];

    /// Prepares the channel of one device.
    fn new(model: &MosfetModel, process: &Process, geometry: Geometry) -> Self;

    /// The current at a bias with `vds >= 0`.
    fn channel(&self, bias: Bias) -> ChannelCurrent;
}
