//! Solutions against dense LU (nalgebra) and another sparse LU (faer).

use faer::linalg::solvers::Solve;
use faer::sparse::{SparseColMat, Triplet};
use nalgebra::{ComplexField, DMatrix, DVector};
use ohmloom_solver::lu::{Complex, LuError, Scalar, SparseLu};
use proptest::prelude::*;

use crate::matrices::{
    Matrix, backward_error, crossbar, numbers, random_complex_matrix, random_matrix, solve,
};

/// The residual relative to the largest product in any row.
fn residual<T: ComplexField<RealField = f64>>(a: &DMatrix<T>, x: &[T], b: &[T]) -> f64 {
    let (x, b) = (DVector::from_row_slice(x), DVector::from_row_slice(b));
    let size = b.camax() + a.camax() * x.camax();
    (b - a * x).camax() / size.max(f64::MIN_POSITIVE)
}

/// Compares everything that the factorisation offers with a dense matrix.
fn compare<T: Scalar + ComplexField<RealField = f64>>(
    matrix: &Matrix<T>,
    b: &[T],
) -> Result<(), TestCaseError> {
    let dense = matrix.dense();
    let mut lu = match SparseLu::analyze(&matrix.pattern) {
        Ok(lu) => lu,
        Err(LuError::StructurallySingular { rows, columns }) => {
            prop_assert!(rows.len() <= columns.len());
            prop_assert!(dense.rank(1e-10) <= matrix.pattern.order() - rows.len());
            return Ok(());
        }
        Err(error) => return Err(TestCaseError::fail(error.to_string())),
    };
    match lu.factor(&matrix.values) {
        Ok(()) => {}
        Err(LuError::Singular { .. }) => {
            prop_assert!(dense.rank(1e-12) < matrix.pattern.order());
            return Ok(());
        }
        Err(error) => return Err(TestCaseError::fail(error.to_string())),
    }
    let x = solve(&mut lu, b);
    prop_assert!(residual(&dense, &x, b) < 1e-9);
    let mut transposed = b.to_vec();
    lu.solve_transposed_in_place(&mut transposed);
    prop_assert!(residual(&dense.transpose(), &transposed, b) < 1e-9);
    let mut refined = b.to_vec();
    let error = lu.solve_refined(&matrix.values, b, &mut refined);
    prop_assert!(error < 1e-15, "{}", error);
    prop_assert!(backward_error(&dense, &refined, b) < 2e-15);
    // New values, the same pivots.
    lu.refactor(&matrix.values).unwrap();
    prop_assert_eq!(lu.statistics().repivotings, 0);
    let again = solve(&mut lu, b);
    prop_assert!(residual(&dense, &again, b) < 1e-9);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn real_matrices(matrix in random_matrix(40), seed: u64) {
        compare(&matrix, &numbers(matrix.pattern.order(), seed))?;
    }

    #[test]
    fn complex_matrices(matrix in random_complex_matrix(25), seed: u64) {
        let order = matrix.pattern.order();
        let parts = numbers(order, seed).into_iter().zip(numbers(order, seed ^ 1));
        compare(&matrix, &parts.map(|(re, im)| Complex::new(re, im)).collect::<Vec<_>>())?;
    }

    #[test]
    fn refactorisation_with_other_values(matrix in random_matrix(40), seed: u64) {
        let Ok(mut lu) = SparseLu::analyze(&matrix.pattern) else { return Ok(()); };
        prop_assume!(lu.factor(&matrix.values).is_ok());
        let factors = numbers(matrix.values.len(), seed);
        let other = Matrix {
            pattern: matrix.pattern.clone(),
            values: matrix.values.iter().zip(&factors).map(|(value, factor)| value * (1.0 + factor).powi(4)).collect(),
        };
        prop_assume!(lu.refactor(&other.values).is_ok());
        let b = numbers(matrix.pattern.order(), seed ^ 1);
        let mut x = b.clone();
        prop_assert!(lu.solve_refined(&other.values, &b, &mut x) < 1e-14);
        prop_assert!(backward_error(&other.dense(), &x, &b) < 1e-13);
    }

    #[test]
    fn the_order_of_unknowns_does_not_matter(matrix in random_matrix(30), seed: u64) {
        let order = matrix.pattern.order();
        let Ok(mut lu) = SparseLu::analyze(&matrix.pattern) else { return Ok(()); };
        prop_assume!(lu.factor(&matrix.values).is_ok());
        let b = numbers(order, seed);
        let shuffled = |seed| {
            let keys = numbers(order, seed);
            let mut permutation: Vec<usize> = (0..order).collect();
            permutation.sort_by(|&a, &b| keys[a].total_cmp(&keys[b]));
            permutation
        };
        let (rows, columns) = (shuffled(seed ^ 2), shuffled(seed ^ 3));
        let entries: Vec<_> = matrix.entries().into_iter()
            .map(|(row, column, value)| (rows[row as usize] as u32, columns[column as usize] as u32, value)).collect();
        let mut permuted_b = vec![0.0; order];
        (0..order).for_each(|row| permuted_b[rows[row]] = b[row]);
        let other = solve(&mut Matrix::new(order, &entries).factored(), &permuted_b);
        let same: Vec<f64> = (0..order).map(|column| other[columns[column]]).collect();
        prop_assert!(residual(&matrix.dense(), &same, &b) < 1e-9);
    }
}

#[test]
fn large_crossbar_agrees_with_faer() {
    let matrix = crossbar(40, 1).matrix();
    let order = matrix.pattern.order();
    let triplets: Vec<_> = matrix
        .entries()
        .into_iter()
        .map(|(row, column, value)| Triplet::new(row as usize, column as usize, value))
        .collect();
    let faer = SparseColMat::<usize, f64>::try_new_from_triplets(order, order, &triplets)
        .unwrap()
        .sp_lu()
        .unwrap();
    let b = numbers(order, 7);
    let mut expected = faer::Mat::from_fn(order, 1, |row, _| b[row]);
    faer.solve_in_place(&mut expected);
    let found = solve(&mut matrix.factored(), &b);
    let largest = (0..order).fold(0.0_f64, |a, row| a.max(expected[(row, 0)].abs()));
    for (row, found) in found.iter().enumerate() {
        assert!((found - expected[(row, 0)]).abs() < 1e-10 * largest);
    }
}
