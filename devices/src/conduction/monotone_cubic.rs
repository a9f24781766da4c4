//! Monotone piecewise cubic interpolation.

/// Slopes at the points of a monotone piecewise cubic through `(x, y)`: the weighted harmonic mean of the neighbouring secants
/// (F. N. Fritsch and J. Butland, SIAM J. Sci. Stat. Comput. 5, 300, 1984), three-point formulas at the ends, limited as in F. N. Fritsch
/// and R. E. Carlson, SIAM J. Numer. Anal. 17, 238 (1980). `x` is increasing and has at least two points.
pub(super) fn slopes(x: &[f64], y: &[f64]) -> Vec<f64> {
    let n = x.len();
    let step: Vec<f64> = x.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let secant: Vec<f64> = y
        .windows(2)
        .zip(&step)
        .map(|(pair, h)| (pair[1] - pair[0]) / h)
        .collect();
    if n == 2 {
        return vec![secant[0]; 2];
    }
    let mut slopes = Vec::with_capacity(n);
    slopes.push(end_slope(step[0], step[1], secant[0], secant[1]));
    for k in 1..n - 1 {
        let (before, after) = (secant[k - 1], secant[k]);
        slopes.push(if before * after > 0.0 {
            let w1 = 2.0 * step[k] + step[k - 1];
            let w2 = step[k] + 2.0 * step[k - 1];
            (w1 + w2) / (w1 / before + w2 / after)
        } else {
            0.0
        });
    }
    slopes.push(end_slope(
        step[n - 2],
        step[n - 3],
        secant[n - 2],
        secant[n - 3],
    ));
    slopes
}

/// The slope at an end, from the two intervals next to it.
fn end_slope(near: f64, far: f64, near_secant: f64, far_secant: f64) -> f64 {
    let slope = ((2.0 * near + far) * near_secant - near * far_secant) / (near + far);
    if slope * near_secant <= 0.0 {
        0.0
    } else if near_secant * far_secant <= 0.0 && slope.abs() > 3.0 * near_secant.abs() {
        3.0 * near_secant
    } else {
        slope
    }
}

/// Value and derivative of the cubic on an interval of width `h` at the fraction `t` of it, from values and slopes at its ends.
#[inline]
pub(super) fn hermite(h: f64, t: f64, y: [f64; 2], slope: [f64; 2]) -> (f64, f64) {
    let secant = (y[1] - y[0]) / h;
    // Newton form: y0 + t h (s0 + t (c2 + t c3)).
    let c2 = 3.0 * secant - 2.0 * slope[0] - slope[1];
    let c3 = slope[0] + slope[1] - 2.0 * secant;
    (
        y[0] + t * h * (slope[0] + t * (c2 + t * c3)),
        slope[0] + t * (2.0 * c2 + 3.0 * t * c3),
    )
}
