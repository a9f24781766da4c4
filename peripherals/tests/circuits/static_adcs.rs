//! Converters whose code is a function of the input: flash and pipeline.

use ohmloom_peripherals::Noise;
use ohmloom_peripherals::adc::{Adc, AdcDescription, Encoder, Flash, Pipeline};

use crate::support::{UNIT, instance, simulate};

/// Sweeps the input; points that are closer than a microvolt to a transition count for neither code.
fn sweep(description: &AdcDescription, index: u32) {
    let adc = description.instance(&instance(index)).unwrap();
    let deck = format!(
        "a sweep\n{}\nvin in 0 0\nvlow low 0 0\nvhigh high 0 1\nx1 in low high code adc\n.dc vin -0.05 1.05 0.00137\n.end\n",
        adc.subcircuit("adc", 1e-6).unwrap()
    );
    let mut silent = Noise::silent();
    for run in simulate(&deck) {
        let (inputs, codes) = (run.scale(), run.real("v(code)"));
        assert_eq!(inputs.len(), 803);
        for (input, found) in inputs.iter().zip(&codes) {
            let around =
                [input - 1e-6, input + 1e-6].map(|x| f64::from(adc.sample(x, &mut silent)));
            assert!(
                around
                    .iter()
                    .any(|expected| (found - expected).abs() < 1e-6),
                "{}: {input}: {found} {around:?}",
                run.simulator
            );
        }
    }
}

#[test]
fn flash() {
    let mut flash = Flash::new(4, UNIT);
    flash.resistor_mismatch = 0.05;
    flash.comparator.offset_sigma = 5e-3;
    sweep(&AdcDescription::Flash(flash.clone()), 1);
    flash.comparator.offset_sigma = 0.05; // bubbles
    sweep(&AdcDescription::Flash(flash.clone()), 2);
    flash.encoder = Encoder::HighestOne;
    sweep(&AdcDescription::Flash(flash), 2);
}

#[test]
fn pipeline() {
    let mut pipeline = Pipeline::new(6, UNIT);
    pipeline.capacitor_mismatch = 0.03;
    pipeline.amplifier_gain = Some(80.0);
    pipeline.comparator.offset_sigma = 0.02;
    sweep(&AdcDescription::Pipeline(pipeline.clone()), 1);
    pipeline.cyclic = true;
    sweep(&AdcDescription::Pipeline(pipeline), 3);
}
