//! The language of `.control` sections: commands, variables, vectors and loops, as batch decks use it.
//!
//! [`run_script`] interprets lines over a [`Simulator`], which does the analyses. Commands that fail are noted in the outcome
//! and the script goes on, as in ngspice; a failed analysis, a broken structure or an endless loop ends it.

mod analyses;
mod blocks;
mod commands;
mod files;
mod interpreter;
mod printing;
mod simulator;
mod substitution;
mod text;
mod variables;
mod vectors;

pub use interpreter::{ScriptOptions, ScriptOutcome, run_script, run_script_with};
pub use simulator::{ScriptError, ScriptLine, Simulator};
