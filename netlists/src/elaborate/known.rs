//! Names that expressions know without any definition.

use ohmloom_devices::expression::{BinaryFunction, UnaryFunction};

/// Names that are quantities of the simulation.
pub(super) const VARIABLES: [&str; 3] = ["time", "temper", "hertz"];
/// Names of constants. As in ngspice there are no others, so that a forgotten parameter `c` is not the speed of light.
const CONSTANTS: [(&str, f64); 2] = [("pi", std::f64::consts::PI), ("e", std::f64::consts::E)];
/// Functions that draw random numbers.
pub(super) const RANDOM_FUNCTIONS: [&str; 5] = ["agauss", "gauss", "aunif", "unif", "limit"];
/// Functions that are no functions of one or two numbers.
const OTHER_FUNCTIONS: [&str; 16] = [
    "agauss",
    "gauss",
    "aunif",
    "unif",
    "limit",
    "if",
    "ternary_fcn",
    "pwl",
    "ddt",
    "table",
    "eq0",
    "ne0",
    "gt0",
    "lt0",
    "ge0",
    "le0",
];
/// Functions of one or two numbers, for suggestions.
const NUMBER_FUNCTIONS: [&str; 33] = [
    "abs", "sqrt", "sqr", "exp", "ln", "log", "log10", "sin", "cos", "tan", "asin", "acos", "atan",
    "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "int", "nint", "floor", "ceil", "sgn", "u",
    "u2", "uramp", "pow", "pwr", "min", "max", "atan2", "hypot",
];

pub(super) fn is_function(name: &str) -> bool {
    UnaryFunction::from_name(name).is_some()
        || BinaryFunction::from_name(name).is_some()
        || OTHER_FUNCTIONS.contains(&name)
}

pub(super) fn function_names() -> impl Iterator<Item = &'static str> {
    NUMBER_FUNCTIONS.into_iter().chain(OTHER_FUNCTIONS)
}

pub(super) fn constant_named(name: &str) -> Option<f64> {
    CONSTANTS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|&(_, value)| value)
}

/// The names of the constants.
pub(super) fn constant_names() -> impl Iterator<Item = &'static str> {
    CONSTANTS.iter().map(|&(name, _)| name)
}
