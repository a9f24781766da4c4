//! The transimpedance amplifier around a behavioural operational amplifier.

use ohmloom_peripherals::Noise;
use ohmloom_peripherals::front_ends::{FrontEnd, Transimpedance};

use crate::support::{instance, simulate};

const SOURCE: f64 = 4e-4;

fn description() -> Transimpedance {
    Transimpedance {
        reference: 0.4,
        offset_sigma: 5e-3,
        gain_bandwidth: Some(2e8),
        swing: Some([0.1, 0.75]),
        ..Transimpedance::new(1.5e4, 300.0, SOURCE)
    }
}

#[test]
fn transfer_curve_offset_and_limits() {
    let (mut limited, mut free) = (0, 0);
    for (index, gain_bandwidth) in [(1, None), (2, Some(2e8))] {
        let mut description = description();
        description.gain_bandwidth = gain_bandwidth;
        let model = description.instance(&instance(index)).unwrap();
        assert!(model.offset().abs() > 1e-4);
        let deck = format!(
            "transfer curve\n{}\niin 0 in 0\nvref ref 0 0.4\nrsource in ref {:e}\nx1 in out tia\n\
             .dc iin -40u 40u 4u\n.options reltol=1e-7\n.end\n",
            model.subcircuit("tia").unwrap(),
            1.0 / SOURCE
        );
        for run in simulate(&deck) {
            let (currents, found) = (run.scale(), run.real("v(out)"));
            for (current, found) in currents.iter().zip(&found) {
                let expected = model.voltage(*current, &mut Noise::silent());
                assert!(
                    (found - expected).abs() < 1e-6,
                    "{}: {current}: {found} {expected}",
                    run.simulator
                );
                if (0.101..0.749).contains(&expected) {
                    free += 1;
                } else {
                    limited += 1;
                }
            }
        }
    }
    assert!(limited >= 4 && free >= 20, "{limited} {free}");
}

#[test]
fn the_input_is_a_potential_behind_a_resistance() {
    let mut description = description();
    (description.source_conductance, description.swing) = (0.0, None);
    let model = description.instance(&instance(3)).unwrap();
    let port = model.input_port();
    // Thevenin: whatever drives the port, here 0.7 V through 5 kohm.
    let deck = format!(
        "input\n{}\nvs s 0 0.7\nrs s in 5k\nx1 in out tia\n.op\n.options reltol=1e-9\n.end\n",
        model.subcircuit("tia").unwrap()
    );
    let current = (0.7 - port.potential) / (5e3 + port.resistance);
    let (input, output) = (
        0.7 - 5e3 * current,
        model.voltage(current, &mut Noise::silent()),
    );
    for run in simulate(&deck) {
        let (found, out) = (run.real("v(in)")[0], run.real("v(out)")[0]);
        assert!(
            (found - input).abs() < 1e-8,
            "{}: {found} {input}",
            run.simulator
        );
        assert!(
            (out - output).abs() < 1e-7,
            "{}: {out} {output}",
            run.simulator
        );
    }
}

#[test]
fn bandwidth() {
    let mut description = description();
    description.swing = None;
    let model = description.instance(&instance(0)).unwrap();
    let deck = format!(
        "bandwidth\n{}\niin 0 in dc 0 ac 1\nrsource in 0 {:e}\nx1 in out tia\n\
         .ac dec 200 100k 1g\n.end\n",
        model.subcircuit("tia").unwrap(),
        1.0 / SOURCE
    );
    let expected = description.bandwidth().unwrap();
    for run in simulate(&deck) {
        let (frequency, magnitude) = (run.scale(), run.magnitude("v(out)"));
        let corner = magnitude
            .iter()
            .position(|m| *m < magnitude[0] * std::f64::consts::FRAC_1_SQRT_2)
            .unwrap();
        assert!(
            (frequency[corner] / expected - 1.0).abs() < 0.012,
            "{}: {} {expected}",
            run.simulator,
            frequency[corner]
        );
    }
}
