//! How many conversions a second each kind of converter makes, without errors and with mismatch and noise.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ohmloom_peripherals::adc::{
    Adc, AdcDescription, Flash, Ideal, Oscillator, Pipeline, Ramp, Sar, SigmaDelta,
};
use ohmloom_peripherals::dac::{
    BitSerial, Capacitive, CurrentSteering, Dac, DacDescription, IdealDacDescription, PulseWidth,
    R2r,
};
use ohmloom_peripherals::{Comparator, InstanceKey, Noise, Span};

/// Conversions in one call.
const BLOCK: usize = 1024;
/// Resolution of all converters.
const BITS: u32 = 8;
/// Range of those that take or give volts.
const RANGE: Span = Span {
    low: 0.0,
    high: 1.0,
};
/// Relative mismatch, and noise in volts, of converters with errors.
const ERROR: f64 = 1e-3;

/// A converter's name, the converter without errors, and with mismatch and noise.
type Case<T> = (&'static str, T, T);

fn adcs() -> Vec<Case<AdcDescription>> {
    let comparator = Comparator {
        offset_sigma: ERROR,
        noise: ERROR,
        ..Comparator::default()
    };
    let ideal = Ideal {
        bits: BITS,
        range: RANGE,
    };
    let sar = Sar::new(BITS, RANGE);
    let flash = Flash::new(BITS, RANGE);
    let ramp = Ramp::new(BITS, RANGE, 1e8);
    let sigma_delta = SigmaDelta::new(BITS, RANGE);
    let oscillator = Oscillator::new(BITS, 1e-5, 1e-6);
    let pipeline = Pipeline::new(BITS, RANGE);
    vec![
        (
            "ideal",
            AdcDescription::Ideal(ideal.clone()),
            AdcDescription::Ideal(ideal),
        ),
        (
            "sar",
            AdcDescription::Sar(sar.clone()),
            AdcDescription::Sar(Sar {
                unit_mismatch: ERROR,
                unit_capacitance: Some(1e-15),
                comparator,
                ..sar
            }),
        ),
        (
            "flash",
            AdcDescription::Flash(flash.clone()),
            AdcDescription::Flash(Flash {
                resistor_mismatch: ERROR,
                comparator,
                ..flash
            }),
        ),
        (
            "ramp",
            AdcDescription::Ramp(ramp.clone()),
            AdcDescription::Ramp(Ramp {
                slope_mismatch: ERROR,
                jitter: 1e-9,
                comparator,
                ..ramp
            }),
        ),
        (
            "sigma-delta",
            AdcDescription::SigmaDelta(sigma_delta.clone()),
            AdcDescription::SigmaDelta(SigmaDelta {
                noise: ERROR,
                feedback_mismatch: ERROR,
                comparator,
                ..sigma_delta
            }),
        ),
        (
            "oscillator",
            AdcDescription::Oscillator(oscillator.clone()),
            AdcDescription::Oscillator(Oscillator {
                charge_mismatch: ERROR,
                jitter: 1e-11,
                ..oscillator
            }),
        ),
        (
            "pipeline",
            AdcDescription::Pipeline(pipeline.clone()),
            AdcDescription::Pipeline(Pipeline {
                capacitor_mismatch: ERROR,
                noise: ERROR,
                comparator,
                ..pipeline
            }),
        ),
    ]
}

fn dacs() -> Vec<Case<DacDescription>> {
    let ideal = IdealDacDescription {
        bits: BITS,
        range: RANGE,
    };
    let r2r = R2r::new(BITS, RANGE, 1e4);
    let steering = CurrentSteering::new(BITS, RANGE, 50.0);
    let capacitive = Capacitive::new(BITS, RANGE, 1e-15);
    let pulse_width = PulseWidth::new(BITS, RANGE, 1e-6);
    let bit_serial = BitSerial::new(BITS, RANGE);
    vec![
        (
            "ideal",
            DacDescription::Ideal(ideal.clone()),
            DacDescription::Ideal(ideal),
        ),
        (
            "r2r",
            DacDescription::R2r(r2r.clone()),
            DacDescription::R2r(R2r {
                resistor_mismatch: ERROR,
                ..r2r
            }),
        ),
        (
            "current-steering",
            DacDescription::CurrentSteering(steering.clone()),
            DacDescription::CurrentSteering(CurrentSteering {
                unit_mismatch: ERROR,
                unary_bits: 4,
                ..steering
            }),
        ),
        (
            "capacitive",
            DacDescription::Capacitive(capacitive.clone()),
            DacDescription::Capacitive(Capacitive {
                unit_mismatch: ERROR,
                temperature: Some(300.0),
                ..capacitive
            }),
        ),
        (
            "pulse-width",
            DacDescription::PulseWidth(pulse_width.clone()),
            DacDescription::PulseWidth(PulseWidth {
                jitter: 1e-9,
                amplitude_mismatch: ERROR,
                ..pulse_width
            }),
        ),
        (
            "bit-serial",
            DacDescription::BitSerial(bit_serial.clone()),
            DacDescription::BitSerial(BitSerial {
                amplitude_mismatch: ERROR,
                noise: ERROR,
                ..bit_serial
            }),
        ),
    ]
}

fn analog_to_digital(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("adc");
    group.throughput(Throughput::Elements(BLOCK as u64));
    let key = InstanceKey::default();
    for (name, without, with) in adcs() {
        for (errors, description) in [("without_errors", without), ("with_errors", with)] {
            let adc = description.instance(&key).expect("a valid converter");
            let span = adc.span();
            let inputs: Vec<f64> = (0..BLOCK)
                .map(|index| span.low + span.width() * (index * 617 % BLOCK) as f64 / BLOCK as f64)
                .collect();
            let mut codes = vec![0; BLOCK];
            let mut noise = Noise::new(&key, 0);
            group.bench_function(BenchmarkId::new(name, errors), |bencher| {
                bencher.iter(|| {
                    adc.convert(black_box(&inputs), &mut codes, &mut noise)
                        .expect("finite inputs");
                    black_box(codes[0])
                });
            });
        }
    }
    group.finish();
}

fn digital_to_analog(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("dac");
    group.throughput(Throughput::Elements(BLOCK as u64));
    let key = InstanceKey::default();
    let codes: Vec<u32> = (0..BLOCK).map(|index| (index * 37 % 256) as u32).collect();
    for (name, without, with) in dacs() {
        for (errors, description) in [("without_errors", without), ("with_errors", with)] {
            let dac = description.instance(&key).expect("a valid converter");
            let mut outputs = vec![0.0; BLOCK];
            let mut noise = Noise::new(&key, 0);
            group.bench_function(BenchmarkId::new(name, errors), |bencher| {
                bencher.iter(|| {
                    dac.convert(black_box(&codes), &mut outputs, &mut noise)
                        .expect("codes of eight bits");
                    black_box(outputs[0])
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, analog_to_digital, digital_to_analog);
criterion_main!(benches);
