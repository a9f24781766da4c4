//! The functions of behavioural expressions: their values and derivatives.
//!
//! The values are those of ngspice's behavioural sources without a compatibility mode. Where a function is not defined the
//! value is not a number, and [`super::BehaviouralSource`] does not accept such a point. A derivative that is infinite
//! at one point (`sqrt` at 0) is that of the neighbourhood, so that an iteration can leave the point.

use super::tree::BinaryOperator;

/// The argument from which `exp` stays at [`LARGEST_EXPONENTIAL`]: ln(1e99).
const EXPONENT_LIMIT: f64 = 227.955_924_206_411;
const LARGEST_EXPONENTIAL: f64 = 1e99;
/// What a divisor moves away from zero: a division by zero gives a large number, not an infinity.
const DIVISOR_OFFSET: f64 = 1e-32;
/// The distance from a singularity at which its derivative is taken.
const NEIGHBOURHOOD: f64 = 1e-24;

/// A function of one argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UnaryFunction {
    /// `-x`.
    Negate,
    /// `!x`: 1 when x is 0, else 0.
    Not,
    /// `abs(x)`.
    Abs,
    /// `sqrt(x)`; undefined below 0.
    Sqrt,
    /// `x^2`.
    Square,
    /// `exp(x)`, at most 1e99.
    Exp,
    /// `ln(x)` and `log(x)`; -1e99 at 0, undefined below.
    Ln,
    /// `log10(x)`; -1e99 at 0, undefined below.
    Log10,
    /// `sin(x)`, radian.
    Sin,
    /// `cos(x)`, radian.
    Cos,
    /// `tan(x)`, radian.
    Tan,
    /// `asin(x)`; undefined beyond -1 and 1.
    Asin,
    /// `acos(x)`; undefined beyond -1 and 1.
    Acos,
    /// `atan(x)` and `arctan(x)`.
    Atan,
    /// `sinh(x)`.
    Sinh,
    /// `cosh(x)`.
    Cosh,
    /// `tanh(x)`.
    Tanh,
    /// `asinh(x)`.
    Asinh,
    /// `acosh(x)`; undefined below 1.
    Acosh,
    /// `atanh(x)`; undefined from -1 down and from 1 up.
    Atanh,
    /// `int(x)`: towards zero.
    Int,
    /// `nint(x)`: to the nearest integer, halves to the even one.
    Nint,
    /// `floor(x)`.
    Floor,
    /// `ceil(x)`.
    Ceil,
    /// `sgn(x)`: -1, 0 or 1.
    Sgn,
    /// `u(x)`, `stp(x)`: 0 below 0, 1/2 at 0, 1 above.
    Step,
    /// `u2(x)`: x between 0 and 1, 0 below and 1 above.
    SaturatedRamp,
    /// `uramp(x)`: x above 0, else 0.
    Ramp,
}

impl UnaryFunction {
    /// The function of a name in lower case.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "abs" => Self::Abs,
            "sqrt" => Self::Sqrt,
            "sqr" | "square" => Self::Square,
            "exp" => Self::Exp,
            "ln" | "log" => Self::Ln,
            "log10" => Self::Log10,
            "sin" => Self::Sin,
            "cos" => Self::Cos,
            "tan" => Self::Tan,
            "asin" | "arcsin" => Self::Asin,
            "acos" | "arccos" => Self::Acos,
            "atan" | "arctan" => Self::Atan,
            "sinh" => Self::Sinh,
            "cosh" => Self::Cosh,
            "tanh" => Self::Tanh,
            "asinh" => Self::Asinh,
            "acosh" => Self::Acosh,
            "atanh" => Self::Atanh,
            "int" => Self::Int,
            "nint" => Self::Nint,
            "floor" => Self::Floor,
            "ceil" => Self::Ceil,
            "sgn" | "sign" => Self::Sgn,
            "u" | "stp" => Self::Step,
            "u2" => Self::SaturatedRamp,
            "uramp" => Self::Ramp,
            "not" => Self::Not,
            _ => return None,
        })
    }

    /// The value at `x`.
    pub fn evaluate(self, x: f64) -> f64 {
        match self {
            Self::Negate => -x,
            Self::Not => truth(x == 0.0),
            Self::Abs => x.abs(),
            Self::Sqrt => x.sqrt(),
            Self::Square => x * x,
            Self::Exp if x > EXPONENT_LIMIT => LARGEST_EXPONENTIAL,
            Self::Exp => x.exp(),
            Self::Ln | Self::Log10 if x == 0.0 => -LARGEST_EXPONENTIAL,
            Self::Ln => x.ln(),
            Self::Log10 => x.log10(),
            Self::Sin => x.sin(),
            Self::Cos => x.cos(),
            Self::Tan => x.tan(),
            Self::Asin => x.asin(),
            Self::Acos => x.acos(),
            Self::Atan => x.atan(),
            Self::Sinh => x.sinh(),
            Self::Cosh => x.cosh(),
            Self::Tanh => x.tanh(),
            Self::Asinh => x.asinh(),
            Self::Acosh => x.acosh(),
            Self::Atanh => x.atanh(),
            Self::Int => x.trunc(),
            Self::Nint => x.round_ties_even(),
            Self::Floor => x.floor(),
            Self::Ceil => x.ceil(),
            Self::Sgn => sign(x),
            Self::Step => 0.5 * (1.0 + sign(x)),
            Self::SaturatedRamp => x.clamp(0.0, 1.0),
            Self::Ramp if x < 0.0 => 0.0,
            Self::Ramp => x,
        }
    }

    /// The derivative at `x`, where the value is `y`; 0 at a jump.
    pub(super) fn derivative(self, x: f64, y: f64) -> f64 {
        match self {
            Self::Negate => -1.0,
            Self::Abs => sign(x),
            Self::Sqrt => 0.5 / x.max(NEIGHBOURHOOD).sqrt(),
            Self::Square => 2.0 * x,
            Self::Exp => y,
            Self::Ln => 1.0 / x.max(NEIGHBOURHOOD),
            Self::Log10 => std::f64::consts::LOG10_E / x.max(NEIGHBOURHOOD),
            Self::Sin => x.cos(),
            Self::Cos => -x.sin(),
            Self::Tan => 1.0 + y * y,
            Self::Asin => 1.0 / (1.0 - x * x).max(NEIGHBOURHOOD).sqrt(),
            Self::Acos => -1.0 / (1.0 - x * x).max(NEIGHBOURHOOD).sqrt(),
            Self::Atan => 1.0 / (1.0 + x * x),
            Self::Sinh => x.cosh(),
            Self::Cosh => x.sinh(),
            Self::Tanh => 1.0 - y * y,
            Self::Asinh => 1.0 / x.hypot(1.0),
            Self::Acosh => 1.0 / (x * x - 1.0).max(NEIGHBOURHOOD).sqrt(),
            Self::Atanh => 1.0 / (1.0 - x * x).max(NEIGHBOURHOOD),
            Self::SaturatedRamp => truth(x > 0.0 && x < 1.0),
            Self::Ramp => 0.5 * (1.0 + sign(x)),
            Self::Not
            | Self::Int
            | Self::Nint
            | Self::Floor
            | Self::Ceil
            | Self::Sgn
            | Self::Step => 0.0,
        }
    }

    /// Whether value or derivative jumps at argument 0.
    pub(super) fn has_corner_at_zero(self) -> bool {
        matches!(
            self,
            Self::Not | Self::Abs | Self::Sgn | Self::Step | Self::SaturatedRamp | Self::Ramp
        )
    }
}

/// A function of two arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BinaryFunction {
    /// `x + y`.
    Add,
    /// `x - y`.
    Subtract,
    /// `x * y`.
    Multiply,
    /// `x / y`, the divisor 1e-32 further from zero: `1/0` is 1e32.
    Divide,
    /// `x \ y`: the quotient towards zero.
    IntegerDivide,
    /// `x % y`, `fmod(x, y)`: the remainder with the sign of x.
    Remainder,
    /// `x ^ y`, `x ** y`, `pow(x, y)`: the power of the absolute value of x.
    Power,
    /// `pwr(x, y)`: the power of the absolute value of x, with the sign of x.
    SignedPower,
    /// `min(x, y)`.
    Min,
    /// `max(x, y)`.
    Max,
    /// `atan2(y, x)`: the angle of the point (x, y).
    Atan2,
    /// `hypot(x, y)`: the square root of the sum of the squares.
    Hypot,
    /// `x == y`.
    Equal,
    /// `x != y`.
    NotEqual,
    /// `x < y`.
    Less,
    /// `x <= y`.
    LessOrEqual,
    /// `x > y`.
    Greater,
    /// `x >= y`.
    GreaterOrEqual,
    /// `x && y`: whether neither is 0.
    And,
    /// `x || y`: whether not both are 0.
    Or,
}

impl From<BinaryOperator> for BinaryFunction {
    fn from(operator: BinaryOperator) -> Self {
        match operator {
            BinaryOperator::Add => Self::Add,
            BinaryOperator::Subtract => Self::Subtract,
            BinaryOperator::Multiply => Self::Multiply,
            BinaryOperator::Divide => Self::Divide,
            BinaryOperator::IntegerDivide => Self::IntegerDivide,
            BinaryOperator::Remainder => Self::Remainder,
            BinaryOperator::Power => Self::Power,
            BinaryOperator::Equal => Self::Equal,
            BinaryOperator::NotEqual => Self::NotEqual,
            BinaryOperator::Less => Self::Less,
            BinaryOperator::LessOrEqual => Self::LessOrEqual,
            BinaryOperator::Greater => Self::Greater,
            BinaryOperator::GreaterOrEqual => Self::GreaterOrEqual,
            BinaryOperator::And => Self::And,
            BinaryOperator::Or => Self::Or,
        }
    }
}

impl BinaryFunction {
    /// The function of a name in lower case. `min` and `max` also take more than two arguments, one after the other.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "pow" => Self::Power,
            "pwr" | "pwrs" => Self::SignedPower,
            "min" => Self::Min,
            "max" => Self::Max,
            "atan2" => Self::Atan2,
            "hypot" => Self::Hypot,
            "fmod" | "mod" => Self::Remainder,
            _ => return None,
        })
    }

    /// The value at `(x, y)`.
    pub fn evaluate(self, x: f64, y: f64) -> f64 {
        match self {
            Self::Add => x + y,
            Self::Subtract => x - y,
            Self::Multiply => x * y,
            Self::Divide => x / away_from_zero(y),
            Self::IntegerDivide => (x / away_from_zero(y)).trunc(),
            Self::Remainder => x % y,
            // What is not a number stays so: `1^x` and `x^0` would forget it.
            Self::Power | Self::SignedPower if y.is_nan() || x.is_nan() => f64::NAN,
            Self::Power => x.abs().powf(y),
            Self::SignedPower if x < 0.0 => -(-x).powf(y),
            Self::SignedPower => x.powf(y),
            Self::Min => smaller(x, y),
            Self::Max => -smaller(-x, -y),
            Self::Atan2 => x.atan2(y),
            Self::Hypot => x.hypot(y),
            Self::Equal => truth(x == y),
            Self::NotEqual => truth(x != y),
            Self::Less => truth(x < y),
            Self::LessOrEqual => truth(x <= y),
            Self::Greater => truth(x > y),
            Self::GreaterOrEqual => truth(x >= y),
            Self::And => truth(x != 0.0 && y != 0.0),
            Self::Or => truth(x != 0.0 || y != 0.0),
        }
    }

    /// The derivatives by x and by y at `(x, y)`, where the value is `value`.
    pub(super) fn derivatives(self, x: f64, y: f64, value: f64) -> (f64, f64) {
        match self {
            Self::Add => (1.0, 1.0),
            Self::Subtract => (1.0, -1.0),
            Self::Multiply => (y, x),
            Self::Divide => {
                let divisor = away_from_zero(y);
                (1.0 / divisor, -value / divisor)
            }
            Self::Remainder => (1.0, -(x / y).trunc()),
            Self::Power => {
                let side = if x < 0.0 { -1.0 } else { 1.0 };
                (side * power_slope(x, y), growth(x, value))
            }
            Self::SignedPower => (power_slope(x, y), growth(x, value)),
            Self::Min if x <= y => (1.0, 0.0),
            Self::Max if x >= y => (1.0, 0.0),
            Self::Min | Self::Max => (0.0, 1.0),
            Self::Atan2 => {
                let square = (x * x + y * y).max(NEIGHBOURHOOD);
                (y / square, -x / square)
            }
            Self::Hypot if value == 0.0 => (0.0, 0.0),
            Self::Hypot => (x / value, y / value),
            Self::IntegerDivide
            | Self::Equal
            | Self::NotEqual
            | Self::Less
            | Self::LessOrEqual
            | Self::Greater
            | Self::GreaterOrEqual
            | Self::And
            | Self::Or => (0.0, 0.0),
        }
    }

    /// Whether value or derivative jumps where the arguments are equal.
    pub(super) fn has_corner_at_equality(self) -> bool {
        matches!(
            self,
            Self::Min
                | Self::Max
                | Self::Equal
                | Self::NotEqual
                | Self::Less
                | Self::LessOrEqual
                | Self::Greater
                | Self::GreaterOrEqual
        )
    }
}

fn truth(holds: bool) -> f64 {
    if holds { 1.0 } else { 0.0 }
}

/// -1, 0 or 1; what is not a number stays so.
fn sign(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x.signum() }
}

/// The smaller number; not a number when one of them is not.
fn smaller(x: f64, y: f64) -> f64 {
    if x <= y || x.is_nan() { x } else { y }
}

fn away_from_zero(y: f64) -> f64 {
    if y >= 0.0 {
        y + DIVISOR_OFFSET
    } else {
        y - DIVISOR_OFFSET
    }
}

/// `y |x|^(y - 1)`.
fn power_slope(x: f64, y: f64) -> f64 {
    if y == 0.0 {
        return 0.0;
    }
    let base = if y < 1.0 {
        x.abs().max(NEIGHBOURHOOD)
    } else {
        x.abs()
    };
    y * base.powf(y - 1.0)
}

/// The derivative of a power by its exponent.
fn growth(x: f64, value: f64) -> f64 {
    if x == 0.0 { 0.0 } else { value * x.abs().ln() }
}
