//! Converters as experiments: many draws of one description, and charts of what was measured.

mod charts;
mod population;

pub use charts::{Chart, adc_charts, dac_charts};
pub use population::{Population, PopulationError, Spread, adc_population, dac_population};
