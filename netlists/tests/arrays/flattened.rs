//! Operating points, DC sweeps and small signals.

use crate::generate::{Cell, LEVEL1, Spec, fraction};
use crate::run::{plot, values};

const TIGHT: &str = ".options reltol=1e-9 abstol=1e-16 vntol=1e-13 itl1=300\n";
pub(crate) const VTEAM: &str = ".model mem vteam ron=10k roff=200k voff=0.2 von=-0.2\n";
pub(crate) const YAKOPCIC: &str = ".model mem yakopcic\n";

/// Arrays of all kinds.
fn specs() -> Vec<(&'static str, Spec)> {
    let sinh = Spec::new(6, 9, Cell::Sinh);
    let ekv = ".model nm nmos level=44 vto=0.45 kp=300u gamma=0.4 phi=0.8 cox=0.0132 xj=50n\n";
    let p = ".model nm pmos level=1 vto=-0.2 kp=300u gamma=0.4 phi=0.8 tox=2.6n cj=1m is=1e-16\n";
    vec![
        ("1R", Spec::new(8, 8, Cell::Ohmic)),
        (
            "1R without wires",
            Spec {
                rrow: 0.0,
                rcolumn: 0.0,
                ..Spec::new(4, 5, Cell::Ohmic)
            },
        ),
        (
            "rows without resistance",
            Spec {
                rrow: 0.0,
                ..sinh.clone()
            },
        ),
        ("one cell", Spec::new(1, 1, Cell::Sinh)),
        ("one row", Spec::new(1, 7, Cell::Sinh)),
        ("1R sinh", sinh.clone()),
        (
            "1T1R",
            Spec::new(8, 8, Cell::Ohmic).with_transistor("row", "rows"),
        ),
        (
            "1T1R on columns",
            Spec {
                bulk: "b",
                ..sinh.with_transistor("column", "columns")
            },
        ),
        (
            "level 3",
            Spec {
                models: ".model nm nmos level=3 vto=0.45 uo=350 tox=2.6n phi=0.8 gamma=0.4 theta=0.1 cj=1m is=1e-16\n",
                ..Spec::new(3, 4, Cell::Ohmic).with_transistor("row", "columns")
            },
        ),
        (
            "EKV",
            Spec {
                models: ekv,
                bulk: "b",
                ..Spec::new(4, 3, Cell::Ohmic).with_transistor("row", "rows")
            },
        ),
        (
            "p-channel",
            Spec {
                models: p,
                ..Spec::new(4, 3, Cell::Ohmic).with_transistor("row", "rows")
            },
        ),
        (
            "memristors",
            Spec {
                models: VTEAM,
                ..Spec::new(5, 4, Cell::Memristor(3e-9))
            },
        ),
        (
            "memristors with transistors",
            Spec {
                models: Box::leak(format!("{YAKOPCIC}{LEVEL1}").into_boxed_str()),
                ..Spec::new(4, 4, Cell::Memristor(1.0)).with_transistor("row", "rows")
            },
        ),
    ]
}

fn decks(name: &str, spec: &Spec, row: &dyn Fn(usize) -> String, analysis: &str) -> [String; 2] {
    let folder = tempfile::tempdir().unwrap();
    let gate = |k: usize| format!("dc {:e} ac 0.3", 0.4 + 1.2 * fraction(k + 77));
    let around = spec.surroundings(row, gate);
    // Read before the folder goes.
    let both = [spec.element(&folder), spec.flat()];
    std::mem::forget(folder);
    both.map(|array| format!("{name}\n{array}{around}{TIGHT}{analysis}\n.end\n"))
}

fn compare(name: &str, spec: &Spec, [element, flat]: [String; 2], tolerance: f64) {
    let (element, flat) = (plot(&element), plot(&flat));
    for names in [spec.ports(), spec.currents()] {
        let all = |plot| -> Vec<Vec<f64>> { names.iter().map(|name| values(plot, name)).collect() };
        let (found, expected) = (all(&element), all(&flat));
        let largest = expected
            .iter()
            .flatten()
            .fold(0.0, |a: f64, b| a.max(b.abs()));
        for ((vector, found), expected) in names.iter().zip(&found).zip(&expected) {
            assert_eq!(found.len(), expected.len(), "{name}");
            for (a, b) in found.iter().zip(expected) {
                assert!(
                    (a - b).abs() <= tolerance * largest,
                    "{name}: {vector} is {a}, flattened {b} (largest {largest})"
                );
            }
        }
    }
}

#[test]
fn operating_points_are_those_of_the_flattened_array() {
    for (name, spec) in specs() {
        let row = |i: usize| format!("dc {:e}", fraction(i + 5) - 0.2);
        let decks = decks(name, &spec, &row, ".op");
        compare(name, &spec, decks, 1e-7);
    }
}

#[test]
fn sweeps_are_those_of_the_flattened_array() {
    for (name, spec) in specs() {
        let row = |i: usize| format!("dc {:e}", 0.5 * fraction(i + 31));
        let decks = decks(name, &spec, &row, ".dc vr0 -0.6 1 0.1");
        compare(name, &spec, decks, 1e-7);
    }
}

#[test]
fn small_signals_are_those_of_the_flattened_array() {
    for (name, spec) in specs() {
        let spec = Spec {
            crow: 1e-15,
            ccolumn: 2e-15,
            ..spec
        };
        let row = |i: usize| format!("dc {:e} ac {:e}", fraction(i + 5) - 0.2, 1.0 + i as f64);
        let [element, flat] = decks(name, &spec, &row, ".ac dec 2 1meg 100g");
        let (element, flat) = (plot(&element), plot(&flat));
        for names in [spec.ports(), spec.currents()] {
            for vector in names {
                let of = |plot: &ohmloom_netlists::results::Plot| {
                    plot.vector(&vector).unwrap().data.to_complex()
                };
                let (found, expected) = (of(&element), of(&flat));
                let largest = expected.iter().fold(0.0, |a: f64, b| a.max(b.norm()));
                for (a, b) in found.iter().zip(&expected) {
                    assert!(
                        (a - b).norm() <= 2e-8 * largest,
                        "{name}: {vector} is {a}, flattened {b} (largest {largest})"
                    );
                }
            }
        }
    }
}

#[test]
fn transfer_functions_use_exact_derivatives() {
    // At a frequency of zero the states of memristors stand still in an array, and not as elements of their own.
    let stateless = |(_, spec): &(&str, Spec)| !matches!(spec.cell, Cell::Memristor(_));
    for (name, spec) in specs().into_iter().filter(stateless) {
        let row = |i: usize| format!("dc {:e}", fraction(i + 5) - 0.2);
        let [element, flat] = decks(name, &spec, &row, ".tf v(c0) vr0");
        let (element, flat) = (plot(&element), plot(&flat));
        for vector in &flat.vectors {
            let a = values(&element, &vector.name)[0];
            let b = vector.data.to_real()[0];
            assert!(
                (a - b).abs() <= 1e-6 * b.abs(),
                "{name}: {} is {a}, flattened {b}",
                vector.name
            );
        }
    }
}

#[test]
fn conductances_listed_on_the_line_are_those_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cells.txt");
    std::fs::write(&path, "1e-5 2e-5 0\n4e-5 5e-5 6e-5\n").unwrap();
    let deck = |cells: &str| {
        format!(
            "two by three\n.param big=50u\n.model xb array rrow=3 rcolumn=5\n\
             yarray a rows=(r0 r1) columns=(c[0:2]) xb {cells}\n\
             v0 r0 0 1\nv1 r1 0 0.3\nv2 c0 0 0\nv3 c1 0 0\nv4 c2 0 0\n.op\n.end\n"
        )
    };
    let listed = plot(&deck("gcells=(1e-5 20u, 0\n+ 4e-5 {big}\n+ 6e-5)"));
    let filed = plot(&deck(&format!("gfile=\"{}\"", path.display())));
    for source in ["i(v0)", "i(v1)", "i(v2)", "i(v3)", "i(v4)"] {
        let (listed, filed) = (values(&listed, source), values(&filed, source));
        assert!(listed[0] != 0.0);
        assert_eq!(listed, filed, "{source}");
    }
}

#[test]
fn arrays_work_in_subcircuits_and_in_parallel() {
    let array = "
.model xbar array rrow=2 rcolumn=2 r=10k
.subckt tile a b out g=1
yarray t rows=(a b) columns=out xbar r={20k*g}
.ends
va va 0 1
ra va a 10
vb b 0 0.5
rout out 0 100
.op
.end
";
    let of = |line: &str| {
        let plot = plot(&format!("tiles\n{line}{array}"));
        values(&plot, "v(out)")[0]
    };
    let single = of("x1 a b out tile\nx2 a b out tile\n");
    assert!((of("x1 a b out tile m=2\n") - single).abs() < 1e-9);
    assert!((of("x1 a b out tile g=0.5\n") - single).abs() < 1e-4 * single);
    assert!(single > 0.01);
}
