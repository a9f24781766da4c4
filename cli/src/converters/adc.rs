//! `ohmloom adc`.

use anyhow::Result;
use clap::{Args, Subcommand};
use ohmloom_peripherals::Noise;
use ohmloom_peripherals::adc::AdcDescription;
use ohmloom_peripherals::metrology::{AdcCharacterization, HistogramTest, characterize_adc};
use ohmloom_studies::converters::{Population, adc_charts, adc_population};
use serde::Serialize;

use super::characterize::{CharacterizeArgs, Setup};
use super::export::ExportArgs;
use super::report::{dynamic_rows, joined, linearity_rows, population_text, row, table};
use crate::quantity::quantity;

/// Arguments of `ohmloom adc`.
#[derive(Debug, Args)]
pub(crate) struct AdcArgs {
    #[command(subcommand)]
    command: AdcCommand,
}

#[derive(Debug, Subcommand)]
enum AdcCommand {
    /// Measure INL, DNL, offset, gain, ENOB, SNDR, SFDR and THD of a converter
    #[command(after_help = EXAMPLES)]
    Characterize(AdcCharacterizeArgs),
    /// Write a converter as a SPICE subcircuit
    Export(AdcExportArgs),
}

#[derive(Debug, Args)]
struct AdcExportArgs {
    #[command(flatten)]
    common: ExportArgs,
    /// Period of the clock in seconds, of a converter that has one: sar, sigma-delta
    #[arg(long, value_name = "SECONDS", default_value_t = 50e-9)]
    clock: f64,
}

#[derive(Debug, Args)]
struct AdcCharacterizeArgs {
    #[command(flatten)]
    common: CharacterizeArgs,
    /// Samples of the ramp for each code
    #[arg(long, value_name = "SAMPLES", default_value_t = HistogramTest::default().samples_per_code)]
    samples_per_code: usize,
    /// What ramp and histogram sine go beyond each end of the range, as a part of the range
    #[arg(long, value_name = "RATIO", default_value_t = HistogramTest::default().overdrive)]
    overdrive: f64,
}

const EXAMPLES: &str = "\
Examples:
  ohmloom adc characterize sar.toml --plot charts
  ohmloom adc characterize sar.toml --draws 1000 --line end-points --json";

/// What `--json` prints.
#[derive(Serialize)]
struct AdcReport<'a> {
    #[serde(flatten)]
    setup: Setup,
    converter: &'a AdcDescription,
    samples_per_code: usize,
    overdrive: f64,
    #[serde(flatten)]
    measured: &'a AdcCharacterization,
    #[serde(skip_serializing_if = "Option::is_none")]
    population: Option<&'a Population>,
}

/// Runs the command.
pub(crate) fn run(args: &AdcArgs) -> Result<()> {
    match &args.command {
        AdcCommand::Characterize(args) => characterize(args),
        AdcCommand::Export(args) => {
            let description: AdcDescription = args.common.read()?;
            let adc = description.instance(&args.common.key())?;
            args.common
                .write(&adc.subcircuit(&args.common.name, args.clock)?)
        }
    }
}

fn characterize(args: &AdcCharacterizeArgs) -> Result<()> {
    let (common, subject) = (&args.common, &args.common.subject);
    let description: AdcDescription = subject.read()?;
    let (key, sine, line) = (subject.key(), common.sine(), common.line());
    let test = HistogramTest {
        samples_per_code: args.samples_per_code,
        overdrive: args.overdrive,
    };
    let adc = description.instance(&key)?;
    subject.make_folder()?;
    let measured = characterize_adc(&adc, &test, &sine, line, &mut Noise::new(&key, 0))?;
    let population = subject
        .draws
        .map(|draws| adc_population(&description, &key, draws, &test, &sine, line))
        .transpose()?;
    let title = format!("{}-bit {} ADC", measured.bits, description.kind());
    let files = subject.draw(&adc_charts(&title, description.unit(), &measured))?;
    if subject.json {
        let report = AdcReport {
            setup: common.setup(),
            converter: &description,
            samples_per_code: args.samples_per_code,
            overdrive: args.overdrive,
            measured: &measured,
            population: population.as_ref(),
        };
        return crate::output::line(&serde_json::to_string(&report)?);
    }
    let unit = description.unit();
    let range = measured.range;
    let mut rows = linearity_rows(&measured.linearity);
    rows.push(row(
        "largest |INL|, sine",
        format!("{:.3}", measured.sine_worst_inl),
        "LSB",
    ));
    rows.push(row(
        "largest |DNL|, sine",
        format!("{:.3}", measured.sine_worst_dnl),
        "LSB",
    ));
    rows.push(row(
        "missing codes",
        measured.transitions.missing.len().to_string(),
        "",
    ));
    let monotonic = if measured.monotonic { "yes" } else { "no" };
    rows.push(row("monotonic", monotonic.into(), ""));
    rows.extend(dynamic_rows(&measured.spectrum, &measured.sine_fit));
    let mut parts = vec![
        format!(
            "{title}, {} to {}, one LSB is {}",
            quantity(range.low, unit),
            quantity(range.high, unit),
            quantity(range.step(measured.bits), unit)
        ),
        table(rows),
    ];
    parts.extend(population.as_ref().map(population_text));
    crate::output::line(&joined(parts, &files))
}
