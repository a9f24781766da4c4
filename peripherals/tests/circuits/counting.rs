//! Converters that count: single slope, sigma-delta, oscillator.

use ohmloom_peripherals::Noise;
use ohmloom_peripherals::adc::{Adc, Oscillator, Ramp, SigmaDelta};

use crate::support::{UNIT, instance, simulate, staircase};

/// Converts some inputs one after another; each code, at `valid` of its conversion, must be that of the model.
fn compare(
    adc: &impl Adc,
    deck: impl Fn(&str) -> String,
    (source, inputs): (&str, &[f64]),
    conversion: f64,
    valid: f64,
) {
    assert!(inputs.len() >= 5);
    let deck = deck(&staircase(
        source,
        inputs.iter().copied(),
        conversion,
        1e-12,
    ));
    let mut silent = Noise::silent();
    for run in simulate(&deck) {
        for (index, &input) in inputs.iter().enumerate() {
            let found = run.at("v(code)", (index as f64 + valid) * conversion);
            let expected = f64::from(adc.sample(input, &mut silent));
            assert!(
                (found - expected).abs() < 0.02,
                "{}: {input}: {found} {expected}",
                run.simulator
            );
        }
    }
}

/// Those of some inputs that are a part of a step away from any transition.
fn unambiguous(adc: &impl Adc, inputs: impl Iterator<Item = f64>, part: f64) -> Vec<f64> {
    let mut silent = Noise::silent();
    let away = part * adc.step();
    inputs
        .filter(|input| {
            adc.sample(input - away, &mut silent) == adc.sample(input + away, &mut silent)
        })
        .collect()
}

#[test]
fn single_slope() {
    let mut ramp = Ramp::new(5, UNIT, 1e8);
    ramp.curvature = 0.3;
    ramp.slope_mismatch = 0.05;
    ramp.delay = 16e-9;
    ramp.comparator.offset = 10e-3;
    let adc = ramp.instance(&instance(1)).unwrap();
    let spread = (0..16).map(|index| 0.03 + 0.061 * f64::from(index));
    let inputs = unambiguous(&adc, spread, 0.25);
    let conversion = adc.clocks() * 10e-9;
    let subcircuit = adc.subcircuit("adc").unwrap();
    let deck = |source: &str| {
        format!(
            "conversions\n{subcircuit}\n{source}\nvlow low 0 0\nx1 in low code adc\n.tran 1n {:e} 0 0.5n\n.options reltol=1e-5\n.end\n",
            conversion * inputs.len() as f64
        )
    };
    compare(&adc, deck, ("vin in 0", &inputs), conversion, 0.95);
}

#[test]
fn sigma_delta() {
    let mut sigma_delta = SigmaDelta::new(4, UNIT);
    sigma_delta.amplifier_gain = Some(20.0);
    sigma_delta.feedback_mismatch = 0.05;
    let adc = sigma_delta.instance(&instance(1)).unwrap();
    let spread = (0..12).map(|index| 0.03 + 0.083 * f64::from(index));
    let inputs = unambiguous(&adc, spread, 0.05);
    let clock = 100e-9;
    let conversion = f64::from(adc.clocks()) * clock;
    let subcircuit = adc.subcircuit("adc", clock).unwrap();
    let deck = |source: &str| {
        format!(
            "conversions\n{subcircuit}\n{source}\nvlow low 0 0\nx1 in low code adc\n.tran 2n {:e} 0 5n\n\
             .options reltol=1e-5\n.end\n",
            conversion * inputs.len() as f64
        )
    };
    compare(&adc, deck, ("vin in 0", &inputs), conversion, 0.9995);
}

#[test]
fn oscillator() {
    let mut oscillator = Oscillator::new(4, 10e-6, 1e-6);
    oscillator.dead_time = 3e-9;
    oscillator.leakage = 0.2e-6;
    oscillator.charge_mismatch = 0.05;
    let adc = oscillator.instance(&instance(1)).unwrap();
    let spread = (0..12).map(|index| (0.9 + 0.77 * f64::from(index)) * 1e-6);
    let inputs = unambiguous(&adc, spread, 0.25);
    let conversion = adc.conversion_time();
    let subcircuit = adc.subcircuit("adc").unwrap();
    let deck = |source: &str| {
        format!(
            "conversions\n{subcircuit}\n{source}\nx1 in code adc\n.tran 0.5n {:e} 0 0.3n\n.options reltol=1e-5\n.end\n",
            conversion * inputs.len() as f64
        )
    };
    compare(&adc, deck, ("iin 0 in", &inputs), conversion, 0.799);
}
