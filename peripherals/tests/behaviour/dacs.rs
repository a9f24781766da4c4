//! Digital-to-analog converters.

use ohmloom_peripherals::dac::{
    Accumulation, BitSerial, Capacitive, CurrentSteering, Dac, IdealDacDescription, PulseWidth, R2r,
};
use ohmloom_peripherals::metrology::{Linearity, ReferenceLine, SineTest, characterize_dac};
use ohmloom_peripherals::{ConverterError, Noise, Span};

use crate::support::{UNIT, instance, moments};

fn levels(dac: &impl Dac) -> Vec<f64> {
    let mut noise = Noise::silent();
    (0..=dac.largest_code())
        .map(|code| dac.level(code, &mut noise))
        .collect()
}

#[test]
fn an_ideal_converter_of_n_bits_has_n_effective_bits() {
    for bits in 4..=14 {
        let dac = IdealDacDescription { bits, range: UNIT }
            .instance()
            .unwrap();
        let found = characterize_dac(
            &dac,
            &SineTest::default(),
            ReferenceLine::BestFit,
            &mut Noise::silent(),
        )
        .unwrap();
        assert!(
            (found.spectrum.enob - f64::from(bits)).abs() < 0.05,
            "{bits} bits: {}",
            found.spectrum.enob
        );
        let difference = found.sine_fit.enob - found.spectrum.enob;
        assert!(difference.abs() < 0.05, "{bits} bits: {difference}");
        assert!(found.linearity.worst_inl < 1e-9 && found.linearity.worst_dnl < 1e-9);
        assert!(found.linearity.offset.abs() < 1e-9 && found.linearity.gain_error.abs() < 1e-12);
        assert!(found.monotonic);
    }
}

#[test]
fn without_errors_all_architectures_are_the_same_converter() {
    let key = instance(2);
    let span = Span {
        low: 0.2,
        high: 1.4,
    };
    for bits in [1, 4, 9] {
        let ideal = levels(
            &IdealDacDescription { bits, range: span }
                .instance()
                .unwrap(),
        );
        let mut analog = BitSerial::new(bits, span);
        analog.accumulation = Accumulation::Analog;
        let mut unary = CurrentSteering::new(bits, span, 50.0);
        unary.unary_bits = bits.min(3);
        for found in [
            levels(&R2r::new(bits, span, 1e4).instance(&key).unwrap()),
            levels(
                &CurrentSteering::new(bits, span, 50.0)
                    .instance(&key)
                    .unwrap(),
            ),
            levels(&unary.instance(&key).unwrap()),
            levels(&Capacitive::new(bits, span, 1e-15).instance(&key).unwrap()),
            levels(&PulseWidth::new(bits, span, 1e-6).instance(&key).unwrap()),
            levels(&BitSerial::new(bits, span).instance(&key).unwrap()),
            levels(&analog.instance(&key).unwrap()),
        ] {
            assert_eq!(found.len(), ideal.len());
            for (found, expected) in found.iter().zip(&ideal) {
                assert!((found - expected).abs() < 1e-12);
            }
        }
    }
}

/// The deviation of the step in the middle, in steps.
fn middle_steps(draw: impl Fn(u32) -> Vec<f64>) -> f64 {
    let steps: Vec<f64> = (0..1500)
        .map(|index| {
            let levels = draw(index);
            let found = Linearity::of_levels(&levels, UNIT, 6, ReferenceLine::EndPoints).unwrap();
            found.dnl[31]
        })
        .collect();
    moments(&steps).1
}

#[test]
fn mismatch_shows_at_the_most_significant_bit_as_theory_says() {
    let sigma = 0.01;
    let binary = f64::sqrt(63.0) * sigma;
    let mut capacitive = Capacitive::new(6, UNIT, 1e-15);
    capacitive.unit_mismatch = sigma;
    let found = middle_steps(|index| levels(&capacitive.instance(&instance(index)).unwrap()));
    assert!((found / binary - 1.0).abs() < 0.08, "{found} {binary}");

    let mut steering = CurrentSteering::new(6, UNIT, 50.0);
    steering.unit_mismatch = sigma;
    let found = middle_steps(|index| levels(&steering.instance(&instance(index)).unwrap()));
    assert!((found / binary - 1.0).abs() < 0.08, "{found} {binary}");
    // With three bits decoded only one group of eight and three binary ones change: 8 + 7 units.
    steering.unary_bits = 3;
    let found = middle_steps(|index| levels(&steering.instance(&instance(index)).unwrap()));
    let segmented = f64::sqrt(15.0) * sigma;
    assert!(
        (found / segmented - 1.0).abs() < 0.08,
        "{found} {segmented}"
    );

    // R-2R by propagation of errors: each weight's derivatives by finite differences of the ladder solved as a linear system.
    let mut r2r = R2r::new(6, UNIT, 1e4);
    r2r.resistor_mismatch = sigma;
    let found = middle_steps(|index| levels(&r2r.instance(&instance(index)).unwrap()));
    let expected = ladder_sensitivity() * sigma * 64.0;
    assert!((found / expected - 1.0).abs() < 0.08, "{found} {expected}");
}

/// The output of a six-bit ladder by Gaussian elimination on its nodes. `legs` and `links` from the least significant bit.
fn ladder(legs: &[f64; 6], links: &[f64; 5], termination: f64, code: u32) -> f64 {
    let mut matrix = [[0.0; 7]; 6];
    for node in 0..6 {
        matrix[node][node] += 1.0 / legs[node];
        matrix[node][6] += f64::from(code >> node & 1) / legs[node];
    }
    matrix[0][0] += 1.0 / termination;
    for (node, link) in links.iter().enumerate() {
        matrix[node][node] += 1.0 / link;
        matrix[node + 1][node + 1] += 1.0 / link;
        matrix[node][node + 1] -= 1.0 / link;
        matrix[node + 1][node] -= 1.0 / link;
    }
    for pivot in 0..6 {
        let row = matrix[pivot];
        for other in matrix.iter_mut().skip(pivot + 1) {
            let factor = other[pivot] / row[pivot];
            for (entry, above) in other.iter_mut().zip(row) {
                *entry -= factor * above;
            }
        }
    }
    matrix[5][6] / matrix[5][5]
}

/// The deviation of the middle step's DNL for a relative deviation of 1 of each resistor R.
fn ladder_sensitivity() -> f64 {
    let dnl = |legs: &[f64; 6], links: &[f64; 5], termination: f64| {
        let at = |code| ladder(legs, links, termination, code);
        (at(32) - at(31)) - (at(63) - at(0)) / 63.0
    };
    let (legs, links) = ([2.0; 6], [1.0; 5]);
    let h = 1e-5;
    let mut square = 0.0;
    let mut add = |up: f64, down: f64, deviation: f64| {
        square += ((up - down) / (2.0 * h) * deviation).powi(2);
    };
    let half = std::f64::consts::FRAC_1_SQRT_2;
    for index in 0..6 {
        let (mut up, mut down) = (legs, legs);
        up[index] *= 1.0 + h;
        down[index] *= 1.0 - h;
        add(dnl(&up, &links, 2.0), dnl(&down, &links, 2.0), half);
    }
    for index in 0..5 {
        let (mut up, mut down) = (links, links);
        up[index] *= 1.0 + h;
        down[index] *= 1.0 - h;
        add(dnl(&legs, &up, 2.0), dnl(&legs, &down, 2.0), 1.0);
    }
    add(
        dnl(&legs, &links, 2.0 * (1.0 + h)),
        dnl(&legs, &links, 2.0 * (1.0 - h)),
        half,
    );
    square.sqrt()
}

#[test]
fn finite_output_resistance_bends_a_current_steering_converter() {
    let mut steering = CurrentSteering::new(8, UNIT, 50.0);
    steering.unit_output_resistance = Some(1e6);
    let dac = steering.instance(&instance(0)).unwrap();
    let found = levels(&dac);
    for (code, level) in found.iter().enumerate() {
        let code = code as f64;
        let expected = code / 256.0 / (1.0 + code * 50.0 / 1e6);
        assert!((level - expected).abs() < 1e-12);
    }
    // Textbook: INL in the middle about N^2 R_L / (4 r) steps of N units.
    let linearity = Linearity::of_levels(&found, UNIT, 8, ReferenceLine::EndPoints).unwrap();
    let expected = 255.0 * 255.0 * 50.0 / (4.0 * 1e6);
    assert!((linearity.worst_inl / expected - 1.0).abs() < 0.02);
}

#[test]
fn parasitic_capacitance_is_a_gain_error_and_reset_noise_is_kt_over_c() {
    let mut capacitive = Capacitive::new(6, UNIT, 1e-17);
    capacitive.parasitic = 6.4e-17;
    capacitive.temperature = Some(300.0);
    let dac = capacitive.instance(&instance(0)).unwrap();
    let linearity = Linearity::of_levels(&levels(&dac), UNIT, 6, ReferenceLine::EndPoints).unwrap();
    assert!((linearity.gain_error - (1.0 / 1.1 - 1.0)).abs() < 1e-12);
    assert!(linearity.worst_inl < 1e-9);
    let mut outputs = vec![0.0; 20_000];
    dac.convert(
        &vec![10; 20_000],
        &mut outputs,
        &mut Noise::new(&instance(0), 0),
    )
    .unwrap();
    let expected = (1.380_649e-23_f64 * 300.0 / 70.4e-17).sqrt();
    assert!((moments(&outputs).1 / expected - 1.0).abs() < 0.03);
}

#[test]
fn pulses_have_skew_and_jitter_and_end_with_the_period() {
    let mut pulse_width = PulseWidth::new(4, UNIT, 160e-9);
    pulse_width.skew = -2e-9;
    pulse_width.jitter = 1e-9;
    let dac = pulse_width.instance(&instance(0)).unwrap();
    let mut silent = Noise::silent();
    assert_eq!(dac.level(0, &mut silent), 0.0);
    assert!((dac.level(5, &mut silent) - 48e-9 / 160e-9).abs() < 1e-12);
    let mut outputs = vec![0.0; 20_000];
    dac.convert(
        &vec![5; 20_000],
        &mut outputs,
        &mut Noise::new(&instance(0), 0),
    )
    .unwrap();
    assert!((moments(&outputs).1 / (1.0 / 160.0) - 1.0).abs() < 0.03);
    pulse_width.skew = 12e-9;
    let dac = pulse_width.instance(&instance(0)).unwrap();
    assert_eq!(dac.level(15, &mut silent), 1.0);
}

#[test]
fn analog_accumulation_is_an_exponential_sum_and_digital_averages_noise() {
    let mut serial = BitSerial::new(5, UNIT);
    serial.accumulation = Accumulation::Analog;
    serial.capacitor_mismatch = 0.05;
    let dac = serial.instance(&instance(3)).unwrap();
    let [driven, holding] = dac.capacitors();
    let mut silent = Noise::silent();
    for code in 0..32 {
        let mut held = 0.0;
        for bit in 0..5 {
            let applied = f64::from(code >> bit & 1);
            held = (driven * applied + holding * held) / (driven + holding);
        }
        assert!((dac.level(code, &mut silent) - held).abs() < 1e-12);
    }
    let mut serial = BitSerial::new(5, UNIT);
    serial.noise = 0.01;
    let dac = serial.instance(&instance(3)).unwrap();
    let mut outputs = vec![0.0; 20_000];
    dac.convert(
        &vec![7; 20_000],
        &mut outputs,
        &mut Noise::new(&instance(0), 0),
    )
    .unwrap();
    // Weights 1/2, 1/4, ...: the root of the sum of their squares is close to 1/sqrt(3).
    let expected = 0.01 * ((1.0 - 0.25_f64.powi(5)) / 3.0).sqrt();
    assert!((moments(&outputs).1 / expected - 1.0).abs() < 0.03);
}

#[test]
fn codes_with_too_many_bits_are_errors() {
    let dac = R2r::new(4, UNIT, 1e4).instance(&instance(0)).unwrap();
    let refused = dac.convert(&[3, 16], &mut [0.0; 2], &mut Noise::silent());
    assert_eq!(
        refused,
        Err(ConverterError::Code {
            index: 1,
            code: 16,
            largest: 15
        })
    );
}
