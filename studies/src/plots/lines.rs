//! Series of points over a common axis.

use std::path::Path;

use super::axis::{Axis, Scale, refuse};
use super::chart::Chart;
use super::error::PlotError;
use super::figure::{Format, write};

/// A line chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LineChartSpec {
    /// Above the plot.
    pub title: String,
    /// The axis along the bottom.
    pub x: Axis,
    /// The axis along the left side.
    pub y: Axis,
    /// What is shown; later ones above earlier ones.
    pub series: Vec<Series>,
}

impl LineChartSpec {
    /// A chart without series.
    pub fn new(title: impl Into<String>, x: Axis, y: Axis) -> Self {
        Self {
            title: title.into(),
            x,
            y,
            series: Vec::new(),
        }
    }

    /// The same chart with one more series.
    #[must_use]
    pub fn with(mut self, series: Series) -> Self {
        self.series.push(series);
        self
    }
}

/// Points that belong together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Its name in the legend; a series without a name is not in the legend.
    pub name: String,
    /// In the order in which they are joined. A point with a NaN interrupts the line.
    pub points: Vec<Point>,
    /// How the points are drawn.
    pub style: SeriesStyle,
}

impl Series {
    /// A series of (x, y) pairs, drawn as a line with markers.
    pub fn new(name: impl Into<String>, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let points = points.into_iter();
        Self {
            name: name.into(),
            points: points.map(|(x, y)| Point { x, y, error: None }).collect(),
            style: SeriesStyle::default(),
        }
    }

    /// A series of (x, y, error) triples; bars reach from y - error to y + error.
    pub fn with_errors(
        name: impl Into<String>,
        points: impl IntoIterator<Item = (f64, f64, f64)>,
    ) -> Self {
        let point = |(x, y, error)| Point {
            x,
            y,
            error: Some(error),
        };
        Self {
            name: name.into(),
            points: points.into_iter().map(point).collect(),
            style: SeriesStyle::default(),
        }
    }

    /// The same series drawn in another style.
    #[must_use]
    pub fn styled(mut self, style: SeriesStyle) -> Self {
        self.style = style;
        self
    }
}

/// A point of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Along the bottom axis.
    pub x: f64,
    /// Along the left axis.
    pub y: f64,
    /// Half the length of the error bar, in the unit of `y`.
    pub error: Option<f64>,
}

/// How a series is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SeriesStyle {
    /// For measurements at few places.
    #[default]
    LineAndMarkers,
    /// For measurements at places along an axis of numbers: errors are a band around the line.
    LineWithBand,
    /// For many points.
    Line,
    /// For points without an order.
    Markers,
    /// For a reference that the other series are compared with.
    DashedLine,
}

/// Writes a line chart to a file; the file's name ends in `.svg` or `.png`.
pub fn lines(path: impl AsRef<Path>, spec: &LineChartSpec) -> Result<(), PlotError> {
    let path = path.as_ref();
    let format = Format::of(path)?;
    check(spec)?;
    let (x_range, y_range) = ranges(spec).ok_or_else(|| PlotError::NoData {
        title: spec.title.clone(),
        reason: "no series has a point".to_owned(),
    })?;
    write(&Chart::new(spec, x_range, y_range)?, path, format)
}

pub(super) fn is_gap(point: &Point) -> bool {
    point.x.is_nan() || point.y.is_nan()
}

fn check(spec: &LineChartSpec) -> Result<(), PlotError> {
    for series in &spec.series {
        for (position, point) in series.points.iter().enumerate() {
            if is_gap(point) {
                continue;
            }
            let refused = |what: &str, value, reason: &str| PlotError::BadValue {
                title: spec.title.clone(),
                place: format!("{what} of point {position} of the series `{}`", series.name),
                value,
                reason: reason.to_owned(),
            };
            if let Some(reason) = refuse(point.x, spec.x.scale) {
                return Err(refused("x", point.x, reason));
            }
            if let Some(reason) = refuse(point.y, spec.y.scale) {
                return Err(refused("y", point.y, reason));
            }
            let error = point.error.unwrap_or(0.0);
            if let Some(reason) = refuse(error, Scale::Linear) {
                return Err(refused("the error", error, reason));
            }
            if error < 0.0 {
                return Err(refused("the error", error, "errors are not negative"));
            }
        }
    }
    Ok(())
}

type Range = (f64, f64);

fn ranges(spec: &LineChartSpec) -> Option<(Range, Range)> {
    let points = spec.series.iter().flat_map(|series| &series.points);
    let mut ranges: Option<(Range, Range)> = None;
    for point in points.filter(|point| !is_gap(point)) {
        let error = point.error.unwrap_or(0.0);
        // An error bar that leaves a logarithmic axis does not stretch it.
        let low = match spec.y.scale {
            Scale::Logarithmic if point.y - error <= 0.0 => point.y,
            _ => point.y - error,
        };
        let (x, y) = ranges.unwrap_or(((point.x, point.x), (low, point.y + error)));
        ranges = Some((
            (x.0.min(point.x), x.1.max(point.x)),
            (y.0.min(low), y.1.max(point.y + error)),
        ));
    }
    ranges
}
