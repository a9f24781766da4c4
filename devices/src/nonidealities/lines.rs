//! Broken and bridged lines.

use ohmloom_solver::line_grid::SegmentResistance;
use serde::{Deserialize, Serialize};

use super::NonidealityError;
use super::array::ProgrammedArray;
use super::error::Check;
use super::list::{Applied, Instance};
use super::streams::{Purpose, Streams};

/// A family of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// Rows (word lines).
    Row,
    /// Columns (bit lines).
    Column,
}

impl Side {
    /// Number of lines, and of crossings on each.
    pub(super) fn extent(self, rows: usize, columns: usize) -> (usize, usize) {
        match self {
            Self::Row => (rows, columns),
            Self::Column => (columns, rows),
        }
    }

    /// Row and column of a crossing.
    pub(super) fn cell(self, line: usize, position: usize) -> (usize, usize) {
        match self {
            Self::Row => (line, position),
            Self::Column => (position, line),
        }
    }
}

/// A line that is open between the crossings `segment` and `segment + 1`, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Open {
    /// Which family.
    pub side: Side,
    /// Which line, from 0.
    pub line: usize,
    /// Which segment, from 0.
    pub segment: usize,
}

/// A bridge between `line` and `line + 1` at a crossing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Short {
    /// Which family.
    pub side: Side,
    /// The lower of the two lines, from 0.
    pub line: usize,
    /// At which crossing, from 0.
    pub position: usize,
}

/// Faults of lines: they belong to the wires, so they are listed and leave the conductances as they are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LineFaults {
    /// Open segments, in the order of rows, then columns, for those that were drawn.
    pub opens: Vec<Open>,
    /// Bridges.
    pub shorts: Vec<Short>,
}

impl LineFaults {
    /// All faults of a list of non-idealities together.
    pub fn of_all(report: &[Applied]) -> Self {
        let faults = || report.iter().map(|applied| &applied.line_faults);
        Self {
            opens: faults().flat_map(|faults| faults.opens.clone()).collect(),
            shorts: faults().flat_map(|faults| faults.shorts.clone()).collect(),
        }
    }

    /// Segment resistances for the array solver, for a family of `lines` lines with `positions` crossings each: `ohm` everywhere,
    /// `open_ohm` (finite, e.g. 1e12) where a line is open. Bridges are not segments; they are left to the caller.
    pub fn segments(
        &self,
        side: Side,
        lines: usize,
        positions: usize,
        ohm: f64,
        open_ohm: f64,
    ) -> SegmentResistance {
        let mut opens = self
            .opens
            .iter()
            .filter(|open| open.side == side)
            .peekable();
        if opens.peek().is_none() {
            return SegmentResistance::Uniform(ohm);
        }
        let segments = positions.saturating_sub(1);
        let mut resistance = vec![ohm; lines * segments];
        for open in opens {
            if open.line < lines && open.segment < segments {
                resistance[open.line * segments + open.segment] = open_ohm;
            }
        }
        SegmentResistance::PerSegment(resistance)
    }
}

/// `kind = "broken-lines"`: open segments and bridges between neighbouring lines, drawn with a rate or given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BrokenLines {
    /// Probability that a segment is open.
    pub open_rate: f64,
    /// Probability that two neighbouring lines are bridged at a crossing.
    pub short_rate: f64,
    /// Open segments besides those that are drawn.
    pub opens: Vec<Open>,
    /// Bridges besides those that are drawn.
    pub shorts: Vec<Short>,
}

impl BrokenLines {
    pub(super) const KIND: &str = "broken-lines";

    pub(super) fn validate(&self) -> Result<(), NonidealityError> {
        let check = Check(Self::KIND);
        check.fraction("open_rate", self.open_rate)?;
        check.fraction("short_rate", self.short_rate)
    }

    pub(super) fn apply(
        &self,
        array: &ProgrammedArray,
        instance: &Instance,
        occurrence: u16,
    ) -> Result<Applied, NonidealityError> {
        let check = Check(Self::KIND);
        let extent = |side: Side| side.extent(array.rows(), array.columns());
        for open in &self.opens {
            let (lines, positions) = extent(open.side);
            check.inside("line", open.line, lines)?;
            check.inside("segment", open.segment, positions.saturating_sub(1))?;
        }
        for short in &self.shorts {
            let (lines, positions) = extent(short.side);
            check.inside("bridged line", short.line, lines.saturating_sub(1))?;
            check.inside("position", short.position, positions)?;
        }
        let mut faults = LineFaults {
            opens: self.opens.clone(),
            shorts: self.shorts.clone(),
        };
        let mut streams = Streams::new(&instance.key(Purpose::BrokenLines, occurrence, 0));
        for (words, side) in [(0, Side::Row), (2, Side::Column)] {
            let (lines, positions) = extent(side);
            for line in 0..lines {
                for position in 0..positions {
                    let (row, column) = side.cell(line, position);
                    let cell = streams.cell(row, column);
                    let open = Open {
                        side,
                        line,
                        segment: position,
                    };
                    if position + 1 < positions
                        && cell.uniform(words) < self.open_rate
                        && !self.opens.contains(&open)
                    {
                        faults.opens.push(open);
                    }
                    let short = Short {
                        side,
                        line,
                        position,
                    };
                    if line + 1 < lines
                        && cell.uniform(words + 1) < self.short_rate
                        && !self.shorts.contains(&short)
                    {
                        faults.shorts.push(short);
                    }
                }
            }
        }
        Ok(Applied {
            line_faults: faults,
            ..Applied::of(Self::KIND)
        })
    }
}
