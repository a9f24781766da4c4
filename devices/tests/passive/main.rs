//! Resistors, capacitors, inductors and couplings: stamps, values against ngspice, noise, refusals.

mod against_ngspice;
mod bench;
mod reactances;
mod resistors;

#[path = "../sources/ngspice.rs"]
mod ngspice;
