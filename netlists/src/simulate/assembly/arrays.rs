//! YARRAY.

use ohmloom_devices::arrays::{
    AnyMemristor, ArrayDescription, ArrayElement, ArrayPorts, CellDevices, ReadLaw, UseMemristor,
};
use ohmloom_devices::cells::{GateLines, MemristorDevice, MemristorSide, StaticDevice};
use ohmloom_devices::conduction::{Ohmic, Sinh};
use ohmloom_devices::memristors::Memristor;
use ohmloom_devices::parameters::Parameters;
use ohmloom_solver::line_grid::LineCapacitance;

use super::Assembly;
use super::matrix_file;
use super::memristors::{parameters_of, with_model};
use super::parameters::number;
use super::xyce_memristors::{XYCE_KIND, from_xyce};
use crate::diagnostics::Diagnostic;
use crate::elaborate::{ARRAY_KIND, Array, FlatElement, Model, Parameter, array_parameters};

/// What says how the cells are programmed: siemens or ohm, a number or a file.
const CONDUCTANCES: [&str; 4] = ["g", "r", "gfile", "rfile"];
/// The parameters of the transistors.
const TRANSISTOR: [&str; 8] = ["w", "l", "ad", "as", "pd", "ps", "nrd", "nrs"];
/// Words that mean something to one kind of cells only.
const OF_LAWS: [&str; 6] = ["g", "r", "gfile", "rfile", "law", "v0"];

/// The parameters of an array: the line's, then the card's.
#[derive(Clone, Copy)]
struct Merged<'a> {
    line: &'a [Parameter],
    card: &'a [Parameter],
}

impl<'a> Merged<'a> {
    fn get(self, name: &str) -> Option<&'a Parameter> {
        let last = |all: &'a [Parameter]| all.iter().rev().find(|one| &*one.name == name);
        last(self.line).or_else(|| last(self.card))
    }

    fn number(self, name: &str, default: f64, celsius: f64) -> Result<f64, Diagnostic> {
        self.get(name)
            .map_or(Ok(default), |parameter| number(parameter, celsius))
    }

    /// A word that must be one of two; the first unless given.
    fn choice(self, name: &str, words: [&str; 2]) -> Result<usize, Diagnostic> {
        let Some(parameter) = self.get(name) else {
            return Ok(0);
        };
        let word = parameter.value.word().unwrap_or_default();
        let found = words.iter().position(|known| *known == word);
        found.ok_or_else(|| {
            let message = format!("{name} = {word}: must be {} or {}", words[0], words[1]);
            Diagnostic::error(parameter.span, message).did_you_mean(word, words)
        })
    }

    /// The only one of several parameters; the line's replaces those of the card.
    fn one_of(self, names: &[&str]) -> Result<Option<&'a Parameter>, Diagnostic> {
        for all in [self.line, self.card] {
            let mut found = all.iter().filter(|one| names.contains(&&*one.name));
            let first = found.next();
            if let Some(second) = found.next() {
                let message = format!("give only one of {}", names.join(", "));
                return Err(Diagnostic::error(second.span, message));
            }
            if first.is_some() {
                return Ok(first);
            }
        }
        Ok(None)
    }
}

impl Assembly<'_> {
    pub(super) fn array(&mut self, element: &FlatElement, card: &Array) -> Result<(), Diagnostic> {
        let model = self.model(element.span, card.model)?.clone();
        if model.kind != ARRAY_KIND {
            let message = format!(
                "model `{}` is a `{}`; an array needs an `{ARRAY_KIND}`",
                model.name, model.kind
            );
            return Err(Diagnostic::error(element.span, message));
        }
        let merged = Merged {
            line: &card.parameters,
            card: &model.parameters,
        };
        for parameter in &model.parameters {
            if !array_parameters().any(|known| known == &*parameter.name) {
                let message = format!("unknown parameter `{}`", parameter.name);
                return Err(Diagnostic::error(parameter.span, message)
                    .did_you_mean(&parameter.name, array_parameters()));
            }
        }
        let description = self.array_description(element, card, merged)?;
        let Some(id) = card.memristor else {
            let device = self.read_device(element, card, merged)?;
            return self.put_array(element, description, CellDevices::Law(device));
        };
        if let Some(parameter) = OF_LAWS.iter().find_map(|name| merged.get(name)) {
            let message = format!(
                "`{}` is for cells with a law; these are memristors of a model",
                parameter.name
            );
            return Err(Diagnostic::error(parameter.span, message));
        }
        if let Some((_, span)) = card.conductances {
            let message = "`gcells` is for cells with a law; these are memristors of a model";
            return Err(Diagnostic::error(span, message));
        }
        let mut memristor = self.model(element.span, id)?.clone();
        let mut start: Vec<Parameter> = (model.parameters.iter().chain(&card.parameters))
            .filter(|parameter| starts_memristors(&parameter.name))
            .cloned()
            .collect();
        if memristor.kind == XYCE_KIND {
            (memristor, start) = from_xyce(&memristor, &start)?;
        }
        let states = match merged.get("statefile") {
            None => None,
            Some(parameter) => {
                let size = (card.rows.len(), card.columns.len());
                Some((parameter, self.matrix(parameter, size)?))
            }
        };
        let user = ArrayOfMemristors {
            assembly: self,
            element,
            cells: card.rows.len() * card.columns.len(),
            description,
            model: &memristor,
            start: &start,
            states,
        };
        with_model(user, element, &memristor)
    }

    fn array_description(
        &mut self,
        element: &FlatElement,
        card: &Array,
        merged: Merged<'_>,
    ) -> Result<ArrayDescription, Diagnostic> {
        let celsius = self.celsius();
        let nodes = |numbers: &[u32]| numbers.iter().map(|&number| self.node(number)).collect();
        let ports = ArrayPorts {
            rows: nodes(&card.rows),
            columns: nodes(&card.columns),
            gates: nodes(&card.gates),
            bulk: self.node(card.bulk),
        };
        let of_transistor: Vec<Parameter> = TRANSISTOR
            .iter()
            .filter_map(|name| merged.get(name).cloned())
            .collect();
        let side = [MemristorSide::Row, MemristorSide::Column]
            [merged.choice("side", ["row", "column"])?];
        let along = [GateLines::AlongRows, GateLines::AlongColumns]
            [merged.choice("gatelines", ["rows", "columns"])?];
        let transistor = if let Some(id) = card.transistor {
            let transistor = self.cell_transistor(element, id, &of_transistor)?;
            Some((transistor, side, along))
        } else {
            let others = ["side", "gatelines"];
            let mut all = TRANSISTOR.iter().chain(&others);
            if let Some(parameter) = all.find_map(|name| merged.get(name)) {
                let message = format!("`{}` means nothing without `transistor=`", parameter.name);
                return Err(Diagnostic::error(parameter.span, message));
            }
            None
        };
        let line = |name: &str| -> Result<f64, Diagnostic> {
            let value = merged.number(name, 0.0, celsius)?;
            match merged.get(name) {
                Some(parameter) if !(value >= 0.0 && value.is_finite()) => {
                    let message = format!("{name} = {value}: must be finite and not negative");
                    Err(Diagnostic::error(parameter.span, message))
                }
                _ => Ok(value),
            }
        };
        Ok(ArrayDescription {
            name: self.name(element),
            ports,
            row_ohm: line("rrow")?,
            column_ohm: line("rcolumn")?,
            capacitance: LineCapacitance {
                row: line("crow")?,
                column: line("ccolumn")?,
            },
            transistor,
            multiplier: card.multiplier,
        })
    }

    /// Cells with a read law, programmed to conductances.
    fn read_device(
        &self,
        element: &FlatElement,
        card: &Array,
        merged: Merged<'_>,
    ) -> Result<StaticDevice<ReadLaw>, Diagnostic> {
        let celsius = self.celsius();
        if let Some(lost) = (merged.line.iter().chain(merged.card))
            .find(|parameter| &*parameter.name == "statefile" || starts_memristors(&parameter.name))
        {
            let message = format!("`{}` means nothing without `memristor=`", lost.name);
            return Err(Diagnostic::error(lost.span, message));
        }
        let law = if merged.choice("law", ["ohmic", "sinh"])? == 0 {
            if let Some(parameter) = merged.get("v0") {
                let message = "`v0` is for `law=sinh`";
                return Err(Diagnostic::error(parameter.span, message));
            }
            ReadLaw::Ohmic(Ohmic)
        } else {
            let Some(parameter) = merged.get("v0") else {
                let message = "`law=sinh` needs `v0`, volt";
                return Err(Diagnostic::error(element.span, message));
            };
            let v0 = number(parameter, celsius)?;
            let law = Sinh::new(v0)
                .map_err(|error| Diagnostic::error(parameter.span, error.to_string()))?;
            ReadLaw::Sinh(law)
        };
        let size = (card.rows.len(), card.columns.len());
        let (values, span, in_ohm) = match (&card.conductances, merged.one_of(&CONDUCTANCES)?) {
            (Some((_, span)), Some(other)) => {
                let message = format!("give only one of gcells, {}", other.name);
                return Err(Diagnostic::error(*span, message));
            }
            (Some((listed, span)), None) => {
                if listed.len() != size.0 * size.1 {
                    let message = format!(
                        "the list of `gcells` has {} numbers, the array {} x {} cells",
                        listed.len(),
                        size.0,
                        size.1
                    );
                    return Err(Diagnostic::error(*span, message));
                }
                (listed.to_vec(), *span, false)
            }
            (None, Some(parameter)) => {
                let values = if parameter.name.ends_with("file") {
                    self.matrix(parameter, size)?
                } else {
                    vec![number(parameter, celsius)?; size.0 * size.1]
                };
                (values, parameter.span, parameter.name.starts_with('r'))
            }
            (None, None) => {
                let message = "nothing says how the cells are programmed";
                return Err(Diagnostic::error(element.span, message).help(
                    "give one of g (S), r (ohm), gfile, rfile, gcells, or a memristor model",
                ));
            }
        };
        let wrong = values
            .iter()
            .position(|&value| !value.is_finite() || value < 0.0 || (in_ohm && value == 0.0));
        if let Some(index) = wrong {
            let message = format!(
                "the cell in row {}, column {} (counted from 0) has {} {}: it must be finite and {}",
                index / size.1,
                index % size.1,
                values[index],
                if in_ohm { "ohm" } else { "S" },
                if in_ohm { "positive" } else { "not negative" }
            );
            return Err(Diagnostic::error(span, message));
        }
        let conductance = if in_ohm {
            values.iter().map(|ohm| 1.0 / ohm).collect()
        } else {
            values
        };
        Ok(StaticDevice { law, conductance })
    }

    /// The matrix in the file that a parameter names, beside the deck's file or in the working folder.
    fn matrix(&self, parameter: &Parameter, size: (usize, usize)) -> Result<Vec<f64>, Diagnostic> {
        let name = std::path::Path::new(parameter.value.word().unwrap_or_default());
        let file = self.flat.sources.file(parameter.span.file);
        let beside = file.map_or_else(|| name.to_owned(), |file| file.folder().join(name));
        let path = if beside.is_file() || !name.is_file() {
            beside
        } else {
            name.to_owned()
        };
        matrix_file::read(&path, size).map_err(|reason| {
            let message = format!("{} = {}: {reason}", parameter.name, path.display());
            Diagnostic::error(parameter.span, message)
        })
    }

    fn put_array(
        &mut self,
        element: &FlatElement,
        description: ArrayDescription,
        devices: CellDevices,
    ) -> Result<(), Diagnostic> {
        let made: ArrayElement = description
            .build(devices)
            .map_err(|error| Diagnostic::error(element.span, error.to_string()))?;
        self.put(element, Ok(made))
    }
}

/// Whether a parameter is a state in which memristors start.
fn starts_memristors(name: &str) -> bool {
    crate::elaborate::MEMRISTOR_STATES.contains(&name)
}

/// An array whose cells are memristors of a model.
struct ArrayOfMemristors<'a, 'b> {
    assembly: &'a mut Assembly<'b>,
    element: &'a FlatElement,
    cells: usize,
    description: ArrayDescription,
    model: &'a Model,
    start: &'a [Parameter],
    /// The state in which each cell starts, and what says so.
    states: Option<(&'a Parameter, Vec<f64>)>,
}

impl UseMemristor for ArrayOfMemristors<'_, '_> {
    type Output = Result<(), Diagnostic>;

    fn with<M: Memristor<K>, const K: usize>(self) -> Result<(), Diagnostic>
    where
        MemristorDevice<M, K>: Into<AnyMemristor>,
    {
        let celsius = self.assembly.celsius();
        let (mut parameters, choices) = parameters_of::<M, K>(self.model, self.start, celsius)?;
        let refuse = |parameter: Option<&Parameter>, error: &dyn std::fmt::Display| {
            let span = parameter.map_or(self.element.span, |parameter| parameter.span);
            Diagnostic::error(span, error.to_string())
        };
        let model = M::new(&parameters, choices).map_err(|error| refuse(None, &error))?;
        let initial = match &self.states {
            None => vec![model.initial(); self.cells],
            Some((parameter, states)) => {
                let mut initial = Vec::with_capacity(states.len());
                for &state in states {
                    let cell = parameters
                        .set(M::INITIAL, state)
                        .and_then(|()| M::new(&parameters, choices))
                        .map_err(|error| refuse(Some(parameter), &error))?;
                    initial.push(cell.initial());
                }
                initial
            }
        };
        let devices = CellDevices::Memristors(MemristorDevice::new(model, initial).into());
        (self.assembly).put_array(self.element, self.description, devices)
    }
}
