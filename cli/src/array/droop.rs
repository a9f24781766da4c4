//! The heat map of what the wires leave of each row's drive.

use std::path::Path;

use anyhow::{Result, anyhow};
use ohmloom_solver::line_grid::{LineGrid, ReadWires};
use ohmloom_studies::plots::{HeatmapSpec, PlotError, heatmap};

use crate::quantity::quantity;

/// Values that far outside 0 to 1 are inside.
const ROUNDING: f64 = 1e-9;

/// Whether there is a cell in a row that is driven.
pub(super) fn has_anything_to_show(grid: &LineGrid, drive: &[f64]) -> bool {
    grid.conductance()
        .chunks_exact(grid.columns())
        .zip(drive)
        .any(|(row, &volts)| volts != 0.0 && row.iter().any(|&siemens| siemens > 0.0))
}

/// Cell voltages relative to the drive of their rows; NaN where there is no cell or no drive.
pub(super) fn relative_voltages(
    grid: &LineGrid,
    drive: &[f64],
    row_voltages: &[f64],
    column_voltages: &[f64],
) -> Vec<f64> {
    let nodes = row_voltages.iter().zip(column_voltages);
    let cells = grid.conductance().iter().zip(nodes).enumerate();
    cells
        .map(|(index, (&siemens, (row, column)))| {
            let volts = drive[index / grid.columns()];
            if volts == 0.0 || siemens == 0.0 {
                f64::NAN
            } else {
                (row - column) / volts
            }
        })
        .collect()
}

/// Draws the relative voltages. A row whose drive is far below the others' has values far outside 0 to 1; they are cut off, lest
/// they take all the colours.
pub(super) fn draw(
    path: &Path,
    grid: &LineGrid,
    wires: ReadWires,
    mut relative: Vec<f64>,
) -> Result<()> {
    let (rows, columns) = (grid.rows(), grid.columns());
    let title = format!(
        "{rows} x {columns} array, {} per row segment, {} per column segment",
        quantity(wires.row, "Ω"),
        quantity(wires.column, "Ω"),
    );
    // Short, as beside a small array there is little room.
    let mut label = "cell voltage / drive".to_owned();
    let inside = -ROUNDING..=1.0 + ROUNDING;
    if relative
        .iter()
        .any(|value| !value.is_nan() && !inside.contains(value))
    {
        label.push_str(" (cut at 0, 1)");
        for value in &mut relative {
            *value = value.clamp(0.0, 1.0);
        }
    }
    let spec = HeatmapSpec::new(title, rows, columns, relative).quantity(label, "");
    // The caller knows the file's final name; these errors know the temporary one.
    heatmap(path, &spec).map_err(|error| match error {
        PlotError::Write { source, .. } => source.into(),
        PlotError::Draw { message, .. } => anyhow!(message),
        other => other.into(),
    })
}
