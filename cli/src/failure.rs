//! How a command fails: what it says, and its exit status.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};
use ohmloom_netlists::diagnostics::Diagnostics;

/// Options that are well-formed one by one, but make no sense together.
#[derive(Debug)]
pub(crate) struct BadUsage(pub(crate) String);

impl fmt::Display for BadUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadUsage {}

/// Prints findings about a deck with the lines they speak of.
pub(crate) fn show(findings: &Diagnostics) {
    let theme = if io::stderr().is_terminal() {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme);
    let mut text = String::new();
    for finding in findings.related().into_iter().flatten() {
        if handler.render_report(&mut text, finding).is_err() {
            text = findings.to_string();
            break;
        }
    }
    let _ = writeln!(io::stderr(), "{}", text.trim_end());
}

/// Prints the error with its causes; the exit status is 2 for [`BadUsage`] as for what clap refuses, else 1.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    if let Some(findings) = error.downcast_ref::<Diagnostics>() {
        show(findings);
        return ExitCode::FAILURE;
    }
    // Nobody can be told if stderr is closed.
    let _ = writeln!(io::stderr(), "error: {}", message(error));
    if error.is::<BadUsage>() {
        let _ = writeln!(io::stderr(), "\nFor more information, try '--help'.");
        return ExitCode::from(2);
    }
    ExitCode::FAILURE
}

/// The error and its causes; not those that the error before them already ends with.
fn message(error: &anyhow::Error) -> String {
    let mut message = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if message.is_empty() {
            message = cause;
        } else if !message.ends_with(&cause) {
            message = format!("{message}: {cause}");
        }
    }
    message
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::message;

    #[test]
    fn each_cause_is_said_once() {
        let error = anyhow!("no space").context("cannot write a: no space");
        assert_eq!(
            message(&error.context("job 1")),
            "job 1: cannot write a: no space"
        );
    }
}
