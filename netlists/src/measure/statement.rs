//! What a `.meas` statement asks for.

use ohmloom_devices::expression::Expression;

/// A parsed `.meas` statement; made by [`Measurement::parse`].
#[derive(Clone, Debug, PartialEq)]
pub struct Measurement {
    /// Name of the result, lower case.
    pub name: String,
    /// The analysis whose plot is measured.
    pub analysis: MeasuredAnalysis,
    /// What is measured.
    pub kind: MeasureKind,
    /// The value that stands in for a failed measurement (`default_val=`).
    pub default: Option<f64>,
}

/// The analysis that a measurement belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeasuredAnalysis {
    /// `.tran`: along time.
    Transient,
    /// `.dc`: along the swept value.
    Dc,
    /// `.ac`: along the frequency; of a complex signal the real part is measured, as in ngspice (use `vm`, `vdb`, `vp`).
    Ac,
    /// `.noise`: along the frequency of the spectral densities.
    Noise,
}

impl MeasuredAnalysis {
    /// Whether a plot with this name ([`crate::results::Plot::name`]) is of this analysis.
    pub fn fits(self, plot_name: &str) -> bool {
        let name = plot_name.to_ascii_lowercase();
        match self {
            Self::Transient => name.starts_with("transient"),
            Self::Dc => name.starts_with("dc transfer"),
            Self::Ac => name.starts_with("ac analysis"),
            Self::Noise => name.starts_with("noise spectral"),
        }
    }
}

/// What is measured.
#[derive(Clone, Debug, PartialEq)]
pub enum MeasureKind {
    /// `trig ... targ ...`: the way from one event to another.
    Delay {
        /// Where it starts.
        trigger: Event,
        /// Where it ends.
        target: Event,
    },
    /// `when ...`: where a condition holds.
    When(Crossing),
    /// `find signal at=x` or `find signal when ...`.
    Find(Signal, Location),
    /// `deriv signal at=x` or `deriv signal when ...`: the slope along the scale.
    Derivative(Signal, Location),
    /// `avg`, `max` and the like of a signal over a window.
    Statistic(Statistic, Signal, Window),
    /// `param='...'`: an expression over earlier results.
    Parameter(Expression),
}

/// A place on the scale that starts or ends a delay.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A fixed place.
    At(f64),
    /// Where a signal crosses a level.
    Crossing(Box<Crossing>),
}

/// A place on the scale at which something is looked up.
pub type Location = Event;

/// A signal that crosses a level.
#[derive(Clone, Debug, PartialEq)]
pub struct Crossing {
    /// The signal.
    pub signal: Signal,
    /// What it crosses.
    pub level: Level,
    /// In which direction.
    pub edge: Edge,
    /// Which one of the crossings.
    pub count: Count,
    /// Crossings before this place do not count (`td=`).
    pub delay: Option<f64>,
    /// The window of the scale that is searched (`from=`, `to=`).
    pub window: Window,
}

/// What a signal is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Level {
    /// A number.
    Value(f64),
    /// Another signal.
    Signal(Signal),
    /// A fraction of the largest value of the signal (`frac_max=`).
    FractionOfMaximum(f64),
}

/// The direction of a crossing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// Upwards.
    Rise,
    /// Downwards.
    Fall,
    /// Either way.
    Cross,
}

/// Which one of several crossings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// The n-th, from 1.
    Nth(usize),
    /// The last one.
    Last,
}

/// A signal: a vector or an expression over vectors.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    /// Its text.
    pub text: String,
    /// Its expression; none when the text is only a vector's name.
    pub expression: Option<Expression>,
}

/// A number that sums a signal up over a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistic {
    /// `avg`: the integral over the window divided by its length.
    Average,
    /// `min`
    Minimum,
    /// `max`
    Maximum,
    /// `min_at`: where the minimum is.
    MinimumAt,
    /// `max_at`: where the maximum is.
    MaximumAt,
    /// `pp`: maximum minus minimum.
    PeakToPeak,
    /// `rms`: the root of the mean square over the window.
    RootMeanSquare,
    /// `integ`: the integral by the trapezoidal rule.
    Integral,
}

/// A part of the scale; an absent bound is the end of the data.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Window {
    /// Lower bound: the larger of `from=` and `td=`.
    pub from: Option<f64>,
    /// Upper bound, `to=`.
    pub to: Option<f64>,
}
