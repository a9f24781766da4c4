//! One family of parallel wires: its segments and its ends.

use std::fmt;

use super::GridError;

/// The family that a line belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Rows (word lines); their start is the left end.
    Row,
    /// Columns (bit lines); their start is the top end.
    Column,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Side::Row => "row",
            Side::Column => "column",
        })
    }
}

/// What is connected to one end of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum End {
    /// Nothing.
    Floating,
    /// 0 V through this resistance in ohm (0 allowed). The current into it is an *output* of the array.
    Grounded(f64),
    /// A voltage source through this resistance in ohm (0 allowed). Its voltage is an *input* of the array.
    Driven(f64),
}

impl End {
    /// Resistance to the terminal in ohm; infinite for a floating end.
    pub fn resistance(self) -> f64 {
        match self {
            End::Floating => f64::INFINITY,
            End::Grounded(ohm) | End::Driven(ohm) => ohm,
        }
    }

    /// Whether the end is connected to anything.
    pub fn is_terminal(self) -> bool {
        self != End::Floating
    }
}

/// Resistance of the wire segments between neighbouring crossings, in ohm (0 allowed).
#[derive(Debug, Clone, PartialEq)]
pub enum SegmentResistance {
    /// The same for every segment of the family.
    Uniform(f64),
    /// One value for each line.
    PerLine(Vec<f64>),
    /// One value for each segment: `lines x (positions - 1)`, line-major. A segment lies between position `k`
    /// and `k + 1` of its line.
    PerSegment(Vec<f64>),
}

/// A family of parallel wires: all rows, or all columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Lines {
    /// Segment resistances.
    pub segments: SegmentResistance,
    /// What the start (left, top) of each line is connected to.
    pub start: Vec<End>,
    /// What the end (right, bottom) of each line is connected to.
    pub end: Vec<End>,
}

impl Lines {
    /// Lines that are all alike.
    pub fn alike(lines: usize, segment_ohm: f64, start: End, end: End) -> Self {
        Self {
            segments: SegmentResistance::Uniform(segment_ohm),
            start: vec![start; lines],
            end: vec![end; lines],
        }
    }

    /// Resistance in ohm of the segment between positions `position` and `position + 1` of `line`, where a line
    /// has `positions` crossings.
    pub fn segment(&self, line: usize, position: usize, positions: usize) -> f64 {
        match &self.segments {
            SegmentResistance::Uniform(ohm) => *ohm,
            SegmentResistance::PerLine(ohm) => ohm[line],
            SegmentResistance::PerSegment(ohm) => ohm[line * (positions - 1) + position],
        }
    }

    /// Whether every line has one resistance for all of its segments.
    pub(super) fn is_uniform_along(&self) -> bool {
        !matches!(self.segments, SegmentResistance::PerSegment(_))
    }

    /// Checks lengths and values for `lines` lines of `positions` crossings.
    pub(super) fn validate(
        &self,
        side: Side,
        lines: usize,
        positions: usize,
    ) -> Result<(), GridError> {
        let length = |what: &str, expected: usize, found: usize| {
            if expected == found {
                Ok(())
            } else {
                let what = format!("{side} {what}");
                Err(GridError::WrongLength {
                    what,
                    expected,
                    found,
                })
            }
        };
        length("starts", lines, self.start.len())?;
        length("ends", lines, self.end.len())?;
        let resistance = |line: usize, what: &str, value: f64| {
            if value >= 0.0 && value.is_finite() {
                Ok(())
            } else {
                let what = what.to_owned();
                Err(GridError::BadResistance {
                    side,
                    line,
                    what,
                    value,
                })
            }
        };
        match &self.segments {
            SegmentResistance::Uniform(ohm) => resistance(0, "segment resistance", *ohm)?,
            SegmentResistance::PerLine(ohm) => {
                length("segment resistances", lines, ohm.len())?;
                for (line, &value) in ohm.iter().enumerate() {
                    resistance(line, "segment resistance", value)?;
                }
            }
            SegmentResistance::PerSegment(ohm) => {
                let per_line = positions - 1;
                length("segment resistances", lines * per_line, ohm.len())?;
                for (index, &value) in ohm.iter().enumerate() {
                    let (line, segment) = (index / per_line, index % per_line);
                    resistance(line, &format!("resistance of segment {segment}"), value)?;
                }
            }
        }
        for line in 0..lines {
            for (what, end) in [("start", self.start[line]), ("end", self.end[line])] {
                if end.is_terminal() {
                    resistance(line, &format!("resistance of its {what}"), end.resistance())?;
                }
            }
            let ends = self.start[line].resistance() + self.end[line].resistance();
            if ends == 0.0 && (0..positions - 1).all(|k| self.segment(line, k, positions) == 0.0) {
                return Err(GridError::ShortedLine { side, line });
            }
        }
        Ok(())
    }
}
