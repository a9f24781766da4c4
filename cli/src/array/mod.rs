//! `ohmloom array`: single arrays.

mod arguments;
mod array_macro;
mod deck_file;
mod droop;
mod export;
mod files;
mod imperfections;
mod load;
mod newton;
mod options;
mod problem;
mod program;
mod report;
mod solution;
mod solve;
mod wires;

use anyhow::Result;
use clap::{Args, Subcommand};

/// Arguments of `ohmloom array`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ArrayArgs {
    #[command(subcommand)]
    command: ArrayCommand,
}

#[derive(Debug, Subcommand)]
enum ArrayCommand {
    Solve(arguments::SolveArgs),
    Export(export::ExportArgs),
    Macro(array_macro::MacroArgs),
    Program(program::ProgramArgs),
    Wires(wires::WiresArgs),
}

const EXAMPLES: &str = "\
Examples:
  ohmloom array solve --conductance G.npy --inputs V.npy --output I.npy
  ohmloom array solve --conductance G.npy --inputs V.npy --output I.npy --cell cell.toml
  ohmloom array export --conductance G.npy --inputs V.npy --cell cell.toml -o deck.cir
  ohmloom array macro macro.toml --conductance G.npy --codes X.npy --pair 0,1 -o macro.cir
  ohmloom array program write.toml --targets G.npy --out programmed
  ohmloom array wires --technology sky130-met1 --cell-length 0.5e-6
  ohmloom array solve --help";

/// Runs the command.
pub(crate) fn run(args: &ArrayArgs) -> Result<()> {
    match &args.command {
        ArrayCommand::Solve(args) => solve::run(args),
        ArrayCommand::Export(args) => export::run(args),
        ArrayCommand::Macro(args) => array_macro::run(args),
        ArrayCommand::Program(args) => program::run(args),
        ArrayCommand::Wires(args) => wires::run(args),
    }
}
