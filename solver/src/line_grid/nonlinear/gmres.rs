//! GMRES for `(I - T_c^-1 C T_r^-1 B) x = b`, restarted (Saad and Schultz 1986).

use super::super::lanes::Lanes;
use super::fields::{Spread, add_multiple, dot, scale};
use super::tangent::Tangent;

/// Vectors kept before a restart.
const RESTART: usize = 50;
/// Iterations before giving up.
const MOST_ITERATIONS: usize = 2000;

/// Vectors of the iteration; they grow with its length and are kept.
#[derive(Debug, Clone, Default)]
pub(super) struct Gmres {
    basis: Vec<Vec<Lanes>>,
    image: Vec<Lanes>,
}

/// How an iteration ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outcome {
    pub iterations: usize,
    pub converged: bool,
}

/// How one cycle ended: `norm` is that of the residual, as the recurrence has it.
struct Cycle {
    iterations: usize,
    norm: f64,
}

impl Gmres {
    /// Solves for the right-hand side `b`, starting at zero; the solution goes to `x`. `tolerance` is relative to the norm of `b`,
    /// `exchange` a row field of scratch.
    pub(super) fn solve(
        &mut self,
        tangent: &Tangent,
        (b, x, exchange): (&[Lanes], &mut [Lanes], &mut [Lanes]),
        tolerance: f64,
        spread: Spread,
    ) -> Outcome {
        x.fill(Lanes::default());
        self.image.resize(b.len(), Lanes::default());
        if self.basis.is_empty() {
            self.basis.push(vec![Lanes::default(); b.len()]);
        }
        self.basis[0].copy_from_slice(b);
        let first = dot(b, b, spread).sqrt();
        let goal = tolerance * first;
        let (mut norm, mut iterations) = (first, 0);
        while norm > goal && norm.is_finite() && iterations < MOST_ITERATIONS {
            let cycle = self.cycle(tangent, (x, exchange), (norm, goal), spread);
            iterations += cycle.iterations;
            if cycle.norm <= goal {
                norm = cycle.norm;
                break;
            }
            // The residual of what was found starts the next cycle.
            tangent.couple(x, exchange, &mut self.image, spread);
            let residual = &mut self.basis[0];
            residual.copy_from_slice(b);
            add_multiple(-1.0, x, residual, spread);
            add_multiple(1.0, &self.image, residual, spread);
            let before = norm;
            norm = dot(residual, residual, spread).sqrt();
            if norm > 0.9 * before {
                break;
            }
        }
        Outcome {
            iterations,
            converged: norm <= goal,
        }
    }

    /// One cycle: adds to `x` the best correction in the Krylov space of the residual in `basis[0]`, whose norm is `norm`.
    fn cycle(
        &mut self,
        tangent: &Tangent,
        (x, exchange): (&mut [Lanes], &mut [Lanes]),
        (norm, goal): (f64, f64),
        spread: Spread,
    ) -> Cycle {
        let mut hessenberg: Vec<Vec<f64>> = Vec::new();
        let mut rotations: Vec<(f64, f64)> = Vec::new();
        let mut side = vec![norm];
        scale(1.0 / norm, &mut self.basis[0]);
        for step in 0..RESTART {
            if self.basis.len() == step + 1 {
                self.basis.push(vec![Lanes::default(); x.len()]);
            }
            let (known, next) = self.basis.split_at_mut(step + 1);
            let next = &mut next[0];
            tangent.couple(&known[step], exchange, &mut self.image, spread);
            next.copy_from_slice(&known[step]);
            add_multiple(-1.0, &self.image, next, spread);
            let mut column = Vec::with_capacity(step + 2);
            for vector in known.iter() {
                let overlap = dot(vector, next, spread);
                add_multiple(-overlap, vector, next, spread);
                column.push(overlap);
            }
            let length = dot(next, next, spread).sqrt();
            column.push(length);
            for (k, &(cosine, sine)) in rotations.iter().enumerate() {
                let (a, b) = (column[k], column[k + 1]);
                column[k] = cosine * a + sine * b;
                column[k + 1] = cosine * b - sine * a;
            }
            let hypotenuse = column[step].hypot(column[step + 1]);
            let (cosine, sine) = (column[step] / hypotenuse, column[step + 1] / hypotenuse);
            rotations.push((cosine, sine));
            column[step] = hypotenuse;
            side.push(-sine * side[step]);
            side[step] *= cosine;
            hessenberg.push(column);
            let done =
                side[step + 1].abs() <= goal || length <= 1e-15 * norm || !length.is_finite();
            if done || step + 1 == RESTART {
                break;
            }
            scale(1.0 / length, next);
        }
        let size = hessenberg.len();
        let norm = side[size].abs();
        for k in (0..size).rev() {
            let mut value = side[k];
            for later in k + 1..size {
                value -= hessenberg[later][k] * side[later];
            }
            side[k] = value / hessenberg[k][k];
            add_multiple(side[k], &self.basis[k], x, spread);
        }
        Cycle {
            iterations: size,
            norm,
        }
    }
}
