//! The inverse of the normal distribution function.

/// Highest argument of the central fit, from 1/2.
const CENTRE_HALF_WIDTH: f64 = 0.425;

/// The standard normal deviate below which a part `p` of the distribution lies, `0 < p < 1`, to a relative 1e-15: rational fits of
/// M. J. Wichura, Applied Statistics 37, 477 (1988), algorithm AS 241 (PPND16).
pub(super) fn inverse_normal(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= CENTRE_HALF_WIDTH {
        let r = CENTRE_HALF_WIDTH * CENTRE_HALF_WIDTH - q * q;
        return q * ratio(&CENTRE, r);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let r = (-tail.ln()).sqrt();
    let magnitude = if r <= 5.0 {
        ratio(&TAIL, r - 1.6)
    } else {
        ratio(&FAR_TAIL, r - 5.0)
    };
    magnitude.copysign(q)
}

/// The quotient of two polynomials, coefficients in rising powers.
#[inline]
fn ratio(coefficients: &[[f64; 8]; 2], r: f64) -> f64 {
    let [over, under] = coefficients.map(|c| c.iter().rev().fold(0.0, |sum, a| sum * r + a));
    over / under
}

const CENTRE: [[f64; 8]; 2] = [
    [
        3.387_132_872_796_366_5,
        133.141_667_891_784_38,
        1_971.590_950_306_551_3,
        13_731.693_765_509_46,
        45_921.953_931_549_87,
        67_265.770_927_008_7,
        33_430.575_583_588_13,
        2_509.080_928_730_122_7,
    ],
    [
        1.0,
        42.313_330_701_600_91,
        687.187_007_492_057_9,
        5_394.196_021_424_751,
        21_213.794_301_586_597,
        39_307.895_800_092_71,
        28_729.085_735_721_943,
        5_226.495_278_852_854,
    ],
];
const TAIL: [[f64; 8]; 2] = [
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        0.241_780_725_177_450_6,
        0.022_723_844_989_269_184,
        0.000_774_545_014_278_341_4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        0.689_767_334_985_1,
        0.148_103_976_427_480_08,
        0.015_198_666_563_616_457,
        0.000_547_593_808_499_534_5,
        1.050_750_071_644_416_9e-9,
    ],
];
const FAR_TAIL: [[f64; 8]; 2] = [
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        0.296_560_571_828_504_87,
        0.026_532_189_526_576_124,
        0.001_242_660_947_388_078_4,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        0.599_832_206_555_888,
        0.136_929_880_922_735_8,
        0.014_875_361_290_850_615,
        0.000_786_869_131_145_613_3,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_7e-15,
    ],
];

#[cfg(test)]
mod tests {
    use super::inverse_normal;

    /// Deviates of another implementation.
    #[test]
    fn deviates_are_accurate_far_into_the_tails() {
        for (p, expected) in [
            (1e-300, -37.047_096_299_361_2),
            (1e-20, -9.262_340_089_798_405),
            (1e-16, -8.222_082_216_130_435),
            (1e-8, -5.612_001_244_174_79),
            (1e-3, -3.090_232_306_167_813),
            (0.024_25, -1.972_961_051_311_884_5),
            (0.075, -1.439_531_470_938_455_7),
            (0.2, -0.841_621_233_572_914_2),
            (0.4999, -0.000_250_662_830_088_007_5),
            (0.5, 0.0),
            (0.7, 0.524_400_512_708_040_7),
            (0.999_999, 4.753_424_308_817_089),
        ] {
            let found = inverse_normal(p);
            assert!(
                (found - expected).abs() <= 4e-15 * expected.abs(),
                "{p}: {found} {expected}"
            );
        }
    }
}
