//! Variability, faults, ageing and noise.

mod ageing;
mod faults;
mod files;
mod pcm;
mod reads;
mod statistics;
mod streams;
mod variability;
