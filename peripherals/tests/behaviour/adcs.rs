//! Analog-to-digital converters.

use ohmloom_peripherals::adc::{
    Adc, Encoder, Flash, Ideal, Oscillator, Pipeline, Ramp, Sar, SigmaDelta,
};
use ohmloom_peripherals::metrology::{
    HistogramTest, Spectrum, coherent_cycles, ramp_transitions, sine_transitions,
};
use ohmloom_peripherals::{Comparator, ConverterError, Noise, Span};

use crate::support::{UNIT, instance, largest_difference, measured, moments};

#[test]
fn an_ideal_converter_of_n_bits_has_n_effective_bits() {
    for bits in 4..=14 {
        let adc = Ideal { bits, range: UNIT }.instance().unwrap();
        let found = measured(&adc);
        assert!(
            (found.spectrum.enob - f64::from(bits)).abs() < 0.05,
            "{bits} bits: {}",
            found.spectrum.enob
        );
        let difference = found.sine_fit.enob - found.spectrum.enob;
        assert!(difference.abs() < 0.05, "{bits} bits: {difference}");
        assert!(found.linearity.worst_inl < 0.02 && found.linearity.worst_dnl < 0.02);
        assert!(found.sine_worst_dnl < 0.03, "{}", found.sine_worst_dnl);
        let codes = f64::from(1 << bits);
        assert!(found.linearity.offset.abs() < 0.02);
        assert!(found.linearity.gain_error.abs() < 0.03 / codes);
        assert!(found.monotonic && found.transitions.missing.is_empty());
        assert_eq!(found.transitions.inputs.len(), (1 << bits) - 1);
    }
}

#[test]
fn the_sine_fit_agrees_with_the_spectrum_under_mismatch_and_noise() {
    for index in 0..5 {
        let mut sar = Sar::new(10, UNIT);
        sar.unit_mismatch = 0.05;
        sar.comparator.noise = 1e-3;
        let found = measured(&sar.instance(&instance(index)).unwrap());
        let (spectrum, fit) = (found.spectrum.enob, found.sine_fit.enob);
        assert!((6.0..9.5).contains(&spectrum), "{spectrum}");
        assert!((spectrum - fit).abs() < 0.05, "{spectrum} {fit}");
        assert!((found.sine_fit.frequency * 8192.0 - 479.0).abs() < 1e-3);
    }
}

#[test]
fn without_errors_all_architectures_are_the_same_converter() {
    let key = instance(1);
    let span = Span {
        low: -0.3,
        high: 0.9,
    };
    for bits in [2, 5, 8] {
        let ideal = Ideal { bits, range: span }.instance().unwrap();
        let points = 10_007;
        let sar = Sar::new(bits, span).instance(&key).unwrap();
        assert_eq!(largest_difference(&ideal, &sar, points), 0);
        let flash = Flash::new(bits, span).instance(&key).unwrap();
        assert_eq!(largest_difference(&ideal, &flash, points), 0);
        let ramp = Ramp::new(bits, span, 1e8).instance(&key).unwrap();
        assert_eq!(largest_difference(&ideal, &ramp, points), 0);
        let pipeline = Pipeline::new(bits, span).instance(&key).unwrap();
        assert_eq!(largest_difference(&ideal, &pipeline, points), 0);
        let sigma_delta = SigmaDelta::new(bits, span).instance(&key).unwrap();
        assert_eq!(largest_difference(&ideal, &sigma_delta, points), 0);
        let range = Span {
            low: 0.0,
            high: 1e-5,
        };
        let ideal = Ideal { bits, range }.instance().unwrap();
        let oscillator = Oscillator::new(bits, 1e-5, 1e-6).instance(&key).unwrap();
        assert_eq!(largest_difference(&ideal, &oscillator, points), 0);
    }
}

#[test]
fn sampling_noise_of_a_capacitor_array_is_kt_over_c() {
    let mut sar = Sar::new(12, UNIT);
    sar.unit_capacitance = Some(1e-18); // 4 fF in all: 1.0 mV rms, 4.2 steps
    let adc = sar.instance(&instance(0)).unwrap();
    let mut codes = vec![0; 20_000];
    adc.convert(
        &vec![0.5; 20_000],
        &mut codes,
        &mut Noise::new(&instance(0), 0),
    )
    .unwrap();
    let volts: Vec<f64> = codes.iter().map(|&code| adc.value(code)).collect();
    let (mean, deviation) = moments(&volts);
    let expected = (1.380_649e-23_f64 * 300.0 / 4096e-18).sqrt();
    assert!((mean - 0.5).abs() < 4.0 * expected / 20_000_f64.sqrt() + 2.5e-4);
    assert!((deviation / expected - 1.0).abs() < 0.03, "{deviation}");
}

#[test]
fn incomplete_settling_moves_the_first_transition_as_an_exponential_does() {
    let mut sar = Sar::new(6, UNIT);
    sar.settling = Some(4.0);
    let adc = sar.instance(&instance(0)).unwrap();
    // The first trial compares with 1/2 (1 - e^-4) instead of 1/2.
    let threshold = 0.5 * (1.0 - (-4.0_f64).exp());
    let mut silent = Noise::silent();
    assert!(adc.sample(threshold - 1e-9, &mut silent) < 32);
    assert!(adc.sample(threshold + 1e-9, &mut silent) >= 32);
    sar.settling = Some(12.0);
    let settled = sar.instance(&instance(0)).unwrap();
    let good = measured(&settled).linearity.worst_dnl;
    assert!(good < 0.02 && measured(&adc).linearity.worst_dnl > 0.2);
}

#[test]
fn metastable_decisions_are_as_rare_as_the_window_is_narrow() {
    let mut sar = Sar::new(6, UNIT);
    sar.comparator = Comparator {
        time_constant: 20e-12,
        decision_time: 120e-12,
        ..Comparator::default()
    };
    let window = sar.comparator.undecided();
    let adc = sar.instance(&instance(0)).unwrap();
    let ideal = Sar::new(6, UNIT).instance(&instance(0)).unwrap();
    let inputs: Vec<f64> = (0..100_000)
        .map(|index| (f64::from(index) + 0.5) / 1e5)
        .collect();
    let mut codes = vec![0; inputs.len()];
    adc.convert(&inputs, &mut codes, &mut Noise::new(&instance(0), 0))
        .unwrap();
    let mut silent = Noise::silent();
    let wrong = inputs
        .iter()
        .zip(&codes)
        .filter(|(input, code)| ideal.sample(**input, &mut silent) != **code)
        .count() as f64;
    // 63 transitions, each undecided within +-window, half of which falls on the wrong side.
    let expected = 63.0 * 2.0 * window * 0.5 * 1e5;
    assert!((wrong / expected - 1.0).abs() < 0.06, "{wrong} {expected}");
}

#[test]
fn a_flash_converter_has_the_thresholds_of_its_ladder() {
    let mut flash = Flash::new(5, UNIT);
    flash.resistor_mismatch = 0.05;
    flash.comparator.offset_sigma = 2e-3;
    let adc = flash.instance(&instance(4)).unwrap();
    let mut sorted = adc.thresholds().to_vec();
    sorted.sort_by(f64::total_cmp);
    let test = HistogramTest {
        samples_per_code: 2000,
        overdrive: 0.1,
    };
    let found = ramp_transitions(&adc, &test, &mut Noise::silent()).unwrap();
    for (found, expected) in found.inputs.iter().zip(&sorted) {
        assert!((found - expected).abs() < 2.0 / 32.0 / 2000.0);
    }
    // The deviation of tap m of n resistors with deviations sigma: sigma sqrt(m (n - m) / n) / n; here of the middle one.
    flash.comparator.offset_sigma = 0.0;
    let middles: Vec<f64> = (0..2000)
        .map(|index| flash.instance(&instance(index)).unwrap().thresholds()[15])
        .collect();
    let (mean, deviation) = moments(&middles);
    let expected = 0.05 * (16.0 * 16.0 / 32.0_f64).sqrt() / 32.0;
    assert!((mean - 0.5).abs() < 5e-4);
    assert!((deviation / expected - 1.0).abs() < 0.07, "{deviation}");
}

#[test]
fn bubbles_matter_to_the_encoder() {
    let mut flash = Flash::new(4, UNIT);
    flash.comparator.offset_sigma = 0.06; // a step: many bubbles
    let counting = flash.instance(&instance(9)).unwrap();
    flash.encoder = Encoder::HighestOne;
    let highest = flash.instance(&instance(9)).unwrap();
    let mut silent = Noise::silent();
    let mut differences = 0;
    for index in 0..1000 {
        let input = f64::from(index) / 1000.0;
        let ones: Vec<bool> = counting
            .thresholds()
            .iter()
            .map(|threshold| *threshold <= input)
            .collect();
        let count = ones.iter().filter(|one| **one).count() as u32;
        let position = ones
            .iter()
            .rposition(|one| *one)
            .map_or(0, |at| at as u32 + 1);
        assert_eq!(counting.sample(input, &mut silent), count);
        assert_eq!(highest.sample(input, &mut silent), position);
        differences += usize::from(count != position);
    }
    assert!(differences > 100);
    // With noise each comparator is asked by itself; the codes must be the same when the noise is negligible.
    flash.comparator.noise = 1e-9;
    let noisy = flash.instance(&instance(9)).unwrap();
    let mut noise = Noise::new(&instance(9), 0);
    for index in 0..1000 {
        let input = (f64::from(index) + 0.5) / 1000.0;
        assert_eq!(
            noisy.sample(input, &mut noise),
            highest.sample(input, &mut silent)
        );
    }
}

#[test]
fn a_bent_ramp_has_the_nonlinearity_of_its_exponential() {
    let mut ramp = Ramp::new(10, UNIT, 1e8);
    ramp.curvature = 0.05;
    let adc = ramp.instance(&instance(0)).unwrap();
    let test = HistogramTest {
        samples_per_code: 64,
        overdrive: 0.0,
    };
    let found = ramp_transitions(&adc, &test, &mut Noise::silent()).unwrap();
    for (index, input) in found.inputs.iter().enumerate() {
        let periods = (index + 1) as f64 / 1024.0;
        let expected = (1.0 - (-0.05 * periods).exp()) / 0.05;
        assert!((input - expected).abs() < 2.0 / 1024.0 / 64.0);
    }
    // A delay of 2.5 clock periods is an offset of that many codes.
    let mut late = Ramp::new(10, UNIT, 1e8);
    late.delay = 25e-9;
    let late = measured(&late.instance(&instance(0)).unwrap());
    assert!((late.linearity.offset + 2.5).abs() < 0.03);
}

#[test]
fn jitter_of_a_ramp_is_noise_of_its_code() {
    let mut ramp = Ramp::new(10, UNIT, 1e8);
    ramp.jitter = 30e-9; // three periods
    let adc = ramp.instance(&instance(0)).unwrap();
    let mut codes = vec![0; 20_000];
    adc.convert(
        &vec![0.5; 20_000],
        &mut codes,
        &mut Noise::new(&instance(0), 0),
    )
    .unwrap();
    let codes: Vec<f64> = codes.iter().map(|&code| f64::from(code)).collect();
    let (_, deviation) = moments(&codes);
    // Counting adds the variance of rounding, 1/12.
    assert!((deviation - (9.0_f64 + 1.0 / 12.0).sqrt()).abs() < 0.1);
}

#[test]
fn the_modulator_shapes_its_noise() {
    // SQNR = 6.02 + 1.76 - 5.17 + 30 log OSR for a full-scale sine.
    let adc = SigmaDelta::new(
        8,
        Span {
            low: -1.0,
            high: 1.0,
        },
    )
    .instance(&instance(0))
    .unwrap();
    let record = 1 << 17;
    for oversampling in [32_usize, 128] {
        let in_band = record / 2 / oversampling;
        let cycles = coherent_cycles(in_band / 7, record).unwrap();
        let amplitude = 0.9;
        let inputs: Vec<f64> = (0..record)
            .map(|n| {
                let phase = (cycles * n % record) as f64 / record as f64;
                amplitude * (std::f64::consts::TAU * phase).sin()
            })
            .collect();
        let mut bits = vec![0; record];
        adc.modulate(&inputs, &mut bits, &mut 0.0, &mut Noise::silent())
            .unwrap();
        let bits: Vec<f64> = bits.iter().map(|&bit| f64::from(bit)).collect();
        let spectrum = Spectrum::of(&bits, cycles, amplitude).unwrap();
        let noise: f64 = spectrum.decibels[1..=in_band]
            .iter()
            .enumerate()
            .filter(|(index, _)| index + 1 != cycles)
            .map(|(_, db)| 10_f64.powf(db / 10.0))
            .sum();
        let found = -10.0 * noise.log10();
        let expected =
            6.02 + 1.76 - 5.17 + 30.0 * (oversampling as f64).log10() + 20.0 * amplitude.log10();
        // The formula takes the error for white, which that of a first-order modulator is not.
        assert!(
            (found - expected).abs() < 5.0,
            "{oversampling}: {found} {expected}"
        );
    }
}

#[test]
fn a_leaking_integrator_loses_counts_in_the_middle() {
    let mut sigma_delta = SigmaDelta::new(8, UNIT);
    sigma_delta.amplifier_gain = Some(100.0);
    let leaking = sigma_delta.instance(&instance(0)).unwrap();
    // A small input never reaches the threshold: s tends to u A, so inputs below 1/A give 0.
    let mut silent = Noise::silent();
    assert_eq!(leaking.sample(0.0099, &mut silent), 0);
    assert!(leaking.sample(0.0125, &mut silent) > 0);
    let ideal = SigmaDelta::new(8, UNIT).instance(&instance(0)).unwrap();
    assert_eq!(ideal.sample(0.0099, &mut silent), 2);
    assert!(measured(&leaking).linearity.worst_inl > 0.5);
}

#[test]
fn dead_time_bends_an_oscillator() {
    let mut oscillator = Oscillator::new(8, 10e-6, 1e-6);
    oscillator.dead_time = 0.2e-9;
    oscillator.leakage = 0.1e-6;
    let adc = oscillator.instance(&instance(0)).unwrap();
    let mut silent = Noise::silent();
    for current in [1e-6, 3e-6, 7e-6, 9.9e-6] {
        let charge = 10e-6 * 1e-6 / 256.0;
        let period = charge / (current - 0.1e-6) + 0.2e-9;
        assert_eq!(adc.sample(current, &mut silent), (1e-6 / period) as u32);
    }
    assert_eq!(adc.sample(0.05e-6, &mut silent), 0);
    // Periods' noises add up in squares: at 200 counts of 5 ns, 50 ps each give 0.7 ns.
    let mut oscillator = Oscillator::new(8, 10e-6, 1e-6);
    oscillator.jitter = 500e-12;
    let adc = oscillator.instance(&instance(0)).unwrap();
    let mut codes = vec![0; 20_000];
    adc.convert(
        &vec![200.5 / 256.0 * 10e-6; 20_000],
        &mut codes,
        &mut Noise::new(&instance(0), 0),
    )
    .unwrap();
    let codes: Vec<f64> = codes.iter().map(|&code| f64::from(code)).collect();
    let (_, deviation) = moments(&codes);
    let period = 1e-6 / 200.5;
    let expected = (200.5_f64 * (500e-12_f64 / period).powi(2) + 1.0 / 12.0).sqrt();
    assert!(
        (deviation / expected - 1.0).abs() < 0.03,
        "{deviation} {expected}"
    );
}

#[test]
fn a_pipeline_forgives_comparators_but_not_capacitors() {
    let mut pipeline = Pipeline::new(8, UNIT);
    pipeline.comparator.offset_sigma = 0.02; // 5 steps
    let forgiven = measured(&pipeline.instance(&instance(0)).unwrap());
    // Only the last flash, on which 2 bits depend, sees them: divided by 2^6.
    assert!(
        forgiven.linearity.worst_dnl < 0.35,
        "{}",
        forgiven.linearity.worst_dnl
    );

    let mut finite = Pipeline::new(8, UNIT);
    finite.amplifier_gain = Some(100.0);
    let adc = finite.instance(&instance(0)).unwrap();
    let (gain, subtracted) = adc.stages().next().unwrap();
    assert!((gain - 2.0 / 1.02).abs() < 1e-12 && (subtracted - 1.0 / 1.02).abs() < 1e-12);
    assert!(measured(&adc).linearity.worst_dnl > 0.5);

    let mut cyclic = Pipeline::new(8, UNIT);
    cyclic.cyclic = true;
    cyclic.capacitor_mismatch = 0.01;
    let stages: Vec<_> = cyclic.instance(&instance(3)).unwrap().stages().collect();
    assert!(stages.windows(2).all(|pair| pair[0] == pair[1]) && stages[0].0 != 2.0);
}

#[test]
fn a_sine_finds_the_same_transitions_as_a_ramp() {
    let mut sar = Sar::new(7, UNIT);
    sar.unit_mismatch = 0.03;
    sar.comparator.offset = 7e-3;
    let adc = sar.instance(&instance(8)).unwrap();
    let test = HistogramTest {
        samples_per_code: 500,
        overdrive: 0.05,
    };
    let ramp = ramp_transitions(&adc, &test, &mut Noise::silent()).unwrap();
    let sine = sine_transitions(&adc, &test, &mut Noise::silent()).unwrap();
    assert_eq!((ramp.first_code, sine.first_code), (0, 0));
    assert_eq!(ramp.inputs.len(), 127);
    for (one, other) in ramp.inputs.iter().zip(&sine.inputs) {
        assert!((one - other).abs() < 0.01 * adc.step(), "{one} {other}");
    }
    // The code just below and above each of them.
    let mut silent = Noise::silent();
    for (index, input) in ramp.inputs.iter().enumerate() {
        let away = 0.005 * adc.step();
        assert!(adc.sample(input - away, &mut silent) <= index as u32);
        assert!(adc.sample(input + away, &mut silent) > index as u32);
    }
}

#[test]
fn inputs_that_are_no_numbers_are_errors() {
    let adc = Sar::new(4, UNIT).instance(&instance(0)).unwrap();
    let mut noise = Noise::silent();
    let refused = adc.convert(&[0.1, f64::NAN], &mut [0; 2], &mut noise);
    assert!(matches!(refused, Err(ConverterError::Input { index: 1, value }) if value.is_nan()));
    let refused = adc.convert(&[0.1, 0.2], &mut [0; 3], &mut noise);
    assert_eq!(
        refused.unwrap_err().to_string(),
        "a converter was given 2 inputs and room for 3 outputs"
    );
}

#[test]
fn what_a_converter_gives_does_not_depend_on_how_it_is_asked() {
    let mut sar = Sar::new(8, UNIT);
    sar.unit_mismatch = 0.02;
    sar.comparator.noise = 5e-3;
    let adc = sar.instance(&instance(5)).unwrap();
    assert_eq!(adc, sar.instance(&instance(5)).unwrap());
    assert_ne!(adc, sar.instance(&instance(6)).unwrap());
    let inputs: Vec<f64> = (0..100).map(|index| f64::from(index) / 100.0).collect();
    let (mut at_once, mut in_parts) = (vec![0; 100], vec![0; 100]);
    adc.convert(&inputs, &mut at_once, &mut Noise::new(&instance(5), 2))
        .unwrap();
    let mut noise = Noise::new(&instance(5), 2);
    for part in [0..37, 37..38, 38..100] {
        adc.convert(&inputs[part.clone()], &mut in_parts[part], &mut noise)
            .unwrap();
    }
    assert_eq!(at_once, in_parts);
}
