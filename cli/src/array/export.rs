//! `ohmloom array export`: an array as a deck for other simulators.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use ohmloom_layouts::cells::CellDescription;
use ohmloom_layouts::spice_deck;

use super::deck_file;
use super::options::{self, ArrayOptions, check_distinct};
use super::problem::Problem;
use crate::output_file::OutputFile;

/// Write an array as a plain SPICE deck, to be checked with any simulator
///
/// The deck has an operating point of one input. Nodes are `r_I_J` on row I and `c_I_J` on column J; sources are vin0, vin1, ... at the driven
/// ends (rows first), vout0, ... at the grounded ends (their currents are the results), vgate0, ... at the word lines.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{}", options::DETAILS))]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    array: ArrayOptions,
    /// What to write
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Which input drives the array, from 0
    #[arg(long, value_name = "K", default_value_t = 0)]
    input: usize,
    /// Where to write it [default: standard output]
    #[arg(short, long, value_name = "DECK.cir")]
    output: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  ohmloom array export --format spice --conductance G.npy --inputs V.npy -o deck.cir
  ohmloom array export --conductance G.npy --inputs V.npy --cell cell.toml --input 3 | ohmloom sim -
  ohmloom array export --conductance G.npy --bias floating --select 0,0 --voltage 0.3 -o sneak.cir";

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// A SPICE deck
    #[default]
    Spice,
}

/// Runs the command.
pub(super) fn run(args: &ExportArgs) -> Result<()> {
    args.array.check()?;
    let file = args.output.as_deref().map(OutputFile::new).transpose()?;
    let written = file.iter().map(|file| ("--output", file));
    check_distinct(args.array.read_files(), written)?;
    let problem = Problem::new(&args.array)?;
    let count = problem.drives.count;
    if args.input >= count {
        bail!(
            "there is no input {}: {count} input{} given, counted from 0",
            args.input,
            if count == 1 { " is" } else { "s are" }
        );
    }
    let text = match args.format {
        Format::Spice => deck(&problem, args.input)?,
    };
    deck_file::write(file, &text, None)
}

fn deck(problem: &Problem, input: usize) -> Result<String> {
    let volts = problem.drives.get(input);
    let deck = match &problem.cells {
        None => spice_deck(&problem.grid, &CellDescription::default(), volts, None)?,
        Some(cells) => {
            cells.check(&problem.grid)?;
            let gates = cells.gates(input);
            spice_deck(&problem.grid, cells.description(), volts, gates)?
        }
    };
    Ok(deck)
}
