//! Hyperbolic-sine conduction.

use super::{Conduction, ConductionError, positive};

/// Argument of `sinh` beyond which laws continue along their tangent; `sinh(40)` is 1.2e17.
pub(super) const LARGEST_ARGUMENT: f64 = 40.0;

/// `sinh(x)` and `cosh(x)`, continued along the tangent beyond [`LARGEST_ARGUMENT`].
#[inline]
pub(super) fn sinh_and_slope(x: f64) -> (f64, f64) {
    let inside = x.clamp(-LARGEST_ARGUMENT, LARGEST_ARGUMENT);
    // With e = exp|x| - 1: sinh|x| = (e + e/(1 + e))/2, cosh x = 1 + e^2/(1 + e)/2, without cancellation.
    let e = inside.abs().exp_m1();
    let ratio = e / (1.0 + e);
    let slope = 1.0 + 0.5 * e * ratio;
    let sinh = (0.5 * (e + ratio)).copysign(inside);
    (sinh + slope * (x - inside), slope)
}

/// `i = s g v0 sinh(v/v0)`, with `s = 1` so that `g` is the small-signal conductance, or such that `g` is `i/v` at a read voltage.
///
/// Beyond `|v| = 40 v0` the current continues along its tangent. The form is that of hopping over barriers that the field lowers
/// (N. F. Mott and R. W. Gurney, *Electronic Processes in Ionic Crystals*, 1940), used for filamentary cells with a gap since
/// X. Guan, S. Yu and H.-S. P. Wong, IEEE Electron Device Letters 33, 1405 (2012).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sinh {
    v0: f64,
    scale: f64,
}

impl Sinh {
    /// A law with this characteristic voltage, V.
    ///
    /// # Errors
    /// `v0` not above zero.
    pub fn new(v0: f64) -> Result<Self, ConductionError> {
        Ok(Self {
            v0: positive("v0", v0)?,
            scale: 1.0,
        })
    }

    /// The same curve, with `g` defined as `i/v` at `voltage` (V) instead of at small signals.
    ///
    /// # Errors
    /// `voltage` not above zero.
    pub fn at_read_voltage(self, voltage: f64) -> Result<Self, ConductionError> {
        let x = positive("read voltage", voltage)? / self.v0;
        Ok(Self {
            scale: x / sinh_and_slope(x).0,
            ..self
        })
    }

    /// The characteristic voltage, V.
    pub fn v0(&self) -> f64 {
        self.v0
    }
}

impl Conduction for Sinh {
    #[inline]
    fn at(&self, g: f64, v: f64) -> (f64, f64) {
        let g = g * self.scale;
        let (sinh, slope) = sinh_and_slope(v / self.v0);
        (g * self.v0 * sinh, g * slope)
    }
}
