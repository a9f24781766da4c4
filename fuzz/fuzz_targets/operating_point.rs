//! Any bytes that are a small deck give finite voltages or an error.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use ohmloom_fuzz::parse;
use ohmloom_netlists::elaborate::{Analysis, Overrides};
use ohmloom_netlists::simulate::{Session, carry_on};

/// The most elements of a deck that is solved.
const MOST_ELEMENTS: usize = 300;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some(deck) = parse(bytes) else {
        return Corpus::Reject;
    };
    let Ok(deck) = deck else {
        return Corpus::Keep;
    };
    match deck.elaborate(&Overrides::default()) {
        Ok(flat) if flat.elements.len() <= MOST_ELEMENTS => {}
        Ok(_) => return Corpus::Reject,
        Err(_) => return Corpus::Keep,
    }
    let mut session = match Session::new(deck, Overrides::default()) {
        Ok(session) => session,
        Err(findings) => {
            assert!(!findings.to_string().is_empty());
            return Corpus::Keep;
        }
    };
    let mut plots = Vec::new();
    match session.analyse(&Analysis::OperatingPoint, &mut carry_on, &mut plots) {
        Ok(()) => assert_eq!(plots.len(), 1),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    Corpus::Keep
});
