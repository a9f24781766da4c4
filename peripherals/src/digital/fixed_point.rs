//! Fixed-point numbers.

/// What can go wrong in digital processing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DigitalError {
    /// A format that no number has.
    #[error(
        "a fixed-point format of {integer_bits} integer and {fraction_bits} fraction bits: there must be 1 to 32 bits together, and a sign bit in a signed one"
    )]
    BadFormat {
        /// Integer bits, the sign included.
        integer_bits: u32,
        /// Fraction bits.
        fraction_bits: u32,
    },
    /// A number that is infinite or none, or a variance below 0.
    #[error("{what} {index} = {value} cannot be used")]
    BadValue {
        /// What the number is.
        what: &'static str,
        /// Its place.
        index: usize,
        /// The number.
        value: f64,
    },
    /// A list or an array of the wrong size.
    #[error("{what}: {found} given, {expected} expected")]
    WrongLength {
        /// What the list is.
        what: &'static str,
        /// How many there should be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A window that does not fit the values it moves over.
    #[error("a pooling window of {kernel:?} with strides {strides:?} over {input:?}")]
    BadWindow {
        /// Size of the window.
        kernel: [usize; 2],
        /// Distance between windows.
        strides: [usize; 2],
        /// Size of the values.
        input: [usize; 2],
    },
}

/// A fixed-point format, often written `(i, f)`: `i` integer bits, in a signed format the sign among them, and `f` fraction bits. A code `c`
/// is the number `c 2^-f`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct QFormat {
    signed: bool,
    integer_bits: u32,
    fraction_bits: u32,
}

impl QFormat {
    /// Two's complement.
    ///
    /// # Errors
    /// More than 32 bits, or no sign bit.
    pub fn signed(integer_bits: u32, fraction_bits: u32) -> Result<Self, DigitalError> {
        Self::new(true, integer_bits, fraction_bits)
    }

    /// Numbers from 0 on.
    ///
    /// # Errors
    /// More than 32 bits, or none.
    pub fn unsigned(integer_bits: u32, fraction_bits: u32) -> Result<Self, DigitalError> {
        Self::new(false, integer_bits, fraction_bits)
    }

    fn new(signed: bool, integer_bits: u32, fraction_bits: u32) -> Result<Self, DigitalError> {
        let bits = integer_bits.saturating_add(fraction_bits);
        if !(1..=32).contains(&bits) || (signed && integer_bits == 0) {
            return Err(DigitalError::BadFormat {
                integer_bits,
                fraction_bits,
            });
        }
        Ok(Self {
            signed,
            integer_bits,
            fraction_bits,
        })
    }

    /// Fraction bits.
    pub fn fraction_bits(self) -> u32 {
        self.fraction_bits
    }

    /// Lowest code.
    pub fn lowest(self) -> i64 {
        if self.signed {
            -(1 << (self.bits() - 1))
        } else {
            0
        }
    }

    /// Highest code.
    pub fn highest(self) -> i64 {
        (1 << (self.bits() - u32::from(self.signed))) - 1
    }

    /// Distance between neighbouring numbers.
    pub fn step(self) -> f64 {
        (-f64::from(self.fraction_bits)).exp2()
    }

    fn bits(self) -> u32 {
        self.integer_bits + self.fraction_bits
    }

    /// The nearest code (ties to even), or the one at the end of the range that the number is beyond.
    ///
    /// # Errors
    /// A number that is not finite.
    pub fn encode(self, value: f64) -> Result<i64, DigitalError> {
        if !value.is_finite() {
            let what = "fixed-point number";
            return Err(DigitalError::BadValue {
                what,
                index: 0,
                value,
            });
        }
        let code = (value / self.step()).round_ties_even();
        Ok(code.clamp(self.lowest() as f64, self.highest() as f64) as i64)
    }

    /// The number of a code.
    pub fn decode(self, code: i64) -> f64 {
        code as f64 * self.step()
    }

    /// The code of a number that is given as a code with `fraction_bits` fraction bits (at most 64): rounded to nearest, ties to even,
    /// and saturated.
    pub fn convert(self, code: i128, fraction_bits: u32) -> i64 {
        let (lowest, highest) = (i128::from(self.lowest()), i128::from(self.highest()));
        let code = if fraction_bits > self.fraction_bits {
            let shift = fraction_bits - self.fraction_bits;
            let floor = code >> shift;
            let rest = code - (floor << shift);
            let half = 1_i128 << (shift - 1);
            floor + i128::from(rest > half || (rest == half && floor & 1 == 1))
        } else {
            // Codes beyond the range stay beyond it when shifted.
            code.clamp(lowest, highest) << (self.fraction_bits - fraction_bits)
        };
        code.clamp(lowest, highest) as i64
    }
}

/// Adds the partial sums of tiles that hold slices of the same outputs, as an adder of the format's width does: each addition saturates.
/// All codes have the format's fraction bits.
///
/// # Errors
/// Partial sums of different lengths, or none.
pub fn add_partial_sums(partial: &[&[i64]], format: QFormat) -> Result<Vec<i64>, DigitalError> {
    let Some((first, rest)) = partial.split_first() else {
        return Err(DigitalError::WrongLength {
            what: "partial sums",
            expected: 1,
            found: 0,
        });
    };
    let saturated = |code: i64| code.clamp(format.lowest(), format.highest());
    let mut sums: Vec<i64> = first.iter().map(|&code| saturated(code)).collect();
    for codes in rest {
        if codes.len() != sums.len() {
            return Err(DigitalError::WrongLength {
                what: "outputs of a partial sum",
                expected: sums.len(),
                found: codes.len(),
            });
        }
        for (sum, &code) in sums.iter_mut().zip(*codes) {
            *sum = saturated(sum.saturating_add(code));
        }
    }
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_steps() {
        let scale = QFormat::unsigned(1, 7).unwrap();
        assert_eq!(
            (scale.lowest(), scale.highest(), scale.step()),
            (0, 255, 1.0 / 128.0)
        );
        let offset = QFormat::signed(7, 1).unwrap();
        assert_eq!(
            (
                offset.decode(offset.lowest()),
                offset.decode(offset.highest())
            ),
            (-64.0, 63.5)
        );
        for (integer, fraction) in [(0, 0), (20, 13), (0, 4), (u32::MAX, 2)] {
            assert!(QFormat::signed(integer, fraction).is_err());
        }
        assert!(QFormat::unsigned(0, 8).is_ok());
    }

    #[test]
    fn rounding_ties_to_even_and_saturating() {
        let format = QFormat::signed(4, 2).unwrap();
        for (value, code) in [
            (0.125, 0),
            (0.375, 2),
            (-0.125, 0),
            (-0.375, -2),
            (9.0, 31),
            (-9.0, -32),
            (0.3, 1),
        ] {
            assert_eq!(format.encode(value).unwrap(), code, "{value}");
            // The same number with eight fraction bits, by integers alone (all but 0.3 are exact there).
            let converted = format.convert((value * 256.0).round() as i128, 8);
            assert_eq!(converted, code, "{value}");
        }
        assert_eq!((format.convert(3, 0), format.convert(-3, 0)), (12, -12));
        assert_eq!(
            (format.convert(1 << 90, 0), format.convert(-1 << 90, 0)),
            (31, -32)
        );
        assert!(format.encode(f64::NAN).is_err());
    }

    #[test]
    fn partial_sums_saturate() {
        let format = QFormat::signed(8, 0).unwrap();
        let sums = add_partial_sums(&[&[100, -100, 5], &[100, -100, 6], &[-50, 0, 7]], format);
        assert_eq!(sums.unwrap(), [77, -128, 18]);
        assert!(add_partial_sums(&[], format).is_err());
        assert!(add_partial_sums(&[&[1], &[1, 2]], format).is_err());
    }
}
