//! Decks: the text of a circuit and the files that it includes, cut into cards.
//!
//! [`Deck::read`] and [`Deck::parse`] read as ngspice does: the first line is the title, `*` starts a comment line,
//! `;`, `$ ` and `//` start an inline comment, `+` continues the line before, letters have no case, and `.end` is
//! optional. [`Deck::elaborate`](crate::elaborate) makes a flat circuit of a deck.

mod dot_words;
mod includes;
mod lines;
mod reader;
mod source;
mod tokens;

use std::path::Path;
use std::sync::Arc;

pub use source::{Location, SourceFile, Sources, Span};
pub(crate) use tokens::{LineText, Token, TokenKind, tokenize};

use crate::diagnostics::Diagnostics;

/// A deck, read and cut into cards, not yet evaluated.
#[derive(Clone, Debug)]
pub struct Deck {
    /// The first line of the deck, or what `.title` says.
    pub title: String,
    /// The files that were read, the deck's own first.
    pub sources: Arc<Sources>,
    /// What the author should look at, though the deck can be used.
    pub warnings: Diagnostics,
    /// The top level (first) and the subcircuits.
    pub(crate) blocks: Vec<Block>,
    /// `.control` blocks.
    pub(crate) control: Vec<ControlBlock>,
}

/// The lines between `.control` and `.endc`, as they were written.
#[derive(Clone, Debug, Default)]
pub struct ControlBlock {
    /// One line each, without blank and comment lines.
    pub lines: Vec<TextLine>,
}

/// A line that is kept as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextLine {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A level of the deck: the top, or the inside of a subcircuit.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// The subcircuit's name in lower case, empty for the top.
    pub(crate) name: String,
    /// The block that the definition stands in.
    pub(crate) parent: Option<u32>,
    /// The `.subckt` line.
    pub(crate) header: Span,
    /// The contents in order.
    pub(crate) cards: Vec<Card>,
}

/// A logical line and what it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Card {
    pub(crate) kind: CardKind,
    pub(crate) span: Span,
}

/// What a logical line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CardKind {
    /// An element line.
    Element,
    /// `.param`
    Parameters,
    /// `.func`
    Function,
    /// `.model`
    Model,
    /// `.subckt`: the index of its block.
    Subcircuit(u32),
    /// `.if`
    If,
    /// `.elseif`
    ElseIf,
    /// `.else`
    Else,
    /// `.endif`
    EndIf,
    /// Everything else.
    Command(Command),
}

/// Dot commands that are evaluated with the circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    OperatingPoint,
    Dc,
    Ac,
    Transient,
    Noise,
    TransferFunction,
    Sensitivity,
    Step,
    MonteCarlo,
    InitialConditions,
    NodeSet,
    Global,
    Options,
    Temperature,
    Save,
    Print,
    Plot,
    Probe,
    Width,
    Fourier,
    Measure,
    ControlParameters,
}

impl Deck {
    /// Reads a deck and the files that it includes.
    ///
    /// # Errors
    /// Everything that is wrong with the text: see [`Diagnostics`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Diagnostics> {
        reader::read_file(path.as_ref())
    }

    /// Reads a deck from text. Included files are looked for relative to the folder of `name`.
    ///
    /// # Errors
    /// Everything that is wrong with the text: see [`Diagnostics`].
    pub fn parse(name: &str, text: &str) -> Result<Self, Diagnostics> {
        reader::read_bytes(Path::new(name), text.as_bytes().to_vec())
    }

    /// The `.control` blocks.
    pub fn control_blocks(&self) -> &[ControlBlock] {
        &self.control
    }
}
