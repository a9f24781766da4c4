//! Tiles with non-idealities: against the list applied by hand, and broken lines against a broken circuit.

use ohmloom_devices::nonidealities::{
    BrokenLines, ConductanceRange, DeviceToDevice, Distribution, Instance, Nonidealities,
    Nonideality, Open, ProgrammedArray, Short, Side, Stuck, ThermalNoise,
};
use ohmloom_layouts::{Converters, Imperfections, LayoutError, MappedMatrix, TileSettings};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn weights(count: usize) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    (0..count).map(|_| random.random_range(-1.0..1.0)).collect()
}

fn settings() -> TileSettings {
    TileSettings {
        rows: 16,
        columns: 8,
        ..TileSettings::default()
    }
}

fn list() -> Nonidealities {
    Nonidealities {
        entries: vec![
            Nonideality::DeviceToDevice(DeviceToDevice {
                sigma: 0.1,
                distribution: Distribution::Lognormal,
            }),
            Nonideality::Stuck(Stuck::independent(0.05, 0.1)),
            Nonideality::ThermalNoise(ThermalNoise {
                voltage: 0.2,
                bandwidth: 1e9,
                temperature: 300.0,
            }),
        ],
    }
}

const DRAW: Instance = Instance {
    seed: 3,
    trial: 0,
    tile: 40,
    cycle: 0,
};

fn mapped(list: &Nonidealities) -> Result<MappedMatrix, LayoutError> {
    let imperfections = Imperfections {
        list,
        instance: DRAW,
    };
    MappedMatrix::with_imperfections(&weights(6 * 20), (6, 20), &settings(), &imperfections)
}

#[test]
fn every_tile_is_programmed_and_read_with_its_own_numbers() {
    let list = list();
    let found = mapped(&list).unwrap();
    let ideal = MappedMatrix::new(&weights(6 * 20), 6, 20, &settings()).unwrap();
    assert_eq!(found.tiles().len(), 4);
    let range = ConductanceRange::from_resistances(1e4, 1e5);
    let (mut on, mut off) = (0, 0);
    let tiles = found.tiles().iter().zip(ideal.tiles());
    for (number, ((_, tile), (_, target))) in tiles.enumerate() {
        let targets = target.grid().conductance().to_vec();
        let mut array = ProgrammedArray::new(16, 8, targets, range).unwrap();
        let instance = Instance {
            tile: 40 + number as u64,
            ..DRAW
        };
        let report = list.program(&mut array, &instance).unwrap();
        let mut read = vec![0.0; 16 * 8];
        list.read(&array, &instance, 0, &mut read).unwrap();
        assert_eq!(tile.grid().conductance(), read);
        assert_ne!(read, array.conductance());
        on += report[1].stuck_on;
        off += report[1].stuck_off;
    }
    let effects = found.effects();
    assert_eq!(effects.len(), 3);
    assert_eq!((effects[1].stuck_on, effects[1].stuck_off), (on, off));
    assert!(on > 5 && off > 20);
    assert!(
        effects[1]
            .text()
            .starts_with(&format!("stuck: {on} stuck on, {off} stuck off"))
    );
}

#[test]
fn an_empty_list_changes_nothing() {
    let found = mapped(&Nonidealities::default()).unwrap();
    let ideal = MappedMatrix::new(&weights(6 * 20), 6, 20, &settings()).unwrap();
    for ((_, a), (_, b)) in found.tiles().iter().zip(ideal.tiles()) {
        assert_eq!(a.grid(), b.grid());
    }
    assert!(found.effects().is_empty());
}

fn broken(opens: Vec<Open>, shorts: Vec<Short>) -> Nonidealities {
    Nonidealities {
        entries: vec![Nonideality::BrokenLines(BrokenLines {
            opens,
            shorts,
            ..BrokenLines::default()
        })],
    }
}

/// One input row, 10 kilohm cells: behind the break in the row only what comes back through unused rows is left, which is below 1e-4.
#[test]
fn an_open_row_cuts_off_the_cells_behind_it() {
    let ones = vec![1.0; 3];
    let list = broken(
        vec![Open {
            side: Side::Row,
            line: 3,
            segment: 1,
        }],
        Vec::new(),
    );
    let settings = TileSettings {
        rows: 4,
        columns: 6,
        ..TileSettings::default()
    };
    let imperfections = Imperfections {
        list: &list,
        instance: DRAW,
    };
    let mut mapped =
        MappedMatrix::with_imperfections(&ones, (3, 1), &settings, &imperfections).unwrap();
    mapped.solve().unwrap();
    let mut found = [0.0; 3];
    let converters = Converters::ideal(0.2, 1.0);
    mapped.multiply(&[1.0], &converters, &mut found).unwrap();
    assert!((found[0] - 1.0).abs() < 0.01, "{found:?}");
    assert!(found[1].abs() < 1e-4 && found[2].abs() < 1e-4, "{found:?}");
    assert_eq!(mapped.effects()[0].open_segments, 1);
    // The transfer matrix is that of the broken array.
    let (_, tile) = &mapped.tiles()[0];
    let direct = tile.solve_directly(&[0.2]).unwrap();
    for (current, per_volt) in direct.iter().zip(tile.differential()) {
        assert!((current - 0.2 * per_volt).abs() < 1e-12 * direct[0]);
    }
}

#[test]
fn what_cannot_be_is_an_error() {
    let bridge = Short {
        side: Side::Column,
        line: 2,
        position: 0,
    };
    let error = mapped(&broken(Vec::new(), vec![bridge])).unwrap_err();
    assert!(
        error.to_string().contains("between columns 2 and 3"),
        "{error}"
    );
    let outside = Open {
        side: Side::Row,
        line: 16,
        segment: 0,
    };
    let error = mapped(&broken(vec![outside], Vec::new())).unwrap_err();
    assert!(error.to_string().contains("line 16"), "{error}");
    let mut bad = list();
    bad.entries[0] = Nonideality::DeviceToDevice(DeviceToDevice {
        sigma: -1.0,
        distribution: Distribution::Normal,
    });
    let error = mapped(&bad).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("non-ideality 1: device-to-device: sigma = -1"),
        "{error}"
    );
}
