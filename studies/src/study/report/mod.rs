//! Reports: plots, a summary, and one HTML page that needs no other file.

mod figures;
mod findings;
mod hardware;
mod html;
mod pareto;
mod statistics;
mod summary;
mod swept;

use std::fs;
use std::path::{Path, PathBuf};

use super::error::StudyError;
use super::manifest::{Manifest, replace};
use super::results::Results;
use crate::plots;
use figures::{Drawing, figures};
use summary::Summary;

/// Writes the report of a results folder to its subfolder `report`: each plot as SVG and PNG, `summary.csv` (means and standard deviations
/// over the seeds of each point), `summary.md` (what was found, in words) and `report.html`. Returns the files.
///
/// # Errors
/// A folder without results; a plot that cannot be drawn; files that cannot be written.
pub fn write(folder: &Path) -> Result<Vec<PathBuf>, StudyError> {
    let manifest = Manifest::read(folder)?;
    let results = Results::read(folder)?;
    let summary = Summary::new(&manifest, &results)
        .map_err(|reason| StudyError::at(&folder.join(Results::FILE), reason))?;
    let out = folder.join("report");
    fs::create_dir_all(&out).map_err(StudyError::file(&out))?;
    let mut files = Vec::new();
    let mut shown = Vec::new();
    for figure in figures(&manifest, &summary) {
        for extension in ["png", "svg"] {
            let path = out.join(format!("{}.{extension}", figure.name));
            match &figure.drawing {
                Drawing::Lines(chart) => plots::lines(&path, chart)?,
                Drawing::Map(map) => plots::heatmap(&path, map)?,
                Drawing::Boxes(spec) => plots::boxes(&path, spec)?,
            }
            files.push(path);
        }
        let path = out.join(format!("{}.svg", figure.name));
        let svg = fs::read_to_string(&path).map_err(StudyError::file(&path))?;
        shown.push((figure, svg));
    }
    let path = out.join("summary.csv");
    summary.table().write(&path)?;
    files.push(path);
    let findings = findings::findings(&manifest, &summary);
    let path = out.join("summary.md");
    let text = findings::markdown(&manifest, &findings);
    replace(&path, text.as_bytes())?;
    files.push(path);
    let path = out.join("report.html");
    let page = html::page(&manifest, &results, &summary, &findings, &shown);
    replace(&path, page.as_bytes())?;
    files.push(path);
    Ok(files)
}
