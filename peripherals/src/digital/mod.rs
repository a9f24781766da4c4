//! Digital processing behind the converters: one scale and offset for each column, activation, pooling, and sums of the partial results
//! of several tiles; in floating point and in fixed point of chosen formats.
//!
//! ```
//! use ohmloom_peripherals::digital::{Activation, ColumnAffine, FixedAffine, QFormat};
//!
//! let affine = ColumnAffine::new(vec![0.7512], vec![3.3])?;
//! let mut y = [10.0];
//! affine.apply(Activation::Relu, &mut y)?;
//! assert!((y[0] - 10.812).abs() < 1e-12);
//! // The same with 8-bit numbers: 96/128 * 10 + 3.5, in steps of a half.
//! let (scale, offset) = (QFormat::unsigned(1, 7)?, QFormat::signed(7, 1)?);
//! let fixed = FixedAffine::new(&affine, scale, offset, QFormat::signed(7, 1)?)?;
//! let mut codes = [10];
//! fixed.apply(Activation::Relu, &mut codes)?;
//! assert_eq!(codes, [22]);
//! # Ok::<(), ohmloom_peripherals::digital::DigitalError>(())
//! ```

mod affine;
mod fixed_point;
mod pooling;

pub use affine::{Activation, BatchNorm, ColumnAffine, FixedAffine};
pub use fixed_point::{DigitalError, QFormat, add_partial_sums};
pub use pooling::{Pooling, PoolingKind};
