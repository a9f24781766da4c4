//! Front ends: the two-stage amplifier, and what is made of it; the sampling switch.

use ohmloom_peripherals::Noise;
use ohmloom_peripherals::circuits::{integrator, transimpedance_amplifier, two_stage_amplifier};
use ohmloom_peripherals::front_ends::{FrontEnd, Integrator, SampleAndHold, Transimpedance};

use crate::support::{instance, simulate};

const FEEDBACK: f64 = 2e4;
const SOURCE: f64 = 5e-4;
const SUPPLY: &str = "vdd vdd 0 1.8\nvref ref 0 0.9\n";

/// Gain at low frequencies and gain-bandwidth of the amplifier, loaded by a resistor, as each simulator sees it.
fn open_loop(load: Option<f64>) -> Vec<(f64, f64)> {
    let load = load.map_or(String::new(), |ohm| format!("rload out ref {ohm:e}\n"));
    // The inductor closes the loop at rest only.
    let deck = format!(
        "open loop\n{}\n{SUPPLY}vin drive 0 dc 0 ac 1\ncin drive minus 1\nlfb out minus 1e9\n{load}\
         x1 ref minus out vdd opamp\n.ac dec 5 10 10meg\n.end\n",
        two_stage_amplifier("opamp").unwrap()
    );
    simulate(&deck)
        .iter()
        .map(|run| {
            let (frequency, gain) = (run.scale(), run.magnitude("v(out)"));
            let at = frequency.iter().position(|&f| f > 0.99e6).unwrap();
            (gain[0], gain[at] * frequency[at])
        })
        .collect()
}

#[test]
fn transimpedance_at_rest() {
    let open = open_loop(Some(FEEDBACK));
    let deck = format!(
        "transfer curve\n{}\n{SUPPLY}iin 0 in 0\nrsource in ref {:e}\nx1 in out ref vdd tia\n\
         .dc iin -10u 10u 1u\n.options reltol=1e-6\n.end\n",
        transimpedance_amplifier("tia", FEEDBACK).unwrap(),
        1.0 / SOURCE
    );
    for (run, (gain, _)) in simulate(&deck).iter().zip(open) {
        assert!(
            (200.0..20_000.0).contains(&gain),
            "{}: {gain}",
            run.simulator
        );
        let (currents, found) = (run.scale(), run.real("v(out)"));
        let model = Transimpedance::new(FEEDBACK, gain, SOURCE);
        let model = model.instance(&instance(0)).unwrap();
        let middle = found[10];
        let mut silent = Noise::silent();
        for (current, found) in currents.iter().zip(&found) {
            let expected = model.voltage(*current, &mut silent);
            assert!(
                (found - middle - expected).abs() < 4e-4,
                "{}: {current}: {} {expected}",
                run.simulator,
                found - middle
            );
            // Within that, the finite gain is seen: an ideal amplifier would be further off.
            if current.abs() > 9e-6 {
                let ideal = -FEEDBACK * current;
                assert!((found - middle - ideal).abs() > 3.0 * (found - middle - expected).abs());
            }
        }
    }
}

#[test]
fn transimpedance_bandwidth() {
    let open = open_loop(Some(FEEDBACK));
    let deck = format!(
        "bandwidth\n{}\n{SUPPLY}iin 0 in dc 0 ac 1\nrsource in ref {:e}\nx1 in out ref vdd tia\n\
         .ac dec 100 10k 100meg\n.end\n",
        transimpedance_amplifier("tia", FEEDBACK).unwrap(),
        1.0 / SOURCE
    );
    for (run, (gain, gain_bandwidth)) in simulate(&deck).iter().zip(open) {
        let (frequency, magnitude) = (run.scale(), run.magnitude("v(out)"));
        let corner = magnitude
            .iter()
            .position(|m| *m < magnitude[0] * std::f64::consts::FRAC_1_SQRT_2)
            .unwrap();
        let mut model = Transimpedance::new(FEEDBACK, gain, SOURCE);
        model.gain_bandwidth = Some(gain_bandwidth);
        let expected = model.bandwidth().unwrap();
        assert!(
            (frequency[corner] / expected - 1.0).abs() < 0.06,
            "{}: {} {expected}",
            run.simulator,
            frequency[corner]
        );
    }
}

#[test]
fn integration() {
    let open = open_loop(None);
    let time = 200e-9;
    let deck = format!(
        "integration\n{}\n{SUPPLY}iin 0 in pulse(0 2u 100n 0.1n 0.1n 200n 1)\nrsource in ref {:e}\n\
         vreset reset 0 pulse(1 0 80n 0.1n 0.1n 1 2)\nx1 in out ref vdd reset integrator\n\
         .tran 1n 600n 0 1n\n.options reltol=1e-5\n.end\n",
        integrator("integrator", 1e-12).unwrap(),
        1.0 / SOURCE
    );
    for (run, (gain, gain_bandwidth)) in simulate(&deck).iter().zip(open) {
        let mut model = Integrator::new(1e-12, time);
        model.amplifier_gain = Some(gain);
        model.gain_bandwidth = Some(gain_bandwidth);
        model.source_conductance = SOURCE;
        let model = model.instance(&instance(0)).unwrap();
        let found = run.at("v(out)", 300.1e-9) - run.at("v(out)", 99e-9);
        let expected = model.voltage(2e-6, &mut Noise::silent());
        assert!(
            (found / expected - 1.0).abs() < 0.02,
            "{}: {found} {expected}",
            run.simulator
        );
        // An amplifier without limits would integrate twice the charge.
        assert!(found.abs() < 0.7 * 2e-6 * time / 1e-12);
    }
}

#[test]
fn sample_and_hold() {
    let stage = SampleAndHold {
        capacitance: 200e-15,
        resistance: 20e3,
        acquisition_time: 10e-9,
        hold_time: 500e-9,
        leakage: 10e-9,
        injected_charge: 1e-15,
        jitter: 0.0,
        temperature: None,
    };
    let model = stage.instance().unwrap();
    let deck = format!(
        "sample and hold\n{}\nvin in 0 pulse(0.1 0.8 50n 1p 1p 1 2)\n\
         vsample sample 0 pulse(1 0 40n 1p 1p 10n 20n 1)\nx1 in out sample stage\n.tran 0.1n 560n 0 0.2n\n\
         .options reltol=1e-6 chgtol=1e-18\n.end\n",
        stage.subcircuit("stage").unwrap()
    )
    // Closed until 40 ns, open until 50 ns, closed until 60 ns.
    .replace(
        "pulse(1 0 40n 1p 1p 10n 20n 1)",
        "pwl(0 1 40n 1 40.001n 0 50n 0 50.001n 1 60n 1 60.001n 0)",
    );
    for run in simulate(&deck) {
        // Before the second acquisition the first one has left its pedestal and drooped for 10 ns.
        let before = run.at("v(out)", 49.99e-9);
        // Reopening takes the pedestal's charge back.
        let before = before - 1e-15 / 200e-15;
        let expected = model.hold(before, 0.8, 0.0, &mut Noise::silent());
        let found = run.at("v(out)", 559.9e-9);
        assert!(
            (found - expected).abs() < 1.5e-3,
            "{}: {found} {expected}",
            run.simulator
        );
        assert!((found - 0.8).abs() > 4e-3);
    }
}
