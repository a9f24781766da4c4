//! From stored samples to network inputs.

use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::datasets::Dataset;
use crate::error::Error;

/// How a stored value becomes a network input: `x = (raw * input_scale - input_mean[c]) / input_std[c]`, with `c` the
/// channel: the first dimension of a sample of at least two dimensions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preprocessing {
    /// Factor applied to the stored value first, such as 1/255 for 8-bit images.
    pub input_scale: f64,
    /// Subtracted after scaling; one value per channel, or one for all.
    pub input_mean: Vec<f64>,
    /// Divided by at the end; one value per channel, or one for all.
    pub input_std: Vec<f64>,
}

impl Default for Preprocessing {
    /// Stored values as they are.
    fn default() -> Self {
        Self {
            input_scale: 1.0,
            input_mean: vec![0.0],
            input_std: vec![1.0],
        }
    }
}

impl Preprocessing {
    /// The description in the JSON file beside an ONNX file (`NAME.json` beside `NAME.onnx`), which has the fields of
    /// this type as keys, among others. `None` if there is no such file.
    ///
    /// # Errors
    /// [`Error::Preprocessing`] if the file is there but lacks a key, or a value cannot be used.
    pub fn beside(onnx: impl AsRef<Path>) -> Result<Option<Self>, Error> {
        let path = onnx.as_ref().with_extension("json");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(Error::Io { path, source }),
        };
        let parsed: Self = serde_json::from_str(&text).map_err(|error| Error::Preprocessing {
            path: Some(path.clone()),
            reason: error.to_string(),
        })?;
        parsed.check(Some(&path))?;
        Ok(Some(parsed))
    }

    /// Checks that every value is finite and every standard deviation positive.
    fn check(&self, path: Option<&Path>) -> Result<(), Error> {
        let wrong = |reason: String| Error::Preprocessing {
            path: path.map(PathBuf::from),
            reason,
        };
        if !self.input_scale.is_finite() {
            return Err(wrong(format!(
                "input_scale is {}, but must be finite",
                self.input_scale
            )));
        }
        if let Some(mean) = self.input_mean.iter().find(|mean| !mean.is_finite()) {
            return Err(wrong(format!(
                "input_mean contains {mean}, but must be finite"
            )));
        }
        if let Some(std) = self
            .input_std
            .iter()
            .find(|std| !(std.is_finite() && **std > 0.0))
        {
            return Err(wrong(format!(
                "input_std contains {std}, but must be positive"
            )));
        }
        Ok(())
    }

    /// The network inputs of the samples `range` of `dataset`, one sample after another; `input_shape` is the
    /// network's, without the batch.
    ///
    /// # Errors
    /// [`Error::SampleShape`] if a sample has another number of values than the input; [`Error::Preprocessing`] if
    /// the channels do not fit; [`Error::Length`] if the dataset has fewer samples.
    pub fn apply(
        &self,
        dataset: &Dataset,
        range: Range<usize>,
        input_shape: &[usize],
    ) -> Result<Vec<f32>, Error> {
        self.check(None)?;
        let len: usize = input_shape.iter().product();
        if len != dataset.sample_shape().iter().product::<usize>() {
            let sample = dataset.sample_shape().to_vec();
            return Err(Error::SampleShape {
                sample,
                input: input_shape.to_vec(),
            });
        }
        if range.end > dataset.len() || range.start > range.end {
            return Err(Error::Length {
                what: "dataset",
                expected: range.end,
                found: dataset.len(),
            });
        }
        let channels = match input_shape {
            [channels, _, ..] => *channels,
            _ => 1,
        };
        let mean = per_channel("input_mean", &self.input_mean, channels)?;
        let std = per_channel("input_std", &self.input_std, channels)?;
        let channel_len = (len / channels.max(1)).max(1);
        let normalise = |(index, raw): (usize, f64)| {
            let channel = index % len / channel_len;
            ((raw * self.input_scale - mean[channel]) / std[channel]) as f32
        };
        let raw = dataset.samples().values(range.start * len..range.end * len);
        Ok(raw.into_iter().enumerate().map(normalise).collect())
    }
}

fn per_channel(key: &str, values: &[f64], channels: usize) -> Result<Vec<f64>, Error> {
    match values {
        [single] => Ok(vec![*single; channels]),
        list if list.len() == channels => Ok(list.to_vec()),
        list => Err(Error::Preprocessing {
            path: None,
            reason: format!(
                "{key} has {} values, the network input has {channels} channels",
                list.len()
            ),
        }),
    }
}
