//! The nodes of a bipolar transistor and its places in the matrix.

use ohmloom_solver::circuit::{Footprint, PairSlots, Unknown};

/// The nodes of a bipolar transistor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BipolarNodes {
    /// Collector.
    pub collector: Unknown,
    /// Base.
    pub base: Unknown,
    /// Emitter.
    pub emitter: Unknown,
    /// Substrate; ground when the element line names none.
    pub substrate: Unknown,
}

/// Matrix entries of one controlled current or charge: the columns of the base-emitter and of the base-collector voltage.
#[derive(Clone, Copy, Debug)]
pub(super) struct ControlledSlots {
    pub(super) by_vbe: PairSlots,
    pub(super) by_vbc: PairSlots,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct BipolarSlots {
    pub(super) collector: PairSlots,
    pub(super) base: PairSlots,
    pub(super) emitter: PairSlots,
    pub(super) base_control: ControlledSlots,
    pub(super) transport: ControlledSlots,
    pub(super) base_emitter: ControlledSlots,
    pub(super) base_collector: PairSlots,
    pub(super) outer: PairSlots,
    pub(super) substrate: PairSlots,
    /// Constant capacitances: base-collector, base-emitter, substrate.
    pub(super) fixed: [PairSlots; 3],
}

const CONTROLLED_IGNORED: ControlledSlots = ControlledSlots {
    by_vbe: PairSlots::IGNORED,
    by_vbc: PairSlots::IGNORED,
};

impl BipolarSlots {
    /// Slots that are never read, before the transistor is placed.
    pub(super) const IGNORED: Self = Self {
        collector: PairSlots::IGNORED,
        base: PairSlots::IGNORED,
        emitter: PairSlots::IGNORED,
        base_control: CONTROLLED_IGNORED,
        transport: CONTROLLED_IGNORED,
        base_emitter: CONTROLLED_IGNORED,
        base_collector: PairSlots::IGNORED,
        outer: PairSlots::IGNORED,
        substrate: PairSlots::IGNORED,
        fixed: [PairSlots::IGNORED; 3],
    };

    /// Declares the entries between terminals and inner nodes; `fixed` are the constant capacitances.
    pub(super) fn declare(
        footprint: &mut dyn Footprint,
        (nodes, inner): (BipolarNodes, BipolarNodes),
        vertical: bool,
        fixed: [f64; 3],
    ) -> Self {
        let (plate, outer_plate) = if vertical {
            (inner.collector, nodes.collector)
        } else {
            (inner.base, nodes.base)
        };
        let mut pair = |exists: bool, ends: (Unknown, Unknown), control: (Unknown, Unknown)| {
            if exists {
                PairSlots::declare(footprint, ends, control)
            } else {
                PairSlots::IGNORED
            }
        };
        let (vbe, vbc) = ((inner.base, inner.emitter), (inner.base, inner.collector));
        let mut resistance =
            |outer: Unknown, inner: Unknown| pair(outer != inner, (outer, inner), (outer, inner));
        let collector = resistance(nodes.collector, inner.collector);
        let base = resistance(nodes.base, inner.base);
        let emitter = resistance(nodes.emitter, inner.emitter);
        let mut controlled = |exists: bool, ends: (Unknown, Unknown)| ControlledSlots {
            by_vbe: pair(exists, ends, vbe),
            by_vbc: pair(exists, ends, vbc),
        };
        let base_control = controlled(nodes.base != inner.base, (nodes.base, inner.base));
        let transport = controlled(true, (inner.collector, inner.emitter));
        let base_emitter = controlled(true, vbe);
        let outer = (nodes.base, inner.collector);
        let substrate = (inner.substrate, plate);
        let mut branch = |exists: bool, ends: (Unknown, Unknown)| pair(exists, ends, ends);
        Self {
            collector,
            base,
            emitter,
            base_control,
            transport,
            base_emitter,
            base_collector: branch(true, vbc),
            outer: branch(true, outer),
            substrate: branch(true, substrate),
            fixed: [
                branch(fixed[0] != 0.0, (nodes.base, nodes.collector)),
                branch(fixed[1] != 0.0, (nodes.base, nodes.emitter)),
                branch(fixed[2] != 0.0, (nodes.substrate, outer_plate)),
            ],
        }
    }
}
