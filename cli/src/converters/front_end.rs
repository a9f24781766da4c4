//! `ohmloom front-end`.

use anyhow::Result;
use clap::{Args, Subcommand};
use ohmloom_peripherals::front_ends::FrontEndDescription;
use ohmloom_peripherals::metrology::{
    FrontEndCharacterization, FrontEndTest, characterize_front_end,
};
use ohmloom_studies::converters::{FrontEndPopulation, front_end_chart, front_end_population};
use serde::Serialize;

use super::characterize::{Draw, SubjectArgs};
use super::report::{joined, row, spread_table, table};
use crate::quantity::quantity;

/// Arguments of `ohmloom front-end`.
#[derive(Debug, Args)]
pub(crate) struct FrontEndArgs {
    #[command(subcommand)]
    command: FrontEndCommand,
}

#[derive(Debug, Subcommand)]
enum FrontEndCommand {
    /// Measure gain, offset, range, input resistance, bandwidth and noise of a front end
    #[command(after_help = EXAMPLES)]
    Characterize(FrontEndCharacterizeArgs),
}

#[derive(Debug, Args)]
struct FrontEndCharacterizeArgs {
    #[command(flatten)]
    subject: SubjectArgs,
    /// Lowest and highest current in ampere
    #[arg(long, value_name = "LOW,HIGH", allow_hyphen_values = true, value_parser = currents)]
    currents: [f64; 2],
    /// Points of the transfer curve
    #[arg(long, value_name = "N", default_value_t = FrontEndTest::new([0.0, 1.0]).points)]
    points: usize,
    /// Readings from which the noise is found
    #[arg(long, value_name = "N", default_value_t = FrontEndTest::new([0.0, 1.0]).readings)]
    readings: usize,
}

const EXAMPLES: &str = "\
Examples:
  ohmloom front-end characterize amplifier.toml --currents 0,50e-6 --plot charts
  ohmloom front-end characterize amplifier.toml --currents -1e-5,1e-5 --draws 1000 --json";

/// What `--json` prints.
#[derive(Serialize)]
struct FrontEndReport<'a> {
    #[serde(flatten)]
    draw: Draw,
    front_end: &'a FrontEndDescription,
    readings: usize,
    #[serde(flatten)]
    measured: &'a FrontEndCharacterization,
    #[serde(skip_serializing_if = "Option::is_none")]
    population: Option<&'a FrontEndPopulation>,
}

/// Runs the command.
pub(crate) fn run(args: &FrontEndArgs) -> Result<()> {
    let FrontEndCommand::Characterize(args) = &args.command;
    let subject = &args.subject;
    let description: FrontEndDescription = subject.read()?;
    let key = subject.key();
    let test = FrontEndTest {
        currents: args.currents,
        points: args.points,
        readings: args.readings,
    };
    let measured = characterize_front_end(&description, &key, &test)?;
    subject.make_folder()?;
    let population = subject
        .draws
        .map(|draws| front_end_population(&description, &key, draws, &test))
        .transpose()?;
    let title = format!("{} front end", description.kind());
    let files = subject.draw(&[front_end_chart(&title, &measured)])?;
    if subject.json {
        let report = FrontEndReport {
            draw: subject.setup(),
            front_end: &description,
            readings: args.readings,
            measured: &measured,
            population: population.as_ref(),
        };
        return crate::output::line(&serde_json::to_string(&report)?);
    }
    let [low, high] = args.currents;
    let mut parts = vec![
        format!("{title}, {} to {}", quantity(low, "A"), quantity(high, "A")),
        table(rows(&measured)),
    ];
    parts.extend(population.as_ref().map(|found| {
        let table = spread_table(&[
            ("offset", &found.offset, 1e3, "mV"),
            ("input offset", &found.input_offset, 1e9, "nA"),
            ("gain error", &found.gain_error, 100.0, "%"),
        ]);
        format!("{} draws\n{table}", found.draws)
    }));
    crate::output::line(&joined(parts, &files))
}

fn rows(found: &FrontEndCharacterization) -> Vec<[String; 3]> {
    let figure = |name: &str, value: f64, unit: &str| {
        let text = quantity(value, unit);
        let (number, unit) = text.split_once(' ').unwrap_or((&text, unit));
        row(name, number.to_owned(), unit)
    };
    let mut rows = vec![
        figure("gain", found.gain, "V/A"),
        row(
            "gain error",
            format!("{:+.3}", 100.0 * found.gain_error),
            "%",
        ),
        figure("offset", found.offset, "V"),
        figure("input offset", found.input_offset, "A"),
        figure("lowest output", found.outputs[0], "V"),
        figure("highest output", found.outputs[1], "V"),
        figure("linear from", found.linear_currents[0], "A"),
        figure("linear to", found.linear_currents[1], "A"),
        figure("noise", found.noise, "V"),
        figure("input noise", found.input_noise, "A"),
    ];
    let given = [
        ("input resistance", found.input_resistance, "ohm"),
        ("input potential", found.input_potential, "V"),
        ("bandwidth", found.bandwidth, "Hz"),
        ("settling to 0.1 %", found.settling_time, "s"),
    ];
    let given = given.into_iter();
    rows.extend(given.filter_map(|(name, value, unit)| Some(figure(name, value?, unit))));
    rows
}

fn currents(text: &str) -> Result<[f64; 2], String> {
    let parse =
        |(low, high): (&str, &str)| Some([low.trim().parse().ok()?, high.trim().parse().ok()?]);
    text.split_once(',')
        .and_then(parse)
        .ok_or_else(|| "two currents in ampere are needed, such as -1e-5,1e-5".to_owned())
}
