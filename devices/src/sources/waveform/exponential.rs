//! Two exponentials.

use super::arguments::Arguments;
use super::{Corners, TimeWindow, WaveformError};

/// `EXP(v1 v2 td1 tau1 td2 tau2)`: from `v1` towards `v2` from `td1` on, and back towards `v1` from `td2` on.
#[derive(Clone, Debug, PartialEq)]
pub struct Exponential {
    /// Value before the start.
    pub initial: f64,
    /// Value that the first exponential approaches.
    pub pulsed: f64,
    /// Start of the first exponential, s; the printing step when absent.
    pub rise_delay: Option<f64>,
    /// Its time constant, s; the printing step when absent.
    pub rise_constant: Option<f64>,
    /// Start of the second exponential, s; one printing step after the first when absent.
    pub fall_delay: Option<f64>,
    /// Its time constant, s; the printing step when absent.
    pub fall_constant: Option<f64>,
}

impl Exponential {
    /// From the two to six arguments. Zeros count as not given.
    ///
    /// # Errors
    /// A wrong number of arguments, or a negative time constant.
    pub fn from_arguments(values: &[f64]) -> Result<Self, WaveformError> {
        let arguments = Arguments::new("exp", values, (2, 6))?;
        for (place, name) in [(3, "tau1"), (5, "tau2")] {
            let value = arguments.or_zero(place);
            arguments.require(value >= 0.0, name, value, "must not be negative")?;
        }
        Ok(Self {
            initial: arguments.or_zero(0),
            pulsed: arguments.or_zero(1),
            rise_delay: arguments.nonzero(2),
            rise_constant: arguments.nonzero(3),
            fall_delay: arguments.nonzero(4),
            fall_constant: arguments.nonzero(5),
        })
    }

    fn delays(&self, window: TimeWindow) -> (f64, f64) {
        let rise = self.rise_delay.unwrap_or(window.step);
        (rise, self.fall_delay.unwrap_or(rise + window.step))
    }

    /// The value at a time in seconds.
    pub fn value(&self, time: f64, window: TimeWindow) -> f64 {
        let (rise, fall) = self.delays(window);
        let swing = self.pulsed - self.initial;
        let part = |since: f64, constant: Option<f64>| {
            swing * (1.0 - (-since / constant.unwrap_or(window.step)).exp())
        };
        if time <= rise {
            self.initial
        } else if time <= fall {
            self.initial + part(time - rise, self.rise_constant)
        } else {
            self.initial + part(time - rise, self.rise_constant)
                - part(time - fall, self.fall_constant)
        }
    }

    pub(super) fn breakpoints(&self, window: TimeWindow, corners: &mut Corners<'_>) {
        let (rise, fall) = self.delays(window);
        corners.add(rise);
        corners.add(fall);
    }
}
