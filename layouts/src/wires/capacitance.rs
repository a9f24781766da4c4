//! Capacitance of parallel lines.

use super::geometry::{CellWire, LineGeometry};
use super::scattering::Conductor;
use super::{positive, require};
use crate::LayoutError;

/// Permittivity of vacuum, F/m (CODATA 2018).
const VACUUM_PERMITTIVITY: f64 = 8.854_187_812_8e-12;

/// Smallest and largest ratio of width or thickness to height for which the formula was fitted; ratios of decimal lengths may miss these by rounding.
const CROSS_SECTION_RANGE: std::ops::RangeInclusive<f64> = 0.3 * LESS..=10.0 * MORE;
const LESS: f64 = 1.0 - 1e-9;
const MORE: f64 = 1.0 + 1e-9;
/// Smallest and largest ratio of spacing to height.
const SPACING_RANGE: std::ops::RangeInclusive<f64> = 0.5 * LESS..=10.0 * MORE;

/// What a line lies in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Surroundings {
    /// Relative permittivity of the dielectric.
    pub relative_permittivity: f64,
    /// Height of the line above the conducting plane below it, m.
    pub height: f64,
}

/// Capacitances per length, F/m.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LineCapacitance {
    /// Of a line alone, to the plane, F/m.
    pub ground: f64,
    /// That each neighbouring line adds, F/m.
    pub coupling: f64,
}

impl Surroundings {
    /// Capacitances of a line between two equal neighbours above a plane (T. Sakurai and K. Tamaru, IEEE Trans. Electron Devices 30, 183,
    /// 1983): with `w`, `t`, `s` the width, thickness and spacing over the height,
    ///
    /// `ground = eps (1.15 w + 2.80 t^0.222)`, `coupling = eps (0.03 w + 0.83 t - 0.07 t^0.222) s^-1.34`
    ///
    /// The total, `ground + 2 coupling`, is stated to be within 10 % for `w` and `t` from 0.3 to 10 and `s` from 0.5 to 10. The division is one of convenience: a
    /// neighbour adds its coupling and also shields some of the ground capacitance.
    ///
    /// # Errors
    /// Values not above zero; ratios outside these ranges.
    pub fn capacitance(&self, line: &LineGeometry) -> Result<LineCapacitance, LayoutError> {
        line.core()?;
        positive("height", self.height)?;
        let permittivity = self.relative_permittivity;
        let reason = "must be finite and at least 1";
        require(
            permittivity >= 1.0 && permittivity.is_finite(),
            "relative_permittivity",
            permittivity,
            reason,
        )?;
        let ratio = |size: f64| size / self.height;
        let (w, t, s) = (
            ratio(line.width),
            ratio(line.thickness),
            ratio(line.spacing()),
        );
        let reason = "the formula holds from 0.3 to 10";
        require(CROSS_SECTION_RANGE.contains(&w), "width/height", w, reason)?;
        require(
            CROSS_SECTION_RANGE.contains(&t),
            "thickness/height",
            t,
            reason,
        )?;
        let reason = "the formula holds from 0.5 to 10";
        require(SPACING_RANGE.contains(&s), "spacing/height", s, reason)?;
        let eps = permittivity * VACUUM_PERMITTIVITY;
        let edge = t.powf(0.222);
        Ok(LineCapacitance {
            ground: eps * (1.15 * w + 2.80 * edge),
            coupling: eps * (0.03 * w + 0.83 * t - 0.07 * edge) * s.powf(-1.34),
        })
    }

    /// The piece of a line that belongs to a cell of this length (m) along it.
    ///
    /// # Errors
    /// Anything out of range, named.
    pub fn cell_wire(
        &self,
        line: &LineGeometry,
        conductor: &Conductor,
        cell_length: f64,
    ) -> Result<CellWire, LayoutError> {
        positive("cell_length", cell_length)?;
        let capacitance = self.capacitance(line)?;
        Ok(CellWire {
            resistance: line.resistance_per_length(conductor)? * cell_length,
            ground_capacitance: capacitance.ground * cell_length,
            coupling_capacitance: capacitance.coupling * cell_length,
        })
    }
}
