//! Every waveform, with default and odd arguments, at every time point of an ngspice transient.

use std::fmt::Write;

use ohmloom_devices::sources::{PiecewiseLinear, TimeWindow, Waveform};

use crate::ngspice;

const WINDOW: TimeWindow = TimeWindow {
    step: 0.5e-6,
    stop: 40e-6,
};

const FORMS: &[(&str, &[f64])] = &[
    ("pulse", &[0.0, 1.0]),
    ("pulse", &[0.0, 1.0, 2e-6]),
    ("pulse", &[0.0, 1.0, 2e-6, 1e-6]),
    ("pulse", &[0.0, 1.0, 2e-6, 1e-6, 3e-6]),
    ("pulse", &[-1.0, 2.0, 2e-6, 1e-6, 3e-6, 4e-6]),
    ("pulse", &[0.5, 1.0, 2e-6, 1e-6, 3e-6, 4e-6, 12e-6]),
    ("pulse", &[0.0, 1.0, 2e-6, 1e-6, 3e-6, 4e-6, 12e-6, 2.0]),
    ("pulse", &[0.0, 1.0, 2e-6, 1e-6, 3e-6, 4e-6, 12e-6, 1.5]),
    ("pulse", &[0.0, 1.0, 2e-6, 1e-6, 3e-6, 4e-6, 12e-6, -90.0]),
    ("pulse", &[0.0, 1.0, 2e-6, 0.0, 0.0, 4e-6, 12e-6]),
    ("pulse", &[0.0, 1.0, 2e-6, 1e-6, 1e-6, 0.0, 12e-6]),
    ("pulse", &[0.0, 1.0, 2e-6, 1e-6, 1e-6, 3e-6, 0.0]),
    ("pulse", &[0.0, 1.0, 2e-6, 3e-6, 3e-6, 8e-6, 10e-6]),
    ("pulse", &[0.0, 1.0, -2e-6, 1e-6, 1e-6, 3e-6, 10e-6]),
    ("sin", &[1.0, 2.0]),
    ("sin", &[1.0, 2.0, 50e3]),
    ("sin", &[1.0, 2.0, 50e3, 5e-6]),
    ("sin", &[1.0, 2.0, 50e3, -5e-6]),
    ("sin", &[1.0, 2.0, 50e3, 5e-6, 2e4]),
    ("sin", &[1.0, 2.0, 50e3, 5e-6, 2e4, 30.0]),
    ("sin", &[1.0, 2.0, 0.0, 5e-6, 1e4, 45.0]),
    ("exp", &[0.0, 1.0]),
    ("exp", &[0.5, 1.0, 4e-6]),
    ("exp", &[0.0, 1.0, 4e-6, 2e-6]),
    ("exp", &[0.0, 1.0, 4e-6, 2e-6, 20e-6, 3e-6]),
    ("exp", &[0.0, 1.0, 0.0, 0.0, 0.0, 0.0]),
    ("sffm", &[1.0, 2.0]),
    ("sffm", &[1.0, 2.0, 100e3]),
    ("sffm", &[1.0, 2.0, 100e3, 5.0, 10e3]),
    ("sffm", &[1.0, 2.0, 100e3, 5.0, 10e3, 30.0]),
    ("sffm", &[1.0, 2.0, 100e3, 5.0, 10e3, 30.0, 60.0]),
    ("sffm", &[1.0, 2.0, 100e3, 50.0, 10e3]),
    ("sffm", &[1.0, 2.0, 0.0, -5.0, 0.0]),
    ("am", &[1.0, 2.0]),
    ("am", &[1.0, 0.5, 20e3]),
    ("am", &[1.0, 2.0, 20e3, 200e3]),
    ("am", &[1.0, 2.0, 20e3, 200e3, 5e-6]),
    ("am", &[1.0, 2.0, 20e3, 200e3, 5e-6, 60.0, 60.0]),
    ("am", &[1.0, 2.0, 0.0, 200e3]),
    ("pwl", &[1e-6, 1.0, 2e-6, 3.0, 5e-6, -1.0]),
    ("pwl", &[-1e-6, 1.0, 2e-6, 3.0]),
    ("pwl", &[0.0, 2.0]),
    ("pwl", &[0.0, 0.0, 1e-6, 1.0, 1e-6, 2.0, 3e-6, 0.0]),
];

/// Points, start of the repetition, delay.
const REPEATED: &[(&[f64], Option<f64>, f64)] = &[
    (
        &[0.0, 0.0, 1e-6, 1.0, 2e-6, 3.0, 5e-6, 0.0],
        Some(1e-6),
        0.0,
    ),
    (&[0.0, 0.0, 1e-6, 1.0, 2e-6, 3.0, 5e-6, -1.0], None, 4e-6),
    (
        &[0.0, 0.0, 1e-6, 1.0, 2e-6, 3.0, 5e-6, 0.0],
        Some(0.0),
        4e-6,
    ),
    (
        &[0.0, 0.0, 1e-6, 1.0, 2e-6, 3.0, 5e-6, 0.0],
        Some(-1.0),
        0.0,
    ),
];

#[test]
fn waveforms_agree_with_ngspice() {
    let mut deck = "waveforms\n".to_owned();
    let mut waveforms = Vec::new();
    let mut add = |source: &str, waveform: Waveform| {
        let node = waveforms.len();
        writeln!(deck, "v{node} n{node} 0 {source}\nr{node} n{node} 0 1").expect("a string");
        waveforms.push((source.to_owned(), waveform));
    };
    let list = |values: &[f64]| {
        let texts: Vec<String> = values.iter().map(|value| format!("{value:e}")).collect();
        texts.join(" ")
    };
    for &(form, values) in FORMS {
        let waveform = Waveform::from_arguments(form, values, 0).expect("valid arguments");
        add(&format!("{form}({})", list(values)), waveform);
    }
    for &(values, repeat, delay) in REPEATED {
        let lines = PiecewiseLinear::from_arguments(values, repeat, delay).expect("valid points");
        let tail = repeat.map_or(String::new(), |start| format!("r={start:e}"));
        let source = format!("pwl({}) td={delay:e} {tail}", list(values));
        add(&source, Waveform::PiecewiseLinear(lines));
    }
    deck.push_str(".tran 0.5u 40u 0 0.25u\n.end\n");
    let Some(plots) = ngspice::run("waveforms", &deck) else {
        return;
    };
    let plot = &plots[0];
    assert!(plot["time"].len() > 160);
    for (node, (source, waveform)) in waveforms.iter().enumerate() {
        for (&(time, _), &(value, _)) in plot["time"].iter().zip(&plot[&format!("v(n{node})")]) {
            let ours = waveform.value(time, WINDOW);
            // At a jump the time may lie on either side of it.
            let beside = |shift: f64| waveform.value(time * (1.0 + shift), WINDOW);
            let agrees = (ours - value).abs() < 1e-9
                || [-3e-9, 3e-9]
                    .map(beside)
                    .iter()
                    .any(|near| (near - ours).abs() > 0.1 && (near - value).abs() < 1e-6);
            assert!(agrees, "{source} at {time:e}: {ours} instead of {value}");
        }
    }
}

#[test]
fn dc_values_hold_where_ngspice_lets_them() {
    // The operating point takes the DC value, a transient's first point the waveform's.
    let deck = |analysis: &str| {
        format!(
            "dc\nv1 a 0 dc 5 pulse(1 2 1u 1u)\nv2 b 0 pulse(1 2 1u 1u)\nr1 a 0 1\nr2 b 0 1\n{analysis}\n.end\n"
        )
    };
    for (name, analysis, first) in [("dc_op", ".op", 5.0), ("dc_tran", ".tran 1u 2u", 1.0)] {
        let Some(plots) = ngspice::run(name, &deck(analysis)) else {
            return;
        };
        assert_eq!(plots[0]["v(a)"][0].0, first);
        assert_eq!(plots[0]["v(b)"][0].0, 1.0);
    }
}
