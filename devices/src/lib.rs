//! Element equations and their physics.
//!
//! Each element implements [`ohmloom_solver::circuit::Element`] and knows nothing of netlist syntax. Cells of whole arrays are laws and lists
//! of conductances instead.
//!
//! * [`cells`]: the cells of arrays: a device, or a device and a transistor, with their inner nodes eliminated.
//! * [`arrays`]: a whole array as one element.
//! * [`passive`]: resistors, capacitors, inductors and their coupling.
//! * [`sources`]: independent sources with their waveforms, controlled sources, switches.
//! * [`semiconductors`]: diodes, bipolar transistors, junction field-effect transistors.
//! * [`mosfets`]: insulated-gate field-effect transistors: levels 1 to 3 and EKV.
//! * [`conduction`]: static read laws of programmed cells, and selectors.
//! * [`nonidealities`]: variability, faults, ageing and noise of programmed arrays.
//! * [`memristors`]: two-terminal cells with a state, and the element made of any of them.
//! * [`expression`]: expressions and behavioural elements built on them.
//! * [`constants`]: physical constants.
//! * [`parameters`]: model parameters by name.

pub mod arrays;
pub mod cells;
pub mod conduction;
pub mod constants;
mod dual;
pub mod expression;
pub mod memristors;
pub mod mosfets;
pub mod nonidealities;
pub mod parameters;
pub mod passive;
pub mod semiconductors;
pub mod sources;
