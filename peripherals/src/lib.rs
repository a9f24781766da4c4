//! The circuits between digital words and the array: so far, uniform converters and how their ranges are chosen.
//!
//! ```
//! use ohmloom_peripherals::{FullScale, Resolution, UniformQuantiser};
//!
//! let adc = UniformQuantiser::new(Resolution::Bits(3), FullScale::Signed(1.0));
//! assert_eq!(adc.convert(0.4), 1.0 / 3.0); // codes -3 to 3, a third apart
//! assert_eq!(adc.convert(9.9), 1.0); // clipped
//! ```

mod quantiser;
mod range;

pub use quantiser::{FullScale, Resolution, ResolutionError, UniformQuantiser};
pub use range::{ConverterSettings, RangePolicy};
