//! From the cards of a flat circuit to the elements of the solver's circuit.

mod ammeters;
mod arrays;
mod behavioural;
mod matrix_file;
mod memristors;
mod parameters;
mod passives;
mod phase_change;
mod semiconductors;
mod sources;
mod xyce_memristors;

use std::collections::HashMap;
use std::sync::Arc;

use ohmloom_devices::mosfets::{EkvModel, MosfetModel};
use ohmloom_devices::passive::{
    Capacitor, CapacitorModel, InductorModel, Resistor, ResistorModel, Winding,
};
use ohmloom_devices::semiconductors::{BipolarModel, DiodeModel, JfetModel};
use ohmloom_devices::sources::{CurrentSwitchModel, VoltageSwitchModel};
use ohmloom_solver::circuit::{Circuit, CircuitBuilder, CircuitError, Element, Guesses, Unknown};

use self::ammeters::Ammeter;
use super::settings::Settings;
use crate::deck::Span;
use crate::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::elaborate::{ElementCard, FlatCircuit, FlatElement, Model, ModelId};

/// A circuit ready for analyses, with what was remarkable about its cards.
pub(super) struct Assembled {
    pub(super) circuit: Circuit,
    pub(super) settings: Settings,
    pub(super) guesses: Guesses,
    pub(super) warnings: Diagnostics,
}

/// Builds the circuit that a flat circuit describes, at its own temperature or at another one.
///
/// # Errors
/// Everything that is wrong with element lines, models and options.
pub(super) fn assemble(
    flat: &FlatCircuit,
    ambient_celsius: Option<f64>,
) -> Result<Assembled, Diagnostics> {
    let mut findings = Vec::new();
    let mut settings = Settings::of(flat, &mut findings);
    if let Some(celsius) = ambient_celsius {
        settings.temperature = celsius + 273.15;
    }
    let mut assembly = Assembly {
        flat,
        settings: &settings,
        nodes: Vec::with_capacity(flat.nodes.len()),
        builder: CircuitBuilder::with_nodes(flat.nodes.clone()),
        models: Models::default(),
        windings: HashMap::new(),
        ammeters: ammeters::needed(flat),
        findings,
    };
    // Arrays have very many of these.
    let count = |kind| {
        flat.elements
            .iter()
            .filter(|element| element.kind == kind)
            .count()
    };
    assembly.builder.expect::<Resistor>(count('r'));
    assembly.builder.expect::<Capacitor>(count('c'));
    assembly.nodes.extend(assembly.builder.nodes());
    let is_coupling = |element: &FlatElement| matches!(element.card, ElementCard::Coupling(_));
    let couplings = flat.elements.iter().filter(|element| is_coupling(element));
    let others = flat.elements.iter().filter(|element| !is_coupling(element));
    for element in others.chain(couplings) {
        if let Err(finding) = assembly.add(element) {
            assembly.findings.push(finding);
        }
        if assembly.findings.len() > MOST_FINDINGS {
            break;
        }
    }
    let Assembly {
        nodes,
        builder,
        mut findings,
        ..
    } = assembly;
    let failed = |findings: Vec<Diagnostic>| Diagnostics::new(findings, Arc::clone(&flat.sources));
    if findings.iter().any(is_error) {
        findings.retain(is_error);
        return Err(failed(findings));
    }
    let circuit = match builder.build(settings.temperature) {
        Ok(circuit) => circuit,
        Err(error) => return Err(failed(vec![locate(flat, &error)])),
    };
    let potentials = |values: &[crate::elaborate::NodeValue]| {
        values
            .iter()
            .filter_map(|value| Some((*nodes.get(value.node as usize)?, value.value)))
            .filter(|(node, _)| !node.is_ground())
            .collect::<Vec<(Unknown, f64)>>()
    };
    let mut nodesets = potentials(&flat.nodesets);
    if let Some(everywhere) = flat.nodeset_all {
        for &node in &nodes {
            if !node.is_ground() && !nodesets.iter().any(|(other, _)| *other == node) {
                nodesets.push((node, everywhere));
            }
        }
    }
    Ok(Assembled {
        guesses: Guesses {
            nodesets,
            held: potentials(&flat.initial_conditions),
        },
        circuit,
        settings,
        warnings: failed(findings),
    })
}

/// Findings after which assembling stops.
const MOST_FINDINGS: usize = 50;

fn is_error(finding: &Diagnostic) -> bool {
    finding.severity == Severity::Error
}

/// The line that an error of the solver is about.
fn locate(flat: &FlatCircuit, error: &CircuitError) -> Diagnostic {
    let name = match error {
        CircuitError::Parameter { element, .. }
        | CircuitError::NoBranch { element, .. }
        | CircuitError::DuplicateName { name: element } => Some(element),
        _ => None,
    };
    match name.and_then(|name| flat.element(name)) {
        Some(element) => Diagnostic::error(element.span, error.to_string()),
        None => Diagnostic::without_place(error.to_string()),
    }
}

struct Assembly<'a> {
    flat: &'a FlatCircuit,
    settings: &'a Settings,
    /// The solver's node for each node of the flat circuit.
    nodes: Vec<Unknown>,
    builder: CircuitBuilder,
    models: Models,
    /// Inductors by the number of their names, for couplings.
    windings: HashMap<u32, Winding>,
    /// Elements whose current is measured by a source in series, by the number of their names.
    ammeters: HashMap<u32, Ammeter>,
    findings: Vec<Diagnostic>,
}

/// Model cards turned into parameter sets, each once.
#[derive(Default)]
struct Models {
    resistors: HashMap<u32, Arc<ResistorModel>>,
    capacitors: HashMap<u32, Arc<CapacitorModel>>,
    inductors: HashMap<u32, Arc<InductorModel>>,
    diodes: HashMap<u32, Arc<DiodeModel>>,
    bipolars: HashMap<u32, Arc<BipolarModel>>,
    jfets: HashMap<u32, Arc<JfetModel>>,
    mosfets: HashMap<u32, Arc<MosfetModel>>,
    ekvs: HashMap<u32, Arc<EkvModel>>,
    voltage_switches: HashMap<u32, Arc<VoltageSwitchModel>>,
    current_switches: HashMap<u32, Arc<CurrentSwitchModel>>,
}

impl Assembly<'_> {
    fn add(&mut self, element: &FlatElement) -> Result<(), Diagnostic> {
        self.insert_ammeter(element)?;
        match &element.card {
            ElementCard::Passive(card) => self.passive(element, card),
            ElementCard::Source(card) => self.source(element, card),
            ElementCard::Controlled(card) => self.controlled(element, card),
            ElementCard::Behavioural(card) => self.behavioural(element, card),
            ElementCard::Switch(card) => self.switch(element, card),
            ElementCard::Coupling(card) => self.coupling(element, card),
            ElementCard::Device(card) => self.device(element, card),
            ElementCard::Array(card) => self.array(element, card),
        }
    }

    /// Adds a finished element, or says at its line why it could not be made.
    fn put<E: Element>(
        &mut self,
        element: &FlatElement,
        made: Result<E, CircuitError>,
    ) -> Result<(), Diagnostic> {
        made.and_then(|made| self.builder.add(made))
            .map_err(|error| Diagnostic::error(element.span, error.to_string()))
    }

    fn name(&self, element: &FlatElement) -> String {
        self.flat.name_of(element).to_owned()
    }

    /// The node at a position of the element line.
    fn node_at(&mut self, element: &FlatElement, position: usize) -> Result<Unknown, Diagnostic> {
        if position == 0
            && let Some(ammeter) = self.ammeters.get(&element.name)
        {
            return Ok(self.builder.node(&ammeter.node));
        }
        self.flat
            .nodes_of(element)
            .get(position)
            .and_then(|&number| self.nodes.get(number as usize))
            .copied()
            .ok_or_else(|| {
                Diagnostic::error(
                    element.span,
                    format!("`{}` needs more nodes", self.flat.name_of(element)),
                )
            })
    }

    fn node(&self, number: u32) -> Unknown {
        self.nodes
            .get(number as usize)
            .copied()
            .unwrap_or(Unknown::GROUND)
    }

    fn pair(&mut self, element: &FlatElement) -> Result<(Unknown, Unknown), Diagnostic> {
        Ok((self.node_at(element, 0)?, self.node_at(element, 1)?))
    }

    fn model(&self, span: Span, id: ModelId) -> Result<&Model, Diagnostic> {
        self.flat
            .model(id)
            .ok_or_else(|| Diagnostic::error(span, "the model of this element is missing"))
    }
}
