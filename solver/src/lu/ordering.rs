//! The order in which a matrix is eliminated, from its pattern alone.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::sparse::SymbolicSparseColMatRef;
use faer::sparse::linalg::amd;

use super::blocks::block_triangular_form;
use super::transversal::maximum_transversal;
use super::{LuError, Pattern};

/// Blocks up to this order fill in completely in any order.
const SMALL_BLOCK: usize = 2;

/// For each step of the elimination its column and the row preferred as pivot, and the steps of each diagonal block.
#[derive(Clone, Debug)]
pub(super) struct Ordering {
    /// Column eliminated at each step.
    pub(super) columns: Vec<u32>,
    /// Row preferred as pivot at each step.
    pub(super) rows: Vec<u32>,
    /// The step at which each row is the preferred one: the inverse of `rows`.
    pub(super) step_of_row: Vec<u32>,
    /// First step of each diagonal block, and after the last block the order.
    pub(super) block_starts: Vec<usize>,
}

impl Ordering {
    /// Orders a matrix.
    ///
    /// # Errors
    /// [`LuError::StructurallySingular`].
    pub(super) fn new(pattern: &Pattern) -> Result<Self, LuError> {
        let row_of_column = maximum_transversal(pattern)?;
        let (mut columns, block_starts) = block_triangular_form(pattern, &row_of_column);
        let mut step_of_row = vec![0; pattern.order()];
        for (step, &column) in columns.iter().enumerate() {
            step_of_row[row_of_column[column as usize] as usize] = step as u32;
        }
        for bounds in block_starts.windows(2) {
            if bounds[1] - bounds[0] > SMALL_BLOCK {
                let block = columns[bounds[0]..bounds[1]].to_vec();
                let order = minimum_degree(pattern, &block, bounds[0] as u32, &step_of_row)?;
                for (column, &index) in columns[bounds[0]..bounds[1]].iter_mut().zip(&order) {
                    *column = block[index];
                }
            }
        }
        let rows: Vec<u32> = columns
            .iter()
            .map(|&column| row_of_column[column as usize])
            .collect();
        for (step, &row) in rows.iter().enumerate() {
            step_of_row[row as usize] = step as u32;
        }
        Ok(Self {
            columns,
            rows,
            step_of_row,
            block_starts,
        })
    }
}

/// The columns of a diagonal block in the order in which to eliminate them, as indices into `block`. `step_of_row` are
/// the steps before that, of which those of the block start at `first`.
///
/// P. R. Amestoy, T. A. Davis, I. S. Duff, "An approximate minimum degree ordering algorithm", SIAM J. Matrix Anal. Appl.
/// 17 (1996), on the pattern of the block plus its transpose.
fn minimum_degree(
    pattern: &Pattern,
    block: &[u32],
    first: u32,
    step_of_row: &[u32],
) -> Result<Vec<usize>, LuError> {
    let order = block.len();
    let mut starts = vec![0];
    let mut rows = Vec::new();
    for &column in block {
        let start = rows.len();
        rows.extend(
            pattern
                .column(column)
                .iter()
                .filter_map(|&row| step_of_row[row as usize].checked_sub(first))
                .map(|row| row as usize),
        );
        rows[start..].sort_unstable();
        starts.push(rows.len());
    }
    let matrix = SymbolicSparseColMatRef::new_checked(order, order, &starts, None, &rows);
    let mut permutation = vec![0; order];
    let mut inverse = vec![0; order];
    let failed = |reason: String| LuError::BadPattern { reason };
    let mut memory = MemBuffer::try_new(amd::order_scratch::<usize>(order, rows.len()))
        .map_err(|_| failed("out of memory".to_owned()))?;
    amd::order(
        &mut permutation,
        &mut inverse,
        matrix,
        amd::Control::default(),
        MemStack::new(&mut memory),
    )
    .map_err(|error| failed(format!("too large to be ordered: {error:?}")))?;
    Ok(permutation)
}
