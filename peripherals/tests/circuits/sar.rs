//! The successive-approximation converter.

use ohmloom_peripherals::Noise;
use ohmloom_peripherals::adc::{Adc, Sar, SarAdc};
use ohmloom_peripherals::metrology::{HistogramTest, Linearity, ReferenceLine, ramp_transitions};

use crate::support::{UNIT, bit_ports, instance, simulate, staircase};

const CLOCK: f64 = 50e-9;

/// Converts some inputs one after another; each code must be that of the model.
fn compare(adc: &SarAdc, inputs: &[f64]) {
    let conversion = CLOCK * f64::from(adc.clocks());
    let deck = format!(
        "conversions\n{}\n{}\nvlow low 0 0\nvhigh high 0 1\nx1 in low high code {} adc\n\
         .tran 1n {:e}\n.options reltol=1e-5 vntol=1e-7\n.save v(code)\n.end\n",
        adc.subcircuit("adc", CLOCK).unwrap(),
        staircase("vin in 0", inputs.iter().copied(), conversion, 1e-10),
        bit_ports(adc.bits()),
        conversion * inputs.len() as f64
    );
    let mut silent = Noise::silent();
    for run in simulate(&deck) {
        for (index, &input) in inputs.iter().enumerate() {
            let found = run.at("v(code)", (index + 1) as f64 * conversion - 0.3 * CLOCK);
            let expected = f64::from(adc.sample(input, &mut silent));
            assert!(
                (found - expected).abs() < 1e-3,
                "{}: {input}: {found} {expected}",
                run.simulator
            );
        }
    }
}

#[test]
fn five_bits_over_the_whole_range() {
    let mut sar = Sar::new(5, UNIT);
    sar.unit_mismatch = 0.05;
    sar.comparator.offset = 4e-3;
    let adc = sar.instance(&instance(1)).unwrap();
    let mut silent = Noise::silent();
    // Two millivolts from any transition, a sixteenth of a step.
    let inputs: Vec<f64> = (0..24)
        .map(|index| 0.017 + 0.042 * f64::from(index))
        .filter(|input| {
            adc.sample(input - 2e-3, &mut silent) == adc.sample(input + 2e-3, &mut silent)
        })
        .collect();
    assert!(inputs.len() > 16);
    compare(&adc, &inputs);
}

#[test]
fn eight_bits_at_the_major_transitions() {
    let mut sar = Sar::new(8, UNIT);
    sar.unit_mismatch = 0.01;
    // The three most nonlinear of some draws.
    let test = HistogramTest {
        samples_per_code: 100,
        overdrive: 0.02,
    };
    let draw = |index| {
        let adc = sar.instance(&instance(index)).unwrap();
        let transitions = ramp_transitions(&adc, &test, &mut Noise::silent()).unwrap();
        let line = ReferenceLine::EndPoints;
        let linearity = Linearity::of_transitions(&transitions, UNIT, 8, line).unwrap();
        (adc, transitions, linearity.worst_dnl)
    };
    let mut draws: Vec<_> = (0..60).map(draw).collect();
    draws.sort_by(|a, b| b.2.total_cmp(&a.2));
    for (adc, transitions, worst) in &draws[..3] {
        assert!(*worst > 0.25, "{worst}");
        let step = adc.step();
        let inputs: Vec<f64> = [64, 128, 192]
            .into_iter()
            .flat_map(|code| {
                let at = transitions.inputs[code - 1];
                [at - 0.25 * step, at + 0.25 * step]
            })
            .collect();
        compare(adc, &inputs);
    }
}
