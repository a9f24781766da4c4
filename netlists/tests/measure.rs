//! `.meas` and `.four` against ngspice, against exact results, and against nonsense.

mod support;

use std::collections::BTreeMap;
use std::f64::consts::TAU;

use ohmloom_netlists::measure::{
    FourierError, MeasureFailure, MeasuredValues, Measurement, fourier,
};
use ohmloom_netlists::results::{Plot, Vector, VectorKind, rawfile};
use proptest::prelude::*;

fn parse(text: &str) -> Measurement {
    let parameters = |name: &str| (name == "vdd").then_some(2.0);
    Measurement::parse(text, &parameters).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// `a` is a ramp from 0 to 1 and back twice over 4 s; `b` is t^2; `c` is constant.
fn plot() -> Plot {
    let mut plot = Plot::new("t", "Transient Analysis");
    let time: Vec<f64> = (0..=400).map(|point| f64::from(point) * 0.01).collect();
    let of = |f: &dyn Fn(f64) -> f64| time.iter().map(|&t| f(t)).collect::<Vec<_>>();
    plot.vectors = vec![
        Vector::real("time", VectorKind::Time, time.clone()),
        Vector::real(
            "a",
            VectorKind::Voltage,
            of(&|t| 1.0 - ((t % 2.0) - 1.0).abs()),
        ),
        Vector::real("b", VectorKind::Voltage, of(&|t| t * t)),
        Vector::real("c", VectorKind::Voltage, of(&|_| 0.5)),
        Vector::real("v1#branch", VectorKind::Current, of(&|t| -t)),
    ];
    plot
}

#[test]
fn exact_results() {
    let cases = [
        (
            ".meas tran x trig v(a) val=0.25 rise=1 targ v(a) val=0.75 fall=1",
            1.0,
        ),
        (".measure tran x trig v(a)=0.25 targ v(a) 0.75 rise=2", 2.5),
        (
            "meas tran x trig at=1 targ v(a) val='0.25*vdd' td=2 cross=1",
            1.5,
        ),
        (
            "meas tran x trig v(a) frac_max=0.1 rise=1 targ v(a) frac_max=0.9",
            0.8,
        ),
        ("meas tran x when v(a)=0.5 cross=last", 3.5),
        ("meas tran x when v(a) = v(c) fall=2", 3.5),
        ("meas tran x when v(a)=v(c) rise=-1", 2.5),
        ("meas tran x find v(b) at=1.005", 1.01005),
        ("meas tran x find v(b) when v(a)=0.5 fall=1", 2.25),
        ("meas tran x find i(v1) when v(b)=4", -2.0),
        ("meas tran x deriv v(b) at=1.5", 3.0),
        ("meas tran x deriv v(b) when v(a)=0.5 rise=2", 5.0),
        ("meas tran x avg v(a)", 0.5),
        ("meas tran x avg v(a) from=0.005 to=0.995", 0.5),
        ("meas tran x avg par('v(a)*2') from=1 to=2", 1.0),
        ("meas tran x min v(b) from=1.5 td=2", 4.0),
        ("meas tran x max_at v(a)", 1.0),
        ("meas tran x min_at {v(a)} from=0.5 to=1.5", 0.5),
        ("meas tran x pp v(b) from=1 to=2", 3.0),
        ("meas tran x rms v(c)", 0.5),
        ("meas tran x integral v(a) to=1", 0.5),
        ("meas tran x param='2*early+vdd'", 8.0),
        ("meas tran x when v(a)=7 default_val=-1", -1.0),
    ];
    let earlier = MeasuredValues::from([("early".to_owned(), 3.0)]);
    for (text, expected) in cases {
        let found = parse(text)
            .evaluate(&plot(), &earlier)
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        assert!(
            (found.value - expected).abs() < 1e-6,
            "{text}: {} is not {expected}",
            found.value
        );
    }
}

#[test]
fn failures_have_reasons() {
    let none = MeasuredValues::new();
    let fails = |text: &str| parse(text).evaluate(&plot(), &none).unwrap_err();
    assert_eq!(
        fails("meas tran x when v(a)=7"),
        MeasureFailure::OutOfInterval("when")
    );
    assert_eq!(
        fails("meas tran x trig v(a)=7 targ v(a)=0.5"),
        MeasureFailure::OutOfInterval("trig")
    );
    assert_eq!(
        fails("meas tran x find v(a) at=5"),
        MeasureFailure::OutOfInterval("at")
    );
    assert_eq!(
        fails("meas tran x avg v(a) from=3 to=1"),
        MeasureFailure::OutOfInterval("from, to")
    );
    assert_eq!(
        fails("meas tran x avg v(a) from=5"),
        MeasureFailure::OutOfInterval("from, to")
    );
    assert!(matches!(
        fails("meas tran x avg v(q)"),
        MeasureFailure::Expression(_)
    ));
    assert!(matches!(
        fails("meas tran x param='q+1'"),
        MeasureFailure::Expression(_)
    ));
    assert!(matches!(
        fails("meas dc x avg v(a)"),
        MeasureFailure::Plot(_)
    ));
    for (text, at) in [
        ("meas", 4..4),
        ("meas foo x avg v(a)", 5..8),
        ("meas tran x freq v(a) on=1", 12..16),
        ("meas tran x avg v(a) rise=1", 12..15),
        ("meas tran x find v(a) at=q", 25..26),
        ("meas tran x trig v(a) targ v(a)=1", 17..21),
        ("meas tran x when v(a)=1 rise=0", 29..30),
        ("meas tran x avg v(a) minval=1", 21..27),
    ] {
        let error = Measurement::parse(text, &|_| None).unwrap_err();
        assert_eq!(error.at, at, "{text}: {error}");
    }
}

#[test]
fn nested_and_falling_sweeps() {
    let mut plot = Plot::new("t", "DC transfer characteristic");
    plot.vectors = vec![
        Vector::real(
            "v-sweep",
            VectorKind::Voltage,
            vec![2.0, 1.0, 0.0, 2.0, 1.0, 0.0],
        ),
        Vector::real(
            "out",
            VectorKind::Voltage,
            vec![4.0, 2.0, 0.0, 6.0, 3.0, 0.0],
        ),
    ];
    let value = |text: &str| {
        parse(text)
            .evaluate(&plot, &MeasuredValues::new())
            .unwrap()
            .value
    };
    assert_eq!(value("meas dc x when v(out)=3 fall=1"), 1.5);
    assert_eq!(value("meas dc x find v(out) at=0.5"), 1.0);
    assert_eq!(value("meas dc x avg v(out)"), 2.0);
    assert_eq!(value("meas dc x when v(out)=4.5 cross=last"), 1.5);
}

/// `name = value` and `key= value` of the lines that ngspice prints for measurements.
fn printed(text: &str) -> BTreeMap<String, Vec<f64>> {
    text.lines()
        .filter_map(|line| {
            let (name, rest) = line.split_once("=  ")?;
            let numbers = rest
                .split_whitespace()
                .filter_map(|word| word.parse().ok())
                .collect();
            Some((name.trim().to_owned(), numbers))
        })
        .collect()
}

#[test]
fn measurements_agree_with_ngspice() {
    let Some(folder) = support::ngspice_folder() else {
        return;
    };
    // The tolerance is relative; it is wide where ngspice takes whole points at the bounds of a window.
    let sections: [(&str, &[(&str, f64)]); 3] = [
        (
            "tran 5u 5m",
            &[
                (
                    "tran m1 trig v(in) val=0.5 rise=1 targ v(out) val=0.1 fall=2",
                    1e-6,
                ),
                ("tran m2 trig at=1m targ v(out) val=0.1 rise=last", 1e-6),
                (
                    "tran m3 trig v(in) val=0.5 td=1m cross=3 targ v(in) val=0.5 fall=last",
                    1e-6,
                ),
                ("tran m4 find v(out) at=1.234m", 1e-6),
                ("tran m5 find v(out) when v(in)=0.3 cross=last", 1e-6),
                ("tran m6 find v(out) when v(in)=v(out) rise=2", 1e-6),
                ("tran m7 when v(in)=0.3 fall=2", 1e-5),
                ("tran m8 when v(in)=v(out) td=2m", 1e-5),
                ("tran m9 avg v(out)", 1e-6),
                ("tran m10 avg v(out) from=1m to=3.3m", 1e-2),
                ("tran m11 min v(out) from=1m to=3m", 1e-6),
                ("tran m12 max v(out)", 1e-6),
                ("tran m13 min_at v(out) from=1m to=3m", 1e-6),
                ("tran m14 pp v(out) from=2m to=4m", 1e-6),
                ("tran m15 rms v(out) from=2m to=4m", 1e-5),
                ("tran m16 integ v(out) from=2m to=4m", 1e-4),
                ("tran m17 max i(v1)", 1e-6),
                ("tran m18 rms v(in)", 1e-5),
            ],
        ),
        (
            "ac dec 20 10 10k",
            &[
                ("ac a1 when vdb(out)=-3", 1e-6),
                ("ac a2 find vp(out) at=159.155", 1e-6),
                ("ac a3 max vm(out)", 1e-6),
                ("ac a4 find vr(out) at=100", 1e-6),
                ("ac a5 find v(out) at=100", 1e-6),
                (
                    "ac a6 trig vdb(out) val=-1 fall=1 targ vdb(out) val=-3 fall=1",
                    1e-6,
                ),
                ("ac a7 integ vm(out) from=100 to=1k", 1e-5),
                ("ac a8 avg vm(out) from=100 to=1k", 3e-2),
            ],
        ),
        (
            "dc v1 -1 2 0.25",
            &[
                ("dc d1 find v(out) when v(in)=1.1", 1e-6),
                ("dc d2 find v(out) at=1.1", 1e-6),
                ("dc d3 max v(out)", 1e-6),
                (
                    "dc d4 trig v(in) val=0.3 rise=1 targ v(in) val=1.55 rise=1",
                    1e-6,
                ),
            ],
        ),
    ];
    for (number, (analysis, list)) in sections.iter().enumerate() {
        let lines: Vec<_> = list
            .iter()
            .map(|(line, _)| format!("meas {line}\n"))
            .collect();
        let lines = lines.concat();
        let deck = format!(
            "t\nv1 in 0 dc 1 ac 1 sin(0 1 1k)\nr1 in out 1k\nc1 out 0 1u\n.control\n{analysis}\nwrite {number}.raw\n{lines}.endc\n.end\n"
        );
        let text = support::run_ngspice(folder.path(), &deck);
        let oracle = printed(&text);
        let file = std::fs::File::open(folder.path().join(format!("{number}.raw"))).unwrap();
        let plots = rawfile::read(&mut std::io::BufReader::new(file)).unwrap();
        for (line, tolerance) in *list {
            let measurement = parse(&format!("meas {line}"));
            let found = measurement
                .evaluate(&plots[0], &MeasuredValues::new())
                .unwrap_or_else(|e| panic!("{line}: {e}"));
            let expected = oracle
                .get(&measurement.name)
                .unwrap_or_else(|| panic!("{line} is not in\n{text}"));
            let error = (found.value - expected[0]).abs() / expected[0].abs();
            assert!(
                error <= *tolerance,
                "{line}: {} is not {expected:?}",
                found.value
            );
            if *tolerance <= 1e-6 {
                assert_eq!(
                    found.details.len() + 1,
                    expected.len(),
                    "{line}: {:?} {expected:?}",
                    found.details
                );
            }
        }
    }
}

#[test]
fn the_line_is_that_of_ngspice() {
    let value = parse("meas tran tdiff trig at=0.5 targ at=2")
        .evaluate(&plot(), &MeasuredValues::new())
        .unwrap();
    assert_eq!(
        value.line("tdiff"),
        "tdiff               =  1.500000e+00 targ=  2.000000e+00 trig=  5.000000e-01"
    );
}

#[test]
fn fourier_of_known_harmonics() {
    let time: Vec<f64> = (0..=3000).map(|point| f64::from(point) * 1e-6).collect();
    let wave = |t: f64| 0.25 + (TAU * 1e3 * t).sin() + 0.1 * (TAU * 3e3 * t + 0.5).sin();
    let values: Vec<f64> = time.iter().map(|&t| wave(t)).collect();
    let found = fourier(&time, &values, 1e3, 10, 200, 3).unwrap();
    assert!((found.harmonics[0].magnitude - 0.25).abs() < 1e-9);
    assert!((found.harmonics[1].magnitude - 1.0).abs() < 1e-9);
    assert!((found.harmonics[3].magnitude - 0.1).abs() < 1e-9);
    assert!((found.harmonics[3].phase - 0.5_f64.to_degrees()).abs() < 1e-6);
    assert!((found.distortion - 10.0).abs() < 1e-6);
    assert!(matches!(
        fourier(&time, &values, 100.0, 10, 200, 1),
        Err(FourierError::TooShort { .. })
    ));
    assert!(matches!(
        fourier(&time, &values, 0.0, 10, 200, 1),
        Err(FourierError::Setting(_))
    ));
    assert!(fourier(&[], &[], 1.0, 10, 200, 1).is_err());
}

#[test]
fn fourier_tables_agree_with_ngspice() {
    let Some(folder) = support::ngspice_folder() else {
        return;
    };
    let deck = "t\nv1 in 0 sin(0 1 1k)\nr1 in out 1k\nc1 out 0 1u\nd1 out 0 dm\n.model dm d(is=1e-9)\n.control\ntran 2u 5m 0 2u\nwrite f.raw\nfourier 1k v(out)\n.endc\n.end\n";
    let text = support::run_ngspice(folder.path(), deck);
    let file = std::fs::File::open(folder.path().join("f.raw")).unwrap();
    let plots = rawfile::read(&mut std::io::BufReader::new(file)).unwrap();
    let time = plots[0].vectors[0].data.to_real();
    let out = plots[0].stored("v(out)").unwrap().data.to_real();
    let mut ours = Vec::new();
    fourier(&time, &out, 1e3, 10, 200, 1)
        .unwrap()
        .write("v(out)", &mut ours)
        .unwrap();
    let ours = String::from_utf8(ours).unwrap();
    let rows = |text: &str| -> Vec<Vec<f64>> {
        text.lines()
            .map(|line| {
                line.split_whitespace()
                    .filter_map(|word| word.parse().ok())
                    .collect::<Vec<f64>>()
            })
            .filter(|row| row.len() == 6)
            .collect()
    };
    let (ours_rows, theirs) = (rows(&ours), rows(&text));
    assert_eq!((ours_rows.len(), theirs.len()), (10, 10), "{ours}\n{text}");
    for (a, b) in ours_rows.iter().flatten().zip(theirs.iter().flatten()) {
        assert!(
            (a - b).abs() <= 1e-3 * b.abs() + 1e-6,
            "{a} {b}\n{ours}\n{text}"
        );
    }
    // The text around the numbers is the same too.
    for line in ours.lines().take(5).filter(|line| !line.contains("THD")) {
        assert!(text.contains(line), "{line:?} is not in\n{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused(text in "(\\.meas|meas)? ?(tran|ac)? ?[a-z0-9=(){}'. +*/,-]{0,60}") {
        if let Ok(measurement) = Measurement::parse(&text, &|_| None) {
            let _ = measurement.evaluate(&plot(), &MeasuredValues::new());
        }
    }

    #[test]
    fn crossings_lie_on_the_level(values in prop::collection::vec(-1.0..1.0f64, 2..30), level in -0.9..0.9f64, nth in 1usize..4) {
        let mut plot = Plot::new("t", "Transient Analysis");
        plot.vectors = vec![
            Vector::real("time", VectorKind::Time, (0..values.len()).map(|t| t as f64).collect()),
            Vector::real("y", VectorKind::Voltage, values),
        ];
        let text = format!("meas tran x find v(y) when v(y)={level:e} cross={nth}");
        if let Ok(found) = parse(&text).evaluate(&plot, &MeasuredValues::new()) {
            prop_assert!((found.value - level).abs() < 1e-9);
        }
    }
}
