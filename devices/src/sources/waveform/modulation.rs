//! Modulated sines.

use std::f64::consts::TAU;

use super::arguments::Arguments;
use super::{TimeWindow, WaveformError};

/// `SFFM(vo va fc mdi fs phasec phases)`: `vo + va sin(2 pi fc t + phasec + mdi sin(2 pi fs t + phases))`.
#[derive(Clone, Debug, PartialEq)]
pub struct SingleFrequencyFm {
    /// Offset.
    pub offset: f64,
    /// Amplitude.
    pub amplitude: f64,
    /// Carrier frequency, Hz; one period in the transient when absent.
    pub carrier: Option<f64>,
    /// Modulation index.
    pub index: f64,
    /// Signal frequency, Hz; one period in the transient when absent.
    pub signal: Option<f64>,
    /// Phase of the carrier, degrees.
    pub carrier_phase: f64,
    /// Phase of the signal, degrees.
    pub signal_phase: f64,
}

impl SingleFrequencyFm {
    /// From the two to seven arguments. Frequencies of zero count as not given.
    ///
    /// # Errors
    /// A wrong number of arguments.
    pub fn from_arguments(values: &[f64]) -> Result<Self, WaveformError> {
        let arguments = Arguments::new("sffm", values, (2, 7))?;
        Ok(Self {
            offset: arguments.or_zero(0),
            amplitude: arguments.or_zero(1),
            carrier: arguments.nonzero(2),
            index: arguments.or_zero(3),
            signal: arguments.nonzero(4),
            carrier_phase: arguments.or_zero(5),
            signal_phase: arguments.or_zero(6),
        })
    }

    /// The value at a time in seconds.
    pub fn value(&self, time: f64, window: TimeWindow) -> f64 {
        let carrier = self.carrier.unwrap_or(1.0 / window.stop);
        let signal = self.signal.unwrap_or(1.0 / window.stop);
        let modulation = (TAU * signal * time + self.signal_phase.to_radians()).sin();
        let angle = TAU * carrier * time + self.carrier_phase.to_radians();
        self.offset + self.amplitude * (angle + self.index * modulation).sin()
    }
}

/// `AM(va vo mf fc td phases)`: `va (vo + sin(2 pi mf (t - td) + phases)) sin(2 pi fc (t - td) + phases)`, 0 up to `td`.
#[derive(Clone, Debug, PartialEq)]
pub struct AmplitudeModulation {
    /// Amplitude.
    pub amplitude: f64,
    /// Offset of the modulating signal, in parts of its amplitude.
    pub offset: f64,
    /// Modulating frequency, Hz; one period in the transient when absent.
    pub signal: Option<f64>,
    /// Carrier frequency, Hz.
    pub carrier: f64,
    /// Time at which it starts, s.
    pub delay: f64,
    /// Phase of both sines, degrees.
    pub phase: f64,
}

impl AmplitudeModulation {
    /// From the two to seven arguments. A modulating frequency of zero counts as not given. The phase is the last of
    /// arguments six and seven: ngspice 39 documents the sixth and reads the seventh.
    ///
    /// # Errors
    /// A wrong number of arguments.
    pub fn from_arguments(values: &[f64]) -> Result<Self, WaveformError> {
        let arguments = Arguments::new("am", values, (2, 7))?;
        Ok(Self {
            amplitude: arguments.or_zero(0),
            offset: arguments.or_zero(1),
            signal: arguments.nonzero(2),
            carrier: arguments.or_zero(3),
            delay: arguments.or_zero(4),
            phase: arguments.given(6).unwrap_or(arguments.or_zero(5)),
        })
    }

    /// The value at a time in seconds.
    pub fn value(&self, time: f64, window: TimeWindow) -> f64 {
        let since = time - self.delay;
        if since <= 0.0 {
            return 0.0;
        }
        let phase = self.phase.to_radians();
        let signal = self.signal.unwrap_or(1.0 / window.stop);
        let modulation = (TAU * signal * since + phase).sin();
        self.amplitude * (self.offset + modulation) * (TAU * self.carrier * since + phase).sin()
    }
}
