//! The boundary between two regions of different resistance, which TEAM, VTEAM and the tunnel-barrier model move.

use super::ranges::refuse;
use super::windows::{Window, WindowShape};
use crate::dual::Dual;
use crate::parameters::ParameterError;

/// How the resistance depends on the position of the boundary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResistanceLaw {
    /// `ron + (roff - ron) (x - xon)/(xoff - xon)`.
    #[default]
    Linear,
    /// `ron exp(lambda (x - xon)/(xoff - xon))` with `exp(lambda) = roff/ron`.
    Exponential,
}

impl ResistanceLaw {
    /// Both laws with their names on a model card.
    pub const NAMES: [(&'static str, Self); 2] =
        [("linear", Self::Linear), ("exponential", Self::Exponential)];

    /// The law of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|&(_, law)| law)
    }
}

/// Positions in metres between `on` and `off`, scaled to 0 and 1, and the resistance there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Boundary {
    pub(super) on: f64,
    /// `off - on`, m.
    pub(super) length: f64,
    pub(super) r_on: f64,
    pub(super) r_off: f64,
    pub(super) law: ResistanceLaw,
}

impl Boundary {
    /// The resistance at a scaled position, ohm.
    #[inline(always)]
    pub(super) fn resistance<const N: usize>(&self, s: Dual<N>) -> Dual<N> {
        match self.law {
            ResistanceLaw::Linear => s * (self.r_off - self.r_on) + self.r_on,
            ResistanceLaw::Exponential => (s * (self.r_off / self.r_on).ln()).exp() * self.r_on,
        }
    }

    /// Metres of a scaled position.
    #[inline(always)]
    pub(super) fn position<const N: usize>(&self, s: Dual<N>) -> Dual<N> {
        s * self.length + self.on
    }

    /// The scaled position of `x0` metres.
    pub(super) fn start(&self, x0: Option<f64>) -> Result<f64, ParameterError> {
        let s = (x0.unwrap_or(self.on) - self.on) / self.length;
        if (-1e-9..=1.0 + 1e-9).contains(&s) {
            return Ok(s.clamp(0.0, 1.0));
        }
        Err(refuse(
            "x0",
            x0.unwrap_or(self.on),
            "must lie between xon and xoff",
        ))
    }
}

/// The rate of a boundary beyond a threshold, as TEAM has it for currents and VTEAM for voltages: `k (u/u_t - 1)^alpha` times
/// the window.
#[derive(Clone, Copy, Debug)]
pub(super) struct ThresholdDrift {
    /// Speed, threshold and exponent towards the off state.
    pub(super) off: (f64, f64, f64),
    /// The same towards the on state.
    pub(super) on: (f64, f64, f64),
    pub(super) window: Window,
    pub(super) shape: WindowShape,
    /// Points and width of Kvatinsky's window, m.
    pub(super) a_off: f64,
    pub(super) a_on: f64,
    pub(super) w_c: f64,
}

impl ThresholdDrift {
    /// `ds/dt` for the driving quantity `u` at the scaled position `s`.
    #[inline(always)]
    pub(super) fn rate<const N: usize>(
        &self,
        boundary: &Boundary,
        u: Dual<N>,
        s: Dual<N>,
    ) -> Dual<N> {
        let rises = u.value >= self.off.1;
        let (speed, threshold, exponent) = match (rises, u.value <= self.on.1) {
            (true, _) => self.off,
            (false, true) => self.on,
            (false, false) => return Dual::from(0.0),
        };
        let drive = (u * threshold.recip() - 1.0).abs_powf(exponent) * (speed / boundary.length);
        drive * self.window_at(boundary, s, rises)
    }

    #[inline(always)]
    fn window_at<const N: usize>(&self, boundary: &Boundary, s: Dual<N>, rises: bool) -> Dual<N> {
        if self.window != Window::Kvatinsky {
            return self.window.at(s, rises, self.shape);
        }
        let x = boundary.position(s);
        let toward = if rises {
            x - self.a_off
        } else {
            -(x - self.a_on)
        };
        (-(toward * self.w_c.recip()).exp()).exp()
    }
}
