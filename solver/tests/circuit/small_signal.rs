//! AC, noise, transfer functions and sensitivities.

use ohmloom_solver::circuit::{
    DcOutput, FrequencySweep, Grid, Guesses, Options, Unknown, ac, dc_sensitivities, noise,
    operating_point, transfer_function,
};

use crate::elements::{BOLTZMANN, capacitor, diode, inductor, resistor, voltage_source};
use crate::{assert_close, build, put};

const GROUND: Unknown = Unknown::GROUND;

#[test]
fn a_low_pass_has_its_poles() {
    let mut circuit = build(|b| {
        let (top, middle, out) = (b.node("top"), b.node("middle"), b.node("out"));
        put(b, voltage_source("v1", top, GROUND, 0.0));
        put(b, resistor("r1", top, middle, 50.0));
        put(b, inductor("l1", middle, out, 1e-6));
        put(b, capacitor("c1", out, GROUND, 1e-9));
    });
    let options = Options::default();
    let point = operating_point(&mut circuit, &options, &Guesses::default()).unwrap();
    let out = circuit.node("out").unwrap();
    let frequencies = FrequencySweep::Decade(10)
        .frequencies(1e3, 1e9, Grid::Exact)
        .unwrap();
    assert_eq!(frequencies.len(), 61);
    let mut seen = 0;
    ac(
        &mut circuit,
        &options,
        &point.x,
        &frequencies,
        &mut |_, frequency, x| {
            let omega = 2.0 * std::f64::consts::PI * frequency;
            // 1 / (1 - w^2 LC + j w RC)
            let (re, im) = (1.0 - omega * omega * 1e-15, omega * 50e-9);
            let scale = re * re + im * im;
            let found = x[out.index()];
            assert!((found.re - re / scale).abs() < 1e-12, "{frequency}");
            assert!((found.im + im / scale).abs() < 1e-12, "{frequency}");
            seen += 1;
            Ok(())
        },
    )
    .unwrap();
    assert_eq!(seen, 61);
}

#[test]
fn frequencies_are_spaced_like_spice() {
    let close = |found: Vec<f64>, expected: &[f64]| {
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert_close(*found, *expected, 1e-12);
        }
    };
    close(
        FrequencySweep::Octave(1)
            .frequencies(1.0, 8.0, Grid::Exact)
            .unwrap(),
        &[1.0, 2.0, 4.0, 8.0],
    );
    close(
        FrequencySweep::Linear(3)
            .frequencies(0.0, 8.0, Grid::Exact)
            .unwrap(),
        &[0.0, 4.0, 8.0],
    );
    close(
        FrequencySweep::Decade(1)
            .frequencies(1.0, 150.0, Grid::Exact)
            .unwrap(),
        &[1.0, 10.0, 100.0],
    );
    let stretched = FrequencySweep::Decade(1)
        .frequencies(1.0, 400.0, Grid::Stretched)
        .unwrap();
    close(stretched, &[1.0, 20.0, 400.0]);
    assert!(
        FrequencySweep::Decade(0)
            .frequencies(1.0, 2.0, Grid::Exact)
            .is_err()
    );
    assert!(
        FrequencySweep::Decade(5)
            .frequencies(0.0, 2.0, Grid::Exact)
            .is_err()
    );
    assert!(
        FrequencySweep::Linear(5)
            .frequencies(3.0, 2.0, Grid::Exact)
            .is_err()
    );
}

#[test]
fn the_noise_of_an_rc_is_kt_over_c() {
    let mut circuit = build(|b| {
        let (top, out) = (b.node("top"), b.node("out"));
        put(b, voltage_source("v1", top, GROUND, 0.0));
        put(b, resistor("r1", top, out, 1e3));
        put(b, capacitor("c1", out, GROUND, 1e-12));
    });
    let options = Options::default();
    let point = operating_point(&mut circuit, &options, &Guesses::default()).unwrap();
    let out = circuit.node("out").unwrap();
    let frequencies = FrequencySweep::Decade(50)
        .frequencies(1.0, 1e13, Grid::Exact)
        .unwrap();
    let spectrum = noise(
        &mut circuit,
        &options,
        &point.x,
        (out, GROUND),
        "v1",
        &frequencies,
    )
    .unwrap();
    assert_close(spectrum.output[0], 4.0 * BOLTZMANN * 300.15 * 1e3, 1e-9);
    assert_close(spectrum.input[300], 4.0 * BOLTZMANN * 300.15 * 1e3, 1e-9);
    assert_close(spectrum.output_total, BOLTZMANN * 300.15 / 1e-12, 2e-3);
    assert_eq!(spectrum.contributors[0].element, "r1");
    assert_close(
        spectrum.contribution_totals[0].0,
        spectrum.output_total,
        1e-12,
    );
}

#[test]
fn transfer_functions_and_resistances() {
    let mut circuit = build(|b| {
        let (top, out) = (b.node("top"), b.node("out"));
        put(b, voltage_source("v1", top, GROUND, 2.0));
        put(b, resistor("r1", top, out, 1e3));
        put(b, resistor("r2", out, GROUND, 3e3));
    });
    let out = circuit.node("out").unwrap();
    let result = transfer_function(
        &mut circuit,
        &Options::default(),
        &Guesses::default(),
        &DcOutput::Voltage(out, GROUND),
        "v1",
    )
    .unwrap();
    assert_close(result.gain, 0.75, 1e-8);
    assert_close(result.input_resistance, 4e3, 1e-8);
    assert_close(result.output_resistance, 750.0, 1e-8);
    let result = transfer_function(
        &mut circuit,
        &Options::default(),
        &Guesses::default(),
        &DcOutput::Current("v1".to_owned()),
        "v1",
    )
    .unwrap();
    assert_close(result.gain, -1.0 / 4e3, 1e-8);
}

#[test]
fn sensitivities_match_differences_of_operating_points() {
    let make = |r1: f64, v1: f64| {
        let mut circuit = build(|b| {
            let (top, out) = (b.node("top"), b.node("out"));
            put(b, voltage_source("v1", top, GROUND, v1));
            put(b, resistor("r1", top, out, r1));
            put(b, diode("d1", out, GROUND));
        });
        let tight = Options {
            reltol: 1e-12,
            vntol: 1e-15,
            abstol: 1e-20,
            ..Options::default()
        };
        let point = operating_point(&mut circuit, &tight, &Guesses::default()).unwrap();
        let out = circuit.node("out").unwrap();
        (point.x[out.index()], circuit, tight)
    };
    let (_, mut circuit, tight) = make(1e3, 5.0);
    let out = circuit.node("out").unwrap();
    let found = dc_sensitivities(
        &mut circuit,
        &tight,
        &Guesses::default(),
        &DcOutput::Voltage(out, GROUND),
    )
    .unwrap();
    let of = |element: &str| {
        found
            .iter()
            .find(|entry| entry.element == element)
            .unwrap()
            .derivative
    };
    let by_r1 = (make(1e3 + 0.1, 5.0).0 - make(1e3 - 0.1, 5.0).0) / 0.2;
    let by_v1 = (make(1e3, 5.0 + 1e-4).0 - make(1e3, 5.0 - 1e-4).0) / 2e-4;
    assert_close(of("r1"), by_r1, 1e-5);
    assert_close(of("v1"), by_v1, 1e-5);
}
