//! What can go wrong with a study.

use std::path::Path;

use ohmloom_networks::evaluation::EvaluationError;

use crate::plots::PlotError;

/// A study that could not be read, run, merged or reported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StudyError {
    /// The study file is wrong.
    #[error("{study}: {reason}")]
    Description {
        /// The file or preset.
        study: String,
        /// What is wrong, and where.
        reason: String,
    },
    /// There is no preset of this name.
    #[error("there is neither a file nor a preset `{name}`; presets: {known}")]
    UnknownPreset {
        /// What was asked for.
        name: String,
        /// The presets' names.
        known: String,
    },
    /// A point whose configuration cannot be used.
    #[error("point {point} ({values}): {reason}")]
    Configuration {
        /// Its number, from 1.
        point: usize,
        /// Its swept keys and their values.
        values: String,
        /// What is wrong.
        reason: String,
    },
    /// A file that cannot be read or written, or whose content is wrong.
    #[error("{path}: {reason}")]
    File {
        /// The file or folder.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The data do not fit the network, or the network lacks something.
    #[error("{0}")]
    Inputs(String),
    /// The network or the data could not be read.
    #[error(transparent)]
    Network(#[from] ohmloom_networks::Error),
    /// An evaluation failed.
    #[error(transparent)]
    Evaluation(Box<EvaluationError>),
    /// A plot could not be drawn.
    #[error(transparent)]
    Plot(#[from] PlotError),
}

impl From<EvaluationError> for StudyError {
    fn from(error: EvaluationError) -> Self {
        Self::Evaluation(Box::new(error))
    }
}

impl StudyError {
    /// An error of a file.
    pub(super) fn at(path: &Path, reason: impl Into<String>) -> Self {
        Self::File {
            path: path.display().to_string(),
            reason: reason.into(),
        }
    }

    /// An error of a file; for use with `map_err`.
    pub(super) fn file<E: ToString>(path: &Path) -> impl Fn(E) -> Self {
        move |reason| Self::at(path, reason.to_string())
    }
}
