//! Naming a dataset in one word, as on a command line or in a study file.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::{Dataset, cifar, idx, npy};
use crate::error::Error;

/// Prefixes of the test files in an MNIST directory.
const MNIST_TEST: [&str; 1] = ["t10k"];
/// Prefixes of the training files; the second is an excerpt of 10,000 images.
const MNIST_TRAINING: [&str; 2] = ["train", "train10k"];

/// Where a dataset is: `mnist:DIRECTORY`, `cifar10:FILE` or `npy:SAMPLES.npy,LABELS.npy`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DataSource {
    /// A directory with the IDX files of MNIST, Fashion-MNIST or another dataset of that form.
    Mnist(PathBuf),
    /// One CIFAR-10 binary file.
    Cifar10(PathBuf),
    /// Two npy files.
    Npy {
        /// Samples, first dimension counting them.
        samples: PathBuf,
        /// Integer labels, one-dimensional.
        labels: PathBuf,
    },
}

impl DataSource {
    /// The same source with relative paths taken from `folder`.
    #[must_use]
    pub fn within(self, folder: &Path) -> Self {
        match self {
            Self::Mnist(directory) => Self::Mnist(folder.join(directory)),
            Self::Cifar10(file) => Self::Cifar10(folder.join(file)),
            Self::Npy { samples, labels } => Self::Npy {
                samples: folder.join(samples),
                labels: folder.join(labels),
            },
        }
    }

    /// Reads the test data.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::MissingFiles`]; [`Error::MalformedData`] with file and byte offset;
    /// [`Error::MismatchedFiles`].
    pub fn load(&self) -> Result<Dataset, Error> {
        match self {
            Self::Mnist(directory) => {
                idx::read(directory, &MNIST_TEST)?.ok_or_else(|| Error::MissingFiles {
                    directory: directory.clone(),
                    names: idx::image_names(&MNIST_TEST),
                })
            }
            Self::Cifar10(file) => cifar::read(file),
            Self::Npy { samples, labels } => npy::read(samples, labels),
        }
    }

    /// Reads the training data that lies beside the test data, for calibration. `None` if there is none: only an MNIST
    /// directory names both.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_training(&self) -> Result<Option<Dataset>, Error> {
        match self {
            Self::Mnist(directory) => idx::read(directory, &MNIST_TRAINING),
            Self::Cifar10(_) | Self::Npy { .. } => Ok(None),
        }
    }
}

impl FromStr for DataSource {
    type Err = Error;

    fn from_str(spec: &str) -> Result<Self, Error> {
        let wrong = |reason: &str| Error::DataSource {
            spec: spec.to_owned(),
            reason: reason.to_owned(),
        };
        let (kind, place) = spec
            .split_once(':')
            .ok_or_else(|| wrong("it has no `:` after the kind of data"))?;
        if place.is_empty() {
            return Err(wrong("it names no file or directory"));
        }
        match kind {
            "mnist" => Ok(Self::Mnist(place.into())),
            "cifar10" => Ok(Self::Cifar10(place.into())),
            "npy" => match place.split_once(',') {
                Some((samples, labels))
                    if !samples.is_empty() && !labels.is_empty() && !labels.contains(',') =>
                {
                    Ok(Self::Npy {
                        samples: samples.into(),
                        labels: labels.into(),
                    })
                }
                _ => Err(wrong("two files separated by one comma are needed")),
            },
            _ => Err(wrong("the kind of data is unknown")),
        }
    }
}

impl fmt::Display for DataSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mnist(directory) => write!(f, "mnist:{}", directory.display()),
            Self::Cifar10(file) => write!(f, "cifar10:{}", file.display()),
            Self::Npy { samples, labels } => {
                write!(f, "npy:{},{}", samples.display(), labels.display())
            }
        }
    }
}
