//! Polarity and the voltages of a transistor referred to its source.

/// The charge carriers of the channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Polarity {
    /// Electrons: `.model ... nmos`.
    N,
    /// Holes: `.model ... pmos`.
    P,
}

impl Polarity {
    /// +1 for n-channel devices, -1 for p-channel devices.
    #[inline(always)]
    pub fn sign(self) -> f64 {
        match self {
            Self::N => 1.0,
            Self::P => -1.0,
        }
    }
}

/// Voltages between the inner terminals, V, normalised to an n-channel device.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bias {
    /// Gate to source.
    pub vgs: f64,
    /// Drain to source.
    pub vds: f64,
    /// Bulk to source.
    pub vbs: f64,
}

impl Bias {
    /// Gate to drain.
    #[inline(always)]
    pub fn vgd(self) -> f64 {
        self.vgs - self.vds
    }

    /// Gate to bulk.
    #[inline(always)]
    pub fn vgb(self) -> f64 {
        self.vgs - self.vbs
    }

    /// Bulk to drain.
    #[inline(always)]
    pub fn vbd(self) -> f64 {
        self.vbs - self.vds
    }

    /// The voltages with drain and source exchanged.
    #[must_use]
    #[inline(always)]
    pub fn reversed(self) -> Self {
        Self {
            vgs: self.vgd(),
            vds: -self.vds,
            vbs: self.vbd(),
        }
    }

    /// What is left of these voltages beyond `other`.
    #[inline(always)]
    pub(super) fn beyond(self, other: Self) -> Self {
        Self {
            vgs: self.vgs - other.vgs,
            vds: self.vds - other.vds,
            vbs: self.vbs - other.vbs,
        }
    }
}
