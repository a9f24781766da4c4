//! Operators between vectors.

use ohmloom_devices::expression::BinaryOperator;

use super::{AlgebraError, Complex64, VectorData};

/// Applies a binary operator point by point.
pub(super) fn binary(
    operator: BinaryOperator,
    left: &VectorData,
    right: &VectorData,
) -> Result<VectorData, AlgebraError> {
    use BinaryOperator as B;
    let flag = f64::from;
    let truth = |z: Complex64| z != Complex64::ZERO;
    match operator {
        B::Add => zip(left, right, |x, y| Ok(x + y), |x, y| Ok(x + y)),
        B::Subtract => zip(left, right, |x, y| Ok(x - y), |x, y| Ok(x - y)),
        B::Multiply => zip(left, right, |x, y| Ok(x * y), |x, y| Ok(x * y)),
        B::Divide => zip(
            left,
            right,
            |x, y| nonzero(y != 0.0).map(|()| x / y),
            |x, y| nonzero(truth(y)).map(|()| x / y),
        ),
        B::IntegerDivide => ordered(left, right, |x, y| {
            nonzero(y != 0.0).map(|()| (x / y).trunc())
        }),
        // ngspice takes the remainder of the whole parts of the magnitudes.
        B::Remainder => ordered(left, right, |x, y| {
            let divisor = y.abs().floor();
            nonzero(divisor != 0.0).map(|()| x.abs().floor() % divisor)
        }),
        B::Power => power(left, right),
        B::Equal => zip(
            left,
            right,
            |x, y| Ok(flag(x == y)),
            |x, y| Ok(Complex64::new(flag(x == y), 0.0)),
        ),
        B::NotEqual => zip(
            left,
            right,
            |x, y| Ok(flag(x != y)),
            |x, y| Ok(Complex64::new(flag(x != y), 0.0)),
        ),
        B::Less => ordered(left, right, |x, y| Ok(flag(x < y))),
        B::LessOrEqual => ordered(left, right, |x, y| Ok(flag(x <= y))),
        B::Greater => ordered(left, right, |x, y| Ok(flag(x > y))),
        B::GreaterOrEqual => ordered(left, right, |x, y| Ok(flag(x >= y))),
        B::And => zip(
            left,
            right,
            |x, y| Ok(flag(x != 0.0 && y != 0.0)),
            |x, y| Ok(Complex64::new(flag(truth(x) && truth(y)), 0.0)),
        ),
        B::Or => zip(
            left,
            right,
            |x, y| Ok(flag(x != 0.0 || y != 0.0)),
            |x, y| Ok(Complex64::new(flag(truth(x) || truth(y)), 0.0)),
        ),
    }
}

fn nonzero(fine: bool) -> Result<(), AlgebraError> {
    if fine {
        Ok(())
    } else {
        Err(AlgebraError::Domain("division by zero".to_owned()))
    }
}

/// A negative base with a broken exponent makes the result complex.
fn power(left: &VectorData, right: &VectorData) -> Result<VectorData, AlgebraError> {
    let zero_base =
        || AlgebraError::Domain("zero to a power that is not positive and real".to_owned());
    let complex = |x: Complex64, y: Complex64| {
        if x != Complex64::ZERO {
            Ok(x.powc(y))
        } else if y == Complex64::ZERO {
            Ok(Complex64::ONE)
        } else if y.im == 0.0 && y.re > 0.0 {
            Ok(Complex64::ZERO)
        } else {
            Err(zero_base())
        }
    };
    if let (VectorData::Real(base), VectorData::Real(exponent)) = (left, right) {
        let broken = exponent.iter().any(|y| y.fract() != 0.0) && base.iter().any(|&x| x < 0.0);
        if broken {
            return zip(
                &VectorData::Complex(left.to_complex()),
                right,
                |x, y| Ok(x.powf(y)),
                complex,
            );
        }
    }
    zip(
        left,
        right,
        |x, y| {
            if x == 0.0 && y < 0.0 {
                Err(zero_base())
            } else {
                Ok(x.powf(y))
            }
        },
        complex,
    )
}

/// A comparison or another operator that complex numbers do not have; imaginary parts of 0 are fine.
fn ordered(
    left: &VectorData,
    right: &VectorData,
    real: impl Fn(f64, f64) -> Result<f64, AlgebraError>,
) -> Result<VectorData, AlgebraError> {
    let to_real = |data: &VectorData| match data {
        VectorData::Complex(values) if values.iter().any(|z| z.im != 0.0) => {
            Err(AlgebraError::Domain(
                "complex values have no order; use mag(), real() or imag()".to_owned(),
            ))
        }
        _ => Ok(VectorData::Real(data.to_real())),
    };
    zip(&to_real(left)?, &to_real(right)?, real, |x, _| Ok(x))
}

/// Number of points of the result of two operands, when they go together.
fn common(left: usize, right: usize) -> Result<usize, AlgebraError> {
    match (left, right) {
        (1, n) | (n, 1) => Ok(n),
        (a, b) if a == b => Ok(a),
        (left, right) => Err(AlgebraError::Lengths { left, right }),
    }
}

fn stretched<T: Copy>(values: &[T], point: usize) -> Option<T> {
    if values.len() == 1 {
        values.first().copied()
    } else {
        values.get(point).copied()
    }
}

/// Combines two operands point by point, in complex numbers when one of them is complex.
pub(super) fn zip(
    left: &VectorData,
    right: &VectorData,
    real: impl Fn(f64, f64) -> Result<f64, AlgebraError>,
    complex: impl Fn(Complex64, Complex64) -> Result<Complex64, AlgebraError>,
) -> Result<VectorData, AlgebraError> {
    let points = common(left.len(), right.len())?;
    if let (VectorData::Real(a), VectorData::Real(b)) = (left, right) {
        return (0..points)
            .filter_map(|point| Some(real(stretched(a, point)?, stretched(b, point)?)))
            .collect::<Result<Vec<_>, _>>()
            .map(VectorData::Real);
    }
    let (a, b) = (left.to_complex(), right.to_complex());
    (0..points)
        .filter_map(|point| Some(complex(stretched(&a, point)?, stretched(&b, point)?)))
        .collect::<Result<Vec<_>, _>>()
        .map(VectorData::Complex)
}

/// `condition ? yes : no`, point by point.
pub(super) fn choose(
    condition: &VectorData,
    yes: &VectorData,
    no: &VectorData,
) -> Result<VectorData, AlgebraError> {
    let points = common(common(condition.len(), yes.len())?, no.len())?;
    let at = |data: &VectorData, point: usize| data.get(if data.len() == 1 { 0 } else { point });
    let values: Vec<Complex64> = (0..points)
        .filter_map(|point| {
            let truth = at(condition, point)? != Complex64::ZERO;
            at(if truth { yes } else { no }, point)
        })
        .collect();
    Ok(if yes.is_complex() || no.is_complex() {
        VectorData::Complex(values)
    } else {
        VectorData::Real(values.into_iter().map(|z| z.re).collect())
    })
}

/// `vector[index]`: one point; or the points from `a` to `b` for `vector[a,b]`, backwards when b < a.
pub(super) fn index(
    vector: &VectorData,
    index: &VectorData,
    end: Option<&VectorData>,
) -> Result<VectorData, AlgebraError> {
    let number = |data: &VectorData| match (data.len(), data.real_at(0)) {
        (1, Some(value)) => Ok(value),
        _ => Err(AlgebraError::Domain("an index is one number".to_owned())),
    };
    let points = vector.len();
    let whole = |value: f64| {
        if value.fract() == 0.0 && value >= 0.0 && value < points as f64 {
            Ok(value as usize)
        } else {
            Err(AlgebraError::Domain(format!(
                "index {value} is outside of a vector of {points} points"
            )))
        }
    };
    let first = whole(number(index)?)?;
    let last = end.map_or(Ok(first), |end| number(end).and_then(whole))?;
    let (low, high) = (first.min(last), first.max(last));
    let part = |values: &mut dyn Iterator<Item = Complex64>| -> Vec<Complex64> {
        let mut list: Vec<_> = values.skip(low).take(high - low + 1).collect();
        if first > last {
            list.reverse();
        }
        list
    };
    Ok(match vector {
        VectorData::Real(values) => VectorData::Real(
            part(&mut values.iter().map(|&re| Complex64::new(re, 0.0)))
                .into_iter()
                .map(|z| z.re)
                .collect(),
        ),
        VectorData::Complex(values) => VectorData::Complex(part(&mut values.iter().copied())),
    })
}
