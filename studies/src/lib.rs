//! Experiments of Ohmloom: studies, plots, populations of converters, and the built-in demo's images and network.

pub mod converters;
pub mod demo;
pub mod plots;
pub mod study;
