//! Static read laws: the current of a two-terminal cell that is programmed to a conductance.
//!
//! A law maps the programmed conductance `g` and the voltage `v` to the current `i` and its derivative. `g` is the *small-signal*
//! conductance, `di/dv` at 0 V, for [`Ohmic`], [`Sinh`] and [`Polynomial`]; the latter two can be told that `g` is `i/v` at a read
//! voltage instead (`at_read_voltage`). For a [`LookupTable`] it is whatever its header states.
//!
//! Every law is continuously differentiable, never decreasing, 0 A at 0 V, and linear beyond a stated voltage, so that no finite voltage
//! overflows.
//!
//! | law | current |
//! | --- | --- |
//! | [`Ohmic`] | `g v` |
//! | [`Sinh`] | `g v0 sinh(v/v0)`: hopping and tunnelling through a gap |
//! | [`Polynomial`] | `g (v + c2 v^2 + c3 v^3 + ...)` |
//! | [`LookupTable`] | measured curves, monotone cubic in `v`, linear in `g` |
//! | [`WithSelector`] | any law in series with an [`ExponentialSelector`] |
//!
//! ```
//! use ohmloom_devices::conduction::{Conduction, Sinh};
//!
//! let law = Sinh::new(0.25)?;
//! let (current, slope) = law.at(1e-5, 0.2);
//! assert!(current > 1e-5 * 0.2 && slope > 1e-5);
//! # Ok::<(), ohmloom_devices::conduction::ConductionError>(())
//! ```

mod error;
mod lookup_table;
mod monotone_cubic;
mod polynomial;
mod selector;
mod sinh;
mod table_file;

pub use error::ConductionError;
pub use lookup_table::LookupTable;
pub use polynomial::Polynomial;
pub use selector::{ExponentialSelector, WithSelector};
pub use sinh::Sinh;

/// A static read law. Implementations are meant to be used as type parameters, so that they are inlined into the array solver's loops.
pub trait Conduction: Send + Sync {
    /// Current in A and its derivative with respect to the voltage in S, of a cell programmed to `g` (S, not negative) at `v` (V).
    fn at(&self, g: f64, v: f64) -> (f64, f64);
}

impl<C: Conduction + ?Sized> Conduction for &C {
    #[inline]
    fn at(&self, g: f64, v: f64) -> (f64, f64) {
        (**self).at(g, v)
    }
}

/// `i = g v`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ohmic;

impl Conduction for Ohmic {
    #[inline]
    fn at(&self, g: f64, v: f64) -> (f64, f64) {
        (g * v, g)
    }
}

/// A finite number above zero.
fn positive(name: &'static str, value: f64) -> Result<f64, ConductionError> {
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(ConductionError::BadParameter {
            name,
            value,
            reason: "must be above 0 and finite",
        })
    }
}
