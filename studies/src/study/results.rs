//! `results.csv` and `timing.csv`.

use std::path::Path;

use super::configuration::number_text;
use super::csv;
use super::error::StudyError;
use super::journal::Entry;
use super::manifest::{Manifest, replace};

/// The results of a study as a table of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Results {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Rows, each with a text for each column.
    pub rows: Vec<Vec<String>>,
}

impl Results {
    /// The results file in its folder.
    pub const FILE: &str = "results.csv";

    /// Reads the one of a results folder.
    ///
    /// # Errors
    /// A folder without one; text that is not CSV.
    pub fn read(folder: &Path) -> Result<Self, StudyError> {
        let path = folder.join(Self::FILE);
        let text = std::fs::read_to_string(&path).map_err(StudyError::file(&path))?;
        let mut records = csv::parse(&text)
            .map_err(StudyError::file(&path))?
            .into_iter();
        let columns = records.next().unwrap_or_default();
        let rows: Vec<Vec<String>> = records.collect();
        if let Some(row) = rows.iter().position(|row| row.len() != columns.len()) {
            let reason = format!(
                "row {} has {} fields, the first line {}",
                row + 1,
                rows[row].len(),
                columns.len()
            );
            return Err(StudyError::at(&path, reason));
        }
        Ok(Self { columns, rows })
    }

    /// The position of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// One row for each entry: point, seed, what tells points apart, metrics, provenance. A metric that an entry does not have is empty.
    pub(super) fn new(manifest: &Manifest, entries: &[Entry]) -> Self {
        let mut metrics: Vec<&str> = Vec::new();
        for (name, _) in entries.iter().flat_map(|entry| &entry.metrics) {
            if !metrics.contains(&name.as_str()) {
                metrics.push(name);
            }
        }
        let columns = ["point", "seed"]
            .into_iter()
            .chain(manifest.columns.iter().map(String::as_str))
            .chain(metrics.iter().copied())
            .chain(["version", "configuration", "inputs"]);
        let inputs = manifest.inputs_checksum();
        let row = |entry: &Entry| {
            let mut row = vec![entry.point.to_string(), entry.seed.to_string()];
            row.extend_from_slice(&entry.values);
            row.extend(metrics.iter().map(|name| {
                let found = entry.metrics.iter().find(|(metric, _)| metric == name);
                found.map_or(String::new(), |(_, value)| value.clone())
            }));
            row.extend([
                manifest.version.clone(),
                entry.configuration.clone(),
                inputs.clone(),
            ]);
            row
        };
        Self {
            columns: columns.map(str::to_owned).collect(),
            rows: entries.iter().map(row).collect(),
        }
    }

    pub(super) fn write(&self, path: &Path) -> Result<(), StudyError> {
        let mut text = csv::record(&self.columns);
        for row in &self.rows {
            text += &csv::record(row);
        }
        replace(path, text.as_bytes())
    }
}

/// Writes the results and, apart from them because they differ from run to run, the times. `entries` are in the order of their jobs.
pub(super) fn write(
    folder: &Path,
    manifest: &Manifest,
    entries: &[Entry],
) -> Result<(), StudyError> {
    Results::new(manifest, entries).write(&folder.join(Results::FILE))?;
    let stages = entries
        .first()
        .map_or(Vec::new(), |entry| entry.seconds.clone());
    let columns = ["point", "seed"].map(str::to_owned).into_iter();
    let times = Results {
        columns: columns
            .chain(stages.into_iter().map(|(stage, _)| stage + "_s"))
            .collect(),
        rows: entries
            .iter()
            .map(|entry| {
                let times = entry
                    .seconds
                    .iter()
                    .map(|(_, seconds)| number_text(*seconds));
                let place = [entry.point.to_string(), entry.seed.to_string()];
                place.into_iter().chain(times).collect()
            })
            .collect(),
    };
    times.write(&folder.join("timing.csv"))
}
