//! A quantity at its last accepted points.

use super::cells::TimeStep;

/// Value and rate of a quantity at the accepted point, and the two points before.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Trace {
    /// At the accepted point.
    pub value: f64,
    /// Its rate there, 1/s.
    pub rate: f64,
    /// First divided difference of the accepted point and the one before.
    slope: f64,
    /// Second divided difference.
    curvature: f64,
    /// Lengths of the last two steps, s.
    lengths: [f64; 2],
    /// Accepted points that may be used.
    points: u8,
}

impl Trace {
    /// A quantity that stands still.
    pub fn at(value: f64) -> Self {
        Self {
            value,
            points: 1,
            ..Self::default()
        }
    }

    /// A quantity that has this value and this rate (1/s) and no past.
    pub fn moving(value: f64, rate: f64) -> Self {
        Self {
            rate,
            ..Self::at(value)
        }
    }

    /// Divided differences with a new point: first, second, third.
    #[inline(always)]
    fn differences(&self, value: f64, step: &TimeStep) -> (f64, f64, f64) {
        let first = (value - self.value) / step.length;
        let second = (first - self.slope) / (step.length + self.lengths[0]);
        let third = (second - self.curvature) / (step.length + self.lengths[0] + self.lengths[1]);
        (first, second, third)
    }

    /// Truncation error of a step that ends at `value`: `h^3/12 d^3/dt^3` for the trapezoidal rule, `h^2/2 d^2/dt^2` for backward
    /// Euler.
    #[inline(always)]
    pub fn truncation(&self, value: f64, step: &TimeStep) -> f64 {
        let h = step.length;
        let (_, second, third) = self.differences(value, step);
        if step.trapezoidal && self.points >= 3 {
            0.5 * h * h * h * third.abs()
        } else if self.points >= 2 {
            h * h * second.abs()
        } else {
            // After a corner the rate before it stands for the one behind it: too careful where the rate jumps.
            0.5 * h * (step.rate(value, self.value, self.rate) - self.rate).abs()
        }
    }

    /// Takes the end of a step; after a corner only the last point counts.
    #[inline(always)]
    pub fn accept(&mut self, value: f64, step: &TimeStep, corner: bool) {
        let (first, second, _) = self.differences(value, step);
        self.rate = step.rate(value, self.value, self.rate);
        self.value = value;
        self.slope = first;
        self.curvature = if self.points >= 2 { second } else { 0.0 };
        self.lengths = [step.length, self.lengths[0]];
        self.points = if corner { 1 } else { (self.points + 1).min(3) };
        if corner {
            self.lengths = [0.0; 2];
        }
    }
}
