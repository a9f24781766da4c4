//! Any bytes give a flat circuit or errors.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use ohmloom_fuzz::parse;
use ohmloom_netlists::elaborate::Overrides;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some(deck) = parse(bytes) else {
        return Corpus::Reject;
    };
    match deck.and_then(|deck| deck.elaborate(&Overrides::default())) {
        Ok(flat) => {
            for card in &flat.analyses {
                let _ = flat.sources.location(card.span);
            }
        }
        // Rendering a message walks the sources.
        Err(findings) => assert!(!findings.to_string().is_empty()),
    }
    Corpus::Keep
});
