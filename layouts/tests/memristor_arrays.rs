//! Arrays of memristors in time against the same arrays as decks in the circuit engine.

use std::fmt::Write as _;
use std::ops::ControlFlow;

use ohmloom_devices::memristors::{
    Choices, JartParameters, JartV1b, Memristor, Vteam, VteamParameters, Yakopcic,
    YakopcicParameters,
};
use ohmloom_layouts::cells::{DynamicDevices, MemristorDevice};
use ohmloom_netlists::deck::Deck;
use ohmloom_netlists::elaborate::Overrides;
use ohmloom_netlists::simulate::{Session, carry_on};
use ohmloom_solver::line_grid::{
    ArrayTransient, Drives, End, FieldRequest, LineCapacitance, Lines, NonlinearArray,
    NonlinearOptions, TransientOptions,
};

/// One row is driven with a trapezoidal pulse, the others with half of it.
struct HalfSelect {
    high: f64,
    unit: f64,
}

impl HalfSelect {
    /// Corners in units of time.
    const CORNERS: [f64; 4] = [1.0, 1.5, 8.0, 8.5];
    const STOP: f64 = 10.0;
}

impl Drives for HalfSelect {
    fn voltages(&self, time: f64, volts: &mut [f64]) {
        let [a, b, c, d] = Self::CORNERS.map(|corner| corner * self.unit);
        let rise = ((time - a) / (b - a)).clamp(0.0, 1.0);
        let fall = ((time - c) / (d - c)).clamp(0.0, 1.0);
        volts.fill(0.5 * self.high * (rise - fall));
        volts[1] *= 2.0;
    }

    fn corners(&self) -> Vec<f64> {
        Self::CORNERS.map(|corner| corner * self.unit).to_vec()
    }
}

const ROWS: usize = 3;
const COLUMNS: usize = 4;

struct Case {
    drives: HalfSelect,
    ohm: f64,
    farad: f64,
    /// As on a model card.
    card: &'static str,
    /// Name of the initial state on the element line, with its value for each cell.
    state: (&'static str, fn(usize) -> f64),
}

/// Output currents at the end of the pulse and states at the end, from the array.
fn as_array<M: Memristor<K>, const K: usize>(
    case: &Case,
    parameters: impl Fn(f64) -> M::Parameters,
) -> (Vec<f64>, Vec<f64>) {
    let array = NonlinearArray::new(
        (ROWS, COLUMNS),
        Lines::alike(ROWS, case.ohm, End::Driven(case.ohm), End::Floating),
        Lines::alike(COLUMNS, case.ohm, End::Floating, End::Grounded(case.ohm)),
        NonlinearOptions::default(),
    )
    .unwrap();
    let choices = Choices::default();
    let initial = (0..ROWS * COLUMNS)
        .map(|cell| {
            M::new(&parameters(case.state.1(cell)), choices)
                .unwrap()
                .initial()
        })
        .collect();
    let model = M::new(&parameters(case.state.1(0)), choices).unwrap();
    let mut cells = DynamicDevices::new(MemristorDevice::new(model.clone(), initial), COLUMNS);
    let capacitance = LineCapacitance {
        row: case.farad,
        column: case.farad,
    };
    let options = TransientOptions {
        reltol: 1e-5,
        longest_step: None,
        first_step: None,
    };
    let mut transient =
        ArrayTransient::new(&array, &mut cells, &case.drives, capacitance, options).unwrap();
    let pulse_end = HalfSelect::CORNERS[2] * case.drives.unit;
    let mut currents = Vec::new();
    transient
        .run(
            &mut cells,
            &case.drives,
            HalfSelect::STOP * case.drives.unit,
            FieldRequest::default(),
            &mut |instant| {
                if instant.time == pulse_end {
                    currents.clone_from(&instant.solution.output_currents);
                }
                ControlFlow::Continue(())
            },
        )
        .unwrap();
    let states = transient
        .histories()
        .map(|history| model.physical(0, history[0].value))
        .collect();
    (currents, states)
}

/// The same from the circuit engine.
fn as_deck(case: &Case) -> (Vec<f64>, Vec<f64>) {
    let HalfSelect { high, unit } = case.drives;
    let (ohm, farad, (state, value)) = (case.ohm, case.farad, case.state);
    let mut deck = format!("array\n.model cell {}", case.card);
    let corners = HalfSelect::CORNERS.map(|corner| corner * unit);
    for i in 0..ROWS {
        let volts = if i == 1 { high } else { 0.5 * high };
        let [a, b, c, d] = corners;
        write!(
            deck,
            "\nv{i} in{i} 0 pwl(0 0 {a:e} 0 {b:e} {volts:e} {c:e} {volts:e} {d:e} 0)"
        )
        .unwrap();
    }
    for j in 0..COLUMNS {
        write!(deck, "\nvs{j} out{j} 0 0").unwrap();
    }
    for i in 0..ROWS {
        for j in 0..COLUMNS {
            let left = if j == 0 {
                format!("in{i}")
            } else {
                format!("r{i}_{}", j - 1)
            };
            let below = if i + 1 == ROWS {
                format!("out{j}")
            } else {
                format!("c{}_{j}", i + 1)
            };
            write!(
                deck,
                "\nrr{i}_{j} {left} r{i}_{j} {ohm:e}\nrc{i}_{j} c{i}_{j} {below} {ohm:e}\
                 \ncr{i}_{j} r{i}_{j} 0 {farad:e}\ncc{i}_{j} c{i}_{j} 0 {farad:e}\
                 \nn{i}_{j} r{i}_{j} c{i}_{j} cell {state}={:e}",
                value(i * COLUMNS + j)
            )
            .unwrap();
        }
    }
    let (step, stop) = (unit / 100.0, HalfSelect::STOP * unit);
    write!(
        deck,
        "\n.options reltol=1e-5 trtol=1 abstol=1e-15 vntol=1e-9\n.tran {step:e} {stop:e}\n.save v(out0)"
    )
    .unwrap();
    for j in 0..COLUMNS {
        write!(deck, " i(vs{j})").unwrap();
    }
    for i in 0..ROWS {
        for j in 0..COLUMNS {
            write!(deck, "\n+ @n{i}_{j}[x]").unwrap();
        }
    }
    deck.push_str("\n.end\n");
    let deck = Deck::parse("array.cir", &deck)
        .map_err(|error| error.to_string())
        .unwrap();
    let mut session = Session::new(deck, Overrides::default())
        .map_err(|error| error.to_string())
        .unwrap();
    let mut found = Vec::new();
    session
        .run_all(&mut carry_on, &mut |_, plots| found.extend(plots))
        .map_err(|error| error.to_string())
        .unwrap();
    let plot = &found[0];
    let at = |name: &str, point: usize| {
        let vector = plot.vector(name).unwrap_or_else(|| panic!("no {name}"));
        vector.data.real_at(point).unwrap()
    };
    let last = plot.points() - 1;
    // The corner is a point of the transient.
    let end = (0..=last)
        .find(|&point| at("time", point) >= corners[2] * (1.0 - 1e-9))
        .unwrap();
    let currents = (0..COLUMNS)
        .map(|j| at(&format!("i(vs{j})"), end))
        .collect();
    let states = (0..ROWS)
        .flat_map(|i| (0..COLUMNS).map(move |j| format!("@n{i}_{j}[x]")))
        .map(|name| at(&name, last))
        .collect();
    (currents, states)
}

fn compare(array: &(Vec<f64>, Vec<f64>), deck: &(Vec<f64>, Vec<f64>), moved: f64) {
    for (found, expected, what) in [
        (&array.0, &deck.0, "currents"),
        (&array.1, &deck.1, "states"),
    ] {
        assert_eq!(found.len(), expected.len());
        let largest = expected.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
        let worst = found
            .iter()
            .zip(expected)
            .fold(0.0, |a: f64, (x, y)| a.max((x - y).abs()));
        eprintln!("{what}: {:.1e} of {largest:e}", worst / largest);
        assert!(
            worst <= 1e-4 * largest,
            "{what}: {found:?} instead of {expected:?}"
        );
    }
    // The pulse did something.
    let spread = deck.1.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
    assert!(moved.abs() > 1e-3 * spread, "{moved}");
}

#[test]
fn yakopcic_cells_equal_their_deck() {
    let case = Case {
        drives: HalfSelect {
            high: 0.8,
            unit: 2e-5,
        },
        ohm: 2.0,
        farad: 1e-12,
        card: "yakopcic",
        state: ("x0", |cell| 0.05 + 0.06 * cell as f64),
    };
    let array = as_array::<Yakopcic, 1>(&case, |x0| YakopcicParameters {
        x0,
        ..YakopcicParameters::default()
    });
    let deck = as_deck(&case);
    let moved = deck.1[COLUMNS] - (case.state.1)(COLUMNS);
    compare(&array, &deck, moved);
}

#[test]
fn vteam_cells_equal_their_deck() {
    let case = Case {
        drives: HalfSelect {
            high: 0.6,
            unit: 1e-7,
        },
        ohm: 1.0,
        farad: 1e-15,
        card: "vteam voff=0.2",
        state: ("x0", |cell| 1e-9 + 0.15e-9 * cell as f64),
    };
    let array = as_array::<Vteam, 1>(&case, |x0| VteamParameters {
        voff: 0.2,
        x0: Some(x0),
        ..VteamParameters::default()
    });
    let deck = as_deck(&case);
    let moved = deck.1[COLUMNS] - (case.state.1)(COLUMNS);
    compare(&array, &deck, moved);
}

#[test]
fn jart_cells_equal_their_deck() {
    let case = Case {
        drives: HalfSelect {
            high: -1.1,
            unit: 2e-7,
        },
        ohm: 5.0,
        farad: 1e-15,
        card: "jart_v1b",
        state: ("ndisc0", |cell| 0.05 + 0.03 * cell as f64),
    };
    let array = as_array::<JartV1b, 3>(&case, |ndisc0| JartParameters {
        ndisc0,
        ..JartParameters::default()
    });
    let deck = as_deck(&case);
    let moved = deck.1[COLUMNS] - (case.state.1)(COLUMNS);
    compare(&array, &deck, moved);
}
