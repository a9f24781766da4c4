//! Arithmetic on whole fields. Sums run block by block in a fixed order, so they do not depend on the number of threads.

use rayon::prelude::*;

use super::super::lanes::Lanes;
use crate::simd::{self, Arithmetic, Kernel};

/// Vectors of lanes that one task works on at least.
const GRAIN: usize = 2048;

/// Where the blocks of one pass may run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spread(pub bool);

impl Spread {
    /// Blocks that one task handles at least, when blocks are `length` vectors long.
    pub(super) fn grain(self, length: usize) -> usize {
        if self.0 {
            GRAIN.div_ceil(length)
        } else {
            usize::MAX
        }
    }
}

/// `target *= factor`
pub(super) struct Scale<'a> {
    pub factor: &'a [Lanes],
    pub target: &'a mut [Lanes],
}

impl Kernel for Scale<'_> {
    type Output = ();

    #[inline(always)]
    fn run<A: Arithmetic>(self, simd: A) {
        for (value, factor) in self.target.iter_mut().zip(self.factor) {
            simd.store(
                simd.mul(simd.load(&value.0), simd.load(&factor.0)),
                &mut value.0,
            );
        }
    }
}

/// `target += factor * (a - b)`
pub(super) struct AddScaledDifference<'a> {
    pub factor: &'a [Lanes],
    pub a: &'a [Lanes],
    pub b: &'a [Lanes],
    pub target: &'a mut [Lanes],
}

impl Kernel for AddScaledDifference<'_> {
    type Output = ();

    #[inline(always)]
    fn run<A: Arithmetic>(self, simd: A) {
        let differences = self.a.iter().zip(self.b);
        for ((value, factor), (a, b)) in self.target.iter_mut().zip(self.factor).zip(differences) {
            let difference = simd.sub(simd.load(&a.0), simd.load(&b.0));
            let sum = simd.mul_add(simd.load(&factor.0), difference, simd.load(&value.0));
            simd.store(sum, &mut value.0);
        }
    }
}

/// `target += factor * a`
pub(super) struct AddProduct<'a> {
    pub factor: &'a [Lanes],
    pub a: &'a [Lanes],
    pub target: &'a mut [Lanes],
}

impl Kernel for AddProduct<'_> {
    type Output = ();

    #[inline(always)]
    fn run<A: Arithmetic>(self, simd: A) {
        for ((value, factor), a) in self.target.iter_mut().zip(self.factor).zip(self.a) {
            let sum = simd.mul_add(simd.load(&factor.0), simd.load(&a.0), simd.load(&value.0));
            simd.store(sum, &mut value.0);
        }
    }
}

struct Dot<'a>(&'a [Lanes], &'a [Lanes]);

impl Kernel for Dot<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<A: Arithmetic>(self, simd: A) -> f64 {
        let mut sum = simd.splat(0.0);
        for (a, b) in self.0.iter().zip(self.1) {
            sum = simd.mul_add(simd.load(&a.0), simd.load(&b.0), sum);
        }
        Lanes::from_vector(simd, sum).sum()
    }
}

struct AddMultiple<'a> {
    multiple: f64,
    a: &'a [Lanes],
    target: &'a mut [Lanes],
}

impl Kernel for AddMultiple<'_> {
    type Output = ();

    #[inline(always)]
    fn run<A: Arithmetic>(self, simd: A) {
        let multiple = simd.splat(self.multiple);
        for (value, a) in self.target.iter_mut().zip(self.a) {
            let sum = simd.mul_add(multiple, simd.load(&a.0), simd.load(&value.0));
            simd.store(sum, &mut value.0);
        }
    }
}

/// The inner product of two fields.
pub(super) fn dot(a: &[Lanes], b: &[Lanes], spread: Spread) -> f64 {
    let parts: Vec<f64> = (a.par_chunks(GRAIN))
        .zip(b.par_chunks(GRAIN))
        .with_min_len(if spread.0 { 1 } else { usize::MAX })
        .map(|(a, b)| simd::run(Dot(a, b)))
        .collect();
    parts.iter().sum()
}

/// `target += multiple * a`
pub(super) fn add_multiple(multiple: f64, a: &[Lanes], target: &mut [Lanes], spread: Spread) {
    (target.par_chunks_mut(GRAIN))
        .zip(a.par_chunks(GRAIN))
        .with_min_len(if spread.0 { 1 } else { usize::MAX })
        .for_each(|(target, a)| {
            simd::run(AddMultiple {
                multiple,
                a,
                target,
            });
        });
}

/// `target *= factor`
pub(super) fn scale(factor: f64, target: &mut [Lanes]) {
    for lanes in target {
        for value in &mut lanes.0 {
            *value *= factor;
        }
    }
}
