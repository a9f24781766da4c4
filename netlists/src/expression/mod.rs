//! Expressions of the SPICE language: from text to the tree, and the value of parameter expressions.

mod error;
mod evaluate;
mod lexer;
#[cfg(test)]
mod ngspice_tests;
mod nodes;
mod parser;
#[cfg(test)]
mod tests;

pub use error::SyntaxError;
pub use evaluate::{Distribution, EvaluationError, Scope, evaluate};
pub use parser::{parse, parse_prefix, parse_vector, parse_vector_prefix};
