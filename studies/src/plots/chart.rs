//! How a line chart is drawn.

use std::f64::consts::TAU;

use plotters::element::DashedPathElement;
use plotters::prelude::{
    ChartBuilder, Circle, Color, DrawingBackend, EmptyElement, ErrorBar, LineSeries, Polygon,
    RGBColor, ShapeStyle,
};

use super::error::PlotError;
use super::figure::{
    Area, BELOW_FRAME, Context, Drawn, Figure, LABEL_SIZE, TICK_LENGTH, TICK_SIZE, UNITS_PER_PIXEL,
    draw_axes, draw_frame, draw_names, px, widest,
};
use super::legend::{LEGEND_GAP, Legend};
use super::lines::{LineChartSpec, Point, SeriesStyle, is_gap};
use super::ruler::Ruler;

/// Lengths in CSS pixels.
const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 290.0;
const LINE_WIDTH: f64 = 1.6;
const MARKER_RADIUS: f64 = 3.6;
const ERROR_CAP: f64 = 6.0;
const DASH: f64 = 6.0;
const DASH_GAP: f64 = 3.6;
const LEGEND_SAMPLE: f64 = 24.0;

/// Colours of series: the palette of Okabe and Ito, which stay apart for colour-blind readers, without its yellow,
/// which is too light for lines on white.
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 0, 0),
];

/// Regular polygons: how many corners, which part of a turn after an upright one, and how large, so that all look
/// equally large. The first is as good as a disc, the others a square, a triangle, a diamond and a triangle.
const MARKERS: [(u32, f64, f64); 5] = [
    (24, 0.0, 1.0),
    (4, 0.125, 1.27),
    (3, 0.0, 1.4),
    (4, 0.0, 1.3),
    (3, 0.5, 1.4),
];

/// Of the bands of errors.
const BAND_OPACITY: f64 = 0.16;

type Position = (f64, f64);

/// A line chart with all sizes settled.
pub(super) struct Chart<'a> {
    spec: &'a LineChartSpec,
    x: Ruler,
    y: Ruler,
    height: f64,
    /// Room left of the frame.
    left: f64,
    legend: Legend,
}

impl<'a> Chart<'a> {
    pub(super) fn new(
        spec: &'a LineChartSpec,
        x_range: (f64, f64),
        y_range: (f64, f64),
    ) -> Result<Self, PlotError> {
        let x = Ruler::new(&spec.x, x_range, true, 7, &spec.title)?;
        let y = Ruler::new(&spec.y, y_range, true, 7, &spec.title)?;
        let names = spec.series.iter().map(|series| &series.name);
        let legend = Legend::new(names, LEGEND_SAMPLE);
        Ok(Self {
            spec,
            height: HEIGHT.max(legend.height()),
            left: LABEL_SIZE + 8.0 + widest(y.labels(), TICK_SIZE) + 2.0 * TICK_LENGTH,
            x,
            y,
            legend,
        })
    }

    fn draw_series<DB: DrawingBackend>(
        &self,
        context: &mut Context<DB>,
        number: usize,
    ) -> Drawn<DB> {
        let series = &self.spec.series[number];
        let line = line_style(number);
        if series.style != SeriesStyle::Markers {
            for piece in self.visible_pieces(&series.points) {
                if series.style == SeriesStyle::DashedLine {
                    let dashes = DashedPathElement::new(piece, px(DASH), px(DASH_GAP), line);
                    context.draw_series([dashes])?;
                } else {
                    context.draw_series(LineSeries::new(piece, line))?;
                }
            }
        }
        if series.style == SeriesStyle::LineWithBand {
            self.draw_band(context, number)?;
        }
        let shown = series.points.iter().filter(|point| !is_gap(point));
        let shown = shown.filter_map(|point| Some((self.inside(point)?, point)));
        let thin = colour(number).stroke_width(UNITS_PER_PIXEL);
        let cap = px(ERROR_CAP).cast_unsigned();
        let bars = shown.clone().filter_map(|((x, y), point)| {
            // What is outside ends at the frame, which then covers the bar's cap.
            let end = |value: f64| self.y.at(self.y.share(value).clamp(0.0, 1.0));
            let error = point
                .error
                .filter(|_| series.style != SeriesStyle::LineWithBand)?;
            let (low, high) = (end(point.y - error), end(point.y + error));
            Some(ErrorBar::new_vertical(x, low, y, high, thin, cap))
        });
        context.draw_series(bars)?;
        if series.style.has_markers() {
            context
                .draw_series(shown.map(|(at, _)| EmptyElement::at(at) + marker(number, (0, 0))))?;
        }
        Ok(())
    }

    /// The band between the ends of the errors, cut at gaps and at the frame.
    fn draw_band<DB: DrawingBackend>(&self, context: &mut Context<DB>, number: usize) -> Drawn<DB> {
        let points = &self.spec.series[number].points;
        for run in points.split(is_gap).filter(|run| run.len() > 1) {
            let edge = |sign: f64| {
                let place = move |point: &Point| {
                    let y = point.y + sign * point.error.unwrap_or(0.0);
                    let share = |ruler: &Ruler, value| ruler.at(ruler.share(value).clamp(0.0, 1.0));
                    (share(&self.x, point.x), share(&self.y, y))
                };
                run.iter().map(place)
            };
            let outline: Vec<Position> = edge(1.0).chain(edge(-1.0).rev()).collect();
            context.draw_series([Polygon::new(outline, colour(number).mix(BAND_OPACITY))])?;
        }
        Ok(())
    }

    /// Where a point is, if it is inside the frame.
    fn inside(&self, point: &Point) -> Option<Position> {
        let shares = [self.x.share(point.x), self.y.share(point.y)];
        let is_inside = |share: &f64| (-1e-9..=1.0 + 1e-9).contains(share);
        shares
            .iter()
            .all(is_inside)
            .then(|| (self.x.at(shares[0]), self.y.at(shares[1])))
    }

    /// The line through the points, cut at gaps and at the frame, which the library does not do.
    fn visible_pieces(&self, points: &[Point]) -> Vec<Vec<Position>> {
        let mut pieces: Vec<Vec<Position>> = Vec::new();
        for ends in points.windows(2) {
            if ends.iter().any(is_gap) {
                continue;
            }
            let share = |point: &Point| [self.x.share(point.x), self.y.share(point.y)];
            let Some(ends) = clip(share(&ends[0]), share(&ends[1])) else {
                continue;
            };
            let [from, to] = ends.map(|[x, y]| (self.x.at(x), self.y.at(y)));
            match pieces.last_mut() {
                Some(piece) if piece.last() == Some(&from) => piece.push(to),
                _ => pieces.push(vec![from, to]),
            }
        }
        pieces
    }

    fn draw_legend<DB: DrawingBackend>(&self, area: &Area<DB>) -> Drawn<DB> {
        let mut context = ChartBuilder::on(area).build_cartesian_2d(0.0..1.0, 0.0..1.0)?;
        for &(number, ref name) in &self.legend.names {
            let style = self.spec.series[number].style;
            // A solid line is one long dash; without a line or a marker, there is nothing of it.
            let (length, dash) = match style {
                SeriesStyle::Markers => (0.0, DASH),
                SeriesStyle::DashedLine => (LEGEND_SAMPLE, DASH),
                SeriesStyle::Line | SeriesStyle::LineAndMarkers | SeriesStyle::LineWithBand => {
                    (LEGEND_SAMPLE, LEGEND_SAMPLE)
                }
            };
            let sample = move |at| {
                let ends = [(0, 0), (px(length), 0)];
                let line = DashedPathElement::new(ends, px(dash), px(DASH_GAP), line_style(number));
                let marker = if style.has_markers() {
                    marker(number, (px(LEGEND_SAMPLE / 2.0), 0))
                } else {
                    Polygon::new(Vec::new(), colour(number))
                };
                EmptyElement::at(at) + line + marker
            };
            let nothing = std::iter::empty::<Circle<Position, i32>>();
            context.draw_series(nothing)?.label(name).legend(sample);
        }
        draw_names(&mut context, (LEGEND_GAP, 0.0), LEGEND_SAMPLE + 6.0)
    }
}

impl Figure for Chart<'_> {
    fn title(&self) -> &str {
        &self.spec.title
    }

    fn size(&self) -> (f64, f64) {
        (
            self.left + WIDTH + self.legend.width(),
            self.height + BELOW_FRAME,
        )
    }

    fn draw<DB: DrawingBackend>(&self, area: &Area<DB>) -> Drawn<DB> {
        let (plot, legend) = area.split_horizontally(px(self.left + WIDTH));
        let mut context = ChartBuilder::on(&plot)
            .x_label_area_size(px(BELOW_FRAME))
            .y_label_area_size(px(self.left))
            .build_cartesian_2d(self.x.clone(), self.y.clone())?;
        draw_axes(&mut context, true, self.x.caption(), self.y.caption())?;
        for number in 0..self.spec.series.len() {
            self.draw_series(&mut context, number)?;
        }
        draw_frame(&mut context)?;
        if self.legend.is_empty() {
            Ok(())
        } else {
            self.draw_legend(&legend)
        }
    }
}

impl SeriesStyle {
    fn has_markers(self) -> bool {
        matches!(
            self,
            SeriesStyle::Markers | SeriesStyle::LineAndMarkers | SeriesStyle::LineWithBand
        )
    }
}

/// The part of a straight line that is inside the unit square, if any.
fn clip(from: [f64; 2], to: [f64; 2]) -> Option<[[f64; 2]; 2]> {
    let (mut first, mut last) = (0.0_f64, 1.0_f64);
    for (start, end) in from.into_iter().zip(to) {
        let step = end - start;
        if step == 0.0 {
            if !(0.0..=1.0).contains(&start) {
                return None;
            }
            continue;
        }
        let (low, high) = ((0.0 - start) / step, (1.0 - start) / step);
        first = first.max(low.min(high));
        last = last.min(low.max(high));
    }
    let at = |part: f64| std::array::from_fn(|axis| from[axis] + part * (to[axis] - from[axis]));
    // The ends themselves, where they are inside: the next piece of the line starts exactly there.
    let start = if first == 0.0 { from } else { at(first) };
    let end = if last == 1.0 { to } else { at(last) };
    (first < last).then_some([start, end])
}

/// Colours repeat after seven series, shapes after five, both after 35.
pub(super) fn colour(number: usize) -> RGBColor {
    COLOURS[number % COLOURS.len()]
}

/// A series' marker, in units of the back end.
fn marker(number: usize, (x, y): (i32, i32)) -> Polygon<(i32, i32)> {
    let (corners, turn, size) = MARKERS[number % MARKERS.len()];
    let corner = |corner: u32| {
        let angle = TAU * (f64::from(corner) / f64::from(corners) + turn);
        let radius = size * MARKER_RADIUS;
        (x + px(radius * angle.sin()), y - px(radius * angle.cos()))
    };
    Polygon::new(
        (0..corners).map(corner).collect::<Vec<_>>(),
        colour(number).filled(),
    )
}

fn line_style(number: usize) -> ShapeStyle {
    colour(number).stroke_width(px(LINE_WIDTH).cast_unsigned())
}
