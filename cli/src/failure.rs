//! How a command fails: what it says, and its exit status.

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

/// Options that are well-formed one by one, but make no sense together.
#[derive(Debug)]
pub(crate) struct BadUsage(pub(crate) String);

impl fmt::Display for BadUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadUsage {}

/// Prints the error with its causes; the exit status is 2 for [`BadUsage`] as for what clap refuses, else 1.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    // Nobody can be told if stderr is closed.
    let _ = writeln!(io::stderr(), "error: {error:#}");
    if error.is::<BadUsage>() {
        let _ = writeln!(io::stderr(), "\nFor more information, try '--help'.");
        return ExitCode::from(2);
    }
    ExitCode::FAILURE
}
