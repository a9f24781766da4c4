//! A session as the simulator behind a control script.

use crate::deck::Deck;
use crate::elaborate::{Analysis, Overrides};
use crate::results::Plot;
use crate::script::{ScriptLine, Simulator};

use super::analyses::carry_on;
use super::selection::select;
use super::session::Session;

impl Session {
    /// The lines of all `.control` blocks.
    pub fn script_lines(&self) -> Vec<ScriptLine> {
        let flat = self.flat();
        flat.control
            .iter()
            .flat_map(|block| &block.lines)
            .map(|line| ScriptLine {
                text: line.text.clone(),
                line: flat
                    .sources
                    .location(line.span)
                    .map_or(0, |place| place.line),
            })
            .collect()
    }
}

/// The analysis that a script command such as `tran 1n 1u` asks for.
fn parse(command: &str) -> Result<Analysis, String> {
    // The deck reader knows the syntax; elements are not looked up for these cards.
    let deck = Deck::parse("command", &format!("command\n.{command}\n.end\n"))
        .map_err(|findings| message(&findings))?;
    let flat = deck
        .elaborate(&Overrides::default())
        .map_err(|findings| message(&findings))?;
    let mut cards = flat.analyses.into_iter();
    match (cards.next(), cards.next()) {
        (Some(card), None) => Ok(card.analysis),
        _ => Err(format!("`{command}` is not an analysis")),
    }
}

fn message(findings: &crate::diagnostics::Diagnostics) -> String {
    findings
        .iter()
        .map(|finding| finding.message.clone())
        .collect::<Vec<_>>()
        .join("; ")
}

impl Simulator for Session {
    fn analyse(&mut self, command: &str) -> Result<Vec<Plot>, String> {
        let mut plots = Vec::new();
        if command.trim() == "run" {
            self.run_all(&mut carry_on, &mut |kind, made| {
                plots.extend(made.into_iter().map(|mut plot| {
                    plot.title.push_str(&kind.suffix());
                    plot
                }));
            })
            .map_err(|error| error.to_string())?;
            return Ok(plots);
        }
        let analysis = parse(command)?;
        Session::analyse(self, &analysis, &mut carry_on, &mut plots)
            .map_err(|error| error.to_string())?;
        Ok(plots)
    }

    fn alter(&mut self, element: &str, parameter: Option<&str>, value: f64) -> Result<(), String> {
        self.circuit_mut()
            .set(element, parameter, value)
            .map_err(|error| error.to_string())
    }

    fn alter_model(&mut self, model: &str, parameter: &str, value: f64) -> Result<(), String> {
        let elements = self.elements_of_model(model);
        if elements.is_empty() {
            return Err(format!("no element uses a model called `{model}`"));
        }
        for element in elements {
            self.alter(&element, Some(parameter), value)?;
        }
        Ok(())
    }

    fn device_value(&self, element: &str, quantity: &str) -> Option<f64> {
        self.last_value(element, quantity)
    }

    fn set_option(&mut self, name: &str, value: &str) -> Result<(), String> {
        self.apply_option(name, value)
    }

    fn reset(&mut self) -> Result<(), String> {
        Session::reset(self).map_err(|findings| message(&findings))
    }

    fn save(&mut self, vectors: &[String]) -> Result<(), String> {
        let mut selection = std::mem::take(self.selection_mut());
        selection.all = false;
        for vector in vectors {
            select(&mut selection, vector, self.circuit());
        }
        *self.selection_mut() = selection;
        Ok(())
    }

    fn transient_step(&self) -> Option<f64> {
        self.flat()
            .analyses
            .iter()
            .find_map(|card| match &card.analysis {
                Analysis::Transient(transient) => Some(transient.step),
                _ => None,
            })
    }
}
