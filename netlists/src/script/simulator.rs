//! What a script needs from a simulator, and what it hands back.

use thiserror::Error;

use crate::results::Plot;

/// One line of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptLine {
    /// Its text.
    pub text: String,
    /// Its number in the file, for messages.
    pub line: usize,
}

/// What is wrong with a line of a script.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("line {line}: {message}")]
pub struct ScriptError {
    /// Number of the line in the file.
    pub line: usize,
    /// What is wrong.
    pub message: String,
    /// What would be right, where that is known.
    pub help: Option<String>,
}

/// The circuit behind a script. Errors are texts that say what is wrong.
pub trait Simulator {
    /// Runs an analysis given as in a deck without its dot (`tran 1n 1u`, `dc v1 0 1 0.1`), or all analyses of the deck for
    /// `run`; returns their plots in order.
    fn analyse(&mut self, command: &str) -> Result<Vec<Plot>, String>;

    /// Sets a parameter of an element, the principal one (resistance, DC value) when none is named.
    fn alter(&mut self, element: &str, parameter: Option<&str>, value: f64) -> Result<(), String>;

    /// Sets a parameter of a model.
    fn alter_model(&mut self, model: &str, parameter: &str, value: f64) -> Result<(), String>;

    /// `@element[quantity]`: a parameter or an operating-point quantity.
    fn device_value(&self, element: &str, quantity: &str) -> Option<f64>;

    /// Sets an option of the simulator; the value is empty for a flag.
    fn set_option(&mut self, name: &str, value: &str) -> Result<(), String>;

    /// Brings every altered value back to that of the deck.
    fn reset(&mut self) -> Result<(), String>;

    /// Restricts the saved vectors of later analyses to these (`all` among them keeps everything), or adds to them.
    fn save(&mut self, vectors: &[String]) -> Result<(), String>;

    /// The step of the deck's `.tran`, s, for `linearize` after `run`.
    fn transient_step(&self) -> Option<f64> {
        None
    }
}
