//! Runs a kernel with the widest vector instructions of the machine.
//!
//! A kernel is a loop over vectors of [`WIDTH`] numbers, written with the operations of an [`Arithmetic`]. AVX-512 holds
//! such a vector in one register, AVX2 in two; elsewhere it is an array, and the compiler makes of it what it can.

/// Numbers in one vector.
pub(crate) const WIDTH: usize = 8;

/// Operations on vectors, number by number.
pub(crate) trait Arithmetic: Copy {
    type Vector: Copy;

    fn load(self, values: &[f64; WIDTH]) -> Self::Vector;
    fn store(self, vector: Self::Vector, values: &mut [f64; WIDTH]);
    /// The same number everywhere.
    fn splat(self, value: f64) -> Self::Vector;
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn sub(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn mul(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a * b + c`, fused where the hardware does it.
    fn mul_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    fn abs(self, a: Self::Vector) -> Self::Vector;
    /// The larger of `most`, which has no sign, and the magnitude of `a`; not a number if either is not.
    fn larger(self, most: Self::Vector, a: Self::Vector) -> Self::Vector;
    /// `yes` where `condition > 0`, else `no`.
    fn where_positive(
        self,
        condition: Self::Vector,
        yes: Self::Vector,
        no: Self::Vector,
    ) -> Self::Vector;
    /// Rows become columns.
    fn transpose(self, rows: [Self::Vector; WIDTH]) -> [Self::Vector; WIDTH];
}

/// A loop nest worth running with wide vectors. `run` must be `#[inline(always)]`, so that it is compiled with the
/// instruction set of its caller.
pub(crate) trait Kernel {
    type Output;
    fn run<A: Arithmetic>(self, simd: A) -> Self::Output;
}

/// Runs `kernel` with the best instruction set that this machine has.
#[inline]
pub(crate) fn run<K: Kernel>(kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    {
        if let Some(simd) = pulp::x86::V4::try_new() {
            return simd.vectorize(
                #[inline(always)]
                || kernel.run(simd),
            );
        }
        if let Some(simd) = pulp::x86::V3::try_new() {
            return simd.vectorize(
                #[inline(always)]
                || kernel.run(simd),
            );
        }
    }
    kernel.run(Portable)
}

/// No particular instruction set.
#[derive(Clone, Copy)]
struct Portable;

impl Arithmetic for Portable {
    type Vector = [f64; WIDTH];

    #[inline(always)]
    fn load(self, values: &[f64; WIDTH]) -> Self::Vector {
        *values
    }

    #[inline(always)]
    fn store(self, vector: Self::Vector, values: &mut [f64; WIDTH]) {
        *values = vector;
    }

    #[inline(always)]
    fn splat(self, value: f64) -> Self::Vector {
        [value; WIDTH]
    }

    #[inline(always)]
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        std::array::from_fn(|k| a[k] + b[k])
    }

    #[inline(always)]
    fn sub(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        std::array::from_fn(|k| a[k] - b[k])
    }

    #[inline(always)]
    fn mul(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        std::array::from_fn(|k| a[k] * b[k])
    }

    #[inline(always)]
    fn mul_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
        // Slow where the hardware lacks it.
        let fused = cfg!(target_arch = "aarch64");
        std::array::from_fn(|k| {
            if fused {
                a[k].mul_add(b[k], c[k])
            } else {
                a[k] * b[k] + c[k]
            }
        })
    }

    #[inline(always)]
    fn abs(self, a: Self::Vector) -> Self::Vector {
        a.map(f64::abs)
    }

    #[inline(always)]
    fn larger(self, most: Self::Vector, a: Self::Vector) -> Self::Vector {
        // Without a sign, numbers are ordered as their bits are, with not-a-number above all.
        std::array::from_fn(|k| f64::from_bits(most[k].to_bits().max(a[k].abs().to_bits())))
    }

    #[inline(always)]
    fn where_positive(
        self,
        condition: Self::Vector,
        yes: Self::Vector,
        no: Self::Vector,
    ) -> Self::Vector {
        std::array::from_fn(|k| if condition[k] > 0.0 { yes[k] } else { no[k] })
    }

    #[inline(always)]
    fn transpose(self, rows: [Self::Vector; WIDTH]) -> [Self::Vector; WIDTH] {
        std::array::from_fn(|k| rows.map(|row| row[k]))
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{__m256d, __m512d, _CMP_GT_OQ};

    use pulp::cast;
    use pulp::x86::{V3, V4};

    use super::{Arithmetic, WIDTH};

    impl Arithmetic for V4 {
        type Vector = __m512d;

        #[inline(always)]
        fn load(self, values: &[f64; WIDTH]) -> __m512d {
            cast(*values)
        }

        #[inline(always)]
        fn store(self, vector: __m512d, values: &mut [f64; WIDTH]) {
            *values = cast(vector);
        }

        #[inline(always)]
        fn splat(self, value: f64) -> __m512d {
            self.avx512f._mm512_set1_pd(value)
        }

        #[inline(always)]
        fn add(self, a: __m512d, b: __m512d) -> __m512d {
            self.avx512f._mm512_add_pd(a, b)
        }

        #[inline(always)]
        fn sub(self, a: __m512d, b: __m512d) -> __m512d {
            self.avx512f._mm512_sub_pd(a, b)
        }

        #[inline(always)]
        fn mul(self, a: __m512d, b: __m512d) -> __m512d {
            self.avx512f._mm512_mul_pd(a, b)
        }

        #[inline(always)]
        fn mul_add(self, a: __m512d, b: __m512d, c: __m512d) -> __m512d {
            self.avx512f._mm512_fmadd_pd(a, b, c)
        }

        #[inline(always)]
        fn abs(self, a: __m512d) -> __m512d {
            self.avx512f._mm512_abs_pd(a)
        }

        #[inline(always)]
        fn larger(self, most: __m512d, a: __m512d) -> __m512d {
            // Without a sign, numbers are ordered as their bits are, with not-a-number above all.
            cast(self.avx512f._mm512_max_epu64(cast(most), cast(self.abs(a))))
        }

        #[inline(always)]
        fn where_positive(self, condition: __m512d, yes: __m512d, no: __m512d) -> __m512d {
            let positive = self
                .avx512f
                ._mm512_cmp_pd_mask::<_CMP_GT_OQ>(condition, self.splat(0.0));
            self.avx512f._mm512_mask_blend_pd(positive, no, yes)
        }

        #[inline(always)]
        fn transpose(self, rows: [__m512d; WIDTH]) -> [__m512d; WIDTH] {
            let simd = self.avx512f;
            let [a, b, c, d, e, f, g, h] = rows;
            // Of two rows: numbers 0, 2, 4, 6 in pairs, then numbers 1, 3, 5, 7.
            let even = [
                simd._mm512_unpacklo_pd(a, b),
                simd._mm512_unpacklo_pd(c, d),
                simd._mm512_unpacklo_pd(e, f),
                simd._mm512_unpacklo_pd(g, h),
            ];
            let odd = [
                simd._mm512_unpackhi_pd(a, b),
                simd._mm512_unpackhi_pd(c, d),
                simd._mm512_unpackhi_pd(e, f),
                simd._mm512_unpackhi_pd(g, h),
            ];
            let ([r0, r2, r4, r6], [r1, r3, r5, r7]) =
                (transpose_pairs(self, even), transpose_pairs(self, odd));
            [r0, r1, r2, r3, r4, r5, r6, r7]
        }
    }

    /// Transposes a 4 x 4 matrix of pairs.
    #[inline(always)]
    fn transpose_pairs(simd: V4, [ab, cd, ef, gh]: [__m512d; 4]) -> [__m512d; 4] {
        let simd = simd.avx512f;
        let even = (
            simd._mm512_shuffle_f64x2::<0x88>(ab, cd),
            simd._mm512_shuffle_f64x2::<0x88>(ef, gh),
        );
        let odd = (
            simd._mm512_shuffle_f64x2::<0xdd>(ab, cd),
            simd._mm512_shuffle_f64x2::<0xdd>(ef, gh),
        );
        [
            simd._mm512_shuffle_f64x2::<0x88>(even.0, even.1),
            simd._mm512_shuffle_f64x2::<0x88>(odd.0, odd.1),
            simd._mm512_shuffle_f64x2::<0xdd>(even.0, even.1),
            simd._mm512_shuffle_f64x2::<0xdd>(odd.0, odd.1),
        ]
    }

    impl Arithmetic for V3 {
        type Vector = [__m256d; 2];

        #[inline(always)]
        fn load(self, values: &[f64; WIDTH]) -> [__m256d; 2] {
            cast(*values)
        }

        #[inline(always)]
        fn store(self, vector: [__m256d; 2], values: &mut [f64; WIDTH]) {
            *values = cast(vector);
        }

        #[inline(always)]
        fn splat(self, value: f64) -> [__m256d; 2] {
            [self.avx._mm256_set1_pd(value); 2]
        }

        #[inline(always)]
        fn add(self, a: [__m256d; 2], b: [__m256d; 2]) -> [__m256d; 2] {
            [
                self.avx._mm256_add_pd(a[0], b[0]),
                self.avx._mm256_add_pd(a[1], b[1]),
            ]
        }

        #[inline(always)]
        fn sub(self, a: [__m256d; 2], b: [__m256d; 2]) -> [__m256d; 2] {
            [
                self.avx._mm256_sub_pd(a[0], b[0]),
                self.avx._mm256_sub_pd(a[1], b[1]),
            ]
        }

        #[inline(always)]
        fn mul(self, a: [__m256d; 2], b: [__m256d; 2]) -> [__m256d; 2] {
            [
                self.avx._mm256_mul_pd(a[0], b[0]),
                self.avx._mm256_mul_pd(a[1], b[1]),
            ]
        }

        #[inline(always)]
        fn mul_add(self, a: [__m256d; 2], b: [__m256d; 2], c: [__m256d; 2]) -> [__m256d; 2] {
            [
                self.fma._mm256_fmadd_pd(a[0], b[0], c[0]),
                self.fma._mm256_fmadd_pd(a[1], b[1], c[1]),
            ]
        }

        #[inline(always)]
        fn abs(self, a: [__m256d; 2]) -> [__m256d; 2] {
            let sign = self.avx._mm256_set1_pd(-0.0);
            [
                self.avx._mm256_andnot_pd(sign, a[0]),
                self.avx._mm256_andnot_pd(sign, a[1]),
            ]
        }

        #[inline(always)]
        fn larger(self, most: [__m256d; 2], a: [__m256d; 2]) -> [__m256d; 2] {
            // Without a sign, numbers are ordered as their bits are, with not-a-number above all.
            let a = self.abs(a);
            let above = [
                self.avx2._mm256_cmpgt_epi64(cast(a[0]), cast(most[0])),
                self.avx2._mm256_cmpgt_epi64(cast(a[1]), cast(most[1])),
            ];
            [
                self.avx._mm256_blendv_pd(most[0], a[0], cast(above[0])),
                self.avx._mm256_blendv_pd(most[1], a[1], cast(above[1])),
            ]
        }

        #[inline(always)]
        fn where_positive(
            self,
            condition: [__m256d; 2],
            yes: [__m256d; 2],
            no: [__m256d; 2],
        ) -> [__m256d; 2] {
            let zero = self.avx._mm256_setzero_pd();
            let positive = [
                self.avx._mm256_cmp_pd::<_CMP_GT_OQ>(condition[0], zero),
                self.avx._mm256_cmp_pd::<_CMP_GT_OQ>(condition[1], zero),
            ];
            [
                self.avx._mm256_blendv_pd(no[0], yes[0], positive[0]),
                self.avx._mm256_blendv_pd(no[1], yes[1], positive[1]),
            ]
        }

        #[inline(always)]
        fn transpose(self, rows: [[__m256d; 2]; WIDTH]) -> [[__m256d; 2]; WIDTH] {
            // Four quarters; those off the diagonal change places.
            let [a, b, c, d, e, f, g, h] = rows;
            let top_left = transpose_4(self, [a[0], b[0], c[0], d[0]]);
            let top_right = transpose_4(self, [a[1], b[1], c[1], d[1]]);
            let bottom_left = transpose_4(self, [e[0], f[0], g[0], h[0]]);
            let bottom_right = transpose_4(self, [e[1], f[1], g[1], h[1]]);
            [
                [top_left[0], bottom_left[0]],
                [top_left[1], bottom_left[1]],
                [top_left[2], bottom_left[2]],
                [top_left[3], bottom_left[3]],
                [top_right[0], bottom_right[0]],
                [top_right[1], bottom_right[1]],
                [top_right[2], bottom_right[2]],
                [top_right[3], bottom_right[3]],
            ]
        }
    }

    #[inline(always)]
    fn transpose_4(simd: V3, [a, b, c, d]: [__m256d; 4]) -> [__m256d; 4] {
        let simd = simd.avx;
        let (ab_even, cd_even) = (simd._mm256_unpacklo_pd(a, b), simd._mm256_unpacklo_pd(c, d));
        let (ab_odd, cd_odd) = (simd._mm256_unpackhi_pd(a, b), simd._mm256_unpackhi_pd(c, d));
        [
            simd._mm256_permute2f128_pd::<0x20>(ab_even, cd_even),
            simd._mm256_permute2f128_pd::<0x20>(ab_odd, cd_odd),
            simd._mm256_permute2f128_pd::<0x31>(ab_even, cd_even),
            simd._mm256_permute2f128_pd::<0x31>(ab_odd, cd_odd),
        ]
    }
}
