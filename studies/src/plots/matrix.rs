//! How a heatmap is drawn.

use plotters::prelude::{
    ChartBuilder, Color, ColorMap, DrawingBackend, RGBColor, Rectangle, ViridisRGB,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::error::PlotError;
use super::figure::{
    Area, BELOW_FRAME, Drawn, FAINT_INK, Figure, LABEL_SIZE, TICK_LENGTH, TICK_SIZE, draw_axes,
    draw_frame, draw_names, fitted, px, text_style, text_width, widest,
};
use super::heatmap::{Blocks, HeatmapSpec};
use super::ruler::Ruler;

/// Room for the cells; both sides shrink so that cells become square where that leaves enough of each.
const LARGEST_WIDTH: f64 = 440.0;
const LARGEST_HEIGHT: f64 = 400.0;
const SMALLEST_SIDE: f64 = 120.0;
const LARGEST_CELL: f64 = 80.0;

const BAR_WIDTH: f64 = 16.0;
const BAR_GAP: f64 = 16.0;
const ROW_NUMBER_SPACE: f64 = 34.0;
const VALUE_NUMBER_SPACE: f64 = 45.0;
const REMARK_HEIGHT: f64 = 18.0;
const WIDEST_NAME: f64 = 120.0;

/// Distinct colours; neighbours of the same colour become one rectangle.
const COLOURS: f64 = 255.0;

/// A place of a matrix that holds no cell.
const NO_CELL: RGBColor = RGBColor(217, 217, 217);
const NO_CELL_LABEL: &str = "no value";

/// Neighbouring rectangles overlap by this, or viewers would let the ground shine through between them.
const OVERLAP: f64 = 0.5;

/// A heatmap with all sizes settled, in CSS pixels.
pub(super) struct Layout<'a> {
    spec: &'a HeatmapSpec,
    blocks: Blocks,
    ruler: Ruler,
    /// Size of the matrix.
    width: f64,
    height: f64,
    row_numbers: Vec<usize>,
    row_names: Vec<String>,
    column_names: Vec<String>,
    /// Room for the numbers and the label left of the matrix.
    left: f64,
    /// Room for the numbers and the label right of the colour bar.
    right: f64,
    remark: String,
}

impl<'a> Layout<'a> {
    pub(super) fn new(
        spec: &'a HeatmapSpec,
        blocks: Blocks,
        range: (f64, f64),
    ) -> Result<Self, PlotError> {
        let cell = (LARGEST_WIDTH / spec.columns as f64)
            .min(LARGEST_HEIGHT / spec.rows as f64)
            .min(LARGEST_CELL);
        let width = (cell * spec.columns as f64).max(SMALLEST_SIDE);
        let height = (cell * spec.rows as f64).max(SMALLEST_SIDE);
        let count = (height / VALUE_NUMBER_SPACE) as usize + 1;
        let ruler = Ruler::new(&spec.value_axis, range, false, count, &spec.title)?;
        let row_numbers = index_ticks(spec.rows, height / ROW_NUMBER_SPACE);
        let row_names = short(&spec.row_names);
        let column_names = short(&spec.column_names);
        let widest_row = if row_names.is_empty() {
            widest(row_numbers.iter().map(ToString::to_string), TICK_SIZE)
        } else {
            widest(&row_names, TICK_SIZE)
        };
        let beside_bar = 2.0 * TICK_LENGTH + widest(ruler.labels(), TICK_SIZE) + 8.0 + LABEL_SIZE;
        let has_gaps = blocks.means.iter().any(|mean| mean.is_nan());
        let no_cell = if has_gaps {
            text_width(NO_CELL_LABEL, TICK_SIZE)
        } else {
            0.0
        };
        let remark = match (blocks.height, blocks.width) {
            (1, 1) => String::new(),
            (height, width) => format!("each colour is the mean of {height} × {width} cells"),
        };
        Ok(Self {
            spec,
            blocks,
            width,
            height,
            left: LABEL_SIZE + 8.0 + widest_row + 2.0 * TICK_LENGTH,
            right: beside_bar.max(no_cell),
            ruler,
            row_numbers,
            row_names,
            column_names,
            remark,
        })
    }

    /// Rectangles over runs of cells of the same colour, in rows and columns of the matrix.
    fn cells(&self) -> Vec<Rectangle<(f64, f64)>> {
        let (rows, columns) = (self.spec.rows as f64, self.spec.columns as f64);
        let (more_x, more_y) = (OVERLAP / self.width * columns, OVERLAP / self.height * rows);
        let mut cells = Vec::new();
        for (row, means) in self.blocks.means.chunks(self.blocks.columns).enumerate() {
            let y = |row: usize| ((row * self.blocks.height) as f64).min(rows);
            let x = |column: usize| ((column * self.blocks.width) as f64).min(columns);
            let colours: Vec<_> = means.iter().map(|&mean| self.colour(mean)).collect();
            let mut column = 0;
            for run in colours.chunk_by(|a, b| a == b) {
                let from = (x(column), y(row));
                column += run.len();
                let to = (
                    (x(column) + more_x).min(columns),
                    (y(row + 1) + more_y).min(rows),
                );
                cells.push(Rectangle::new([from, to], run[0].filled()));
            }
        }
        cells
    }

    fn colour(&self, value: f64) -> RGBColor {
        if value.is_nan() {
            return NO_CELL;
        }
        let share = (self.ruler.share(value) * COLOURS).round() / COLOURS;
        ViridisRGB.get_color(share.clamp(0.0, 1.0))
    }

    fn draw_matrix<DB: DrawingBackend>(&self, area: &Area<DB>) -> Drawn<DB> {
        let widest_column = if self.column_names.is_empty() {
            text_width(&self.spec.columns.to_string(), TICK_SIZE)
        } else {
            widest(&self.column_names, TICK_SIZE)
        } + 14.0;
        let column_numbers = index_ticks(self.spec.columns, self.width / widest_column);
        let mut chart = ChartBuilder::on(area)
            .x_label_area_size(px(BELOW_FRAME))
            .y_label_area_size(px(self.left))
            .build_cartesian_2d(
                Ruler::naming(0, self.spec.columns, &column_numbers, &self.column_names),
                Ruler::naming(self.spec.rows, 0, &self.row_numbers, &self.row_names),
            )?;
        chart.draw_series(self.cells())?;
        draw_axes(
            &mut chart,
            false,
            &self.spec.column_label,
            &self.spec.row_label,
        )?;
        draw_frame(&mut chart)
    }

    fn draw_bar<DB: DrawingBackend>(&self, area: &Area<DB>) -> Drawn<DB> {
        let mut chart = ChartBuilder::on(area)
            .margin_bottom(px(BELOW_FRAME))
            .margin_left(px(BAR_GAP))
            .right_y_label_area_size(px(self.right))
            .build_cartesian_2d(Ruler::counting(0, 1, &[]), self.ruler.clone())?;
        let steps = (self.height as u32).min(COLOURS as u32 + 1);
        let share = |step: u32| f64::from(step) / f64::from(steps);
        // From the bottom, each step reaching up to the bar's end: the next one covers what is too much.
        let step = |step: u32| {
            let colour: RGBColor = ViridisRGB.get_color(f64::from(step) / f64::from(steps - 1));
            let ends = [(0.0, self.ruler.at(share(step))), (1.0, self.ruler.at(1.0))];
            Rectangle::new(ends, colour.filled())
        };
        chart.draw_series((0..steps).map(step))?;
        draw_axes(&mut chart, false, "", self.ruler.caption())?;
        draw_frame(&mut chart)
    }
}

impl Figure for Layout<'_> {
    fn title(&self) -> &str {
        &self.spec.title
    }

    fn size(&self) -> (f64, f64) {
        let remark = if self.remark.is_empty() {
            0.0
        } else {
            REMARK_HEIGHT
        };
        let width = self.left + self.width + BAR_GAP + BAR_WIDTH + self.right;
        (width, self.height + BELOW_FRAME + remark)
    }

    fn draw<DB: DrawingBackend>(&self, area: &Area<DB>) -> Drawn<DB> {
        let (area, remark) = area.split_vertically(px(self.height + BELOW_FRAME));
        let (matrix, bar) = area.split_horizontally(px(self.left + self.width));
        self.draw_matrix(&matrix)?;
        self.draw_bar(&bar)?;
        if self.blocks.means.iter().any(|mean| mean.is_nan()) {
            draw_key(&bar.split_vertically(px(self.height)).1)?;
        }
        let style = text_style(TICK_SIZE).color(&FAINT_INK);
        let style = style.pos(Pos::new(HPos::Center, VPos::Bottom));
        let middle = px(self.left + self.width / 2.0);
        remark.draw_text(&self.remark, &style, (middle, px(REMARK_HEIGHT)))
    }
}

/// Names as far as they fit beside a row.
fn short(names: &[String]) -> Vec<String> {
    let short = |name: &String| fitted(name, TICK_SIZE, WIDEST_NAME);
    names.iter().map(short).collect()
}

/// The meaning of grey, below the colour bar.
fn draw_key<DB: DrawingBackend>(area: &Area<DB>) -> Drawn<DB> {
    let side = px(BAR_WIDTH * 0.7);
    let mut chart = ChartBuilder::on(area).build_cartesian_2d(0.0..1.0, 0.0..1.0)?;
    chart
        .draw_series(std::iter::empty::<Rectangle<(f64, f64)>>())?
        .label(NO_CELL_LABEL)
        .legend(move |(x, y)| {
            Rectangle::new(
                [(x, y - side / 2), (x + side, y + side / 2)],
                NO_CELL.filled(),
            )
        });
    draw_names(&mut chart, (BAR_GAP, 2.0 * TICK_LENGTH), BAR_WIDTH)
}

/// Rows or columns that get a number, at most `most` of them. Where the count is a multiple of sixteen, as in most
/// arrays, steps are powers of two.
fn index_ticks(count: usize, most: f64) -> Vec<usize> {
    let most = most.max(2.0) as usize;
    let step = |position: u32| match position {
        _ if count.is_multiple_of(16) => 1 << position,
        _ => [1, 2, 5][position as usize % 3] * 10_usize.pow(position / 3),
    };
    let mut steps = (0..).map(step);
    let step = steps.find(|&step| count.div_ceil(step) <= most);
    (0..count).step_by(step.unwrap_or(count)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_steps_are_powers_of_two_in_arrays_of_such_sizes() {
        assert_eq!(index_ticks(64, 9.0), [0, 8, 16, 24, 32, 40, 48, 56]);
        assert_eq!(
            index_ticks(100, 11.0),
            [0, 10, 20, 30, 40, 50, 60, 70, 80, 90]
        );
        assert_eq!(index_ticks(250, 5.0), [0, 50, 100, 150, 200]);
        assert_eq!(index_ticks(1, 9.0), [0]);
        assert!(index_ticks(2047, 9.0).len() <= 9);
    }
}
