//! JART VCM v1b cells that differ from each other and from cycle to cycle, in transients.

use ohmloom_netlists::results::Plot;

use crate::run::Samples;

const QUANTITIES: [&str; 7] = ["i", "x", "ndmin", "ndmax", "ldet", "rdet", "cycle"];

/// Sine of a period of 0.1 s at a cell that starts at N = 0.5e26/m^3: sets first, then resets.
fn loops(card: &str, cycles: u32, options: &str) -> Samples {
    let saved = QUANTITIES
        .map(|quantity| format!("@n1[{quantity}]"))
        .join(" ");
    Samples::of(&format!(
        "title\nv1 a 0 sin(0 -1 10)\nn1 a 0 m ndisc0=0.5\n.model m jart_v1b({card})\n.save {saved}\n.options {options}\n\
         .tran 0.5m {}\n.end\n",
        0.1 * f64::from(cycles)
    ))
}

fn all_equal(one: &Samples, other: &Samples) {
    assert_eq!(one.scale, other.scale);
    for quantity in QUANTITIES {
        let name = format!("@n1[{quantity}]");
        assert_eq!(one.of_name(&name), other.of_name(&name), "{quantity}");
    }
}

#[test]
fn without_spread_nothing_changes() {
    let plain = loops("", 1, "reltol=1e-3");
    all_equal(
        &plain,
        &loops("cut=2 seed=5 sigma_r=0 c2c_l=0", 1, "reltol=1e-3"),
    );
    assert_eq!(plain.of_name("@n1[rdet]")[0], 45e-9);
}

/// The drawn cell is the nominal model with its own parameters on the card; the thermal resistance goes with the inverse square of the radius.
#[test]
fn a_drawn_cell_is_the_cell_of_its_parameters() {
    let drawn = loops(
        "sigma_nmin=0.2 sigma_nmax=0.1 sigma_l=0.1 sigma_r=0.1 seed=2",
        1,
        "reltol=1e-5",
    );
    let own = |quantity: &str| drawn.of_name(&format!("@n1[{quantity}]"))[0];
    let (ndmin, ndmax, ldet, rdet) = (own("ndmin"), own("ndmax"), own("ldet"), own("rdet"));
    for (value, nominal) in [(ndmin, 0.008), (ndmax, 20.0), (ldet, 0.4e-9), (rdet, 45e-9)] {
        assert!((value / nominal - 1.0).abs() > 1e-3, "{value:e}");
    }
    let rth0 = 15.72e6 * (45e-9 / rdet).powi(2);
    let written = loops(
        &format!("ndmin={ndmin:e} ndmax={ndmax:e} ldet={ldet:e} rdet={rdet:e} rth0={rth0:e}"),
        1,
        "reltol=1e-5",
    );
    let most = |values: &[f64]| values.iter().fold(0.0_f64, |most, v| most.max(v.abs()));
    for name in ["@n1[i]", "@n1[x]"] {
        let largest = most(written.of_name(name));
        let worst = written
            .scale
            .iter()
            .zip(written.of_name(name))
            .map(|(&t, value)| (drawn.at(name, t) - value).abs())
            .fold(0.0, f64::max);
        println!("{name}: {:.1e}", worst / largest);
        assert!(worst < 1e-6 * largest, "{name}: {worst:e} of {largest:e}");
    }
}

#[test]
fn cycles_differ_and_go_over_linearly_in_the_state() {
    const CYCLES: u32 = 4;
    let card = "c2c_nmin=0.1 c2c_nmax=0.1 c2c_l=0.05 c2c_r=0.1 seed=2";
    let found = loops(card, CYCLES, "reltol=1e-3");
    all_equal(&found, &loops(card, CYCLES, "reltol=1e-3"));
    let nominal = loops("", CYCLES, "reltol=1e-3");
    // The control of the step sees no jumps: cycles that hardly differ take hardly more steps.
    let alike = loops("c2c_l=1e-4 c2c_r=1e-4", CYCLES, "reltol=1e-3");
    let points = [&found, &alike, &nominal].map(|samples| samples.scale.len());
    println!("points: {points:?}");
    assert!(points[1] < points[2] * 11 / 10);
    let [x, radius, length, cycle] =
        ["x", "rdet", "ldet", "cycle"].map(|q| found.of_name(&format!("@n1[{q}]")));
    let ends_of_halves = |samples: &Samples| -> Vec<f64> {
        (1..=2 * CYCLES)
            .map(|half| samples.at("@n1[x]", 0.05 * f64::from(half)))
            .collect()
    };
    println!(
        "N {:?}, {:?} without",
        ends_of_halves(&found),
        ends_of_halves(&nominal)
    );
    let last = found.scale.len() - 1;
    assert_eq!(cycle[last], f64::from(2 * CYCLES - 1));
    // The first half cycle is that of the cell itself.
    assert!(
        found
            .scale
            .iter()
            .zip(radius)
            .all(|(&t, &r)| t > 0.05 || r == 45e-9)
    );
    let mut ends = Vec::new();
    for half in 1..2 * CYCLES {
        let points: Vec<usize> = (0..=last)
            .filter(|&k| cycle[k] == f64::from(half))
            .collect();
        let (a, b) = (points[0], points[points.len() - 1]);
        assert!(
            (x[b] / x[a]).ln().abs() > 0.2,
            "nothing is switched: {} {}",
            x[a],
            x[b]
        );
        for geometry in [radius, length] {
            for &k in &points {
                let part = (x[k] - x[a]) / (x[b] - x[a]);
                let expected = geometry[a] + part * (geometry[b] - geometry[a]);
                // A state may stand beyond its bound by the tolerance of Newton's method.
                assert!((geometry[k] / expected - 1.0).abs() < 1e-6);
            }
        }
        ends.push(radius[b]);
    }
    // Peaks of the current while it sets.
    let peaks: Vec<f64> = (0..CYCLES)
        .map(|cycle| {
            let within = |t: f64| (t / 0.1) as u32 == cycle;
            let currents = found.scale.iter().zip(found.of_name("@n1[i]"));
            currents
                .filter(|&(&t, _)| within(t))
                .fold(0.0_f64, |peak, (_, i)| peak.max(-i))
        })
        .collect();
    println!("radii {ends:?}, peaks {peaks:?}");
    for values in [&ends, &peaks] {
        for pair in values.windows(2) {
            assert!((pair[1] / pair[0] - 1.0).abs() > 1e-4, "{values:?}");
        }
    }
}

/// A later analysis starts from the cell as it was drawn, whatever cycles an earlier one went through.
#[test]
fn each_analysis_begins_anew() {
    let deck = |analyses: &str| {
        format!(
            "title\nv1 a 0 dc -0.2 sin(0 -1 10)\nn1 a b m ndisc0=0.5\nr1 b 0 1\n\
             .model m jart_v1b(sigma_r=0.1 c2c_r=0.1)\n.save all @n1[rdet] @n1[cycle]\n{analyses}.end\n"
        )
    };
    let last = |analyses: &str| crate::run::plots(&deck(analyses)).unwrap().pop().unwrap();
    let values = |plot: &Plot| -> Vec<(String, Vec<f64>)> {
        let vectors = plot.vectors.iter();
        vectors
            .map(|vector| (vector.name.clone(), vector.data.to_real()))
            .collect()
    };
    // Transfer functions come after transients.
    let alone = values(&last(".tf v(b) v1\n"));
    assert!(alone.iter().any(|(_, values)| values[0] != 0.0));
    let later = values(&last(".tran 0.5m 0.2\n.tf v(b) v1\n"));
    for ((name, later), (_, alone)) in later.iter().zip(&alone) {
        // Newton's method has come from elsewhere.
        assert!((later[0] / alone[0] - 1.0).abs() < 1e-6, "{name}");
    }
    let once = last(".tran 0.5m 0.2\n");
    let cycles = once.stored("@n1[cycle]").unwrap().data.to_real();
    assert_eq!(cycles.last(), Some(&3.0));
    assert_eq!(
        values(&last(".tran 0.5m 0.2\n.tran 0.5m 0.2\n")),
        values(&once)
    );
}
