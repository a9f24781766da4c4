//! Front ends without an amplifier, and the current comparator.

use ohmloom_peripherals::Noise;
use ohmloom_peripherals::front_ends::{CurrentSense, FrontEnd, SenseResistor, VirtualGround};

use crate::support::{instance, simulate};

#[test]
fn virtual_ground_and_sense_resistor() {
    let ground = VirtualGround {
        transresistance: 2e4,
        reference: 0.3,
    };
    let resistor = SenseResistor {
        resistance: 1e3,
        source_conductance: 4e-4,
        noise_bandwidth: None,
        temperature: 300.0,
    };
    let deck = format!(
        "front ends\n{}\n{}\nvlevel level 0 0\nbx 0 x i=v(level)*1e-6\n\
         by 0 y i=v(level)*1e-6\nrs y 0 2.5k\nx1 x out ground\nx2 y 0 resistor\n.dc vlevel -5 5 1\n.end\n",
        ground.subcircuit("ground").unwrap(),
        resistor.subcircuit("resistor").unwrap()
    );
    let (ground, resistor) = (ground.instance().unwrap(), resistor.instance().unwrap());
    let mut silent = Noise::silent();
    for run in simulate(&deck) {
        let (levels, out, sensed) = (run.scale(), run.real("v(out)"), run.real("v(y)"));
        for (index, level) in levels.iter().enumerate() {
            let current = level * 1e-6;
            let expected = ground.voltage(current, &mut silent);
            assert!((out[index] - expected).abs() < 1e-6, "{}", run.simulator);
            let expected = resistor.voltage(current, &mut silent);
            assert!((sensed[index] - expected).abs() < 1e-6, "{}", run.simulator);
        }
    }
}

#[test]
fn the_current_comparator_switches_at_its_threshold() {
    let sense = CurrentSense {
        reference: 20e-6,
        mirror_ratio: 2.0,
        width: 2e-6,
        length: 0.5e-6,
        overdrive: 0.2,
        threshold_matching: 3e-9,
        gain_matching: 1e-8,
        noise: 0.0,
    };
    let key = instance(3);
    let amplifier = sense.instance(&key).unwrap();
    assert!((amplifier.threshold() / 10e-6 - 1.0).abs() > 1e-3);
    let deck = format!(
        "a sweep\n{}\nvdd vdd 0 1.8\niin 0 in 0\nx1 in out vdd sense\n.dc iin 8u 12u 7.3n\n.options reltol=1e-6\n.end\n",
        sense.subcircuit(&key, "sense").unwrap()
    );
    for run in simulate(&deck) {
        let (currents, out) = (run.scale(), run.real("v(out)"));
        let at = out.iter().position(|&volts| volts > 0.5).unwrap();
        assert!(out[at..].iter().all(|&volts| volts > 0.5));
        let found = 0.5 * (currents[at - 1] + currents[at]);
        assert!(
            (found - amplifier.threshold()).abs() < 10e-9,
            "{}: {found:e} {:e}",
            run.simulator,
            amplifier.threshold()
        );
    }
}
