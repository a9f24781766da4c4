//! Runs the statements of a script.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use ohmloom_devices::expression::Expression;

use crate::results::algebra::{RandomSource, UserFunction, VectorScope, evaluate_in};
use crate::results::{Complex64, PlotSet, Vector};

use super::blocks::{Command, Statement, statements};
use super::simulator::{ScriptError, ScriptLine, Simulator};
use super::substitution::Digits;
use super::text::{expression, first_word, words};
use super::variables::Variables;

/// How a script is run.
#[derive(Clone, Debug)]
pub struct ScriptOptions {
    /// Folder that names of files are relative to; that of the process when absent.
    pub directory: Option<PathBuf>,
    /// Date for plots that have none; may be empty.
    pub date: String,
    /// Plots that are there at the start.
    pub plots: PlotSet,
    /// Seed of the random functions.
    pub seed: u64,
    /// Most commands and turns of loops before the script is stopped.
    pub step_limit: u64,
}

impl Default for ScriptOptions {
    fn default() -> Self {
        Self {
            directory: None,
            date: String::new(),
            plots: PlotSet::new(),
            seed: 1,
            step_limit: 10_000_000,
        }
    }
}

/// What a script leaves behind.
#[derive(Clone, Debug)]
pub struct ScriptOutcome {
    /// All plots.
    pub plots: PlotSet,
    /// The code of `quit` or `exit`, when the script ended with one.
    pub exit_code: Option<i32>,
    /// Commands that failed, in order; the script went on after them.
    pub errors: Vec<ScriptError>,
    /// Commands that have no meaning in batch mode and were passed over, with the reason.
    pub notes: Vec<String>,
}

/// Runs a script with the default options. Text goes to `output`.
///
/// # Errors
/// [`ScriptError`] of the line that ended the script: a failed analysis, a broken structure, too many steps, too many failed
/// commands, or an output that cannot be written.
pub fn run_script(
    lines: &[ScriptLine],
    simulator: &mut dyn Simulator,
    output: &mut dyn Write,
) -> Result<ScriptOutcome, ScriptError> {
    run_script_with(lines, simulator, output, ScriptOptions::default())
}

/// Runs a script.
///
/// # Errors
/// As [`run_script`].
pub fn run_script_with(
    lines: &[ScriptLine],
    simulator: &mut dyn Simulator,
    output: &mut dyn Write,
    options: ScriptOptions,
) -> Result<ScriptOutcome, ScriptError> {
    let statements = statements(lines)?;
    let mut interpreter = Interpreter {
        simulator,
        output,
        plots: options.plots,
        variables: Variables::default(),
        functions: BTreeMap::new(),
        random: RandomSource::new(options.seed),
        directory: options.directory,
        date: options.date,
        transient_step: None,
        steps: options.step_limit,
        step_limit: options.step_limit,
        errors: Vec::new(),
        notes: Vec::new(),
    };
    let flow = interpreter.run(&statements)?;
    Ok(ScriptOutcome {
        plots: interpreter.plots,
        exit_code: match flow {
            Flow::Exit(code) => Some(code),
            _ => None,
        },
        errors: interpreter.errors,
        notes: interpreter.notes,
    })
}

/// A running script.
pub(super) struct Interpreter<'a> {
    pub(super) simulator: &'a mut dyn Simulator,
    pub(super) output: &'a mut dyn Write,
    pub(super) plots: PlotSet,
    pub(super) variables: Variables,
    pub(super) functions: BTreeMap<(String, usize), UserFunction>,
    pub(super) random: RandomSource,
    pub(super) directory: Option<PathBuf>,
    pub(super) date: String,
    /// Step of the last transient analysis, s.
    pub(super) transient_step: Option<f64>,
    steps: u64,
    step_limit: u64,
    errors: Vec<ScriptError>,
    pub(super) notes: Vec<String>,
}

/// Where execution goes after a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    /// Leaves this many loops.
    Break(usize),
    /// Goes to the next turn of the loop that is this many levels out, from 1.
    Continue(usize),
    Exit(i32),
}

/// Why a command did not work.
pub(super) enum Failure {
    /// The script goes on.
    Command(String),
    /// The script ends.
    Fatal(String),
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self::Command(message)
    }
}

impl From<&str> for Failure {
    fn from(message: &str) -> Self {
        Self::Command(message.to_owned())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Fatal(format!("cannot write the output: {error}"))
    }
}

/// Most failed commands of one script.
const ERROR_LIMIT: usize = 1000;

impl Interpreter<'_> {
    fn run(&mut self, statements: &[Statement]) -> Result<Flow, ScriptError> {
        for statement in statements {
            let flow = match statement {
                Statement::Command(command) => self.command(command)?,
                Statement::If(condition, then, otherwise) => {
                    if self.holds(condition)? {
                        self.run(then)?
                    } else {
                        self.run(otherwise)?
                    }
                }
                Statement::While(condition, body, first) => {
                    self.while_loop(condition, body, *first)?
                }
                Statement::Foreach(list, body) => self.foreach_loop(list, body)?,
                Statement::Repeat(count, body) => self.repeat_loop(count, body)?,
            };
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn command(&mut self, command: &Command) -> Result<Flow, ScriptError> {
        self.step(command.line)?;
        match self.execute(&command.text) {
            Ok(flow) => Ok(flow),
            Err(Failure::Command(message)) => {
                self.note_error(command.line, message)?;
                Ok(Flow::Next)
            }
            Err(Failure::Fatal(message)) => Err(ScriptError {
                line: command.line,
                message,
                help: None,
            }),
        }
    }

    /// Counts one command or one turn of a loop.
    fn step(&mut self, line: usize) -> Result<(), ScriptError> {
        match self.steps.checked_sub(1) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => Err(ScriptError {
                line,
                message: format!(
                    "the script has done {} steps and was stopped",
                    self.step_limit
                ),
                help: Some("is this loop endless?".to_owned()),
            }),
        }
    }

    fn note_error(&mut self, line: usize, message: String) -> Result<(), ScriptError> {
        if self.errors.len() >= ERROR_LIMIT {
            return Err(ScriptError {
                line,
                message: format!("too many commands have failed; now: {message}"),
                help: None,
            });
        }
        self.errors.push(ScriptError {
            line,
            message,
            help: None,
        });
        Ok(())
    }

    /// Whether a condition has a value other than 0; false when it cannot be evaluated, which is noted.
    fn holds(&mut self, condition: &Command) -> Result<bool, ScriptError> {
        self.step(condition.line)?;
        let value = self
            .substituted(&condition.text, Digits::Exact)
            .and_then(|text| expression(&text))
            .and_then(|expression| self.evaluated(&expression));
        match value {
            Ok(vector) => Ok((0..vector.len())
                .any(|at| vector.data.get(at).is_some_and(|z| z != Complex64::ZERO))),
            Err(message) => {
                self.note_error(condition.line, message)?;
                Ok(false)
            }
        }
    }

    fn while_loop(
        &mut self,
        condition: &Command,
        body: &[Statement],
        first: bool,
    ) -> Result<Flow, ScriptError> {
        let mut test = first;
        loop {
            if test && !self.holds(condition)? {
                return Ok(Flow::Next);
            }
            test = true;
            self.step(condition.line)?;
            if let Some(flow) = after_turn(self.run(body)?) {
                return Ok(flow);
            }
        }
    }

    fn foreach_loop(&mut self, list: &Command, body: &[Statement]) -> Result<Flow, ScriptError> {
        let text = match self.substituted(&list.text, Digits::Exact) {
            Ok(text) => text,
            Err(message) => {
                self.note_error(list.line, message)?;
                return Ok(Flow::Next);
            }
        };
        let mut values = words(&text).into_iter();
        let Some(name) = values.next() else {
            self.note_error(list.line, "`foreach` needs a variable and words".to_owned())?;
            return Ok(Flow::Next);
        };
        for value in values.filter(|word| word != "(" && word != ")") {
            self.step(list.line)?;
            self.variables
                .set(&name, super::variables::Variable::Word(value));
            if let Some(flow) = after_turn(self.run(body)?) {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn repeat_loop(&mut self, count: &Command, body: &[Statement]) -> Result<Flow, ScriptError> {
        let bound = self
            .substituted(&count.text, Digits::Exact)
            .and_then(|text| {
                if text.trim().is_empty() {
                    Ok(f64::INFINITY)
                } else {
                    self.number(&text)
                }
            });
        let mut left = match bound {
            Ok(bound) => bound,
            Err(message) => {
                self.note_error(count.line, message)?;
                return Ok(Flow::Next);
            }
        };
        while left >= 1.0 {
            left -= 1.0;
            self.step(count.line)?;
            if let Some(flow) = after_turn(self.run(body)?) {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    /// The value of an expression over the vectors.
    pub(super) fn evaluated(&self, expression: &Expression) -> Result<Vector, String> {
        let scope = VectorScope {
            plot: self.plots.current(),
            plots: &self.plots,
            functions: &self.functions,
            device: &|element, quantity| self.simulator.device_value(element, quantity),
            degrees: self
                .variables
                .word("units")
                .is_some_and(|units| units.starts_with('d')),
            random: &self.random,
        };
        evaluate_in(expression, &scope).map_err(|error| error.to_string())
    }

    /// The value of a text that is an expression of one number.
    pub(super) fn number(&self, text: &str) -> Result<f64, String> {
        let value = self.evaluated(&expression(text)?)?;
        match (value.len(), value.data.real_at(0)) {
            (1, Some(number)) if number.is_finite() => Ok(number),
            _ => Err(format!("`{}` is not one finite number", text.trim())),
        }
    }
}

/// What a loop does with the flow of a turn: none to go on, else the flow for what is around it.
fn after_turn(flow: Flow) -> Option<Flow> {
    match flow {
        Flow::Next | Flow::Continue(1) => None,
        Flow::Break(1) => Some(Flow::Next),
        Flow::Break(levels) => Some(Flow::Break(levels - 1)),
        Flow::Continue(levels) => Some(Flow::Continue(levels - 1)),
        Flow::Exit(code) => Some(Flow::Exit(code)),
    }
}

/// The number of loops behind `break` or `continue`.
pub(super) fn levels(rest: &str) -> Result<usize, Failure> {
    let (word, _) = first_word(rest);
    match word {
        "" => Ok(1),
        _ => word
            .parse()
            .ok()
            .filter(|levels| *levels >= 1)
            .ok_or_else(|| Failure::Command(format!("`{word}` is no number of loops"))),
    }
}
