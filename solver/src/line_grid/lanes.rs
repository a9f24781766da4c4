//! Storage of a value at each crossing so that several lines are swept at once.
//!
//! A sweep along one line is a recursion; [`LANES`] neighbouring lines are swept side by side, one in each lane of a
//! vector. Two layouts follow, one for each family of lines:
//!
//! * a *row field* is stored as `[block of rows][column][lane = row in block]`,
//! * a *column field* as `[block of columns][row][lane = column in block]`.
//!
//! In both, the `LANES x LANES` crossings that a row block shares with a column block are contiguous, so that one
//! layout is read from the other tile by tile ([`Transposed`]). Lanes of lines that do not exist hold zeros.

use crate::simd::{self, Arithmetic, Kernel};

/// Lines swept side by side.
pub(super) const LANES: usize = simd::WIDTH;

/// One value for each line of a block.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[repr(C, align(64))]
pub(super) struct Lanes(pub [f64; LANES]);

impl Lanes {
    pub(super) fn splat(value: f64) -> Self {
        Self([value; LANES])
    }

    #[inline(always)]
    pub(super) fn from_vector<A: Arithmetic>(simd: A, vector: A::Vector) -> Self {
        let mut lanes = Self::default();
        simd.store(vector, &mut lanes.0);
        lanes
    }

    /// Sum over the lanes, from the first to the last.
    pub(super) fn sum(self) -> f64 {
        self.0.iter().sum()
    }
}

/// How a family of lines is cut into blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// Lines of the family.
    pub lines: usize,
    /// Crossings along each line.
    pub positions: usize,
}

impl Shape {
    pub(super) fn new((lines, positions): (usize, usize)) -> Self {
        Self { lines, positions }
    }

    /// Blocks of lines.
    pub(super) fn blocks(self) -> usize {
        self.lines.div_ceil(LANES)
    }

    /// Length of a field in [`Lanes`].
    pub(super) fn field_len(self) -> usize {
        self.blocks() * self.positions
    }

    /// The value at each crossing, `value(line, position)`, in this family's layout.
    pub(super) fn field(self, value: impl Fn(usize, usize) -> f64) -> Vec<Lanes> {
        let mut field = vec![Lanes::default(); self.field_len()];
        for (block, chunk) in field.chunks_exact_mut(self.positions).enumerate() {
            for lane in 0..LANES.min(self.lines - block * LANES) {
                for (position, slot) in chunk.iter_mut().enumerate() {
                    slot.0[lane] = value(block * LANES + lane, position);
                }
            }
        }
        field
    }

    /// The values of a field along one line.
    pub(super) fn along(self, field: &[Lanes], line: usize) -> impl Iterator<Item = f64> + '_ {
        let first = line / LANES * self.positions;
        let lane = line % LANES;
        field[first..first + self.positions]
            .iter()
            .map(move |lanes| lanes.0[lane])
    }

    /// The values of a field at one position of every line.
    pub(super) fn across(self, field: &[Lanes], position: usize) -> impl Iterator<Item = f64> + '_ {
        let blocks = field[position..].iter().step_by(self.positions);
        blocks.flat_map(|lanes| lanes.0).take(self.lines)
    }

    /// The value of a field at one crossing.
    pub(super) fn at(self, field: &[Lanes], line: usize, position: usize) -> f64 {
        field[(line / LANES) * self.positions + position].0[line % LANES]
    }
}

/// A field of the other family, read along the lines of one block.
#[derive(Clone, Copy)]
pub(super) struct Transposed<'a> {
    /// The other family's field.
    field: &'a [Lanes],
    other_positions: usize,
    /// First line of the block.
    first: usize,
}

impl<'a> Transposed<'a> {
    /// `field` along the lines of block `own`; `other_positions` is how many lines the own family has.
    pub(super) fn new(field: &'a [Lanes], other_positions: usize, own: usize) -> Self {
        Self {
            field,
            other_positions,
            first: own * LANES,
        }
    }

    /// The tile that the own block shares with block `other` of the other family: element `k` holds position
    /// `LANES * other + k` of the own block's lines.
    #[inline(always)]
    fn tile<A: Arithmetic>(self, simd: A, other: usize) -> [A::Vector; LANES] {
        let first = other * self.other_positions + self.first;
        let end = self.other_positions - self.first;
        let rows = match self.field[first..].first_chunk() {
            Some(rows) if end >= LANES => load_rows(simd, rows),
            _ => {
                let mut rows = [Lanes::default(); LANES];
                rows[..end].copy_from_slice(&self.field[first..first + end]);
                load_rows(simd, &rows)
            }
        };
        simd.transpose(rows)
    }

    /// Calls `step` with each position and the values there, in order. `step` must be `#[inline(always)]`.
    #[inline(always)]
    pub(super) fn for_each<A: Arithmetic>(
        self,
        simd: A,
        positions: usize,
        mut step: impl FnMut(usize, A::Vector),
    ) {
        let full = positions / LANES;
        for other in 0..full {
            let tile = self.tile(simd, other);
            for (k, &values) in tile.iter().enumerate() {
                step(other * LANES + k, values);
            }
        }
        if !positions.is_multiple_of(LANES) {
            let tile = self.tile(simd, full);
            for (k, &values) in tile[..positions % LANES].iter().enumerate() {
                step(full * LANES + k, values);
            }
        }
    }
}

#[inline(always)]
fn load_rows<A: Arithmetic>(simd: A, rows: &[Lanes; LANES]) -> [A::Vector; LANES] {
    // One by one, so that they are not copied before they are loaded.
    let [a, b, c, d, e, f, g, h] = rows;
    [
        simd.load(&a.0),
        simd.load(&b.0),
        simd.load(&c.0),
        simd.load(&d.0),
        simd.load(&e.0),
        simd.load(&f.0),
        simd.load(&g.0),
        simd.load(&h.0),
    ]
}

/// Copies what it reads.
pub(super) struct Transpose<'a> {
    pub source: Transposed<'a>,
    pub target: &'a mut [Lanes],
}

impl Kernel for Transpose<'_> {
    type Output = ();

    #[inline(always)]
    fn run<A: Arithmetic>(self, simd: A) {
        let Self { source, target } = self;
        source.for_each(
            simd,
            target.len(),
            #[inline(always)]
            |k, values| simd.store(values, &mut target[k].0),
        );
    }
}
