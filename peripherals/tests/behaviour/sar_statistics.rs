//! A thousand successive-approximation converters against theory.

use ohmloom_peripherals::Noise;
use ohmloom_peripherals::adc::{Adc, Sar};
use ohmloom_peripherals::metrology::{HistogramTest, Linearity, ReferenceLine, ramp_transitions};

use crate::support::{UNIT, instance, moments};

const DRAWS: u32 = 1000;
const SIGMA: f64 = 0.01;

#[test]
fn differential_and_integral_nonlinearity_of_eight_bits_at_one_percent() {
    let mut sar = Sar::new(8, UNIT);
    sar.unit_mismatch = SIGMA;
    let (mut middle_dnl, mut middle_inl) = (Vec::new(), Vec::new());
    let (mut quarter_dnl, mut worst_at_middle) = (Vec::new(), 0);
    for index in 0..DRAWS {
        let adc = sar.instance(&instance(index)).unwrap();
        // The curve of a converter without noise is exactly known: bisection between neighbouring codes would find the sums of weights.
        let transitions = ramp_transitions(
            &adc,
            &HistogramTest {
                samples_per_code: 100,
                overdrive: 0.02,
            },
            &mut Noise::silent(),
        )
        .unwrap();
        let found =
            Linearity::of_transitions(&transitions, adc.span(), 8, ReferenceLine::EndPoints)
                .unwrap();
        assert_eq!(found.first_code, 1);
        // dnl[k - 1] is the width of code k; code 127 ends and code 128 begins at the transition of the most significant bit.
        middle_dnl.push(found.dnl[126]);
        quarter_dnl.push(found.dnl[62]);
        middle_inl.push(found.inl[127]);
        let largest = found.dnl.iter().map(|dnl| dnl.abs()).fold(0.0, f64::max);
        worst_at_middle += usize::from((largest - found.dnl[126].abs()).abs() < 1e-12);
    }
    let (mean, deviation) = moments(&middle_dnl);
    let theory = f64::sqrt(255.0) * SIGMA;
    // The standard error of a deviation from 1000 draws is 2.2 %.
    assert!(mean.abs() < 4.0 * theory / f64::from(DRAWS).sqrt());
    assert!(
        (deviation / theory - 1.0).abs() < 0.08,
        "{deviation} {theory}"
    );
    let (_, deviation) = moments(&quarter_dnl);
    let theory = f64::sqrt(127.0) * SIGMA;
    assert!(
        (deviation / theory - 1.0).abs() < 0.08,
        "{deviation} {theory}"
    );
    let (_, deviation) = moments(&middle_inl);
    let theory = 0.5 * f64::sqrt(256.0) * SIGMA;
    assert!(
        (deviation / theory - 1.0).abs() < 0.08,
        "{deviation} {theory}"
    );
    // The most significant bit is the worst one more often than any other.
    assert!(worst_at_middle > 400, "{worst_at_middle}");
}
