//! What a results folder says about its study: `study.json`.

use std::fmt;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::claim::Claim;
use super::description::{CaseDescription, Design};
use super::error::StudyError;
use super::inputs::{InputFile, sha256};
use super::plan::Study;
use super::sections::Section;

/// Which part of a study's jobs a run does: those whose number, counted from 0, leaves `index - 1` when divided by `count`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Shard {
    index: usize,
    count: usize,
}

impl Default for Shard {
    /// Everything.
    fn default() -> Self {
        Self { index: 1, count: 1 }
    }
}

impl Shard {
    /// Whether a job, counted from 0, is among these.
    pub fn contains(self, job: usize) -> bool {
        job % self.count == self.index - 1
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.split_once('/').and_then(|(index, count)| {
            let (index, count) = (index.parse().ok()?, count.parse().ok()?);
            (1..=count)
                .contains(&index)
                .then_some(Self { index, count })
        });
        parsed.ok_or_else(|| format!("`{text}`: a shard is written i/n, with i from 1 to n"))
    }
}

impl TryFrom<String> for Shard {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.to_string()
    }
}

/// An axis as the report needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestAxis {
    /// Its keys.
    pub keys: Vec<String>,
    /// Its columns in the results.
    pub columns: Vec<String>,
    /// Its values as text, in order; empty where they are drawn from a range.
    pub values: Vec<String>,
}

/// One of the networks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestCase {
    /// Its name, where there are several.
    pub name: Option<String>,
    /// The network, as the study file names it.
    pub network: String,
    /// The data, as the study file names it.
    pub data: String,
}

/// One sweep on one network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestSection {
    /// The network's name, where there are several.
    pub case: Option<String>,
    /// The sweep's name, where there are several.
    pub part: Option<String>,
    /// What it asks.
    pub description: String,
    /// How points are chosen.
    pub design: Design,
    /// What is swept.
    pub axes: Vec<ManifestAxis>,
    /// Points of the sections before.
    pub points_before: usize,
    /// Points of the design.
    pub points: usize,
    /// Seeds of each point.
    pub repeats: usize,
    /// First seed.
    pub seed: u64,
    /// Images used, if not all.
    pub limit: Option<usize>,
}

/// What a results folder holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The study's title.
    pub title: String,
    /// What it asks.
    pub description: String,
    /// Version of Ohmloom.
    pub version: String,
    /// The networks.
    pub cases: Vec<ManifestCase>,
    /// Columns of the results that tell the points apart.
    pub columns: Vec<String>,
    /// Each sweep on each network.
    pub sections: Vec<ManifestSection>,
    /// What the report compares the results with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<Claim>,
    /// The files read, with checksums.
    pub inputs: Vec<InputFile>,
    /// The configuration that all points start from, TOML.
    pub configuration: String,
    /// The study file.
    pub study: String,
    /// Which part of the jobs this is.
    pub shard: Shard,
}

impl Manifest {
    pub(super) const FILE: &str = "study.json";

    pub(super) fn new(study: &Study, inputs: Vec<InputFile>, shard: Shard) -> Self {
        let description = &study.description;
        let axis = |axis: &super::axes::SweepAxis| ManifestAxis {
            keys: axis.keys.clone(),
            columns: axis.columns().into_iter().map(str::to_owned).collect(),
            values: axis.texts(),
        };
        let section = |section: &Section| ManifestSection {
            case: section.case.clone(),
            part: section.part.clone(),
            description: section.description.clone(),
            design: section.design,
            axes: section.axes.iter().map(axis).collect(),
            points_before: section.points_before,
            points: section.points.len(),
            repeats: section.repeats,
            seed: section.first_seed,
            limit: section.limit,
        };
        let is_built_in = study.folder.is_none();
        let case = |case: &CaseDescription| {
            let named = |name: Option<String>, own: &str| match name {
                Some(name) if !is_built_in => name,
                _ => own.to_owned(),
            };
            let network = case.network.as_ref();
            ManifestCase {
                name: (!description.cases.is_empty()).then(|| case.name.clone()),
                network: named(network.map(|path| path.display().to_string()), "built-in"),
                data: named(case.data.clone(), "built-in images"),
            }
        };
        Self {
            title: description.title.clone(),
            description: description.description.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            cases: study.cases.iter().map(case).collect(),
            columns: study.columns().into_iter().map(str::to_owned).collect(),
            sections: study.sections.iter().map(section).collect(),
            claims: description.claims.clone(),
            inputs,
            configuration: study.base.to_string(),
            study: study.text.clone(),
            shard,
        }
    }

    /// Reads the one of a results folder.
    ///
    /// # Errors
    /// A folder without one, or with one that cannot be read.
    pub fn read(folder: &Path) -> Result<Self, StudyError> {
        let path = folder.join(Self::FILE);
        let text = fs::read_to_string(&path).map_err(StudyError::file(&path))?;
        serde_json::from_str(&text).map_err(StudyError::file(&path))
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), StudyError> {
        let path = folder.join(Self::FILE);
        let text = serde_json::to_string_pretty(self).map_err(StudyError::file(&path))?;
        replace(&path, (text + "\n").as_bytes())
    }

    /// Points of all sections.
    pub fn points(&self) -> usize {
        self.sections.iter().map(|section| section.points).sum()
    }

    /// Points, each with its seeds.
    pub fn jobs(&self) -> usize {
        let jobs = |section: &ManifestSection| section.points * section.repeats;
        self.sections.iter().map(jobs).sum()
    }

    /// Checksum of everything that decides the results, the same for all shards.
    pub(super) fn identity(&self) -> Result<String, StudyError> {
        let whole = Self {
            shard: Shard::default(),
            ..self.clone()
        };
        let json = serde_json::to_vec(&whole).map_err(StudyError::file(Path::new(Self::FILE)))?;
        Ok(sha256(&json))
    }

    /// Checksum of the network and the data together.
    pub(super) fn inputs_checksum(&self) -> String {
        let sums: Vec<&str> = self
            .inputs
            .iter()
            .map(|file| file.sha256.as_str())
            .collect();
        sha256(sums.join("\n").as_bytes())
    }
}

/// Replaces a file at once: whoever reads it finds the old or the new content, whole.
pub(super) fn replace(path: &Path, content: &[u8]) -> Result<(), StudyError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".partial");
    let partial = Path::new(&name);
    let write = || {
        let mut file = File::create(partial)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(partial, path)
    };
    write().map_err(StudyError::file(path))
}
