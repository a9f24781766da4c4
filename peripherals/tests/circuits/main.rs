//! Each circuit against its behavioural model, simulated by Ohmloom and, where it is installed, by ngspice.

mod amplifiers;
mod counting;
mod currents;
mod dacs;
mod latch;
mod sar;
mod static_adcs;
mod support;
mod transimpedance;
