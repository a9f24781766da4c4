//! `ohmloom dac`.

use anyhow::Result;
use clap::{Args, Subcommand};
use ohmloom_peripherals::Noise;
use ohmloom_peripherals::dac::DacDescription;
use ohmloom_peripherals::metrology::{DacCharacterization, characterize_dac};
use ohmloom_studies::converters::{Population, dac_charts, dac_population};
use serde::Serialize;

use super::characterize::{CharacterizeArgs, Setup};
use super::export::ExportArgs;
use super::report::{dynamic_rows, joined, linearity_rows, population_text, row, table};
use crate::quantity::quantity;

/// Arguments of `ohmloom dac`.
#[derive(Debug, Args)]
pub(crate) struct DacArgs {
    #[command(subcommand)]
    command: DacCommand,
}

#[derive(Debug, Subcommand)]
enum DacCommand {
    /// Measure INL, DNL, offset, gain, ENOB, SNDR, SFDR and THD of a converter
    #[command(after_help = EXAMPLES)]
    Characterize(CharacterizeArgs),
    /// Write a converter as a SPICE subcircuit
    Export(ExportArgs),
}

const EXAMPLES: &str = "\
Examples:
  ohmloom dac characterize r2r.toml --plot charts
  ohmloom dac characterize r2r.toml --draws 1000 --json";

/// What `--json` prints.
#[derive(Serialize)]
struct DacReport<'a> {
    #[serde(flatten)]
    setup: Setup,
    converter: &'a DacDescription,
    #[serde(flatten)]
    measured: &'a DacCharacterization,
    #[serde(skip_serializing_if = "Option::is_none")]
    population: Option<&'a Population>,
}

/// Runs the command.
pub(crate) fn run(args: &DacArgs) -> Result<()> {
    match &args.command {
        DacCommand::Characterize(args) => characterize(args),
        DacCommand::Export(args) => {
            let description: DacDescription = args.read()?;
            let dac = description.instance(&args.key())?;
            args.write(&dac.subcircuit(&args.name)?)
        }
    }
}

fn characterize(args: &CharacterizeArgs) -> Result<()> {
    let subject = &args.subject;
    let description: DacDescription = subject.read()?;
    let (key, sine, line) = (subject.key(), args.sine(), args.line());
    let dac = description.instance(&key)?;
    subject.make_folder()?;
    let measured = characterize_dac(&dac, &sine, line, &mut Noise::new(&key, 0))?;
    let population = subject
        .draws
        .map(|draws| dac_population(&description, &key, draws, &sine, line))
        .transpose()?;
    let title = format!("{}-bit {} DAC", measured.bits, description.kind());
    let files = subject.draw(&dac_charts(&title, &measured))?;
    if subject.json {
        let report = DacReport {
            setup: args.setup(),
            converter: &description,
            measured: &measured,
            population: population.as_ref(),
        };
        return crate::output::line(&serde_json::to_string(&report)?);
    }
    let range = measured.range;
    let mut rows = linearity_rows(&measured.linearity);
    let monotonic = if measured.monotonic { "yes" } else { "no" };
    rows.push(row("monotonic", monotonic.into(), ""));
    rows.extend(dynamic_rows(&measured.spectrum, &measured.sine_fit));
    let mut parts = vec![
        format!(
            "{title}, {} to {}, one LSB is {}",
            quantity(range.low, "V"),
            quantity(range.high, "V"),
            quantity(range.step(measured.bits), "V")
        ),
        table(rows),
    ];
    parts.extend(population.as_ref().map(population_text));
    crate::output::line(&joined(parts, &files))
}
