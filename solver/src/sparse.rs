//! Sparse direct solution of symmetric positive definite systems: the only place that knows faer's sparse interface.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::sparse::SparseColMatRef;
use faer::sparse::linalg::SupernodalThreshold;
use faer::sparse::linalg::cholesky::{
    CholeskySymbolicParams, LltRef, SymbolicCholesky, SymmetricOrdering,
    factorize_symbolic_cholesky,
};
use faer::{Conj, MatMut, Par, Side};
use nalgebra_sparse::CscMatrix;

/// A factored matrix.
#[derive(Debug)]
pub(crate) struct SparseCholesky {
    symbolic: SymbolicCholesky<usize>,
    values: Vec<f64>,
}

impl SparseCholesky {
    /// Factors a symmetric positive definite matrix, of which only the upper triangle is read, in the order that its rows
    /// have.
    ///
    /// # Errors
    /// The index (in that order) at which a pivot was not positive, or a message if memory ran out.
    pub(crate) fn new(matrix: &CscMatrix<f64>) -> Result<Self, String> {
        let matrix = SparseColMatRef::new(
            faer::sparse::SymbolicSparseColMatRef::new_checked(
                matrix.nrows(),
                matrix.ncols(),
                matrix.col_offsets(),
                None,
                matrix.row_indices(),
            ),
            matrix.values(),
        );
        let parameters = CholeskySymbolicParams {
            // Measured: crossbar matrices gain from supernodes a little earlier than faer's default of 1.
            supernodal_flop_ratio_threshold: SupernodalThreshold(0.7),
            ..CholeskySymbolicParams::default()
        };
        let symbolic = factorize_symbolic_cholesky(
            matrix.symbolic(),
            Side::Upper,
            SymmetricOrdering::Identity,
            parameters,
        )
        .map_err(|error| format!("{error:?}"))?;
        let mut values = vec![0.0; symbolic.len_val()];
        let scratch =
            symbolic.factorize_numeric_llt_scratch::<f64>(Par::Seq, faer::Spec::default());
        let mut memory = MemBuffer::try_new(scratch).map_err(|_| "out of memory".to_owned())?;
        symbolic
            .factorize_numeric_llt(
                &mut values,
                matrix,
                Side::Upper,
                faer::linalg::cholesky::llt::factor::LltRegularization::default(),
                Par::Seq,
                MemStack::new(&mut memory),
                faer::Spec::default(),
            )
            .map_err(|error| format!("{error:?}"))?;
        Ok(Self { symbolic, values })
    }

    /// Order of the matrix.
    pub(crate) fn order(&self) -> usize {
        self.symbolic.nrows()
    }

    /// Solves for several right-hand sides, one a column of `sides` (column-major), in place.
    pub(crate) fn solve_in_place(&self, sides: &mut [f64]) {
        let order = self.order();
        if sides.is_empty() {
            return;
        }
        let count = sides.len() / order;
        let mut memory =
            MemBuffer::new(self.symbolic.solve_in_place_scratch::<f64>(count, Par::Seq));
        LltRef::new(&self.symbolic, &self.values).solve_in_place_with_conj(
            Conj::No,
            MatMut::from_column_major_slice_mut(sides, order, count),
            Par::Seq,
            MemStack::new(&mut memory),
        );
    }
}

/// A symmetric positive definite matrix whose values change while its pattern stays: ordered once by approximate
/// minimum degree, factored any number of times.
pub(crate) struct RepeatedCholesky {
    symbolic: SymbolicCholesky<u32>,
    column_starts: Vec<u32>,
    rows: Vec<u32>,
    values: Vec<f64>,
    memory: MemBuffer,
}

impl RepeatedCholesky {
    /// Orders the matrix with the given lower triangle (compressed columns, the diagonal included).
    ///
    /// # Errors
    /// A message if memory ran out, or the factor has more than 2^32 entries.
    pub(crate) fn new(column_starts: Vec<u32>, rows: Vec<u32>) -> Result<Self, String> {
        let order = column_starts.len() - 1;
        let pattern = faer::sparse::SymbolicSparseColMatRef::new_checked(
            order,
            order,
            &column_starts,
            None,
            &rows,
        );
        let parameters = CholeskySymbolicParams {
            supernodal_flop_ratio_threshold: SupernodalThreshold(0.7),
            ..CholeskySymbolicParams::default()
        };
        let symbolic =
            factorize_symbolic_cholesky(pattern, Side::Lower, SymmetricOrdering::Amd, parameters)
                .map_err(|error| format!("{error:?}"))?;
        let scratch = symbolic
            .factorize_numeric_llt_scratch::<f64>(Par::Seq, faer::Spec::default())
            .or(symbolic.solve_in_place_scratch::<f64>(1, Par::Seq));
        let memory = MemBuffer::try_new(scratch).map_err(|_| "out of memory".to_owned())?;
        let values = vec![0.0; symbolic.len_val()];
        Ok(Self {
            symbolic,
            column_starts,
            rows,
            values,
            memory,
        })
    }

    /// Factors new values, in the order of the pattern.
    ///
    /// # Errors
    /// When the matrix is not positive definite.
    pub(crate) fn factor(&mut self, values: &[f64]) -> Result<(), String> {
        let order = self.column_starts.len() - 1;
        let matrix = SparseColMatRef::new(
            faer::sparse::SymbolicSparseColMatRef::new_checked(
                order,
                order,
                &self.column_starts,
                None,
                &self.rows,
            ),
            values,
        );
        self.symbolic
            .factorize_numeric_llt(
                &mut self.values,
                matrix,
                Side::Lower,
                faer::linalg::cholesky::llt::factor::LltRegularization::default(),
                Par::Seq,
                MemStack::new(&mut self.memory),
                faer::Spec::default(),
            )
            .map_err(|error| format!("{error:?}"))?;
        Ok(())
    }

    /// Solves for one right-hand side in place.
    pub(crate) fn solve_in_place(&mut self, side: &mut [f64]) {
        let order = side.len();
        LltRef::new(&self.symbolic, &self.values).solve_in_place_with_conj(
            Conj::No,
            MatMut::from_column_major_slice_mut(side, order, 1),
            Par::Seq,
            MemStack::new(&mut self.memory),
        );
    }
}
