//! The component library: area, power or energy, and latency of the circuits around arrays, as data.
//!
//! Libraries are TOML files with one `[[part]]` for each circuit; two are built in ([`ComponentLibrary::builtin`]). Parts move between
//! technologies by a [`Scaling`] with a named rule.
//!
//! ```
//! use ohmloom_peripherals::components::{ComponentLibrary, Scaling, ScalingRule};
//!
//! let library = ComponentLibrary::builtin("tbiocas2022-22nm")?;
//! let adc = library.part("adc-6b")?;
//! assert_eq!((adc.area_m2, adc.power_w), (Some(6.6e-7), Some(1e-2)));
//! let scaling = Scaling { technology_m: 44e-9, rule: ScalingRule::ConstantField, voltage_ratio: None };
//! assert_eq!(scaling.apply(adc)?.area_m2, Some(4.0 * 6.6e-7));
//! # Ok::<(), ohmloom_peripherals::components::ComponentError>(())
//! ```

mod library;
mod scaling;

pub use library::{ComponentError, ComponentLibrary, Part};
pub use scaling::{Scaling, ScalingRule};
