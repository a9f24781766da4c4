//! Arrays as things on silicon: tiles, and how a weight matrix is laid out over them.
//!
//! * [`TileSettings`]: cells, wires and size of one tile, as written in configuration files.
//! * [`Tile`]: one programmed array, with its exact transfer matrix.
//! * [`ArrayRead`]: power and settling of reading a part of an array.
//! * [`Bias`]: what the lines are connected to while one cell is selected: grounded, floating, V/2, V/3.
//! * [`cells`]: the cells of an array as circuits: a memristor alone, or with a transistor.
//! * [`Imperfections`]: non-idealities of programmed arrays.
//! * [`ArrangementSettings`]: rows and columns chosen by what is stuck.
//! * [`offsetting`]: targets that make up for stuck cells.
//! * [`SignalPath`]: the circuits between numbers and a tile.
//! * [`array_macro`]: an array with its converters as one deck, and what their models make of it.
//! * [`wires`]: resistance, capacitance and delay of the lines from their geometry.
//! * [`write_verify`]: programming cells by pulses through the wires.
//! * [`placement`]: layers laid out densely or staggered, cut into slices and packed into tiles, as pure descriptions.
//! * [`MappedMatrix`]: a signed weight matrix on tiles, between DACs and ADCs; [`MatrixLayout`] says how it lies there: [`GroupMatrix`] which weights (those of
//!   a dense or a staggered layout), [`SignedScheme`] how they have signs, [`BitSlices`] into which digits they are cut; [`pack()`] puts several matrices onto shared tiles.
//!
//! ```
//! use ohmloom_layouts::{Converters, MappedMatrix, TileSettings};
//!
//! let weights = [0.5, -1.0, 0.25, 0.75]; // [out][in], two outputs of two inputs
//! let mut mapped = MappedMatrix::new(&weights, 2, 2, &TileSettings::default())?;
//! mapped.solve()?;
//! let mut outputs = [0.0; 2];
//! mapped.multiply(&[1.0, 0.5], &Converters::ideal(0.2, 1.0), &mut outputs)?;
//! assert!((outputs[0] - 0.0).abs() < 0.01 && (outputs[1] - 0.625).abs() < 0.01);
//! # Ok::<(), ohmloom_layouts::LayoutError>(())
//! ```

mod arrangement;
pub mod array_macro;
mod array_read;
mod assembly;
mod biasing;
mod bit_slices;
mod cell_array;
pub mod cells;
mod converters;
mod drivers;
mod error;
mod group_matrix;
mod imperfect;
mod mapped;
mod multiply;
mod nonlinear_tile;
pub mod offsetting;
pub mod placement;
mod sensors;
mod settings;
mod signal_path;
mod signed;
mod spice;
mod tile;
pub mod wires;
pub mod write_verify;

pub use arrangement::ArrangementSettings;
pub use array_read::{ArrayRead, NodeCapacitance, Unsensed};
pub use assembly::{Conditions, MatrixLayout, MatrixOnTiles, pack};
pub use biasing::{Bias, BiasScheme, BiasedLines};
pub use bit_slices::BitSlices;
pub use cell_array::NewtonStatistics;
pub use converters::{AdcProfile, Converters, SignalRange};
pub use error::LayoutError;
pub use group_matrix::GroupMatrix;
pub use imperfect::{ImperfectArray, Imperfections};
pub use mapped::{MappedMatrix, TilePosition};
pub use nonlinear_tile::NonlinearTile;
pub use ohmloom_solver::dense::multiply_transposed;
pub use settings::TileSettings;
pub use signal_path::SignalPath;
pub use signed::SignedScheme;
pub use spice::spice_deck;
pub use tile::Tile;
