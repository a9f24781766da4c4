//! The numbers between the parentheses of a waveform.

use thiserror::Error;

/// Why a waveform was refused.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum WaveformError {
    /// There is no waveform of that name.
    #[error("unknown waveform `{name}`")]
    Unknown {
        /// The name, lower case.
        name: String,
    },
    /// Too few or too many arguments.
    #[error("{waveform}: takes {least} to {most} arguments, not {found}")]
    ArgumentCount {
        /// The waveform.
        waveform: &'static str,
        /// The smallest number of arguments.
        least: usize,
        /// The largest number of arguments.
        most: usize,
        /// How many there are.
        found: usize,
    },
    /// An argument makes no sense.
    #[error("{waveform}: {argument} = {value}: {reason}")]
    OutOfRange {
        /// The waveform.
        waveform: &'static str,
        /// The argument.
        argument: &'static str,
        /// Its value.
        value: f64,
        /// What would be right.
        reason: &'static str,
    },
    /// The times of a piecewise linear waveform go back.
    #[error("pwl: time {time} follows {previous}: times must not decrease")]
    TimesDecrease {
        /// The earlier point's time, s.
        previous: f64,
        /// The later point's time, s.
        time: f64,
    },
    /// The numbers of a piecewise linear waveform are not pairs.
    #[error("pwl: {found} numbers are not pairs of time and value")]
    NotPairs {
        /// How many numbers there are.
        found: usize,
    },
    /// The repetition of a piecewise linear waveform does not start at one of its points.
    #[error("pwl: r = {start}: must be the time of one of the points before the last")]
    RepeatStart {
        /// Where it should start, s.
        start: f64,
    },
}

/// Arguments by position.
pub(super) struct Arguments<'a> {
    waveform: &'static str,
    values: &'a [f64],
}

impl<'a> Arguments<'a> {
    /// # Errors
    /// A wrong number of arguments, or one that is not a finite number.
    pub(super) fn new(
        waveform: &'static str,
        values: &'a [f64],
        (least, most): (usize, usize),
    ) -> Result<Self, WaveformError> {
        if !(least..=most).contains(&values.len()) {
            return Err(WaveformError::ArgumentCount {
                waveform,
                least,
                most,
                found: values.len(),
            });
        }
        let arguments = Self { waveform, values };
        for &value in values {
            arguments.require(value.is_finite(), "argument", value, "must be finite")?;
        }
        Ok(arguments)
    }

    /// The argument at a place counted from 0.
    pub(super) fn given(&self, place: usize) -> Option<f64> {
        self.values.get(place).copied()
    }

    /// The argument at a place, 0 when it is missing.
    pub(super) fn or_zero(&self, place: usize) -> f64 {
        self.given(place).unwrap_or(0.0)
    }

    /// The argument at a place, unless it is missing or zero.
    pub(super) fn nonzero(&self, place: usize) -> Option<f64> {
        self.given(place).filter(|&value| value != 0.0)
    }

    /// The argument at a place, unless it is missing, zero or negative.
    pub(super) fn positive(&self, place: usize) -> Option<f64> {
        self.given(place).filter(|&value| value > 0.0)
    }

    /// # Errors
    /// [`WaveformError::OutOfRange`] unless `condition` holds.
    pub(super) fn require(
        &self,
        condition: bool,
        argument: &'static str,
        value: f64,
        reason: &'static str,
    ) -> Result<(), WaveformError> {
        if condition {
            Ok(())
        } else {
            Err(WaveformError::OutOfRange {
                waveform: self.waveform,
                argument,
                value,
                reason,
            })
        }
    }
}
