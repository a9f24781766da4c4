//! Rawfiles as ngspice writes and loads them, binary and ascii, several plots in one file.
//!
//! A plot is a header of `Key: value` lines (`Title`, `Date`, `Plotname`, `Flags`, `No. Variables`, `No. Points`,
//! `Variables`), then `Binary:` with 8-byte little-endian floats point by point, or `Values:` with text. In a complex
//! plot every variable has a real and an imaginary part, the scale too.

mod read;
mod write;

pub use read::{RawfileError, read};
pub use write::{Encoding, StreamWriter, write, write_vectors};
