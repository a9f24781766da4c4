//! Memristors in decks: against reference solutions, independent integrations and closed forms; errors; the example deck.

mod closed_forms;
mod errors;
mod integration;
mod phase_change;
mod reference;
mod run;
mod variability;
