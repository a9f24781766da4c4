//! Dot commands, and the analyses among them.

use super::settings::ABSOLUTE_ZERO;
use super::words::Words;
use super::{
    Analysis, AnalysisCard, DcSweep, Elaborator, Failed, FrequencySweep, Noise, Output, Spacing,
    Step, StepValues, Transient,
};
use crate::deck::{Command, LineText, Span, TokenKind};
use crate::diagnostics::Diagnostic;

impl<'d> Elaborator<'d> {
    /// Reads a dot command of the innermost frame.
    pub(super) fn command(&mut self, command: Command, span: Span) -> Result<(), Failed> {
        let inside = self.frames.len() > 1;
        if inside
            && !matches!(
                command,
                Command::InitialConditions | Command::NodeSet | Command::Global | Command::Options
            )
        {
            let message = "this command belongs to the top level, not into a subcircuit";
            return self.fail(Diagnostic::error(span, message));
        }
        let line = LineText::new(&self.deck.sources, span);
        if matches!(
            command,
            Command::Print
                | Command::Plot
                | Command::Save
                | Command::Probe
                | Command::Measure
                | Command::Fourier
        ) {
            return self.output_command(command, line);
        }
        let tokens = self.tokens_of(line)?;
        let mut words = Words::new(line, &tokens);
        words.skip(1);
        let result = self.command_words(command, &mut words);
        self.give_back(tokens);
        result
    }

    fn command_words(&mut self, command: Command, words: &mut Words<'_, 'd>) -> Result<(), Failed> {
        let analysis = match command {
            Command::OperatingPoint => Analysis::OperatingPoint,
            Command::Dc => self.dc(words)?,
            Command::Ac => Analysis::Ac(self.frequency_sweep(words)?),
            Command::Transient => self.transient(words)?,
            Command::Noise => self.noise(words)?,
            Command::TransferFunction => {
                let output = self.output(words)?;
                let source = self.source_name(words)?;
                Analysis::TransferFunction { output, source }
            }
            Command::Sensitivity => {
                let output = self.output(words)?;
                if words.peek_word() == Some("dc") {
                    words.skip(1);
                }
                let ac = words.peek_word() == Some("ac");
                words.skip(usize::from(ac));
                let sweep = if ac {
                    Some(self.frequency_sweep(words)?)
                } else {
                    None
                };
                Analysis::Sensitivity { output, sweep }
            }
            Command::Step => self.step(words)?,
            Command::MonteCarlo => self.monte_carlo(words)?,
            Command::InitialConditions => return self.node_values(words, false),
            Command::NodeSet => return self.node_values(words, true),
            Command::Options => return self.options(words),
            Command::Temperature => return self.temperatures(words),
            Command::Width => return self.width(words),
            Command::ControlParameters => return self.control_parameters(words),
            Command::Global
            | Command::Save
            | Command::Print
            | Command::Plot
            | Command::Probe
            | Command::Fourier
            | Command::Measure => return Ok(()),
        };
        words.skip_separators();
        if !words.is_done() {
            return self.unexpected(words, &[]);
        }
        self.circuit.analyses.push(AnalysisCard {
            analysis,
            span: words.line.span,
        });
        Ok(())
    }

    /// The name of an input source, which must be an element.
    fn source_name(&mut self, words: &mut Words<'_, 'd>) -> Result<String, Failed> {
        let Some(word) = words.word() else {
            return self.fail(Diagnostic::error(
                words.here(),
                "the name of the input source is missing",
            ));
        };
        self.element_reference(word, word.text)?;
        Ok(word.text.to_owned())
    }

    /// What `.dc` sweeps: `temp`, `@element[parameter]` or an element, which must exist.
    fn sweep_variable(&mut self, words: &mut Words<'_, 'd>) -> Result<String, Failed> {
        let Some(word) = words.word() else {
            let finding = Diagnostic::error(words.here(), "the name of a source is missing");
            return self.fail(finding);
        };
        if word.text != "temp" && !word.text.starts_with('@') {
            self.element_reference(word, word.text)?;
        }
        Ok(word.text.to_owned())
    }

    /// What `.step` steps: `temp`, a parameter of the deck or an element.
    fn step_variable(
        &mut self,
        words: &mut Words<'_, 'd>,
        is_parameter: bool,
    ) -> Result<String, Failed> {
        let Some(word) = words.word() else {
            return self.fail(Diagnostic::error(
                words.here(),
                "the name of a parameter or source is missing",
            ));
        };
        if is_parameter && !self.is_parameter(word.text) {
            let message = format!("the deck has no parameter `{}`", word.text);
            let finding = Diagnostic::error(word.span, message)
                .did_you_mean(word.text, self.parameter_names());
            return self.fail(finding);
        }
        if !is_parameter && word.text != "temp" && !self.is_parameter(word.text) {
            self.element_reference(word, word.text)?;
        }
        Ok(word.text.to_owned())
    }

    /// Refuses temperatures below absolute zero.
    fn check_sweep_temperatures(
        &mut self,
        place: Span,
        variable: &str,
        values: &[f64],
    ) -> Result<(), Failed> {
        match values.iter().find(|&&value| value <= ABSOLUTE_ZERO) {
            Some(&value) if variable == "temp" => self.too_cold(place, value),
            _ => Ok(()),
        }
    }

    /// One or two variables with start, stop and step.
    fn dc(&mut self, words: &mut Words<'_, 'd>) -> Result<Analysis, Failed> {
        let mut sweeps = Vec::new();
        loop {
            words.skip_separators();
            if words.is_done() {
                break;
            }
            let place = words.here();
            let variable = self.sweep_variable(words)?;
            let start = self.next_number(words, "the first value")?;
            let stop = self.next_number(words, "the last value")?;
            let step = self.next_number(words, "the step")?;
            if step == 0.0 && start != stop {
                let message = format!("the step of `{variable}` is zero");
                return self.fail(Diagnostic::error(place, message));
            }
            if (stop - start) * step < 0.0 {
                let message = format!(
                    "a sweep of `{variable}` from {start} to {stop} cannot go in steps of {step}"
                );
                let finding = Diagnostic::error(place, message).help("change the sign of the step");
                return self.fail(finding);
            }
            self.check_sweep_temperatures(place, &variable, &[start, stop])?;
            if sweeps.len() == 2 {
                return self.fail(Diagnostic::error(
                    place,
                    "a DC sweep has at most two variables",
                ));
            }
            sweeps.push(DcSweep {
                variable,
                start,
                stop,
                step,
            });
        }
        if sweeps.is_empty() {
            let finding = Diagnostic::error(
                words.line.span,
                "`.dc` needs a source, a start, a stop and a step",
            );
            return self.fail(finding);
        }
        Ok(Analysis::Dc(sweeps))
    }

    fn spacing(word: &str) -> Option<Spacing> {
        Some(match word {
            "dec" => Spacing::Decade,
            "oct" => Spacing::Octave,
            "lin" => Spacing::Linear,
            _ => return None,
        })
    }

    /// `dec 10 1 1meg`
    fn frequency_sweep(&mut self, words: &mut Words<'_, 'd>) -> Result<FrequencySweep, Failed> {
        let Some(spacing) = words.peek_word().and_then(Self::spacing) else {
            let finding = Diagnostic::error(words.here(), "expected `dec`, `oct` or `lin`");
            return self.fail(finding);
        };
        words.skip(1);
        let place = words.here();
        let points = self.next_number(words, "the number of points")?;
        if !(points >= 1.0 && points <= f64::from(u32::MAX)) {
            return self.fail(Diagnostic::error(
                place,
                format!("{points} is no number of points"),
            ));
        }
        let place = words.here();
        let start = self.next_number(words, "the first frequency")?;
        if start <= 0.0 && spacing != Spacing::Linear || start < 0.0 {
            return self.fail(Diagnostic::error(
                place,
                "the first frequency must be greater than zero",
            ));
        }
        let place = words.here();
        let stop = self.next_number(words, "the last frequency")?;
        if stop < start {
            return self.fail(Diagnostic::error(
                place,
                "the last frequency is less than the first",
            ));
        }
        Ok(FrequencySweep {
            spacing,
            points: points as u32,
            start,
            stop,
        })
    }

    /// `tstep tstop [tstart [tmax]] [uic]`
    fn transient(&mut self, words: &mut Words<'_, 'd>) -> Result<Analysis, Failed> {
        let mut numbers = Vec::new();
        let mut use_initial_conditions = false;
        loop {
            words.skip_separators();
            let place = words.here();
            match words.peek_word() {
                Some("uic") => {
                    words.skip(1);
                    use_initial_conditions = true;
                }
                _ if words.is_done() => break,
                _ if numbers.len() < 4 => numbers.push((self.next_number(words, "a time")?, place)),
                _ => return self.unexpected(words, &["uic"]),
            }
        }
        let number = |index: usize| numbers.get(index).copied();
        let (Some((step, step_at)), Some((stop, stop_at))) = (number(0), number(1)) else {
            return self.fail(Diagnostic::error(
                words.line.span,
                "`.tran` needs a step and a stop time",
            ));
        };
        if step <= 0.0 {
            return self.fail(Diagnostic::error(
                step_at,
                "the step must be greater than zero",
            ));
        }
        if stop <= 0.0 {
            return self.fail(Diagnostic::error(
                stop_at,
                "the stop time must be greater than zero",
            ));
        }
        let (start, start_at) = number(2).unwrap_or((0.0, stop_at));
        if !(start >= 0.0 && start < stop) {
            return self.fail(Diagnostic::error(
                start_at,
                "the start time must lie before the stop time",
            ));
        }
        let max_step = match number(3) {
            // As in ngspice, zero means the default.
            Some((max_step, place)) if max_step < 0.0 => {
                return self.fail(Diagnostic::error(
                    place,
                    "the largest step must be greater than zero",
                ));
            }
            other => other
                .map(|(max_step, _)| max_step)
                .filter(|&max_step| max_step > 0.0),
        };
        Ok(Analysis::Transient(Transient {
            step,
            stop,
            start,
            max_step,
            use_initial_conditions,
        }))
    }

    /// `v(out[,ref]) source sweep [points per summary]`
    fn noise(&mut self, words: &mut Words<'_, 'd>) -> Result<Analysis, Failed> {
        let place = words.here();
        let Output::Voltage(node, reference) = self.output(words)? else {
            return self.fail(Diagnostic::error(
                place,
                "the output of a noise analysis is a voltage",
            ));
        };
        let source = self.source_name(words)?;
        let sweep = self.frequency_sweep(words)?;
        words.skip_separators();
        let points_per_summary = if words.is_done() {
            None
        } else {
            let points = self.next_number(words, "the points per summary")?;
            (points >= 1.0).then_some(points as u32)
        };
        Ok(Analysis::Noise(Noise {
            node,
            reference,
            source,
            sweep,
            points_per_summary,
        }))
    }

    /// `v(a)`, `v(a,b)` or `i(v1)`
    fn output(&mut self, words: &mut Words<'_, 'd>) -> Result<Output, Failed> {
        let place = words.here();
        let kind = words.word().map(|word| word.text);
        let open = words
            .peek()
            .is_some_and(|token| token.kind == TokenKind::Open);
        let bad = Diagnostic::error(place, "expected `v(node)`, `v(node,node)` or `i(element)`");
        if !open {
            return self.fail(bad);
        }
        let Some(first) = words.word() else {
            return self.fail(bad);
        };
        let comma = words
            .peek()
            .is_some_and(|token| token.kind == TokenKind::Comma);
        let second = if comma { words.word() } else { None };
        let closed = words
            .peek()
            .is_some_and(|token| token.kind == TokenKind::Close);
        words.skip(usize::from(closed));
        let nodes = match kind {
            Some("v") => [Some(first), second],
            _ => [None, None],
        };
        for node in nodes.into_iter().flatten() {
            self.node_reference(node);
        }
        if kind == Some("i") {
            self.element_reference(first, first.text)?;
        }
        match (kind, second) {
            // `gnd` is another name of the node 0.
            (Some("v"), second) => Ok(Output::Voltage(
                self.flat_node_name(first.text),
                second.map(|second| self.flat_node_name(second.text)),
            )),
            (Some("i"), None) => Ok(Output::Current(first.text.to_owned())),
            _ => self.fail(bad),
        }
    }

    /// `[lin|dec|oct] [param] name start stop step`, or `[param] name list values`
    fn step(&mut self, words: &mut Words<'_, 'd>) -> Result<Analysis, Failed> {
        let spacing = words.peek_word().and_then(Self::spacing);
        words.skip(usize::from(spacing.is_some()));
        let is_parameter = words.peek_word() == Some("param");
        words.skip(usize::from(is_parameter));
        let place = words.here();
        let variable = self.step_variable(words, is_parameter)?;
        let list = words.peek_word() == Some("list");
        words.skip(usize::from(list));
        let mut numbers = Vec::new();
        loop {
            words.skip_separators();
            if words.is_done() {
                break;
            }
            numbers.push(self.next_number(words, "a value")?);
        }
        let points = if spacing.is_some_and(|spacing| spacing != Spacing::Linear) || list {
            numbers.as_slice()
        } else {
            numbers.get(..2).unwrap_or(&numbers)
        };
        self.check_sweep_temperatures(place, &variable, points)?;
        let values = match (list, spacing, numbers.as_slice()) {
            (true, _, [_, ..]) => StepValues::List(numbers),
            (false, None | Some(Spacing::Linear), &[start, stop, step])
                if step != 0.0 || start == stop =>
            {
                StepValues::Linear { start, stop, step }
            }
            (
                false,
                Some(spacing @ (Spacing::Decade | Spacing::Octave)),
                &[start, stop, points],
            ) if start > 0.0 && stop >= start && points >= 1.0 => StepValues::Logarithmic {
                spacing,
                start,
                stop,
                points: points as u32,
            },
            _ => {
                let finding = Diagnostic::error(words.line.span, "the values of this sweep make no sense").help(
                    "write `.step name start stop step`, `.step dec name start stop points` or `.step name list values`",
                );
                return self.fail(finding);
            }
        };
        Ok(Analysis::Step(Step {
            variable,
            is_parameter,
            values,
        }))
    }

    /// `runs [seed=number]`
    fn monte_carlo(&mut self, words: &mut Words<'_, 'd>) -> Result<Analysis, Failed> {
        let place = words.here();
        let runs = self.next_number(words, "the number of runs")?;
        if !(runs >= 1.0 && runs <= f64::from(u32::MAX)) {
            return self.fail(Diagnostic::error(
                place,
                format!("{runs} is no number of runs"),
            ));
        }
        let mut seed = None;
        while let Some(name) = words.named() {
            if name.text != "seed" {
                return self.fail(Diagnostic::error(name.span, "expected `seed=number`"));
            }
            let number = self.next_number(words, "the seed")?;
            if !(number >= 0.0 && number.fract() == 0.0 && number < 9.0e15) {
                return self.fail(Diagnostic::error(
                    name.span,
                    "the seed is a whole number from 0",
                ));
            }
            seed = Some(number as u64);
        }
        Ok(Analysis::MonteCarlo {
            runs: runs as u32,
            seed,
        })
    }
}
