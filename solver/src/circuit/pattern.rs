//! The sparsity pattern of a circuit's Jacobian: collected from the elements once, compressed by columns, then used to
//! hand every element the slots of its entries.

use super::element::{Footprint, Slot, Unknown};
use super::error::CircuitError;
use crate::lu::{LuError, Pattern};

/// Finds the current unknown of an element by its name.
pub(super) trait Branches {
    fn branch(&self, element: &str) -> Option<Unknown>;
}

/// First pass: records which entries exist.
pub(super) struct CollectingFootprint<'a> {
    pub(super) entries: Vec<(u32, u32)>,
    pub(super) branches: &'a dyn Branches,
}

impl Footprint for CollectingFootprint<'_> {
    fn entry(&mut self, row: Unknown, column: Unknown) -> Slot {
        if !row.is_ground() && !column.is_ground() {
            self.entries.push((row.0 - 1, column.0 - 1));
        }
        Slot::IGNORED
    }

    fn branch_of(&self, asking: &str, element: &str) -> Result<Unknown, CircuitError> {
        branch_of(self.branches, asking, element)
    }
}

/// Second pass: finds the slot of every entry.
pub(super) struct PlacingFootprint<'a> {
    pub(super) pattern: &'a Pattern,
    pub(super) branches: &'a dyn Branches,
}

impl Footprint for PlacingFootprint<'_> {
    fn entry(&mut self, row: Unknown, column: Unknown) -> Slot {
        if row.is_ground() || column.is_ground() {
            return Slot::IGNORED;
        }
        self.pattern
            .entry(row.0 - 1, column.0 - 1)
            .map_or(Slot::IGNORED, |at| Slot(at as u32 + 1))
    }

    fn branch_of(&self, asking: &str, element: &str) -> Result<Unknown, CircuitError> {
        branch_of(self.branches, asking, element)
    }
}

fn branch_of(
    branches: &dyn Branches,
    asking: &str,
    element: &str,
) -> Result<Unknown, CircuitError> {
    branches
        .branch(element)
        .ok_or_else(|| CircuitError::NoBranch {
            element: asking.to_owned(),
            controlling: element.to_owned(),
        })
}

/// Compresses collected entries of an `n` x `n` matrix into sorted columns without duplicates.
pub(super) fn compress(n: usize, entries: &[(u32, u32)]) -> Result<Pattern, LuError> {
    let mut starts = vec![0_usize; n + 1];
    for &(_, column) in entries {
        starts[column as usize + 1] += 1;
    }
    for column in 0..n {
        starts[column + 1] += starts[column];
    }
    let mut next = starts.clone();
    let mut rows = vec![0_u32; entries.len()];
    for &(row, column) in entries {
        rows[next[column as usize]] = row;
        next[column as usize] += 1;
    }
    let mut column_starts = Vec::with_capacity(n + 1);
    column_starts.push(0);
    let mut kept = 0;
    for column in 0..n {
        let range = starts[column]..starts[column + 1];
        rows[range.clone()].sort_unstable();
        let mut previous = None;
        for at in range {
            let row = rows[at];
            if previous != Some(row) {
                rows[kept] = row;
                kept += 1;
                previous = Some(row);
            }
        }
        column_starts.push(kept);
    }
    rows.truncate(kept);
    rows.shrink_to_fit();
    Pattern::new(column_starts, rows)
}
