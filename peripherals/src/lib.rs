//! The circuits between digital words and the array: uniform quantisation and its ranges, converters with their errors, front ends, and how all
//! of them are measured.
//!
//! * [`UniformQuantiser`], [`ConverterSettings`]: what networks are evaluated with.
//! * [`adc`], [`dac`], [`front_ends`]: behavioural models with physical parameters. A description, as a file holds it, gives instances, each with the
//!   mismatch of its [`InstanceKey`]; [`Noise`] is handed in with each conversion.
//! * [`circuits`]: the same as SPICE subcircuits.
//! * [`metrology`]: INL, DNL, offset, gain, ENOB, SNDR, SFDR, THD.
//! * [`digital`]: processing behind the converters.
//! * [`components`]: the library of what circuits cost.
//!
//! ```
//! use ohmloom_peripherals::{FullScale, Resolution, UniformQuantiser};
//!
//! let adc = UniformQuantiser::new(Resolution::Bits(3), FullScale::Signed(1.0));
//! assert_eq!(adc.convert(0.4), 1.0 / 3.0); // codes -3 to 3, a third apart
//! assert_eq!(adc.convert(9.9), 1.0); // clipped
//! ```

pub mod adc;
pub mod circuits;
mod comparator;
pub mod components;
pub mod dac;
pub mod digital;
mod draws;
mod error;
pub mod front_ends;
mod magnitudes;
pub mod metrology;
mod quantiser;
mod range;
mod span;

pub use comparator::Comparator;
pub use draws::{InstanceKey, Noise};
pub use error::ConverterError;
pub use magnitudes::Magnitudes;
pub use quantiser::{FullScale, Resolution, ResolutionError, UniformQuantiser};
pub use range::{ConverterSettings, RangePolicy};
pub use span::Span;
