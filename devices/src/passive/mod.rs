//! Resistors, capacitors, inductors and their coupling.
