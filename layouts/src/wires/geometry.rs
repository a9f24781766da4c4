//! Cross sections.

use super::scattering::{Conductor, resistivity};
use super::{not_negative, positive, require};
use crate::LayoutError;

/// The cross section of a line, m. The barrier lines the bottom and both sides and carries no current.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LineGeometry {
    /// Width with its barrier, m.
    pub width: f64,
    /// Thickness with its barrier, m.
    pub thickness: f64,
    /// Distance from line to line, m.
    pub pitch: f64,
    /// Thickness of the barrier, m; 0 for none.
    pub barrier: f64,
}

impl LineGeometry {
    /// Width and thickness of the conductor inside the barrier, m.
    ///
    /// # Errors
    /// Dimensions that cannot be: a pitch not above the width, a barrier that leaves no conductor.
    pub fn core(&self) -> Result<(f64, f64), LayoutError> {
        positive("width", self.width)?;
        positive("thickness", self.thickness)?;
        positive("pitch", self.pitch)?;
        not_negative("barrier", self.barrier)?;
        let (width, thickness) = (
            self.width - 2.0 * self.barrier,
            self.thickness - self.barrier,
        );
        let reason = "must be above the width";
        require(self.pitch > self.width, "pitch", self.pitch, reason)?;
        let reason = "leaves no conductor inside it";
        require(
            width > 0.0 && thickness > 0.0,
            "barrier",
            self.barrier,
            reason,
        )?;
        Ok((width, thickness))
    }

    /// Distance between neighbouring lines, m.
    pub fn spacing(&self) -> f64 {
        self.pitch - self.width
    }

    /// Resistance per length, ohm/m.
    ///
    /// # Errors
    /// Dimensions or properties of the conductor out of range, named.
    pub fn resistance_per_length(&self, conductor: &Conductor) -> Result<f64, LayoutError> {
        let (width, thickness) = self.core()?;
        Ok(resistivity(conductor, width, thickness)? / (width * thickness))
    }

    /// Current density in the conductor, A/m^2, at this current (A).
    ///
    /// # Errors
    /// As [`LineGeometry::core`].
    pub fn current_density(&self, current: f64) -> Result<f64, LayoutError> {
        let (width, thickness) = self.core()?;
        Ok(current / (width * thickness))
    }
}

/// The piece of a line that belongs to one cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CellWire {
    /// Resistance, ohm.
    pub resistance: f64,
    /// Capacitance to everything that is not a neighbouring line, F.
    pub ground_capacitance: f64,
    /// Capacitance to each of the two neighbouring lines, F.
    pub coupling_capacitance: f64,
}

impl CellWire {
    /// Capacitance with both neighbours at rest, F.
    pub fn capacitance(&self) -> f64 {
        self.ground_capacitance + 2.0 * self.coupling_capacitance
    }
}
