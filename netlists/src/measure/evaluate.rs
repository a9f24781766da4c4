//! The value of a measurement on a plot.

use std::collections::BTreeMap;

use ohmloom_devices::expression::Expression;
use thiserror::Error;

use super::samples::{Samples, trapezoid};
use super::statement::{
    Crossing, Event, Level, Location, MeasureKind, Measurement, Signal, Statistic, Window,
};
use crate::results::algebra::{AlgebraError, RandomSource, VectorScope, evaluate_in};
use crate::results::{Plot, PlotSet, Vector, VectorKind, format::exponent};

/// Why a measurement has no value.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum MeasureFailure {
    /// The condition never holds, or the place or window is beside the data.
    #[error("out of interval ({0})")]
    OutOfInterval(&'static str),
    /// A signal or an expression has no value.
    #[error(transparent)]
    Expression(#[from] AlgebraError),
    /// The plot is of another analysis, or empty.
    #[error("{0}")]
    Plot(String),
}

/// The result of a measurement.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasureValue {
    /// The value.
    pub value: f64,
    /// Further numbers that are shown with it: `targ` and `trig`, `from` and `to`, `at`, `with`.
    pub details: Vec<(&'static str, f64)>,
    /// Whether the measurement failed and this is its `default_val`.
    pub is_default: bool,
}

impl MeasureValue {
    fn new(value: f64) -> Self {
        Self {
            value,
            details: Vec::new(),
            is_default: false,
        }
    }

    /// The line that ngspice prints: `name = 1.5e-03 targ= ... trig= ...`.
    pub fn line(&self, name: &str) -> String {
        let mut line = format!("{name:<20}=  {}", exponent(self.value, 6));
        for (key, value) in &self.details {
            line.extend([" ", key, "=  ", &exponent(*value, 6)]);
        }
        line
    }
}

/// Results of earlier measurements by name, which `param=` may use.
pub type MeasuredValues = BTreeMap<String, f64>;

impl Measurement {
    /// Measures on a plot of the measurement's analysis; `earlier` holds the results of measurements before this one.
    ///
    /// Between points a signal is linear. The bounds of a window are interpolated, where ngspice takes the nearest points
    /// for `avg`, `min`, `max` and `pp`; of nested sweeps the first one counts for windows. `rms` applies the trapezoidal
    /// rule to the squares.
    ///
    /// # Errors
    /// [`MeasureFailure`], unless the measurement has a default value.
    pub fn evaluate(
        &self,
        plot: &Plot,
        earlier: &MeasuredValues,
    ) -> Result<MeasureValue, MeasureFailure> {
        let measured = self.measured(plot, earlier);
        match (measured, self.default) {
            (Err(_), Some(value)) => Ok(MeasureValue {
                is_default: true,
                ..MeasureValue::new(value)
            }),
            (measured, _) => measured,
        }
    }

    fn measured(
        &self,
        plot: &Plot,
        earlier: &MeasuredValues,
    ) -> Result<MeasureValue, MeasureFailure> {
        if let MeasureKind::Parameter(expression) = &self.kind {
            let mut results = Plot::new("", "");
            results.vectors = earlier
                .iter()
                .map(|(name, value)| Vector::scalar(name.as_str(), *value))
                .collect();
            let found = with_scope(&results, |scope| evaluate_in(expression, scope))?;
            return match (found.len(), found.data.real_at(0)) {
                (1, Some(value)) => Ok(MeasureValue::new(value)),
                _ => Err(MeasureFailure::Plot(
                    "`param` needs one number, not a vector".to_owned(),
                )),
            };
        }
        if !self.analysis.fits(&plot.name) {
            return Err(MeasureFailure::Plot(format!(
                "the plot `{}` is of another analysis",
                plot.name
            )));
        }
        let scale = plot.scale().filter(|scale| !scale.is_empty());
        let scale = scale
            .ok_or_else(|| MeasureFailure::Plot("the plot is empty".to_owned()))?
            .data
            .to_real();
        let on = Data {
            plot,
            scale: &scale,
        };
        match &self.kind {
            MeasureKind::Delay { trigger, target } => {
                let trigger = on.place(trigger, "trig")?;
                let target = on.place(target, "targ")?;
                let details = vec![("targ", target), ("trig", trigger)];
                Ok(MeasureValue {
                    details,
                    ..MeasureValue::new(target - trigger)
                })
            }
            MeasureKind::When(crossing) => Ok(MeasureValue::new(on.crossing(crossing, "when")?)),
            MeasureKind::Find(signal, location) => on.value(&on.samples(signal)?, location),
            MeasureKind::Derivative(signal, location) => {
                on.value(&on.derivative(signal)?, location)
            }
            MeasureKind::Statistic(statistic, signal, window) => {
                on.statistic(*statistic, signal, *window)
            }
            MeasureKind::Parameter(_) => Err(MeasureFailure::OutOfInterval("param")),
        }
    }
}

/// Evaluates over one plot and the constants.
pub(super) fn with_scope<T>(plot: &Plot, evaluate: impl FnOnce(&VectorScope<'_>) -> T) -> T {
    evaluate(&VectorScope {
        plot,
        plots: &PlotSet::new(),
        functions: &BTreeMap::new(),
        device: &|_, _| None,
        degrees: false,
        random: &RandomSource::default(),
    })
}

struct Data<'a> {
    plot: &'a Plot,
    scale: &'a [f64],
}

impl Data<'_> {
    fn vector(&self, signal: &Signal) -> Result<Vec<f64>, MeasureFailure> {
        let found = match &signal.expression {
            _ if self.plot.stored(&signal.text).is_some() => {
                self.plot.stored(&signal.text).cloned()
            }
            Some(expression) => Some(with_scope(self.plot, |scope| {
                evaluate_in(expression, scope)
            })?),
            None => None,
        };
        let found = found
            .ok_or_else(|| AlgebraError::Unknown {
                what: "vector",
                name: signal.text.clone(),
            })?
            .data
            .to_real();
        match (found.len(), found.first()) {
            (1, Some(&value)) => Ok(vec![value; self.scale.len()]),
            (n, _) if n == self.scale.len() => Ok(found),
            (left, _) => Err(AlgebraError::Lengths {
                left,
                right: self.scale.len(),
            }
            .into()),
        }
    }

    fn over_scale(&self, values: &[f64]) -> Result<Samples, MeasureFailure> {
        Samples::new(self.scale, values)
            .ok_or_else(|| MeasureFailure::Plot("the plot is empty".to_owned()))
    }

    fn samples(&self, signal: &Signal) -> Result<Samples, MeasureFailure> {
        self.over_scale(&self.vector(signal)?)
    }

    /// The slope of a signal: of the parabola through three points, linear between points.
    fn derivative(&self, signal: &Signal) -> Result<Samples, MeasureFailure> {
        let mut points = Plot::new("", "");
        points.vectors = vec![
            Vector::real("x", VectorKind::NoType, self.scale.to_vec()),
            Vector::real("y", VectorKind::NoType, self.vector(signal)?),
        ];
        let slope = Expression::Call("deriv".to_owned(), vec![Expression::Name("y".to_owned())]);
        let slopes = with_scope(&points, |scope| evaluate_in(&slope, scope))?;
        self.over_scale(&slopes.data.to_real())
    }

    fn place(&self, event: &Event, what: &'static str) -> Result<f64, MeasureFailure> {
        match event {
            Event::At(place) => Ok(*place),
            Event::Crossing(crossing) => self.crossing(crossing, what),
        }
    }

    fn crossing(&self, crossing: &Crossing, what: &'static str) -> Result<f64, MeasureFailure> {
        let signal = self.vector(&crossing.signal)?;
        let difference: Vec<f64> = match &crossing.level {
            Level::Value(level) => signal.iter().map(|y| y - level).collect(),
            Level::Signal(other) => signal
                .iter()
                .zip(self.vector(other)?)
                .map(|(y, z)| y - z)
                .collect(),
            Level::FractionOfMaximum(fraction) => {
                let level = fraction * signal.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                signal.iter().map(|y| y - level).collect()
            }
        };
        self.over_scale(&difference)?
            .zero(
                crossing.edge,
                crossing.count,
                crossing.delay,
                crossing.window,
            )
            .ok_or(MeasureFailure::OutOfInterval(what))
    }

    fn value(
        &self,
        samples: &Samples,
        location: &Location,
    ) -> Result<MeasureValue, MeasureFailure> {
        let what = match location {
            Event::At(_) => "at",
            Event::Crossing(_) => "when",
        };
        let place = self.place(location, what)?;
        samples
            .at(place)
            .map(MeasureValue::new)
            .ok_or(MeasureFailure::OutOfInterval(what))
    }

    fn statistic(
        &self,
        statistic: Statistic,
        signal: &Signal,
        window: Window,
    ) -> Result<MeasureValue, MeasureFailure> {
        let part = self
            .samples(signal)?
            .part(window)
            .ok_or(MeasureFailure::OutOfInterval("from, to"))?;
        let (Some(&first), Some(&last)) = (part.first(), part.last()) else {
            return Err(MeasureFailure::OutOfInterval("from, to"));
        };
        let smallest = part
            .iter()
            .copied()
            .reduce(|a, b| if b.1 < a.1 { b } else { a })
            .unwrap_or(first);
        let largest = part
            .iter()
            .copied()
            .reduce(|a, b| if b.1 > a.1 { b } else { a })
            .unwrap_or(first);
        let length = last.0 - first.0;
        let mean = |of: fn(f64) -> f64| {
            if length > 0.0 {
                trapezoid(&part, of) / length
            } else {
                of(first.1)
            }
        };
        let over = vec![("from", first.0), ("to", last.0)];
        let (value, details) = match statistic {
            Statistic::Average => (mean(|y| y), over),
            Statistic::RootMeanSquare => (mean(|y| y * y).sqrt(), over),
            Statistic::Integral => (trapezoid(&part, |y| y), over),
            Statistic::PeakToPeak => (largest.1 - smallest.1, over),
            Statistic::Minimum => (smallest.1, vec![("at", smallest.0)]),
            Statistic::Maximum => (largest.1, vec![("at", largest.0)]),
            Statistic::MinimumAt => (smallest.0, vec![("with", smallest.1)]),
            Statistic::MaximumAt => (largest.0, vec![("with", largest.1)]),
        };
        Ok(MeasureValue {
            details,
            ..MeasureValue::new(value)
        })
    }
}
