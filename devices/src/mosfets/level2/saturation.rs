//! Saturation where the carriers reach their drift velocity: Baum and Beneking, "Drift velocity saturation in MOS
//! transistors", IEEE Transactions on Electron Devices 17, 1970.

use super::Root;

/// Largest value of the polynomial at a root that counts as one, V^2.
const POLYNOMIAL_TOLERANCE: f64 = 1e-6;

/// The saturation voltage with its derivatives by gate and bulk, and the square root of the surface potential there.
pub(super) struct Saturation {
    pub(super) voltage: f64,
    pub(super) by_gate: f64,
    pub(super) by_bulk: f64,
    pub(super) end: Root,
    /// Mobility at the gate bias, m^2/(V s).
    pub(super) mobility: f64,
}

/// The saturation voltage at which the carriers move with their drift velocity, from the smallest positive root of
/// `x^4 + a x^3 + b x^2 + c x + d` with `x = sqrt(vdsat + surface)`; `None` when there is none.
///
/// `drive` is the gate voltage over the flat-band voltage, `surface` is `phi - vbs`, `source` its square root,
/// `reach` the voltage `vmax L / mobility`.
pub(super) fn drift_limited_voltage(
    drive: f64,
    surface: f64,
    gamma: f64,
    source: f64,
    reach: f64,
) -> Option<f64> {
    let total = drive + surface;
    let coefficients = [
        gamma / 0.75,
        -2.0 * (total + reach),
        -2.0 * gamma * reach,
        2.0 * total * (surface + reach) - surface * surface - 4.0 / 3.0 * gamma * source.powi(3),
    ];
    smallest_positive_root(coefficients).map(|x| x * x - surface)
}

/// Ferrari's solution of the quartic.
fn smallest_positive_root([a, b, c, d]: [f64; 4]) -> Option<f64> {
    let y = resolvent_root(-b, a * c - 4.0 * d, -d * (a * a - 4.0 * b) - c * c);
    let split = (0.25 * a * a - b + y).max(0.0).sqrt();
    let offset = (0.25 * y * y - d).max(0.0).sqrt();
    let mut smallest: Option<f64> = None;
    for (s, o) in [(1.0, 1.0), (-1.0, 1.0), (1.0, -1.0), (-1.0, -1.0)] {
        // x^2 + p x + q
        let p = 0.5 * a + s * split;
        let q = 0.5 * y + o * offset;
        let discriminant = 0.25 * p * p - q;
        if discriminant < 0.0 {
            continue;
        }
        let root = discriminant.sqrt();
        for x in [-0.5 * p + root, -0.5 * p - root] {
            let polynomial = (((x + a) * x + b) * x + c) * x + d;
            if x > 0.0
                && polynomial.abs() <= POLYNOMIAL_TOLERANCE
                && smallest.is_none_or(|least| x < least)
            {
                smallest = Some(x);
            }
        }
    }
    smallest
}

/// The largest real root of `y^3 + a y^2 + b y + c`, by Cardano's formula.
fn resolvent_root(a: f64, b: f64, c: f64) -> f64 {
    let r = b - a * a / 3.0;
    let s = 2.0 * a * a * a / 27.0 - a * b / 3.0 + c;
    let discriminant = 0.25 * s * s + r * r * r / 27.0;
    if discriminant < 0.0 {
        let radius = (-r / 3.0).sqrt();
        let angle = (-discriminant).sqrt().atan2(-0.5 * s);
        2.0 * radius * (angle / 3.0).cos() - a / 3.0
    } else {
        let root = discriminant.sqrt();
        (-0.5 * s + root).cbrt() + (-0.5 * s - root).cbrt() - a / 3.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(roots: [f64; 4]) -> [f64; 4] {
        let mut polynomial = [1.0, 0.0, 0.0, 0.0, 0.0];
        for (degree, root) in roots.into_iter().enumerate() {
            for k in (0..=degree).rev() {
                polynomial[k + 1] -= root * polynomial[k];
            }
        }
        [polynomial[1], polynomial[2], polynomial[3], polynomial[4]]
    }

    #[test]
    fn finds_the_smallest_positive_of_known_roots() {
        for roots in [
            [-3.0, -0.5, 1.2, 2.5],
            [1.0, 2.0, 3.0, 4.0],
            [-1.0, 0.7, 0.9, -2.0],
        ] {
            let expected = roots
                .iter()
                .copied()
                .filter(|r| *r > 0.0)
                .fold(f64::INFINITY, f64::min);
            let found = smallest_positive_root(expanded(roots)).unwrap();
            assert!((found - expected).abs() < 1e-7, "{roots:?}: {found}");
        }
    }

    #[test]
    fn a_large_drift_velocity_leaves_pinch_off() {
        let (drive, surface, gamma) = (3.0, 0.7, 0.5_f64);
        let pinch_off = drive
            + 0.5
                * gamma
                * gamma
                * (1.0 - (1.0 + 4.0 * (drive + surface) / (gamma * gamma)).sqrt());
        let voltage = drift_limited_voltage(drive, surface, gamma, surface.sqrt(), 3e3).unwrap();
        assert!((voltage - pinch_off).abs() < 2e-3, "{voltage} {pinch_off}");
        let strong = drift_limited_voltage(drive, surface, gamma, surface.sqrt(), 0.5).unwrap();
        assert!(strong < 0.6 * pinch_off);
    }
}
