//! Running a deck and reading its vectors.

use std::fmt::Write as _;
use std::process::Command;

use ohmloom_netlists::deck::Deck;
use ohmloom_netlists::elaborate::Overrides;
use ohmloom_netlists::results::{Plot, rawfile};
use ohmloom_netlists::simulate::{Session, carry_on};
use ohmloom_peripherals::{InstanceKey, Span};

pub(crate) const UNIT: Span = Span {
    low: 0.0,
    high: 1.0,
};

pub(crate) fn instance(index: u32) -> InstanceKey {
    InstanceKey {
        seed: 23,
        index,
        ..InstanceKey::default()
    }
}

/// What one simulator made of a deck.
pub(crate) struct Run {
    pub(crate) simulator: &'static str,
    plots: Vec<Plot>,
}

/// Runs a deck in Ohmloom, and in ngspice where it is installed. Under CI its absence is a failure.
pub(crate) fn simulate(deck: &str) -> Vec<Run> {
    let mut runs = vec![Run {
        simulator: "ohmloom",
        plots: own(deck),
    }];
    if Command::new("ngspice").arg("--version").output().is_ok() {
        runs.push(Run {
            simulator: "ngspice",
            plots: foreign(deck),
        });
    } else {
        assert!(std::env::var_os("CI").is_none(), "ngspice is not installed");
        println!("not compared with ngspice, which is not installed");
    }
    runs
}

fn own(deck: &str) -> Vec<Plot> {
    let parsed = Deck::parse("deck.cir", deck).unwrap_or_else(|error| panic!("{error}\n{deck}"));
    let mut session = Session::new(parsed, Overrides::default())
        .unwrap_or_else(|error| panic!("{error}\n{deck}"));
    let mut plots = Vec::new();
    session
        .run_all(&mut carry_on, &mut |_, made| plots.extend(made))
        .unwrap_or_else(|error| panic!("{error}\n{deck}"));
    plots
}

fn foreign(deck: &str) -> Vec<Plot> {
    let folder = tempfile::tempdir().unwrap();
    let (file, raw) = (
        folder.path().join("deck.cir"),
        folder.path().join("out.raw"),
    );
    std::fs::write(&file, deck).unwrap();
    let output = Command::new("ngspice")
        .arg("-b")
        .arg("-r")
        .arg(&raw)
        .arg(&file)
        .output()
        .unwrap();
    assert!(
        output.status.success() && raw.exists(),
        "{}{}\n{deck}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let mut file = std::io::BufReader::new(std::fs::File::open(&raw).unwrap());
    rawfile::read(&mut file).unwrap()
}

impl Run {
    /// The values of a vector of the only plot.
    pub(crate) fn real(&self, name: &str) -> Vec<f64> {
        self.plot(0)
            .stored(name)
            .unwrap_or_else(|| panic!("{}: no {name}", self.simulator))
            .data
            .to_real()
    }

    /// The magnitudes of a vector.
    pub(crate) fn magnitude(&self, name: &str) -> Vec<f64> {
        let vector = self.plot(0).stored(name).expect("the vector");
        vector.data.to_complex().iter().map(|z| z.norm()).collect()
    }

    /// The scale.
    pub(crate) fn scale(&self) -> Vec<f64> {
        let scale = self.plot(0).scale().expect("a scale");
        scale.data.to_complex().iter().map(|z| z.re).collect()
    }

    fn plot(&self, index: usize) -> &Plot {
        self.plots.get(index).expect("a plot")
    }

    /// A vector at a point of the scale, on the straight line between its neighbours.
    pub(crate) fn at(&self, name: &str, place: f64) -> f64 {
        let (scale, values) = (self.scale(), self.real(name));
        let after = scale
            .partition_point(|&x| x < place)
            .clamp(1, scale.len() - 1);
        let (x0, x1) = (scale[after - 1], scale[after]);
        let part = ((place - x0) / (x1 - x0)).clamp(0.0, 1.0);
        values[after - 1] + (values[after] - values[after - 1]) * part
    }
}

/// A piecewise linear source that has each of `values` for `each` seconds, with edges of `edge` seconds.
pub(crate) fn staircase(
    source: &str,
    values: impl IntoIterator<Item = f64>,
    each: f64,
    edge: f64,
) -> String {
    let mut text = format!("{source} pwl(");
    for (index, value) in values.into_iter().enumerate() {
        let start = index as f64 * each;
        let begin = if index == 0 { 0.0 } else { start + edge };
        write!(text, " {begin:e} {value:e} {:e} {value:e}", start + each).unwrap();
    }
    text + ")"
}

/// The ports `b0 b1 ...`.
pub(crate) fn bit_ports(bits: u32) -> String {
    let ports: Vec<String> = (0..bits).map(|bit| format!("b{bit}")).collect();
    ports.join(" ")
}

/// Behavioural sources `b0`, `b1`, ... that are the bits of the voltage at node `code`.
pub(crate) fn bits_of_code(bits: u32) -> String {
    (0..bits).fold(String::new(), |mut text, bit| {
        let (one, two) = (1_u32 << bit, 2_u32 << bit);
        writeln!(
            text,
            "bbit{bit} b{bit} 0 v=floor((v(code)+0.1)/{one})-2*floor((v(code)+0.1)/{two})"
        )
        .unwrap();
        text
    })
}
