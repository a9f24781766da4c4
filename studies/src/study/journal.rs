//! The record of finished jobs: one line of JSON for each, on the disk before the next job counts as begun.
//!
//! A killed run leaves at most half a line at the end, which the next run cuts off.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::StudyError;
use super::manifest::Shard;

/// First line of a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Heading {
    /// [`Manifest::identity`](super::manifest::Manifest::identity).
    pub study: String,
    pub shard: Shard,
}

/// One finished job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Counted from 0.
    pub job: usize,
    pub point: usize,
    pub seed: u64,
    /// One for each column that tells points apart.
    pub values: Vec<String>,
    /// Names and values, these as text so that they are read back as they were.
    pub metrics: Vec<(String, String)>,
    /// Checksum of the complete configuration.
    pub configuration: String,
    /// Wall time by stage.
    pub seconds: Vec<(String, f64)>,
}

impl Entry {
    /// Whether the other one says the same, times aside.
    pub(super) fn agrees(&self, other: &Self) -> bool {
        let times = other.seconds.clone();
        Self {
            seconds: times,
            ..self.clone()
        } == *other
    }
}

/// An open journal that no other run writes to.
pub(super) struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    const FILE: &str = "journal.jsonl";

    /// Opens or begins the journal of a folder and returns what is in it. What is there belongs to the same study, and is only accepted if
    /// `resume`.
    pub(super) fn open(
        folder: &Path,
        heading: &Heading,
        resume: bool,
    ) -> Result<(Self, Vec<Entry>), StudyError> {
        let path = folder.join(Self::FILE);
        let failed = |reason: &dyn ToString| StudyError::at(&path, reason.to_string());
        let open = || {
            let mut options = OpenOptions::new();
            options.read(true).append(true).create(true).open(&path)
        };
        let mut file = open().map_err(|error| failed(&error))?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => failed(&"another run is writing to this folder"),
            TryLockError::Error(error) => failed(&error),
        })?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)
            .map_err(|error| failed(&error))?;
        let mut journal = Self {
            path: path.clone(),
            file,
        };
        let first = line(heading).map_err(|error| failed(&error))?;
        if first.starts_with(&bytes) && first.len() > bytes.len() {
            // Nothing, or killed while it was begun.
            journal.file.set_len(0).map_err(|error| failed(&error))?;
            journal.write(&first)?;
            return Ok((journal, Vec::new()));
        }
        if !resume {
            return Err(failed(
                &"there are results already: --resume goes on with them, another --out leaves them",
            ));
        }
        let (found, entries, length) = parse(&path, &bytes)?;
        if found.study != heading.study {
            return Err(failed(
                &"these results belong to another study: its file, its inputs, its limit or the version differ",
            ));
        }
        if found.shard != heading.shard {
            return Err(failed(&format!(
                "these results are those of shard {}",
                found.shard
            )));
        }
        journal
            .file
            .set_len(length as u64)
            .map_err(|error| failed(&error))?;
        Ok((journal, entries))
    }

    /// Reads the journal of a folder.
    pub(super) fn read(folder: &Path) -> Result<(Heading, Vec<Entry>), StudyError> {
        let path = folder.join(Self::FILE);
        let bytes = fs::read(&path).map_err(StudyError::file(&path))?;
        let (heading, entries, _) = parse(&path, &bytes)?;
        Ok((heading, entries))
    }

    /// Adds a job; when this returns, it is on the disk.
    pub(super) fn append(&mut self, entry: &Entry) -> Result<(), StudyError> {
        let line = line(entry).map_err(StudyError::file(&self.path))?;
        self.write(&line)
    }

    fn write(&mut self, line: &[u8]) -> Result<(), StudyError> {
        let written = self
            .file
            .write_all(line)
            .and_then(|()| self.file.sync_data());
        written.map_err(StudyError::file(&self.path))
    }
}

fn line(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}

/// Heading, entries sorted by job, and the length of all whole lines.
fn parse(path: &Path, bytes: &[u8]) -> Result<(Heading, Vec<Entry>, usize), StudyError> {
    let length = bytes
        .iter()
        .rposition(|&byte| byte == b'\n')
        .map_or(0, |last| last + 1);
    let mut lines = bytes[..length]
        .split_inclusive(|&byte| byte == b'\n')
        .enumerate();
    let wrong = |number: usize, error: serde_json::Error| {
        StudyError::at(path, format!("line {}: {error}", number + 1))
    };
    let Some((number, heading)) = lines.next() else {
        return Err(StudyError::at(path, "it has no first line"));
    };
    let heading = serde_json::from_slice(heading).map_err(|error| wrong(number, error))?;
    let mut entries: Vec<Entry> = lines
        .map(|(number, line)| serde_json::from_slice(line).map_err(|error| wrong(number, error)))
        .collect::<Result<_, _>>()?;
    entries.sort_by_key(|entry| entry.job);
    if let Some(pair) = entries.windows(2).find(|pair| pair[0].job == pair[1].job) {
        return Err(StudyError::at(
            path,
            format!("job {} is there twice", pair[0].job),
        ));
    }
    Ok((heading, entries, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heading() -> Heading {
        Heading {
            study: "abc".into(),
            shard: Shard::default(),
        }
    }

    fn entry(job: usize) -> Entry {
        Entry {
            job,
            point: job + 1,
            seed: 1,
            values: vec!["3".into()],
            metrics: vec![("accuracy".into(), format!("0.{job}"))],
            configuration: "c".into(),
            seconds: Vec::new(),
        }
    }

    #[test]
    fn every_prefix_of_a_journal_is_resumed() {
        let whole = tempfile::tempdir().unwrap();
        let (mut journal, entries) = Journal::open(whole.path(), &heading(), false).unwrap();
        assert!(entries.is_empty());
        for job in [2, 0, 1] {
            journal.append(&entry(job)).unwrap();
        }
        let bytes = fs::read(whole.path().join(Journal::FILE)).unwrap();
        for length in 0..=bytes.len() {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join(Journal::FILE), &bytes[..length]).unwrap();
            let (mut journal, found) = Journal::open(folder.path(), &heading(), true).unwrap();
            let lines = bytes[..length].split(|byte| *byte == b'\n').count() - 1;
            assert_eq!(found.len(), lines.saturating_sub(1), "{length}");
            journal.append(&entry(9)).unwrap();
            let (_, found) = Journal::read(folder.path()).unwrap();
            assert_eq!(found.last(), Some(&entry(9)));
        }
    }

    #[test]
    fn results_of_others_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (journal, _) = Journal::open(folder.path(), &heading(), false).unwrap();
        let open = |heading: &Heading, resume: bool| {
            let outcome = Journal::open(folder.path(), heading, resume);
            outcome.map(|_| ()).unwrap_err().to_string()
        };
        assert!(open(&heading(), true).contains("another run"));
        drop(journal);
        assert!(open(&heading(), false).contains("--resume"));
        let other = Heading {
            study: "xyz".into(),
            ..heading()
        };
        assert!(open(&other, true).contains("another study"));
        let shard = Heading {
            shard: "2/3".parse().unwrap(),
            ..heading()
        };
        assert!(open(&shard, true).contains("shard 1/1"));
        fs::write(folder.path().join(Journal::FILE), "{}\n").unwrap();
        assert!(open(&heading(), true).contains("line 1"));
        fs::write(folder.path().join(Journal::FILE), "notes").unwrap();
        assert!(open(&heading(), true).contains("first line"));
    }
}
