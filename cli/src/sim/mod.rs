//! `ohmloom sim`: simulating a SPICE deck.

mod chart;
mod files;

use std::cell::RefCell;
use std::io::{self, IsTerminal, Read, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use ohmloom_netlists::deck::Deck;
use ohmloom_netlists::elaborate::Overrides;
use ohmloom_netlists::results::{Plot, date_text};
use ohmloom_netlists::script::{ScriptLine, run_script};
use ohmloom_netlists::simulate::{Listing, Session, SimulationError};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag::{register, register_conditional_shutdown};

use self::files::Files;
use crate::failure;

/// Simulate a SPICE deck
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SimArgs {
    /// The deck; `-` reads it from standard input
    deck: PathBuf,
    /// Batch mode, as ngspice calls it; there is no other
    #[arg(short, long)]
    batch: bool,
    /// Write all results into a rawfile
    #[arg(short, long, value_name = "RAW")]
    rawfile: Option<PathBuf>,
    /// Write the rawfile as text
    #[arg(long, requires = "rawfile")]
    ascii: bool,
    /// Write what would be printed into a file
    #[arg(short, long, value_name = "LOG")]
    output: Option<PathBuf>,
    /// Write one CSV file for each plot into a folder
    #[arg(long, value_name = "DIR")]
    csv: Option<PathBuf>,
    /// Print all results as JSON instead of tables
    #[arg(long)]
    json: bool,
    /// Draw vectors of the last plot that has them into an SVG or PNG file
    #[arg(long, num_args = 2, value_names = ["VECTORS", "FILE"])]
    plot: Vec<String>,
    /// Set a parameter, instead of its `.param`
    #[arg(short = 'D', long = "define", value_name = "NAME=VALUE")]
    definitions: Vec<Definition>,
    /// Write the Jacobian at the operating point as a Matrix Market file
    #[arg(long, value_name = "FILE.mtx")]
    dump_matrix: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  ohmloom sim divider.cir
  ohmloom sim filter.cir -r filter.raw --plot 'vdb(out)' filter.svg
  ohmloom sim array.cir -D rload=10k --csv results/
  cat deck.cir | ohmloom sim - --json";

/// A parameter with its value, as `-D` takes it.
#[derive(Clone, Debug)]
struct Definition {
    name: String,
    value: f64,
}

impl FromStr for Definition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text
            .split_once('=')
            .ok_or("write it as name=value, such as rload=10k")?;
        let name = name.trim().to_ascii_lowercase();
        let value = value.trim();
        match ohmloom_netlists::numbers::parse_number(value) {
            Some((number, _)) if !name.is_empty() => Ok(Self {
                name,
                value: number,
            }),
            _ => Err(format!("`{value}` is not a number such as 10k or 1e-9")),
        }
    }
}

pub(crate) fn run(args: &SimArgs) -> Result<()> {
    let mut files = Files::prepare(args)?;
    let deck = read(args)?;
    let overrides = Overrides {
        parameters: args
            .definitions
            .iter()
            .map(|definition| (definition.name.clone(), definition.value))
            .collect(),
        ..Overrides::default()
    };
    let mut session = Session::new(deck, overrides)?;
    for warnings in session.warnings() {
        failure::show(warnings);
    }
    if let Some(mut target) = files.matrix.take() {
        files::dump_matrix(&mut session, &mut target)?;
        target.publish()?;
    }
    // Results that go to files or to a machine are not printed as well, as with ngspice's -r.
    let elsewhere = args.json || args.rawfile.is_some() || args.csv.is_some();
    let quiet = elsewhere && files.log.is_none();
    let mut listing = Listing::new(&session, quiet);
    let mut plots: Vec<Plot> = Vec::new();
    let outcome = simulate(&mut session, &mut listing, &mut plots);
    // Whatever was computed is written, also when a later analysis failed.
    if outcome.is_ok() || !plots.is_empty() {
        files.write(args, &plots, listing.text())?;
    }
    outcome?;
    Ok(listing.failures()?)
}

/// Runs the deck's control script, or its analyses where there is none or the script runs none.
fn simulate(session: &mut Session, listing: &mut Listing, plots: &mut Vec<Plot>) -> Result<()> {
    let date = date_text(
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |elapsed| elapsed.as_secs()),
    );
    let script = session.script_lines();
    if !script.is_empty() && run_control(&script, session, listing, plots)? {
        return Ok(());
    }
    let interrupted = watch_interrupts()?;
    let bar = TransientBar::new();
    let run = session.run_all(
        &mut |time, stop| {
            bar.show(time, stop);
            if interrupted.load(Ordering::Relaxed) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        },
        &mut |kind, made| {
            for mut plot in made {
                plot.title.push_str(&kind.suffix());
                plot.date.clone_from(&date);
                listing.plot(kind, &plot);
                plots.push(plot);
            }
        },
    );
    bar.finish();
    run.map_err(|error| match error {
        SimulationError::Deck(findings) => findings.into(),
        other => other.into(),
    })
}

/// Runs the control script; whether that was the whole job.
fn run_control(
    script: &[ScriptLine],
    session: &mut Session,
    listing: &mut Listing,
    plots: &mut Vec<Plot>,
) -> Result<bool> {
    let mut text = Vec::new();
    let outcome = run_script(script, session, &mut text);
    listing.append(&String::from_utf8_lossy(&text));
    let outcome = outcome.map_err(|error| {
        let help = error
            .help
            .as_deref()
            .map_or(String::new(), |help| format!(" ({help})"));
        anyhow!(".control, {error}{help}")
    })?;
    // The first plot of a set holds constants.
    let made = outcome.plots.plots().iter().skip(1);
    let ran = made.len() > 0;
    plots.extend(made.cloned());
    for note in &outcome.notes {
        eprintln!("note: {note}");
    }
    if !outcome.errors.is_empty() {
        let all: Vec<String> = outcome.errors.iter().map(ToString::to_string).collect();
        return Err(anyhow!(".control: {}", all.join("; ")));
    }
    match outcome.exit_code {
        Some(0) => Ok(true),
        Some(code) => Err(anyhow!("the control script ended with `quit {code}`")),
        None => Ok(ran),
    }
}

fn read(args: &SimArgs) -> Result<Deck> {
    if args.deck.as_os_str() != "-" {
        return Ok(Deck::read(&args.deck)?);
    }
    let mut text = Vec::new();
    io::stdin()
        .lock()
        .take(1 << 28)
        .read_to_end(&mut text)
        .context("cannot read standard input")?;
    Ok(Deck::parse("stdin", &String::from_utf8_lossy(&text))?)
}

/// A flag that Ctrl-C and a termination signal raise, so that what a long transient has computed is written all the same.
fn watch_interrupts() -> Result<Arc<AtomicBool>> {
    let raised = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // Whoever asks twice wants no results. Registered first, it sees the flag of the signal before.
        register_conditional_shutdown(signal, 130, Arc::clone(&raised))
            .and_then(|_| register(signal, Arc::clone(&raised)))
            .context("cannot watch for interrupts")?;
    }
    Ok(raised)
}

/// How far a transient has come, on a terminal and after two seconds.
struct TransientBar {
    started: Instant,
    bar: RefCell<Option<ProgressBar>>,
    visible: bool,
}

impl TransientBar {
    fn new() -> Self {
        Self {
            started: Instant::now(),
            bar: RefCell::new(None),
            visible: io::stderr().is_terminal(),
        }
    }

    fn show(&self, time: f64, stop: f64) {
        if !self.visible || self.started.elapsed() < Duration::from_secs(2) {
            return;
        }
        let mut bar = self.bar.borrow_mut();
        let bar = bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("transient {bar:40} {percent}%  {elapsed}");
            let bar = ProgressBar::new(1000);
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        bar.set_position((1000.0 * time / stop) as u64);
    }

    fn finish(&self) {
        if let Some(bar) = self.bar.borrow_mut().take() {
            bar.finish_and_clear();
        }
        // Nothing may follow on a line that the bar has used.
        let _ = io::stderr().flush();
    }
}
