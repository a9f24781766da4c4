//! The SPICE language: from the text of a deck to a circuit, its analyses and their results.
