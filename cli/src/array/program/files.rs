//! The files that `ohmloom array program` writes.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use ohmloom_layouts::write_verify::ProgrammingOutcome;

use super::plots;
use super::report::Report;
use crate::npy;
use crate::output_file::OutputFile;

/// Writes everything into the folder; returns the names.
pub(super) fn write(
    folder: &Path,
    size: (usize, usize),
    outcome: &ProgrammingOutcome,
    report: &Report<'_>,
) -> Result<Vec<PathBuf>> {
    let mut written = Vec::new();
    let mut file = |name: &str, fill: &dyn Fn(&Path) -> Result<()>| -> Result<()> {
        let path = folder.join(name);
        let mut file = OutputFile::new(&path)?;
        file.stage(fill)?;
        file.publish()?;
        written.push(path);
        Ok(())
    };
    file("cells.csv", &|path| {
        fs::write(path, table(outcome)).context("the table")
    })?;
    let memristors: Vec<f64> = outcome.cells.iter().map(|cell| cell.memristor).collect();
    file("memristors.npy", &|path| {
        npy::write(path, &[size.0, size.1], &memristors)
    })?;
    for extension in ["svg", "png"] {
        for (name, draw) in plots::ALL {
            file(&format!("{name}.{extension}"), &|path| {
                draw(path, size, outcome)
            })?;
        }
    }
    let text = serde_json::to_string_pretty(report)? + "\n";
    file("report.json", &|path| {
        fs::write(path, &text).context("the report")
    })?;
    Ok(written)
}

fn table(outcome: &ProgrammingOutcome) -> String {
    let mut text = String::from(
        "row,column,target_s,initial_s,verified_s,final_s,memristor_s,disturb,set_pulses,reset_pulses,status\n",
    );
    for cell in &outcome.cells {
        let status = serde_json::to_value(cell.status).unwrap_or_default();
        let _ = writeln!(
            text,
            "{},{},{:e},{:e},{:e},{:e},{:e},{:e},{},{},{}",
            cell.row,
            cell.column,
            cell.target,
            cell.initial,
            cell.verified,
            cell.conductance,
            cell.memristor,
            cell.disturb,
            cell.set_pulses,
            cell.reset_pulses,
            status.as_str().unwrap_or_default(),
        );
    }
    text
}
