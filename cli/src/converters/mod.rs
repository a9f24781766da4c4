//! `ohmloom adc` and `ohmloom dac`: single converters.

mod adc;
mod characterize;
mod dac;
mod export;
mod report;

pub(crate) use adc::{AdcArgs, run as run_adc};
pub(crate) use dac::{DacArgs, run as run_dac};
