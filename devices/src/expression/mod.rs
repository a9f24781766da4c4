//! Expressions over circuit quantities: the tree that a netlist's `{...}` becomes, its value, and its derivatives.

mod tree;

pub use tree::{BinaryOperator, Expression, UnaryOperator};
