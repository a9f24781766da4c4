//! Properties of waveforms: continuity, periods, corners, refusals.

use ohmloom_devices::sources::{PiecewiseLinear, TimeWindow, Waveform, WaveformError};
use proptest::prelude::*;

const WINDOW: TimeWindow = TimeWindow {
    step: 1e-3,
    stop: 2.0,
};

fn waveform(form: &str, values: &[f64]) -> Waveform {
    Waveform::from_arguments(form, values, 0).expect("valid arguments")
}

/// All corners of a waveform in (0, until].
fn corners(waveform: &Waveform, until: f64) -> Vec<f64> {
    let mut times = Vec::new();
    waveform.breakpoints(0.0, until, WINDOW, &mut times);
    times.sort_by(f64::total_cmp);
    times.dedup();
    times
}

/// Between corners the second difference of a waveform made of straight lines vanishes.
fn assert_straight_between_corners(waveform: &Waveform, until: f64) {
    let mut edges = vec![0.0];
    edges.extend(corners(waveform, until));
    edges.push(until);
    for edge in edges.windows(2) {
        let span = edge[1] - edge[0];
        if span < 1e-9 {
            continue;
        }
        let at = |part: f64| waveform.value(edge[0] + part * span, WINDOW);
        let bend = at(0.1) - 2.0 * at(0.5) + at(0.9);
        assert!(bend.abs() < 1e-6, "{waveform:?} bends in {edge:?}");
    }
}

#[test]
fn corners_of_pulses() {
    let pulse = waveform("pulse", &[0.0, 1.0, 0.1, 0.1, 0.2, 0.3, 1.0]);
    let expected = [0.1, 0.2, 0.5, 0.7, 1.1, 1.2, 1.5, 1.7];
    for (corner, expected) in corners(&pulse, 2.0).iter().zip(expected) {
        assert!((corner - expected).abs() < 1e-12);
    }
    assert_eq!(corners(&pulse, 2.0).len(), expected.len());
    let mut times = Vec::new();
    pulse.breakpoints(1.25, 1.5, WINDOW, &mut times);
    assert_eq!(times, [1.5]);
}

#[test]
fn corners_of_a_fast_clock_are_limited() {
    let clock = waveform("pulse", &[0.0, 1.0, 0.0, 1e-12, 1e-12, 4e-12, 1e-11]);
    let mut times = Vec::new();
    clock.breakpoints(1.0, 2.0, WINDOW, &mut times);
    assert!(!times.is_empty() && times.len() < 10_000);
    assert!(times[0] > 1.0 && times[0] < 1.0 + 2e-11);
    // A period far below the resolution of time ends too.
    let hopeless = waveform("pulse", &[0.0, 1.0, 0.0, 1e-30, 1e-30, 4e-30, 1e-29]);
    hopeless.breakpoints(1.0, 2.0, WINDOW, &mut times);
}

#[test]
fn repeated_lines_have_corners_in_every_cycle() {
    let points = [0.0, 0.0, 0.1, 1.0, 0.2, 3.0, 0.5, 0.0];
    let lines = PiecewiseLinear::from_arguments(&points, Some(0.1), 0.0).expect("valid points");
    let lines = Waveform::PiecewiseLinear(lines);
    let expected = [0.1, 0.2, 0.5, 0.6, 0.9, 1.0, 1.3];
    let found = corners(&lines, 1.35);
    let near = |time: f64| found.iter().any(|corner| (corner - time).abs() < 1e-12);
    assert!(expected.iter().all(|&time| near(time)), "{found:?}");
    assert!(
        found
            .iter()
            .all(|corner| expected.iter().any(|time| (corner - time).abs() < 1e-12))
    );
}

#[test]
fn impossible_waveforms_are_refused() {
    let refused = |form: &str, values: &[f64]| {
        assert!(
            Waveform::from_arguments(form, values, 0).is_err(),
            "{form} {values:?}"
        );
    };
    refused("square", &[1.0, 2.0]);
    refused("pulse", &[1.0]);
    refused("pulse", &[0.0; 9]);
    refused("pulse", &[0.0, 1.0, 0.0, 1.0, 1.0, -1.0]);
    refused("pulse", &[0.0, 1.0, 0.0, 1.0, 1.0, 1.0, -1.0]);
    refused("sin", &[1.0]);
    refused("sin", &[1.0, f64::NAN]);
    refused("exp", &[0.0, 1.0, 0.0, -1.0]);
    refused("pwl", &[]);
    refused("pwl", &[0.0, 1.0, 2.0]);
    refused("pwl", &[0.0, 1.0, -1.0, 2.0]);
    refused("pwl", &[0.0, f64::INFINITY]);
    refused("trnoise", &[1.0, 0.0]);
    refused("trnoise", &[0.0, 1e-9, 2.5, 1.0]);
    refused("trnoise", &[0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0]);
    refused("trrandom", &[5.0, 1.0]);
    refused("trrandom", &[1.0, 0.0]);
    refused("trrandom", &[4.0, 1.0, 0.0, -1.0]);
    let unmatched = PiecewiseLinear::from_arguments(&[0.0, 0.0, 1.0, 1.0], Some(0.5), 0.0);
    assert_eq!(unmatched, Err(WaveformError::RepeatStart { start: 0.5 }));
    let last = PiecewiseLinear::from_arguments(&[0.0, 0.0, 1.0, 1.0], Some(1.0), 0.0);
    assert_eq!(last, Err(WaveformError::RepeatStart { start: 1.0 }));
}

proptest! {
    #[test]
    fn pulses_are_straight_between_corners(
        levels in (-5.0..5.0, -5.0..5.0),
        delay in -0.3..0.3,
        times in (0.01..0.2, 0.01..0.2, 0.01..0.2),
        period in 0.1..0.9,
    ) {
        let (rise, fall, width) = times;
        let pulse = waveform("pulse", &[levels.0, levels.1, delay, rise, fall, width, period]);
        assert_straight_between_corners(&pulse, 2.0);
    }

    #[test]
    fn pulses_repeat_and_do_not_jump(
        time in 0.0..1.0,
        times in (0.01..0.2, 0.01..0.2, 0.01..0.2),
    ) {
        let (rise, fall, width) = times;
        let pulse = waveform("pulse", &[-1.0, 2.0, 0.0, rise, fall, width, 0.7]);
        let value = pulse.value(time, WINDOW);
        prop_assert!((pulse.value(time + 0.7, WINDOW) - value).abs() < 1e-9);
        prop_assert!((pulse.value(time + 1e-9, WINDOW) - value).abs() < 1e-6);
        prop_assert!((-1.0..=2.0).contains(&value));
    }

    #[test]
    fn lines_pass_their_points_and_do_not_jump(
        steps in prop::collection::vec((0.01..0.5, -3.0..3.0), 2..8),
        delay in -0.5..0.5,
        repeats in any::<bool>(),
    ) {
        let mut time = 0.0;
        let mut points = Vec::new();
        for &(step, value) in &steps {
            time += step;
            points.extend([time, value]);
        }
        let start = repeats.then_some(points[0]);
        let lines = PiecewiseLinear::from_arguments(&points, start, delay).expect("valid points");
        for pair in points.chunks_exact(2) {
            prop_assert!((lines.value(pair[0] + delay) - pair[1]).abs() < 1e-9);
        }
        let cycle = time - points[0];
        for part in [0.11, 0.37, 0.83] {
            let at = delay + points[0] + part * cycle;
            if repeats {
                prop_assert!((lines.value(at + cycle) - lines.value(at)).abs() < 1e-6);
            }
            prop_assert!((lines.value(at + 1e-9) - lines.value(at)).abs() < 1e-5);
        }
        assert_straight_between_corners(&Waveform::PiecewiseLinear(lines), 3.0);
    }

    #[test]
    fn smooth_waveforms_are_continuous(time in 0.0..2.0) {
        for (form, values) in [
            ("sin", [0.5, 1.0, 3.0, 0.4, 0.5, 0.0].as_slice()),
            ("exp", &[0.0, 1.0, 0.2, 0.1, 0.7, 0.3]),
            ("sffm", &[0.0, 1.0, 3.0, 2.0, 1.0]),
            ("am", &[1.0, 2.0, 1.0, 4.0, 0.3]),
        ] {
            let smooth = waveform(form, values);
            let change = smooth.value(time + 1e-9, WINDOW) - smooth.value(time, WINDOW);
            prop_assert!(change.abs() < 1e-6, "{} jumps at {}", form, time);
        }
    }

    #[test]
    fn sines_repeat(time in 0.0..1.0, phase in -180.0..180.0) {
        let sine = waveform("sin", &[0.5, 2.0, 4.0, 0.0, 0.0, phase]);
        let change = sine.value(time + 0.25, WINDOW) - sine.value(time, WINDOW);
        prop_assert!(change.abs() < 1e-9);
    }
}
