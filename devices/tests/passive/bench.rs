//! Cards from text and points to evaluate at.

use ohmloom_devices::parameters::Parameters;
use ohmloom_solver::circuit::{Phase, Point, Start};

/// A card from `name=value` pairs, as they stand in a deck but without suffixes.
pub(crate) fn card<P: Parameters>(text: &str) -> P {
    let mut card = P::default();
    for pair in text.split_whitespace() {
        let (name, value) = pair.split_once('=').expect("name=value");
        let value = value.parse().expect("a number");
        card.set(name, value).expect("a known parameter");
    }
    card
}

/// A point of a DC or small-signal analysis at 27 degrees Celsius.
pub(crate) fn point(x: &[f64], phase: Phase) -> Point<'_> {
    Point {
        x,
        time: 0.0,
        phase,
        start: Start::Continue,
        gmin: 1e-12,
        source_factor: 1.0,
        temperature: 300.15,
        frequency: 0.0,
    }
}

/// Fails unless two numbers agree to a relative error.
pub(crate) fn assert_near(found: f64, expected: f64, relative: f64, what: &str) {
    assert!(
        (found - expected).abs() <= relative * expected.abs(),
        "{what}: {found:e} instead of {expected:e}"
    );
}
