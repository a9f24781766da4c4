//! Arrays as elements: derivatives against differences of currents, Kirchhoff's law, and what is refused.

use std::sync::Arc;

use ohmloom_devices::arrays::{
    AnyMemristor, ArrayDescription, ArrayElement, ArrayPorts, CellDevices, ReadLaw,
};
use ohmloom_devices::cells::{GateLines, MemristorDevice, MemristorSide, StaticDevice};
use ohmloom_devices::conduction::{Ohmic, Sinh};
use ohmloom_devices::memristors::{Choices, Memristor, Vteam, Yakopcic};
use ohmloom_devices::mosfets::{
    AnyTransistor, EkvModel, EkvMosfet, Level1, Mosfet, MosfetInstance, MosfetModel, Polarity,
};
use ohmloom_devices::parameters::Parameters;
use ohmloom_solver::circuit::{Element, ElementProbe, Phase, Point, Start, Step, Unknown};
use ohmloom_solver::line_grid::LineCapacitance;

type Probe = ElementProbe<ArrayElement>;

const ROWS: usize = 3;
const COLUMNS: usize = 4;

fn node(k: usize) -> Unknown {
    Probe::node(k + 1)
}

fn description(transistor: Option<(AnyTransistor, MemristorSide, GateLines)>) -> ArrayDescription {
    let lines = ROWS + COLUMNS;
    let gates = match transistor {
        None => 0,
        Some((_, _, GateLines::AlongRows)) => ROWS,
        Some((_, _, GateLines::AlongColumns)) => COLUMNS,
    };
    ArrayDescription {
        name: "a".to_owned(),
        ports: ArrayPorts {
            rows: (0..ROWS).map(node).collect(),
            columns: (ROWS..lines).map(node).collect(),
            gates: (lines..lines + gates).map(node).collect(),
            bulk: node(lines + gates),
        },
        row_ohm: 30.0,
        column_ohm: 20.0,
        capacitance: LineCapacitance {
            row: 1e-15,
            column: 2e-15,
        },
        transistor,
        multiplier: 2.0,
    }
}

fn device(law: ReadLaw) -> CellDevices {
    let conductance = (0..ROWS * COLUMNS)
        .map(|k| 1e-5 * (1.0 + (7 * k % 5) as f64))
        .collect();
    CellDevices::Law(StaticDevice { law, conductance })
}

fn instance() -> MosfetInstance {
    let mut instance = MosfetInstance::default();
    for (name, value) in [("w", 1e-6), ("l", 0.13e-6), ("ad", 3e-13), ("as", 3e-13)] {
        instance.set(name, value).unwrap();
    }
    instance
}

fn level1() -> AnyTransistor {
    let mut model = MosfetModel::default();
    for (name, value) in [
        ("vto", 0.45),
        ("kp", 300e-6),
        ("gamma", 0.4),
        ("lambda", 0.05),
        ("tox", 2.6e-9),
        ("cgso", 0.3e-9),
        ("cgdo", 0.3e-9),
        ("cgbo", 0.1e-9),
        ("cj", 1e-3),
    ] {
        model.set(name, value).unwrap();
    }
    let nodes = [Unknown::GROUND; 4];
    let made = Mosfet::<Level1>::new("m".into(), nodes, Polarity::N, Arc::new(model), instance());
    AnyTransistor::Level1(made.unwrap())
}

fn ekv() -> AnyTransistor {
    let mut model = EkvModel::default();
    for (name, value) in [
        ("vto", 0.45),
        ("kp", 300e-6),
        ("cox", 0.0132),
        ("cj", 1e-3),
        ("cgso", 1e-10),
    ] {
        model.set(name, value).unwrap();
    }
    let nodes = [Unknown::GROUND; 4];
    let made = EkvMosfet::new("m".into(), nodes, Polarity::N, Arc::new(model), instance());
    AnyTransistor::Ekv(made.unwrap())
}

fn memristors<M: Memristor<1>>() -> CellDevices
where
    MemristorDevice<M, 1>: Into<AnyMemristor>,
{
    let model = M::new(&M::Parameters::default(), Choices::default()).unwrap();
    let initial = vec![[0.4]; ROWS * COLUMNS];
    CellDevices::Memristors(MemristorDevice::new(model, initial).into())
}

fn cases() -> Vec<(&'static str, ArrayElement)> {
    let sinh = || device(ReadLaw::Sinh(Sinh::new(0.2).unwrap()));
    let row = (level1(), MemristorSide::Row, GateLines::AlongRows);
    let column = (level1(), MemristorSide::Column, GateLines::AlongColumns);
    let with_ekv = (ekv(), MemristorSide::Row, GateLines::AlongColumns);
    let ohmic = device(ReadLaw::Ohmic(Ohmic));
    vec![
        ("ohmic", description(None).build(ohmic.clone()).unwrap()),
        ("sinh", description(None).build(sinh()).unwrap()),
        (
            "VTEAM",
            description(None).build(memristors::<Vteam>()).unwrap(),
        ),
        (
            "level 1",
            description(Some(row.clone())).build(ohmic).unwrap(),
        ),
        (
            "level 1 on columns",
            description(Some(column)).build(sinh()).unwrap(),
        ),
        ("EKV", description(Some(with_ekv)).build(sinh()).unwrap()),
        (
            "Yakopcic",
            description(Some(row))
                .build(memristors::<Yakopcic>())
                .unwrap(),
        ),
    ]
}

fn potentials(ports: usize, seed: usize) -> Vec<f64> {
    let x = |k: usize| ((k + seed) as f64 * 2.399).sin();
    (0..ports)
        .map(|k| {
            if k < ROWS + COLUMNS {
                0.4 + 0.35 * x(k)
            } else if k + 1 < ports {
                1.0 + 0.6 * x(k)
            } else {
                -0.1
            }
        })
        .collect()
}

fn probe(element: ArrayElement) -> (Probe, usize) {
    let gates = ["igate3", "igate2"].map(|name| {
        let at = point(&[], Phase::Dc);
        element.value(name, &at).is_some()
    });
    let controls = match gates {
        [true, _] => COLUMNS + 1,
        [false, true] => ROWS + 1,
        _ => 0,
    };
    let ports = ROWS + COLUMNS + controls;
    (Probe::new(element, ports).unwrap(), ports)
}

fn point(x: &[f64], phase: Phase) -> Point<'_> {
    Point {
        x,
        time: 0.0,
        phase,
        start: Start::Continue,
        gmin: 1e-12,
        source_factor: 1.0,
        temperature: 300.15,
        frequency: 0.0,
    }
}

/// Compares the derivatives at `x` with differences. Kirchhoff's law must hold where nothing is held against ground.
fn compare(name: &str, probe: &mut Probe, x: &[f64], phase: Phase, tolerance: f64) {
    const STEP: f64 = 1e-4;
    let mut current = |x: &[f64]| probe.evaluate(x, phase, Start::Continue);
    let here = current(x);
    let moved: Vec<[Vec<f64>; 2]> = (0..x.len())
        .map(|column| {
            [STEP, -STEP].map(|step| {
                let mut x = x.to_vec();
                x[column] += step;
                current(&x).residual
            })
        })
        .collect();
    let mut compared = 0;
    for row in 0..x.len() {
        let entries = &here.conductance[row];
        let largest = entries.iter().fold(1e-7, |a: f64, g| a.max(g.abs()));
        for (column, [above, below]) in moved.iter().enumerate() {
            let forward = (above[row] - here.residual[row]) / STEP;
            let backward = (here.residual[row] - below[row]) / STEP;
            // At the corners of Meyer's capacitances there is no derivative.
            if (forward - backward).abs() > 2e-3 * largest {
                continue;
            }
            compared += 1;
            let (found, expected) = (entries[column], 0.5 * (forward + backward));
            assert!(
                (found - expected).abs() <= tolerance * largest,
                "{name}, {phase:?}: current {row} by potential {column} is {found}, by differences {expected} (largest {largest})"
            );
        }
    }
    assert!(
        4 * compared > 3 * x.len() * x.len(),
        "{name}: {compared} compared"
    );
    if phase == Phase::Dc {
        let sum: f64 = here.residual.iter().sum();
        let flow: f64 = here.residual.iter().map(|i| i.abs()).sum();
        assert!(sum.abs() <= 1e-9 * flow, "{name}: {sum} of {flow}");
    }
}

#[test]
fn derivatives_at_rest_are_those_of_the_currents() {
    for (name, element) in cases() {
        let (mut probe, ports) = probe(element);
        for seed in 0..3 {
            compare(name, &mut probe, &potentials(ports, seed), Phase::Dc, 1e-5);
        }
    }
}

#[test]
fn derivatives_in_a_step_are_those_of_the_currents() {
    for (name, element) in cases() {
        let (mut probe, ports) = probe(element);
        let start = potentials(ports, 0);
        probe.evaluate(&start, Phase::TransientStart, Start::Continue);
        let padded = |x: &[f64]| [&[0.0], x].concat();
        let at = padded(&start);
        probe
            .element_mut()
            .accept(&point(&at, Phase::TransientStart));
        for order in [1, 2] {
            let step = Step {
                end: order as f64 * 1e-11,
                length: 1e-11,
                order,
                ends_at_corner: false,
                reltol: 1e-3,
            };
            let x: Vec<f64> = start
                .iter()
                .zip(potentials(ports, order))
                .map(|(a, b)| 0.8 * a + 0.2 * b)
                .collect();
            probe.element_mut().begin_step(&step);
            // How Meyer's capacitances move is known from differences only.
            compare(name, &mut probe, &x, Phase::Transient, 2e-3);
            let at = padded(&x);
            let at = point(&at, Phase::Transient);
            probe.element_mut().begin_step(&step);
            assert!(probe.element_mut().end_step(&at) > 0.0);
            probe.element_mut().accept(&at);
        }
    }
}

#[test]
fn impossible_arrays_are_refused() {
    let refused = |description: ArrayDescription, word: &str| {
        let error = description
            .build(device(ReadLaw::Ohmic(Ohmic)))
            .unwrap_err()
            .to_string();
        assert!(error.contains(word), "{error}");
    };
    let good = || description(None);
    refused(
        ArrayDescription {
            multiplier: 0.0,
            ..good()
        },
        "m = 0",
    );
    refused(
        ArrayDescription {
            row_ohm: -1.0,
            ..good()
        },
        "ohm",
    );
    let capacitance = LineCapacitance {
        row: f64::NAN,
        column: 0.0,
    };
    refused(
        ArrayDescription {
            capacitance,
            ..good()
        },
        "capacitance",
    );
    let mut ports = good().ports;
    ports.rows.clear();
    refused(ArrayDescription { ports, ..good() }, "0 x 4");
    let mut ports = good().ports;
    ports.gates.push(node(9));
    refused(ArrayDescription { ports, ..good() }, "no transistor");
    let transistor = (level1(), MemristorSide::Row, GateLines::AlongColumns);
    let ports = good().ports;
    refused(
        ArrayDescription {
            ports,
            ..description(Some(transistor))
        },
        "there must be 4 gates",
    );
}
