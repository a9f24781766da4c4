//! Numbers that carry their derivatives: forward differentiation of device equations.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// Exponents beyond which exponentials are continued as straight lines.
pub(crate) const EXPONENT_MAX: f64 = 200.0;

/// A value and its gradient by `N` variables.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Dual<const N: usize> {
    pub(crate) value: f64,
    pub(crate) gradient: [f64; N],
}

impl<const N: usize> Dual<N> {
    /// The independent variable number `index`.
    pub(crate) fn variable(value: f64, index: usize) -> Self {
        let mut gradient = [0.0; N];
        gradient[index] = 1.0;
        Self { value, gradient }
    }

    /// A function of this number, given its value and its derivative.
    #[inline(always)]
    pub(crate) fn map(self, value: f64, derivative: f64) -> Self {
        Self {
            value,
            gradient: self.gradient.map(|g| derivative * g),
        }
    }

    /// The square root; a number whose value is 0 must be constant there.
    #[inline(always)]
    pub(crate) fn sqrt(self) -> Self {
        let root = self.value.sqrt();
        self.map(root, if root > 0.0 { 0.5 / root } else { 0.0 })
    }

    #[inline(always)]
    pub(crate) fn ln(self) -> Self {
        self.map(self.value.ln(), 1.0 / self.value)
    }

    /// The exponential, continued along its tangent above [`EXPONENT_MAX`], so that it stays finite.
    #[inline(always)]
    pub(crate) fn exp(self) -> Self {
        let e = self.value.min(EXPONENT_MAX).exp();
        self.map(e * (1.0 + (self.value - EXPONENT_MAX).max(0.0)), e)
    }

    /// The hyperbolic sine, continued along its tangents beyond [`EXPONENT_MAX`].
    #[inline(always)]
    pub(crate) fn sinh(self) -> Self {
        let within = self.value.clamp(-EXPONENT_MAX, EXPONENT_MAX);
        let slope = within.cosh();
        self.map(within.sinh() + slope * (self.value - within), slope)
    }

    #[inline(always)]
    pub(crate) fn tanh(self) -> Self {
        let tanh = self.value.tanh();
        self.map(tanh, 1.0 - tanh * tanh)
    }

    /// The arc sine of a number within -1 and 1.
    #[inline(always)]
    pub(crate) fn asin(self) -> Self {
        let slope = (1.0 - self.value * self.value).sqrt().recip();
        self.map(self.value.asin(), slope)
    }

    /// The power of the magnitude.
    #[inline(always)]
    pub(crate) fn abs_powf(self, exponent: f64) -> Self {
        let magnitude = self.value.abs();
        if magnitude == 0.0 {
            let slope = if exponent == 1.0 { 1.0 } else { 0.0 };
            return self.map(0.0_f64.powf(exponent), slope);
        }
        let power = magnitude.powf(exponent);
        self.map(power, exponent * power / self.value)
    }

    #[inline(always)]
    pub(crate) fn square(self) -> Self {
        self * self
    }

    #[inline(always)]
    pub(crate) fn abs(self) -> Self {
        if self.value < 0.0 { -self } else { self }
    }
}

impl<const N: usize> From<f64> for Dual<N> {
    fn from(value: f64) -> Self {
        Self {
            value,
            gradient: [0.0; N],
        }
    }
}

impl<const N: usize> Neg for Dual<N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.map(-self.value, -1.0)
    }
}

impl<const N: usize> Add for Dual<N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            gradient: std::array::from_fn(|k| self.gradient[k] + other.gradient[k]),
        }
    }
}

impl<const N: usize> Sub for Dual<N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl<const N: usize> Mul for Dual<N> {
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

impl<const N: usize> Div for Dual<N> {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        self * other.map(1.0 / other.value, -1.0 / (other.value * other.value))
    }
}

impl<const N: usize> Add<f64> for Dual<N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: f64) -> Self {
        Self {
            value: self.value + other,
            ..self
        }
    }
}

impl<const N: usize> Sub<f64> for Dual<N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: f64) -> Self {
        self + -other
    }
}

impl<const N: usize> Mul<f64> for Dual<N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: f64) -> Self {
        self.map(self.value * other, other)
    }
}
