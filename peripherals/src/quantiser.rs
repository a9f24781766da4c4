//! Uniform quantisation: what an ideal DAC or ADC of a given resolution does.

use serde::{Deserialize, Serialize};

/// Resolution of a converter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ResolutionText", into = "ResolutionText")]
pub enum Resolution {
    /// No quantisation and no clipping.
    Ideal,
    /// This many bits, 1 to 24.
    Bits(u32),
}

/// As written in files: a number of bits, or `"ideal"`.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum ResolutionText {
    Bits(u32),
    Word(String),
}

/// A resolution that no converter has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a converter's resolution is 1 to 24 bits or \"ideal\", not {0}")]
pub struct ResolutionError(String);

impl Resolution {
    /// This many bits.
    ///
    /// # Errors
    /// Outside 1 to 24.
    pub fn bits(bits: u32) -> Result<Self, ResolutionError> {
        if (1..=24).contains(&bits) {
            Ok(Self::Bits(bits))
        } else {
            Err(ResolutionError(bits.to_string()))
        }
    }
}

impl TryFrom<ResolutionText> for Resolution {
    type Error = ResolutionError;

    fn try_from(text: ResolutionText) -> Result<Self, ResolutionError> {
        match text {
            ResolutionText::Bits(bits) => Self::bits(bits),
            ResolutionText::Word(word) if word == "ideal" => Ok(Self::Ideal),
            ResolutionText::Word(word) => Err(ResolutionError(format!("{word:?}"))),
        }
    }
}

impl From<Resolution> for ResolutionText {
    fn from(resolution: Resolution) -> Self {
        match resolution {
            Resolution::Ideal => Self::Word("ideal".into()),
            Resolution::Bits(bits) => Self::Bits(bits),
        }
    }
}

/// The range of a converter; the unit is that of what it converts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FullScale {
    /// 0 to this: codes 0 to `2^bits - 1`.
    Unsigned(f64),
    /// Minus this to this: codes `-(2^(bits-1) - 1)` to `2^(bits-1) - 1`, so that zero is a code. (At 1 bit: 0 and both ends.)
    Signed(f64),
}

/// A uniform quantiser with rounding to nearest (ties to even) and clipping at its range. With a resolution in
/// bits, a full scale that is not positive converts everything to 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UniformQuantiser {
    step: f64,
    per_step: f64,
    lowest: f64,
    highest: f64,
}

impl UniformQuantiser {
    /// A converter of this resolution and range.
    pub fn new(resolution: Resolution, range: FullScale) -> Self {
        let Resolution::Bits(bits) = resolution else {
            return Self {
                step: 0.0,
                per_step: 0.0,
                lowest: f64::NEG_INFINITY,
                highest: f64::INFINITY,
            };
        };
        let (full_scale, lowest, highest) = match range {
            FullScale::Unsigned(high) => (high, 0.0, f64::from((1_u32 << bits) - 1)),
            FullScale::Signed(high) => {
                let codes = f64::from(((1_u32 << (bits - 1)) - 1).max(1));
                (high, -codes, codes)
            }
        };
        if !(full_scale > 0.0 && full_scale.is_finite()) {
            return Self {
                step: 0.0,
                per_step: 0.0,
                lowest: 0.0,
                highest: 0.0,
            };
        }
        let step = full_scale / highest;
        Self {
            step,
            per_step: highest / full_scale,
            lowest,
            highest,
        }
    }

    /// The nearest value that the converter can express.
    #[inline]
    pub fn convert(&self, value: f64) -> f64 {
        if self.highest == f64::INFINITY {
            return value;
        }
        self.code(value) * self.step
    }

    /// The code of that value: how many steps it is; 0 for an ideal converter.
    #[inline]
    pub fn code(&self, value: f64) -> f64 {
        // Adding and subtracting 1.5 * 2^52 rounds to an integer without a call.
        const ROUND: f64 = 6_755_399_441_055_744.0;
        let code = (value * self.per_step).clamp(self.lowest, self.highest);
        (code + ROUND) - ROUND
    }

    /// Converts every value in place.
    pub fn convert_all(&self, values: &mut [f64]) {
        if self.highest != f64::INFINITY {
            for value in values {
                *value = self.convert(*value);
            }
        }
    }

    /// Distance between neighbouring codes; 0 for an ideal converter.
    pub fn step(&self) -> f64 {
        self.step
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_uniform_and_include_zero_and_the_ends() {
        for bits in 1..=12 {
            let unsigned = UniformQuantiser::new(Resolution::Bits(bits), FullScale::Unsigned(2.0));
            let signed = UniformQuantiser::new(Resolution::Bits(bits), FullScale::Signed(2.0));
            for converter in [unsigned, signed] {
                assert_eq!(converter.convert(0.0), 0.0);
                assert_eq!(converter.convert(7.0), 2.0);
                let mut codes: Vec<f64> = (0..=40_000)
                    .map(|k| converter.convert(-2.5 + 5.0 * f64::from(k) / 40_000.0))
                    .collect();
                codes.dedup();
                let expected = if converter == unsigned {
                    1_usize << bits
                } else {
                    ((1_usize << bits) - 1).max(3)
                };
                assert_eq!(codes.len(), expected);
                assert!(
                    codes
                        .windows(2)
                        .all(|pair| (pair[1] - pair[0] - converter.step()).abs() < 1e-12)
                );
            }
            assert_eq!(signed.convert(-7.0), -2.0);
            assert_eq!(unsigned.convert(-7.0), 0.0);
        }
    }

    #[test]
    fn error_is_at_most_half_a_step() {
        let converter = UniformQuantiser::new(Resolution::Bits(6), FullScale::Signed(1.0));
        for k in 0..1000 {
            let value = -1.0 + 2.0 * f64::from(k) / 999.0;
            assert!((converter.convert(value) - value).abs() <= 0.5 * converter.step() + 1e-15);
        }
    }

    #[test]
    fn an_ideal_converter_changes_nothing_and_an_empty_range_gives_zero() {
        let ideal = UniformQuantiser::new(Resolution::Ideal, FullScale::Signed(1.0));
        assert_eq!(ideal.convert(123.456), 123.456);
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(
                UniformQuantiser::new(Resolution::Bits(8), FullScale::Signed(bad)).convert(0.3),
                0.0
            );
        }
    }

    #[test]
    fn resolutions_outside_1_to_24_bits_are_errors() {
        assert!(Resolution::bits(0).is_err() && Resolution::bits(25).is_err());
        assert_eq!(Resolution::bits(8), Ok(Resolution::Bits(8)));
    }
}
