//! `ohmloom study`: sweeps of a network's evaluation over configurations.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use clap::{Args, Subcommand};
use comfy_table::{Table, presets};
use ohmloom_studies::study::{
    self, Manifest, PRESETS, RunOptions, Shard, Study, StudyDescription, merge, preset, report,
};

use crate::stages::StageBars;

/// Arguments of `ohmloom study`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct StudyArgs {
    #[command(subcommand)]
    command: StudyCommand,
}

#[derive(Debug, Subcommand)]
enum StudyCommand {
    /// Run a study: a network at every point of a sweep
    Run(RunArgs),
    /// List the studies that come with the program
    List,
    /// Print the file of a study that comes with the program, to change it
    Show {
        /// Its name
        preset: String,
    },
    /// Write plots, a summary and an HTML page of a results folder
    Report {
        /// The folder that `study run` or `study merge` wrote
        folder: PathBuf,
    },
    /// Put the results of shards together
    Merge {
        /// The folders that `study run --shard` wrote
        #[arg(required = true, num_args = 1.., value_name = "DIR")]
        folders: Vec<PathBuf>,
        /// The folder for all results
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

#[derive(Debug, Args)]
struct RunArgs {
    /// A study file (see docs/studies.md), or the name of a preset
    #[arg(value_name = "FILE|PRESET")]
    study: String,
    /// Folder for the results
    #[arg(long, value_name = "DIR", required_unless_present = "dry_run")]
    out: Option<PathBuf>,
    /// Points to evaluate at the same time, each with all threads
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: u16,
    /// Go on with the results that the folder has
    #[arg(long)]
    resume: bool,
    /// Evaluate only every n-th point, starting with the i-th
    #[arg(long, value_name = "I/N", default_value_t)]
    shard: Shard,
    /// Check every point and say what would run
    #[arg(long)]
    dry_run: bool,
    /// Folder where the study's network and data lie [default: that of the study file; presets: the built-in network]
    #[arg(long, value_name = "DIR")]
    data_root: Option<PathBuf>,
    /// Use only the first N images
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
}

const EXAMPLES: &str = "\
Examples:
  ohmloom study run wires-and-bits --out results --limit 200
  ohmloom study run study.toml --out results --jobs 4 --resume
  ohmloom study run study.toml --out part1 --shard 1/2
  ohmloom study merge part1 part2 --out results
  ohmloom study report results
  ohmloom study show wires-and-bits > study.toml";

/// Runs the command.
pub(crate) fn run(args: &StudyArgs) -> Result<()> {
    match &args.command {
        StudyCommand::Run(args) => run_study(args),
        StudyCommand::List => list(),
        StudyCommand::Show { preset: name } => {
            let known = PRESETS.map(|preset| preset.name).join(", ");
            let preset = preset(name)
                .ok_or_else(|| anyhow!("there is no preset `{name}`; presets: {known}"))?;
            crate::output::line(preset.text.trim_end())
        }
        StudyCommand::Report { folder } => {
            let files = report::write(folder)?;
            let files: Vec<_> = files
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            crate::output::line(&files.join("\n"))
        }
        StudyCommand::Merge { folders, out } => {
            let outcome = merge(folders, out)?;
            let missing = match outcome.jobs - outcome.done {
                0 => String::new(),
                missing => format!("; {missing} are missing, `study run --resume` evaluates them"),
            };
            let (done, jobs) = (outcome.done, outcome.jobs);
            crate::output::line(&format!(
                "{done} of {jobs} evaluations in {}{missing}",
                out.join("results.csv").display()
            ))
        }
    }
}

fn list() -> Result<()> {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["preset", "title", "points", "seeds"]);
    for preset in PRESETS {
        let study = Study::open(preset.name, None)?;
        let StudyDescription { title, .. } = &study.description;
        table.add_row([
            preset.name.to_owned(),
            title.clone(),
            study.points().to_string(),
            seeds(&study),
        ]);
    }
    crate::output::line(&table.to_string())
}

fn run_study(args: &RunArgs) -> Result<()> {
    let mut study = Study::open(&args.study, args.data_root.as_deref())?;
    if let Some(limit) = args.limit {
        study = study.limited(limit as usize);
    }
    if args.dry_run {
        return dry_run(&study, args);
    }
    let Some(out) = &args.out else {
        bail!("--out is missing");
    };
    let options = RunOptions {
        out: out.clone(),
        jobs: args.jobs.into(),
        resume: args.resume,
        shard: args.shard,
    };
    let bar = StageBars::default();
    let outcome = study::run(&study, &options, &bar);
    bar.finish();
    let outcome = outcome?;
    let done = outcome.jobs - outcome.failures.len();
    crate::output::line(&format!(
        "{done} of {} evaluations in {}",
        outcome.jobs,
        out.join("results.csv").display()
    ))?;
    if outcome.failures.is_empty() {
        return Ok(());
    }
    let failures = outcome.failures.iter();
    let failures: Vec<_> = failures
        .map(|(job, reason)| format!("{job}: {reason}"))
        .collect();
    Err(anyhow!("{}", failures.join("\n")))
        .with_context(|| format!("{} evaluations failed", failures.len()))
}

fn dry_run(study: &Study, args: &RunArgs) -> Result<()> {
    let jobs: Vec<usize> = (0..study.jobs())
        .filter(|&job| args.shard.contains(job))
        .collect();
    let mut lines = vec![
        study.description.title.clone(),
        format!(
            "{} points, {} seeds each; {} evaluations in shard {}",
            study.points(),
            seeds(study),
            jobs.len(),
            args.shard
        ),
        format!("network: {}", study.networks().join(", ")),
    ];
    for &job in &jobs {
        let (point, seed) = study.point_and_seed(job);
        lines.push(format!(
            "point {point}, seed {seed}: {}",
            study.words(point)
        ));
    }
    if let Some(out) = &args.out {
        lines.push(earlier(out));
    }
    crate::output::line(&lines.join("\n"))
}

/// How many seeds the points have.
fn seeds(study: &Study) -> String {
    match study.seeds() {
        (fewest, most) if fewest == most => most.to_string(),
        (fewest, most) => format!("{fewest} to {most}"),
    }
}

/// What a results folder holds already.
fn earlier(out: &Path) -> String {
    match Manifest::read(out) {
        Ok(manifest) => format!("{} has results of `{}`", out.display(), manifest.title),
        Err(_) => format!("{} has no results yet", out.display()),
    }
}
