//! Commands that run the simulator, and measurements of what it gives.

use std::io::Write;

use crate::measure::{MeasuredValues, Measurement, fourier};
use crate::results::{Plot, Vector, VectorKind};

use super::interpreter::{Failure, Interpreter};
use super::text::{expressions, first_word, words};
use super::variables::number;

impl Interpreter<'_> {
    /// Runs an analysis; its plots become the latest ones. A failure ends the script, because what follows would work on
    /// the results of another analysis.
    pub(super) fn analyse(&mut self, name: &str, text: &str) -> Result<(), Failure> {
        let command = text.trim().to_ascii_lowercase();
        let plots = self.simulator.analyse(&command).map_err(Failure::Fatal)?;
        if name == "tran" {
            self.transient_step = words(&command).get(1).and_then(|step| number(step));
        } else if name == "run" && plots.iter().any(|plot| plot.type_prefix() == "tran") {
            self.transient_step = self.simulator.transient_step();
        }
        for mut plot in plots {
            if plot.date.is_empty() {
                plot.date.clone_from(&self.date);
            }
            writeln!(self.output, "\nNo. of Data Rows : {}", plot.points())?;
            self.plots.add(plot);
        }
        Ok(())
    }

    /// `alter r1 = 5k`, `alter r1 resistance = 5k`, `alter @r1[resistance] = 5k`; the value is an expression.
    pub(super) fn alter(&mut self, rest: &str) -> Result<(), Failure> {
        let (target, value) = target_and_value(rest);
        let mut names = target.split_whitespace();
        let (Some(element), parameter, None) = (names.next(), names.next(), names.next()) else {
            return Err("`alter` takes an element, maybe a parameter, and a value".into());
        };
        let (element, parameter) = match (quantity_of(element), parameter) {
            (Some((element, quantity)), None) => (element.to_owned(), Some(quantity.to_owned())),
            (Some(_), Some(_)) => {
                return Err("`alter @element[parameter]` takes a value only".into());
            }
            (None, parameter) => (element.to_lowercase(), parameter.map(str::to_lowercase)),
        };
        if value.trim_start().starts_with('[') {
            return Err("`alter` with a list of values is not supported".into());
        }
        let value = self.number(value)?;
        Ok(self
            .simulator
            .alter(&element.to_lowercase(), parameter.as_deref(), value)?)
    }

    /// `altermod nch vto = 0.5`, also for several models, and `altermod @nch[vto] = 0.5`.
    pub(super) fn alter_model(&mut self, rest: &str) -> Result<(), Failure> {
        let (target, value) = target_and_value(rest);
        let mut names: Vec<String> = target.split_whitespace().map(str::to_lowercase).collect();
        let parameter = match names.as_slice() {
            [only] => match quantity_of(only) {
                Some((model, quantity)) => {
                    let (model, quantity) = (model.to_owned(), quantity.to_owned());
                    names = vec![model];
                    Some(quantity)
                }
                None => None,
            },
            _ => names.pop(),
        };
        let Some(parameter) = parameter.filter(|_| !names.is_empty()) else {
            return Err("`altermod` takes a model, a parameter, and a value".into());
        };
        let value = self.number(value)?;
        for model in names {
            self.simulator.alter_model(&model, &parameter, value)?;
        }
        Ok(())
    }

    /// `meas tran name ...`: prints the result and keeps it as a vector of the current plot.
    pub(super) fn measure(&mut self, rest: &str, output: &mut dyn Write) -> Result<(), Failure> {
        let constant = |name: &str| -> Option<f64> {
            let found = self.plots.vector(name)?;
            found.data.real_at(0).filter(|_| found.len() == 1)
        };
        let measurement = Measurement::parse(rest, &constant)
            .map_err(|error| format!("meas {rest} failed: {error}"))?;
        let plot = self.plots.current();
        let earlier: MeasuredValues = plot
            .vectors
            .iter()
            .filter(|vector| vector.len() == 1)
            .filter_map(|vector| Some((vector.name.clone(), vector.data.real_at(0)?)))
            .collect();
        let value = measurement.evaluate(plot, &earlier).map_err(|error| {
            let _ = writeln!(output, "meas {rest} failed!");
            format!("measure {}: {error}", measurement.name)
        })?;
        writeln!(output, "{}", value.line(&measurement.name))?;
        self.plots
            .current_mut()
            .set(Vector::scalar(measurement.name, value.value));
        Ok(())
    }

    /// `fourier frequency v(a) v(b) ...`, with the variables `nfreqs`, `fourgridsize` and `polydegree`.
    pub(super) fn fourier(&mut self, rest: &str, output: &mut dyn Write) -> Result<(), Failure> {
        let (frequency, signals) = first_word(rest);
        let frequency = self.number(frequency)?;
        let harmonics = self.variables.count("nfreqs", 2..=100_000, 10);
        let grid = self.variables.count("fourgridsize", 2..=1_000_000, 200);
        let degree = self.variables.count("polydegree", 1..=7, 1);
        let time = self
            .plots
            .current()
            .scale()
            .filter(|scale| scale.kind == VectorKind::Time);
        let time = time
            .ok_or("`fourier` needs a transient analysis")?
            .data
            .to_real();
        for (name, expression) in expressions(signals)? {
            let values = self.evaluated(&expression)?.data.to_real();
            let found = fourier(&time, &values, frequency, harmonics, grid, degree)
                .map_err(|error| format!("fourier of {name}: {error}"))?;
            found.write(&name, output)?;
        }
        Ok(())
    }

    /// `linearize [vectors]`: the current transient plot on equidistant points.
    pub(super) fn linearize(&mut self, rest: &str) -> Result<(), Failure> {
        let plot = self.plots.current();
        let scale = plot
            .scale()
            .filter(|scale| scale.kind == VectorKind::Time && scale.len() > 1);
        let scale = scale
            .ok_or("`linearize` needs a transient analysis")?
            .clone();
        let setting = |name: &str| plot.stored(name).and_then(|vector| vector.data.real_at(0));
        let first = scale.data.real_at(0).unwrap_or_default();
        let last = scale.data.real_at(scale.len() - 1).unwrap_or_default();
        let start = setting("lin-tstart").unwrap_or(first).max(first);
        let stop = setting("lin-tstop").unwrap_or(last).min(last);
        let step = setting("lin-tstep").or(self.transient_step);
        let step = step
            .filter(|step| *step > 0.0 && stop > start)
            .ok_or("`linearize` does not know the time step")?;
        let count = ((stop - start) / step * (1.0 + 1e-12)).floor() + 1.0;
        if count > 1e7 {
            return Err(format!("`linearize` would make {count} points").into());
        }
        let times: Vec<f64> = (0..count as usize)
            .map(|point| start + point as f64 * step)
            .collect();
        let new_scale = Vector::real(scale.name.as_str(), VectorKind::Time, times);
        let names = words(rest);
        let chosen: Vec<Vector> = if names.is_empty() {
            plot.vectors
                .iter()
                .skip(1)
                .filter(|vector| vector.len() == scale.len())
                .cloned()
                .collect()
        } else {
            let find = |name: &String| {
                plot.vector(name)
                    .map(std::borrow::Cow::into_owned)
                    .ok_or_else(|| format!("no such vector as `{name}`"))
            };
            names.iter().map(find).collect::<Result<_, _>>()?
        };
        let mut linear = Plot::new(plot.title.as_str(), "Transient Analysis (linearized)");
        linear.date.clone_from(&plot.date);
        linear.vectors.push(new_scale.clone());
        for vector in chosen {
            let values = crate::results::algebra::resampled(&vector, &scale, &new_scale)
                .map_err(|error| error.to_string())?;
            linear.vectors.push(Vector {
                name: vector.name,
                ..values
            });
        }
        self.plots.add(linear);
        Ok(())
    }
}

/// Cuts at the first `=`, or before the last word when there is none.
fn target_and_value(text: &str) -> (&str, &str) {
    if let Some((target, value)) = text.split_once('=') {
        return (target.trim(), value.trim());
    }
    let text = text.trim();
    text.rsplit_once(char::is_whitespace)
        .map_or((text, ""), |(target, value)| (target.trim(), value))
}

/// The parts of `@element[quantity]`.
fn quantity_of(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('@')?.strip_suffix(']')?.split_once('[')
}
