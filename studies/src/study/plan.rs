//! A study with all its points, checked before anything runs.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ohmloom_networks::evaluation::EvaluationSettings;
use toml::{Table, Value};

use super::axes::WHOLE;
use super::configuration::{assign, merge, settings};
use super::description::{BaseConfiguration, CaseDescription, StudyDescription};
use super::error::StudyError;
use super::inputs::sha256;
use super::presets::{self, HARDWARE, PRESETS};
use super::sections::{Section, cases, sections};

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
    pub(super) cases: Vec<CaseDescription>,
    pub(super) sections: Vec<Section>,
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
    /// Index of its section.
    pub(super) section: usize,
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
        let cases = cases(&description, folder.is_none()).map_err(wrong)?;
        let default_seed = EvaluationSettings::default().seed;
        let sections = sections(&description, &cases, &base, default_seed).map_err(wrong)?;
        if sections.is_empty() {
            return Err(wrong(
                "no part runs on any of the networks (a part's `cases` may name \"built-in\")"
                    .into(),
            ));
        }
        let built_in_only = folder.is_none();
        for claim in description.claims.iter().filter(|_| !built_in_only) {
            claim.check(&sections).map_err(wrong)?;
        }
        let study = Self {
            description,
            text,
            folder,
            configuration_folder,
            base,
            cases,
            sections,
        };
        for section in &study.sections {
            for point in 0..section.points.len() {
                study.job(section.jobs_before + point * section.repeats)?;
            }
        }
        Ok(study)
    }

    /// The same study with only the first images.
    #[must_use]
    pub fn limited(mut self, images: usize) -> Self {
        for section in &mut self.sections {
            section.limit = Some(images);
        }
        self
    }

    /// Whether it runs on the built-in network only.
    pub fn is_built_in(&self) -> bool {
        self.folder.is_none() || self.cases.iter().all(|case| case.network.is_none())
    }

    /// The networks, as the study file names them.
    pub fn networks(&self) -> Vec<String> {
        let network = |case: &CaseDescription| match &case.network {
            Some(path) if self.folder.is_some() => path.display().to_string(),
            _ => "the built-in one".to_owned(),
        };
        self.cases.iter().map(network).collect()
    }

    /// Columns of the results that tell the points apart: `case` and `part` where the study has several, then those of what is swept, in the
    /// order of the sections.
    pub fn columns(&self) -> Vec<&str> {
        let mut columns = Vec::new();
        columns.extend((!self.description.cases.is_empty()).then_some("case"));
        columns.extend((!self.description.parts.is_empty()).then_some("part"));
        for axis in self.sections.iter().flat_map(|section| &section.axes) {
            for column in axis.columns() {
                if !columns.contains(&column) {
                    columns.push(column);
                }
            }
        }
        columns
    }

    /// Points of all sections.
    pub fn points(&self) -> usize {
        self.sections
            .iter()
            .map(|section| section.points.len())
            .sum()
    }

    /// Points, each with its seeds.
    pub fn jobs(&self) -> usize {
        self.sections.iter().map(Section::jobs).sum()
    }

    /// How many seeds points have: the fewest and the most.
    pub fn seeds(&self) -> (usize, usize) {
        let repeats = || self.sections.iter().map(|section| section.repeats);
        (repeats().min().unwrap_or(0), repeats().max().unwrap_or(0))
    }

    /// The section of a point, from 1.
    fn section_of_point(&self, point: usize) -> &Section {
        let after = self.sections.partition_point(|s| s.points_before < point);
        &self.sections[after - 1]
    }

    /// Names and values of a point's columns, those that it has.
    fn named_values(&self, point: usize) -> Vec<(&str, String)> {
        let section = self.section_of_point(point);
        let mut named = Vec::new();
        named.extend(section.case.as_ref().map(|case| ("case", case.clone())));
        named.extend(section.part.as_ref().map(|part| ("part", part.clone())));
        let values = &section.points[point - 1 - section.points_before];
        for (axis, value) in section.axes.iter().zip(values) {
            let columns = axis.columns().into_iter();
            named.extend(columns.map(|column| (column, axis.text(value))));
        }
        named
    }

    /// A point's values as text, one for each of [`columns`](Self::columns), empty where the point has none.
    ///
    /// # Panics
    /// If there is no such point.
    pub fn values(&self, point: usize) -> Vec<String> {
        let named = self.named_values(point);
        let value = |column: &str| {
            let found = named.iter().find(|(name, _)| *name == column);
            found.map_or(String::new(), |(_, value)| value.clone())
        };
        self.columns().into_iter().map(value).collect()
    }

    /// A point's keys and values in words.
    ///
    /// # Panics
    /// If there is no such point.
    pub fn words(&self, point: usize) -> String {
        let named = self.named_values(point).into_iter();
        let words: Vec<_> = named
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        if words.is_empty() {
            return "the configuration as it is".to_owned();
        }
        words.join(", ")
    }

    /// The numbers of point (from 1) and seed of a job, jobs counted from 0: a point's seeds come one after another.
    ///
    /// # Panics
    /// If there is no such job.
    pub fn point_and_seed(&self, job: usize) -> (usize, u64) {
        let section = &self.sections[self.section_of_job(job)];
        let job = job - section.jobs_before;
        let point = section.points_before + job / section.repeats + 1;
        (point, section.first_seed + (job % section.repeats) as u64)
    }

    fn section_of_job(&self, job: usize) -> usize {
        self.sections.partition_point(|s| s.jobs_before <= job) - 1
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
        let table = self.table(job).map_err(wrong)?;
        let mut settings = settings(table, &self.configuration_folder).map_err(wrong)?;
        let json = serde_json::to_vec(&settings).map_err(|error| wrong(error.to_string()))?;
        if let Some(cell) = &mut settings.cell {
            cell.resolve_files(&self.configuration_folder);
        }
        Ok(Job {
            point,
            seed,
            settings,
            configuration: sha256(&json),
            section: self.section_of_job(job),
        })
    }

    /// The configuration of a job as text would say it.
    fn table(&self, job: usize) -> Result<Table, String> {
        let (point, seed) = self.point_and_seed(job);
        let section = &self.sections[self.section_of_job(job)];
        let mut table = section.base.clone();
        let values = &section.points[point - 1 - section.points_before];
        let swept = || section.axes.iter().zip(values);
        for (_, value) in swept().filter(|(axis, _)| axis.keys[0] == WHOLE) {
            if let Value::Table(other) = value {
                merge(&mut table, other);
            }
        }
        for (axis, value) in swept().filter(|(axis, _)| axis.keys[0] != WHOLE) {
            for key in &axis.keys {
                assign(&mut table, key, value.clone())?;
            }
        }
        table.insert("seed".into(), Value::Integer(seed.cast_signed()));
        Ok(table)
    }

    /// Files that the points' configurations name: measured curves of cells, hardware and its library.
    pub(super) fn named_files(&self) -> Result<BTreeSet<PathBuf>, StudyError> {
        let mut files = BTreeSet::new();
        for section in &self.sections {
            for point in 0..section.points.len() {
                let number = section.jobs_before + point * section.repeats;
                let settings = self.job(number)?.settings;
                let cell = settings.cell.as_ref();
                files.extend(cell.and_then(|cell| cell.file().map(Path::to_owned)));
                files.extend(settings.hardware.and_then(|it| it.library_file()));
                let table = self.table(number).unwrap_or_default();
                if let Some(Value::String(name)) = table.get("hardware")
                    && HARDWARE.iter().all(|preset| preset.name != name)
                {
                    files.insert(self.configuration_folder.join(name));
                }
            }
        }
        Ok(files)
    }
}
