//! Singular arrays: a part without any path to a terminal.

use super::GridError;
use super::grid::LineGrid;
use super::lines::Side;

/// Checks that every line, through its cells and those of the lines it leads to, reaches a terminal.
///
/// All segments conduct, so a line is one connected piece and the test is a union-find over lines.
pub(super) fn check(grid: &LineGrid) -> Result<(), GridError> {
    let (rows, columns) = (grid.rows(), grid.columns());
    let mut parts = Parts::new(rows + columns);
    for (index, _) in grid
        .conductance()
        .iter()
        .enumerate()
        .filter(|&(_, &g)| g > 0.0)
    {
        parts.join(index / columns, rows + index % columns);
    }
    let mut has_terminal = vec![false; rows + columns];
    for (side, first) in [(Side::Row, 0), (Side::Column, rows)] {
        let lines = grid.lines(side);
        for (line, (start, end)) in lines.start.iter().zip(&lines.end).enumerate() {
            if start.is_terminal() || end.is_terminal() {
                let root = parts.root(first + line);
                has_terminal[root] = true;
            }
        }
    }
    for index in 0..rows + columns {
        let root = parts.root(index);
        if !has_terminal[root] {
            let (side, line) = if index < rows {
                (Side::Row, index)
            } else {
                (Side::Column, index - rows)
            };
            return Err(GridError::FloatingLine { side, line });
        }
    }
    Ok(())
}

/// Disjoint sets with path halving.
struct Parts(Vec<usize>);

impl Parts {
    fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    fn root(&mut self, mut index: usize) -> usize {
        while self.0[index] != index {
            self.0[index] = self.0[self.0[index]];
            index = self.0[index];
        }
        index
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b)] = a.min(b);
    }
}
