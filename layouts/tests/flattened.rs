//! Arrays solved as arrays against the same arrays written as plain decks: in this project's circuit engine, and in ngspice.

use std::process::{Command, Stdio};

use ohmloom_layouts::cells::{
    CellDescription, GateLines, LawDescription, MemristorSide, PolarityName, SelectorDescription,
    TransistorDescription, UseCells,
};
use ohmloom_layouts::spice_deck;
use ohmloom_netlists::deck::Deck;
use ohmloom_netlists::elaborate::Overrides;
use ohmloom_netlists::results::{Plot, rawfile};
use ohmloom_netlists::simulate::{Session, carry_on};
use ohmloom_solver::line_grid::{
    Cells, End, FieldRequest, LineGrid, Lines, NonlinearArray, NonlinearOptions, NonlinearSolution,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Solves an array of whatever cells.
struct Solve<'a>(&'a NonlinearArray, &'a [f64]);

impl UseCells for Solve<'_> {
    type Output = NonlinearSolution;

    fn with<C: Cells<Memory: 'static> + 'static>(self, cells: C) -> NonlinearSolution {
        let Self(array, voltages) = self;
        array
            .solve(
                &cells,
                voltages,
                &mut array.point(),
                FieldRequest::default(),
            )
            .unwrap()
    }
}

/// An array with its cells and excitation.
struct Case {
    name: &'static str,
    grid: LineGrid,
    cells: CellDescription,
    voltages: Vec<f64>,
    gates: Option<Vec<f64>>,
}

impl Case {
    fn solve(&self) -> NonlinearSolution {
        let array = NonlinearArray::with_wires_of(&self.grid, NonlinearOptions::default()).unwrap();
        let solution = self
            .cells
            .build(
                (self.grid.conductance().to_vec(), self.grid.columns()),
                self.gates.clone(),
                Solve(&array, &self.voltages),
            )
            .unwrap();
        assert!(
            solution.certificate.kcl_relative < 1e-9,
            "{}: {:?}",
            self.name,
            solution.certificate
        );
        solution
    }

    /// The same as a deck, solved tightly.
    fn deck(&self) -> String {
        let deck = spice_deck(
            &self.grid,
            &self.cells,
            &self.voltages,
            self.gates.as_deref(),
        )
        .unwrap();
        deck.replace(
            "\n.op",
            "\n.options reltol=1e-7 abstol=1e-15 vntol=1e-11 gmin=1e-12 itl1=500\n.op",
        )
    }

    fn compare(&self, solution: &NonlinearSolution, plot: &Plot, who: &str) {
        let current = |name: String| {
            let name = format!("i({name})");
            let vector = plot.vector(&name).unwrap_or_else(|| panic!("no {name}"));
            vector.data.real_at(0).unwrap()
        };
        let largest = solution
            .output_currents
            .iter()
            .chain(&solution.drive_currents)
            .fold(0.0, |a: f64, i| a.max(i.abs()));
        let outputs = solution.output_currents.iter().enumerate();
        let drives = solution.drive_currents.iter().enumerate();
        for (found, expected) in outputs
            .map(|(k, &i)| (i, current(format!("vout{k}"))))
            .chain(drives.map(|(k, &i)| (i, -current(format!("vin{k}")))))
        {
            assert!(
                (found - expected).abs() <= 1e-6 * largest,
                "{} against {who}: {found} instead of {expected} (largest {largest})",
                self.name
            );
        }
    }
}

fn random_grid(
    (rows, columns): (usize, usize),
    ohm: f64,
    seed: u64,
    lines: impl Fn(usize, usize, f64) -> (Lines, Lines),
) -> LineGrid {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let cells = (0..rows * columns)
        .map(|_| 1.0 / random.random_range(1e4..1e5))
        .collect();
    let (row_lines, column_lines) = lines(rows, columns, ohm);
    LineGrid::new(rows, columns, cells, row_lines, column_lines).unwrap()
}

fn read(rows: usize, columns: usize, ohm: f64) -> (Lines, Lines) {
    (
        Lines::alike(rows, ohm, End::Driven(ohm), End::Floating),
        Lines::alike(columns, ohm, End::Floating, End::Grounded(ohm)),
    )
}

/// Both ends of the rows driven, columns grounded at the top, without resistance there.
fn both_ends(rows: usize, columns: usize, ohm: f64) -> (Lines, Lines) {
    (
        Lines::alike(rows, ohm, End::Driven(0.0), End::Driven(2.0 * ohm)),
        Lines::alike(columns, 3.0 * ohm, End::Grounded(0.0), End::Floating),
    )
}

fn volts(count: usize, low: f64, high: f64, seed: u64) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ 0xabc);
    (0..count).map(|_| random.random_range(low..high)).collect()
}

/// The transistor of the published 1T1R decks of this size: 130 nm, 1 um wide.
fn transistor(level: u8) -> TransistorDescription {
    let parameters: &[(&str, f64)] = if level == 44 {
        &[
            ("vto", 0.45),
            ("kp", 300e-6),
            ("gamma", 0.4),
            ("phi", 0.8),
            ("cox", 0.0132),
            ("xj", 5e-8),
            ("w", 1e-6),
            ("l", 0.13e-6),
        ]
    } else {
        &[
            ("vto", 0.45),
            ("kp", 300e-6),
            ("gamma", 0.4),
            ("phi", 0.8),
            ("tox", 2.6e-9),
            ("is", 1e-16),
            ("w", 1e-6),
            ("l", 0.13e-6),
        ]
    };
    TransistorDescription {
        polarity: PolarityName::N,
        level,
        gate_lines: GateLines::AlongRows,
        memristor_side: MemristorSide::Row,
        gate: 1.5,
        bulk: 0.0,
        parameters: parameters
            .iter()
            .map(|&(name, value)| (name.to_owned(), value))
            .collect(),
    }
}

fn cases() -> Vec<Case> {
    let sinh = LawDescription::Sinh { v0: 0.2 };
    let with = |law: &LawDescription, transistor: TransistorDescription| CellDescription {
        law: law.clone(),
        selector: None,
        transistor: Some(transistor),
    };
    let mut cases = vec![
        Case {
            name: "1R sinh",
            grid: random_grid((32, 24), 5.0, 1, read),
            cells: CellDescription {
                law: sinh.clone(),
                ..CellDescription::default()
            },
            voltages: volts(32, -0.5, 0.8, 2),
            gates: None,
        },
        Case {
            name: "1R polynomial",
            grid: random_grid((8, 12), 20.0, 3, both_ends),
            cells: CellDescription {
                law: LawDescription::Polynomial {
                    coefficients: vec![0.1, 2.0],
                    range: 1.0,
                },
                ..CellDescription::default()
            },
            voltages: volts(16, -0.5, 0.8, 4),
            gates: None,
        },
        Case {
            name: "1S1R",
            grid: random_grid((16, 16), 2.0, 5, read),
            cells: CellDescription {
                law: sinh.clone(),
                selector: Some(SelectorDescription {
                    i_s: 1e-10,
                    v_s: 0.06,
                }),
                transistor: None,
            },
            voltages: volts(16, 0.0, 1.5, 6),
            gates: None,
        },
        Case {
            name: "1T1R read",
            grid: random_grid((32, 32), 1.0, 7, read),
            cells: with(&LawDescription::Ohmic, transistor(1)),
            voltages: volts(32, 0.05, 0.2, 8),
            gates: None,
        },
        Case {
            name: "1T1R write, one word line on",
            grid: random_grid((16, 20), 10.0, 9, both_ends),
            cells: with(&sinh, transistor(1)),
            voltages: volts(32, -0.3, 1.8, 10),
            gates: Some(
                (0..16)
                    .map(|row| if row == 3 { 2.0 } else { 0.0 })
                    .collect(),
            ),
        },
    ];
    for (name, level) in [("level 2", 2), ("level 3", 3), ("EKV", 44)] {
        cases.push(Case {
            name,
            grid: random_grid((8, 10), 3.0, 11, read),
            cells: with(
                &LawDescription::Ohmic,
                TransistorDescription {
                    gate_lines: GateLines::AlongColumns,
                    memristor_side: MemristorSide::Column,
                    bulk: -0.2,
                    ..transistor(level)
                },
            ),
            voltages: volts(8, -0.1, 0.9, 12),
            gates: Some(volts(10, 0.3, 1.6, 13)),
        });
    }
    let mut p = transistor(1);
    p.polarity = PolarityName::P;
    p.parameters.insert("vto".to_owned(), -0.45);
    p.gate = -0.4;
    p.bulk = 1.2;
    cases.push(Case {
        name: "p-channel",
        grid: random_grid((9, 8), 3.0, 14, read),
        cells: with(&LawDescription::Ohmic, p),
        voltages: volts(9, 0.2, 1.2, 15),
        gates: None,
    });
    cases
}

#[test]
fn arrays_equal_their_decks_in_the_circuit_engine() {
    for case in cases() {
        let solution = case.solve();
        let deck = Deck::parse("array.cir", &case.deck()).unwrap();
        let mut session = Session::new(deck, Overrides::default())
            .map_err(|error| error.to_string())
            .unwrap();
        let mut found = Vec::new();
        session
            .run_all(&mut carry_on, &mut |_, plots| found.extend(plots))
            .map_err(|error| error.to_string())
            .unwrap();
        case.compare(&solution, &found[0], "the circuit engine");
    }
}

#[test]
fn arrays_equal_their_decks_in_ngspice() {
    let found = Command::new("ngspice")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !found.is_ok_and(|status| status.success()) {
        assert!(std::env::var_os("CI").is_none(), "ngspice is not installed");
        eprintln!("SKIPPED: ngspice is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // Debian's ngspice has no EKV, and does not converge at level 2.
    for case in cases()
        .iter()
        .filter(|case| !["EKV", "level 2"].contains(&case.name))
    {
        let solution = case.solve();
        let (deck, raw) = (folder.path().join("a.cir"), folder.path().join("a.raw"));
        std::fs::write(&deck, case.deck()).unwrap();
        let run = Command::new("ngspice")
            .args(["-b", "-r"])
            .args([&raw, &deck])
            .output()
            .unwrap();
        let bytes = std::fs::read(&raw)
            .unwrap_or_else(|_| panic!("{}: {}", case.name, String::from_utf8_lossy(&run.stderr)));
        let plots = rawfile::read(&mut bytes.as_slice()).unwrap_or_else(|error| {
            panic!(
                "{}: {error}: {}",
                case.name,
                String::from_utf8_lossy(&run.stderr)
            )
        });
        case.compare(&solution, &plots[0], "ngspice");
    }
}

#[test]
fn cells_that_make_no_sense_are_refused() {
    let grid = random_grid((2, 2), 1.0, 1, read);
    let refused = |cells: &CellDescription, gates: Option<Vec<f64>>, words: &str| {
        let array = NonlinearArray::with_wires_of(&grid, NonlinearOptions::default()).unwrap();
        let error = cells
            .build(
                (grid.conductance().to_vec(), 2),
                gates,
                Solve(&array, &[0.1; 2]),
            )
            .unwrap_err()
            .to_string();
        assert!(error.contains(words), "{error}");
    };
    let cell = |text: &str| -> CellDescription { toml::from_str(text).unwrap() };
    refused(&cell("law = { kind = 'sinh', v0 = -1.0 }"), None, "v0");
    refused(&cell("[transistor]\ngate = 1.0\nlevel = 7"), None, "level");
    refused(
        &cell("[transistor]\ngate = 1.0\nparameters = { vtoo = 0.4 }"),
        None,
        "vtoo",
    );
    refused(
        &cell("[transistor]\ngate = 1.0\nparameters = { rd = 10.0 }"),
        None,
        "rd",
    );
    refused(&cell("[transistor]\ngate = 1.0"), Some(vec![1.0]), "gate");
    assert!(toml::from_str::<CellDescription>("lwa = 1").is_err());
}
