//! Differential and integral nonlinearity, offset and gain.

use serde::Serialize;

use crate::ConverterError;
use crate::span::Span;

/// The inputs at which an ADC changes its code.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Transitions {
    /// Lowest code that was seen.
    pub first_code: u32,
    /// Where code `first_code + 1` begins, then every code up to the highest that was seen; a missing code begins where the next one does.
    pub inputs: Vec<f64>,
    /// Codes that were never seen.
    pub missing: Vec<u32>,
}

/// The straight line from which integral nonlinearity is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReferenceLine {
    /// Least squares over all points.
    #[default]
    BestFit,
    /// Through the first and the last point.
    EndPoints,
}

/// Static errors of a converter. A step is the mean one: the slope of the reference line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Linearity {
    /// Code of the first value of `inl`: for an ADC that of the transition's upper code.
    pub first_code: u32,
    /// Integral nonlinearity of each transition (ADC) or level (DAC), in steps.
    pub inl: Vec<f64>,
    /// Differential nonlinearity: the distance from the same transition or level to the next, less one step, in steps.
    pub dnl: Vec<f64>,
    /// What the line lies too high at code 0, in nominal steps.
    pub offset: f64,
    /// Gain over the nominal gain, less 1; for an ADC codes per input.
    pub gain_error: f64,
    /// Largest magnitude of `inl`.
    pub worst_inl: f64,
    /// Largest magnitude of `dnl`.
    pub worst_dnl: f64,
}

impl Linearity {
    /// Errors of an ADC of this range and resolution.
    ///
    /// # Errors
    /// Fewer than two transitions.
    pub fn of_transitions(
        transitions: &Transitions,
        span: Span,
        bits: u32,
        line: ReferenceLine,
    ) -> Result<Self, ConverterError> {
        let first_code = transitions.first_code + 1;
        let mut result = Self::of(&transitions.inputs, first_code, line)?;
        let step = span.step(bits);
        let slope = result.gain_error;
        result.offset = (result.offset - span.low) / step;
        result.gain_error = step / slope - 1.0;
        Ok(result)
    }

    /// Errors of a DAC of this range with a level for each code.
    ///
    /// # Errors
    /// Fewer than two levels.
    pub fn of_levels(
        levels: &[f64],
        span: Span,
        bits: u32,
        line: ReferenceLine,
    ) -> Result<Self, ConverterError> {
        let mut result = Self::of(levels, 0, line)?;
        let step = span.step(bits);
        result.offset = (result.offset - span.low) / step;
        result.gain_error = result.gain_error / step - 1.0;
        Ok(result)
    }

    /// With the line's value at code 0 as `offset` and its slope as `gain_error`.
    fn of(values: &[f64], first_code: u32, line: ReferenceLine) -> Result<Self, ConverterError> {
        let count = values.len();
        if count < 2 {
            return Err(ConverterError::Measurement(format!(
                "linearity needs two transitions or levels at least, and there {} {count}",
                if count == 1 { "is" } else { "are" }
            )));
        }
        let (at_first, slope) = match line {
            ReferenceLine::EndPoints => (
                values[0],
                (values[count - 1] - values[0]) / (count - 1) as f64,
            ),
            ReferenceLine::BestFit => best_fit(values),
        };
        if !(slope > 0.0 && slope.is_finite()) {
            return Err(ConverterError::Measurement(
                "the transfer curve does not rise".into(),
            ));
        }
        let inl: Vec<f64> = values
            .iter()
            .enumerate()
            .map(|(index, value)| (value - at_first) / slope - index as f64)
            .collect();
        let dnl: Vec<f64> = values
            .windows(2)
            .map(|pair| (pair[1] - pair[0]) / slope - 1.0)
            .collect();
        let worst = |errors: &[f64]| errors.iter().fold(0.0, |worst: f64, e| worst.max(e.abs()));
        Ok(Self {
            first_code,
            worst_inl: worst(&inl),
            worst_dnl: worst(&dnl),
            inl,
            dnl,
            offset: at_first - slope * f64::from(first_code),
            gain_error: slope,
        })
    }
}

/// Value at the first point and slope of the least-squares line over equidistant points.
fn best_fit(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let middle = 0.5 * (count - 1.0);
    let mean = values.iter().sum::<f64>() / count;
    let (mut product, mut square) = (0.0, 0.0);
    for (index, value) in values.iter().enumerate() {
        let from_middle = index as f64 - middle;
        product += from_middle * (value - mean);
        square += from_middle * from_middle;
    }
    let slope = product / square;
    (mean - slope * middle, slope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_has_offset_and_gain_only() {
        let span = Span {
            low: -1.0,
            high: 1.0,
        };
        // Steps of 0.11 instead of 0.125, code 0 at -0.9 instead of -1.
        let levels: Vec<f64> = (0..16).map(|code| -0.9 + 0.11 * f64::from(code)).collect();
        for line in [ReferenceLine::BestFit, ReferenceLine::EndPoints] {
            let found = Linearity::of_levels(&levels, span, 4, line).unwrap();
            assert!(found.worst_inl < 1e-12 && found.worst_dnl < 1e-12);
            assert!((found.offset - 0.8).abs() < 1e-12);
            assert!((found.gain_error + 0.12).abs() < 1e-12);
            let transitions = Transitions {
                first_code: 0,
                inputs: levels[1..].to_vec(),
                missing: Vec::new(),
            };
            let found = Linearity::of_transitions(&transitions, span, 4, line).unwrap();
            assert_eq!(found.first_code, 1);
            assert!((found.offset - 0.8).abs() < 1e-12);
            assert!((found.gain_error - (0.125 / 0.11 - 1.0)).abs() < 1e-12);
        }
    }

    #[test]
    fn one_displaced_level_is_seen_where_it_is() {
        let mut levels: Vec<f64> = (0..8).map(|code| f64::from(code) / 8.0).collect();
        levels[3] += 0.25 / 8.0;
        let found =
            Linearity::of_levels(&levels, Span::default(), 3, ReferenceLine::EndPoints).unwrap();
        assert!((found.inl[3] - 0.25).abs() < 1e-12);
        assert!((found.dnl[2] - 0.25).abs() < 1e-12 && (found.dnl[3] + 0.25).abs() < 1e-12);
        assert_eq!(found.inl.iter().filter(|inl| inl.abs() > 1e-12).count(), 1);
    }

    #[test]
    fn what_has_no_line() {
        let refuse = |levels: &[f64]| {
            Linearity::of_levels(levels, Span::default(), 3, ReferenceLine::BestFit)
                .unwrap_err()
                .to_string()
        };
        assert!(refuse(&[0.5]).contains("there is 1"));
        assert!(refuse(&[0.5, 0.5, 0.5]).contains("does not rise"));
    }
}
