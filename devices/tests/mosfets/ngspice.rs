//! Operating points against ngspice.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use ohmloom_devices::mosfets::{Level, Level1, Level2, Level3, Polarity};
use ohmloom_solver::circuit::{Element, Phase};

use crate::support::{Card, at, mosfet, solve, value};

const QUANTITIES: [&str; 13] = [
    "id", "ib", "gm", "gds", "gmbs", "von", "vdsat", "cgs", "cgd", "cgb", "cbd", "cbs", "vds",
];

/// Relative; most of it comes from the permittivity of vacuum, in which ngspice differs from ours by 3e-6, and shows
/// near the threshold.
const TOLERANCE: f64 = 1e-4;

/// What ngspice prints for a deck, by name; `None` (and a message) where there is no ngspice.
fn run(deck: &str) -> Option<HashMap<String, f64>> {
    let spawned = Command::new("ngspice")
        .args(["-b", "-n", "/dev/stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = spawned else {
        assert!(std::env::var_os("CI").is_none(), "ngspice is not installed");
        println!("skipped: ngspice is not installed");
        return None;
    };
    child
        .stdin
        .take()
        .unwrap()
        .write_all(deck.as_bytes())
        .unwrap();
    let output = String::from_utf8_lossy(&child.wait_with_output().unwrap().stdout).into_owned();
    let values: HashMap<String, f64> = output
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .filter_map(|(name, value)| Some((name.trim().to_owned(), value.trim().parse().ok()?)))
        .collect();
    assert!(!values.is_empty(), "no answer from ngspice:\n{output}");
    Some(values)
}

fn line(card: Card) -> String {
    card.iter().fold(String::new(), |mut text, (name, value)| {
        write!(text, " {name}={value:e}").unwrap();
        text
    })
}

/// Terminal voltages over the regions of operation, with drain and source in both orders.
fn grid(polarity: Polarity) -> Vec<[f64; 4]> {
    let sign = polarity.sign();
    let mut biases = Vec::new();
    for vgs in [-0.5, 0.35, 0.62, 0.8, 1.1, 2.0, 3.3, 5.0] {
        for vds in [-3.0, -0.4, -0.05, 0.02, 0.3, 1.0, 2.2, 5.0] {
            for bulk in [-2.5, -0.4, 0.0, 0.25] {
                let lower = f64::min(vds, 0.0);
                biases.push([vds, vgs + lower, 0.0, bulk + lower].map(|v| sign * v));
            }
        }
    }
    biases
}

fn deck(level: u8, polarity: Polarity, model: Card, instance: Card, biases: &[[f64; 4]]) -> String {
    let kind = if polarity == Polarity::N {
        "nmos"
    } else {
        "pmos"
    };
    let mut deck = format!(
        "transistors\n.model t {kind} level={level}{}\n",
        line(model)
    );
    for (k, [d, g, s, b]) in biases.iter().enumerate() {
        write!(
            deck,
            "vd{k} d{k} 0 {d:e}\nvg{k} g{k} 0 {g:e}\nvs{k} s{k} 0 {s:e}\nvb{k} b{k} 0 {b:e}\nm{k} d{k} g{k} s{k} b{k} t{}\n",
            line(instance)
        )
        .unwrap();
    }
    deck.push_str(
        ".options reltol=1e-9 abstol=1e-18 vntol=1e-12\n.control\nset numdgt=15\nac lin 1 1 1\n",
    );
    for k in 0..biases.len() {
        for quantity in QUANTITIES {
            writeln!(deck, "print @m{k}[{quantity}]").unwrap();
        }
    }
    deck.push_str(".endc\n.end\n");
    deck
}

/// Values below these are compared absolutely: leakage next to a channel current, empty capacitances.
fn floor(quantity: &str) -> f64 {
    match quantity {
        "ib" => 1e-12,
        "id" => 1e-8,
        "gm" | "gds" | "gmbs" => 2e-7,
        "cgs" | "cgd" | "cgb" | "cbd" | "cbs" => 1e-14,
        _ => 1e-3,
    }
}

/// Where ngspice is not followed: its derivative of the body effect of level 1 at a forward bulk, which is not that of
/// the current, and level 2 from the flat-band to just above the threshold voltage, where its derivatives are not zero though
/// its current is, and where with `vmax` its saturation voltage and its current turn negative.
fn left_out(
    level: u8,
    quantity: &str,
    [d, _, s, b]: &[f64; 4],
    polarity: Polarity,
    vdsat: f64,
) -> bool {
    let sign = polarity.sign();
    let forward = sign * b > f64::min(sign * d, sign * s);
    let off = sign * vdsat < 0.01;
    let derivative = ["gm", "gds", "gmbs"].contains(&quantity);
    (level == 1 && quantity == "gmbs" && forward)
        || (level == 2
            && off
            && (derivative || sign * vdsat < 0.0 && ["id", "vdsat"].contains(&quantity)))
}

fn compare<L: Level>(polarity: Polarity, model: Card, instance: Card) {
    let biases = grid(polarity);
    let Some(expected) = run(&deck(L::NUMBER, polarity, model, instance, &biases)) else {
        return;
    };
    let mut worst = (0.0_f64, String::new());
    for (k, bias) in biases.iter().enumerate() {
        let mut probe = mosfet::<L>(polarity, model, instance);
        let x = solve(&mut probe, *bias);
        for quantity in QUANTITIES {
            let theirs = expected[&format!("@m{k}[{quantity}]")];
            let ours = value(&probe, &x, quantity);
            if left_out(
                L::NUMBER,
                quantity,
                bias,
                polarity,
                expected[&format!("@m{k}[vdsat]")],
            ) {
                continue;
            }
            let error = (ours - theirs).abs() / (theirs.abs() + floor(quantity));
            if error > worst.0 || error.is_nan() {
                worst = (
                    error,
                    format!("{quantity} at {bias:?}: {ours:e}, ngspice {theirs:e}"),
                );
            }
        }
    }
    println!(
        "level {}, {polarity:?}: {:.2e} {}",
        L::NUMBER,
        worst.0,
        worst.1
    );
    assert!(
        worst.0 <= TOLERANCE,
        "level {}: {:.2e} {}",
        L::NUMBER,
        worst.0,
        worst.1
    );
}

const WARM: Card = &[
    ("w", 12e-6),
    ("l", 2e-6),
    ("ad", 4e-11),
    ("as", 5e-11),
    ("pd", 3e-5),
    ("ps", 3.5e-5),
    ("temp", 85.0),
];
const COOL: Card = &[
    ("w", 6e-6),
    ("l", 1.2e-6),
    ("ad", 2e-11),
    ("as", 2e-11),
    ("m", 3.0),
    ("dtemp", -30.0),
];
const ROOM: Card = &[("w", 30e-6), ("l", 3e-6), ("nrd", 2.0), ("nrs", 1.5)];

#[test]
fn level_1_given_parameters() {
    const CARD: Card = &[
        ("vto", 0.7),
        ("kp", 6e-5),
        ("gamma", 0.45),
        ("phi", 0.7),
        ("lambda", 0.03),
        ("tox", 2.5e-8),
        ("cj", 3e-4),
        ("cjsw", 2e-10),
        ("mj", 0.45),
        ("mjsw", 0.3),
        ("cgso", 2e-10),
        ("cgdo", 3e-10),
        ("cgbo", 1e-10),
        ("js", 1e-4),
        ("ld", 5e-8),
        ("tnom", 25.0),
        ("pb", 0.9),
        ("fc", 0.4),
    ];
    compare::<Level1>(Polarity::N, CARD, WARM);
    compare::<Level1>(Polarity::N, CARD, COOL);
}

#[test]
fn level_1_derived_parameters_and_leads() {
    const CARD: Card = &[
        ("tox", 4e-8),
        ("nsub", 4e15),
        ("nss", 1e10),
        ("uo", 250.0),
        ("tpg", -1.0),
        ("lambda", 0.02),
        ("rsh", 40.0),
        ("cbd", 5e-14),
        ("cbs", 6e-14),
        ("is", 1e-15),
    ];
    compare::<Level1>(Polarity::P, CARD, ROOM);
    compare::<Level1>(Polarity::N, CARD, WARM);
}

#[test]
fn level_2_long_channel() {
    const CARD: Card = &[
        ("vto", 0.8),
        ("tox", 4e-8),
        ("nsub", 1e16),
        ("uo", 600.0),
        ("ucrit", 3e4),
        ("uexp", 0.14),
        ("delta", 1.2),
        ("cj", 2e-4),
        ("cjsw", 3e-10),
        ("cgso", 2e-10),
        ("cgdo", 2e-10),
    ];
    compare::<Level2>(Polarity::N, CARD, ROOM);
    compare::<Level2>(Polarity::N, CARD, WARM);
}

#[test]
fn level_2_short_channel() {
    const CARD: Card = &[
        ("vto", 0.65),
        ("tox", 2.5e-8),
        ("nsub", 2.5e16),
        ("uo", 520.0),
        ("ucrit", 4e4),
        ("uexp", 0.1),
        ("vmax", 5.5e4),
        ("neff", 3.0),
        ("xj", 2.5e-7),
        ("ld", 1.5e-7),
        ("nfs", 5e11),
        ("delta", 0.6),
        ("cj", 3e-4),
        ("js", 1e-5),
    ];
    const P: Card = &[
        ("vto", -0.75),
        ("tox", 2.5e-8),
        ("nsub", 1.2e16),
        ("uo", 200.0),
        ("vmax", 3e4),
        ("lambda", 0.04),
        ("xj", 4e-7),
        ("gamma", 0.55),
        ("phi", 0.68),
    ];
    compare::<Level2>(Polarity::N, CARD, ROOM);
    compare::<Level2>(Polarity::N, CARD, WARM);
    compare::<Level2>(Polarity::P, P, COOL);
}

#[test]
fn level_3_long_channel() {
    const CARD: Card = &[
        ("vto", 0.8),
        ("tox", 4e-8),
        ("nsub", 1e16),
        ("uo", 600.0),
        ("theta", 0.06),
        ("kappa", 0.3),
        ("eta", 0.1),
        ("delta", 0.9),
        ("cj", 2e-4),
        ("cjsw", 3e-10),
        ("mjsw", 0.25),
        ("cgso", 2e-10),
        ("cgdo", 2e-10),
        ("rd", 15.0),
    ];
    compare::<Level3>(Polarity::N, CARD, ROOM);
    compare::<Level3>(Polarity::N, CARD, WARM);
}

#[test]
fn level_3_short_channel() {
    const CARD: Card = &[
        ("vto", 0.65),
        ("tox", 2e-8),
        ("nsub", 2.5e16),
        ("uo", 520.0),
        ("theta", 0.1),
        ("vmax", 1.6e5),
        ("kappa", 0.5),
        ("eta", 0.6),
        ("xj", 2.5e-7),
        ("ld", 1.2e-7),
        ("nfs", 4e11),
        ("delta", 0.7),
        ("cj", 3e-4),
        ("wd", 1e-7),
        ("xl", 5e-8),
        ("delvto", 0.02),
        ("js", 1e-5),
    ];
    const P: Card = &[
        ("tox", 2.5e-8),
        ("nsub", 1.2e16),
        ("uo", 200.0),
        ("vmax", 1e5),
        ("xj", 4e-7),
        ("theta", 0.15),
        ("nss", 2e11),
        ("tpg", -1.0),
        ("tnom", 40.0),
    ];
    compare::<Level3>(Polarity::N, CARD, ROOM);
    compare::<Level3>(Polarity::N, CARD, COOL);
    compare::<Level3>(Polarity::P, P, WARM);
}

/// The ratio of flicker to thermal noise of the channel at 1 Hz, which the circuit around it does not change.
fn compare_noise<L: Level>(model: Card, instance: Card) {
    let deck = format!(
        "noise\n.model t nmos level={}{}\nvd d 0 2\nvg g 0 3 ac 1\nrl d e 1k\nm1 e g 0 0 t{}\n.control\nset numdgt=15\n\
         noise v(e) vg dec 1 1 1 1\nsetplot noise1\nprint onoise_m1_id\nprint onoise_m1_1overf\n\
         op\nprint @m1[vgs]\nprint @m1[vds]\nprint @m1[vbs]\n.endc\n.end\n",
        L::NUMBER,
        line(model),
        line(instance)
    );
    let Some(expected) = run(&deck) else {
        return;
    };
    let probe = mosfet::<L>(Polarity::N, model, instance);
    let [vds, vgs, vbs] = ["vds", "vgs", "vbs"].map(|name| expected[&format!("@m1[{name}]")]);
    let mut sources = Vec::new();
    at(&[vds, vgs, 0.0, vbs], Phase::SmallSignal, |point| {
        probe.element().noise(point, &mut sources);
    });
    let find = |label: &str| sources.iter().find(|s| s.label == label).unwrap();
    let ours = (find("1overf").flicker / find("id").white).sqrt();
    let theirs = expected["onoise_m1_1overf"] / expected["onoise_m1_id"];
    assert!(
        (ours / theirs - 1.0).abs() < 1e-4,
        "level {}: {ours} {theirs}",
        L::NUMBER
    );
}

#[test]
fn noise_of_the_channel() {
    const CARD: Card = &[
        ("vto", 0.8),
        ("kp", 2e-5),
        ("gamma", 0.5),
        ("tox", 2e-8),
        ("ld", 1e-7),
        ("kf", 1e-24),
        ("af", 1.2),
        ("wd", 2e-7),
    ];
    const PLACE: Card = &[("w", 10e-6), ("l", 2e-6)];
    const PLAIN: Card = &[
        ("vto", 0.8),
        ("kp", 2e-5),
        ("gamma", 0.5),
        ("ld", 1e-7),
        ("kf", 1e-24),
        ("af", 1.2),
    ];
    compare_noise::<Level3>(CARD, PLACE);
    compare_noise::<Level1>(PLAIN, PLACE);
    compare_noise::<Level2>(PLAIN, PLACE);
}
