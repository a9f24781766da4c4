//! Pooling over windows, in floating point and on codes.

use super::fixed_point::DigitalError;

/// What becomes of the values in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoolingKind {
    /// The largest.
    Max,
    /// The mean; of codes rounded to nearest, ties to even.
    Average,
}

/// Pooling of channels `[y][x]` without padding; one axis has height 1. Incomplete windows at the end are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pooling {
    kind: PoolingKind,
    kernel: [usize; 2],
    strides: [usize; 2],
    input: [usize; 2],
}

impl Pooling {
    /// Windows of `kernel`, `strides` apart, over channels of `input`.
    ///
    /// # Errors
    /// A window that is empty or larger than the input; a stride of 0.
    pub fn new(
        kind: PoolingKind,
        kernel: [usize; 2],
        strides: [usize; 2],
        input: [usize; 2],
    ) -> Result<Self, DigitalError> {
        let good =
            |axis: usize| kernel[axis] > 0 && strides[axis] > 0 && kernel[axis] <= input[axis];
        if good(0) && good(1) && input[0].checked_mul(input[1]).is_some() {
            Ok(Self {
                kind,
                kernel,
                strides,
                input,
            })
        } else {
            Err(DigitalError::BadWindow {
                kernel,
                strides,
                input,
            })
        }
    }

    /// Size of the output of a channel.
    pub fn output(&self) -> [usize; 2] {
        [0, 1].map(|axis| (self.input[axis] - self.kernel[axis]) / self.strides[axis] + 1)
    }

    /// Pools whole channels of numbers.
    ///
    /// # Errors
    /// Values that are no whole channels.
    pub fn pool(&self, values: &[f64]) -> Result<Vec<f64>, DigitalError> {
        let count = (self.kernel[0] * self.kernel[1]) as f64;
        self.windows(values, |window| match self.kind {
            PoolingKind::Max => window.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            PoolingKind::Average => window.iter().sum::<f64>() / count,
        })
    }

    /// Pools whole channels of codes; the results have the format of the codes.
    ///
    /// # Errors
    /// Values that are no whole channels, or have more than 32 bits.
    pub fn pool_codes(&self, codes: &[i64]) -> Result<Vec<i64>, DigitalError> {
        if let Some(index) = codes.iter().position(|code| i32::try_from(*code).is_err()) {
            return Err(DigitalError::BadValue {
                what: "code",
                index,
                value: codes[index] as f64,
            });
        }
        self.windows(codes, |window| match self.kind {
            PoolingKind::Max => window.iter().copied().max().unwrap_or(0),
            PoolingKind::Average => rounded_mean(window),
        })
    }

    fn windows<T: Copy>(
        &self,
        values: &[T],
        pool: impl Fn(&[T]) -> T,
    ) -> Result<Vec<T>, DigitalError> {
        let size = self.input[0] * self.input[1];
        if !values.len().is_multiple_of(size) {
            return Err(DigitalError::WrongLength {
                what: "values",
                expected: values.len().next_multiple_of(size),
                found: values.len(),
            });
        }
        let [rows, columns] = self.output();
        let mut window = Vec::with_capacity(self.kernel[0] * self.kernel[1]);
        let mut pooled = Vec::with_capacity(values.len() / size * rows * columns);
        for channel in values.chunks_exact(size) {
            for y in 0..rows {
                for x in 0..columns {
                    window.clear();
                    for row in y * self.strides[0]..y * self.strides[0] + self.kernel[0] {
                        let first = row * self.input[1] + x * self.strides[1];
                        window.extend_from_slice(&channel[first..first + self.kernel[1]]);
                    }
                    pooled.push(pool(&window));
                }
            }
        }
        Ok(pooled)
    }
}

/// The mean as an integer, ties to even.
fn rounded_mean(window: &[i64]) -> i64 {
    let (sum, count) = (
        window.iter().sum::<i64>(),
        window.len().cast_signed() as i64,
    );
    let (floor, rest) = (sum.div_euclid(count), sum.rem_euclid(count));
    floor + i64::from(2 * rest > count || (2 * rest == count && floor & 1 == 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_by_hand() {
        let values = [
            1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0,
        ];
        let pool = |kind, kernel, strides| Pooling::new(kind, kernel, strides, [3, 4]).unwrap();
        let largest = pool(PoolingKind::Max, [2, 2], [1, 2]);
        assert_eq!(largest.pool(&values).unwrap(), [6.0, 8.0, 10.0, 12.0]);
        let mean = pool(PoolingKind::Average, [3, 2], [1, 1]);
        assert_eq!(mean.pool(&values).unwrap(), [5.5, 6.5, 7.5]);
        let codes: Vec<i64> = values.iter().map(|value| *value as i64).collect();
        assert_eq!(mean.pool_codes(&codes).unwrap(), [6, 6, 8]);
        assert_eq!(largest.pool_codes(&codes).unwrap(), [6, 8, 10, 12]);
        let line = Pooling::new(PoolingKind::Average, [1, 2], [1, 2], [1, 3]).unwrap();
        assert_eq!(line.pool_codes(&[-3, -2, 9, 1, 2, 9]).unwrap(), [-2, 2]);
    }

    #[test]
    fn odd_windows_are_refused() {
        for (kernel, strides) in [([0, 1], [1, 1]), ([1, 1], [0, 1]), ([4, 1], [1, 1])] {
            let error = Pooling::new(PoolingKind::Max, kernel, strides, [3, 4]).unwrap_err();
            assert!(error.to_string().contains("[3, 4]"), "{error}");
        }
        let pooling = Pooling::new(PoolingKind::Max, [1, 1], [1, 1], [3, 4]).unwrap();
        assert!(pooling.pool(&[0.0; 13]).is_err());
        assert!(pooling.pool_codes(&[i64::MAX; 12]).is_err());
    }
}
