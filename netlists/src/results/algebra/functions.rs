//! Functions of vectors.

use super::{
    AlgebraError, Complex64, POINT_LIMIT, Vector, VectorData, VectorKind, VectorScope, calculus,
    computed, operators, unknown_function,
};

/// Applies a function to every value.
pub(super) fn map(
    data: &VectorData,
    real: impl Fn(f64) -> f64,
    complex: impl Fn(Complex64) -> Complex64,
) -> VectorData {
    match data {
        VectorData::Real(values) => VectorData::Real(values.iter().map(|&x| real(x)).collect()),
        VectorData::Complex(values) => {
            VectorData::Complex(values.iter().map(|&z| complex(z)).collect())
        }
    }
}

/// A real number of every value.
fn part(vector: &Vector, kind: VectorKind, of: impl Fn(Complex64) -> f64) -> Vector {
    let values = (0..vector.len())
        .filter_map(|point| vector.data.get(point))
        .map(of)
        .collect();
    Vector {
        kind,
        logarithmic: vector.logarithmic,
        ..Vector::real("", VectorKind::NoType, values)
    }
}

fn scalar_argument(name: &str, vector: &Vector) -> Result<f64, AlgebraError> {
    match (vector.len(), vector.data.real_at(0)) {
        (1, Some(value)) => Ok(value),
        _ => Err(AlgebraError::Domain(format!(
            "`{name}` takes one number, not a vector"
        ))),
    }
}

fn made_length(name: &str, vector: &Vector) -> Result<usize, AlgebraError> {
    let count = scalar_argument(name, vector)?.round();
    if (1.0..=POINT_LIMIT).contains(&count) {
        Ok(count as usize)
    } else {
        Err(AlgebraError::Domain(format!(
            "`{name}` takes a number of points from 1 to {POINT_LIMIT:e}"
        )))
    }
}

/// A function of one vector.
pub(super) fn one(
    name: &str,
    x: &Vector,
    scale: Option<&Vector>,
    scope: &VectorScope<'_>,
) -> Result<Vector, AlgebraError> {
    let units = if scope.degrees {
        1.0_f64.to_degrees()
    } else {
        1.0
    };
    let keep = x.kind.clone();
    let elementwise = |real: fn(f64) -> f64, complex: fn(Complex64) -> Complex64| {
        computed(map(&x.data, real, complex))
    };
    let angle = |real: fn(f64) -> f64, complex: fn(Complex64) -> Complex64| {
        computed(map(
            &x.data,
            |value| real(value / units),
            |value| complex(value / units),
        ))
    };
    let inverse_angle = |real: fn(f64) -> f64, complex: fn(Complex64) -> Complex64| {
        computed(map(
            &x.data,
            |value| real(value) * units,
            |value| complex(value) * units,
        ))
    };
    let constant = |value: f64| Ok(Vector::scalar("", value));
    Ok(match name {
        "mag" | "magnitude" | "abs" => part(x, keep, Complex64::norm),
        "ph" | "phase" => part(x, VectorKind::Phase, |z| z.arg() * units),
        "cph" | "cphase" | "unwrap" => calculus::continuous_phase(x, units, name == "unwrap"),
        "re" | "real" => part(x, keep, |z| z.re),
        "im" | "imag" => part(x, keep, |z| z.im),
        "conj" => elementwise(|value| value, |z| z.conj()),
        "j" => computed(VectorData::Complex(
            x.data
                .to_complex()
                .into_iter()
                .map(|z| Complex64::I * z)
                .collect(),
        )),
        "db" => part(x, VectorKind::Decibel, |z| 20.0 * z.norm().log10()),
        "log" | "ln" => logarithm(x, 1.0)?,
        "log10" => logarithm(x, std::f64::consts::LN_10)?,
        "exp" => elementwise(f64::exp, Complex64::exp),
        "sqrt" => square_root(x),
        "sin" => angle(f64::sin, Complex64::sin),
        "cos" => angle(f64::cos, Complex64::cos),
        "tan" => angle(f64::tan, Complex64::tan),
        "sinh" => elementwise(f64::sinh, Complex64::sinh),
        "cosh" => elementwise(f64::cosh, Complex64::cosh),
        "tanh" => elementwise(f64::tanh, Complex64::tanh),
        "asin" => inverse_angle(f64::asin, Complex64::asin),
        "acos" => inverse_angle(f64::acos, Complex64::acos),
        "atan" => inverse_angle(f64::atan, Complex64::atan),
        "floor" => elementwise(f64::floor, |z| Complex64::new(z.re.floor(), z.im.floor())),
        "ceil" => elementwise(f64::ceil, |z| Complex64::new(z.re.ceil(), z.im.ceil())),
        "nint" => elementwise(f64::round_ties_even, |z| {
            Complex64::new(z.re.round_ties_even(), z.im.round_ties_even())
        }),
        "pos" => part(x, VectorKind::NoType, |z| f64::from(z.re > 0.0)),
        "sgn" => part(x, VectorKind::NoType, |z| {
            if z.re == 0.0 { 0.0 } else { z.re.signum() }
        }),
        "length" => return constant(x.len() as f64),
        "mean" => computed(calculus::mean(&x.data)?),
        "stddev" => return calculus::standard_deviation(&x.data).and_then(constant),
        "vecmin" | "minimum" => return calculus::extreme(&x.data, f64::min).and_then(constant),
        "vecmax" | "maximum" => return calculus::extreme(&x.data, f64::max).and_then(constant),
        "norm" => computed(calculus::normalised(&x.data)?),
        "avg" => calculus::running_average(x, scale)?,
        "deriv" => calculus::derivative(x, scale)?,
        "integ" => calculus::integral(x, scale)?,
        "group_delay" => calculus::group_delay(x, scale)?,
        "vector" => Vector::real(
            "",
            VectorKind::NoType,
            (0..made_length(name, x)?)
                .map(|point| point as f64)
                .collect(),
        ),
        "unitvec" => Vector::real("", VectorKind::NoType, vec![1.0; made_length(name, x)?]),
        "sgauss" | "sunif" | "rnd" | "poisson" | "exponential" => {
            let values = (0..x.len()).filter_map(|point| x.data.real_at(point));
            let drawn: Option<Vec<f64>> =
                values.map(|mean| scope.random.draw(name, mean)).collect();
            let drawn = drawn.ok_or_else(|| {
                AlgebraError::Domain(format!(
                    "`{name}` needs a positive mean, finite and not too large"
                ))
            })?;
            Vector::real("", VectorKind::NoType, drawn)
        }
        "fft" | "ifft" | "sortorder" | "vecd" | "cvector" => {
            return Err(AlgebraError::Domain(format!(
                "the function `{name}` is not supported"
            )));
        }
        "min" | "max" | "pow" | "pwr" | "atan2" | "complex" => {
            return Err(AlgebraError::Arguments {
                name: name.to_owned(),
                expected: 2,
                found: 1,
            });
        }
        _ => return Err(unknown_function(name)),
    })
}

/// A function of two vectors. `complex(a, b)` is what scripts write as `(a, b)`.
pub(super) fn two(name: &str, x: &Vector, y: &Vector) -> Result<Vector, AlgebraError> {
    let real_only = |f: fn(f64, f64) -> f64| {
        if x.data.is_complex() || y.data.is_complex() {
            return Err(AlgebraError::Domain(format!("`{name}` takes real numbers")));
        }
        operators::zip(&x.data, &y.data, |a, b| Ok(f(a, b)), |a, _| Ok(a)).map(computed)
    };
    match name {
        "min" => real_only(f64::min),
        "max" => real_only(f64::max),
        "pow" => operators::binary(
            ohmloom_devices::expression::BinaryOperator::Power,
            &x.data,
            &y.data,
        )
        .map(computed),
        "pwr" => real_only(|a, b| a.signum() * a.abs().powf(b)),
        "atan2" => real_only(f64::atan2),
        "complex" => operators::zip(
            &x.data,
            &VectorData::Complex(y.data.to_complex()),
            |a, _| Ok(a),
            |a, b| Ok(Complex64::new(a.re, b.re)),
        )
        .map(computed),
        _ => Err(unknown_function(name)),
    }
}

/// The logarithm, divided by `base`: its own domain is x > 0 for real and z != 0 for complex values.
fn logarithm(x: &Vector, base: f64) -> Result<Vector, AlgebraError> {
    let outside = match &x.data {
        VectorData::Real(values) => values.iter().any(|&value| value <= 0.0),
        VectorData::Complex(values) => values.contains(&Complex64::ZERO),
    };
    if outside {
        return Err(AlgebraError::Domain(
            "the logarithm needs a positive argument".to_owned(),
        ));
    }
    Ok(computed(map(
        &x.data,
        |value| value.ln() / base,
        |z| z.ln() / base,
    )))
}

/// The square root, complex when a value is negative.
fn square_root(x: &Vector) -> Vector {
    match &x.data {
        VectorData::Real(values) if values.iter().all(|&value| value >= 0.0) => {
            computed(map(&x.data, f64::sqrt, Complex64::sqrt))
        }
        data => computed(VectorData::Complex(
            data.to_complex().into_iter().map(Complex64::sqrt).collect(),
        )),
    }
}
