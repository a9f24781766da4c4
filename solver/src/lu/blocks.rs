//! Block upper triangular form: the strongly connected components of a matrix with a full diagonal.

use super::Pattern;

const UNSEEN: u32 = u32::MAX;

/// The columns in an order in which the matrix is block upper triangular, and where each block starts (with the order of
/// the matrix as last element). `row_of_column` is a transversal; the rows of a block are those of its columns.
///
/// R. Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Comput. 1 (1972): a component is complete once
/// all those that it leads to are. Column `j` leads to the columns matched to the rows in which it has entries, and
/// those blocks must come before its own.
pub(super) fn block_triangular_form(
    pattern: &Pattern,
    row_of_column: &[u32],
) -> (Vec<u32>, Vec<usize>) {
    let order = pattern.order();
    let mut column_of_row = vec![0; order];
    for (column, &row) in row_of_column.iter().enumerate() {
        column_of_row[row as usize] = column as u32;
    }
    let mut columns = Vec::with_capacity(order);
    let mut starts = vec![0];
    let mut number = vec![UNSEEN; order];
    let mut lowest = vec![0; order];
    let mut complete = vec![false; order];
    let mut open = Vec::new();
    let mut path: Vec<(u32, usize)> = Vec::new();
    let mut count = 0;
    for root in 0..order as u32 {
        if number[root as usize] != UNSEEN {
            continue;
        }
        path.push((root, 0));
        while let Some((column, next)) = path.last_mut() {
            let column = *column;
            if *next == 0 {
                number[column as usize] = count;
                lowest[column as usize] = count;
                count += 1;
                open.push(column);
            }
            if let Some(&row) = pattern.column(column).get(*next) {
                *next += 1;
                let target = column_of_row[row as usize];
                if number[target as usize] == UNSEEN {
                    path.push((target, 0));
                } else if !complete[target as usize] {
                    lowest[column as usize] = lowest[column as usize].min(number[target as usize]);
                }
                continue;
            }
            path.pop();
            if let Some(&(parent, _)) = path.last() {
                lowest[parent as usize] = lowest[parent as usize].min(lowest[column as usize]);
            }
            if lowest[column as usize] == number[column as usize] {
                while let Some(member) = open.pop() {
                    complete[member as usize] = true;
                    columns.push(member);
                    if member == column {
                        break;
                    }
                }
                starts.push(columns.len());
            }
        }
    }
    (columns, starts)
}
