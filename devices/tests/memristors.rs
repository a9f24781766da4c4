//! What every memristor model must hold: exact derivatives, no current at 0 V, passivity, bounds; and facts that public codes
//! have got wrong.

use ohmloom_devices::memristors::{
    Choices, Draw, JartParameters, JartV1b, LinearDrift, Memristor, MemristorElement, Messaris2018,
    Messaris2021, Mmss, Pershin, ResistanceLaw, Simmons, StanfordPku, Team, TeamParameters, Vteam,
    Window, Yakopcic, YakopcicParameters, apply_set,
};
use ohmloom_devices::sources::{PiecewiseLinear, Stimulus, VoltageSource, Waveform};
use ohmloom_solver::circuit::{
    CircuitBuilder, ElementProbe, Guesses, Options, Phase, Start, TransientWindow, transient,
};
use proptest::prelude::*;

/// A model with its defaults and given words.
fn with<M: Memristor<K>, const K: usize>(choices: Choices) -> M {
    M::new(&M::Parameters::default(), choices).unwrap()
}

/// States at the given fractions of their ranges; unbounded ones between -1 and 1 around their start.
fn states<M: Memristor<K>, const K: usize>(model: &M, parts: [f64; 3]) -> [f64; K] {
    let (bounds, start) = (model.bounds(), model.initial());
    std::array::from_fn(|k| {
        let (low, high) = bounds[k];
        if low.is_finite() {
            low + (0.001 + 0.998 * parts[k]) * (high - low)
        } else {
            start[k] + 0.1 * (parts[k] - 0.5)
        }
    })
}

/// Compares all derivatives with central differences.
fn derivatives<M: Memristor<K>, const K: usize>(model: &M, v: f64, parts: [f64; 3]) {
    let s = states(model, parts);
    let at = model.evaluate(v, &s);
    let close = |name: &str, exact: f64, value: &dyn Fn(f64) -> f64| {
        // The smaller of the errors of three steps: one of them is too long near a corner, another too short for rounding.
        let scale = value(0.0).abs().max(1e-30);
        let error = [1e-4, 1e-5, 1e-6]
            .map(|h| ((value(h) - value(-h)) / (2.0 * h) - exact).abs())
            .into_iter()
            .fold(f64::INFINITY, f64::min);
        assert!(
            error <= 1e-4 * exact.abs() + 1e-4 * scale,
            "{} {name} at {v} V, {s:?}: {exact:e}, off by {error:e}",
            M::KIND
        );
    };
    let moved = |k: usize, h: f64| {
        let mut s = s;
        s[k] += h;
        s
    };
    close("di/dv", at.conductance, &|h| {
        model.evaluate(v + h, &s).current
    });
    for k in 0..K {
        close("di/ds", at.current_by_state[k], &|h| {
            model.evaluate(v, &moved(k, h)).current
        });
        close("df/dv", at.rate_by_voltage[k], &|h| {
            model.evaluate(v + h, &s).rate[k]
        });
        for l in 0..K {
            close("df/ds", at.rate_by_state[k][l], &|h| {
                model.evaluate(v, &moved(l, h)).rate[k]
            });
        }
    }
}

/// No current without a voltage, no power out of the cell, no rate that is not a number, at any voltage.
fn passive<M: Memristor<K>, const K: usize>(model: &M, v: f64, parts: [f64; 3]) {
    let s = states(model, parts);
    assert_eq!(model.evaluate(0.0, &s).current, 0.0, "{}", M::KIND);
    let at = model.evaluate(v, &s);
    assert!(at.current * v >= 0.0, "{} {v} {s:?}", M::KIND);
    let far = model.evaluate(1e3 * v, &s);
    let all_finite = far.current.is_finite()
        && far.conductance.is_finite()
        && far.rate.iter().all(|rate| rate.is_finite());
    assert!(all_finite, "{} {v}: {far:?}", M::KIND);
}

fn every_choice() -> impl Iterator<Item = Choices> {
    let laws = [ResistanceLaw::Linear, ResistanceLaw::Exponential];
    Window::NAMES
        .into_iter()
        .flat_map(move |(_, window)| laws.map(|resistance| Choices { window, resistance }))
}

proptest! {
    #[test]
    fn derivatives_are_those_of_differences(v in prop_oneof![-1.5..-0.01_f64, 0.01..1.5_f64], parts in prop::array::uniform3(0.0..1.0_f64)) {
        for choices in every_choice() {
            if choices.window != Window::Kvatinsky {
                derivatives(&with::<LinearDrift, 1>(choices), v, parts);
            }
            derivatives(&with::<Vteam, 1>(choices), v, parts);
            derivatives(&with::<Team, 1>(Choices { window: Window::Joglekar, ..choices }), v, parts);
            derivatives(&with::<Simmons, 1>(choices), v, parts);
        }
        let none = Choices::default();
        derivatives(&with::<Yakopcic, 1>(none), v, parts);
        derivatives(&with::<Mmss, 1>(none), v, parts);
        derivatives(&with::<Messaris2018, 1>(none), v, parts);
        derivatives(&with::<Messaris2021, 1>(none), v, parts);
        derivatives(&with::<Pershin, 1>(none), 4.0 * v, parts);
        derivatives(&with::<StanfordPku, 1>(none), v, parts);
    }

    #[test]
    fn derivatives_of_jart_are_those_of_differences(
        v in prop_oneof![-1.5..-0.01_f64, 0.01..1.5_f64],
        n in 0.0..1.0_f64,
        vs in prop_oneof![-0.5..-0.01_f64, 0.01..0.07_f64],
        t in 0.9..2.5_f64,
    ) {
        derivatives(&with::<JartV1b, 3>(Choices::default()), v, [n, vs / 0.1 + 0.5, (t - 1.0) / 0.1 + 0.5]);
    }

    /// As above while length and radius go over from one cycle to the next.
    #[test]
    fn derivatives_of_varying_jart_are_those_of_differences(
        v in prop_oneof![-1.5..-0.01_f64, 0.01..1.5_f64],
        n in 0.1..0.9_f64,
        vs in prop_oneof![-0.5..-0.01_f64, 0.01..0.07_f64],
        t in 0.9..2.5_f64,
    ) {
        let parameters = JartParameters { ndisc0: 1.0, c2c_l: 0.1, c2c_r: 0.2, sigma_r: 0.1, ..JartParameters::default() };
        let mut model = JartV1b::new(&parameters, Choices::default()).unwrap().individual("n1", Draw::default());
        let [(low, high), ..] = model.bounds();
        model.accept(-v, &[if v > 0.0 { low } else { high }, 0.0, 1.0]);
        model.accept(v, &[if v > 0.0 { high } else { low }, 0.0, 1.0]);
        assert_eq!(model.own("cycle", &model.initial()), Some(1.0));
        derivatives(&model, v, [n, vs / 0.1 + 0.5, (t - 1.0) / 0.1 + 0.5]);
    }

    #[test]
    fn cells_are_passive(v in -3.0..3.0_f64, parts in prop::array::uniform3(0.0..1.0_f64)) {
        let none = Choices::default();
        passive(&with::<LinearDrift, 1>(none), v, parts);
        passive(&with::<Team, 1>(none), v, parts);
        passive(&with::<Vteam, 1>(none), v, parts);
        passive(&with::<Simmons, 1>(none), v, parts);
        passive(&with::<Yakopcic, 1>(none), v, parts);
        passive(&with::<StanfordPku, 1>(none), v, parts);
        passive(&with::<Mmss, 1>(none), v, parts);
        passive(&with::<Messaris2018, 1>(none), v, parts);
        passive(&with::<Messaris2021, 1>(none), v, parts);
        passive(&with::<Pershin, 1>(none), v, parts);
    }

    #[test]
    fn nothing_moves_below_the_threshold(v in -1.0..1.0_f64, part in 0.0..1.0_f64) {
        let none = Choices::default();
        let parts = [part; 3];
        let rest = |rate: f64| assert_eq!(rate, 0.0);
        let vteam = with::<Vteam, 1>(none);
        let between = if v > 0.0 { 0.0199 * v } else { 0.199 * v };
        rest(vteam.evaluate(between, &states(&vteam, parts)).rate[0]);
        let yakopcic = with::<Yakopcic, 1>(none);
        rest(yakopcic.evaluate(0.15 * v, &states(&yakopcic, parts)).rate[0]);
        let pershin = with::<Pershin, 1>(none);
        rest(pershin.evaluate(4.6 * v, &states(&pershin, parts)).rate[0]);
        let stanford = with::<StanfordPku, 1>(none);
        rest(stanford.evaluate(v, &states(&stanford, parts)).rate[0]);
        let team = with::<Team, 1>(none);
        let s = states(&team, parts);
        let resistance = 50.0 + 950.0 * s[0];
        let current = if v > 0.0 { 1.14e-4 * v } else { 8.8e-6 * v };
        rest(team.evaluate(current * resistance, &s).rate[0]);
    }

    #[test]
    fn states_stay_within_their_bounds(levels in prop::collection::vec(-2.0..2.0_f64, 6)) {
        let none = Choices::default();
        let bounded = |range: (f64, f64)| {
            assert!(range.0 >= -1e-6 && range.1 <= 1.0 + 1e-6, "{range:?}");
        };
        bounded(driven::<LinearDrift, 1>(none, 10.0, &levels));
        bounded(driven::<LinearDrift, 1>(Choices { window: Window::Biolek, ..none }, 10.0, &levels));
        bounded(driven::<Vteam, 1>(none, 1e-6, &levels));
        bounded(driven::<Yakopcic, 1>(none, 0.1, &levels));
        bounded(driven::<StanfordPku, 1>(none, 1e-5, &levels));
        bounded(driven::<Pershin, 1>(none, 1e-8, &levels.iter().map(|v| 4.0 * v).collect::<Vec<_>>()));
        bounded(driven::<Mmss, 1>(none, 1e-3, &levels));
    }
}

/// Least and largest first state of a cell behind 100 ohm while the voltage moves between levels.
fn driven<M: Memristor<K>, const K: usize>(
    choices: Choices,
    stop: f64,
    levels: &[f64],
) -> (f64, f64) {
    let mut builder = CircuitBuilder::default();
    let [source, cell] = ["a", "b"].map(|name| builder.node(name));
    let step = stop / levels.len() as f64;
    let mut points = vec![0.0, 0.0];
    for (k, &level) in levels.iter().enumerate() {
        points.extend([(k + 1) as f64 * step, level]);
    }
    let waveform = PiecewiseLinear::from_arguments(&points, None, 0.0).unwrap();
    let stimulus = Stimulus {
        waveform: Waveform::PiecewiseLinear(waveform),
        ..Stimulus::default()
    };
    let ground = ohmloom_solver::circuit::Unknown::GROUND;
    builder
        .add(VoltageSource::new("v1".into(), source, ground, stimulus))
        .unwrap();
    let ammeter = Stimulus::constant(0.0);
    builder
        .add(VoltageSource::new("v2".into(), source, cell, ammeter))
        .unwrap();
    let parameters = M::Parameters::default();
    let nodes = (cell, ground);
    builder
        .add(MemristorElement::<M, K>::new("n1".into(), nodes, parameters, choices, 1.0).unwrap())
        .unwrap();
    let mut circuit = builder.build(300.15).unwrap();
    let window = TransientWindow {
        step: stop / 100.0,
        stop,
        start: 0.0,
        largest_step: None,
        use_initial_conditions: false,
    };
    let state = circuit
        .unknowns()
        .find(|&unknown| circuit.name_of(unknown).starts_with("n1#"))
        .unwrap();
    let mut range = (f64::INFINITY, f64::NEG_INFINITY);
    transient(
        &mut circuit,
        &Options::default(),
        &Guesses::default(),
        &window,
        &mut |_, at| {
            let s = at.value(state);
            range = (range.0.min(s), range.1.max(s));
            Ok(())
        },
    )
    .unwrap();
    range
}

/// A public code has `R = ron` at `x = 0`.
#[test]
fn linear_drift_is_off_at_zero_and_on_at_one() {
    let model = with::<LinearDrift, 1>(Choices::default());
    assert!((model.evaluate(1.0, &[0.0]).current - 1.0 / 16e3).abs() < 1e-18);
    assert!((model.evaluate(1.0, &[1.0]).current - 1.0 / 100.0).abs() < 1e-16);
    assert!(model.evaluate(1.0, &[0.5]).rate[0] > 0.0);
}

/// A public manual gives `ion` of TEAM without its sign, so that the two thresholds overlap.
#[test]
fn team_needs_a_negative_on_threshold() {
    let parameters = TeamParameters {
        ion: 8.9e-6,
        ..TeamParameters::default()
    };
    let error = Team::new(&parameters, Choices::default()).unwrap_err();
    assert!(error.to_string().contains("ion"), "{error}");
    let model = with::<Team, 1>(Choices::default());
    assert!(model.evaluate(0.5, &[0.5]).rate[0] > 0.0);
    assert!(model.evaluate(-0.5, &[0.5]).rate[0] < 0.0);
}

/// With equal parameters for both signs, Yakopcic's cell is symmetric but for the direction of its state.
#[test]
fn symmetric_parameters_give_symmetric_cells() {
    let parameters = YakopcicParameters {
        vn: 0.16,
        xn: 0.3,
        alphan: 1.0,
        ..YakopcicParameters::default()
    };
    let model = Yakopcic::new(&parameters, Choices::default()).unwrap();
    let reversed = YakopcicParameters {
        eta: -1.0,
        ..parameters
    };
    let reversed = Yakopcic::new(&reversed, Choices::default()).unwrap();
    for v in [0.1, 0.2, 0.5] {
        for x in [0.05, 0.2, 0.8] {
            let (plus, minus) = (model.evaluate(v, &[x]), model.evaluate(-v, &[x]));
            assert!((plus.current + minus.current).abs() < 1e-15);
            let mirrored = model.evaluate(-v, &[1.0 - x]).rate[0];
            assert!((plus.rate[0] + mirrored).abs() <= 1e-12 * plus.rate[0].abs());
            assert_eq!(reversed.evaluate(-v, &[x]).rate[0], plus.rate[0]);
        }
    }
}

fn sets_are_sound<M: Memristor<K>, const K: usize>() {
    assert!(!M::SETS.is_empty(), "{}", M::KIND);
    for set in M::SETS {
        let (mut parameters, mut choices) = (M::Parameters::default(), Choices::default());
        apply_set::<M, K>(set.name, &mut parameters, &mut choices).unwrap();
        let model = M::new(&parameters, choices).unwrap();
        let start = model.evaluate(0.1, &model.initial());
        assert!(
            start.current > 0.0 && set.source.contains(','),
            "{}",
            set.name
        );
    }
    let (mut parameters, mut choices) = (M::Parameters::default(), Choices::default());
    assert!(apply_set::<M, K>("none such", &mut parameters, &mut choices).is_err());
}

#[test]
fn every_published_set_makes_a_cell() {
    sets_are_sound::<LinearDrift, 1>();
    sets_are_sound::<Team, 1>();
    sets_are_sound::<Vteam, 1>();
    sets_are_sound::<Simmons, 1>();
    sets_are_sound::<Yakopcic, 1>();
    sets_are_sound::<StanfordPku, 1>();
    sets_are_sound::<Mmss, 1>();
    sets_are_sound::<Messaris2018, 1>();
    sets_are_sound::<Messaris2021, 1>();
    sets_are_sound::<Pershin, 1>();
}

/// The element's rows: the held state of an operating point, the moving one of a transient, the resting one at a bound.
#[test]
fn the_element_holds_moves_and_rests_its_state() {
    let ground = ohmloom_solver::circuit::Unknown::GROUND;
    let nodes = (ElementProbe::<MemristorElement<Vteam, 1>>::node(1), ground);
    let parameters = <Vteam as Memristor<1>>::Parameters::default();
    let element =
        MemristorElement::<Vteam, 1>::new("n1".into(), nodes, parameters, Choices::default(), 2.0)
            .unwrap();
    let mut probe = ElementProbe::new(element, 1).unwrap();
    let held = probe.evaluate(&[1.0, 0.25], Phase::Dc, Start::Continue);
    assert_eq!(held.residual[1], 0.25);
    assert_eq!(held.conductance[1], [0.0, 1.0]);
    assert!(held.at_rest[1]);
    let moving = probe.evaluate(&[1.0, 0.25], Phase::Transient, Start::Continue);
    assert!(!moving.at_rest[1]);
    assert!((moving.residual[0] - 2.0 / (50.0 + 0.25 * 950.0)).abs() < 1e-15);
    let rate = 5e-4 * (1.0 / 0.02 - 1.0) / 3e-9;
    assert!((moving.residual[1] / -rate - 1.0).abs() < 1e-12);
    assert_eq!((moving.charge[1], moving.capacitance[1][1]), (0.25, 1.0));
    let resting = probe.evaluate(&[-1.0, 0.0], Phase::Transient, Start::Continue);
    assert!(resting.at_rest[1] && resting.residual[1] == 0.0);
}
