//! A network on hardware: which layer lies where, and what that costs in area, power, energy and time.
//!
//! [`Mapping::new`] lays every weight layer out and packs the slices into tiles (`ohmloom_layouts::placement`);
//! [`Mapping::report`] adds up the components of `ohmloom_peripherals::components` and the arrays, whose power is that of their exact
//! solution with all wires. `docs/mapping.md` has the formulas.

mod arrays;
mod cost;
mod error;
mod plan;
mod quantities;
mod report;
mod search;
mod settings;

pub use error::MappingError;
pub(crate) use plan::shape_of;
pub use plan::{MappedLayer, Mapping};
pub use quantities::{Factor, Quantity};
pub use report::{
    ComponentCost, Cost, CrossbarReport, LayerComponent, LayerReport, MappingReport, Totals,
};
pub use search::Objective;
pub use settings::{
    BiasPlace, ComponentSettings, CrossbarSettings, Delay, EnergyRule, LayerSettings, LayoutChoice,
    LayoutSettings, MappingSettings, Packing, Programmed, Schedule, Sensing,
};
