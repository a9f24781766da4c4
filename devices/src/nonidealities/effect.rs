//! What non-idealities did, as reports show it.

use serde::Serialize;

use super::Applied;

/// What one entry of a list did to one or more arrays, as counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Effect {
    /// Its kind, as written in files.
    pub kind: &'static str,
    /// Cells whose value was moved to a limit (zero conductance, or an end of a range).
    pub clipped: usize,
    /// Cells that became stuck on.
    pub stuck_on: usize,
    /// Cells that became stuck off.
    pub stuck_off: usize,
    /// Cells that were to be stuck and were so already.
    pub stuck_already: usize,
    /// Open segments of lines.
    pub open_segments: usize,
}

impl Effect {
    /// What was done to one array.
    pub fn of(applied: &Applied) -> Self {
        Self {
            kind: applied.kind,
            clipped: applied.clipped,
            stuck_on: applied.stuck_on,
            stuck_off: applied.stuck_off,
            stuck_already: applied.stuck_already,
            open_segments: applied.line_faults.opens.len(),
        }
    }

    /// Adds what the same list did to another array, entry by entry.
    pub fn add(sum: &mut Vec<Self>, other: &[Self]) {
        if sum.is_empty() {
            sum.extend_from_slice(other);
            return;
        }
        for (sum, other) in sum.iter_mut().zip(other) {
            sum.clipped += other.clipped;
            sum.stuck_on += other.stuck_on;
            sum.stuck_off += other.stuck_off;
            sum.stuck_already += other.stuck_already;
            sum.open_segments += other.open_segments;
        }
    }

    /// The counts that are not zero, in words.
    pub fn text(&self) -> String {
        let parts = [
            (self.stuck_on, "stuck on"),
            (self.stuck_off, "stuck off"),
            (self.stuck_already, "stuck before"),
            (self.clipped, "clipped"),
            (self.open_segments, "open segments"),
        ];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        if parts.is_empty() {
            self.kind.to_owned()
        } else {
            format!("{}: {}", self.kind, parts.join(", "))
        }
    }
}
