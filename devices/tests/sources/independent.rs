//! Independent sources: stamps and which value holds when.

use ohmloom_devices::sources::{CurrentSource, Stimulus, VoltageSource, Waveform};
use ohmloom_solver::circuit::{AcLoads, Element, ElementProbe, Phase, Point, Start, Unknown};

type VoltageProbe = ElementProbe<VoltageSource>;
type CurrentProbe = ElementProbe<CurrentSource>;

fn pulse() -> Waveform {
    Waveform::from_arguments("pulse", &[1.0, 2.0, 1e-6, 1e-6], 0).expect("valid arguments")
}

fn stimulus(dc: Option<f64>, waveform: Waveform) -> Stimulus {
    Stimulus {
        dc,
        waveform,
        ac_magnitude: 2.0,
        ac_phase: 30.0,
        ..Stimulus::default()
    }
}

fn point(x: &[f64], time: f64, phase: Phase) -> Point<'_> {
    Point {
        x,
        time,
        phase,
        start: Start::Continue,
        gmin: 1e-12,
        source_factor: 1.0,
        temperature: 300.15,
        frequency: 0.0,
    }
}

#[derive(Default)]
struct Phasors(Vec<(usize, f64, f64)>);

impl AcLoads for Phasors {
    fn excite(&mut self, row: Unknown, phasor: (f64, f64)) {
        self.0.push((row.index(), phasor.0, phasor.1));
    }
}

#[test]
fn voltage_source_stamp() {
    let (plus, minus) = (VoltageProbe::node(1), VoltageProbe::node(2));
    let source = VoltageSource::new("v1".to_owned(), plus, minus, Stimulus::constant(5.0));
    let mut probe = ElementProbe::new(source, 2).expect("a valid element");
    assert_eq!(probe.unknown_count(), 3);
    let found = probe.evaluate(&[7.0, 1.0, 0.25], Phase::Dc, Start::Continue);
    assert_eq!(found.residual, [0.25, -0.25, 1.0]);
    let expected = [[0.0, 0.0, 1.0], [0.0, 0.0, -1.0], [1.0, -1.0, 0.0]];
    assert_eq!(found.conductance, expected);
    assert_eq!(found.capacitance, [[0.0; 3]; 3]);
    let x = [0.0, 7.0, 1.0, 0.25];
    let at = point(&x, 0.0, Phase::Dc);
    assert_eq!(probe.element().value("i", &at), Some(0.25));
    assert_eq!(probe.element().value("v", &at), Some(6.0));
    assert_eq!(probe.element().value("p", &at), Some(1.5));
    assert_eq!(probe.element().value("dc", &at), Some(5.0));
    assert_eq!(probe.element().value("resistance", &at), None);
}

#[test]
fn current_source_stamp() {
    let (plus, minus) = (CurrentProbe::node(1), CurrentProbe::node(2));
    let source = CurrentSource::new("i1".to_owned(), plus, minus, Stimulus::constant(2.0), 3.0);
    let mut probe = ElementProbe::new(source.expect("valid"), 2).expect("a valid element");
    let found = probe.evaluate(&[7.0, 1.0], Phase::Dc, Start::Continue);
    assert_eq!(found.residual, [6.0, -6.0]);
    assert_eq!(found.conductance, [[0.0; 2]; 2]);
    let x = [0.0, 7.0, 1.0];
    let at = point(&x, 0.0, Phase::Dc);
    assert_eq!(probe.element().value("i", &at), Some(6.0));
    assert_eq!(probe.element().value("p", &at), Some(36.0));
    assert_eq!(probe.element().value("dc", &at), Some(2.0));
    for multiplier in [0.0, -1.0, f64::NAN] {
        let refused = CurrentSource::new(
            "i1".to_owned(),
            plus,
            minus,
            Stimulus::default(),
            multiplier,
        );
        assert!(refused.is_err());
    }
}

#[test]
fn which_value_holds_when() {
    let (dc, start) = (Phase::Dc, Phase::TransientStart);
    let (transient, small_signal) = (Phase::Transient, Phase::SmallSignal);
    let cases = [
        (stimulus(Some(5.0), pulse()), dc, 5.0),
        (stimulus(Some(5.0), pulse()), small_signal, 5.0),
        (stimulus(Some(5.0), pulse()), start, 1.0),
        (stimulus(Some(5.0), pulse()), transient, 1.75),
        (stimulus(None, pulse()), dc, 1.0),
        (stimulus(None, pulse()), start, 1.0),
        (stimulus(Some(5.0), Waveform::Dc), transient, 5.0),
        (stimulus(Some(5.0), Waveform::Dc), start, 5.0),
        (stimulus(None, Waveform::Dc), dc, 0.0),
    ];
    for (stimulus, phase, expected) in cases {
        let at = point(&[0.0], 1.75e-6, phase);
        assert!(
            (stimulus.value(&at) - expected).abs() < 1e-12,
            "{stimulus:?} {phase:?}"
        );
        let halved = Point {
            source_factor: 0.5,
            ..at
        };
        assert!((stimulus.value(&halved) - 0.5 * expected).abs() < 1e-12);
    }
}

#[test]
fn noise_adds_to_the_dc_value() {
    let noise = Waveform::from_arguments("trnoise", &[1.0, 1e-6], 3).expect("valid arguments");
    let alone = stimulus(None, noise.clone());
    let shifted = stimulus(Some(5.0), noise);
    let at = point(&[0.0], 1.3e-6, Phase::Transient);
    assert!((shifted.value(&at) - alone.value(&at) - 5.0).abs() < 1e-12);
    let first = point(&[0.0], 0.0, Phase::TransientStart);
    assert_eq!(shifted.value(&first), 5.0);
}

#[test]
fn defaults_follow_the_window_of_the_transient() {
    let ramp = Waveform::from_arguments("pulse", &[0.0, 1.0], 0).expect("valid arguments");
    let plus = CurrentProbe::node(1);
    let source = CurrentSource::new(
        "i1".to_owned(),
        plus,
        Unknown::GROUND,
        stimulus(None, ramp),
        1.0,
    );
    let mut source = source.expect("valid");
    source.prepare_transient(4e-6, 1e-3);
    let at = point(&[0.0, 0.0], 1e-6, Phase::Transient);
    assert_eq!(source.value("i", &at), Some(0.25));
    let mut times = Vec::new();
    source.breakpoints(0.0, 1e-3, &mut times);
    assert_eq!(times, [4e-6, 1e-3]);
}

#[test]
fn phasors_are_on_the_right_hand_side() {
    let (plus, minus) = (CurrentProbe::node(1), CurrentProbe::node(2));
    let (real, imaginary) = (3.0_f64.sqrt(), 1.0);
    let near = |found: &(usize, f64, f64), row, sign: f64| {
        found.0 == row
            && (found.1 - sign * real).abs() < 1e-12
            && (found.2 - sign * imaginary).abs() < 1e-12
    };
    let voltage = VoltageSource::new("v1".to_owned(), plus, minus, stimulus(None, Waveform::Dc));
    let probe = ElementProbe::new(voltage, 2).expect("a valid element");
    let mut phasors = Phasors::default();
    probe.element().excite_ac(&mut phasors);
    assert!(near(&phasors.0[0], 3, 1.0) && phasors.0.len() == 1);
    let current = CurrentSource::new(
        "i1".to_owned(),
        plus,
        minus,
        stimulus(None, Waveform::Dc),
        1.0,
    );
    let mut phasors = Phasors::default();
    current.expect("valid").excite_ac(&mut phasors);
    assert!(near(&phasors.0[0], 1, -1.0) && near(&phasors.0[1], 2, 1.0));
}

#[test]
fn parameters_can_be_set() {
    let plus = VoltageProbe::node(1);
    let mut source =
        VoltageSource::new("v1".to_owned(), plus, Unknown::GROUND, Stimulus::default());
    for name in source.parameters() {
        source.set(name, 1.5).expect("a parameter");
        let at = point(&[0.0, 0.0], 0.0, Phase::Dc);
        assert_eq!(source.value(name, &at), Some(1.5));
    }
    assert!(source.set("dc", f64::NAN).is_err());
    assert!(source.set("tempo", 1.0).is_err());
}
