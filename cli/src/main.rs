//! The command-line tool `ohmloom`.
//!
//! Each subcommand is one module with its arguments (a `clap::Args`) and a function `run`. Exit status: 0 for success, 1 for work
//! that failed, 2 for a command line that makes no sense.

mod array;
mod converters;
mod demo;
mod descriptions;
mod eval;
mod failure;
mod map;
mod npy;
mod output;
mod output_file;
mod quantity;
mod sim;
mod spinner;
mod stages;
mod study;

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

/// Keeps the pages of large vectors for the next ones. With the system's allocator on Linux each solution gets fresh pages, whose
/// faults take about a quarter of the time of a single 128 x 128 solution.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Circuit-level simulator for memristor crossbars and the networks programmed into them
#[derive(Debug, Parser)]
#[command(name = "ohmloom", version, after_help = EXAMPLES)]
struct Cli {
    /// Threads to work with [default: one for each core]
    #[arg(long, global = true, display_order = 1000, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Single arrays of cells
    Array(array::ArrayArgs),
    /// Analog-to-digital converters
    Adc(converters::AdcArgs),
    /// Digital-to-analog converters
    Dac(converters::DacArgs),
    /// Circuits between an array's columns and its converters
    FrontEnd(converters::FrontEndArgs),
    /// Simulate a SPICE deck
    Sim(sim::SimArgs),
    /// Evaluate a network on arrays, beside its digital reference
    Eval(eval::EvalArgs),
    /// Lay a network out on tiles and tell its area, power, energy and latency
    Map(map::MapArgs),
    /// Evaluate the built-in network on built-in images; needs no files
    Demo(demo::DemoArgs),
    /// Sweep a network's evaluation over configurations, and report
    Study(study::StudyArgs),
}

const EXAMPLES: &str = "\
Examples:
  ohmloom demo
  ohmloom sim deck.cir -r out.raw
  ohmloom array solve --conductance G.npy --inputs V.npy --output I.npy
  ohmloom eval lenet5.onnx --data mnist:data/mnist --threads 4
  ohmloom study run wires-and-bits --out results";

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure::report(&error),
    }
}

fn run(cli: &Cli) -> Result<()> {
    if let Some(threads) = cli.threads {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads.into())
            .build_global()
            .with_context(|| format!("cannot start {threads} threads"))?;
    }
    match &cli.command {
        Command::Array(args) => array::run(args),
        Command::Adc(args) => converters::run_adc(args),
        Command::Dac(args) => converters::run_dac(args),
        Command::FrontEnd(args) => converters::run_front_end(args),
        Command::Sim(args) => sim::run(args),
        Command::Eval(args) => eval::run(args),
        Command::Map(args) => map::run(args),
        Command::Demo(args) => demo::run(args),
        Command::Study(args) => study::run(args),
    }
}
