//! Matrix entries against central differences of currents and charges.

use ohmloom_devices::mosfets::{Level1, Level2, Level3, Polarity};
use ohmloom_solver::circuit::{Element, ElementProbe, Phase, Start};

use crate::support::{Card, Numbers, at, mosfet};

const PLACE: Card = &[
    ("w", 12e-6),
    ("l", 1.5e-6),
    ("ad", 2e-11),
    ("as", 3e-11),
    ("pd", 2e-5),
    ("ps", 3e-5),
    ("m", 2.0),
];

/// Random node voltages: a bulk around 0 V and other terminals above or a little below it.
fn random_bias(numbers: &mut Numbers, polarity: Polarity, count: usize) -> Vec<f64> {
    let sign = polarity.sign();
    let mut x: Vec<f64> = (0..count)
        .map(|_| sign * numbers.within(-0.3, 4.0))
        .collect();
    x[1] = sign * numbers.within(-1.0, 5.0);
    x[3] = sign * numbers.within(-0.5, 0.1);
    for inner in 4..count {
        x[inner] = x[if inner == 4 { 0 } else { 2 }] - sign * numbers.within(-0.1, 0.1);
    }
    x
}

/// Compares one matrix with differences of one vector; points where the function has a corner are left out.
/// Returns the largest deviation relative to the largest entry of its row.
fn deviation(
    matrix: &[Vec<f64>],
    mut vector: impl FnMut(&[f64]) -> Vec<f64>,
    x: &[f64],
    step: f64,
    floor: f64,
) -> f64 {
    let centre = vector(x);
    let mut worst: f64 = 0.0;
    for column in 0..x.len() {
        let mut moved = x.to_vec();
        moved[column] = x[column] + step;
        let above = vector(&moved);
        moved[column] = x[column] - step;
        let below = vector(&moved);
        for row in 0..x.len() {
            let forward = (above[row] - centre[row]) / step;
            let backward = (centre[row] - below[row]) / step;
            let scale = matrix[row].iter().fold(floor, |m, g| m.max(g.abs()));
            if (forward - backward).abs() > 1e-3 * scale {
                continue;
            }
            let numeric = (above[row] - below[row]) / (2.0 * step);
            worst = worst.max((numeric - matrix[row][column]).abs() / scale);
        }
    }
    worst
}

/// Largest deviations of `G` and `C` over many biases.
pub(crate) fn deviations<E: Element>(
    probe: &mut ElementProbe<E>,
    polarity: Polarity,
    seed: u64,
) -> (f64, f64) {
    let mut numbers = Numbers(seed);
    let (mut worst_g, mut worst_c) = (0.0_f64, 0.0_f64);
    for _ in 0..200 {
        let x = random_bias(&mut numbers, polarity, probe.unknown_count());
        let e = probe.evaluate(&x, Phase::Dc, Start::Junctions);
        assert!(!e.limited);
        let residual = |x: &[f64]| probe.evaluate(x, Phase::Dc, Start::Continue).residual;
        worst_g = worst_g.max(deviation(&e.conductance, residual, &x, 1e-5, 1e-9));

        probe.evaluate(&x, Phase::TransientStart, Start::Continue);
        at(&x, Phase::TransientStart, |point| {
            probe.element_mut().accept(point);
        });
        let e = probe.evaluate(&x, Phase::Transient, Start::Continue);
        let charge = |x: &[f64]| probe.evaluate(x, Phase::Transient, Start::Continue).charge;
        worst_c = worst_c.max(deviation(&e.capacitance, charge, &x, 1e-5, 1e-18));
    }
    (worst_g, worst_c)
}

#[test]
fn level_1() {
    const N: Card = &[
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
        ("rd", 30.0),
        ("rs", 40.0),
        ("ld", 5e-8),
    ];
    const P: Card = &[
        ("vto", -0.8),
        ("kp", 2e-5),
        ("gamma", 0.6),
        ("phi", 0.7),
        ("lambda", 0.05),
        ("tox", 2.5e-8),
        ("cj", 3e-4),
        ("cgso", 2e-10),
        ("cgdo", 3e-10),
        ("rsh", 30.0),
    ];
    for (polarity, card) in [(Polarity::N, N), (Polarity::P, P)] {
        let (g, c) = deviations(&mut mosfet::<Level1>(polarity, card, PLACE), polarity, 1);
        assert!(g < 1e-5 && c < 1e-5, "{polarity:?}: {g} {c}");
    }
}

#[test]
fn level_2() {
    // Long channel: the derivatives are exact.
    const LONG: Card = &[
        ("vto", 0.7),
        ("tox", 2.5e-8),
        ("nsub", 2e16),
        ("uo", 550.0),
        ("ucrit", 2e4),
        ("uexp", 0.12),
        ("delta", 0.8),
        ("lambda", 0.02),
        ("cj", 3e-4),
        ("cjsw", 2e-10),
        ("cgso", 2e-10),
    ];
    // Short channel with everything: the derivatives of SPICE are approximate.
    const SHORT: Card = &[
        ("vto", 0.7),
        ("tox", 2.5e-8),
        ("nsub", 2e16),
        ("uo", 550.0),
        ("ucrit", 2e4),
        ("uexp", 0.12),
        ("delta", 0.8),
        ("vmax", 6e4),
        ("neff", 2.5),
        ("xj", 2.5e-7),
        ("nfs", 4e11),
    ];
    for polarity in [Polarity::N, Polarity::P] {
        let (g, c) = deviations(&mut mosfet::<Level2>(polarity, LONG, PLACE), polarity, 2);
        assert!(g < 1e-5 && c < 1e-5, "{polarity:?}: {g} {c}");
    }
    for polarity in [Polarity::N, Polarity::P] {
        let (g, _) = deviations(&mut mosfet::<Level2>(polarity, SHORT, PLACE), polarity, 3);
        println!("level 2, short channel, {polarity:?}: derivatives within {g}");
        assert!(g < 0.5, "{g}");
    }
}

#[test]
fn level_3() {
    // No channel shortening, velocity saturation or narrow-channel effect: the derivatives are exact.
    const LONG: Card = &[
        ("vto", 0.7),
        ("tox", 2.5e-8),
        ("gamma", 0.5),
        ("phi", 0.7),
        ("uo", 550.0),
        ("theta", 0.08),
        ("eta", 0.05),
        ("cj", 3e-4),
        ("cjsw", 2e-10),
        ("cgdo", 2e-10),
    ];
    const SHORT: Card = &[
        ("vto", 0.7),
        ("tox", 2.5e-8),
        ("nsub", 2e16),
        ("uo", 550.0),
        ("theta", 0.08),
        ("eta", 0.5),
        ("vmax", 1.5e5),
        ("kappa", 0.4),
        ("delta", 0.8),
        ("xj", 2.5e-7),
        ("nfs", 4e11),
        ("ld", 1e-7),
    ];
    for polarity in [Polarity::N, Polarity::P] {
        let (g, c) = deviations(&mut mosfet::<Level3>(polarity, LONG, PLACE), polarity, 4);
        assert!(g < 1e-5 && c < 1e-5, "{polarity:?}: {g} {c}");
    }
    for polarity in [Polarity::N, Polarity::P] {
        let (g, _) = deviations(&mut mosfet::<Level3>(polarity, SHORT, PLACE), polarity, 5);
        println!("level 3, short channel, {polarity:?}: derivatives within {g}");
        assert!(g < 0.5, "{g}");
    }
}
