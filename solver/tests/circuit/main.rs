//! The circuit engine on elements simple enough to know every answer by hand.

mod elements;
mod errors;
mod small_signal;
mod static_points;
mod transients;

use ohmloom_solver::circuit::{Circuit, CircuitBuilder, Element};

/// Builds a circuit from elements that are added by the closure.
fn build(add: impl FnOnce(&mut CircuitBuilder)) -> Circuit {
    let mut builder = CircuitBuilder::new();
    add(&mut builder);
    builder.build(300.15).unwrap()
}

/// Adds an element that must be accepted.
fn put<E: Element>(builder: &mut CircuitBuilder, element: E) {
    builder.add(element).unwrap();
}

fn assert_close(found: f64, expected: f64, relative: f64) {
    assert!(
        (found - expected).abs() <= relative * expected.abs().max(1e-300),
        "found {found:e}, expected {expected:e} to {relative:e}"
    );
}
