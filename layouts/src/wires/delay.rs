//! Delay and settling of a line.

use super::geometry::CellWire;
use super::{not_negative, positive, require};
use crate::LayoutError;

/// Steps of bisection for the slowest time constant; each halves the bracket.
const HALVINGS: u32 = 200;

/// A line of equal cells, driven at one end and open at the other. Cells count as capacitors here: their conductance only makes a line faster.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Number of cells.
    pub cells: usize,
    /// The piece of wire that belongs to each cell.
    pub wire: CellWire,
    /// Capacitance of a cell, F.
    pub cell_capacitance: f64,
    /// Resistance of the driver, ohm.
    pub driver_resistance: f64,
    /// Capacitance at the far end, F.
    pub load_capacitance: f64,
}

impl Line {
    fn totals(&self) -> Result<(f64, f64), LayoutError> {
        require(
            self.cells > 0,
            "cells",
            self.cells as f64,
            "must be at least 1",
        )?;
        not_negative("wire resistance", self.wire.resistance)?;
        not_negative("ground_capacitance", self.wire.ground_capacitance)?;
        not_negative("coupling_capacitance", self.wire.coupling_capacitance)?;
        not_negative("cell_capacitance", self.cell_capacitance)?;
        not_negative("driver_resistance", self.driver_resistance)?;
        not_negative("load_capacitance", self.load_capacitance)?;
        let cells = self.cells as f64;
        let capacitance = self.wire.capacitance() + self.cell_capacitance;
        Ok((cells * self.wire.resistance, cells * capacitance))
    }

    /// The delay of W. C. Elmore (J. Appl. Phys. 19, 55, 1948) to the far end, s, for a distributed line:
    /// `R_d (C + C_l) + R (C/2 + C_l)`. It is the mean of the impulse response, and an upper bound on the time to 50 %.
    ///
    /// # Errors
    /// Values out of range, named.
    pub fn elmore_delay(&self) -> Result<f64, LayoutError> {
        let (r, c) = self.totals()?;
        Ok(self.driver_resistance * (c + self.load_capacitance)
            + r * (0.5 * c + self.load_capacitance))
    }

    /// The slowest time constant of the distributed line, s: `R C/x^2` with the lowest root `x` of
    /// `(1 - k_r k_c x^2) cos x = (k_r + k_c) x sin x`, where `k_r = R_d/R` and `k_c = C_l/C`
    /// (T. Sakurai, IEEE J. Solid-State Circuits 18, 418, 1983).
    ///
    /// # Errors
    /// Values out of range, named.
    pub fn slowest_time_constant(&self) -> Result<f64, LayoutError> {
        let (r, c) = self.totals()?;
        let (driver, load) = (self.driver_resistance, self.load_capacitance);
        if r == 0.0 || c == 0.0 {
            return Ok((driver + r) * (c + load));
        }
        let x = lowest_root(driver / r, load / c);
        Ok(r * c / (x * x))
    }

    /// Time until the far end is within half a unit of `bits` bits of a full step, s. The slowest time constant alone counts, with its exact
    /// amplitude; the faster ones have vanished by then.
    ///
    /// # Errors
    /// Values out of range, named; bits from 1 to 52.
    pub fn settling_time(&self, bits: u32) -> Result<f64, LayoutError> {
        require(
            (1..=52).contains(&bits),
            "bits",
            f64::from(bits),
            "must be from 1 to 52",
        )?;
        let (r, c) = self.totals()?;
        let tau = self.slowest_time_constant()?;
        let tolerance = (-1.0 - f64::from(bits)).exp2();
        if tau == 0.0 {
            return Ok(0.0);
        }
        positive("time constant", tau)?;
        let amplitude = if r == 0.0 || c == 0.0 {
            1.0
        } else {
            let (kr, kc) = (self.driver_resistance / r, self.load_capacitance / c);
            slowest_amplitude(lowest_root(kr, kc), kr, kc)
        };
        Ok(tau * (amplitude / tolerance).ln())
    }
}

/// The lowest positive root of the denominator of the transfer function of an RC line,
/// `D(x) = (1 - kr kc x^2) cos x - (kr + kc) x sin x` at `s = -x^2/(RC)`.
fn lowest_root(kr: f64, kc: f64) -> f64 {
    // D(0) = 1, and D <= 0 at pi/2: there the cosine is 0 and the sine 1 (if kr = kc = 0 the root is pi/2 itself).
    let (mut low, mut high) = (0.0, std::f64::consts::FRAC_PI_2);
    for _ in 0..HALVINGS {
        let x = f64::midpoint(low, high);
        if x <= low || x >= high {
            break;
        }
        if denominator(x, kr, kc) > 0.0 {
            low = x;
        } else {
            high = x;
        }
    }
    f64::midpoint(low, high)
}

fn denominator(x: f64, kr: f64, kc: f64) -> f64 {
    (1.0 - kr * kc * x * x) * x.cos() - (kr + kc) * x * x.sin()
}

/// How much of a step response of 1 the slowest term is: the residue `-2/(x D'(x))`, positive.
fn slowest_amplitude(x: f64, kr: f64, kc: f64) -> f64 {
    let slope = -2.0 * kr * kc * x * x.cos()
        - (1.0 - kr * kc * x * x) * x.sin()
        - (kr + kc) * (x.sin() + x * x.cos());
    -2.0 / (x * slope)
}
