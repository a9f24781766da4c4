//! Checks of the parameters of a memristor model.

use crate::parameters::{ParameterError, Parameters};

fn check<P: Parameters>(
    parameters: &P,
    names: &[&str],
    holds: impl Fn(f64) -> bool,
    reason: &'static str,
) -> Result<(), ParameterError> {
    for name in names {
        if let Some(value) = parameters.get(name)
            && !holds(value)
        {
            return Err(refuse(name, value, reason));
        }
    }
    Ok(())
}

/// The error about one parameter.
pub(super) fn refuse(name: &str, value: f64, reason: &'static str) -> ParameterError {
    ParameterError::OutOfRange {
        name: name.to_owned(),
        value,
        reason,
    }
}

/// Every parameter must be a finite number.
pub(super) fn finite<P: Parameters>(parameters: &P) -> Result<(), ParameterError> {
    check(
        parameters,
        P::names(),
        f64::is_finite,
        "must be a finite number",
    )
}

pub(super) fn positive<P: Parameters>(
    parameters: &P,
    names: &[&str],
) -> Result<(), ParameterError> {
    check(parameters, names, |value| value > 0.0, "must be positive")
}

pub(super) fn negative<P: Parameters>(
    parameters: &P,
    names: &[&str],
) -> Result<(), ParameterError> {
    check(parameters, names, |value| value < 0.0, "must be negative")
}

pub(super) fn not_negative<P: Parameters>(
    parameters: &P,
    names: &[&str],
) -> Result<(), ParameterError> {
    check(
        parameters,
        names,
        |value| value >= 0.0,
        "must not be negative",
    )
}

pub(super) fn not_positive<P: Parameters>(
    parameters: &P,
    names: &[&str],
) -> Result<(), ParameterError> {
    check(
        parameters,
        names,
        |value| value <= 0.0,
        "must not be positive",
    )
}

/// Each of `names` must lie between 0 and 1, both included.
pub(super) fn fraction<P: Parameters>(
    parameters: &P,
    names: &[&str],
) -> Result<(), ParameterError> {
    check(
        parameters,
        names,
        |value| (0.0..=1.0).contains(&value),
        "must be between 0 and 1",
    )
}

/// Each of `names` must be 0 or 1.
pub(super) fn switch<P: Parameters>(parameters: &P, names: &[&str]) -> Result<(), ParameterError> {
    check(
        parameters,
        names,
        |value| value == 0.0 || value == 1.0,
        "must be 0 or 1",
    )
}

/// Each pair of parameters must be in rising order.
pub(super) fn rising<P: Parameters>(
    parameters: &P,
    pairs: &[(&str, &str, &'static str)],
) -> Result<(), ParameterError> {
    for (low, high, reason) in pairs {
        if let (Some(low), Some(value)) = (parameters.get(low), parameters.get(high))
            && low >= value
        {
            return Err(refuse(high, value, reason));
        }
    }
    Ok(())
}

/// A parameter that must lie between two others.
pub(super) fn between(
    name: &str,
    value: f64,
    (low, high): (f64, f64),
    reason: &'static str,
) -> Result<(), ParameterError> {
    // Decimal fractions of the bounds may miss them by rounding.
    let slack = 1e-9 * (high - low);
    if value >= low - slack && value <= high + slack {
        return Ok(());
    }
    Err(refuse(name, value, reason))
}
