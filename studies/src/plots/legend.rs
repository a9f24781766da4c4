//! The names beside a plot.

use super::figure::{TICK_SIZE, fitted, widest};

/// Lengths in CSS pixels.
pub(super) const LEGEND_GAP: f64 = 14.0;
/// The library puts 1.25 times the text's size between names.
const LINE_HEIGHT: f64 = 1.25 * TICK_SIZE;
const WIDEST_NAME: f64 = 260.0;

/// Names as far as they fit, each with the number of what it names; what has no name is left out.
pub(super) struct Legend {
    pub(super) names: Vec<(usize, String)>,
    /// Width of the sample before a name.
    sample: f64,
}

impl Legend {
    /// The names in their order, behind samples of this width.
    pub(super) fn new<'a>(names: impl Iterator<Item = &'a String>, sample: f64) -> Self {
        let named = names.enumerate().filter(|(_, name)| !name.is_empty());
        let names = named
            .map(|(number, name)| (number, fitted(name, TICK_SIZE, WIDEST_NAME)))
            .collect();
        Self { names, sample }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    pub(super) fn height(&self) -> f64 {
        LINE_HEIGHT * self.names.len() as f64
    }

    /// With the gap to the plot; 0 without names.
    pub(super) fn width(&self) -> f64 {
        match widest(self.names.iter().map(|(_, name)| name), TICK_SIZE) {
            0.0 => 0.0,
            names => LEGEND_GAP + self.sample + 6.0 + names,
        }
    }
}
