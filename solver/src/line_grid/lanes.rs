//! Storage of a value at each crossing so that several lines are swept at once.
//!
//! A sweep along one line is a recursion; [`LANES`] neighbouring lines are swept side by side, one in each lane of a
//! vector. Two layouts follow, one for each family of lines:
//!
//! * a *row field* is stored as `[block of rows][column][lane = row in block]`,
//! * a *column field* as `[block of columns][row][lane = column in block]`.
//!
//! In both, the `LANES x LANES` crossings that a row block shares with a column block are contiguous, so that one
//! layout is read from the other tile by tile ([`read_transposed`]). Lanes of lines that do not exist hold zeros.

/// Lines swept side by side.
pub(super) const LANES: usize = 8;

/// One value for each line of a block.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[repr(C, align(64))]
pub(super) struct Lanes(pub [f64; LANES]);

impl Lanes {
    pub(super) fn splat(value: f64) -> Self {
        Self([value; LANES])
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

    /// The value of a field at one crossing.
    pub(super) fn at(self, field: &[Lanes], line: usize, position: usize) -> f64 {
        field[(line / LANES) * self.positions + position].0[line % LANES]
    }
}

/// The tile that block `own` of one family shares with block `other` of the other, read from the other family's
/// field and transposed: element `k` of the result holds position `LANES * other + k` of the own block's lines.
#[inline(always)]
pub(super) fn read_transposed(
    other_field: &[Lanes],
    other_positions: usize,
    own: usize,
    other: usize,
) -> [Lanes; LANES] {
    let first = other * other_positions + own * LANES;
    let count = LANES.min(other_positions - own * LANES);
    let mut tile = [Lanes::default(); LANES];
    if count == LANES {
        let source: &[Lanes; LANES] = other_field[first..first + LANES]
            .try_into()
            .expect("a full tile");
        for (k, slot) in tile.iter_mut().enumerate() {
            for (lane, value) in slot.0.iter_mut().enumerate() {
                *value = source[lane].0[k];
            }
        }
    } else {
        for (lane, source) in other_field[first..first + count].iter().enumerate() {
            for (k, slot) in tile.iter_mut().enumerate() {
                slot.0[lane] = source.0[k];
            }
        }
    }
    tile
}
