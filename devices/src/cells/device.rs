//! Two-terminal devices in time: static ones, and memristors whose states move.

use ohmloom_solver::line_grid::{TimeStep, Trace};
use ohmloom_solver::lu::{Complex, Scalar};

use crate::conduction::Conduction;
use crate::memristors::{CellEvaluation, Memristor};

/// Newton steps for the states of one memristor.
const MOST_STEPS: usize = 100;
/// Truncation error of a state in one step, in units of the relative tolerance.
const STATE_ACCURACY: f64 = 0.1;

/// The two-terminal devices of an array, each found by its index (row by row).
pub trait Device: Send + Sync {
    /// What a device guesses within a step.
    type Guess: Clone + Default + Send + Sync;
    /// What it has accepted.
    type History: Clone + Send + Sync;

    /// The history at the start.
    fn fresh(&self, index: usize) -> Self::History;
    /// Current at a voltage and its derivative, states held.
    fn at_rest(
        &self,
        index: usize,
        v: f64,
        history: &Self::History,
        guess: &mut Self::Guess,
    ) -> (f64, f64);
    /// Takes a solution at rest at this voltage as the beginning: states move from there at the rates that they have there.
    fn begin(&self, index: usize, v: f64, history: &mut Self::History, guess: &mut Self::Guess);
    /// Current at a voltage at the end of a step and its derivative, with states that follow.
    fn in_step(
        &self,
        index: usize,
        v: f64,
        step: &TimeStep,
        history: &Self::History,
        guess: &mut Self::Guess,
    ) -> (f64, f64);
    /// Admittance to small signals of angular frequency `omega` (rad/s) at a voltage, around the states of `history`, S.
    fn admittance(
        &self,
        index: usize,
        v: f64,
        omega: f64,
        history: &Self::History,
        guess: &mut Self::Guess,
    ) -> Complex;
    /// Largest truncation error of a state in the step, relative to what is allowed.
    fn truncation(
        &self,
        step: &TimeStep,
        history: &Self::History,
        guess: &Self::Guess,
        reltol: f64,
    ) -> f64;
    /// Accepts the states that the last evaluation of the step found.
    fn accept(
        &self,
        step: &TimeStep,
        history: &mut Self::History,
        guess: &Self::Guess,
        corner: bool,
    );
}

/// Devices without states: a conduction law and programmed conductances, S.
#[derive(Clone, Debug)]
pub struct StaticDevice<L> {
    /// The law.
    pub law: L,
    /// Row-major.
    pub conductance: Vec<f64>,
}

impl<L: Conduction> Device for StaticDevice<L> {
    type Guess = ();
    type History = ();

    fn fresh(&self, _: usize) {}

    #[inline(always)]
    fn at_rest(&self, index: usize, v: f64, (): &(), (): &mut ()) -> (f64, f64) {
        self.law.at(self.conductance[index], v)
    }

    fn begin(&self, _: usize, _: f64, (): &mut (), (): &mut ()) {}

    #[inline(always)]
    fn in_step(&self, index: usize, v: f64, _: &TimeStep, (): &(), (): &mut ()) -> (f64, f64) {
        self.law.at(self.conductance[index], v)
    }

    fn admittance(&self, index: usize, v: f64, _: f64, (): &(), (): &mut ()) -> Complex {
        Complex::new(self.law.at(self.conductance[index], v).1, 0.0)
    }

    fn truncation(&self, _: &TimeStep, (): &(), (): &(), _: f64) -> f64 {
        0.0
    }

    fn accept(&self, _: &TimeStep, (): &mut (), (): &(), _: bool) {}
}

/// Memristors of one model, each with its own states at the start.
#[derive(Clone, Debug)]
pub struct MemristorDevice<M, const K: usize> {
    model: M,
    initial: Vec<[f64; K]>,
}

impl<M: Memristor<K>, const K: usize> MemristorDevice<M, K> {
    /// Memristors with these scaled states, row-major; see [`Memristor::initial`].
    pub fn new(model: M, initial: Vec<[f64; K]>) -> Self {
        Self { model, initial }
    }

    /// The model.
    pub fn model(&self) -> &M {
        &self.model
    }

    /// Solves for the states at voltage `v`; `history` gives the accepted ones, `step` is `None` at rest.
    #[inline(always)]
    fn solve(
        &self,
        v: f64,
        step: Option<&TimeStep>,
        history: &[Trace; K],
        guess: &mut Option<[f64; K]>,
    ) -> (f64, f64) {
        if let Some(mut s) = *guess
            && let Some(found) = self.solve_from(v, step, history, &mut s)
        {
            *guess = Some(s);
            return found;
        }
        let mut s = history.map(|trace| trace.value);
        let found = self.solve_from(v, step, history, &mut s);
        *guess = found.is_some().then_some(s);
        // What is not a number makes the array try a shorter step.
        found.unwrap_or((f64::NAN, f64::NAN))
    }

    /// As [`Self::solve`], starting from the states `s`; `None` if that does not converge.
    #[inline(always)]
    fn solve_from(
        &self,
        v: f64,
        step: Option<&TimeStep>,
        history: &[Trace; K],
        s: &mut [f64; K],
    ) -> Option<(f64, f64)> {
        let bounds = self.model.bounds();
        let mut held = [false; K];
        let mut converged = false;
        for _ in 0..MOST_STEPS {
            let cell = self.model.evaluate(v, s);
            let (residual, mut matrix) = equations::<M, K>(&cell, step, history, s);
            for k in 0..K {
                let (low, high) = bounds[k];
                // Against a bound that it would cross, a state stays.
                held[k] = M::STATES[k].dynamic
                    && ((s[k] >= high && residual[k] < 0.0) || (s[k] <= low && residual[k] > 0.0));
                if held[k] {
                    matrix[k] = std::array::from_fn(|l| f64::from(u8::from(k == l)));
                }
            }
            let side = std::array::from_fn(|k| if held[k] { 0.0 } else { -residual[k] });
            let change = eliminate(matrix, side);
            let mut small = true;
            for k in 0..K {
                let most = M::STATES[k].step_max;
                let next = (s[k] + change[k].clamp(-most, most)).clamp(bounds[k].0, bounds[k].1);
                small &= (next - s[k]).abs() <= 1e-13 * next.abs().max(1.0);
                s[k] = next;
            }
            if small {
                converged = true;
                break;
            }
        }
        if !converged {
            return None;
        }
        let cell = self.model.evaluate(v, s);
        let (_, mut matrix) = equations::<M, K>(&cell, step, history, s);
        let mut side = cell.rate_by_voltage;
        for k in 0..K {
            if held[k] || (step.is_none() && M::STATES[k].dynamic) {
                matrix[k] = std::array::from_fn(|l| f64::from(u8::from(k == l)));
                side[k] = 0.0;
            }
        }
        let by_voltage = eliminate(matrix, side);
        let moved: f64 = (0..K)
            .map(|k| cell.current_by_state[k] * by_voltage[k])
            .sum();
        Some((cell.current, cell.conductance + moved))
    }
}

/// Residuals of the states' equations and their derivatives: `ds/dt - f`, or `-f` for an algebraic one; at rest `s - s0`.
#[inline(always)]
fn equations<M: Memristor<K>, const K: usize>(
    cell: &CellEvaluation<K>,
    step: Option<&TimeStep>,
    history: &[Trace; K],
    s: &[f64; K],
) -> ([f64; K], [[f64; K]; K]) {
    let mut residual = [0.0; K];
    let mut matrix = cell.rate_by_state.map(|row| row.map(|value| -value));
    for k in 0..K {
        match step {
            _ if !M::STATES[k].dynamic => residual[k] = -cell.rate[k],
            Some(step) => {
                let before = &history[k];
                residual[k] = step.rate(s[k], before.value, before.rate) - cell.rate[k];
                matrix[k][k] += step.alpha();
            }
            None => {
                residual[k] = s[k] - history[k].value;
                matrix[k] = std::array::from_fn(|l| f64::from(u8::from(k == l)));
            }
        }
    }
    (residual, matrix)
}

/// Gaussian elimination with row exchanges.
#[inline(always)]
fn eliminate<S: Scalar, const K: usize>(mut matrix: [[S; K]; K], mut side: [S; K]) -> [S; K] {
    for k in 0..K {
        let pivot = (k..K)
            .max_by(|&a, &b| {
                let (a, b) = (matrix[a][k].magnitude(), matrix[b][k].magnitude());
                a.total_cmp(&b)
            })
            .unwrap_or(k);
        matrix.swap(k, pivot);
        side.swap(k, pivot);
        let (pivots, below) = matrix.split_at_mut(k + 1);
        let pivot_row = &pivots[k];
        let (known, unknown) = side.split_at_mut(k + 1);
        for (row, side) in below.iter_mut().zip(unknown) {
            let factor = row[k].divided_by(pivot_row[k]);
            for (value, above) in row.iter_mut().zip(pivot_row).skip(k) {
                *value -= factor * *above;
            }
            *side -= factor * known[k];
        }
    }
    for k in (0..K).rev() {
        for later in k + 1..K {
            let known = matrix[k][later] * side[later];
            side[k] -= known;
        }
        side[k] = side[k].divided_by(matrix[k][k]);
    }
    side
}

impl<M: Memristor<K>, const K: usize> Device for MemristorDevice<M, K> {
    /// The states, none before the first evaluation.
    type Guess = Option<[f64; K]>;
    type History = [Trace; K];

    fn fresh(&self, index: usize) -> [Trace; K] {
        self.initial[index].map(Trace::at)
    }

    #[inline]
    fn at_rest(
        &self,
        _: usize,
        v: f64,
        history: &[Trace; K],
        guess: &mut Option<[f64; K]>,
    ) -> (f64, f64) {
        self.solve(v, None, history, guess)
    }

    fn begin(&self, _: usize, v: f64, history: &mut [Trace; K], guess: &mut Option<[f64; K]>) {
        let s = guess.unwrap_or(history.map(|trace| trace.value));
        let rates = self.model.evaluate(v, &s).rate;
        let bounds = self.model.bounds();
        for k in 0..K {
            let (low, high) = bounds[k];
            let blocked = (s[k] <= low && rates[k] < 0.0) || (s[k] >= high && rates[k] > 0.0);
            history[k] = if M::STATES[k].dynamic && !blocked {
                Trace::moving(s[k], rates[k])
            } else {
                Trace::at(s[k])
            };
        }
    }

    #[inline]
    fn in_step(
        &self,
        _: usize,
        v: f64,
        step: &TimeStep,
        history: &[Trace; K],
        guess: &mut Option<[f64; K]>,
    ) -> (f64, f64) {
        self.solve(v, Some(step), history, guess)
    }

    /// `di/dv + di/ds (j omega - df/ds)^-1 df/dv`; states that stand at a bound, or would leave it, do not move.
    fn admittance(
        &self,
        _: usize,
        v: f64,
        omega: f64,
        history: &[Trace; K],
        guess: &mut Option<[f64; K]>,
    ) -> Complex {
        // Algebraic unknowns are those of the operating point.
        self.solve(v, None, history, guess);
        let s = guess.unwrap_or_else(|| history.map(|trace| trace.value));
        let cell = self.model.evaluate(v, &s);
        let bounds = self.model.bounds();
        let mut matrix = cell
            .rate_by_state
            .map(|row| row.map(|value| Complex::new(-value, 0.0)));
        let mut side = cell.rate_by_voltage.map(|value| Complex::new(value, 0.0));
        for k in 0..K {
            if !M::STATES[k].dynamic {
                continue;
            }
            let (low, high) = bounds[k];
            let stands =
                (s[k] >= high && cell.rate[k] >= 0.0) || (s[k] <= low && cell.rate[k] <= 0.0);
            if stands {
                matrix[k] = std::array::from_fn(|l| Complex::new(f64::from(u8::from(k == l)), 0.0));
                side[k] = Complex::default();
            } else {
                matrix[k][k] += Complex::new(0.0, omega);
            }
        }
        let by_voltage = eliminate(matrix, side);
        let mut admittance = Complex::new(cell.conductance, 0.0);
        for (by_voltage, by_state) in by_voltage.into_iter().zip(cell.current_by_state) {
            admittance += by_voltage * Complex::new(by_state, 0.0);
        }
        admittance
    }

    fn truncation(
        &self,
        step: &TimeStep,
        history: &[Trace; K],
        guess: &Option<[f64; K]>,
        reltol: f64,
    ) -> f64 {
        let Some(s) = guess else { return 0.0 };
        let mut largest: f64 = 0.0;
        for k in (0..K).filter(|&k| M::STATES[k].dynamic) {
            largest = largest.max(history[k].truncation(s[k], step) / (STATE_ACCURACY * reltol));
        }
        largest
    }

    fn accept(
        &self,
        step: &TimeStep,
        history: &mut [Trace; K],
        guess: &Option<[f64; K]>,
        corner: bool,
    ) {
        let Some(s) = guess else { return };
        for (k, (low, high)) in self.model.bounds().into_iter().enumerate() {
            history[k].accept(s[k], step, corner);
            if s[k] <= low || s[k] >= high {
                // The rate of a step that ended at a bound says nothing about the next.
                history[k].rate = 0.0;
            }
        }
    }
}
