//! A flat circuit: what a deck describes, without subcircuits, parameters or text.

use std::sync::Arc;

use ohmloom_devices::expression::Expression;

use super::Names;
use super::analysis::Analysis;
use crate::deck::{ControlBlock, Deck, Sources, Span, TextLine};
use crate::diagnostics::Diagnostics;

/// A circuit without hierarchy. Node 0 is ground.
#[derive(Clone, Debug)]
pub struct FlatCircuit {
    /// The title of the deck.
    pub title: String,
    /// The files of the deck, for messages about elements.
    pub sources: Arc<Sources>,
    /// Node names; `0` is number 0. A node inside instances is called `x1.x2.node`.
    pub nodes: Names,
    /// Element names by number: `r1`, or `r.x1.x2.r1` inside instances.
    pub element_names: Names,
    /// The elements in the order of the deck, instances expanded in place.
    pub elements: Vec<FlatElement>,
    /// The nodes of all elements, one after the other.
    pub(crate) node_lists: Vec<u32>,
    /// For each element name the index of its element.
    pub(crate) element_index: Vec<u32>,
    /// Models that are used, and all models of the top level.
    pub models: Vec<Model>,
    /// `.ic`: node and volts.
    pub initial_conditions: Vec<NodeValue>,
    /// `.nodeset`: node and volts.
    pub nodesets: Vec<NodeValue>,
    /// `.nodeset all=value`, in volts.
    pub nodeset_all: Option<f64>,
    /// `.options`, in order; a later one replaces an earlier one of the same name.
    pub options: Vec<OptionSetting>,
    /// `.temp` and `.options temp`, in degrees Celsius; empty means 27.
    pub temperatures: Vec<f64>,
    /// The analyses in the order of the deck.
    pub analyses: Vec<AnalysisCard>,
    /// `.save`, `.print`, `.plot` and `.probe`.
    pub outputs: Vec<OutputRequest>,
    /// `.meas`, with parameters replaced by their numbers.
    pub measures: Vec<TextLine>,
    /// `.four`
    pub fourier: Vec<Fourier>,
    /// `.control` blocks.
    pub control: Vec<ControlBlock>,
    /// `.global` nodes.
    pub globals: Vec<String>,
    /// The parameters of the top level with their values.
    pub parameters: Vec<(String, f64)>,
    /// `.csparam`: vectors of control scripts.
    pub control_parameters: Vec<(String, f64)>,
    /// `.width out=`: columns of printed tables.
    pub width: Option<u32>,
    /// The seed of random numbers.
    pub seed: u64,
    /// The Monte Carlo trial, from 0.
    pub trial: u64,
    /// What the author should look at.
    pub warnings: Diagnostics,
}

impl FlatCircuit {
    /// A circuit with nothing but ground.
    pub(super) fn new(deck: &Deck) -> Self {
        let mut nodes = Names::default();
        // The table is empty, so that this is number 0.
        nodes.intern("0");
        // Most lines are elements with two nodes.
        let lines = deck.blocks.first().map_or(0, |top| top.cards.len());
        Self {
            title: deck.title.clone(),
            sources: Arc::clone(&deck.sources),
            nodes,
            element_names: Names::default(),
            elements: Vec::with_capacity(lines),
            node_lists: Vec::with_capacity(2 * lines),
            element_index: Vec::with_capacity(lines),
            models: Vec::new(),
            initial_conditions: Vec::new(),
            nodesets: Vec::new(),
            nodeset_all: None,
            options: Vec::new(),
            temperatures: Vec::new(),
            analyses: Vec::new(),
            outputs: Vec::new(),
            measures: Vec::new(),
            fourier: Vec::new(),
            control: deck.control_blocks().to_vec(),
            globals: Vec::new(),
            parameters: Vec::new(),
            control_parameters: Vec::new(),
            width: None,
            seed: 0,
            trial: 0,
            warnings: Diagnostics::new(Vec::new(), Arc::clone(&deck.sources)),
        }
    }

    /// The name of an element.
    pub fn name_of(&self, element: &FlatElement) -> &str {
        self.element_names.name(element.name)
    }

    /// The nodes of an element in the order of its line.
    pub fn nodes_of(&self, element: &FlatElement) -> &[u32] {
        let start = element.first_node as usize;
        self.node_lists
            .get(start..start + usize::from(element.node_count))
            .unwrap_or(&[])
    }

    /// The element with a name.
    pub fn element(&self, name: &str) -> Option<&FlatElement> {
        let number = self.element_names.get(name)?;
        self.elements
            .get(*self.element_index.get(number as usize)? as usize)
    }

    /// The model of a device.
    pub fn model(&self, id: ModelId) -> Option<&Model> {
        self.models.get(id.0 as usize)
    }

    /// The last setting of an option.
    pub fn option(&self, name: &str) -> Option<&OptionSetting> {
        self.options.iter().rev().find(|option| option.name == name)
    }
}

/// A number, or what it is computed from while the circuit is simulated.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// An expression in voltages, currents, `time`, `temper` or `hertz`. Its node and element names are those of the
    /// flat circuit; parameters are replaced by numbers and calls of `.func` functions by their bodies.
    Expression(Box<Expression>),
    /// A word, where a parameter is one: `window=joglekar`.
    Word(Box<str>),
}

impl Value {
    /// The number, where it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            Value::Expression(_) | Value::Word(_) => None,
        }
    }

    /// The word, where it is one.
    pub fn word(&self) -> Option<&str> {
        match self {
            Value::Word(word) => Some(word),
            Value::Number(_) | Value::Expression(_) => None,
        }
    }
}

/// A named value at the end of an element line or in a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// The name in lower case.
    pub name: Box<str>,
    /// The value in SI units; a flag has the value 1.
    pub value: Value,
    /// Where the name stands.
    pub span: Span,
}

/// The number of a model in [`FlatCircuit::models`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ModelId(pub u32);

/// A `.model` card.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The name; `x1.x2:name` for a model inside a subcircuit whose values differ between instances.
    pub name: String,
    /// The type in lower case: `npn`, `nmos`, `d`, ...
    pub kind: String,
    /// The parameters in the order of the card.
    pub parameters: Vec<Parameter>,
    /// Where the card stands.
    pub span: Span,
}

impl Model {
    /// The last value of a parameter, where it is a number.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.parameters
            .iter()
            .rev()
            .find(|parameter| &*parameter.name == name)?
            .value
            .number()
    }
}

/// An element. Its name and nodes are read with [`FlatCircuit::name_of`] and [`FlatCircuit::nodes_of`].
#[derive(Clone, Debug)]
pub struct FlatElement {
    /// The number of its name.
    pub name: u32,
    pub(crate) first_node: u32,
    pub(crate) node_count: u8,
    /// The letter of the element line in lower case.
    pub kind: char,
    /// Where the line stands.
    pub span: Span,
    /// What the line says besides name and nodes.
    pub card: ElementCard,
}

/// What an element line says besides name and nodes, as far as the syntax goes.
#[derive(Clone, Debug)]
pub enum ElementCard {
    /// R, C or L, which [`FlatElement::kind`] tells.
    Passive(Passive),
    /// V or I.
    Source(Box<Source>),
    /// E, F, G or H. The nodes of the element are the two of its output.
    Controlled(Box<Controlled>),
    /// B.
    Behavioural(Box<Behavioural>),
    /// S or W. The nodes of the element are the two of the contact.
    Switch(Box<Switch>),
    /// K.
    Coupling(Box<Coupling>),
    /// D, Q, J, M or N.
    Device(Box<Device>),
    /// YARRAY. Its nodes are not among those of [`FlatCircuit::nodes_of`].
    Array(Box<Array>),
}

/// A resistor, capacitor or inductor.
#[derive(Clone, Debug, Default)]
pub struct Passive {
    /// Ohm, farad or henry; `None` when the model gives it.
    pub value: Option<Value>,
    /// Model, multiplier and parameters, where there are any.
    pub details: Option<Box<PassiveDetails>>,
}

/// What few resistors, capacitors and inductors have.
#[derive(Clone, Debug)]
pub struct PassiveDetails {
    /// The model.
    pub model: Option<ModelId>,
    /// How many of these are in parallel.
    pub multiplier: f64,
    /// `l`, `w`, `tc1`, `tc2`, `ac`, `ic`, `temp`, ... A charge expression of a capacitor is called `q`.
    pub parameters: Vec<Parameter>,
}

/// An independent source.
#[derive(Clone, Debug)]
pub struct Source {
    /// The DC value in V or A, where it is given.
    pub dc: Option<Value>,
    /// Magnitude in V or A and phase in degrees of the small signal.
    pub ac: Option<(f64, f64)>,
    /// The value over time.
    pub waveform: Option<Waveform>,
    /// How many current sources are in parallel; voltage sources do not change.
    pub multiplier: f64,
}

/// A value over time, as written; defaults depend on the analysis and are not filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Waveform {
    /// Its function.
    pub kind: WaveformKind,
    /// The numbers in the order of the line.
    pub arguments: Vec<f64>,
    /// `r=` and `td=` of PWL.
    pub named: Vec<(String, f64)>,
}

/// The function of a waveform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaveformKind {
    /// `pulse`
    Pulse,
    /// `sin`
    Sine,
    /// `exp`
    Exponential,
    /// `pwl`
    PiecewiseLinear,
    /// `sffm`
    FrequencyModulated,
    /// `am`
    AmplitudeModulated,
    /// `trnoise`
    TransientNoise,
    /// `trrandom`
    TransientRandom,
}

/// A source that follows voltages or currents.
#[derive(Clone, Debug)]
pub struct Controlled {
    /// How it follows them.
    pub law: ControlLaw,
    /// How many current sources are in parallel.
    pub multiplier: f64,
    /// `ic` and what else was given.
    pub parameters: Vec<Parameter>,
}

/// How a controlled source follows its inputs.
#[derive(Clone, Debug)]
pub enum ControlLaw {
    /// `gain * v(plus, minus)`
    LinearVoltage {
        /// First controlling node.
        plus: u32,
        /// Second controlling node.
        minus: u32,
        /// V/V or A/V.
        gain: Value,
    },
    /// `gain * i(element)`
    LinearCurrent {
        /// The number of the name of the element whose current it is.
        element: u32,
        /// A/A or V/A.
        gain: Value,
    },
    /// `poly(n)` in voltages between pairs of nodes.
    PolynomialVoltage {
        /// The node pairs.
        inputs: Vec<(u32, u32)>,
        /// In the order of SPICE: constant, linear terms, quadratic terms, ...
        coefficients: Vec<f64>,
    },
    /// `poly(n)` in currents of elements.
    PolynomialCurrent {
        /// Numbers of element names.
        inputs: Vec<u32>,
        /// As above.
        coefficients: Vec<f64>,
    },
    /// `table {input} = (x, y) ...`
    Table {
        /// What is looked up.
        input: Value,
        /// The points in the order of the line.
        points: Vec<(f64, f64)>,
    },
    /// `value={...}`, `vol=...` or `cur=...`
    Expression(Value),
}

/// What a B source gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// `v=`
    Voltage,
    /// `i=`
    Current,
}

/// A B source.
#[derive(Clone, Debug)]
pub struct Behavioural {
    /// What it gives.
    pub quantity: Quantity,
    /// How much, in V or A.
    pub value: Value,
    /// How many current sources are in parallel.
    pub multiplier: f64,
    /// `tc1`, `tc2`, `temp`, `dtemp`, ...
    pub parameters: Vec<Parameter>,
}

/// A switch.
#[derive(Clone, Debug)]
pub struct Switch {
    /// What moves it.
    pub control: SwitchControl,
    /// Its model (`sw` or `csw`).
    pub model: ModelId,
    /// `on` or `off` at the end of the line.
    pub initially_on: Option<bool>,
    /// How many switches are in parallel.
    pub multiplier: f64,
}

/// What moves a switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SwitchControl {
    /// The voltage between two nodes.
    Voltage(u32, u32),
    /// The current of an element, by the number of its name.
    Current(u32),
}

/// Coupled inductors.
#[derive(Clone, Debug)]
pub struct Coupling {
    /// Numbers of the names of two or more inductors.
    pub inductors: Vec<u32>,
    /// The coupling coefficient of each pair.
    pub coefficient: f64,
}

/// A semiconductor device.
#[derive(Clone, Debug)]
pub struct Device {
    /// The model.
    pub model: ModelId,
    /// The number after the model, for D, Q and J.
    pub area: Option<Value>,
    /// `off`: start the operating point without current.
    pub off: bool,
    /// `thermal`: the last node is the junction temperature.
    pub thermal: bool,
    /// `ic=` voltages.
    pub initial_conditions: Vec<f64>,
    /// How many devices are in parallel.
    pub multiplier: f64,
    /// `w`, `l`, `temp`, ...
    pub parameters: Vec<Parameter>,
}

/// A whole array.
#[derive(Clone, Debug)]
pub struct Array {
    /// The left ends of the rows.
    pub rows: Vec<u32>,
    /// The bottom ends of the columns.
    pub columns: Vec<u32>,
    /// The gate lines.
    pub gates: Vec<u32>,
    /// The bulk of the transistors.
    pub bulk: u32,
    /// The conductances of the cells, S, row by row, where the line lists them.
    pub conductances: Option<(Box<[f64]>, Span)>,
    /// The array's model.
    pub model: ModelId,
    /// The model of its memristors.
    pub memristor: Option<ModelId>,
    /// The model of its transistors.
    pub transistor: Option<ModelId>,
    /// How many arrays are in parallel.
    pub multiplier: f64,
    /// What the line says; the model's card says the rest.
    pub parameters: Vec<Parameter>,
}

/// A node with a voltage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NodeValue {
    /// The node.
    pub node: u32,
    /// In V.
    pub value: f64,
    /// Where it is said.
    pub span: Span,
}

/// One option of `.options`.
#[derive(Clone, Debug, PartialEq)]
pub struct OptionSetting {
    /// The name in lower case.
    pub name: String,
    /// The value.
    pub value: OptionValue,
    /// Where the name stands.
    pub span: Span,
}

/// The value of an option.
#[derive(Clone, Debug, PartialEq)]
pub enum OptionValue {
    /// The name stands alone.
    Flag,
    /// A number.
    Number(f64),
    /// A word.
    Text(String),
}

/// An analysis and where the deck asks for it.
#[derive(Clone, Debug, PartialEq)]
pub struct AnalysisCard {
    /// What is to be computed.
    pub analysis: Analysis,
    /// The line.
    pub span: Span,
}

/// What a `.save`, `.print`, `.plot` or `.probe` line asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputRequest {
    /// Which of them.
    pub kind: OutputKind,
    /// The analysis in lower case (`tran`), where the line names one.
    pub analysis: Option<String>,
    /// The vectors and expressions, as text in lower case.
    pub items: Vec<TextLine>,
    /// The line.
    pub span: Span,
}

/// Which kind of output is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputKind {
    /// `.save`
    Save,
    /// `.print`
    Print,
    /// `.plot`
    Plot,
    /// `.probe`
    Probe,
}

/// A `.four` line.
#[derive(Clone, Debug, PartialEq)]
pub struct Fourier {
    /// The fundamental in Hz.
    pub frequency: f64,
    /// The vectors, as text in lower case.
    pub items: Vec<TextLine>,
    /// The line.
    pub span: Span,
}
