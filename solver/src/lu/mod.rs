//! Sparse LU factorisation of circuit matrices, real and complex.
//!
//! A circuit is solved thousands of times with one pattern of entries and slightly different values. The work is
//! therefore split in three: [`SparseLu::analyze`] orders the matrix once from its pattern, [`SparseLu::factor`]
//! chooses the pivots from values, and [`SparseLu::refactor`] computes new factors with the same pivots as long as they
//! remain good ones.
//!
//! The way of a matrix:
//!
//! 1. a maximum transversal gives each column a row in which it has an entry, its own row wherever it can;
//! 2. the strongly connected components of the matrix so permuted are the diagonal blocks of a block upper triangular
//!    form. Only they are factored; a grounded voltage source makes two blocks of order one, which cost nothing;
//! 3. each block is ordered by approximate minimum degree on the pattern of `A + A^T`;
//! 4. each block is factored column by column (left-looking), with threshold partial pivoting that prefers the diagonal.
//!
//! Sources: J. R. Gilbert and T. Peierls, "Sparse partial pivoting in time proportional to arithmetic operations",
//! SIAM J. Sci. Stat. Comput. 9 (1988); S. C. Eisenstat and J. W. H. Liu, "Exploiting structural symmetry in a sparse
//! partial pivoting code", SIAM J. Sci. Comput. 14 (1993); T. A. Davis and E. Palamadai Natarajan, "Algorithm 907: KLU",
//! ACM Trans. Math. Softw. 37 (2010).
//!
//! ```
//! use ohmloom_solver::lu::{Pattern, SparseLu};
//!
//! // 1 V between node 0 and ground, 1 kilohm to node 1, 1 kilohm to ground. Unknown 2 is the current of the source.
//! let (pattern, slots) = Pattern::from_positions(3, &[(0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (2, 0)])?;
//! let mut values = vec![0.0; pattern.len()];
//! for (slot, value) in slots.iter().zip([1e-3, -1e-3, -1e-3, 2e-3, 1.0, 1.0]) {
//!     values[*slot] += value;
//! }
//! let mut lu = SparseLu::analyze(&pattern)?;
//! lu.factor(&values)?;
//! let mut unknowns = [0.0, 0.0, 1.0];
//! lu.solve_in_place(&mut unknowns);
//! assert_eq!(unknowns, [1.0, 0.5, -0.5e-3]);
//! # Ok::<(), ohmloom_solver::lu::LuError>(())
//! ```

mod blocks;
mod error;
mod factors;
mod ordering;
mod pattern;
mod pivoting;
mod refactor;
mod scalar;
mod scaling;
mod singularity;
mod sparse_lu;
mod transversal;

pub use error::LuError;
pub use pattern::Pattern;
pub use scalar::{Complex, Scalar};
pub use sparse_lu::{LuStatistics, SparseLu};
