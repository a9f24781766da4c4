//! `ohmloom array solve` and `array export`, run as a user runs it.

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
