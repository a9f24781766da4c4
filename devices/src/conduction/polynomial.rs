//! Polynomial conduction.

use super::{Conduction, ConductionError, positive};

/// Halvings after which a slope that is neither shown to be positive nor found not to be counts as not positive.
const MOST_HALVINGS: u32 = 40;

/// `i = s g (v + c2 v^2 + c3 v^3 + ...)` within `|v| <= range`, continued along the tangent beyond; `s = 1` so that `g` is the
/// small-signal conductance, or such that `g` is `i/v` at a read voltage.
#[derive(Clone, Debug, PartialEq)]
pub struct Polynomial {
    /// `c2, c3, ...`, 1/V, 1/V^2, ...
    coefficients: Vec<f64>,
    range: f64,
    scale: f64,
}

impl Polynomial {
    /// From `c2, c3, ...` (1/V, 1/V^2, ...) and the largest voltage (V) at which the polynomial is used.
    ///
    /// # Errors
    /// Coefficients that are not finite; a range not above zero; a slope that is not above zero everywhere within the range.
    pub fn new(coefficients: &[f64], range: f64) -> Result<Self, ConductionError> {
        let range = positive("range", range)?;
        if let Some(&value) = coefficients.iter().find(|c| !c.is_finite()) {
            return Err(ConductionError::BadParameter {
                name: "coefficient",
                value,
                reason: "must be finite",
            });
        }
        // The slope in powers of t, where v = range (2 t - 1) and t runs from 0 to 1.
        let powers = coefficients.iter().zip(1_i32..);
        let slope: Vec<f64> = std::iter::once(1.0)
            .chain(powers.map(|(c, k)| f64::from(k + 1) * c * range.powi(k)))
            .collect();
        if let Err(place) = positive_on_unit(&bernstein(&slope), 0.0, 1.0, MOST_HALVINGS) {
            return Err(ConductionError::NotMonotone {
                voltage: range * (2.0 * place - 1.0),
                range,
            });
        }
        Ok(Self {
            coefficients: coefficients.to_vec(),
            range,
            scale: 1.0,
        })
    }

    /// The same curve, with `g` defined as `i/v` at `voltage` (V) instead of at small signals.
    ///
    /// # Errors
    /// `voltage` not above zero or beyond the range.
    pub fn at_read_voltage(mut self, voltage: f64) -> Result<Self, ConductionError> {
        let voltage = positive("read voltage", voltage)?;
        if voltage > self.range {
            return Err(ConductionError::BadParameter {
                name: "read voltage",
                value: voltage,
                reason: "must be within the range of the polynomial",
            });
        }
        self.scale = voltage / self.value_and_slope(voltage).0;
        Ok(self)
    }

    #[inline]
    fn value_and_slope(&self, v: f64) -> (f64, f64) {
        let (mut value, mut slope) = (0.0, 0.0);
        for c in self.coefficients.iter().rev() {
            slope = slope * v + value;
            value = value * v + c;
        }
        // value holds (c2 + c3 v + ...): two more steps of Horner's scheme, with 1 and 0.
        slope = slope * v + value;
        value = value * v + 1.0;
        (value * v, slope * v + value)
    }
}

impl Conduction for Polynomial {
    #[inline]
    fn at(&self, g: f64, v: f64) -> (f64, f64) {
        let g = g * self.scale;
        let inside = v.clamp(-self.range, self.range);
        let (value, slope) = self.value_and_slope(inside);
        (g * (value + slope * (v - inside)), g * slope)
    }
}

/// Bernstein coefficients on `0 <= t <= 1` of the polynomial `sum a_k u^k` with `u = 2 t - 1`.
fn bernstein(powers: &[f64]) -> Vec<f64> {
    // u^k = (t - (1 - t))^k, raised to the full degree n by (t + (1 - t))^(n-k): products of Bernstein forms.
    let degree = powers.len() - 1;
    let mut sum = vec![0.0; degree + 1];
    for (k, a) in powers.iter().enumerate() {
        // Coefficients of t^j (1 - t)^(n - j).
        let mut product = vec![1.0];
        for factor in 0..degree {
            let lower = if factor < k { -1.0 } else { 1.0 };
            let mut next = vec![0.0; product.len() + 1];
            for (j, p) in product.iter().enumerate() {
                next[j] += lower * p;
                next[j + 1] += p;
            }
            product = next;
        }
        for (total, p) in sum.iter_mut().zip(&product) {
            *total += a * p;
        }
    }
    let mut binomial = 1.0;
    for (j, value) in sum.iter_mut().enumerate() {
        *value /= binomial;
        binomial = binomial * (degree - j) as f64 / (j + 1) as f64;
    }
    sum
}

/// Whether a polynomial in Bernstein form is above zero on its whole interval (it lies within the hull of its coefficients); otherwise a
/// place where it is not.
fn positive_on_unit(coefficients: &[f64], low: f64, high: f64, halvings: u32) -> Result<(), f64> {
    let last = coefficients.len() - 1;
    for (end, place) in [(coefficients[0], low), (coefficients[last], high)] {
        if end.is_nan() || end <= 0.0 {
            return Err(place);
        }
    }
    if coefficients.iter().all(|&c| c > 0.0) {
        return Ok(());
    }
    let middle = low.midpoint(high);
    if halvings == 0 {
        return Err(middle);
    }
    // de Casteljau's scheme at the middle.
    let mut left = Vec::with_capacity(last + 1);
    let mut right = coefficients.to_vec();
    for step in 0..=last {
        left.push(right[0]);
        for j in 0..last - step {
            right[j] = right[j].midpoint(right[j + 1]);
        }
    }
    positive_on_unit(&left, low, middle, halvings - 1)?;
    positive_on_unit(&right, middle, high, halvings - 1)
}
