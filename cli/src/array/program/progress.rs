//! What has been programmed so far: a bar for who watches, and a file for the case that the run is killed.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, anyhow};
use ndarray::Array2;
use ohmloom_layouts::write_verify::{Observer, ProgrammedPart, ProgrammingSettings};
use serde::Serialize;

use crate::stages::StageBars;

/// The file's first line: what is being programmed.
#[derive(Serialize)]
struct Header<'a> {
    version: &'static str,
    settings: &'a ProgrammingSettings,
    shape: (usize, usize),
    targets: Vec<f64>,
}

/// One line for each part that is done.
pub(super) struct Journal {
    path: PathBuf,
    file: Mutex<(File, std::io::Result<()>)>,
    bars: StageBars,
}

impl Journal {
    /// Opens the journal of a folder. Returns what a run of the same settings and targets has left in it.
    pub(super) fn open(
        folder: &Path,
        settings: &ProgrammingSettings,
        targets: &Array2<f64>,
    ) -> Result<(Self, Vec<ProgrammedPart>)> {
        let path = folder.join("progress.jsonl");
        let header = serde_json::to_string(&Header {
            version: env!("CARGO_PKG_VERSION"),
            settings,
            shape: targets.dim(),
            targets: targets.iter().copied().collect(),
        })?;
        let failed = || format!("cannot write {}", path.display());
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", path.display()));
            }
        };
        let mut lines = text.lines();
        let known: Vec<ProgrammedPart> = if lines.next() == Some(&header) {
            // The last line may be cut off.
            lines
                .map_while(|line| serde_json::from_str(line).ok())
                .collect()
        } else {
            Vec::new()
        };
        let mut file = File::create(&path).with_context(failed)?;
        writeln!(file, "{header}").with_context(failed)?;
        for part in &known {
            writeln!(file, "{}", serde_json::to_string(part)?).with_context(failed)?;
        }
        file.sync_data().with_context(failed)?;
        let journal = Self {
            path,
            file: Mutex::new((file, Ok(()))),
            bars: StageBars::default(),
        };
        Ok((journal, known))
    }

    /// Shows a bar for so many visits of cells, of which the known parts are done.
    pub(super) fn begin(&self, visits: usize, known: &[ProgrammedPart]) {
        let done: usize = known.iter().map(|part| part.cells.len()).sum();
        self.bars.begin_at("programming", visits, done.min(visits));
    }

    /// Takes the bar away.
    pub(super) fn end(&self) {
        self.bars.finish();
    }

    /// Removes the file, since the results are written. Says if a part could not be kept.
    pub(super) fn remove(self) -> Result<()> {
        let (_, kept) = self
            .file
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let path = self.path.display();
        kept.map_err(|error| anyhow!("cannot write {path}: {error}"))?;
        fs::remove_file(&self.path).with_context(|| format!("cannot remove {path}"))
    }
}

impl Observer for Journal {
    fn visited(&self) {
        self.bars.advance();
    }

    fn finished(&self, part: &ProgrammedPart) {
        let mut guard = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, kept) = &mut *guard;
        let line = serde_json::to_string(part).map_err(std::io::Error::other);
        let written = line.and_then(|line| {
            writeln!(file, "{line}")?;
            file.sync_data()
        });
        if written.is_err() {
            *kept = written;
        }
    }
}
