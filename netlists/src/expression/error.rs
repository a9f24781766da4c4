//! Why a text is not an expression.

use std::ops::Range;
use thiserror::Error;

/// A text that is not an expression.
#[derive(Clone, Debug, Error, PartialEq)]
#[error("{message}")]
pub struct SyntaxError {
    /// What is wrong.
    pub message: String,
    /// Where, in bytes of the text; empty at the end of the text.
    pub at: Range<usize>,
    /// What would be right, where that is known.
    pub help: Option<String>,
}

impl SyntaxError {
    pub(super) fn new(message: impl Into<String>, at: Range<usize>) -> Self {
        Self {
            message: message.into(),
            at,
            help: None,
        }
    }

    pub(super) fn with_help(
        message: impl Into<String>,
        at: Range<usize>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            message: message.into(),
            at,
            help: Some(help.into()),
        }
    }
}
