//! Insulated-gate field-effect transistors.
