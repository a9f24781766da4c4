//! Running a dataset through a network, batch by batch.

use rayon::prelude::*;

use crate::datasets::Dataset;
use crate::error::Error;
use crate::layer::Operators;
use crate::network::Network;
use crate::plan::Plan;
use crate::preprocessing::Preprocessing;

/// Plans for a number of samples: one for full batches, one for what remains.
///
/// Where the network is declared for one batch size and the samples do not fill the last batch, that batch is filled
/// up with copies of the last sample, whose outputs are dropped.
#[derive(Debug)]
pub struct Inference {
    full: Plan,
    rest: Option<Plan>,
    samples: usize,
    sample_shape: Vec<usize>,
}

impl Inference {
    /// The digital reference, for `samples` samples in batches of `batch` (ignored where the network declares its
    /// own batch).
    ///
    /// # Errors
    /// [`Error::Batch`] for a batch of zero.
    pub fn digital(network: &Network, samples: usize, batch: usize) -> Result<Self, Error> {
        Self::new(network, samples, batch, |size| network.digital_plan(size))
    }

    /// The network with its weight layers computed by `operators`; otherwise as [`digital`](Self::digital).
    ///
    /// # Errors
    /// [`Error::Operators`] if the operators do not fit the layers; [`Error::Batch`].
    pub fn analog(
        network: &Network,
        operators: &Operators,
        samples: usize,
        batch: usize,
    ) -> Result<Self, Error> {
        Self::new(network, samples, batch, |size| {
            network.analog_plan(size, operators)
        })
    }

    fn new(
        network: &Network,
        samples: usize,
        batch: usize,
        plan: impl Fn(usize) -> Result<Plan, Error>,
    ) -> Result<Self, Error> {
        let size = network.fixed_batch().unwrap_or(batch);
        let full = plan(size)?;
        let rest = match (network.fixed_batch(), samples % size) {
            (Some(_), _) | (None, 0) => None,
            (None, rest) => Some(plan(rest)?),
        };
        Ok(Self {
            full,
            rest,
            samples,
            sample_shape: network.sample_shape().to_vec(),
        })
    }

    /// Number of samples.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Number of batches.
    pub fn batches(&self) -> usize {
        self.samples.div_ceil(self.full.batch())
    }

    /// Runs the first [`samples`](Self::samples) samples of `dataset`, batches in parallel on the current rayon pool.
    ///
    /// # Errors
    /// As [`Preprocessing::apply`] and [`Plan::run`].
    pub fn run(&self, dataset: &Dataset, preprocessing: &Preprocessing) -> Result<Logits, Error> {
        self.run_watched(dataset, preprocessing, || ())
    }

    /// As [`run`](Self::run); calls `finished` after each batch, from any thread.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_watched(
        &self,
        dataset: &Dataset,
        preprocessing: &Preprocessing,
        finished: impl Fn() + Sync,
    ) -> Result<Logits, Error> {
        let run = |batch| {
            let logits = self.run_batch(batch, dataset, preprocessing)?;
            finished();
            Ok(logits)
        };
        let batches: Vec<Vec<f32>> = (0..self.batches())
            .into_par_iter()
            .map(run)
            .collect::<Result<_, Error>>()?;
        Ok(Logits {
            classes: self.full.classes(),
            values: batches.concat(),
        })
    }

    /// Runs batch number `batch`; returns the outputs of its samples.
    ///
    /// # Errors
    /// As [`run`](Self::run); [`Error::Length`] if there is no such batch.
    pub fn run_batch(
        &self,
        batch: usize,
        dataset: &Dataset,
        preprocessing: &Preprocessing,
    ) -> Result<Vec<f32>, Error> {
        if batch >= self.batches() {
            return Err(Error::Length {
                what: "batches",
                expected: batch + 1,
                found: self.batches(),
            });
        }
        let size = self.full.batch();
        let range = batch * size..self.samples.min((batch + 1) * size);
        let plan = if range.len() == size {
            &self.full
        } else {
            self.rest.as_ref().unwrap_or(&self.full)
        };
        let mut input = preprocessing.apply(dataset, range.clone(), &self.sample_shape)?;
        let sample_len = input.len() / range.len();
        while input.len() < plan.input_len() {
            input.extend_from_within(input.len() - sample_len..);
        }
        let mut logits = plan.run(range.start, &input)?;
        logits.truncate(range.len() * plan.classes());
        Ok(logits)
    }
}

/// The network's outputs for a number of samples.
#[derive(Debug, Clone, PartialEq)]
pub struct Logits {
    classes: usize,
    values: Vec<f32>,
}

impl Logits {
    /// Outputs for each sample.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// All outputs, one sample after another.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The class of the largest output of each sample; the lowest class among equals.
    ///
    /// # Errors
    /// [`Error::NotANumber`] if an output is NaN or infinite: no prediction is made up for it.
    pub fn predictions(&self) -> Result<Vec<usize>, Error> {
        let predict =
            |(sample, logits): (usize, &[f32])| match logits.iter().position(|v| !v.is_finite()) {
                Some(class) => Err(Error::NotANumber {
                    sample,
                    class,
                    value: logits[class],
                }),
                None => Ok(argmax(logits)),
            };
        self.values
            .chunks_exact(self.classes.max(1))
            .enumerate()
            .map(predict)
            .collect()
    }

    /// Number of samples predicted as in `labels`.
    ///
    /// # Errors
    /// [`Error::NotANumber`]; [`Error::Length`] if there are fewer labels than samples.
    pub fn correct(&self, labels: &[usize]) -> Result<usize, Error> {
        let predictions = self.predictions()?;
        if labels.len() < predictions.len() {
            return Err(Error::Length {
                what: "labels",
                expected: predictions.len(),
                found: labels.len(),
            });
        }
        Ok(predictions
            .iter()
            .zip(labels)
            .filter(|(prediction, label)| prediction == label)
            .count())
    }
}

/// Index of the largest value, the lowest among equals; NaN is never the largest. 0 for an empty slice.
pub fn argmax(values: &[f32]) -> usize {
    let mut best = 0;
    for (index, &value) in values.iter().enumerate().skip(1) {
        if value > values[best] || values[best].is_nan() {
            best = index;
        }
    }
    best
}
