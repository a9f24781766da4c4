//! `ohmloom array program`: cells driven to their targets by pulses through the wires.

mod files;
mod plots;
mod progress;
mod report;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::Args;
use ndarray::Array2;
use ohmloom_layouts::write_verify::{self, ProgrammingSettings};

use super::load;
use crate::npy::shape_text;
use crate::{descriptions, output};
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
    let settings: ProgrammingSettings = descriptions::read(&args.config)?;
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

/// What each cell should conduct, S.
fn targets(path: &Path) -> Result<Array2<f64>> {
    let targets = load::cells(path, "target", "S", |target| {
        if target > 0.0 && target.is_finite() {
            Ok(target)
        } else {
            Err("it must be finite and positive")
        }
    })?;
    if targets.is_empty() {
        bail!(
            "{}: its shape is {}; there are no cells",
            path.display(),
            shape_text(targets.shape())
        );
    }
    Ok(targets)
}
