//! Spreads, write errors and levels, against the distributions that they are asked for.

use ohmloom_devices::nonidealities::{
    ConductanceRange, CycleToCycle, DeviceToDevice, Distribution, Instance, Levels, Nonidealities,
    Nonideality, ProgrammedArray, RangeOf, RangeSpread, RangeVariation, Spacing, Stuck, WriteError,
};

use crate::statistics::{
    RANGE, assert_distributed, assert_moments, flat, instance, normal_cdf, only, sample,
};

const CELLS: usize = 40_000;

fn spread(sigma: f64, distribution: Distribution) -> Nonideality {
    Nonideality::DeviceToDevice(DeviceToDevice {
        sigma,
        distribution,
    })
}

#[test]
fn device_to_device_spread_has_its_shape() {
    let normal = sample(spread(0.1, Distribution::Normal), 5e-5, CELLS);
    assert_moments(&normal, 5e-5, 5e-6);
    assert_distributed(&normal, |g| normal_cdf((g / 5e-5 - 1.0) / 0.1));
    let lognormal = sample(spread(0.7, Distribution::Lognormal), 5e-5, CELLS);
    assert_distributed(&lognormal, |g| normal_cdf((g / 5e-5).ln() / 0.7));
    // A wide normal spread is cut at zero, and that is reported.
    let mut array = flat(200, 200, 5e-5);
    let report = only(spread(0.5, Distribution::Normal))
        .program(&mut array, &instance(5))
        .unwrap();
    let zero = array.conductance().iter().filter(|&&g| g == 0.0).count();
    crate::statistics::assert_rate(zero, CELLS, normal_cdf(-2.0));
    assert_eq!(
        (report[0].kind, report[0].clipped),
        ("device-to-device", zero)
    );
}

#[test]
fn a_cell_keeps_its_numbers_in_a_larger_array_and_beside_other_entries() {
    let list = only(spread(0.1, Distribution::Normal));
    let mut small = flat(5, 7, 5e-5);
    let mut large = flat(30, 40, 5e-5);
    list.program(&mut small, &instance(9)).unwrap();
    list.program(&mut large, &instance(9)).unwrap();
    for row in 0..5 {
        assert_eq!(
            small.conductance()[row * 7..][..7],
            large.conductance()[row * 40..][..7]
        );
    }
    let mut beside = flat(5, 7, 5e-5);
    let longer = Nonidealities {
        entries: vec![
            Nonideality::CycleToCycle(CycleToCycle {
                sigma: 0.0,
                distribution: Distribution::Normal,
            }),
            spread(0.1, Distribution::Normal),
        ],
    };
    longer.program(&mut beside, &instance(9)).unwrap();
    assert_eq!(beside.conductance(), small.conductance());
    // A second entry of the same kind is independent of the first.
    let mut twice = flat(200, 200, 5e-5);
    let list = Nonidealities {
        entries: vec![spread(0.03, Distribution::Lognormal); 2],
    };
    list.program(&mut twice, &instance(9)).unwrap();
    let sigma = 0.03 * 2_f64.sqrt();
    assert_distributed(twice.conductance(), |g| normal_cdf((g / 5e-5).ln() / sigma));
}

#[test]
fn cycles_differ_and_devices_do_not() {
    let run = |entry: &Nonideality, cycle: u32| {
        let mut array = flat(20, 20, 5e-5);
        let at = Instance {
            cycle,
            ..instance(1)
        };
        only(entry.clone()).program(&mut array, &at).unwrap();
        array.into_conductance()
    };
    let device = spread(0.1, Distribution::Normal);
    assert_eq!(run(&device, 0), run(&device, 1));
    let cycle = Nonideality::CycleToCycle(CycleToCycle {
        sigma: 0.1,
        distribution: Distribution::Normal,
    });
    assert_eq!(run(&cycle, 2), run(&cycle, 2));
    let (first, second) = (run(&cycle, 0), run(&cycle, 1));
    assert!(first.iter().zip(&second).all(|(a, b)| a != b));
    assert_ne!(run(&device, 0), first);
}

#[test]
fn write_errors_add_up() {
    let error = WriteError {
        relative: 0.03,
        absolute: 2e-6,
        // 0.01 + 0.02 x of g_max at x = 1/2.
        polynomial: vec![0.01, 0.02],
        clip: false,
    };
    let values = sample(Nonideality::WriteError(error), 5e-5, CELLS);
    let sigma = (1.5e-6_f64.powi(2) + 2e-6_f64.powi(2) + 2e-6_f64.powi(2)).sqrt();
    assert_moments(&values, 5e-5, sigma);
    assert_distributed(&values, |g| normal_cdf((g - 5e-5) / sigma));
    // A polynomial below zero adds nothing.
    let none = WriteError {
        polynomial: vec![-0.1],
        ..WriteError::default()
    };
    assert_eq!(
        sample(Nonideality::WriteError(none), 5e-5, 200),
        vec![5e-5; 200]
    );
    let clip = WriteError {
        relative: 0.1,
        clip: true,
        ..WriteError::default()
    };
    let mut array = flat(200, 200, 1e-4);
    let report = only(Nonideality::WriteError(clip))
        .program(&mut array, &instance(2))
        .unwrap();
    assert!(array.conductance().iter().all(|&g| g <= RANGE.g_max));
    crate::statistics::assert_rate(report[0].clipped, CELLS, 0.5);
}

#[test]
fn range_ends_spread_separately() {
    let vary = |on_sigma, off_sigma, distribution, of| {
        Nonideality::RangeVariation(RangeVariation {
            on_sigma,
            off_sigma,
            distribution,
            of,
        })
    };
    let resistances =
        |entry, g| -> Vec<f64> { sample(entry, g, CELLS).iter().map(|g| 1.0 / g).collect() };
    // Cells at the ends show the spread of that end alone.
    let on = resistances(
        vary(0.1, 0.2, RangeSpread::Normal, RangeOf::Cell),
        RANGE.g_max,
    );
    assert_distributed(&on, |r| normal_cdf((r / 1e4 - 1.0) / 0.1));
    let off = resistances(
        vary(0.1, 0.2, RangeSpread::Normal, RangeOf::Cell),
        RANGE.g_min,
    );
    assert_distributed(&off, |r| normal_cdf((r / 1e6 - 1.0) / 0.2));
    let wide = resistances(
        vary(0.0, 0.5, RangeSpread::Lognormal, RangeOf::Cell),
        RANGE.g_min,
    );
    assert_distributed(&wide, |r| normal_cdf((r / 1e6).ln() / 0.5));
    let outward = resistances(
        vary(0.2, 0.0, RangeSpread::Outward, RangeOf::Cell),
        RANGE.g_max,
    );
    assert_distributed(&outward, |r| (r / 1e4 - 0.8) / 0.2);
    // One draw for a tile; a cell in the middle of its range stays there.
    let tile = sample(
        vary(0.1, 0.1, RangeSpread::Normal, RangeOf::Tile),
        RANGE.g_max,
        400,
    );
    assert!(tile.iter().all(|&g| g == tile[0]) && tile[0] != RANGE.g_max);
    let mut array = ProgrammedArray::new(1, 3, vec![1e-6, 5.05e-5, 1e-4], RANGE).unwrap();
    only(vary(0.3, 0.3, RangeSpread::Outward, RangeOf::Tile))
        .program(&mut array, &instance(4))
        .unwrap();
    let g = array.conductance();
    assert!(g[0] < 1e-6 && g[2] > 1e-4 && (g[1] - g[0].midpoint(g[2])).abs() < 1e-18);
    // An off resistance never lies below the on resistance of the same cell.
    let near = ConductanceRange {
        g_min: 9e-5,
        g_max: 1e-4,
    };
    let mut array = ProgrammedArray::new(1, 2000, vec![9e-5; 2000], near).unwrap();
    let report = only(vary(0.2, 0.2, RangeSpread::Normal, RangeOf::Cell))
        .program(&mut array, &instance(4))
        .unwrap();
    assert!(report[0].clipped > 500);
}

#[test]
fn levels_are_the_nearest() {
    let levels = |count, spacing| Nonideality::Levels(Levels { count, spacing });
    let targets: Vec<f64> = (0..=1000).map(|k| 1e-6 + 9.9e-8 * f64::from(k)).collect();
    let mut array = ProgrammedArray::new(1, 1001, targets.clone(), RANGE).unwrap();
    only(levels(5, Spacing::Conductance))
        .program(&mut array, &instance(0))
        .unwrap();
    for (g, target) in array.conductance().iter().zip(&targets) {
        let allowed: Vec<f64> = (0..5).map(|k| 1e-6 + 2.475e-5 * f64::from(k)).collect();
        assert!(allowed.iter().any(|a| (a - g).abs() < 1e-18));
        assert!(
            allowed
                .iter()
                .all(|a| (a - target).abs() > (g - target).abs() - 1e-18)
        );
    }
    let mut array = ProgrammedArray::new(1, 1001, targets.clone(), RANGE).unwrap();
    only(levels(4, Spacing::Resistance))
        .program(&mut array, &instance(0))
        .unwrap();
    for (g, target) in array.conductance().iter().zip(&targets) {
        let allowed: Vec<f64> = (0..4).map(|k| 1e4 + 3.3e5 * f64::from(k)).collect();
        let nearest = allowed.iter().copied().min_by(|a, b| {
            (a - 1.0 / target)
                .abs()
                .total_cmp(&(b - 1.0 / target).abs())
        });
        assert!((1.0 / g - nearest.unwrap()).abs() < 1e-6);
    }
    // Outside of the range: its end, reported.
    let mut array = ProgrammedArray::new(1, 2, vec![0.0, 2e-4], RANGE).unwrap();
    let report = only(levels(2, Spacing::Conductance))
        .program(&mut array, &instance(0))
        .unwrap();
    assert_eq!(
        (array.conductance(), report[0].clipped),
        (&[1e-6, 1e-4][..], 2)
    );
}

#[test]
fn stuck_cells_stay_whatever_comes_later() {
    let list = Nonidealities {
        entries: vec![
            Nonideality::Stuck(Stuck::independent(0.3, 0.3)),
            spread(0.2, Distribution::Normal),
            Nonideality::WriteError(WriteError {
                relative: 0.1,
                ..WriteError::default()
            }),
            Nonideality::Levels(Levels {
                count: 3,
                spacing: Spacing::Conductance,
            }),
        ],
    };
    let mut array = flat(40, 40, 3e-5);
    let report = list.program(&mut array, &instance(8)).unwrap();
    let mut stuck = 0;
    for (g, state) in array.conductance().iter().zip(array.stuck()) {
        if let Some(state) = state {
            assert_eq!(*g, RANGE.stuck_at(*state));
            stuck += 1;
        }
    }
    assert_eq!(stuck, report[0].stuck_on + report[0].stuck_off);
}
