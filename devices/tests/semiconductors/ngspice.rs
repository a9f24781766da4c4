//! Terminal currents and admittances against ngspice, with ideal sources at all terminals.

use std::fmt::Write as _;
use std::process::Command;

use ohmloom_devices::semiconductors::Polarity;
use ohmloom_solver::circuit::Element;

use crate::bench::{self, Driven};

/// Agreement that is asked for; ngspice's constants of physics alone make 2e-5 of difference in a forward current.
const TOLERANCE: f64 = 1e-4;

/// `(re, im)` of current `row` over voltage `column`.
type Admittance = Vec<Vec<(f64, f64)>>;

/// A device under one set of terminal voltages after the other.
struct Case<'a> {
    /// The element's letter, and the type of its model.
    letter: char,
    kind: &'a str,
    model: &'a str,
    instance: &'a str,
    celsius: f64,
    points: Vec<Vec<f64>>,
    /// Hertz, for admittances; zero for none.
    frequency: f64,
}

fn ngspice_exists() -> bool {
    let found = Command::new("ngspice").arg("--version").output().is_ok();
    assert!(
        found || std::env::var_os("CI").is_none(),
        "ngspice is missing"
    );
    if !found {
        println!("skipped: ngspice is not installed");
    }
    found
}

impl Case<'_> {
    fn terminals(&self) -> usize {
        self.points[0].len()
    }

    /// Runs the case and returns, for each point, the currents into the terminals and the admittance matrix.
    fn reference(&self, name: &str) -> Vec<(Vec<f64>, Admittance)> {
        let folder = std::env::temp_dir().join(format!("ohmloom-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let terminals = self.terminals();
        let nodes: Vec<String> = (1..=terminals).map(|k| format!("n{k}")).collect();
        let sources: Vec<String> = (1..=terminals).map(|k| format!("i(v{k})")).collect();
        let (nodes, sources) = (nodes.join(" "), sources.join(" "));
        let mut deck = format!("{name}\n.model card {} {}\n", self.kind, self.model);
        writeln!(deck, "{}1 {nodes} card {}", self.letter, self.instance).unwrap();
        for k in 1..=terminals {
            writeln!(deck, "v{k} n{k} 0 0").unwrap();
        }
        // Tight tolerances for inner nodes, but reltol stays as it is because it enters the breakdown voltage.
        writeln!(
            deck,
            ".options temp={} vntol=1e-12 abstol=1e-17",
            self.celsius
        )
        .unwrap();
        writeln!(deck, ".control\nset numdgt=12\nset wr_singlescale").unwrap();
        for (index, point) in self.points.iter().enumerate() {
            for (k, v) in point.iter().enumerate() {
                writeln!(deck, "alter v{} dc={v}", k + 1).unwrap();
            }
            writeln!(deck, "op\nwrdata dc{index}.data {sources}").unwrap();
            let columns = if self.frequency == 0.0 { 0 } else { terminals };
            for k in 1..=columns {
                writeln!(deck, "alter v{k} acmag=1").unwrap();
                writeln!(
                    deck,
                    "ac lin 1 {f} {f}\nwrdata ac{index}_{k}.data {sources}",
                    f = self.frequency
                )
                .unwrap();
                writeln!(deck, "alter v{k} acmag=0").unwrap();
            }
        }
        writeln!(deck, ".endc\n.end").unwrap();
        std::fs::write(folder.join("deck.cir"), deck).unwrap();
        let run = Command::new("ngspice")
            .args(["-b", "deck.cir"])
            .current_dir(&folder)
            .output()
            .unwrap();
        let numbers = |file: String| -> Vec<f64> {
            let text = std::fs::read_to_string(folder.join(format!("{file}.data"))).unwrap_or_else(
                |error| {
                    panic!("{file}: {error}\n{}", String::from_utf8_lossy(&run.stderr));
                },
            );
            text.split_whitespace()
                .map(|word| word.parse().unwrap())
                .collect()
        };
        let results = (0..self.points.len())
            .map(|index| {
                let currents = numbers(format!("dc{index}"))
                    .iter()
                    .skip(1)
                    .map(|i| -i)
                    .collect();
                let columns: Vec<Vec<f64>> = match self.frequency {
                    0.0 => Vec::new(),
                    _ => (1..=terminals)
                        .map(|column| numbers(format!("ac{index}_{column}")))
                        .collect(),
                };
                // After the frequency, real and imaginary part of every source's current.
                let entry =
                    |column: &Vec<f64>, row: usize| (-column[1 + 2 * row], -column[2 + 2 * row]);
                let admittance = (0..terminals)
                    .map(|row| columns.iter().map(|column| entry(column, row)).collect())
                    .collect();
                (currents, admittance)
            })
            .collect();
        std::fs::remove_dir_all(folder).unwrap();
        results
    }

    fn compare<E: Element>(&self, name: &str, element: E) {
        if !ngspice_exists() {
            return;
        }
        let mut driven = Driven::new(element, self.terminals(), self.celsius);
        for (point, (currents, admittance)) in self.points.iter().zip(self.reference(name)) {
            let label = format!(
                "{name}: {} {} at {point:?}, {} C",
                self.model, self.instance, self.celsius
            );
            let mine = driven.currents(point);
            let largest = currents.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
            for (k, (a, b)) in mine.iter().zip(&currents).enumerate() {
                let tolerance = TOLERANCE * b.abs() + 1e-9 * largest + 1e-15;
                assert!(
                    (a - b).abs() <= tolerance,
                    "{label}: current {k} is {a:e}, ngspice says {b:e}"
                );
            }
            if self.frequency == 0.0 {
                continue;
            }
            // ngspice leaves gmin of the substrate junction out of small-signal analyses.
            let mine = driven.admittance(point, self.frequency);
            let largest = admittance
                .iter()
                .flatten()
                .fold(0.0_f64, |a, y| a.max(y.0.abs().max(y.1.abs())));
            for (row, (a, b)) in mine.iter().zip(&admittance).enumerate() {
                for (column, (a, b)) in a.iter().zip(b).enumerate() {
                    let size = b.0.hypot(b.1);
                    let error = (a.0 - b.0).hypot(a.1 - b.1);
                    assert!(
                        error <= TOLERANCE * size + 1e-9 * largest + 1.1e-12,
                        "{label}: admittance ({row}, {column}) is {a:?}, ngspice says {b:?}"
                    );
                }
            }
        }
    }
}

fn diode(name: &str, model: &str, instance: &str, celsius: f64, voltages: &[f64]) {
    let case = Case {
        letter: 'd',
        kind: "d",
        model,
        instance,
        celsius,
        points: voltages.iter().map(|&v| vec![v, 0.0]).collect(),
        frequency: 1e6,
    };
    case.compare(name, bench::diode(model, instance).unwrap());
}

fn bipolar(
    name: &str,
    polarity: Polarity,
    model: &str,
    instance: &str,
    celsius: f64,
    points: &[[f64; 4]],
) {
    let case = Case {
        letter: 'q',
        kind: if polarity == Polarity::N {
            "npn"
        } else {
            "pnp"
        },
        model,
        instance,
        celsius,
        points: points
            .iter()
            .map(|point| point.iter().map(|v| polarity.sign() * v).collect())
            .collect(),
        // ngspice leaves the conductance of a substrate junction out of small-signal analyses.
        frequency: if model.contains("iss=") { 0.0 } else { 1e6 },
    };
    case.compare(name, bench::bipolar(polarity, model, instance).unwrap());
}

fn jfet(name: &str, polarity: Polarity, model: &str, instance: &str, celsius: f64) {
    let points = [
        [3.0, -0.7, 0.0],
        [0.3, -0.2, 0.0],
        [-0.5, -0.4, 0.0],
        [5.0, -4.0, 0.0],
        [2.0, 0.55, 0.0],
    ];
    let case = Case {
        letter: 'j',
        kind: if polarity == Polarity::N {
            "njf"
        } else {
            "pjf"
        },
        model,
        instance,
        celsius,
        points: points
            .iter()
            .map(|point| point.iter().map(|v| polarity.sign() * v).collect())
            .collect(),
        frequency: 1e6,
    };
    case.compare(name, bench::jfet(polarity, model, instance).unwrap());
}

const SWEEP: &[f64] = &[-12.0, -3.0, -0.5, -0.07, 0.0, 0.3, 0.45, 0.6, 0.7, 0.8];

#[test]
fn diode_at_temperatures() {
    let model = "is=3e-14 n=1.2 cjo=2e-12 vj=0.7 m=0.4 tt=2e-9 eg=1.1 xti=3.5";
    for (index, celsius) in [-40.0, 27.0, 125.0].into_iter().enumerate() {
        diode(
            &format!("d-temperature-{index}"),
            model,
            "area=2",
            celsius,
            SWEEP,
        );
        diode(
            &format!("d-multiplied-{index}"),
            model,
            "m=3",
            celsius,
            SWEEP,
        );
    }
    diode("d-instance-temperature", model, "temp=80", 27.0, SWEEP);
    diode("d-instance-rise", model, "dtemp=-30", 27.0, SWEEP);
    diode("d-nominal", "is=3e-14 cjo=1e-12 tnom=50", "", 27.0, SWEEP);
}

#[test]
fn diode_high_injection_and_resistance() {
    diode(
        "d-knee",
        "is=1e-14 ikf=1e-4 ikr=1e-13 rs=12 trs=1e-3 trs2=1e-5 tt=1e-9 cjo=1e-12",
        "m=2",
        60.0,
        SWEEP,
    );
    diode(
        "d-sidewall",
        "jsw=2e-15 cjsw=1e-12 mjsw=0.25 php=0.6 ikf=1e-3",
        "pj=3 area=2",
        70.0,
        SWEEP,
    );
    diode(
        "d-own-sidewall",
        "jsw=2e-15 ns=1.5 cjp=1e-12 fcs=0.3",
        "pj=3",
        70.0,
        SWEEP,
    );
    diode(
        "d-linear",
        "cjo=1e-12 tlevc=1 cta=1e-3 tpb=2e-3 ttt1=1e-3 tt=1e-9 tm1=1e-3",
        "",
        90.0,
        SWEEP,
    );
}

#[test]
fn diode_breakdown() {
    let sweep = &[-5.6, -5.2, -5.0, -4.8, -4.4, -4.0, -1.0, 0.5];
    diode(
        "d-breakdown",
        "bv=5 ibv=1e-6 nbv=1.4 cjo=1e-12 tt=1e-9",
        "m=2",
        27.0,
        sweep,
    );
    diode(
        "d-breakdown-hot",
        "bv=5 ibv=1e-3 tcv=2e-3",
        "area=3",
        100.0,
        sweep,
    );
    diode(
        "d-breakdown-sidewall",
        "bv=5 ibv=1e-4 jsw=1e-14 tlev=1 tcv=1e-4",
        "pj=2",
        100.0,
        sweep,
    );
}

#[test]
fn diode_recombination() {
    // Its derivative in ngspice is not exact, so only voltages where that does not show.
    diode(
        "d-recombination",
        "isr=1e-12 nr=2 is=1e-16 vj=0.8 cjo=1e-12",
        "area=2",
        50.0,
        &[-3.0, -0.5, 0.0],
    );
}

const BIASES: &[[f64; 4]] = &[
    [3.0, 0.65, 0.0, 0.0],
    [3.0, 0.8, 0.0, -1.0],
    [0.1, 0.75, 0.0, -2.0],
    [-0.5, 0.1, 0.0, -1.0],
    [0.0, 0.6, 2.0, 0.0],
    [2.0, -1.0, 0.0, -3.0],
    [5.0, 0.3, 0.0, 0.0],
];

const TYPICAL: &str = "is=2e-15 bf=150 nf=1.01 vaf=60 ikf=2e-2 ise=2e-13 ne=1.6 br=4 nr=1.02 var=15 ikr=3e-2 isc=1e-13 nc=1.8 \
                       cje=5e-12 vje=0.7 mje=0.35 cjc=3e-12 vjc=0.6 mjc=0.4 cjs=2e-12 vjs=0.6 mjs=0.4 xcjc=0.6 tf=4e-10 xtf=3 \
                       vtf=2 itf=1e-2 tr=2e-8 xtb=1.4 eg=1.15 xti=3.2";

#[test]
fn bipolar_at_temperatures() {
    for (index, celsius) in [-40.0, 27.0, 110.0].into_iter().enumerate() {
        bipolar(
            &format!("q-npn-{index}"),
            Polarity::N,
            TYPICAL,
            "",
            celsius,
            BIASES,
        );
        bipolar(
            &format!("q-pnp-{index}"),
            Polarity::P,
            TYPICAL,
            "m=2",
            celsius,
            BIASES,
        );
    }
}

#[test]
fn bipolar_resistances() {
    let fixed = format!("{TYPICAL} rb=80 rc=10 re=1");
    let by_charge = format!("{TYPICAL} rb=80 rbm=10 rc=10 re=1");
    let crowded = format!(
        "{TYPICAL} rb=80 rbm=10 irb=1e-4 rc=10 re=1 trb1=2e-3 trc1=1e-3 tre1=1e-3 trm1=1e-3"
    );
    bipolar("q-fixed", Polarity::N, &fixed, "", 27.0, BIASES);
    bipolar("q-charge", Polarity::N, &by_charge, "m=3", 27.0, BIASES);
    bipolar("q-crowded", Polarity::P, &crowded, "", 60.0, BIASES);
    bipolar(
        "q-phase",
        Polarity::N,
        &format!("{fixed} ptf=20"),
        "",
        27.0,
        BIASES,
    );
}

#[test]
fn bipolar_substrate_and_areas() {
    // Where the base-collector junction is off, so that ngspice 39's square of its area does not show.
    let off = [
        [3.0, 0.65, 0.0, -1.0],
        [3.0, 0.75, 0.0, -2.0],
        [4.0, -1.0, 0.0, 0.0],
    ];
    bipolar(
        "q-areas",
        Polarity::N,
        "cje=1e-12 cjc=2e-12 cjs=1e-12 mjs=0.3 isc=1e-15",
        "area=2 areab=3 areac=4",
        27.0,
        &off,
    );
    bipolar(
        "q-lateral",
        Polarity::P,
        "cje=1e-12 cjc=2e-12 cjs=1e-12 mjs=0.3",
        "area=2 areab=3 areac=4",
        27.0,
        &off,
    );
    bipolar(
        "q-vertical",
        Polarity::P,
        "cjs=1e-12 mjs=0.3 subs=1",
        "",
        27.0,
        &off,
    );
    let forward = [
        [3.0, 0.65, 0.0, 3.3],
        [0.2, 0.7, 0.0, 0.5],
        [3.0, 0.65, 0.0, -0.01],
    ];
    bipolar(
        "q-substrate",
        Polarity::N,
        "iss=1e-15 ns=1.1 cjs=1e-12",
        "",
        27.0,
        &forward,
    );
    bipolar(
        "q-separate",
        Polarity::N,
        "ibe=2e-16 ibc=5e-16 bf=50",
        "",
        27.0,
        BIASES,
    );
    bipolar("q-leakage", Polarity::N, "ise=100 isc=50", "", 40.0, BIASES);
    bipolar(
        "q-roll-off",
        Polarity::N,
        "ikf=1e-3 nkf=0.8",
        "",
        27.0,
        BIASES,
    );
    bipolar(
        "q-coefficients",
        Polarity::N,
        "tbf1=5e-3 tbr2=1e-4 vaf=50 tvaf1=1e-3 ikf=1e-2 tikf1=2e-3 tnf1=1e-5 tlev=1",
        "",
        60.0,
        BIASES,
    );
}

#[test]
fn jfet_currents_and_capacitances() {
    let model =
        "vto=-1.8 beta=8e-4 lambda=0.02 rd=15 rs=8 cgs=3e-12 cgd=2e-12 pb=0.9 is=2e-14 b=0.7";
    for (index, celsius) in [-40.0, 27.0, 110.0].into_iter().enumerate() {
        jfet(
            &format!("j-n-{index}"),
            Polarity::N,
            model,
            "area=2 m=3",
            celsius,
        );
        jfet(&format!("j-p-{index}"), Polarity::P, model, "", celsius);
    }
    jfet("j-plain", Polarity::N, "", "", 27.0);
    jfet(
        "j-coefficients",
        Polarity::N,
        "tcv=1e-3 bex=-1.5 xti=2 eg=1.2 cgs=1e-12",
        "",
        80.0,
    );
    jfet(
        "j-alternatives",
        Polarity::N,
        "vtotc=-2e-3 betatce=-0.5",
        "",
        80.0,
    );
}
