//! Windows: factors on the drift of a state `x` between 0 and 1.

use crate::dual::Dual;

/// A window of linear-drift models. `x` grows with positive current.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Window {
    /// 1 everywhere.
    #[default]
    None,
    /// `1 - (2x - 1)^(2p)` (Y. N. Joglekar and S. J. Wolf, Eur. J. Phys. 30:661, 2009).
    Joglekar,
    /// `1 - (x - stp(-i))^(2p)` (Z. Biolek, D. Biolek and V. Biolkova, Radioengineering 18:210, 2009).
    Biolek,
    /// `j (1 - ((x - 0.5)^2 + 0.75)^p)` (T. Prodromakis et al., IEEE Trans. Electron Devices 58:3099, 2011).
    Prodromakis,
    /// `j (1 - (0.25 (x - stp(-i))^2 + 0.75)^p)` (J. Zha, H. Huang and Y. Liu, IEEE Trans. CAS II 63:423, 2016).
    Zha,
    /// `exp(-exp((x - a_off)/w_c))` towards the off state, `exp(-exp(-(x - a_on)/w_c))` towards the on state, `x` in metres
    /// (S. Kvatinsky et al., IEEE Trans. CAS I 60:211, 2013). Only models that have these parameters take it.
    Kvatinsky,
}

impl Window {
    /// All windows with their names on a model card.
    pub const NAMES: [(&'static str, Self); 6] = [
        ("none", Self::None),
        ("joglekar", Self::Joglekar),
        ("biolek", Self::Biolek),
        ("prodromakis", Self::Prodromakis),
        ("zha", Self::Zha),
        ("kvatinsky", Self::Kvatinsky),
    ];

    /// The window of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|&(_, window)| window)
    }

    /// Its name on a model card.
    pub fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(_, window)| *window == self)
            .map_or("none", |&(name, _)| name)
    }

    /// The factor at `x` for a current of the given sign; 1 for [`Window::Kvatinsky`], which needs lengths.
    #[inline(always)]
    pub(super) fn at<const N: usize>(self, x: Dual<N>, rises: bool, shape: WindowShape) -> Dual<N> {
        let one = Dual::from(1.0);
        let step = if rises { 0.0 } else { 1.0 };
        let WindowShape { p, j } = shape;
        match self {
            Self::None | Self::Kvatinsky => one,
            Self::Joglekar => one - (x * 2.0 - 1.0).abs_powf(2.0 * p),
            Self::Biolek => one - (x - step).abs_powf(2.0 * p),
            Self::Prodromakis => (one - ((x - 0.5).square() + 0.75).abs_powf(p)) * j,
            Self::Zha => (one - ((x - step).square() * 0.25 + 0.75).abs_powf(p)) * j,
        }
    }
}

/// The numbers of a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct WindowShape {
    /// Exponent.
    pub(super) p: f64,
    /// Height of Prodromakis' and Zha's windows.
    pub(super) j: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(window: Window, x: f64, rises: bool, p: f64) -> f64 {
        let shape = WindowShape { p, j: 1.0 };
        window.at(Dual::<1>::from(x), rises, shape).value
    }

    /// Two public codes have parentheses astray: `(1 - (2x - 1))^(2p)` and `1 - (x - 0.5)^2 + 0.75`.
    #[test]
    fn windows_are_one_in_the_middle_and_zero_at_the_ends() {
        for p in [1.0, 2.0, 7.0] {
            assert_eq!(at(Window::Joglekar, 0.5, true, p), 1.0);
            for x in [0.0, 1.0] {
                assert!(at(Window::Joglekar, x, true, p).abs() < 1e-12);
                assert!(at(Window::Prodromakis, x, true, p).abs() < 1e-12);
            }
        }
        assert!((at(Window::Joglekar, 0.25, true, 2.0) - (1.0 - 0.5_f64.powi(4))).abs() < 1e-15);
        assert!((at(Window::Prodromakis, 0.5, true, 2.0) - (1.0 - 0.75_f64.powi(2))).abs() < 1e-15);
    }

    #[test]
    fn windows_with_the_sign_of_the_current_open_the_way_back() {
        for window in [Window::Biolek, Window::Zha] {
            assert!(at(window, 1.0, true, 2.0).abs() < 1e-12, "{window:?}");
            assert!(at(window, 0.0, false, 2.0).abs() < 1e-12, "{window:?}");
        }
        assert_eq!(at(Window::Biolek, 1.0, false, 2.0), 1.0);
        assert_eq!(at(Window::Biolek, 0.0, true, 2.0), 1.0);
    }
}
