//! Vector algebra: the value of an expression over the vectors of plots, as `print` and `let` of scripts need it.
//!
//! Scalars stretch to the length of their partner; two vectors of different lengths are an error. Comparisons and logic give
//! 1 or 0. Angles are in rad unless [`VectorScope::degrees`] is set.

mod calculus;
mod functions;
mod operators;
mod random;

use std::{borrow::Cow, cell::Cell, collections::BTreeMap};

use ohmloom_devices::expression::{BinaryOperator, Expression, UnaryOperator};
use thiserror::Error;

use super::{Complex64, Plot, PlotSet, Vector, VectorData, VectorKind};

pub use random::RandomSource;

/// Why an expression has no value.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum AlgebraError {
    /// No vector, function or device quantity of this name.
    #[error("no such {what} as `{name}`")]
    Unknown {
        /// `vector`, `function`, `plot` or `device quantity`.
        what: &'static str,
        /// The name that was looked for.
        name: String,
    },
    /// A function got a wrong number of arguments.
    #[error("`{name}` takes {expected} argument(s), not {found}")]
    Arguments {
        /// Name of the function.
        name: String,
        /// How many it takes.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// Two vectors that have different numbers of points.
    #[error("a vector of {left} points does not go with one of {right} points")]
    Lengths {
        /// Points of the first vector.
        left: usize,
        /// Points of the second vector.
        right: usize,
    },
    /// An operation outside of its domain.
    #[error("{0}")]
    Domain(String),
    /// The expression is too deep or does too much work.
    #[error("the expression is too large: {0}")]
    TooLarge(&'static str),
}

/// A function that a script defines: formal names and body.
#[derive(Clone, Debug, PartialEq)]
pub struct UserFunction {
    /// Formal names, lower case.
    pub formals: Vec<String>,
    /// What it computes.
    pub body: Expression,
}

/// Where the names of an expression find their values.
pub struct VectorScope<'a> {
    /// The plot in which plain names are looked up first; its scale is what `deriv` and `integ` go along.
    pub plot: &'a Plot,
    /// All plots, for names such as `tran1.v(out)`, and the constants.
    pub plots: &'a PlotSet,
    /// Functions that were defined, by name and number of arguments.
    pub functions: &'a BTreeMap<(String, usize), UserFunction>,
    /// The value of `@element[quantity]` at the last operating point.
    pub device: &'a dyn Fn(&str, &str) -> Option<f64>,
    /// Whether angles are in degrees (`set units=degrees`).
    pub degrees: bool,
    /// Random numbers for `sgauss`, `sunif` and the like.
    pub random: &'a RandomSource,
}

/// Most nested levels of an expression with its functions expanded.
const DEPTH_LIMIT: usize = 300;
/// Most operations of one evaluation.
const WORK_LIMIT: usize = 1_000_000;
/// Most points of a vector that a function makes.
const POINT_LIMIT: f64 = 1e7;

/// The value of an expression over the vectors of the current plot, without user functions, device quantities, or degrees.
pub fn evaluate_vector(expression: &Expression, plots: &PlotSet) -> Result<Vector, AlgebraError> {
    let scope = VectorScope {
        plot: plots.current(),
        plots,
        functions: &BTreeMap::new(),
        device: &|_, _| None,
        degrees: false,
        random: &RandomSource::default(),
    };
    evaluate_in(expression, &scope)
}

/// The value of an expression in a scope. The result of a computation has an empty name.
pub fn evaluate_in(
    expression: &Expression,
    scope: &VectorScope<'_>,
) -> Result<Vector, AlgebraError> {
    let evaluation = Evaluation {
        scope,
        work: Cell::new(0),
    };
    evaluation.evaluate(expression, scope.plot, 0)
}

/// A vector over one scale on the points of another, linearly between points and constant beyond the ends.
///
/// # Errors
/// [`AlgebraError`] when the lengths differ or the scale does not grow.
pub fn resampled(vector: &Vector, from: &Vector, to: &Vector) -> Result<Vector, AlgebraError> {
    calculus::interpolate(vector, Some(from), Some(to))
}

struct Evaluation<'a> {
    scope: &'a VectorScope<'a>,
    work: Cell<usize>,
}

impl Evaluation<'_> {
    fn evaluate(
        &self,
        expression: &Expression,
        plot: &Plot,
        depth: usize,
    ) -> Result<Vector, AlgebraError> {
        self.work.set(self.work.get() + 1);
        if depth > DEPTH_LIMIT {
            return Err(AlgebraError::TooLarge("it is nested too deeply"));
        }
        if self.work.get() > WORK_LIMIT {
            return Err(AlgebraError::TooLarge(
                "its functions expand to too many operations",
            ));
        }
        match expression {
            Expression::Number(value) => Ok(Vector::scalar("", *value)),
            Expression::Name(name) => self.named(name, plot),
            Expression::Text(text) => Err(AlgebraError::Domain(format!(
                "the text \"{text}\" has no numeric value"
            ))),
            Expression::Voltage(node, None) => self.named(&format!("v({node})"), plot),
            Expression::Voltage(plus, Some(minus)) => {
                self.named(&format!("v({plus},{minus})"), plot)
            }
            Expression::Current(element) => self.named(&format!("i({element})"), plot),
            Expression::DeviceValue(element, quantity) => {
                let name = format!("@{element}[{quantity}]");
                if let Some(found) = plot.stored(&name) {
                    return Ok(found.clone());
                }
                match (self.scope.device)(element, quantity) {
                    Some(value) => Ok(Vector::scalar(name, value)),
                    None => Err(AlgebraError::Unknown {
                        what: "device quantity",
                        name,
                    }),
                }
            }
            Expression::Unary(operator, operand) => {
                let operand = self.evaluate(operand, plot, depth + 1)?;
                let data = match operator {
                    UnaryOperator::Negate => functions::map(&operand.data, |x| -x, |z| -z),
                    UnaryOperator::Not => functions::map(
                        &operand.data,
                        |x| f64::from(x == 0.0),
                        |z| Complex64::new(f64::from(z == Complex64::ZERO), 0.0),
                    ),
                };
                Ok(computed(data))
            }
            Expression::Binary(..) => self.chain(expression, plot, depth),
            Expression::Conditional(condition, yes, no) => {
                let condition = self.evaluate(condition, plot, depth + 1)?;
                let yes = self.evaluate(yes, plot, depth + 1)?;
                let no = self.evaluate(no, plot, depth + 1)?;
                operators::choose(&condition.data, &yes.data, &no.data).map(computed)
            }
            Expression::Index(vector, index) => {
                let vector = self.evaluate(vector, plot, depth + 1)?;
                let (from, to) = match index.as_ref() {
                    Expression::Call(name, pair) if name == "range" && pair.len() == 2 => {
                        (pair.first(), pair.last())
                    }
                    one => (Some(one), None),
                };
                let at = |bound: Option<&Expression>| {
                    bound
                        .map(|bound| {
                            self.evaluate(bound, plot, depth + 1)
                                .map(|found| found.data)
                        })
                        .transpose()
                };
                let from = at(from)?.unwrap_or(VectorData::Real(Vec::new()));
                operators::index(&vector.data, &from, at(to)?.as_ref()).map(|data| Vector {
                    name: String::new(),
                    kind: vector.kind,
                    data,
                    logarithmic: false,
                })
            }
            Expression::Call(name, arguments) => self.call(name, arguments, plot, depth),
        }
    }

    /// A chain `a + b - c ...` leans to the left; it is walked in a loop so that its length does not deepen the stack.
    fn chain(
        &self,
        expression: &Expression,
        plot: &Plot,
        depth: usize,
    ) -> Result<Vector, AlgebraError> {
        let mut pending: Vec<(BinaryOperator, &Expression)> = Vec::new();
        let mut first = expression;
        while let Expression::Binary(operator, left, right) = first {
            pending.push((*operator, right));
            first = left;
        }
        let mut value = self.evaluate(first, plot, depth + 1)?;
        for (operator, right) in pending.into_iter().rev() {
            let right = self.evaluate(right, plot, depth + 1)?;
            value = computed(operators::binary(operator, &value.data, &right.data)?);
        }
        Ok(value)
    }

    fn named(&self, name: &str, plot: &Plot) -> Result<Vector, AlgebraError> {
        plot.vector(name)
            .or_else(|| self.scope.plots.vector(name))
            .map(Cow::into_owned)
            .ok_or_else(|| AlgebraError::Unknown {
                what: "vector",
                name: name.to_owned(),
            })
    }

    fn call(
        &self,
        name: &str,
        arguments: &[Expression],
        plot: &Plot,
        depth: usize,
    ) -> Result<Vector, AlgebraError> {
        if let Some(function) = self
            .scope
            .functions
            .get(&(name.to_owned(), arguments.len()))
        {
            let body = substitute(&function.body, &function.formals, arguments);
            return self.evaluate(&body, plot, depth + 10);
        }
        if name == "interpolate"
            && let [argument] = arguments
        {
            let source = self.plot_of(argument).unwrap_or(plot);
            let values = self.evaluate(argument, source, depth + 1)?;
            return calculus::interpolate(&values, source.scale(), plot.scale());
        }
        let values = arguments
            .iter()
            .map(|argument| self.evaluate(argument, plot, depth + 1))
            .collect::<Result<Vec<_>, _>>()?;
        match values.as_slice() {
            [value] => functions::one(name, value, plot.scale(), self.scope),
            [first, second] => functions::two(name, first, second),
            _ => Err(unknown_function(name)),
        }
    }

    /// The plot of which an expression's first qualified name (`tran1.v(out)`) speaks.
    fn plot_of(&self, expression: &Expression) -> Option<&Plot> {
        let Expression::Name(name) = expression else {
            return None;
        };
        self.scope.plots.plot(name.split_once('.')?.0)
    }
}

fn unknown_function(name: &str) -> AlgebraError {
    AlgebraError::Unknown {
        what: "function",
        name: name.to_owned(),
    }
}

fn computed(data: VectorData) -> Vector {
    Vector {
        name: String::new(),
        kind: VectorKind::NoType,
        data,
        logarithmic: false,
    }
}

/// The text of a node or element in an argument: a name or a node number.
fn plain_name(expression: &Expression) -> Option<String> {
    match expression {
        Expression::Name(name) | Expression::Text(name) => Some(name.clone()),
        Expression::Number(number) if number.fract() == 0.0 && (0.0..1e15).contains(number) => {
            Some(format!("{number}"))
        }
        _ => None,
    }
}

/// The body of a function with arguments in the places of its formal names, as text would be replaced: a formal inside
/// `v(...)` becomes the node that the argument names.
fn substitute(body: &Expression, formals: &[String], arguments: &[Expression]) -> Expression {
    let actual = |name: &str| {
        formals
            .iter()
            .position(|formal| formal == name)
            .and_then(|at| arguments.get(at))
    };
    let renamed = |name: &String| {
        actual(name)
            .and_then(plain_name)
            .unwrap_or_else(|| name.clone())
    };
    let inner = |expression: &Expression| Box::new(substitute(expression, formals, arguments));
    match body {
        Expression::Name(name) => actual(name).cloned().unwrap_or_else(|| body.clone()),
        Expression::Number(_) | Expression::Text(_) => body.clone(),
        Expression::Voltage(plus, minus) => {
            Expression::Voltage(renamed(plus), minus.as_ref().map(renamed))
        }
        Expression::Current(element) => Expression::Current(renamed(element)),
        Expression::DeviceValue(element, quantity) => {
            Expression::DeviceValue(renamed(element), quantity.clone())
        }
        Expression::Unary(operator, operand) => Expression::Unary(*operator, inner(operand)),
        Expression::Binary(operator, left, right) => {
            Expression::Binary(*operator, inner(left), inner(right))
        }
        Expression::Conditional(condition, yes, no) => {
            Expression::Conditional(inner(condition), inner(yes), inner(no))
        }
        Expression::Index(vector, index) => Expression::Index(inner(vector), inner(index)),
        Expression::Call(name, list) => Expression::Call(
            name.clone(),
            list.iter()
                .map(|argument| substitute(argument, formals, arguments))
                .collect(),
        ),
    }
}
