//! The SPICE language: from the text of a deck to a circuit, its analyses and their results.
//!
//! * [`deck`]: reading text and included files into cards.
//! * [`numbers`], [`expression`]: numbers with suffixes, and the three kinds of expressions.
//! * [`elaborate`]: parameters, subcircuits and models resolved into a flat circuit.
//! * [`simulate`]: the flat circuit as equations, and its analyses.
//! * [`results`], [`measure`]: vectors, rawfiles, tables, `.meas` and `.four`.
//! * [`script`]: the language of `.control` sections.
//! * [`diagnostics`]: what is wrong with a deck, and where.

pub mod deck;
pub mod diagnostics;
pub mod elaborate;
pub mod expression;
pub mod measure;
pub mod numbers;
pub mod results;
pub mod script;
pub mod simulate;
