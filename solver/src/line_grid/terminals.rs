//! The terminals of an array, and the voltages of its lines before any cell draws current.

use super::grid::LineGrid;
use super::lanes::{LANES, Lanes, Shape};
use super::lines::{End, Side};

/// What a terminal is to the array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Input with this index.
    Drive(usize),
    /// Output with this index.
    Output(usize),
}

/// One end of a line that is connected to something.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Terminal {
    pub role: Role,
    /// Ohm between the terminal's voltage and the line.
    pub resistance: f64,
}

/// Terminals of one family of lines.
#[derive(Debug, Clone)]
pub(super) struct FamilyTerminals {
    pub start: Vec<Option<Terminal>>,
    pub end: Vec<Option<Terminal>>,
    /// Resistance from terminal to terminal of each line; infinite where there are not two.
    through: Vec<f64>,
    /// Share of `through` before each crossing, line-major, for the lines that have two terminals; else empty.
    share: Vec<f64>,
    shape: Shape,
}

/// The voltages of one family's lines with all cells removed.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    /// Volts at the start of each line.
    base: Vec<f64>,
    /// Volts that the line gains from its start terminal to its end terminal; 0 unless it has two.
    rise: Vec<f64>,
    /// Amperes that flow from the start terminal to the end terminal.
    pub through: Vec<f64>,
}

/// All terminals of an array.
#[derive(Debug, Clone)]
pub(super) struct Terminals {
    pub rows: FamilyTerminals,
    pub columns: FamilyTerminals,
    pub drives: Vec<(Side, usize)>,
    pub outputs: Vec<(Side, usize)>,
}

impl Terminals {
    pub(super) fn new(grid: &LineGrid) -> Self {
        let (mut drives, mut outputs) = (Vec::new(), Vec::new());
        let mut family = |side: Side| {
            let lines = grid.lines(side);
            let shape = Shape::new(grid.shape(side));
            let mut terminals = |ends: &[End]| -> Vec<Option<Terminal>> {
                ends.iter()
                    .enumerate()
                    .map(|(line, end)| {
                        let role = match end {
                            End::Floating => return None,
                            End::Driven(_) => {
                                drives.push((side, line));
                                Role::Drive(drives.len() - 1)
                            }
                            End::Grounded(_) => {
                                outputs.push((side, line));
                                Role::Output(outputs.len() - 1)
                            }
                        };
                        Some(Terminal {
                            role,
                            resistance: end.resistance(),
                        })
                    })
                    .collect()
            };
            let (start, end) = (terminals(&lines.start), terminals(&lines.end));
            FamilyTerminals::new(grid, side, shape, start, end)
        };
        let (rows, columns) = (family(Side::Row), family(Side::Column));
        Self {
            rows,
            columns,
            drives,
            outputs,
        }
    }

    /// The cell voltages with all cells removed, `p_row - p_column`, as a row field.
    pub(super) fn fill_excitation(&self, rows: &Profile, columns: &Profile, field: &mut [Lanes]) {
        let positions = self.rows.shape.positions;
        let straight = self.rows.share.is_empty() && self.columns.share.is_empty();
        for (block, chunk) in field.chunks_exact_mut(positions).enumerate() {
            let lanes = LANES.min(self.rows.shape.lines - block * LANES);
            let base = &rows.base[block * LANES..block * LANES + lanes];
            for (column, slot) in chunk.iter_mut().enumerate() {
                for (lane, row) in base.iter().enumerate() {
                    slot.0[lane] = if straight {
                        row - columns.base[column]
                    } else {
                        let row = block * LANES + lane;
                        self.rows.voltage(rows, row, column)
                            - self.columns.voltage(columns, column, row)
                    };
                }
            }
        }
    }
}

impl FamilyTerminals {
    fn new(
        grid: &LineGrid,
        side: Side,
        shape: Shape,
        start: Vec<Option<Terminal>>,
        end: Vec<Option<Terminal>>,
    ) -> Self {
        let mut through = vec![f64::INFINITY; shape.lines];
        let both = |line: usize| Some((start[line]?.resistance, end[line]?.resistance));
        let any = (0..shape.lines).any(|line| both(line).is_some());
        let mut share = vec![
            0.0;
            if any {
                shape.lines * shape.positions
            } else {
                0
            }
        ];
        for line in 0..shape.lines {
            let Some((first, last)) = both(line) else {
                continue;
            };
            let before = &mut share[line * shape.positions..(line + 1) * shape.positions];
            let mut sum = first;
            for (position, slot) in before.iter_mut().enumerate() {
                *slot = sum;
                if position + 1 < shape.positions {
                    sum += grid.lines(side).segment(line, position, shape.positions);
                }
            }
            through[line] = sum + last;
            for slot in before {
                *slot /= sum + last;
            }
        }
        Self {
            start,
            end,
            through,
            share,
            shape,
        }
    }

    /// The lines' voltages with all cells removed, for the given terminal voltages.
    pub(super) fn profile(&self, volts: impl Fn(Role) -> f64) -> Profile {
        let lines = self.shape.lines;
        let mut profile = Profile {
            base: vec![0.0; lines],
            rise: vec![0.0; lines],
            through: vec![0.0; lines],
        };
        for line in 0..lines {
            let [start, end] =
                [self.start[line], self.end[line]].map(|end| end.map(|t| volts(t.role)));
            profile.base[line] = start.or(end).unwrap_or(0.0);
            if let (Some(start), Some(end)) = (start, end) {
                profile.rise[line] = end - start;
                profile.through[line] = (start - end) / self.through[line];
            }
        }
        profile
    }

    /// Voltage of a line at one crossing with all cells removed.
    pub(super) fn voltage(&self, profile: &Profile, line: usize, position: usize) -> f64 {
        if self.share.is_empty() {
            profile.base[line]
        } else {
            profile.base[line]
                + profile.rise[line] * self.share[line * self.shape.positions + position]
        }
    }
}
