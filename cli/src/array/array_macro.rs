//! `ohmloom array macro`: an array with its converters as a deck.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{ArgGroup, Args};
use ohmloom_layouts::array_macro::{ArrayMacro, MacroDescription, MacroReading, Sensed};
use ohmloom_peripherals::InstanceKey;

use super::deck_file;
use super::load;
use super::options::check_distinct;
use crate::descriptions;
use crate::npy::{self, shape_text};
use crate::output_file::OutputFile;
use crate::quantity::quantity;

/// Write an array with its DACs, front ends and ADC as one SPICE deck
///
/// The deck has a transient through one conversion for each --column or --pair, measures their codes as code0, code1, ..., and says in comments what the
/// behavioural models expect. `ohmloom sim` runs it: the array is one element.
#[derive(Debug, Args)]
#[command(
    after_help = EXAMPLES,
    group(ArgGroup::new("programming").required(true).args(["conductance", "resistance"])),
    group(ArgGroup::new("sensing").required(true).args(["column", "pair"]))
)]
pub(crate) struct MacroArgs {
    /// Converters, wires and times, a TOML file (see docs/converters.md)
    config: PathBuf,
    /// Conductances of the cells in siemens, (rows, columns); 0 means no cell
    #[arg(long, value_name = "G.npy")]
    conductance: Option<PathBuf>,
    /// Resistances of the cells in ohm, (rows, columns); inf means no cell
    #[arg(long, value_name = "R.npy")]
    resistance: Option<PathBuf>,
    /// Codes of the rows' DACs, (rows,) or (P, rows) for P inputs
    #[arg(long, value_name = "X.npy")]
    codes: PathBuf,
    /// Which input, from 0
    #[arg(long, value_name = "K", default_value_t = 0)]
    input: usize,
    /// Convert the output of this column's front end; several times for one conversion after another
    #[arg(long, value_name = "COLUMN")]
    column: Vec<usize>,
    /// Convert the difference of two columns; several times for one conversion after another
    #[arg(long, value_name = "POSITIVE,NEGATIVE", value_parser = pair)]
    pair: Vec<(usize, usize)>,
    /// Seed of the converters' mismatch
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,
    /// Where to write the deck [default: standard output]
    #[arg(short, long, value_name = "DECK.cir")]
    output: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  ohmloom array macro macro.toml --conductance G.npy --codes X.npy --pair 0,1 -o macro.cir
  ohmloom array macro macro.toml --conductance G.npy --codes X.npy --column 3 --column 7 | ohmloom sim -";

/// Runs the command.
pub(super) fn run(args: &MacroArgs) -> Result<()> {
    let file = args.output.as_deref().map(OutputFile::new).transpose()?;
    let written = file.iter().map(|file| ("--output", file));
    check_distinct(args.read_files(), written)?;
    let description: MacroDescription = descriptions::read(&args.config)?;
    let cells = load::conductances(args.conductance.as_deref(), args.resistance.as_deref())?;
    let (rows, columns) = cells.dim();
    let inputs = codes(&args.codes, args.input, (rows, columns))?;
    let key = InstanceKey {
        seed: args.seed,
        ..InstanceKey::default()
    };
    let cells = cells.iter().copied().collect();
    let array = ArrayMacro::new(&description, (rows, columns), cells, &key)
        .with_context(|| args.config.display().to_string())?;
    let sensed = args.sensed();
    let expected = array.read(&inputs, &sensed)?;
    let text = array.deck(&inputs, &sensed)?;
    deck_file::write(file, &text, Some(&expectation(&sensed, &expected)))
}

impl MacroArgs {
    fn sensed(&self) -> Vec<Sensed> {
        let columns = self.column.iter().map(|&column| Sensed::Column(column));
        let pairs = self
            .pair
            .iter()
            .map(|&(positive, negative)| Sensed::Pair { positive, negative });
        columns.chain(pairs).collect()
    }

    /// The files to read, with their options.
    fn read_files(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        [
            ("the configuration", Some(&self.config)),
            ("--conductance", self.conductance.as_ref()),
            ("--resistance", self.resistance.as_ref()),
            ("--codes", Some(&self.codes)),
        ]
        .into_iter()
        .filter_map(|(option, path)| Some((option, path?.as_path())))
    }
}

/// What the behavioural models give, one line for each conversion.
fn expectation(sensed: &[Sensed], expected: &MacroReading) -> String {
    let conversions = expected.converter_inputs.iter().zip(&expected.codes);
    let lines: Vec<String> = (sensed.iter().zip(conversions))
        .map(|(sensed, (&input, code))| {
            let what = match sensed {
                Sensed::Column(column) => format!("column {column}"),
                Sensed::Pair { positive, negative } => format!("columns {positive} - {negative}"),
            };
            format!("{what:<17}{} at the ADC, code {code}", quantity(input, "V"))
        })
        .collect();
    lines.join("\n")
}

/// The codes of one of the inputs of a file.
fn codes(path: &Path, input: usize, (rows, columns): (usize, usize)) -> Result<Vec<u32>> {
    let values = npy::read(path)?;
    let count = match *values.shape() {
        [found] if found == rows => 1,
        [count, found] if found == rows => count,
        _ => bail!(
            "{}: its shape is {}; an array of shape {} needs ({rows},) or (P, {rows})",
            path.display(),
            shape_text(values.shape()),
            shape_text(&[rows, columns])
        ),
    };
    if input >= count {
        bail!(
            "{}: there is no input {input}: {count} input{} given, counted from 0",
            path.display(),
            if count == 1 { " is" } else { "s are" }
        );
    }
    let code = |(row, &code): (usize, &f64)| {
        if code.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&code) {
            return Ok(code as u32);
        }
        bail!(
            "{}: the code of row {row} is {code}; it must be a whole number that is not negative",
            path.display()
        )
    };
    let selected = values.iter().skip(input * rows).take(rows);
    selected.enumerate().map(code).collect()
}

fn pair(text: &str) -> Result<(usize, usize), String> {
    let parse = |(a, b): (&str, &str)| Some((a.trim().parse().ok()?, b.trim().parse().ok()?));
    text.split_once(',')
        .and_then(parse)
        .ok_or_else(|| "two columns are needed, such as 0,1; they count from 0".to_owned())
}
