//! Plots, as SVG or PNG files. The only module of the project that knows the plotting library.
//!
//! ```
//! # fn main() -> Result<(), ohmloom_studies::plots::PlotError> {
//! # let folder = tempfile::tempdir().unwrap();
//! # let path = folder.path().join("droop.svg");
//! use ohmloom_studies::plots::{HeatmapSpec, heatmap};
//!
//! let droop = vec![0.0, 1.2e-3, 1.1e-3, 2.0e-3]; // V, row by row
//! let spec = HeatmapSpec::new("Voltage lost on the wires", 2, 2, droop).quantity("voltage drop", "V");
//! heatmap(&path, &spec)?;
//! # Ok(())
//! # }
//! ```
//!
//! Plotters draws the charts. Added here are what it lacks: units with SI prefixes, ticks of logarithmic axes, lines
//! cut at the frame, sizes that follow the labels, and bitmaps with smooth edges.

mod axis;
mod boxes;
mod chart;
mod error;
mod figure;
mod floorplan;
mod heatmap;
mod legend;
mod lines;
mod matrix;
mod numbers;
mod raster;
mod ruler;

pub use axis::{Axis, Scale};
pub use boxes::{BoxGroup, BoxPlotSpec, boxes};
pub use error::PlotError;
pub use floorplan::{FloorplanSpec, Region, floorplan};
pub use heatmap::{HeatmapSpec, heatmap};
pub use lines::{LineChartSpec, Point, Series, SeriesStyle, lines};
