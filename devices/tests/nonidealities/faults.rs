//! Stuck cells and broken lines: rates, exact numbers, clusters, maps.

use ohmloom_devices::nonidealities::{
    BrokenLines, Nonideality, NonidealityError, Open, Placement, ProgrammedArray, Short, Side,
    Stuck, StuckCell, StuckState,
};
use ohmloom_solver::line_grid::{
    ArraySolver, End, LineGrid, Lines, SegmentResistance, SolveOptions,
};

use crate::statistics::{RANGE, assert_rate, flat, instance, only};

fn stuck(rows: usize, columns: usize, seed: u64, placement: Placement) -> ProgrammedArray {
    let mut array = flat(rows, columns, 3e-5);
    let list = only(Nonideality::Stuck(Stuck::placed(placement)));
    let report = list.program(&mut array, &instance(seed)).unwrap();
    assert_eq!(report[0].stuck_on, count(&array, StuckState::On));
    assert_eq!(report[0].stuck_off, count(&array, StuckState::Off));
    array
}

fn count(array: &ProgrammedArray, state: StuckState) -> usize {
    array.stuck().iter().filter(|&&s| s == Some(state)).count()
}

#[test]
fn independent_faults_have_their_rates() {
    // The published sampler that went wrong by up to a factor of a hundred was asked for these.
    for (on, off) in [(0.01, 0.0), (0.1, 0.1), (0.0175, 0.0904), (0.0, 1.0)] {
        let array = stuck(300, 200, 3, Placement::Independent { on, off });
        assert_rate(count(&array, StuckState::On), 60_000, on);
        assert_rate(count(&array, StuckState::Off), 60_000, off);
        for (g, state) in array.conductance().iter().zip(array.stuck()) {
            assert_eq!(*g, state.map_or(3e-5, |state| RANGE.stuck_at(state)));
        }
    }
    let small = stuck(4, 6, 3, Placement::Independent { on: 0.2, off: 0.2 });
    let large = stuck(9, 17, 3, Placement::Independent { on: 0.2, off: 0.2 });
    for row in 0..4 {
        assert_eq!(
            small.stuck()[row * 6..][..6],
            large.stuck()[row * 17..][..6]
        );
    }
}

#[test]
fn counts_are_exact_and_every_cell_is_as_likely() {
    let mut hits = vec![0; 48];
    for seed in 0..4000 {
        let array = stuck(6, 8, seed, Placement::Count { on: 5, off: 7 });
        assert_eq!(
            (
                count(&array, StuckState::On),
                count(&array, StuckState::Off)
            ),
            (5, 7)
        );
        for (hit, state) in hits.iter_mut().zip(array.stuck()) {
            *hit += usize::from(*state == Some(StuckState::On));
        }
    }
    for hit in hits {
        assert_rate(hit, 4000, 5.0 / 48.0);
    }
    let share = stuck(
        64,
        64,
        1,
        Placement::Share {
            on: 0.0125,
            off: 0.0125,
        },
    );
    assert_eq!(
        (
            count(&share, StuckState::On),
            count(&share, StuckState::Off)
        ),
        (51, 51)
    );
    assert_eq!(
        count(
            &stuck(3, 3, 1, Placement::Count { on: 9, off: 0 }),
            StuckState::On
        ),
        9
    );
}

#[test]
fn halves_are_the_counts_of_the_share_of_all_cells() {
    // round(4096 p) cells: Li et al. (2022).
    for (share, off, on) in [
        (0.0005, 1, 1),
        (0.001, 2, 2),
        (0.005, 10, 10),
        (0.01, 21, 20),
        (0.025, 51, 51),
        (0.05, 103, 102),
    ] {
        let array = stuck(64, 64, 5, Placement::Halves { share });
        let counts = [StuckState::Off, StuckState::On].map(|state| count(&array, state));
        assert_eq!(counts, [off, on], "{share}");
        let same = stuck(64, 64, 5, Placement::Count { on, off });
        assert_eq!(array.stuck(), same.stuck());
    }
}

#[test]
fn counts_do_not_take_cells_twice() {
    let mut array = flat(10, 10, 3e-5);
    let list = ohmloom_devices::nonidealities::Nonidealities {
        entries: vec![
            Nonideality::Stuck(Stuck::placed(Placement::Count { on: 60, off: 0 })),
            Nonideality::Stuck(Stuck::placed(Placement::Count { on: 0, off: 40 })),
            Nonideality::Stuck(Stuck::independent(1.0, 0.0)),
        ],
    };
    let report = list.program(&mut array, &instance(6)).unwrap();
    assert_eq!(
        (
            count(&array, StuckState::On),
            count(&array, StuckState::Off)
        ),
        (60, 40)
    );
    assert_eq!((report[2].stuck_on, report[2].stuck_already), (0, 100));
    let more = only(Nonideality::Stuck(Stuck::placed(Placement::Count {
        on: 1,
        off: 0,
    })));
    let error = more.program(&mut array, &instance(6)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "non-ideality 1: stuck: on + off = 1: is more than there are cells that are not stuck yet"
    );
}

#[test]
fn clusters_have_their_share_and_their_length() {
    let (on, off, length) = (0.03, 0.05, 6.0);
    for along in [Side::Row, Side::Column] {
        let (rows, columns) = (400, 500);
        let array = stuck(
            rows,
            columns,
            12,
            Placement::Clustered {
                on,
                off,
                length,
                along,
            },
        );
        let (lines, positions) = if along == Side::Row {
            (rows, columns)
        } else {
            (columns, rows)
        };
        let at = |line: usize, position: usize| {
            let index = if along == Side::Row {
                line * columns + position
            } else {
                position * columns + line
            };
            array.stuck()[index]
        };
        let (mut runs, mut cells, mut ended) = (0, [0, 0], 0);
        for line in 0..lines {
            for position in 0..positions {
                if let Some(state) = at(line, position) {
                    cells[usize::from(state == StuckState::Off)] += 1;
                    let before = position.checked_sub(1).and_then(|p| at(line, p));
                    runs += usize::from(before.is_none());
                    assert!(
                        before.is_none_or(|before| before == state),
                        "runs are alike"
                    );
                }
                let ends = position + 1 < positions && at(line, position).is_some();
                ended += usize::from(ends && at(line, position + 1).is_none());
            }
        }
        // Neighbours are correlated: the variance is larger by (1 + c)/(1 - c), c the correlation of neighbours; 15 standard deviations
        // of independent cells are more than five of these.
        let total = (rows * columns) as f64;
        for (found, expected) in cells.iter().zip([on, off]) {
            let sigma = (total * expected).sqrt();
            assert!(
                (f64::from(*found) - total * expected).abs() < 15.0 * sigma,
                "{found} {}",
                total * expected
            );
        }
        let mean = f64::from(cells[0] + cells[1]) / runs as f64;
        assert!(
            (mean - length).abs() < 5.0 * length / (runs as f64).sqrt() + 0.1,
            "{mean}"
        );
        assert!(ended > 1000);
    }
}

#[test]
fn whole_lines_stick() {
    let array = stuck(
        2000,
        5,
        2,
        Placement::Lines {
            on: 0.1,
            off: 0.2,
            along: Side::Row,
        },
    );
    let mut lines = [0, 0];
    for row in array.stuck().chunks_exact(5) {
        assert!(row.iter().all(|state| *state == row[0]));
        if let Some(state) = row[0] {
            lines[usize::from(state == StuckState::Off)] += 1;
        }
    }
    assert_rate(lines[0], 2000, 0.1);
    assert_rate(lines[1], 2000, 0.2);
    let columns = stuck(
        3,
        2000,
        2,
        Placement::Lines {
            on: 0.5,
            off: 0.0,
            along: Side::Column,
        },
    );
    assert_eq!(columns.stuck()[..2000], columns.stuck()[2000..4000]);
}

#[test]
fn maps_and_levels_of_their_own() {
    let cells = vec![
        StuckCell {
            row: 1,
            column: 2,
            state: StuckState::On,
        },
        StuckCell {
            row: 0,
            column: 0,
            state: StuckState::Off,
        },
    ];
    let mut array = flat(2, 3, 3e-5);
    let entry = Stuck {
        placement: Placement::Map {
            cells: cells.clone(),
        },
        g_on: Some(5e-4),
        g_off: Some(0.0),
    };
    only(Nonideality::Stuck(entry))
        .program(&mut array, &instance(0))
        .unwrap();
    assert_eq!(array.conductance(), [0.0, 3e-5, 3e-5, 3e-5, 3e-5, 5e-4]);
    let mut narrow = flat(2, 2, 3e-5);
    let error = only(Nonideality::Stuck(Stuck::placed(Placement::Map { cells })))
        .program(&mut narrow, &instance(0))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "non-ideality 1: stuck: column 2 is not in the array, which has 2"
    );
}

#[test]
fn broken_lines_have_their_rates_and_their_places() {
    let given = BrokenLines {
        open_rate: 0.02,
        short_rate: 0.01,
        opens: vec![Open {
            side: Side::Row,
            line: 3,
            segment: 5,
        }],
        shorts: vec![Short {
            side: Side::Column,
            line: 98,
            position: 199,
        }],
    };
    let mut array = flat(200, 100, 3e-5);
    let report = only(Nonideality::BrokenLines(given))
        .program(&mut array, &instance(3))
        .unwrap();
    let faults = &report[0].line_faults;
    assert_eq!(array.conductance(), vec![3e-5; 20_000]);
    assert_rate(faults.opens.len(), 200 * 99 + 100 * 199, 0.02);
    assert_rate(faults.shorts.len(), 199 * 100 + 99 * 200, 0.01);
    for open in &faults.opens {
        let (lines, segments) = if open.side == Side::Row {
            (200, 99)
        } else {
            (100, 199)
        };
        assert!(open.line < lines && open.segment < segments);
        assert_eq!(
            faults.opens.iter().filter(|other| *other == open).count(),
            1
        );
    }
    for short in &faults.shorts {
        let (lines, positions) = if short.side == Side::Row {
            (200, 100)
        } else {
            (100, 200)
        };
        assert!(short.line + 1 < lines && short.position < positions);
    }
    let outside = BrokenLines {
        opens: vec![Open {
            side: Side::Row,
            line: 0,
            segment: 99,
        }],
        ..BrokenLines::default()
    };
    let error = only(Nonideality::BrokenLines(outside))
        .program(&mut array, &instance(3))
        .unwrap_err();
    let NonidealityError::Entry { source, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(
        source.to_string(),
        "broken-lines: segment 99 is not in the array, which has 99"
    );
}

#[test]
fn an_open_row_cuts_the_cells_behind_it_off() {
    let given = BrokenLines {
        opens: vec![Open {
            side: Side::Row,
            line: 1,
            segment: 2,
        }],
        ..BrokenLines::default()
    };
    let mut array = flat(3, 6, 3e-5);
    let report = only(Nonideality::BrokenLines(given))
        .program(&mut array, &instance(3))
        .unwrap();
    let faults = &report[0].line_faults;
    assert_eq!(
        faults.segments(Side::Column, 6, 3, 1.0, 1e15),
        SegmentResistance::Uniform(1.0)
    );
    let rows = Lines {
        segments: faults.segments(Side::Row, 3, 6, 1.0, 1e15),
        start: vec![End::Driven(1.0); 3],
        end: vec![End::Floating; 3],
    };
    let columns = Lines::alike(6, 0.0, End::Floating, End::Grounded(0.0));
    let grid = LineGrid::new(3, 6, array.into_conductance(), rows, columns).unwrap();
    let solver = ArraySolver::new(&grid, SolveOptions::default()).unwrap();
    let currents = solver.solve(&[0.0, 0.2, 0.0]).unwrap().output_currents;
    assert!(currents[..3].iter().all(|i| (i - 6e-6).abs() < 1e-8));
    assert!(
        currents[3..].iter().all(|i| i.abs() < 1e-14),
        "{currents:?}"
    );
}
