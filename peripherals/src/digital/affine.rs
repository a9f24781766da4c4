//! A scale and an offset for each column, and the activation behind them.

use super::fixed_point::{DigitalError, QFormat};

/// What follows the scale and the offset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Activation {
    /// Nothing.
    #[default]
    Linear,
    /// Negative values become 0.
    Relu,
}

/// `y = scale x + offset` with one scale and offset for each column, in floating point.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnAffine {
    scale: Vec<f64>,
    offset: Vec<f64>,
}

/// A batch normalisation: `gamma (x - mean) / sqrt(variance + epsilon) + beta`, one of each for each column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BatchNorm<'a> {
    /// Scales.
    pub gamma: &'a [f64],
    /// Offsets.
    pub beta: &'a [f64],
    /// Means.
    pub mean: &'a [f64],
    /// Variances.
    pub variance: &'a [f64],
    /// Added to the variances.
    pub epsilon: f64,
}

impl ColumnAffine {
    /// Scales and offsets of the columns.
    ///
    /// # Errors
    /// Lists of different lengths; a value that is not finite.
    pub fn new(scale: Vec<f64>, offset: Vec<f64>) -> Result<Self, DigitalError> {
        same_length("offsets", scale.len(), offset.len())?;
        finite("scale", &scale)?;
        finite("offset", &offset)?;
        Ok(Self { scale, offset })
    }

    /// The same followed by a batch normalisation, folded into one scale and offset: `scale g` and `(offset - mean) g + beta` with
    /// `g = gamma / sqrt(variance + epsilon)`.
    ///
    /// # Errors
    /// Lists of another length; a value that is not finite; a variance that is not positive with epsilon added.
    pub fn folded(&self, norm: &BatchNorm<'_>) -> Result<Self, DigitalError> {
        for (what, list) in [
            ("gamma", norm.gamma),
            ("beta", norm.beta),
            ("mean", norm.mean),
            ("variance", norm.variance),
        ] {
            same_length(what, self.scale.len(), list.len())?;
            finite(what, list)?;
        }
        let mut folded = self.clone();
        for (index, (scale, offset)) in folded.scale.iter_mut().zip(&mut folded.offset).enumerate()
        {
            let variance = norm.variance[index] + norm.epsilon;
            if !(variance > 0.0 && variance.is_finite()) {
                return Err(DigitalError::BadValue {
                    what: "variance + epsilon",
                    index,
                    value: variance,
                });
            }
            let gain = norm.gamma[index] / variance.sqrt();
            *scale *= gain;
            *offset = (*offset - norm.mean[index]) * gain + norm.beta[index];
        }
        Ok(folded)
    }

    /// Scales of the columns.
    pub fn scale(&self) -> &[f64] {
        &self.scale
    }

    /// Offsets of the columns.
    pub fn offset(&self) -> &[f64] {
        &self.offset
    }

    /// Processes whole vectors of columns in place.
    ///
    /// # Errors
    /// Values that are no whole vectors.
    pub fn apply(&self, activation: Activation, values: &mut [f64]) -> Result<(), DigitalError> {
        whole_vectors(self.scale.len(), values.len())?;
        for vector in values.chunks_exact_mut(self.scale.len().max(1)) {
            for ((value, scale), offset) in vector.iter_mut().zip(&self.scale).zip(&self.offset) {
                *value = scale * *value + offset;
                if activation == Activation::Relu {
                    *value = value.max(0.0);
                }
            }
        }
        Ok(())
    }
}

/// The same in fixed point: an integer from the converter times the scale, plus the offset, exactly; then rounded to the output's format
/// (ties to even) and saturated. This is the near-memory processing of arXiv 2402.07549, whose scales are unsigned (1, 7) and offsets
/// signed (7, 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedAffine {
    scale: Vec<i64>,
    /// With the scale's fraction bits, or the offset's if they are more.
    offset: Vec<i128>,
    /// How far products are shifted to the sum's fraction bits.
    shift: u32,
    fraction_bits: u32,
    output: QFormat,
}

impl FixedAffine {
    /// Rounds scales and offsets to their formats.
    ///
    /// # Errors
    /// None for an affine that could be made: its numbers are finite, and those beyond a format saturate.
    pub fn new(
        affine: &ColumnAffine,
        scale: QFormat,
        offset: QFormat,
        output: QFormat,
    ) -> Result<Self, DigitalError> {
        let fraction_bits = scale.fraction_bits().max(offset.fraction_bits());
        let widen = fraction_bits - offset.fraction_bits();
        let encode = |format: QFormat, list: &[f64]| -> Result<Vec<i64>, DigitalError> {
            list.iter().map(|&value| format.encode(value)).collect()
        };
        let offsets = encode(offset, &affine.offset)?;
        Ok(Self {
            scale: encode(scale, &affine.scale)?,
            offset: offsets
                .into_iter()
                .map(|code| i128::from(code) << widen)
                .collect(),
            shift: fraction_bits - scale.fraction_bits(),
            fraction_bits,
            output,
        })
    }

    /// Format of the results.
    pub fn output(&self) -> QFormat {
        self.output
    }

    /// Processes whole vectors of integers in place; the results are codes of the output's format.
    ///
    /// # Errors
    /// Values that are no whole vectors, or have more than 24 bits.
    pub fn apply(&self, activation: Activation, codes: &mut [i64]) -> Result<(), DigitalError> {
        whole_vectors(self.scale.len(), codes.len())?;
        if let Some(index) = codes.iter().position(|code| code.unsigned_abs() >= 1 << 24) {
            return Err(DigitalError::BadValue {
                what: "code",
                index,
                value: codes[index] as f64,
            });
        }
        for vector in codes.chunks_exact_mut(self.scale.len().max(1)) {
            for ((code, scale), offset) in vector.iter_mut().zip(&self.scale).zip(&self.offset) {
                // 24 + 32 bits, shifted by 32 at most.
                let product = (i128::from(*code) * i128::from(*scale)) << self.shift;
                *code = self.output.convert(product + offset, self.fraction_bits);
                if activation == Activation::Relu {
                    *code = (*code).max(0);
                }
            }
        }
        Ok(())
    }
}

fn same_length(what: &'static str, expected: usize, found: usize) -> Result<(), DigitalError> {
    if expected == found {
        return Ok(());
    }
    Err(DigitalError::WrongLength {
        what,
        expected,
        found,
    })
}

fn whole_vectors(columns: usize, values: usize) -> Result<(), DigitalError> {
    let expected = values.next_multiple_of(columns.max(1));
    same_length("values", expected, values)
}

fn finite(what: &'static str, list: &[f64]) -> Result<(), DigitalError> {
    match list.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(index) => Err(DigitalError::BadValue {
            what,
            index,
            value: list[index],
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_is_batch_normalisation_of_the_affine() {
        let affine = ColumnAffine::new(vec![0.5, 2.0], vec![1.0, -3.0]).unwrap();
        let norm = BatchNorm {
            gamma: &[1.5, -0.5],
            beta: &[0.1, 0.2],
            mean: &[0.3, -0.7],
            variance: &[0.04, 2.0],
            epsilon: 1e-5,
        };
        let folded = affine.folded(&norm).unwrap();
        for x in [-2.0, 0.0, 1.25] {
            let mut values = [x; 2];
            folded.apply(Activation::Linear, &mut values).unwrap();
            for (column, value) in values.into_iter().enumerate() {
                let between = affine.scale[column] * x + affine.offset[column] - norm.mean[column];
                let deviation = (norm.variance[column] + norm.epsilon).sqrt();
                let expected = norm.gamma[column] * between / deviation + norm.beta[column];
                assert!((value - expected).abs() < 1e-12);
            }
        }
        let dead = BatchNorm {
            variance: &[0.0, -1.0],
            epsilon: 0.0,
            ..norm
        };
        assert!(
            affine
                .folded(&dead)
                .unwrap_err()
                .to_string()
                .contains("variance + epsilon 0")
        );
    }

    #[test]
    fn fixed_point_is_floating_point_of_the_rounded_numbers() {
        let scales: Vec<f64> = (0..40).map(|k| 0.013 + 0.051 * f64::from(k)).collect();
        let offsets: Vec<f64> = (0..40).map(|k| -70.0 + 3.37 * f64::from(k)).collect();
        let exact = ColumnAffine::new(scales.clone(), offsets.clone()).unwrap();
        let scale = QFormat::unsigned(1, 7).unwrap();
        let offset = QFormat::signed(7, 1).unwrap();
        for output in [
            QFormat::signed(8, 0),
            QFormat::signed(9, 3),
            QFormat::signed(12, 10),
        ]
        .map(Result::unwrap)
        {
            let fixed = FixedAffine::new(&exact, scale, offset, output).unwrap();
            for code in -128..=127 {
                for activation in [Activation::Linear, Activation::Relu] {
                    let mut codes = vec![code; 40];
                    fixed.apply(activation, &mut codes).unwrap();
                    for column in 0..40 {
                        let rounded =
                            |format: QFormat, value| format.decode(format.encode(value).unwrap());
                        let y = rounded(scale, scales[column]) * code as f64
                            + rounded(offset, offsets[column]);
                        let y = if activation == Activation::Relu {
                            y.max(0.0)
                        } else {
                            y
                        };
                        assert_eq!(codes[column], output.encode(y).unwrap());
                    }
                }
            }
        }
    }

    #[test]
    fn the_error_against_floating_point_is_that_of_the_formats() {
        let exact = ColumnAffine::new(vec![0.8123], vec![-5.21]).unwrap();
        let [scale, offset] = [QFormat::unsigned(1, 7), QFormat::signed(7, 1)].map(Result::unwrap);
        let output = QFormat::signed(9, 3).unwrap();
        let fixed = FixedAffine::new(&exact, scale, offset, output).unwrap();
        for code in -128_i64..=127 {
            let (mut value, mut codes) = ([code as f64], [code]);
            exact.apply(Activation::Linear, &mut value).unwrap();
            fixed.apply(Activation::Linear, &mut codes).unwrap();
            let bound = 0.5 * (code.abs() as f64 * scale.step() + offset.step() + output.step());
            assert!((output.decode(codes[0]) - value[0]).abs() <= bound + 1e-12);
        }
    }

    #[test]
    fn wrong_lists_are_named() {
        let message =
            |outcome: Result<ColumnAffine, DigitalError>| outcome.unwrap_err().to_string();
        assert!(
            message(ColumnAffine::new(vec![1.0], vec![])).contains("offsets: 0 given, 1 expected")
        );
        assert!(message(ColumnAffine::new(vec![f64::NAN], vec![0.0])).contains("scale 0"));
        let affine = ColumnAffine::new(vec![1.0; 2], vec![0.0; 2]).unwrap();
        assert!(affine.apply(Activation::Linear, &mut [1.0; 3]).is_err());
        let format = QFormat::signed(8, 8).unwrap();
        let fixed = FixedAffine::new(&affine, format, format, format).unwrap();
        assert!(fixed.apply(Activation::Linear, &mut [0, 1 << 24]).is_err());
    }
}
