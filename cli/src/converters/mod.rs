//! `ohmloom adc`, `ohmloom dac` and `ohmloom front-end`: single converters and front ends.

mod adc;
mod characterize;
mod dac;
mod export;
mod front_end;
mod report;

pub(crate) use adc::{AdcArgs, run as run_adc};
pub(crate) use dac::{DacArgs, run as run_dac};
pub(crate) use front_end::{FrontEndArgs, run as run_front_end};
