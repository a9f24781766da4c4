//! What is measured of front ends, against their closed forms.

use std::f64::consts::TAU;

use ohmloom_peripherals::front_ends::{
    FrontEndDescription, Integrator, SenseResistor, Transimpedance, VirtualGround,
};
use ohmloom_peripherals::metrology::{FrontEndTest, characterize_front_end};

use crate::support::instance;

fn close(found: f64, expected: f64, relative: f64) {
    assert!(
        (found / expected - 1.0).abs() < relative,
        "{found} instead of {expected}"
    );
}

#[test]
fn a_transimpedance_amplifier() {
    let description = Transimpedance {
        reference: 0.4,
        offset_sigma: 2e-3,
        gain_bandwidth: Some(1e8),
        noise_density: 2e-8,
        temperature: Some(300.0),
        swing: Some([0.1, 0.55]),
        ..Transimpedance::new(2e4, 500.0, 1e-4)
    };
    let offset = description.instance(&instance(3)).unwrap().offset();
    // The lower limit is at 15 uA, the upper one at -7.5 uA: less than half of the sweep is beyond.
    let test = FrontEndTest::new([-12e-6, 20e-6]);
    let front_end = FrontEndDescription::Transimpedance(description.clone());
    let found = characterize_front_end(&front_end, &instance(3), &test).unwrap();
    let loss = 1.0 / (1.0 + 3.0 / 500.0);
    close(found.gain, -2e4 * loss, 1e-9);
    close(found.gain_error, loss - 1.0, 1e-9);
    close(found.offset, 3.0 * loss * offset, 1e-9);
    close(found.input_offset, 3.0 * offset / -2e4, 1e-9);
    assert_eq!(found.outputs, [0.1, 0.55]);
    let beyond = 0.01 * 32e-6;
    let crossing = |volts: f64| (volts - 0.4 - found.offset) / found.gain;
    let step = 32e-6 / 200.0;
    let [low, high] = found.linear_currents;
    assert!((low - (crossing(0.55) - beyond)).abs() <= step, "{low}");
    assert!((high - (crossing(0.1) + beyond)).abs() <= step, "{high}");
    close(found.input_resistance.unwrap(), 2e4 / 501.0, 1e-12);
    let bandwidth = 1e8 * (1.0 / 500.0 + 1.0 / 3.0);
    close(found.bandwidth.unwrap(), bandwidth, 1e-12);
    close(
        found.settling_time.unwrap(),
        1000_f64.ln() / (TAU * bandwidth),
        1e-9,
    );
    // Ten thousand readings know a deviation to 0.7 %.
    close(found.noise, description.output_noise(), 0.03);
    close(found.input_noise, found.noise / (2e4 * loss), 1e-9);
}

#[test]
fn the_other_kinds() {
    let test = FrontEndTest::new([0.0, 1e-5]);
    let measure = |description: &FrontEndDescription| {
        characterize_front_end(description, &instance(1), &test).unwrap()
    };
    let ideal = FrontEndDescription::VirtualGround(VirtualGround {
        transresistance: 3e4,
        reference: 0.5,
    });
    let found = measure(&ideal);
    close(found.gain, -3e4, 1e-9);
    assert!(found.gain_error.abs() < 1e-9 && found.offset.abs() < 1e-12 && found.noise == 0.0);
    assert_eq!(
        (found.input_resistance, found.input_potential),
        (Some(0.0), Some(0.5))
    );
    assert_eq!(found.linear_currents, [0.0, 1e-5]);

    let resistor = FrontEndDescription::SenseResistor(SenseResistor {
        resistance: 1e3,
        source_conductance: 2e-4,
        noise_bandwidth: Some(1e7),
        temperature: 300.0,
    });
    let found = measure(&resistor);
    close(found.gain, 1e3 / 1.2, 1e-9);
    close(found.gain_error, 1.0 / 1.2 - 1.0, 1e-9);
    assert_eq!(found.input_resistance, Some(1e3));
    let thermal = (4.0 * 1.380_649e-23 * 300.0 * (1e3 / 1.2) * 1e7_f64).sqrt();
    close(found.noise, thermal, 0.03);

    let mut integrator = Integrator::new(1e-12, 1e-7);
    integrator.leakage = 2e-7;
    let found = measure(&FrontEndDescription::Integrator(integrator));
    close(found.gain, -1e5, 1e-9);
    close(found.offset, -0.02, 1e-6);
    assert_eq!((found.input_resistance, found.bandwidth), (None, None));
}

#[test]
fn measurements_that_make_no_sense() {
    let description = |swing| {
        FrontEndDescription::Transimpedance(Transimpedance {
            swing: Some(swing),
            ..Transimpedance::new(1e4, 100.0, 0.0)
        })
    };
    let good = FrontEndTest::new([0.0, 1e-5]);
    let refused = |description: &FrontEndDescription, test: &FrontEndTest, word: &str| {
        let error = characterize_front_end(description, &instance(0), test).unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
    };
    refused(&description([0.0, 1.0]), &good, "limit");
    refused(&description([1.0, 0.0]), &good, "swing");
    let wide = description([-1.0, 1.0]);
    refused(
        &wide,
        &FrontEndTest::new([1e-5, 0.0]),
        "first below the second",
    );
    refused(
        &wide,
        &FrontEndTest::new([0.0, f64::NAN]),
        "first below the second",
    );
    refused(&wide, &FrontEndTest { points: 2, ..good }, "points");
    refused(
        &wide,
        &FrontEndTest {
            readings: 1,
            ..good
        },
        "readings",
    );
}
