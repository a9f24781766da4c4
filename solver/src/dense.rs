//! Products of dense matrices.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

/// `out = inputs * weights^T` for row-major matrices: `inputs` is `vectors x rows`, `weights` is `columns x rows`, `out` is
/// `vectors x columns`. Runs on the calling thread alone: call it from as many as there are.
///
/// # Panics
/// If a slice does not have the length that the three sizes ask for.
pub fn multiply_transposed(inputs: &[f64], weights: &[f64], out: &mut [f64], rows: usize) {
    if rows == 0 {
        out.fill(0.0);
        return;
    }
    let (vectors, columns) = (inputs.len() / rows, weights.len() / rows);
    assert_eq!(inputs.len(), vectors * rows, "inputs: vectors x rows");
    assert_eq!(weights.len(), columns * rows, "weights: columns x rows");
    assert_eq!(out.len(), vectors * columns, "out: vectors x columns");
    matmul(
        MatMut::from_row_major_slice_mut(out, vectors, columns),
        Accum::Replace,
        MatRef::from_row_major_slice(inputs, vectors, rows),
        MatRef::from_row_major_slice(weights, columns, rows).transpose(),
        1.0,
        Par::Seq,
    );
}

#[cfg(test)]
mod tests {
    use super::multiply_transposed;

    #[test]
    fn equals_the_definition() {
        let (vectors, rows, columns) = (3, 5, 4);
        let inputs: Vec<f64> = (0..vectors * rows).map(|k| (k as f64).sin()).collect();
        let weights: Vec<f64> = (0..columns * rows).map(|k| (k as f64).cos()).collect();
        let mut out = vec![f64::NAN; vectors * columns];
        multiply_transposed(&inputs, &weights, &mut out, rows);
        for v in 0..vectors {
            for c in 0..columns {
                let expected: f64 = (0..rows)
                    .map(|r| inputs[v * rows + r] * weights[c * rows + r])
                    .sum();
                assert!((out[v * columns + c] - expected).abs() < 1e-14);
            }
        }
    }
}
