//! Labelled test data: MNIST-style IDX files, CIFAR-10 binary files, npy pairs.

mod cifar;
mod idx;
mod npy;
mod source;

use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::error::Error;

pub use source::DataSource;

/// Stored values of all samples, one sample after another, in the type of the file.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Samples {
    /// Unsigned bytes (images).
    U8(Vec<u8>),
    /// 16-bit integers (converter counts).
    I16(Vec<i16>),
    /// 32-bit integers.
    I32(Vec<i32>),
    /// 32-bit floats.
    F32(Vec<f32>),
    /// 64-bit floats.
    F64(Vec<f64>),
}

impl Samples {
    /// Number of values, all samples together.
    pub fn len(&self) -> usize {
        match self {
            Self::U8(values) => values.len(),
            Self::I16(values) => values.len(),
            Self::I32(values) => values.len(),
            Self::F32(values) => values.len(),
            Self::F64(values) => values.len(),
        }
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values `range`, exactly.
    ///
    /// # Panics
    /// If `range` reaches beyond [`len`](Self::len).
    pub fn values(&self, range: Range<usize>) -> Vec<f64> {
        match self {
            Self::U8(values) => values[range].iter().map(|&v| v.into()).collect(),
            Self::I16(values) => values[range].iter().map(|&v| v.into()).collect(),
            Self::I32(values) => values[range].iter().map(|&v| v.into()).collect(),
            Self::F32(values) => values[range].iter().map(|&v| v.into()).collect(),
            Self::F64(values) => values[range].to_vec(),
        }
    }

    fn truncate(&mut self, len: usize) {
        match self {
            Self::U8(values) => values.truncate(len),
            Self::I16(values) => values.truncate(len),
            Self::I32(values) => values.truncate(len),
            Self::F32(values) => values.truncate(len),
            Self::F64(values) => values.truncate(len),
        }
    }
}

/// Samples with one class label each.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    samples: Samples,
    sample_shape: Vec<usize>,
    labels: Vec<usize>,
    classes: Option<usize>,
    files: Vec<PathBuf>,
}

impl Dataset {
    /// A dataset from values in memory: samples of shape `sample_shape`, one label each.
    ///
    /// # Errors
    /// [`Error::Length`] if there are not `labels.len()` samples' worth of values.
    pub fn new(
        samples: Samples,
        sample_shape: Vec<usize>,
        labels: Vec<usize>,
    ) -> Result<Self, Error> {
        let expected = sample_shape
            .iter()
            .try_fold(labels.len(), |n, &d| n.checked_mul(d))
            .unwrap_or(usize::MAX);
        if samples.len() != expected {
            return Err(Error::Length {
                what: "dataset samples",
                expected,
                found: samples.len(),
            });
        }
        Ok(Self {
            samples,
            sample_shape,
            labels,
            classes: None,
            files: Vec::new(),
        })
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Shape of one sample as stored.
    pub fn sample_shape(&self) -> &[usize] {
        &self.sample_shape
    }

    /// Stored values.
    pub fn samples(&self) -> &Samples {
        &self.samples
    }

    /// Class of each sample.
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// Number of classes, where the format defines it (10 for MNIST and CIFAR-10).
    pub fn classes(&self) -> Option<usize> {
        self.classes
    }

    /// The files it was read from, for provenance.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// Keeps the first `samples` samples, or all if there are fewer.
    #[must_use]
    pub fn truncated(mut self, samples: usize) -> Self {
        self.labels.truncate(samples);
        self.samples
            .truncate(self.labels.len() * self.sample_shape.iter().product::<usize>());
        self
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|source| Error::Io {
        path: path.to_owned(),
        source,
    })
}

/// An error at a byte of a file.
fn malformed(path: &Path, offset: usize, reason: impl Into<String>) -> Error {
    Error::MalformedData {
        path: path.to_owned(),
        offset: offset as u64,
        reason: reason.into(),
    }
}

/// Checks that every label is below `classes`; the label of sample `i` is at byte `offset(i)`.
fn check_labels(
    path: &Path,
    labels: &[usize],
    classes: usize,
    offset: impl Fn(usize) -> usize,
) -> Result<(), Error> {
    match labels.iter().position(|&label| label >= classes) {
        None => Ok(()),
        Some(i) => Err(malformed(
            path,
            offset(i),
            format!("label {} of sample {i} is not below {classes}", labels[i]),
        )),
    }
}
