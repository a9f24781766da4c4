//! Experiments of Ohmloom: plots, and the built-in demo's images and network.

pub mod demo;
pub mod plots;
