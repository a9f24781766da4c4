//! From the text of a `.meas` statement to a [`Measurement`].

use std::ops::Range;

use ohmloom_devices::expression::Expression;
use thiserror::Error;

use super::evaluate::with_scope;
use super::statement::{
    Count, Crossing, Edge, Event, Level, Location, MeasureKind, MeasuredAnalysis, Measurement,
    Signal, Statistic, Window,
};
use super::words::{Word, unwrapped, words};
use crate::expression::parse_vector;
use crate::results::{Plot, algebra::evaluate_in};

/// A `.meas` statement that cannot be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct MeasureSyntaxError {
    /// What is wrong.
    pub message: String,
    /// Where, in bytes of the statement.
    pub at: Range<usize>,
}

/// The values of parameters, by name.
type Parameters<'a> = &'a dyn Fn(&str) -> Option<f64>;

impl Measurement {
    /// Reads a statement, with or without its `.meas`, `.measure` or `meas`. `parameters` gives the parameters of the deck,
    /// which levels, bounds and expressions may name.
    ///
    /// # Errors
    /// [`MeasureSyntaxError`] with the place, for whatever is not understood or not supported.
    pub fn parse(
        text: &str,
        parameters: &dyn Fn(&str) -> Option<f64>,
    ) -> Result<Self, MeasureSyntaxError> {
        let words = words(text);
        let mut reader = Reader {
            words: &words,
            position: 0,
            end: text.len(),
            parameters,
        };
        reader.statement()
    }
}

struct Reader<'w, 't> {
    words: &'w [Word<'t>],
    position: usize,
    end: usize,
    parameters: Parameters<'w>,
}

/// The `key=value` settings behind a signal.
#[derive(Default)]
struct Settings {
    value: Option<Level>,
    edge: Option<(Edge, Count)>,
    at: Option<f64>,
    from: Option<f64>,
    to: Option<f64>,
    delay: Option<f64>,
}

impl Settings {
    fn window(&self) -> Window {
        let from = match (self.from, self.delay) {
            (Some(from), Some(delay)) => Some(from.max(delay)),
            (from, delay) => from.or(delay),
        };
        Window { from, to: self.to }
    }

    fn crossing(self, signal: Signal, level: Level) -> Crossing {
        let (edge, count) = self.edge.unwrap_or((Edge::Cross, Count::Nth(1)));
        let window = Window {
            from: self.from,
            to: self.to,
        };
        Crossing {
            signal,
            level,
            edge,
            count,
            delay: self.delay,
            window,
        }
    }
}

impl<'w, 't> Reader<'w, 't> {
    fn statement(&mut self) -> Result<Measurement, MeasureSyntaxError> {
        if self.peek().is_some_and(|word| {
            [".meas", ".measure", "meas", "measure"]
                .iter()
                .any(|key| word.is(key))
        }) {
            self.position += 1;
        }
        let analysis = self.next("an analysis (tran, dc, ac, noise)")?;
        let analysis = match analysis.text.to_ascii_lowercase().as_str() {
            "tran" => MeasuredAnalysis::Transient,
            "dc" => MeasuredAnalysis::Dc,
            "ac" => MeasuredAnalysis::Ac,
            "noise" => MeasuredAnalysis::Noise,
            "tran_cont" | "dc_cont" | "ac_cont" | "noise_cont" | "sp" => {
                return Err(self.error(
                    &analysis,
                    format!("measurements of `{}` are not supported", analysis.text),
                ));
            }
            _ => {
                return Err(self.error(
                    &analysis,
                    format!("`{}` is no analysis: tran, dc, ac, noise", analysis.text),
                ));
            }
        };
        let name = self.next("a name for the result")?.text.to_lowercase();
        let function = self.next("what to measure")?;
        let mut default = None;
        let kind = self.kind(&function, &mut default)?;
        match self.peek() {
            Some(extra) => Err(self.error(extra, format!("`{}` is not expected here", extra.text))),
            None => Ok(Measurement {
                name,
                analysis,
                kind,
                default,
            }),
        }
    }

    fn kind(
        &mut self,
        function: &Word<'t>,
        default: &mut Option<f64>,
    ) -> Result<MeasureKind, MeasureSyntaxError> {
        let statistic = match function.text.to_ascii_lowercase().as_str() {
            "trig" => return self.delay(default),
            "when" => return self.condition(default).map(MeasureKind::When),
            "find" => {
                let signal = self.signal()?;
                return Ok(MeasureKind::Find(signal, self.location(default)?));
            }
            "deriv" | "derivative" => {
                let signal = self.signal()?;
                return Ok(MeasureKind::Derivative(signal, self.location(default)?));
            }
            "param" | "eqn" => {
                self.skip_equals();
                let word = self.next("an expression")?;
                return Ok(MeasureKind::Parameter(self.expression(&word)?));
            }
            "avg" | "average" => Statistic::Average,
            "min" => Statistic::Minimum,
            "max" => Statistic::Maximum,
            "min_at" => Statistic::MinimumAt,
            "max_at" => Statistic::MaximumAt,
            "pp" => Statistic::PeakToPeak,
            "rms" => Statistic::RootMeanSquare,
            "integ" | "integral" => Statistic::Integral,
            _ => {
                return Err(self.error(
                    function,
                    format!("the measurement `{}` is not supported", function.text),
                ));
            }
        };
        let signal = self.signal()?;
        let settings = self.settings(default)?;
        if settings.value.is_some() || settings.edge.is_some() || settings.at.is_some() {
            let message = format!("`{}` takes from=, to= and td= only", function.text);
            return Err(self.error(function, message));
        }
        Ok(MeasureKind::Statistic(statistic, signal, settings.window()))
    }

    fn delay(&mut self, default: &mut Option<f64>) -> Result<MeasureKind, MeasureSyntaxError> {
        let trigger = self.event(default)?;
        let target = self.next("`targ`")?;
        if !target.is("targ") {
            return Err(self.error(&target, format!("expected `targ`, found `{}`", target.text)));
        }
        Ok(MeasureKind::Delay {
            trigger,
            target: self.event(default)?,
        })
    }

    /// `at=x`, or a signal with its level and edge.
    fn event(&mut self, default: &mut Option<f64>) -> Result<Event, MeasureSyntaxError> {
        if self.peek().is_some_and(|word| word.is("at")) {
            self.position += 1;
            return self.number_after_equals().map(Event::At);
        }
        let start = self.peek().cloned();
        let signal = self.signal()?;
        let bare = self.level()?;
        let mut settings = self.settings(default)?;
        match (bare.or_else(|| settings.value.take()), start) {
            (Some(level), _) => Ok(Event::Crossing(Box::new(settings.crossing(signal, level)))),
            (None, Some(start)) => {
                Err(self.error(&start, format!("`{}` has no level: val=...", start.text)))
            }
            (None, None) => Err(self.missing("a level")),
        }
    }

    /// `when signal=level`, without the `when`.
    fn condition(&mut self, default: &mut Option<f64>) -> Result<Crossing, MeasureSyntaxError> {
        match self.event(default)? {
            Event::Crossing(crossing) => Ok(*crossing),
            Event::At(_) => Err(self.missing("a condition")),
        }
    }

    /// `at=x` or `when ...`.
    fn location(&mut self, default: &mut Option<f64>) -> Result<Location, MeasureSyntaxError> {
        let word = self.next("`at=` or `when`")?;
        if word.is("when") {
            return self
                .condition(default)
                .map(|crossing| Event::Crossing(Box::new(crossing)));
        }
        if !word.is("at") {
            return Err(self.error(
                &word,
                format!("expected `at=` or `when`, found `{}`", word.text),
            ));
        }
        let at = self.number_after_equals()?;
        self.settings(default)?;
        Ok(Event::At(at))
    }

    /// A level directly behind a signal: `v(1)=0.5`, `v(1)=v(2)` or `v(1) 0.5`.
    fn level(&mut self) -> Result<Option<Level>, MeasureSyntaxError> {
        let equals = self.skip_equals();
        let Some(word) = self.peek().cloned() else {
            return if equals {
                Err(self.missing("a level"))
            } else {
                Ok(None)
            };
        };
        let followed_by_equals = self
            .words
            .get(self.position + 1)
            .is_some_and(|next| next.text == "=");
        let number_like = word.text.starts_with(|letter: char| {
            letter.is_ascii_digit() || matches!(letter, '+' | '-' | '.' | '\'' | '{' | '"')
        });
        if !equals && (followed_by_equals || !number_like) {
            return Ok(None);
        }
        self.position += 1;
        if let Ok(value) = self.constant(&word) {
            return Ok(Some(Level::Value(value)));
        }
        self.as_signal(&word)
            .map(|signal| Some(Level::Signal(signal)))
    }

    fn settings(&mut self, default: &mut Option<f64>) -> Result<Settings, MeasureSyntaxError> {
        let mut settings = Settings::default();
        while let Some(key) = self.peek().cloned() {
            if key.is("targ") || key.is("when") {
                break;
            }
            self.position += 1;
            let name = key.text.to_ascii_lowercase();
            match name.as_str() {
                "val" => {
                    self.skip_equals();
                    let word = self.next("a level")?;
                    settings.value = Some(match self.constant(&word) {
                        Ok(value) => Level::Value(value),
                        Err(_) => Level::Signal(self.as_signal(&word)?),
                    });
                }
                "frac_max" => {
                    settings.value = Some(Level::FractionOfMaximum(self.number_after_equals()?));
                }
                "rise" => settings.edge = Some((Edge::Rise, self.count()?)),
                "fall" => settings.edge = Some((Edge::Fall, self.count()?)),
                "cross" => settings.edge = Some((Edge::Cross, self.count()?)),
                "at" => settings.at = Some(self.number_after_equals()?),
                "from" => settings.from = Some(self.number_after_equals()?),
                "to" => settings.to = Some(self.number_after_equals()?),
                "td" => settings.delay = Some(self.number_after_equals()?),
                "default_val" => *default = Some(self.number_after_equals()?),
                _ => {
                    return Err(
                        self.error(&key, format!("the setting `{}` is not supported", key.text))
                    );
                }
            }
        }
        Ok(settings)
    }

    fn count(&mut self) -> Result<Count, MeasureSyntaxError> {
        self.skip_equals();
        let word = self.next("a number or `last`")?;
        if word.is("last") {
            return Ok(Count::Last);
        }
        let value = self.constant(&word)?;
        match value {
            // The spelling of Xyce for the last one.
            -1.0 => Ok(Count::Last),
            _ if value >= 1.0 && value.fract() == 0.0 && value < 1e15 => {
                Ok(Count::Nth(value as usize))
            }
            _ => Err(self.error(
                &word,
                format!("`{}` is no count: 1, 2, ... or last", word.text),
            )),
        }
    }

    fn number_after_equals(&mut self) -> Result<f64, MeasureSyntaxError> {
        self.skip_equals();
        let word = self.next("a number")?;
        self.constant(&word)
    }

    /// A number, a parameter, or an expression over them.
    fn constant(&self, word: &Word<'t>) -> Result<f64, MeasureSyntaxError> {
        let expression = self.expression(word)?;
        let value = with_scope(&Plot::new("", ""), |scope| evaluate_in(&expression, scope))
            .map_err(|error| self.error(word, format!("`{}` is no number: {error}", word.text)))?;
        match (value.len(), value.data.real_at(0)) {
            (1, Some(number)) if number.is_finite() => Ok(number),
            _ => Err(self.error(word, format!("`{}` is no finite number", word.text))),
        }
    }

    fn expression(&self, word: &Word<'t>) -> Result<Expression, MeasureSyntaxError> {
        let inner = unwrapped(word.text);
        parse_vector(inner)
            .map(|expression| bind(expression, self.parameters))
            .map_err(|error| self.error(word, format!("in `{inner}`: {error}")))
    }

    fn signal(&mut self) -> Result<Signal, MeasureSyntaxError> {
        let word = self.next("a signal such as v(out)")?;
        self.as_signal(&word)
    }

    fn as_signal(&self, word: &Word<'t>) -> Result<Signal, MeasureSyntaxError> {
        if word.text == "=" {
            return Err(self.error(word, "expected a signal, found `=`".to_owned()));
        }
        let text = unwrapped(word.text).to_owned();
        Ok(Signal {
            text,
            expression: Some(self.expression(word)?),
        })
    }

    fn peek(&self) -> Option<&'w Word<'t>> {
        self.words.get(self.position)
    }

    fn next(&mut self, wanted: &str) -> Result<Word<'t>, MeasureSyntaxError> {
        let word = self.peek().cloned().ok_or_else(|| self.missing(wanted))?;
        self.position += 1;
        Ok(word)
    }

    fn skip_equals(&mut self) -> bool {
        let equals = self.peek().is_some_and(|word| word.text == "=");
        self.position += usize::from(equals);
        equals
    }

    fn missing(&self, wanted: &str) -> MeasureSyntaxError {
        MeasureSyntaxError {
            message: format!("expected {wanted}"),
            at: self.end..self.end,
        }
    }

    #[expect(clippy::unused_self, reason = "reads as the counterpart of `missing`")]
    fn error(&self, word: &Word<'_>, message: String) -> MeasureSyntaxError {
        MeasureSyntaxError {
            message,
            at: word.at.clone(),
        }
    }
}

/// The expression with the parameters of the deck in the places of their names.
fn bind(expression: Expression, parameters: Parameters<'_>) -> Expression {
    let inner = |part: Box<Expression>| Box::new(bind(*part, parameters));
    match expression {
        Expression::Name(name) => match parameters(&name) {
            Some(value) => Expression::Number(value),
            None => Expression::Name(name),
        },
        Expression::Unary(operator, operand) => Expression::Unary(operator, inner(operand)),
        Expression::Binary(operator, left, right) => {
            Expression::Binary(operator, inner(left), inner(right))
        }
        Expression::Conditional(condition, yes, no) => {
            Expression::Conditional(inner(condition), inner(yes), inner(no))
        }
        Expression::Index(vector, index) => Expression::Index(inner(vector), inner(index)),
        Expression::Call(name, list) => Expression::Call(
            name,
            list.into_iter()
                .map(|argument| bind(argument, parameters))
                .collect(),
        ),
        leaf => leaf,
    }
}
