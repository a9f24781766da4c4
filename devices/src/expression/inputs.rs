//! Where the inputs of a behavioural element's expression come from.

use ohmloom_solver::circuit::Unknown;

use super::compile::{Binding, Reference, Resolver};
use super::tree::Expression;

/// What the names in the expression of an element mean.
pub trait CircuitNames {
    /// The node of that name.
    fn node(&mut self, name: &str) -> Option<Unknown>;

    /// The value of a parameter.
    fn parameter(&self, name: &str) -> Option<f64>;

    /// The arguments and the body of a function of the netlist.
    fn function(&self, _name: &str) -> Option<(Vec<String>, Expression)> {
        None
    }
}

/// Where an input of the program comes from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Input {
    Unknown(Unknown),
    /// The current of another element, found when the matrix is laid out.
    Branch(String),
    OwnBranch,
    /// The state of a `ddt`.
    Derivative(usize),
    /// Seconds.
    Time,
    /// Degrees Celsius.
    Temperature,
    /// Hertz.
    Frequency,
}

/// Collects the inputs of a program while it is compiled.
pub(super) struct Inputs<'a> {
    pub(super) names: &'a mut dyn CircuitNames,
    /// The name of the element, when it has a branch current.
    pub(super) own: Option<&'a str>,
    pub(super) found: Vec<Input>,
}

impl Inputs<'_> {
    fn input(&mut self, input: Input) -> Binding {
        let known = self.found.iter().position(|found| *found == input);
        Binding::Input(known.unwrap_or_else(|| {
            self.found.push(input);
            self.found.len() - 1
        }))
    }
}

impl Resolver for Inputs<'_> {
    fn resolve(&mut self, reference: Reference<'_>) -> Option<Binding> {
        let input = match reference {
            Reference::Node(name) => match self.names.node(name)? {
                ground if ground.is_ground() => return Some(Binding::Constant(0.0)),
                node => Input::Unknown(node),
            },
            Reference::Current(element) if self.own == Some(element) => Input::OwnBranch,
            Reference::Current(element) => Input::Branch(element.to_owned()),
            Reference::Derivative(k) => Input::Derivative(k),
            Reference::DeviceValue(..) => return None,
            Reference::Name(name) => match (self.names.parameter(name), name) {
                (Some(value), _) => return Some(Binding::Constant(value)),
                (None, "time") => Input::Time,
                (None, "temper") => Input::Temperature,
                (None, "hertz") => Input::Frequency,
                (None, _) => return None,
            },
        };
        Some(self.input(input))
    }

    fn function(&self, name: &str) -> Option<(Vec<String>, Expression)> {
        self.names.function(name)
    }
}

/// The name under which a passive element's expression finds the voltage across it. No netlist can contain it.
const PLUS: &str = " plus";
/// See [`PLUS`].
const MINUS: &str = " minus";

/// The voltage across the element.
pub(super) fn across() -> Expression {
    Expression::Voltage(PLUS.to_owned(), Some(MINUS.to_owned()))
}

/// The names of a circuit, and those of an element's own terminals.
pub(super) struct WithTerminals<'a> {
    pub(super) names: &'a mut dyn CircuitNames,
    pub(super) nodes: (Unknown, Unknown),
}

impl CircuitNames for WithTerminals<'_> {
    fn node(&mut self, name: &str) -> Option<Unknown> {
        match name {
            PLUS => Some(self.nodes.0),
            MINUS => Some(self.nodes.1),
            _ => self.names.node(name),
        }
    }

    fn parameter(&self, name: &str) -> Option<f64> {
        self.names.parameter(name)
    }

    fn function(&self, name: &str) -> Option<(Vec<String>, Expression)> {
        self.names.function(name)
    }
}
