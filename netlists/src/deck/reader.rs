//! From files to cards: includes, libraries, subcircuit blocks, control blocks.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::dot_words::{DOT_WORDS, command};
use super::includes::read_limited;
use super::lines::{Line, LineError, check_text, decode, fold};
use super::{
    Block, Card, CardKind, ControlBlock, Deck, LineText, Sources, Span, TextLine, Token, TokenKind,
    tokenize,
};
use crate::diagnostics::{Diagnostic, Diagnostics, Severity};

/// The most bytes of all files together.
pub(super) const BYTE_LIMIT: u64 = 256 << 20;
/// The most cards, those of a file that is included twice counted twice.
const CARD_LIMIT: usize = 20_000_000;
/// The most errors that are collected before reading stops.
pub(super) const ERROR_LIMIT: usize = 50;

/// Reads the deck in a file.
pub(super) fn read_file(path: &Path) -> Result<Deck, Diagnostics> {
    match read_limited(path, BYTE_LIMIT) {
        Ok(bytes) => read_bytes(path, bytes),
        Err(reason) => {
            let finding = Diagnostic::without_place(format!(
                "the deck {} cannot be read: {reason}",
                path.display()
            ));
            Err(Diagnostics::new(vec![finding], Arc::default()))
        }
    }
}

/// Reads a deck from the contents of a file.
pub(super) fn read_bytes(path: &Path, bytes: Vec<u8>) -> Result<Deck, Diagnostics> {
    let mut reader = Reader::default();
    reader.open_block(String::new(), Span::default());
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    let mut title = String::new();
    if let Some(file) = reader.add_text(path.display().to_string(), folder, bytes, true, None) {
        title.clone_from(&file.title);
        reader.read_lines(&file, None, 0);
        reader.check_closed();
    }
    reader.finish(title)
}

/// A file that was folded.
pub(super) struct ReadFile {
    index: u32,
    lines: Vec<Line>,
    title: String,
}

/// What to do with the lines that follow.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Read them.
    Reading,
    /// Look for the section that was asked for.
    Seeking,
    /// Skip a section that nobody asked for here.
    Skipping,
    /// The section has ended.
    Ended,
}

#[derive(Default)]
pub(super) struct Reader {
    pub(super) sources: Sources,
    pub(super) by_path: HashMap<PathBuf, Rc<ReadFile>>,
    pub(super) bytes: u64,
    cards: usize,
    blocks: Vec<Block>,
    /// Open blocks, the innermost last.
    open: Vec<u32>,
    /// Open `.if`s with the number of open blocks at that place.
    conditions: Vec<(Span, usize)>,
    control: Vec<ControlBlock>,
    control_start: Option<Span>,
    title: Option<String>,
    /// `.end` was the last card.
    after_end: bool,
    findings: Vec<Diagnostic>,
    pub(super) errors: usize,
    tokens: Vec<Token>,
}

impl Reader {
    pub(super) fn report(&mut self, finding: Diagnostic) {
        if finding.severity == Severity::Error {
            self.errors += 1;
        }
        if self.findings.len() < 2 * ERROR_LIMIT {
            self.findings.push(finding);
        }
    }

    /// Too much is wrong, or too much was read: stop.
    fn full(&self) -> bool {
        self.errors >= ERROR_LIMIT || self.cards > CARD_LIMIT
    }

    fn finish(mut self, title: String) -> Result<Deck, Diagnostics> {
        let sources = Arc::new(std::mem::take(&mut self.sources));
        let findings = Diagnostics::new(self.findings, Arc::clone(&sources));
        if self.errors > 0 {
            return Err(findings);
        }
        Ok(Deck {
            title: self.title.unwrap_or(title),
            sources,
            warnings: findings,
            blocks: self.blocks,
            control: self.control,
        })
    }

    fn open_block(&mut self, name: String, header: Span) -> u32 {
        let index = self.blocks.len() as u32;
        self.blocks.push(Block {
            name,
            parent: self.open.last().copied(),
            header,
            cards: Vec::new(),
        });
        self.open.push(index);
        index
    }

    fn check_closed(&mut self) {
        let unclosed: Vec<(Span, &str)> = (self.open.iter().skip(1))
            .filter_map(|&index| self.blocks.get(index as usize))
            .map(|block| (block.header, ".ends"))
            .chain(self.conditions.iter().map(|&(span, _)| (span, ".endif")))
            .chain(self.control_start.iter().map(|&span| (span, ".endc")))
            .collect();
        if self.full() {
            return;
        }
        for (span, word) in unclosed {
            self.report(Diagnostic::error(
                span,
                format!("this is not closed by `{word}`"),
            ));
        }
    }

    /// Folds a file and keeps it; reports why it cannot be read.
    pub(super) fn add_text(
        &mut self,
        name: String,
        folder: PathBuf,
        bytes: Vec<u8>,
        has_title: bool,
        asked_at: Option<Span>,
    ) -> Option<Rc<ReadFile>> {
        self.bytes += bytes.len() as u64;
        if self.bytes > BYTE_LIMIT {
            self.report(placed(
                asked_at,
                format!("the files of this deck have more than {BYTE_LIMIT} bytes"),
            ));
            return None;
        }
        let checked = check_text(&bytes);
        let text = decode(bytes);
        match checked.and_then(|()| fold(&text, has_title)) {
            Ok(folded) => {
                let title = text.get(folded.title).unwrap_or("").trim().to_owned();
                let index = self.sources.add(name, folder, text, folded.folded);
                Some(Rc::new(ReadFile {
                    index,
                    lines: folded.lines,
                    title,
                }))
            }
            Err(LineError { message, at }) => {
                let file = self.sources.add(name, folder, text, String::new());
                let span = Span {
                    file,
                    start: at.start as u32,
                    end: at.end.min(at.start + 80) as u32,
                };
                self.report(Diagnostic::error(span, message));
                None
            }
        }
    }

    /// Reads the lines of a file, or of one section of a library.
    pub(super) fn read_lines(&mut self, file: &ReadFile, section: Option<&str>, depth: usize) {
        let mut mode = if section.is_some() {
            Mode::Seeking
        } else {
            Mode::Reading
        };
        for line in &file.lines {
            if self.full() || mode == Mode::Ended {
                break;
            }
            let span = Span {
                file: file.index,
                start: line.start,
                end: line.end,
            };
            if line.in_control {
                if mode == Mode::Reading {
                    self.control_line(span);
                }
                continue;
            }
            let is_dot = self.sources.folded(span).starts_with('.');
            mode = match mode {
                Mode::Reading => {
                    self.cards += 1;
                    if std::mem::take(&mut self.after_end) {
                        let message = "this line stands after `.end`, but is read, as ngspice does";
                        self.report(Diagnostic::warning(span, message));
                    }
                    if is_dot {
                        self.dot_card(span, section.is_some(), depth)
                    } else {
                        self.push(CardKind::Element, span);
                        mode
                    }
                }
                Mode::Seeking if is_dot && self.starts_section(span, section) => Mode::Reading,
                Mode::Skipping if is_dot && self.first_word(span) == ".endl" => Mode::Reading,
                _ => mode,
            };
        }
        if self.cards > CARD_LIMIT {
            let span = Span {
                file: file.index,
                start: 0,
                end: 0,
            };
            self.report(Diagnostic::error(
                span,
                format!("the deck has more than {CARD_LIMIT} lines"),
            ));
        }
        if let (Mode::Seeking, Some(section)) = (mode, section) {
            let span = Span {
                file: file.index,
                start: 0,
                end: 0,
            };
            self.report(Diagnostic::error(
                span,
                format!("this library has no section `{section}`"),
            ));
        }
    }

    fn push(&mut self, kind: CardKind, span: Span) {
        if let Some(block) = self
            .open
            .last()
            .and_then(|&index| self.blocks.get_mut(index as usize))
        {
            block.cards.push(Card { kind, span });
        }
    }

    pub(super) fn first_word(&self, span: Span) -> &str {
        let text = self.sources.folded(span);
        text.split(|c: char| c.is_whitespace() || matches!(c, '(' | '=' | '{' | '\''))
            .next()
            .unwrap_or("")
    }

    /// The words of a dot card after the first, quoted or not, as written.
    pub(super) fn arguments(&mut self, span: Span) -> Vec<(String, Span)> {
        let mut tokens = std::mem::take(&mut self.tokens);
        let line = LineText::new(&self.sources, span);
        let words = match tokenize(line.text, &mut tokens) {
            Ok(()) => (tokens.iter().skip(1))
                .filter(|token| {
                    matches!(
                        token.kind,
                        TokenKind::Word | TokenKind::Text | TokenKind::Expression
                    )
                })
                .map(|&token| {
                    (
                        self.sources.original(line.place(token)).to_owned(),
                        line.place(token),
                    )
                })
                .collect(),
            Err(unclosed) => {
                let place = span.part(unclosed.at, unclosed.at + 1);
                let message = format!("this has no closing `{}`", unclosed.missing);
                self.report(Diagnostic::error(place, message));
                Vec::new()
            }
        };
        self.tokens = tokens;
        words
    }

    fn starts_section(&mut self, span: Span, section: Option<&str>) -> bool {
        if self.first_word(span) != ".lib" {
            return false;
        }
        let words = self.arguments(span);
        match (words.as_slice(), section) {
            ([(name, _)], Some(section)) => name.eq_ignore_ascii_case(section),
            _ => false,
        }
    }

    fn control_line(&mut self, span: Span) {
        let text = self.sources.original(span).trim_end().to_owned();
        if text.starts_with('*') {
            return;
        }
        if let Some(block) = self.control.last_mut() {
            block.lines.push(TextLine { text, span });
        }
    }

    /// Reads a card that starts with a dot.
    fn dot_card(&mut self, span: Span, in_section: bool, depth: usize) -> Mode {
        let word = self.first_word(span).to_owned();
        let kind = match word.as_str() {
            ".end" => {
                self.after_end = depth == 0;
                return Mode::Reading;
            }
            ".title" => {
                let text = self.sources.original(span);
                self.title = Some(text.get(word.len()..).unwrap_or("").trim().to_owned());
                return Mode::Reading;
            }
            ".include" | ".inc" | ".incl" => {
                self.include(span, depth);
                return Mode::Reading;
            }
            ".lib" => return self.library(span, depth),
            ".endl" => {
                if in_section {
                    return Mode::Ended;
                }
                self.report(Diagnostic::error(span, "`.endl` without `.lib`"));
                return Mode::Reading;
            }
            ".subckt" | ".macro" => {
                self.subcircuit(span);
                return Mode::Reading;
            }
            ".ends" | ".eom" => {
                self.end_subcircuit(span);
                return Mode::Reading;
            }
            ".control" => {
                self.control_start = Some(span);
                self.control.push(ControlBlock::default());
                return Mode::Reading;
            }
            ".endc" => {
                if self.control_start.take().is_none() {
                    self.report(Diagnostic::error(span, "`.endc` without `.control`"));
                }
                return Mode::Reading;
            }
            ".if" => {
                self.conditions.push((span, self.open.len()));
                CardKind::If
            }
            ".elseif" | ".elif" | ".else" | ".endif" => {
                if self
                    .conditions
                    .last()
                    .is_none_or(|&(_, level)| level != self.open.len())
                {
                    self.report(Diagnostic::error(span, format!("`{word}` without `.if`")));
                    return Mode::Reading;
                }
                match word.as_str() {
                    ".else" => CardKind::Else,
                    ".endif" => {
                        self.conditions.pop();
                        CardKind::EndIf
                    }
                    _ => CardKind::ElseIf,
                }
            }
            ".param" | ".parameter" | ".parameters" | ".params" => CardKind::Parameters,
            ".func" | ".function" => CardKind::Function,
            ".model" => CardKind::Model,
            _ => match command(&word) {
                Ok(command) => CardKind::Command(command),
                Err(message) => {
                    let place = span.part(0, word.len());
                    let finding = Diagnostic::error(place, message)
                        .did_you_mean(&word, DOT_WORDS.iter().copied());
                    self.report(finding);
                    return Mode::Reading;
                }
            },
        };
        self.push(kind, span);
        Mode::Reading
    }

    fn subcircuit(&mut self, span: Span) {
        let words = self.arguments(span);
        let Some((name, _)) = words.first() else {
            self.report(Diagnostic::error(span, "a subcircuit needs a name"));
            // Its lines are read all the same, to find what else is wrong.
            self.open_block(String::new(), span);
            return;
        };
        let name = name.to_ascii_lowercase();
        let outer = self.open.last().copied();
        let block = self.open_block(name, span);
        if let Some(outer) = outer.and_then(|index| self.blocks.get_mut(index as usize)) {
            outer.cards.push(Card {
                kind: CardKind::Subcircuit(block),
                span,
            });
        }
    }

    fn end_subcircuit(&mut self, span: Span) {
        if self.open.len() < 2 {
            self.report(Diagnostic::error(span, "`.ends` without `.subckt`"));
            return;
        }
        while let Some(&(condition, level)) = self.conditions.last() {
            if level < self.open.len() {
                break;
            }
            self.conditions.pop();
            self.report(Diagnostic::error(
                condition,
                "this is not closed by `.endif` before `.ends`",
            ));
        }
        let name = self
            .open
            .last()
            .and_then(|&index| self.blocks.get(index as usize))
            .map(|block| block.name.clone());
        let words = self.arguments(span);
        if let (Some(name), Some((written, place))) = (name, words.first())
            && !written.eq_ignore_ascii_case(&name)
        {
            let message = format!("`.ends {written}` closes the subcircuit `{name}`");
            self.report(Diagnostic::error(*place, message).labelled("another name"));
        }
        self.open.pop();
    }
}

fn placed(span: Option<Span>, message: String) -> Diagnostic {
    match span {
        Some(span) => Diagnostic::error(span, message),
        None => Diagnostic::without_place(message),
    }
}
