//! The heat map of what the wires leave of the drive.

use std::path::Path;

use anyhow::Result;
use ohmloom_studies::plots::{HeatmapSpec, heatmap};

use super::problem::Problem;
use crate::output_file::plot_error;
use crate::quantity::quantity;

/// Values that far outside their range are inside.
const ROUNDING: f64 = 1e-9;

/// Volts to which the cells of each row are compared: the first input, or the selection voltage.
pub(super) fn references(problem: &Problem) -> Vec<f64> {
    match &problem.selected {
        Some((bias, _)) => vec![bias.voltage; problem.grid.rows()],
        None => problem.drives.get(0).to_vec(),
    }
}

/// Whether there is a cell in a row that is driven.
pub(super) fn has_anything_to_show(problem: &Problem) -> bool {
    let grid = &problem.grid;
    grid.conductance()
        .chunks_exact(grid.columns())
        .zip(references(problem))
        .any(|(row, volts)| volts != 0.0 && row.iter().any(|&siemens| siemens > 0.0))
}

/// Cell voltages relative to the references of their rows; NaN where there is no cell or no drive.
pub(super) fn relative_voltages(
    problem: &Problem,
    row_voltages: &[f64],
    column_voltages: &[f64],
) -> Vec<f64> {
    let (grid, references) = (&problem.grid, references(problem));
    let nodes = row_voltages.iter().zip(column_voltages);
    let cells = grid.conductance().iter().zip(nodes).enumerate();
    cells
        .map(|(index, (&siemens, (row, column)))| {
            let volts = references[index / grid.columns()];
            if volts == 0.0 || siemens == 0.0 {
                f64::NAN
            } else {
                (row - column) / volts
            }
        })
        .collect()
}

/// Draws the relative voltages. A row whose drive is far below the others' has values far outside 0 to 1; they are cut off, lest
/// they take all the colours. Where one cell is selected, others may have its voltage with opposite sign, but not more.
pub(super) fn draw(path: &Path, problem: &Problem, mut relative: Vec<f64>) -> Result<()> {
    let (rows, columns) = (problem.grid.rows(), problem.grid.columns());
    let title = format!(
        "{rows} x {columns} array, {} per row segment, {} per column segment",
        quantity(problem.wires.row, "Ω"),
        quantity(problem.wires.column, "Ω"),
    );
    // Short, as beside a small array there is little room.
    let mut label = "cell voltage / drive".to_owned();
    let lowest = if problem.selected.is_some() {
        -1.0
    } else {
        0.0
    };
    let inside = lowest - ROUNDING..=1.0 + ROUNDING;
    if relative
        .iter()
        .any(|value| !value.is_nan() && !inside.contains(value))
    {
        label = format!("{label} (cut at {lowest}, 1)");
        for value in &mut relative {
            *value = value.clamp(lowest, 1.0);
        }
    }
    let spec = HeatmapSpec::new(title, rows, columns, relative).quantity(label, "");
    heatmap(path, &spec).map_err(plot_error)
}
