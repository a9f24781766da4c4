//! Power and settling of a read against dense matrices assembled here.

use nalgebra::{DMatrix, DVector};
use ohmloom_layouts::{ArrayRead, NodeCapacitance, TileSettings, Unsensed};

const CAPACITANCE: NodeCapacitance = NodeCapacitance {
    row_f: 0.7e-15,
    column_f: 1.3e-15,
};

/// Current into the sink of the last sensed column and power of the sources, at the real frequency `s` (1/s): `(G + s C) v = i`.
fn response(read: &ArrayRead, tile: &TileSettings, cells: &[f64], s: f64) -> (f64, f64) {
    let (rows, columns) = (tile.rows, tile.columns);
    let wires = tile.wires();
    let count = rows * columns;
    let mut matrix = DMatrix::zeros(2 * count, 2 * count);
    let mut currents = DVector::zeros(2 * count);
    let mut join = |a: usize, b: Option<usize>, siemens: f64| {
        matrix[(a, a)] += siemens;
        if let Some(b) = b {
            matrix[(b, b)] += siemens;
            matrix[(a, b)] -= siemens;
            matrix[(b, a)] -= siemens;
        }
    };
    for row in 0..rows {
        for column in 0..columns {
            let node = row * columns + column;
            join(node, Some(count + node), cells[node]);
            join(node, None, s * CAPACITANCE.row_f);
            join(count + node, None, s * CAPACITANCE.column_f);
            if column + 1 < columns {
                join(node, Some(node + 1), 1.0 / wires.row);
            }
            if row + 1 < rows {
                join(
                    count + node,
                    Some(count + node + columns),
                    1.0 / wires.column,
                );
            }
        }
        join(row * columns, None, 1.0 / wires.source);
        if read.rows.contains(&row) {
            currents[row * columns] = read.volts / wires.source;
        }
    }
    let bottom = |column: usize| count + (rows - 1) * columns + column;
    for column in 0..columns {
        if read.unsensed == Unsensed::Grounded || read.columns.contains(&column) {
            join(bottom(column), None, 1.0 / wires.sink);
        }
    }
    let volts = matrix.lu().solve(&currents).unwrap();
    let delivered = |row: usize| read.volts * (read.volts - volts[row * columns]) / wires.source;
    let power = read.rows.clone().map(delivered).sum();
    (volts[bottom(read.columns.end - 1)] / wires.sink, power)
}

#[test]
fn power_and_delay_are_those_of_the_circuit_s_equations() {
    let tile = TileSettings {
        rows: 5,
        columns: 6,
        row_resistance: 40.0,
        column_resistance: 70.0,
        source_resistance: Some(150.0),
        sink_resistance: Some(90.0),
        ..TileSettings::default()
    };
    let cells: Vec<f64> = (0..30)
        .map(|k| 1e-5 + 4e-6 * f64::from(k * k % 23))
        .collect();
    for unsensed in [Unsensed::Floating, Unsensed::Grounded] {
        for (rows, columns) in [(0..5, 0..6), (1..4, 2..4), (4..5, 0..1)] {
            let read = ArrayRead {
                rows,
                columns,
                unsensed,
                volts: 0.3,
            };
            let (current, power) = response(&read, &tile, &cells, 0.0);
            let found = read.power(&tile, &cells).unwrap();
            assert!((found.delivered / power - 1.0).abs() < 1e-10, "{read:?}");
            assert!(found.imbalance() < 1e-9);
            // The first moment is the slope of the response at zero frequency.
            let step = 1e6;
            let [above, below] = [step, -step].map(|s| response(&read, &tile, &cells, s).0);
            let expected = (below - above) / (2.0 * step * current);
            let delay = read.elmore_delay(&tile, &cells, CAPACITANCE).unwrap();
            assert!(
                (delay / expected - 1.0).abs() < 1e-6,
                "{read:?}: {delay} but {expected}"
            );
        }
    }
}
