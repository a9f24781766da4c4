//! Least squares within bounds.

/// Sweeps over all variables, at most.
const SWEEPS: usize = 200;

/// One row of weights: the steps `u_i` of its variables change its error to `r_i = e_i - a_i u_i`.
pub(super) struct Row<'a> {
    /// Symmetric, positive semidefinite, row-major: the weight of the errors, `r' M r`.
    pub moments: &'a [f64],
    /// `a_i`, not negative.
    pub sensitivity: &'a [f64],
    /// Least and largest step; both 0 for a variable that is not free.
    pub bounds: &'a [(f64, f64)],
    /// Steps that change no error by more than this end the iteration.
    pub tolerance: f64,
}

impl Row<'_> {
    /// The steps that make `r' M r` small, from `error` as it is without any: exact minimisation along one variable after the other, which never makes it
    /// larger. `error` becomes what is left.
    pub(super) fn minimise(&self, error: &mut [f64], steps: &mut [f64]) {
        let n = error.len();
        let mut gradient: Vec<f64> = self
            .moments
            .chunks_exact(n)
            .map(|row| row.iter().zip(&*error).map(|(m, e)| m * e).sum())
            .collect();
        steps.fill(0.0);
        for _ in 0..SWEEPS {
            let mut largest: f64 = 0.0;
            for i in 0..n {
                let (a, row) = (self.sensitivity[i], &self.moments[i * n..(i + 1) * n]);
                let (least, most) = self.bounds[i];
                let curvature = a * row[i];
                if least >= most || curvature <= 0.0 {
                    continue;
                }
                let step = (steps[i] + gradient[i] / curvature).clamp(least, most);
                let change = a * (step - steps[i]);
                steps[i] = step;
                error[i] -= change;
                for (g, m) in gradient.iter_mut().zip(row) {
                    *g -= m * change;
                }
                largest = largest.max(change.abs());
            }
            if largest <= self.tolerance {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Row;

    /// Two variables by a fine grid over the box.
    #[test]
    fn the_minimum_within_bounds_is_that_of_a_search() {
        let moments = [2.0, 1.2, 1.2, 1.0];
        let sensitivity = [0.9, 0.8];
        for (error, bounds) in [
            ([0.5, -0.25], [(-1.0, 1.0), (-1.0, 1.0)]),
            ([0.5, -0.25], [(-1.0, 0.2), (-0.1, 1.0)]),
            ([0.5, -0.25], [(0.0, 0.0), (-1.0, 1.0)]),
            ([-3.0, 2.0], [(-0.5, 0.25), (-0.125, 1.0)]),
        ] {
            let row = Row {
                moments: &moments,
                sensitivity: &sensitivity,
                bounds: &bounds,
                tolerance: 1e-12,
            };
            let cost = |u: [f64; 2]| {
                let r = [0, 1].map(|i| error[i] - sensitivity[i] * u[i]);
                moments[0] * r[0] * r[0] + 2.0 * moments[1] * r[0] * r[1] + r[1] * r[1]
            };
            let (mut left, mut steps) = (error, [0.0; 2]);
            row.minimise(&mut left, &mut steps);
            let at = |i: usize, k: usize| {
                bounds[i].0 + (bounds[i].1 - bounds[i].0) * f64::from(k as u32) / 400.0
            };
            let best = (0..=400)
                .flat_map(|j| (0..=400).map(move |k| (j, k)))
                .map(|(j, k)| cost([at(0, j), at(1, k)]))
                .fold(f64::INFINITY, f64::min);
            assert!(cost(steps) <= best + 1e-12, "{steps:?}");
            assert!(cost(steps) >= best - 1e-3, "{steps:?}");
            for i in 0..2 {
                assert!((left[i] - error[i] + sensitivity[i] * steps[i]).abs() < 1e-14);
                assert!(steps[i] >= bounds[i].0 && steps[i] <= bounds[i].1);
            }
        }
    }
}
