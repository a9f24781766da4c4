//! Converters and front ends as experiments: many draws of one description, and charts of what was measured.

mod charts;
mod population;

pub use charts::{Chart, adc_charts, dac_charts, front_end_chart};
pub use population::{
    FrontEndPopulation, Population, PopulationError, Spread, adc_population, dac_population,
    front_end_population,
};
