//! Read laws: closed forms, derivatives by differences, shape, and tables with mistakes.

use std::fmt::Write as _;

use ohmloom_devices::conduction::{
    Conduction, ConductionError, ExponentialSelector, LookupTable, Ohmic, Polynomial, Sinh,
    WithSelector,
};
use proptest::prelude::*;

const TABLE: &str = "v,1e-6,4e-6\n-1,-5e-6,-9e-6\n-0.4,-3e-7,-2e-6\n0,0,0\n0.1,2e-7,5e-7\n0.5,2e-7,1e-6\n1.2,4e-6,2e-5\n";

fn assert_near(found: f64, expected: f64, relative: f64) {
    assert!(
        (found - expected).abs() <= relative * expected.abs() + 1e-30,
        "{found} instead of {expected}"
    );
}

/// Continuity, a derivative equal to central differences, no decrease, and zero current at zero voltage.
fn check_shape(law: &impl Conduction, g: f64, span: f64) {
    assert_eq!(law.at(g, 0.0).0, 0.0);
    let h = span * 1e-6;
    let mut last = law.at(g, -span).0;
    for step in -1999..=2000 {
        let v = span * (f64::from(step) + 0.123) / 2000.0;
        let (current, slope) = law.at(g, v);
        assert!(
            current >= last && slope >= 0.0,
            "at {v} V: {current} A, {slope} S"
        );
        last = current;
        let difference = (law.at(g, v + h).0 - law.at(g, v - h).0) / (2.0 * h);
        let scale = slope.abs() + current.abs() / span;
        assert!(
            (slope - difference).abs() <= 1e-4 * scale + 1e-18,
            "at {v} V: slope {slope}, by differences {difference}"
        );
    }
}

#[test]
fn shapes() {
    let sinh = Sinh::new(0.25).unwrap();
    let selector = ExponentialSelector::new(1e-12, 0.05).unwrap();
    check_shape(&Ohmic, 1e-5, 2.0);
    check_shape(&sinh, 1e-5, 2.0);
    check_shape(&Polynomial::new(&[0.2, 0.7, -0.1], 0.8).unwrap(), 1e-5, 2.0);
    check_shape(&LookupTable::from_csv("t", TABLE).unwrap(), 2e-6, 2.0);
    check_shape(&LookupTable::from_csv("t", TABLE).unwrap(), 9e-6, 2.0);
    check_shape(
        &WithSelector {
            cell: Ohmic,
            selector,
        },
        1e-4,
        3.0,
    );
    check_shape(
        &WithSelector {
            cell: sinh,
            selector,
        },
        1e-5,
        3.0,
    );
}

#[test]
fn sinh_has_its_closed_form_and_two_definitions_of_conductance() {
    let law = Sinh::new(0.25).unwrap();
    let (current, slope) = law.at(2e-5, 0.3);
    assert_near(current, 2e-5 * 0.25 * 1.2_f64.sinh(), 1e-15);
    assert_near(slope, 2e-5 * 1.2_f64.cosh(), 1e-15);
    assert_eq!(law.at(2e-5, 0.0).1, 2e-5);
    assert_eq!(law.at(2e-5, -0.3).0, -current);
    assert_near(
        law.at_read_voltage(0.2).unwrap().at(2e-5, 0.2).0,
        2e-5 * 0.2,
        1e-15,
    );
}

#[test]
fn no_voltage_overflows() {
    let sinh = Sinh::new(1e-3).unwrap();
    let selector = ExponentialSelector::new(1e-14, 0.02).unwrap();
    let laws: [&dyn Conduction; 3] = [
        &sinh,
        &WithSelector {
            cell: Ohmic,
            selector,
        },
        &WithSelector {
            cell: sinh,
            selector,
        },
    ];
    for law in laws {
        for v in [1.0, 5.0, 1e3, -1e3] {
            let (current, slope) = law.at(1e-4, v);
            assert!(
                current.is_finite() && slope.is_finite() && slope > 0.0,
                "{v}: {current} {slope}"
            );
        }
    }
}

#[test]
fn polynomials_are_checked_for_monotony() {
    let law = Polynomial::new(&[0.3, 0.5], 1.0).unwrap();
    assert_near(
        law.at(1e-6, 0.4).0,
        1e-6 * (0.4 + 0.3 * 0.16 + 0.5 * 0.064),
        1e-14,
    );
    assert_near(
        law.at(1e-6, 0.4).1,
        1e-6 * (1.0 + 0.6 * 0.4 + 1.5 * 0.16),
        1e-14,
    );
    // Slope at the end 1 + 0.6 + 1.5, current 1.8: continued along the tangent.
    assert_near(law.at(1.0, 3.0).0, 1.8 + 2.0 * 3.1, 1e-14);
    assert_near(
        law.at_read_voltage(0.5).unwrap().at(1e-6, 0.5).0,
        5e-7,
        1e-14,
    );
    // 1 + 3 c3 v^2 is zero at sqrt(1/3) for c3 = -1.
    assert!(Polynomial::new(&[0.0, -1.0], 0.577).is_ok());
    match Polynomial::new(&[0.0, -1.0], 0.578) {
        Err(ConductionError::NotMonotone { voltage, range }) => {
            assert!(voltage.abs() > 0.577 && range == 0.578);
        }
        other => panic!("{other:?}"),
    }
    // A slope of (v - 0.3)^2 + 1e-6, times a constant: positive, though barely and only inside.
    let (offset, floor) = (0.3_f64, 1e-6);
    let scale = offset * offset + floor;
    assert!(Polynomial::new(&[-offset / scale, 1.0 / (3.0 * scale)], 1.0).is_ok());
    let scale = offset * offset - floor;
    assert!(Polynomial::new(&[-offset / scale, 1.0 / (3.0 * scale)], 1.0).is_err());
    assert!(Polynomial::new(&[], 1.0).unwrap().at(2.0, 0.7) == (1.4, 2.0));
}

#[test]
fn selectors_and_their_inverse_agree() {
    let selector = ExponentialSelector::new(1e-12, 0.05).unwrap();
    for v in [
        -5.0, -2.5, -1.9, -0.3, -1e-9, 1e-7, 0.05, 0.9, 2.0, 2.5, 10.0,
    ] {
        let (current, conductance) = selector.current(v);
        let (voltage, resistance) = selector.voltage(current);
        assert_near(voltage, v, 1e-12);
        assert_near(resistance * conductance, 1.0, 1e-9);
    }
    // Far above v_s it is i_s exp(v/v_s).
    assert_near(selector.current(1.0).0, 1e-12 * 20_f64.exp(), 1e-15);
}

#[test]
fn a_cell_in_series_with_a_selector_obeys_both_laws() {
    for (i_s, v_s) in [(1e-15, 0.02), (1e-9, 0.1), (1e-3, 0.3)] {
        let selector = ExponentialSelector::new(i_s, v_s).unwrap();
        let cell = Sinh::new(0.3).unwrap();
        let both = WithSelector { cell, selector };
        for g in [1e-9, 1e-6, 1e-3] {
            for v in [-2.0, -0.7, -1e-3, 1e-6, 0.4, 1.0, 3.0] {
                let (current, slope) = both.at(g, v);
                // Independently: bisection on the voltage of the cell.
                let (mut low, mut high) = (v.min(0.0), v.max(0.0));
                for _ in 0..200 {
                    let u = low.midpoint(high);
                    if cell.at(g, u).0 > selector.current(v - u).0 {
                        high = u;
                    } else {
                        low = u;
                    }
                }
                let expected = cell.at(g, low).0;
                assert!(
                    (current - expected).abs() <= 1e-10 * expected.abs() + 1e-28,
                    "{current} instead of {expected}"
                );
                let u = low;
                let (a, b) = (cell.at(g, u).1, selector.current(v - u).1);
                assert_near(slope, a * b / (a + b), 1e-8);
            }
        }
        assert_eq!(both.at(0.0, 1.0), (0.0, 0.0));
    }
}

#[test]
fn tables_pass_through_their_points_and_stay_monotone_between() {
    let table = LookupTable::from_csv("t", TABLE).unwrap();
    assert_eq!(table.levels().collect::<Vec<_>>(), [1e-6, 4e-6]);
    for (v, low, high) in [
        (-1.0, -5e-6, -9e-6),
        (0.1, 2e-7, 5e-7),
        (0.5, 2e-7, 1e-6),
        (1.2, 4e-6, 2e-5),
    ] {
        assert_near(table.at(1e-6, v).0, low, 1e-14);
        assert_near(table.at(4e-6, v).0, high, 1e-14);
        assert_near(table.at(2e-6, v).0, low + (high - low) / 3.0, 1e-14);
        assert_near(table.at(8e-6, v).0, 2.0 * high, 1e-14);
        assert_near(table.at(5e-7, v).0, 0.5 * low, 1e-14);
    }
    // Flat data stay flat, and the slope at a knee is 0.
    assert_near(table.at(1e-6, 0.3).0, 2e-7, 1e-14);
    assert_eq!(table.at(1e-6, 0.1).1, 0.0);
    // Along the tangent beyond the table.
    let (end, slope) = table.at(4e-6, 1.2);
    assert_near(table.at(4e-6, 1.7).0, end + 0.5 * slope, 1e-14);
}

#[test]
fn the_slopes_of_a_table_are_those_of_the_cited_method() {
    // By hand, for y = x^2 at 0, 1, 3: secants 1 and 4, steps 1 and 2. Middle: (5 + 4)/(5/1 + 4/4); ends: three-point formulas.
    let table = LookupTable::from_csv("t", "v,1\n0,0\n1,1\n3,9\n").unwrap();
    assert_near(table.at(1.0, 1.0).1, 1.5, 1e-14);
    assert_eq!(table.at(1.0, 0.0).1, 0.0);
    assert_near(
        table.at(1.0, 3.0).1,
        ((2.0 * 2.0 + 1.0) * 4.0 - 2.0 * 1.0) / 3.0,
        1e-14,
    );
    // The cubic with these ends: y(1/2) = 1/2 (0 + 1) + 1/8 (0 - 1.5).
    assert_near(table.at(1.0, 0.5).0, 0.5 - 1.5 / 8.0, 1e-14);
    // The row at 0 V comes first, so the law is odd.
    assert_eq!(table.at(1.0, -0.5).0, -table.at(1.0, 0.5).0);
    // Straight lines are reproduced.
    let line = LookupTable::from_csv("t", "v,2\n0,0\n0.3,0.6\n0.35,0.7\n1,2\n").unwrap();
    assert_near(line.at(2.0, 0.33).0, 0.66, 1e-14);
    assert_near(line.at(2.0, 7.0).0, 14.0, 1e-13);
}

#[test]
fn a_table_of_a_sinh_follows_it() {
    let law = Sinh::new(0.2).unwrap();
    let mut text = "# made from a closed form\nv,1e-6\n".to_owned();
    for k in -40..=40 {
        let v = f64::from(k) / 40.0;
        let _ = writeln!(text, "{v},{:e}", law.at(1e-6, v).0);
    }
    let table = LookupTable::from_csv("t", &text).unwrap();
    for k in -97..97 {
        let v = f64::from(k) / 100.0 + 0.003;
        let (expected, found) = (law.at(3e-6, v).0, table.at(3e-6, v).0);
        assert!(
            (found - expected).abs() < 2e-3 * expected.abs() + 1e-9,
            "{v}: {found} {expected}"
        );
    }
}

#[test]
fn mistakes_in_tables_have_a_place() {
    for (text, place) in [
        ("", "cell.csv, line 1, column 1: the table is empty"),
        (
            "x,1\n0,0\n",
            "cell.csv, line 1, column 1: the header starts with `v`",
        ),
        ("v\n0\n1\n", "cell.csv, line 1, column 1: there is no level"),
        (
            "v,1,1\n0,0,0\n1,1,1\n",
            "cell.csv, line 1, column 3: the levels' conductances must increase",
        ),
        (
            "v,-1\n0,0\n1,1\n",
            "cell.csv, line 1, column 2: a level's conductance",
        ),
        (
            "v,1\n0,0\n",
            "cell.csv, line 1, column 1: a table needs at least two rows",
        ),
        (
            "v,1\n# c\n\n0,0\n1,abc\n",
            "cell.csv, line 5, column 2: `abc` is not a finite number",
        ),
        ("v,1\n0,0\n1,nan\n", "cell.csv, line 3, column 2: `nan`"),
        (
            "v,1\n0,0\n1,1,2\n",
            "cell.csv, line 3, column 2: 3 numbers where the header has 2",
        ),
        (
            "v,1\n0,0\n0,1\n",
            "cell.csv, line 3, column 1: the voltages must increase",
        ),
        (
            "v,1,2\n0,0,0\n1,1,2\n2,3,1\n",
            "cell.csv, line 4, column 3: the current falls",
        ),
        (
            "v,1\n0.1,0\n1,1\n",
            "cell.csv, line 1, column 1: there is no row at 0 V",
        ),
        (
            "v,1\n0,1e-9\n1,1\n",
            "cell.csv, line 2, column 2: the current at 0 V must be 0",
        ),
    ] {
        let error = LookupTable::from_csv("cell.csv", text)
            .unwrap_err()
            .to_string();
        assert!(error.starts_with(place), "{text:?}: {error}");
    }
    let missing = LookupTable::from_file(std::path::Path::new("no/such.csv")).unwrap_err();
    assert!(missing.to_string().starts_with("no/such.csv: "));
}

#[test]
fn impossible_parameters_are_named() {
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(Sinh::new(bad).unwrap_err().to_string().starts_with("v0 = "));
        assert!(
            Polynomial::new(&[], bad)
                .unwrap_err()
                .to_string()
                .starts_with("range = ")
        );
        assert!(
            ExponentialSelector::new(bad, 0.1)
                .unwrap_err()
                .to_string()
                .starts_with("i_s = ")
        );
        assert!(
            ExponentialSelector::new(1e-9, bad)
                .unwrap_err()
                .to_string()
                .starts_with("v_s = ")
        );
        assert!(Sinh::new(0.1).unwrap().at_read_voltage(bad).is_err());
    }
    assert!(
        Polynomial::new(&[f64::NAN], 1.0)
            .unwrap_err()
            .to_string()
            .starts_with("coefficient")
    );
    assert!(
        Polynomial::new(&[], 1.0)
            .unwrap()
            .at_read_voltage(1.5)
            .is_err()
    );
}

proptest! {
    #[test]
    fn any_monotone_table_gives_a_monotone_law(
        steps in prop::collection::vec((0.01..1.0_f64, prop_oneof![Just(0.0), 0.0..1.0_f64, 0.0..1e-6_f64]), 2..12)
    ) {
        let (mut v, mut i) = (0.0, 0.0);
        let mut text = "v,1\n0,0\n".to_owned();
        for (dv, di) in steps {
            v += dv;
            i += di;
            let _ = writeln!(text, "{v},{i}");
        }
        let law = LookupTable::from_csv("t", &text).unwrap();
        let mut last = f64::NEG_INFINITY;
        for k in -1200..=1200 {
            let (current, slope) = law.at(1.0, v * f64::from(k) / 1000.0);
            prop_assert!(current >= last - 1e-14 && slope >= -1e-12, "{} after {}, slope {}", current, last, slope);
            last = current;
        }
    }
}
