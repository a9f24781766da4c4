//! `ohmloom array program`: cells driven to their targets by pulses through the wires.

mod files;
mod plots;
mod progress;
mod report;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use ndarray::{Array2, Ix2};
use ohmloom_layouts::write_verify::{self, ProgrammingSettings};

use crate::npy::{self, shape_text};
use crate::output;
use progress::Journal;
use report::Report;

/// Program an array by write-verify: pulses through the wires, each followed by a read
///
/// Every cell in turn, row by row, gets pulses until a read of its column current says that it conducts what it should. Each pulse is solved as a transient
/// of the array with its wires, in which the states of all memristors follow their own voltages, so that writing one cell disturbs
/// the others. The configuration names the memristor model, the transistor if there is one, wires, pulses and tolerance.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ProgramArgs {
    /// Memristor, transistor, wires, pulses (docs/programming.md describes all keys)
    #[arg(value_name = "CONFIG.toml")]
    config: PathBuf,
    /// What each cell should conduct, in siemens, (rows, columns)
    #[arg(long, value_name = "G.npy")]
    targets: PathBuf,
    /// Folder for cells.csv, memristors.npy, report.json and the plots; made if it does not exist
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    /// Print the report as one JSON object
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  ohmloom array program write.toml --targets G.npy --out programmed
  ohmloom array program write.toml --targets G.npy --out programmed --json

A run that is killed goes on where it was when it is started again with the same configuration, targets and folder (with transistors,
line by line; arrays without them start anew).";

/// Runs the command.
pub(super) fn run(args: &ProgramArgs) -> Result<()> {
    let settings = settings(&args.config)?;
    let targets = targets(&args.targets)?;
    let size = targets.dim();
    settings
        .validate()
        .with_context(|| args.config.display().to_string())?;
    fs::create_dir_all(&args.out)
        .with_context(|| format!("cannot make the folder {}", args.out.display()))?;
    let (journal, known) = Journal::open(&args.out, &settings, &targets)?;
    let visits = targets.len() * settings.passes;
    let start = Instant::now();
    journal.begin(visits, &known);
    let targets: Vec<f64> = targets.into_iter().collect();
    let outcome = write_verify::program(&settings, &targets, size, known, &journal);
    journal.end();
    let outcome = outcome.with_context(|| args.config.display().to_string())?;
    let seconds = start.elapsed().as_secs_f64();
    let mut report = Report::new(&settings, size, &outcome, seconds);
    report.files = files::write(&args.out, size, &outcome, &report)?;
    journal.remove()?;
    if args.json {
        output::line(&serde_json::to_string(&report)?)
    } else {
        output::line(&report.text())
    }
}

fn settings(path: &Path) -> Result<ProgrammingSettings> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    toml::from_str(&text).map_err(|error| anyhow!("{}:\n{error}", path.display()))
}

fn targets(path: &Path) -> Result<Array2<f64>> {
    let values = npy::read(path)?;
    let shape = shape_text(values.shape());
    let Ok(values) = values.into_dimensionality::<Ix2>() else {
        bail!(
            "{}: its shape is {shape}; (rows, columns) is needed",
            path.display()
        );
    };
    if values.is_empty() {
        bail!(
            "{}: its shape is {shape}; there are no cells",
            path.display()
        );
    }
    let wrong = values
        .indexed_iter()
        .find(|(_, target)| !(**target > 0.0 && target.is_finite()));
    if let Some(((row, column), target)) = wrong {
        bail!(
            "{}: the target of the cell in row {row}, column {column} is {target} S; it must be finite and positive",
            path.display()
        );
    }
    Ok(values)
}
