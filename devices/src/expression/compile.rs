//! From the tree of an expression to a program.

use std::collections::HashMap;

use super::error::ExpressionError;
use super::functions::{BinaryFunction, UnaryFunction};
use super::piecewise::PiecewiseLinear;
use super::program::{Program, Step};
use super::tree::{Expression, UnaryOperator};

/// How deep expressions and the functions that they call may be nested together.
const DEEPEST: u32 = 1200;
/// How many parts may be visited, which bounds functions that call each other many times.
const MOST_VISITS: u32 = 2_000_000;

/// Something that an expression refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference<'a> {
    /// The potential of a node.
    Node(&'a str),
    /// The current of an element.
    Current(&'a str),
    /// `@device[quantity]`.
    DeviceValue(&'a str, &'a str),
    /// A parameter, or one of `time`, `temper`, `hertz`.
    Name(&'a str),
    /// The time derivative of the argument of `ddt` number `k`, in the order of [`Program::derivative_argument`].
    Derivative(usize),
}

/// What a reference stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Binding {
    /// The input of that number.
    Input(usize),
    /// A number.
    Constant(f64),
}

/// Gives meaning to the names in an expression.
pub trait Resolver {
    /// What a reference stands for, `None` when it has no meaning here. `pi` and `e` need not be known.
    fn resolve(&mut self, reference: Reference<'_>) -> Option<Binding>;

    /// The arguments and the body of a function that the netlist defines. Such functions come before the built-in ones.
    fn function(&self, _name: &str) -> Option<(Vec<String>, Expression)> {
        None
    }
}

impl Program {
    /// Compiles an expression. Parts that are constant are evaluated now, parts that are equal once; of a conditional with a
    /// constant condition only the part that counts must have a meaning.
    ///
    /// # Errors
    /// [`ExpressionError`] when the expression refers to something that the resolver does not know, misuses a function, or
    /// is too large.
    pub fn compile(
        expression: &Expression,
        resolver: &mut dyn Resolver,
    ) -> Result<Self, ExpressionError> {
        let mut compiler = Compiler {
            resolver,
            steps: Vec::new(),
            known: HashMap::new(),
            tables: Vec::new(),
            inputs: 0,
            derivatives: Vec::new(),
            visits: 0,
        };
        let output = compiler.step(expression, &[], 0)?;
        let mut program = Self {
            steps: compiler.steps,
            tables: compiler.tables,
            inputs: compiler.inputs,
            output,
            derivatives: compiler.derivatives,
        };
        program.prune();
        Ok(program)
    }
}

/// A step that can be looked up: numbers by their bits.
type Key = (u8, u64, u32, u32, u32);

struct Compiler<'a> {
    resolver: &'a mut dyn Resolver,
    steps: Vec<Step>,
    known: HashMap<Key, u32>,
    tables: Vec<PiecewiseLinear>,
    inputs: usize,
    derivatives: Vec<u32>,
    visits: u32,
}

/// The arguments of the function whose body is compiled.
type Frame = [(String, u32)];

impl Compiler<'_> {
    fn step(
        &mut self,
        expression: &Expression,
        frame: &Frame,
        depth: u32,
    ) -> Result<u32, ExpressionError> {
        self.visits += 1;
        if depth > DEEPEST || self.visits > MOST_VISITS {
            return Err(ExpressionError::TooLarge);
        }
        let depth = depth + 1;
        match expression {
            Expression::Number(value) => Ok(self.constant(*value)),
            Expression::Name(name) => self.name(name, frame),
            Expression::Text(_) => Err(ExpressionError::NoValue {
                what: "a quoted text",
            }),
            Expression::Index(..) => Err(ExpressionError::NoValue {
                what: "the element of a vector",
            }),
            Expression::Voltage(plus, minus) => {
                let plus = self.node(plus)?;
                match minus {
                    None => Ok(plus),
                    Some(minus) => {
                        let minus = self.node(minus)?;
                        Ok(self.binary(BinaryFunction::Subtract, plus, minus))
                    }
                }
            }
            Expression::Current(element) => {
                match self.resolver.resolve(Reference::Current(element)) {
                    Some(binding) => self.bind(binding),
                    None => Err(ExpressionError::Unavailable {
                        reference: format!("i({element})"),
                    }),
                }
            }
            Expression::DeviceValue(device, quantity) => {
                match self
                    .resolver
                    .resolve(Reference::DeviceValue(device, quantity))
                {
                    Some(binding) => self.bind(binding),
                    None => Err(ExpressionError::Unavailable {
                        reference: format!("@{device}[{quantity}]"),
                    }),
                }
            }
            Expression::Unary(operator, x) => {
                let x = self.step(x, frame, depth)?;
                let function = match operator {
                    UnaryOperator::Negate => UnaryFunction::Negate,
                    UnaryOperator::Not => UnaryFunction::Not,
                };
                Ok(self.unary(function, x))
            }
            Expression::Binary(operator, x, y) => {
                let x = self.step(x, frame, depth)?;
                let y = self.step(y, frame, depth)?;
                Ok(self.binary((*operator).into(), x, y))
            }
            Expression::Conditional(condition, yes, no) => {
                self.select([condition, yes, no], frame, depth)
            }
            Expression::Call(function, arguments) => self.call(function, arguments, frame, depth),
        }
    }

    fn name(&mut self, name: &str, frame: &Frame) -> Result<u32, ExpressionError> {
        if let Some((_, step)) = frame.iter().find(|(formal, _)| formal == name) {
            return Ok(*step);
        }
        match (self.resolver.resolve(Reference::Name(name)), name) {
            (Some(binding), _) => self.bind(binding),
            (None, "pi") => Ok(self.constant(std::f64::consts::PI)),
            (None, "e") => Ok(self.constant(std::f64::consts::E)),
            (None, _) => Err(ExpressionError::UnknownName {
                name: name.to_owned(),
            }),
        }
    }

    fn node(&mut self, name: &str) -> Result<u32, ExpressionError> {
        match self.resolver.resolve(Reference::Node(name)) {
            Some(binding) => self.bind(binding),
            None => Err(ExpressionError::UnknownNode {
                name: name.to_owned(),
            }),
        }
    }

    fn bind(&mut self, binding: Binding) -> Result<u32, ExpressionError> {
        match binding {
            Binding::Constant(value) => Ok(self.constant(value)),
            Binding::Input(input) => {
                let number = u32::try_from(input).map_err(|_| ExpressionError::TooLarge)?;
                self.inputs = self.inputs.max(input + 1);
                Ok(self.push(Step::Input(number), (1, 0, number, 0, 0)))
            }
        }
    }

    fn select(
        &mut self,
        parts: [&Expression; 3],
        frame: &Frame,
        depth: u32,
    ) -> Result<u32, ExpressionError> {
        let [condition, yes, no] = parts;
        let condition = self.step(condition, frame, depth)?;
        if let Some(value) = self.value(condition) {
            return self.step(if value == 0.0 { no } else { yes }, frame, depth);
        }
        let yes = self.step(yes, frame, depth)?;
        let no = self.step(no, frame, depth)?;
        if yes == no {
            return Ok(yes);
        }
        Ok(self.push(Step::Select(condition, yes, no), (2, 0, condition, yes, no)))
    }

    fn call(
        &mut self,
        name: &str,
        arguments: &[Expression],
        frame: &Frame,
        depth: u32,
    ) -> Result<u32, ExpressionError> {
        let wrong = |expected: &str| ExpressionError::Arguments {
            function: name.to_owned(),
            expected: expected.to_owned(),
            given: arguments.len(),
        };
        if let Some((formals, body)) = self.resolver.function(name) {
            if formals.len() != arguments.len() {
                return Err(wrong(&format!("{} arguments", formals.len())));
            }
            let mut inner = Vec::with_capacity(formals.len());
            for (formal, argument) in formals.into_iter().zip(arguments) {
                inner.push((formal, self.step(argument, frame, depth)?));
            }
            return self.step(&body, &inner, depth);
        }
        if let Some(function) = UnaryFunction::from_name(name) {
            let [x] = arguments else {
                return Err(wrong("one argument"));
            };
            let x = self.step(x, frame, depth)?;
            return Ok(self.unary(function, x));
        }
        match (name, arguments) {
            ("if" | "ternary_fcn", [condition, yes, no]) => {
                self.select([condition, yes, no], frame, depth)
            }
            ("if" | "ternary_fcn", _) => Err(wrong("a condition and two values")),
            ("limit", [x, low, high]) => {
                let x = self.step(x, frame, depth)?;
                let low = self.step(low, frame, depth)?;
                let high = self.step(high, frame, depth)?;
                let (least, most) = (
                    self.binary(BinaryFunction::Min, low, high),
                    self.binary(BinaryFunction::Max, low, high),
                );
                let raised = self.binary(BinaryFunction::Max, x, least);
                Ok(self.binary(BinaryFunction::Min, raised, most))
            }
            ("limit", _) => Err(wrong("a value and two bounds")),
            ("eq0" | "ne0" | "gt0" | "ge0" | "lt0" | "le0", [x]) => {
                let x = self.step(x, frame, depth)?;
                let zero = self.constant(0.0);
                let function = match name {
                    "eq0" => BinaryFunction::Equal,
                    "ne0" => BinaryFunction::NotEqual,
                    "gt0" => BinaryFunction::Greater,
                    "ge0" => BinaryFunction::GreaterOrEqual,
                    "lt0" => BinaryFunction::Less,
                    _ => BinaryFunction::LessOrEqual,
                };
                Ok(self.binary(function, x, zero))
            }
            ("pwl" | "table", [x, points @ ..]) => {
                let x = self.step(x, frame, depth)?;
                self.piecewise(name, x, points, frame, depth)
            }
            ("pwl" | "table", []) => Err(wrong("a value and points")),
            ("ddt", [x]) => self.derivative(x, frame, depth),
            ("ddt" | "eq0" | "ne0" | "gt0" | "ge0" | "lt0" | "le0", _) => {
                Err(wrong("one argument"))
            }
            _ => self.fold(name, arguments, frame, depth),
        }
    }

    /// A function of two arguments, or of more when it is `min` or `max`.
    fn fold(
        &mut self,
        name: &str,
        arguments: &[Expression],
        frame: &Frame,
        depth: u32,
    ) -> Result<u32, ExpressionError> {
        let Some(function) = BinaryFunction::from_name(name) else {
            return Err(ExpressionError::UnknownFunction {
                name: name.to_owned(),
            });
        };
        let many = matches!(function, BinaryFunction::Min | BinaryFunction::Max);
        let expected = if many {
            "at least one argument"
        } else {
            "two arguments"
        };
        let wrong = || ExpressionError::Arguments {
            function: name.to_owned(),
            expected: expected.to_owned(),
            given: arguments.len(),
        };
        if !many && arguments.len() != 2 {
            return Err(wrong());
        }
        let (first, rest) = arguments.split_first().ok_or_else(wrong)?;
        let mut value = self.step(first, frame, depth)?;
        for argument in rest {
            let next = self.step(argument, frame, depth)?;
            value = self.binary(function, value, next);
        }
        Ok(value)
    }

    fn piecewise(
        &mut self,
        name: &str,
        x: u32,
        points: &[Expression],
        frame: &Frame,
        depth: u32,
    ) -> Result<u32, ExpressionError> {
        if !points.len().is_multiple_of(2) {
            return Err(ExpressionError::Arguments {
                function: name.to_owned(),
                expected: "a value and pairs of numbers".to_owned(),
                given: points.len() + 1,
            });
        }
        let error = || ExpressionError::Points {
            function: name.to_owned(),
        };
        let mut numbers = Vec::with_capacity(points.len());
        for point in points {
            let step = self.step(point, frame, depth)?;
            numbers.push(self.value(step).ok_or_else(error)?);
        }
        let pairs = numbers
            .chunks_exact(2)
            .filter_map(|pair| Some((*pair.first()?, *pair.last()?)))
            .collect();
        let table = PiecewiseLinear::new(pairs, name == "pwl").map_err(|_| error())?;
        if let Some(value) = self.value(x) {
            return Ok(self.constant(table.evaluate(value).0));
        }
        let known = self.tables.iter().position(|known| *known == table);
        let number = known.unwrap_or(self.tables.len());
        if known.is_none() {
            self.tables.push(table);
        }
        let number = u32::try_from(number).map_err(|_| ExpressionError::TooLarge)?;
        Ok(self.push(Step::Piecewise(number, x), (3, 0, number, x, 0)))
    }

    /// `ddt(x)`: 0 for a constant; equal arguments share one derivative.
    fn derivative(
        &mut self,
        x: &Expression,
        frame: &Frame,
        depth: u32,
    ) -> Result<u32, ExpressionError> {
        let x = self.step(x, frame, depth)?;
        if self.value(x).is_some() {
            return Ok(self.constant(0.0));
        }
        let known = self.derivatives.iter().position(|known| *known == x);
        let k = known.unwrap_or(self.derivatives.len());
        if known.is_none() {
            self.derivatives.push(x);
        }
        match self.resolver.resolve(Reference::Derivative(k)) {
            Some(binding) => self.bind(binding),
            None => Err(ExpressionError::Unavailable {
                reference: "ddt(...)".to_owned(),
            }),
        }
    }

    fn value(&self, step: u32) -> Option<f64> {
        match self.steps.get(step as usize) {
            Some(Step::Constant(value)) => Some(*value),
            _ => None,
        }
    }

    fn constant(&mut self, value: f64) -> u32 {
        self.push(Step::Constant(value), (0, value.to_bits(), 0, 0, 0))
    }

    fn unary(&mut self, function: UnaryFunction, x: u32) -> u32 {
        match self.value(x) {
            Some(value) => self.constant(function.evaluate(value)),
            None => self.push(Step::Unary(function, x), (4, function as u64, x, 0, 0)),
        }
    }

    fn binary(&mut self, function: BinaryFunction, x: u32, y: u32) -> u32 {
        match (function, self.value(x), self.value(y)) {
            (_, Some(a), Some(b)) => self.constant(function.evaluate(a, b)),
            (BinaryFunction::Power, None, Some(2.0)) => self.unary(UnaryFunction::Square, x),
            (BinaryFunction::Multiply, Some(1.0), None) => y,
            (BinaryFunction::Multiply | BinaryFunction::Divide, None, Some(1.0)) => x,
            _ => self.push(Step::Binary(function, x, y), (5, function as u64, x, y, 0)),
        }
    }

    /// The number of a step, old or new. The number of visits bounds that of steps.
    fn push(&mut self, step: Step, key: Key) -> u32 {
        let next = self.steps.len() as u32;
        let number = *self.known.entry(key).or_insert(next);
        if number == next {
            self.steps.push(step);
        }
        number
    }
}
