//! From a deck to a flat circuit: parameters evaluated, subcircuits expanded, lines read by their letter.

mod analysis;
mod arrays;
mod circuit;
mod commands;
mod controlled;
mod devices;
mod elements;
mod instances;
mod known;
mod models;
mod outputs;
mod parameters;
mod passives;
mod random;
mod resolve;
mod settings;
mod sources;
mod tables;
mod words;

use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

pub use analysis::{
    Analysis, DcSweep, FrequencySweep, Noise, Output, Spacing, Step, StepValues, Transient,
};
pub(crate) use arrays::{ARRAY_KIND, array_parameters};
pub use circuit::{
    AnalysisCard, Array, Behavioural, ControlLaw, Controlled, Coupling, Device, ElementCard,
    FlatCircuit, FlatElement, Fourier, Model, ModelId, NodeValue, OptionSetting, OptionValue,
    OutputKind, OutputRequest, Parameter, Passive, PassiveDetails, Quantity, Source, Switch,
    SwitchControl, Value, Waveform, WaveformKind,
};
pub(crate) use devices::MEMRISTOR_STATES;
pub use ohmloom_solver::circuit::Names;

use crate::deck::{CardKind, Deck, LineText, Span, Token, tokenize};
use crate::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::expression::SyntaxError;
use models::ModelTable;
use parameters::Frame;
use random::RandomNumbers;
use tables::Tables;

/// The most errors that are collected before elaboration stops.
const ERROR_LIMIT: usize = 50;
/// How often errors that were reported already may turn up again, in other instances, before elaboration stops.
const REPEAT_LIMIT: usize = 1000;
/// The most elements, and the most instances of subcircuits.
const ELEMENT_LIMIT: usize = 20_000_000;
/// The most nodes of one element.
const NODE_LIMIT: usize = 255;

/// What is set from outside, without a change of the deck.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overrides {
    /// Values of parameters of the top level, which replace those of the deck.
    pub parameters: Vec<(String, f64)>,
    /// The seed of `agauss` and its kind.
    pub seed: u64,
    /// The number of the Monte Carlo trial; each has its own stream of random numbers.
    pub trial: u64,
}

impl Deck {
    /// Evaluates parameters, expands subcircuits and reads all cards.
    ///
    /// # Errors
    /// Everything that is wrong with the circuit, up to 50 findings: see [`Diagnostics`].
    pub fn elaborate(&self, overrides: &Overrides) -> Result<FlatCircuit, Diagnostics> {
        Elaborator::new(self, overrides).run()
    }
}

/// An error was reported; the rest of the card is given up.
#[derive(Clone, Copy, Debug)]
struct Failed;

/// True for the names of ground.
fn is_ground(name: &str) -> bool {
    matches!(name, "0" | "gnd")
}

/// A name in an expression or command that must exist when all elements are read.
struct Reference<'d> {
    name: ReferenceName,
    place: LineText<'d>,
}

/// What a reference names.
enum ReferenceName {
    Node(String),
    Element(u32),
}

/// The work in progress.
struct Elaborator<'d> {
    deck: &'d Deck,
    overrides: &'d Overrides,
    /// The top level and the instances that are being expanded, the innermost last.
    frames: Vec<Frame<'d>>,
    tables: Vec<Option<Rc<Tables<'d>>>>,
    globals: HashSet<&'d str>,
    models: ModelTable,
    circuit: FlatCircuit,
    references: Vec<Reference<'d>>,
    /// `.ic` (false) and `.nodeset` (true) by the flat name of the node.
    pending_values: Vec<(String, NodeValue, bool)>,
    instances: usize,
    /// Parameters whose evaluation has begun, for messages about cycles.
    evaluating: Vec<LineText<'d>>,
    /// How deep expressions are nested at this moment, those of parameters included.
    depth: u32,
    random: RandomNumbers,
    findings: Vec<Diagnostic>,
    seen: HashSet<(Option<Span>, String)>,
    errors: usize,
    repeats: usize,
    spare_tokens: Vec<Vec<Token>>,
    /// For names that are put together.
    buffer: String,
}

impl<'d> Elaborator<'d> {
    fn new(deck: &'d Deck, overrides: &'d Overrides) -> Self {
        Self {
            deck,
            overrides,
            frames: Vec::new(),
            tables: vec![None; deck.blocks.len()],
            globals: HashSet::new(),
            models: ModelTable::default(),
            circuit: FlatCircuit {
                seed: overrides.seed,
                trial: overrides.trial,
                ..FlatCircuit::new(deck)
            },
            references: Vec::new(),
            pending_values: Vec::new(),
            instances: 0,
            evaluating: Vec::new(),
            depth: 0,
            random: RandomNumbers::new(overrides.seed, overrides.trial),
            findings: Vec::new(),
            seen: HashSet::new(),
            errors: 0,
            repeats: 0,
            spare_tokens: Vec::new(),
            buffer: String::new(),
        }
    }

    fn run(mut self) -> Result<FlatCircuit, Diagnostics> {
        // A failure was reported already, and `finish` sees it.
        let _ = self.run_cards();
        self.finish()
    }

    fn run_cards(&mut self) -> Result<(), Failed> {
        self.collect_globals();
        let tables = self.tables_of(0);
        let mut frame = Frame::new(0, String::new(), tables);
        frame.override_parameters(&self.overrides.parameters);
        self.frames.push(frame);
        self.check_overrides();
        self.settle_conditions()?;
        self.evaluate_parameters();
        self.read_contents();
        self.read_all_models();
        self.check_references();
        self.settle_node_values();
        self.export_parameters();
        Ok(())
    }

    fn finish(mut self) -> Result<FlatCircuit, Diagnostics> {
        let findings = Diagnostics::new(self.findings, Arc::clone(&self.deck.sources));
        if self.errors > 0 {
            return Err(findings);
        }
        self.circuit.warnings = findings;
        Ok(self.circuit)
    }

    /// Adds a finding once, even where many instances lead to it.
    fn report(&mut self, finding: Diagnostic) {
        if !self.seen.insert((finding.span, finding.message.clone())) {
            self.repeats += usize::from(finding.severity == Severity::Error);
            return;
        }
        if finding.severity == Severity::Error {
            self.errors += 1;
        } else if self.findings.len() >= 4 * ERROR_LIMIT {
            return;
        }
        self.findings.push(finding);
    }

    fn fail<T>(&mut self, finding: Diagnostic) -> Result<T, Failed> {
        self.report(finding);
        Err(Failed)
    }

    fn syntax_error<T>(&mut self, text: LineText<'d>, error: &SyntaxError) -> Result<T, Failed> {
        let place = text
            .span
            .part(error.at.start, error.at.end.max(error.at.start + 1));
        let mut finding = Diagnostic::error(place, error.message.clone());
        finding.help.clone_from(&error.help);
        self.fail(finding)
    }

    fn is_full(&self) -> bool {
        self.errors >= ERROR_LIMIT || self.repeats >= REPEAT_LIMIT
    }

    /// The tokens of a card. The buffer comes back by [`Elaborator::give_back`].
    fn tokens_of(&mut self, line: LineText<'d>) -> Result<Vec<Token>, Failed> {
        let mut tokens = self.spare_tokens.pop().unwrap_or_default();
        match tokenize(line.text, &mut tokens) {
            Ok(()) => Ok(tokens),
            Err(unclosed) => {
                let place = line.span.part(unclosed.at, unclosed.at + 1);
                self.fail(Diagnostic::error(
                    place,
                    format!("this has no closing `{}`", unclosed.missing),
                ))
            }
        }
    }

    fn give_back(&mut self, tokens: Vec<Token>) {
        if tokens.capacity() < 1 << 16 {
            self.spare_tokens.push(tokens);
        }
    }

    /// `.global` lines count wherever they stand.
    fn collect_globals(&mut self) {
        let deck = self.deck;
        for card in deck.blocks.iter().flat_map(|block| &block.cards) {
            if card.kind == CardKind::Command(crate::deck::Command::Global) {
                let line = LineText::new(&deck.sources, card.span);
                for name in line.text.split_whitespace().skip(1) {
                    if self.globals.insert(name) {
                        self.circuit.globals.push(name.to_owned());
                    }
                }
            }
        }
    }

    /// Reads the elements and commands of the innermost frame.
    fn read_contents(&mut self) {
        let Some(tables) = self.frames.last().map(|frame| Rc::clone(&frame.tables)) else {
            return;
        };
        for card in &tables.contents {
            if self.is_full() {
                return;
            }
            // What is wrong with one card was reported; the others are read all the same.
            let _ = match card.kind {
                CardKind::Element => self.element(card.span),
                CardKind::Command(command) => self.command(command, card.span),
                _ => Ok(()),
            };
        }
    }

    /// Names in expressions and commands that are nobody's.
    fn check_references(&mut self) {
        for reference in std::mem::take(&mut self.references) {
            if self.is_full() {
                return;
            }
            let span = reference.place.span;
            match reference.name {
                ReferenceName::Node(name) => {
                    if self.circuit.nodes.get(&name).is_none() {
                        let finding = Diagnostic::error(
                            span,
                            format!("no element is connected to the node `{name}`"),
                        )
                        .did_you_mean(&name, self.circuit.nodes.iter());
                        self.report(finding);
                    }
                }
                ReferenceName::Element(number) => {
                    let index = self.circuit.element_index.get(number as usize).copied();
                    if index.is_none_or(|index| index == u32::MAX) {
                        let name = self.circuit.element_names.name(number);
                        let defined = |name: &&str| {
                            let number = self.circuit.element_names.get(name);
                            number
                                .and_then(|number| self.circuit.element_index.get(number as usize))
                                != Some(&u32::MAX)
                        };
                        let finding =
                            Diagnostic::error(span, format!("there is no element `{name}`"))
                                .did_you_mean(
                                    name,
                                    self.circuit.element_names.iter().filter(defined),
                                );
                        self.report(finding);
                    }
                }
            }
        }
    }
}
