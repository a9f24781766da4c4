//! A deck for standard output or a file.

use std::fs;

use anyhow::{Context, Result};

use crate::output;
use crate::output_file::OutputFile;

/// Prints the deck, or writes the file and prints `summary` and its name.
pub(super) fn write(file: Option<OutputFile>, text: &str, summary: Option<&str>) -> Result<()> {
    let Some(mut file) = file else {
        return output::line(text.trim_end());
    };
    file.stage(|path| fs::write(path, text).context("the deck"))?;
    let line = format!("written          {}", file.path().display());
    file.publish()?;
    match summary {
        None => output::line(&line),
        Some(summary) => output::line(&format!("{summary}\n{line}")),
    }
}
