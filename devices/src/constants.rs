//! Physical constants, CODATA 2018 exact values.

/// Elementary charge, C.
pub const ELEMENTARY_CHARGE: f64 = 1.602_176_634e-19;
/// Boltzmann constant, J/K.
pub const BOLTZMANN: f64 = 1.380_649e-23;
/// Zero degrees Celsius in kelvin.
pub const ZERO_CELSIUS: f64 = 273.15;
/// Permittivity of silicon dioxide, F/m (3.9 times that of vacuum).
pub const OXIDE_PERMITTIVITY: f64 = 3.9 * 8.854_187_812_8e-12;
/// Permittivity of silicon, F/m (11.7 times that of vacuum).
pub const SILICON_PERMITTIVITY: f64 = 11.7 * 8.854_187_812_8e-12;
