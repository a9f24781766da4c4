//! Measurements on the results of analyses: `.meas` and `.four`.

mod evaluate;
mod fourier;
mod parse;
mod samples;
mod statement;
mod words;

pub use evaluate::{MeasureFailure, MeasureValue, MeasuredValues};
pub use fourier::{Fourier, FourierError, Harmonic, fourier};
pub use parse::MeasureSyntaxError;
pub use statement::{
    Count, Crossing, Edge, Event, Level, Location, MeasureKind, MeasuredAnalysis, Measurement,
    Signal, Statistic, Window,
};
