//! Everything that can go wrong between a file and a prediction.

use std::path::PathBuf;

/// The error of an operator supplied by the caller: any error type, boxed.
pub type OperatorError = Box<dyn std::error::Error + Send + Sync + 'static>;

/// An error of this crate. Messages name the file, the ONNX node or the layer, and say what would be accepted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },

    /// The ONNX file is damaged, or its graph is inconsistent.
    #[error("{}: not a usable ONNX model: {reason}", path.display())]
    MalformedModel {
        /// The ONNX file.
        path: PathBuf,
        /// What is wrong, with the name of the node or tensor where there is one.
        reason: String,
    },

    /// An operator that the digital runtime does not know.
    #[error("node `{node}`: operator {op_type} is not supported; re-export the network without it")]
    UnknownOperator {
        /// ONNX node name.
        node: String,
        /// ONNX operator type.
        op_type: String,
    },

    /// A node that holds weights in a form that cannot be mapped onto crossbars.
    #[error("node `{node}` ({op_type}) cannot be mapped onto crossbars: {reason}")]
    UnsupportedWeights {
        /// ONNX node name.
        node: String,
        /// ONNX operator type.
        op_type: String,
        /// Which property is not supported, and what is.
        reason: String,
    },

    /// The digital runtime rejected the network.
    #[error("{}: {stage} failed: {source:#}", path.display())]
    Graph {
        /// The ONNX file.
        path: PathBuf,
        /// What was being done.
        stage: &'static str,
        /// The runtime's own message.
        source: OperatorError,
    },

    /// A batch size that the network cannot run at.
    #[error("batch of {requested} requested: {reason}")]
    Batch {
        /// The batch size asked for.
        requested: usize,
        /// Which batch sizes are possible.
        reason: String,
    },

    /// The operators handed over do not fit the network's layers.
    #[error("operators of layer `{layer}`: {reason}")]
    Operators {
        /// Layer (ONNX node) name, or `-` where the number of layers is wrong.
        layer: String,
        /// Expected and found counts or shapes.
        reason: String,
    },

    /// An operator failed while a plan ran.
    #[error("layer `{layer}`, group {group}: {source}")]
    Layer {
        /// Layer (ONNX node) name.
        layer: String,
        /// Index of the convolution group; 0 for ungrouped layers.
        group: usize,
        /// The operator's error.
        source: OperatorError,
    },

    /// The digital runtime failed while a plan ran.
    #[error("inference failed: {source:#}")]
    Run {
        /// The runtime's own message.
        source: OperatorError,
    },

    /// A slice with the wrong number of elements was handed over.
    #[error("{what}: {expected} values expected, {found} given")]
    Length {
        /// What the slice holds.
        what: &'static str,
        /// Number of elements needed.
        expected: usize,
        /// Number of elements given.
        found: usize,
    },

    /// The samples of a dataset do not fit the network's input.
    #[error(
        "samples of shape {sample:?} do not fit the network input of shape {input:?} (without the batch)"
    )]
    SampleShape {
        /// Shape of one stored sample.
        sample: Vec<usize>,
        /// Shape of one network input.
        input: Vec<usize>,
    },

    /// A network produced an output that is not a number.
    #[error("sample {sample}: output {class} of the network is {value}; no prediction can be made")]
    NotANumber {
        /// Index of the sample in the dataset.
        sample: usize,
        /// Index of the output.
        class: usize,
        /// The value, NaN or infinite.
        value: f32,
    },

    /// A dataset file is damaged or holds values that are not allowed.
    #[error("{}, byte {offset}: {reason}", path.display())]
    MalformedData {
        /// The file.
        path: PathBuf,
        /// Offset in bytes, after decompression for a compressed file.
        offset: u64,
        /// What was found and what was expected.
        reason: String,
    },

    /// Two files of one dataset disagree.
    #[error("{} and {}: {reason}", samples.display(), labels.display())]
    MismatchedFiles {
        /// The file with the samples.
        samples: PathBuf,
        /// The file with the labels.
        labels: PathBuf,
        /// What disagrees.
        reason: String,
    },

    /// A file of a dataset is missing.
    #[error("{}: none of {} found; put the dataset's files there under their usual names", directory.display(), names.join(", "))]
    MissingFiles {
        /// The directory searched.
        directory: PathBuf,
        /// The file names looked for.
        names: Vec<String>,
    },

    /// A data specification on a command line or in a study file cannot be understood.
    #[error(
        "data source `{spec}`: {reason}; expected mnist:DIRECTORY, cifar10:FILE or npy:SAMPLES.npy,LABELS.npy"
    )]
    DataSource {
        /// The text given.
        spec: String,
        /// What is wrong with it.
        reason: String,
    },

    /// A preprocessing description cannot be used.
    #[error("preprocessing{}: {reason}", path.as_ref().map_or_else(String::new, |p| format!(" in {}", p.display())))]
    Preprocessing {
        /// The file it came from, if any.
        path: Option<PathBuf>,
        /// Which value is wrong.
        reason: String,
    },
}

/// Turns a runtime error into the boxed form carried by [`Error`].
pub(crate) fn boxed(error: tract_onnx::prelude::TractError) -> OperatorError {
    error.into()
}
