//! A two-terminal device in series with a diffusion of a transistor: the node between them is eliminated.

use ohmloom_solver::line_grid::Branch;

use crate::mosfets::AtDiffusions;

/// Steps after which bisection alone would have ended.
const MOST_STEPS: usize = 200;
/// A Newton step below this changes the currents by less than rounding beyond its linear part, V.
const LINEAR_STEP: f64 = 1e-8;
/// How far beyond both ends bulk junctions and charges may pull the middle, V.
const MARGIN: f64 = 3.0;

/// Currents into the transistor at the diffusion near the device and at the far one, with derivatives by both potentials.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Diffusions {
    pub near: f64,
    pub far: f64,
    pub near_by_near: f64,
    pub near_by_far: f64,
    pub far_by_near: f64,
    pub far_by_far: f64,
    /// Current into the gate, and its derivatives.
    pub gate: f64,
    pub gate_by_near: f64,
    pub gate_by_far: f64,
}

impl Diffusions {
    /// With the drain at the device.
    #[inline(always)]
    pub(super) fn near_drain(at: AtDiffusions) -> Self {
        Self {
            near: at.drain,
            far: at.source,
            near_by_near: at.drain_by_drain,
            near_by_far: at.drain_by_source,
            far_by_near: at.source_by_drain,
            far_by_far: at.source_by_source,
            ..Self::default()
        }
    }

    /// With the source at the device.
    #[inline(always)]
    pub(super) fn near_source(at: AtDiffusions) -> Self {
        Self {
            near: at.source,
            far: at.drain,
            near_by_near: at.source_by_source,
            near_by_far: at.source_by_drain,
            far_by_near: at.drain_by_source,
            far_by_far: at.drain_by_drain,
            ..Self::default()
        }
    }
}

/// The middle, and how it follows the ends: a guess for the next evaluation.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Middle {
    /// Potential, V.
    pub potential: f64,
    outer: f64,
    far: f64,
    by_outer: f64,
    by_far: f64,
    /// Currents into gate and bulk.
    gate: Control,
    bulk: Control,
}

/// The current into a control, A, and how it follows the ends, S.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Control {
    current: f64,
    by_outer: f64,
    by_far: f64,
}

impl Middle {
    /// Its potential with the ends at these, near those of the last evaluation.
    #[inline(always)]
    pub(super) fn between(&self, outer: f64, far: f64) -> f64 {
        self.potential + self.by_outer * (outer - self.outer) + self.by_far * (far - self.far)
    }

    /// Currents into gate and bulk with the ends at these, A.
    #[inline(always)]
    pub(super) fn controls(&self, outer: f64, far: f64) -> (f64, f64) {
        let (outer, far) = (outer - self.outer, far - self.far);
        let of =
            |control: &Control| control.current + control.by_outer * outer + control.by_far * far;
        (of(&self.gate), of(&self.bulk))
    }
}

/// Currents out of the outer node into the device, and out of the far node into the transistor, with their derivatives by both potentials.
#[derive(Clone, Copy, Debug)]
pub(super) struct Series {
    outer: f64,
    far: f64,
    outer_by_outer: f64,
    outer_by_far: f64,
    far_by_outer: f64,
    far_by_far: f64,
}

impl Series {
    /// Solves for the middle between `outer` and `far`. `device` gives the current from the outer node into the middle and its derivative,
    /// at the voltage between them; `diffusions` what the transistor takes with the middle at a potential.
    #[inline(always)]
    pub(super) fn solve(
        (outer, far): (f64, f64),
        middle: &mut Middle,
        mut device: impl FnMut(f64) -> (f64, f64),
        diffusions: impl Fn(f64) -> Diffusions,
    ) -> Self {
        let (mut low, mut high) = (outer.min(far) - MARGIN, outer.max(far) + MARGIN);
        let guess = middle.between(outer, far);
        let mut m = if guess.is_finite() {
            guess.clamp(low, high)
        } else {
            outer.midpoint(far)
        };
        let mut steps = 0;
        let (current, slope, at, change) = loop {
            let (current, slope) = device(outer - m);
            let at = diffusions(m);
            let excess = at.near - current;
            let newton = -excess / (slope + at.near_by_near);
            steps += 1;
            if newton.abs() <= LINEAR_STEP || steps == MOST_STEPS {
                break (current, slope, at, newton);
            }
            // The excess rises with the middle.
            if excess > 0.0 {
                high = m;
            } else {
                low = m;
            }
            let next = m + newton;
            let next = if next >= low && next <= high {
                next
            } else {
                low.midpoint(high)
            };
            if next == m {
                // Potentials cannot say it any better; the currents' linear part can.
                break (current, slope, at, newton);
            }
            m = next;
        };
        let total = slope + at.near_by_near;
        // Where nothing holds the middle, it does not matter where it goes.
        let (change, by_outer, by_far) = if total > 0.0 {
            (change, slope / total, -at.near_by_far / total)
        } else {
            (0.0, 0.0, 0.0)
        };
        let series = Self {
            outer: current - slope * change,
            far: at.far + at.far_by_near * change,
            outer_by_outer: slope * (1.0 - by_outer),
            outer_by_far: -slope * by_far,
            far_by_outer: at.far_by_near * by_outer,
            far_by_far: at.far_by_far + at.far_by_near * by_far,
        };
        let gate = Control {
            current: at.gate + at.gate_by_near * change,
            by_outer: at.gate_by_near * by_outer,
            by_far: at.gate_by_far + at.gate_by_near * by_far,
        };
        *middle = Middle {
            potential: m + change,
            outer,
            far,
            by_outer,
            by_far,
            gate,
            // What comes in elsewhere leaves there.
            bulk: Control {
                current: -(series.outer + series.far + gate.current),
                by_outer: -(series.outer_by_outer + series.far_by_outer + gate.by_outer),
                by_far: -(series.outer_by_far + series.far_by_far + gate.by_far),
            },
        };
        series
    }

    /// With the device at the row.
    #[inline(always)]
    pub(super) fn device_at_row(self) -> Branch {
        Branch {
            row_current: self.outer,
            column_current: -self.far,
            row_by_row: self.outer_by_outer,
            row_by_column: self.outer_by_far,
            column_by_row: -self.far_by_outer,
            column_by_column: -self.far_by_far,
        }
    }

    /// With the device at the column.
    #[inline(always)]
    pub(super) fn device_at_column(self) -> Branch {
        Branch {
            row_current: self.far,
            column_current: -self.outer,
            row_by_row: self.far_by_far,
            row_by_column: self.far_by_outer,
            column_by_row: -self.outer_by_far,
            column_by_column: -self.outer_by_outer,
        }
    }
}
