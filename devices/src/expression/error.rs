//! Why an expression cannot be compiled.

use thiserror::Error;

/// Why an expression cannot be compiled for a circuit.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ExpressionError {
    /// A name is neither a parameter nor a quantity of the circuit.
    #[error("`{name}` is not known here")]
    UnknownName {
        /// The name.
        name: String,
    },
    /// A node is not in the circuit.
    #[error("node `{name}` does not exist")]
    UnknownNode {
        /// The node.
        name: String,
    },
    /// An element has no current or no such quantity that an expression could use.
    #[error("`{reference}` is not available in this expression")]
    Unavailable {
        /// The reference as written.
        reference: String,
    },
    /// No function has that name.
    #[error("there is no function `{name}`")]
    UnknownFunction {
        /// The name.
        name: String,
    },
    /// A function has the wrong number of arguments.
    #[error("{function} takes {expected}, not {given}")]
    Arguments {
        /// The function.
        function: String,
        /// How many it takes, in words.
        expected: String,
        /// How many it has.
        given: usize,
    },
    /// The points of a table are not constant, not finite, or their abscissae do not increase.
    #[error("{function} needs constant points with increasing abscissae")]
    Points {
        /// The function.
        function: String,
    },
    /// A part has no value in a circuit: a text or the index of a vector.
    #[error("{what} has no value in this expression")]
    NoValue {
        /// The part.
        what: &'static str,
    },
    /// Functions call each other without end, or the expression grows beyond what can be evaluated.
    #[error("the expression is nested too deeply or calls itself without end")]
    TooLarge,
}
