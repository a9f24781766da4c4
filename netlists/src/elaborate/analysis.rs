//! What is to be computed: the analyses of a deck with their numbers.

/// An analysis.
#[derive(Clone, Debug, PartialEq)]
pub enum Analysis {
    /// `.op`
    OperatingPoint,
    /// `.dc`: the first sweep is the inner one.
    Dc(Vec<DcSweep>),
    /// `.ac`
    Ac(FrequencySweep),
    /// `.tran`
    Transient(Transient),
    /// `.noise`
    Noise(Noise),
    /// `.tf`
    TransferFunction {
        /// What is observed.
        output: Output,
        /// The name of the input source.
        source: String,
    },
    /// `.sens`
    Sensitivity {
        /// What is observed.
        output: Output,
        /// The frequencies of a small-signal sensitivity.
        sweep: Option<FrequencySweep>,
    },
    /// `.step`: repeats all other analyses.
    Step(Step),
    /// `.mc`: repeats all other analyses with new random numbers.
    MonteCarlo {
        /// How often.
        runs: u32,
        /// `seed=`, where it is given.
        seed: Option<u64>,
    },
}

/// One variable of a `.dc` line.
#[derive(Clone, Debug, PartialEq)]
pub struct DcSweep {
    /// A source, a resistor, or `temp`, in lower case.
    pub variable: String,
    /// First value.
    pub start: f64,
    /// Last value.
    pub stop: f64,
    /// Increment.
    pub step: f64,
}

/// Frequencies in Hz.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FrequencySweep {
    /// How the points lie.
    pub spacing: Spacing,
    /// Points per decade or octave, or in all for a linear sweep.
    pub points: u32,
    /// First frequency.
    pub start: f64,
    /// Last frequency.
    pub stop: f64,
}

/// How the points of a sweep lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spacing {
    /// `dec`
    Decade,
    /// `oct`
    Octave,
    /// `lin`
    Linear,
}

/// A transient analysis; times in s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transient {
    /// The suggested step of the output.
    pub step: f64,
    /// The end.
    pub stop: f64,
    /// The start of the output.
    pub start: f64,
    /// The largest step.
    pub max_step: Option<f64>,
    /// `uic`: no operating point; initial conditions are used as they are.
    pub use_initial_conditions: bool,
}

/// A noise analysis.
#[derive(Clone, Debug, PartialEq)]
pub struct Noise {
    /// The output node.
    pub node: String,
    /// The node that the output refers to; ground where none is given.
    pub reference: Option<String>,
    /// The name of the input source.
    pub source: String,
    /// The frequencies.
    pub sweep: FrequencySweep,
    /// Every how many points the contributions of the devices are written.
    pub points_per_summary: Option<u32>,
}

/// What a transfer function or a sensitivity observes.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// `v(a)` or `v(a,b)`
    Voltage(String, Option<String>),
    /// `i(v1)`
    Current(String),
}

/// A `.step` line.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// A parameter, source, element or `temp`, in lower case.
    pub variable: String,
    /// `param` stood before the name.
    pub is_parameter: bool,
    /// The values.
    pub values: StepValues,
}

/// The values of a `.step` line.
#[derive(Clone, Debug, PartialEq)]
pub enum StepValues {
    /// From, to, increment.
    Linear {
        /// First value.
        start: f64,
        /// Last value.
        stop: f64,
        /// Increment.
        step: f64,
    },
    /// `dec` or `oct`: from, to, points per decade or octave.
    Logarithmic {
        /// Decade or octave.
        spacing: Spacing,
        /// First value.
        start: f64,
        /// Last value.
        stop: f64,
        /// Points per decade or octave.
        points: u32,
    },
    /// `list`
    List(Vec<f64>),
}
