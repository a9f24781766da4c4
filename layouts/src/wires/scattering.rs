//! Resistivity of narrow lines.

use super::{not_negative, positive, require};
use crate::LayoutError;

/// A metal, and how its surfaces and grain boundaries scatter electrons.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conductor {
    /// Resistivity of the bulk, ohm m.
    pub bulk_resistivity: f64,
    /// Mean free path of electrons in the bulk, m.
    pub mean_free_path: f64,
    /// Part of the electrons that surfaces reflect specularly, 0 to 1.
    pub specularity: f64,
    /// Part of the electrons that a grain boundary reflects, 0 to below 1.
    pub reflection: f64,
    /// Distance of grain boundaries along the line, m; infinite for a single crystal.
    pub grain_size: f64,
}

impl Conductor {
    /// Copper at room temperature: 16.78 nOhm m and 39.9 nm (D. Gall, J. Appl. Phys. 119, 085101, 2016), with diffuse surfaces and grains as large as
    /// the conductor is wide (`width`, m). The reflection is 0.37, within the 0.2 to 0.5 that are found: with it, lines from 7 to 26 nm are within 17 % of the fit to
    /// measured lines by I. Ciofi et al., IEEE Trans. Electron Devices 63, 2488 (2016).
    pub fn copper(width: f64) -> Self {
        Self {
            bulk_resistivity: 16.78e-9,
            mean_free_path: 39.9e-9,
            specularity: 0.0,
            reflection: 0.37,
            grain_size: width,
        }
    }

    /// A metal that has its bulk resistivity (ohm m) in any line.
    pub fn bulk(resistivity: f64) -> Self {
        Self {
            bulk_resistivity: resistivity,
            mean_free_path: 0.0,
            specularity: 1.0,
            reflection: 0.0,
            grain_size: f64::INFINITY,
        }
    }

    fn validate(&self) -> Result<(), LayoutError> {
        positive("bulk_resistivity", self.bulk_resistivity)?;
        not_negative("mean_free_path", self.mean_free_path)?;
        let p = self.specularity;
        require(
            (0.0..=1.0).contains(&p),
            "specularity",
            p,
            "must be between 0 and 1",
        )?;
        let r = self.reflection;
        require(
            (0.0..1.0).contains(&r),
            "reflection",
            r,
            "must be at least 0 and below 1",
        )?;
        require(
            self.grain_size > 0.0,
            "grain_size",
            self.grain_size,
            "must be above 0",
        )
    }
}

/// Resistivity of a line of this width and thickness (m), in ohm m.
///
/// By Matthiessen's rule the grain-boundary term and the surface terms of both pairs of faces add to the bulk resistivity:
/// `rho = rho0 (F_gb + (F(t) - 1) + (F(w) - 1))`, with [`grain_boundary_factor`] and [`surface_factor`].
///
/// # Errors
/// Dimensions or properties out of range, named.
pub fn resistivity(conductor: &Conductor, width: f64, thickness: f64) -> Result<f64, LayoutError> {
    conductor.validate()?;
    positive("width", width)?;
    positive("thickness", thickness)?;
    let path = conductor.mean_free_path;
    let grains = grain_boundary_factor(path / conductor.grain_size, conductor.reflection);
    let surface = |size: f64| surface_factor(size / path, conductor.specularity) - 1.0;
    Ok(conductor.bulk_resistivity * (grains + surface(width) + surface(thickness)))
}

/// Resistivity of a film over that of the bulk, for `kappa = thickness / mean free path` and specularity `p`:
///
/// `1/F = 1 - (3/2 kappa)(1 - p) int_1^inf (1/t^3 - 1/t^5) (1 - e^(-kappa t))/(1 - p e^(-kappa t)) dt`
///
/// (K. Fuchs, Proc. Cambridge Phil. Soc. 34, 100, 1938; E. H. Sondheimer, Adv. Phys. 1, 1, 1952), integrated numerically. For large
/// `kappa` it is `1 + 3 (1 - p)/(8 kappa)`. `kappa` is above 0.
pub fn surface_factor(kappa: f64, specularity: f64) -> f64 {
    if specularity >= 1.0 || kappa.is_infinite() {
        return 1.0;
    }
    // With t = 1/u, and with 1 = (3/2) int (1 - u^2) du taken under the integral, nothing cancels in thin films.
    1.0 / (1.5 * integral(|u| (1.0 - u * u) * kept(kappa / u, specularity)))
}

/// `1 - (1 - p)(1 - e^-x)/(x (1 - p e^-x))`: the part of its current that a group of electrons keeps beside surfaces; they cross the film
/// in `x` mean free paths.
fn kept(x: f64, p: f64) -> f64 {
    let lost = -(-x).exp_m1();
    // x - (1 - e^-x)
    let excess = if x < 0.01 {
        x * x * (0.5 - x * (1.0 / 6.0 - x * (1.0 / 24.0 - x / 120.0)))
    } else {
        x - lost
    };
    ((1.0 - p) * excess / x + p * lost) / (1.0 - p + p * lost)
}

/// The integral over the unit interval by the double-exponential rule (H. Takahasi and M. Mori, 1974).
fn integral(f: impl Fn(f64) -> f64) -> f64 {
    const STEP: f64 = 1.0 / 32.0;
    const REACH: i32 = 112;
    let half_pi = std::f64::consts::FRAC_PI_2;
    (-REACH..=REACH)
        .map(|k| {
            let s = STEP * f64::from(k);
            let a = half_pi * s.sinh();
            let u = 1.0 / (1.0 + (-2.0 * a).exp());
            let weight = half_pi * s.cosh() / (2.0 * a.cosh().powi(2));
            if u > 0.0 && u < 1.0 {
                weight * f(u)
            } else {
                0.0
            }
        })
        .sum::<f64>()
        * STEP
}

/// Resistivity of a metal with grain boundaries over that without, for `alpha0 = mean free path / grain size` and reflection `R`:
///
/// `1/F = 1 - (3/2) a + 3 a^2 - 3 a^3 ln(1 + 1/a)`, `a = alpha0 R/(1 - R)`
///
/// (A. F. Mayadas and M. Shatzkes, Phys. Rev. B 1, 1382, 1970).
pub fn grain_boundary_factor(alpha0: f64, reflection: f64) -> f64 {
    let a = alpha0 * reflection / (1.0 - reflection);
    // Equal to 3 int_0^1 u^3/(u + a) du, whose series for large a does not cancel: sum of 3 (-1)^k / ((k + 4) a^(k + 1)).
    let inverse = if a < 20.0 {
        1.0 - 1.5 * a + 3.0 * a * a - 3.0 * a.powi(3) * a.recip().ln_1p()
    } else {
        let mut power = 3.0 / a;
        let mut sum = 0.0;
        for k in 0..16 {
            sum += power / f64::from(k + 4);
            power /= -a;
        }
        sum
    };
    if a == 0.0 { 1.0 } else { 1.0 / inverse }
}
