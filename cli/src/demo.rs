//! `ohmloom demo`: the built-in network on built-in images, without any download.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use ohmloom_studies::demo::{self, DemoReport};

use crate::stages::StageBars;

/// Arguments of `ohmloom demo`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DemoArgs {
    /// Folder for the plots, the results, and the network and images to play with
    #[arg(long, value_name = "DIR", default_value = "ohmloom-demo")]
    out: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  ohmloom demo
  ohmloom demo --out results --json";

/// Runs the command.
pub(crate) fn run(args: &DemoArgs) -> Result<()> {
    let bars = StageBars::default();
    let outcome = demo::run(&args.out, &bars);
    bars.finish();
    let report = outcome?;
    if args.json {
        crate::output::line(&serde_json::to_string(&report)?)
    } else {
        crate::output::line(&text(&report, args))
    }
}

fn text(report: &DemoReport, args: &DemoArgs) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header([
        "network on",
        "correct",
        "same class as digital",
        "largest layer error",
        "tiles",
    ]);
    let percent =
        |count: usize, images: usize| format!("{:.2} %", 100.0 * count as f64 / images as f64);
    if let Some(row) = report.rows.first() {
        let digital = percent(row.report.digital_correct, row.report.images);
        table.add_row([
            "digital reference (32-bit float)".into(),
            digital,
            "100.00 %".into(),
            String::new(),
            String::new(),
        ]);
    }
    for row in &report.rows {
        let largest = row
            .report
            .layers
            .iter()
            .fold(0.0, |a: f64, layer| a.max(layer.relative_error));
        table.add_row([
            format!("arrays, {}", row.name),
            percent(row.report.analog_correct, row.report.images),
            percent(row.report.agree, row.report.images),
            format!("{:.1} %", 100.0 * largest),
            row.report.tiles.to_string(),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let images = report.rows.first().map_or(0, |row| row.report.images);
    format!(
        "{images} images of the built-in set, every partial sum from an exact solution of its 128 x 128 array\n\n{table}\n\n\
         Plots, results.json, the network and its images are in {}",
        args.out.display()
    )
}
