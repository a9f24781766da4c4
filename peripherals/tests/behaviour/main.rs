//! Behavioural models against closed forms and statistics.

mod adcs;
mod dacs;
mod files;
mod front_end_figures;
mod front_ends;
mod sar_statistics;
mod support;
