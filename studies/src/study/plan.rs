//! A study with all its points, checked before anything runs.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ohmloom_networks::evaluation::EvaluationSettings;
use toml::{Table, Value};

use super::axes::{SweepAxis, axes};
use super::configuration::{assign, settings, text};
use super::description::{BaseConfiguration, StudyDescription};
use super::error::StudyError;
use super::inputs::sha256;
use super::points::{AxisPoint, points};
use super::presets::{self, PRESETS};

/// A study, ready to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Study {
    /// What its file says.
    pub description: StudyDescription,
    /// The file's text.
    pub text: String,
    /// Where paths in the file start; absent where the built-in network takes the place of the named one.
    pub(super) folder: Option<PathBuf>,
    /// Where paths in the configuration start.
    configuration_folder: PathBuf,
    pub(super) base: Table,
    axes: Vec<SweepAxis>,
    points: Vec<AxisPoint>,
    pub(super) first_seed: u64,
}

/// One point with one seed: a job of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// The point, from 1.
    pub point: usize,
    /// Its seed.
    pub seed: u64,
    /// The complete configuration.
    pub settings: EvaluationSettings,
    /// SHA-256 of it, with paths as written.
    pub configuration: String,
}

impl Study {
    /// Reads a study file, or takes the preset of this name where there is no such file. Paths in it start at `data_root`, or without one
    /// at the file's folder; a preset without a `data_root` runs on the built-in network.
    ///
    /// # Errors
    /// A file that cannot be read, an unknown or missing key, a key or a value that no point can use, with the point.
    pub fn open(name: &str, data_root: Option<&Path>) -> Result<Self, StudyError> {
        let path = Path::new(name);
        if path.is_file() {
            let text = std::fs::read_to_string(path).map_err(StudyError::file(path))?;
            let beside = path.parent().unwrap_or(Path::new("")).to_owned();
            let folder = data_root.map_or(beside.clone(), Path::to_owned);
            return Self::new(name, text, Some(folder), &beside);
        }
        let Some(preset) = presets::preset(name) else {
            return Err(StudyError::UnknownPreset {
                name: name.to_owned(),
                known: PRESETS.map(|preset| preset.name).join(", "),
            });
        };
        let folder = data_root.map(Path::to_owned);
        Self::new(name, preset.text.to_owned(), folder, Path::new(""))
    }

    fn new(
        name: &str,
        text: String,
        folder: Option<PathBuf>,
        beside: &Path,
    ) -> Result<Self, StudyError> {
        let wrong = |reason: String| StudyError::Description {
            study: name.to_owned(),
            reason,
        };
        let description: StudyDescription =
            toml::from_str(&text).map_err(|error| wrong(format!("\n{error}")))?;
        if description.network.is_some() != description.data.is_some() {
            return Err(wrong("`network` and `data` belong together".into()));
        }
        if description.network.is_none() {
            for (key, given) in [
                ("calibration", description.calibration.is_some()),
                ("preprocessing", description.preprocessing.is_some()),
            ] {
                if given {
                    return Err(wrong(format!("`{key}` needs a `network` and its `data`")));
                }
            }
        }
        if !(1..=1_000_000).contains(&description.repeats) {
            return Err(wrong(format!(
                "repeats = {}: must be 1 to 1000000",
                description.repeats
            )));
        }
        if description.limit == Some(0) {
            return Err(wrong("limit must be at least 1".into()));
        }
        let mut configuration_folder = folder.clone().unwrap_or_default();
        let base = match &description.config {
            BaseConfiguration::Table(table) => table.clone(),
            BaseConfiguration::File(file) => {
                let path = beside.join(file);
                let text = std::fs::read_to_string(&path).map_err(StudyError::file(&path))?;
                path.parent()
                    .unwrap_or(Path::new(""))
                    .clone_into(&mut configuration_folder);
                toml::from_str(&text)
                    .map_err(|error| StudyError::at(&path, format!("\n{error}")))?
            }
        };
        let first_seed = match (
            description.seed,
            base.get("seed").and_then(Value::as_integer),
        ) {
            (Some(seed), _) => seed,
            (None, Some(seed)) => u64::try_from(seed)
                .map_err(|_| wrong(format!("seed = {seed}: must not be negative")))?,
            (None, None) => EvaluationSettings::default().seed,
        };
        if first_seed
            .checked_add(description.repeats as u64)
            .is_none_or(|last| i64::try_from(last).is_err())
        {
            return Err(wrong(format!("seed = {first_seed}: too large")));
        }
        let axes = axes(&description.sweep).map_err(wrong)?;
        let points =
            points(description.design, &axes, description.points, first_seed).map_err(wrong)?;
        let study = Self {
            description,
            text,
            folder,
            configuration_folder,
            base,
            axes,
            points,
            first_seed,
        };
        for point in 0..study.points.len() {
            study.job(point * study.description.repeats)?;
        }
        Ok(study)
    }

    /// The same study with only the first images.
    #[must_use]
    pub fn limited(mut self, images: usize) -> Self {
        self.description.limit = Some(images);
        self
    }

    /// Whether it runs on the built-in network.
    pub fn is_built_in(&self) -> bool {
        self.folder.is_none() || self.description.network.is_none()
    }

    /// Its axes.
    pub fn axes(&self) -> &[SweepAxis] {
        &self.axes
    }

    /// Its swept keys, in the order of the axes.
    pub fn keys(&self) -> Vec<&str> {
        let keys = self.axes.iter().flat_map(|axis| &axis.keys);
        keys.map(String::as_str).collect()
    }

    /// Points of the design.
    pub fn points(&self) -> usize {
        self.points.len()
    }

    /// Points times seeds.
    pub fn jobs(&self) -> usize {
        self.points.len() * self.description.repeats
    }

    /// A point's values as text, one for each of [`keys`](Self::keys).
    ///
    /// # Panics
    /// If there is no such point.
    pub fn values(&self, point: usize) -> Vec<String> {
        let values = self.axes.iter().zip(&self.points[point - 1]);
        values
            .flat_map(|(axis, value)| axis.keys.iter().map(|_| text(value)))
            .collect()
    }

    /// A point's keys and values in words.
    ///
    /// # Panics
    /// If there is no such point.
    pub fn words(&self, point: usize) -> String {
        if self.axes.is_empty() {
            return "the configuration as it is".to_owned();
        }
        let values = self.values(point);
        let words = self.keys().into_iter().zip(values);
        let words: Vec<_> = words
            .map(|(key, value)| format!("{key} = {value}"))
            .collect();
        words.join(", ")
    }

    /// The numbers of point (from 1) and seed of a job, jobs counted from 0: a point's seeds come one after another.
    pub fn point_and_seed(&self, job: usize) -> (usize, u64) {
        let repeats = self.description.repeats;
        (job / repeats + 1, self.first_seed + (job % repeats) as u64)
    }

    /// A job with its configuration; jobs are counted from 0.
    ///
    /// # Errors
    /// A key or value that the configuration does not have.
    ///
    /// # Panics
    /// If there is no such job.
    pub fn job(&self, job: usize) -> Result<Job, StudyError> {
        let (point, seed) = self.point_and_seed(job);
        let wrong = |reason| StudyError::Configuration {
            point,
            values: self.words(point),
            reason,
        };
        let mut table = self.base.clone();
        for (axis, value) in self.axes.iter().zip(&self.points[point - 1]) {
            for key in &axis.keys {
                assign(&mut table, key, value.clone()).map_err(wrong)?;
            }
        }
        table.insert("seed".into(), Value::Integer(seed.cast_signed()));
        let mut settings = settings(table).map_err(wrong)?;
        let json = serde_json::to_vec(&settings).map_err(|error| wrong(error.to_string()))?;
        if let Some(cell) = &mut settings.cell {
            cell.resolve_files(&self.configuration_folder);
        }
        Ok(Job {
            point,
            seed,
            settings,
            configuration: sha256(&json),
        })
    }

    /// Files of measured curves that the points' cells name.
    pub(super) fn curve_files(&self) -> Result<BTreeSet<PathBuf>, StudyError> {
        let mut files = BTreeSet::new();
        for point in 0..self.points.len() {
            let cell = self.job(point * self.description.repeats)?.settings.cell;
            files.extend(cell.and_then(|cell| cell.file().map(Path::to_owned)));
        }
        Ok(files)
    }
}
