//! A compute-in-memory macro: DACs at the rows, an array, front ends at the columns, and one SAR ADC that they share.
//!
//! An [`ArrayMacro`] is read in two ways. [`ArrayMacro::read`] solves the array exactly and applies the behavioural models; [`ArrayMacro::deck`] writes the same
//! instance, mismatch included, as one SPICE deck with a transient through the conversions.
//!
//! Each row: DAC, ideal buffer, source resistance, row. Each column: sink resistance, front end. A multiplexer connects one column, or a pair whose front
//! ends' outputs are subtracted, to the ADC, whose capacitors sample. Arrays are of linear cells.
//!
//! ```
//! use ohmloom_layouts::array_macro::{ArrayMacro, MacroDescription, Sensed};
//! use ohmloom_peripherals::InstanceKey;
//!
//! let description: MacroDescription = toml::from_str("
//!     clock = 50e-9
//!     settling = 200e-9
//!     dac = { kind = 'r2r', bits = 4, range = [0.4, 0.6], resistance = 1e4, resistor_mismatch = 0.01 }
//!     front_end = { kind = 'transimpedance', feedback_resistance = 1e4, amplifier_gain = 1000.0, reference = 0.4 }
//!     adc = { kind = 'sar', bits = 6, range = [0.0, 0.8] }
//! ").unwrap();
//! let cells = vec![50e-6, 20e-6, 10e-6, 40e-6]; // two rows of two columns
//! let array = ArrayMacro::new(&description, (2, 2), cells, &InstanceKey::default())?;
//! let pair = [Sensed::Pair { positive: 0, negative: 1 }];
//! let reading = array.read(&[15, 3], &pair)?;
//! // 10 kohm times (0.1875 V 30 uS - 0.0375 V 30 uS) above the middle.
//! assert!((reading.converter_inputs[0] - 0.445).abs() < 2e-3);
//! let deck = array.deck(&[15, 3], &pair)?;
//! assert!(deck.contains(".tran"));
//! # Ok::<(), ohmloom_layouts::LayoutError>(())
//! ```

mod deck;
mod description;
mod reading;
mod timing;

pub use description::MacroDescription;
pub use reading::{ArrayMacro, MacroReading, Sensed};
pub use timing::MacroTiming;
