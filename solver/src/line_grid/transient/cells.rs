//! What a cell with charges or states tells the array.

use super::super::nonlinear::Branch;

/// One step of the time integration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeStep {
    /// Its end, s.
    pub end: f64,
    /// Its length, s.
    pub length: f64,
    /// The trapezoidal rule; otherwise backward Euler.
    pub trapezoidal: bool,
}

impl TimeStep {
    /// Derivative of the rate at the end of the step by the quantity there, 1/s.
    #[inline(always)]
    pub fn alpha(&self) -> f64 {
        if self.trapezoidal {
            2.0 / self.length
        } else {
            1.0 / self.length
        }
    }

    /// The rate of a quantity at the end of the step, given its value there, and its value and rate at the beginning.
    #[inline(always)]
    pub fn rate(&self, value: f64, before: f64, rate_before: f64) -> f64 {
        if self.trapezoidal {
            2.0 * (value - before) / self.length - rate_before
        } else {
            (value - before) / self.length
        }
    }
}

/// Cells with charges or states. What a cell has accepted is its [`DynamicCells::History`]; what it guesses within a step is its
/// [`DynamicCells::Memory`].
pub trait DynamicCells: Sync {
    /// As [`Cells::Memory`](super::super::Cells::Memory).
    type Memory: Clone + Default + Send + Sync;
    /// Charges, states and their rates at the accepted point.
    type History: Clone + Send + Sync;

    /// The history before anything has happened.
    fn fresh(&self, crossing: (usize, usize)) -> Self::History;

    /// Moves everything that is given as a function of time, such as word lines, to `time` (s).
    fn set_time(&mut self, time: f64);

    /// Currents at rest: charges do not move, states are held.
    fn rest(
        &self,
        crossing: (usize, usize),
        potentials: (f64, f64),
        history: &Self::History,
        memory: &mut Self::Memory,
    ) -> Branch;

    /// Takes the solution at rest as the beginning.
    fn begin(
        &self,
        crossing: (usize, usize),
        potentials: (f64, f64),
        history: &mut Self::History,
        memory: &mut Self::Memory,
    );

    /// Currents at the end of a time step from the accepted point.
    fn branch(
        &self,
        crossing: (usize, usize),
        potentials: (f64, f64),
        step: &TimeStep,
        history: &Self::History,
        memory: &mut Self::Memory,
    ) -> Branch;

    /// Truncation error that the step makes in the cell's own quantities, relative to what it may be at a relative tolerance
    /// of `reltol`. 0 where it has none, or knows too little yet.
    fn truncation(
        &self,
        crossing: (usize, usize),
        potentials: (f64, f64),
        step: &TimeStep,
        history: &Self::History,
        memory: &Self::Memory,
        reltol: f64,
    ) -> f64;

    /// Accepts the end of a step. `corner` says that the next step follows a corner of a drive: past points are no guide to it.
    fn accept(
        &self,
        crossing: (usize, usize),
        potentials: (f64, f64),
        step: &TimeStep,
        history: &mut Self::History,
        memory: &mut Self::Memory,
        corner: bool,
    );
}
