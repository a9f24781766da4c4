//! Putting the shards of a study together.

use std::collections::BTreeMap;
use std::path::Path;

use super::error::StudyError;
use super::journal::{Entry, Heading, Journal};
use super::manifest::{Manifest, Shard};
use super::results;

/// What a merge found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MergeOutcome {
    /// Jobs of the study.
    pub jobs: usize,
    /// Jobs among the merged results.
    pub done: usize,
}

/// Merges results folders of one study into a new one, as if it had been run as a whole. What is missing can be run there with `resume`.
///
/// # Errors
/// Folders of different studies (or versions, inputs, limits); a job whose results differ between folders; a folder `out` with results.
pub fn merge(folders: &[impl AsRef<Path>], out: &Path) -> Result<MergeOutcome, StudyError> {
    let mut whole: Option<(Manifest, String)> = None;
    let mut merged: BTreeMap<usize, Entry> = BTreeMap::new();
    for folder in folders.iter().map(AsRef::as_ref) {
        let failed = |reason: &str| StudyError::at(folder, reason);
        let manifest = Manifest {
            shard: Shard::default(),
            ..Manifest::read(folder)?
        };
        let (heading, entries) = Journal::read(folder)?;
        let identity = manifest.identity()?;
        if heading.study != identity {
            return Err(failed(
                "its journal and its study.json are of different studies",
            ));
        }
        match &whole {
            None => whole = Some((manifest, identity)),
            Some((_, first)) if *first == identity => {}
            Some(_) => {
                return Err(failed(
                    "it belongs to another study than the first folder: the study file, the inputs, the limit or the version differ",
                ));
            }
        }
        for entry in entries {
            match merged.get(&entry.job) {
                Some(other) if !other.agrees(&entry) => {
                    return Err(failed(&format!(
                        "point {}, seed {}: its results differ from those of a folder before",
                        entry.point, entry.seed
                    )));
                }
                Some(_) => {}
                None => {
                    merged.insert(entry.job, entry);
                }
            }
        }
    }
    let Some((manifest, study)) = whole else {
        return Err(StudyError::Inputs("nothing to merge".into()));
    };
    std::fs::create_dir_all(out).map_err(StudyError::file(out))?;
    let heading = Heading {
        study,
        shard: Shard::default(),
    };
    let (mut journal, _) = Journal::open(out, &heading, false)?;
    manifest.write(out)?;
    let entries: Vec<Entry> = merged.into_values().collect();
    for entry in &entries {
        journal.append(entry)?;
    }
    results::write(out, &manifest, &entries)?;
    Ok(MergeOutcome {
        jobs: manifest.jobs(),
        done: entries.len(),
    })
}
