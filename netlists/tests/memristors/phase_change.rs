//! Phase-change cells: statistics over many cells against the published formulas, drift against its law.

use ohmloom_netlists::deck::Deck;
use ohmloom_netlists::elaborate::Overrides;
use ohmloom_netlists::simulate::{Session, carry_on};

use crate::run::{Samples, plots};

const CELLS: usize = 2000;

/// Quantities of many cells with one model card at an operating point, `[quantity][cell]`.
fn sample(card: &str, quantities: &[&str]) -> Vec<Vec<f64>> {
    let mut deck = format!("title\nv1 a 0 1\n.model m pcm({card})\n");
    for cell in 0..CELLS {
        let saved: Vec<String> = quantities
            .iter()
            .map(|quantity| format!("@n{cell}[{quantity}]"))
            .collect();
        let lines = format!("n{cell} a 0 m\n.save {}\n", saved.join(" "));
        deck.push_str(&lines);
    }
    deck += ".op\n.end\n";
    let plot = &plots(&deck).unwrap()[0];
    let of_cell = |quantity: &&str, cell: usize| {
        let name = format!("@n{cell}[{quantity}]");
        plot.stored(&name).expect("the vector").data.to_real()[0]
    };
    quantities
        .iter()
        .map(|quantity| (0..CELLS).map(|cell| of_cell(quantity, cell)).collect())
        .collect()
}

/// Mean and standard deviation are these, within five standard errors.
fn assert_moments(values: &[f64], mean: f64, sigma: f64) {
    let count = values.len() as f64;
    let found = values.iter().sum::<f64>() / count;
    let spread = (values.iter().map(|v| (v - found).powi(2)).sum::<f64>() / (count - 1.0)).sqrt();
    assert!(
        (found - mean).abs() < 5.0 * sigma / count.sqrt(),
        "mean {found:e} instead of {mean:e}"
    );
    assert!(
        (spread - sigma).abs() < 5.0 * sigma / (2.0 * count).sqrt(),
        "sigma {spread:e} instead of {sigma:e}"
    );
}

/// The default statistics (25 uS, 20 s, 250 ns) an hour after programming.
#[test]
fn cells_have_the_published_distributions() {
    let found = sample("x0=0.4 tread=3600", &["gprog", "nu", "g"]);
    let [programmed, exponents, conductances] = &found[..] else {
        unreachable!("three quantities were asked for");
    };
    let x = 0.4_f64;
    let sigma = 0.26348 + 1.9650 * x - 1.1731 * x * x;
    assert_moments(programmed, 10e-6, sigma * 1e-6);
    // |N(mu, s)| is N(mu, s) but for one part in a hundred: mu = 0.049, s = 0.0064 is raised to 0.008.
    let (mean, spread) = (
        (-0.0155 * x.ln() + 0.0244).clamp(0.049, 0.1),
        (-0.0125 * x.ln() - 0.0059).clamp(0.008, 0.045),
    );
    assert_eq!((mean, spread), (0.049, 0.008));
    assert_moments(exponents, mean, spread);
    // What is left when drift is taken out is read noise.
    let reads: Vec<f64> = conductances
        .iter()
        .zip(programmed.iter().zip(exponents))
        .map(|(g, (g0, nu))| {
            let q = (0.0088 / (g0 / 25e-6).powf(0.65)).min(0.2);
            let sigma = q * ((3620.0_f64 + 250e-9) / 500e-9).ln().sqrt();
            (g / g0 * (3620.0_f64 / 20.0).powf(*nu) - 1.0) / sigma
        })
        .collect();
    assert_moments(&reads, 0.0, 1.0);
    // The three draws are independent of each other.
    let correlation = |a: &[f64], b: &[f64]| {
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
        let (ma, mb) = (mean(a), mean(b));
        let product = |a: &[f64], ma: f64, b: &[f64], mb: f64| -> f64 {
            a.iter().zip(b).map(|(x, y)| (x - ma) * (y - mb)).sum()
        };
        product(a, ma, b, mb) / (product(a, ma, a, ma) * product(b, mb, b, mb)).sqrt()
    };
    let limit = 5.0 / (CELLS as f64).sqrt();
    assert!(correlation(programmed, exponents).abs() < limit);
    assert!(correlation(programmed, &reads).abs() < limit);
    assert!(correlation(exponents, &reads).abs() < limit);
}

/// Another set of coefficients, scaled to another highest conductance.
#[test]
fn other_models_scale_with_the_highest_conductance() {
    let found = sample(
        "model=hermes-one-device gmax=103.5u x0=0.5 drift=0 readnoise=0",
        &["gprog", "g", "nu"],
    );
    let sigma = 0.157_818_17 + 2.324_439_16 * 0.5 - 2.163_108_39 * 0.25 + 0.688_418_18 * 0.125;
    assert_moments(&found[0], 51.75e-6, 10.0 * sigma * 1e-6);
    assert_eq!(found[0], found[1]);
    assert!(found[2].iter().all(|nu| *nu == 0.0));
}

fn value(card: &str, line: &str, quantity: &str) -> f64 {
    let deck =
        format!("title\nv1 a 0 0.1\n{line}\n.model m pcm({card})\n.save @n1[{quantity}]\n.op\n");
    Samples::of_operating_point(&deck, &format!("@n1[{quantity}]"))
}

#[test]
fn without_its_effects_a_cell_is_a_resistor_of_its_target() {
    let off = "programming=0 drift=0 readnoise=0 tread=1e6";
    let close = |found: f64, expected: f64| {
        assert!((found / expected - 1.0).abs() < 1e-12, "{found} {expected}");
    };
    close(value(off, "n1 a 0 m x0=0.5", "g"), 12.5e-6);
    close(value(off, "n1 a 0 m g=4u", "r"), 250e3);
    close(value(off, "n1 a 0 m g=4u", "x"), 0.16);
    close(value(off, "n1 a 0 m", "g"), 25e-6);
    close(
        value(
            &format!("{off} model=hermes-two-devices"),
            "n1 a 0 m m=2",
            "i",
        ),
        2.0 * 20.7e-7,
    );
    // The line's target replaces that of the card, whichever name either has.
    close(value(&format!("{off} x0=0.1"), "n1 a 0 m g=4u", "g"), 4e-6);
    close(value(&format!("{off} g=4u"), "n1 a 0 m x0=1", "g"), 25e-6);
}

/// `g(t) = g_prog ((t + t0)/t0)^-nu`, from 1 s after programming on, while the circuit runs.
#[test]
fn conductance_drifts_in_a_transient() {
    for (model, t0) in [("nandakumar2019", 20.0), ("hermes-two-devices", 300.0)] {
        let found = Samples::of(&format!(
            "title\nv1 a 0 0.2\nn1 a 0 m x0=0.6\n.model m pcm(model={model} readnoise=0 elapse=1 tread=1)\n\
             .save @n1[g] @n1[i] @n1[r] @n1[nu] @n1[gprog]\n.tran 10 1000\n.end\n"
        ));
        let (nu, g0) = (found.of_name("@n1[nu]")[0], found.of_name("@n1[gprog]")[0]);
        assert!(nu > 0.01 && g0 > 1e-6);
        for (k, &t) in found.scale.iter().enumerate() {
            let expected = g0 * ((1.0 + t + t0) / t0).powf(-nu);
            assert!((found.of_name("@n1[g]")[k] / expected - 1.0).abs() < 1e-12);
            assert!((found.of_name("@n1[r]")[k] * expected - 1.0).abs() < 1e-12);
            assert!((found.of_name("@n1[i]")[k] / (0.2 * expected) - 1.0).abs() < 1e-9);
        }
        let g = found.of_name("@n1[g]");
        assert!(g[g.len() - 1] < 0.95 * g[0]);
    }
    // Time stands still unless it is asked for.
    let still = Samples::of(
        "title\nv1 a 0 0.2\nn1 a 0 m x0=0.6\n.model m pcm(tread=1)\n.save @n1[g]\n.tran 10 1000\n.end\n",
    );
    let g = still.of_name("@n1[g]");
    assert!(g.iter().all(|other| *other == g[0]));
}

#[test]
fn draws_depend_on_seed_trial_and_name_only() {
    let g = |card: &str, before: &str, run: Overrides| {
        let deck = format!(
            "title\nv1 a 0 0.1\n{before}n1 a 0 m x0=0.5\nn2 a 0 m x0=0.5\n.model m pcm({card})\n.save @n1[g] @n2[g]\n.op\n"
        );
        let mut session = Session::new(Deck::parse("deck.cir", &deck).unwrap(), run).unwrap();
        let mut found = [0.0; 2];
        session
            .run_all(&mut carry_on, &mut |_, plots| {
                found = ["@n1[g]", "@n2[g]"]
                    .map(|name| plots[0].stored(name).unwrap().data.to_real()[0]);
            })
            .unwrap();
        found
    };
    let run = |seed, trial| Overrides {
        seed,
        trial,
        ..Overrides::default()
    };
    let [one, two] = g("", "", run(3, 0));
    assert_ne!(one, two);
    assert_eq!(g("", "n0 a 0 m\nr1 a 0 1k\n", run(3, 0)), [one, two]);
    assert_ne!(g("", "", run(3, 1))[0], one);
    assert_ne!(g("", "", run(4, 0))[0], one);
    assert_eq!(g("seed=3", "", run(4, 0)), [one, two]);
    // The time of the read does not change what was programmed.
    let programmed = |tread: &str| value(tread, "n1 a 0 m x0=0.5", "gprog");
    assert_eq!(programmed("tread=0"), programmed("tread=1e7"));
}

/// A 1/f spectrum of relative density `Q^2/f`, and thermal noise, through 1 ohm.
#[test]
fn small_signal_noise_is_thermal_and_one_over_f() {
    let plots = plots(
        "title\nv1 a 0 dc 1 ac 1\nn1 a b m g=10u\nr1 b 0 1m noisy=0\n.model m pcm(programming=0 drift=0)\n\
         .noise v(b) v1 dec 1 1 1e12\n.save @n1[g]\n.end\n",
    )
    .unwrap();
    let plot = plots
        .iter()
        .find(|plot| plot.stored("onoise_spectrum").is_some())
        .expect("the spectrum");
    let spectrum = plot.stored("onoise_spectrum").unwrap().data.to_real();
    let frequencies = plot.scale().unwrap().data.to_real();
    let g = value("programming=0 drift=0", "n1 a 0 m g=10u", "g");
    let q = 0.0088 / 0.4_f64.powf(0.65);
    for (f, density) in frequencies.iter().zip(&spectrum) {
        let current = 4.0 * 1.380_649e-23 * 300.15 * g + (q * g).powi(2) / f;
        let expected = current.sqrt() * 1e-3;
        assert!(
            (density / expected - 1.0).abs() < 1e-6,
            "{f}: {density:e} {expected:e}"
        );
    }
}

#[test]
fn what_cannot_be_is_refused_with_its_place() {
    let refused = |card: &str, line: &str, words: &[&str]| {
        let deck = format!("title\nv1 a 0 1\n{line}\n.model m pcm({card})\n.op\n");
        let Err(message) = plots(&deck) else {
            panic!("this ran: {deck}");
        };
        for word in words {
            assert!(message.contains(word), "`{word}` is not in `{message}`");
        }
    };
    let n = "n1 a 0 m";
    refused(
        "x0=1.5",
        n,
        &["deck.cir:4:14", "x0 = 1.5", "between 0 and 1"],
    );
    refused("", "n1 a 0 m x0=-0.1", &["deck.cir:3:10", "x0 = -0.1"]);
    refused("", "n1 a 0 m g=26u", &["deck.cir:3:10", "gmax"]);
    refused("x0=0.5 g=1u", n, &["deck.cir:4:21", "x0 is given too"]);
    refused(
        "",
        "n1 a 0 m x0=0.5 g=1u",
        &["deck.cir:3:17", "x0 is given too"],
    );
    refused("gmax=0", n, &["gmax = 0", "positive"]);
    refused("tread=-1", n, &["tread = -1"]);
    refused("drift=2", n, &["drift = 2", "0 or 1"]);
    refused("seed=1.5", n, &["seed = 1.5", "whole number"]);
    refused(
        "model=hermes-one-devise",
        n,
        &[
            "deck.cir:4:14",
            "hermes-one-devise",
            "did you mean `hermes-one-device`",
        ],
    );
    refused("window=zha", n, &["deck.cir:4:14", "`window`"]);
    refused("tred=1", n, &["deck.cir:4:14", "`tred`", "`tread`"]);
    refused("", "n1 a 0 m r0=1k", &["deck.cir:3:10", "`r0`"]);
}
