//! What an independent source does in time.
//!
//! Arguments, their order and their defaults are those of ngspice 39. An argument that would be ignored or that makes no
//! sense is an error here.

mod arguments;
mod exponential;
mod modulation;
mod noise;
mod piecewise_linear;
mod power_law;
mod pulse;
mod random;
mod samples;
mod sine;

pub use arguments::WaveformError;
pub use exponential::Exponential;
pub use modulation::{AmplitudeModulation, SingleFrequencyFm};
pub use noise::TransientNoise;
pub use piecewise_linear::PiecewiseLinear;
pub use pulse::Pulse;
pub use random::{Distribution, Random};
pub use sine::Sine;

/// The printing step and the end of the transient, in seconds: defaults of several waveforms depend on them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeWindow {
    /// Printing step, s.
    pub step: f64,
    /// End, s.
    pub stop: f64,
}

impl Default for TimeWindow {
    /// One second each, until a transient says otherwise.
    fn default() -> Self {
        Self {
            step: 1.0,
            stop: 1.0,
        }
    }
}

/// Most corners that one call of [`Waveform::breakpoints`] reports, the earliest first: a fast clock in a long window
/// would have billions.
const CORNERS_MOST: usize = 4096;
/// From this period on counting loses units: 2^52.
const PERIODS_MOST: f64 = 4_503_599_627_370_496.0;

/// A function of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Waveform {
    /// No function: the DC value at all times.
    #[default]
    Dc,
    /// A train of trapezoids.
    Pulse(Pulse),
    /// A sine that may decay.
    Sine(Sine),
    /// Two exponentials, one up and one down.
    Exponential(Exponential),
    /// Straight lines between given points.
    PiecewiseLinear(PiecewiseLinear),
    /// A sine whose frequency follows another sine.
    SingleFrequencyFm(SingleFrequencyFm),
    /// A sine whose amplitude follows another sine.
    AmplitudeModulation(AmplitudeModulation),
    /// White noise, power-law noise and random telegraph noise.
    TransientNoise(Box<TransientNoise>),
    /// A random value that changes at regular times.
    Random(Box<Random>),
}

impl Waveform {
    /// A waveform from its SPICE name (`pulse`, `sin`, `exp`, `pwl`, `sffm`, `am`, `trnoise`, `trrandom`) and the numbers
    /// between its parentheses. `seed` matters to the last two only; equal seeds give equal noise.
    ///
    /// # Errors
    /// An unknown name, a wrong number of arguments or one that makes no sense.
    pub fn from_arguments(name: &str, arguments: &[f64], seed: u64) -> Result<Self, WaveformError> {
        Ok(match name {
            "pulse" => Self::Pulse(Pulse::from_arguments(arguments)?),
            "sin" | "sine" => Self::Sine(Sine::from_arguments(arguments)?),
            "exp" => Self::Exponential(Exponential::from_arguments(arguments)?),
            "pwl" => Self::PiecewiseLinear(PiecewiseLinear::from_arguments(arguments, None, 0.0)?),
            "sffm" => Self::SingleFrequencyFm(SingleFrequencyFm::from_arguments(arguments)?),
            "am" => Self::AmplitudeModulation(AmplitudeModulation::from_arguments(arguments)?),
            "trnoise" => {
                Self::TransientNoise(Box::new(TransientNoise::from_arguments(arguments, seed)?))
            }
            "trrandom" => Self::Random(Box::new(Random::from_arguments(arguments, seed)?)),
            _ => {
                return Err(WaveformError::Unknown {
                    name: name.to_owned(),
                });
            }
        })
    }

    /// Whether the DC value of the source is added to the waveform instead of being replaced by it.
    pub fn adds_to_dc(&self) -> bool {
        matches!(self, Self::TransientNoise(_) | Self::Random(_))
    }

    /// A transient begins: noise draws what it needs up to the end of the window.
    pub fn prepare(&mut self, window: TimeWindow) {
        if let Self::TransientNoise(noise) = self {
            noise.prepare(window);
        }
    }

    /// The value at a time in seconds; 0 for [`Waveform::Dc`].
    pub fn value(&self, time: f64, window: TimeWindow) -> f64 {
        match self {
            Self::Dc => 0.0,
            Self::Pulse(pulse) => pulse.value(time, window),
            Self::Sine(sine) => sine.value(time, window),
            Self::Exponential(exponential) => exponential.value(time, window),
            Self::PiecewiseLinear(lines) => lines.value(time),
            Self::SingleFrequencyFm(modulation) => modulation.value(time, window),
            Self::AmplitudeModulation(modulation) => modulation.value(time, window),
            Self::TransientNoise(noise) => noise.value(time),
            Self::Random(random) => random.value(time),
        }
    }

    /// Appends the times in `(after, until]` at which the waveform has a corner: all of them, or the first few thousand.
    pub fn breakpoints(&self, after: f64, until: f64, window: TimeWindow, times: &mut Vec<f64>) {
        let mut corners = Corners {
            after,
            until,
            left: CORNERS_MOST,
            times,
        };
        match self {
            Self::Dc | Self::SingleFrequencyFm(_) => {}
            Self::Pulse(pulse) => pulse.breakpoints(window, &mut corners),
            Self::Sine(sine) => corners.add(sine.delay),
            Self::Exponential(exponential) => exponential.breakpoints(window, &mut corners),
            Self::PiecewiseLinear(lines) => lines.breakpoints(&mut corners),
            Self::AmplitudeModulation(modulation) => corners.add(modulation.delay),
            Self::TransientNoise(noise) => noise.breakpoints(&mut corners),
            Self::Random(random) => random.breakpoints(&mut corners),
        }
    }
}

/// Collects the corners that lie in a window.
struct Corners<'a> {
    after: f64,
    until: f64,
    left: usize,
    times: &'a mut Vec<f64>,
}

impl Corners<'_> {
    /// Keeps a corner if it lies in the window.
    fn add(&mut self, time: f64) {
        if time > self.after && time <= self.until && self.left > 0 {
            self.times.push(time);
            self.left -= 1;
        }
    }

    /// Whether corners from `time` on need not be offered any more.
    fn done(&self, time: f64) -> bool {
        self.left == 0 || time > self.until
    }

    /// The number of the last period of a train from `start` on that begins before the window, counted from 0.
    fn first_period(&self, start: f64, period: f64) -> f64 {
        ((self.after - start) / period - 1.0).floor().max(0.0)
    }

    /// Adds `start + k period` for all `k >= least`.
    fn add_train(&mut self, start: f64, period: f64, least: f64) {
        let mut count = self.first_period(start, period).max(least);
        while count < PERIODS_MOST {
            let time = start + count * period;
            if self.done(time) {
                return;
            }
            self.add(time);
            count += 1.0;
        }
    }
}
