//! Runs a kernel with the widest vector instructions of the machine.
//!
//! Kernels are plain loops over fixed-size arrays; compiled inside a function that has AVX-512 or AVX2 enabled they
//! become vector code. The one thing that such a loop cannot express portably is a fused multiply-add, which is slow
//! where the hardware lacks it: kernels take it from the [`Arithmetic`] they are given.

/// How `a * b + c` is computed.
pub(crate) trait Arithmetic {
    /// `a * b + c`, fused where the hardware does it.
    fn mul_add(a: f64, b: f64, c: f64) -> f64;
}

/// One rounding, one instruction.
#[derive(Clone, Copy)]
struct Fused;

/// Two roundings, for machines without the instruction.
#[derive(Clone, Copy)]
struct Separate;

impl Arithmetic for Fused {
    #[inline(always)]
    fn mul_add(a: f64, b: f64, c: f64) -> f64 {
        a.mul_add(b, c)
    }
}

impl Arithmetic for Separate {
    #[inline(always)]
    fn mul_add(a: f64, b: f64, c: f64) -> f64 {
        a * b + c
    }
}

/// A loop nest worth running with wide vectors. `run` must be `#[inline(always)]`, so that it is compiled with the
/// instruction set of its caller.
pub(crate) trait Kernel {
    type Output;
    fn run<A: Arithmetic>(self) -> Self::Output;
}

/// Runs `kernel` with the best instruction set that this machine has.
#[inline]
pub(crate) fn run<K: Kernel>(kernel: K) -> K::Output {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    {
        if let Some(simd) = pulp::x86::V4::try_new() {
            return simd.vectorize(
                #[inline(always)]
                || kernel.run::<Fused>(),
            );
        }
        if let Some(simd) = pulp::x86::V3::try_new() {
            return simd.vectorize(
                #[inline(always)]
                || kernel.run::<Fused>(),
            );
        }
        kernel.run::<Separate>()
    }
    #[cfg(target_arch = "aarch64")]
    {
        kernel.run::<Fused>()
    }
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64")))]
    {
        kernel.run::<Separate>()
    }
}
