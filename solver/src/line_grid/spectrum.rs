//! The smallest eigenvalue that conjugate gradients have seen.

/// Smallest eigenvalue of the tridiagonal matrix that the conjugate-gradient coefficients define (Lanczos).
///
/// `alphas` holds the step lengths, `betas` the ratios of successive residual norms, one fewer. The value approximates the
/// smallest eigenvalue of the preconditioned matrix that the residual has a component along, from above.
pub(super) fn smallest_ritz_value(alphas: &[f64], betas: &[f64]) -> f64 {
    let Some(&first) = alphas.first() else {
        return 1.0;
    };
    let diagonal = |k: usize| {
        if k == 0 {
            1.0 / first
        } else {
            1.0 / alphas[k] + betas[k - 1] / alphas[k - 1]
        }
    };
    let off_squared = |k: usize| betas[k] / (alphas[k] * alphas[k]);
    // Eigenvalues below `x` = negative pivots of `T - x I` (Sturm).
    let any_below = |x: f64| {
        let mut pivot = diagonal(0) - x;
        for k in 1..alphas.len() {
            if pivot <= 0.0 {
                return true;
            }
            pivot = diagonal(k) - x - off_squared(k - 1) / pivot;
        }
        pivot <= 0.0
    };
    // Bisection on the logarithm: a factor of two is all that an error estimate needs.
    let (mut low, mut high) = (
        f64::MIN_POSITIVE.sqrt(),
        (0..alphas.len()).map(diagonal).fold(1.0, f64::min),
    );
    while high > 1.5 * low {
        let middle = (low * high).sqrt();
        if any_below(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::smallest_ritz_value;

    #[test]
    fn brackets_the_smallest_eigenvalue_of_a_diagonal_problem() {
        // Plain conjugate gradients on diag(eigenvalues), run to the end, see every eigenvalue.
        let eigenvalues = [0.003, 0.2, 0.5, 0.9, 1.0];
        let (mut x, mut r) = ([0.0; 5], [1.0; 5]);
        let mut p = r;
        let (mut alphas, mut betas) = (vec![], vec![]);
        let mut rr: f64 = r.iter().map(|v| v * v).sum();
        for step in 0..5 {
            let pap: f64 = (0..5).map(|k| p[k] * eigenvalues[k] * p[k]).sum();
            let alpha = rr / pap;
            for k in 0..5 {
                x[k] += alpha * p[k];
                r[k] -= alpha * eigenvalues[k] * p[k];
            }
            let next: f64 = r.iter().map(|v| v * v).sum();
            alphas.push(alpha);
            if step < 4 {
                betas.push(next / rr);
            }
            for k in 0..5 {
                p[k] = r[k] + next / rr * p[k];
            }
            rr = next;
        }
        let smallest = smallest_ritz_value(&alphas, &betas);
        assert!(smallest <= 0.003 && smallest > 0.0019, "{smallest}");
    }
}
