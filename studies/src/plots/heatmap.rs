//! A matrix as coloured cells.

use std::path::Path;

use super::axis::{Axis, refuse};
use super::error::PlotError;
use super::figure::{Format, write};
use super::matrix::Layout;

/// More rows or columns than this are averaged in blocks: an SVG file spends some 90 bytes on a cell, and a PNG file
/// has two pixels for each CSS pixel.
const MOST_CELLS_SVG: usize = 160;
const MOST_CELLS_PNG: usize = 440;

/// What a heatmap shows. Row 0 is at the top, column 0 at the left.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatmapSpec {
    /// Above the plot.
    pub title: String,
    /// Number of rows (word lines).
    pub rows: usize,
    /// Number of columns (bit lines).
    pub columns: usize,
    /// Values row by row, in the plain unit; NaN where there is no value (no cell, say).
    pub values: Vec<f64>,
    /// What stands beside the rows; when empty, their numbers. Otherwise one text for each row.
    pub row_names: Vec<String>,
    /// The same for the columns.
    pub column_names: Vec<String>,
    /// What the rows are.
    pub row_label: String,
    /// What the columns are.
    pub column_label: String,
    /// What the values are; with a range, values outside take the colour of the nearer end.
    pub value_axis: Axis,
}

impl HeatmapSpec {
    /// A heatmap over word lines and bit lines; `values` are row by row.
    pub fn new(title: impl Into<String>, rows: usize, columns: usize, values: Vec<f64>) -> Self {
        Self {
            title: title.into(),
            rows,
            columns,
            values,
            row_names: Vec::new(),
            column_names: Vec::new(),
            row_label: "row (word line)".to_owned(),
            column_label: "column (bit line)".to_owned(),
            value_axis: Axis::default(),
        }
    }

    /// Says what the values are, and their unit (empty for plain numbers).
    #[must_use]
    pub fn quantity(mut self, label: impl Into<String>, unit: impl Into<String>) -> Self {
        self.value_axis.label = label.into();
        self.value_axis.unit = unit.into();
        self
    }

    /// Says what the rows are, and what stands beside each of them.
    #[must_use]
    pub fn named_rows(mut self, label: impl Into<String>, names: Vec<String>) -> Self {
        self.row_label = label.into();
        self.row_names = names;
        self
    }

    /// Says what the columns are, and what stands below each of them.
    #[must_use]
    pub fn named_columns(mut self, label: impl Into<String>, names: Vec<String>) -> Self {
        self.column_label = label.into();
        self.column_names = names;
        self
    }

    /// Fixes the values at the two ends of the colours, so that several plots can be compared.
    #[must_use]
    pub fn between(mut self, from: f64, to: f64) -> Self {
        self.value_axis.range = Some((from, to));
        self
    }
}

/// Writes a heatmap to a file; the file's name ends in `.svg` or `.png`.
///
/// A matrix with more rows or columns than can be told apart is shown as averages over blocks, and the plot says so.
pub fn heatmap(path: impl AsRef<Path>, spec: &HeatmapSpec) -> Result<(), PlotError> {
    let path = path.as_ref();
    let format = Format::of(path)?;
    check(spec)?;
    let most = match format {
        Format::Svg => MOST_CELLS_SVG,
        Format::Png => MOST_CELLS_PNG,
    };
    let blocks = Blocks::average(spec, most);
    let Some(range) = blocks.range() else {
        return Err(PlotError::NoData {
            title: spec.title.clone(),
            reason: "every value is NaN".to_owned(),
        });
    };
    let layout = Layout::new(spec, blocks, range)?;
    write(&layout, path, format)
}

fn check(spec: &HeatmapSpec) -> Result<(), PlotError> {
    let title = spec.title.clone();
    if spec.rows.checked_mul(spec.columns) != Some(spec.values.len()) {
        return Err(PlotError::WrongShape {
            title,
            rows: spec.rows,
            columns: spec.columns,
            values: spec.values.len(),
        });
    }
    if spec.values.is_empty() {
        let reason = "the matrix is empty".to_owned();
        return Err(PlotError::NoData { title, reason });
    }
    for (names, count) in [
        (&spec.row_names, spec.rows),
        (&spec.column_names, spec.columns),
    ] {
        if !names.is_empty() && names.len() != count {
            let reason = format!("{} names for {count} rows or columns", names.len());
            return Err(PlotError::NoData { title, reason });
        }
    }
    let scale = spec.value_axis.scale;
    for (position, &value) in spec.values.iter().enumerate() {
        if let Some(reason) = refuse(value, scale).filter(|_| !value.is_nan()) {
            let (row, column) = (position / spec.columns, position % spec.columns);
            return Err(PlotError::BadValue {
                title,
                place: format!("the cell in row {row}, column {column}"),
                value,
                reason: reason.to_owned(),
            });
        }
    }
    Ok(())
}

/// The matrix after averaging.
pub(super) struct Blocks {
    /// Rows and columns of the matrix in one block.
    pub(super) height: usize,
    pub(super) width: usize,
    /// Blocks beside each other.
    pub(super) columns: usize,
    pub(super) means: Vec<f64>,
}

impl Blocks {
    fn average(spec: &HeatmapSpec, most: usize) -> Self {
        let height = spec.rows.div_ceil(most);
        let width = spec.columns.div_ceil(most);
        let rows = spec.rows.div_ceil(height);
        let columns = spec.columns.div_ceil(width);
        let mean = |row: usize, column: usize| {
            let last_row = ((row + 1) * height).min(spec.rows);
            let last_column = ((column + 1) * width).min(spec.columns);
            let (mut sum, mut count) = (0.0, 0);
            for source in row * height..last_row {
                let start = source * spec.columns;
                let cells = &spec.values[start + column * width..start + last_column];
                for value in cells.iter().filter(|value| !value.is_nan()) {
                    sum += value;
                    count += 1;
                }
            }
            sum / f64::from(count) // NaN for a block without cells
        };
        let means = (0..rows * columns)
            .map(|position| mean(position / columns, position % columns))
            .collect();
        Self {
            height,
            width,
            columns,
            means,
        }
    }

    fn range(&self) -> Option<(f64, f64)> {
        let cells = self.means.iter().copied().filter(|mean| !mean.is_nan());
        cells.fold(None, |range: Option<(f64, f64)>, mean| match range {
            None => Some((mean, mean)),
            Some((least, greatest)) => Some((least.min(mean), greatest.max(mean))),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_means_of_the_cells_that_exist() {
        let spec = HeatmapSpec::new("", 2, 3, vec![1.0, 3.0, f64::NAN, 5.0, f64::NAN, f64::NAN]);
        let blocks = Blocks::average(&spec, 2);
        assert_eq!((blocks.columns, blocks.means.len()), (2, 4));
        assert_eq!(
            blocks.means[..3]
                .iter()
                .filter(|mean| mean.is_nan())
                .count(),
            1
        );
        assert_eq!((blocks.means[0], blocks.means[2]), (2.0, 5.0));
        assert_eq!(blocks.range(), Some((2.0, 5.0)));
    }
}
