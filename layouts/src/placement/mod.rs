//! Where the weights of a layer lie: pure descriptions, from which all counts follow and from which matrices can be made.
//!
//! * [`LayerShape`]: a convolution, or a matrix product as a convolution with a kernel of one.
//! * [`LayerLayout`]: which weight is at which crossing of the layer's arrays, which input drives a row in which pass, and which
//!   output a pair of columns gives: dense or staggered, its kernels on one array or on several.
//! * [`Slice`] and [`Placement`]: arrays cut into pieces of a tile's size, and the pieces packed into tiles.
//!
//! ```
//! use ohmloom_layouts::placement::{LayerLayout, LayerShape, Scheme};
//!
//! // 32 kernels of 32 samples over 64 samples, and a bias row.
//! let shape = LayerShape::line(1, 32, 32, 64);
//! let dense = LayerLayout::new(shape, Scheme::Dense)?.with_bias_row();
//! assert_eq!((dense.programmed_cells(), dense.passes()), (33 * 64, 33));
//! let staggered = LayerLayout::new(shape, Scheme::Staggered)?.with_bias_row();
//! assert_eq!((staggered.programmed_cells(), staggered.passes()), (69_696, 1));
//! # Ok::<(), ohmloom_layouts::LayoutError>(())
//! ```

mod exact;
mod layout;
mod packing;
mod shape;
mod slices;

pub use exact::pack_exactly;
pub use layout::{ArrayLayout, CellWeight, LayerLayout, RowDrive, Scheme};
pub use packing::{PlacedSlice, Placement, TileSize, one_tile_each, pack_first_fit};
pub use shape::LayerShape;
pub use slices::{Slice, Station};
