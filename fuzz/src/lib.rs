//! What the fuzz targets share.

use ohmloom_netlists::deck::Deck;
use ohmloom_netlists::diagnostics::Diagnostics;

/// The most bytes of a deck.
const MOST_BYTES: usize = 16 << 10;

/// Reads a deck. None where the bytes are no text or could name a file: the targets open nothing, neither devices nor pipes.
pub fn parse(bytes: &[u8]) -> Option<Result<Deck, Diagnostics>> {
    if bytes.len() > MOST_BYTES {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let folded = text.to_ascii_lowercase();
    if folded.contains(".inc") || folded.contains(".lib") {
        return None;
    }
    Some(Deck::parse("fuzz.cir", text))
}
