//! The two kinds of numbers that circuits are made of.

use std::fmt::Debug;
use std::ops::{AddAssign, Mul, Neg, Sub, SubAssign};

/// Complex numbers of small-signal analyses (the type of the `num-complex` crate).
pub type Complex = faer::c64;

mod sealed {
    pub trait Sealed {}
    impl Sealed for f64 {}
    impl Sealed for super::Complex {}
}

/// A matrix entry: `f64` or [`Complex`]. The default value is zero.
pub trait Scalar:
    sealed::Sealed
    + Copy
    + Debug
    + Default
    + PartialEq
    + AddAssign
    + SubAssign
    + Mul<Output = Self>
    + Neg<Output = Self>
    + Sub<Output = Self>
    + Send
    + Sync
    + 'static
{
    /// One.
    const ONE: Self;

    /// Absolute value, or for complex numbers the sum of the absolute values of both parts, which is cheaper and at most
    /// the square root of two larger. Infinite or not a number if any part is.
    fn magnitude(self) -> f64;

    /// Quotient, without avoidable overflow or underflow.
    #[must_use]
    fn divided_by(self, divisor: Self) -> Self;
}

impl Scalar for f64 {
    const ONE: Self = 1.0;

    fn magnitude(self) -> f64 {
        self.abs()
    }

    fn divided_by(self, divisor: Self) -> Self {
        self / divisor
    }
}

impl Scalar for Complex {
    const ONE: Self = Self { re: 1.0, im: 0.0 };

    fn magnitude(self) -> f64 {
        self.re.abs() + self.im.abs()
    }

    /// R. L. Smith, "Algorithm 116: Complex division", Comm. ACM 5 (1962).
    fn divided_by(self, divisor: Self) -> Self {
        if divisor.re.abs() >= divisor.im.abs() {
            let ratio = divisor.im / divisor.re;
            let denominator = divisor.re + divisor.im * ratio;
            Self::new(
                (self.re + self.im * ratio) / denominator,
                (self.im - self.re * ratio) / denominator,
            )
        } else {
            let ratio = divisor.re / divisor.im;
            let denominator = divisor.re * ratio + divisor.im;
            Self::new(
                (self.re * ratio + self.im) / denominator,
                (self.im * ratio - self.re) / denominator,
            )
        }
    }
}

/// The larger of two numbers, and unlike `f64::max` not a number if one of them is not.
pub(super) fn larger(a: f64, b: f64) -> f64 {
    if b > a || b.is_nan() { b } else { a }
}
