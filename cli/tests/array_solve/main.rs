//! `ohmloom array solve`, `array export` and `array macro`, run as a user runs it.

mod array_macro;
mod biasing;
mod export;
mod failures;
mod folder;
mod input_files;
mod nonidealities;
mod nonlinear;
mod output_files;
mod program;
mod results;
mod usage;
mod wires;
