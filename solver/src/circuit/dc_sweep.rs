//! DC transfer curves: one or two nested sweeps of a source, a resistor or the temperature.

use super::element::{Phase, Point, Start};
use super::error::CircuitError;
use super::netlist::Circuit;
use super::newton::{Problem, Workspace};
use super::operating_point::{Guesses, accept, find};
use super::options::Options;

/// What a sweep changes.
#[derive(Clone, Debug, PartialEq)]
pub enum SweepTarget {
    /// The principal value of an element: the DC value of a source, the resistance of a resistor.
    Element(String),
    /// A named parameter of an element.
    Parameter {
        /// The element.
        element: String,
        /// Its parameter.
        parameter: String,
    },
    /// The ambient temperature, in degrees Celsius.
    Temperature,
}

/// Values of one swept quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// What changes.
    pub target: SweepTarget,
    /// The values it takes, in order.
    pub values: Vec<f64>,
}

impl Sweep {
    /// The values from `start` to `stop` in steps of `step`, the last one included if a step ends within a thousandth of it.
    ///
    /// # Errors
    /// A step of zero or away from `stop`, or more than ten million points.
    pub fn linear(start: f64, stop: f64, step: f64) -> Result<Vec<f64>, CircuitError> {
        if start == stop {
            return Ok(vec![start]);
        }
        let count = (stop - start) / step;
        if !(count >= 0.0 && count.is_finite()) {
            return Err(CircuitError::Settings(format!(
                "a sweep from {start} to {stop} cannot go in steps of {step}"
            )));
        }
        let count = (count + 1e-3).floor();
        if count > 1e7 {
            return Err(CircuitError::Settings(format!(
                "a sweep from {start} to {stop} in steps of {step} has more than ten million points"
            )));
        }
        Ok((0..=count as usize)
            .map(|index| start + step * index as f64)
            .collect())
    }
}

impl Circuit {
    fn apply(&mut self, target: &SweepTarget, value: f64) -> Result<(), CircuitError> {
        match target {
            SweepTarget::Element(name) => self.set(name, None, value),
            SweepTarget::Parameter { element, parameter } => {
                self.set(element, Some(parameter), value)
            }
            SweepTarget::Temperature => self.set_temperature(value + 273.15),
        }
    }

    fn present(&self, target: &SweepTarget, x: &[f64]) -> Result<f64, CircuitError> {
        let at = Point {
            x,
            time: 0.0,
            phase: Phase::Dc,
            start: Start::Continue,
            gmin: 0.0,
            source_factor: 1.0,
            temperature: self.temperature,
            frequency: 0.0,
        };
        let (element, parameter) = match target {
            SweepTarget::Temperature => return Ok(self.temperature - 273.15),
            SweepTarget::Element(name) => {
                let principal = self.parameters(name)?.first().copied();
                (name, principal.unwrap_or_default().to_owned())
            }
            SweepTarget::Parameter { element, parameter } => (element, parameter.clone()),
        };
        self.value(element, &parameter, &at)?
            .ok_or_else(|| CircuitError::Parameter {
                element: element.clone(),
                reason: format!("has no value `{parameter}` that can be swept"),
            })
    }
}

/// Sweeps the innermost (first) quantity for every value of the next one, and hands each solution to `output` with the value of the
/// innermost quantity. Everything swept has its old value again afterwards.
///
/// # Errors
/// Unknown elements, no convergence at a point (which is named), or whatever `output` returns.
pub fn dc_sweep(
    circuit: &mut Circuit,
    options: &Options,
    guesses: &Guesses,
    sweeps: &[Sweep],
    output: &mut dyn FnMut(&Circuit, f64, &Point<'_>) -> Result<(), CircuitError>,
) -> Result<(), CircuitError> {
    let mut x = vec![0.0; circuit.unknown_count() + 1];
    let mut before = Vec::with_capacity(sweeps.len());
    for sweep in sweeps {
        before.push(circuit.present(&sweep.target, &x)?);
    }
    let outcome = run(circuit, options, guesses, sweeps, &mut x, output);
    for (sweep, value) in sweeps.iter().zip(before) {
        circuit.apply(&sweep.target, value)?;
    }
    outcome
}

fn run(
    circuit: &mut Circuit,
    options: &Options,
    guesses: &Guesses,
    sweeps: &[Sweep],
    x: &mut [f64],
    output: &mut dyn FnMut(&Circuit, f64, &Point<'_>) -> Result<(), CircuitError>,
) -> Result<(), CircuitError> {
    let mut workspace = Workspace::new(circuit);
    let total: usize = sweeps.iter().map(|sweep| sweep.values.len()).product();
    let mut first = true;
    let mut previous = x.to_vec();
    let mut at_inner_start = x.to_vec();
    for index in 0..total {
        let mut rest = index;
        for sweep in sweeps {
            let position = rest % sweep.values.len();
            // Only what changed is applied; resistors and temperatures rebuild what depends on them.
            if first || sweep.values.len() > 1 {
                circuit.apply(&sweep.target, sweep.values[position])?;
            }
            rest /= sweep.values.len();
        }
        let inner = sweeps[0].values[index % sweeps[0].values.len()];
        workspace.forget_factors();
        let mut solved = false;
        if !first {
            if index % sweeps[0].values.len() == 0 {
                // A new inner sweep starts where the last one did.
                x.copy_from_slice(&at_inner_start);
            }
            previous.copy_from_slice(x);
            let problem = Problem {
                start: Start::Continue,
                most_iterations: options.itl2.max(1),
                ..Problem::operating_point(Phase::Dc, options)
            };
            solved = workspace.solve(circuit, options, &problem, x).is_ok();
            if solved {
                accept(circuit, options, (Phase::Dc, 0.0), x);
            }
        }
        if !solved {
            x.fill(0.0);
            find(circuit, options, &mut workspace, Phase::Dc, guesses, x)
                .map_err(|error| located(error, inner))?;
        }
        if index % sweeps[0].values.len() == 0 {
            at_inner_start.copy_from_slice(x);
        }
        first = false;
        let point = Point {
            x,
            time: 0.0,
            phase: Phase::Dc,
            start: Start::Continue,
            gmin: options.gmin,
            source_factor: 1.0,
            temperature: circuit.temperature,
            frequency: 0.0,
        };
        output(circuit, inner, &point)?;
    }
    Ok(())
}

fn located(error: CircuitError, value: f64) -> CircuitError {
    match error {
        CircuitError::NotConverged {
            unknown,
            elements,
            tried,
            ..
        } => CircuitError::NotConverged {
            analysis: "DC sweep",
            at: format!(" at {value}"),
            unknown,
            elements,
            tried,
        },
        other => other,
    }
}
