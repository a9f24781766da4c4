//! Against current-voltage loops from an ODE integrator at tolerance 1e-9.
//!
//! The files lie outside the repository. Without them the test is skipped, except under continuous integration.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;

use crate::run::Samples;

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("OHMLOOM_REFERENCE").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/reference"),
        PathBuf::from,
    );
    let folder = folder.join("memristor");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "reference solutions are missing: {}",
        folder.display()
    );
    eprintln!(
        "SKIPPED: no reference solutions at {} (set OHMLOOM_REFERENCE)",
        folder.display()
    );
    None
}

/// Time, current and state of a reference.
fn read(path: &Path) -> Vec<(f64, f64, f64)> {
    let mut text = String::new();
    GzDecoder::new(File::open(path).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let current = header.iter().position(|name| *name == "i").unwrap();
    lines
        .map(|line| {
            let values: Vec<f64> = line
                .split('\t')
                .map(|value| value.parse().unwrap())
                .collect();
            (values[0], values[current], values[header.len() - 1])
        })
        .collect()
}

struct Case {
    file: &'static str,
    source: &'static str,
    model: &'static str,
    stop: f64,
    /// Allowed error where steps are as long as the window allows.
    coarse: f64,
}

const CASES: [Case; 5] = [
    Case {
        file: "lid_joglekar_sin1V_1Hz",
        source: "sin(0 1 1)",
        model: "lineardrift(ron=100 roff=16k d=10n uv=1e-14 p=2 window=joglekar x0=0.1)",
        stop: 2.0,
        coarse: 1e-4,
    },
    Case {
        file: "lid_biolek_sin1V_1Hz",
        source: "sin(0 1 1)",
        model: "lineardrift(ron=100 roff=16k d=10n uv=1e-14 p=2 window=biolek x0=0.1)",
        stop: 2.0,
        coarse: 1e-4,
    },
    Case {
        file: "vteam_kvat_sin1V_50MHz",
        source: "sin(0 1 50meg)",
        model: "vteam(ron=50 roff=1k kon=-10 koff=5e-4 aon=3 aoff=1 von=-0.2 voff=0.02 xon=0 xoff=3n x0=0 \
            window=kvatinsky wc=107p awon=0 awoff=3n rx=linear)",
        stop: 4e-8,
        coarse: 1e-4,
    },
    Case {
        file: "yakopcic_sin0p5_100Hz",
        source: "sin(0 0.5 100)",
        model: "yakopcic(a1=0.17 a2=0.17 b=0.05 vp=0.16 vn=0.15 ap=4000 an=4000 xp=0.3 xn=0.5 alphap=1 alphan=5 x0=0.11)",
        stop: 0.02,
        coarse: 1e-4,
    },
    Case {
        file: "stanford_v1_tri2V_4us",
        source: "pwl(0 0 1u 2 2u 0 3u -2.5 4u 0)",
        model: "stanford_pku(gap0=1.7n)",
        stop: 4e-6,
        // Between two samples of the reference the current rises tenfold, and a straight line is not it.
        coarse: 2e-3,
    },
];

/// Where two simulations are compared: between the points of the coarser one lies a straight line.
#[derive(Clone, Copy, Debug, PartialEq)]
enum At {
    /// At the time points of the reference.
    Reference,
    /// At the own ones.
    Own,
}

/// The line through the reference at a time.
fn interpolated(reference: &[(f64, f64, f64)], time: f64) -> f64 {
    let after = reference
        .partition_point(|row| row.0 < time)
        .clamp(1, reference.len() - 1);
    let ((t0, i0, _), (t1, i1, _)) = (reference[after - 1], reference[after]);
    i0 + (i1 - i0) * (time - t0) / (t1 - t0)
}

/// Root mean square of the error of the current in units of the largest current, and the number of time points.
fn error(
    case: &Case,
    reference: &[(f64, f64, f64)],
    (step, at, options): (f64, At, &str),
) -> (f64, usize) {
    let deck = format!(
        "title\nv1 a 0 {}\nn1 a 0 m\n.model m {}\n.save @n1[i]\n.tran {step:e} {:e}\n{options}\n.end\n",
        case.source, case.model, case.stop
    );
    let found = Samples::of(&deck);
    let largest = reference.iter().map(|row| row.1.abs()).fold(0.0, f64::max);
    let errors: Vec<(f64, f64)> = match at {
        At::Reference => reference
            .iter()
            .map(|row| (row.0, found.at("@n1[i]", row.0) - row.1))
            .collect(),
        At::Own => (found.scale.iter().zip(found.of_name("@n1[i]")))
            .map(|(&time, current)| (time, current - interpolated(reference, time)))
            .collect(),
    };
    // The mean over time, since steps are short where the state runs.
    let squares: f64 = errors
        .windows(2)
        .map(|pair| 0.5 * (pair[1].0 - pair[0].0) * (pair[0].1.powi(2) + pair[1].1.powi(2)))
        .sum();
    let rms = (squares / case.stop).sqrt() / largest;
    (rms, found.scale.len())
}

#[test]
fn loops_equal_the_reference() {
    let Some(folder) = folder() else { return };
    let mut complaints = Vec::new();
    for case in &CASES {
        let reference = read(&folder.join(format!("{}.tsv.gz", case.file)));
        for (points, at, options, allowed) in [
            // Steps of a fiftieth of the window: the states alone keep the steps short enough.
            (50.0, At::Own, "", case.coarse),
            (500.0, At::Own, "", case.coarse),
            (1000.0, At::Reference, "", 1e-4),
            (4000.0, At::Reference, "", 1e-4),
            (40_000.0, At::Reference, ".options reltol=1e-6", 1e-6),
        ] {
            let plan = (case.stop / points, at, options);
            let (current, steps) = error(case, &reference, plan);
            println!(
                "{} {points} {at:?} {options}: rms {current:.2e}, {steps} points",
                case.file
            );
            if current > allowed {
                complaints.push(format!("{} {points} {options}: {current:.2e}", case.file));
            }
        }
    }
    assert!(complaints.is_empty(), "{complaints:#?}");
}
