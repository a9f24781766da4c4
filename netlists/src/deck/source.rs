//! The files of a deck, kept for excerpts, and places in them.

use std::path::{Path, PathBuf};

/// A range of bytes in one file of a deck.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// Index of the file in [`Sources`].
    pub file: u32,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A part of this span: bytes `from..to` counted from its start, cut at its end.
    #[must_use]
    pub fn part(self, from: usize, to: usize) -> Self {
        let clip = |offset: usize| {
            self.start
                .saturating_add(u32::try_from(offset).unwrap_or(u32::MAX))
                .min(self.end)
        };
        Self {
            file: self.file,
            start: clip(from),
            end: clip(to),
        }
    }

    /// From the start of this span to the end of another one in the same file.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self {
            end: other.end.max(self.start),
            ..self
        }
    }
}

/// A place as people name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location<'a> {
    /// The file's name, as it was given or included.
    pub file: &'a str,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// One file of a deck.
#[derive(Clone, Debug)]
pub struct SourceFile {
    name: String,
    folder: PathBuf,
    text: String,
    /// The text with the same byte offsets, in lower case, with comments and line continuations blanked.
    folded: String,
}

impl SourceFile {
    /// The file's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text as it was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The folder that names of included files are relative to.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

/// All files of a deck.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Adds a file; gives its index.
    pub(crate) fn add(
        &mut self,
        name: String,
        folder: PathBuf,
        text: String,
        folded: String,
    ) -> u32 {
        let index = self.files.len() as u32;
        self.files.push(SourceFile {
            name,
            folder,
            text,
            folded,
        });
        index
    }

    /// The file with an index.
    pub fn file(&self, index: u32) -> Option<&SourceFile> {
        self.files.get(index as usize)
    }

    /// The names of all files, the deck's own first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(SourceFile::name)
    }

    /// The text of a place as it was written.
    pub fn original(&self, span: Span) -> &str {
        self.file(span.file)
            .and_then(|file| file.text.get(span.start as usize..span.end as usize))
            .unwrap_or("")
    }

    /// The text of a place in lower case, comments and continuations blanked.
    pub(crate) fn folded(&self, span: Span) -> &str {
        self.file(span.file)
            .and_then(|file| file.folded.get(span.start as usize..span.end as usize))
            .unwrap_or("")
    }

    /// Line and column of the first byte of a place.
    pub fn location(&self, span: Span) -> Option<Location<'_>> {
        let file = self.file(span.file)?;
        let before = file.text.get(..span.start as usize)?;
        let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
        let column = before
            .rsplit('\n')
            .next()
            .map_or(0, |last| last.chars().count())
            + 1;
        Some(Location {
            file: &file.name,
            line,
            column,
        })
    }
}
