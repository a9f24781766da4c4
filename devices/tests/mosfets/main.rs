//! Transistors against finite differences, textbook formulas and ngspice.

mod ekv;
mod jacobian;
mod ngspice;
mod support;
mod textbook;
