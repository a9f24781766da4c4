//! One line with its cells is a ladder: its tridiagonal system is solved without a subtraction.
//!
//! Node `k` of a line has a shunt `g_k` (its cell) and a segment of resistance `r_k` to node `k + 1`. Eliminating the
//! nodes from the start, `s_k` is the conductance to ground that node `k` sees in itself and everything before it:
//!
//! ```text
//! s_0 = g_0 + 1/R_start          ratio_k = 1 / (1 + s_k r_k)       s_(k+1) = g_(k+1) + s_k ratio_k
//! f_0 = i_0                      f_(k+1) = i_(k+1) + ratio_k f_k                      (currents, forwards)
//! d_last = f_last / (s_last + 1/R_end)      d_k = ratio_k (r_k f_k + d_(k+1))         (deviations, backwards)
//! ```
//!
//! Every term is positive, so each deviation comes out with full relative accuracy whatever the spread between wires
//! and cells, and zero resistances are ordinary numbers. `1 / pivot_k = r_k ratio_k`, so the quadratic form of the inverse
//! is the sum of `r_k ratio_k f_k^2`.

use rayon::prelude::*;

use super::grid::LineGrid;
use super::lanes::{LANES, Lanes, Shape};
use super::lines::{End, Side};
use crate::simd::{Arithmetic, Kernel};

/// All ladders of one family, factored.
#[derive(Debug, Clone)]
pub(super) struct Ladders {
    pub shape: Shape,
    /// `ratio_k`, a field; unused at the last position.
    ratio: Vec<Lanes>,
    /// Segment resistances: one entry a block where all segments of a line are alike, else a field.
    segment: Vec<Lanes>,
    /// `1 / r`, or 0 where `r = 0`; as `segment`.
    segment_conductance: Vec<Lanes>,
    uniform: bool,
    /// Conductances of the terminals, one entry a block; infinite for a terminal of zero resistance.
    start: Vec<Lanes>,
    end: Vec<Lanes>,
    /// `1 / pivot` of the last node, one entry a block.
    last: Vec<Lanes>,
}

/// The ladders of one block of lines.
#[derive(Clone, Copy)]
pub(super) struct LadderBlock<'a> {
    ratio: &'a [Lanes],
    segment: &'a [Lanes],
    segment_conductance: &'a [Lanes],
    stride: usize,
    last: &'a Lanes,
}

impl Ladders {
    /// Factors the lines of one family of `grid`; `cells` is its conductance field.
    pub(super) fn new(grid: &LineGrid, side: Side, cells: &[Lanes]) -> Self {
        let shape = Shape::new(grid.shape(side));
        let lines = grid.lines(side);
        let uniform = lines.is_uniform_along();
        let segment = if uniform {
            let per_block = Shape {
                positions: 1,
                ..shape
            };
            if shape.positions == 1 {
                vec![Lanes::default(); shape.blocks()]
            } else {
                per_block.field(|line, _| lines.segment(line, 0, shape.positions))
            }
        } else {
            shape.field(|line, position| {
                if position + 1 < shape.positions {
                    lines.segment(line, position, shape.positions)
                } else {
                    0.0
                }
            })
        };
        let segment_conductance = segment
            .iter()
            .map(|r| Lanes(r.0.map(|r| if r > 0.0 { 1.0 / r } else { 0.0 })))
            .collect();
        let ends = |ends: &[End]| -> Vec<Lanes> {
            (0..shape.blocks())
                .map(|block| {
                    // Lanes without a line get a 1 ohm terminal, so that their arithmetic stays finite.
                    let mut conductance = Lanes::splat(1.0);
                    for (lane, end) in ends.iter().skip(block * LANES).take(LANES).enumerate() {
                        conductance.0[lane] = 1.0 / end.resistance();
                    }
                    conductance
                })
                .collect()
        };
        let mut ladders = Self {
            shape,
            ratio: vec![Lanes::default(); shape.field_len()],
            segment,
            segment_conductance,
            uniform,
            start: ends(&lines.start),
            end: ends(&lines.end),
            last: vec![Lanes::default(); shape.blocks()],
        };
        ladders.factor(cells, false);
        ladders
    }

    /// Factors all lines again for other cells; `cells` is a field of conductances.
    pub(super) fn factor(&mut self, cells: &[Lanes], parallel: bool) {
        let positions = self.shape.positions;
        let grain = if parallel { 1 } else { usize::MAX };
        let (segment, uniform) = (&self.segment, self.uniform);
        (self.ratio.par_chunks_mut(positions))
            .zip(self.last.par_iter_mut())
            .zip(cells.par_chunks(positions))
            .zip(self.start.par_iter().zip(&self.end))
            .with_min_len(grain)
            .enumerate()
            .for_each(|(block, (((ratio, last), cells), (start, end)))| {
                let segments = if uniform {
                    &segment[block..=block]
                } else {
                    &segment[block * positions..(block + 1) * positions]
                };
                *last = factor_block(ratio, segments, cells, (start, end));
            });
    }

    /// The ladders of one block.
    pub(super) fn block(&self, block: usize) -> LadderBlock<'_> {
        let positions = self.shape.positions;
        let segment = if self.uniform {
            block..block + 1
        } else {
            block * positions..(block + 1) * positions
        };
        LadderBlock {
            ratio: &self.ratio[block * positions..(block + 1) * positions],
            segment: &self.segment[segment.clone()],
            segment_conductance: &self.segment_conductance[segment],
            stride: usize::from(!self.uniform),
            last: &self.last[block],
        }
    }
}

/// Fills the ratios of one block; returns `1 / pivot` of the last nodes.
fn factor_block(
    ratio: &mut [Lanes],
    segments: &[Lanes],
    cells: &[Lanes],
    (start, end): (&Lanes, &Lanes),
) -> Lanes {
    let last = cells.len() - 1;
    let stride = usize::from(segments.len() > 1);
    let mut seen = *start;
    for position in 0..last {
        let segment = segments[position * stride];
        let ratio = &mut ratio[position];
        for lane in 0..LANES {
            let s = seen.0[lane] + cells[position].0[lane];
            let r = segment.0[lane];
            // An infinite `s` is a node held by a terminal of zero resistance.
            (ratio.0[lane], seen.0[lane]) = if s.is_infinite() {
                (0.0, 1.0 / r)
            } else {
                let ratio = 1.0 / (1.0 + s * r);
                (ratio, s * ratio)
            };
        }
    }
    Lanes(std::array::from_fn(|lane| {
        1.0 / (seen.0[lane] + cells[last].0[lane] + end.0[lane])
    }))
}

impl LadderBlock<'_> {
    /// Segment resistances after `position`.
    #[inline(always)]
    pub(super) fn segment(&self, position: usize) -> &Lanes {
        &self.segment[position * self.stride]
    }

    /// Segment conductances after `position`, 0 where the resistance is 0.
    #[inline(always)]
    pub(super) fn segment_conductance(&self, position: usize) -> &Lanes {
        &self.segment_conductance[position * self.stride]
    }

    /// The deviation at the last position, from the current that has arrived there.
    #[inline(always)]
    pub(super) fn deviation_at_end<A: Arithmetic>(&self, simd: A, current: A::Vector) -> A::Vector {
        simd.mul(simd.load(&self.last.0), current)
    }

    /// One step backwards: the deviation at `position` from the current that has arrived there and the deviation after it;
    /// and the first of its two terms, `1 / pivot` times the current.
    #[inline(always)]
    pub(super) fn step_back<A: Arithmetic>(
        &self,
        simd: A,
        position: usize,
        current: A::Vector,
        after: A::Vector,
    ) -> (A::Vector, A::Vector) {
        let ratio = simd.load(&self.ratio[position].0);
        let inverse_pivot = simd.mul(ratio, simd.load(&self.segment(position).0));
        let own = simd.mul(inverse_pivot, current);
        // One operation from deviation to deviation: the latency of this chain is what a sweep waits for.
        (simd.mul_add(ratio, after, own), own)
    }
}

/// The elimination forwards: how much current arrives at each position.
pub(super) struct Arriving<A: Arithmetic> {
    ratio: A::Vector,
    current: A::Vector,
}

impl<A: Arithmetic> Arriving<A> {
    #[inline(always)]
    pub(super) fn new(simd: A) -> Self {
        Self {
            ratio: simd.splat(0.0),
            current: simd.splat(0.0),
        }
    }

    /// The current that arrives at the next position, `position`, where `injected` enters.
    #[inline(always)]
    pub(super) fn step(
        &mut self,
        simd: A,
        ladder: &LadderBlock<'_>,
        position: usize,
        injected: A::Vector,
    ) -> A::Vector {
        self.current = simd.mul_add(self.ratio, self.current, injected);
        self.ratio = simd.load(&ladder.ratio[position].0);
        self.current
    }
}

/// Solves the ladders of one block in place: currents injected at each position become deviations.
pub(super) struct LadderSolve<'a> {
    pub ladder: LadderBlock<'a>,
    pub field: &'a mut [Lanes],
}

impl Kernel for LadderSolve<'_> {
    type Output = ();

    #[inline(always)]
    fn run<A: Arithmetic>(self, simd: A) {
        let Self { ladder, field } = self;
        let last = field.len() - 1;
        let mut arriving = Arriving::new(simd);
        for (k, value) in field.iter_mut().enumerate() {
            let current = arriving.step(simd, &ladder, k, simd.load(&value.0));
            simd.store(current, &mut value.0);
        }
        let mut after = ladder.deviation_at_end(simd, simd.load(&field[last].0));
        simd.store(after, &mut field[last].0);
        for k in (0..last).rev() {
            after = ladder.step_back(simd, k, simd.load(&field[k].0), after).0;
            simd.store(after, &mut field[k].0);
        }
    }
}
