//! Behavioural elements in circuits with known solutions.

use std::f64::consts::TAU;

use ohmloom_devices::expression::{
    BehaviouralOptions, BehaviouralSource, BinaryOperator, CircuitNames, Expression,
    ExpressionError,
};
use ohmloom_solver::circuit::{
    AcLoads, Circuit, CircuitBuilder, CircuitError, Element, Footprint, Guesses, Loads, Options,
    Point, TransientWindow, Unknown, ac, operating_point, transient,
};

const AMBIENT: f64 = 300.15;

struct Names<'a>(&'a mut CircuitBuilder);

impl CircuitNames for Names<'_> {
    fn node(&mut self, name: &str) -> Option<Unknown> {
        Some(self.0.node(name))
    }

    fn parameter(&self, name: &str) -> Option<f64> {
        (name == "tau").then_some(TAU)
    }
}

type Constructor = fn(
    &str,
    (Unknown, Unknown),
    &Expression,
    BehaviouralOptions,
    &mut dyn CircuitNames,
) -> Result<BehaviouralSource, ExpressionError>;

/// A circuit in the making.
#[derive(Default)]
struct Bench(CircuitBuilder);

impl Bench {
    fn add(&mut self, make: Constructor, name: &str, nodes: [&str; 2], value: &Expression) {
        self.add_with(make, name, nodes, value, BehaviouralOptions::default());
    }

    fn add_with(
        &mut self,
        make: Constructor,
        name: &str,
        [plus, minus]: [&str; 2],
        value: &Expression,
        options: BehaviouralOptions,
    ) {
        let nodes = (self.0.node(plus), self.0.node(minus));
        let element = make(name, nodes, value, options, &mut Names(&mut self.0)).unwrap();
        self.0.add(element).unwrap();
    }

    fn build(self) -> Circuit {
        self.0.build(AMBIENT).unwrap()
    }

    fn solve(self) -> (Circuit, Vec<f64>) {
        let mut circuit = self.build();
        let point =
            operating_point(&mut circuit, &Options::default(), &Guesses::default()).unwrap();
        (circuit, point.x)
    }
}

fn number(value: f64) -> Expression {
    Expression::Number(value)
}

fn v(node: &str) -> Expression {
    Expression::Voltage(node.to_owned(), None)
}

fn name(name: &str) -> Expression {
    Expression::Name(name.to_owned())
}

fn call(function: &str, x: Expression) -> Expression {
    Expression::Call(function.to_owned(), vec![x])
}

fn times(x: Expression, y: Expression) -> Expression {
    Expression::Binary(BinaryOperator::Multiply, Box::new(x), Box::new(y))
}

fn plus(x: Expression, y: Expression) -> Expression {
    Expression::Binary(BinaryOperator::Add, Box::new(x), Box::new(y))
}

/// `sin(tau frequency time)`.
fn sine(frequency: f64) -> Expression {
    call(
        "sin",
        times(times(name("tau"), number(frequency)), name("time")),
    )
}

fn at(circuit: &Circuit, x: &[f64], node: &str) -> f64 {
    x[circuit.node(node).unwrap().index()]
}

fn assert_close(found: f64, expected: f64, relative: f64) {
    assert!(
        (found - expected).abs() <= relative * expected.abs(),
        "{found:e}, expected {expected:e}"
    );
}

#[test]
fn sources_and_resistors_solve_a_divider() {
    let mut bench = Bench::default();
    bench.add(BehaviouralSource::voltage, "b1", ["a", "0"], &number(2.0));
    bench.add(
        BehaviouralSource::resistor,
        "r1",
        ["a", "b"],
        &plus(number(1.0), v("a")),
    );
    bench.add(
        BehaviouralSource::resistor,
        "r2",
        ["b", "0"],
        &plus(number(1.0), v("b")),
    );
    bench.add(
        BehaviouralSource::current,
        "b2",
        ["0", "c"],
        &Expression::Current("b1".to_owned()),
    );
    bench.add(BehaviouralSource::resistor, "r3", ["c", "0"], &number(10.0));
    let (circuit, x) = bench.solve();
    // (2 - b) / 3 = b / (1 + b): b^2 + 2 b - 2 = 0.
    let b = 3.0_f64.sqrt() - 1.0;
    assert_close(at(&circuit, &x, "b"), b, 1e-6);
    assert_close(at(&circuit, &x, "c"), -10.0 * (2.0 - b) / 3.0, 1e-6);
    let point = circuit.at(&x, &Options::default());
    assert_close(
        circuit.value("r1", "i", &point).unwrap().unwrap(),
        (2.0 - b) / 3.0,
        1e-6,
    );
    assert_close(
        circuit.value("b1", "p", &point).unwrap().unwrap(),
        -2.0 * (2.0 - b) / 3.0,
        1e-6,
    );
}

/// Values of ngspice 39.3 at 37 degrees, but for the multiplier of the resistor, by hand.
#[test]
fn temperature_and_multiplier_scale_the_value() {
    let warm = BehaviouralOptions {
        tc1: 0.1,
        temperature_offset: 10.0,
        ..BehaviouralOptions::default()
    };
    let three = BehaviouralOptions {
        multiplier: 3.0,
        ..BehaviouralOptions::default()
    };
    let mut bench = Bench::default();
    bench.add_with(
        BehaviouralSource::voltage,
        "b1",
        ["a", "0"],
        &number(2.0),
        warm,
    );
    bench.add_with(
        BehaviouralSource::voltage,
        "b2",
        ["b", "0"],
        &number(2.0),
        three,
    );
    bench.add_with(
        BehaviouralSource::current,
        "b3",
        ["0", "c"],
        &number(2.0),
        warm,
    );
    bench.add_with(
        BehaviouralSource::resistor,
        "r3",
        ["c", "0"],
        &number(6.0),
        three,
    );
    bench.add_with(
        BehaviouralSource::resistor,
        "r4",
        ["b", "d"],
        &number(3.0),
        warm,
    );
    bench.add(BehaviouralSource::resistor, "r5", ["d", "0"], &number(1.0));
    let (circuit, x) = bench.solve();
    for (node, expected) in [("a", 4.0), ("b", 6.0), ("c", 8.0), ("d", 6.0 / 7.0)] {
        assert_close(at(&circuit, &x, node), expected, 1e-9);
    }
}

#[test]
fn an_expression_may_be_undefined_on_the_way_but_not_at_the_end() {
    let circuit = |shift: f64| {
        let mut bench = Bench::default();
        bench.add(BehaviouralSource::voltage, "b1", ["a", "0"], &number(5.0));
        bench.add(
            BehaviouralSource::voltage,
            "b2",
            ["b", "0"],
            &call("ln", plus(v("a"), number(shift))),
        );
        bench.build()
    };
    let mut defined = circuit(-2.0);
    let solution = operating_point(&mut defined, &Options::default(), &Guesses::default()).unwrap();
    assert_close(at(&defined, &solution.x, "b"), 3.0_f64.ln(), 1e-9);
    assert!(operating_point(&mut circuit(-6.0), &Options::default(), &Guesses::default()).is_err());
}

/// A transient of a node, after `skip` seconds.
fn run(circuit: &mut Circuit, stop: f64, skip: f64, node: &str) -> Vec<(f64, f64)> {
    let window = TransientWindow {
        step: stop / 1000.0,
        stop,
        start: skip,
        largest_step: None,
        use_initial_conditions: false,
    };
    let mut points = Vec::new();
    let mut keep = |circuit: &Circuit, point: &Point<'_>| -> Result<(), CircuitError> {
        points.push((point.time, point.value(circuit.node(node)?)));
        Ok(())
    };
    transient(
        circuit,
        &Options::default(),
        &Guesses::default(),
        &window,
        &mut keep,
    )
    .unwrap();
    points
}

/// The largest distance of a waveform from a function.
fn distance(points: &[(f64, f64)], expected: impl Fn(f64) -> f64) -> f64 {
    assert!(points.len() > 100);
    points
        .iter()
        .map(|(time, value)| (value - expected(*time)).abs())
        .fold(0.0, f64::max)
}

#[test]
fn reactive_elements_follow_their_laws_in_time() {
    let frequency = 1e3;
    let omega = TAU * frequency;
    // A sine of 1 V at `a`; at `out` the current in mA that flows from there.
    let sense = |bench: &mut Bench| {
        bench.add(
            BehaviouralSource::voltage,
            "v0",
            ["in", "0"],
            &sine(frequency),
        );
        bench.add(BehaviouralSource::voltage, "v1", ["in", "a"], &number(0.0));
        let milliampere = times(number(1e3), Expression::Current("v1".to_owned()));
        bench.add(BehaviouralSource::voltage, "e1", ["out", "0"], &milliampere);
    };
    // The capacitance 1 uF (1 + v), then the charge 1 uF v^2.
    let capacitance = times(number(1e-6), plus(number(1.0), v("a")));
    let mut bench = Bench::default();
    sense(&mut bench);
    bench.add(BehaviouralSource::capacitor, "c1", ["a", "0"], &capacitance);
    let found = run(&mut bench.build(), 2e-3, 1e-3, "out");
    let law = |t: f64| omega * 1e-3 * (omega * t).cos() * (1.0 + (omega * t).sin());
    assert!(
        distance(&found, law) < 0.02 * 1e-3 * omega,
        "{}",
        distance(&found, law)
    );

    let mut bench = Bench::default();
    sense(&mut bench);
    bench.add(
        BehaviouralSource::charge,
        "c2",
        ["a", "0"],
        &times(number(1e-6), times(v("a"), v("a"))),
    );
    let found = run(&mut bench.build(), 2e-3, 1e-3, "out");
    let law = |t: f64| 1e-3 * omega * (2.0 * omega * t).sin();
    assert!(
        distance(&found, law) < 0.02 * 1e-3 * omega,
        "{}",
        distance(&found, law)
    );

    // The voltage across 1 mH m = 2 with a current of 1 A sin.
    let mut bench = Bench::default();
    bench.add(
        BehaviouralSource::current,
        "b1",
        ["0", "a"],
        &sine(frequency),
    );
    let two = BehaviouralOptions {
        multiplier: 2.0,
        ..BehaviouralOptions::default()
    };
    bench.add_with(
        BehaviouralSource::inductor,
        "l1",
        ["a", "0"],
        &number(1e-3),
        two,
    );
    let found = run(&mut bench.build(), 2e-3, 1e-3, "a");
    let law = |t: f64| 0.5e-3 * omega * (omega * t).cos();
    assert!(
        distance(&found, law) < 0.02 * 0.5e-3 * omega,
        "{}",
        distance(&found, law)
    );
}

/// At fast and at slow time scales alike.
#[test]
fn a_capacitance_discharges_exponentially() {
    for scale in [1e-9, 1e-3, 10.0] {
        let mut bench = Bench::default();
        let step = Expression::Conditional(
            Box::new(Expression::Binary(
                BinaryOperator::Less,
                Box::new(name("time")),
                Box::new(number(0.1 * scale)),
            )),
            Box::new(number(1.0)),
            Box::new(number(0.0)),
        );
        bench.add(BehaviouralSource::voltage, "v0", ["in", "0"], &step);
        bench.add(BehaviouralSource::resistor, "r1", ["in", "a"], &number(1e3));
        bench.add(
            BehaviouralSource::capacitor,
            "c1",
            ["a", "0"],
            &number(1e-3 * scale),
        );
        let found = run(&mut bench.build(), 5.1 * scale, 0.0, "a");
        let error = distance(&found, |t| (-((t / scale - 0.1).max(0.0))).exp());
        assert!(error < 5e-3, "{scale}: {error}");
    }
}

/// A current source of 1 A in small-signal analyses.
struct Excitation(Unknown);

impl Element for Excitation {
    const LINEAR: bool = true;

    fn name(&self) -> &'static str {
        "iac"
    }

    fn footprint(&mut self, _: &mut dyn Footprint) -> Result<(), CircuitError> {
        Ok(())
    }

    fn set_temperature(&mut self, _: f64) -> Result<(), CircuitError> {
        Ok(())
    }

    fn load(&mut self, _: &Point<'_>, _: &mut Loads<'_>) {}

    fn excite_ac(&self, loads: &mut dyn AcLoads) {
        loads.excite(self.0, (1.0, 0.0));
    }
}

#[test]
fn impedances_are_exact() {
    let omega = TAU * 1e3;
    let bias = || plus(number(1.0), v("bias"));
    // Each element with its impedance at 1 kHz, the bias being 2 V.
    let cases: [(Constructor, Expression, (f64, f64)); 4] = [
        (
            BehaviouralSource::resistor,
            times(number(10.0), bias()),
            (30.0, 0.0),
        ),
        (
            BehaviouralSource::capacitor,
            times(number(1e-6), bias()),
            (0.0, -1.0 / (3e-6 * omega)),
        ),
        (
            BehaviouralSource::inductor,
            times(number(1e-3), bias()),
            (0.0, 3e-3 * omega),
        ),
        // The charge 1 uF v^2 at v = 0.5: the capacitance 1 uF.
        (
            BehaviouralSource::charge,
            times(number(1e-6), times(v("a"), v("a"))),
            (0.0, -1.0 / (1e-6 * omega)),
        ),
    ];
    for (make, value, expected) in cases {
        let mut bench = Bench::default();
        bench.add(
            BehaviouralSource::voltage,
            "v1",
            ["bias", "0"],
            &number(2.0),
        );
        bench.add(make, "x1", ["a", "b"], &value);
        // The operating point of `a` is 0.5 V, held by a conductance that does not count beside the element.
        bench.add(BehaviouralSource::voltage, "v2", ["b", "0"], &number(0.0));
        bench.add(
            BehaviouralSource::current,
            "g1",
            ["a", "0"],
            &times(number(1e-12), plus(v("a"), number(-0.5))),
        );
        let a = bench.0.node("a");
        bench.0.add(Excitation(a)).unwrap();
        let mut circuit = bench.build();
        let point =
            operating_point(&mut circuit, &Options::default(), &Guesses::default()).unwrap();
        let mut found = (0.0, 0.0);
        let mut keep = |_: &Circuit, _: f64, phasors: &[ohmloom_solver::circuit::Complex]| {
            found = (phasors[a.index()].re, phasors[a.index()].im);
            Ok(())
        };
        ac(
            &mut circuit,
            &Options::default(),
            &point.x,
            &[1e3],
            &mut keep,
        )
        .unwrap();
        let error = (found.0 - expected.0).hypot(found.1 - expected.1);
        assert!(
            error < 1e-6 * expected.0.hypot(expected.1),
            "{value}: {found:?}, expected {expected:?}"
        );
    }
}
