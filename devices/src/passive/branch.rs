//! Elements whose current is an unknown: the entries that they all share.

use ohmloom_solver::circuit::{Footprint, Loads, Slot, Unknown};

/// The slots of a branch equation `v(plus) - v(minus) - z i = 0` and of its current in the rows of the two nodes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BranchSlots {
    /// The unknown current, and the row of the branch equation.
    pub(crate) branch: Unknown,
    plus_current: Slot,
    minus_current: Slot,
    plus_voltage: Slot,
    minus_voltage: Slot,
    /// The entry of `z`.
    pub(crate) own: Slot,
}

impl BranchSlots {
    /// Slots of a branch that has not been placed yet.
    pub(crate) const IGNORED: Self = Self {
        branch: Unknown::GROUND,
        plus_current: Slot::IGNORED,
        minus_current: Slot::IGNORED,
        plus_voltage: Slot::IGNORED,
        minus_voltage: Slot::IGNORED,
        own: Slot::IGNORED,
    };

    /// Declares the entries of the current in the nodes' rows and of the voltage in the branch's row.
    pub(crate) fn place(
        &mut self,
        footprint: &mut dyn Footprint,
        (plus, minus): (Unknown, Unknown),
    ) {
        let branch = self.branch;
        self.plus_current = footprint.entry(plus, branch);
        self.minus_current = footprint.entry(minus, branch);
        self.plus_voltage = footprint.entry(branch, plus);
        self.minus_voltage = footprint.entry(branch, minus);
    }

    /// Loads the entries that [`BranchSlots::place`] declared.
    pub(crate) fn load(&self, loads: &mut Loads<'_>) {
        loads.conductance(self.plus_current, 1.0);
        loads.conductance(self.minus_current, -1.0);
        loads.conductance(self.plus_voltage, 1.0);
        loads.conductance(self.minus_voltage, -1.0);
    }
}
