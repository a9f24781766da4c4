//! Trapezoidal pulses.

use super::arguments::Arguments;
use super::{Corners, PERIODS_MOST, TimeWindow, WaveformError};

/// `PULSE(v1 v2 td tr tf pw per np)`: from `initial` to `pulsed` and back, again and again.
#[derive(Clone, Debug, PartialEq)]
pub struct Pulse {
    /// Value before and between the pulses.
    pub initial: f64,
    /// Value of the pulse.
    pub pulsed: f64,
    /// Time at which the first pulse begins to rise, s.
    pub delay: f64,
    /// Rise time, s; the printing step when absent.
    pub rise: Option<f64>,
    /// Fall time, s; the printing step when absent.
    pub fall: Option<f64>,
    /// Time between the end of the rise and the start of the fall, s; the end of the transient when absent.
    pub width: Option<f64>,
    /// Period, s; the end of the transient when absent. A pulse longer than that is cut off.
    pub period: Option<f64>,
    /// Number of periods with a pulse; without end when absent.
    pub count: Option<f64>,
}

/// The durations with their defaults.
struct Timing {
    rise: f64,
    width: f64,
    fall: f64,
    period: f64,
}

impl Pulse {
    /// From the two to eight arguments. Rise and fall times that are not positive, a zero width or period, and a number of
    /// pulses that is not positive count as not given.
    ///
    /// # Errors
    /// A wrong number of arguments, or a negative width or period.
    pub fn from_arguments(values: &[f64]) -> Result<Self, WaveformError> {
        let arguments = Arguments::new("pulse", values, (2, 8))?;
        for (place, name) in [(5, "pw"), (6, "per")] {
            let value = arguments.or_zero(place);
            arguments.require(value >= 0.0, name, value, "must not be negative")?;
        }
        Ok(Self {
            initial: arguments.or_zero(0),
            pulsed: arguments.or_zero(1),
            delay: arguments.or_zero(2),
            rise: arguments.positive(3),
            fall: arguments.positive(4),
            width: arguments.positive(5),
            period: arguments.positive(6),
            count: arguments.positive(7),
        })
    }

    fn timing(&self, window: TimeWindow) -> Timing {
        Timing {
            rise: self.rise.unwrap_or(window.step),
            fall: self.fall.unwrap_or(window.step),
            width: self.width.unwrap_or(window.stop),
            period: self.period.unwrap_or(window.stop),
        }
    }

    /// The value at a time in seconds.
    pub fn value(&self, time: f64, window: TimeWindow) -> f64 {
        let timing = self.timing(window);
        let mut since = time - self.delay;
        if self
            .count
            .is_some_and(|count| since > count * timing.period)
        {
            return self.initial;
        }
        if since > timing.period {
            since -= timing.period * (since / timing.period).floor();
        }
        let top_end = timing.rise + timing.width;
        let swing = self.pulsed - self.initial;
        if since <= 0.0 || since >= top_end + timing.fall {
            self.initial
        } else if since < timing.rise {
            self.initial + swing * since / timing.rise
        } else if since <= top_end {
            self.pulsed
        } else {
            self.pulsed - swing * (since - top_end) / timing.fall
        }
    }

    pub(super) fn breakpoints(&self, window: TimeWindow, corners: &mut Corners<'_>) {
        let timing = self.timing(window);
        let top_end = timing.rise + timing.width;
        let within = [0.0, timing.rise, top_end, top_end + timing.fall];
        let end = self
            .count
            .map_or(f64::INFINITY, |count| self.delay + count * timing.period);
        let mut period = corners.first_period(self.delay, timing.period);
        while period < PERIODS_MOST {
            let start = self.delay + period * timing.period;
            if corners.done(start) || start > end {
                break;
            }
            for corner in within {
                if corner < timing.period && start + corner <= end {
                    corners.add(start + corner);
                }
            }
            period += 1.0;
        }
        corners.add(end);
    }
}
