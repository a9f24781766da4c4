//! Model parameters by name: what a `.model` card sets.

use thiserror::Error;

/// Why a parameter was refused.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ParameterError {
    /// The model has no such parameter.
    #[error("unknown parameter `{name}`")]
    Unknown {
        /// The name, lower case.
        name: String,
    },
    /// The value cannot be.
    #[error("{name} = {value}: {reason}")]
    OutOfRange {
        /// The name, lower case.
        name: String,
        /// The value.
        value: f64,
        /// What would be right.
        reason: &'static str,
    },
    /// The parameter is a word, and not this one.
    #[error("{name} = {word}: must be one of {}", known.join(", "))]
    Word {
        /// The name, lower case.
        name: String,
        /// What it was set to.
        word: String,
        /// The words that there are.
        known: Vec<&'static str>,
    },
}

/// A set of named numbers, as a `.model` card or the end of an element line gives them.
pub trait Parameters: Clone + Default {
    /// Every name that [`Parameters::set`] takes, aliases included.
    fn names() -> &'static [&'static str];
    /// Sets a parameter by its lower-case name.
    ///
    /// # Errors
    /// [`ParameterError::Unknown`]; ranges are checked where the values are used.
    fn set(&mut self, name: &str, value: f64) -> Result<(), ParameterError>;
    /// The value of a parameter, `None` when it is unknown or was not given and has no fixed default.
    fn get(&self, name: &str) -> Option<f64>;
}

/// A field of a parameter set: a number with a default, or one that remembers whether it was given.
pub(crate) trait Field {
    fn assign(&mut self, value: f64);
    fn read(&self) -> Option<f64>;
}

impl Field for f64 {
    fn assign(&mut self, value: f64) {
        *self = value;
    }
    fn read(&self) -> Option<f64> {
        Some(*self)
    }
}

impl Field for Option<f64> {
    fn assign(&mut self, value: f64) {
        *self = Some(value);
    }
    fn read(&self) -> Option<f64> {
        *self
    }
}

/// Declares a struct of parameters with their defaults and SPICE names, and implements [`Parameters`] for it.
///
/// ```text
/// parameters! {
///     /// Junction diode (D).
///     pub struct DiodeModel {
///         /// Saturation current, A.
///         is: f64 = 1e-14, ["is", "js"];
///         /// Parameter measurement temperature, Celsius; the circuit's when not given.
///         tnom: Option<f64> = None, ["tnom"];
///     }
/// }
/// ```
macro_rules! parameters {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $(#[$field_meta:meta])* $field:ident : $kind:ty = $default:expr, [$($spice:literal),+ $(,)?]; )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $( $(#[$field_meta])* pub $field: $kind, )*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $( $field: $default, )* }
            }
        }

        impl $crate::parameters::Parameters for $name {
            fn names() -> &'static [&'static str] {
                &[$( $($spice,)+ )*]
            }

            fn set(&mut self, name: &str, value: f64) -> Result<(), $crate::parameters::ParameterError> {
                match name {
                    $( $($spice)|+ => $crate::parameters::Field::assign(&mut self.$field, value), )*
                    _ => return Err($crate::parameters::ParameterError::Unknown { name: name.to_owned() }),
                }
                Ok(())
            }

            fn get(&self, name: &str) -> Option<f64> {
                match name {
                    $( $($spice)|+ => $crate::parameters::Field::read(&self.$field), )*
                    _ => None,
                }
            }
        }
    };
}

pub(crate) use parameters;
