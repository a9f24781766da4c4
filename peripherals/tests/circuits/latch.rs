//! The `StrongARM` latch.

use ohmloom_peripherals::circuits::strongarm_latch;
use ohmloom_peripherals::front_ends::Latch;

use crate::support::{Run, simulate};

/// One decision on a difference of the inputs; the clock rises at 1 ns.
fn decide(difference: f64, offset: f64) -> Vec<Run> {
    simulate(&format!(
        "a decision\n{}\nvdd vdd 0 1.8\nvplus plus 0 {:e}\nvminus minus 0 {:e}\n\
         vclock clock 0 pulse(0 1.8 1n 20p 20p 4n 10n)\nx1 plus minus clock up down vdd latch\n\
         .tran 1p 4n 0 2p\n.options reltol=1e-6 vntol=1e-9 abstol=1e-15 chgtol=1e-18\n.end\n",
        strongarm_latch("latch", offset, 10e-15).unwrap(),
        1.1 + 0.5 * difference,
        1.1 - 0.5 * difference
    ))
}

/// When the outputs differ by 0.9 V, and in which direction.
fn decision(run: &Run) -> (f64, bool) {
    let (time, up, down) = (run.scale(), run.real("v(up)"), run.real("v(down)"));
    let at = (0..time.len())
        .find(|&n| (up[n] - down[n]).abs() > 0.9)
        .expect("a decision");
    (time[at], up[at] > down[at])
}

#[test]
fn the_offset_moves_the_threshold() {
    for (difference, offset, expected) in [
        (2e-3, 0.0, true),
        (-2e-3, 0.0, false),
        (-4.5e-3, 5e-3, true),
        (-5.5e-3, 5e-3, false),
    ] {
        for run in decide(difference, offset) {
            assert_eq!(
                decision(&run).1,
                expected,
                "{}: {difference}",
                run.simulator
            );
        }
    }
}

#[test]
fn the_time_to_decide_is_logarithmic() {
    let times: Vec<Vec<f64>> = [10e-3, 1e-3, 0.1e-3, 0.01e-3]
        .iter()
        .map(|&difference| {
            let runs = decide(difference, 0.0);
            runs.iter().map(|run| decision(run).0).collect()
        })
        .collect();
    for (simulator, _) in times[0].iter().enumerate() {
        let at = |index: usize| times[index][simulator];
        // The time constant from one decade, the others predicted by the model.
        let constant = (at(2) - at(1)) / 10_f64.ln();
        assert!((2e-12..100e-12).contains(&constant), "{constant:e}");
        let capacitance = 20e-15;
        let comparator = Latch {
            width: 4e-6,
            length: 0.18e-6,
            threshold_matching: 0.0,
            noise: 0.0,
            capacitance,
            transconductance: capacitance / constant,
            decision_time: 3e-9,
            logic_level: 0.9,
        }
        .comparator()
        .unwrap();
        let model = |volts: f64| comparator.time_to_decide(volts);
        let predicted = at(1) + model(0.01e-3) - model(1e-3);
        assert!(
            (at(3) - predicted).abs() < 0.05 * (at(3) - at(1)),
            "{:e} {predicted:e}",
            at(3)
        );
        assert!(at(0) < at(1));
    }
}
