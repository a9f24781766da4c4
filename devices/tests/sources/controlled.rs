//! Stamps of the linear controlled sources.

use ohmloom_devices::sources::{Cccs, Ccvs, Vccs, Vcvs};
use ohmloom_solver::circuit::{Element, ElementProbe, Phase, Start, Unknown};

fn node(k: usize) -> Unknown {
    ElementProbe::<Vcvs>::node(k)
}

/// The matrix, and the residual at (4, 3, 2, 1, ...) against the matrix times that vector.
fn matrix<E: Element>(element: E, nodes: usize) -> Vec<Vec<f64>> {
    let mut probe = ElementProbe::new(element, nodes).expect("a valid element");
    let x: Vec<f64> = (0..probe.unknown_count()).map(|k| 4.0 - k as f64).collect();
    let found = probe.evaluate(&x, Phase::Dc, Start::Continue);
    for (row, residual) in found.conductance.iter().zip(&found.residual) {
        let product: f64 = row.iter().zip(&x).map(|(entry, value)| entry * value).sum();
        assert!((product - residual).abs() < 1e-12);
    }
    assert!(found.charge.iter().all(|&charge| charge == 0.0));
    found.conductance
}

#[test]
fn vcvs() {
    let source = Vcvs::new("e1".to_owned(), (node(1), node(2)), (node(3), node(4)), 2.5);
    assert_eq!(
        matrix(source.expect("valid"), 4),
        [
            [0.0, 0.0, 0.0, 0.0, 1.0],
            [0.0, 0.0, 0.0, 0.0, -1.0],
            [0.0; 5],
            [0.0; 5],
            [1.0, -1.0, -2.5, 2.5, 0.0],
        ]
    );
}

#[test]
fn vcvs_that_controls_itself() {
    // Control and output may share nodes: the entries add up.
    let source = Vcvs::new(
        "e1".to_owned(),
        (node(1), Unknown::GROUND),
        (node(1), node(2)),
        2.0,
    );
    assert_eq!(
        matrix(source.expect("valid"), 2),
        [[0.0, 0.0, 1.0], [0.0; 3], [-1.0, 2.0, 0.0]]
    );
}

#[test]
fn vccs() {
    let source = Vccs::new(
        "g1".to_owned(),
        (node(1), node(2)),
        (node(3), node(4)),
        1.5,
        2.0,
    );
    assert_eq!(
        matrix(source.expect("valid"), 4),
        [
            [0.0, 0.0, 3.0, -3.0],
            [0.0, 0.0, -3.0, 3.0],
            [0.0; 4],
            [0.0; 4],
        ]
    );
}

#[test]
fn cccs() {
    let source = Cccs::new(
        "f1".to_owned(),
        (node(1), node(2)),
        "v9".to_owned(),
        1.5,
        2.0,
    );
    assert_eq!(
        matrix(source.expect("valid"), 2),
        [[0.0, 0.0, 3.0], [0.0, 0.0, -3.0], [0.0; 3]]
    );
}

#[test]
fn ccvs() {
    let source = Ccvs::new("h1".to_owned(), (node(1), node(2)), "v9".to_owned(), 1.5);
    assert_eq!(
        matrix(source.expect("valid"), 2),
        [
            [0.0, 0.0, 1.0, 0.0],
            [0.0, 0.0, -1.0, 0.0],
            [1.0, -1.0, 0.0, -1.5],
            [0.0; 4],
        ]
    );
}

#[test]
fn gains_can_be_set() {
    let source = Vccs::new(
        "g1".to_owned(),
        (node(1), node(2)),
        (node(1), node(2)),
        1.0,
        1.0,
    );
    let mut source = source.expect("valid");
    source.set("gain", 0.5).expect("a parameter");
    source.set("m", 4.0).expect("a parameter");
    assert_eq!(matrix(source, 2), [[2.0, -2.0], [-2.0, 2.0]]);
    let mut other =
        Vcvs::new("e1".to_owned(), (node(1), node(2)), (node(1), node(2)), 1.0).expect("valid");
    assert!(other.set("m", 2.0).is_err());
    assert!(other.set("gain", f64::INFINITY).is_err());
    let infinite = Vcvs::new(
        "e1".to_owned(),
        (node(1), node(2)),
        (node(1), node(2)),
        f64::NAN,
    );
    assert!(infinite.is_err());
}
