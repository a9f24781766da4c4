//! What all figures share: sizes, text, colours, and the way into a file.

use std::fs;
use std::path::Path;
use std::sync::Once;

use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::{CoordTranslate, Shift};
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::{
    ChartContext, DrawingArea, DrawingBackend, FontStyle, IntoDrawingArea, IntoFont, PathElement,
    RGBColor, SVGBackend, SeriesLabelPosition, TextStyle, WHITE,
};
use plotters::style::{Color, register_font};

use super::error::PlotError;
use super::raster::{self, FONT_FILE};
use super::ruler::Ruler;

/// Back ends have whole-number coordinates: each CSS pixel of a figure is this many of their units wide.
pub(super) const UNITS_PER_PIXEL: u32 = 6;

/// Sizes of text in CSS pixels, as the plotting library counts them: from ascent to descent.
pub(super) const TITLE_SIZE: f64 = 17.0;
pub(super) const LABEL_SIZE: f64 = 14.5;
pub(super) const TICK_SIZE: f64 = 12.5;

/// Lengths in CSS pixels.
pub(super) const OUTER_MARGIN: f64 = 10.0;
pub(super) const TICK_LENGTH: f64 = 4.0;
/// From a frame to the far end of the tick labels and the axis' label below it.
pub(super) const BELOW_FRAME: f64 = 42.0;
/// Between a title and the frame.
const TITLE_GAP: f64 = 8.0;
const WIDEST_TEXT: f64 = 800.0;
/// Labels of axes may be that long, even beside a shorter axis.
const SHORTEST_LABEL: f64 = 200.0;

/// Text and frames.
pub(super) const INK: RGBColor = RGBColor(38, 38, 38);
/// Remarks.
pub(super) const FAINT_INK: RGBColor = RGBColor(110, 110, 110);

const GRID: RGBColor = RGBColor(226, 226, 226);
const SMALL_GRID: RGBColor = RGBColor(241, 241, 241);

pub(super) type Context<'a, DB> = ChartContext<'a, DB, Cartesian2d<Ruler, Ruler>>;
pub(super) type Area<DB> = DrawingArea<DB, Shift>;
pub(super) type Drawn<DB, T = ()> =
    Result<T, DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

/// A figure that knows its size.
pub(super) trait Figure {
    fn title(&self) -> &str;
    /// Width and height of what is below the title, in CSS pixels.
    fn size(&self) -> (f64, f64);
    fn draw<DB: DrawingBackend>(&self, area: &Area<DB>) -> Drawn<DB>;
}

/// CSS pixels in units of the back ends.
pub(super) fn px(pixels: f64) -> i32 {
    (pixels * f64::from(UNITS_PER_PIXEL)).round() as i32
}

/// The style of text of the given size.
pub(super) fn text_style(size: f64) -> TextStyle<'static> {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        // A file that is no font would make all figures fail: tests would show it.
        let _ = register_font("sans-serif", FontStyle::Normal, FONT_FILE);
    });
    ("sans-serif", f64::from(px(size))).into_font().color(&INK)
}

/// Width of a text in CSS pixels.
pub(super) fn text_width(text: &str, size: f64) -> f64 {
    let width = text_style(size)
        .font
        .box_size(text)
        .map_or(0, |(width, _)| width);
    f64::from(width) / f64::from(UNITS_PER_PIXEL)
}

/// Width of the widest of some texts.
pub(super) fn widest(texts: impl IntoIterator<Item = impl AsRef<str>>, size: f64) -> f64 {
    let widths = texts
        .into_iter()
        .map(|text| text_width(text.as_ref(), size));
    widths.fold(0.0, f64::max)
}

/// The text without control characters, or as much of its start as fits into the width.
pub(super) fn fitted(text: &str, size: f64, most: f64) -> String {
    let mut fitted = String::new();
    for character in text.chars().filter(|character| !character.is_control()) {
        fitted.push(character);
        if text_width(&fitted, size) > most {
            fitted.pop();
            fitted.push('…');
            break;
        }
    }
    fitted
}

/// Draws the axes of a coordinate system, their labels and, if wanted, a grid.
pub(super) fn draw_axes<DB: DrawingBackend>(
    context: &mut Context<DB>,
    has_grid: bool,
    x_label: &str,
    y_label: &str,
) -> Drawn<DB> {
    let (width, height) = context.plotting_area().dim_in_pixel();
    let room = |units: u32| (f64::from(units) / f64::from(UNITS_PER_PIXEL)).max(SHORTEST_LABEL);
    let mut mesh = context.configure_mesh();
    if !has_grid {
        mesh.disable_mesh();
    }
    mesh.bold_line_style(GRID.stroke_width(UNITS_PER_PIXEL))
        .light_line_style(SMALL_GRID.stroke_width(UNITS_PER_PIXEL))
        .axis_style(INK.stroke_width(UNITS_PER_PIXEL))
        .set_all_tick_mark_size(px(TICK_LENGTH))
        .label_style(text_style(TICK_SIZE))
        .axis_desc_style(text_style(LABEL_SIZE))
        .x_desc(fitted(x_label, LABEL_SIZE, room(width)))
        .y_desc(fitted(y_label, LABEL_SIZE, room(height)))
        .draw()
}

/// Draws a frame around a coordinate system.
pub(super) fn draw_frame<DB: DrawingBackend>(context: &mut Context<DB>) -> Drawn<DB> {
    let (x, y) = (context.x_range(), context.y_range());
    // One more point than corners: the first corner is joined as well as the others.
    let corners = [
        (x.start, y.start),
        (x.end, y.start),
        (x.end, y.end),
        (x.start, y.end),
        (x.start, y.start),
        (x.end, y.start),
    ];
    context.draw_series([PathElement::new(corners, INK.stroke_width(UNITS_PER_PIXEL))])?;
    Ok(())
}

/// Draws the names of the series at a place of the context's area, each after a sample of the given width.
pub(super) fn draw_names<'a, DB: DrawingBackend + 'a, T: CoordTranslate>(
    context: &mut ChartContext<'a, DB, T>,
    (left, top): (f64, f64),
    sample: f64,
) -> Drawn<DB> {
    context
        .configure_series_labels()
        .position(SeriesLabelPosition::Coordinate(px(left), px(top)))
        .margin(0)
        .legend_area_size(px(sample))
        .label_font(text_style(TICK_SIZE))
        .draw()
}

/// The format of a plot's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Svg,
    Png,
}

impl Format {
    /// What the end of the file's name says.
    pub(super) fn of(path: &Path) -> Result<Self, PlotError> {
        let extension = path.extension().and_then(|extension| extension.to_str());
        match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("svg") => Ok(Self::Svg),
            Some("png") => Ok(Self::Png),
            _ => Err(PlotError::UnknownFormat {
                path: path.to_owned(),
            }),
        }
    }
}

/// Draws a figure and writes it to a file.
pub(super) fn write(figure: &impl Figure, path: &Path, format: Format) -> Result<(), PlotError> {
    let drawn = match format {
        Format::Svg => to_svg(figure).map(String::into_bytes),
        Format::Png => raster::to_png(pixel_size(figure), |backend| draw_on(backend, figure)),
    };
    let bytes = drawn.map_err(|message| PlotError::Draw {
        path: path.to_owned(),
        message,
    })?;
    fs::write(path, bytes).map_err(|source| PlotError::Write {
        path: path.to_owned(),
        source,
    })
}

fn to_svg(figure: &impl Figure) -> Result<String, String> {
    let mut document = String::new();
    let (width, height) = pixel_size(figure);
    let units = (width * UNITS_PER_PIXEL, height * UNITS_PER_PIXEL);
    draw_on(SVGBackend::with_string(&mut document, units), figure)?;
    // The view box stays in units; the stated size is the one that the figure was laid out for.
    let in_units = format!("width=\"{}\" height=\"{}\"", units.0, units.1);
    let in_pixels = format!("width=\"{width}\" height=\"{height}\"");
    Ok(document.replacen(&in_units, &in_pixels, 1))
}

/// Width and height of the whole figure in CSS pixels.
fn pixel_size(figure: &impl Figure) -> (u32, u32) {
    let (width, height) = figure.size();
    let title = fitted(figure.title(), TITLE_SIZE, WIDEST_TEXT);
    let title_height = if title.is_empty() {
        0.0
    } else {
        TITLE_SIZE + TITLE_GAP
    };
    let width = width.max(text_width(&title, TITLE_SIZE)) + 2.0 * OUTER_MARGIN;
    let height = height + title_height + 2.0 * OUTER_MARGIN;
    (width.ceil() as u32, height.ceil() as u32)
}

fn draw_on<DB: DrawingBackend>(backend: DB, figure: &impl Figure) -> Result<(), String> {
    let draw = || -> Drawn<DB> {
        let root = backend.into_drawing_area();
        root.fill(&WHITE)?;
        let margin = px(OUTER_MARGIN);
        let mut area = root.margin(margin, margin, margin, margin);
        let title = fitted(figure.title(), TITLE_SIZE, WIDEST_TEXT);
        if !title.is_empty() {
            area = area.titled(&title, text_style(TITLE_SIZE))?;
        }
        let (width, height) = figure.size();
        let (free_width, free_height) = area.dim_in_pixel();
        let left = (free_width.cast_signed() - px(width)).max(0) / 2;
        let top = (free_height.cast_signed() - px(height)).max(0);
        figure.draw(&area.margin(top, 0, left, left))?;
        root.present()
    };
    draw().map_err(|error| error.to_string())
}
