//! A list of findings with the sources they speak of, in the form that `miette` renders.

use std::fmt;
use std::sync::Arc;

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::{Diagnostic, Severity};
use crate::deck::{Location, Sources};

/// Findings about a deck, in the order in which they were found, with the text that they point into.
#[derive(Clone, Debug)]
pub struct Diagnostics {
    findings: Vec<Located>,
    sources: Arc<Sources>,
}

/// One finding with its source.
#[derive(Clone, Debug)]
struct Located {
    finding: Diagnostic,
    excerpt: Option<Excerpt>,
}

/// The file that a finding points into.
#[derive(Clone, Debug)]
struct Excerpt {
    sources: Arc<Sources>,
    file: u32,
}

impl Diagnostics {
    /// Puts findings and sources together.
    pub fn new(findings: Vec<Diagnostic>, sources: Arc<Sources>) -> Self {
        let findings = findings
            .into_iter()
            .map(|finding| {
                let excerpt = finding.span.map(|span| Excerpt {
                    sources: Arc::clone(&sources),
                    file: span.file,
                });
                Located { finding, excerpt }
            })
            .collect();
        Self { findings, sources }
    }

    /// The findings.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.findings.iter().map(|located| &located.finding)
    }

    /// How many findings there are.
    pub fn len(&self) -> usize {
        self.findings.len()
    }

    /// True when nothing was found.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// File, line and column (from 1) of a finding's first character.
    pub fn location(&self, finding: &Diagnostic) -> Option<Location<'_>> {
        self.sources.location(finding.span?)
    }
}

/// One finding for each line, as `file:line:column: error: message`.
impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, finding) in self.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            if let Some(place) = self.location(finding) {
                write!(f, "{}:{}:{}: ", place.file, place.line, place.column)?;
            }
            let severity = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            write!(f, "{severity}: {}", finding.message)?;
            if let Some(help) = &finding.help {
                write!(f, " ({help})")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

impl miette::Diagnostic for Diagnostics {
    fn severity(&self) -> Option<miette::Severity> {
        let warning = self
            .iter()
            .all(|finding| finding.severity == Severity::Warning);
        Some(if warning {
            miette::Severity::Warning
        } else {
            miette::Severity::Error
        })
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        Some(Box::new(
            self.findings
                .iter()
                .map(|located| located as &dyn miette::Diagnostic),
        ))
    }
}

impl fmt::Display for Located {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.finding.message)
    }
}

impl std::error::Error for Located {}

impl miette::Diagnostic for Located {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.finding.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.finding
            .help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt
            .as_ref()
            .map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = self.finding.span?;
        let label = (!self.finding.label.is_empty()).then(|| self.finding.label.clone());
        let length = span.end.saturating_sub(span.start) as usize;
        Some(Box::new(std::iter::once(LabeledSpan::new(
            label,
            span.start as usize,
            length,
        ))))
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_lines_before: usize,
        context_lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let file = self
            .sources
            .file(self.file)
            .ok_or(MietteError::OutOfBounds)?;
        let inner = file
            .text()
            .read_span(span, context_lines_before, context_lines_after)?;
        Ok(Box::new(MietteSpanContents::new_named(
            file.name().to_owned(),
            inner.data(),
            *inner.span(),
            inner.line(),
            inner.column(),
            inner.line_count(),
        )))
    }
}
