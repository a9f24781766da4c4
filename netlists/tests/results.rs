//! Rawfiles against ngspice, vector algebra, and tables.

mod support;

use std::io::Cursor;

use ohmloom_netlists::expression::parse_vector;
use ohmloom_netlists::results::algebra::{AlgebraError, evaluate_vector};
use ohmloom_netlists::results::rawfile::{self, Encoding, RawfileError, StreamWriter};
use ohmloom_netlists::results::{Complex64, Plot, PlotSet, Vector, VectorData, VectorKind, table};
use proptest::prelude::*;

fn ac_plot() -> Plot {
    let mut plot = Plot::new("an rc filter", "AC Analysis");
    "Sat Nov 21 02:42:34  2026".clone_into(&mut plot.date);
    let mut scale = Vector::complex(
        "frequency",
        VectorKind::Frequency,
        vec![10.0.into(), 100.0.into()],
    );
    scale.logarithmic = true;
    plot.vectors = vec![
        scale,
        Vector::complex(
            "out",
            VectorKind::Voltage,
            vec![Complex64::new(0.9, -0.1), Complex64::new(0.1, -0.3)],
        ),
        Vector::complex(
            "v1#branch",
            VectorKind::Current,
            vec![Complex64::new(1e-3, 0.0), Complex64::new(0.0, 2e-3)],
        ),
    ];
    plot
}

fn tran_plot() -> Plot {
    let mut plot = Plot::new("ramp", "Transient Analysis");
    plot.vectors = vec![
        Vector::real("time", VectorKind::Time, vec![0.0, 1e-9, 3e-9]),
        Vector::real("x1.mid", VectorKind::Voltage, vec![0.0, 1.0 / 3.0, 1.0]),
        Vector::real("v1#branch", VectorKind::Current, vec![0.0, -1e-12, 1e-6]),
        Vector::scalar("gain", 2.5),
    ];
    plot
}

#[test]
fn several_plots_come_back_from_both_encodings() {
    for encoding in [Encoding::Binary, Encoding::Ascii] {
        let mut bytes = Vec::new();
        rawfile::write(&ac_plot(), encoding, &mut bytes).unwrap();
        rawfile::write(&tran_plot(), encoding, &mut bytes).unwrap();
        let plots = rawfile::read(&mut Cursor::new(&bytes)).unwrap();
        assert_eq!(plots.len(), 2);
        assert_eq!(plots[0].name, "AC Analysis");
        assert_eq!(plots[0].date, "Sat Nov 21 02:42:34  2026");
        assert!(plots[0].vectors[0].logarithmic);
        for (old, new) in ac_plot().vectors.iter().zip(&plots[0].vectors) {
            assert_eq!(old.data, new.data);
            assert_eq!(old.kind, new.kind);
        }
        assert_eq!(
            plots[1].stored("x1.mid").unwrap().data,
            tran_plot().vectors[1].data
        );
        assert_eq!(plots[1].stored("v1#branch").unwrap().name, "i(v1)");
        assert_eq!(
            plots[1].stored("gain").unwrap().data,
            VectorData::Real(vec![2.5, 0.0, 0.0])
        );
    }
}

#[test]
fn a_streamed_rawfile_is_read_like_a_written_one() {
    let plot = tran_plot();
    let variables: Vec<_> = plot.vectors[..3]
        .iter()
        .map(|v| (v.name.clone(), v.kind.clone()))
        .collect();
    let mut writer = StreamWriter::new(Cursor::new(Vec::new()), &plot, &variables).unwrap();
    for point in 0..3 {
        let row: Vec<f64> = plot.vectors[..3]
            .iter()
            .map(|v| v.data.real_at(point).unwrap())
            .collect();
        writer.point(&row).unwrap();
    }
    assert!(writer.point(&[1.0]).is_err());
    let mut file = writer.finish().unwrap();
    // A second plot goes behind the first one.
    rawfile::write(&ac_plot(), Encoding::Binary, &mut file).unwrap();
    let plots = rawfile::read(&mut Cursor::new(file.into_inner())).unwrap();
    assert_eq!(plots.len(), 2);
    assert_eq!(plots[0].points(), 3);
    assert_eq!(plots[0].vectors[1].data, plot.vectors[1].data);
}

#[test]
fn broken_rawfiles_are_errors() {
    let mut whole = Vec::new();
    rawfile::write(&tran_plot(), Encoding::Binary, &mut whole).unwrap();
    let error = rawfile::read(&mut Cursor::new(&whole[..whole.len() - 1])).unwrap_err();
    assert!(
        matches!(
            error,
            RawfileError::Values {
                plot: 1,
                point: 2,
                ..
            }
        ),
        "{error}"
    );
    let huge = "Title: t\nFlags: real\nNo. Variables: 1\nNo. Points: 99999999999999\nVariables:\n\t0\tx\tnotype\nBinary:\nabc";
    assert!(rawfile::read(&mut Cursor::new(huge)).is_err());
    for text in [
        "no header",
        "Title: x\n",
        "No. Points: -3\n",
        "No. Variables: 2\nVariables:\n 0 a\n",
        "Variables:\n",
    ] {
        assert!(
            matches!(
                rawfile::read(&mut Cursor::new(text)),
                Err(RawfileError::Header { .. })
            ),
            "{text}"
        );
    }
    assert!(rawfile::read(&mut Cursor::new("")).unwrap().is_empty());
}

#[test]
fn rawfiles_of_ngspice_are_read() {
    let Some(folder) = support::ngspice_folder() else {
        return;
    };
    let deck = "rc\nv1 in 0 dc 1 ac 1\nr1 in out 1k\nc1 out 0 1u\n.ac dec 2 10 1k\n.op\n.dc v1 0 1 0.25\n.noise v(out) v1 dec 2 10 1k\n.tf v(out) v1\n.end\n";
    for (encoding, name) in [("binary", "b.raw"), ("ascii", "a.raw")] {
        let control = format!(
            "{}.control\nset filetype={encoding}\nrun\nset appendwrite\n{}.endc\n.end\n",
            deck.trim_end_matches(".end\n"),
            ["ac1", "op1", "dc1", "noise1", "noise2", "tf1"]
                .map(|p| format!("setplot {p}\nwrite {name}\n"))
                .concat()
        );
        support::run_ngspice(folder.path(), &control);
        let bytes = std::fs::read(folder.path().join(name)).unwrap();
        let plots = rawfile::read(&mut Cursor::new(&bytes)).unwrap();
        let names: Vec<_> = plots.iter().map(Plot::type_prefix).collect();
        assert_eq!(names, ["ac", "op", "dc", "noise", "noise", "tf"]);
        let ac = &plots[0];
        assert!(ac.vectors[0].logarithmic);
        for point in 0..ac.points() {
            let f = ac.vectors[0].data.real_at(point).unwrap();
            let expected = Complex64::ONE / Complex64::new(1.0, std::f64::consts::TAU * f * 1e-3);
            let found = ac.stored("v(out)").unwrap().data.get(point).unwrap();
            assert!((found - expected).norm() < 1e-12, "{found} {expected}");
        }
        // Writing the first plot again gives ngspice's own bytes.
        let mut again = Vec::new();
        rawfile::write(
            ac,
            if encoding == "binary" {
                Encoding::Binary
            } else {
                Encoding::Ascii
            },
            &mut again,
        )
        .unwrap();
        assert_eq!(
            String::from_utf8_lossy(&again),
            String::from_utf8_lossy(&bytes[..again.len()])
        );
    }
}

#[test]
fn ngspice_loads_our_rawfiles() {
    let Some(folder) = support::ngspice_folder() else {
        return;
    };
    for (name, encoding) in [("b.raw", Encoding::Binary), ("a.raw", Encoding::Ascii)] {
        let mut file = std::fs::File::create(folder.path().join(name)).unwrap();
        rawfile::write(&tran_plot(), encoding, &mut file).unwrap();
        rawfile::write(&ac_plot(), encoding, &mut file).unwrap();
        let deck = format!(
            "t\n.control\nload {name}\nsetplot tran1\nprint v(x1.mid)[1]\nprint i(v1)[2]\nsetplot ac1\nprint v(out)[1]\n.endc\n.end\n"
        );
        let text = support::run_ngspice(folder.path(), &deck);
        for line in [
            "v(x1.mid)[1] = 3.333333e-01",
            "i(v1)[2] = 1.000000e-06",
            "v(out)[1] = 1.000000e-01,-3.00000e-01",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }
}

#[test]
fn tables_are_those_of_print() {
    let plot = tran_plot();
    let mut out = Vec::new();
    let listed: Vec<&Vector> = plot.vectors[1..].iter().collect();
    table::write(&plot, &listed, table::TableStyle::default(), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let expected = [
        "Index   time            x1.mid          v1#branch       gain            ",
        "0\t0.000000e+00\t0.000000e+00\t0.000000e+00\t2.500000e+00\t",
        "1\t1.000000e-09\t3.333333e-01\t-1.00000e-12\t\t\t",
    ];
    for line in expected {
        assert!(
            text.lines().any(|found| found == line),
            "{line:?} is not in\n{text}"
        );
    }
}

fn algebra(text: &str) -> Result<Vector, String> {
    let mut plots = PlotSet::new();
    plots.add(tran_plot());
    plots.current_mut().set(Vector::real(
        "t2",
        VectorKind::NoType,
        vec![0.0, 1e-18, 9e-18],
    ));
    plots.current_mut().set(Vector::complex(
        "z",
        VectorKind::NoType,
        vec![Complex64::new(1.0, 2.0)],
    ));
    let mut other = Plot::new("t", "Transient Analysis");
    other.vectors = vec![
        Vector::real("time", VectorKind::Time, vec![0.0, 2e-9, 4e-9]),
        Vector::real("w", VectorKind::Voltage, vec![0.0, 2.0, 4.0]),
    ];
    plots.add(other);
    plots.select("tran1");
    let expression = parse_vector(text).map_err(|error| error.message)?;
    evaluate_vector(&expression, &plots).map_err(|error: AlgebraError| error.to_string())
}

#[test]
fn vector_algebra() {
    let cases: [(&str, &[f64]); 24] = [
        ("v(x1.mid)*3 - 1", &[-1.0, 0.0, 2.0]),
        ("gain", &[2.5]),
        ("v(x1.mid)[2]", &[1.0]),
        ("time[2,1]*1e9", &[3.0, 1.0]),
        ("7.5 % 2", &[1.0]),
        ("2^3^2", &[64.0]),
        ("v(x1.mid) gt 0.2 and gain eq 2.5", &[0.0, 1.0, 1.0]),
        ("deriv(t2)*1e9", &[0.0, 2.0, 6.0]),
        ("integ(v(x1.mid))*6e9", &[0.0, 1.0, 9.0]),
        ("mag(z)^2", &[5.0]),
        ("imag(z*z) + real(z*z)", &[1.0]),
        ("mean(time)*3e9", &[4.0]),
        ("vecmax(v(x1.mid)) + vecmin(i(v1))*1e12", &[0.0]),
        ("max(v(x1.mid), 0.5)", &[0.5, 0.5, 1.0]),
        ("length(time) + vector(3)", &[3.0, 4.0, 5.0]),
        ("norm(time)", &[0.0, 1.0 / 3.0, 1.0]),
        ("db(10)", &[20.0]),
        ("log(e) + log10(1000)", &[4.0]),
        ("interpolate(tran2.w)", &[0.0, 1.0, 3.0]),
        ("imag(sqrt(-4))", &[2.0]),
        ("ph(j(2))*2/pi", &[1.0]),
        ("avg(time)*2e9", &[0.0, 1.0, 3.0]),
        ("gain > 2 ? unitvec(2) : 0", &[1.0, 1.0]),
        ("boltz*1e23", &[1.380_649]),
    ];
    for (text, expected) in cases {
        let found = algebra(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let values = found.data.to_real();
        assert_eq!(values.len(), expected.len(), "{text}");
        for (a, b) in values.iter().zip(expected) {
            assert!(
                (a - b).abs() < 1e-9,
                "{text}: {values:?} is not {expected:?}"
            );
        }
    }
    for text in [
        "nope",
        "v(nope)",
        "foo(1)",
        "time + vector(2)",
        "1/0",
        "ln(-1)",
        "time[3]",
        "time[0.5]",
        "z > 1",
        "vector(1e12)",
        "\"a\"",
        "max(1)",
    ] {
        assert!(algebra(text).is_err(), "{text}");
    }
    // A long sum neither fails nor deepens the stack.
    assert_eq!(
        algebra(&vec!["1"; 900].join("+")).unwrap().data.real_at(0),
        Some(900.0)
    );
}

proptest! {
    #[test]
    fn real_plots_survive_a_rawfile(values in prop::collection::vec(any::<f64>(), 1..40), ascii in any::<bool>()) {
        let mut plot = Plot::new("t", "Transient Analysis");
        plot.vectors = vec![Vector::real("time", VectorKind::Time, values.clone())];
        let mut bytes = Vec::new();
        let encoding = if ascii { Encoding::Ascii } else { Encoding::Binary };
        rawfile::write(&plot, encoding, &mut bytes).unwrap();
        let back = rawfile::read(&mut Cursor::new(&bytes)).unwrap()[0].vectors[0].data.to_real();
        prop_assert_eq!(back.len(), values.len());
        for (a, b) in back.iter().zip(&values) {
            let close = if ascii { (a - b).abs() <= 1e-15 * b.abs() } else { a == b };
            prop_assert!(close || a.is_nan() && b.is_nan() || a == b, "{} {}", a, b);
        }
    }

    #[test]
    fn reading_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in 0usize..400) {
        let mut file = Vec::new();
        rawfile::write(&ac_plot(), Encoding::Ascii, &mut file).unwrap();
        file.truncate(cut.min(file.len()));
        file.extend(bytes);
        let _ = rawfile::read(&mut Cursor::new(&file));
    }

    #[test]
    fn algebra_never_panics(text in "[-a-z0-9+*/^()\\[\\],. <>=!&|?:@#_]{0,40}") {
        let _ = algebra(&text);
    }
}
