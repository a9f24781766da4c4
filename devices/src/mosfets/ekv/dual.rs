//! Numbers that carry their derivatives by the gate, drain and source voltages.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// A value and its gradient.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Dual {
    pub(super) value: f64,
    pub(super) gradient: [f64; 3],
}

impl Dual {
    /// The independent variable number `index`.
    pub(super) fn variable(value: f64, index: usize) -> Self {
        let mut gradient = [0.0; 3];
        gradient[index] = 1.0;
        Self { value, gradient }
    }

    /// A function of this number, given its value and its derivative.
    #[inline(always)]
    pub(super) fn map(self, value: f64, derivative: f64) -> Self {
        Self {
            value,
            gradient: self.gradient.map(|g| derivative * g),
        }
    }

    /// The square root; a number whose value is 0 must be constant there.
    #[inline(always)]
    pub(super) fn sqrt(self) -> Self {
        let root = self.value.sqrt();
        self.map(root, if root > 0.0 { 0.5 / root } else { 0.0 })
    }

    #[inline(always)]
    pub(super) fn ln(self) -> Self {
        self.map(self.value.ln(), 1.0 / self.value)
    }

    #[inline(always)]
    pub(super) fn square(self) -> Self {
        self * self
    }

    #[inline(always)]
    pub(super) fn abs(self) -> Self {
        if self.value < 0.0 { -self } else { self }
    }
}

impl From<f64> for Dual {
    fn from(value: f64) -> Self {
        Self {
            value,
            gradient: [0.0; 3],
        }
    }
}

impl Neg for Dual {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.map(-self.value, -1.0)
    }
}

impl Add for Dual {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            gradient: std::array::from_fn(|k| self.gradient[k] + other.gradient[k]),
        }
    }
}

impl Sub for Dual {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Dual {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        let sum = other.map(0.0, self.value) + self.map(0.0, other.value);
        Self {
            value: self.value * other.value,
            ..sum
        }
    }
}

impl Div for Dual {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        self * other.map(1.0 / other.value, -1.0 / (other.value * other.value))
    }
}

impl Add<f64> for Dual {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: f64) -> Self {
        Self {
            value: self.value + other,
            ..self
        }
    }
}

impl Sub<f64> for Dual {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: f64) -> Self {
        self + -other
    }
}

impl Mul<f64> for Dual {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: f64) -> Self {
        self.map(self.value * other, other)
    }
}
