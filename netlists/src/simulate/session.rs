//! One deck under simulation: its circuit, its settings, its analyses in all their repetitions.

use ohmloom_solver::circuit::{self, Circuit, CircuitError, Guesses, Jacobian, Options};
use thiserror::Error;

use super::analyses::{Bench, Progress, carry_on};
use super::assembly::{Assembled, assemble};
use super::recording::Selection;
use super::selection;
use super::settings::Settings;
use super::temperature;
use crate::deck::{Deck, Span};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::elaborate::{
    Analysis, AnalysisCard, DcSweep, ElementCard, FlatCircuit, FlatElement, OptionSetting,
    OptionValue, Overrides, Spacing, Step, StepValues,
};
use crate::numbers;
use crate::results::Plot;

/// Why a simulation failed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SimulationError {
    /// The deck is wrong; the findings say where.
    #[error(transparent)]
    Deck(#[from] Diagnostics),
    /// The deck asks for nothing.
    #[error("the deck asks for no analysis; add a line such as .op or .tran 1n 1u")]
    NoAnalysis,
    /// The circuit could not be solved.
    #[error("{analysis}: {source}")]
    Circuit {
        /// The analysis line.
        analysis: String,
        /// What went wrong.
        source: Box<CircuitError>,
    },
}

/// Which repetition of the analyses a result belongs to.
#[derive(Clone, Debug, PartialEq)]
pub enum RunKind {
    /// There is only one.
    Single,
    /// Values of the `.step` lines, and the number of the Monte Carlo trial from 1 where there is one.
    Repetition {
        /// Names and values of what was stepped.
        steps: Vec<(String, f64)>,
        /// The trial.
        trial: Option<u64>,
    },
}

impl RunKind {
    /// ` [rload=1000]` behind a title, empty for a single run.
    pub fn suffix(&self) -> String {
        match self {
            Self::Single => String::new(),
            Self::Repetition { steps, trial } => {
                let mut parts: Vec<String> = steps
                    .iter()
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect();
                if let Some(trial) = trial {
                    parts.push(format!("trial={trial}"));
                }
                format!(" [{}]", parts.join(", "))
            }
        }
    }
}

/// A deck with its circuit.
pub struct Session {
    deck: Deck,
    overrides: Overrides,
    flat: FlatCircuit,
    circuit: Circuit,
    options: Options,
    nominal_celsius: f64,
    guesses: Guesses,
    selection: Selection,
    last_solution: Option<Vec<f64>>,
    warnings: Vec<Diagnostics>,
}

/// Repetitions of one deck, at most.
const MOST_RUNS: usize = 1_000_000;

impl Session {
    /// Elaborates a deck and builds its circuit.
    ///
    /// # Errors
    /// Everything that is wrong with the deck.
    pub fn new(deck: Deck, overrides: Overrides) -> Result<Self, Diagnostics> {
        let flat = deck.elaborate(&overrides)?;
        let Assembled {
            circuit,
            settings,
            guesses,
            warnings,
        } = assemble(&flat, None)?;
        let selection = selection::of(&flat, &circuit);
        Ok(Self {
            warnings: vec![deck.warnings.clone(), flat.warnings.clone(), warnings],
            deck,
            overrides,
            flat,
            circuit,
            nominal_celsius: settings.tnom,
            options: settings.options,
            guesses,
            selection,
            last_solution: None,
        })
    }

    /// What the author of the deck should look at.
    pub fn warnings(&self) -> impl Iterator<Item = &Diagnostics> {
        self.warnings.iter().filter(|warnings| !warnings.is_empty())
    }

    /// The flat circuit.
    pub fn flat(&self) -> &FlatCircuit {
        &self.flat
    }

    /// The solver's circuit.
    pub fn circuit(&self) -> &Circuit {
        &self.circuit
    }

    /// The solver's circuit, to change its elements.
    pub fn circuit_mut(&mut self) -> &mut Circuit {
        &mut self.circuit
    }

    /// Temperature at which model parameters hold, degrees Celsius.
    pub fn nominal_celsius(&self) -> f64 {
        self.nominal_celsius
    }

    /// Tolerances and limits.
    pub fn options_mut(&mut self) -> &mut Options {
        &mut self.options
    }

    /// Which quantities analyses keep.
    pub fn selection_mut(&mut self) -> &mut Selection {
        &mut self.selection
    }

    /// The matrix of the operating point (`dF/dx`), rows and columns in the order of the circuit's unknowns.
    ///
    /// # Errors
    /// No operating point.
    pub fn jacobian(&mut self) -> Result<Jacobian, CircuitError> {
        circuit::jacobian(&mut self.circuit, &self.options, &self.guesses)
    }

    /// Names of the elements that use a model.
    pub(super) fn elements_of_model(&self, model: &str) -> Vec<String> {
        self.flat
            .elements
            .iter()
            .filter(|element| {
                let id = match &element.card {
                    ElementCard::Device(device) => Some(device.model),
                    ElementCard::Switch(switch) => Some(switch.model),
                    ElementCard::Array(array) => Some(array.model),
                    ElementCard::Passive(passive) => {
                        passive.details.as_ref().and_then(|details| details.model)
                    }
                    _ => None,
                };
                id.and_then(|id| self.flat.model(id))
                    .is_some_and(|used| used.name == model)
            })
            .map(|element| self.flat.name_of(element).to_owned())
            .collect()
    }

    /// A parameter or a quantity of an element at the last accepted solution.
    pub(super) fn last_value(&self, element: &str, quantity: &str) -> Option<f64> {
        let rest = vec![0.0; self.circuit.unknown_count() + 1];
        let x = self.last_solution.as_ref().unwrap_or(&rest);
        let at = self.circuit.at(x, &self.options);
        self.circuit.value(element, quantity, &at).ok().flatten()
    }

    /// Sets an option as `.options name=value` does.
    pub(super) fn apply_option(&mut self, name: &str, value: &str) -> Result<(), String> {
        let value = match numbers::parse_number(value) {
            Some((number, _)) => OptionValue::Number(number),
            None if value.is_empty() => OptionValue::Flag,
            None => OptionValue::Text(value.to_owned()),
        };
        let mut settings = Settings {
            options: self.options.clone(),
            temperature: self.circuit.temperature(),
            tnom: self.nominal_celsius,
            defaults: [("l", None), ("w", None), ("ad", None), ("as", None)],
        };
        let mut findings = Vec::new();
        settings.apply(
            &OptionSetting {
                name: name.to_ascii_lowercase(),
                value,
                span: Span::default(),
            },
            &mut findings,
        );
        if let Some(finding) = findings.first() {
            return Err(finding.message.clone());
        }
        self.options = settings.options;
        self.circuit
            .set_temperature(settings.temperature)
            .map_err(|error| error.to_string())
    }

    /// Builds the circuit anew from the deck: every change since is undone.
    ///
    /// # Errors
    /// Everything that is wrong with the deck.
    pub fn reset(&mut self) -> Result<(), Diagnostics> {
        let overrides = self.overrides.clone();
        self.rebuild(&overrides)
    }

    fn rebuild(&mut self, overrides: &Overrides) -> Result<(), Diagnostics> {
        let flat = self.deck.elaborate(overrides)?;
        let assembled = assemble(&flat, None)?;
        self.flat = flat;
        self.circuit = assembled.circuit;
        self.options = assembled.settings.options;
        self.guesses = assembled.guesses;
        Ok(())
    }

    /// Runs one analysis and adds its plots to `plots`, also the part of a sweep or transient that came before an error.
    ///
    /// # Errors
    /// No convergence, unknown nodes or elements.
    pub fn analyse(
        &mut self,
        analysis: &Analysis,
        progress: Progress<'_>,
        plots: &mut Vec<Plot>,
    ) -> Result<(), CircuitError> {
        if let Analysis::Dc(sweeps) = analysis
            && sweeps.iter().any(|sweep| sweep.variable == "temp")
            && temperature::matters(&self.flat)
        {
            return self.sweep_temperature(sweeps, plots);
        }
        if matches!(analysis, Analysis::Noise(_)) {
            self.refuse_noise_of_arrays()?;
        }
        Bench {
            circuit: &mut self.circuit,
            options: &self.options,
            guesses: &self.guesses,
            selection: &self.selection,
            title: &self.flat.title,
            last_solution: &mut self.last_solution,
        }
        .run(analysis, progress, plots)
    }

    /// The noise inside an array is not known outside of it.
    fn refuse_noise_of_arrays(&self) -> Result<(), CircuitError> {
        let is_array = |element: &&FlatElement| matches!(element.card, ElementCard::Array(_));
        match self.flat.elements.iter().find(is_array) {
            None => Ok(()),
            Some(array) => Err(CircuitError::Settings(format!(
                ".noise: the noise of the array `{}` is not supported; write its cells and wires as elements of their own",
                self.flat.name_of(array)
            ))),
        }
    }

    /// A sweep of the temperature in a circuit with parameters that are expressions of it: the circuit is built anew at each
    /// temperature.
    fn sweep_temperature(
        &mut self,
        sweeps: &[DcSweep],
        plots: &mut Vec<Plot>,
    ) -> Result<(), CircuitError> {
        let Some((last, inner)) = sweeps.split_last() else {
            return Ok(());
        };
        if last.variable != "temp" {
            return Err(CircuitError::Settings(
                ".dc: in a circuit with parameters that depend on the temperature, `temp` must be the outer sweep".to_owned(),
            ));
        }
        let mut whole: Option<Plot> = None;
        let mut outcome = Ok(());
        for celsius in circuit::Sweep::linear(last.start, last.stop, last.step)? {
            let assembled = assemble(&self.flat, Some(celsius))
                .map_err(|findings| CircuitError::Settings(findings.to_string()))?;
            self.circuit = assembled.circuit;
            let point = DcSweep {
                start: celsius,
                stop: celsius,
                ..last.clone()
            };
            let sweeps: Vec<DcSweep> = inner.iter().cloned().chain([point]).collect();
            let mut made = Vec::new();
            outcome = Bench {
                circuit: &mut self.circuit,
                options: &self.options,
                guesses: &self.guesses,
                selection: &self.selection,
                title: &self.flat.title,
                last_solution: &mut self.last_solution,
            }
            .run(&Analysis::Dc(sweeps), &mut carry_on, &mut made);
            for plot in made {
                match &mut whole {
                    None => whole = Some(plot),
                    Some(whole) => whole.append(plot),
                }
            }
            if outcome.is_err() {
                break;
            }
        }
        plots.extend(whole);
        let own = assemble(&self.flat, None)
            .map_err(|findings| CircuitError::Settings(findings.to_string()))?;
        self.circuit = own.circuit;
        outcome
    }

    /// Runs all analyses of the deck, for every value of `.step` lines and every trial of `.mc`, and hands the plots of each
    /// repetition to `output` as soon as they are there.
    ///
    /// # Errors
    /// The first repetition or analysis that fails; what came before was handed out.
    pub fn run_all(
        &mut self,
        progress: Progress<'_>,
        output: &mut dyn FnMut(&RunKind, Vec<Plot>),
    ) -> Result<(), SimulationError> {
        let repeats_only = |card: &AnalysisCard| {
            matches!(
                card.analysis,
                Analysis::Step(_) | Analysis::MonteCarlo { .. }
            )
        };
        if self.flat.analyses.iter().all(repeats_only) {
            return Err(SimulationError::NoAnalysis);
        }
        let repetitions = self.repetitions()?;
        for (kind, overrides, changes) in repetitions {
            if kind != RunKind::Single {
                self.rebuild(&overrides)?;
                for (name, value) in changes {
                    self.change(&name, value)?;
                }
            }
            let cards = in_order(&self.flat.analyses);
            for card in cards {
                let mut plots = Vec::new();
                let outcome = self.analyse(&card.analysis, progress, &mut plots);
                if !plots.is_empty() {
                    output(&kind, plots);
                }
                outcome.map_err(|source| SimulationError::Circuit {
                    analysis: self.describe(card.span),
                    source: Box::new(source),
                })?;
            }
        }
        Ok(())
    }

    /// An analysis line as messages show it: `deck.cir:7: .tran 1n 1u`.
    fn describe(&self, span: Span) -> String {
        let text = self.flat.sources.original(span).trim().to_owned();
        match self.flat.sources.location(span) {
            Some(place) => format!("{}:{}: {text}", place.file, place.line),
            None => text,
        }
    }

    fn change(&mut self, name: &str, value: f64) -> Result<(), SimulationError> {
        let outcome = if name == "temp" && temperature::matters(&self.flat) {
            self.circuit = assemble(&self.flat, Some(value))?.circuit;
            Ok(())
        } else if name == "temp" {
            self.circuit.set_temperature(value + 273.15)
        } else {
            self.circuit.set(name, None, value)
        };
        outcome.map_err(|source| SimulationError::Circuit {
            analysis: ".step".to_owned(),
            source: Box::new(source),
        })
    }

    /// Every repetition: its name, the overrides it is elaborated with, the element values changed afterwards.
    #[expect(
        clippy::type_complexity,
        reason = "three lists side by side, used once"
    )]
    fn repetitions(&self) -> Result<Vec<(RunKind, Overrides, Vec<(String, f64)>)>, Diagnostics> {
        let mut steps: Vec<(Step, Span, Vec<f64>)> = Vec::new();
        let mut trials: Option<(u64, u64)> = None;
        for card in &self.flat.analyses {
            match &card.analysis {
                Analysis::Step(step) => {
                    let values = step_values(&step.values)
                        .map_err(|reason| self.refuse(card.span, reason))?;
                    steps.push((step.clone(), card.span, values));
                }
                Analysis::MonteCarlo { runs, seed } => {
                    trials = Some((u64::from(*runs), seed.unwrap_or(self.overrides.seed)));
                }
                _ => {}
            }
        }
        if steps.is_empty() && trials.is_none() {
            return Ok(vec![(RunKind::Single, self.overrides.clone(), Vec::new())]);
        }
        let count = steps
            .iter()
            .map(|(_, _, values)| values.len())
            .chain(trials.map(|(runs, _)| runs as usize))
            .try_fold(1_usize, usize::checked_mul)
            .filter(|&count| count <= MOST_RUNS)
            .ok_or_else(|| {
                let span = steps.first().map(|(_, span, _)| *span).unwrap_or_default();
                self.refuse(span, format!("more than {MOST_RUNS} repetitions"))
            })?;
        let mut all = Vec::with_capacity(count);
        for index in 0..count {
            let mut rest = index;
            let mut overrides = self.overrides.clone();
            let mut changes = Vec::new();
            let mut named = Vec::new();
            for (step, _, values) in &steps {
                let value = values[rest % values.len()];
                rest /= values.len();
                named.push((step.variable.clone(), value));
                if step.is_parameter || self.is_parameter(&step.variable) {
                    overrides.parameters.push((step.variable.clone(), value));
                } else {
                    changes.push((step.variable.clone(), value));
                }
            }
            let trial = trials.map(|(_, seed)| {
                overrides.seed = seed;
                overrides.trial = rest as u64;
                rest as u64 + 1
            });
            let kind = RunKind::Repetition {
                steps: named,
                trial,
            };
            all.push((kind, overrides, changes));
        }
        Ok(all)
    }

    fn is_parameter(&self, name: &str) -> bool {
        self.flat.parameters.iter().any(|(own, _)| own == name)
    }

    fn refuse(&self, span: Span, reason: String) -> Diagnostics {
        Diagnostics::new(
            vec![Diagnostic::error(span, reason)],
            std::sync::Arc::clone(&self.flat.sources),
        )
    }
}

/// The order in which ngspice runs the analyses of a deck: by kind, and of one kind the last one first.
fn in_order(analyses: &[AnalysisCard]) -> Vec<AnalysisCard> {
    let rank = |card: &AnalysisCard| match card.analysis {
        Analysis::Ac(_) => 0,
        Analysis::Dc(_) => 1,
        Analysis::OperatingPoint => 2,
        Analysis::Transient(_) => 3,
        Analysis::TransferFunction { .. } => 4,
        Analysis::Noise(_) => 5,
        Analysis::Sensitivity { .. } => 6,
        Analysis::Step(_) | Analysis::MonteCarlo { .. } => 7,
    };
    let mut cards: Vec<AnalysisCard> = analyses.iter().rev().cloned().collect();
    cards.sort_by_key(rank);
    cards
}

fn step_values(values: &StepValues) -> Result<Vec<f64>, String> {
    let bad = |error: CircuitError| error.to_string().replace("sweep", "step");
    match values {
        StepValues::List(list) if list.is_empty() => Err("an empty list of values".to_owned()),
        StepValues::List(list) => Ok(list.clone()),
        StepValues::Linear { start, stop, step } => {
            ohmloom_solver::circuit::Sweep::linear(*start, *stop, *step).map_err(bad)
        }
        StepValues::Logarithmic {
            spacing,
            start,
            stop,
            points,
        } => {
            let points = *points as usize;
            let spacing = match spacing {
                Spacing::Octave => ohmloom_solver::circuit::FrequencySweep::Octave(points),
                _ => ohmloom_solver::circuit::FrequencySweep::Decade(points),
            };
            spacing
                .frequencies(*start, *stop, ohmloom_solver::circuit::Grid::Exact)
                .map_err(bad)
        }
    }
}
