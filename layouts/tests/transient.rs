//! Arrays in time against the same arrays as decks in the circuit engine.

use std::ops::ControlFlow;

use ohmloom_devices::conduction::Ohmic;
use ohmloom_devices::mosfets::{Level1, Mosfet, MosfetInstance, MosfetModel, Polarity};
use ohmloom_devices::parameters::Parameters;
use ohmloom_layouts::cells::{DynamicTransistorCells, GateLines, MemristorSide, StaticDevice};
use ohmloom_netlists::deck::Deck;
use ohmloom_netlists::elaborate::Overrides;
use ohmloom_netlists::results::Plot;
use ohmloom_netlists::simulate::{Session, carry_on};
use ohmloom_solver::circuit::{Element, Unknown};
use ohmloom_solver::line_grid::{
    ArrayTransient, Drives, End, FieldRequest, LineCapacitance, Lines, NonlinearArray,
    NonlinearOptions, TransientOptions,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const MODEL: [(&str, f64); 14] = [
    ("vto", 0.45),
    ("kp", 300e-6),
    ("gamma", 0.4),
    ("phi", 0.8),
    ("lambda", 0.05),
    ("tox", 2.6e-9),
    ("cgso", 0.3e-9),
    ("cgdo", 0.3e-9),
    ("cj", 1e-3),
    ("mj", 0.5),
    ("pb", 0.8),
    ("cjsw", 0.2e-9),
    ("mjsw", 0.33),
    ("is", 1e-16),
];
const INSTANCE: [(&str, f64); 6] = [
    ("w", 1e-6),
    ("l", 0.13e-6),
    ("ad", 0.3e-12),
    ("as", 0.3e-12),
    ("pd", 1.6e-6),
    ("ps", 1.6e-6),
];

/// A trapezoidal pulse: delay, rise, width, fall as in SPICE.
#[derive(Clone, Copy)]
struct Pulse {
    high: f64,
    delay: f64,
    edge: f64,
    width: f64,
}

impl Pulse {
    fn at(&self, t: f64) -> f64 {
        let end = self.delay + self.edge + self.width;
        let rise = ((t - self.delay) / self.edge).clamp(0.0, 1.0);
        let fall = ((t - end) / self.edge).clamp(0.0, 1.0);
        self.high * (rise - fall)
    }

    fn corners(&self) -> [f64; 4] {
        let end = self.delay + self.edge + self.width;
        [self.delay, self.delay + self.edge, end, end + self.edge]
    }

    fn spice(&self) -> String {
        format!(
            "pulse(0 {:e} {:e} {:e} {:e} {:e} 1)",
            self.high, self.delay, self.edge, self.edge, self.width
        )
    }
}

const BIT_LINE: Pulse = Pulse {
    high: 1.8,
    delay: 2e-9,
    edge: 0.5e-9,
    width: 10e-9,
};
const WORD_LINE: Pulse = Pulse {
    high: 2.0,
    delay: 1e-9,
    edge: 0.5e-9,
    width: 12e-9,
};
const STOP: f64 = 25e-9;
const OHM: f64 = 5.0;
const FARAD: f64 = 1e-15;

/// Row 0 is written.
struct FirstRow;

impl Drives for FirstRow {
    fn voltages(&self, time: f64, volts: &mut [f64]) {
        volts.fill(0.0);
        volts[0] = BIT_LINE.at(time);
    }

    fn corners(&self) -> Vec<f64> {
        [BIT_LINE.corners(), WORD_LINE.corners()].concat()
    }
}

fn transistor() -> Mosfet<Level1> {
    let (mut model, mut instance) = (MosfetModel::default(), MosfetInstance::default());
    for (name, value) in MODEL {
        model.set(name, value).unwrap();
    }
    for (name, value) in INSTANCE {
        instance.set(name, value).unwrap();
    }
    let nodes = [Unknown::GROUND; 4];
    let mut mosfet =
        Mosfet::new("m".to_owned(), nodes, Polarity::N, model.into(), instance).unwrap();
    mosfet.set_temperature(300.15).unwrap();
    mosfet
}

fn conductances(size: usize) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    (0..size * size)
        .map(|_| 1.0 / random.random_range(1e4..1e5))
        .collect()
}

/// Times and the currents into the columns' ends.
fn as_array(size: usize, side: MemristorSide, options: TransientOptions) -> Vec<(f64, Vec<f64>)> {
    let array = NonlinearArray::new(
        (size, size),
        Lines::alike(size, OHM, End::Driven(OHM), End::Floating),
        Lines::alike(size, OHM, End::Floating, End::Grounded(OHM)),
        NonlinearOptions::default(),
    )
    .unwrap();
    let device = StaticDevice {
        law: Ohmic,
        conductance: conductances(size),
    };
    let mut cells = DynamicTransistorCells::new(
        (device, (size, size)),
        (transistor(), side),
        (
            GateLines::AlongRows,
            Box::new(|time, gates: &mut [f64]| {
                gates.fill(0.0);
                gates[0] = WORD_LINE.at(time);
            }),
        ),
        0.0,
    )
    .unwrap();
    let capacitance = LineCapacitance {
        row: FARAD,
        column: FARAD,
    };
    let mut transient =
        ArrayTransient::new(&array, &mut cells, &FirstRow, capacitance, options).unwrap();
    let mut points = Vec::new();
    transient
        .run(
            &mut cells,
            &FirstRow,
            STOP,
            FieldRequest::default(),
            &mut |instant| {
                let flows = instant.solution.output_currents[0].abs() > 1e-9;
                assert!(!flows || instant.solution.certificate.kcl_relative < 1e-6);
                points.push((instant.time, instant.solution.output_currents.clone()));
                ControlFlow::Continue(())
            },
        )
        .unwrap();
    points
}

fn as_deck(size: usize, side: MemristorSide, options: &str) -> Plot {
    use std::fmt::Write as _;
    let mut deck = String::from("array\n.model cell nmos level=1");
    for (name, value) in MODEL {
        write!(deck, " {name}={value:e}").unwrap();
    }
    let mut instance = String::new();
    for (name, value) in INSTANCE {
        write!(instance, " {name}={value:e}").unwrap();
    }
    let conductance = conductances(size);
    for i in 0..size {
        let (bit, word) = if i == 0 {
            (BIT_LINE.spice(), WORD_LINE.spice())
        } else {
            ("0".to_owned(), "0".to_owned())
        };
        write!(
            deck,
            "\nvb{i} in{i} 0 {bit}\nvw{i} w{i} 0 {word}\nvs{i} out{i} 0 0"
        )
        .unwrap();
    }
    for i in 0..size {
        for j in 0..size {
            let left = if j == 0 {
                format!("in{i}")
            } else {
                format!("r{i}_{}", j - 1)
            };
            let below = if i + 1 == size {
                format!("out{j}")
            } else {
                format!("c{}_{j}", i + 1)
            };
            let ohm = 1.0 / conductance[i * size + j];
            let (memristor, drain, source) = match side {
                MemristorSide::Row => (
                    format!("r{i}_{j} m{i}_{j}"),
                    format!("m{i}_{j}"),
                    format!("c{i}_{j}"),
                ),
                MemristorSide::Column => (
                    format!("m{i}_{j} c{i}_{j}"),
                    format!("r{i}_{j}"),
                    format!("m{i}_{j}"),
                ),
            };
            write!(
                deck,
                "\nrr{i}_{j} {left} r{i}_{j} {OHM}\nrc{i}_{j} c{i}_{j} {below} {OHM}\
                 \ncr{i}_{j} r{i}_{j} 0 {FARAD:e}\ncc{i}_{j} c{i}_{j} 0 {FARAD:e}\
                 \nrm{i}_{j} {memristor} {ohm:e}\nm{i}_{j} {drain} w{i} {source} 0 cell{instance}"
            )
            .unwrap();
        }
    }
    write!(deck, "\n{options}\n.tran 10p {STOP:e}\n.end\n").unwrap();
    let deck = Deck::parse("array.cir", &deck).unwrap();
    let mut session = Session::new(deck, Overrides::default())
        .map_err(|error| error.to_string())
        .unwrap();
    let mut found = Vec::new();
    session
        .run_all(&mut carry_on, &mut |_, plots| found.extend(plots))
        .map_err(|error| error.to_string())
        .unwrap();
    found.remove(0)
}

/// Rms difference over all outputs and over time, relative to the largest current.
fn difference(points: &[(f64, Vec<f64>)], plot: &Plot) -> f64 {
    let vector = |name: &str| {
        let vector = plot.vector(name).unwrap();
        (0..plot.points())
            .map(|k| vector.data.real_at(k).unwrap())
            .collect::<Vec<f64>>()
    };
    let time = vector("time");
    let size = points[0].1.len();
    let (mut squares, mut largest): (f64, f64) = (0.0, 0.0);
    for j in 0..size {
        let current = vector(&format!("i(vs{j})"));
        let (mut k, mut last) = (0, 0.0);
        for (t, currents) in points {
            while k + 2 < time.len() && time[k + 1] < *t {
                k += 1;
            }
            let part = (t - time[k]) / (time[k + 1] - time[k]);
            let expected = current[k] + part * (current[k + 1] - current[k]);
            squares += (t - last) * (currents[j] - expected).powi(2);
            last = *t;
            largest = largest.max(expected.abs());
        }
    }
    (squares / (size as f64 * STOP)).sqrt() / largest
}

#[test]
fn a_write_pulse_equals_its_deck() {
    for side in [MemristorSide::Row, MemristorSide::Column] {
        let deck = as_deck(
            8,
            side,
            ".options reltol=1e-6 abstol=1e-15 vntol=1e-10 trtol=1",
        );
        let default = as_array(8, side, TransientOptions::default());
        let error = difference(&default, &deck);
        let tight = TransientOptions {
            reltol: 1e-7,
            longest_step: None,
            first_step: None,
        };
        let tight = as_array(8, side, tight);
        let tight_error = difference(&tight, &deck);
        eprintln!(
            "{side:?}: {} points {error:.1e}; tight {} points {tight_error:.1e}; deck {} points",
            default.len(),
            tight.len(),
            deck.points()
        );
        assert!(error < 1e-3, "{side:?}: {error}");
        assert!(tight_error < 1e-5, "{side:?}: {tight_error}");
    }
}
