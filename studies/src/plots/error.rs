//! What can go wrong with a plot.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a plot could not be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PlotError {
    /// The file name does not say in which format to write.
    #[error("cannot tell the format of the plot `{}`: its name must end in .svg or .png", path.display())]
    UnknownFormat {
        /// The file that was asked for.
        path: PathBuf,
    },
    /// There is nothing to show.
    #[error("the plot `{title}` has no data: {reason}")]
    NoData {
        /// The plot's title.
        title: String,
        /// What is missing.
        reason: String,
    },
    /// A number that has no place on the plot.
    #[error("the plot `{title}` cannot show {value} as {place}: {reason}")]
    BadValue {
        /// The plot's title.
        title: String,
        /// What the number is: which cell, or which point of which series.
        place: String,
        /// The number.
        value: f64,
        /// What it should be.
        reason: String,
    },
    /// A matrix whose number of values is not rows times columns.
    #[error("the plot `{title}` has {rows} rows and {columns} columns, but {values} values")]
    WrongShape {
        /// The plot's title.
        title: String,
        /// Stated number of rows.
        rows: usize,
        /// Stated number of columns.
        columns: usize,
        /// Number of values given.
        values: usize,
    },
    /// The file could not be written.
    #[error("cannot write the plot `{}`", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The plotting library or the PNG encoder refused to draw.
    #[error("cannot draw the plot `{}`: {message}", path.display())]
    Draw {
        /// The file.
        path: PathBuf,
        /// What the library said.
        message: String,
    },
}
