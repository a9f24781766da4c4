//! Sines that may decay.

use std::f64::consts::TAU;

use super::arguments::Arguments;
use super::{TimeWindow, WaveformError};

/// `SIN(vo va freq td theta phase)`: `vo + va sin(2 pi freq (t - td) + phase) exp(-theta (t - td))`, constant before `td`.
#[derive(Clone, Debug, PartialEq)]
pub struct Sine {
    /// Offset.
    pub offset: f64,
    /// Amplitude.
    pub amplitude: f64,
    /// Frequency, Hz; one period in the transient when absent.
    pub frequency: Option<f64>,
    /// Time at which it starts, s.
    pub delay: f64,
    /// Damping, 1/s.
    pub damping: f64,
    /// Phase, degrees.
    pub phase: f64,
}

impl Sine {
    /// From the two to six arguments. A frequency of zero counts as not given.
    ///
    /// # Errors
    /// A wrong number of arguments.
    pub fn from_arguments(values: &[f64]) -> Result<Self, WaveformError> {
        let arguments = Arguments::new("sin", values, (2, 6))?;
        Ok(Self {
            offset: arguments.or_zero(0),
            amplitude: arguments.or_zero(1),
            frequency: arguments.nonzero(2),
            delay: arguments.or_zero(3),
            damping: arguments.or_zero(4),
            phase: arguments.or_zero(5),
        })
    }

    /// The value at a time in seconds.
    pub fn value(&self, time: f64, window: TimeWindow) -> f64 {
        let since = time - self.delay;
        let phase = self.phase.to_radians();
        if since <= 0.0 {
            return self.offset + self.amplitude * phase.sin();
        }
        let frequency = self.frequency.unwrap_or(1.0 / window.stop);
        let wave = (TAU * frequency * since + phase).sin();
        self.offset + self.amplitude * wave * (-since * self.damping).exp()
    }
}
