//! Pivots: bad scaling, growth, values that make the old pivots useless.

use ohmloom_solver::lu::{Complex, SparseLu};
use proptest::prelude::*;

use crate::matrices::{Circuit, Matrix, backward_error, crossbar, numbers, random_matrix, solve};

fn two_by_two(a: f64, d: f64) -> Matrix<f64> {
    Matrix::new(2, &[(0, 0, a), (0, 1, 1.0), (1, 0, 1.0), (1, 1, d)])
}

#[test]
fn a_vanishing_pivot_is_replaced() {
    // 1e-16 is a bad first pivot whichever of the two unknowns comes first.
    for (a, d) in [
        (1e-16, 2.0),
        (2.0, 1e-16),
        (1e-16, 1e-16),
        (0.0, 2.0),
        (0.0, 0.0),
    ] {
        let mut lu = two_by_two(1.0, 2.0).factored();
        lu.refactor(&two_by_two(a, d).values).unwrap();
        if a < 1.0 && d < 1.0 {
            assert_eq!(lu.statistics().repivotings, 1);
        }
        let x = solve(&mut lu, &[1.0, 1.0]);
        let determinant = a * d - 1.0;
        let expected = [(d - 1.0) / determinant, (a - 1.0) / determinant];
        for (found, expected) in x.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-15, "{a} {d}: {x:?}");
        }
    }
}

#[test]
fn a_vanishing_complex_pivot_is_replaced() {
    let matrix = |a: Complex| {
        let j = Complex::new(0.0, 1.0);
        Matrix::new(2, &[(0, 0, a), (0, 1, j), (1, 0, j), (1, 1, a)])
    };
    let mut lu = matrix(Complex::new(0.0, 2.0)).factored();
    lu.refactor(&matrix(Complex::new(1e-17, 1e-17)).values)
        .unwrap();
    assert_eq!(lu.statistics().repivotings, 1);
    let x = solve(&mut lu, &[Complex::new(0.0, 1.0), Complex::new(0.0, -1.0)]);
    assert!(
        (x[0] + 1.0).norm() < 1e-15 && (x[1] - 1.0).norm() < 1e-15,
        "{x:?}"
    );
}

#[test]
fn good_pivots_are_kept() {
    let mut lu = crossbar(10, 1).matrix().factored();
    for seed in 2..8 {
        let matrix = crossbar(10, seed).matrix();
        lu.refactor(&matrix.values).unwrap();
        let b = numbers(matrix.pattern.order(), seed);
        let mut x = b.clone();
        assert!(lu.solve_refined(&matrix.values, &b, &mut x) < 1e-15);
    }
    let statistics = lu.statistics();
    assert_eq!(
        (
            statistics.factorisations,
            statistics.refactorisations,
            statistics.repivotings
        ),
        (1, 6, 0)
    );
}

#[test]
fn a_failed_factorisation_leaves_nothing_behind() {
    let mut lu = two_by_two(1.0, 2.0).factored();
    assert!(lu.refactor(&two_by_two(0.5, 2.0).values).is_err());
    assert!(lu.refactor(&two_by_two(f64::NAN, 2.0).values).is_err());
    lu.refactor(&two_by_two(3.0, 2.0).values).unwrap();
    let x = solve(&mut lu, &[4.0, 3.0]);
    assert!((x[0] - 1.0).abs() < 1e-15 && (x[1] - 1.0).abs() < 1e-15);
}

#[test]
fn conductances_over_twenty_four_decades() {
    // A ladder: volts fall by known ratios although conductances lie between 1e-12 and 1e12 S.
    let siemens = |node: u32| {
        let exponent = 12.0 - f64::from(node);
        10_f64.powf(if node.is_multiple_of(2) {
            exponent
        } else {
            -exponent
        })
    };
    let mut circuit = Circuit::new(24);
    let source = circuit.source(1, 0);
    for node in 1..24 {
        circuit
            .conductance(node, node + 1, siemens(node))
            .conductance(node + 1, 0, siemens(node));
    }
    let matrix = circuit.matrix();
    let mut lu = matrix.factored();
    let mut b = vec![0.0; matrix.pattern.order()];
    b[source] = 1.0;
    let mut x = b.clone();
    assert!(lu.solve_refined(&matrix.values, &b, &mut x) < 1e-15);
    // Oracle: what each node sees of the rest of the ladder, from the far end back to the source.
    let mut onward = 0.0;
    let mut ratios = Vec::new();
    for node in (1..24).rev() {
        let series = siemens(node);
        let shunt = series + onward;
        ratios.push(series / (series + shunt));
        onward = series * shunt / (series + shunt);
    }
    let mut volts = 1.0;
    assert!((x[0] - volts).abs() < 1e-15);
    for (found, ratio) in x[1..].iter().zip(ratios.iter().rev()) {
        volts *= ratio;
        assert!((found / volts - 1.0).abs() < 1e-9);
    }
}

proptest! {
    #[test]
    fn rows_of_any_scale(matrix in random_matrix(30), seed: u64) {
        let Ok(mut lu) = SparseLu::analyze(&matrix.pattern) else { return Ok(()); };
        prop_assume!(lu.factor(&matrix.values).is_ok());
        let order = matrix.pattern.order();
        let b = numbers(order, seed);
        let scales: Vec<f64> = numbers(order, seed ^ 1).into_iter().map(|x| (40.0 * x).round().exp2()).collect();
        let values: Vec<f64> = matrix.values.iter().zip(matrix.pattern.rows())
            .map(|(value, &row)| value * scales[row as usize]).collect();
        let scaled: Vec<f64> = b.iter().zip(&scales).map(|(b, scale)| b * scale).collect();
        lu.factor(&values).unwrap();
        let mut x = b.clone();
        prop_assert!(lu.solve_refined(&values, &scaled, &mut x) < 1e-14);
        prop_assert!(backward_error(&matrix.dense(), &x, &b) < 1e-13);
    }
}
