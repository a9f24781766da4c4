//! Tolerances and limits of the analyses, with SPICE's names and defaults.

use super::element::Quantity;

/// How `d/dt` is discretised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// The trapezoidal rule, backward Euler at corners.
    #[default]
    Trapezoidal,
    /// Gear's second-order backward differentiation with variable steps.
    Gear,
}

/// Tolerances and limits.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Relative tolerance of voltages, currents and charges.
    pub reltol: f64,
    /// Absolute tolerance of currents, A.
    pub abstol: f64,
    /// Absolute tolerance of voltages, V.
    pub vntol: f64,
    /// Smallest charge that counts in the truncation error, C.
    pub chgtol: f64,
    /// Factor by which the estimated truncation error may exceed the tolerance.
    pub trtol: f64,
    /// Conductance across every junction, S.
    pub gmin: f64,
    /// Conductance from every node to ground, S; 0 for none (`rshunt` gives its inverse).
    pub gshunt: f64,
    /// Newton iterations of an operating point.
    pub itl1: usize,
    /// Newton iterations of a point of a DC sweep.
    pub itl2: usize,
    /// Newton iterations of a time point.
    pub itl4: usize,
    /// The discretisation of time.
    pub method: Method,
    /// Highest order of the discretisation, 1 or 2.
    pub maxord: usize,
    /// Weight of the old derivative in the trapezoidal rule: 0.5 is the rule itself, 0 backward Euler.
    pub xmu: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            reltol: 1e-3,
            abstol: 1e-12,
            vntol: 1e-6,
            chgtol: 1e-14,
            trtol: 7.0,
            gmin: 1e-12,
            gshunt: 0.0,
            itl1: 100,
            itl2: 50,
            itl4: 40,
            method: Method::Trapezoidal,
            maxord: 2,
            xmu: 0.5,
        }
    }
}

impl Options {
    /// Absolute tolerance of an unknown of that kind.
    pub(super) fn absolute(&self, quantity: Quantity) -> f64 {
        match quantity {
            Quantity::Voltage | Quantity::State | Quantity::Derivative => self.vntol,
            Quantity::Current => self.abstol,
        }
    }

    /// Absolute tolerance of the residual in the row of an unknown of that kind.
    pub(super) fn absolute_residual(&self, quantity: Quantity) -> f64 {
        match quantity {
            Quantity::Voltage => self.abstol,
            Quantity::Current | Quantity::State | Quantity::Derivative => self.vntol,
        }
    }
}
