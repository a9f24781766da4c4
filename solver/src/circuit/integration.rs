//! Discretisation of `d/dt Q`: backward Euler, trapezoidal, Gear's second order, with their truncation errors.

use super::element::Quantity;
use super::options::{Method, Options};

/// The truncation error of a state in one step, in units of `reltol` times the state.
const STATE_ACCURACY: f64 = 0.005;
/// States below this size count as this large.
const STATE_MIN: f64 = 0.01;

/// The longest way to a bound in the step at whose end a state comes to rest there.
const REST_STEP: f64 = 1e-3;

/// Charges at the end of a step that is being tried.
#[derive(Clone, Copy)]
pub(super) struct Candidate<'a> {
    /// `Q`.
    pub(super) charge: &'a [f64],
    /// Rows whose `d/dt Q` is zero whatever `Q` was before.
    pub(super) at_rest: &'a [bool],
    /// What the unknowns of the rows are.
    pub(super) quantities: &'a [Quantity],
}

/// Charges of the last accepted time points, newest first, and how the next one depends on them.
pub(super) struct Integration {
    /// Charges at the accepted points.
    charges: [Vec<f64>; 3],
    /// Accepted steps that led to them.
    steps: [f64; 3],
    /// How many points before the newest are valid.
    depth: usize,
    /// `d/dt Q` at the newest accepted point.
    rate: Vec<f64>,
    /// Weight of the new charge.
    pub(super) alpha: f64,
    /// What the old charges contribute: `d/dt Q = alpha Q + history`.
    pub(super) history: Vec<f64>,
    /// Order of the present discretisation.
    pub(super) order: usize,
}

impl Integration {
    /// Starts from the charges at time zero.
    pub(super) fn new(charge: &[f64]) -> Self {
        let zeros = vec![0.0; charge.len()];
        Self {
            charges: [charge.to_vec(), zeros.clone(), zeros.clone()],
            steps: [0.0; 3],
            depth: 0,
            rate: zeros.clone(),
            alpha: 0.0,
            history: zeros,
            order: 1,
        }
    }

    /// Forgets all points but the newest: the next step comes after a corner.
    pub(super) fn restart(&mut self) {
        self.depth = 0;
        self.order = 1;
    }

    /// Accepted points before the newest one.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    /// Prepares a step of the given length.
    pub(super) fn prepare(&mut self, options: &Options, h: f64) {
        let [newest, before, _] = &self.charges;
        if self.order == 1 {
            self.alpha = 1.0 / h;
            for (history, q) in self.history.iter_mut().zip(newest) {
                *history = -self.alpha * q;
            }
            return;
        }
        match options.method {
            Method::Trapezoidal => {
                // q' = (1/(1 - xmu)) ((q - q1)/h - xmu q1')
                let weight = 1.0 / (1.0 - options.xmu);
                self.alpha = weight / h;
                let old = options.xmu * weight;
                for ((history, q), rate) in self.history.iter_mut().zip(newest).zip(&self.rate) {
                    *history = -self.alpha * q - old * rate;
                }
            }
            Method::Gear => {
                let h1 = self.steps[0];
                self.alpha = 1.0 / h + 1.0 / (h + h1);
                let a1 = -(h + h1) / (h * h1);
                let a2 = h / (h1 * (h + h1));
                for ((history, q1), q2) in self.history.iter_mut().zip(newest).zip(before) {
                    *history = a1 * q1 + a2 * q2;
                }
            }
        }
    }

    /// The longest step that keeps the truncation error within tolerance, judged from the candidate charges at the end of
    /// the present step `h` at order `order`, and the row that limits it.
    pub(super) fn largest_step(
        &self,
        options: &Options,
        order: usize,
        h: f64,
        candidate: Candidate<'_>,
    ) -> (f64, usize) {
        if self.depth < order {
            return (f64::INFINITY, 0);
        }
        // The truncation error of the trapezoidal rule is half of h^2 times the third divided difference, and SPICE takes a
        // twelfth of it, with `trtol` on top. A quarter keeps the points of pulses as dense as their shape needs.
        let coefficient = match (order, options.method) {
            (1, _) => 0.5,
            (_, Method::Trapezoidal) => 0.25,
            (_, Method::Gear) => 2.0 / 3.0,
        };
        let (h1, h2) = (self.steps[0], self.steps[1]);
        let [q1, q2, q3] = &self.charges;
        let mut limit = f64::INFINITY;
        let mut worst = 0;
        for (row, &q) in candidate.charge.iter().enumerate().skip(1) {
            if q == 0.0 && q1[row] == 0.0 {
                continue;
            }
            if candidate.at_rest[row] {
                // Where the state comes to rest is known exactly, only when it got there is not.
                let step = h * REST_STEP / (q - q1[row]).abs();
                if step < limit {
                    limit = step;
                    worst = row;
                }
                continue;
            }
            let first = (q - q1[row]) / h;
            let second = (q1[row] - q2[row]) / h1;
            let mut difference = (first - second) / (h + h1);
            if order == 2 {
                let third = (q2[row] - q3[row]) / h2;
                let earlier = (second - third) / (h1 + h2);
                difference = (difference - earlier) / (h + h1 + h2);
            }
            let tolerance = if candidate.quantities[row] == Quantity::State {
                STATE_ACCURACY * options.reltol * q.abs().max(q1[row].abs()).max(STATE_MIN) / h
            } else {
                self.charge_tolerance(options, row, h, q)
            };
            let mut step = tolerance / options.abstol.max(coefficient * difference.abs());
            if order == 2 {
                step = step.sqrt();
            }
            if step < limit {
                limit = step;
                worst = row;
            }
        }
        (limit, worst)
    }

    /// How large the truncation error of the rate of a charge `q` may be.
    fn charge_tolerance(&self, options: &Options, row: usize, h: f64, q: f64) -> f64 {
        let rate = self.alpha * q + self.history[row];
        let of_current = options.abstol + options.reltol * rate.abs().max(self.rate[row].abs());
        let before = self.charges[0][row].abs();
        let of_charge = options.reltol * q.abs().max(before).max(options.chgtol) / h;
        options.trtol * of_current.max(of_charge)
    }

    /// Takes the candidate charges as the newest accepted point.
    pub(super) fn accept(&mut self, h: f64, candidate: Candidate<'_>) {
        let rows = self.rate.iter_mut().zip(candidate.charge);
        for (((rate, q), history), &at_rest) in rows.zip(&self.history).zip(candidate.at_rest) {
            *rate = if at_rest {
                0.0
            } else {
                self.alpha * q + history
            };
        }
        self.charges.rotate_right(1);
        self.charges[0].copy_from_slice(candidate.charge);
        self.steps.rotate_right(1);
        self.steps[0] = h;
        self.depth = (self.depth + 1).min(2);
    }
}
