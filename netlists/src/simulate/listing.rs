//! What a batch run prints: node voltages of operating points, `.print` tables, measurements and Fourier analyses.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::session::{RunKind, Session};
use crate::deck::Span;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::elaborate::{Fourier, OutputKind};
use crate::expression::parse_vector;
use crate::measure::{MeasuredAnalysis, Measurement, fourier};
use crate::results::algebra::evaluate_vector;
use crate::results::table::{self, TableStyle};
use crate::results::{Plot, PlotSet, Vector, VectorKind};

/// A `.meas` statement with its line.
struct Statement {
    measurement: Measurement,
    span: Span,
}

/// The text of a run, made plot by plot.
pub struct Listing {
    text: String,
    prints: Vec<(Option<String>, Vec<String>)>,
    statements: Vec<Statement>,
    fouriers: Vec<Fourier>,
    measured: BTreeMap<String, f64>,
    failures: Vec<Diagnostic>,
    sources: Arc<crate::deck::Sources>,
    width: usize,
    /// Tables are left out; only measurements are made.
    quiet: bool,
}

impl Listing {
    /// Prepares the listing of a session; `quiet` leaves tables out. `.meas` statements that cannot be read count among the
    /// [`Listing::failures`]; the rest of the deck is simulated.
    pub fn new(session: &Session, quiet: bool) -> Self {
        let flat = session.flat();
        let mut failures = Vec::new();
        let mut statements = Vec::new();
        let parameters: BTreeMap<&str, f64> = flat
            .parameters
            .iter()
            .map(|(name, value)| (name.as_str(), *value))
            .collect();
        for line in &flat.measures {
            match Measurement::parse(&line.text, &|name| parameters.get(name).copied()) {
                Ok(measurement) => statements.push(Statement {
                    measurement,
                    span: line.span,
                }),
                Err(error) => failures.push(Diagnostic::error(line.span, error.message)),
            }
        }
        let prints = flat
            .outputs
            .iter()
            .filter(|request| matches!(request.kind, OutputKind::Print | OutputKind::Plot))
            .map(|request| {
                let items = request.items.iter().map(|item| item.text.clone()).collect();
                (request.analysis.clone(), items)
            })
            .collect();
        let mut text = String::new();
        if !quiet {
            let _ = writeln!(text, "\nCircuit: {}\n", flat.title);
            let _ = writeln!(
                text,
                "Doing analysis at TEMP = {:.6} and TNOM = {:.6}\n",
                session.circuit().temperature() - 273.15,
                session.nominal_celsius(),
            );
        }
        Self {
            text,
            prints,
            statements,
            fouriers: flat.fourier.clone(),
            measured: BTreeMap::new(),
            failures,
            sources: Arc::clone(&flat.sources),
            width: flat.width.map_or(80, |width| width as usize),
            quiet,
        }
    }

    /// The text so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Values of the measurements so far, by name.
    pub fn measured(&self) -> &BTreeMap<String, f64> {
        &self.measured
    }

    /// Adds text that a control script printed.
    pub fn append(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// What failed: measurements and printed vectors.
    ///
    /// # Errors
    /// All failures, if there are any.
    pub fn failures(self) -> Result<(), Diagnostics> {
        if self.failures.is_empty() {
            Ok(())
        } else {
            Err(Diagnostics::new(self.failures, self.sources))
        }
    }

    /// Adds what the deck asks to see of a plot.
    pub fn plot(&mut self, kind: &RunKind, plot: &Plot) {
        let prefix = plot.type_prefix();
        let has_fourier = prefix == "tran" && !self.fouriers.is_empty();
        let mut set = PlotSet::new();
        if has_fourier || !(self.quiet || self.prints.is_empty()) {
            // Expressions are evaluated among the vectors of a set.
            set.add(plot.clone());
        }
        if !self.quiet {
            self.tables(kind, plot, prefix, &set);
        }
        self.measurements(plot, prefix);
        if has_fourier {
            self.fourier_analyses(plot, &set);
        }
    }

    fn tables(&mut self, kind: &RunKind, plot: &Plot, prefix: &str, set: &PlotSet) {
        if *kind != RunKind::Single {
            let _ = writeln!(self.text, "Step{}", kind.suffix());
        }
        let mut wanted: Vec<Vector> = Vec::new();
        for (analysis, items) in &self.prints {
            if analysis
                .as_deref()
                .is_some_and(|analysis| analysis != prefix)
            {
                continue;
            }
            for item in items {
                match vector(item, set) {
                    Ok(found) if wanted.iter().any(|other| other.name == found.name) => {}
                    Ok(found) => wanted.push(found),
                    Err(reason) => {
                        let _ = writeln!(self.text, "Warning: {item}: {reason}");
                    }
                }
            }
        }
        let mut bytes = Vec::new();
        if !wanted.is_empty() {
            let style = TableStyle {
                width: self.width,
                ..TableStyle::default()
            };
            let vectors: Vec<&Vector> = wanted.iter().collect();
            // Writing to memory cannot fail.
            let _ = table::write(plot, &vectors, style, &mut bytes);
            self.text.push_str(&String::from_utf8_lossy(&bytes));
        } else if matches!(prefix, "op" | "tf" | "sens") {
            self.scalars(plot);
        }
        let _ = writeln!(self.text, "\nNo. of Data Rows : {}", plot.points());
    }

    /// A table of single values: names beside numbers.
    fn scalars(&mut self, plot: &Plot) {
        let width = plot
            .vectors
            .iter()
            .map(|vector| vector.name.len())
            .max()
            .unwrap_or(0)
            .max(8);
        let mut section = |heading: &str, wanted: &dyn Fn(&VectorKind) -> bool| {
            let mut first = true;
            for vector in plot.vectors.iter().filter(|vector| wanted(&vector.kind)) {
                if first {
                    let _ = writeln!(self.text, "\n  {heading}\n  {}", "-".repeat(width + 16));
                    first = false;
                }
                let value = vector.data.real_at(0).unwrap_or(f64::NAN);
                let _ = writeln!(
                    self.text,
                    "  {:width$}  {}",
                    vector.name,
                    crate::results::format::exponent(value, 6)
                );
            }
        };
        if plot.type_prefix() == "op" {
            section("Node voltages (V)", &|kind| *kind == VectorKind::Voltage);
            section("Branch currents (A)", &|kind| *kind == VectorKind::Current);
            section("Other quantities", &|kind| {
                !matches!(kind, VectorKind::Voltage | VectorKind::Current)
            });
        } else {
            section(&plot.name, &|_| true);
        }
    }

    fn measurements(&mut self, plot: &Plot, prefix: &str) {
        let mut any = false;
        for statement in &self.statements {
            let measurement = &statement.measurement;
            let own = match measurement.analysis {
                MeasuredAnalysis::Transient => "tran",
                MeasuredAnalysis::Dc => "dc",
                MeasuredAnalysis::Ac => "ac",
                MeasuredAnalysis::Noise => "noise",
            };
            if own != prefix || !measurement.analysis.fits(&plot.name) {
                continue;
            }
            if !any && !self.quiet {
                let _ = writeln!(self.text, "\n  Measurements for {}\n", plot.name);
                any = true;
            }
            match measurement.evaluate(plot, &self.measured) {
                Ok(value) => {
                    let _ = writeln!(self.text, "{}", value.line(&measurement.name));
                    self.measured.insert(measurement.name.clone(), value.value);
                }
                Err(failure) => {
                    let _ = writeln!(
                        self.text,
                        "Error: measure {} failed: {failure}",
                        measurement.name
                    );
                    self.failures.push(Diagnostic::error(
                        statement.span,
                        format!("measurement `{}` failed: {failure}", measurement.name),
                    ));
                }
            }
        }
    }

    fn fourier_analyses(&mut self, plot: &Plot, set: &PlotSet) {
        let Some(scale) = plot.scale() else { return };
        let time = scale.data.to_real();
        for request in &self.fouriers {
            for item in &request.items {
                let outcome = vector(&item.text, set).and_then(|signal| {
                    fourier(&time, &signal.data.to_real(), request.frequency, 10, 200, 1)
                        .map_err(|error| error.to_string())
                });
                match outcome {
                    Ok(result) => {
                        let mut bytes = Vec::new();
                        let _ = result.write(&item.text, &mut bytes);
                        self.text.push_str(&String::from_utf8_lossy(&bytes));
                    }
                    Err(reason) => self.failures.push(Diagnostic::error(
                        item.span,
                        format!(".four {}: {reason}", item.text),
                    )),
                }
            }
        }
    }
}

/// The vector that an item of `.print` or `.four` names.
fn vector(text: &str, set: &PlotSet) -> Result<Vector, String> {
    let expression = parse_vector(text).map_err(|error| error.message)?;
    let mut vector = evaluate_vector(&expression, set).map_err(|error| error.to_string())?;
    text.clone_into(&mut vector.name);
    Ok(vector)
}
