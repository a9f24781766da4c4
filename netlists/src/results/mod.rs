//! Results of analyses: vectors, plots, sets of plots, vector algebra, and the files that hold them.

pub mod algebra;
pub mod csv;
mod date;
pub mod format;
pub mod json;
mod plot;
mod plots;
pub mod rawfile;
pub mod table;
mod vector;

pub use date::date_text;
pub use num_complex::Complex64;
pub use plot::Plot;
pub use plots::PlotSet;
pub use vector::{Vector, VectorData, VectorKind};
