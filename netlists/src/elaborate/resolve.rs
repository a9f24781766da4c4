//! Expressions: parameters replaced by numbers, functions by their bodies, local names by those of the flat circuit.

use std::rc::Rc;

use ohmloom_devices::expression::Expression;

use super::known::{
    RANDOM_FUNCTIONS, VARIABLES, constant_named, constant_names, function_names, is_function,
};
use super::parameters::Context;
use super::tables::Function;
use super::{Elaborator, Failed, Reference, ReferenceName, Value};
use crate::deck::LineText;
use crate::diagnostics::Diagnostic;
use crate::expression::{evaluate, parse};
use crate::numbers::parse_number;

/// How deep expressions may be nested, functions and waiting parameters included.
const DEPTH_LIMIT: u32 = 1800;
/// How many calls of `.func` functions one expression may need.
const CALL_LIMIT: u32 = 100_000;
/// How deep `.func` functions may call each other.
const CALL_DEPTH_LIMIT: usize = 100;

/// What an expression may contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Parameters and constants only.
    Constant,
    /// Voltages, currents, `time`, `temper`, `hertz`.
    Behavioural,
}

/// A function that is being replaced by its body.
#[derive(Clone, Copy)]
struct Call<'c, 'd> {
    function: &'c Function<'d>,
    arguments: &'c [Expression],
    outer: Option<&'c Call<'c, 'd>>,
}

/// What stays the same within one expression.
struct Work<'d> {
    text: LineText<'d>,
    context: Context,
    kind: Kind,
    calls: u32,
}

impl<'d> Elaborator<'d> {
    /// The number that a text of the innermost frame means.
    pub(super) fn constant(&mut self, text: LineText<'d>) -> Result<f64, Failed> {
        self.constant_in(text, self.here())
    }

    /// The number that a text means in a context.
    pub(super) fn constant_in(
        &mut self,
        text: LineText<'d>,
        context: Context,
    ) -> Result<f64, Failed> {
        if let Some(number) = plain_number(text.text) {
            return Ok(number);
        }
        let tree = self.resolve_text(text, context, Kind::Constant)?;
        self.number(&tree, text)
    }

    /// The number or expression that a text of the innermost frame means.
    pub(super) fn read_value(&mut self, text: LineText<'d>) -> Result<Value, Failed> {
        if let Some(number) = plain_number(text.text) {
            return Ok(Value::Number(number));
        }
        let tree = self.resolve_text(text, self.here(), Kind::Behavioural)?;
        if is_constant(&tree) {
            self.number(&tree, text).map(Value::Number)
        } else {
            Ok(Value::Expression(Box::new(tree)))
        }
    }

    /// The expression that a text of the innermost frame means, where only a plain number becomes a number: constant parts
    /// are left to the rules of behavioural sources.
    pub(super) fn read_behaviour(&mut self, text: LineText<'d>) -> Result<Value, Failed> {
        if let Some(number) = plain_number(text.text) {
            return Ok(Value::Number(number));
        }
        Ok(
            match self.resolve_text(text, self.here(), Kind::Behavioural)? {
                Expression::Number(number) => Value::Number(number),
                tree => Value::Expression(Box::new(tree)),
            },
        )
    }

    /// The value of a tree without quantities of the simulation.
    fn number(&mut self, tree: &Expression, text: LineText<'d>) -> Result<f64, Failed> {
        match evaluate(tree, &self.random) {
            Ok(number) => Ok(number),
            Err(error) => self.fail(Diagnostic::error(text.span, error.to_string())),
        }
    }

    /// The number that a text means, if it is one without any name that is not a parameter; nothing is reported.
    pub(super) fn quiet_constant(&mut self, text: LineText<'d>) -> Option<f64> {
        if let Some(number) = plain_number(text.text) {
            return Some(number);
        }
        let tree = parse(text.text).ok()?;
        if !self.is_known(&tree) {
            return None;
        }
        self.constant(text).ok()
    }

    /// True when all names are parameters and all functions are built in.
    fn is_known(&self, tree: &Expression) -> bool {
        match tree {
            Expression::Number(_) => true,
            Expression::Name(name) => constant_named(name).is_some() || self.is_parameter(name),
            Expression::Unary(_, operand) => self.is_known(operand),
            Expression::Binary(_, left, right) => self.is_known(left) && self.is_known(right),
            Expression::Conditional(condition, yes, no) => {
                self.is_known(condition) && self.is_known(yes) && self.is_known(no)
            }
            Expression::Call(name, arguments) => {
                is_function(name) && arguments.iter().all(|argument| self.is_known(argument))
            }
            _ => false,
        }
    }

    fn resolve_text(
        &mut self,
        text: LineText<'d>,
        context: Context,
        kind: Kind,
    ) -> Result<Expression, Failed> {
        let tree = match parse(text.text) {
            Ok(tree) => tree,
            Err(error) => return self.syntax_error(text, &error),
        };
        let mut work = Work {
            text,
            context,
            kind,
            calls: 0,
        };
        self.resolve(&tree, &mut work, None)
    }

    fn resolve(
        &mut self,
        tree: &Expression,
        work: &mut Work<'d>,
        call: Option<&Call<'_, 'd>>,
    ) -> Result<Expression, Failed> {
        if self.depth >= DEPTH_LIMIT {
            return self.fail(Diagnostic::error(
                work.text.span,
                "this expression is nested too deeply",
            ));
        }
        self.depth += 1;
        let result = self.resolve_node(tree, work, call);
        self.depth -= 1;
        result
    }

    fn resolve_node(
        &mut self,
        tree: &Expression,
        work: &mut Work<'d>,
        call: Option<&Call<'_, 'd>>,
    ) -> Result<Expression, Failed> {
        Ok(match tree {
            Expression::Number(_) | Expression::Text(_) => tree.clone(),
            Expression::Name(name) => match bound(name, call) {
                Some(argument) => argument.clone(),
                None => self.resolve_name(name, work, call)?,
            },
            Expression::Voltage(plus, minus) => {
                self.check_behavioural(work, "a voltage")?;
                let plus = self.resolve_node_name(plus, work, call);
                let minus = minus
                    .as_ref()
                    .map(|minus| self.resolve_node_name(minus, work, call));
                Expression::Voltage(plus, minus)
            }
            Expression::Current(element) => {
                self.check_behavioural(work, "a current")?;
                let element = bound_name(element, call);
                let place = Self::place_of(&element, work, call);
                let number = self.element_reference(
                    LineText {
                        text: "",
                        span: place.span,
                    },
                    &element,
                )?;
                Expression::Current(self.circuit.element_names.name(number).to_owned())
            }
            Expression::DeviceValue(device, quantity) => {
                self.check_behavioural(work, "a quantity of a device")?;
                let place = Self::place_of(device, work, call);
                let number = self.element_reference(
                    LineText {
                        text: "",
                        span: place.span,
                    },
                    device,
                )?;
                Expression::DeviceValue(
                    self.circuit.element_names.name(number).to_owned(),
                    quantity.clone(),
                )
            }
            Expression::Unary(operator, operand) => {
                Expression::Unary(*operator, Box::new(self.resolve(operand, work, call)?))
            }
            Expression::Binary(operator, left, right) => {
                let left = self.resolve(left, work, call)?;
                Expression::Binary(
                    *operator,
                    Box::new(left),
                    Box::new(self.resolve(right, work, call)?),
                )
            }
            Expression::Conditional(condition, yes, no) => {
                let condition = self.resolve(condition, work, call)?;
                if is_constant(&condition) {
                    // Only the branch that holds, so that functions may call themselves.
                    let holds = self.number(&condition, work.text)? != 0.0;
                    return self.resolve(if holds { yes } else { no }, work, call);
                }
                let yes = self.resolve(yes, work, call)?;
                Expression::Conditional(
                    Box::new(condition),
                    Box::new(yes),
                    Box::new(self.resolve(no, work, call)?),
                )
            }
            Expression::Call(name, arguments) => {
                let arguments: Vec<Expression> = arguments
                    .iter()
                    .map(|argument| self.resolve(argument, work, call))
                    .collect::<Result<_, _>>()?;
                self.resolve_call(name, arguments, work, call)?
            }
            Expression::Index(..) => {
                let message = "elements of vectors cannot be used here";
                return self.fail(Diagnostic::error(work.text.span, message));
            }
        })
    }

    fn check_behavioural(&mut self, work: &Work<'d>, what: &str) -> Result<(), Failed> {
        if work.kind == Kind::Behavioural {
            return Ok(());
        }
        let message = format!(
            "{what} has no value here: only parameters and numbers are known before the simulation"
        );
        self.fail(Diagnostic::error(work.text.span, message))
    }

    fn resolve_name(
        &mut self,
        name: &str,
        work: &mut Work<'d>,
        call: Option<&Call<'_, 'd>>,
    ) -> Result<Expression, Failed> {
        if let Some(value) = self.parameter(name, work.context)? {
            return Ok(Expression::Number(value));
        }
        if let Some(value) = constant_named(name) {
            return Ok(Expression::Number(value));
        }
        if VARIABLES.contains(&name) {
            self.check_behavioural(work, &format!("`{name}`"))?;
            return Ok(Expression::Name(name.to_owned()));
        }
        let place = Self::place_of(name, work, call);
        let mut known: Vec<&str> = constant_names().collect();
        for frame in self.frames.iter().take(work.context.frame + 1) {
            known.extend(
                frame
                    .tables
                    .parameters
                    .iter()
                    .map(|parameter| parameter.name.text),
            );
        }
        let finding = Diagnostic::error(place.span, format!("unknown parameter `{name}`"));
        self.fail(finding.did_you_mean(name, known))
    }

    fn resolve_call(
        &mut self,
        name: &str,
        arguments: Vec<Expression>,
        work: &mut Work<'d>,
        call: Option<&Call<'_, 'd>>,
    ) -> Result<Expression, Failed> {
        let function = (self.frames.iter().take(work.context.frame + 1).rev())
            .find_map(|frame| frame.tables.functions.get(name))
            .map(Rc::clone);
        let Some(function) = function else {
            if is_function(name) {
                let tree = Expression::Call(name.to_owned(), arguments);
                if RANDOM_FUNCTIONS.contains(&name) && is_constant(&tree) {
                    // One draw, even where the tree is used more than once.
                    return self.number(&tree, work.text).map(Expression::Number);
                }
                return Ok(tree);
            }
            let place = Self::place_of(name, work, call);
            let mut known: Vec<&str> = function_names().collect();
            known.extend(
                self.frames
                    .iter()
                    .flat_map(|frame| frame.tables.functions.keys()),
            );
            let finding = Diagnostic::error(place.span, format!("unknown function `{name}`"))
                .did_you_mean(name, known);
            return self.fail(finding);
        };
        let place = Self::place_of(name, work, call);
        if function.formals.len() != arguments.len() {
            let message = format!(
                "the function `{name}` takes {} arguments, not {}",
                function.formals.len(),
                arguments.len()
            );
            return self.fail(Diagnostic::error(place.span, message));
        }
        let depth = std::iter::successors(call, |call| call.outer).count();
        if depth >= CALL_DEPTH_LIMIT || work.calls >= CALL_LIMIT {
            let message = format!(
                "the function `{name}` calls itself, or functions call each other too often"
            );
            return self.fail(Diagnostic::error(function.text.span, message));
        }
        work.calls += 1;
        let mut arguments = arguments;
        if work.kind == Kind::Constant {
            for argument in &mut arguments {
                *argument = Expression::Number(self.number(argument, work.text)?);
            }
        }
        let inner = Call {
            function: &function,
            arguments: &arguments,
            outer: call,
        };
        self.resolve(&function.body, work, Some(&inner))
    }

    /// The flat name of a node in an expression, which must be a node of some element.
    fn resolve_node_name(
        &mut self,
        name: &str,
        work: &Work<'d>,
        call: Option<&Call<'_, 'd>>,
    ) -> String {
        let name = bound_name(name, call);
        let flat = self.flat_node_name(&name);
        if !super::is_ground(&flat) {
            let place = Self::place_of(&name, work, call);
            self.references.push(Reference {
                name: ReferenceName::Node(flat.clone()),
                place,
            });
        }
        flat
    }

    /// Where a name stands in the text of an expression or function body, or all of the text.
    fn place_of(name: &str, work: &Work<'d>, call: Option<&Call<'_, 'd>>) -> LineText<'d> {
        let text = call.map_or(work.text, |call| call.function.text);
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '#');
        let found = text.text.match_indices(name).find(|&(at, _)| {
            let before = text
                .text
                .get(..at)
                .and_then(|before| before.chars().next_back());
            let after = text
                .text
                .get(at + name.len()..)
                .and_then(|after| after.chars().next());
            !before.is_some_and(is_part) && !after.is_some_and(is_part)
        });
        match found {
            Some((at, _)) if !name.is_empty() => LineText {
                text: text.text,
                span: text.span.part(at, at + name.len()),
            },
            _ => text,
        }
    }
}

/// The argument that a name stands for inside a function.
fn bound<'c>(name: &str, call: Option<&'c Call<'_, '_>>) -> Option<&'c Expression> {
    let call = call?;
    let index = call
        .function
        .formals
        .iter()
        .position(|formal| *formal == name)?;
    call.arguments.get(index)
}

/// A node or element name inside a function, which may be an argument that is a name. An argument that is a number is a value:
/// `v(p)` stays the node `p` where `p` is also a number.
fn bound_name(name: &str, call: Option<&Call<'_, '_>>) -> String {
    match bound(name, call) {
        Some(Expression::Name(actual)) => actual.clone(),
        _ => name.to_owned(),
    }
}

/// True when no quantity of the simulation is left in the tree.
fn is_constant(tree: &Expression) -> bool {
    match tree {
        Expression::Number(_) | Expression::Text(_) => true,
        Expression::Name(name) => !VARIABLES.contains(&name.as_str()),
        Expression::Unary(_, operand) => is_constant(operand),
        Expression::Binary(_, left, right) => is_constant(left) && is_constant(right),
        Expression::Conditional(condition, yes, no) => {
            is_constant(condition) && is_constant(yes) && is_constant(no)
        }
        Expression::Call(_, arguments) => arguments.iter().all(is_constant),
        _ => false,
    }
}

/// A text that is nothing but a number with its unit.
pub(super) fn plain_number(text: &str) -> Option<f64> {
    let text = text.trim();
    // Most numbers of large decks have no suffix; the standard library rounds them in the same way, and faster.
    if text
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'-' | b'+'))
        && let Ok(number) = text.parse::<f64>()
    {
        return number.is_finite().then_some(number);
    }
    parse_number(text)
        .filter(|&(_, length)| length == text.len())
        .map(|(number, _)| number)
}
