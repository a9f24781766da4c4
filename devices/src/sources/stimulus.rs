//! What an independent source supplies in each analysis.

use ohmloom_solver::circuit::{CircuitError, Phase, Point};

use super::waveform::{TimeWindow, Waveform};
use crate::passive::{refusal, require_finite};

/// DC value, small-signal phasor and waveform of an independent source, in volt or ampere.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stimulus {
    /// DC value; with a waveform, operating points and DC sweeps take the waveform's value at time zero when it is absent.
    pub dc: Option<f64>,
    /// Magnitude in small-signal analyses; 0 for a source without `ac`.
    pub ac_magnitude: f64,
    /// Phase in small-signal analyses, degrees.
    pub ac_phase: f64,
    /// What it does in transients; its value at time zero holds during the operating point before them.
    pub waveform: Waveform,
    /// Printing step and end of the transient.
    pub window: TimeWindow,
}

impl Stimulus {
    /// A constant.
    pub fn constant(dc: f64) -> Self {
        Self {
            dc: Some(dc),
            ..Self::default()
        }
    }

    /// The value at a point, times the factor of source stepping.
    pub fn value(&self, at: &Point<'_>) -> f64 {
        let dc = self.dc.unwrap_or(0.0);
        let only_dc = match at.phase {
            Phase::Dc | Phase::SmallSignal => self.dc.is_some(),
            Phase::TransientStart | Phase::Transient => false,
        };
        let value = if only_dc || matches!(self.waveform, Waveform::Dc) {
            dc
        } else {
            let time = match at.phase {
                Phase::Transient => at.time,
                Phase::Dc | Phase::TransientStart | Phase::SmallSignal => 0.0,
            };
            let base = if self.waveform.adds_to_dc() { dc } else { 0.0 };
            base + self.waveform.value(time, self.window)
        };
        value * at.source_factor
    }

    /// The small-signal phasor, real and imaginary.
    pub fn phasor(&self) -> (f64, f64) {
        let (sine, cosine) = self.ac_phase.to_radians().sin_cos();
        (self.ac_magnitude * cosine, self.ac_magnitude * sine)
    }

    /// A transient begins.
    pub(super) fn prepare_transient(&mut self, step: f64, stop: f64) {
        self.window = TimeWindow { step, stop };
        self.waveform.prepare(self.window);
    }

    pub(super) fn breakpoints(&self, after: f64, until: f64, times: &mut Vec<f64>) {
        self.waveform.breakpoints(after, until, self.window, times);
    }

    /// `dc`, `acmag` or `acphase`.
    pub(super) fn get(&self, quantity: &str) -> Option<f64> {
        match quantity {
            "dc" => Some(self.dc.unwrap_or(0.0)),
            "acmag" => Some(self.ac_magnitude),
            "acphase" => Some(self.ac_phase),
            _ => None,
        }
    }

    pub(super) fn set(
        &mut self,
        element: &str,
        parameter: &str,
        value: f64,
    ) -> Result<(), CircuitError> {
        require_finite(element, parameter, value)?;
        match parameter {
            "dc" => self.dc = Some(value),
            "acmag" => self.ac_magnitude = value,
            "acphase" => self.ac_phase = value,
            _ => {
                return Err(refusal(
                    element,
                    format!("has no parameter `{parameter}` that can be changed"),
                ));
            }
        }
        Ok(())
    }
}
