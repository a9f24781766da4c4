//! Expressions over circuit quantities: the tree that a netlist's `{...}` becomes, its value, and its derivatives.

mod behavioural;
mod compile;
mod construct;
mod display;
mod error;
mod functions;
mod inputs;
mod passive;
mod piecewise;
mod program;
mod tree;

pub use behavioural::{BehaviouralOptions, BehaviouralSource};
pub use compile::{Binding, Reference, Resolver};
pub use construct::{polynomial, table};
pub use error::ExpressionError;
pub use functions::{BinaryFunction, UnaryFunction};
pub use inputs::CircuitNames;
pub use program::{Program, Workspace};
pub use tree::{BinaryOperator, Expression, UnaryOperator};
