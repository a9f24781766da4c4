//! Scales of the rows, for comparisons of candidates for a pivot.

use super::scalar::larger;
use super::{LuError, Pattern, Scalar};

/// Sets `scales[row]` to the reciprocal of the largest entry of each row; zero rows get a finite scale too.
///
/// # Errors
/// [`LuError::NotFinite`].
pub(super) fn row_scales<T: Scalar>(
    pattern: &Pattern,
    values: &[T],
    scales: &mut [f64],
) -> Result<(), LuError> {
    scales.fill(f64::MIN_POSITIVE);
    for (column, bounds) in (0..).zip(pattern.column_starts().windows(2)) {
        let range = bounds[0]..bounds[1];
        for (&row, value) in pattern.rows()[range.clone()].iter().zip(&values[range]) {
            let magnitude = value.magnitude();
            if !magnitude.is_finite() {
                return Err(LuError::NotFinite { column });
            }
            let largest = &mut scales[row as usize];
            *largest = larger(*largest, magnitude);
        }
    }
    for scale in scales {
        *scale = scale.recip();
    }
    Ok(())
}
