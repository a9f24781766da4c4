//! The tree of an expression.

/// An expression, as parsed. Names are lower case.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// A number.
    Number(f64),
    /// A parameter, a vector, or one of `time`, `temper`, `hertz`, `pi` and other constants, resolved where it is used.
    Name(String),
    /// A quoted text, as `agauss` never takes but `table` files and `.if` string comparisons do.
    Text(String),
    /// `v(a)` or `v(a, b)`.
    Voltage(String, Option<String>),
    /// `i(v1)`: the current through an element.
    Current(String),
    /// `@m1[gm]`.
    DeviceValue(String, String),
    /// `-x`, `!x`, `+x` is dropped.
    Unary(UnaryOperator, Box<Expression>),
    /// `x + y` and the like.
    Binary(BinaryOperator, Box<Expression>, Box<Expression>),
    /// `c ? x : y`.
    Conditional(Box<Expression>, Box<Expression>, Box<Expression>),
    /// `sin(x)`; the function's name is resolved where the expression is used, because `.func` and vectors share the syntax.
    Call(String, Vec<Expression>),
    /// `x[i]` of vectors in control scripts; `x[i, j]` has `Call("range", [i, j])` as its index.
    Index(Box<Expression>, Box<Expression>),
}

/// Operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `-x`.
    Negate,
    /// `!x`: 1 when x is 0, else 0.
    Not,
}

/// Operators with two operands, comparisons and logic giving 1 or 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOperator {
    /// `x + y`
    Add,
    /// `x - y`
    Subtract,
    /// `x * y`
    Multiply,
    /// `x / y`
    Divide,
    /// `x \ y`: the quotient without its fraction
    IntegerDivide,
    /// `x % y`
    Remainder,
    /// `x ^ y` and `x ** y`
    Power,
    /// `x == y`
    Equal,
    /// `x != y`
    NotEqual,
    /// `x < y`
    Less,
    /// `x <= y`
    LessOrEqual,
    /// `x > y`
    Greater,
    /// `x >= y`
    GreaterOrEqual,
    /// `x && y`
    And,
    /// `x || y`
    Or,
}
