//! `ohmloom array solve`, run as a user runs it.

mod failures;
mod folder;
mod input_files;
mod output_files;
mod results;
mod usage;
