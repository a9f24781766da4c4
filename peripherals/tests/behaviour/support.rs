//! What several tests need.

use ohmloom_peripherals::adc::Adc;
use ohmloom_peripherals::metrology::{
    AdcCharacterization, HistogramTest, ReferenceLine, SineTest, characterize_adc,
};
use ohmloom_peripherals::{InstanceKey, Noise, Span};

pub(crate) const UNIT: Span = Span {
    low: 0.0,
    high: 1.0,
};

pub(crate) fn instance(index: u32) -> InstanceKey {
    InstanceKey {
        seed: 11,
        index,
        ..InstanceKey::default()
    }
}

/// A converter measured with the default tests and noise of its own.
pub(crate) fn measured(adc: &impl Adc) -> AdcCharacterization {
    characterize_adc(
        adc,
        &HistogramTest::default(),
        &SineTest::default(),
        ReferenceLine::BestFit,
        &mut Noise::new(&instance(0), 0),
    )
    .unwrap()
}

/// Mean and standard deviation.
pub(crate) fn moments(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let square = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>();
    (mean, (square / (count - 1.0)).sqrt())
}

/// The largest difference between the codes of two converters over a fine ramp.
pub(crate) fn largest_difference(one: &impl Adc, other: &impl Adc, points: u32) -> u32 {
    let span = one.span();
    let mut noise = Noise::silent();
    (0..points)
        .map(|index| {
            let part = (f64::from(index) + 0.37) / f64::from(points);
            let input = span.low + span.width() * (1.2 * part - 0.1);
            one.sample(input, &mut noise)
                .abs_diff(other.sample(input, &mut noise))
        })
        .max()
        .unwrap()
}
