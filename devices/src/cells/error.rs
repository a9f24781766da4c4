//! What can be wrong with the cells of an array.

/// Cells that make no sense.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CellError {
    /// A setting outside its range.
    #[error("{key} = {value}: {reason}")]
    BadSetting {
        /// Its name.
        key: &'static str,
        /// The value found.
        value: f64,
        /// What is allowed.
        reason: &'static str,
    },
    /// Parts that do not fit together.
    #[error("cells: {reason}")]
    BadCell {
        /// What is wrong.
        reason: String,
    },
}
