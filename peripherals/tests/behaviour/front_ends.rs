//! Front ends, decisions and sample-and-hold stages.

use std::f64::consts::TAU;

use ohmloom_peripherals::Noise;
use ohmloom_peripherals::front_ends::{
    CurrentSense, FrontEnd, Integrator, Latch, SampleAndHold, SenseResistor, Transimpedance,
};
use ohmloom_peripherals::metrology::Spectrum;

use crate::support::{instance, moments};

const BOLTZMANN: f64 = 1.380_649e-23;

#[test]
fn a_transimpedance_amplifier_obeys_kirchhoff_at_its_input() {
    let mut description = Transimpedance::new(2e4, 300.0, 5e-4);
    description.reference = 0.4;
    description.offset_sigma = 3e-3;
    let amplifier = description.instance(&instance(7)).unwrap();
    let mut silent = Noise::silent();
    // The offset, from the output without current: (1 + R G) times it, less what the finite gain takes.
    let noise_gain = 11.0;
    let without = amplifier.voltage(0.0, &mut silent);
    let offset = (without - 0.4) / noise_gain * (1.0 + noise_gain / 300.0);
    assert!(offset.abs() > 1e-5 && offset.abs() < 0.02);
    for current in [-8e-6, 2e-6, 9e-6] {
        let output = amplifier.voltage(current, &mut silent);
        // The amplifier's output belongs to this input, at which all currents must add up to zero. The source conductance ends at the
        // reference.
        let input = 0.4 + offset - (output - 0.4) / 300.0;
        let sum = current - 5e-4 * (input - 0.4) - (input - output) / 2e4;
        assert!(sum.abs() < 1e-12 * 2e4, "{sum}");
    }
}

#[test]
fn a_transimpedance_amplifier_settles_and_makes_noise_with_one_pole() {
    let mut description = Transimpedance::new(1e4, 1e5, 4e-4);
    description.gain_bandwidth = Some(100e6);
    description.settling_time = Some(30e-9);
    let bandwidth = description.bandwidth().unwrap();
    assert!((bandwidth / (100e6 / 5.0) - 1.0).abs() < 1e-4);
    let amplifier = description.instance(&instance(0)).unwrap();
    let settled = 1.0 - (-TAU * bandwidth * 30e-9).exp();
    let found = amplifier.voltage(1e-5, &mut Noise::silent());
    assert!((found / (-0.1 / (1.0 + 5.0 / 1e5) * settled) - 1.0).abs() < 1e-9);

    description.temperature = Some(300.0);
    description.noise_density = 5e-9;
    // The integral of |H|^2 by the trapezoidal rule.
    let density = 4.0 * BOLTZMANN * 300.0 * 1e4 + (5e-9_f64 * 5.0).powi(2);
    let steps = 2_000_000;
    let top = 2000.0 * bandwidth;
    let integral: f64 = (0..steps)
        .map(|n| {
            let f = (f64::from(n) + 0.5) / f64::from(steps) * top;
            density / (1.0 + (f / bandwidth).powi(2)) * top / f64::from(steps)
        })
        .sum();
    assert!((description.output_noise() / integral.sqrt() - 1.0).abs() < 1e-3);
    let noisy = description.instance(&instance(0)).unwrap();
    let mut volts = vec![0.0; 20_000];
    noisy
        .convert(
            &vec![0.0; 20_000],
            &mut volts,
            &mut Noise::new(&instance(0), 0),
        )
        .unwrap();
    assert!((moments(&volts).1 / description.output_noise() - 1.0).abs() < 0.03);

    description.swing = Some([-0.05, 0.05]);
    description.temperature = None;
    description.noise_density = 0.0;
    let limited = description.instance(&instance(0)).unwrap();
    assert_eq!(limited.voltage(1e-5, &mut Noise::silent()), -0.05);
}

#[test]
fn an_integrator_follows_its_differential_equation() {
    let mut description = Integrator::new(1e-12, 100e-9);
    description.amplifier_gain = Some(50.0);
    description.source_conductance = 2e-3;
    description.leakage = 0.2e-6;
    let integrator = description.instance(&instance(0)).unwrap();
    let current = 3e-6;
    // I = G x + (1 + A) C dx/dt by the midpoint rule.
    let (mut x, steps) = (0.0, 20_000);
    let h = 100e-9 / f64::from(steps);
    let slope = |x: f64| (current + 0.2e-6 - 2e-3 * x) / (51.0 * 1e-12);
    for _ in 0..steps {
        let middle = x + 0.5 * h * slope(x);
        x += h * slope(middle);
    }
    let found = integrator.voltage(current, &mut Noise::silent());
    assert!((found / (-50.0 * x) - 1.0).abs() < 1e-6, "{found}");

    // The same with an amplifier of 100 MHz: dv/dt = -w_u (x + v / A), C d(x - v)/dt = I - G x, by the midpoint rule.
    description.gain_bandwidth = Some(100e6);
    let slow = description.instance(&instance(0)).unwrap();
    let unity = TAU * 100e6;
    let slopes = |x: f64, v: f64| {
        let dv = -unity * (x + v / 50.0);
        ((current + 0.2e-6 - 2e-3 * x) / 1e-12 + dv, dv)
    };
    let (mut x, mut v) = (0.0, 0.0);
    for _ in 0..steps {
        let (dx, dv) = slopes(x, v);
        let (dx, dv) = slopes(x + 0.5 * h * dx, v + 0.5 * h * dv);
        (x, v) = (x + h * dx, v + h * dv);
    }
    let found = slow.voltage(current, &mut Noise::silent());
    assert!((found / v - 1.0).abs() < 1e-5, "{found} {v}");

    let ideal = Integrator::new(1e-12, 100e-9);
    let found = ideal
        .instance(&instance(0))
        .unwrap()
        .voltage(current, &mut Noise::silent());
    assert!((found + current * 100e-9 / 1e-12).abs() < 1e-12);

    let mut slow = Integrator::new(1e-12, 100e-9);
    slow.slew_rate = Some(1e6);
    let slow = slow.instance(&instance(0)).unwrap();
    assert!((slow.voltage(current, &mut Noise::silent()) + 0.1).abs() < 1e-12);

    let mut noisy = Integrator::new(1e-14, 100e-9);
    noisy.temperature = Some(300.0);
    let noisy = noisy.instance(&instance(0)).unwrap();
    let mut volts = vec![0.0; 20_000];
    noisy
        .convert(
            &vec![0.0; 20_000],
            &mut volts,
            &mut Noise::new(&instance(0), 0),
        )
        .unwrap();
    let expected = (BOLTZMANN * 300.0 / 1e-14).sqrt();
    assert!((moments(&volts).1 / expected - 1.0).abs() < 0.03);
}

#[test]
fn a_sense_resistor_loses_current_to_the_array() {
    let resistor = SenseResistor {
        resistance: 500.0,
        source_conductance: 1e-3,
        noise_bandwidth: None,
        temperature: 300.0,
    };
    let found = resistor
        .instance()
        .unwrap()
        .voltage(1e-4, &mut Noise::silent());
    assert!((found - 0.05 / 1.5).abs() < 1e-15);
}

#[test]
fn mirrors_and_input_pairs_match_as_their_area_allows() {
    let sense = CurrentSense {
        reference: 10e-6,
        mirror_ratio: 2.0,
        width: 2e-6,
        length: 0.5e-6,
        overdrive: 0.2,
        threshold_matching: 3e-9,
        gain_matching: 1e-8,
        noise: 0.0,
    };
    // 1 % um / 1 um and 2 * 3 mV um / 0.2 V / 1 um.
    let expected = f64::hypot(0.01, 0.03);
    assert!((sense.mirror_mismatch() - expected).abs() < 1e-12);
    let thresholds: Vec<f64> = (0..2000)
        .map(|index| sense.instance(&instance(index)).unwrap().threshold())
        .collect();
    let (mean, deviation) = moments(&thresholds);
    assert!((mean / 5e-6 - 1.0).abs() < 0.005);
    assert!((deviation / mean / expected - 1.0).abs() < 0.08);
    let amplifier = sense.instance(&instance(1)).unwrap();
    let at = amplifier.threshold();
    let mut decisions = [false; 2];
    amplifier
        .decide(
            &[0.999 * at, 1.001 * at],
            &mut decisions,
            &mut Noise::silent(),
        )
        .unwrap();
    assert_eq!(decisions, [false, true]);

    let latch = Latch {
        width: 4e-6,
        length: 0.25e-6,
        threshold_matching: 4e-9,
        noise: 0.0,
        capacitance: 10e-15,
        transconductance: 1e-3,
        decision_time: 100e-12,
        logic_level: 0.5,
    };
    let comparator = latch.comparator().unwrap();
    assert!((comparator.offset_sigma - 4e-3).abs() < 1e-12);
    assert!((comparator.undecided() - 0.5 * (-10.0_f64).exp()).abs() < 1e-12);
    let offsets: Vec<f64> = (0..2000)
        .map(|index| latch.instance(&instance(index)).unwrap().offset())
        .collect();
    assert!((moments(&offsets).1 / 4e-3 - 1.0).abs() < 0.08);
    let one = latch.instance(&instance(3)).unwrap();
    let mut decisions = [false; 2];
    one.decide(
        &[-one.offset() + 1e-4, -one.offset() - 1e-4],
        &mut decisions,
        &mut Noise::silent(),
    )
    .unwrap();
    assert_eq!(decisions, [true, false]);
}

#[test]
fn a_sample_and_hold_stage_follows_and_droops() {
    let stage = SampleAndHold {
        capacitance: 100e-15,
        resistance: 10e3,
        acquisition_time: 5e-9,
        hold_time: 1e-6,
        leakage: 1e-12,
        injected_charge: 0.2e-15,
        jitter: 0.0,
        temperature: None,
    };
    let held = stage
        .instance()
        .unwrap()
        .hold(0.1, 0.9, 0.0, &mut Noise::silent());
    let expected = 0.9 - 0.8 * (-5.0_f64).exp() + 2e-3 - 1e-5;
    assert!((held - expected).abs() < 1e-12);
}

#[test]
fn jitter_limits_the_signal_to_noise_ratio_of_a_sine() {
    let (frequency, jitter) = (10e6, 50e-12);
    let stage = SampleAndHold {
        capacitance: 1e-12,
        resistance: 0.0,
        acquisition_time: 1e-9,
        hold_time: 0.0,
        leakage: 0.0,
        injected_charge: 0.0,
        jitter,
        temperature: None,
    }
    .instance()
    .unwrap();
    let (record, cycles) = (8192, 1001);
    let mut noise = Noise::new(&instance(0), 0);
    let samples: Vec<f64> = (0..record)
        .map(|n| {
            let phase = TAU * (cycles * n % record) as f64 / record as f64;
            let slope = TAU * frequency * phase.cos();
            stage.hold(0.0, phase.sin(), slope, &mut noise)
        })
        .collect();
    let found = Spectrum::of(&samples, cycles, 1.0).unwrap().sndr;
    let expected = -20.0 * (TAU * frequency * jitter).log10();
    assert!((found - expected).abs() < 0.3, "{found} {expected}");
}
