//! The value of a parameter expression: the language of `.param`, of `{...}` and of model cards.
//!
//! Values are those of ngspice's parameter language, which is not quite that of behavioural sources: `pow(x, y)` keeps the sign
//! rules of C, `x ^ y`, `x ** y` and `pwr(x, y)` take the power of the absolute value, and nothing is clamped. A result that
//! is not a finite number is an error.

use std::cell::Cell;

use ohmloom_devices::expression::{
    BinaryFunction, BinaryOperator, Expression, UnaryFunction, UnaryOperator,
};
use thiserror::Error;

/// How deep expressions and the functions that they call may be nested together.
const DEEPEST: u32 = 1200;
/// How many parts may be visited, which bounds functions that call each other many times.
const MOST_VISITS: u32 = 2_000_000;

/// A random number that an expression asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distribution {
    /// Normal, mean 0 and standard deviation 1.
    Normal,
    /// Uniform between -1 and 1.
    Uniform,
    /// -1 or 1, equally likely.
    Sign,
}

/// What the names in a parameter expression mean.
pub trait Scope {
    /// The value of a parameter, by its lower-case name.
    fn parameter(&self, name: &str) -> Option<f64>;

    /// The arguments and the body of a function. Such functions come before the built-in ones.
    fn function(&self, _name: &str) -> Option<(&[String], &Expression)> {
        None
    }

    /// The next random number; 0, which this gives unless a scope defines it otherwise, stands for the nominal value.
    fn random(&self, _distribution: Distribution) -> f64 {
        0.0
    }
}

/// Why an expression has no value.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum EvaluationError {
    /// A name is no parameter.
    #[error("parameter `{name}` is not defined")]
    UnknownParameter {
        /// The name.
        name: String,
    },
    /// A name is no function.
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
    /// A part of the expression is only known once the circuit is solved, or is no number.
    #[error("{what} cannot be used in a parameter")]
    NotConstant {
        /// The part, as written or in words.
        what: String,
    },
    /// The result is infinite or not a number.
    #[error("the result is not a finite number")]
    NotFinite,
    /// Functions call each other without end, or far too often.
    #[error("the expression is nested too deeply or calls itself without end")]
    TooLarge,
}

impl EvaluationError {
    /// The name that was not known, for suggestions.
    pub fn unknown_name(&self) -> Option<&str> {
        match self {
            Self::UnknownParameter { name } | Self::UnknownFunction { name } => Some(name),
            _ => None,
        }
    }
}

/// The value of an expression.
///
/// Functions: `abs sqrt sqr exp ln log log10 sin cos tan asin acos atan arctan sinh cosh tanh asinh acosh atanh int nint floor
/// ceil sgn min max pow pwr ternary_fcn if atan2 hypot fmod u u2 uramp`, the random `agauss(nominal, absolute, sigma)`,
/// `gauss(nominal, relative, sigma)`, `aunif(nominal, absolute)`, `unif(nominal, relative)`, `limit(nominal, absolute)`,
/// and `limit(x, low, high)`, which clamps. `pi` and `e` are known unless the scope has others.
///
/// # Errors
/// [`EvaluationError`] when a name has no meaning, a function is misused, or the result is not finite.
pub fn evaluate(expression: &Expression, scope: &dyn Scope) -> Result<f64, EvaluationError> {
    let evaluation = Evaluation {
        scope,
        visits: Cell::new(0),
    };
    let value = evaluation.value(expression, &[], 0)?;
    if value.is_finite() {
        Ok(value)
    } else {
        Err(EvaluationError::NotFinite)
    }
}

struct Evaluation<'a> {
    scope: &'a dyn Scope,
    visits: Cell<u32>,
}

/// The arguments of the function whose body is evaluated.
type Frame<'a> = [(&'a str, f64)];

impl Evaluation<'_> {
    fn value(
        &self,
        expression: &Expression,
        frame: &Frame<'_>,
        depth: u32,
    ) -> Result<f64, EvaluationError> {
        self.visits.set(self.visits.get() + 1);
        if depth > DEEPEST || self.visits.get() > MOST_VISITS {
            return Err(EvaluationError::TooLarge);
        }
        let value = |part: &Expression| self.value(part, frame, depth + 1);
        match expression {
            Expression::Number(number) => Ok(*number),
            Expression::Name(name) => self.name(name, frame),
            Expression::Unary(UnaryOperator::Negate, x) => Ok(-value(x)?),
            Expression::Unary(UnaryOperator::Not, x) => Ok(UnaryFunction::Not.evaluate(value(x)?)),
            Expression::Binary(operator, x, y) => Ok(binary(*operator, value(x)?, value(y)?)),
            Expression::Conditional(condition, yes, no) => {
                value(if value(condition)? == 0.0 { no } else { yes })
            }
            Expression::Call(function, arguments) => self.call(function, arguments, frame, depth),
            Expression::Text(_) => Err(not_constant("a quoted text")),
            Expression::Index(..) => Err(not_constant("the element of a vector")),
            Expression::Voltage(plus, None) => Err(not_constant(&format!("v({plus})"))),
            Expression::Voltage(plus, Some(minus)) => {
                Err(not_constant(&format!("v({plus},{minus})")))
            }
            Expression::Current(element) => Err(not_constant(&format!("i({element})"))),
            Expression::DeviceValue(device, quantity) => {
                Err(not_constant(&format!("@{device}[{quantity}]")))
            }
        }
    }

    fn name(&self, name: &str, frame: &Frame<'_>) -> Result<f64, EvaluationError> {
        if let Some((_, value)) = frame.iter().find(|(formal, _)| *formal == name) {
            return Ok(*value);
        }
        match (self.scope.parameter(name), name) {
            (Some(value), _) => Ok(value),
            (None, "pi") => Ok(std::f64::consts::PI),
            (None, "e") => Ok(std::f64::consts::E),
            (None, _) => Err(EvaluationError::UnknownParameter {
                name: name.to_owned(),
            }),
        }
    }

    fn call(
        &self,
        name: &str,
        arguments: &[Expression],
        frame: &Frame<'_>,
        depth: u32,
    ) -> Result<f64, EvaluationError> {
        let value = |part: &Expression| self.value(part, frame, depth + 1);
        let wrong = |expected: &str| EvaluationError::Arguments {
            function: name.to_owned(),
            expected: expected.to_owned(),
            given: arguments.len(),
        };
        if let Some((formals, body)) = self.scope.function(name) {
            if formals.len() != arguments.len() {
                return Err(wrong(&format!("{} arguments", formals.len())));
            }
            let mut inner = Vec::with_capacity(formals.len());
            for (formal, argument) in formals.iter().zip(arguments) {
                inner.push((formal.as_str(), value(argument)?));
            }
            return self.value(body, &inner, depth + 1);
        }
        match (name, arguments) {
            ("if" | "ternary_fcn", [condition, yes, no]) => {
                return value(if value(condition)? == 0.0 { no } else { yes });
            }
            ("if" | "ternary_fcn", _) => return Err(wrong("a condition and two values")),
            _ => {}
        }
        let numbers = arguments.iter().map(value).collect::<Result<Vec<_>, _>>()?;
        match (name, numbers.as_slice()) {
            ("exp", [x]) => Ok(x.exp()),
            ("ln" | "log", [x]) => Ok(x.ln()),
            ("log10", [x]) => Ok(x.log10()),
            ("pow", [x, y]) => Ok(x.powf(*y)),
            ("pwr", [x, y]) => Ok(x.abs().powf(*y)),
            ("agauss", [nominal, absolute, sigma]) => {
                Ok(nominal + absolute / sigma * self.scope.random(Distribution::Normal))
            }
            ("gauss", [nominal, relative, sigma]) => {
                Ok(nominal * (1.0 + relative / sigma * self.scope.random(Distribution::Normal)))
            }
            ("agauss" | "gauss", _) => {
                Err(wrong("a nominal value, a variation and a number of sigma"))
            }
            ("aunif", [nominal, absolute]) => {
                Ok(nominal + absolute * self.scope.random(Distribution::Uniform))
            }
            ("unif", [nominal, relative]) => {
                Ok(nominal * (1.0 + relative * self.scope.random(Distribution::Uniform)))
            }
            ("limit", [nominal, absolute]) => {
                Ok(nominal + absolute * self.scope.random(Distribution::Sign))
            }
            ("limit", [x, low, high]) => Ok(x.max(low.min(*high)).min(high.max(*low))),
            ("aunif" | "unif", _) => Err(wrong("a nominal value and a variation")),
            ("limit", _) => Err(wrong(
                "a nominal value and a variation, or a value and two bounds",
            )),
            (_, numbers) => built_in(name, numbers, &wrong),
        }
    }
}

/// The functions that the parameter language shares with behavioural sources.
fn built_in(
    name: &str,
    numbers: &[f64],
    wrong: &dyn Fn(&str) -> EvaluationError,
) -> Result<f64, EvaluationError> {
    if let Some(function) = UnaryFunction::from_name(name) {
        return match numbers {
            [x] => Ok(function.evaluate(*x)),
            _ => Err(wrong("one argument")),
        };
    }
    match (BinaryFunction::from_name(name), numbers) {
        (Some(function @ (BinaryFunction::Min | BinaryFunction::Max)), [first, rest @ ..]) => {
            Ok(rest
                .iter()
                .fold(*first, |value, next| function.evaluate(value, *next)))
        }
        (Some(BinaryFunction::Min | BinaryFunction::Max), []) => {
            Err(wrong("at least one argument"))
        }
        (Some(function), [x, y]) => Ok(function.evaluate(*x, *y)),
        (Some(_), _) => Err(wrong("two arguments")),
        (None, _) => Err(EvaluationError::UnknownFunction {
            name: name.to_owned(),
        }),
    }
}

fn binary(operator: BinaryOperator, x: f64, y: f64) -> f64 {
    match operator {
        BinaryOperator::Divide => x / y,
        BinaryOperator::IntegerDivide => (x / y).trunc(),
        _ => BinaryFunction::from(operator).evaluate(x, y),
    }
}

fn not_constant(what: &str) -> EvaluationError {
    EvaluationError::NotConstant {
        what: what.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::parse;

    struct Bench(Vec<(&'static str, Vec<String>, Expression)>);

    impl Scope for Bench {
        fn parameter(&self, name: &str) -> Option<f64> {
            (name == "two").then_some(2.0)
        }
        fn function(&self, name: &str) -> Option<(&[String], &Expression)> {
            self.0
                .iter()
                .find(|known| known.0 == name)
                .map(|known| (known.1.as_slice(), &known.2))
        }
        fn random(&self, distribution: Distribution) -> f64 {
            match distribution {
                Distribution::Normal => 2.0,
                Distribution::Uniform => 0.5,
                Distribution::Sign => -1.0,
            }
        }
    }

    fn bench() -> Bench {
        let define = |name, formals: &[&str], body| {
            (
                name,
                formals.iter().map(|formal| (*formal).to_owned()).collect(),
                parse(body).unwrap(),
            )
        };
        Bench(vec![
            define("area", &["w", "l"], "w*l+two"),
            define("factorial", &["n"], "n<=1?1:n*factorial(n-1)"),
            define("endless", &["n"], "endless(n+1)"),
            define("twice", &["n"], "n<0?0:twice(n-1)+twice(n-1)"),
        ])
    }

    fn value(text: &str) -> Result<f64, EvaluationError> {
        evaluate(&parse(text).unwrap(), &bench())
    }

    /// Values printed by ngspice 39.3 (`listing param`), or exact ones.
    #[test]
    fn values_are_those_of_the_parameter_language() {
        for (text, expected) in [
            ("-2^2", -4.0),
            ("2^3^2", 64.0),
            ("2**-1", 0.5),
            ("(-2)^3", 8.0),
            ("-2**3", -8.0),
            ("pow(-2,3)", -8.0),
            ("pwr(-2,2)", 4.0),
            ("7\\2", 3.0),
            ("-7\\2", -3.0),
            ("7.5\\2", 3.0),
            ("-7%4", -3.0),
            ("5.5%2", 1.5),
            ("10\\3*3", 9.0),
            ("int(-2.7)", -2.0),
            ("nint(2.5)", 2.0),
            ("nint(3.5)", 4.0),
            ("nint(-2.5)", -2.0),
            ("floor(-2.5)", -3.0),
            ("ceil(-2.5)", -2.0),
            ("sgn(0)", 0.0),
            ("!2", 0.0),
            ("!1+1", 1.0),
            ("1+1?5:6", 5.0),
            ("0?1:0?2:3", 3.0),
            ("1?0?5:6:7", 6.0),
            ("1||0&&0", 1.0),
            ("1<2<3", 1.0),
            ("3>2>1", 0.0),
            ("1<>2", 1.0),
            ("1=1", 1.0),
            ("0^0", 1.0),
            ("ternary_fcn(0,1/0,2)", 2.0),
            ("sqr(3)", 9.0),
            ("min(1,2,3)", 1.0),
            ("max(1,3,2)", 3.0),
            ("2x+1", 3.0),
            ("{two}*{two+1}", 6.0),
            ("area(3, 4)", 14.0),
            ("factorial(5)", 120.0),
            ("agauss(10, 3, 3)", 12.0),
            ("gauss(10, 0.3, 3)", 12.0),
            ("aunif(10, 2)", 11.0),
            ("unif(10, 0.2)", 11.0),
            ("limit(10, 2)", 8.0),
            ("limit(10, 2, 4)", 4.0),
            ("arctan(1)*4-pi", 0.0),
        ] {
            let found = value(text).unwrap();
            assert!(
                (found - expected).abs() <= 1e-14 * expected.abs(),
                "{text} = {found}"
            );
        }
    }

    #[test]
    fn errors_name_what_is_wrong() {
        assert_eq!(value("two*tow").unwrap_err().unknown_name(), Some("tow"));
        assert_eq!(value("sine(two)").unwrap_err().unknown_name(), Some("sine"));
        assert_eq!(
            value("area(1)").unwrap_err().to_string(),
            "area takes 2 arguments, not 1"
        );
        assert_eq!(
            value("sin(1,2)").unwrap_err().to_string(),
            "sin takes one argument, not 2"
        );
        assert_eq!(
            value("1+v(a,b)").unwrap_err().to_string(),
            "v(a,b) cannot be used in a parameter"
        );
        for text in ["1/0", "sqrt(-4)", "ln(0)", "exp(1000)", "asin(2)"] {
            assert_eq!(value(text), Err(EvaluationError::NotFinite), "{text}");
        }
    }

    #[test]
    fn endless_functions_end() {
        assert_eq!(value("endless(1)"), Err(EvaluationError::TooLarge));
        assert_eq!(value("twice(60)"), Err(EvaluationError::TooLarge));
    }
}
