//! Functions that look at a whole vector, or at a vector along its scale.

use super::{AlgebraError, Complex64, Vector, VectorData, VectorKind, computed};

fn empty() -> AlgebraError {
    AlgebraError::Domain("the vector is empty".to_owned())
}

/// The arithmetic mean over points.
pub(super) fn mean(data: &VectorData) -> Result<VectorData, AlgebraError> {
    let count = data.len() as f64;
    match data {
        _ if data.is_empty() => Err(empty()),
        VectorData::Real(values) => Ok(VectorData::Real(vec![values.iter().sum::<f64>() / count])),
        VectorData::Complex(values) => Ok(VectorData::Complex(vec![
            values.iter().sum::<Complex64>() / count,
        ])),
    }
}

/// The standard deviation of a sample (divisor n - 1) of magnitudes about the mean.
pub(super) fn standard_deviation(data: &VectorData) -> Result<f64, AlgebraError> {
    let centre = mean(data)?.get(0).ok_or_else(empty)?;
    let squares: f64 = data
        .to_complex()
        .into_iter()
        .map(|z| (z - centre).norm_sqr())
        .sum();
    Ok((squares / (data.len().max(2) - 1) as f64).sqrt())
}

/// The least or greatest real part.
pub(super) fn extreme(data: &VectorData, pick: fn(f64, f64) -> f64) -> Result<f64, AlgebraError> {
    data.to_real().into_iter().reduce(pick).ok_or_else(empty)
}

/// The vector divided by its largest magnitude.
pub(super) fn normalised(data: &VectorData) -> Result<VectorData, AlgebraError> {
    let largest = data
        .to_complex()
        .into_iter()
        .map(Complex64::norm)
        .reduce(f64::max)
        .ok_or_else(empty)?;
    if largest == 0.0 {
        return Err(AlgebraError::Domain(
            "a zero vector cannot be normalised".to_owned(),
        ));
    }
    Ok(super::functions::map(
        data,
        |x| x / largest,
        |z| z / largest,
    ))
}

/// The phase without jumps of a whole turn, in rad times `units`; for `unwrap` the vector is a phase already.
pub(super) fn continuous_phase(x: &Vector, units: f64, is_phase: bool) -> Vector {
    let turn = std::f64::consts::TAU * units;
    let mut last = 0.0;
    let phases = (0..x.len())
        .filter_map(|point| x.data.get(point))
        .map(|z| {
            let phase = if is_phase { z.re } else { z.arg() * units };
            last = phase - turn * ((phase - last) / turn).round();
            last
        })
        .collect();
    Vector::real("", VectorKind::Phase, phases)
}

/// The points of a scale that goes with a vector.
fn along(x: &Vector, scale: Option<&Vector>) -> Result<Vec<f64>, AlgebraError> {
    let scale = scale.ok_or_else(|| AlgebraError::Domain("the plot has no scale".to_owned()))?;
    if scale.len() != x.len() {
        return Err(AlgebraError::Lengths {
            left: x.len(),
            right: scale.len(),
        });
    }
    if x.is_empty() {
        return Err(empty());
    }
    Ok(scale.data.to_real())
}

fn with_values(x: &Vector, values: Vec<Complex64>) -> Vector {
    computed(if x.data.is_complex() {
        VectorData::Complex(values)
    } else {
        VectorData::Real(values.into_iter().map(|z| z.re).collect())
    })
}

/// The integral from the first point to each point, by the trapezoidal rule.
pub(super) fn integral(x: &Vector, scale: Option<&Vector>) -> Result<Vector, AlgebraError> {
    let scale = along(x, scale)?;
    let values = x.data.to_complex();
    let mut sum = Complex64::ZERO;
    let mut integrals = vec![sum];
    for (t, y) in scale.windows(2).zip(values.windows(2)) {
        if let (&[t0, t1], &[y0, y1]) = (t, y) {
            sum += (y0 + y1) * (0.5 * (t1 - t0));
            integrals.push(sum);
        }
    }
    Ok(with_values(x, integrals))
}

/// The mean over the scale from the first point to each point.
pub(super) fn running_average(x: &Vector, scale: Option<&Vector>) -> Result<Vector, AlgebraError> {
    let points = along(x, scale)?;
    let integral = integral(x, scale)?.data.to_complex();
    let values = x.data.to_complex();
    let start = points.first().copied().unwrap_or_default();
    let averages = integral
        .into_iter()
        .zip(&points)
        .zip(values)
        .map(|((sum, &at), value)| {
            if at == start {
                value
            } else {
                sum / (at - start)
            }
        })
        .collect();
    Ok(with_values(x, averages))
}

/// The derivative along the scale: at each point that of the parabola through it and its two neighbours, exact for
/// quadratic functions on any spacing.
pub(super) fn derivative(x: &Vector, scale: Option<&Vector>) -> Result<Vector, AlgebraError> {
    let t = along(x, scale)?;
    let y = x.data.to_complex();
    let n = y.len();
    let value = |at: usize| -> Option<(f64, Complex64)> { Some((*t.get(at)?, *y.get(at)?)) };
    let slope = |a: (f64, Complex64), b: (f64, Complex64)| (b.1 - a.1) / (b.0 - a.0);
    let slopes: Option<Vec<Complex64>> = (0..n)
        .map(|point| {
            if n == 1 {
                return Some(Complex64::ZERO);
            }
            if n == 2 {
                return Some(slope(value(0)?, value(1)?));
            }
            let middle = point.clamp(1, n - 2);
            let (a, b, c) = (value(middle - 1)?, value(middle)?, value(middle + 1)?);
            let curvature = (slope(b, c) - slope(a, b)) / (c.0 - a.0);
            let at = t.get(point)?;
            Some(slope(a, b) + curvature * (2.0 * at - a.0 - b.0))
        })
        .collect();
    slopes
        .map(|slopes| with_values(x, slopes))
        .ok_or_else(empty)
}

/// The group delay -d(phase)/d(2 pi f), s.
pub(super) fn group_delay(x: &Vector, scale: Option<&Vector>) -> Result<Vector, AlgebraError> {
    let phase = continuous_phase(x, 1.0, false);
    let slope = derivative(&phase, scale)?;
    let delays = slope
        .data
        .to_real()
        .into_iter()
        .map(|slope| -slope / std::f64::consts::TAU)
        .collect();
    Ok(Vector::real("", VectorKind::Time, delays))
}

/// A vector of one plot on the scale of another, linearly between points; outside of its range the end values hold.
pub(super) fn interpolate(
    x: &Vector,
    from: Option<&Vector>,
    to: Option<&Vector>,
) -> Result<Vector, AlgebraError> {
    let old = along(x, from)?;
    let new = to
        .ok_or_else(|| AlgebraError::Domain("the plot has no scale".to_owned()))?
        .data
        .to_real();
    let y = x.data.to_complex();
    if old.windows(2).any(|pair| pair.first() >= pair.last()) {
        return Err(AlgebraError::Domain(
            "interpolation needs a scale that grows".to_owned(),
        ));
    }
    let values: Option<Vec<Complex64>> = new
        .into_iter()
        .map(|at| {
            let after = old.partition_point(|&t| t < at);
            let before = after.saturating_sub(1);
            let after = after.min(y.len() - 1);
            let (t0, t1) = (*old.get(before)?, *old.get(after)?);
            let (y0, y1) = (*y.get(before)?, *y.get(after)?);
            Some(if t1 > t0 {
                y0 + (y1 - y0) * ((at - t0) / (t1 - t0))
            } else {
                y1
            })
        })
        .collect();
    let made = values
        .map(|values| with_values(x, values))
        .ok_or_else(empty)?;
    Ok(Vector {
        kind: x.kind.clone(),
        ..made
    })
}
