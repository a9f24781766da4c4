//! `ohmloom array solve`: files in, solution, files out.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::arguments::SolveArgs;
use super::files::Files;
use super::problem::Problem;
use super::report::SolveReport;
use super::{droop, solution};
use crate::{output, spinner};

/// Runs the command.
pub(super) fn run(args: &SolveArgs) -> Result<()> {
    args.check()?;
    let mut files = Files::new(args)?;
    let problem = Problem::new(&args.array)?;
    if args.heatmap.is_some() && !droop::has_anything_to_show(&problem) {
        bail!(match problem.selected {
            Some(_) =>
                "the heat map would be empty: the selection voltage is 0, or there are no cells",
            None => "the heat map would be empty: the first input drives no row that has a cell",
        });
    }

    let (rows, columns) = (problem.grid.rows(), problem.grid.columns());
    let message = format!("solving {rows} x {columns} cells");
    let solved = spinner::during(&message, || solution::solve(args, &problem))?;
    let report = SolveReport::new(&problem, &solved);
    files.stage(&problem, &solved)?;
    let written: Vec<PathBuf> = files.paths().map(Path::to_owned).collect();
    files.publish()?;
    if args.json {
        output::line(&serde_json::to_string(&report)?)
    } else {
        output::line(&report.text(&problem, written.iter().map(PathBuf::as_path)))
    }
}
