//! Exponential selectors, and cells in series with one.

use super::sinh::{LARGEST_ARGUMENT, sinh_and_slope};
use super::{Conduction, ConductionError, positive};

/// A bidirectional exponential selector: `i = 2 i_s sinh(v/v_s)`.
///
/// It is the smooth odd form of `sign(v) i_s (exp(|v|/v_s) - 1)`, that is, of two such diodes back to back: equal to it far above
/// `v_s`, and with twice its slope, `2 i_s/v_s`, at 0 V. Beyond `|v| = 40 v_s` the current continues along its tangent. It stands for mixed ionic-electronic and
/// tunnelling selectors, whose half-select ratio is `sinh(V/v_s)/sinh(V/2v_s)` (G. W. Burr et al., J. Vac. Sci. Technol. B 32, 040802, 2014).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExponentialSelector {
    i_s: f64,
    v_s: f64,
}

impl ExponentialSelector {
    /// From the saturation current (A) and the voltage for a factor of e (V).
    ///
    /// # Errors
    /// Values not above zero.
    pub fn new(i_s: f64, v_s: f64) -> Result<Self, ConductionError> {
        Ok(Self {
            i_s: positive("i_s", i_s)?,
            v_s: positive("v_s", v_s)?,
        })
    }

    /// Current in A and slope in S at a voltage.
    #[inline]
    pub fn current(&self, v: f64) -> (f64, f64) {
        let (sinh, slope) = sinh_and_slope(v / self.v_s);
        (2.0 * self.i_s * sinh, 2.0 * self.i_s * slope / self.v_s)
    }

    /// Voltage in V and differential resistance in ohm at a current: the inverse of [`ExponentialSelector::current`].
    #[inline]
    pub fn voltage(&self, i: f64) -> (f64, f64) {
        let y = i / (2.0 * self.i_s);
        let largest = LARGEST_ARGUMENT.sinh();
        let inside = y.clamp(-largest, largest);
        let slope = 1.0 / inside.hypot(1.0);
        (
            self.v_s * (inside.asinh() + slope * (y - inside)),
            self.v_s * slope / (2.0 * self.i_s),
        )
    }
}

/// A cell in series with a selector: the node between them is eliminated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WithSelector<C> {
    /// The law of the cell.
    pub cell: C,
    /// The selector.
    pub selector: ExponentialSelector,
}

/// Most steps of Newton's method.
const MOST_STEPS: usize = 100;

impl<C: Conduction> Conduction for WithSelector<C> {
    /// Solves `u + v_selector(i_cell(u)) = v` for the voltage `u` of the cell, by Newton's method in `ln |u|`: the selector's voltage is
    /// linear in it where the selector dominates. The left side rises at least as fast as `u`, so the solution lies between 0 and `v`, and steps out of
    /// the bracket become halvings. It ends when the voltages agree to rounding.
    #[inline]
    fn at(&self, g: f64, v: f64) -> (f64, f64) {
        let (mut low, mut high) = (v.min(0.0), v.max(0.0));
        let at_rest = self.cell.at(g, 0.0).1 * self.selector.voltage(0.0).1;
        let mut u = v / (1.0 + at_rest);
        for _ in 0..MOST_STEPS {
            let (current, conductance) = self.cell.at(g, u);
            let (drop, resistance) = self.selector.voltage(current);
            let excess = u + drop - v;
            if excess.abs() <= 2.0 * f64::EPSILON * v.abs() {
                break;
            }
            if excess > 0.0 {
                high = u;
            } else {
                low = u;
            }
            let newton = u * (-excess / (u * (1.0 + resistance * conductance))).exp();
            let next = if newton > low && newton < high {
                newton
            } else {
                low.midpoint(high)
            };
            if next == u {
                break;
            }
            u = next;
        }
        let (current, conductance) = self.cell.at(g, u);
        let (_, resistance) = self.selector.voltage(current);
        (current, conductance / (1.0 + resistance * conductance))
    }
}
