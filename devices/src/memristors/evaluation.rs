//! A cell at one point, with derivatives.

use crate::dual::Dual;

/// Current and rates of a cell with `K` unknowns at one point, with their derivatives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CellEvaluation<const K: usize> {
    /// Current from the first terminal to the second, A.
    pub current: f64,
    /// `di/dv`, S.
    pub conductance: f64,
    /// `di/ds`, A.
    pub current_by_state: [f64; K],
    /// `f`: `ds/dt` in 1/s for dynamic unknowns, the imbalance of the equation for algebraic ones.
    pub rate: [f64; K],
    /// `df/dv`.
    pub rate_by_voltage: [f64; K],
    /// `df/ds` as `[equation][unknown]`.
    pub rate_by_state: [[f64; K]; K],
}

impl CellEvaluation<1> {
    /// From numbers with gradients by voltage and state.
    #[inline(always)]
    pub(super) fn of(current: Dual<2>, rate: Dual<2>) -> Self {
        let [conductance, by_state] = current.gradient;
        let [rate_by_voltage, rate_by_state] = rate.gradient;
        Self {
            current: current.value,
            conductance,
            current_by_state: [by_state],
            rate: [rate.value],
            rate_by_voltage: [rate_by_voltage],
            rate_by_state: [[rate_by_state]],
        }
    }
}

impl CellEvaluation<3> {
    /// From numbers with gradients by voltage and three unknowns.
    #[inline(always)]
    pub(super) fn of_three(current: Dual<4>, rates: [Dual<4>; 3]) -> Self {
        let states = |gradient: [f64; 4]| [gradient[1], gradient[2], gradient[3]];
        Self {
            current: current.value,
            conductance: current.gradient[0],
            current_by_state: states(current.gradient),
            rate: rates.map(|rate| rate.value),
            rate_by_voltage: rates.map(|rate| rate.gradient[0]),
            rate_by_state: rates.map(|rate| states(rate.gradient)),
        }
    }
}
