//! When what happens in a macro's deck.

use super::MacroDescription;

/// Instants of a macro's transient, s.
///
/// The DACs hold code 0 until [`Self::step`]. Each conversion takes `bits + 2` periods of the clock: one in which the input is sampled, one for each bit, one in
/// which the code is valid. The multiplexer moves on half a period before a conversion begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MacroTiming {
    /// Period of the ADC's clock.
    pub clock: f64,
    /// When the inputs step from code 0 to theirs.
    pub step: f64,
    /// When the first conversion begins.
    pub start: f64,
    /// How long a conversion takes.
    pub conversion: f64,
}

impl MacroTiming {
    /// The instants of a macro whose ADC needs so many periods of the clock.
    pub(super) fn new(description: &MacroDescription, clocks: u32) -> Self {
        let clock = description.clock;
        Self {
            clock,
            step: clock,
            start: clock + description.settling,
            conversion: clock * f64::from(clocks),
        }
    }

    /// Length of all edges.
    pub(super) fn edge(&self) -> f64 {
        0.01 * self.clock
    }

    /// When the multiplexer switches to the column of this conversion, unless it is the first.
    pub(super) fn selected(&self, conversion: usize) -> f64 {
        self.begins(conversion) - 0.5 * self.clock
    }

    /// When this conversion begins.
    pub fn begins(&self, conversion: usize) -> f64 {
        self.start + conversion as f64 * self.conversion
    }

    /// When this conversion's input is about to be held.
    pub fn sampled(&self, conversion: usize) -> f64 {
        self.begins(conversion) + 0.88 * self.clock
    }

    /// When this conversion's code is read.
    pub fn decided(&self, conversion: usize) -> f64 {
        self.begins(conversion + 1) - 0.7 * self.clock
    }

    /// When so many conversions are over.
    pub fn end(&self, conversions: usize) -> f64 {
        self.begins(conversions)
    }
}
