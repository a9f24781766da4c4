//! Weights cut into digits, each on cells of its own.

use serde::{Deserialize, Serialize};

use crate::LayoutError;

/// Digits of a weight, as written in configuration files. A weight is rounded to `q w_max / (2^n - 1)` with an integer `q` of `n = cells * bits` bits and
/// a sign; digit `k` of `q`, of `bits` bits, is programmed in a matrix of its own, with the range of a cell for digits up to `2^bits - 1`. The
/// converted results of the digits are added as numbers, each times `2^(bits k)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BitSlices {
    /// Cells that share the magnitude of a weight: digits. 1 to 16.
    pub cells: u32,
    /// Bits of a cell. 1 to 16; all cells together have 32 at most.
    pub bits: u32,
}

impl BitSlices {
    /// Checks both numbers.
    ///
    /// # Errors
    /// A number out of range.
    pub fn validate(self) -> Result<(), LayoutError> {
        let Self { cells, bits } = self;
        if !(1..=16).contains(&cells) || !(1..=16).contains(&bits) || cells * bits > 32 {
            let reason = format!(
                "bit_slices = {{ cells = {cells}, bits = {bits} }}: 1 to 16 cells of 1 to 16 bits, 32 bits in all"
            );
            return Err(LayoutError::BadShape { reason });
        }
        Ok(())
    }

    /// The largest digit.
    pub(crate) fn largest_digit(self) -> f64 {
        ((1_u64 << self.bits) - 1) as f64
    }

    /// Weight of a one in the lowest digit.
    pub(crate) fn step(self, heaviest: f64) -> f64 {
        heaviest / ((1_u64 << (self.cells * self.bits)) - 1) as f64
    }

    /// What digit `digit` counts in steps.
    pub(crate) fn place_value(self, digit: usize) -> f64 {
        (1_u64 << (self.bits * digit as u32)) as f64
    }

    /// Digit `digit` of a weight, counted from the lowest, with the weight's sign.
    pub(crate) fn digit(self, weight: f64, heaviest: f64, digit: usize) -> f64 {
        if heaviest == 0.0 {
            return 0.0;
        }
        let most = (1_u64 << (self.cells * self.bits)) - 1;
        let steps = ((weight.abs() / heaviest * most as f64).round() as u64).min(most);
        let digit = (steps >> (self.bits * digit as u32)) & ((1 << self.bits) - 1);
        (digit as f64).copysign(weight)
    }
}

#[cfg(test)]
mod tests {
    use super::BitSlices;

    #[test]
    fn digits_make_the_rounded_weight() {
        let slices = BitSlices { cells: 4, bits: 2 };
        for weight in [0.0, 0.7, -0.7, 0.123, 1.9, -2.0, 2.0] {
            let sum: f64 = (0..4)
                .map(|k| slices.digit(weight, 2.0, k) * slices.place_value(k))
                .sum();
            let expected = (weight / 2.0 * 255.0_f64).round();
            assert_eq!(sum, expected);
            assert!((sum * slices.step(2.0) - weight).abs() <= 1.0 / 255.0 + 1e-15);
        }
        assert_eq!(slices.largest_digit(), 3.0);
        assert_eq!(slices.digit(-2.0, 2.0, 3), -3.0);
    }

    #[test]
    fn numbers_out_of_range_are_named() {
        for (cells, bits) in [(0, 2), (17, 1), (1, 17), (3, 11), (4, 0)] {
            let error = BitSlices { cells, bits }.validate().unwrap_err();
            assert!(
                error
                    .to_string()
                    .contains(&format!("cells = {cells}, bits = {bits}"))
            );
        }
        assert!(BitSlices { cells: 16, bits: 2 }.validate().is_ok());
    }
}
