//! Kirchhoff's current law along the wires of one block of lines.

use super::ladder::LadderBlock;
use super::lanes::{LANES, Lanes};
use super::terminals::{FamilyTerminals, Profile, Terminal};
use crate::simd::{Arithmetic, Kernel};

/// Sums over one block of lines.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LineSums {
    pub imbalance: Lanes,
    pub largest: Lanes,
    pub rounding: Lanes,
    pub power: Lanes,
    /// Current through all cells of each line.
    pub total: Lanes,
    /// Largest current through a cell without any drop.
    pub undropped: Lanes,
}

/// Terminal data of one block of lines.
pub(super) struct BlockEnds {
    start: EndLanes,
    end: EndLanes,
    /// Current from terminal to terminal, in the sense of the deviations.
    through: Lanes,
}

/// One end of a block of lines.
#[derive(Default)]
struct EndLanes {
    conductance: Lanes,
    /// 0 where a terminal of zero resistance takes whatever current is left, else 1.
    checked: Lanes,
}

impl BlockEnds {
    pub(super) fn new(
        terminals: &FamilyTerminals,
        profile: &Profile,
        sign: f64,
        block: usize,
    ) -> Self {
        let lanes = |ends: &[Option<Terminal>]| {
            let mut lanes = EndLanes {
                conductance: Lanes::default(),
                checked: Lanes::splat(1.0),
            };
            for (lane, terminal) in ends.iter().skip(block * LANES).take(LANES).enumerate() {
                match terminal {
                    Some(terminal) if terminal.resistance == 0.0 => lanes.checked.0[lane] = 0.0,
                    Some(terminal) => lanes.conductance.0[lane] = 1.0 / terminal.resistance,
                    None => {}
                }
            }
            lanes
        };
        let mut through = Lanes::default();
        for (lane, value) in profile
            .through
            .iter()
            .skip(block * LANES)
            .take(LANES)
            .enumerate()
        {
            through.0[lane] = sign * value;
        }
        Self {
            start: lanes(&terminals.start),
            end: lanes(&terminals.end),
            through,
        }
    }
}

/// Kirchhoff's current law along the lines of one block. Crossings that zero resistance joins are one node.
pub(super) struct LineBranches<'a> {
    pub ends: BlockEnds,
    pub ladder: LadderBlock<'a>,
    pub deviation: &'a [Lanes],
    pub currents: &'a [Lanes],
}

impl Kernel for LineBranches<'_> {
    type Output = LineSums;

    #[inline(always)]
    fn run<A: Arithmetic>(self, simd: A) -> LineSums {
        let Self { ends, ladder, .. } = self;
        let positions = self.deviation.len();
        let (deviation, currents) = (&self.deviation[..positions], &self.currents[..positions]);
        let (zero, one) = (simd.splat(0.0), simd.splat(1.0));
        let through = simd.load(&ends.through.0);
        let (mut total, mut imbalance, mut power) = (zero, zero, zero);
        let mut largest = simd.abs(through);
        let mut here = simd.load(&deviation[0].0);
        // Current that has flowed into the present node, less what its cells have taken.
        let mut left = simd.mul(here, simd.load(&ends.start.conductance.0));
        let mut rounding = simd.abs(left);
        let mut checked = simd.load(&ends.start.checked.0);
        for k in 0..positions - 1 {
            let next = simd.load(&deviation[k + 1].0);
            let conductance = simd.load(&ladder.segment_conductance(k).0);
            let resistance = simd.load(&ladder.segment(k).0);
            let cell = simd.load(&currents[k].0);
            let onward = simd.mul(simd.sub(next, here), conductance);
            total = simd.add(total, cell);
            left = simd.sub(left, cell);
            let violation = simd.mul(simd.sub(left, onward), checked);
            let violation = simd.where_positive(conductance, violation, zero);
            imbalance = simd.larger(imbalance, violation);
            left = simd.where_positive(conductance, onward, left);
            checked = simd.where_positive(conductance, one, checked);
            let current = simd.add(onward, through);
            power = simd.mul_add(simd.mul(current, current), resistance, power);
            largest = simd.larger(largest, onward);
            let terms = simd.add(simd.abs(here), simd.abs(next));
            rounding = simd.larger(rounding, simd.mul(terms, conductance));
            here = next;
        }
        let cell = simd.load(&currents[positions - 1].0);
        total = simd.add(total, cell);
        // The terminal takes `here * conductance` of what is left.
        let conductance = simd.load(&ends.end.conductance.0);
        let onward = simd.mul(simd.sub(zero, here), conductance);
        let violation = simd.mul(simd.sub(simd.sub(left, cell), onward), checked);
        let violation = simd.mul(violation, simd.load(&ends.end.checked.0));
        LineSums {
            imbalance: Lanes::from_vector(simd, simd.larger(imbalance, violation)),
            largest: Lanes::from_vector(simd, largest),
            rounding: Lanes::from_vector(simd, simd.larger(rounding, onward)),
            power: Lanes::from_vector(simd, power),
            total: Lanes::from_vector(simd, total),
            undropped: Lanes::default(),
        }
    }
}
